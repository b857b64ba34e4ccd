//! Pools of connections.
//!
//! The driver task of a connection lives on the runtime that opened it, so each runtime has its own pool (ADR 4).

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::HookError;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Hook, Object};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection as _, RecyclingMethod,
};
use futures_util::FutureExt as _;

use crate::error::PersistenceError;
use crate::tls;

/// An idle connection is pinged before it is used again after this time; a busier one is known to live.
const PING_AFTER_IDLE: Duration = Duration::from_secs(15);

/// How the database is reached.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// URL of requests and jobs; may point at PgBouncer in transaction mode.
    pub url: String,
    /// Connections at most, over all pools of the process.
    pub max_connections: usize,
    /// How long a caller waits for a connection.
    pub wait: Duration,
    /// How long opening a connection may take.
    pub connect: Duration,
    /// A connection older than this is replaced, with up to a tenth of jitter.
    pub max_age: Duration,
}

impl std::fmt::Debug for DatabaseOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseOptions")
            .field("max_connections", &self.max_connections)
            .field("wait", &self.wait)
            .field("connect", &self.connect)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// What a pool is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections that it may open.
    pub max: usize,
    /// Connections that are open.
    pub open: usize,
    /// Open connections that nobody uses.
    pub idle: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}

/// What is called back with how long a caller waited for a connection.
type Observer = Arc<dyn Fn(Duration) + Send + Sync>;

/// A pool of connections of one runtime.
#[derive(Clone)]
pub struct Pool {
    connections: diesel_async::pooled_connection::deadpool::Pool<AsyncPgConnection>,
    observer: Option<Observer>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pool").field(&self.status()).finish()
    }
}

impl Pool {
    /// A pool that opens its first connection when it is first asked for one.
    ///
    /// # Errors
    /// When the URL is no PostgreSQL URL.
    pub fn new(options: &DatabaseOptions) -> Result<Self, PersistenceError> {
        tls::parse(&options.url)?;
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(|url| tls::connect(url).boxed());
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::new_with_config(&options.url, config);
        let max_age = jittered(options.max_age);
        diesel_async::pooled_connection::deadpool::Pool::builder(manager)
            .max_size(options.max_connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.wait))
            .create_timeout(Some(options.connect))
            .recycle_timeout(Some(options.connect))
            .pre_recycle(Hook::async_fn(
                move |connection: &mut AsyncPgConnection, metrics| {
                    async move {
                        if metrics.age() > max_age {
                            return Err(HookError::message("the connection has reached its age"));
                        }
                        if metrics.last_used() > PING_AFTER_IDLE {
                            connection
                                .ping(&RecyclingMethod::Verified)
                                .await
                                .map_err(|_| HookError::message("the connection is dead"))?;
                        }
                        Ok(())
                    }
                    .boxed()
                },
            ))
            .build()
            .map(|connections| Self {
                connections,
                observer: None,
            })
            .map_err(|error| PersistenceError::Configuration(error.to_string()))
    }

    /// Calls back with how long each caller waited for a connection, in vain too; for metrics. It should return soon.
    #[must_use]
    pub fn on_wait(mut self, observer: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// A connection, opened if need be.
    ///
    /// # Errors
    /// [`PersistenceError::Unavailable`] when the database cannot be reached or none becomes free in time.
    pub async fn get(&self) -> Result<Object<AsyncPgConnection>, PersistenceError> {
        let asked = Instant::now();
        let connection = self.connections.get().await;
        if let Some(observer) = &self.observer {
            observer(asked.elapsed());
        }
        Ok(connection?)
    }

    /// What the pool is doing.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let status = self.connections.status();
        PoolStatus {
            max: status.max_size,
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
    }

    /// Closes the pool; who asks for a connection from now on is refused.
    pub fn close(&self) {
        self.connections.close();
    }
}

/// Up to a tenth more, so that the connections of a start do not all end together.
fn jittered(age: Duration) -> Duration {
    age.mul_f64(1.0 + rand::random_range(0.0..0.1))
}
