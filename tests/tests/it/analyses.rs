//! Paging through rankings.

use arbitragevault_persistence::Pool;
use arbitragevault_persistence::analyses::{
    self, AnalysisFilter, AnalysisPage, AnalysisSort, NewAnalysis, Ranked,
};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use uuid::Uuid;

use crate::support::{analysis, pool, submit};

/// Rows of the batch that is paged through.
const ROWS: i32 = 250;
/// Rows of a page; the last one is not full.
const PAGE: usize = 7;

/// An analysis whose values repeat every few rows, go below zero, and are unknown now and then.
fn repeated(batch_id: Uuid, position: i32) -> NewAnalysis {
    let known = |every: i32| (position % every != 0).then_some(position % every);
    let wide = |every: i32| known(every).map(|value| i64::from(value - 2));
    let narrow = |every: i32| known(every).and_then(|value| i16::try_from(value).ok());
    NewAnalysis {
        opportunity: wide(3),
        roi_bp: wide(5),
        profit_minor: wide(4),
        velocity: narrow(6),
        combined: narrow(2),
        ..analysis(batch_id, position)
    }
}

/// Reads page after page to the end.
async fn all_pages(pool: &Pool, filter: &AnalysisFilter, sort: AnalysisSort) -> Vec<Ranked> {
    let mut connection = pool.get().await.unwrap();
    let mut rows: Vec<Ranked> = Vec::new();
    loop {
        let page = AnalysisPage {
            sort,
            after: rows.last().map(|last| (last.key, last.id)),
            limit: i64::try_from(PAGE).unwrap(),
        };
        let next = analyses::page(&mut connection, DEFAULT_ORGANISATION, filter, page).await;
        let next = next.unwrap();
        let is_last = next.len() < PAGE;
        rows.extend(next);
        assert!(
            rows.len() <= usize::try_from(ROWS).unwrap(),
            "{sort:?} repeats rows"
        );
        if is_last {
            return rows;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_ranking_is_paged_without_gap_or_repeat() {
    let pool = pool().await;
    let batch = submit(&pool, ROWS).await;
    let mut rows: Vec<NewAnalysis> = (1..=ROWS).map(|p| repeated(batch.id, p)).collect();
    // Ids that do not follow the positions.
    rows.iter_mut()
        .rev()
        .for_each(|row| row.id = Uuid::now_v7());
    {
        let mut connection = pool.get().await.unwrap();
        for row in &rows {
            analyses::insert_one(&mut connection, row).await.unwrap();
        }
    }
    let filter = AnalysisFilter {
        batch_id: Some(batch.id),
        ..Default::default()
    };
    type Value = fn(&NewAnalysis) -> Option<i64>;
    let sorts: [(AnalysisSort, Value); 5] = [
        (AnalysisSort::Opportunity, |row| row.opportunity),
        (AnalysisSort::Roi, |row| row.roi_bp),
        (AnalysisSort::Profit, |row| row.profit_minor),
        (AnalysisSort::Velocity, |row| row.velocity.map(i64::from)),
        (AnalysisSort::Combined, |row| row.combined.map(i64::from)),
    ];
    for (sort, value) in sorts {
        // `None` is below every known value.
        rows.sort_by_key(|row| std::cmp::Reverse((value(row), row.id)));
        let expected: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let paged = all_pages(&pool, &filter, sort).await;
        let paged: Vec<Uuid> = paged.iter().map(|row| row.id).collect();
        assert_eq!(paged, expected, "{sort:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_return_is_no_return_of_at_least_anything() {
    let pool = pool().await;
    let batch = submit(&pool, 3).await;
    {
        let mut connection = pool.get().await.unwrap();
        for (position, roi_bp) in [(1, Some(-500)), (2, None), (3, Some(2500))] {
            let row = NewAnalysis {
                roi_bp,
                ..analysis(batch.id, position)
            };
            analyses::insert_one(&mut connection, &row).await.unwrap();
        }
    }
    let filter = AnalysisFilter {
        min_roi_bp: Some(-10_000),
        ..Default::default()
    };
    let found = all_pages(&pool, &filter, AnalysisSort::Roi).await;
    let found: Vec<&str> = found.iter().map(|row| row.summary.as_str()).collect();
    assert_eq!(found, [r#"{"position":3}"#, r#"{"position":1}"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recommended_comes_before_what_earns_more() {
    let pool = pool().await;
    let batch = submit(&pool, 7).await;
    let offered = [
        ("AVOID", Some(9_000)),
        ("INSUFFICIENT_DATA", None),
        ("PASS", Some(8_000)),
        ("BUY", Some(1_000)),
        ("CONSIDER", Some(i64::MAX)),
        ("STRONG_BUY", Some(500)),
        ("BUY", Some(700)),
    ];
    {
        let mut connection = pool.get().await.unwrap();
        for (position, (recommendation, value)) in (1..).zip(offered) {
            let row = NewAnalysis {
                recommendation: recommendation.to_owned(),
                opportunity: value,
                roi_bp: value,
                ..analysis(batch.id, position)
            };
            analyses::insert_one(&mut connection, &row).await.unwrap();
        }
    }
    let filter = AnalysisFilter::default();
    for sort in [AnalysisSort::Opportunity, AnalysisSort::Roi] {
        let ranked = all_pages(&pool, &filter, sort).await;
        let ranked: Vec<&str> = ranked.iter().map(|row| row.summary.as_str()).collect();
        let expected = [4, 7, 6, 5, 3, 1, 2].map(|place| format!(r#"{{"position":{place}}}"#));
        assert_eq!(ranked, expected);
    }
}
