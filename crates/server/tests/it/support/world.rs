//! What surrounds a server and outlives it: its database, its Keepa, its configuration.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use arbitragevault_tests::{Database, databases};
use keepa_sandbox::{Catalogue, Sandbox, SandboxConfig};
use serde_json::Value;
use tokio::process::Command;

use super::{TestServer, command};

/// The key of every server, which it must never show. Of digits, which a careless reader takes for a number.
pub(crate) const KEEPA_API_KEY: &str = "0055378008";

/// A database of its own, a sandbox of its own, and the settings of the servers that are started in it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) database: Database,
    sandbox: Sandbox,
    settings: BTreeMap<String, String>,
}

impl World {
    /// A world in which servers try again soon, and keep few connections.
    pub(crate) async fn new() -> Self {
        Self::around(databases().unwrap().create().await.unwrap())
    }

    /// A world around a database.
    pub(crate) fn around(database: Database) -> Self {
        let sandbox = Sandbox::start(
            SandboxConfig::default(),
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        );
        let sandbox = sandbox.unwrap();
        let mut world = Self {
            settings: BTreeMap::from([
                ("DATABASE_URL".to_owned(), database.url.clone()),
                (
                    "KEEPA_API_KEY".to_owned(),
                    "a key of the sandbox".to_owned(),
                ),
            ]),
            database,
            sandbox,
        };
        let url = world.sandbox.url();
        for (setting, value) in [
            ("server.port", "0"),
            ("server.workers", "2"),
            ("database.max_connections", "10"),
            ("keepa.base_url", &url),
            ("keepa.first_delay_ms", "1"),
            ("keepa.max_attempts", "2"),
            ("worker.first_delay_ms", "10"),
            ("worker.max_attempts", "3"),
            // Tests look more often than people; those of limits set their own.
            ("limits.per_key", "0"),
            ("limits.per_address", "0"),
        ] {
            world.set(setting, value);
        }
        world
    }

    /// Gives every server that is started from now on a setting, `worker.lease_seconds` for example.
    pub(crate) fn set(&mut self, setting: &str, value: &str) {
        let name = setting.to_uppercase().replace('.', "__");
        let name = format!("ARBITRAGEVAULT__{name}");
        self.settings.insert(name, value.to_owned());
    }

    /// The binary with the settings of this world.
    pub(crate) fn command(&self) -> Command {
        let mut command = command();
        command.envs(&self.settings);
        command
    }

    /// A server that answers, called by the owner of the default organisation.
    pub(crate) async fn start(&self) -> TestServer {
        let server = TestServer::start(self.command()).await;
        self.make_key(&TestKey::default()).await;
        server.with_key(TestKey::default().text)
    }

    /// Stores a key as the server would have. One that is stored already stays.
    pub(crate) async fn make_key(&self, key: &TestKey<'_>) {
        let client = self.client().await;
        let statement = "INSERT INTO api_keys (id, organisation_id, created_by, name, prefix, hash, role, scopes, created_at, expires_at, revoked_at)
             VALUES (gen_random_uuid(), $1::text::uuid, $2::text::uuid, 'Test', 'avk_test', sha256(convert_to($3::text, 'UTF8')), $4,
                     $5::text[], now() - interval '1 hour', CASE WHEN $6 THEN now() - interval '1 minute' END, CASE WHEN $7 THEN now() END)
             ON CONFLICT (hash) DO NOTHING";
        client
            .execute(
                statement,
                &[
                    &key.organisation,
                    &key.user,
                    &key.text,
                    &key.role,
                    &key.scopes,
                    &key.is_expired,
                    &key.is_revoked,
                ],
            )
            .await
            .unwrap();
        self.begin_streams().await;
    }

    /// Begins the stream of what a test has stored behind the server's back.
    pub(crate) async fn begin_streams(&self) {
        let begin = "INSERT INTO events (organisation_id, stream_kind, stream_id, sequence, kind, payload, created_at)
             SELECT made.*, now() FROM (
                 SELECT id AS organisation_id, 'ORGANISATION' AS stream_kind, id::text AS stream_id, 1, 'CREATED', jsonb_build_object('name', name)
                 FROM organisations
                 UNION ALL SELECT organisation_id, 'MEMBERSHIP', user_id::text, 1, 'JOINED', jsonb_build_object('role', role) FROM memberships
                 UNION ALL SELECT organisation_id, 'INVITATION', id::text, 1, 'CREATED', '{}' FROM invitations
                 UNION ALL SELECT organisation_id, 'API_KEY', id::text, 1, 'CREATED', '{}' FROM api_keys) made
             WHERE NOT EXISTS (SELECT FROM events WHERE events.organisation_id = made.organisation_id AND events.stream_kind = made.stream_kind
                                   AND events.stream_id = made.stream_id)
             ON CONFLICT DO NOTHING";
        self.client().await.execute(begin, &[]).await.unwrap();
    }

    /// The only text that a query of the database returns.
    pub(crate) async fn text(&self, query: &str) -> String {
        let client = self.client().await;
        client.query_one(query, &[]).await.unwrap().get(0)
    }

