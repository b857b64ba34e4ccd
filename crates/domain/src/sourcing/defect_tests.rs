//! The defects of the predecessor that concern sourcing: each has a test that is its opposite.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;

use super::condition_pricing::{ConditionPrice, Supply, best_condition, price_conditions};
use super::condition_signal::{ConditionSignal, signal_of};
use super::corridor::{Corridor, CorridorConfidence, CorridorGap, intrinsic_corridor};
use super::evergreen::{Evergreen, EvergreenGap, evergreen};
use super::season::{Season, SeasonGap, SeasonPattern, price_season};
use super::strategy::{GateKind, GateOutcome, Preset, StrategyAssessment, assess};
use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::analysis::analyze;
use crate::config::{AnalysisConfig, ConfigPatch, Selection};
use crate::history::{Change, History};
use crate::market::{Histories, LiveOffers, MarketSnapshot, SalesRankDrops};
use crate::money::{Currency, Money};
use crate::price::PriceConfig;
use crate::testing::{as_of, days_ago, good_seller, history, repeating, used_good};
use crate::time::KeepaMinutes;

const USED: (Condition, Fulfilment) = (Condition::UsedGood, Fulfilment::Fba);

fn now() -> KeepaMinutes {
    KeepaMinutes::from_utc(as_of())
}

/// The good seller, with the lowest used price for its only used one.
fn with_used(used: Option<History>) -> MarketSnapshot {
    MarketSnapshot {
        histories: Histories {
            used,
            buy_box_used: None,
            used_good: None,
            ..good_seller().histories
        },
        ..good_seller()
    }
}

fn corridor(snapshot: &MarketSnapshot) -> Result<Corridor, CorridorGap> {
    let config = PriceConfig {
        window_days: 365,
        ..PriceConfig::default()
    };
    intrinsic_corridor(snapshot, USED.0, USED.1, now(), &config)
}

fn season(snapshot: &MarketSnapshot) -> Result<Season, SeasonGap> {
    price_season(snapshot, USED.0, USED.1, as_of())
}

fn pattern(used: Option<History>) -> SeasonPattern {
    season(&with_used(used)).unwrap().pattern
}

fn judged(snapshot: &MarketSnapshot) -> Result<Evergreen, EvergreenGap> {
    let config = AnalysisConfig::default();
    let analysis = analyze(snapshot, &used_good(None), &config, as_of());
    evergreen(snapshot, USED.0, USED.1, analysis.demand.as_ref(), as_of())
}

fn textbook() -> AnalysisConfig {
    let selection = Selection {
        strategy: Some(Preset::Textbook.name().parse().unwrap()),
        ..Selection::default()
    };
    Preset::layers().config(&selection).unwrap()
}

fn assessed(snapshot: &MarketSnapshot, cents: i64, config: &AnalysisConfig) -> StrategyAssessment {
    let analysis = analyze(snapshot, &used_good(Some(cents)), config, as_of());
    assess(snapshot, &analysis, config)
}

fn outcome(assessment: &StrategyAssessment, kind: GateKind) -> GateOutcome {
    let mut gates = assessment.gates.iter();
    gates.find(|gate| gate.gate == kind).unwrap().outcome
}

fn conditions(snapshot: &MarketSnapshot, supplies: &[Supply]) -> Vec<ConditionPrice> {
    let config = AnalysisConfig::default();
    price_conditions(snapshot, supplies, Fulfilment::Fba, &config, as_of())
        .unwrap()
        .conditions
}

/// A price for each calendar month over four years, January first.
fn yearly(cents: [i32; 12]) -> Option<History> {
    years_of(|_| cents)
}

/// A price for each calendar month of the years 2022 to May 2026.
fn years_of(cents: impl Fn(i32) -> [i32; 12]) -> Option<History> {
    let months = (2022..=2026).flat_map(|year| (1..=12).zip(cents(year)).map(move |m| (year, m)));
    let changes = months.filter_map(|(year, (month, value))| {
        let start = chrono::NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?;
        Some(Change {
            at: KeepaMinutes::from_utc(start.and_utc()),
            value: Some(value),
        })
    });
    Some(History::new(changes))
}

