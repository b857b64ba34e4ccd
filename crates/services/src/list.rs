//! A list analysed at once, with neither database nor queue: what the command line does.

use std::collections::HashMap;

use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::AnalysisConfig;
use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::ranking::Ranking;
use chrono::{DateTime, Utc};

use crate::intake::Intake;
use crate::market::{FetchFailure, Fetched, KeepaSource};

/// Products asked for at once.
const CHUNK: usize = 100;

/// A row that was accepted but not analysed.
#[derive(Debug, Clone)]
pub struct FailedRow {
    /// The row as a spreadsheet numbers it.
    pub row: u32,
    /// Identifier as given.
    pub identifier: String,
    /// Why.
    pub detail: String,
}

/// What became of a list.
#[derive(Debug, Clone, Default)]
pub struct RankedList {
    /// The analyses, best first.
    pub analyses: Vec<Analysis>,
    /// Accepted rows without an analysis.
    pub failed: Vec<FailedRow>,
}

/// Fetches and analyses every accepted row, and ranks them. `progress` is told how many products are done.
pub async fn analyse_list(
    source: &KeepaSource,
    marketplace: Marketplace,
    intake: &Intake,
    config: &AnalysisConfig,
    now: DateTime<Utc>,
    mut progress: impl FnMut(usize),
) -> RankedList {
    let accepted = || {
        intake
            .rows
            .iter()
            .filter_map(|row| Some((row, row.outcome.as_ref().ok()?)))
    };
    let mut lookups: Vec<Lookup> = accepted().map(|(_, row)| row.identified.lookup).collect();
    lookups.sort_unstable();
    lookups.dedup();
    let mut fetched: HashMap<Lookup, Fetched> = HashMap::with_capacity(lookups.len());
    for chunk in lookups.chunks(CHUNK) {
        fetched.extend(source.fetch(marketplace, chunk, now).await);
        progress(fetched.len());
    }
    let mut list = RankedList::default();
    for (row, accepted) in accepted() {
        let lookup = accepted.identified.lookup;
        let detail = match fetched.get(&lookup) {
            Some(Fetched::Snapshot(snapshot)) => {
                list.analyses.push(analyze(
                    snapshot,
                    &accepted.acquisition,
                    config,
                    snapshot.analysis_time(now),
                ));
                continue;
            }
            Some(Fetched::Failed(FetchFailure { detail, .. })) => detail.clone(),
            Some(Fetched::UnknownCode) | None => {
                format!("Keepa knows no product with the code {lookup}")
            }
        };
        list.failed.push(FailedRow {
            row: row.row,
            identifier: row.identifier_text.clone(),
            detail,
        });
    }
    Ranking::Opportunity.sort(&mut list.analyses);
    list
}