    /// Lets the answers of Keepa that follow go wrong: `{"kind": "status", "status": 500, "times": 3}`, without `times` until the faults
    /// are cleared.
    pub(crate) async fn add_fault(&self, fault: Value) {
        let url = format!("{}/sandbox/faults", self.sandbox.url());
        let request = reqwest::Client::new().post(url).json(&fault);
        assert_eq!(request.send().await.unwrap().status(), 204);
    }

    /// Lets Keepa answer so many requests, and then keeps everybody waiting until the faults are cleared.
    pub(crate) async fn hang_after(&self, requests: u32) {
        if requests > 0 {
            self.add_fault(serde_json::json!({"kind": "slow", "ms": 0, "times": requests}))
                .await;
        }
        self.add_fault(serde_json::json!({"kind": "slow", "ms": 600_000}))
            .await;
    }

    /// Lets Keepa answer rightly from now on.
    pub(crate) async fn clear_faults(&self) {
        let url = format!("{}/sandbox/faults", self.sandbox.url());
        let response = reqwest::Client::new().delete(url).send().await.unwrap();
        assert_eq!(response.status(), 204);
    }

    /// Sets the balance of tokens, and the milliseconds to the next refill.
    pub(crate) async fn set_tokens(&self, left: i32, refill_in: u32) {
        let url = format!("{}/sandbox/tokens", self.sandbox.url());
        let tokens = serde_json::json!({"left": left, "refill_in": refill_in});
        let request = reqwest::Client::new().post(url).json(&tokens);
        assert_eq!(request.send().await.unwrap().status(), 204);
    }

    /// What Keepa has done so far: `{requests, products_served, tokens_consumed, refused_for_tokens, lowest_balance, products}`.
    pub(crate) async fn keepa_stats(&self) -> Value {
        let url = format!("{}/sandbox/stats", self.sandbox.url());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// The only number that a query of the database returns.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        let client = self.client().await;
        client.query_one(query, &[]).await.unwrap().get(0)
    }

    /// Changes the database behind the server's back.
    pub(crate) async fn change(&self, statement: &str) {
        let client = self.client().await;
        assert_ne!(client.execute(statement, &[]).await.unwrap(), 0);
    }

    async fn client(&self) -> tokio_postgres::Client {
        let connected = tokio_postgres::connect(&self.database.url, tokio_postgres::NoTls).await;
        let (client, connection) = connected.unwrap();
        // It ends with the client.
        tokio::spawn(connection);
        client
    }
}

/// A key of a test.
#[derive(Debug, Clone)]
pub(crate) struct TestKey<'a> {
    pub(crate) text: &'a str,
    pub(crate) organisation: &'a str,
    pub(crate) user: &'a str,
    pub(crate) role: &'a str,
    pub(crate) scopes: Option<Vec<&'a str>>,
    pub(crate) is_expired: bool,
    pub(crate) is_revoked: bool,
}

impl Default for TestKey<'_> {
    /// That of the owner of the default organisation.
    fn default() -> Self {
        Self {
            text: "avk_the-key-of-the-owner-in-every-test",
            organisation: DEFAULT_ORGANISATION,
            user: DEFAULT_USER,
            role: "OWNER",
            scopes: None,
            is_expired: false,
            is_revoked: false,
        }
    }
}

/// The organisation that every database has, and its owner.
pub(crate) const DEFAULT_ORGANISATION: &str = "00000000-0000-7000-8000-000000000001";
pub(crate) const DEFAULT_USER: &str = "00000000-0000-7000-8000-000000000002";

/// The ISBNs of so many different books that the sandbox knows, all with an ISBN-10, so that a hundred are one request to Keepa.
pub(crate) fn books(count: usize) -> Vec<Value> {
    let catalogue = Catalogue::new(1);
    (0..)
        .map(|index| catalogue.isbn13(index))
        .filter(|isbn| isbn.starts_with("978"))
        .map(Value::from)
        .take(count)
        .collect()
}

/// Waits until the only batch of a world is done, and holds that it is complete, with one analysis for each item, and that its counters and events say so.
pub(crate) async fn assert_analysed_once(world: &World, server: &TestServer, id: &str, items: i64) {
    let batch = server.done_batch(id).await;
    assert_eq!(batch["status"], "COMPLETED", "{batch:#}");
    assert_eq!(batch["items"]["analysed"], items, "{batch:#}");
    for (query, expected) in [
        ("SELECT count(*) FROM analyses", items),
        ("SELECT count(DISTINCT position) FROM analyses", items),
        (
            "SELECT count(*) FROM batch_items i JOIN analyses a ON a.id = i.analysis_id AND a.position = i.position \
             WHERE i.status = 'ANALYSED'",
            items,
        ),
        ("SELECT count(*) FROM jobs", 0),
        ("SELECT count(*) FROM events WHERE kind = 'COMPLETED'", 1),
        (
            "SELECT max(sequence) - count(*) FROM events WHERE stream_kind = 'BATCH'",
            0,
        ),
    ] {
        assert_eq!(world.count(query).await, expected, "{query}");
    }
}