const FALL: [i32; 12] = [
    6_000, 6_000, 4_000, 4_000, 4_000, 4_000, 6_000, 10_000, 10_000, 6_000, 6_000, 6_000,
];

#[test]
fn defect_5_a_return_of_101_percent_scores_no_lower_than_one_of_100() {
    let config = textbook();
    let score = |roi: i64| {
        let mut analysis = analyze(&good_seller(), &used_good(Some(400)), &config, as_of());
        if let Some(profit) = &mut analysis.profit {
            profit.roi_percent = Some(Decimal::from(roi));
        }
        assess(&good_seller(), &analysis, &config).score.unwrap()
    };
    assert!(score(101) >= score(100));
    assert!(score(10_000) >= score(101));
}

#[test]
fn defect_6_the_weights_of_no_strategy_sum_to_more_than_one() {
    for preset in Preset::ALL {
        let strategy = ConfigPatch::to_value(&preset.patch())["strategy"].clone();
        let weight = |key: &str| strategy[key].as_u64().unwrap();
        assert!(weight("roi_weight_percent") + weight("velocity_weight_percent") <= 100);
    }
    let mut layers = Preset::layers();
    let scope = Preset::Velocity.scope().unwrap();
    layers.set(
        scope,
        ConfigPatch::new(
            json!({"strategy": {"roi_weight_percent": 70, "velocity_weight_percent": 70}}),
        )
        .unwrap(),
    );
    assert_eq!(layers.problems()[0].pointer, "/strategy/roi_weight_percent");
}

#[test]
fn defect_9_a_hundred_prices_of_an_hour_do_not_move_what_held_for_a_year() {
    let began = Change {
        at: days_ago(365),
        value: Some(2_000),
    };
    let wild = (0..100).map(|minute| Change {
        at: KeepaMinutes(days_ago(10).0 + minute),
        value: Some(9_000 + minute * 10),
    });
    let over = Change {
        at: days_ago(9),
        value: Some(2_000),
    };
    let history = History::new([began].into_iter().chain(wild).chain([over]));
    let corridor = corridor(&with_used(Some(history))).unwrap();
    let usd = |minor| Money::from_minor(minor, Currency::Usd);
    assert_eq!(
        [corridor.low, corridor.median, corridor.high],
        [usd(2_000); 3]
    );
    assert_eq!(
        (corridor.volatility_percent, corridor.confidence),
        (0, CorridorConfidence::High)
    );
}

#[test]
fn defect_10_a_price_that_never_changed_is_surer_than_one_that_changes_daily() {
    let still = corridor(&with_used(history(&[(400, 2_000)]))).unwrap();
    let restless = corridor(&with_used(repeating(1, &[1_000, 3_000]))).unwrap();
    assert_eq!(still.confidence, CorridorConfidence::High);
    assert_eq!(restless.confidence, CorridorConfidence::Low);
}

#[test]
fn defect_12_the_dearest_condition_is_not_recommended_for_being_dear() {
    let steady = |cents| history(&[(730, cents)]);
    let mut snapshot = good_seller();
    snapshot.histories.used_like_new = steady(3_000);
    snapshot.histories.used_good = steady(2_000);
    let supply = |condition, cents| Supply {
        condition,
        buy_price: Money::from_minor(cents, Currency::Usd),
        quantity: 1,
    };
    let supplies = [
        supply(Condition::UsedLikeNew, 2_000),
        supply(Condition::UsedGood, 300),
    ];
    let config = AnalysisConfig::default();
    let prices = price_conditions(&snapshot, &supplies, Fulfilment::Fba, &config, as_of());
    assert_eq!(best_condition(&prices.unwrap()), Some(Condition::UsedGood));
}

