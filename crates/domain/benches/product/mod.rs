//! A made-up product with as many changes of history as one likes, and an offer of it.

use arbitragevault_domain::prelude::*;

/// The time of every analysis.
pub(crate) fn as_of() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_605)
}

/// One used copy at four dollars.
pub(crate) fn offer() -> Acquisition {
    Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Usd)),
        quantity: 1,
        condition: Condition::UsedGood,
        fulfilment: Fulfilment::Fba,
    }
}

#[expect(
    clippy::expect_used,
    reason = "what measures stops when its input is wrong"
)]
pub(crate) fn asin(text: &str) -> Asin {
    Asin::parse(text).expect("a valid ASIN")
}

/// A book with `changes` changes over two years: half of them of the rank, the others of five prices.
pub(crate) fn product(changes: i32) -> MarketSnapshot {
    let now = KeepaMinutes::from_utc(as_of());
    let price = |middle| Some(walk(now, changes / 10, middle));
    MarketSnapshot {
        source: DataSource::Generated,
        observed_at: Some(now),
        product_group: Some("Book".to_owned()),
        root_category: Some(283_155),
        package: Package::measured([229, 152, 20], 430),
        histories: Histories {
            new: price(3_200),
            used: price(2_000),
            buy_box: price(3_300),
            buy_box_used: price(2_500),
            used_good: price(2_300),
            sales_rank: Some(walk(now, changes / 2, 200_000)),
            ..Histories::default()
        },
        live_offers: LiveOffers {
            used: Some(12),
            new: Some(8),
            ..LiveOffers::default()
        },
        ..MarketSnapshot::unknown(asin("0306406152"), as_of())
    }
}

/// `changes` changes over the two years before `now`, within a fifth of `middle`.
fn walk(now: KeepaMinutes, changes: i32, middle: i32) -> History {
    let step = 730 * KeepaMinutes::DAY / changes;
    History::new((0..changes).map(|index| Change {
        at: KeepaMinutes(now.0 - step * (changes - index)),
        // A linear congruence: 7,919 and 10,007 are primes, so the values do not repeat within a history.
        value: Some(middle + middle / 5 * (index * 7_919 % 10_007 - 5_003) / 5_003),
    }))
}
