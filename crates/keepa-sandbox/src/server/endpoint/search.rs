//! `/search`: products and categories by keywords.

use serde_json::json;

use super::category;
use super::text::Keywords;
use crate::envelope::KeepaError;
use crate::parameters::{Parameters, invalid, out_of_range};
use crate::query::{self, Parts, ProductQuery, Wanted};
use crate::server::asked::{Asked, Found, Payload};
use crate::server::products::When;
use crate::server::shared::Shared;

/// Tokens of a search for products. Grade A: Keepa's documentation, as all figures here.
const PRODUCTS_COST: u32 = 10;

/// Products of one answer since April 2026.
const MOST_PRODUCTS: usize = 20;

/// Tokens of ratings, at most.
const MOST_FOR_RATINGS: u32 = 5;

/// The shortest keyword of a search for categories.
const SHORTEST_KEYWORD: usize = 3;

/// Products or categories.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    match asked.parameters.required("type")? {
        "product" => products(shared, asked),
        "category" => categories(shared, asked),
        other => Err(invalid(format!("there is no search of type {other:?}"))),
    }
}

fn products(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let keywords = Keywords::parse(parameters.required("term")?)?;
    let query = product_query(parameters, domain)?;
    let asins_only = parameters.switch("asins-only", false)?;
    let overview = shared.overview(asked.seen)?;
    let asins: Vec<String> = overview
        .listings
        .iter()
        .filter(|_| domain == 1)
        .filter(|listing| {
            let words = format!("{} {}", listing.book.title, listing.book.author);
            keywords.are_in(&words)
        })
        .take(MOST_PRODUCTS)
        .map(|listing| listing.identity.asin.clone())
        .collect();
    if asins_only {
        return Found::fields(PRODUCTS_COST, &json!({ "asinList": asins }));
    }
    let when = When {
        now: asked.now,
        seen: asked.seen,
    };
    let query = ProductQuery {
        wanted: Wanted::Asins(asins),
        ..query
    };
    let served = shared
        .serve(&query, when)
        .map_err(|error| KeepaError::internal(error.to_string()))?;
    // What a product costs above its base is for its ratings.
    let ratings: u32 = if query.parts.rating {
        served
            .iter()
            .map(|product| product.cost.saturating_sub(1))
            .sum()
    } else {
        0
    };
    Ok(Found {
        cost: PRODUCTS_COST + ratings.min(MOST_FOR_RATINGS),
        payload: Payload::Products(served),
        error: None,
    })
}

fn product_query(parameters: &Parameters, domain: u8) -> Result<ProductQuery, KeepaError> {
    Ok(ProductQuery {
        domain,
        wanted: Wanted::Asins(Vec::new()),
        parts: Parts {
            stats: query::stats(parameters)?,
            history: parameters.switch("history", true)?,
            rating: parameters.switch("rating", false)?,
            ..Parts::BARE
        },
        update: query::update(parameters)?.filter(|hours| *hours != 0),
        code_limit: None,
    })
}

fn categories(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let parameters = &asked.parameters;
    let domain = parameters.domain(false)?;
    let parents = parameters.switch("parents", false)?;
    let term = parameters.required("term")?.to_lowercase();
    let words: Vec<&str> = term.split_whitespace().collect();
    if words
        .iter()
        .any(|word| word.chars().count() < SHORTEST_KEYWORD)
    {
        return Err(out_of_range("keywords have three characters at least"));
    }
    let matches = |name: &str| {
        let name = name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    };
    category::found(shared, asked, domain, parents, |node| matches(&node.name))
}
