//! Sessions and their refresh tokens.

use arbitragevault_services::accounts::Secret;
use chrono::TimeDelta;

use crate::support::{ADA, PASSWORD, World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_from_token_to_token_and_a_stolen_one_ends_it() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let first = process.sign_in().await;
    world.pass(TimeDelta::minutes(14));
    let second = process.refresh(&first.refresh_token).await.unwrap();
    assert_eq!(second.session_id, first.session_id);
    assert_ne!(second.refresh_token, first.refresh_token);
    world.pass(TimeDelta::minutes(14));
    let third = process.refresh(&second.refresh_token).await.unwrap();

    let stolen = process.refresh(&first.refresh_token).await;
    assert_eq!(code(&stolen), "REFRESH_TOKEN_REUSED");
    let owner = process.refresh(&third.refresh_token).await;
    assert_eq!(code(&owner), "SESSION_ENDED");
    let subject = process.subject(&third).await;
    assert_eq!(
        code(&process.services.profile(subject).await),
        "SESSION_ENDED"
    );
    // A new session is another matter.
    process.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_that_race_one_refresh_one_wins_and_the_session_goes_on() {
    let world = World::new().await;
    let (one, other) = (world.process(), world.process());
    one.register(ADA).await;
    let mut tokens = one.sign_in().await;
    for _ in 0..10 {
        let (first, second) = tokio::join!(
            one.refresh(&tokens.refresh_token),
            other.refresh(&tokens.refresh_token)
        );
        let mut codes = [code(&first), code(&second)];
        codes.sort_unstable();
        assert_eq!(codes, ["OK", "REFRESH_RACED"]);
        tokens = first.or(second).unwrap();
    }
    one.refresh(&tokens.refresh_token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_token_that_comes_again_counts_as_a_race_for_ten_seconds_and_no_longer() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    for (seconds, expected) in [
        (0, "REFRESH_RACED"),
        (10, "REFRESH_RACED"),
        (11, "REFRESH_TOKEN_REUSED"),
    ] {
        let tokens = process.sign_in().await;
        let next = process.refresh(&tokens.refresh_token).await.unwrap();
        world.pass_seconds(seconds);
        let again = process.refresh(&tokens.refresh_token).await;
        assert_eq!(code(&again), expected, "{seconds}");
        let goes_on = process.refresh(&next.refresh_token).await.is_ok();
        assert_eq!(goes_on, expected == "REFRESH_RACED", "{seconds}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_unused_after_thirty_days_and_used_after_ninety() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let idle = process.sign_in().await;
    let mut used = process.sign_in().await;
    for _ in 0..3 {
        world.pass(TimeDelta::days(29));
        used = process.refresh(&used.refresh_token).await.unwrap();
    }
    assert_eq!(
        code(&process.refresh(&idle.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(used.refresh_expires_at, world.now() + TimeDelta::days(3));
    world.pass(TimeDelta::days(3));
    assert_eq!(
        code(&process.refresh(&used.refresh_token).await),
        "SESSION_ENDED"
    );
    let unknown = process.refresh(&Secret::new("never given out")).await;
    assert_eq!(code(&unknown), "REFRESH_TOKEN_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one_or_all_but_this() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    process.register("bob@example.com").await;
    let bob = process
        .try_sign_in("bob@example.com", PASSWORD, None)
        .await
        .unwrap();
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(process.sign_in().await);
    }
    let this = process.subject(&all[3]).await;
    let services = &process.services;
    let listed = async || {
        let sessions = services.sessions(this, None, 10).await.unwrap();
        sessions
            .iter()
            .map(|session| session.id)
            .collect::<Vec<_>>()
    };
    let ids: Vec<_> = all.iter().rev().map(|tokens| tokens.session_id).collect();
    assert_eq!(listed().await, ids);
    let page = services.sessions(this, Some(ids[1]), 1).await.unwrap();
    assert_eq!(
        page.iter().map(|session| session.id).collect::<Vec<_>>(),
        [ids[2]]
    );
    assert_eq!(page[0].user_agent.as_deref(), Some("a test"));

    services.revoke_session(this, ids[3]).await.unwrap();
    assert_eq!(
        code(&services.revoke_session(this, ids[3]).await),
        "NOT_FOUND"
    );
    assert_eq!(
        code(&services.revoke_session(this, bob.session_id).await),
        "NOT_FOUND"
    );
    assert_eq!(listed().await, ids[..3]);
    assert_eq!(services.revoke_other_sessions(this).await.unwrap(), 2);
    assert_eq!(listed().await, ids[..1]);
    services.sign_out(this).await.unwrap();
    assert_eq!(
        code(&services.sessions(this, None, 10).await),
        "SESSION_ENDED"
    );
    process.refresh(&bob.refresh_token).await.unwrap();
}
