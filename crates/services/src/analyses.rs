//! Analyses: list, rank, look at one, make one now.

use std::sync::Arc;

use arbitragevault_domain::acquisition::Acquisition;
use arbitragevault_domain::analysis::{Analysis, analyze};
use arbitragevault_domain::config::StrategyName;
use arbitragevault_domain::identifier::Lookup;
use arbitragevault_domain::market::MarketSnapshot;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_persistence::analyses::{
    self, AnalysisFilter, AnalysisPage, AnalysisSummary, Ranked,
};
use arbitragevault_persistence::configuration_documents;
use uuid::Uuid;

use crate::budget::SpendPurpose;
use crate::configuration::Resolver;
use crate::error::ServiceError;
use crate::market::{Asks, MarketAnswer, StoredSnapshot};
use crate::quotas;
use crate::record::{self, Purpose};
use crate::{Caller, Services};

/// One product, as it is asked about.
#[derive(Debug, Clone)]
pub struct Question {
    /// The marketplace.
    pub marketplace: Marketplace,
    /// The product.
    pub lookup: Lookup,
    /// What is offered to us.
    pub acquisition: Acquisition,
    /// The strategy under which it is analysed.
    pub strategy: Option<StrategyName>,
}

impl Services {
    /// A page of analyses, best first.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn analyses(
        &self,
        caller: Caller,
        filter: &AnalysisFilter,
        page: AnalysisPage,
    ) -> Result<Vec<Ranked>, ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(analyses::page(connection, caller.organisation_id, filter, page).await?)
        })
        .await
    }

    /// How many analyses the filter matches, counted up to `bound`.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn count_analyses(
        &self,
        caller: Caller,
        filter: &AnalysisFilter,
        bound: u32,
    ) -> Result<u32, ServiceError> {
        let organisation = caller.organisation_id;
        let count = self
            .tenant(caller, async |connection| {
                Ok(analyses::count(connection, organisation, filter, bound.into()).await?)
            })
            .await?;
        Ok(u32::try_from(count).unwrap_or(bound))
    }

    /// One analysis, as a row and as the whole document in JSON.
    ///
    /// # Errors
    /// When the caller has no such analysis, or the database is not available.
    pub async fn analysis(
        &self,
        caller: Caller,
        id: Uuid,
    ) -> Result<(AnalysisSummary, String), ServiceError> {
        self.tenant(caller, async |connection| {
            Ok(analyses::document(connection, caller.organisation_id, id).await?)
        })
        .await
    }

    /// Analyses one product now, and stores the analysis.
    ///
    /// # Errors
    /// When the product is unknown, there is no such strategy, the organisation has no tokens left to fetch it, Keepa or the database is not
    /// available.
    pub async fn analyse_now(
        &self,
        caller: Caller,
        question: Question,
    ) -> Result<(Uuid, Analysis), ServiceError> {
        let Question {
            marketplace,
            lookup,
            acquisition,
            strategy,
        } = question;
        let now = self.shared.clock.now();
        let layers = self.configuration_layers(caller).await?;
        layers.hold_strategy(strategy.as_ref())?;
        let stored = self
            .market_snapshot(caller, marketplace, lookup, SpendPurpose::Analysis)
            .await?;
        let snapshot = &stored.snapshot;
        let used = Resolver::new(layers, strategy).used(snapshot)?;
        let as_of = snapshot.analysis_time(now);
        let analysis = analyze(snapshot, &acquisition, &used.config, as_of);
        let purpose = Purpose {
            organisation_id: caller.organisation_id,
            item: None,
            snapshot_id: stored.id,
            configuration_id: used.id,
        };
        let row = record::row(&analysis, purpose, now)?;
        let kept = used.row(caller.organisation_id, now)?;
        self.tenant(caller, async |connection| {
            configuration_documents::keep(connection, &[kept]).await?;
            Ok(analyses::insert_one(connection, &row).await?)
        })
        .await?;
        Ok((row.id, analysis))
    }

    /// The market data of one product, fetched when it is missing or old.
    ///
    /// # Errors
    /// When the product is unknown, the organisation has no tokens left to fetch it, Keepa or the database is not available.
    pub async fn product(
        &self,
        caller: Caller,
        marketplace: Marketplace,
        lookup: Lookup,
    ) -> Result<Arc<MarketSnapshot>, ServiceError> {
        let stored = self
            .market_snapshot(caller, marketplace, lookup, SpendPurpose::Product)
            .await?;
        Ok(stored.snapshot)
    }

    async fn market_snapshot(
        &self,
        caller: Caller,
        marketplace: Marketplace,
        lookup: Lookup,
        purpose: SpendPurpose,
    ) -> Result<StoredSnapshot, ServiceError> {
        let now = self.shared.clock.now();
        if let Some(stored) = self.shared.market.recent(marketplace, lookup, now) {
            return Ok(stored);
        }
        // Keepa's connections live on the main runtime, so the work is done there.
        let shared = Arc::clone(&self.shared);
        let pool = self.pool.clone();
        let fetched = self.shared.runtime.spawn(async move {
            let market = &shared.market;
            let asks = Asks::from([(lookup, vec![caller.organisation_id])]);
            purpose
                .books(market.answers(&pool, marketplace, &asks, now))
                .await
        });
        let mut answers = fetched.await.map_err(ServiceError::internal)??;
        match answers.remove(&lookup) {
            Some(MarketAnswer::Known(stored)) => Ok(stored),
            Some(MarketAnswer::Failed(failure)) if failure.retryable => {
                Err(ServiceError::Unavailable {
                    dependency: "Keepa",
                    retry_after: failure
                        .retry_after
                        .unwrap_or(std::time::Duration::from_secs(10)),
                    source: Some(failure.detail.into()),
                })
            }
            Some(MarketAnswer::Failed(failure)) => {
                Err(ServiceError::Internal(failure.detail.into()))
            }
            Some(MarketAnswer::OverQuota(_)) => Err(quotas::out_of_tokens(now)),
            Some(MarketAnswer::UnknownCode) | None => {
                Err(ServiceError::NotFound("a product with this code"))
            }
        }
    }
}
