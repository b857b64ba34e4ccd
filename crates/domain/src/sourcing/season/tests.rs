//! Seasons of made-up years: terms, trends, freaks and nothing.

use chrono::{NaiveDate, NaiveTime};
use proptest::prelude::*;

use super::*;
use crate::history::{Change, History};
use crate::market::Histories;
use crate::testing::good_seller;

const TODAY: &str = "2026-03-15";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(date: NaiveDate) -> KeepaMinutes {
    KeepaMinutes::from_utc(date.and_time(NaiveTime::MIN).and_utc())
}

/// A history of one price a month over the years before 2026-03: of the month's number from 0 and of its calendar month.
fn monthly(years: u32, price: impl Fn(u32, u32) -> f64) -> History {
    let first = date("2026-03-01")
        .checked_sub_months(chrono::Months::new(12 * years))
        .unwrap();
    History::new((0..12 * years).map(|number| {
        let month = first
            .checked_add_months(chrono::Months::new(number))
            .unwrap();
        let cents = (price(number, chrono::Datelike::month(&month)) * 100.0).round();
        Change {
            at: at(month),
            value: cents.to_string().parse().ok().filter(|cents| *cents > 0),
        }
    }))
}

fn season_on(used: History, today: &str) -> Result<Season, SeasonGap> {
    let today = at(date(today));
    let snapshot = MarketSnapshot {
        observed_at: Some(today),
        histories: Histories {
            used: Some(used),
            ..Histories::default()
        },
        ..good_seller()
    };
    price_season(
        &snapshot,
        Condition::UsedGood,
        Fulfilment::Fba,
        today.to_utc(),
    )
}

fn season(used: History) -> Season {
    season_on(used, TODAY).unwrap()
}

/// 100 in the peaks, 40 in the troughs, 60 in the rest.
fn term(peaks: &[u32], troughs: &[u32]) -> impl Fn(u32, u32) -> f64 {
    move |_, month| {
        if peaks.contains(&month) {
            100.0
        } else if troughs.contains(&month) {
            40.0
        } else {
            60.0
        }
    }
}

fn told(season: &Season) -> (SeasonPattern, u8, Option<u16>) {
    (
        season.pattern,
        season.confidence_percent,
        season.swing_percent,
    )
}

#[test]
fn each_term_is_told_by_its_months_and_surer_with_every_year() {
    let terms: [(&[u32], &[u32], _); 3] = [
        (&[8, 9], &[3, 4, 5, 6], SeasonPattern::CollegeFall),
        (&[12, 1], &[9, 10, 11], SeasonPattern::CollegeSpring),
        (&[5, 6], &[1, 2, 3, 4], SeasonPattern::HighSchool),
    ];
    for (peaks, troughs, pattern) in terms {
        for (years, confidence) in [(2, 70), (3, 85), (4, 95), (5, 100), (9, 100)] {
            let season = season(monthly(years, term(peaks, troughs)));
            assert_eq!(told(&season), (pattern, confidence, Some(150)), "{years}");
        }
    }
}