#[test]
fn defect_12_each_condition_has_a_buy_price_of_its_own_or_none_and_like_new_is_not_dropped() {
    let supply = Supply {
        condition: Condition::UsedGood,
        buy_price: Money::from_minor(300, Currency::Usd),
        quantity: 1,
    };
    let prices = conditions(&good_seller(), &[supply]);
    let bought: Vec<_> = prices
        .iter()
        .map(|price| (price.condition, price.buy_price.is_some()))
        .collect();
    assert_eq!(
        bought,
        [
            (Condition::New, false),
            (Condition::UsedLikeNew, false),
            (Condition::UsedVeryGood, false),
            (Condition::UsedGood, true),
            (Condition::UsedAcceptable, false),
        ]
    );
    let without_buy_price = prices[1].profit.as_ref().unwrap();
    assert_eq!(
        (without_buy_price.roi_percent, without_buy_price.profit),
        (None, None)
    );
    assert!(without_buy_price.max_buy_price.is_some());
}

#[test]
fn defect_12_the_newest_price_is_the_offer_and_a_dead_offer_is_no_seller() {
    let mut snapshot = good_seller();
    snapshot.histories.used_good = history(&[(700, 9_900), (5, 2_000)]);
    snapshot.histories.used_like_new = history(&[(700, 9_900), (5, -1)]);
    snapshot.live_offers.used_by_condition.good = Some(2);
    snapshot.live_offers.used_by_condition.like_new = Some(0);
    let prices = conditions(&snapshot, &[]);
    let of = |index: usize| (prices[index].live_offers, prices[index].lowest_offer);
    assert_eq!(of(1), (Some(0), None));
    assert_eq!(
        of(3),
        (Some(2), Some(Money::from_minor(2_000, Currency::Usd)))
    );
}

/// A book that an evergreen is, under a title.
fn steady_book(title: &str) -> MarketSnapshot {
    let mut snapshot = with_used(history(&[(900, 2_500)]));
    snapshot.title = Some(title.to_owned());
    snapshot.histories.sales_rank = repeating(1, &[40_000, 60_000]);
    snapshot.sales_rank_drops = SalesRankDrops::default();
    snapshot
}

#[test]
fn defect_16_words_of_a_title_decide_nothing() {
    let plain = judged(&steady_book("A Field Guide to Quiet Rivers")).unwrap();
    assert!(plain.is_evergreen);
    for title in [
        "Great Gatsby, degree, agree",
        "NCLEX Review Pharmacology Nursing",
        "",
    ] {
        assert_eq!(judged(&steady_book(title)).unwrap(), plain);
    }
    // And a dictionary whose price swings is none.
    let mut dictionary = steady_book("Spanish Dictionary");
    dictionary.histories.used = repeating(30, &[1_500, 3_500]);
    assert!(!judged(&dictionary).unwrap().is_evergreen);
}

#[test]
fn defect_16_no_score_is_above_100_and_a_steady_price_alone_makes_no_classic() {
    let mut best = steady_book("NCLEX CPA GMAT anatomy atlas handbook");
    best.monthly_sold = Some(100_000);
    let best = judged(&best).unwrap();
    assert!(best.score <= 100 && best.components.demand_level == 100);
    let mut unsold = steady_book("A steady novel");
    unsold.histories.sales_rank = history(&[(900, 4_000_000)]);
    assert!(!judged(&unsold).unwrap().is_evergreen);
}

#[test]
fn defect_17_a_cycle_of_few_percent_is_a_season() {
    let low = FALL.map(|cents| 5_000 + (cents - 6_000) / 20);
    let season = season(&with_used(yearly(low))).unwrap();
    assert_eq!(season.pattern, SeasonPattern::CollegeFall);
    assert!(season.swing_percent.unwrap() < 10, "{season:?}");
}

#[test]
fn defect_17_a_trend_over_years_is_no_season() {
    let rising = |year: i32| {
        std::array::from_fn(|month| {
            1_000 + 40 * ((year - 2022) * 12 + i32::try_from(month).unwrap())
        })
    };
    assert_eq!(pattern(years_of(rising)), SeasonPattern::None);
    let falling = |year: i32| {
        std::array::from_fn(|month| {
            5_000 - 50 * ((year - 2022) * 12 + i32::try_from(month).unwrap())
        })
    };
    assert_eq!(pattern(years_of(falling)), SeasonPattern::None);
}

