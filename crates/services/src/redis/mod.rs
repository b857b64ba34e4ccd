//! Redis, where one is configured: what several servers count together, and what they tell each other.
//!
//! Nothing depends on it. Whoever asks gets `None` while Redis is away, and does without it. The process has one connection, which lives on
//! the main runtime (ADR 4): [`Redis::keep`] opens it, and opens it again when it was lost. A question that fails lets go of the connection,
//! so that none that comes later waits: an outage costs those under way 50 ms at most.

mod count;
mod events;
mod trouble;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, RedisError, RedisResult};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

pub use trouble::RedisTrouble;

use crate::clock::Clock;
use crate::error::chain;
use crate::health::LastSuccess;
use crate::metrics;

/// How long a question may take. Redis answers within a millisecond; who waits is a request, which can do without, and asks twice: for its
/// address and for its credential.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long opening a connection may take, over networks and TLS. No request waits for it.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);

/// How soon a lost connection is opened again.
const RECONNECT: Duration = Duration::from_secs(1);

/// How often a connection that nobody uses is tried, so that health tells the truth of it.
const LOOK: Duration = Duration::from_secs(5);

/// How Redis is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisHealth {
    /// How long its answer took; the reason when there was none.
    pub answer: Result<Duration, RedisTrouble>,
    /// When it last answered.
    pub last_success: Option<DateTime<Utc>>,
}

/// The connection of a process to Redis.
pub struct Redis {
    client: Client,
    line: RwLock<Line>,
    lost: Notify,
    answered: LastSuccess,
    trouble: Mutex<Option<RedisTrouble>>,
    clock: Clock,
}

/// The connection, and how many there were before it: a question that fails late must not take down the next one.
#[derive(Default)]
struct Line {
    connection: Option<MultiplexedConnection>,
    generation: u64,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("trouble", &self.trouble())
            .finish_non_exhaustive()
    }
}

/// Reads the URL of a Redis without connecting.
///
/// # Errors
/// When it is no URL of a Redis. The text does not repeat the URL, which may hold a password.
pub fn check_url(url: &str) -> Result<(), &'static str> {
    open(url).map(drop)
}

fn open(url: &str) -> Result<Client, &'static str> {
    // `rediss` takes the provider of the process; a second installation is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::open(url)
        .map_err(|_| "must be redis://, rediss:// (TLS) or unix:// with the address of a Redis")
}

impl Redis {
    /// Redis at a URL. Nothing is connected before [`keep`](Self::keep) runs.
    ///
    /// # Errors
    /// When it is no URL of a Redis.
    pub fn new(url: &str, clock: Clock) -> Result<Self, &'static str> {
        Ok(Self {
            client: open(url)?,
            line: RwLock::default(),
            lost: Notify::new(),
            answered: LastSuccess::default(),
            trouble: Mutex::new(Some(RedisTrouble::NotConnected)),
            clock,
        })
    }

    /// Keeps a connection open, until the future is dropped. It must run on the main runtime.
    pub async fn keep(self: Arc<Self>) {
        loop {
            match self.connect().await {
                Ok(connection) => {
                    self.reached(connection);
                    self.until_lost().await;
                }
                Err(error) => self.failed(&error),
            }
            tokio::time::sleep(RECONNECT).await;
        }
    }

    /// Connects once and asks what servers ask.
    ///
    /// # Errors
    /// The reason why it does not answer.
    pub async fn look(&self) -> Result<Duration, RedisTrouble> {
        let began = Instant::now();
        let connected = self.connect().await;
        connected.map_err(|error| RedisTrouble::of(&error))?;
        Ok(began.elapsed())
    }

    /// Asks Redis now.
    pub async fn health(&self) -> RedisHealth {
        let began = Instant::now();
        let probed = self.ask(async |connection| count::probe(connection).await);
        let answer = match probed.await {
            Some(()) => Ok(began.elapsed()),
            None => Err(self.trouble().unwrap_or(RedisTrouble::NotConnected)),
        };
        RedisHealth {
            answer,
            last_success: self.answered.get(),
        }
    }

    /// Why it is not used at present; `None` while it is.
    #[must_use]
    pub fn trouble(&self) -> Option<RedisTrouble> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that does what servers ask of it.
    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_PATIENCE))
            .set_response_timeout(Some(CONNECT_PATIENCE));
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let mut connection = connecting.await?;
        count::probe(&mut connection).await?;
        Ok(connection)
    }

    /// Asks something, unless Redis is away or takes too long.
    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>,
    ) -> Option<T> {
        let (mut connection, generation) = self.connection()?;
        let answer = tokio::time::timeout(PATIENCE, question(&mut connection)).await;
        let error = match answer {
            Ok(Ok(answer)) => {
                self.answered.note(self.clock.now());
                return Some(answer);
            }
            Ok(Err(error)) => error,
            Err(_) => RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)),
        };
        if self.lose(generation) {
            self.failed(&error);
        } else {
            metrics::redis_failed(RedisTrouble::of(&error));
        }
        None
    }

    fn connection(&self) -> Option<(MultiplexedConnection, u64)> {
        let line = self.line.read().unwrap_or_else(PoisonError::into_inner);
        Some((line.connection.clone()?, line.generation))
    }

    /// Lets go of the connection, unless there is a newer one already.
    fn lose(&self, generation: u64) -> bool {
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        let is_lost = line.generation == generation && line.connection.take().is_some();
        drop(line);
        if is_lost {
            self.lost.notify_one();
        }
        is_lost
    }

    fn reached(&self, connection: MultiplexedConnection) {
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        line.generation += 1;
        line.connection = Some(connection);
        drop(line);
        self.answered.note(self.clock.now());
        let before = self
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if before.is_some() {
            tracing::info!("Redis answers: servers count requests together");
        }
    }

    /// Notes that it is away, and says so when it was not before.
    fn failed(&self, error: &RedisError) {
        let trouble = RedisTrouble::of(error);
        metrics::redis_failed(trouble);
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = matches!(*known, None | Some(RedisTrouble::NotConnected));
        *known = Some(trouble);
        drop(known);
        if is_news {
            tracing::warn!(error = %chain(error), "Redis is away, {trouble}: this process counts requests by itself until it is back");
        }
    }

    /// Waits until the connection is lost, and tries it now and then.
    async fn until_lost(&self) {
        loop {
            tokio::select! {
                () = self.lost.notified() => return,
                () = tokio::time::sleep(LOOK) => {
                    self.ask(async |connection| count::probe(connection).await).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_of_a_redis_are_taken_and_none_is_repeated() {
        for good in [
            "redis://127.0.0.1",
            "redis://:a-secret@cache.example.com:6380/2",
            "rediss://user:a-secret@cache.example.com",
            "unix:///run/redis.sock",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "nonsense",
            "postgres://a-secret@host",
            "redis://host:a-secret",
        ] {
            let told = check_url(bad).unwrap_err();
            assert!(!told.contains("a-secret"), "{told}");
        }
    }

    #[tokio::test]
    async fn one_that_is_not_there_answers_nothing_at_once() {
        let redis = Redis::new("redis://127.0.0.1:1", Clock::system()).unwrap();
        let began = Instant::now();
        let health = redis.health().await;
        assert_eq!(health.answer, Err(RedisTrouble::NotConnected));
        assert_eq!(health.last_success, None);
        assert!(began.elapsed() < PATIENCE);
        assert_eq!(redis.look().await, Err(RedisTrouble::Unreachable));
    }
}
