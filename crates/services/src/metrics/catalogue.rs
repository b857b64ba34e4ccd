//! Every metric of the process, declared once: its name, what kind it is, its unit, its labels and its help.

/// What a metric does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts what falls into each bucket; these are the buckets' upper bounds.
    Histogram(&'static [f64]),
}

impl Kind {
    /// The kind as Prometheus names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// What is said of a metric, wherever it is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// Its unit.
    pub unit: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it tells, for people.
    pub help: &'static str,
}

/// Bounds for requests: from a page that stands in memory to the limit of a request.
const REQUEST_SECONDS: &[f64] = &[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Bounds for what waits for others: from nothing to the longest wait for a connection.
const WAIT_SECONDS: &[f64] = &[
    0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

/// Bounds for what Keepa does: from the bucket's state to an answer about a hundred products with offers.
const KEEPA_SECONDS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

macro_rules! catalogue {
    ($($metric:ident = $name:literal, $kind:expr, $unit:literal, [$($label:literal),*], $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $metric: Metric = Metric {
                name: $name,
                kind: $kind,
                unit: $unit,
                labels: &[$($label),*],
                help: $help,
            };
        )*

        /// Every metric.
        pub const ALL: &[Metric] = &[$($metric),*];
    };
}

catalogue! {
    HTTP_REQUEST_DURATION = "arbitragevault_http_request_duration_seconds", Kind::Histogram(REQUEST_SECONDS), "seconds",
        ["method", "route", "status"],
        "Time from a request to the begin of its response, by method, route pattern and class of the status (2xx to 5xx). Its count is the number of requests.";
    POOL_CONNECTIONS = "arbitragevault_pool_connections", Kind::Gauge, "connections", ["pool", "state"],
        "Open connections to PostgreSQL: in_use or idle, of the HTTP workers (http), of the background worker (worker) and of the token budget (budget).";
    POOL_CONNECTIONS_MAX = "arbitragevault_pool_connections_max", Kind::Gauge, "connections", ["pool"],
        "Connections to PostgreSQL that the pools may open.";
    POOL_WAITING = "arbitragevault_pool_waiting", Kind::Gauge, "callers", ["pool"],
        "Callers that wait for a connection to PostgreSQL.";
    POOL_WAIT = "arbitragevault_pool_wait_seconds", Kind::Histogram(WAIT_SECONDS), "seconds", ["pool"],
        "Time that a caller waited for a connection to PostgreSQL, in vain too.";
    QUEUE_JOBS = "arbitragevault_queue_jobs", Kind::Gauge, "jobs", ["state"],
        "Jobs in the queue of all processes: waiting, in_work, or dead (given up; a retry of their batch brings them back). Absent while PostgreSQL is out of reach.";
    QUEUE_OLDEST = "arbitragevault_queue_oldest_seconds", Kind::Gauge, "seconds", [],
        "Time since the oldest job that nobody has finished became due. Absent while none is due, and while PostgreSQL is out of reach.";
    QUEUE_ATTEMPTS = "arbitragevault_queue_attempts_total", Kind::Counter, "attempts", ["outcome"],
        "Attempts of this process at an item: analysed, failed (for good), retried (to be tried again), or postponed (for want of Keepa tokens, or because the organisation has spent those of the day). The first two are items done.";
    WORKER_CHUNK_DURATION = "arbitragevault_worker_chunk_duration_seconds", Kind::Histogram(KEEPA_SECONDS), "seconds", ["outcome"],
        "Time from the claim of a chunk of up to 100 products to its end: written, given_back, or lost (its lease ran out).";
    KEEPA_TOKENS_LEFT = "arbitragevault_keepa_tokens_left", Kind::Gauge, "tokens", [],
        "Tokens left in Keepa's bucket, as the last answer told it and moved on to now; may be negative. Absent before the first answer.";
    KEEPA_TOKENS_RESERVED = "arbitragevault_keepa_tokens_reserved", Kind::Gauge, "tokens", [],
        "Tokens of those left that requests under way have reserved.";
    KEEPA_TOKENS_PER_MINUTE = "arbitragevault_keepa_tokens_per_minute", Kind::Gauge, "tokens per minute", [],
        "Tokens that Keepa adds to the bucket each minute.";
    KEEPA_TOKENS_SPENT = "arbitragevault_keepa_tokens_spent_total", Kind::Counter, "tokens", ["endpoint"],
        "Tokens that Keepa charged this process, as its answers told.";
    KEEPA_TOKEN_WAIT = "arbitragevault_keepa_token_wait_seconds", Kind::Histogram(KEEPA_SECONDS), "seconds", ["endpoint"],
        "Time that a request to Keepa waited for tokens before it was sent.";
    KEEPA_REQUEST_DURATION = "arbitragevault_keepa_request_duration_seconds", Kind::Histogram(KEEPA_SECONDS), "seconds", ["endpoint"],
        "Time from sending a request to Keepa to its decoded answer. Its count is the number of requests, with every further attempt.";
    KEEPA_ERRORS = "arbitragevault_keepa_errors_total", Kind::Counter, "errors", ["endpoint", "kind"],
        "Requests to Keepa that failed, with the code that an item's failure has.";
    KEEPA_BREAKER = "arbitragevault_keepa_breaker", Kind::Gauge, "", ["state"],
        "1 for how this process stands to Keepa: closed (it is asked), open (left alone after failures in a row) or half_open (the next request tries).";
    REQUESTS_REFUSED = "arbitragevault_requests_refused_total", Kind::Counter, "requests", ["policy"],
        "Requests that this process refused because too many came within a minute: of a credential (key) or of an address.";
    REDIS_ERRORS = "arbitragevault_redis_errors_total", Kind::Counter, "errors", ["kind"],
        "Questions to Redis that failed: unreachable, slow, unauthorised, or refuses (it answered with an error). Absent where no Redis is configured.";
    BUILD_INFO = "arbitragevault_build_info", Kind::Gauge, "", ["version"],
        "1, with the version of the program.";
    PROCESS_START = "process_start_time_seconds", Kind::Gauge, "seconds", [],
        "When the process started, in seconds since 1970.";
    PROCESS_RESIDENT_MEMORY = "process_resident_memory_bytes", Kind::Gauge, "bytes", [],
        "Memory that the process holds. Absent where the operating system does not tell as Linux does, as are the three below.";
    PROCESS_CPU = "process_cpu_seconds_total", Kind::Counter, "seconds", [],
        "Processor time of the process, user and system.";
    PROCESS_OPEN_FILES = "process_open_fds", Kind::Gauge, "files", [],
        "Open file descriptors.";
    PROCESS_MAX_FILES = "process_max_fds", Kind::Gauge, "files", [],
        "File descriptors that the process may open.";
}
