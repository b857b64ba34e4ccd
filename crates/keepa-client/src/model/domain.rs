//! The locales.

/// An Amazon locale, by Keepa's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// amazon.com
    UnitedStates,
    /// amazon.co.uk
    UnitedKingdom,
    /// amazon.de
    Germany,
    /// amazon.fr
    France,
    /// amazon.co.jp
    Japan,
    /// amazon.ca
    Canada,
    /// amazon.it
    Italy,
    /// amazon.es
    Spain,
    /// amazon.in
    India,
    /// amazon.com.mx
    Mexico,
    /// amazon.com.br
    Brazil,
}

impl Domain {
    /// Every locale.
    pub const ALL: [Self; 11] = [
        Self::UnitedStates,
        Self::UnitedKingdom,
        Self::Germany,
        Self::France,
        Self::Japan,
        Self::Canada,
        Self::Italy,
        Self::Spain,
        Self::India,
        Self::Mexico,
        Self::Brazil,
    ];

    /// Keepa's number of the locale; 7 was China and is gone.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::UnitedStates => 1,
            Self::UnitedKingdom => 2,
            Self::Germany => 3,
            Self::France => 4,
            Self::Japan => 5,
            Self::Canada => 6,
            Self::Italy => 8,
            Self::Spain => 9,
            Self::India => 10,
            Self::Mexico => 11,
            Self::Brazil => 12,
        }
    }

    /// The locale with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|domain| domain.number() == number)
    }
}