#[test]
fn defect_17_a_peak_of_one_month_is_a_season() {
    let mut august = [5_000; 12];
    august[7] = 10_000;
    let season = season(&with_used(yearly(august))).unwrap();
    assert_eq!(
        (season.pattern, season.peak_months),
        (SeasonPattern::CollegeFall, vec![8])
    );
}

#[test]
fn defect_17_an_extra_peak_costs_confidence() {
    let confidence = |cents| {
        season(&with_used(yearly(cents)))
            .unwrap()
            .confidence_percent
    };
    let mut extra = FALL;
    extra[0] = 10_000;
    assert!(confidence(extra) < confidence(FALL));
}

#[test]
fn defect_19_the_rejection_of_weak_products_follows_the_configuration() {
    // Many others, and a return between 5 and 20 %.
    let mut snapshot = good_seller();
    snapshot.live_offers.used = Some(40);
    let analysis =
        |config: &AnalysisConfig| analyze(&snapshot, &used_good(Some(1_250)), config, as_of());
    let rejected = |change| {
        let mut layers = Preset::layers();
        layers.set("global".parse().unwrap(), ConfigPatch::new(change).unwrap());
        let config = layers.config(&Selection::default()).unwrap();
        let report = signal_of(&analysis(&config), &config.condition_signal).unwrap();
        assert_eq!(
            (report.signal, report.offers),
            (ConditionSignal::Weak, Some(40))
        );
        let roi = report.roi_percent.unwrap();
        assert!(Decimal::from(5) < roi && roi < Decimal::from(20), "{roi}");
        report.is_rejected
    };
    assert!(rejected(json!({})));
    assert!(!rejected(
        json!({"condition_signal": {"reject_weak": false}})
    ));
    assert!(!rejected(
        json!({"condition_signal": {"weak_roi_percent": 5}})
    ));
}

#[test]
fn defect_20_a_missing_rank_passes_no_ceiling_and_new_offers_are_not_counted_as_amazons() {
    let mut snapshot = good_seller();
    snapshot.histories.sales_rank = history(&[(700, -1)]);
    snapshot.live_offers = LiveOffers {
        new: Some(30),
        ..LiveOffers::default()
    };
    let assessment = assessed(&snapshot, 400, &textbook());
    assert!(!assessment.is_match);
    assert_eq!(
        outcome(&assessment, GateKind::SalesRank),
        GateOutcome::Unknown
    );
    assert_eq!(
        outcome(&assessment, GateKind::FbaSellers),
        GateOutcome::Unknown
    );
    assert_eq!(assessment.score, None);
}

#[test]
fn defect_20_nothing_offered_is_no_price_and_no_bonus() {
    let nothing = with_used(history(&[(900, -1)]));
    let gap = CorridorGap::OfferedTooBriefly {
        offered_days: 0,
        needed_days: 73,
    };
    assert_eq!(corridor(&nothing), Err(gap));
    assert_eq!(season(&nothing), Err(SeasonGap::TooFewYears { years: 0 }));
    assert_eq!(
        judged(&nothing),
        Err(EvergreenGap::KnownTooBriefly { months: 0 })
    );
    let prices = conditions(&nothing, &[]);
    assert!(prices[3].sale_price.is_none() && prices[3].profit.is_none());
}

#[test]
fn defect_24_an_evergreen_at_a_loss_and_a_textbook_that_earns_only_before_fees_match_nothing() {
    let book = steady_book("A steady book");
    assert!(judged(&book).unwrap().is_evergreen);
    // Sold for 25.00: at 30.00 it loses, at 15.00 it earns 10.00 only as long as nobody asks for fees.
    for cents in [3_000, 1_500] {
        for preset in Preset::ALL {
            let selection = Selection {
                strategy: Some(preset.name().parse().unwrap()),
                ..Selection::default()
            };
            let config = Preset::layers().config(&selection).unwrap();
            let assessment = assessed(&book, cents, &config);
            assert_eq!(outcome(&assessment, GateKind::Roi), GateOutcome::Failed);
            assert!(!assessment.is_match);
        }
    }
}

