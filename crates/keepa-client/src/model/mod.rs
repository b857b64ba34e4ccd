//! What Keepa says of a product, with its sentinels as they come; typed accessors turn them into options.
//!
//! Every field may be absent or null, and what stands under a name that this version does not know is kept: Keepa adds and removes fields
//! without notice.

mod csv;
mod domain;
mod offer;
mod parts;
mod product;
mod stats;
mod time;

pub use csv::{Csv, Point};
pub use domain::Domain;
pub use offer::{Offer, OfferCondition, OfferDuplicate};
pub use parts::{
    BuyBoxShare, CategoryTreeNode, FbaFees, Format, HazardousMaterial, Image, ProductDeal,
    Promotion, RentalPrices, Reviews, UnitCount, Variation, VariationAttribute, Video,
};
pub use product::{AmazonAvailability, Product, ProductType, ReturnRate};
pub use stats::Stats;
pub use time::KeepaMinutes;
