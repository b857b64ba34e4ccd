//! Tokens of a day: what waits for them goes on when the next day begins, and no sooner.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use arbitragevault_domain::acquisition::{Condition, Fulfilment};
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_services::batches::NewList;
use arbitragevault_services::intake::{Terms, read_items};
use arbitragevault_services::persistence::organisation_quotas::{self, OrganisationQuotas};
use arbitragevault_services::persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_services::worker::{Worker, WorkerOptions};
use arbitragevault_services::{Caller, ServiceError};
use keepa_sandbox::{Catalogue, Sandbox, SandboxConfig};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::support::{Process, World};

/// A world whose default organisation may spend so many tokens a day, with a process that works.
struct Working {
    world: World,
    process: Process,
    stop: CancellationToken,
    _keepa: Sandbox,
}

impl Working {
    async fn with_tokens_per_day(tokens: i64) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let keepa = Sandbox::start(SandboxConfig::default(), address).unwrap();
        let world = World::with_keepa(keepa.url()).await;
        let process = world.process();
        let services = &process.services;
        let quotas = OrganisationQuotas {
            tokens_per_day: Some(tokens),
            ..OrganisationQuotas::default()
        };
        let mut connection = services.pool.get().await.unwrap();
        organisation_quotas::set(&mut connection, DEFAULT_ORGANISATION, quotas, world.now())
            .await
            .unwrap();
        drop(connection);
        let worker = Worker {
            pool: services.pool.clone(),
            shared: services.shared.clone(),
            options: WorkerOptions {
                poll_interval: Duration::from_millis(20),
                ..WorkerOptions::default()
            },
        };
        let stop = CancellationToken::new();
        tokio::spawn(worker.run(stop.clone()));
        Self {
            world,
            process,
            stop,
            _keepa: keepa,
        }
    }

    /// Submits so many different books.
    async fn submit(&self, books: u32) -> uuid::Uuid {
        let catalogue = Catalogue::new(1);
        let items: Vec<Value> = (0..books)
            .map(|index| catalogue.isbn13(index).into())
            .collect();
        let terms = Terms {
            marketplace: Marketplace::default(),
            condition: Condition::default(),
            fulfilment: Fulfilment::default(),
        };
        let intake = read_items(&items, &terms).unwrap();
        let caller = Caller::default_owner();
        let list = NewList {
            id: uuid::Uuid::now_v7(),
            name: None,
            terms,
            strategy: None,
            intake: &intake,
        };
        let submitted = self.process.services.submit_batch(caller, &list);
        submitted.await.unwrap().id
    }

    /// Waits until so many items are analysed and the rest is neither due nor in work.
    async fn rests_after(&self, batch: uuid::Uuid, analysed: i32) {
        let services = &self.process.services;
        let rested = async {
            loop {
                let found = services
                    .batch(Caller::default_owner(), batch)
                    .await
                    .unwrap();
                let health = services.database_health().await;
                let queue = health.queue.unwrap();
                assert!(found.analysed_items <= analysed, "{found:?}");
                if found.analysed_items == analysed
                    && queue.leased == 0
                    && queue.oldest_seconds.is_none()
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let rested = tokio::time::timeout(Duration::from_secs(60), rested).await;
        rested.expect("the worker does not rest");
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_tokens_goes_on_when_the_next_day_begins_and_no_sooner() {
    let working = Working::with_tokens_per_day(8).await;
    let batch = working.submit(20).await;
    working.rests_after(batch, 8).await;
    let used = async || {
        let caller = Caller::default_owner();
        working.process.services.quotas(caller).await.unwrap()
    };
    assert_eq!(used().await.tokens_today, 8);
    // One second before midnight nothing has changed.
    working.world.pass_seconds(15 * 3_600 - 1);
    working.rests_after(batch, 8).await;
    let last = used().await;
    assert_eq!(
        last.next_day - working.world.now(),
        chrono::TimeDelta::seconds(1)
    );
    working.world.pass_seconds(1);
    working.rests_after(batch, 16).await;
    assert_eq!(used().await.tokens_today, 8);
    working.world.pass_seconds(24 * 3_600);
    working.rests_after(batch, 20).await;
    assert_eq!(used().await.tokens_today, 4);
    let found = working
        .process
        .services
        .batch(Caller::default_owner(), batch);
    assert_eq!(found.await.unwrap().status, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_one_product_is_told_how_long_until_there_are_tokens() {
    let working = Working::with_tokens_per_day(1).await;
    let services = &working.process.services;
    let ask = async |index| {
        let code = Catalogue::new(1).isbn13(index);
        let lookup = code.parse().unwrap();
        let caller = Caller::default_owner();
        services
            .product(caller, Marketplace::default(), lookup)
            .await
            .map(|snapshot| snapshot.asin)
    };
    let first = ask(1).await.unwrap();
    working.world.pass_seconds(3_600);
    let Err(ServiceError::QuotaSpent {
        code, retry_after, ..
    }) = ask(2).await
    else {
        panic!("the tokens of the day are spent");
    };
    assert_eq!(code, "QUOTA_TOKENS");
    // It is ten in the morning.
    assert_eq!(retry_after, Duration::from_secs(14 * 3_600));
    // What is known is told again and costs nothing.
    assert_eq!(ask(1).await.unwrap(), first);
    working.world.pass_seconds(14 * 3_600);
    assert_ne!(ask(2).await.unwrap(), first);
}
