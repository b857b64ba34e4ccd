//! The category by which Amazon charges a referral fee; not the browse category.

use serde::{Deserialize, Serialize};

/// A row of Amazon's referral fee table.
///
/// A children's book that is listed among toys still pays as a book (source: Seller Central forum, grade A), so Keepa's product
/// group decides and the browse category only where the group is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeeCategory {
    /// Books, DVD, music, software, video.
    Media,
    /// Video games and accessories.
    VideoGames,
    /// Game consoles.
    GameConsoles,
    /// Every category with 15 % and a minimum: home, toys, tools, sports, office and the rest.
    #[default]
    EverythingElse,
    /// Computers, consumer electronics, full-size appliances.
    Electronics,
    /// Accessories of electronics.
    ElectronicsAccessories,
    /// Automotive, base power tools, business and industrial.
    AutomotiveAndIndustrial,
    /// Furniture.
    Furniture,
    /// Jewelry.
    Jewelry,
    /// Watches.
    Watches,
    /// Baby, beauty, health and personal care.
    BeautyAndBaby,
    /// Grocery and gourmet.
    Grocery,
    /// Clothing.
    Clothing,
}

impl FeeCategory {
    /// The category of a product: by its product group, and where that is unknown by its root browse category.
    #[must_use]
    pub fn of(product_group: Option<&str>, root_category: Option<i64>) -> Self {
        match product_group
            .map(str::trim)
            .filter(|group| !group.is_empty())
        {
            Some(group) => GROUPS
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(group))
                .map_or(Self::EverythingElse, |&(_, category)| category),
            None if root_category == Some(US_BOOKS) => Self::Media,
            None => Self::EverythingElse,
        }
    }

    /// The name in a fee receipt.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::VideoGames => "video games",
            Self::GameConsoles => "game consoles",
            Self::EverythingElse => "everything else",
            Self::Electronics => "electronics",
            Self::ElectronicsAccessories => "electronics accessories",
            Self::AutomotiveAndIndustrial => "automotive and industrial",
            Self::Furniture => "furniture",
            Self::Jewelry => "jewelry",
            Self::Watches => "watches",
            Self::BeautyAndBaby => "baby, beauty and health",
            Self::Grocery => "grocery",
            Self::Clothing => "clothing",
        }
    }

    /// `true` where Amazon charges the variable closing fee: media, video games and consoles (Seller Central, grade A).
    #[must_use]
    pub const fn pays_closing_fee(self) -> bool {
        matches!(self, Self::Media | Self::VideoGames | Self::GameConsoles)
    }
}

/// Root browse category of books on amazon.com (recorded Keepa answers, grade A).
const US_BOOKS: i64 = 283_155;

/// Product groups as Keepa passes them on from Amazon's catalogue, in lower case. "Book" is recorded (grade A), the other names are
/// those of Amazon's former Product Advertising API (general knowledge, grade M); an unlisted one pays as everything else.
const GROUPS: [(&str, FeeCategory); 30] = [
    ("book", FeeCategory::Media),
    ("books", FeeCategory::Media),
    ("dvd", FeeCategory::Media),
    ("blu-ray", FeeCategory::Media),
    ("music", FeeCategory::Media),
    ("software", FeeCategory::Media),
    ("digital software", FeeCategory::Media),
    ("video", FeeCategory::Media),
    ("video games", FeeCategory::VideoGames),
    ("video game", FeeCategory::VideoGames),
    ("video games hardware", FeeCategory::GameConsoles),
    ("ce", FeeCategory::Electronics),
    ("electronics", FeeCategory::Electronics),
    ("personal computer", FeeCategory::Electronics),
    ("photography", FeeCategory::Electronics),
    ("major appliances", FeeCategory::Electronics),
    ("wireless", FeeCategory::ElectronicsAccessories),
    ("pc accessory", FeeCategory::ElectronicsAccessories),
    (
        "automotive parts and accessories",
        FeeCategory::AutomotiveAndIndustrial,
    ),
    ("biss", FeeCategory::AutomotiveAndIndustrial),
    ("furniture", FeeCategory::Furniture),
    ("jewelry", FeeCategory::Jewelry),
    ("watch", FeeCategory::Watches),
    ("baby product", FeeCategory::BeautyAndBaby),
    ("beauty", FeeCategory::BeautyAndBaby),
    ("health and beauty", FeeCategory::BeautyAndBaby),
    ("grocery", FeeCategory::Grocery),
    ("gourmet", FeeCategory::Grocery),
    ("apparel", FeeCategory::Clothing),
    ("pet food", FeeCategory::EverythingElse),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_group_decides_before_the_browse_category() {
        const TOYS: i64 = 165_793_011;
        assert_eq!(
            FeeCategory::of(Some("Book"), Some(TOYS)),
            FeeCategory::Media
        );
        assert_eq!(
            FeeCategory::of(Some("Kitchen"), Some(US_BOOKS)),
            FeeCategory::EverythingElse
        );
        assert_eq!(FeeCategory::of(None, Some(US_BOOKS)), FeeCategory::Media);
        assert_eq!(
            FeeCategory::of(Some(" "), Some(US_BOOKS)),
            FeeCategory::Media
        );
        assert_eq!(FeeCategory::of(None, None), FeeCategory::EverythingElse);
    }
}
