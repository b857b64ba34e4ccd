//! Every change of price, rank and offer count of some products, as CSV on stdout: `cargo run --example backfill -- 0593655036 > history.csv`.
//! A token each. Products are read, written and dropped one chunk after the other, so any number of them fits into memory.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

mod support;

use std::pin::pin;

use futures_util::StreamExt as _;
use keepa_client::{CsvType, Domain, Product, ProductOutcome, ProductRequest};

const SERIES: [CsvType; 6] = [
    CsvType::Amazon,
    CsvType::New,
    CsvType::Used,
    CsvType::SalesRank,
    CsvType::CountNew,
    CsvType::CountUsed,
];

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let client = support::client()?;
    let request = ProductRequest::asins(Domain::UnitedStates, std::env::args().skip(1));
    let mut chunks = pin!(client.products_stream(request.read_histories(SERIES)));
    println!("asin,series,time,value");
    while let Some(chunk) = chunks.next().await {
        for (asin, outcome) in chunk.outcomes {
            match outcome {
                ProductOutcome::Found(products) => products.iter().for_each(print),
                ProductOutcome::Invalid => eprintln!("{asin} is no product"),
                ProductOutcome::Missing => eprintln!("{asin} is not in Keepa's answer"),
                ProductOutcome::Failed(error) => eprintln!("{asin}: {error}"),
            }
        }
    }
    Ok(())
}

/// Nothing offered is an empty value.
fn print(product: &Product) {
    for series in SERIES {
        for point in product.points(series).into_iter().flatten() {
            let value = point
                .landed()
                .map(|value| value.to_string())
                .unwrap_or_default();
            println!(
                "{},{},{},{value}",
                product.asin,
                series.name(),
                point.at.to_utc().to_rfc3339()
            );
        }
    }
}
