//! Streams of events: they rebuild what is stored, a change in them is found, and the old ones can be let go.

use arbitragevault_persistence::audit::{self, Deviation};
use arbitragevault_persistence::batches::{self, Change};
use arbitragevault_persistence::configuration_scopes::{self, ScopeChange};
use arbitragevault_persistence::events::{self, Act, Event, StreamKind};
use arbitragevault_persistence::organisations::{DEFAULT_ORGANISATION, DEFAULT_USER};
use arbitragevault_persistence::removal::Old;
use arbitragevault_persistence::{Connection, Pool, invitations, jobs, outcomes, users};
use arbitragevault_persistence::{api_keys, memberships, organisations};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use crate::support::{analysed, claim_all, failed, later, now, pool, submit, written};

/// Something of every kind that has a stream, changed in every way.
async fn lived_in(pool: &Pool) -> (Uuid, Uuid) {
    let mut connection = pool.get().await.unwrap();
    let connection = &mut *connection;
    let done = submit(pool, 3).await;
    let owner = Uuid::now_v7();
    let held = jobs::claim(connection, &claim_all(owner, now()))
        .await
        .unwrap();
    let found = [analysed(&held[0]), failed(&held[1])];
    let write = outcomes::write(connection, owner, written(&found), later(1));
    write.await.unwrap();
    let cancel = batches::cancel(
        connection,
        DEFAULT_ORGANISATION,
        done.id,
        Act::of_user(DEFAULT_USER, later(2)),
    );
    cancel.await.unwrap();
    let deleted = submit(pool, 1).await;
    let act = Act::of_user(DEFAULT_USER, later(3));
    for change in [
        batches::cancel(connection, DEFAULT_ORGANISATION, deleted.id, act).await,
        batches::delete(connection, DEFAULT_ORGANISATION, deleted.id, act).await,
    ] {
        assert!(matches!(change, Ok(Change::Done(_))), "{change:?}");
    }
    let member = users::NewUser {
        email: "ann@example.com".to_owned(),
        display_name: "Ann".to_owned(),
        password_hash: None,
        email_verified_at: None,
        organisation_name: "Riverside Books".to_owned(),
        created_at: now(),
    };
    let member = users::insert(connection, &member).await.unwrap();
    for (hash, role) in [(1, "VIEWER"), (2, "ANALYST")] {
        let invitation = invitations::NewInvitation {
            id: Uuid::now_v7(),
            organisation_id: DEFAULT_ORGANISATION,
            invited_by: DEFAULT_USER,
            email: member.email.clone(),
            role: role.to_owned(),
            hash: vec![hash; 32],
            created_at: now(),
            expires_at: later(60),
        };
        let act = Act::of_user(DEFAULT_USER, now());
        invitations::insert(connection, &invitation, act)
            .await
            .unwrap();
        invitations::accept(connection, &[hash; 32], member.id, later(1))
            .await
            .unwrap();
        let locked = memberships::lock(connection, DEFAULT_ORGANISATION, member.id);
        let locked = locked.await.unwrap();
        let act = Act::of_user(DEFAULT_USER, later(2));
        memberships::set_role(connection, DEFAULT_ORGANISATION, &locked, "ADMIN", act)
            .await
            .unwrap();
        if hash == 1 {
            let locked = memberships::lock(connection, DEFAULT_ORGANISATION, member.id);
            let locked = locked.await.unwrap();
            memberships::remove(connection, DEFAULT_ORGANISATION, &locked, act)
                .await
                .unwrap();
        }
    }
    let key = api_keys::NewApiKey {
        id: Uuid::now_v7(),
        organisation_id: DEFAULT_ORGANISATION,
        created_by: DEFAULT_USER,
        name: "Key".to_owned(),
        prefix: "avk_test".to_owned(),
        hash: vec![9; 32],
        role: "VIEWER".to_owned(),
        scopes: None,
        created_at: now(),
        expires_at: None,
    };
    let act = Act::of_user(DEFAULT_USER, now());
    api_keys::insert(connection, &key, act).await.unwrap();
    api_keys::revoke(connection, DEFAULT_ORGANISATION, key.id, act)
        .await
        .unwrap();
    let organisation = organisations::lock(connection, DEFAULT_ORGANISATION)
        .await
        .unwrap();
    organisations::rename(connection, organisation, "Hilltop Books", act)
        .await
        .unwrap();
    for (version, patch) in [
        (1, Some(json!({"profit": {}}))),
        (2, Some(json!({}))),
        (3, None),
    ] {
        configure(connection, version, patch).await;
    }
    (done.id, member.id)
}

