//! Access tokens.

use chrono::TimeDelta;

use crate::support::{ADA, World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_tells_its_subject_until_it_expires_with_leeway_for_clocks() {
    let world = World::new().await;
    let process = world.process();
    let profile = process.register(ADA).await;
    let tokens = process.sign_in().await;
    let subject = process.subject(&tokens).await;
    assert_eq!(subject.user_id, profile.user.id);
    assert_eq!(subject.organisation_id, profile.membership.organisation_id);
    assert_eq!(subject.session_id, Some(tokens.session_id));
    assert_eq!(subject.expires_at, world.now() + TimeDelta::minutes(15));
    world.pass_seconds(15 * 60 + 29);
    assert_eq!(process.verify(&tokens.access_token).await.unwrap(), subject);
    world.pass_seconds(1);
    let expired = process.verify(&tokens.access_token).await;
    assert_eq!(code(&expired), "TOKEN_EXPIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_clock_that_is_ahead_is_taken_when_it_is_not_far_ahead() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    for (ahead, expected) in [(30, "OK"), (31, "TOKEN_NOT_YET_VALID")] {
        let other = world.process_ahead(TimeDelta::seconds(ahead), |_| ());
        let tokens = other.sign_in().await;
        let verified = process.verify(&tokens.access_token).await;
        assert_eq!(code(&verified), expected, "{ahead}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_of_ours_is_refused() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let tokens = process.sign_in().await;
    let genuine = tokens.access_token.expose();
    let parts: Vec<&str> = genuine.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("no JWT");
    };
    let other = World::new().await;
    let elsewhere = other.process();
    elsewhere.register(ADA).await;
    let foreign = elsewhere.sign_in().await;
    let foreign_claims = foreign.access_token.expose().split('.').nth(1).unwrap();
    // {"alg":"none"} and {"alg":"HS256"}.
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    let symmetric = format!("eyJhbGciOiJIUzI1NiJ9.{claims}.{signature}");
    for wrong in [
        "",
        "x",
        "a.b.c",
        &format!("{header}.{claims}"),
        &format!("{header}.{foreign_claims}.{signature}"),
        &unsigned,
        &symmetric,
        foreign.access_token.expose(),
        tokens.refresh_token.expose(),
    ] {
        assert_eq!(
            code(&process.verify_text(wrong).await),
            "TOKEN_INVALID",
            "{wrong}"
        );
    }
    process.verify_text(genuine).await.unwrap();
}
