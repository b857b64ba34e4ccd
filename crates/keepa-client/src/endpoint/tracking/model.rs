//! What Keepa says of a tracking, and what it is told to track (grade A: its documentation and Java source; no recorded answer was there to check).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::notification::NotificationChannel;
use crate::csv_type::CsvType;
use crate::error::KeepaError;
use crate::limits;
use crate::model::{Domain, KeepaMinutes};
use crate::open_enum::number_enum;
use crate::reading::Reading;

/// Characters that the meta data may have.
const LONGEST_META_DATA: usize = 500;

/// The longest hours between updates.
const LONGEST_INTERVAL: u8 = 25;

number_enum! {
    /// What a tracking notifies of beside values.
    NotifyIfKind {
        /// It ran out.
        OutOfStock = 0,
        /// It is available again.
        BackInStock = 1,
    }
}

/// A value whose crossing notifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Threshold {
    /// The value, in the unit of the series and the currency of the main locale; of a tracking that exists see the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_value: Option<i32>,
    /// History of the value, as pairs of time and value; of a tracking that exists.
    #[serde(
        default,
        rename = "thresholdValueCSV",
        skip_serializing_if = "Option::is_none"
    )]
    pub threshold_value_csv: Option<Vec<i32>>,
    /// Locale that is watched, by Keepa's number.
    pub domain: u8,
    /// Series that is watched, by [`CsvType::index`].
    pub csv_type: usize,
    /// `true` when it notifies of a fall below the value, `false` of a rise above it.
    pub is_drop: bool,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Threshold {
    /// Notifies when a series falls below a value.
    #[must_use]
    pub fn falls_below(domain: Domain, series: CsvType, value: i32) -> Self {
        Self {
            threshold_value: Some(value),
            threshold_value_csv: None,
            domain: domain.number(),
            csv_type: series.index(),
            is_drop: true,
            other: Map::new(),
        }
    }

    /// Notifies when a series rises above a value.
    #[must_use]
    pub fn rises_above(domain: Domain, series: CsvType, value: i32) -> Self {
        Self {
            is_drop: false,
            ..Self::falls_below(domain, series, value)
        }
    }
}

/// A stock whose change notifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifyIf {
    /// Locale that is watched, by Keepa's number.
    pub domain: u8,
    /// Series that is watched, by [`CsvType::index`].
    pub csv_type: usize,
    /// What it notifies of.
    #[serde(rename = "notifyIfType")]
    pub kind: NotifyIfKind,
}

/// A product to track; one token to add it, and 0.9 tokens for each update and locale from then on, or 9 when offers are watched, taken from the
/// refill rate. The methods have the names of Keepa's fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackingCreation {
    asin: String,
    main_domain_id: u8,
    update_interval: u8,
    ttl: i32,
    expire_notify: bool,
    desired_prices_in_main_currency: bool,
    threshold_values: Vec<Threshold>,
    notify_if: Vec<NotifyIf>,
    notification_type: Vec<bool>,
    individual_notification_interval: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_data: Option<String>,
}

impl TrackingCreation {
    /// Tracks a product for two years and looks every hour, as Keepa's own client does; prices are in the currency of the locale, and
    /// notifications can be fetched and are sent to the webhook.
    #[must_use]
    pub fn new(main_domain: Domain, asin: impl Into<String>) -> Self {
        Self {
            asin: asin.into(),
            main_domain_id: main_domain.number(),
            update_interval: 1,
            ttl: 24 * 365 * 2,
            expire_notify: false,
            desired_prices_in_main_currency: true,
            threshold_values: Vec::new(),
            notify_if: Vec::new(),
            notification_type: NotificationChannel::flags(&[NotificationChannel::Api]),
            individual_notification_interval: -1,
            meta_data: None,
        }
    }

    /// Hours between updates, up to 25.
    #[must_use]
    pub const fn update_interval(mut self, hours: u8) -> Self {
        self.update_interval = hours;
        self
    }

    /// Hours until it expires; 0 for never. A negative number keeps those of a tracking that exists, and is taken without its sign for a new one.
    #[must_use]
    pub const fn ttl(mut self, hours: i32) -> Self {
        self.ttl = hours;
        self
    }

    /// Notifies when it expires, or is removed by Keepa.
    #[must_use]
    pub const fn expire_notify(mut self, notify: bool) -> Self {
        self.expire_notify = notify;
        self
    }

    /// Whether values are in the currency of the main locale already; otherwise Keepa converts them.
    #[must_use]
    pub const fn desired_prices_in_main_currency(mut self, are_they: bool) -> Self {
        self.desired_prices_in_main_currency = are_they;
        self
    }

    /// Adds a value whose crossing notifies.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold_values.push(threshold);
        self
    }

    /// Adds a stock whose change notifies.
    #[must_use]
    pub fn notify_if(mut self, domain: Domain, series: CsvType, kind: NotifyIfKind) -> Self {
        self.notify_if.push(NotifyIf {
            domain: domain.number(),
            csv_type: series.index(),
            kind,
        });
        self
    }

    /// The ways of notification, instead of Keepa's API alone.
    #[must_use]
    pub fn notification_type(mut self, channels: &[NotificationChannel]) -> Self {
        self.notification_type = NotificationChannel::flags(channels);
        self
    }

    /// Minutes after which the same value notifies again; 0 for never, -1 as the account is set.
    #[must_use]
    pub const fn individual_notification_interval(mut self, minutes: i32) -> Self {
        self.individual_notification_interval = minutes;
        self
    }

    /// A text that comes back with tracking and notifications, up to 500 characters.
    #[must_use]
    pub fn meta_data(mut self, text: impl Into<String>) -> Self {
        self.meta_data = Some(text.into());
        self
    }

    pub(super) fn validate(&self) -> Result<(), KeepaError> {
        limits::identifiers(&[&self.asin])?;
        limits::within(
            "an update interval",
            self.update_interval,
            0,
            LONGEST_INTERVAL,
        )?;
        let meta_data = self.meta_data.as_deref().unwrap_or_default();
        let length = meta_data.chars().count();
        limits::up_to("characters of meta data", length, LONGEST_META_DATA)?;
        if self.individual_notification_interval < -1 {
            return Err(limits::invalid("an interval of notification is -1 or more"));
        }
        Ok(())
    }
}

/// A product that is tracked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Tracking {
    /// ASIN.
    pub asin: String,
    /// When it was made.
    pub create_date: Option<KeepaMinutes>,
    /// Hours from then until it expires; 0 for never.
    pub ttl: Option<i32>,
    /// `true` when it notifies of its end.
    pub expire_notify: Option<bool>,
    /// Locale of the currency of all values, by Keepa's number.
    pub main_domain_id: Option<u8>,
    /// Values whose crossing notifies.
    pub threshold_values: Option<Vec<Threshold>>,
    /// Stock whose change notifies.
    pub notify_if: Option<Vec<NotifyIf>>,
    /// Ways of notification, by [`NotificationChannel`].
    pub notification_type: Option<Vec<bool>>,
    /// Notifications so far: locale, series, channel, cause and time of each.
    #[serde(rename = "notificationCSV")]
    pub notification_csv: Option<Vec<i32>>,
    /// Minutes after which the same value notifies again; 0 for never, none as the account is set.
    pub individual_notification_interval: Option<Reading>,
    /// `false` when the account is no longer paid for.
    pub is_active: Option<bool>,
    /// Hours between updates.
    pub update_interval: Option<u8>,
    /// The text it was given.
    pub meta_data: Option<String>,
    /// The list it is in.
    pub tracking_list_name: Option<String>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
