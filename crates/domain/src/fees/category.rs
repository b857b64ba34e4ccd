//! The category by which Amazon charges a referral fee; not the browse category.

use serde::{Deserialize, Serialize};

/// A row of Amazon's referral fee table.
///
/// A children's book that is listed among toys still pays as a book (source: Seller Central forum, grade A), so Keepa's product
/// group decides and the browse category only where the group is unknown.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
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
    /// Veterinary diets for pets.
    VeterinaryDiets,
    /// Computers, consumer electronics, full-size appliances.
    Electronics,
    /// Accessories of electronics.
    ElectronicsAccessories,
    /// Compact appliances.
    CompactAppliances,
    /// Accessories of Amazon's own devices.
    AmazonDeviceAccessories,
    /// Gift cards.
    GiftCards,
    /// Automotive, base power tools, business and industrial.
    AutomotiveAndIndustrial,
    /// Tires.
    Tires,
    /// Lawn mowers and snow throwers.
    LawnMowers,
    /// Furniture.
    Furniture,
    /// Jewelry.
    Jewelry,
    /// Watches.
    Watches,
    /// Fine art.
    FineArt,
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
            None => ROOTS
                .iter()
                .find(|(root, _)| Some(*root) == root_category)
                .map_or(Self::EverythingElse, |&(_, category)| category),
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
            Self::VeterinaryDiets => "veterinary diets",
            Self::Electronics => "electronics",
            Self::ElectronicsAccessories => "electronics accessories",
            Self::CompactAppliances => "compact appliances",
            Self::AmazonDeviceAccessories => "Amazon device accessories",
            Self::GiftCards => "gift cards",
            Self::AutomotiveAndIndustrial => "automotive and industrial",
            Self::Tires => "tires",
            Self::LawnMowers => "lawn mowers and snow throwers",
            Self::Furniture => "furniture",
            Self::Jewelry => "jewelry",
            Self::Watches => "watches",
            Self::FineArt => "fine art",
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

/// Root browse categories whose products pay otherwise than everything else. Ids are unique over all marketplaces. That of US books is
/// recorded (grade A), as is beauty's; the others are known browse nodes (grade M).
const ROOTS: [(i64, FeeCategory); 26] = [
    // Books: US, GB, DE (German and foreign), FR (French and foreign), JP (Japanese and foreign), CA, IT, ES, IN, MX, BR.
    (283_155, FeeCategory::Media),
    (266_239, FeeCategory::Media),
    (186_606, FeeCategory::Media),
    (52_044_011, FeeCategory::Media),
    (301_061, FeeCategory::Media),
    (52_042_011, FeeCategory::Media),
    (465_392, FeeCategory::Media),
    (52_033_011, FeeCategory::Media),
    (916_520, FeeCategory::Media),
    (411_663_158, FeeCategory::Media),
    (599_364_031, FeeCategory::Media),
    (976_389_031, FeeCategory::Media),
    (9_298_576_011, FeeCategory::Media),
    (6_740_748_011, FeeCategory::Media),
    // The rest: US.
    (5_174, FeeCategory::Media),
    (2_625_373_011, FeeCategory::Media),
    (229_534, FeeCategory::Media),
    (468_642, FeeCategory::VideoGames),
    (172_282, FeeCategory::Electronics),
    (15_684_181, FeeCategory::AutomotiveAndIndustrial),
    (16_310_091, FeeCategory::AutomotiveAndIndustrial),
    (165_796_011, FeeCategory::BeautyAndBaby),
    (3_760_911, FeeCategory::BeautyAndBaby),
    (3_760_901, FeeCategory::BeautyAndBaby),
    (16_310_101, FeeCategory::Grocery),
    (7_141_123_011, FeeCategory::Clothing),
];

/// Product groups as Keepa passes them on from Amazon's catalogue, in lower case. "Book" is recorded (grade A), the other names are
/// those of Amazon's former Product Advertising API (general knowledge, grade M); an unlisted one pays as everything else.
const GROUPS: [(&str, FeeCategory); 33] = [
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
    ("amazon devices", FeeCategory::AmazonDeviceAccessories),
    ("gift card", FeeCategory::GiftCards),
    ("tires", FeeCategory::Tires),
    ("furniture", FeeCategory::Furniture),
    ("jewelry", FeeCategory::Jewelry),
    ("watch", FeeCategory::Watches),
    ("baby product", FeeCategory::BeautyAndBaby),
    ("beauty", FeeCategory::BeautyAndBaby),
    ("health and beauty", FeeCategory::BeautyAndBaby),
    ("grocery", FeeCategory::Grocery),
    ("gourmet", FeeCategory::Grocery),
    ("apparel", FeeCategory::Clothing),
    ("art", FeeCategory::FineArt),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_group_decides_before_the_browse_category() {
        const US_BOOKS: i64 = 283_155;
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
            FeeCategory::of(None, Some(TOYS)),
            FeeCategory::EverythingElse
        );
        assert_eq!(
            FeeCategory::of(Some(" "), Some(US_BOOKS)),
            FeeCategory::Media
        );
        assert_eq!(FeeCategory::of(None, None), FeeCategory::EverythingElse);
    }

    #[test]
    fn no_group_and_no_root_category_is_listed_twice() {
        let mut groups = GROUPS.map(|(name, _)| name);
        groups.sort_unstable();
        assert!(groups.windows(2).all(|pair| pair[0] != pair[1]));
        let mut roots = ROOTS.map(|(id, _)| id);
        roots.sort_unstable();
        assert!(roots.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
