//! Averages over the products of a category or a selection.

use serde::{Deserialize, Serialize};

use crate::reading::Reading;

/// Averages over products, prices in the smallest unit of the locale (grade A: Keepa's Java source).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ProductAverages {
    /// Current buy box price.
    pub avg_buy_box: Option<Reading>,
    /// Buy box price of 90 days.
    pub avg_buy_box90: Option<Reading>,
    /// Buy box price of 365 days.
    pub avg_buy_box365: Option<Reading>,
    /// Standard deviation of the buy box price over 30 days.
    pub avg_buy_box_deviation: Option<Reading>,
    /// Count of reviews.
    pub avg_review_count: Option<Reading>,
    /// Rating, times ten: 45 is 4.5 stars.
    pub avg_rating: Option<Reading>,
    /// Products with an offer fulfilled by Amazon, in percent.
    #[serde(rename = "isFBAPercent")]
    pub is_fba_percent: Option<f64>,
    /// Products that Amazon sells, in percent.
    pub sold_by_amazon_percent: Option<f64>,
    /// Products with a coupon, in percent.
    pub has_coupon_percent: Option<f64>,
    /// Count of new offers.
    pub avg_offer_count_new: Option<f64>,
    /// Count of used offers.
    pub avg_offer_count_used: Option<f64>,
    /// Different sellers with an offer.
    pub seller_count: Option<Reading>,
    /// Different brands.
    pub brand_count: Option<Reading>,
}
