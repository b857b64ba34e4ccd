//! Trackings of the account, what they notify of, and what they cost.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalogue::market::VISIBLE_EVERY;
use crate::catalogue::{Catalogue, slots};
use crate::clock::HOUR;
use crate::envelope::KeepaError;
use crate::parameters::{invalid, out_of_range};

/// The channel of notifications that the API and its webhook are. Grade A: Keepa's documentation, as
/// all figures here.
const API_CHANNEL: usize = 5;
const CHANNELS: usize = 8;

/// The longest hours between updates, and characters of meta data.
const LONGEST_INTERVAL: i32 = 25;
const LONGEST_META_DATA: usize = 500;

/// Hours for which notifications are kept.
const KEPT_HOURS: i32 = 24;

/// Thousandths of tokens that an update of one locale costs, and one with offers.
const UPDATE_COST: u32 = 900;
const UPDATE_COST_WITH_OFFERS: u32 = 9_000;

/// Moments that are looked at when the clock was set far ahead, at most.
const MOST_MOMENTS: i32 = 4 * 400;

// Causes of notifications.
const EXPIRED: u8 = 0;
const DESIRED_PRICE: u8 = 1;
const OUT_OF_STOCK: u8 = 4;
const BACK_IN_STOCK: u8 = 5;
const DESIRED_PRICE_AGAIN: u8 = 6;

/// A value whose crossing notifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Threshold {
    threshold_value: i32,
    #[serde(default, rename = "thresholdValueCSV")]
    threshold_value_csv: Vec<i32>,
    domain: u8,
    csv_type: usize,
    is_drop: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_delta_absolute: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_delta_percentage: Option<i32>,
    #[serde(default)]
    deltas_are_between_notifications: bool,
}

/// A stock whose change notifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotifyIf {
    domain: u8,
    csv_type: usize,
    notify_if_type: u8,
}

/// What a tracking is created from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Creation {
    asin: String,
    main_domain_id: u8,
    #[serde(default)]
    ttl: i32,
    #[serde(default)]
    expire_notify: bool,
    #[serde(default)]
    threshold_values: Option<Vec<Threshold>>,
    #[serde(default)]
    notify_if: Option<Vec<NotifyIf>>,
    #[serde(default)]
    notification_type: Option<Vec<bool>>,
    #[serde(default = "as_the_account_is_set")]
    individual_notification_interval: i32,
    #[serde(default = "hourly")]
    update_interval: i32,
    #[serde(default)]
    meta_data: Option<String>,
}

fn as_the_account_is_set() -> i32 {
    -1
}

fn hourly() -> i32 {
    1
}

/// A tracking.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tracking {
    asin: String,
    create_date: i32,
    ttl: i32,
    expire_notify: bool,
    main_domain_id: u8,
    threshold_values: Vec<Threshold>,
    notify_if: Vec<NotifyIf>,
    notification_type: Vec<bool>,
    #[serde(rename = "notificationCSV")]
    notification_csv: Vec<i32>,
    individual_notification_interval: i32,
    is_active: bool,
    update_interval: i32,
    meta_data: Option<String>,
    tracking_list_name: Option<String>,
    /// Until when it was looked at; Keepa minutes.
    #[serde(skip)]
    looked_until: i32,
}

/// A notification and whether it was fetched.
#[derive(Debug, Clone)]
struct Kept {
    at: i32,
    was_fetched: bool,
    body: Value,
}

/// The trackings of the account.
#[derive(Debug, Default)]
pub(crate) struct Trackings {
    /// By list, `""` for none, and ASIN.
    lists: BTreeMap<String, BTreeMap<String, Tracking>>,
    kept: VecDeque<Kept>,
    /// Notifications that are still to be pushed.
    unsent: Vec<Value>,
    webhook: Option<String>,
    notified: u64,
}