async fn configure(connection: &mut Connection, version: i32, patch: Option<serde_json::Value>) {
    let change = ScopeChange {
        scope: "marketplace:US",
        version,
        kind: "SET",
        patch,
        difference: json!([]),
        reason: Some("a test"),
    };
    let act = Act::of_user(DEFAULT_USER, later(i64::from(version)));
    configuration_scopes::change(connection, DEFAULT_ORGANISATION, &change, act)
        .await
        .unwrap();
}

async fn stream(connection: &mut Connection, kind: StreamKind, id: &str) -> Vec<Event> {
    events::after(connection, DEFAULT_ORGANISATION, (kind, id), 0, 100)
        .await
        .unwrap()
}

async fn run(connection: &mut Connection, sql: &str) -> usize {
    diesel::sql_query(sql).execute(connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_everything_is_what_its_events_come_to() {
    let pool = pool().await;
    let (batch, member) = lived_in(&pool).await;
    let mut connection = pool.get().await.unwrap();
    let connection = &mut *connection;
    assert_eq!(audit::deviations(connection).await.unwrap(), []);
    assert_eq!(audit::broken_events(connection).await.unwrap(), []);

    let told = |events: Vec<Event>| -> String {
        let lines = events.iter();
        lines
            .map(|event| format!("{} {}\n", event.kind, event.payload))
            .collect()
    };
    let life = stream(connection, StreamKind::Batch, &batch.to_string()).await;
    insta::assert_snapshot!(told(life), @r#"
    SUBMITTED {"analysed_items":0,"cancelled_items":0,"failed_items":0,"marketplace":"US","name":"Autumn list","rejected_items":0,"status":"PENDING","total_items":3}
    PROGRESS {"analysed_items":1,"cancelled_items":0,"failed_items":1,"rejected_items":0,"status":"PROCESSING","total_items":3}
    CANCELLED {"analysed_items":1,"cancelled_items":1,"failed_items":1,"rejected_items":0,"status":"CANCELLED","total_items":3}
    "#);
    let life = stream(connection, StreamKind::Membership, &member.to_string()).await;
    insta::assert_snapshot!(told(life), @r#"
    JOINED {"role":"VIEWER"}
    ROLE_CHANGED {"role":"ADMIN","role_before":"VIEWER"}
    REMOVED {"role_before":"ADMIN"}
    JOINED {"role":"ANALYST"}
    ROLE_CHANGED {"role":"ADMIN","role_before":"ANALYST"}
    "#);

    for (change, by_events) in [
        (
            "UPDATE memberships SET role = 'OWNER' WHERE role = 'ADMIN'",
            r#"[5, "ADMIN"]"#,
        ),
        (
            "UPDATE configuration_scopes SET patch = '{\"profit\": {}}'",
            "[3, null]",
        ),
        (
            "UPDATE batches SET analysed_items = 0 WHERE status = 'CANCELLED'",
            "CANCELLED",
        ),
        ("UPDATE api_keys SET revoked_at = NULL", "true"),
    ] {
        run(connection, "BEGIN").await;
        assert_eq!(run(connection, change).await, 1, "{change}");
        let deviations = audit::deviations(connection).await.unwrap();
        let [
            Deviation {
                by_events: told, ..
            },
        ] = &deviations[..]
        else {
            panic!("{change} made {deviations:?}");
        };
        assert!(told.contains(by_events), "{told}");
        run(connection, "ROLLBACK").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_changed_taken_out_or_put_in_is_found() {
    let pool = pool().await;
    let (batch, _) = lived_in(&pool).await;
    let mut connection = pool.get().await.unwrap();
    let connection = &mut *connection;
    let of_batch = format!("stream_kind = 'BATCH' AND stream_id = '{batch}'");
    for (change, sequence, problem) in [
        (
            format!("UPDATE events SET payload = '{{}}' WHERE {of_batch} AND sequence = 2"),
            2,
            "changed",
        ),
        (
            format!("UPDATE events SET user_id = NULL WHERE {of_batch} AND sequence = 3"),
            3,
            "changed",
        ),
        (
            format!(
                "UPDATE events SET created_at = created_at - interval '1 us' WHERE {of_batch} AND sequence = 1"
            ),
            1,
            "changed",
        ),
        (
            format!("DELETE FROM events WHERE {of_batch} AND sequence = 2"),
            3,
            "is gone",
        ),
    ] {
        run(connection, "BEGIN").await;
        run(connection, &change).await;
        let broken = audit::broken_events(connection).await.unwrap();
        let found: Vec<_> = broken
            .iter()
            .map(|b| (b.sequence, b.problem.as_str()))
            .collect();
        assert!(
            matches!(&found[..], [(s, p)] if *s == sequence && p.contains(problem)),
            "{change}: {found:?}"
        );
        run(connection, "ROLLBACK").await;
    }
    run(connection, "BEGIN").await;
    run(
        connection,
        &format!("UPDATE events SET kind = 'FORGED' WHERE {of_batch} AND sequence = 2"),
    )
    .await;
    run(
        connection,
        &format!("UPDATE events SET hash = event_hash(events) WHERE {of_batch} AND sequence = 2"),
    )
    .await;
    let broken = audit::broken_events(connection).await.unwrap();
    assert_eq!(broken.len(), 1);
    assert_eq!(
        (
            broken[0].sequence,
            broken[0].problem.contains("not the one")
        ),
        (3, true)
    );
    run(connection, "ROLLBACK").await;

    let gap = diesel::sql_query(format!(
        "INSERT INTO events (organisation_id, stream_kind, stream_id, sequence, kind, payload, created_at)
         VALUES ('{DEFAULT_ORGANISATION}', 'BATCH', '{batch}', 9, 'PROGRESS', '{{}}', now())"
    ));
    let refused = gap.execute(connection).await.unwrap_err();
    assert!(refused.to_string().contains("has no event 8"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_events_go_and_what_tells_the_state_stays() {
    let pool = pool().await;
    let (batch, member) = lived_in(&pool).await;
    let mut connection = pool.get().await.unwrap();
    let connection = &mut *connection;
    let before = audit::sizes(connection).await.unwrap();
    let none = Old {
        before: now(),
        limit: 1_000,
    };
    assert_eq!(audit::forget(connection, none).await.unwrap(), 0);
    let mut gone = 0;
    loop {
        let few = Old {
            before: later(1_000),
            limit: 2,
        };
        match audit::forget(connection, few).await.unwrap() {
            0 => break,
            some => gone += some,
        }
    }
    let after = audit::sizes(connection).await.unwrap();
    assert_eq!(before.events - after.events, i64::try_from(gone).unwrap());
    assert!(after.streams < before.streams, "{after:?}");
    assert_eq!(audit::deviations(connection).await.unwrap(), []);
    assert_eq!(audit::broken_events(connection).await.unwrap(), []);
    let kept = |events: Vec<Event>| -> Vec<(i32, String)> {
        let kept = events.into_iter();
        kept.map(|event| (event.sequence, event.kind)).collect()
    };
    let of_batch = stream(connection, StreamKind::Batch, &batch.to_string()).await;
    assert_eq!(kept(of_batch), [(3, "CANCELLED".to_owned())]);
    let of_member = stream(connection, StreamKind::Membership, &member.to_string()).await;
    assert_eq!(kept(of_member), [(5, "ROLE_CHANGED".to_owned())]);
    // The stream goes on.
    configure(connection, 4, Some(json!({}))).await;
    assert_eq!(audit::deviations(connection).await.unwrap(), []);
    assert_eq!(audit::broken_events(connection).await.unwrap(), []);
}
