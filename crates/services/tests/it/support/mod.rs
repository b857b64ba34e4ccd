//! The use cases over a database of their own, with a clock that the test sets and an inbox that it reads.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_services::access::AccessCache;
use arbitragevault_services::accounts::mail::{Mail, MailError, MailTransport};
use arbitragevault_services::accounts::oidc::{IssuerSettings, algorithm};
use arbitragevault_services::accounts::second_factor::Factor;
use arbitragevault_services::accounts::{
    AccountError, AccountSettings, Accounts, Client, Credentials, Profile, Registration, Secret,
    SessionTokens, TokenSubject, Vault, tokens,
};
use arbitragevault_services::clock::Clock;
use arbitragevault_services::events::EventHub;
use arbitragevault_services::health::LastSuccess;
use arbitragevault_services::limits::RequestLimits;
use arbitragevault_services::market::{
    KeepaSource, MarketCacheOptions, MarketData, RequestOptions,
};
use arbitragevault_services::persistence::{DatabaseOptions, Pool, migrate};
use arbitragevault_services::quotas::QuotaDefaults;
use arbitragevault_services::worker::WorkBell;
use arbitragevault_services::{ServiceError, Services, Shared};
use arbitragevault_tests::{Database, databases};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use keepa_client::KeepaClient;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) use arbitragevault_tests::{Issuer, Signer};

/// How an issuer is configured.
pub(crate) fn settings_of(issuer: &Issuer) -> IssuerSettings {
    IssuerSettings {
        issuer: issuer.url.clone(),
        audiences: vec!["books".to_owned()],
        algorithms: ["EdDSA", "ES256"]
            .into_iter()
            .filter_map(algorithm)
            .collect(),
        jwks_url: None,
    }
}

/// The password of everybody in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The address of the person of these tests.
pub(crate) const ADA: &str = "ada@example.com";

/// Mails go to the test.
#[derive(Debug)]
struct Outbox(UnboundedSender<Mail>);

impl MailTransport for Outbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        let sent = self.0.send(mail.clone());
        async move {
            sent.unwrap();
            Ok(())
        }
        .boxed()
    }
}

/// A process: its use cases, and the mails that it sends.
pub(crate) struct Process {
    pub(crate) services: Services,
    mails: UnboundedReceiver<Mail>,
}

/// A database, and the time in it.
pub(crate) struct World {
    pub(crate) database: Database,
    now: Arc<Mutex<DateTime<Utc>>>,
    keepa_url: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = databases().unwrap().create().await.unwrap();
        migrate::run(&database.url).await.unwrap();
        Self {
            database,
            now: Arc::new(Mutex::new("2026-11-27T09:00:00Z".parse().unwrap())),
            keepa_url: "http://127.0.0.1:1".to_owned(),
        }
    }

    /// A world with a Keepa.
    pub(crate) async fn with_keepa(url: String) -> Self {
        Self {
            keepa_url: url,
            ..Self::new().await
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.pass(TimeDelta::seconds(seconds));
    }

    /// A process with a key to seal secrets.
    pub(crate) fn process(&self) -> Process {
        self.process_with(|_| ())
    }

    /// A process with settings of its own.
    pub(crate) fn process_with(&self, change: impl FnOnce(&mut AccountSettings)) -> Process {
        self.process_ahead(TimeDelta::zero(), change)
    }

    /// A process whose clock is ahead of the others'.
    pub(crate) fn process_ahead(
        &self,
        ahead: TimeDelta,
        change: impl FnOnce(&mut AccountSettings),
    ) -> Process {
        let (sender, mails) = unbounded_channel();
        let mut settings = AccountSettings {
            open_registration: true,
            app_url: None,
            vault: Vault::new(&[7; 32]),
            signing_keys: Vec::new(),
            issuers: Vec::new(),
            mail: Arc::new(Outbox(sender)),
        };
        change(&mut settings);
        let keepa = KeepaClient::builder("no key")
            .base_url(&self.keepa_url)
            .build()
            .unwrap();
        let source = KeepaSource::new(keepa, RequestOptions::default());
        let now = Arc::clone(&self.now);
        let shared = Shared {
            market: MarketData::new(source, MarketCacheOptions::default()),
            clock: Clock::from_fn(move || *now.lock().unwrap() + ahead),
            bell: WorkBell::default(),
            events: EventHub::default(),
            analysis: AnalysisConfig::default(),
            accounts: Accounts::new(settings),
            access: AccessCache::default(),
            database_answered: LastSuccess::default(),
            limits: RequestLimits::default(),
            quotas: QuotaDefaults::default(),
            runtime: tokio::runtime::Handle::current(),
        };
        let options = DatabaseOptions {
            url: self.database.url.clone(),
            max_connections: 4,
            wait: Duration::from_secs(30),
            connect: Duration::from_secs(30),
            max_age: Duration::from_secs(3600),
        };
        Process {
            services: Services {
                pool: Pool::new(&options).unwrap(),
                shared: Arc::new(shared),
            },
            mails,
        }
    }
}

