//! What one book is worth to a reseller, from data that stands in the program: no network, no database, no clock.
//!
//! ```sh
//! cargo run -p arbitragevault-domain --example profit_of_one_book
//! ```

use arbitragevault_domain::prelude::*;

/// A book as it is stored: histories are pairs of Keepa minutes and cents (or rank, or number of offers).
const SNAPSHOT: &str = r#"{
    "asin": "0306406152", "marketplace": "US", "source": "RECORDED", "kind": "STANDARD",
    "observed_at": 8106240, "fetched_at": "2026-06-01T06:00:00Z",
    "title": "A Field Guide to Quiet Rivers", "author": "Ada Brook", "binding": "Paperback",
    "product_group": "Book", "root_category": 283155, "publication_date": 20180401, "eans": ["9780306406157"],
    "package": {"length_mm": 229, "width_mm": 152, "height_mm": 20, "weight_g": 430},
    "histories": {
        "buy_box_used": [7500000, 2400, 7900000, 2600, 8060000, 2500],
        "sales_rank": [7500000, 210000, 7900000, 95000, 8000000, 180000, 8090000, 60000]
    },
    "sales_rank_drops": {"days_30": 14, "days_90": 40, "days_180": 77, "days_365": 150},
    "live_offers": {"used": 3, "new": 2}, "buy_box": {"is_amazon": false},
    "monthly_sold": null, "fulfilment_fee": null, "referral_percent": null, "closing_fee_minor": null,
    "is_hazardous": null, "is_heat_sensitive": null, "has_high_return_rate": null
}"#;

#[expect(clippy::print_stdout, reason = "an example shows its answer")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let snapshot: MarketSnapshot = serde_json::from_str(SNAPSHOT)?;
    let acquisition = Acquisition {
        buy_price: Some(Money::from_minor(400, Currency::Usd)),
        quantity: 1,
        condition: Condition::UsedGood,
        fulfilment: Fulfilment::Fba,
    };
    let as_of = "2026-06-01T06:00:00Z".parse()?;
    let analysis = analyze(&snapshot, &acquisition, &AnalysisConfig::default(), as_of);

    println!("{}", analysis.title.as_deref().unwrap_or("untitled"));
    if let Some(price) = &analysis.sale_price {
        let series = price.series.as_str();
        println!(
            "sells for {} ({} to {}, {series})",
            price.likely, price.low, price.high
        );
    }
    for line in analysis.fees.iter().flat_map(|fees| &fees.lines) {
        println!("  {:>10}  {} [{}]", line.amount, line.rule, line.rate_card);
    }
    if let Some(max) = analysis
        .profit
        .as_ref()
        .and_then(|profit| profit.max_buy_price)
    {
        println!("pay at most {max}");
    }
    println!("{}", analysis.recommendation.as_str());
    for reason in &analysis.reasons {
        println!("  {}", reason.text);
    }
    Ok(())
}
