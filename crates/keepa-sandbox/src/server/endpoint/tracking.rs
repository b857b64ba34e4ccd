//! `/tracking`: books that are watched, and what is notified of.

use serde_json::{Value, json};

use crate::envelope::KeepaError;
use crate::parameters::{Parameters, invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;
use crate::server::watch;
use crate::tracking::Creation;

/// Tokens of a tracking that is added; all else is free. Grade A: Keepa's documentation, as all figures
/// here.
const COST: u32 = 1;

/// Trackings that one request may add.
const MOST_TRACKINGS: usize = 1_000;

/// Characters of the name of a list, and trackings of a page.
const LONGEST_NAME: usize = 64;
const LARGEST_PAGE: usize = 100_000;

/// Only adding needs tokens.
pub(in crate::server) fn costs(parameters: &Parameters) -> bool {
    parameters.text("type") == Some("add")
}

/// Adds, tells and removes trackings.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let kind = parameters.required("type")?;
    if asked.body.is_some() && kind != "add" {
        return Err(out_of_range("only trackings that are added are posted"));
    }
    let list = parameters.text("list").unwrap_or_default();
    if list.chars().count() > LONGEST_NAME {
        return Err(out_of_range(
            "the name of a list has more than 64 characters",
        ));
    }
    watch::note(shared);
    match kind {
        "add" => add(shared, asked, list),
        "get" => get(shared, parameters, list),
        "list" => all(shared, parameters, list),
        "listNames" => {
            let state = shared.state();
            Found::fields(0, &json!({ "trackingListNames": state.trackings.names() }))
        }
        "remove" => {
            let asin = parameters.required("asin")?;
            let removed = shared.state().trackings.remove(list, asin);
            watch::charge(shared);
            if removed {
                Ok(Found::nothing())
            } else {
                Err(invalid(format!("{asin} is not tracked")))
            }
        }
        "removeAll" => {
            shared.state().trackings.remove_all(list);
            watch::charge(shared);
            Ok(Found::nothing())
        }
        "notification" => {
            let since = parameters.number("since")?;
            let since = since.ok_or_else(|| invalid("since is missing"))?;
            let revise = parameters.switch("revise", false)?;
            let mut state = shared.state();
            let told = state.trackings.notifications(since, revise, asked.now);
            drop(state);
            Found::fields(0, &json!({ "notifications": told }))
        }
        "webhook" => {
            let url = parameters.required("url")?;
            if !(url.starts_with("http://") || url.starts_with("https://")) {
                return Err(invalid("url is no http or https address"));
            }
            shared.state().trackings.set_webhook(url.to_owned());
            Ok(Found::nothing())
        }
        other => Err(invalid(format!(
            "there is no tracking request of type {other:?}"
        ))),
    }
}

fn add(shared: &Shared, asked: &Asked, list: &str) -> Result<Found, KeepaError> {
    let text = match &asked.body {
        Some(body) => body.as_str(),
        None => asked.parameters.required("tracking")?,
    };
    let wrong = |error: serde_json::Error| invalid(format!("the tracking is no tracking: {error}"));
    let value: Value = serde_json::from_str(text).map_err(wrong)?;
    let creations: Vec<Creation> = match value {
        Value::Array(_) => serde_json::from_value(value),
        value => serde_json::from_value(value).map(|creation| vec![creation]),
    }
    .map_err(wrong)?;
    if creations.is_empty() || creations.len() > MOST_TRACKINGS {
        let count = creations.len();
        return Err(out_of_range(format!(
            "{count} trackings, from 1 to 1,000 are allowed"
        )));
    }
    let catalogue = shared.catalogue()?;
    let is_known = |asin: &str| {
        let index = catalogue.index_of_asin(asin);
        index.is_some_and(|index| catalogue.told(index, asked.seen, false).is_some())
    };
    let mut state = shared.state();
    let (added, error) = state.trackings.add(list, creations, is_known, asked.now)?;
    drop(state);
    watch::charge(shared);
    let count = u32::try_from(added.len()).unwrap_or(u32::MAX);
    let found = Found::fields(COST * count, &json!({ "trackings": added }))?;
    Ok(Found { error, ..found })
}

fn get(shared: &Shared, parameters: &Parameters, list: &str) -> Result<Found, KeepaError> {
    let asin = parameters.required("asin")?;
    let state = shared.state();
    let tracking = state.trackings.get(list, asin);
    let found: Vec<_> = tracking.into_iter().collect();
    Found::fields(0, &json!({ "trackings": found }))
}

fn all(shared: &Shared, parameters: &Parameters, list: &str) -> Result<Found, KeepaError> {
    let asins_only = parameters.switch("asins-only", false)?;
    let page = parameters.number::<usize>("page")?.unwrap_or(0);
    let per_page = parameters
        .number::<usize>("perPage")?
        .unwrap_or(LARGEST_PAGE);
    if per_page == 0 || per_page > LARGEST_PAGE {
        return Err(out_of_range("perPage is not from 1 to 100,000"));
    }
    let state = shared.state();
    let trackings: Vec<Value> = state
        .trackings
        .list(list)
        .skip(page.saturating_mul(per_page))
        .take(per_page)
        .map(|tracking| json!(tracking))
        .collect();
    drop(state);
    if asins_only {
        let asins: Vec<&Value> = trackings.iter().map(|tracking| &tracking["asin"]).collect();
        return Found::fields(0, &json!({ "asinList": asins }));
    }
    Found::fields(0, &json!({ "trackings": trackings }))
}
