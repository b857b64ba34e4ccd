//! Books of which the lowest used price fell by a fifth within a week: `cargo run --example deals`. Five tokens.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod support;

use keepa_client::{CsvType, DealInterval, DealRequest, Domain};

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let client = support::client()?;
    let request = DealRequest::new(Domain::UnitedStates, CsvType::Used, DealInterval::Week)
        .include_categories([283_155])
        .delta_percent_range(20..=100);
    let deals = client.deals(&request).await?.value;
    for deal in deals.deals.iter().take(20) {
        let cents = |price: Option<u32>| price.map_or("?".to_owned(), |cents| cents.to_string());
        println!(
            "{}  {} cents, {} on average of 90 days  {}",
            deal.asin,
            cents(deal.current(CsvType::Used)),
            cents(deal.average(DealInterval::NinetyDays, CsvType::Used)),
            deal.title.as_deref().unwrap_or("?")
        );
    }
    Ok(())
}
