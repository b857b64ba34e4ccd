//! Whether the streams of events are whole, and whether what is stored is what they come to.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::removal::Old;

/// An event that is not as it was appended, or does not follow the one before it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct BrokenEvent {
    /// The organisation.
    #[diesel(sql_type = SqlUuid)]
    pub organisation_id: Uuid,
    /// What the stream is about.
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    /// What of that kind.
    #[diesel(sql_type = Text)]
    pub stream_id: String,
    /// Its place in the stream.
    #[diesel(sql_type = Integer)]
    pub sequence: i32,
    /// What is wrong, for people.
    #[diesel(sql_type = Text)]
    pub problem: String,
}

/// Every event whose hash is not that of what it says, or which does not follow the one before it. Reads all events.
///
/// # Errors
/// When the database is not available.
pub async fn broken_events(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<BrokenEvent>, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT organisation_id, stream_kind, stream_id, sequence,
                CASE WHEN hash <> computed THEN 'it was changed after it was appended'
                     WHEN sequence_before <> sequence - 1 THEN 'the event before it is gone'
                     ELSE 'the event before it is not the one that it followed' END AS problem
         FROM (SELECT e.organisation_id, e.stream_kind, e.stream_id, e.sequence, e.hash, e.previous_hash, event_hash(e) AS computed,
                      lag(e.sequence) OVER stream AS sequence_before, lag(e.hash) OVER stream AS hash_before
               FROM events e
               WINDOW stream AS (PARTITION BY organisation_id, stream_kind, stream_id ORDER BY sequence)) chained
         WHERE hash <> computed OR sequence_before <> sequence - 1 OR hash_before <> previous_hash
         ORDER BY organisation_id, stream_kind, stream_id, sequence",
    )
    .load(connection)
    .await?)
}

/// Something stored that is not what its stream comes to.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Deviation {
    /// The organisation.
    #[diesel(sql_type = SqlUuid)]
    pub organisation_id: Uuid,
    /// What the stream is about.
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    /// What of that kind.
    #[diesel(sql_type = Text)]
    pub stream_id: String,
    /// What its newest event says; `nothing` without one.
    #[diesel(sql_type = Text)]
    pub by_events: String,
    /// What is stored; `nothing` where there is no such row.
    #[diesel(sql_type = Text)]
    pub stored: String,
}

/// Everything stored that is not what its stream comes to. The newest event of a stream tells the whole state, so this rebuilds the state of all
/// streams and compares it. Reads every stream.
///
/// # Errors
/// When the database is not available.
pub async fn deviations(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<Deviation>, PersistenceError> {
    Ok(diesel::sql_query(
        "WITH newest AS (
             SELECT DISTINCT ON (organisation_id, stream_kind, stream_id) organisation_id, stream_kind, stream_id, sequence, kind, payload
             FROM events ORDER BY organisation_id, stream_kind, stream_id, sequence DESC),
         rebuilt AS (
             SELECT organisation_id, stream_kind, stream_id,
                    CASE
                        WHEN kind IN ('DELETED', 'REMOVED', 'TAKEN_BACK') THEN NULL
                        WHEN stream_kind = 'BATCH' THEN jsonb_build_array(sequence, payload - 'name' - 'marketplace')
                        WHEN stream_kind = 'CONFIGURATION' THEN jsonb_build_array(sequence, payload -> 'patch')
                        WHEN stream_kind = 'MEMBERSHIP' THEN jsonb_build_array(sequence, payload ->> 'role')
                        WHEN stream_kind = 'ORGANISATION' THEN jsonb_build_array(sequence, payload ->> 'name')
                        WHEN stream_kind = 'INVITATION' THEN to_jsonb(kind = 'ACCEPTED')
                        WHEN stream_kind = 'API_KEY' THEN to_jsonb(kind = 'REVOKED')
                    END AS state
             FROM newest),
         stored AS (
             SELECT organisation_id, 'BATCH' AS stream_kind, id::text AS stream_id, jsonb_build_array(last_sequence, jsonb_build_object(
                        'status', status, 'total_items', total_items, 'analysed_items', analysed_items, 'failed_items', failed_items,
                        'rejected_items', rejected_items, 'cancelled_items', cancelled_items)) AS state FROM batches
             UNION ALL
             SELECT organisation_id, 'CONFIGURATION', scope, jsonb_build_array(version, coalesce(patch, 'null')) FROM configuration_scopes
             UNION ALL
             SELECT organisation_id, 'MEMBERSHIP', user_id::text, jsonb_build_array(version, role) FROM memberships
             UNION ALL
             SELECT id, 'ORGANISATION', id::text, jsonb_build_array(version, name) FROM organisations
             UNION ALL
             SELECT organisation_id, 'INVITATION', id::text, to_jsonb(accepted_at IS NOT NULL) FROM invitations
             UNION ALL
             SELECT organisation_id, 'API_KEY', id::text, to_jsonb(revoked_at IS NOT NULL) FROM api_keys)
         SELECT organisation_id, stream_kind, stream_id,
                coalesce(rebuilt.state::text, 'nothing') AS by_events, coalesce(stored.state::text, 'nothing') AS stored
         FROM rebuilt FULL JOIN stored USING (organisation_id, stream_kind, stream_id)
         WHERE rebuilt.state IS DISTINCT FROM stored.state
             -- A key goes with its maker's membership, and an invitation when its time is over: their streams stay.
             AND NOT (stream_kind IN ('API_KEY', 'INVITATION') AND stored.state IS NULL)
         ORDER BY organisation_id, stream_kind, stream_id",
    )
    .load(connection)
    .await?)
}

