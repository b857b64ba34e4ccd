//! A request with a key is done once: whose key it is, what it belongs to, and when it is free.

use std::time::Duration;

use arbitragevault_services::Services;
use arbitragevault_services::access::{Caller, Role};
use arbitragevault_services::idempotency::{
    Admission, Answer, Attempt, Fingerprint, IdempotencyKey, KEPT_FOR,
};
use chrono::TimeDelta;

use crate::support::{ADA, World};

const LEASE: Duration = Duration::from_secs(40);

fn answer(body: &[u8]) -> Answer {
    Answer {
        status: 202,
        content_type: Some("application/json".to_owned()),
        location: Some("/api/v1/batches/1".to_owned()),
        etag: None,
        body: Some(body.to_vec()),
    }
}

async fn admit(services: &Services, caller: Caller, key: &str, request: &[u8]) -> Admission {
    let key = IdempotencyKey::parse(key).unwrap();
    let fingerprint = Fingerprint::of(&[request]);
    let admitted = services.admit(caller, key, fingerprint, LEASE).await;
    admitted.unwrap()
}

async fn begun(services: &Services, caller: Caller, key: &str, request: &[u8]) -> Attempt {
    match admit(services, caller, key, request).await {
        Admission::Begin(attempt) => attempt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_at_work_then_done_for_a_day_and_then_forgotten() {
    let world = World::new().await;
    let services = world.process().services;
    let owner = Caller::default_owner();
    let attempt = begun(&services, owner, "one", b"list").await;
    assert!(matches!(
        admit(&services, owner, "one", b"list").await,
        Admission::AtWork
    ));
    assert!(matches!(
        admit(&services, owner, "one", b"another list").await,
        Admission::OtherRequest
    ));
    services
        .keep_answer(&attempt, &answer(b"{}"))
        .await
        .unwrap();
    world.pass(KEPT_FOR - TimeDelta::seconds(1));
    match admit(&services, owner, "one", b"list").await {
        Admission::Done(kept) => assert_eq!(kept, answer(b"{}")),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        admit(&services, owner, "one", b"another list").await,
        Admission::OtherRequest
    ));
    world.pass(TimeDelta::seconds(1));
    let anew = begun(&services, owner, "one", b"another list").await;
    assert_ne!(anew.object_id, attempt.object_id);
}

#[tokio::test]
async fn a_key_belongs_to_a_user_in_an_organisation() {
    let world = World::new().await;
    let process = world.process();
    let services = &process.services;
    let ada = process.register(ADA).await;
    let organisation = ada.membership.organisation_id;
    let ada = Caller::member(organisation, ada.user.id, Role::Owner);
    let owner = Caller::default_owner();
    let attempt = begun(services, owner, "one", b"list").await;
    services.keep_answer(&attempt, &answer(b"1")).await.unwrap();
    begun(services, ada, "one", b"list").await;
    begun(services, owner, "two", b"list").await;
}

#[tokio::test]
async fn of_an_attempt_that_ends_without_an_answer_the_same_request_takes_over_and_makes_the_same()
{
    let world = World::new().await;
    let services = world.process().services;
    let owner = Caller::default_owner();
    let killed = begun(&services, owner, "one", b"list").await;
    world.pass(TimeDelta::from_std(LEASE).unwrap());
    assert!(matches!(
        admit(&services, owner, "one", b"another list").await,
        Admission::OtherRequest
    ));
    let second = begun(&services, owner, "one", b"list").await;
    assert_eq!(second.object_id, killed.object_id);
    // The first was only slow: what it says now counts no more.
    services.keep_answer(&killed, &answer(b"1")).await.unwrap();
    services.free_key(&killed).await.unwrap();
    services.leave_key(&killed).await.unwrap();
    assert!(matches!(
        admit(&services, owner, "one", b"list").await,
        Admission::AtWork
    ));
    // One that failed nobody knows how leaves it at once, to the same request.
    services.leave_key(&second).await.unwrap();
    assert!(matches!(
        admit(&services, owner, "one", b"another list").await,
        Admission::OtherRequest
    ));
    let third = begun(&services, owner, "one", b"list").await;
    assert_eq!(third.object_id, killed.object_id);
    services.keep_answer(&third, &answer(b"3")).await.unwrap();
    assert!(matches!(
        admit(&services, owner, "one", b"list").await,
        Admission::Done(kept) if kept == answer(b"3")
    ));
}

#[tokio::test]
async fn a_refused_request_may_be_mended_and_sent_with_the_same_key() {
    let world = World::new().await;
    let services = world.process().services;
    let owner = Caller::default_owner();
    let refused = begun(&services, owner, "one", b"lits").await;
    services.free_key(&refused).await.unwrap();
    begun(&services, owner, "one", b"list").await;
}

#[tokio::test]
async fn of_many_at_once_one_begins() {
    let world = World::new().await;
    let (one, other) = (world.process().services, world.process().services);
    let owner = Caller::default_owner();
    let all = futures_util::future::join_all((0..12).map(|number| {
        let services = if number % 2 == 0 { &one } else { &other };
        admit(services, owner, "one", b"list")
    }));
    let begun = all.await.into_iter();
    let begun = begun.filter(|admission| matches!(admission, Admission::Begin(_)));
    assert_eq!(begun.count(), 1);
}
