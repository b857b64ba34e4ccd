//! What alarms before a purchase, from where on, and what never does.

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::analysis::analyze;
use crate::config::AnalysisConfig;
use crate::identifier::Asin;
use crate::market::{ListingKind, MarketSnapshot};
use crate::money::Currency;
use crate::testing::{as_of, days_ago, good_seller, history, used_good};

const USED: Condition = Condition::UsedGood;

fn analysis(snapshot: &MarketSnapshot, condition: Condition) -> Analysis {
    let acquisition = Acquisition {
        condition,
        ..used_good(Some(400))
    };
    analyze(snapshot, &acquisition, &AnalysisConfig::default(), as_of())
}

fn verified(before: &Analysis, now: &Analysis) -> Verification {
    verify(before, now, &VerificationConfig::default()).unwrap()
}

/// The verification of a good seller whose market has changed since.
fn after(condition: Condition, change: impl FnOnce(&mut MarketSnapshot)) -> Verification {
    let mut snapshot = good_seller();
    change(&mut snapshot);
    verified(
        &analysis(&good_seller(), condition),
        &analysis(&snapshot, condition),
    )
}

fn codes(verification: &Verification) -> Vec<(ChangeCode, Severity)> {
    let changes = verification.changes.iter();
    changes
        .map(|change| (change.code, change.severity))
        .collect()
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::Usd)
}

/// An analysis with these figures.
#[derive(Debug, Clone, Copy)]
struct Figures {
    price: i64,
    rank: u32,
    others: u32,
    profit: i64,
}

impl Figures {
    const BEFORE: Self = Self {
        price: 5_000,
        rank: 100_000,
        others: 2,
        profit: 1_000,
    };

    fn analysis(self) -> Analysis {
        let mut analysis = analysis(&good_seller(), USED);
        analysis.sale_price.as_mut().unwrap().likely = usd(self.price);
        analysis.profit.as_mut().unwrap().profit = Some(usd(self.profit));
        let demand = analysis.demand.as_mut().unwrap();
        demand.typical_sales_rank = Some(self.rank);
        demand.competing_offers = Some(self.others + 1);
        analysis
    }
}

#[test]
fn nothing_changed_is_ok() {
    let unchanged = after(USED, |_| {});
    assert_eq!(
        (unchanged.status, unchanged.changes),
        (VerificationStatus::Ok, vec![])
    );
}

#[test]
fn each_figure_alarms_from_its_limit_on() {
    use ChangeCode::{CompetingOffers, Profit, SalePrice, SalesRank};
    use Severity::{Critical, Warning};
    let before = Figures::BEFORE;
    let price = |price| Figures { price, ..before };
    let rank = |rank| Figures { rank, ..before };
    let others = |others| Figures { others, ..before };
    let profit = |profit| Figures { profit, ..before };
    let cases = [
        (price(4_501), None),
        (price(4_500), Some((SalePrice, Warning))),
        (price(3_751), Some((SalePrice, Warning))),
        (price(3_750), Some((SalePrice, Critical))),
        (price(5_800), None),
        (price(50_000), None),
        (rank(149_999), None),
        (rank(150_000), Some((SalesRank, Warning))),
        (rank(199_999), Some((SalesRank, Warning))),
        (rank(200_000), Some((SalesRank, Critical))),
        (rank(1), None),
        (others(4), None),
        (others(5), Some((CompetingOffers, Warning))),
        (others(6), Some((CompetingOffers, Warning))),
        (others(7), Some((CompetingOffers, Critical))),
        (others(0), None),
        (profit(801), None),
        (profit(800), Some((Profit, Warning))),
        (profit(501), Some((Profit, Warning))),
        (profit(500), Some((Profit, Critical))),
        (profit(-1), Some((Profit, Critical))),
        (profit(9_000), None),
    ];
    for (now, expected) in cases {
        let verification = verified(&before.analysis(), &now.analysis());
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(codes(&verification), expected, "{now:?}");
        let status = match expected.first() {
            None => VerificationStatus::Ok,
            Some((_, Critical)) => VerificationStatus::Avoid,
            Some(_) => VerificationStatus::Changed,
        };
        assert_eq!(verification.status, status, "{now:?}");
    }
}

