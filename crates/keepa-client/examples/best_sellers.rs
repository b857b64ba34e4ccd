//! The best sellers of a category one after the other, as many as asked for: `cargo run --example best_sellers -- 283155 250`.
//! 50 tokens for the list, and one for each product that is read; what is not read costs nothing.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod support;

use std::pin::pin;

use futures_util::StreamExt as _;
use keepa_client::{BestSellersRequest, CsvType, Domain, ProductOutcome, ProductRequest};

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let mut arguments = std::env::args().skip(1);
    let category = arguments
        .next()
        .and_then(|id| id.parse().ok())
        .unwrap_or(283_155);
    let wanted = arguments
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or(100);
    let client = support::client()?;
    let list = BestSellersRequest::category(Domain::UnitedStates, category);
    let Some(best) = client.best_sellers(&list).await?.value else {
        println!("Keepa has no best sellers of {category}");
        return Ok(());
    };
    let request = ProductRequest::asins(
        Domain::UnitedStates,
        best.asin_list.into_iter().take(wanted),
    )
    .stats(90)
    .history(false);
    let mut chunks = pin!(client.products_stream(request));
    while let Some(chunk) = chunks.next().await {
        for (asin, outcome) in chunk.outcomes {
            let ProductOutcome::Found(products) = outcome else {
                continue;
            };
            for product in products {
                let stats = product.stats.as_ref();
                let rank = stats.and_then(|stats| stats.current(CsvType::SalesRank)?.value());
                let rank = rank.map_or("?".to_owned(), |rank| rank.to_string());
                println!(
                    "{rank:>8}  {asin}  {}",
                    product.title.as_deref().unwrap_or("?")
                );
            }
        }
    }
    Ok(())
}