impl Creation {
    fn check(&self) -> Result<(), KeepaError> {
        let is_asin = self.asin.len() == 10 && self.asin.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_asin {
            return Err(invalid(format!("{:?} is no ASIN", self.asin)));
        }
        if !(0..=LONGEST_INTERVAL).contains(&self.update_interval) {
            return Err(out_of_range("updateInterval is not from 0 to 25"));
        }
        if self
            .meta_data
            .as_ref()
            .is_some_and(|text| text.chars().count() > LONGEST_META_DATA)
        {
            return Err(out_of_range("metaData has more than 500 characters"));
        }
        if self.individual_notification_interval < -1 {
            return Err(out_of_range(
                "individualNotificationInterval is less than -1",
            ));
        }
        if self
            .notification_type
            .as_ref()
            .is_some_and(|flags| flags.len() != CHANNELS)
        {
            return Err(invalid("notificationType has not eight elements"));
        }
        let thresholds = self.threshold_values.iter().flatten().map(|t| t.csv_type);
        let stocks = self.notify_if.iter().flatten();
        let mut types = thresholds.chain(stocks.map(|stock| stock.csv_type));
        if let Some(unknown) = types.find(|csv_type| *csv_type >= slots::SLOTS) {
            return Err(out_of_range(format!("csvType {unknown} does not exist")));
        }
        Ok(())
    }
}

impl Tracking {
    fn create(creation: Creation, list: &str, before: Option<&Self>, now: i32) -> Self {
        let created = before.map_or(now, |before| before.create_date);
        let mut threshold_values = creation.threshold_values.unwrap_or_default();
        for threshold in &mut threshold_values {
            threshold.threshold_value_csv = vec![now, threshold.threshold_value];
        }
        let ttl = match before {
            // A negative number keeps that of a tracking which is there.
            Some(before) if creation.ttl < 0 => before.ttl,
            _ => creation.ttl.saturating_abs(),
        };
        Self {
            asin: creation.asin,
            create_date: created,
            ttl,
            expire_notify: creation.expire_notify,
            main_domain_id: creation.main_domain_id,
            threshold_values,
            notify_if: creation.notify_if.unwrap_or_default(),
            notification_type: creation
                .notification_type
                .unwrap_or_else(|| (0..CHANNELS).map(|c| c == API_CHANNEL).collect()),
            notification_csv: before.map_or_else(Vec::new, |b| b.notification_csv.clone()),
            individual_notification_interval: creation.individual_notification_interval,
            is_active: true,
            update_interval: creation.update_interval,
            meta_data: creation.meta_data,
            tracking_list_name: (!list.is_empty()).then(|| list.to_owned()),
            looked_until: now,
        }
    }

    fn expires(&self) -> Option<i32> {
        (self.ttl > 0).then(|| {
            self.create_date
                .saturating_add(self.ttl.saturating_mul(HOUR))
        })
    }

    /// Thousandths of tokens per minute that it uses.
    fn cost_per_minute(&self) -> u32 {
        let mut locales: Vec<u8> = self
            .threshold_values
            .iter()
            .map(|threshold| threshold.domain)
            .chain(self.notify_if.iter().map(|stock| stock.domain))
            .chain([self.main_domain_id])
            .collect();
        locales.sort_unstable();
        locales.dedup();
        let watches_offers = self
            .threshold_values
            .iter()
            .map(|threshold| threshold.csv_type)
            .chain(self.notify_if.iter().map(|stock| stock.csv_type))
            .any(|slot| matches!(slot, 7 | 9 | 10 | 18..=27 | 32 | 33));
        let cost = if watches_offers {
            UPDATE_COST_WITH_OFFERS
        } else {
            UPDATE_COST
        };
        let minutes = u32::try_from(self.update_interval.max(1) * HOUR).unwrap_or(u32::MAX);
        let locales = u32::try_from(locales.len()).unwrap_or(u32::MAX);
        (cost * locales).div_ceil(minutes)
    }

    /// When a cause last notified of a history.
    fn last_notified(&self, slot: usize) -> Option<i32> {
        let slot = i32::try_from(slot).ok()?;
        self.notification_csv
            .chunks_exact(5)
            .filter(|told| told.get(1) == Some(&slot))
            .filter_map(|told| told.get(4).copied())
            .next_back()
    }
}

