//! Notifications: fetched from Keepa, or pushed to a webhook (grade A: its documentation and Java source).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::csv_type::CsvType;
use crate::decode;
use crate::error::KeepaError;
use crate::model::{Domain, KeepaMinutes};
use crate::open_enum::number_enum;
use crate::reading::Reading;

number_enum! {
    /// Why Keepa notifies.
    NotificationCause {
        /// The tracking expired.
        Expired = 0,
        /// The desired price was reached.
        DesiredPrice = 1,
        /// The price changed.
        PriceChange = 2,
        /// The price changed after the desired price was reached.
        PriceChangeAfterDesiredPrice = 3,
        /// It ran out.
        OutOfStock = 4,
        /// It is available again.
        BackInStock = 5,
        /// The desired price was reached again.
        DesiredPriceAgain = 6,
    }
}

number_enum! {
    /// A way of notification.
    NotificationChannel {
        /// Electronic mail.
        Email = 0,
        /// Twitter.
        Twitter = 1,
        /// Facebook.
        Facebook = 2,
        /// The browser.
        Browser = 3,
        /// The messenger of Facebook.
        FacebookMessenger = 4,
        /// Keepa's API, and its webhook.
        Api = 5,
        /// Keepa's app.
        MobileApp = 6,
        /// None.
        Dummy = 7,
    }
}

impl NotificationChannel {
    /// Ways of notification that there are.
    const COUNT: i32 = 8;

    /// The array by which Keepa names some of them.
    pub(super) fn flags(channels: &[Self]) -> Vec<bool> {
        (0..Self::COUNT)
            .map(|number| channels.contains(&Self::from(number)))
            .collect()
    }
}

/// What Keepa notifies of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Notification {
    /// ASIN.
    pub asin: String,
    /// Title; in rare cases with HTML.
    #[serde(default)]
    pub title: Option<String>,
    /// File name of the image.
    #[serde(default)]
    pub image: Option<String>,
    /// When.
    pub create_date: KeepaMinutes,
    /// Locale of the currency of all prices, by Keepa's number.
    pub domain_id: u8,
    /// Locale that it is about, by Keepa's number.
    pub notification_domain_id: u8,
    /// Series that it is about, by [`CsvType::index`].
    pub csv_type: usize,
    /// Why.
    #[serde(rename = "trackingNotificationCause")]
    pub cause: NotificationCause,
    /// Values of the product at the time, by [`CsvType::index`].
    #[serde(default)]
    pub current_prices: Option<Vec<Reading>>,
    /// Ways in which it was sent, by [`NotificationChannel`].
    #[serde(default)]
    pub sent_notification_via: Option<Vec<bool>>,
    /// The text that the tracking was given.
    #[serde(default)]
    pub meta_data: Option<String>,
    /// Its id, since August 2026: the same one pushed again after 15 s has the same.
    #[serde(default)]
    pub notification_id: Option<Value>,
    /// What else Keepa says of it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Notification {
    /// Reads what Keepa pushed to a webhook. Keepa wants an answer with status 200, and pushes once more after 15 s otherwise.
    ///
    /// # Errors
    /// [`KeepaError::Unreadable`] with the path to the field, when it is no notification.
    pub fn from_webhook(body: &[u8]) -> Result<Self, KeepaError> {
        decode::whole(body)
    }

    /// The series that it is about; `None` for one that this version does not know.
    #[must_use]
    pub fn series(&self) -> Option<CsvType> {
        CsvType::from_index(self.csv_type)
    }

    /// The locale that it is about; `None` for one that this version does not know.
    #[must_use]
    pub fn domain(&self) -> Option<Domain> {
        Domain::from_number(self.notification_domain_id)
    }

    /// The value of a series at the time, in its unit; `None` when there was none.
    #[must_use]
    pub fn current(&self, series: CsvType) -> Option<u32> {
        self.current_prices.as_ref()?.get(series.index())?.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pushed_notification_is_read_and_what_is_new_in_it_survives() {
        let body = br#"{"asin":"0593655036","title":"A book","image":"x.jpg","createDate":8000000,
            "domainId":1,"notificationDomainId":3,"csvType":2,"trackingNotificationCause":9,
            "currentPrices":[-1,2499,1250],"sentNotificationVia":[false],"metaData":"batch 7",
            "notificationId":"n-1","brandNew":[1]}"#;
        let notification = Notification::from_webhook(body).unwrap();
        assert_eq!(notification.series(), Some(CsvType::Used));
        assert_eq!(notification.domain(), Some(Domain::Germany));
        assert_eq!(notification.cause, NotificationCause::Unknown(9));
        assert_eq!(notification.current(CsvType::Used), Some(1_250));
        assert_eq!(notification.current(CsvType::Amazon), None);
        let kept = serde_json::to_value(&notification).unwrap();
        assert_eq!(kept, serde_json::from_slice::<Value>(body).unwrap());
    }

    #[test]
    fn what_is_no_notification_is_refused_with_the_path_to_the_field() {
        let told = |body: &[u8]| Notification::from_webhook(body).unwrap_err().to_string();
        insta::assert_snapshot!(told(br#"{"asin":7}"#), @"the answer of Keepa cannot be read: `asin`: invalid type: integer `7`, expected a string at line 1 column 9");
        insta::assert_snapshot!(told(b"<html>"), @"the answer of Keepa cannot be read: `.`: expected value at line 1 column 1");
    }
}
