//! How well the estimates would have foretold the history of a book: at a cut every month they are asked for what came next, knowing only
//! what was known then.
//!
//! The history is made in here, so that the example needs no data: a calm market in which one seller after the other undercuts, and now
//! and then a spike. `backtest::evaluate` takes any snapshots, those that you recorded for example.
//!
//! ```sh
//! cargo run -p arbitragevault-domain --example backtest_a_history
//! ```

use std::error::Error;

use arbitragevault_domain::backtest::{evaluate, predictions};
use arbitragevault_domain::prelude::*;

/// Days of history.
const DAYS: i32 = 4 * 365;

#[expect(clippy::print_stdout, reason = "an example shows its answer")]
fn main() -> Result<(), Box<dyn Error>> {
    let book = book("2026-06-01T06:00:00Z".parse()?)?;
    println!(
        "{} changes of price and rank in {DAYS} days\n",
        book.histories.changes()
    );

    println!("foretold at            used price in minor units   rank falls in 30 days");
    let predictions = predictions(&book, 180);
    let of_used = predictions
        .iter()
        .filter(|prediction| prediction.series.is_used());
    for prediction in of_used {
        let price = prediction.price.map_or_else(
            || "unknown".to_owned(),
            |price| format!("{} ({} to {})", price.likely, price.low, price.high),
        );
        let sales = prediction.sales30.map_or_else(
            || "unknown".to_owned(),
            |sales| format!("{} ({} to {})", sales.likely, sales.low, sales.high),
        );
        let cut = prediction.cut.to_utc().date_naive();
        println!("{cut}             {price:<28}{sales}");
    }

    let report = evaluate([&book], 30);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    println!("\nprices    days  cuts   error  of current  of median  within low to high");
    for price in &report.prices {
        println!(
            "{:<9} {:>4} {:>5} {:>7} {:>11} {:>10} {:>19}",
            price.series.as_str(),
            price.horizon_days,
            price.cuts,
            percent(price.error),
            percent(price.error_of_current),
            percent(price.error_of_median),
            percent(price.covered),
        );
    }
    if let Some(sales) = &report.sales {
        println!(
            "\nsales: {} cuts, error of log(1 + n) {:.2} (a third of 90 days: {:.2}), within low to high {}",
            sales.cuts,
            sales.error,
            sales.error_of_falls,
            percent(sales.covered)
        );
    }
    Ok(())
}

/// A book with four years of history that ends at a time.
fn book(end: DateTime<Utc>) -> Result<MarketSnapshot, Box<dyn Error>> {
    let today = KeepaMinutes::from_utc(end);
    let mut chance = Chance(20_260_601);
    let (mut new, mut used, mut ranks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut new_price, mut used_price) = (32_00, 21_00);
    for day in (0..DAYS).rev() {
        let at = today.plus_days(-day);
        let change = |value| Change {
            at,
            value: Some(value),
        };
        if chance.in_hundred(8) {
            new_price = (new_price + chance.below(301) - 150).clamp(25_00, 40_00);
            new.push(change(new_price));
        }
        if chance.in_hundred(12) {
            used_price = (used_price + chance.below(401) - 210).clamp(12_00, 30_00);
            // The cheapest copy is sold, and for a while only a dear one is left.
            let spike = if chance.in_hundred(15) { 14_00 } else { 0 };
            used.push(change(used_price + spike));
        }
        // Rank worsens slowly from day to day; a sale takes it down by half.
        let sold = chance.in_hundred(28);
        let rank = if sold { 90_000 } else { 190_000 } + chance.below(40_000);
        ranks.push(change(rank));
    }
    Ok(MarketSnapshot {
        observed_at: Some(today),
        title: Some("A Field Guide to Quiet Rivers".to_owned()),
        product_group: Some("Book".to_owned()),
        histories: Histories {
            new: Some(History::new(new)),
            used: Some(History::new(used)),
            sales_rank: Some(History::new(ranks)),
            ..Histories::default()
        },
        ..MarketSnapshot::unknown(Asin::parse("0306406152")?, end)
    })
}

/// A linear congruence of Marsaglia's: the same history in every run.
struct Chance(u32);

impl Chance {
    /// A number from 0 to below `most`.
    fn below(&mut self, most: i32) -> i32 {
        self.0 = self.0.wrapping_mul(69_069).wrapping_add(1);
        i32::try_from(self.0 >> 8).unwrap_or(0) % most.max(1)
    }

    /// `true` in so many of a hundred cases.
    fn in_hundred(&mut self, cases: i32) -> bool {
        self.below(100) < cases
    }
}