impl Trackings {
    /// Adds trackings, or replaces those of the same ASIN; those that fail are named in the error.
    pub(crate) fn add(
        &mut self,
        list: &str,
        creations: Vec<Creation>,
        is_known: impl Fn(&str) -> bool,
        now: i32,
    ) -> Result<(Vec<Tracking>, Option<KeepaError>), KeepaError> {
        creations.iter().try_for_each(Creation::check)?;
        let (known, unknown): (Vec<_>, Vec<_>) = creations
            .into_iter()
            .partition(|creation| is_known(&creation.asin));
        let held = self.lists.entry(list.to_owned()).or_default();
        let added = known
            .into_iter()
            .map(|creation| {
                let before = held.get(&creation.asin);
                let tracking = Tracking::create(creation, list, before, now);
                held.insert(tracking.asin.clone(), tracking.clone());
                tracking
            })
            .collect();
        let asins: Vec<&str> = unknown
            .iter()
            .map(|creation| creation.asin.as_str())
            .collect();
        let error = (!asins.is_empty()).then(|| KeepaError {
            details: asins.join(","),
            ..invalid("Some products could not be tracked.")
        });
        Ok((added, error))
    }

    /// The trackings of a list, by ASIN.
    pub(crate) fn list(&self, list: &str) -> impl Iterator<Item = &Tracking> {
        self.lists.get(list).into_iter().flat_map(BTreeMap::values)
    }

    /// The tracking of an ASIN.
    pub(crate) fn get(&self, list: &str, asin: &str) -> Option<&Tracking> {
        self.lists.get(list)?.get(asin)
    }

    /// The names of the lists that have trackings.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.lists
            .iter()
            .filter(|(name, trackings)| !name.is_empty() && !trackings.is_empty())
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// Removes the tracking of an ASIN; returns whether it was there.
    pub(crate) fn remove(&mut self, list: &str, asin: &str) -> bool {
        let held = self.lists.get_mut(list);
        held.is_some_and(|held| held.remove(asin).is_some())
    }

    /// Removes all trackings of a list.
    pub(crate) fn remove_all(&mut self, list: &str) {
        self.lists.remove(list);
    }

    /// Where notifications are pushed.
    pub(crate) fn set_webhook(&mut self, url: String) {
        self.webhook = Some(url);
    }

    /// Notifications that were not pushed yet, and where they go.
    pub(crate) fn take_unsent(&mut self) -> Option<(String, Vec<Value>)> {
        let webhook = self.webhook.clone()?;
        let unsent = std::mem::take(&mut self.unsent);
        (!unsent.is_empty()).then_some((webhook, unsent))
    }

    /// Whether everything was looked at that became visible, and nothing expired.
    pub(crate) fn are_looked_at(&self, seen: i32, now: i32) -> bool {
        let mut all = self.lists.values().flat_map(BTreeMap::values);
        all.all(|tracking| {
            tracking.looked_until >= seen && tracking.expires().is_none_or(|at| at > now)
        })
    }

    /// Thousandths of tokens per minute that all trackings use.
    pub(crate) fn cost_per_minute(&self) -> u32 {
        let all = self.lists.values().flat_map(BTreeMap::values);
        all.map(Tracking::cost_per_minute).sum()
    }

    /// Notifications since a time that were not fetched yet, or all.
    pub(crate) fn notifications(&mut self, since: i32, revise: bool, now: i32) -> Vec<Value> {
        self.kept.retain(|kept| kept.at > now - KEPT_HOURS * HOUR);
        let mut told = Vec::new();
        for kept in &mut self.kept {
            if kept.at >= since && (revise || !kept.was_fetched) {
                kept.was_fetched = true;
                told.push(kept.body.clone());
            }
        }
        told
    }

    /// Looks at what became visible until now, and notes what there is to notify of.
    pub(crate) fn look(&mut self, catalogue: &Catalogue, seen: i32, now: i32) {
        let mut told = Vec::new();
        for trackings in self.lists.values_mut() {
            for tracking in trackings.values_mut() {
                look_at(tracking, catalogue, seen, &mut told);
            }
            trackings.retain(|_, tracking| {
                let expired = tracking.expires().is_some_and(|at| at <= now);
                if expired && tracking.expire_notify {
                    let at = tracking.expires().unwrap_or(now);
                    told.push(Noted::of(tracking, catalogue, (0, EXPIRED), at));
                }
                !expired
            });
        }
        told.sort_by_key(|noted| noted.at);
        for noted in told {
            self.notified += 1;
            let mut body = noted.body;
            if let Some(body) = body.as_object_mut() {
                let id = format!("n-{}", self.notified);
                body.insert("notificationId".to_owned(), json!(id));
            }
            self.unsent.push(body.clone());
            self.kept.push_back(Kept {
                at: noted.at,
                was_fetched: false,
                body,
            });
        }
        if self.webhook.is_none() {
            self.unsent.clear();
        }
    }
}

