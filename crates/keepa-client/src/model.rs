//! What Keepa says of a product, with its sentinels as they come; typed accessors turn them into options.
//!
//! Every field may be absent or null: Keepa adds and removes fields without notice.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::csv_type::CsvType;

/// Minutes since 2011-01-01T00:00:00Z.
pub type KeepaMinutes = i32;

/// An Amazon locale, by Keepa's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// amazon.com
    UnitedStates,
    /// amazon.co.uk
    UnitedKingdom,
    /// amazon.de
    Germany,
    /// amazon.fr
    France,
    /// amazon.co.jp
    Japan,
    /// amazon.ca
    Canada,
    /// amazon.it
    Italy,
    /// amazon.es
    Spain,
    /// amazon.in
    India,
    /// amazon.com.mx
    Mexico,
    /// amazon.com.br
    Brazil,
}

impl Domain {
    /// Every locale.
    pub const ALL: [Self; 11] = [
        Self::UnitedStates,
        Self::UnitedKingdom,
        Self::Germany,
        Self::France,
        Self::Japan,
        Self::Canada,
        Self::Italy,
        Self::Spain,
        Self::India,
        Self::Mexico,
        Self::Brazil,
    ];

    /// Keepa's number of the locale; 7 was China and is gone.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::UnitedStates => 1,
            Self::UnitedKingdom => 2,
            Self::Germany => 3,
            Self::France => 4,
            Self::Japan => 5,
            Self::Canada => 6,
            Self::Italy => 8,
            Self::Spain => 9,
            Self::India => 10,
            Self::Mexico => 11,
            Self::Brazil => 12,
        }
    }

    /// The locale with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|domain| domain.number() == number)
    }
}

/// What kind of listing it is; to be read before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProductType {
    /// Everything is accessible.
    Standard,
    /// A download: no marketplace data.
    Downloadable,
    /// An e-book: no offers.
    Ebook,
    /// Keepa cannot read it.
    Inaccessible,
    /// Removed, or it never existed: every other field is null.
    Invalid,
    /// The parent of variations.
    VariationParent,
    /// A kind that this version does not know.
    Unknown(i32),
}

/// A product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// ASIN.
    pub asin: String,
    /// Locale.
    #[serde(default)]
    pub domain_id: Option<u8>,
    /// Kind of listing, as Keepa's number; see [`Product::product_type`].
    #[serde(default, rename = "productType")]
    pub product_type_number: Option<i32>,
    /// Title.
    #[serde(default)]
    pub title: Option<String>,
    /// Author.
    #[serde(default)]
    pub author: Option<String>,
    /// Binding.
    #[serde(default)]
    pub binding: Option<String>,
    /// Product group.
    #[serde(default)]
    pub product_group: Option<String>,
    /// Root browse category, 0 when there is none.
    #[serde(default)]
    pub root_category: Option<i64>,
    /// Publication date as YYYY, YYYYMM or YYYYMMDD; 0 or -1 when unknown.
    #[serde(default)]
    pub publication_date: Option<i32>,
    /// EAN codes.
    #[serde(default)]
    pub ean_list: Option<Vec<String>>,
    /// UPC codes.
    #[serde(default)]
    pub upc_list: Option<Vec<String>>,
    /// Length of the package in millimetres; 0 or -1 when unknown.
    #[serde(default)]
    pub package_length: Option<i32>,
    /// Width of the package in millimetres; 0 or -1 when unknown.
    #[serde(default)]
    pub package_width: Option<i32>,
    /// Height of the package in millimetres; 0 or -1 when unknown.
    #[serde(default)]
    pub package_height: Option<i32>,
    /// Weight of the package in grams; 0 or -1 when unknown.
    #[serde(default)]
    pub package_weight: Option<i32>,
    /// The time of the last update.
    #[serde(default)]
    pub last_update: Option<KeepaMinutes>,
    /// When Keepa began to track it.
    #[serde(default)]
    pub tracking_since: Option<KeepaMinutes>,
    /// Amazon's own offer: -1 none, 0 in stock, 1 preorder, 2 unknown, 3 backorder, 4 delayed.
    #[serde(default)]
    pub availability_amazon: Option<i32>,
    /// Fulfilment fee as observed.
    #[serde(default)]
    pub fba_fees: Option<FbaFees>,
    /// Closing fee in the smallest unit.
    #[serde(default)]
    pub variable_closing_fee: Option<i32>,
    /// Referral fee in percent at the current price; 15.01 was seen where 15 is meant.
    #[serde(default)]
    pub referral_fee_percentage: Option<f64>,
    /// Amazon's "bought in past month", a lower bound.
    #[serde(default)]
    pub monthly_sold: Option<i32>,
    /// History of it, as pairs.
    #[serde(default)]
    pub monthly_sold_history: Option<Vec<i32>>,
    /// Histories by [`CsvType`], flat; `None` where nothing was collected. 34 or 36 slots, and more to come.
    #[serde(default)]
    pub csv: Option<Vec<Option<Vec<i32>>>>,
    /// Category whose rank is the sales rank; -1 or -2 when there is none.
    #[serde(default)]
    pub sales_rank_reference: Option<i64>,
    /// Histories of rank by category id, as pairs.
    #[serde(default)]
    pub sales_ranks: Option<HashMap<String, Vec<i32>>>,
    /// Statistics, when asked for.
    #[serde(default)]
    pub stats: Option<Stats>,
    /// `true` when heat harms it.
    #[serde(default)]
    pub is_heat_sensitive: Option<bool>,
    /// Hazards.
    #[serde(default)]
    pub hazardous_materials: Option<Vec<serde_json::Value>>,
    /// Return rate: 1 low, 2 high.
    #[serde(default)]
    pub return_rate: Option<i32>,
}

