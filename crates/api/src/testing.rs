//! What the tests of this crate share.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_services::access::AccessCache;
use arbitragevault_services::accounts::mail::{MailFolder, sender};
use arbitragevault_services::accounts::{AccountSettings, Accounts};
use arbitragevault_services::clock::Clock;
use arbitragevault_services::events::EventHub;
use arbitragevault_services::health::LastSuccess;
use arbitragevault_services::limits::RequestLimits;
use arbitragevault_services::market::{
    KeepaSource, MarketCacheOptions, MarketData, RequestOptions,
};
use arbitragevault_services::persistence::{DatabaseOptions, Pool};
use arbitragevault_services::quotas::QuotaDefaults;
use arbitragevault_services::worker::WorkBell;
use arbitragevault_services::{Services, Shared};
use keepa_client::KeepaClient;

use crate::settings::HttpSettings;
use crate::state::ApiState;

/// The state of a worker whose database and Keepa are not there: nothing listens on port 1.
pub(crate) fn unreachable_state(settings: &HttpSettings) -> ApiState {
    let database = DatabaseOptions {
        url: "postgres://nobody@127.0.0.1:1/nothing".to_owned(),
        max_connections: 1,
        wait: Duration::from_secs(1),
        connect: Duration::from_secs(1),
        max_age: Duration::from_secs(60),
    };
    let keepa = KeepaClient::builder("no key")
        .base_url("http://127.0.0.1:1")
        .build()
        .unwrap();
    let source = KeepaSource::new(keepa, RequestOptions::default());
    let shared = Shared {
        access: AccessCache::default(),
        market: MarketData::new(source, MarketCacheOptions::default()),
        clock: Clock::from_fn(|| "2026-11-23T20:00:00Z".parse().unwrap()),
        bell: WorkBell::default(),
        events: EventHub::default(),
        analysis: AnalysisConfig::default(),
        accounts: Accounts::new(AccountSettings {
            open_registration: true,
            app_url: None,
            vault: None,
            signing_keys: Vec::new(),
            issuers: Vec::new(),
            mail: Arc::new(MailFolder::new(
                Path::new("/dev/null"),
                sender("noreply@localhost").unwrap(),
            )),
        }),
        runtime: tokio::runtime::Handle::current(),
        database_answered: LastSuccess::default(),
        limits: RequestLimits::default(),
        quotas: QuotaDefaults::default(),
    };
    let services = Services {
        pool: Pool::new(&database).unwrap(),
        shared: Arc::new(shared),
    };
    ApiState::new(settings.clone(), services)
}

/// Sends a request under a fixed request id and shows the whole response as text: status, headers by name, body.
pub(crate) async fn response_text<S, B>(app: &S, request: TestRequest) -> String
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let request = request
        .insert_header(("x-request-id", "request-1"))
        .to_request();
    // The server answers an error of the outermost layer by its own response.
    match app.call(request).await {
        Ok(response) => shown(response.into_parts().1).await,
        Err(error) => shown(error.error_response()).await,
    }
}

/// Sends a request, and shows the JSON of the answer.
pub(crate) async fn response_body<S, B>(app: &S, request: TestRequest) -> String
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let response = response_text(app, request).await;
    let (_, body) = response.split_once("\n\n").unwrap();
    body.to_owned()
}

async fn shown<B: MessageBody>(response: HttpResponse<B>) -> String {
    let mut text = format!("{}\n", response.status());
    for (name, value) in sorted(response.headers()) {
        writeln!(text, "{name}: {value}").unwrap();
    }
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    let body = match serde_json::from_slice::<serde_json::Value>(&body) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
        Err(_) => String::from_utf8_lossy(&body).into_owned(),
    };
    write!(text, "\n{body}").unwrap();
    text
}

fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            // The CORS layer lists what it allows in no certain order.
            let mut parts: Vec<_> = value.to_str().unwrap().split(", ").collect();
            if name.as_str().starts_with("access-control") {
                parts.sort_unstable();
            }
            (name.to_string(), parts.join(", "))
        })
        .collect();
    headers.sort();
    headers
}
