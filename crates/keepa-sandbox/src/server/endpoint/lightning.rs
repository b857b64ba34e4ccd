//! `/lightningdeal`: Amazon's deals of some hours.

use serde_json::{Value, json};

use crate::catalogue::listing::Listing;
use crate::catalogue::market::LightningDeal;
use crate::catalogue::seller::{Trader, scatter};
use crate::catalogue::slots::{RATING, REVIEWS};
use crate::clock::DAY;
use crate::envelope::KeepaError;
use crate::parameters::invalid;
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;

/// Tokens of the deals of one product, and of all. Grade A: Keepa's documentation, as all here.
const COST_OF_ONE: u32 = 1;
const COST_OF_ALL: u32 = 500;

/// Days of which deals are told.
const DAYS: i32 = 4;

/// States by which deals can be selected.
const STATES: [&str; 7] = [
    "AVAILABLE",
    "WAITLIST",
    "SOLDOUT",
    "WAITLISTFULL",
    "EXPIRED",
    "SUPPRESSED",
    "UPCOMING",
];

/// Deals of a product, or all.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let asin = parameters.text("asin");
    let state = parameters.text("state");
    if state.is_some_and(|state| !STATES.contains(&state)) {
        return Err(invalid("there is no such state of a lightning deal"));
    }
    let overview = shared.overview(asked.seen)?;
    let deals: Vec<Value> = overview
        .listings
        .iter()
        .filter(|listing| asin.is_none_or(|asin| listing.identity.asin == asin))
        .filter_map(|listing| Some((listing, listing.lightning?)))
        .filter(|(_, deal)| domain == 1 && deal.ends > asked.now - DAYS * DAY)
        .map(|(listing, deal)| object(listing, deal, asked.now))
        .filter(|deal| state.is_none_or(|state| deal["dealState"] == state))
        .collect();
    let cost = if asin.is_some() {
        COST_OF_ONE
    } else {
        COST_OF_ALL
    };
    Found::fields(cost, &json!({ "lightningDeals": deals }))
}

fn object(listing: &Listing, deal: LightningDeal, now: i32) -> Value {
    let identity = &listing.identity;
    let key = u64::try_from(deal.starts).unwrap_or_default();
    let draw = scatter(identity.seed ^ u64::from(identity.index), key);
    // Every deal has its own pace; some sell out before they end.
    let pace = 40 + i32::try_from(draw % 80).unwrap_or_default();
    let passed = (now.min(deal.ends) - deal.starts).max(0);
    let claimed = (passed * pace / (deal.ends - deal.starts).max(1)).min(100);
    let state = match () {
        () if now < deal.starts => "UPCOMING",
        () if now >= deal.ends => "EXPIRED",
        () if claimed >= 100 => "SOLDOUT",
        () => "AVAILABLE",
    };
    json!({
        "domainId": 1,
        "lastUpdate": now,
        "asin": identity.asin,
        "title": listing.book.title,
        "sellerName": Trader::Amazon.name(),
        "sellerId": Trader::Amazon.id(),
        "dealId": format!("{draw:08x}"),
        "dealPrice": if state == "UPCOMING" { -1 } else { deal.price },
        "currentPrice": deal.usual_price,
        "image": identity.image(),
        "isPrimeEligible": true,
        "isFulfilledByAmazon": true,
        "isMAP": false,
        "rating": listing.current(RATING),
        "totalReviews": listing.current(REVIEWS),
        "dealState": state,
        "startTime": deal.starts,
        "endTime": deal.ends,
        "percentClaimed": claimed,
        "percentOff": (deal.usual_price - deal.price) * 100 / deal.usual_price.max(1),
        "variation": Value::Null,
    })
}
