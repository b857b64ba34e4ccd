//! Telling listeners, inside the transaction, that something changed.

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;

/// The channel on which new events of a batch are announced; the payload is the id of the batch.
pub(crate) const BATCH_EVENTS: &str = "arbitragevault_batch_events";

/// The channel on which new work is announced; the payload is empty.
pub(crate) const NEW_WORK: &str = "arbitragevault_new_work";

diesel::define_sql_function! {
    /// Announces `payload` on `channel` when the transaction commits.
    fn pg_notify(channel: Text, payload: Text) -> diesel::sql_types::Nullable<Text>;
}

pub(crate) async fn batch_event(
    connection: &mut AsyncPgConnection,
    batch_id: Uuid,
) -> Result<(), PersistenceError> {
    notify(connection, BATCH_EVENTS, batch_id.to_string()).await
}

pub(crate) async fn new_work(connection: &mut AsyncPgConnection) -> Result<(), PersistenceError> {
    notify(connection, NEW_WORK, String::new()).await
}

async fn notify(
    connection: &mut AsyncPgConnection,
    channel: &str,
    payload: String,
) -> Result<(), PersistenceError> {
    diesel::select(pg_notify(channel, payload))
        .execute(connection)
        .await?;
    Ok(())
}