/// A notification without its id.
struct Noted {
    at: i32,
    body: Value,
}

impl Noted {
    fn of(tracking: &Tracking, catalogue: &Catalogue, (slot, cause): (usize, u8), at: i32) -> Self {
        let index = catalogue.index_of_asin(&tracking.asin);
        let told = index.and_then(|index| catalogue.told(index, at, false));
        let prices: Vec<i32> = (0..slots::SLOTS)
            .map(|slot| {
                let market = told.as_ref().map(|told| &told.market);
                let series = market.and_then(|market| market.history(slot));
                series.and_then(|series| series.at(at)).unwrap_or(-1)
            })
            .collect();
        Self {
            at,
            body: json!({
                "asin": tracking.asin,
                "title": told.as_ref().map(|told| told.book.title.as_str()),
                "image": told.as_ref().map(|told| told.identity.image()),
                "createDate": at,
                "domainId": tracking.main_domain_id,
                "notificationDomainId": tracking.main_domain_id,
                "csvType": slot,
                "trackingNotificationCause": cause,
                "currentPrices": prices,
                "sentNotificationVia": tracking.notification_type,
                "metaData": tracking.meta_data,
            }),
        }
    }
}

/// Looks at each moment that became visible since the last look.
fn look_at(tracking: &mut Tracking, catalogue: &Catalogue, seen: i32, told: &mut Vec<Noted>) {
    let first = tracking.looked_until - tracking.looked_until.rem_euclid(VISIBLE_EVERY);
    let first = first.max(seen - MOST_MOMENTS * VISIBLE_EVERY);
    let last = tracking.expires().map_or(seen, |at| at.min(seen));
    if tracking.looked_until >= last {
        return;
    }
    tracking.looked_until = last;
    let index = catalogue.index_of_asin(&tracking.asin);
    let Some(book) = index.and_then(|index| catalogue.told(index, last, false)) else {
        return;
    };
    let value = |slot: usize, at: i32| {
        let series = book.market.history(slot);
        series.and_then(|series| series.at(at)).unwrap_or(-1)
    };
    let mut at = first + VISIBLE_EVERY;
    while at <= last {
        let mut causes = Vec::new();
        for threshold in tracking.threshold_values.iter().filter(|t| t.domain == 1) {
            let slot = threshold.csv_type;
            let meets = |value: i32| {
                value >= 0
                    && if threshold.is_drop {
                        value <= threshold.threshold_value
                    } else {
                        value >= threshold.threshold_value
                    }
            };
            let last_notified = tracking.last_notified(slot);
            let interval = tracking.individual_notification_interval;
            let repeats = last_notified.is_some_and(|told| interval > 0 && at - told >= interval);
            let crossed = !meets(value(slot, at - VISIBLE_EVERY)) || last_notified.is_none();
            if meets(value(slot, at)) && (crossed || repeats) {
                let cause = if last_notified.is_none() {
                    DESIRED_PRICE
                } else {
                    DESIRED_PRICE_AGAIN
                };
                causes.push((slot, cause));
            }
        }
        for stock in tracking.notify_if.iter().filter(|stock| stock.domain == 1) {
            let (before, after) = (
                value(stock.csv_type, at - VISIBLE_EVERY) >= 0,
                value(stock.csv_type, at) >= 0,
            );
            match (stock.notify_if_type, before, after) {
                (0, true, false) => causes.push((stock.csv_type, OUT_OF_STOCK)),
                (1, false, true) => causes.push((stock.csv_type, BACK_IN_STOCK)),
                _ => {}
            }
        }
        for (slot, cause) in causes {
            let channel = i32::try_from(API_CHANNEL).unwrap_or_default();
            let slot_number = i32::try_from(slot).unwrap_or_default();
            let note = [1, slot_number, channel, i32::from(cause), at];
            tracking.notification_csv.extend(note);
            told.push(Noted::of(tracking, catalogue, (slot, cause), at));
        }
        at += VISIBLE_EVERY;
    }
}