#[test]
fn a_few_more_of_many_offers_are_no_alarm() {
    let with = |others| Figures {
        others,
        ..Figures::BEFORE
    };
    let more = |was, is| codes(&verified(&with(was).analysis(), &with(is).analysis()));
    assert_eq!(more(40, 49), []);
    assert_eq!(
        more(40, 50),
        [(ChangeCode::CompetingOffers, Severity::Warning)]
    );
    assert_eq!(
        more(40, 60),
        [(ChangeCode::CompetingOffers, Severity::Critical)]
    );
    assert_eq!(
        more(0, 3),
        [(ChangeCode::CompetingOffers, Severity::Warning)]
    );
}

#[test]
fn amazon_that_came_is_critical_for_a_new_unit_and_a_warning_for_a_used_one() {
    let amazon = |snapshot: &mut MarketSnapshot| {
        snapshot.histories.amazon = history(&[(400, -1), (1, 3_000)]);
        snapshot.buy_box.is_amazon = Some(true);
    };
    let new = after(Condition::New, amazon);
    assert_eq!(new.status, VerificationStatus::Avoid);
    assert_eq!(
        codes(&new)[..2],
        [
            (ChangeCode::AmazonSells, Severity::Critical),
            (ChangeCode::AmazonHoldsBuyBox, Severity::Critical),
        ]
    );
    let used = after(USED, amazon);
    assert_eq!(
        (used.status, codes(&used)),
        (
            VerificationStatus::Changed,
            vec![
                (ChangeCode::AmazonSells, Severity::Warning),
                (ChangeCode::AmazonHoldsBuyBox, Severity::Warning),
            ]
        )
    );
}

#[test]
fn amazon_that_left_and_flags_that_are_gone_are_no_alarm() {
    let mut worse = good_seller();
    worse.histories.amazon = history(&[(400, 3_000)]);
    worse.buy_box.is_amazon = Some(true);
    worse.is_heat_sensitive = Some(true);
    let mut better = good_seller();
    better.histories.amazon = history(&[(400, 3_000), (0, -1)]);
    let verification = verified(&analysis(&worse, USED), &analysis(&better, USED));
    assert_eq!(
        verification.status,
        VerificationStatus::Ok,
        "{verification:?}"
    );
}

#[test]
fn a_listing_that_is_gone_is_avoided() {
    let gone = after(USED, |snapshot| snapshot.kind = ListingKind::Invalid);
    assert_eq!(
        (gone.status, codes(&gone)),
        (
            VerificationStatus::Avoid,
            vec![
                (ChangeCode::MissingInput, Severity::Critical),
                (ChangeCode::Recommendation, Severity::Critical),
            ]
        )
    );
}

#[test]
fn what_was_to_be_avoided_and_still_is_is_avoided_without_a_change() {
    let mut hazardous = good_seller();
    hazardous.is_hazardous = Some(true);
    let then = analysis(&hazardous, USED);
    let verification = verified(&then, &then);
    assert_eq!(
        (verification.status, verification.changes),
        (VerificationStatus::Avoid, vec![])
    );
}

#[test]
fn a_market_that_nobody_looked_at_again_is_told() {
    let before = analysis(&good_seller(), USED);
    let later = |observed| {
        let mut now = before.clone();
        now.as_of += TimeDelta::days(1);
        now.observed_at = observed;
        verified(&before, &now).is_market_newer
    };
    assert!(!later(before.observed_at));
    assert!(!later(Some(days_ago(1).to_utc())));
    assert!(later(before.observed_at.map(|at| at + TimeDelta::hours(1))));
}

#[test]
fn analyses_of_two_offers_are_not_compared() {
    let before = analysis(&good_seller(), USED);
    let differing: [fn(&mut Analysis); 3] = [
        |now| now.asin = Asin::parse("B000000001").unwrap(),
        |now| now.condition = Condition::New,
        |now| now.fulfilment = Fulfilment::Fbm,
    ];
    for change in differing {
        let mut now = before.clone();
        change(&mut now);
        let verification = verify(&before, &now, &VerificationConfig::default());
        assert_eq!(verification, Err(VerificationError::OtherOffer));
    }
}

