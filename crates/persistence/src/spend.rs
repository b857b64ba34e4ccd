//! What was spent of Keepa's tokens, by hour and purpose.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::error::PersistenceError;
use crate::tokens::KeyDigest;

/// What one request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spend {
    /// Tokens that Keepa charged.
    pub tokens: i64,
    /// Tokens that were reserved for it, when no answer told what it cost.
    pub tokens_lost: i64,
}

/// What was spent on a day for a purpose, over all accounts of this installation.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DaySpend {
    /// The day, in UTC.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// What for, in SCREAMING_SNAKE_CASE.
    #[diesel(sql_type = Text)]
    pub purpose: String,
    /// Requests that were sent.
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
    /// Tokens that Keepa charged.
    #[diesel(sql_type = BigInt)]
    pub tokens: i64,
    /// Tokens that were reserved for requests of which no answer told what they cost.
    #[diesel(sql_type = BigInt)]
    pub tokens_lost: i64,
}

/// Books one request.
pub(crate) async fn book(
    connection: &mut AsyncPgConnection,
    key_digest: KeyDigest,
    purpose: &str,
    now: DateTime<Utc>,
    spent: Spend,
) -> Result<(), PersistenceError> {
    diesel::sql_query(
        "INSERT INTO keepa_spend AS s (key_digest, hour, purpose, requests, tokens, tokens_lost)
         VALUES ($1, date_trunc('hour', $2, 'UTC'), $3, 1, $4, $5)
         ON CONFLICT (hour, key_digest, purpose) DO UPDATE
         SET requests = s.requests + 1, tokens = s.tokens + excluded.tokens, tokens_lost = s.tokens_lost + excluded.tokens_lost",
    )
    .bind::<Binary, _>(&key_digest.0[..])
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(purpose)
    .bind::<BigInt, _>(spent.tokens)
    .bind::<BigInt, _>(spent.tokens_lost)
    .execute(connection)
    .await?;
    Ok(())
}

/// What was spent since a time, by day and purpose; the newest day comes first.
///
/// # Errors
/// When the database is not available.
pub async fn by_day(
    connection: &mut AsyncPgConnection,
    since: DateTime<Utc>,
) -> Result<Vec<DaySpend>, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT (hour AT TIME ZONE 'UTC')::date AS day, purpose, sum(requests)::bigint AS requests, sum(tokens)::bigint AS tokens,
                sum(tokens_lost)::bigint AS tokens_lost
         FROM keepa_spend WHERE hour >= $1
         GROUP BY day, purpose ORDER BY day DESC, purpose",
    )
    .bind::<Timestamptz, _>(since)
    .load(connection)
    .await?)
}
