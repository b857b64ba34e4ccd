//! Products and the market snapshots taken of them.
//!
//! A snapshot is stored as deflated JSON: 25,000 changes of history take about 60 kB, and the application inflates them faster than
//! PostgreSQL would.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;

use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_domain::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::{product_codes, product_snapshots, products};

/// A stored snapshot.
#[derive(Debug, Clone)]
pub struct StoredSnapshot {
    /// Its id.
    pub id: Uuid,
    /// Its content.
    pub snapshot: MarketSnapshot,
}

/// The latest snapshot of each lookup that was fetched since a time.
///
/// # Errors
/// When the database is not available or a stored snapshot cannot be read.
pub async fn fresh(
    connection: &mut AsyncPgConnection,
    marketplace: Marketplace,
    lookups: &[Lookup],
    since: DateTime<Utc>,
) -> Result<Vec<(Lookup, StoredSnapshot)>, PersistenceError> {
    let asins = asins(connection, marketplace, lookups).await?;
    let rows: Vec<(String, Uuid, Vec<u8>)> = products::table
        .inner_join(
            product_snapshots::table.on(product_snapshots::id.eq(products::latest_snapshot_id)),
        )
        .filter(products::marketplace.eq(marketplace.code()))
        .filter(products::asin.eq_any(asins.iter().map(|(_, asin)| asin)))
        .filter(products::latest_fetched_at.ge(since))
        .select((
            products::asin,
            product_snapshots::id,
            product_snapshots::content,
        ))
        .load(connection)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (asin, id, content) in rows {
        let snapshot = decode(&content)?;
        for (lookup, _) in asins.iter().filter(|(_, known)| *known == asin) {
            let snapshot = snapshot.clone();
            found.push((*lookup, StoredSnapshot { id, snapshot }));
        }
    }
    Ok(found)
}

/// How many of the lookups have a snapshot that was fetched since a time.
///
/// # Errors
/// When the database is not available.
pub async fn count_fresh(
    connection: &mut AsyncPgConnection,
    marketplace: Marketplace,
    lookups: &[Lookup],
    since: DateTime<Utc>,
) -> Result<usize, PersistenceError> {
    let asins = asins(connection, marketplace, lookups).await?;
    let fresh: i64 = products::table
        .filter(products::marketplace.eq(marketplace.code()))
        .filter(products::asin.eq_any(asins.iter().map(|(_, asin)| asin)))
        .filter(products::latest_fetched_at.ge(since))
        .count()
        .get_result(connection)
        .await?;
    Ok(usize::try_from(fresh).unwrap_or(0))
}

