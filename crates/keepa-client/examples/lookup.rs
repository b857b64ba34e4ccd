//! What Keepa knows of some products: `cargo run --example lookup -- 0593655036 1492056200`. A token each.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod support;

use keepa_client::{CsvType, Domain, ProductOutcome, ProductRequest};

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let client = support::client()?;
    let request = ProductRequest::asins(Domain::UnitedStates, std::env::args().skip(1))
        .stats(90)
        .read_histories([CsvType::New, CsvType::Used, CsvType::SalesRank]);
    println!("it costs {} tokens", request.cost().worst);
    for (asin, outcome) in client.products(&request).await.outcomes {
        match outcome {
            ProductOutcome::Found(products) => {
                for product in products {
                    println!("{asin}  {}", product.title.as_deref().unwrap_or("?"));
                    for series in [CsvType::New, CsvType::Used, CsvType::SalesRank] {
                        let last = product
                            .points(series)
                            .and_then(|mut points| points.next_back());
                        if let Some(point) = last {
                            let value = point.landed().map_or("none".to_owned(), |v| v.to_string());
                            println!("  {:<6} {value} since {}", series.name(), point.at.to_utc());
                        }
                    }
                }
            }
            ProductOutcome::Invalid => println!("{asin}  is no product"),
            ProductOutcome::Missing => println!("{asin}  is not in Keepa's answer"),
            ProductOutcome::Failed(error) => println!("{asin}  {error}"),
        }
    }
    Ok(())
}
