//! Keepa's endpoints: one module for each, with its request, its answer and its call.

mod averages;
mod best_sellers;
mod category;
mod deals;
mod finder;
mod graph_image;
mod lightning;
mod product;
mod search;
mod seller;
mod token;
mod tracking;

pub use averages::ProductAverages;
pub use best_sellers::{BestSellers, BestSellersRequest};
pub use category::{Categories, Category, CategoryRequest};
pub use deals::{Deal, DealInterval, DealOrder, DealRequest, DealSwitch, DealText, Deals};
pub use finder::{
    AverageDays, ChangeDays, FinderBool, FinderField, FinderInteger, FinderIntegers, FinderPage,
    FinderText, FinderTexts, ProductSelection, SearchInsights, SortDirection,
};
pub use graph_image::{GraphColor, GraphImageRequest, GraphLine};
pub use lightning::{LightningDeal, LightningDealState, LightningDealsRequest};
pub use product::{ProductBatch, ProductOutcome, ProductRequest};
pub use search::ProductSearch;
pub use seller::{Competitor, Feedback, Seller, SellerBrand, SellerCategory, SellerRequest};
pub use tracking::{
    Notification, NotificationCause, NotificationChannel, Notifications, NotifyIf, NotifyIfKind,
    Threshold, Tracking, TrackingCreation, TrackingList,
};
