//! What Keepa says of deals (grade A: 300 recorded deals).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::csv_type::CsvType;
use crate::model::KeepaMinutes;
use crate::reading::Reading;

/// The interval over which a change is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DealInterval {
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
    /// 31 days.
    Month,
    /// 90 days.
    NinetyDays,
}

impl DealInterval {
    /// Keepa's number, and the index in [`Deal::delta`], [`Deal::delta_percent`] and [`Deal::avg`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Day => 0,
            Self::Week => 1,
            Self::Month => 2,
            Self::NinetyDays => 3,
        }
    }
}

/// A page of deals, and in which root categories all deals of the selection are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Deals {
    /// The deals.
    #[serde(rename = "dr")]
    pub deals: Vec<Deal>,
    /// Ids of root categories; the greatest number of 63 bits stands for unknown. Filters of category do not count here.
    pub category_ids: Vec<i64>,
    /// Names of these; `?` for unknown.
    pub category_names: Vec<String>,
    /// Counts of deals in these.
    pub category_count: Vec<u32>,
    /// What else Keepa says of them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A product of which something changed. Arrays are indexed by [`CsvType::index`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Deal {
    /// ASIN.
    pub asin: String,
    /// ASIN of the parent of variations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_asin: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Root category; 0 for none.
    pub root_cat: i64,
    /// Categories.
    pub categories: Option<Vec<i64>>,
    /// File name of the image as character codes; see [`Deal::image_name`].
    pub image: Option<Vec<u8>>,
    /// When the deal was found.
    pub creation_date: KeepaMinutes,
    /// When the product was updated last.
    pub last_update: KeepaMinutes,
    /// When a lightning deal begins; 0 for none.
    pub lightning_start: KeepaMinutes,
    /// When a lightning deal ends; 0 for none.
    pub lightning_end: KeepaMinutes,
    /// Condition of Amazon's own used offer: 0 none, 1 new, 2 like new, 3 very good, 4 good, 5 acceptable.
    pub warehouse_condition: u8,
    /// What Amazon says of the condition.
    pub warehouse_condition_comment: Option<String>,
    /// `true` where it is available again.
    pub back_in_stock: Option<Vec<bool>>,
    /// Values now.
    pub current: Vec<Reading>,
    /// Since when these are so; -1 for never.
    pub current_since: Vec<KeepaMinutes>,
    /// The last changes, in the unit of the series; positive where the value fell, as everywhere in a deal.
    pub delta_last: Vec<i32>,
    /// Changes, by [`DealInterval::index`] and series.
    pub delta: Vec<Vec<i32>>,
    /// Changes in percent, by [`DealInterval::index`] and series.
    pub delta_percent: Vec<Vec<i32>>,
    /// Means weighted by time, by [`DealInterval::index`] and series.
    pub avg: Vec<Vec<Reading>>,
    /// Rank falls that indicate sales in 30 days; -1 unknown.
    pub sales_rank_drops30: Option<Reading>,
    /// Rank falls that indicate sales in 90 days; -1 unknown.
    pub sales_rank_drops90: Option<Reading>,
    /// Rank falls that indicate sales in 180 days; -1 unknown.
    pub sales_rank_drops180: Option<Reading>,
    /// Rank falls that indicate sales in 365 days; -1 unknown.
    pub sales_rank_drops365: Option<Reading>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Deal {
    /// The value of a series now; `None` when there is none.
    #[must_use]
    pub fn current(&self, series: CsvType) -> Option<u32> {
        self.current.get(series.index())?.value()
    }

    /// The mean of a series over an interval; `None` when there is none.
    #[must_use]
    pub fn average(&self, interval: DealInterval, series: CsvType) -> Option<u32> {
        self.avg.get(interval.index())?.get(series.index())?.value()
    }

    /// The file name of the image.
    #[must_use]
    pub fn image_name(&self) -> Option<String> {
        String::from_utf8(self.image.clone()?).ok()
    }
}
