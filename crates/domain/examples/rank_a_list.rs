//! A list of books as a seller sends it, put into the order in which to look at it, with the reasons.
//!
//! The market data is made in here; a real program reads it from its store, or from Keepa with the crate `keepa-client`.
//!
//! ```sh
//! cargo run -p arbitragevault-domain --example rank_a_list
//! ```

use std::collections::BTreeMap;
use std::error::Error;

use arbitragevault_domain::prelude::*;

/// One line an offer: what the seller wrote for the ISBN, and the price of one copy in good condition.
const OFFERS: [(&str, i64); 6] = [
    ("ISBN: 0-306-40615-2", 4_00),
    ("9780441172719", 3_00),
    ("978-0-262-03384-8", 25_00),
    ("0385333846 ", 14_00),
    ("9.78019E+12", 2_00),
    ("9780596517748", 5_00),
];

/// What a book has cost in the used buy box, lately and for years, and how it sells.
struct Book {
    title: &'static str,
    usual_price: i32,
    price_today: i32,
    days_between_sales: i32,
    grams: u32,
}

#[expect(clippy::print_stdout, reason = "an example shows its answer")]
fn main() -> Result<(), Box<dyn Error>> {
    let as_of = "2026-06-01T06:00:00Z".parse()?;
    let market = market(as_of)?;
    let config = AnalysisConfig::default();
    let mut analyses = Vec::new();
    for (text, cents) in OFFERS {
        let lookup = match identify(text) {
            Ok(found) => found.lookup,
            Err(error) => {
                println!("not read: {error}");
                continue;
            }
        };
        let Some(snapshot) = market.get(&lookup) else {
            println!("no market data: {lookup}");
            continue;
        };
        let offer = Acquisition {
            buy_price: Some(Money::from_minor(cents, Currency::Usd)),
            quantity: 1,
            condition: Condition::UsedGood,
            fulfilment: Fulfilment::Fba,
        };
        analyses.push(analyze(snapshot, &offer, &config, as_of));
    }
    Ranking::Opportunity.sort(&mut analyses);
    for (place, analysis) in (1..).zip(&analyses) {
        println!();
        show(place, analysis);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example shows its answer")]
fn show(place: u32, analysis: &Analysis) {
    let title = analysis.title.as_deref().unwrap_or("untitled");
    let shown = |amount: Option<Money>| amount.map_or_else(|| "?".to_owned(), |m| m.to_string());
    let profit = analysis.profit.as_ref();
    println!("{place}. {} {title}", analysis.recommendation.as_str());
    println!(
        "   offered at {}, pay at most {}; sells for {} and leaves {}",
        shown(analysis.buy_price),
        shown(profit.and_then(|profit| profit.max_buy_price)),
        shown(analysis.sale_price.as_ref().map(|price| price.likely)),
        shown(profit.and_then(|profit| profit.profit)),
    );
    for reason in &analysis.reasons {
        println!("   because {}", reason.text);
    }
    for flag in &analysis.flags {
        println!("   mind: {}", flag.detail);
    }
}

/// The books that a store would hold, by what they are looked up by.
fn market(as_of: DateTime<Utc>) -> Result<BTreeMap<Lookup, MarketSnapshot>, Box<dyn Error>> {
    let book = |title, usual_price, price_today, days_between_sales, grams| Book {
        title,
        usual_price,
        price_today,
        days_between_sales,
        grams,
    };
    let books = [
        (
            "0306406152",
            book("A Field Guide to Quiet Rivers", 24_00, 25_00, 2, 430),
        ),
        ("0441172717", book("The Sand Planet", 9_50, 9_50, 2, 340)),
        (
            "0262033844",
            book("Methods of Computation", 58_00, 61_00, 9, 1_900),
        ),
        (
            "0385333846",
            book("A Week in the Slaughterhouse", 13_00, 39_00, 12, 250),
        ),
    ];
    let mut market = BTreeMap::new();
    for (text, book) in books {
        let asin = Asin::parse(text)?;
        market.insert(Lookup::Asin(asin), book.snapshot(asin, as_of));
    }
    Ok(market)
}

impl Book {
    fn snapshot(&self, asin: Asin, as_of: DateTime<Utc>) -> MarketSnapshot {
        let today = KeepaMinutes::from_utc(as_of);
        let days_ago = |days: i32| today.plus_days(-days);
        let change = |at, value| Change {
            at,
            value: Some(value),
        };
        let prices = [(400, self.usual_price), (6, self.price_today)]
            .map(|(days, price)| change(days_ago(days), price));
        // With each sale the rank falls, and rises until the next.
        let days = usize::try_from(self.days_between_sales).unwrap_or(1);
        let ranks = (1..=400).rev().step_by(days).flat_map(|day| {
            let sold = days_ago(day);
            let rank = 30_000 * self.days_between_sales;
            [
                change(sold, rank),
                change(KeepaMinutes(sold.0 + 720), 2 * rank),
            ]
        });
        MarketSnapshot {
            observed_at: Some(today),
            title: Some(self.title.to_owned()),
            product_group: Some("Book".to_owned()),
            package: Package::measured([229, 152, 22], self.grams),
            histories: Histories {
                buy_box_used: Some(History::new(prices)),
                sales_rank: Some(History::new(ranks)),
                ..Histories::default()
            },
            live_offers: LiveOffers {
                used: Some(4),
                new: Some(2),
                ..LiveOffers::default()
            },
            ..MarketSnapshot::unknown(asin, as_of)
        }
    }
}
