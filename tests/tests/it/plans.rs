//! How PostgreSQL carries out the statements that are run most: each by an index that holds its order, whatever the parameters.

use std::sync::{Arc, Mutex};

use arbitragevault_persistence::analyses::{
    self, AnalysisFilter, AnalysisPage, AnalysisSort, NewAnalysis,
};
use arbitragevault_persistence::events::{EventFilter, StreamKind};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{Connection, TENANT_ROLE, batches, events, items, jobs};
use diesel::QueryableByName;
use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};
use uuid::Uuid;

use crate::support::{analysis, claim_all, now, pool, submit};

/// Rows of a batch: enough that an index pays.
const ROWS: i32 = 3_000;

/// Batches beside those.
const BATCHES: usize = 500;

const RECOMMENDATIONS: [&str; 4] = ["AVOID", "PASS", "BUY", "CONSIDER"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The statements that a connection runs, one after the other.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    fn listen(connection: &mut Connection) -> Self {
        let recorder = Self::default();
        let statements = recorder.clone();
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                statements.0.lock().unwrap().push(query.to_string());
            }
        });
        recorder
    }

    /// The statement that ran last, without its binds.
    fn last(&self) -> String {
        let statements = self.0.lock().unwrap();
        let (statement, _) = statements.last().unwrap().split_once(" -- binds").unwrap();
        statement.to_owned()
    }
}

/// The plan for any parameters, without costs.
async fn plan(connection: &mut Connection, statement: &str) -> String {
    let parameters = (1..).take_while(|n| statement.contains(&format!("${n}")));
    let nulls = parameters.map(|_| "NULL").collect::<Vec<_>>().join(", ");
    let run = async |connection: &mut Connection, sql: String| {
        diesel::sql_query(sql).execute(connection).await.unwrap();
    };
    run(
        connection,
        "SET plan_cache_mode = force_generic_plan".to_owned(),
    )
    .await;
    run(connection, format!("PREPARE hot AS {statement}")).await;
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE hot({nulls})"))
        .load(connection)
        .await
        .unwrap();
    run(connection, "DEALLOCATE hot".to_owned()).await;
    lines.into_iter().map(|line| line.line + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hot_statement_is_served_by_an_index_in_its_order() {
    let pool = pool().await;
    let mut batch_id = Uuid::nil();
    for _ in 0..3 {
        let batch = submit(&pool, ROWS).await;
        let rows: Vec<_> = (1..=ROWS)
            .zip(RECOMMENDATIONS.into_iter().cycle())
            .map(|(position, recommendation)| NewAnalysis {
                recommendation: recommendation.to_owned(),
                ..analysis(batch.id, position)
            })
            .collect();
        let mut connection = pool.get().await.unwrap();
        analyses::insert_many(&mut connection, &rows).await.unwrap();
        batch_id = batch.id;
    }
    for _ in 0..BATCHES {
        submit(&pool, 1).await;
    }
    let mut connection = pool.get().await.unwrap();
    let connection = &mut *connection;
    diesel::sql_query("ANALYZE")
        .execute(connection)
        .await
        .unwrap();
    // As the application asks: in the role of a tenant.
    diesel::sql_query(format!("SET ROLE {TENANT_ROLE}"))
        .execute(connection)
        .await
        .unwrap();
    diesel::sql_query(format!(
        "SET arbitragevault.organisation_id = '{DEFAULT_ORGANISATION}'"
    ))
    .execute(connection)
    .await
    .unwrap();
    let recorder = Recorder::listen(connection);
    let mut plans = String::new();
    macro_rules! explain {
        ($name:literal, $call:expr) => {{
            $call.await.unwrap();
            let plan = plan(connection, &recorder.last()).await;
            plans.push_str(concat!("# ", $name, "\n"));
            plans.push_str(&plan);
        }};
    }
    let page = |sort, after| AnalysisPage {
        sort,
        after,
        limit: 51,
    };
    let of_batch = AnalysisFilter {
        batch_id: Some(batch_id),
        ..Default::default()
    };
    let profitable = AnalysisFilter {
        min_profit_minor: Some(100),
        ..Default::default()
    };
    let bought = AnalysisFilter {
        recommendation: Some("BUY".to_owned()),
        ..Default::default()
    };
    let of_product = AnalysisFilter {
        asin: Some("0593655036".to_owned()),
        ..Default::default()
    };
    let after = Some((0, Uuid::nil()));
    let organisation = DEFAULT_ORGANISATION;
    explain!(
        "a batch by ROI",
        analyses::page(
            connection,
            organisation,
            &of_batch,
            page(AnalysisSort::Roi, None)
        )
    );
    explain!(
        "a batch by ROI, a later page",
        analyses::page(
            connection,
            organisation,
            &of_batch,
            page(AnalysisSort::Roi, after)
        )
    );
    explain!(
        "a batch by opportunity",
        analyses::page(
            connection,
            organisation,
            &of_batch,
            page(AnalysisSort::Opportunity, None)
        )
    );
    explain!(
        "all profitable by ROI, a later page",
        analyses::page(
            connection,
            organisation,
            &profitable,
            page(AnalysisSort::Roi, after)
        )
    );
    explain!(
        "all to buy by ROI, a later page",
        analyses::page(
            connection,
            organisation,
            &bought,
            page(AnalysisSort::Roi, after)
        )
    );
    explain!(
        "a product's analyses by ROI",
        analyses::page(
            connection,
            organisation,
            &of_product,
            page(AnalysisSort::Roi, None)
        )
    );
    explain!(
        "batches",
        batches::page(connection, organisation, None, Some(batch_id), 21)
    );
    explain!(
        "items of a batch",
        items::page(connection, batch_id, None, 100, 21)
    );
    explain!(
        "items of a batch that failed",
        items::page(connection, batch_id, Some("FAILED"), 100, 21)
    );
    explain!(
        "events of a batch",
        events::after(
            connection,
            organisation,
            (StreamKind::Batch, &batch_id.to_string()),
            5,
            100
        )
    );
    explain!(
        "what happened, a later page",
        events::page(
            connection,
            organisation,
            &EventFilter::default(),
            Some(100),
            21
        )
    );
    // The worker acts as the owner of the tables.
    diesel::sql_query("RESET ROLE")
        .execute(connection)
        .await
        .unwrap();
    explain!(
        "work to claim",
        jobs::claim(connection, &claim_all(batch_id, now()))
    );
    insta::assert_snapshot!(plans);
}
