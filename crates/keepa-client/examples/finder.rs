//! Used books from 20.00 on that sell and that Amazon does not: `cargo run --example finder`. 11 tokens.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod support;

use keepa_client::SortDirection;
use keepa_client::{CsvType, Domain, FinderField, FinderInteger, FinderTexts, ProductSelection};

/// Amazon's root category of books in the United States.
const BOOKS: &str = "283155";

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let client = support::client()?;
    let selection = ProductSelection::new(Domain::UnitedStates)
        .any_of(FinderTexts::RootCategory, [BOOKS])
        .range(FinderField::Current(CsvType::Used), 2_000..)
        .range(FinderField::Current(CsvType::SalesRank), 1..=500_000)
        .range(FinderField::Current(CsvType::Amazon), ..=-1)
        .range(FinderInteger::SalesRankDrops90, 10..)
        .sort(
            FinderField::Current(CsvType::SalesRank),
            SortDirection::Ascending,
        );
    println!("it costs {} tokens", selection.cost().worst);
    let page = client.find_products(&selection).await?.value;
    println!(
        "about {} products, the first of them:",
        page.total_results.unwrap_or_default()
    );
    for asin in page.asin_list.iter().take(10) {
        println!("  {asin}");
    }
    Ok(())
}
