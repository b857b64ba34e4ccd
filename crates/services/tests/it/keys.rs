//! The keys of access tokens.

use arbitragevault_services::accounts::tokens::SigningSeed;
use arbitragevault_services::accounts::{SessionTokens, Vault};
use chrono::TimeDelta;
use futures_util::future::join_all;

use crate::support::{ADA, World, code};

/// The header of a token, which names its key.
fn header(tokens: &SessionTokens) -> String {
    let token = tokens.access_token.expose();
    token.split('.').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_make_one_key_and_know_each_others_tokens() {
    let world = World::new().await;
    let processes: Vec<_> = (0..4).map(|_| world.process()).collect();
    processes[0].register(ADA).await;
    let tokens = join_all(processes.iter().map(|process| process.sign_in())).await;
    for tokens in &tokens {
        for process in &processes {
            process.verify(&tokens.access_token).await.unwrap();
        }
    }
    let headers: std::collections::BTreeSet<_> = tokens.iter().map(header).collect();
    assert_eq!(headers.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_replaced_after_ninety_days_and_its_last_tokens_still_hold() {
    let world = World::new().await;
    let (one, other) = (world.process(), world.process());
    one.register(ADA).await;
    let first = one.sign_in().await;
    other.verify(&first.access_token).await.unwrap();
    world.pass(TimeDelta::days(90) - TimeDelta::minutes(5));
    let last = one.sign_in().await;
    assert_eq!(header(&last), header(&first));
    world.pass(TimeDelta::minutes(5));
    let next = one.sign_in().await;
    assert_ne!(header(&next), header(&last));
    for process in [&one, &other, &world.process()] {
        process.verify(&last.access_token).await.unwrap();
        process.verify(&next.access_token).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_opened_any_more_is_replaced() {
    let world = World::new().await;
    let process = world.process();
    process.register(ADA).await;
    let sealed = process.sign_in().await;
    let unsealed = world.process_with(|settings| settings.vault = None);
    let in_the_clear = unsealed.sign_in().await;
    assert_ne!(header(&sealed), header(&in_the_clear));
    let resealed = world.process_with(|settings| settings.vault = Vault::new(&[8; 32]));
    resealed.verify(&in_the_clear.access_token).await.unwrap();
    let verified = resealed.verify(&sealed.access_token).await;
    assert_eq!(code(&verified), "TOKEN_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn configured_keys_sign_with_the_first_and_verify_with_all() {
    let world = World::new().await;
    let with = |seeds: &[u8]| {
        let seeds = seeds
            .iter()
            .map(|byte| SigningSeed::new([*byte; 32]))
            .collect();
        world.process_with(|settings| settings.signing_keys = seeds)
    };
    let (before, during, after) = (with(&[1]), with(&[2, 1]), with(&[2]));
    before.register(ADA).await;
    let (old, new) = (before.sign_in().await, during.sign_in().await);
    during.verify(&old.access_token).await.unwrap();
    after.verify(&new.access_token).await.unwrap();
    assert_eq!(
        code(&after.verify(&old.access_token).await),
        "TOKEN_INVALID"
    );
    assert_eq!(
        code(&before.verify(&new.access_token).await),
        "TOKEN_INVALID"
    );
}
