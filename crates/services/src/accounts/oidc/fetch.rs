//! Asking an issuer for its keys: the discovery document (OpenID Connect Discovery 1.0, 4), then the key set (RFC 7517, 5).

use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::IssuerSettings;

/// How long one answer may take (grade M): somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest document that is read (grade M): a key set has a few kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// Why an issuer did not tell its keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the issuer was not reached, or refused")]
    Http(#[from] reqwest::Error),
    #[error("the document cannot be read")]
    Document(#[from] serde_json::Error),
    #[error("the document is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the discovery document is that of {0:?}")]
    OtherIssuer(String),
    #[error("the keys stand at {0:?}, which is not reached over TLS while the issuer is")]
    Insecure(String),
    #[error("the server stops")]
    Stopped,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

/// The keys of an issuer, as it shows them now. Keys of kinds that nobody here knows are passed over.
pub(super) async fn keys(settings: &IssuerSettings) -> Result<Vec<Jwk>, FetchError> {
    // Refused when the process has a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .user_agent(concat!("arbitragevault/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .build()?;
    let url = match &settings.jwks_url {
        Some(url) => url.clone(),
        None => discover(&client, &settings.issuer).await?,
    };
    let keys: Keys = read(&client, &url).await?;
    let keys = keys.keys.into_iter();
    Ok(keys
        .filter_map(|key| serde_json::from_value(key).ok())
        .collect())
}

async fn discover(client: &Client, issuer: &str) -> Result<String, FetchError> {
    let base = issuer.trim_end_matches('/');
    let url = format!("{base}/.well-known/openid-configuration");
    let discovery: Discovery = read(client, &url).await?;
    if discovery.issuer != issuer {
        return Err(FetchError::OtherIssuer(discovery.issuer));
    }
    if issuer.starts_with("https://") && !discovery.jwks_uri.starts_with("https://") {
        return Err(FetchError::Insecure(discovery.jwks_uri));
    }
    Ok(discovery.jwks_uri)
}

async fn read<T: DeserializeOwned>(client: &Client, url: &str) -> Result<T, FetchError> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut document = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if document.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLong);
        }
        document.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&document)?)
}
