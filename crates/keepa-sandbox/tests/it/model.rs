//! The truth behind the catalogue, and what of it shows.

use keepa_sandbox::catalogue::{DaySales, RegimeKind, Temper};
use keepa_sandbox::{Catalogue, Truth};

use crate::{A_SATURDAY, Bench, HOUR, still};

const DAY: i64 = 24 * HOUR;

fn truths(count: u32, at: i64) -> Vec<Truth> {
    let catalogue = Catalogue::new(1);
    (0..count)
        .filter_map(|index| catalogue.truth_at(&catalogue.asin(index), at))
        .collect()
}

fn sold(days: &[DaySales]) -> u32 {
    days.iter().map(|day| day.new + day.used).sum()
}

#[test]
fn what_is_told_of_the_future_comes_true() {
    let catalogue = Catalogue::new(1);
    for now in truths(40, A_SATURDAY) {
        let later = catalogue
            .truth_at(&now.asin, A_SATURDAY + 90 * DAY)
            .unwrap();
        assert!(now.past.len() < later.past.len(), "{}", now.asin);
        let first = now.future[0].day;
        let came: Vec<&DaySales> = later.past.iter().filter(|day| day.day > first).collect();
        let told: Vec<&DaySales> = now.future.iter().skip(1).take(came.len() - 1).collect();
        assert_eq!(told, came[..came.len() - 1], "{}", now.asin);
        let until = now.regimes.len();
        assert_eq!(now.regimes, later.regimes[..until], "{}", now.asin);
    }
}

#[test]
fn the_lowest_offer_sells_at_the_price_that_is_told() {
    let mut sales = 0;
    for truth in truths(80, A_SATURDAY) {
        for (outlook, used) in [(&truth.new, false), (&truth.used, true)] {
            assert!(outlook.sold.is_sorted(), "{truth:?}");
            let Some(sale) = outlook.lowest_offer_sells else {
                continue;
            };
            sales += 1;
            assert!(sale.is_lowest_offer && sale.time >= truth.as_of);
            assert_eq!(sale.condition > 1, used);
            let (least, most) = outlook.landed_range.unwrap();
            assert!((least..=most).contains(&sale.landed));
            assert!((least..=most).contains(&outlook.median_landed.unwrap()));
        }
        let counted = truth.new.sold[2] + truth.used.sold[2];
        assert_eq!(
            u32::try_from(counted).unwrap(),
            sold(&truth.future),
            "{}",
            truth.asin
        );
    }
    assert!(sales > 60, "{sales} lowest offers are sold");
}

#[test]
fn the_catalogue_has_books_of_every_temper_and_times_of_every_kind() {
    let truths = truths(300, A_SATURDAY);
    for temper in [Temper::Dead, Temper::Slow, Temper::Steady, Temper::Fast] {
        let such: Vec<u32> = truths
            .iter()
            .filter(|truth| truth.temper == temper)
            .map(|truth| sold(&truth.past[truth.past.len() - 365..]))
            .collect();
        assert!(such.len() > 5, "{temper:?}: {}", such.len());
        let mean = such.iter().sum::<u32>() / u32::try_from(such.len()).unwrap();
        let expected = match temper {
            Temper::Dead => 0..5,
            Temper::Slow => 3..40,
            Temper::Steady => 60..600,
            _ => 300..4_000,
        };
        assert!(expected.contains(&mean), "{temper:?}: {mean} a year");
    }
    for kind in [
        RegimeKind::Usual,
        RegimeKind::PriceWar,
        RegimeKind::Shortage,
        RegimeKind::Craze,
        RegimeKind::Superseded,
    ] {
        let has = |truth: &&Truth| truth.regimes.iter().any(|regime| regime.kind == kind);
        assert!(truths.iter().filter(has).count() > 10, "{kind:?}");
    }
}

#[tokio::test]
async fn the_truth_is_told_over_http_and_agrees_with_what_keepa_shows() {
    let bench = Bench::new(still(60));
    let (mut slow, mut regular) = (0, 0);
    for (asin, book) in bench.books(60).await {
        let (status, told) = bench.get(&format!("/sandbox/truth/{asin}")).await;
        assert_eq!(status, 200, "{told}");
        let truth = Catalogue::new(1).truth_at(&asin, A_SATURDAY).unwrap();
        let text = serde_json::to_string(&truth).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told, expected, "{asin}");
        let stats = &book["stats"];
        if let Some(lowest) = stats["current"][1].as_i64().filter(|price| *price >= 0) {
            assert_eq!(truth.new.lowest_now.map(i64::from), Some(lowest), "{asin}");
            regular += 1;
        }
        let year = sold(&truth.past[truth.past.len() - 365..]);
        let drops = stats["salesRankDrops365"].as_i64().unwrap();
        if drops >= 0 && year <= 60 {
            slow += 1;
            let year = i64::from(year);
            assert!(
                (drops - year).abs() <= 3 + year / 5,
                "{asin}: {drops} drops, {year} sales"
            );
        }
    }
    assert!(
        slow > 15 && regular > 25,
        "{slow} slow, {regular} with new offers"
    );
    assert_eq!(bench.get("/sandbox/truth/0470820942").await.0, 404);
}
