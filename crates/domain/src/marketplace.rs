//! The Amazon marketplaces that Keepa covers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::money::Currency;

/// An Amazon marketplace, named by its ISO 3166 country code.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Marketplace {
    /// amazon.com
    #[default]
    Us,
    /// amazon.co.uk
    Gb,
    /// amazon.de
    De,
    /// amazon.fr
    Fr,
    /// amazon.co.jp
    Jp,
    /// amazon.ca
    Ca,
    /// amazon.it
    It,
    /// amazon.es
    Es,
    /// amazon.in
    In,
    /// amazon.com.mx
    Mx,
    /// amazon.com.br
    Br,
}

impl Marketplace {
    /// Every marketplace, in Keepa's order.
    pub const ALL: [Self; 11] = [
        Self::Us,
        Self::Gb,
        Self::De,
        Self::Fr,
        Self::Jp,
        Self::Ca,
        Self::It,
        Self::Es,
        Self::In,
        Self::Mx,
        Self::Br,
    ];

    /// The country code, as on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Us => "US",
            Self::Gb => "GB",
            Self::De => "DE",
            Self::Fr => "FR",
            Self::Jp => "JP",
            Self::Ca => "CA",
            Self::It => "IT",
            Self::Es => "ES",
            Self::In => "IN",
            Self::Mx => "MX",
            Self::Br => "BR",
        }
    }

    /// The number of the marketplace in Keepa's `domain` parameter (source: Keepa's documentation, grade A).
    #[must_use]
    pub const fn keepa_domain(self) -> u8 {
        match self {
            Self::Us => 1,
            Self::Gb => 2,
            Self::De => 3,
            Self::Fr => 4,
            Self::Jp => 5,
            Self::Ca => 6,
            Self::It => 8,
            Self::Es => 9,
            Self::In => 10,
            Self::Mx => 11,
            Self::Br => 12,
        }
    }

    /// The marketplace of Keepa's `domain` number, `None` for one that Keepa does not serve (7 was China).
    #[must_use]
    pub fn from_keepa_domain(domain: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.keepa_domain() == domain)
    }

    /// The currency of its prices.
    #[must_use]
    pub const fn currency(self) -> Currency {
        match self {
            Self::Us => Currency::Usd,
            Self::Gb => Currency::Gbp,
            Self::De | Self::Fr | Self::It | Self::Es => Currency::Eur,
            Self::Jp => Currency::Jpy,
            Self::Ca => Currency::Cad,
            Self::In => Currency::Inr,
            Self::Mx => Currency::Mxn,
            Self::Br => Currency::Brl,
        }
    }

    /// The host of its web site.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Us => "www.amazon.com",
            Self::Gb => "www.amazon.co.uk",
            Self::De => "www.amazon.de",
            Self::Fr => "www.amazon.fr",
            Self::Jp => "www.amazon.co.jp",
            Self::Ca => "www.amazon.ca",
            Self::It => "www.amazon.it",
            Self::Es => "www.amazon.es",
            Self::In => "www.amazon.in",
            Self::Mx => "www.amazon.com.mx",
            Self::Br => "www.amazon.com.br",
        }
    }
}

impl fmt::Display for Marketplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that names no marketplace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown marketplace {0:?}: expected one of US, GB, DE, FR, JP, CA, IT, ES, IN, MX, BR")]
pub struct UnknownMarketplace(pub String);

impl FromStr for Marketplace {
    type Err = UnknownMarketplace;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|m| m.code().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownMarketplace(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marketplace_is_found_again_by_its_code_and_its_keepa_domain() {
        for marketplace in Marketplace::ALL {
            assert_eq!(marketplace.code().parse(), Ok(marketplace));
            let domain = marketplace.keepa_domain();
            assert_eq!(Marketplace::from_keepa_domain(domain), Some(marketplace));
        }
        assert_eq!(Marketplace::from_keepa_domain(7), None);
    }
}
