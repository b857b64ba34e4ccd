//! `/tracking`: products that Keepa watches, and what it notifies of.

mod model;
mod notification;

use futures_util::Stream;
use serde::Deserialize;
use serde_json::json;

pub use model::{NotifyIf, NotifyIfKind, Threshold, Tracking, TrackingCreation};
pub use notification::{Notification, NotificationCause, NotificationChannel};

use crate::budget::Cost;
use crate::client::{Answer, Call, KeepaClient, Payload};
use crate::error::KeepaError;
use crate::limits;
use crate::model::KeepaMinutes;
use crate::query::Query;

/// Trackings that one request may add.
const TRACKINGS_A_REQUEST: usize = 1_000;

/// Trackings on the largest page.
const TRACKINGS_A_PAGE: usize = 100_000;

/// Characters of the name of a list.
const LONGEST_NAME: usize = 64;

/// The trackings of an account, or those in one of its named lists. Only adding costs tokens.
#[derive(Debug, Clone)]
pub struct TrackingList {
    client: KeepaClient,
    name: Option<String>,
}

/// Which of an account's notifications are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notifications {
    /// Those not fetched before.
    Unread,
    /// Those fetched before as well.
    All,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrackingsPayload {
    #[serde(default)]
    trackings: Option<Vec<Tracking>>,
}

impl Payload for TrackingsPayload {
    type Value = Vec<Tracking>;

    fn value(self) -> Option<Vec<Tracking>> {
        self.trackings
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AsinsPayload {
    #[serde(default)]
    asin_list: Option<Vec<String>>,
}

impl Payload for AsinsPayload {
    type Value = Vec<String>;

    fn value(self) -> Option<Vec<String>> {
        self.asin_list
    }
}

#[derive(Deserialize)]
struct NotificationsPayload {
    #[serde(default)]
    notifications: Option<Vec<Notification>>,
}

impl Payload for NotificationsPayload {
    type Value = Vec<Notification>;

    fn value(self) -> Option<Vec<Notification>> {
        self.notifications
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamesPayload {
    #[serde(default)]
    tracking_list_names: Option<Vec<String>>,
}

impl Payload for NamesPayload {
    type Value = Vec<String>;

    fn value(self) -> Option<Vec<String>> {
        self.tracking_list_names
    }
}

fn call(kind: &str) -> Call {
    let mut query = Query::default();
    query.set("type", kind);
    Call::get("tracking", query, Cost::FREE)
}

impl KeepaClient {
    /// The trackings that are in no named list.
    #[must_use]
    pub fn trackings(&self) -> TrackingList {
        TrackingList {
            client: self.clone(),
            name: None,
        }
    }

    /// The trackings in a list, by its name of up to 64 characters.
    ///
    /// # Errors
    /// When the name is empty or too long.
    pub fn tracking_list(&self, name: impl Into<String>) -> Result<TrackingList, KeepaError> {
        let name = name.into();
        let length = name.chars().count();
        limits::some_up_to("characters of a name", length, LONGEST_NAME)?;
        Ok(TrackingList {
            client: self.clone(),
            name: Some(name),
        })
    }

    /// The names of all lists; free.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn tracking_list_names(&self) -> Result<Answer<Vec<String>>, KeepaError> {
        self.ask::<NamesPayload>(call("listNames")).await
    }

    /// Where Keepa pushes notifications, each as one [`Notification`]; free.
    ///
    /// # Errors
    /// When it is no `https` or `http` address, or there was no answer.
    pub async fn set_tracking_webhook(&self, url: &str) -> Result<Answer<()>, KeepaError> {
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            return Err(limits::invalid(format!("{url:?} is no address")));
        }
        let mut call = call("webhook");
        call.query.set("url", url);
        self.done(call).await
    }

    async fn done(&self, call: Call) -> Result<Answer<()>, KeepaError> {
        let run = self.run(&call, |_, envelope| {
            Ok(envelope.error.is_none().then_some(()))
        });
        self.within(self.deadline(), run).await
    }
}

impl TrackingList {
    fn call(&self, kind: &str) -> Call {
        let mut call = call(kind);
        call.query.maybe("list", self.name.as_ref());
        call
    }

    fn call_for(&self, kind: &str, asin: &str) -> Result<Call, KeepaError> {
        limits::identifiers(&[asin])?;
        let mut call = self.call(kind);
        call.query.set("asin", asin);
        Ok(call)
    }

    /// What adding so many trackings costs: a token each.
    #[must_use]
    pub fn cost_of_adding(trackings: usize) -> Cost {
        Cost::exactly(1) * trackings
    }

    /// Adds up to 1,000 trackings, or replaces those of the same ASIN. Where some fail, [`Answer::error`] names them beside those that were added.
    ///
    /// # Errors
    /// When one of them breaks a limit, or none was added.
    pub async fn add(
        &self,
        trackings: &[TrackingCreation],
    ) -> Result<Answer<Vec<Tracking>>, KeepaError> {
        limits::some_up_to("trackings", trackings.len(), TRACKINGS_A_REQUEST)?;
        trackings.iter().try_for_each(TrackingCreation::validate)?;
        let mut call = self.call("add");
        call.body = Some(json!(trackings).to_string());
        call.cost = Self::cost_of_adding(trackings.len());
        self.client.ask::<TrackingsPayload>(call).await
    }

    /// The tracking of a product; `None` when it is not tracked.
    ///
    /// # Errors
    /// When the ASIN is none, or there was no answer.
    pub async fn get(&self, asin: &str) -> Result<Answer<Option<Tracking>>, KeepaError> {
        let call = self.call_for("get", asin)?;
        let answer = self.client.ask::<TrackingsPayload>(call).await?;
        Ok(answer.map(|trackings| trackings.into_iter().next()))
    }

    /// The ASINs of all trackings.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn asins(&self) -> Result<Answer<Vec<String>>, KeepaError> {
        let mut call = self.call("list");
        call.query.flag("asins-only", true);
        self.client.ask::<AsinsPayload>(call).await
    }

    /// A page of trackings, from 0, of up to 100,000.
    ///
    /// # Errors
    /// When the page is empty or too large, or there was no answer.
    pub async fn page(
        &self,
        page: usize,
        per_page: usize,
    ) -> Result<Answer<Vec<Tracking>>, KeepaError> {
        limits::some_up_to("trackings on a page", per_page, TRACKINGS_A_PAGE)?;
        let mut call = self.call("list");
        call.query.set("page", page);
        call.query.set("perPage", per_page);
        self.client.ask::<TrackingsPayload>(call).await
    }

    /// Every page of trackings. It ends with the first that is not full, or with an error.
    pub fn pages(
        &self,
        per_page: usize,
    ) -> impl Stream<Item = Result<Answer<Vec<Tracking>>, KeepaError>> + Send + 'static {
        let list = self.clone();
        futures_util::stream::try_unfold(Some(0), move |page| {
            let list = list.clone();
            async move {
                let Some(page) = page else { return Ok(None) };
                let answer = list.page(page, per_page).await?;
                let is_full = answer.value.len() >= per_page;
                Ok(Some((answer, is_full.then_some(page + 1))))
            }
        })
    }

