//! `/category`: browse nodes by id, with averages over their books.

use serde_json::{Map, Value, json};

use super::insights;
use crate::catalogue::Overview;
use crate::catalogue::category::{self, Node};
use crate::catalogue::listing::Listing;
use crate::catalogue::slots::SALES;
use crate::envelope::KeepaError;
use crate::parameters::{invalid, out_of_range};
use crate::server::asked::{Asked, Found};
use crate::server::shared::Shared;

/// Tokens of a request. Grade A: Keepa's documentation, as all figures here.
const COST: u32 = 1;

/// Categories that one request may name.
const MOST_CATEGORIES: usize = 10;

/// Categories that a search finds.
const MOST_FOUND: usize = 50;

/// The id that stands for all roots.
const ROOTS: i64 = 0;

/// Categories by id.
pub(in crate::server) fn answer(shared: &Shared, asked: &Asked) -> Result<Found, KeepaError> {
    let domain = asked.parameters.domain(false)?;
    let parents = asked.parameters.switch("parents", false)?;
    let Some(ids) = asked.parameters.list("category") else {
        return Err(invalid("category is missing"));
    };
    if ids.len() > MOST_CATEGORIES {
        return Err(out_of_range(format!(
            "{} categories, at most 10",
            ids.len()
        )));
    }
    let ids = ids
        .iter()
        .map(|id| {
            id.parse()
                .map_err(|_| invalid(format!("{id:?} is no category")))
        })
        .collect::<Result<Vec<i64>, _>>()?;
    found(shared, asked, domain, parents, |node| {
        ids.contains(&node.id) || (node.parent == ROOTS && ids.contains(&ROOTS))
    })
}

/// The categories that are wanted, and those above them.
pub(super) fn found(
    shared: &Shared,
    asked: &Asked,
    domain: u8,
    parents: bool,
    is_wanted: impl Fn(&Node) -> bool,
) -> Result<Found, KeepaError> {
    let overview = shared.overview(asked.seen)?;
    let tree = category::all();
    let (mut categories, mut above) = (Map::new(), Map::new());
    let wanted = tree.iter().filter(|node| domain == 1 && is_wanted(node));
    for node in wanted.take(MOST_FOUND) {
        categories.insert(node.id.to_string(), object(node, &tree, &overview));
        let mut parent = node.parent;
        while let Some(node) = tree.iter().find(|node| node.id == parent) {
            above
                .entry(node.id.to_string())
                .or_insert_with(|| object(node, &tree, &overview));
            parent = node.parent;
        }
    }
    let mut payload = json!({ "categories": categories });
    if parents && let Some(payload) = payload.as_object_mut() {
        payload.insert("categoryParents".to_owned(), Value::Object(above));
    }
    Found::fields(COST, &payload)
}

fn object(node: &Node, tree: &[Node], overview: &Overview) -> Value {
    let books: Vec<&Listing> = overview
        .listings
        .iter()
        .filter(|listing| listing.categories.contains(&node.id))
        .collect();
    let children: Vec<i64> = tree
        .iter()
        .filter(|child| child.parent == node.id)
        .map(|child| child.id)
        .collect();
    let ranks = || {
        books
            .iter()
            .map(|book| book.current(SALES))
            .filter(|rank| *rank > 0)
    };
    let (sellers, _) = insights::leaders(&books);
    let mut object = json!({
        "domainId": 1,
        "catId": node.id,
        "name": node.name,
        "contextFreeName": node.name,
        "websiteDisplayGroup": "book_display_on_website",
        "children": if children.is_empty() { Value::Null } else { json!(children) },
        "parent": node.parent,
        "highestRank": ranks().max().unwrap_or(-1),
        "lowestRank": ranks().min().unwrap_or(-1),
        "productCount": books.len(),
        "isBrowseNode": true,
        "topSellers": sellers.into_iter().map(|(seller, _)| seller).collect::<Vec<_>>(),
    });
    if let Some(object) = object.as_object_mut() {
        object.extend(insights::averages(&books));
    }
    object
}
