//! `arbitragevault backtest`: how well the estimates would have foretold recorded histories.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use arbitragevault_domain::backtest::{Report, cross_validate, evaluate, predictions};
use arbitragevault_domain::history::History;
use arbitragevault_domain::market::MarketSnapshot;
use chrono::{DateTime, Utc};
use comfy_table::{Table, presets};
use keepa_client::{CsvType, Origin, Product, market_snapshot};
use serde_json::Value;

use crate::cli::{BacktestArguments, BacktestFormat, print};

/// Prints the predictions, or what they come to.
pub(crate) fn backtest(arguments: &BacktestArguments) -> anyhow::Result<()> {
    let products = read(&arguments.corpus)?;
    let every_days = arguments.every.0;
    match arguments.format {
        BacktestFormat::Ndjson => {
            for prediction in products
                .iter()
                .flat_map(|product| predictions(product, every_days))
            {
                print(&serde_json::to_string(&prediction)?)?;
            }
        }
        BacktestFormat::Report => {
            print("As shipped\n")?;
            print(&tables(&evaluate(&products, every_days)))?;
            print("\nHeld out: constants that were best on all other products\n")?;
            print(&tables(&cross_validate(&products, every_days)))?;
        }
    }
    Ok(())
}

/// Every product of a corpus, in order of its file: bare products, and answers with a list of products.
fn read(corpus: &Path) -> anyhow::Result<Vec<MarketSnapshot>> {
    let mut files = Vec::new();
    for folder in [
        corpus.to_owned(),
        corpus.join("product"),
        corpus.join("response"),
    ] {
        if folder.is_dir() {
            files.extend(json_files(&folder)?);
        }
    }
    let mut products = Vec::new();
    for file in files {
        let of_file = || format!("cannot read {}", file.display());
        let bytes = std::fs::read(&file).with_context(of_file)?;
        let answer: Value = serde_json::from_slice(&bytes).with_context(of_file)?;
        let found = match answer.get("products") {
            Some(Value::Array(list)) => list.clone(),
            _ if answer.get("asin").is_some() => vec![answer],
            // An answer to another question, such as a page of deals.
            _ => Vec::new(),
        };
        for product in found {
            let product: Product = serde_json::from_value(product).with_context(of_file)?;
            let fetched_at = DateTime::<Utc>::UNIX_EPOCH;
            let mut snapshot = market_snapshot(&product, Origin::SandboxRecorded, fetched_at)
                .with_context(of_file)?;
            // Keepa keeps the reference category's ranks of the first years here alone.
            if let Some(ranks) = product.csv_series(CsvType::SalesRank) {
                snapshot.histories.sales_rank = Some(History::from(ranks.to_vec()));
            }
            products.push(snapshot);
        }
    }
    anyhow::ensure!(
        !products.is_empty(),
        "no recorded product in {}",
        corpus.display()
    );
    Ok(products)
}

fn json_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "json"))
        .collect();
    files.sort();
    Ok(files)
}

/// The report as tables for people.
fn tables(report: &Report) -> String {
    let mut prices = table(&[
        "series",
        "days",
        "cuts",
        "error",
        "of current",
        "of median",
        "covered",
        "width",
    ]);
    for price in &report.prices {
        prices.add_row([
            price.series.as_str().to_owned(),
            price.horizon_days.to_string(),
            price.cuts.to_string(),
            shown(price.error),
            shown(price.error_of_current),
            shown(price.error_of_median),
            shown(price.covered),
            shown(price.median_width),
        ]);
    }
    let mut sales = table(&[
        "cuts",
        "error of log(1+n)",
        "of falls",
        "covered",
        "Spearman",
    ]);
    if let Some(row) = &report.sales {
        sales.add_row([
            row.cuts.to_string(),
            shown(row.error),
            shown(row.error_of_falls),
            shown(row.covered),
            row.rank_correlation.map_or_else(|| "-".to_owned(), shown),
        ]);
    }
    format!("Sale price\n{prices}\n\nSales in 30 days\n{sales}")
}

fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(columns);
    table
}

fn shown(value: f64) -> String {
    format!("{value:.3}")
}
