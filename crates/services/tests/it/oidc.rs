//! Tokens of other issuers.

use arbitragevault_services::accounts::TokenSubject;
use arbitragevault_services::persistence::users;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{ADA, Issuer, PASSWORD, Process, Signer, World, code, settings_of};

/// What a token says that is right in everything, with changes.
fn claims(world: &World, issuer: &Issuer, changes: Value) -> Value {
    let now = world.now().timestamp();
    let mut claims = json!({
        "iss": issuer.url, "aud": "books", "sub": "ada-1", "exp": now + 600,
        "email": ADA, "email_verified": true, "name": "Ada",
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn process(world: &World, issuer: &Issuer) -> Process {
    world.process_with(|settings| settings.issuers = vec![settings_of(issuer)])
}

async fn email_of(process: &Process, subject: TokenSubject) -> String {
    let mut connection = process.services.pool.get().await.unwrap();
    users::get(&mut connection, subject.user_id)
        .await
        .unwrap()
        .email
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_when_all_of_it_is_right() {
    let world = World::new().await;
    let (ed, p256) = (Signer::ed("ed"), Signer::p256("p256"));
    let issuer = Issuer::start(&[ed.clone(), p256.clone()]);
    let process = process(&world, &issuer);
    let first = process
        .verify_text(&ed.token(&claims(&world, &issuer, json!({}))))
        .await
        .unwrap();
    let again = process
        .verify_text(&p256.token(&claims(
            &world,
            &issuer,
            json!({"aud": ["others", "books"]}),
        )))
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(first.session_id, None);
    assert_eq!(issuer.asked(), 1);
    let now = world.now().timestamp();
    for (changes, expected) in [
        (json!({"exp": now - 29}), "OK"),
        (json!({"exp": now - 30}), "TOKEN_EXPIRED"),
        (json!({"nbf": now + 30}), "OK"),
        (json!({"nbf": now + 31}), "TOKEN_NOT_YET_VALID"),
        (json!({"exp": null}), "TOKEN_INVALID"),
        (json!({"aud": "others"}), "TOKEN_INVALID"),
        (json!({"aud": null}), "TOKEN_INVALID"),
        (json!({"sub": null}), "TOKEN_INVALID"),
        (
            json!({"iss": "https://elsewhere.example.com"}),
            "TOKEN_INVALID",
        ),
        (json!({"iss": null}), "TOKEN_INVALID"),
        (json!({"iss": "arbitragevault"}), "TOKEN_INVALID"),
    ] {
        let verified = process
            .verify_text(&ed.token(&claims(&world, &issuer, changes.clone())))
            .await;
        assert_eq!(code(&verified), expected, "{changes}");
    }
    let forged = Signer::ed("ed").token(&claims(&world, &issuer, json!({})));
    assert_eq!(code(&process.verify_text(&forged).await), "TOKEN_INVALID");
    let confused = Signer::p256("ed").token(&claims(&world, &issuer, json!({})));
    assert_eq!(code(&process.verify_text(&confused).await), "TOKEN_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_an_algorithm_that_is_not_named_is_refused_unread() {
    let world = World::new().await;
    let p256 = Signer::p256("p256");
    let issuer = Issuer::start(std::slice::from_ref(&p256));
    let process = world.process_with(|settings| {
        let mut only = settings_of(&issuer);
        only.algorithms.truncate(1);
        settings.issuers = vec![only];
    });
    let token = p256.token(&claims(&world, &issuer, json!({})));
    assert_eq!(code(&process.verify_text(&token).await), "TOKEN_INVALID");
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_fetched_when_a_token_names_it_at_most_once_a_minute() {
    let world = World::new().await;
    let (old, new) = (Signer::ed("old"), Signer::ed("new"));
    let issuer = Issuer::start(std::slice::from_ref(&old));
    let process = process(&world, &issuer);
    let (by_old, by_new) = (
        old.token(&claims(&world, &issuer, json!({}))),
        new.token(&claims(&world, &issuer, json!({}))),
    );
    process.verify_text(&by_old).await.unwrap();
    issuer.rotate(std::slice::from_ref(&new));
    world.pass_seconds(59);
    for _ in 0..3 {
        assert_eq!(code(&process.verify_text(&by_new).await), "TOKEN_INVALID");
    }
    assert_eq!(issuer.asked(), 1);
    world.pass_seconds(1);
    process.verify_text(&by_new).await.unwrap();
    assert_eq!(
        code(&process.verify_text(&by_old).await),
        "TOKEN_INVALID",
        "the issuer withdrew the key"
    );
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_keys_are_out_of_reach_known_ones_go_on_and_others_wait() {
    let world = World::new().await;
    let signer = Signer::ed("ed");
    let issuer = Issuer::start(std::slice::from_ref(&signer));
    let (knows, late) = (process(&world, &issuer), process(&world, &issuer));
    let long = json!({"exp": world.now().timestamp() + 1_000_000});
    let token = signer.token(&claims(&world, &issuer, long));
    knows.verify_text(&token).await.unwrap();

    issuer.break_down(true);
    world.pass(TimeDelta::days(1));
    knows.verify_text(&token).await.unwrap();
    assert_eq!(code(&late.verify_text(&token).await), "UNAVAILABLE");
    let unknown = Signer::ed("unknown").token(&claims(&world, &issuer, json!({})));
    assert_eq!(code(&knows.verify_text(&unknown).await), "UNAVAILABLE");

    issuer.break_down(false);
    world.pass_seconds(5);
    late.verify_text(&token).await.unwrap();

    issuer.stop().await;
    world.pass(TimeDelta::days(1));
    knows.verify_text(&token).await.unwrap();
    let stranger = process(&world, &issuer);
    assert_eq!(code(&stranger.verify_text(&token).await), "UNAVAILABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_is_given_to_the_account_of_its_proved_address_or_to_a_new_one() {
    let world = World::new().await;
    let signer = Signer::ed("ed");
    let issuer = Issuer::start(std::slice::from_ref(&signer));
    let mut process = process(&world, &issuer);
    let ada = process.register(ADA).await.user.id;
    let proof = process.mailed_token().await;
    process.services.verify_email(&proof).await.unwrap();
    let verify = async |changes: Value| {
        let token = signer.token(&claims(&world, &issuer, changes));
        process.verify_text(&token).await.unwrap()
    };
    assert_eq!(
        verify(json!({"email": "ADA@example.com"})).await.user_id,
        ada
    );
    // The password that was there before stays.
    process.sign_in().await;
    // Once known, a subject stays with its account, whatever the token says of its address.
    assert_eq!(
        verify(json!({"email": "other@example.com"})).await.user_id,
        ada
    );
    // An address that was not proved leads to nobody's account.
    for (subject, verified) in [
        ("eve-1", json!(false)),
        ("eve-2", json!("false")),
        ("eve-3", json!(null)),
    ] {
        let eve = verify(json!({"sub": subject, "email_verified": verified})).await;
        assert_ne!(eve.user_id, ada, "{subject}");
        let email = email_of(&process, eve).await;
        assert!(email.ends_with("@users.invalid"), "{email}");
    }
    let bob =
        verify(json!({"sub": "bob-1", "email": "bob@example.com", "email_verified": "true"})).await;
    assert_eq!(email_of(&process, bob).await, "bob@example.com");
    let (one, other) = tokio::join!(
        verify(json!({"sub": "cy-1", "email": "cy@example.com"})),
        verify(json!({"sub": "cy-1", "email": "cy@example.com"}))
    );
    assert_eq!(one, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_made_an_account_with_another_persons_address_loses_it_to_who_proves_the_address() {
    let world = World::new().await;
    let signer = Signer::ed("ed");
    let issuer = Issuer::start(std::slice::from_ref(&signer));
    let process = process(&world, &issuer);
    // Nobody proved the address.
    process.register(ADA).await;
    let squatter = process.sign_in().await;
    let token = signer.token(&claims(&world, &issuer, json!({})));
    let owner = process.verify_text(&token).await.unwrap();
    assert_eq!(owner.user_id, process.subject(&squatter).await.user_id);
    assert_eq!(
        code(&process.refresh(&squatter.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        code(&process.try_sign_in(ADA, PASSWORD, None).await),
        "WRONG_CREDENTIALS"
    );
    let profile = process.services.profile(owner).await.unwrap();
    assert!(profile.user.email_verified_at.is_some());
    assert_eq!(code(&process.services.sign_out(owner).await), "NO_SESSION");
}
