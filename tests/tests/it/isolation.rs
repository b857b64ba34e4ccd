//! One tenant in the database of another: whatever a statement says, the role of a tenant reads, changes and adds rows of one organisation
//! only. The tables are taken from the catalogue, so that a new one without a policy fails here by its name.

use std::collections::BTreeMap;

use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{PersistenceError, TENANT_ROLE, analyses, migrate};
use arbitragevault_tests::{Database, databases};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::support::{analysis, pool_of, submit};

/// The organisation that must not be seen, with its user.
const OTHER: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_00b1);
const OTHER_USER: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_00b2);

/// A table of tenants, and the organisation of a row of it that is called `t`.
struct TenantTable {
    name: String,
    organisation: String,
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A migrated database with the same rows for two organisations, in every table that tenants have.
async fn two_tenants() -> (Database, Client) {
    let database = databases().unwrap().create().await.unwrap();
    migrate::run(&database.url).await.unwrap();
    let pool = pool_of(&database);
    let owner = connect(&database.url).await;
    let seed = format!(
        "INSERT INTO organisations (id, name, slug) VALUES ('{OTHER}', 'Other', 'other');
         INSERT INTO users (id, email, display_name) VALUES ('{OTHER_USER}', 'other@example.com', 'Other');
         INSERT INTO memberships (user_id, organisation_id, role) VALUES ('{OTHER_USER}', '{OTHER}', 'OWNER');
         INSERT INTO api_keys (id, organisation_id, created_by, name, prefix, hash, role, created_at)
         SELECT gen_random_uuid(), organisation_id, user_id, 'Key', 'avk_key', sha256(convert_to(user_id::text, 'UTF8')), 'OWNER', now()
         FROM memberships;
         INSERT INTO invitations (id, organisation_id, email, role, hash, created_at, expires_at)
         SELECT gen_random_uuid(), id, 'ann@example.com', 'VIEWER', sha256(convert_to(id::text, 'UTF8')), now(), now() + interval '1 day'
         FROM organisations;
         INSERT INTO configuration_scopes (organisation_id, scope, version, patch, updated_at) SELECT id, 'global', 1, '{{}}', now() FROM organisations;
         INSERT INTO configuration_documents (organisation_id, id, versions, document, created_at)
         SELECT id, id, '{{}}', '{{}}', now() FROM organisations;
         INSERT INTO organisation_quotas (organisation_id, tokens_per_day, changed_at) SELECT id, 1000, now() FROM organisations;
         INSERT INTO organisation_spend (organisation_id, day, tokens) SELECT id, current_date, 10 FROM organisations;
         INSERT INTO idempotency_keys (user_id, organisation_id, key, fingerprint, object_id, attempt, created_at, expires_at, leased_until)
         SELECT user_id, organisation_id, 'one', sha256(''), gen_random_uuid(), gen_random_uuid(), now(), now() + interval '1 day', now()
         FROM memberships;"
    );
    owner.batch_execute(&seed).await.unwrap();
    for organisation in [DEFAULT_ORGANISATION, OTHER] {
        let batch = submit(&pool, 3).await;
        let mut row = analysis(batch.id, 1);
        row.organisation_id = organisation;
        let mut connection = pool.get().await.unwrap();
        analyses::insert_one(&mut connection, &row).await.unwrap();
        drop(connection);
        let moved = format!(
            "UPDATE batches SET organisation_id = '{organisation}' WHERE id = '{id}';
             UPDATE events SET organisation_id = '{organisation}' WHERE stream_id = '{id}'",
            id = batch.id
        );
        owner.batch_execute(&moved).await.unwrap();
    }
    (database, owner)
}

/// Every table that has rows of tenants, by the foreign keys that lead from it to the organisations. `users` is reached the other way.
async fn tenant_tables(owner: &Client) -> Vec<TenantTable> {
    let keys = owner
        .query(
            "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text, f.attname::text
             FROM pg_constraint c
             JOIN LATERAL unnest(c.conkey, c.confkey) AS k (source, target) ON true
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.source
             JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.target
             WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conrelid <> c.confrelid AND a.attnotnull
             ORDER BY 1, 2",
            &[],
        )
        .await
        .unwrap();
    let mut tables = BTreeMap::from([
        ("organisations".to_owned(), "{row}.id".to_owned()),
        (
            "users".to_owned(),
            "(SELECT min(m.organisation_id::text)::uuid FROM memberships m WHERE m.user_id = {row}.id)"
                .to_owned(),
        ),
    ]);
    // Those with the column itself, then those that reach one of them, and so on.
    let own = owner
        .query(
            "SELECT table_name::text FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'organisation_id'",
            &[],
        )
        .await
        .unwrap();
    for row in own {
        tables.insert(row.get(0), "{row}.organisation_id".to_owned());
    }
    loop {
        let before = tables.len();
        for key in &keys {
            let [table, column, parent, target]: [String; 4] = [0, 1, 2, 3].map(|n| key.get(n));
            if tables.contains_key(&table) || parent == "users" {
                continue;
            }
            if let Some(organisation) = tables.get(&parent) {
                let organisation = organisation.replace("{row}", &format!("of_{parent}"));
                let path = format!(
                    "(SELECT min(({organisation})::text)::uuid FROM {parent} of_{parent} WHERE of_{parent}.{target} = {{row}}.{column})"
                );
                tables.insert(table, path);
            }
        }
        if tables.len() == before {
            break;
        }
    }
    let tables = tables.into_iter();
    tables
        .map(|(name, organisation)| TenantTable {
            name,
            organisation: organisation.replace("{row}", "t"),
        })
        .collect()
}

/// How many rows of an organisation a table has.
async fn rows_of(owner: &Client, table: &TenantTable, organisation: Uuid) -> i64 {
    let TenantTable {
        name,
        organisation: path,
    } = table;
    let query = format!("SELECT count(*) FROM {name} t WHERE {path} = '{organisation}'");
    owner.query_one(&query, &[]).await.unwrap().get(0)
}

/// Begins a transaction that acts for an organisation, or for none.
async fn act_for(client: &Client, organisation: Option<Uuid>) {
    let setting = organisation.map_or_else(String::new, |id| {
        format!("SET LOCAL arbitragevault.organisation_id = '{id}'")
    });
    client
        .batch_execute(&format!("BEGIN; SET LOCAL ROLE {TENANT_ROLE}; {setting}"))
        .await
        .unwrap();
}

/// What a statement came to as a tenant, after which everything is as before: rows that it touched, or that the role may not do it at all.
async fn tried(
    client: &Client,
    organisation: Option<Uuid>,
    statement: &str,
) -> Result<u64, SqlState> {
    act_for(client, organisation).await;
    let outcome = client.execute(statement, &[]).await;
    client.batch_execute("ROLLBACK").await.unwrap();
    outcome.map_err(|error| {
        error
            .code()
            .unwrap_or_else(|| panic!("{statement}: {error}"))
            .clone()
    })
}

/// The columns of a table that a statement may write.
async fn columns(owner: &Client, table: &str) -> Vec<String> {
    let rows = owner
        .query(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'",
            &[&table],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_reads_changes_and_adds_no_row_of_another_in_any_table() {
    let (database, owner) = two_tenants().await;
    let tenant = connect(&database.url).await;
    let tables = tenant_tables(&owner).await;
    assert!(tables.len() >= 10, "the catalogue is not read as it was");
    for table in &tables {
        let name = &table.name;
        let own = u64::try_from(rows_of(&owner, table, DEFAULT_ORGANISATION).await).unwrap();
        let foreign = rows_of(&owner, table, OTHER).await;
        assert!(
            own > 0 && foreign > 0,
            "{name} has no rows of both tenants: give it some in this test"
        );
        let secured: bool = owner
            .query_one(
                "SELECT relrowsecurity FROM pg_class WHERE oid = $1::text::regclass",
                &[name],
            )
            .await
            .unwrap()
            .get(0);
        assert!(
            secured,
            "{name} has rows of tenants, but no row-level security"
        );

        let seen = format!("SELECT 1 FROM {name}");
        assert_eq!(
            tried(&tenant, Some(DEFAULT_ORGANISATION), &seen).await,
            Ok(own),
            "{name} as its tenant"
        );
        let unset = tried(&tenant, None, &seen).await;
        assert_eq!(unset, Ok(0), "{name} without an organisation");
        let nobody = tried(&tenant, Some(Uuid::nil()), &seen).await;
        assert_eq!(nobody, Ok(0), "{name} for an organisation that is none");

        // Deleting and changing reach the own rows at most, and are not allowed at all where the role has no right to.
        let denied = Err(SqlState::INSUFFICIENT_PRIVILEGE);
        let deleted = tried(
            &tenant,
            Some(DEFAULT_ORGANISATION),
            &format!("DELETE FROM {name}"),
        )
        .await;
        assert!(
            deleted == Ok(own) || deleted == denied,
            "{name}: {deleted:?}"
        );
        let columns = columns(&owner, name).await;
        for column in &columns {
            let change = format!("UPDATE {name} SET {column} = {column}");
            let changed = tried(&tenant, Some(DEFAULT_ORGANISATION), &change).await;
            assert!(
                changed == Ok(own) || changed == denied,
                "{name}.{column}: {changed:?}"
            );
        }
        assert_eq!(rows_of(&owner, table, OTHER).await, foreign, "{name}");

        // A row of the other tenant is not added, nor is an own row given away.
        let path = &table.organisation;
        let query =
            format!("SELECT to_json(t)::text FROM {name} t WHERE {path} = '{OTHER}' LIMIT 1");
        let row: String = owner.query_one(&query, &[]).await.unwrap().get(0);
        let row = row.replace('\'', "''");
        let list = columns.join(", ");
        let add = format!(
            "INSERT INTO {name} ({list}) SELECT {list} FROM json_populate_record(NULL::{name}, '{row}')"
        );
        assert_eq!(
            tried(&tenant, Some(DEFAULT_ORGANISATION), &add).await,
            denied,
            "{name}: a foreign row was added"
        );
        for column in columns
            .iter()
            .filter(|column| ["organisation_id", "batch_id"].contains(&column.as_str()))
        {
            let give = format!(
                "UPDATE {name} SET {column} = (json_populate_record(NULL::{name}, '{row}')).{column}"
            );
            let given = tried(&tenant, Some(DEFAULT_ORGANISATION), &give).await;
            assert_eq!(given, denied, "{name}.{column}: an own row was given away");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_a_tenant_owns_nothing_and_has_no_right_beyond_the_tables_of_tenants() {
    let (_database, owner) = two_tenants().await;
    let powers = owner
        .query_one(
            "SELECT rolcanlogin OR rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication,
                    EXISTS (SELECT FROM pg_class WHERE relowner = r.oid), EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
             FROM pg_roles r WHERE rolname = $1",
            &[&TENANT_ROLE],
        )
        .await
        .unwrap();
    assert_eq!([0, 1, 2].map(|n| powers.get::<_, bool>(n)), [false; 3]);

    let tables = tenant_tables(&owner).await;
    let tables: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    // Views included: a view reads as its owner, whom no policy holds back.
    let beyond = owner
        .query(
            "SELECT relname::text FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f') AND relname <> ALL ($2)
               AND (has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege($1, oid, 'SELECT, INSERT, UPDATE'))",
            &[&TENANT_ROLE, &tables],
        )
        .await
        .unwrap();
    let beyond: Vec<String> = beyond.iter().map(|row| row.get(0)).collect();
    assert_eq!(beyond, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_acted_for_a_tenant_acts_as_before_when_it_is_used_again() {
    let (database, _owner) = two_tenants().await;
    let pool = pool_of(&database);
    let seen = async |organisation: Uuid| {
        pool.tenant(organisation, async |connection| {
            let page = arbitragevault_persistence::batches::page(
                connection,
                organisation,
                None,
                None,
                100,
            );
            Ok::<_, PersistenceError>(page.await?.len())
        })
        .await
    };
    assert_eq!(seen(DEFAULT_ORGANISATION).await.unwrap(), 1);
    assert_eq!(seen(OTHER).await.unwrap(), 1);
    // A transaction that fails, and one that is given up in the middle.
    let failed: Result<(), _> = pool
        .tenant(OTHER, async |_| Err(PersistenceError::NotFound))
        .await;
    assert!(matches!(failed, Err(PersistenceError::NotFound)));
    let given_up = pool.tenant(OTHER, async |_| {
        std::future::pending::<()>().await;
        Ok::<_, PersistenceError>(())
    });
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(200), given_up).await;
    assert!(given_up.is_err());
    for _ in 0..8 {
        let mut connection = pool.get().await.unwrap();
        let role: String = diesel_async::RunQueryDsl::get_result(
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
                "current_user::text",
            )),
            &mut connection,
        )
        .await
        .unwrap();
        assert_ne!(role, TENANT_ROLE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_no_superuser_migrates_and_acts_for_tenants() {
    let database = databases().unwrap().create().await.unwrap();
    let superuser = connect(&database.url).await;
    let name = database
        .url
        .rsplit('/')
        .next()
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    superuser
        .batch_execute(&format!(
            "CREATE ROLE plain_owner LOGIN CREATEROLE; ALTER DATABASE {name} OWNER TO plain_owner; GRANT ALL ON SCHEMA public TO plain_owner"
        ))
        .await
        .unwrap();
    let database = Database {
        url: database.url.replace("arbitragevault@", "plain_owner@"),
    };
    migrate::run(&database.url).await.unwrap();
    let pool = pool_of(&database);
    submit(&pool, 1).await;
    for (organisation, expected) in [(DEFAULT_ORGANISATION, 1), (OTHER, 0)] {
        let seen = pool.tenant(organisation, async |connection| {
            // The organisation of the statement is the wrong one: the database itself holds the rows back.
            let page = arbitragevault_persistence::batches::page(
                connection,
                DEFAULT_ORGANISATION,
                None,
                None,
                100,
            );
            Ok::<_, PersistenceError>(page.await?.len())
        });
        assert_eq!(seen.await.unwrap(), expected);
    }
}