#[test]
fn the_whole_answer_reads_as_it_was_written() {
    let verification = after(USED, |snapshot| {
        snapshot.histories.buy_box_used = history(&[(400, 1_800)]);
        snapshot.histories.amazon = history(&[(400, -1), (1, 3_000)]);
    });
    let written = serde_json::to_value(&verification).unwrap();
    insta::assert_json_snapshot!(written, @r#"
    {
      "analysed_at": "2026-06-01T00:00:00Z",
      "changes": [
        {
          "after": {
            "amount": "4.10",
            "currency": "USD"
          },
          "before": {
            "amount": "9.84",
            "currency": "USD"
          },
          "code": "PROFIT",
          "severity": "CRITICAL",
          "text": "the profit of a unit fell from 9.84 to 4.10"
        },
        {
          "after": {
            "amount": "18.00",
            "currency": "USD"
          },
          "before": {
            "amount": "24.75",
            "currency": "USD"
          },
          "code": "SALE_PRICE",
          "severity": "CRITICAL",
          "text": "the likely sale price fell from 24.75 to 18.00"
        },
        {
          "after": true,
          "before": false,
          "code": "AMAZON_SELLS",
          "severity": "WARNING",
          "text": "Amazon sells it now, and did for 1 % of the last 90 days"
        }
      ],
      "is_market_newer": false,
      "recommendation": "CONSIDER",
      "status": "AVOID",
      "verified_at": "2026-06-01T00:00:00Z"
    }
    "#);
    let read: Verification = serde_json::from_value(written).unwrap();
    assert_eq!(read, verification);
}

#[test]
fn a_reading_of_each_kind_reads_as_it_was_written() {
    let readings = [
        (
            Reading::Money(usd(1_250)),
            json!({"amount": "12.50", "currency": "USD"}),
        ),
        (Reading::Number(150_000), json!(150_000)),
        (Reading::Is(true), json!(true)),
        (
            Reading::Recommendation(Recommendation::Avoid),
            json!("AVOID"),
        ),
        (Reading::Risk(RiskCode::PriceSpike), json!("PRICE_SPIKE")),
        (
            Reading::Missing(MissingInput::SalePrice),
            json!("SALE_PRICE"),
        ),
    ];
    for (reading, wire) in readings {
        assert_eq!(serde_json::to_value(reading).unwrap(), wire);
        assert_eq!(serde_json::from_value::<Reading>(wire).unwrap(), reading);
    }
}

#[test]
fn limits_out_of_order_are_problems() {
    let mut config = VerificationConfig::default();
    assert_eq!(config.problems(), []);
    config.more_offers.warning = 0;
    config.price_fall_percent.critical = 9;
    assert_eq!(
        config.problems(),
        [
            (
                "verification.price_fall_percent",
                "must not be critical below its warning"
            ),
            (
                "verification.more_offers",
                "must begin with a warning at 1 or more"
            ),
        ]
    );
}

proptest! {
    #[test]
    fn what_got_better_never_alarms(
        price in 0_i64..100_000, rank in 0_u32..100_000, others in 0_u32..=2, profit in 0_i64..100_000,
    ) {
        let before = Figures::BEFORE;
        let better = Figures {
            price: before.price + price,
            rank: before.rank - rank,
            others,
            profit: before.profit + profit,
        };
        let verification = verified(&before.analysis(), &better.analysis());
        prop_assert_eq!(verification.changes, vec![]);
    }

    #[test]
    fn a_price_that_rose_never_alarms_however_far_and_however_lately(
        cents in 1_200_i32..5_000, rise in 0_i32..20_000, days in 1_i32..80, buy_price in 1_i64..1_000, is_bestseller in any::<bool>(),
    ) {
        let at = |last: i32| {
            let mut snapshot = good_seller();
            snapshot.histories.buy_box_used = history(&[(400, cents), (days, last)]);
            if is_bestseller {
                snapshot.sales_rank_drops.days_30 = Some(250);
                snapshot.sales_rank_drops.days_180 = Some(1_500);
            }
            analyze(&snapshot, &used_good(Some(buy_price)), &AnalysisConfig::default(), as_of())
        };
        let verification = verified(&at(cents), &at(cents + rise));
        prop_assert_eq!(verification.changes, vec![]);
    }

    #[test]
    fn a_market_that_got_worse_never_becomes_ok_by_getting_worse_still(
        price in 1_i64..5_000, lower in 0_i64..5_000, rank in 100_000_u32..500_000, higher in 0_u32..500_000,
    ) {
        let with = |price: i64, rank| Figures { price: price.max(1), rank, ..Figures::BEFORE };
        let before = Figures::BEFORE.analysis();
        let bad = verified(&before, &with(price, rank).analysis());
        let worse = verified(&before, &with(price - lower, rank + higher).analysis());
        prop_assert!(worse.status >= bad.status);
    }
}
