#![doc = include_str!("../README.md")]

mod budget;
mod client;
mod csv_type;
mod decode;
mod endpoint;
mod envelope;
mod error;
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
pub use csv_type::CsvType;
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
pub use model::{Domain, FbaFees, KeepaMinutes, Product, ProductType, Stats};
pub use reading::Reading;
pub use retry::RetryPolicy;
#[cfg(feature = "domain")]
pub use snapshot::{data_source, market_snapshot};
