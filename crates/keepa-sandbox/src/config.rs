//! What a sandbox is started with, and why it may refuse to start.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::catalogue::BOOKS;

/// How a sandbox behaves.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Folder of recorded answers (`product/*.json`, `response/product_*.json`); `None` serves the
    /// generated [`Catalogue`](crate::Catalogue).
    pub corpus: Option<PathBuf>,
    /// Seed of the generated catalogue; the same seed gives the same books.
    pub seed: u64,
    /// Tokens added per minute; the bucket holds 60 minutes of them.
    pub refill_rate: u32,
    /// Balance at the start; `None` starts with a full bucket.
    pub initial_tokens: Option<i32>,
    /// How many books of the generated catalogue there are, [`BOOKS`](crate::catalogue::BOOKS) at
    /// most. Endpoints that select among all are quicker with few.
    pub books: u32,
    /// The time that the sandbox's clock shows at the start, in Unix milliseconds; `None` is the
    /// system's.
    pub clock_starts_at: Option<i64>,
    /// How many times as fast as the system's the clock runs: 60 makes a minute of a second, 0 stands
    /// still.
    pub clock_speed: u32,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            corpus: None,
            seed: 1,
            refill_rate: 60_000,
            initial_tokens: None,
            books: BOOKS,
            clock_starts_at: None,
            clock_speed: 1,
        }
    }
}

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A file or folder of the corpus cannot be read.
    #[error("cannot read the corpus at {path}")]
    CorpusUnreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the corpus is not a Keepa answer.
    #[error("{path} is not a recorded Keepa answer: {reason}")]
    CorpusInvalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The corpus holds no product at all.
    #[error(
        "no product in the corpus at {path}: expected product/*.json or response/product_*.json"
    )]
    CorpusEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The address is taken or not allowed.
    #[error("cannot listen on {addr}")]
    Bind {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gave no thread for the server.
    #[error("cannot start the sandbox's thread")]
    Thread(#[source] std::io::Error),
    /// The server's thread ended before it listened.
    #[error("the sandbox ended before it listened")]
    Ended,
}