#[test]
fn the_whole_answer_of_a_textbook() {
    let season = season(monthly(3, term(&[8, 9], &[3, 4, 5, 6])));
    insta::assert_json_snapshot!(season, @r#"
    {
      "series": "USED",
      "years": 3,
      "pattern": "COLLEGE_FALL",
      "confidence_percent": 85,
      "agreement_percent": 100,
      "monthly_index_percent": [
        105,
        105,
        70,
        70,
        70,
        70,
        105,
        175,
        175,
        105,
        105,
        105
      ],
      "peak_months": [
        8,
        9
      ],
      "trough_months": [
        3,
        4,
        5,
        6
      ],
      "swing_percent": 150,
      "plan": {
        "next_peak": "2026-08-15",
        "days_to_peak": 153,
        "sell_by": "2026-09-30",
        "buy_window": {
          "from": "2026-03-01",
          "to": "2026-06-30"
        }
      }
    }
    "#);
}

#[test]
fn peaks_of_no_term_are_a_season_of_their_own() {
    let cases: [(&[u32], SeasonPattern); 4] = [
        // February and March.
        (&[2, 3], SeasonPattern::Other),
        // Presents, not a term.
        (&[12], SeasonPattern::Other),
        (&[11, 12], SeasonPattern::Other),
        (&[1], SeasonPattern::CollegeSpring),
    ];
    for (peaks, pattern) in cases {
        let season = season(monthly(3, term(peaks, &[])));
        assert_eq!(season.pattern, pattern, "{peaks:?}");
    }
}

#[test]
fn a_market_without_season_says_none_and_how_sure_that_is() {
    let flat = season(monthly(4, |_, _| 50.0));
    assert_eq!(told(&flat), (SeasonPattern::None, 95, None));
    let two_years = season(monthly(2, |_, _| 50.0));
    assert_eq!(told(&two_years), (SeasonPattern::None, 70, None));
    // Every year another month.
    let restless = season(monthly(5, |number, month| {
        let of_year = [3, 11, 7, 1, 9].get(usize::try_from(number / 12).unwrap());
        if of_year == Some(&month) { 90.0 } else { 50.0 }
    }));
    assert_eq!(told(&restless), (SeasonPattern::None, 68, None));
    assert_eq!((&restless.peak_months, restless.plan), (&vec![], None));
}

#[test]
fn one_mad_year_is_no_season() {
    let mad = season(monthly(4, |number, month| {
        if number / 12 == 1 && (8..=9).contains(&month) {
            300.0
        } else {
            50.0
        }
    }));
    assert_eq!(mad.pattern, SeasonPattern::None);
}

#[test]
fn a_step_from_one_year_to_the_next_is_no_season() {
    for step_after in [3, 6, 12, 17, 24] {
        let season = season(monthly(
            3,
            |number, _| {
                if number < step_after { 50.0 } else { 90.0 }
            },
        ));
        assert_eq!(season.pattern, SeasonPattern::None, "{step_after}");
    }
}

#[test]
fn fewer_than_two_known_years_tell_nothing() {
    let gap = |years| Err(SeasonGap::TooFewYears { years });
    assert_eq!(season_on(monthly(1, |_, _| 50.0), TODAY), gap(1));
    assert_eq!(season_on(History::default(), TODAY), gap(0));
    // Offered for eight months of each year.
    let seldom = monthly(5, |_, month| if month > 4 { 50.0 } else { 0.0 });
    assert_eq!(season_on(seldom, TODAY), gap(0));
    // Offered until three years ago.
    let past = monthly(5, |number, _| if number < 24 { 50.0 } else { 0.0 });
    assert_eq!(season_on(past, TODAY), gap(0));
}

#[test]
fn a_year_without_offers_is_left_out_and_the_level_goes_on_beyond_it() {
    let fall = term(&[8, 9], &[3, 4, 5, 6]);
    let with_gap = monthly(5, |number, month| {
        if number / 12 == 2 {
            0.0
        } else {
            fall(number, month) * 1.01_f64.powf(f64::from(number))
        }
    });
    let season = season(with_gap);
    assert_eq!(
        (season.years, season.pattern),
        (4, SeasonPattern::CollegeFall)
    );
    assert!(season.confidence_percent >= 90, "{season:?}");
}

#[test]
fn the_days_to_the_peak_are_those_to_its_middle() {
    let fall = || monthly(3, term(&[8, 9], &[3, 4, 5, 6]));
    let spring = || monthly(3, term(&[12, 1], &[9, 10, 11]));
    let plan = |history, today| season_on(history, today).unwrap().plan.unwrap();
    // The predecessor's table, with the windows beside it.
    let cases = [
        (
            fall(),
            "2025-03-15",
            153,
            "2025-09-30",
            ("2025-03-01", "2025-06-30"),
        ),
        (
            fall(),
            "2025-08-20",
            26,
            "2025-09-30",
            ("2026-03-01", "2026-06-30"),
        ),
        (
            fall(),
            "2025-10-15",
            304,
            "2026-09-30",
            ("2026-03-01", "2026-06-30"),
        ),
        (
            spring(),
            "2025-10-01",
            75,
            "2026-01-31",
            ("2025-09-01", "2025-11-30"),
        ),
        (
            spring(),
            "2026-01-10",
            5,
            "2026-01-31",
            ("2026-09-01", "2026-11-30"),
        ),
    ];
    for (history, today, days, sell_by, (from, to)) in cases {
        // Repeat the last year up to the day that is asked about.
        let plan = plan(history, today);
        assert_eq!(plan.days_to_peak, days, "{today}");
        assert_eq!(plan.sell_by, date(sell_by), "{today}");
        let window = plan.buy_window.unwrap();
        assert_eq!((window.from, window.to), (date(from), date(to)), "{today}");
    }
}

#[test]
fn with_two_peaks_a_year_the_next_low_before_either_is_the_time_to_buy() {
    let both = monthly(4, term(&[8, 9, 1], &[3, 4, 5, 6, 10, 11]));
    let season = season_on(both, "2026-07-20").unwrap();
    assert_eq!(season.peak_months, [1, 8, 9]);
    let window = season.plan.unwrap().buy_window.unwrap();
    assert_eq!(
        (window.from, window.to),
        (date("2026-10-01"), date("2026-11-30"))
    );
}

proptest! {
    #[test]
    fn a_steady_trend_is_no_season_whatever_its_slope(percent_a_month in -5_i32..=5, years in 2_u32..=5) {
        let factor = 1.0 + f64::from(percent_a_month) / 100.0;
        let season = season(monthly(years, |number, _| 5_000.0 * factor.powf(f64::from(number))));
        prop_assert_eq!(season.pattern, SeasonPattern::None);
    }

    #[test]
    fn a_trend_on_top_changes_no_season(percent_a_month in -2_i32..=2, years in 3_u32..=5) {
        let factor = 1.0 + f64::from(percent_a_month) / 100.0;
        let fall = term(&[8, 9], &[3, 4, 5, 6]);
        let season = season(monthly(years, |number, month| fall(number, month) * factor.powf(f64::from(number))));
        prop_assert_eq!(season.pattern, SeasonPattern::CollegeFall);
        prop_assert_eq!(season.peak_months, [8, 9]);
    }

    #[test]
    fn a_season_is_found_in_a_price_that_wobbles(wobble in prop::collection::vec(-10_i32..=10, 36)) {
        let fall = term(&[8, 9], &[3, 4, 5, 6]);
        let season = season(monthly(3, |number, month| {
            let percent = wobble.get(usize::try_from(number).unwrap()).unwrap();
            fall(number, month) * f64::from(100 + percent) / 100.0
        }));
        prop_assert_eq!(season.pattern, SeasonPattern::CollegeFall);
        prop_assert_eq!(season.peak_months, [8, 9]);
        prop_assert!(season.confidence_percent >= 60);
    }

    #[test]
    fn a_price_in_another_unit_has_the_same_season(factor in 1_u32..50) {
        let fall = term(&[8, 9], &[3, 4, 5, 6]);
        let one = season(monthly(3, &fall));
        let other = season(monthly(3, |number, month| fall(number, month) * f64::from(factor)));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn each_further_peak_costs_confidence(extra in prop::sample::subsequence(vec![11_u32, 1, 2], 0..=3)) {
        let mut peaks = vec![8, 9];
        let mut before = 101;
        for month in extra {
            let season = season(monthly(3, term(&peaks, &[3, 4, 5, 6])));
            prop_assert_eq!(season.pattern, SeasonPattern::CollegeFall);
            prop_assert!(season.confidence_percent < before);
            before = season.confidence_percent;
            peaks.push(month);
        }
    }

    #[test]
    fn any_history_has_bounded_numbers_and_a_plan_only_with_a_season(
        prices in prop::collection::vec(prop::option::of(1_i32..100_000), 24..60)
    ) {
        let start = at(date("2021-03-01"));
        let history = History::new(prices.iter().zip(0..).map(|(value, month)| Change {
            at: start.plus_days(month * 30),
            value: *value,
        }));
        if let Ok(season) = season_on(history, TODAY) {
            prop_assert!(season.confidence_percent <= 100 && season.agreement_percent <= 100);
            prop_assert_eq!(season.monthly_index_percent.len(), 12);
            let is_season = season.pattern != SeasonPattern::None;
            prop_assert_eq!(season.plan.is_some(), is_season);
            prop_assert_eq!(season.swing_percent.is_some(), is_season);
            prop_assert_eq!(season.peak_months.is_empty(), !is_season);
        }
    }
}