/// The same history from a source that says everything several times.
fn repeated(history: &Option<History>) -> Option<History> {
    let changes = history.as_ref()?.changes();
    let next = changes.iter().skip(1).map(|change| change.at);
    let ends = next.chain([now()]);
    let repeats = changes.iter().zip(ends).flat_map(|(change, end)| {
        let minutes = i64::from(end.0) - i64::from(change.at.0);
        (0..7).filter_map(move |part| {
            let at = i64::from(change.at.0) + minutes * part / 7;
            Some(Change {
                at: KeepaMinutes(i32::try_from(at).ok()?),
                value: change.value,
            })
        })
    });
    Some(History::new(repeats))
}

fn everything_repeated(snapshot: &MarketSnapshot) -> MarketSnapshot {
    let mut repeated_snapshot = snapshot.clone();
    let histories = &mut repeated_snapshot.histories;
    for history in [
        &mut histories.new,
        &mut histories.used,
        &mut histories.buy_box,
        &mut histories.buy_box_used,
        &mut histories.used_good,
        &mut histories.sales_rank,
    ] {
        *history = repeated(history);
    }
    repeated_snapshot
}

#[test]
fn the_number_of_changes_decides_nothing_about_a_product() {
    let mut snapshot = good_seller();
    snapshot.histories.used = yearly(FALL);
    let twin = everything_repeated(&snapshot);
    assert!(twin.histories.changes() > 6 * snapshot.histories.changes() / 2);
    let config = textbook();
    for cents in [400, 900, 2_000] {
        assert_eq!(
            assessed(&snapshot, cents, &config),
            assessed(&twin, cents, &config)
        );
    }
    let supply = Supply {
        condition: Condition::UsedGood,
        buy_price: Money::from_minor(400, Currency::Usd),
        quantity: 1,
    };
    let profits = |snapshot: &MarketSnapshot| {
        let prices = conditions(snapshot, &[supply]);
        prices
            .into_iter()
            .map(|price| price.profit)
            .collect::<Vec<_>>()
    };
    assert_eq!(profits(&snapshot), profits(&twin));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn repeating_a_value_as_further_changes_changes_no_corridor_season_or_evergreen(
        prices in prop::collection::vec(-1_i32..20_000, 1..60),
        ranks in prop::collection::vec(1_i32..3_000_000, 1..60),
    ) {
        let spread = |values: &[i32]| {
            let changes: Vec<_> = values.iter().zip(0..).map(|(value, n)| (1_600 - n * 26, *value)).collect();
            history(&changes)
        };
        let mut snapshot = with_used(spread(&prices));
        snapshot.histories.sales_rank = spread(&ranks);
        let twin = everything_repeated(&snapshot);
        prop_assert_eq!(corridor(&snapshot), corridor(&twin));
        prop_assert_eq!(season(&snapshot), season(&twin));
        prop_assert_eq!(judged(&snapshot), judged(&twin));
    }
}

#[test]
fn an_acquisition_of_another_condition_is_judged_by_its_own_series() {
    let acquisition = Acquisition {
        condition: Condition::New,
        ..used_good(Some(400))
    };
    let config = textbook();
    let analysis = analyze(&good_seller(), &acquisition, &config, as_of());
    let assessment = assess(&good_seller(), &analysis, &config);
    let intrinsic = assessment
        .gates
        .iter()
        .find(|gate| gate.gate == GateKind::IntrinsicPrice);
    // The new buy box stood at 33.00 and 32.00 in turn.
    assert_eq!(intrinsic.unwrap().value.unwrap().to_string(), "33.00");
}
