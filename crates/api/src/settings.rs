//! What the server's configuration says about HTTP.

use std::time::Duration;

/// Settings of the HTTP layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// Whether a request needs a credential. Without, everybody is the owner of the default organisation: for development only.
    pub auth_required: bool,
    /// Origins of web pages that may call the API with credentials, `https://app.example.com` for example. None by default.
    pub allowed_origins: Vec<String>,
    /// Proxies in front, each of which adds the address that called it to `X-Forwarded-For`. Without any, that header is not believed.
    pub trusted_proxies: usize,
    /// Longest body, in bytes. The contract says 5 MiB.
    pub max_body_bytes: usize,
    /// Longest time until a response begins.
    pub request_timeout: Duration,
    /// Pause between two comments that keep an event stream open; below the idle limit of every proxy in front.
    pub event_heartbeat: Duration,
    /// Whether spans of requests are described for traces: by route and status, which the log has already.
    pub describe_spans: bool,
}

impl Default for HttpSettings {
    /// The limits of the HTTP contract; the times are below the 60 s after which common proxies give up.
    fn default() -> Self {
        Self {
            auth_required: true,
            allowed_origins: Vec::new(),
            trusted_proxies: 0,
            max_body_bytes: 5 << 20,
            request_timeout: Duration::from_secs(30),
            event_heartbeat: Duration::from_secs(15),
            describe_spans: false,
        }
    }
}
