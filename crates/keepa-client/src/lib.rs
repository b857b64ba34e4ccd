#![doc = include_str!("../README.md")]

mod budget;
mod client;
mod csv_type;
mod decode;
mod endpoint;
mod envelope;
mod error;
mod json;
mod limits;
mod model;
mod open_enum;
mod query;
mod reading;
mod retry;
#[cfg(feature = "domain")]
mod snapshot;

pub use budget::{
    BudgetError, Cost, Grant, LocalBudget, ReservationId, Settlement, TokenBucket, TokenBudget,
    TokenLedger, TokenPolicy, TokenReport, TokenState,
};
pub use client::{Answer, KeepaClient, KeepaClientBuilder, LastAnswer, Origin, RequestReport};
pub use csv_type::{CsvSelection, CsvType};
pub use endpoint::{
    AverageDays, BestSellers, BestSellersRequest, Categories, Category, CategoryRequest,
    ChangeDays, Competitor, Deal, DealInterval, DealOrder, DealRequest, DealSwitch, DealText,
    Deals, Feedback, FinderBool, FinderField, FinderInteger, FinderIntegers, FinderPage,
    FinderText, FinderTexts, GraphColor, GraphImageRequest, GraphLine, LightningDeal,
    LightningDealState, LightningDealsRequest, Notification, NotificationCause,
    NotificationChannel, Notifications, NotifyIf, NotifyIfKind, ProductAverages, ProductBatch,
    ProductOutcome, ProductRequest, ProductSearch, ProductSelection, SearchInsights, Seller,
    SellerBrand, SellerCategory, SellerRequest, SortDirection, Threshold, Tracking,
    TrackingCreation, TrackingList,
};
pub use error::{ApiError, KeepaError};
pub use model::{
    AmazonAvailability, BuyBoxShare, CategoryTreeNode, Csv, Domain, FbaFees, Format,
    HazardousMaterial, Image, KeepaMinutes, Offer, OfferCondition, OfferDuplicate, Point, Product,
    ProductDeal, ProductType, Promotion, RentalPrices, ReturnRate, Reviews, Stats, UnitCount,
    Variation, VariationAttribute, Video,
};
pub use reading::Reading;
pub use retry::RetryPolicy;
#[cfg(feature = "domain")]
pub use snapshot::{SNAPSHOT_SERIES, data_source, market_snapshot};