/// One stored snapshot.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none, and when it cannot be read.
pub async fn get(
    connection: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<MarketSnapshot, PersistenceError> {
    let content: Vec<u8> = product_snapshots::table
        .find(id)
        .select(product_snapshots::content)
        .first(connection)
        .await?;
    decode(&content)
}

/// A snapshot as it is stored. Reading it takes up to a millisecond of processor time, so it is left to who has it to spare.
#[derive(Debug, Clone)]
pub struct EncodedSnapshot(Vec<u8>);

impl EncodedSnapshot {
    /// The snapshot.
    ///
    /// # Errors
    /// [`PersistenceError::Corrupt`] when it cannot be read.
    pub fn decode(&self) -> Result<MarketSnapshot, PersistenceError> {
        decode(&self.0)
    }
}

/// Stored snapshots by their ids; those that are gone are left out.
///
/// # Errors
/// When the database is not available.
pub async fn encoded(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, EncodedSnapshot>, PersistenceError> {
    let rows: Vec<(Uuid, Vec<u8>)> = product_snapshots::table
        .filter(product_snapshots::id.eq_any(ids))
        .select((product_snapshots::id, product_snapshots::content))
        .load(connection)
        .await?;
    let snapshots = rows
        .into_iter()
        .map(|(id, content)| (id, EncodedSnapshot(content)));
    Ok(snapshots.collect())
}

/// The latest stored snapshot of a product, however old.
///
/// # Errors
/// [`PersistenceError::NotFound`] when there is none, and when it cannot be read.
pub async fn latest(
    connection: &mut AsyncPgConnection,
    marketplace: Marketplace,
    asin: &str,
) -> Result<StoredSnapshot, PersistenceError> {
    let (id, content): (Uuid, Vec<u8>) = products::table
        .inner_join(
            product_snapshots::table.on(product_snapshots::id.eq(products::latest_snapshot_id)),
        )
        .filter(products::marketplace.eq(marketplace.code()))
        .filter(products::asin.eq(asin))
        .select((product_snapshots::id, product_snapshots::content))
        .first(connection)
        .await?;
    let snapshot = decode(&content)?;
    Ok(StoredSnapshot { id, snapshot })
}

/// Stores snapshots with the lookups by which they were found, and returns their ids in the same order.
///
/// # Errors
/// When the database is not available.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    found: &[(Lookup, Arc<MarketSnapshot>)],
) -> Result<Vec<Uuid>, PersistenceError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = found.iter().map(|_| Uuid::now_v7()).collect();
    let snapshots: Vec<&MarketSnapshot> = found.iter().map(|(_, snapshot)| &**snapshot).collect();
    let contents = snapshots
        .iter()
        .map(|snapshot| encode(snapshot))
        .collect::<Result<Vec<_>, _>>()?;
    let column = |of: fn(&MarketSnapshot) -> String| -> Vec<String> {
        snapshots.iter().map(|snapshot| of(snapshot)).collect()
    };
    connection
        .transaction(async |connection| {
            diesel::sql_query(
                "WITH taken AS (
                     SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
                         AS t (id, asin, marketplace, source, fetched_at, content, title, author)),
                 stored AS (
                     INSERT INTO product_snapshots (id, asin, marketplace, source, fetched_at, content)
                     SELECT id, asin, marketplace, source, fetched_at, content FROM taken)
                 INSERT INTO products AS p (asin, marketplace, title, author, latest_snapshot_id, latest_fetched_at, first_seen_at)
                 SELECT DISTINCT ON (asin, marketplace) asin, marketplace, title, author, id, fetched_at, fetched_at
                 FROM taken ORDER BY asin, marketplace, fetched_at DESC
                 ON CONFLICT (asin, marketplace) DO UPDATE
                 SET title = coalesce(excluded.title, p.title), author = coalesce(excluded.author, p.author),
                     latest_snapshot_id = excluded.latest_snapshot_id, latest_fetched_at = excluded.latest_fetched_at
                 WHERE p.latest_fetched_at <= excluded.latest_fetched_at",
            )
            .bind::<Array<SqlUuid>, _>(&ids)
            .bind::<Array<Text>, _>(column(|s| s.asin.to_string()))
            .bind::<Array<Text>, _>(column(|s| s.marketplace.code().to_owned()))
            .bind::<Array<Text>, _>(column(|s| s.source.as_str().to_owned()))
            .bind::<Array<Timestamptz>, _>(snapshots.iter().map(|s| s.fetched_at).collect::<Vec<_>>())
            .bind::<Array<Bytea>, _>(&contents)
            .bind::<Array<Nullable<Text>>, _>(snapshots.iter().map(|s| s.title.as_ref()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(snapshots.iter().map(|s| s.author.as_ref()).collect::<Vec<_>>())
            .execute(connection)
            .await?;
            let codes: Vec<_> = found
                .iter()
                .filter_map(|(lookup, snapshot)| match lookup {
                    Lookup::Asin(_) => None,
                    Lookup::Code(code) => Some((
                        product_codes::code.eq(code.to_string()),
                        product_codes::marketplace.eq(snapshot.marketplace.code()),
                        product_codes::asin.eq(snapshot.asin.to_string()),
                    )),
                })
                .collect();
            diesel::insert_into(product_codes::table)
                .values(codes)
                .on_conflict((product_codes::code, product_codes::marketplace))
                .do_update()
                .set(product_codes::asin.eq(diesel::upsert::excluded(product_codes::asin)))
                .execute(connection)
                .await?;
            Ok::<_, PersistenceError>(())
        })
        .await?;
    Ok(ids)
}

/// The ASIN of each lookup, as far as it is known.
async fn asins(
    connection: &mut AsyncPgConnection,
    marketplace: Marketplace,
    lookups: &[Lookup],
) -> Result<Vec<(Lookup, String)>, PersistenceError> {
    let mut asins = Vec::with_capacity(lookups.len());
    let mut codes = Vec::new();
    for lookup in lookups {
        match lookup {
            Lookup::Asin(asin) => asins.push((*lookup, asin.to_string())),
            Lookup::Code(code) => codes.push((*lookup, code.to_string())),
        }
    }
    if !codes.is_empty() {
        let known: Vec<(String, String)> = product_codes::table
            .filter(product_codes::marketplace.eq(marketplace.code()))
            .filter(product_codes::code.eq_any(codes.iter().map(|(_, code)| code)))
            .select((product_codes::code, product_codes::asin))
            .load(connection)
            .await?;
        for (lookup, code) in codes {
            if let Some((_, asin)) = known.iter().find(|(known, _)| *known == code) {
                asins.push((lookup, asin.clone()));
            }
        }
    }
    Ok(asins)
}

fn encode(snapshot: &MarketSnapshot) -> Result<Vec<u8>, PersistenceError> {
    let corrupt = |source: Box<dyn std::error::Error + Send + Sync>| PersistenceError::Corrupt {
        what: "market snapshot",
        source,
    };
    let json = serde_json::to_vec(snapshot).map_err(|e| corrupt(e.into()))?;
    let mut content = Vec::with_capacity(json.len() / 2);
    ZlibEncoder::new(json.as_slice(), Compression::fast())
        .read_to_end(&mut content)
        .map_err(|e| corrupt(e.into()))?;
    Ok(content)
}

fn decode(content: &[u8]) -> Result<MarketSnapshot, PersistenceError> {
    let corrupt = |source: Box<dyn std::error::Error + Send + Sync>| PersistenceError::Corrupt {
        what: "market snapshot",
        source,
    };
    let mut json = Vec::with_capacity(content.len() * 3);
    ZlibDecoder::new(content)
        .read_to_end(&mut json)
        .map_err(|e| corrupt(e.into()))?;
    serde_json::from_slice(&json).map_err(|e| corrupt(e.into()))
}
