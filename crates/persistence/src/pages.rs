//! How many rows a page reads, written into the statement.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel_async::methods::LoadQuery;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::error::PersistenceError;

/// The page sizes that statements are prepared for: those of the API's defaults, its largest, and what a worker or an export takes,
/// with the one row more that tells whether another page follows.
const SIZES: [i64; 6] = [11, 21, 51, 101, 1_001, 10_001];

/// The rows of a page, at most `limit`.
///
/// The number stands in the statement and not in a parameter: PostgreSQL plans a statement anew for every call when it cannot know
/// how many rows it must find (measured: half of the time of a ranking). Only a few sizes are used, so that few statements are kept
/// prepared; what was read beyond `limit` is dropped.
pub(crate) async fn first<'query, Q, U>(
    connection: &mut AsyncPgConnection,
    query: Q,
    limit: i64,
) -> Result<Vec<U>, PersistenceError>
where
    U: Send,
    Limited<Q>: LoadQuery<'query, AsyncPgConnection, U> + 'query,
{
    let rows = SIZES
        .into_iter()
        .find(|size| *size >= limit)
        .unwrap_or(limit);
    let mut rows: Vec<U> = Limited { query, rows }.load(connection).await?;
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

/// A query with its `LIMIT` written out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limited<Q> {
    query: Q,
    rows: i64,
}

impl<Q> QueryId for Limited<Q> {
    type QueryId = ();
    // The text differs by the number: it is the key under which the prepared statement is kept.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Limited<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Limited<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(pass.reborrow())?;
        pass.push_sql(" LIMIT ");
        pass.push_sql(&self.rows.to_string());
        Ok(())
    }
}
