//! Referral fees of the US: the share of the price that Amazon takes (2024 to 2026 unchanged; percentages grade B, modes grade C).

use serde::{Deserialize, Serialize};

/// Amazon's fee category, which is not the browse category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeeCategory {
    /// Books, music, video, DVD, software: 15 % without a minimum, and a closing fee.
    Media,
    /// Computers, consumer electronics, full-size appliances: 8 %.
    Electronics,
    /// Beauty, health, baby: 8 % of the whole price up to 10.00, else 15 % of it.
    Beauty,
    /// Grocery: 8 % of the whole price up to 15.00, else 15 % of it, without a minimum.
    Grocery,
    /// Jewelry: 20 % of the part up to 250.00, 5 % of the part above.
    Jewelry,
    /// Everything else: 15 %.
    #[default]
    Other,
}

/// How a percentage applies above a price.
enum Bands {
    /// One percentage.
    Flat(i64),
    /// The first percentage holds up to the price, the second for the whole price above it.
    Whole(i64, i64, i64),
    /// The first percentage holds for the part up to the price, the second for the part above it.
    Marginal(i64, i64, i64),
}

impl FeeCategory {
    /// The category of a product by Keepa's product group and root browse category (US: books are 283155).
    #[must_use]
    pub fn of(product_group: Option<&str>, root_category: Option<i64>) -> Self {
        let group = product_group.unwrap_or_default().to_ascii_lowercase();
        match (group.as_str(), root_category) {
            ("book" | "music" | "dvd" | "video" | "blu-ray" | "software", _)
            | (_, Some(283_155)) => Self::Media,
            ("personal computer" | "pc" | "ce" | "major appliances", _) => Self::Electronics,
            ("beauty" | "health and beauty" | "baby product" | "drugstore", _)
            | (_, Some(3_760_911)) => Self::Beauty,
            ("grocery" | "gourmet", _) => Self::Grocery,
            ("jewelry", _) => Self::Jewelry,
            _ => Self::Other,
        }
    }

    /// `true` when the closing fee of media applies.
    #[must_use]
    pub const fn has_closing_fee(self) -> bool {
        matches!(self, Self::Media)
    }

    const fn bands(self) -> Bands {
        match self {
            Self::Media | Self::Other => Bands::Flat(15),
            Self::Electronics => Bands::Flat(8),
            Self::Beauty => Bands::Whole(8, 1_000, 15),
            Self::Grocery => Bands::Whole(8, 1_500, 15),
            Self::Jewelry => Bands::Marginal(20, 25_000, 5),
        }
    }

    /// The minimum fee in cents: 0.30, but none for media and grocery (Amazon's page as copied by two sources; others print 0.30 for
    /// books: conflicting, and of effect below 2.00 only).
    const fn minimum(self) -> i64 {
        match self {
            Self::Media | Self::Grocery => 0,
            _ => 30,
        }
    }

    /// The referral fee of a price, both in cents, rounded half up.
    #[must_use]
    pub fn referral(self, price: i64) -> i64 {
        let hundredths = match self.bands() {
            Bands::Flat(percent) => price * percent,
            Bands::Whole(below, edge, above) => price * if price <= edge { below } else { above },
            Bands::Marginal(below, edge, above) => {
                price.min(edge) * below + (price - edge).max(0) * above
            }
        };
        ((hundredths + 50) / 100).max(self.minimum())
    }

    /// The rule in words.
    pub(super) fn rule(self, price: &str) -> String {
        match self.bands() {
            Bands::Flat(percent) => format!("{percent} % of {price}"),
            Bands::Whole(below, edge, above) => {
                format!(
                    "{below} % up to {}.00, else {above} %, of {price}",
                    edge / 100
                )
            }
            Bands::Marginal(below, edge, above) => {
                format!(
                    "{below} % of the part of {price} up to {}.00, {above} % of the rest",
                    edge / 100
                )
            }
        }
    }

    /// The first price in cents above which another percentage holds.
    pub(super) const fn edge(self) -> Option<i64> {
        match self.bands() {
            Bands::Flat(_) => None,
            Bands::Whole(_, edge, _) | Bands::Marginal(_, edge, _) => Some(edge + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FeeCategory::{Beauty, Grocery, Jewelry, Media, Other};

    #[test]
    fn a_whole_price_band_jumps_and_a_marginal_one_bends() {
        let cases = [
            (Media, 1_800, 270),
            (Media, 100, 15),
            (Other, 100, 30),
            (Beauty, 1_000, 80),
            (Beauty, 1_001, 150),
            (Grocery, 1_500, 120),
            (Jewelry, 25_000, 5_000),
            (Jewelry, 30_000, 5_250),
        ];
        for (category, price, fee) in cases {
            assert_eq!(category.referral(price), fee, "{category:?} at {price}");
        }
    }
}
