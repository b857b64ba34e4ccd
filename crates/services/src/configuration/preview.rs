//! What a change of the configuration would change: stored analyses made again, under what holds and under what would.

use std::collections::{BTreeMap, HashMap};

use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::{Scope, StrategyName};
use arbitragevault_domain::identifier::Asin;
use arbitragevault_domain::money::Money;
use arbitragevault_domain::verdict::Recommendation;
use arbitragevault_persistence::analyses::{
    self, AnalysisFilter, AnalysisPage, AnalysisSort, StoredAnalysis,
};
use arbitragevault_persistence::snapshots::{self, EncodedSnapshot};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::layers::Layers;
use super::used::Resolver;
use super::{NewValues, check};
use crate::error::ServiceError;
use crate::{Caller, Services};

/// Analyses that a preview makes again at most. 195 took 49 ms on two cores that others used too, each read and made twice.
pub const MAX_PREVIEWED: u32 = 500;

/// What to preview.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRequest {
    /// The scope to be changed.
    pub scope: Scope,
    /// What it would set.
    pub values: NewValues,
    /// The strategy under which to look; for a strategy's own scope, that one.
    pub strategy: Option<StrategyName>,
    /// Only analyses of this batch.
    pub batch_id: Option<Uuid>,
    /// Analyses to make again, the best first; at most [`MAX_PREVIEWED`].
    pub limit: u32,
}

/// What an analysis comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What to do.
    pub recommendation: Recommendation,
    /// Profit of one unit; `None` when unknown.
    pub profit: Option<Money>,
    /// Return on the buy price in percent; `None` when unknown.
    pub roi_percent: Option<Decimal>,
    /// What one may pay at most; `None` when unknown.
    pub max_buy_price: Option<Money>,
}

impl Verdict {
    fn of(analysis: &Analysis) -> Self {
        let profit = analysis.profit.as_ref();
        Self {
            recommendation: analysis.recommendation,
            profit: profit.and_then(|profit| profit.profit),
            roi_percent: profit.and_then(|profit| profit.roi_percent),
            max_buy_price: profit.and_then(|profit| profit.max_buy_price),
        }
    }
}

/// An analysis that would come to something else.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewedAnalysis {
    /// The stored analysis.
    pub id: Uuid,
    /// The product.
    pub asin: Asin,
    /// Its title.
    pub title: Option<String>,
    /// What it comes to under the configuration that holds.
    pub before: Verdict,
    /// What it would come to.
    pub after: Verdict,
}

/// What a change would change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Analyses that were made again.
    pub analysed: usize,
    /// Analyses of which the market data is kept no more.
    pub without_data: usize,
    /// How many come to each recommendation now.
    pub before: BTreeMap<Recommendation, usize>,
    /// How many would.
    pub after: BTreeMap<Recommendation, usize>,
    /// Those that would come to something else, in the order in which they rank now.
    pub changed: Vec<PreviewedAnalysis>,
}

impl Services {
    /// What a change of a scope would change in stored analyses. Nothing is stored, and nothing is fetched.
    ///
    /// # Errors
    /// When a value cannot be taken, there is no such strategy, or the database is not available.
    pub async fn preview_configuration(
        &self,
        caller: Caller,
        request: PreviewRequest,
    ) -> Result<Preview, ServiceError> {
        let filter = AnalysisFilter {
            batch_id: request.batch_id,
            ..AnalysisFilter::default()
        };
        // Each of the two is served by an index.
        let sort = match request.batch_id {
            Some(_) => AnalysisSort::Opportunity,
            None => AnalysisSort::Roi,
        };
        let page = AnalysisPage {
            sort,
            after: None,
            limit: request.limit.min(MAX_PREVIEWED).into(),
        };
        let organisation = caller.organisation_id;
        let (layers, stored) = self
            .tenant(caller, async |connection| {
                let layers = Layers::load(connection, organisation).await?;
                let ranked = analyses::page(connection, organisation, &filter, page).await?;
                let ids: Vec<Uuid> = ranked.iter().map(|ranked| ranked.id).collect();
                let stored = analyses::stored(connection, organisation, &ids).await?;
                Ok((layers, stored))
            })
            .await?;
        let strategy = match &request.scope {
            Scope::Strategy(name) => Some(name.clone()),
            _ => request.strategy,
        };
        let mut changed = layers.clone();
        let patch = request.values.applied_to(&layers.patch(&request.scope))?;
        changed.layers.set(request.scope, patch);
        check(changed.clone()).await?;
        changed.hold_strategy(strategy.as_ref())?;
        let ids: Vec<Uuid> = stored
            .iter()
            .filter_map(|stored| stored.snapshot_id)
            .collect();
        let snapshots = {
            let mut connection = self.connection().await?;
            snapshots::encoded(&mut connection, &ids).await?
        };
        let before = Resolver::new(layers, strategy.clone());
        let after = Resolver::new(changed, strategy);
        let compared =
            tokio::task::spawn_blocking(move || compare(&stored, &snapshots, before, after));
        compared.await.map_err(ServiceError::internal)?
    }
}

/// Makes every analysis again under both.
fn compare(
    stored: &[StoredAnalysis],
    snapshots: &HashMap<Uuid, EncodedSnapshot>,
    mut before: Resolver,
    mut after: Resolver,
) -> Result<Preview, ServiceError> {
    let mut preview = Preview::default();
    for stored in stored {
        let snapshot = stored.snapshot_id.and_then(|id| snapshots.get(&id));
        let Some(snapshot) = snapshot else {
            preview.without_data += 1;
            continue;
        };
        let snapshot = snapshot.decode()?;
        let made: Analysis =
            serde_json::from_str(&stored.document).map_err(ServiceError::internal)?;
        let acquisition = made.acquisition();
        let verdict = |resolver: &mut Resolver| {
            let used = resolver.used(&snapshot)?;
            let analysis = analyze(&snapshot, &acquisition, &used.config, made.as_of);
            Ok::<_, ServiceError>(Verdict::of(&analysis))
        };
        let (before, after) = (verdict(&mut before)?, verdict(&mut after)?);
        preview.analysed += 1;
        *preview.before.entry(before.recommendation).or_default() += 1;
        *preview.after.entry(after.recommendation).or_default() += 1;
        if before != after {
            preview.changed.push(PreviewedAnalysis {
                id: stored.id,
                asin: made.asin,
                title: made.title,
                before,
                after,
            });
        }
    }
    Ok(preview)
}
