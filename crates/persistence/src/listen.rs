//! Hearing what other processes announce. Needs a direct URL: PgBouncer in transaction mode does not carry `LISTEN`.

use std::time::Duration;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::StreamExt as _;
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::notice::{BATCH_EVENTS, NEW_WORK};
use crate::tls;

/// How long to wait before a lost connection is opened again.
const RECONNECT: Duration = Duration::from_secs(1);

/// What was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// A batch has a new event.
    BatchEvent(Uuid),
    /// There is new work.
    NewWork,
    /// The connection was lost and is back: anything may have been missed.
    Reconnected,
}

/// Hears announcements until the future is dropped; a lost connection is opened again.
pub async fn listen(url: &str, mut heard: impl FnMut(Announcement)) {
    loop {
        match hear(url, &mut heard).await {
            Ok(()) => tracing::warn!("the connection that listens to PostgreSQL ended"),
            Err(error) => tracing::warn!(error = %error, "cannot listen to PostgreSQL"),
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn hear(url: &str, heard: &mut impl FnMut(Announcement)) -> Result<(), PersistenceError> {
    let mut connection: AsyncPgConnection = tls::connect(url)
        .await
        .map_err(PersistenceError::unavailable)?;
    for channel in [BATCH_EVENTS, NEW_WORK] {
        diesel::sql_query(format!("LISTEN {channel}"))
            .execute(&mut connection)
            .await?;
    }
    heard(Announcement::Reconnected);
    let mut notifications = std::pin::pin!(connection.notifications_stream());
    while let Some(notification) = notifications.next().await {
        let notification = notification?;
        if notification.channel == NEW_WORK {
            heard(Announcement::NewWork);
        } else if let Ok(batch_id) = notification.payload.parse() {
            heard(Announcement::BatchEvent(batch_id));
        }
    }
    Ok(())
}
