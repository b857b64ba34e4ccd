//! `/product`.

use crate::envelope::KeepaError;
use crate::query::ProductQuery;
use crate::server::asked::{Asked, Found, Payload};
use crate::server::products::When;
use crate::server::shared::Shared;

/// The products of a request; each costs what it costs.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let query = ProductQuery::parse(&asked.parameters)?;
    let when = When {
        now: asked.now,
        seen: asked.seen,
    };
    let served = shared
        .serve(&query, when)
        .map_err(|error| KeepaError::internal(error.to_string()))?;
    Ok(Found {
        cost: served.iter().map(|product| product.cost).sum(),
        payload: Payload::Products(served),
        error: None,
    })
}