/// How much there is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Sizes {
    /// Events.
    #[diesel(sql_type = BigInt)]
    pub events: i64,
    /// Streams.
    #[diesel(sql_type = BigInt)]
    pub streams: i64,
}

/// How many events there are, of how many streams.
///
/// # Errors
/// When the database is not available.
pub async fn sizes(connection: &mut AsyncPgConnection) -> Result<Sizes, PersistenceError> {
    Ok(diesel::sql_query(
        "SELECT coalesce(sum(events), 0)::bigint AS events, count(*) AS streams
         FROM (SELECT count(*) AS events FROM events GROUP BY organisation_id, stream_kind, stream_id) streams",
    )
    .get_result(connection)
    .await?)
}

/// Removes old events, of at most as many streams as there may be rows, and returns how many are gone. The newest event of what is still there
/// stays whatever its age, since it tells the state; what stays of a stream has no gap.
///
/// # Errors
/// When the database is not available.
pub async fn forget(
    connection: &mut AsyncPgConnection,
    old: Old,
) -> Result<usize, PersistenceError> {
    old.remove(
        connection,
        "WITH old AS (
             SELECT DISTINCT e.organisation_id, e.stream_kind, e.stream_id FROM events e
             WHERE e.created_at < $1
                 AND (EXISTS (SELECT FROM events later WHERE later.organisation_id = e.organisation_id
                                  AND later.stream_kind = e.stream_kind AND later.stream_id = e.stream_id AND later.sequence > e.sequence)
                      OR e.kind IN ('DELETED', 'REMOVED', 'TAKEN_BACK'))
             LIMIT $2),
         kept AS (
             SELECT old.*, coalesce(
                 min(e.sequence) FILTER (WHERE e.created_at >= $1),
                 max(e.sequence) + CASE WHEN (array_agg(e.kind ORDER BY e.sequence DESC))[1]
                     IN ('DELETED', 'REMOVED', 'TAKEN_BACK') THEN 1 ELSE 0 END) AS first_kept
             FROM old JOIN events e USING (organisation_id, stream_kind, stream_id)
             GROUP BY old.organisation_id, old.stream_kind, old.stream_id)
         DELETE FROM events USING kept
         WHERE events.organisation_id = kept.organisation_id AND events.stream_kind = kept.stream_kind
             AND events.stream_id = kept.stream_id AND events.sequence < kept.first_kept",
    )
    .await
}
