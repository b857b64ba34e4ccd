//! Connections to PostgreSQL, encrypted where the URL asks for it.

use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::PersistenceError;

/// Opens a connection; its driver task lives on the runtime of the caller.
///
/// `sslmode=disable` never encrypts, `prefer` (the default) encrypts when the server can, `require` refuses a server that cannot. An
/// encrypted connection always verifies the server's certificate against the roots of the operating system.
pub(crate) async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let config = parse(url).map_err(|e| ConnectionError::BadConnection(e.to_string()))?;
    let bad = |error: tokio_postgres::Error| ConnectionError::BadConnection(describe(&error));
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(bad)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    } else {
        let tls = tls_config().map_err(|e| ConnectionError::BadConnection(e.to_string()))?;
        let (client, connection) = config
            .connect(MakeRustlsConnect::new(tls))
            .await
            .map_err(bad)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }
}

/// Reads a connection URL.
///
/// # Errors
/// When it is no PostgreSQL URL; the text never repeats the URL, which may hold a password.
pub(crate) fn parse(url: &str) -> Result<tokio_postgres::Config, PersistenceError> {
    url.parse().map_err(|error: tokio_postgres::Error| {
        PersistenceError::Configuration(format!(
            "the URL is not a PostgreSQL URL: {}",
            describe(&error)
        ))
    })
}

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // The builder with the platform's verifier takes the provider of the process; a second installation is refused and harmless.
    let _ = rustls::crypto::CryptoProvider::install_default(Arc::unwrap_or_clone(provider));
    ClientConfig::with_platform_verifier()
}

/// The text of an error with its causes.
fn describe(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
