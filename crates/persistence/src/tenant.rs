//! Acting for a tenant: the one place where a transaction takes on the role that sees a single organisation (ADR 9).

use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager as _};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::pool::Pool;

/// The role in which a transaction acts for a tenant. It owns nothing, cannot log in, and is subject to row-level security.
pub const TENANT_ROLE: &str = "arbitragevault_tenant";

impl Pool {
    /// Runs `work` in a transaction that sees, changes and adds rows of one organisation only, whatever its statements say. Commits when
    /// it succeeds; else nothing happened.
    ///
    /// Role and organisation are set for the transaction alone, so that it is safe behind PgBouncer in transaction mode. They travel
    /// with `BEGIN` in one message.
    ///
    /// # Errors
    /// Those of `work`, and [`PersistenceError::Unavailable`] when the database cannot be reached.
    pub async fn tenant<T, E: From<PersistenceError>>(
        &self,
        organisation_id: Uuid,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.get().await?;
        let begin = format!(
            "BEGIN; SET LOCAL ROLE {TENANT_ROLE}; SET LOCAL arbitragevault.organisation_id = '{organisation_id}'"
        );
        let begun = AnsiTransactionManager::begin_transaction_sql(&mut *connection, &begin).await;
        if let Err(error) = begun {
            // Whatever part of it was done must not reach the next who takes the connection.
            drop(Object::take(connection));
            return Err(PersistenceError::from(error).into());
        }
        let done = match work(&mut connection).await {
            Ok(done) => done,
            Err(error) => {
                let ended = AnsiTransactionManager::rollback_transaction(&mut *connection).await;
                if let Err(error) = ended {
                    tracing::debug!(%error, "a transaction could not be taken back; its connection ends");
                    drop(Object::take(connection));
                }
                return Err(error);
            }
        };
        AnsiTransactionManager::commit_transaction(&mut *connection)
            .await
            .map_err(PersistenceError::from)?;
        Ok(done)
    }
}
