//! What Keepa says of a seller (grade A: its documentation and Java source; no recorded answer was there to check).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::KeepaMinutes;
use crate::reading::Reading;

/// A seller. Histories are flat pairs of time and value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Seller {
    /// Id.
    pub seller_id: String,
    /// Name.
    pub seller_name: Option<String>,
    /// Locale, by Keepa's number.
    pub domain_id: Option<u8>,
    /// When Keepa began to track it. Documentation and data differ in the name of the field.
    #[serde(alias = "trackingSince")]
    pub tracked_since: Option<KeepaMinutes>,
    /// When Keepa looked last.
    pub last_update: Option<KeepaMinutes>,
    /// `true` when it ships from China.
    pub ships_from_china: Option<bool>,
    /// `true` when Amazon fulfils offers of it.
    #[serde(rename = "hasFBA")]
    pub has_fba: Option<bool>,
    /// Histories of the rating in percent and of the count of ratings.
    pub csv: Option<Vec<Option<Vec<i32>>>>,
    /// The last known count of ASINs in the storefront, and when it was taken: time and count.
    pub total_storefront_asins: Option<Vec<i32>>,
    /// ASINs of the storefront, when asked for.
    pub asin_list: Option<Vec<String>>,
    /// When each of them was last seen.
    pub asin_list_last_seen: Option<Vec<KeepaMinutes>>,
    /// History of the count of ASINs in the storefront.
    #[serde(rename = "totalStorefrontAsinsCSV")]
    pub total_storefront_asins_csv: Option<Vec<i32>>,
    /// The main categories of its products.
    pub seller_category_statistics: Option<Vec<SellerCategory>>,
    /// The main brands of its products.
    pub seller_brand_statistics: Option<Vec<SellerBrand>>,
    /// Mean count of sellers that compete for its buy boxes.
    pub avg_buy_box_competitors: Option<f64>,
    /// Share of the new buy boxes it has, in percent.
    pub buy_box_new_ownership_rate: Option<f64>,
    /// Share of the used buy boxes it has, in percent.
    pub buy_box_used_ownership_rate: Option<f64>,
    /// Sellers that it competes with most.
    pub competitors: Option<Vec<Competitor>>,
    /// Address, line by line.
    pub address: Option<Vec<String>>,
    /// Address of its customer service, line by line.
    pub customer_services_address: Option<Vec<String>>,
    /// What customers said lately.
    pub recent_feedback: Option<Vec<Feedback>>,
    /// When Keepa looked at the ratings last.
    pub last_rating_update: Option<KeepaMinutes>,
    /// Neutral ratings in percent, over 30, 90 and 365 days and ever.
    pub neutral_rating: Option<Vec<Reading>>,
    /// Negative ratings in percent, over 30, 90 and 365 days and ever.
    pub negative_rating: Option<Vec<Reading>>,
    /// Positive ratings in percent, over 30, 90 and 365 days and ever.
    pub positive_rating: Option<Vec<Reading>>,
    /// Count of ratings, over 30, 90 and 365 days and ever.
    pub rating_count: Option<Vec<Reading>>,
    /// Trade register number.
    pub trade_number: Option<String>,
    /// Name of the business.
    pub business_name: Option<String>,
    /// VAT number.
    #[serde(rename = "vatID")]
    pub vat_id: Option<String>,
    /// Telephone number.
    pub phone_number: Option<String>,
    /// Legal form.
    pub business_type: Option<String>,
    /// Share capital.
    pub share_capital: Option<String>,
    /// Who represents it.
    pub representative: Option<String>,
    /// Address for electronic mail.
    pub email: Option<String>,
    /// Rating in percent.
    pub current_rating: Option<Reading>,
    /// Count of ratings.
    pub current_rating_count: Option<Reading>,
    /// Ratings of the last 30 days.
    pub ratings_last30_days: Option<Reading>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A category that a seller sells in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SellerCategory {
    /// Id of the category.
    pub cat_id: i64,
    /// Its products in the category.
    pub product_count: Option<Reading>,
    /// Mean rank of these over 30 days.
    pub avg30_sales_rank: Option<Reading>,
    /// How many of these Amazon offers too.
    pub product_count_with_amazon_offer: Option<Reading>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A brand that a seller sells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SellerBrand {
    /// The brand, in lower case.
    pub brand: String,
    /// Its products of the brand.
    pub product_count: Option<Reading>,
    /// Mean rank of these over 30 days.
    pub avg30_sales_rank: Option<Reading>,
    /// How many of these Amazon offers too.
    pub product_count_with_amazon_offer: Option<Reading>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A seller that competes for the same buy boxes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Competitor {
    /// Id of the seller.
    pub seller_id: String,
    /// Share of the products they have in common, in percent.
    pub percent: Option<f64>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a customer said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Feedback {
    /// Rating times ten.
    pub rating: Option<Reading>,
    /// When.
    pub date: Option<KeepaMinutes>,
    /// What.
    pub feedback: Option<String>,
    /// `true` when Amazon struck it out.
    pub is_striked: Option<bool>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_tracking_is_read_under_either_name() {
        for name in ["trackedSince", "trackingSince"] {
            let source = format!(r#"{{"sellerId":"A1","{name}":7}}"#);
            let seller: Seller = serde_json::from_str(&source).unwrap();
            assert_eq!(seller.tracked_since, Some(KeepaMinutes(7)), "{name}");
        }
    }
}
