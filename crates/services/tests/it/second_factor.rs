//! The second factor.

use arbitragevault_services::accounts::second_factor::Factor;
use arbitragevault_services::accounts::{Secret, TokenSubject};
use data_encoding::BASE32_NOPAD;
use ring::hmac;

use crate::support::{ADA, PASSWORD, Process, World, code};

/// What an authenticator shows at the time of a world.
struct Authenticator(Vec<u8>);

impl Authenticator {
    fn new(secret: &Secret) -> Self {
        Self(BASE32_NOPAD.decode(secret.expose().as_bytes()).unwrap())
    }

    fn shows(&self, world: &World) -> Secret {
        let step = world.now().timestamp() / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let digest = tag.as_ref();
        let offset = usize::from(digest[19] & 0xf);
        let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap());
        Secret::new(format!("{:06}", (number & 0x7fff_ffff) % 1_000_000))
    }
}

/// Takes up a second factor, and returns it with the recovery codes.
async fn enrolled(world: &World, process: &Process) -> (TokenSubject, Authenticator, Vec<Secret>) {
    process.register(ADA).await;
    let subject = process.subject(&process.sign_in().await).await;
    let enrolment = process.services.enrol_second_factor(subject).await.unwrap();
    let authenticator = Authenticator::new(&enrolment.secret);
    // It is not asked for before it is confirmed.
    process.sign_in().await;
    let confirmed = process
        .services
        .confirm_second_factor(subject, Secret::new("000000"))
        .await;
    assert_eq!(code(&confirmed), "WRONG_CODE");
    let shown = authenticator.shows(world);
    let codes = process
        .services
        .confirm_second_factor(subject, shown)
        .await
        .unwrap();
    (subject, authenticator, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_asks_for_a_code_and_takes_none_twice() {
    let world = World::new().await;
    let process = world.process();
    let (subject, authenticator, _) = enrolled(&world, &process).await;
    let sign_in =
        async |factor: Option<Factor>| code(&process.try_sign_in(ADA, PASSWORD, factor).await);
    assert_eq!(sign_in(None).await, "SECOND_FACTOR_REQUIRED");
    let shown = Factor::Totp(authenticator.shows(&world));
    assert_eq!(
        sign_in(Some(shown)).await,
        "WRONG_CODE",
        "it confirmed the factor"
    );
    world.pass_seconds(30);
    let shown = Factor::Totp(authenticator.shows(&world));
    assert_eq!(sign_in(Some(shown.clone())).await, "OK");
    assert_eq!(sign_in(Some(shown)).await, "WRONG_CODE");
    world.pass_seconds(30);
    let shown = Factor::Totp(authenticator.shows(&world));
    let (one, other) = tokio::join!(sign_in(Some(shown.clone())), sign_in(Some(shown)));
    let mut codes = [one, other];
    codes.sort_unstable();
    assert_eq!(codes, ["OK", "WRONG_CODE"]);
    let enrolled_again = process.services.enrol_second_factor(subject).await;
    assert_eq!(code(&enrolled_again), "SECOND_FACTOR_ENABLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_good_for_one_use() {
    let world = World::new().await;
    let process = world.process();
    let (subject, _, codes) = enrolled(&world, &process).await;
    assert_eq!(codes.len(), 10);
    let typed = Secret::new(codes[0].expose().to_lowercase().replace('-', " "));
    let sign_in = async |code_: &Secret| {
        let factor = Some(Factor::Recovery(code_.clone()));
        code(&process.try_sign_in(ADA, PASSWORD, factor).await)
    };
    assert_eq!(sign_in(&typed).await, "OK");
    assert_eq!(sign_in(&codes[0]).await, "WRONG_CODE");
    let profile = process.services.profile(subject).await.unwrap();
    assert_eq!(profile.recovery_codes_left, 9);
    let disable = async |code_: &Secret| {
        let factor = Factor::Recovery(code_.clone());
        code(
            &process
                .services
                .disable_second_factor(subject, factor)
                .await,
        )
    };
    assert_eq!(disable(&codes[0]).await, "WRONG_CODE");
    assert_eq!(disable(&codes[1]).await, "OK");
    assert_eq!(disable(&codes[2]).await, "SECOND_FACTOR_NOT_ENABLED");
    process.sign_in().await;
    let profile = process.services.profile(subject).await.unwrap();
    assert_eq!(profile.recovery_codes_left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed_by_who_has_the_password_or_an_access_token() {
    let world = World::new().await;
    let process = world.process();
    let (subject, ..) = enrolled(&world, &process).await;
    let mut codes = Vec::new();
    for _ in 0..6 {
        let guess = Some(Factor::Totp(Secret::new("000000")));
        codes.push(code(&process.try_sign_in(ADA, PASSWORD, guess).await));
        // Asking what is needed makes no guess undone.
        codes.push(code(&process.try_sign_in(ADA, PASSWORD, None).await));
    }
    let (wrong, asked, locked) = ("WRONG_CODE", "SECOND_FACTOR_REQUIRED", "LOCKED");
    let expected = [
        wrong, asked, wrong, asked, wrong, asked, wrong, asked, wrong, locked, locked, locked,
    ];
    assert_eq!(codes, expected);
    let guess = Factor::Totp(Secret::new("000000"));
    let guessed = process.services.disable_second_factor(subject, guess).await;
    assert_eq!(code(&guessed), "LOCKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_to_seal_it_no_second_factor_is_given_out() {
    let world = World::new().await;
    let process = world.process_with(|settings| settings.vault = None);
    process.register(ADA).await;
    let subject = process.subject(&process.sign_in().await).await;
    let enrolled = process.services.enrol_second_factor(subject).await;
    assert_eq!(code(&enrolled), "SECOND_FACTOR_NOT_CONFIGURED");
    let confirmed = process
        .services
        .confirm_second_factor(subject, Secret::new("000000"))
        .await;
    assert_eq!(code(&confirmed), "SECOND_FACTOR_NOT_ENROLLED");
}
