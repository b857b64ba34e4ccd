//! Mails, and what their tokens do.

use arbitragevault_services::accounts::{Registration, Secret};
use chrono::TimeDelta;

use crate::support::{ADA, PASSWORD, World, code};

/// Another password.
const NEW: &str = "a new password of mine";

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_proves_the_address_once() {
    let world = World::new().await;
    let mut process = world
        .process_with(|settings| settings.app_url = Some("https://app.example.com".to_owned()));
    let profile = process.register(ADA).await;
    assert_eq!(profile.user.email_verified_at, None);
    let mail = process.mail().await;
    assert_eq!(mail.to.to_string(), ADA);
    let link = mail
        .body
        .lines()
        .find(|line| line.contains("https://"))
        .unwrap()
        .trim();
    let token = Secret::new(
        link.strip_prefix("https://app.example.com/verify-email#token=")
            .unwrap(),
    );

    let subject = process.subject(&process.sign_in().await).await;
    let resent = process.services.resend_verification(subject).await;
    assert_eq!(code(&resent), "MAIL_JUST_SENT");
    process.services.verify_email(&token).await.unwrap();
    assert_eq!(
        code(&process.services.verify_email(&token).await),
        "TOKEN_REFUSED"
    );
    let profile = process.services.profile(subject).await.unwrap();
    assert_eq!(profile.user.email_verified_at, Some(world.now()));
    let resent = process.services.resend_verification(subject).await;
    assert_eq!(code(&resent), "EMAIL_VERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_of_the_latest_mail_is_good_and_not_for_ever() {
    let world = World::new().await;
    let mut process = world.process();
    process.register(ADA).await;
    let first = process.mailed_token().await;
    let subject = process.subject(&process.sign_in().await).await;
    world.pass_seconds(60);
    process.services.resend_verification(subject).await.unwrap();
    let second = process.mailed_token().await;
    assert_eq!(
        code(&process.services.verify_email(&first).await),
        "TOKEN_REFUSED"
    );
    world.pass(TimeDelta::hours(48));
    assert_eq!(
        code(&process.services.verify_email(&second).await),
        "TOKEN_REFUSED"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_sets_the_password_once_and_ends_every_session() {
    let world = World::new().await;
    let mut process = world.process();
    process.register(ADA).await;
    let verification = process.mailed_token().await;
    let session = process.sign_in().await;
    for _ in 0..5 {
        let wrong = process.try_sign_in(ADA, "a wrong password", None).await;
        assert_eq!(code(&wrong), "WRONG_CREDENTIALS");
    }
    process.services.forget_password("nobody@example.com");
    process.services.forget_password("no address");
    process.services.forget_password(" Ada@Example.com ");
    let token = process.mailed_token().await;
    let services = &process.services;
    let reset = |token: Secret, password: &'static str| async move {
        code(&services.reset_password(&token, Secret::new(password)).await)
    };
    assert_eq!(reset(token.clone(), "too short").await, "WRONG_LENGTH");
    assert_eq!(
        reset(verification, NEW).await,
        "TOKEN_REFUSED",
        "it is for another purpose"
    );
    assert_eq!(reset(token.clone(), NEW).await, "OK");
    assert_eq!(reset(token, "yet another password").await, "TOKEN_REFUSED");

    assert_eq!(
        code(&process.refresh(&session.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        code(&process.try_sign_in(ADA, PASSWORD, None).await),
        "WRONG_CREDENTIALS"
    );
    // The lock is gone, and the address is proved: the mail arrived.
    let tokens = process.try_sign_in(ADA, NEW, None).await.unwrap();
    let subject = process.subject(&tokens).await;
    let profile = process.services.profile(subject).await.unwrap();
    assert!(profile.user.email_verified_at.is_some());
    assert!(process.has_no_mail());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_use_a_reset_token_at_once_one_sets_the_password() {
    let world = World::new().await;
    let mut process = world.process();
    process.register(ADA).await;
    process.mail().await;
    process.services.forget_password(ADA);
    let token = process.mailed_token().await;
    let (one, other) = tokio::join!(
        process
            .services
            .reset_password(&token, Secret::new("the password of one")),
        process
            .services
            .reset_password(&token, Secret::new("the password of other"))
    );
    let mut codes = [code(&one), code(&other)];
    codes.sort_unstable();
    assert_eq!(codes, ["OK", "TOKEN_REFUSED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let (here, there) = (process.sign_in().await, process.sign_in().await);
    let subject = process.subject(&here).await;
    let change = async |current: &str, new: &str| {
        let changed =
            process
                .services
                .change_password(subject, Secret::new(current), Secret::new(new));
        code(&changed.await)
    };
    assert_eq!(change("a wrong password", NEW).await, "WRONG_PASSWORD");
    assert_eq!(change(PASSWORD, "short").await, "WRONG_LENGTH");
    assert_eq!(change(PASSWORD, NEW).await, "OK");
    assert_eq!(
        code(&process.refresh(&there.refresh_token).await),
        "SESSION_ENDED"
    );
    process.refresh(&here.refresh_token).await.unwrap();
    assert_eq!(
        code(&process.try_sign_in(ADA, PASSWORD, None).await),
        "WRONG_CREDENTIALS"
    );
    process.try_sign_in(ADA, NEW, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_of_what_can_be_one() {
    let world = World::new().await;
    let process = world.process();
    let closed = world.process_with(|settings| settings.open_registration = false);
    let registration = Registration {
        email: "Ada@Example.com".to_owned(),
        password: Secret::new(PASSWORD),
        display_name: Some("Ada".to_owned()),
        organisation_name: Some("Ada's books".to_owned()),
    };
    let refused = closed.services.register(registration.clone()).await;
    assert_eq!(code(&refused), "REGISTRATION_CLOSED");
    let profile = process
        .services
        .register(registration.clone())
        .await
        .unwrap();
    let membership = &profile.membership;
    let made = [
        &profile.user.email,
        &profile.user.display_name,
        &membership.organisation_name,
        &membership.role,
    ];
    assert_eq!(made, [ADA, "Ada", "Ada's books", "OWNER"]);
    let again = process.services.register(registration.clone()).await;
    assert_eq!(code(&again), "EMAIL_TAKEN");
    for wrong in [
        Registration {
            email: "no address".to_owned(),
            ..registration.clone()
        },
        Registration {
            display_name: Some("two\nlines".to_owned()),
            ..registration.clone()
        },
        Registration {
            organisation_name: Some("  ".to_owned()),
            ..registration.clone()
        },
        Registration {
            organisation_name: Some("x".repeat(101)),
            ..registration
        },
    ] {
        let refused = process.services.register(wrong.clone()).await;
        assert_eq!(code(&refused), "INVALID_VALUE", "{wrong:?}");
    }
}
