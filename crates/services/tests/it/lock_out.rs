//! Attempts to sign in that fail.

use std::time::Duration;

use arbitragevault_services::accounts::AccountError;
use futures_util::future::join_all;

use crate::support::{ADA, PASSWORD, World, code};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_locked_after_five_failures_whether_it_has_an_account_or_not() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    for email in [ADA, " ADA@Example.com ", "nobody@example.com", "no address"] {
        let mut codes = Vec::new();
        for _ in 0..6 {
            codes.push(code(
                &process.try_sign_in(email, "a wrong password", None).await,
            ));
        }
        let mut expected = ["WRONG_CREDENTIALS"; 6];
        expected[5] = "LOCKED";
        // The second spelling is the first address again, which is locked.
        if email == " ADA@Example.com " {
            expected = ["LOCKED"; 6];
        }
        assert_eq!(codes, expected, "{email:?}");
    }
    let locked = process.try_sign_in(ADA, PASSWORD, None).await;
    let Err(AccountError::Locked { retry_after }) = locked else {
        panic!("{locked:?}");
    };
    assert_eq!(retry_after, Duration::from_secs(30));

    world.pass_seconds(30);
    let wrong = process.try_sign_in(ADA, "a wrong password", None).await;
    assert_eq!(code(&wrong), "WRONG_CREDENTIALS");
    world.pass_seconds(59);
    assert_eq!(
        code(&process.try_sign_in(ADA, PASSWORD, None).await),
        "LOCKED"
    );
    world.pass_seconds(1);
    process.sign_in().await;
    // Who signed in begins anew.
    let wrong = process.try_sign_in(ADA, "a wrong password", None).await;
    assert_eq!(code(&wrong), "WRONG_CREDENTIALS");
    process.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_made_at_once_are_no_way_around_the_lock() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let guesses = (0..20).map(|_| process.try_sign_in(ADA, "a wrong password", None));
    let codes: Vec<_> = join_all(guesses).await.iter().map(code).collect();
    let tried = codes.iter().filter(|code| **code == "WRONG_CREDENTIALS");
    assert_eq!(tried.count(), 5, "{codes:?}");
    assert!(
        codes
            .iter()
            .all(|code| matches!(*code, "WRONG_CREDENTIALS" | "LOCKED")),
        "{codes:?}"
    );
}
