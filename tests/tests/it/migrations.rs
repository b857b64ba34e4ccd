//! The steps of the schema.

use arbitragevault_persistence::{Pool, migrate, schema};
use arbitragevault_tests::databases;
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::{QueryDsl as _, QueryableByName, debug_query};
use diesel_async::RunQueryDsl as _;

use crate::support;

#[derive(Debug, PartialEq, QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every column, index, constraint, policy, right of the tenant's role and setting, a line each.
async fn schema(pool: &Pool) -> Vec<Line> {
    let mut connection = pool.get().await.unwrap();
    diesel::sql_query(
        "SELECT line FROM (
             SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL
             SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL
             SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL
             SELECT format('policy %s %s %s %s %s', tablename, policyname, roles, qual, with_check) FROM pg_policies WHERE schemaname = 'public'
             UNION ALL
             SELECT format('right %s.%s %s', table_name, column_name, privilege_type)
             FROM information_schema.column_privileges WHERE table_schema = 'public' AND grantee = 'arbitragevault_tenant'
             UNION ALL
             SELECT format('setting %s', unnest(setconfig))
             FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
             WHERE datname = current_database()) AS lines
         WHERE line NOT LIKE '%__diesel_schema_migrations%'
         ORDER BY line",
    )
    .load(&mut connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_can_be_taken_back_and_taken_again() {
    let database = databases().unwrap().create().await.unwrap();
    let pool = support::pool_of(&database);
    let steps = migrate::run(&database.url).await.unwrap();
    let first = schema(&pool).await;
    assert!(first.len() > 100, "{first:?}");
    for _ in &steps {
        migrate::revert_last(&database.url).await.unwrap();
    }
    assert_eq!(schema(&pool).await, []);
    {
        let mut connection = pool.get().await.unwrap();
        let pending = migrate::pending(&mut connection).await.unwrap();
        assert_eq!(pending, steps.len());
    }
    assert_eq!(migrate::run(&database.url).await.unwrap(), steps);
    assert_eq!(schema(&pool).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_migrate_once() {
    let database = databases().unwrap().create().await.unwrap();
    let (one, other) = tokio::join!(migrate::run(&database.url), migrate::run(&database.url));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(
        one.is_empty() != other.is_empty(),
        "{one:?} and {other:?} were applied"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_of_the_code_have_the_columns_of_the_database() {
    /// The columns of each table as the code writes them into a statement.
    macro_rules! columns_of_the_code {
        ($($table:ident)*) => {
            [$({
                let all = schema::$table::table.select(schema::$table::all_columns);
                debug_query::<Pg, _>(&all).to_string()
            }),*]
        };
    }
    let statements = columns_of_the_code!(
        organisations users memberships api_keys invitations sessions refresh_tokens sign_in_failures recovery_codes account_tokens
        external_identities signing_keys batches products product_codes product_snapshots analyses batch_items jobs events
        configuration_scopes configuration_documents keepa_accounts keepa_reservations keepa_spend organisation_quotas
        organisation_spend idempotency_keys
    );
    let mut of_the_code: Vec<String> = statements
        .iter()
        .flat_map(|sql| sql.split(" FROM ").next().unwrap()["SELECT ".len()..].split(", "))
        .map(|column| column.replace('"', ""))
        .collect();
    of_the_code.sort();

    let pool = support::pool().await;
    let mut connection = pool.get().await.unwrap();
    let of_the_database: Vec<Line> = diesel::sql_query(
        "SELECT format('%s.%s', table_name, column_name) AS line
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_diesel%'",
    )
    .load(&mut connection)
    .await
    .unwrap();
    let mut of_the_database: Vec<String> =
        of_the_database.into_iter().map(|line| line.line).collect();
    of_the_database.sort();
    assert_eq!(of_the_code, of_the_database);
}
