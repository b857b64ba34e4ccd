//! How long the statements take that are run most, on 200,000 analyses in 100 batches:
//! `cargo bench -p arbitragevault-persistence --bench statements`. Starts a throw-away cluster and fills it, which takes half a minute.
#![expect(
    clippy::expect_used,
    reason = "a benchmark stops when its database does"
)]

use std::sync::LazyLock;

use arbitragevault_persistence::analyses::{
    self, AnalysisFilter, AnalysisPage, AnalysisSort, NewAnalysis,
};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{DatabaseOptions, Pool, migrate};
use arbitragevault_tests::databases;
use chrono::Utc;
use std::time::Duration;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// What the load test fills its database with.
const SEED: &str = include_str!("../../../tests/load/seed.sql");

/// The fiftieth batch of the seed.
const BATCH: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0032);

fn main() {
    divan::main();
}

struct Filled {
    runtime: Runtime,
    pool: Pool,
}

static FILLED: LazyLock<Filled> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let pool = runtime.block_on(fill());
    Filled { runtime, pool }
});

async fn fill() -> Pool {
    let databases = databases().expect("the programs of PostgreSQL");
    let database = databases.create().await.expect("a database");
    migrate::run(&database.url).await.expect("the schema");
    let connected = tokio_postgres::connect(&database.url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("a connection");
    let driver = tokio::spawn(connection);
    // VACUUM runs in no transaction, and several statements sent at once are one.
    for statements in SEED.split_inclusive("VACUUM") {
        let statements = statements.trim_end_matches("VACUUM");
        let statements = match statements.trim_start().strip_prefix("ANALYZE") {
            Some(rest) => format!("VACUUM ANALYZE {rest}"),
            None => statements.to_owned(),
        };
        client.batch_execute(&statements).await.expect("the seed");
    }
    drop(client);
    driver.await.expect("the driver").expect("the connection");
    let options = DatabaseOptions {
        url: database.url,
        max_connections: 2,
        wait: Duration::from_secs(30),
        connect: Duration::from_secs(30),
        max_age: Duration::from_secs(3_600),
    };
    Pool::new(&options).expect("a pool")
}

#[divan::bench]
fn list_a_page_of_50_by_roi(bencher: divan::Bencher<'_, '_>) {
    list(bencher, Some(BATCH), None);
}

/// A page from the middle of the list of all 200,000.
#[divan::bench]
fn list_a_deep_page_of_50_by_roi(bencher: divan::Bencher<'_, '_>) {
    list(bencher, None, Some((50_000, Uuid::nil())));
}

fn list(bencher: divan::Bencher<'_, '_>, batch_id: Option<Uuid>, after: Option<(i64, Uuid)>) {
    let Filled { runtime, pool } = &*FILLED;
    let filter = AnalysisFilter {
        batch_id,
        ..AnalysisFilter::default()
    };
    let page = AnalysisPage {
        sort: AnalysisSort::Roi,
        after,
        limit: 51,
    };
    bencher.bench_local(|| {
        runtime.block_on(async {
            let mut connection = pool.get().await.expect("a connection");
            let listed = analyses::page(&mut connection, DEFAULT_ORGANISATION, &filter, page).await;
            assert_eq!(listed.expect("a page").len(), 51);
        });
    });
}

/// The same page as `list_a_page_of_50_by_roi`, as the application asks for it: in a transaction of the tenant.
#[divan::bench]
fn list_a_page_of_50_by_roi_as_a_tenant(bencher: divan::Bencher<'_, '_>) {
    let Filled { runtime, pool } = &*FILLED;
    let filter = AnalysisFilter {
        batch_id: Some(BATCH),
        ..AnalysisFilter::default()
    };
    let page = AnalysisPage {
        sort: AnalysisSort::Roi,
        after: None,
        limit: 51,
    };
    bencher.bench_local(|| {
        runtime.block_on(async {
            let listed = pool.tenant(DEFAULT_ORGANISATION, async |connection| {
                analyses::page(connection, DEFAULT_ORGANISATION, &filter, page).await
            });
            assert_eq!(listed.await.expect("a page").len(), 51);
        });
    });
}

#[divan::bench(sample_count = 20)]
fn insert_1_000_analyses(bencher: divan::Bencher<'_, '_>) {
    let Filled { runtime, pool } = &*FILLED;
    bencher
        .with_inputs(|| (0..1_000).map(|_| analysis()).collect::<Vec<_>>())
        .bench_local_values(|rows| {
            runtime.block_on(async {
                let mut connection = pool.get().await.expect("a connection");
                let inserted = analyses::insert_many(&mut connection, &rows).await;
                assert_eq!(inserted.expect("an insertion"), 1_000);
            });
        });
}

#[divan::bench]
fn insert_one_analysis(bencher: divan::Bencher<'_, '_>) {
    let Filled { runtime, pool } = &*FILLED;
    bencher.with_inputs(analysis).bench_local_values(|row| {
        runtime.block_on(async {
            let mut connection = pool.get().await.expect("a connection");
            let inserted = analyses::insert_one(&mut connection, &row).await;
            inserted.expect("an insertion");
        });
    });
}

/// An analysis as large as they are: a row of 650 bytes, a document of 4 kB.
fn analysis() -> NewAnalysis {
    NewAnalysis {
        id: Uuid::now_v7(),
        organisation_id: DEFAULT_ORGANISATION,
        batch_id: None,
        position: None,
        snapshot_id: None,
        configuration_id: None,
        asin: "0306406152".to_owned(),
        marketplace: "US".to_owned(),
        currency: "USD".to_owned(),
        title: Some("A book about insertion".to_owned()),
        source: "GENERATED".to_owned(),
        engine_version: 1,
        as_of: Utc::now(),
        buy_price_minor: Some(450),
        quantity: 1,
        condition: "USED_GOOD".to_owned(),
        fulfilment: "FBA".to_owned(),
        sale_price_low_minor: Some(1_500),
        sale_price_minor: Some(1_900),
        sale_price_high_minor: Some(2_300),
        fees_minor: Some(790),
        profit_minor: Some(660),
        roi_bp: Some(14_667),
        max_buy_price_minor: Some(780),
        days_to_sell: Some(25),
        velocity: Some(64),
        stability: Some(70),
        confidence: Some(55),
        combined: Some(60),
        opportunity: Some(2_640),
        rating: Some("GOOD".to_owned()),
        recommendation: "BUY".to_owned(),
        main_reason: "ROI 147 % on 4.50, profit of 6.60 a unit".to_owned(),
        flags: vec!["GENERATED_DATA".to_owned()],
        summary: "s".repeat(650),
        document: (0..1_000_u32)
            .map(|n| format!("{:04}", n * 7_919 % 10_000))
            .collect(),
        created_at: Utc::now(),
    }
}
