//! Keepa tokens that were spent for an organisation, by day in UTC.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::error::PersistenceError;
use crate::schema::organisation_spend;

/// Products that are to be fetched for an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The organisation.
    pub organisation_id: Uuid,
    /// The day, in UTC.
    pub day: NaiveDate,
    /// So many products.
    pub products: i64,
    /// Tokens that each costs, at least 1.
    pub price: i64,
}

/// Books as many of the products as the rest of the day's tokens pays for, and returns how many those are. Without a limit it is all of them.
///
/// The row is locked meanwhile, so processes that book at the same time never spend more than the limit together.
///
/// # Errors
/// When the database is not available; then nothing is booked.
pub async fn book(
    connection: &mut AsyncPgConnection,
    purchase: Purchase,
    limit: Option<i64>,
) -> Result<i64, PersistenceError> {
    let Purchase {
        organisation_id,
        day,
        products,
        price,
    } = purchase;
    let row = (organisation_id, day);
    connection
        .transaction(async |connection| {
            diesel::insert_into(organisation_spend::table)
                .values((
                    organisation_spend::organisation_id.eq(organisation_id),
                    organisation_spend::day.eq(day),
                    organisation_spend::tokens.eq(0),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            let spent: i64 = organisation_spend::table
                .find(row)
                .for_update()
                .select(organisation_spend::tokens)
                .first(connection)
                .await?;
            let affordable = limit.map_or(products, |limit| {
                limit.saturating_sub(spent).max(0) / price.max(1)
            });
            let booked = products.min(affordable);
            diesel::update(organisation_spend::table.find(row))
                .set(organisation_spend::tokens.eq(spent.saturating_add(booked * price)))
                .execute(connection)
                .await?;
            Ok(booked)
        })
        .await
}

/// Takes products out of the books that were not fetched after all.
///
/// # Errors
/// When the database is not available.
pub async fn take_back(
    connection: &mut AsyncPgConnection,
    purchase: Purchase,
) -> Result<(), PersistenceError> {
    let row = (purchase.organisation_id, purchase.day);
    let tokens = purchase.products.saturating_mul(purchase.price);
    diesel::update(organisation_spend::table.find(row))
        .set(organisation_spend::tokens.eq(organisation_spend::tokens - tokens))
        .execute(connection)
        .await?;
    Ok(())
}

/// Tokens that were spent on a day.
///
/// # Errors
/// When the database is not available.
pub async fn spent(
    connection: &mut AsyncPgConnection,
    organisation_id: Uuid,
    day: NaiveDate,
) -> Result<i64, PersistenceError> {
    let spent = organisation_spend::table
        .find((organisation_id, day))
        .select(organisation_spend::tokens)
        .first(connection)
        .await
        .optional()?;
    Ok(spent.unwrap_or(0))
}