/// A fulfilment fee that Keepa observed. It contains price band, season and surcharge of that day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FbaFees {
    /// When; absent or 0 when unknown.
    #[serde(default)]
    pub last_update: Option<KeepaMinutes>,
    /// The fee in the smallest unit.
    #[serde(default)]
    pub pick_and_pack_fee: Option<i32>,
}

/// Statistics of a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Current value by csv index, landed for triples; -1 none, -2 not collected.
    #[serde(default)]
    pub current: Option<Vec<i32>>,
    /// Mean over 90 days by csv index, weighted by time.
    #[serde(default)]
    pub avg90: Option<Vec<i32>>,
    /// Rank falls that indicate sales in 30 days; -1 unknown.
    #[serde(default)]
    pub sales_rank_drops30: Option<i32>,
    /// Rank falls that indicate sales in 90 days; -1 unknown.
    #[serde(default)]
    pub sales_rank_drops90: Option<i32>,
    /// Rank falls that indicate sales in 180 days; -1 unknown.
    #[serde(default)]
    pub sales_rank_drops180: Option<i32>,
    /// Rank falls that indicate sales in 365 days; -1 unknown.
    #[serde(default)]
    pub sales_rank_drops365: Option<i32>,
    /// New offers fulfilled by Amazon; -2 unless offers were asked for.
    #[serde(default, rename = "offerCountFBA")]
    pub offer_count_fba: Option<i32>,
    /// New offers shipped by their sellers; -2 unless offers were asked for.
    #[serde(default, rename = "offerCountFBM")]
    pub offer_count_fbm: Option<i32>,
    /// Buy box price; -2 unless it was asked for, -1 when nobody has it.
    #[serde(default)]
    pub buy_box_price: Option<i32>,
    /// `true` when Amazon has the buy box; meaningless without [`Stats::buy_box_price`].
    #[serde(default)]
    pub buy_box_is_amazon: Option<bool>,
    /// `true` when Amazon ships for the holder of the buy box.
    #[serde(default, rename = "buyBoxIsFBA")]
    pub buy_box_is_fba: Option<bool>,
}

impl Product {
    /// What kind of listing it is; one without a number counts as standard.
    #[must_use]
    pub const fn product_type(&self) -> ProductType {
        match self.product_type_number {
            None | Some(0) => ProductType::Standard,
            Some(1) => ProductType::Downloadable,
            Some(2) => ProductType::Ebook,
            Some(3) => ProductType::Inaccessible,
            Some(4) => ProductType::Invalid,
            Some(5) => ProductType::VariationParent,
            Some(other) => ProductType::Unknown(other),
        }
    }

    /// The flat history of a series, as Keepa sends it; `None` when it was not collected.
    #[must_use]
    pub fn csv_series(&self, series: CsvType) -> Option<&[i32]> {
        self.csv.as_ref()?.get(series.index())?.as_deref()
    }

    /// The history of a series as flat pairs of time and value, landed where the series has shipping. -1 stands for nothing offered; so does
    /// an offer whose shipping is unknown (-1), since its landed price is.
    #[must_use]
    pub fn pairs(&self, series: CsvType) -> Option<Vec<i32>> {
        let flat = self.csv_series(series)?;
        if !series.has_shipping() {
            return Some(flat.to_vec());
        }
        let landed = |price: i32, shipping: i32| {
            if price >= 0 && shipping >= 0 {
                price.saturating_add(shipping)
            } else {
                -1
            }
        };
        Some(
            flat.chunks_exact(3)
                .filter_map(|triple| match *triple {
                    [at, price, shipping] => Some([at, landed(price, shipping)]),
                    _ => None,
                })
                .flatten()
                .collect(),
        )
    }

    /// The history of the sales rank in the reference category, as flat pairs.
    #[must_use]
    pub fn sales_rank_pairs(&self) -> Option<&[i32]> {
        let reference = self.sales_rank_reference.filter(|id| *id > 0);
        reference
            .and_then(|id| self.sales_ranks.as_ref()?.get(&id.to_string()))
            .map(Vec::as_slice)
            .or_else(|| self.csv_series(CsvType::SalesRank))
    }
}