impl Process {
    pub(crate) async fn register(&self, email: &str) -> Profile {
        let registration = Registration {
            email: email.to_owned(),
            password: Secret::new(PASSWORD),
            display_name: None,
            organisation_name: None,
        };
        self.services.register(registration).await.unwrap()
    }

    pub(crate) async fn try_sign_in(
        &self,
        email: &str,
        password: &str,
        factor: Option<Factor>,
    ) -> Result<SessionTokens, AccountError> {
        let credentials = Credentials {
            email: email.to_owned(),
            password: Secret::new(password),
            factor,
        };
        let client = Client::new(Some("a test"), Some("203.0.113.7"));
        self.services.sign_in(credentials, client).await
    }

    pub(crate) async fn sign_in(&self) -> SessionTokens {
        self.try_sign_in(ADA, PASSWORD, None).await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &Secret) -> Result<SessionTokens, AccountError> {
        self.services.refresh(token, Client::default()).await
    }

    pub(crate) async fn verify(&self, token: &Secret) -> Result<TokenSubject, AccountError> {
        self.verify_text(token.expose()).await
    }

    pub(crate) async fn verify_text(&self, token: &str) -> Result<TokenSubject, AccountError> {
        tokens::verify(&self.services, token).await
    }

    pub(crate) async fn subject(&self, tokens: &SessionTokens) -> TokenSubject {
        self.verify(&tokens.access_token).await.unwrap()
    }

    /// The next mail.
    pub(crate) async fn mail(&mut self) -> Mail {
        let mail = tokio::time::timeout(Duration::from_secs(60), self.mails.recv());
        mail.await.expect("no mail comes").unwrap()
    }

    /// The token of the next mail.
    pub(crate) async fn mailed_token(&mut self) -> Secret {
        let mail = self.mail().await;
        let line = mail.body.lines().find_map(|line| line.strip_prefix("    "));
        Secret::new(line.unwrap())
    }

    /// Whether no mail was sent.
    pub(crate) fn has_no_mail(&mut self) -> bool {
        self.mails.try_recv().is_err()
    }
}

/// The code of an outcome, `OK` where there is none.
pub(crate) fn code<T>(outcome: &Result<T, AccountError>) -> &'static str {
    match outcome {
        Ok(_) => "OK",
        Err(AccountError::WrongCredentials) => "WRONG_CREDENTIALS",
        Err(AccountError::SecondFactorRequired) => "SECOND_FACTOR_REQUIRED",
        Err(AccountError::WrongCode) => "WRONG_CODE",
        Err(AccountError::Locked { .. }) => "LOCKED",
        Err(AccountError::MailJustSent { .. }) => "MAIL_JUST_SENT",
        Err(
            AccountError::Unauthenticated { code, .. }
            | AccountError::RefreshRefused { code, .. }
            | AccountError::Field { code, .. }
            | AccountError::Service(
                ServiceError::Conflict { code, .. } | ServiceError::Invalid { code, .. },
            ),
        ) => code,
        Err(AccountError::Service(ServiceError::Unavailable { .. })) => "UNAVAILABLE",
        Err(AccountError::Service(ServiceError::NotFound(_))) => "NOT_FOUND",
        Err(error) => panic!("{error:?}"),
    }
}