    /// Removes the tracking of a product.
    ///
    /// # Errors
    /// When the ASIN is none or not tracked, or there was no answer.
    pub async fn remove(&self, asin: &str) -> Result<Answer<()>, KeepaError> {
        self.client.done(self.call_for("remove", asin)?).await
    }

    /// Removes all trackings of the list.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn remove_all(&self) -> Result<Answer<()>, KeepaError> {
        self.client.done(self.call("removeAll")).await
    }

    /// Notifications since a time, which Keepa keeps for 24 hours.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn notifications(
        &self,
        since: KeepaMinutes,
        which: Notifications,
    ) -> Result<Answer<Vec<Notification>>, KeepaError> {
        let mut call = self.call("notification");
        call.query.set("since", since);
        let revise = which == Notifications::All;
        call.query.set("revise", u8::from(revise));
        self.client.ask::<NotificationsPayload>(call).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_type::CsvType;
    use crate::model::Domain;

    #[test]
    fn a_creation_has_keepas_names() {
        let creation = TrackingCreation::new(Domain::UnitedStates, "0593655036")
            .update_interval(24)
            .ttl(-48)
            .threshold(Threshold::falls_below(
                Domain::UnitedStates,
                CsvType::Used,
                900,
            ))
            .notify_if(Domain::Germany, CsvType::Amazon, NotifyIfKind::BackInStock)
            .meta_data("batch 7");
        let flags = json!([false, false, false, false, false, true, false, false]);
        assert_eq!(
            json!(creation),
            json!({
                "asin": "0593655036", "mainDomainId": 1, "updateInterval": 24, "ttl": -48,
                "expireNotify": false, "desiredPricesInMainCurrency": true,
                "thresholdValues": [{"thresholdValue": 900, "domain": 1, "csvType": 2, "isDrop": true}],
                "notifyIf": [{"domain": 3, "csvType": 0, "notifyIfType": 1}],
                "notificationType": flags, "individualNotificationInterval": -1,
                "metaData": "batch 7",
            })
        );
    }

    #[tokio::test]
    async fn what_keepa_would_refuse_is_refused_before() {
        let client = KeepaClient::builder("key").build().unwrap();
        let tracked = || TrackingCreation::new(Domain::UnitedStates, "0593655036");
        let list = client.trackings();
        for refused in [
            vec![],
            vec![tracked(); 1_001],
            vec![TrackingCreation::new(Domain::UnitedStates, "")],
            vec![tracked().update_interval(26)],
            vec![tracked().meta_data("x".repeat(501))],
            vec![tracked().individual_notification_interval(-2)],
        ] {
            let refusal = list.add(&refused).await;
            assert!(matches!(refusal, Err(KeepaError::InvalidRequest(_))));
        }
        assert!(client.tracking_list("x".repeat(65)).is_err());
        assert!(client.tracking_list("").is_err());
        assert!(list.page(0, 100_001).await.is_err());
        assert!(client.set_tracking_webhook("ftp://x").await.is_err());
    }
}
