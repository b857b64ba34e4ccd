//! What is removed, what stays, and that one process at a time does it.

use std::sync::Arc;

use arbitragevault_services::maintenance::Maintenance;
use arbitragevault_services::persistence::{PersistenceError, removal};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};

use crate::support::{ADA, World};

/// Rows that ended some days before the time of these tests, of every sort that is removed.
fn ended(user: &str, days: i64) -> String {
    let at = format!("timestamptz '2026-11-27 09:00:00Z' - interval '{days} days'");
    format!(
        "INSERT INTO idempotency_keys (user_id, organisation_id, key, fingerprint, object_id, attempt, created_at, expires_at, leased_until)
         SELECT user_id, organisation_id, 'ended-{days}', sha256(''), gen_random_uuid(), gen_random_uuid(), {at} - interval '1 day', {at}, {at}
         FROM memberships WHERE user_id = '{user}';
         INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
         VALUES (gen_random_uuid(), '{user}', {at} - interval '1 day', {at}, {at});
         INSERT INTO refresh_tokens (hash, session_id, created_at, used_at)
         SELECT sha256(convert_to('{days}', 'UTF8')), id, created_at, {at} FROM sessions WHERE expires_at > '2026-11-27 09:00:00Z' LIMIT 1;
         INSERT INTO account_tokens (hash, user_id, purpose, created_at, expires_at, used_at)
         VALUES (sha256(convert_to('used {days}', 'UTF8')), '{user}', 'VERIFY_EMAIL', {at}, {at} + interval '90 days', {at}),
                (sha256(convert_to('{days}', 'UTF8')), '{user}', 'VERIFY_EMAIL', {at} - interval '1 day', {at}, NULL);
         INSERT INTO sign_in_failures VALUES (sha256(convert_to('{days}', 'UTF8')), 1, {at});
         INSERT INTO invitations (id, organisation_id, email, role, hash, created_at, expires_at)
         SELECT gen_random_uuid(), organisation_id, 'bob@example.com', 'VIEWER', sha256(convert_to('{days}', 'UTF8')), {at} - interval '7 days', {at}
         FROM memberships WHERE user_id = '{user}';
         INSERT INTO keepa_reservations (key_digest, owner, purpose, tokens, reserved_at, expires_at)
         VALUES (sha256('key'), gen_random_uuid(), 'BATCH', 1, {at} - interval '1 minute', {at});"
    )
}

#[tokio::test]
async fn what_nobody_needs_any_more_is_removed_by_one_process_and_the_rest_stays() {
    let world = World::new().await;
    let process = world.process();
    let ada = process.register(ADA).await;
    process.sign_in().await;
    let pool = &process.services.pool;
    let mut connection = pool.get().await.unwrap();
    let prepare = "INSERT INTO keepa_accounts (key_digest) VALUES (sha256('key'))";
    connection.batch_execute(prepare).await.unwrap();
    for days in [-1, 100] {
        let rows = ended(&ada.user.id.to_string(), days);
        connection.batch_execute(&rows).await.unwrap();
    }
    // More than one transaction removes.
    let many = "INSERT INTO sign_in_failures
        SELECT sha256(convert_to('old ' || number, 'UTF8')), 1, '2026-11-01' FROM generate_series(1, 2500) AS number";
    connection.batch_execute(many).await.unwrap();

    let maintenance = Maintenance {
        pool: pool.clone(),
        shared: Arc::clone(&process.services.shared),
        events_kept_for: None,
    };
    let nothing = connection
        .transaction(async |connection| {
            assert!(removal::alone(connection).await?);
            Ok::<_, PersistenceError>(maintenance.round().await.unwrap())
        })
        .await
        .unwrap();
    assert_eq!(nothing, [], "another process is at it");
    let removed = maintenance.round().await.unwrap();
    assert_eq!(
        removed,
        [
            ("idempotency keys", 1),
            ("refresh tokens", 1),
            ("sessions", 1),
            ("account tokens", 2),
            ("sign-in failures", 2501),
            ("invitations", 1),
            ("Keepa reservations", 1),
        ]
    );
    assert_eq!(maintenance.round().await.unwrap(), []);
}
