//! `arbitragevault analyze`: the same analysis with neither server nor database.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use arbitragevault_domain::analysis::Analysis;
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::money::Money;
use arbitragevault_services::export;
use arbitragevault_services::intake::{self, Intake, Terms};
use arbitragevault_services::list::{RankedList, analyse_list};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use keepa_client::{LocalBudget, TokenBudget};

use crate::cli::{AnalyzeArguments, EXIT_SOME_ROWS, Format, print};
use crate::config::Config;
use crate::{sandbox, serve};

const COLUMNS: [&str; 11] = [
    "rank",
    "asin",
    "title",
    "buy",
    "sale likely",
    "fees",
    "profit",
    "ROI",
    "velocity",
    "recommendation",
    "main reason",
];

/// Characters of a title in the table.
const TITLE_CHARS: usize = 36;

/// Analyses a list and prints the ranking.
pub(crate) async fn analyze(
    arguments: &AnalyzeArguments,
    config: &Config,
) -> anyhow::Result<ExitCode> {
    let terms = Terms {
        marketplace: arguments.marketplace,
        ..Terms::default()
    };
    let intake = intake::read_text(&read(arguments)?, &terms)?;
    let (source, _sandbox) = match &arguments.corpus {
        Some(corpus) => {
            let sandbox = sandbox::embedded(Some(corpus.clone()))?;
            (
                serve::source(
                    &config.keepa,
                    "sandbox",
                    &sandbox.url(),
                    local_budget("sandbox"),
                )?,
                Some(sandbox),
            )
        }
        None => serve::keepa(&config.keepa, local_budget)?,
    };
    if config.keepa.api_key.get().is_none() && arguments.corpus.is_none() {
        tell(
            "no KEEPA_API_KEY: the sandbox makes the market up, no decision about real money may rest on it",
        );
    }
    let products: BTreeSet<_> = intake
        .rows
        .iter()
        .filter_map(|row| Some(row.outcome.as_ref().ok()?.identified.lookup))
        .collect();
    let bar = ProgressBar::new(u64::try_from(products.len())?);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} products, {eta} left",
    )?);
    let now = chrono::Utc::now();
    let analysis = AnalysisConfig::default();
    let list = analyse_list(
        &source,
        arguments.marketplace,
        &intake,
        &analysis,
        now,
        |done| {
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        },
    )
    .await;
    bar.finish_and_clear();
    match arguments.format {
        Format::Table => print(&table(&list.analyses).to_string())?,
        Format::Csv => print(csv(&list.analyses)?.trim_end())?,
        Format::Json => print(&serde_json::to_string_pretty(&list.analyses)?)?,
    }
    Ok(report(&intake, &list))
}

/// The account is this process's alone, as far as a command line knows.
fn local_budget(_: &str) -> Arc<dyn TokenBudget> {
    Arc::new(LocalBudget::default())
}

fn read(arguments: &AnalyzeArguments) -> anyhow::Result<Vec<u8>> {
    if arguments.file == std::path::Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("cannot read the list from stdin")?;
        return Ok(bytes);
    }
    std::fs::read(&arguments.file)
        .with_context(|| format!("cannot read {}", arguments.file.display()))
}

/// Names every row that has no analysis.
fn report(intake: &Intake, list: &RankedList) -> ExitCode {
    for row in &intake.rows {
        if let Err(rejected) = &row.outcome {
            let problems: Vec<&str> = rejected
                .problems
                .iter()
                .map(|problem| problem.detail.as_str())
                .collect();
            tell(&format!(
                "row {} {:?}: {}",
                row.row,
                row.identifier_text,
                problems.join("; ")
            ));
        }
    }
    for failed in &list.failed {
        tell(&format!(
            "row {} {:?}: {}",
            failed.row, failed.identifier, failed.detail
        ));
    }
    let missed = intake.rejected() + list.failed.len();
    tell(&format!(
        "{} rows analysed, {missed} not",
        list.analyses.len()
    ));
    match (list.analyses.is_empty(), missed) {
        (true, _) => ExitCode::FAILURE,
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(EXIT_SOME_ROWS),
    }
}

fn cells(rank: usize, analysis: &Analysis) -> [String; 11] {
    let money = |money: Option<Money>| {
        money.map_or_else(|| "?".to_owned(), |money| money.amount().to_string())
    };
    let profit = analysis.profit.as_ref();
    let roi = profit.and_then(|profit| profit.roi_percent);
    [
        rank.to_string(),
        analysis.asin.to_string(),
        analysis.title.clone().unwrap_or_else(|| "?".to_owned()),
        money(analysis.buy_price),
        money(analysis.sale_price.as_ref().map(|price| price.likely)),
        money(analysis.fees.as_ref().map(|fees| fees.total)),
        money(profit.and_then(|profit| profit.profit)),
        roi.map_or_else(|| "?".to_owned(), |roi| format!("{} %", roi.round())),
        analysis
            .scores
            .velocity
            .map_or_else(|| "?".to_owned(), |velocity| velocity.to_string()),
        analysis.recommendation.as_str().to_owned(),
        analysis.main_reason().to_owned(),
    ]
}

fn table(analyses: &[Analysis]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_HORIZONTAL_ONLY)
        .set_header(COLUMNS);
    for (analysis, rank) in analyses.iter().zip(1..) {
        let mut cells = cells(rank, analysis);
        if let Some(title) = cells.get_mut(2) {
            *title = title.chars().take(TITLE_CHARS).collect();
        }
        table.add_row(cells);
    }
    for column in [0, 3, 4, 5, 6, 7, 8] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn csv(analyses: &[Analysis]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for (analysis, rank) in analyses.iter().zip(1..) {
        writer
            .write_record(cells(rank, analysis).map(|cell| export::defused(&cell).into_owned()))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Says something to the person, beside the ranking on stdout.
#[expect(
    clippy::print_stderr,
    reason = "what is not the ranking belongs on stderr"
)]
fn tell(text: &str) {
    eprintln!("{text}");
}
