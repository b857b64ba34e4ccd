//! What every test needs: a world to start servers in, the servers, and their answers.

mod answer;
mod follow;
mod process;
mod redis;
mod server;
mod world;

use std::time::Duration;

pub(crate) use answer::Answer;
pub(crate) use follow::{By, Follower, Heard, Socket, follow_with_cuts, open_socket};
pub(crate) use process::{Output, Process, command};
pub(crate) use redis::TestRedis;
pub(crate) use server::TestServer;
pub(crate) use world::{
    DEFAULT_ORGANISATION, DEFAULT_USER, KEEPA_API_KEY, TestKey, World, assert_analysed_once, books,
};

/// How long anything may take before a test gives up on it: long enough for a machine that does ten things at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Looks until there is something to see, and returns it. `what` is said when it does not come.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "waited {PATIENCE:?} in vain: {what}"
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
