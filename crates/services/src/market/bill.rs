//! Who pays for what is fetched: the organisation that asked first, as long as it has tokens left today.

use std::collections::{BTreeMap, HashMap};

use arbitragevault_domain::identifier::Lookup;
use arbitragevault_persistence::organisation_spend::{self, Purchase};
use arbitragevault_persistence::{PersistenceError, Pool, organisation_quotas};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::error::{ServiceError, chain};
use crate::quotas::QuotaDefaults;

/// A lookup, and the organisations that ask for it, the first one first.
pub type Asks = BTreeMap<Lookup, Vec<Uuid>>;

/// What was booked for a request to Keepa.
///
/// It is booked before the request is sent, so that processes that fetch at the same time keep the quota together, and what was not fetched is
/// taken back. What was under way when a process ended stays booked: Keepa may have charged it.
#[derive(Debug)]
pub(super) struct Bill {
    day: NaiveDate,
    price: i64,
    payers: HashMap<Lookup, Uuid>,
}

impl Bill {
    /// Books lookups, each for the first of its organisations that has tokens left. The others are not paid for.
    pub(super) async fn book(
        pool: &Pool,
        defaults: &QuotaDefaults,
        asks: Vec<(Lookup, &[Uuid])>,
        price: u32,
        now: DateTime<Utc>,
    ) -> Result<Self, ServiceError> {
        let mut bill = Self {
            day: now.date_naive(),
            price: price.into(),
            payers: HashMap::with_capacity(asks.len()),
        };
        let mut unpaid = asks;
        while !unpaid.is_empty() {
            let mut by_payer: BTreeMap<Uuid, Vec<(Lookup, &[Uuid])>> = BTreeMap::new();
            for (lookup, organisations) in unpaid.drain(..) {
                if let Some((first, others)) = organisations.split_first() {
                    by_payer.entry(*first).or_default().push((lookup, others));
                }
            }
            for (payer, asks) in by_payer {
                let booked = bill.book_for(pool, defaults, payer, asks.len()).await?;
                for (index, (lookup, others)) in asks.into_iter().enumerate() {
                    if index < booked {
                        bill.payers.insert(lookup, payer);
                    } else {
                        unpaid.push((lookup, others));
                    }
                }
            }
        }
        Ok(bill)
    }

    async fn book_for(
        &self,
        pool: &Pool,
        defaults: &QuotaDefaults,
        payer: Uuid,
        products: usize,
    ) -> Result<usize, ServiceError> {
        let mut connection = pool.get().await?;
        let own = organisation_quotas::get(&mut connection, payer).await?;
        let limit = defaults.with(&own).tokens_per_day.limit;
        let purchase = self.purchase(payer, products);
        match organisation_spend::book(&mut connection, purchase, limit).await {
            Ok(booked) => Ok(usize::try_from(booked).unwrap_or(0)),
            // It was deleted meanwhile, with all that it asked for.
            Err(PersistenceError::Conflict(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody pays for a lookup.
    pub(super) fn pays_for(&self, lookup: Lookup) -> bool {
        self.payers.contains_key(&lookup)
    }

    /// Takes back what was not fetched. Where that fails the quota of the day is a little smaller, which is logged.
    pub(super) async fn take_back(&self, pool: &Pool, unfetched: impl Iterator<Item = Lookup>) {
        let mut by_payer: BTreeMap<Uuid, usize> = BTreeMap::new();
        for payer in unfetched.filter_map(|lookup| self.payers.get(&lookup)) {
            *by_payer.entry(*payer).or_default() += 1;
        }
        for (payer, products) in by_payer {
            let taken_back = async {
                let mut connection = pool.get().await?;
                let purchase = self.purchase(payer, products);
                organisation_spend::take_back(&mut connection, purchase).await
            };
            if let Err(error) = taken_back.await {
                tracing::warn!(organisation_id = %payer, products, error = %chain(&error), "tokens of products that were not fetched stay booked");
            }
        }
    }

    fn purchase(&self, payer: Uuid, products: usize) -> Purchase {
        Purchase {
            organisation_id: payer,
            day: self.day,
            products: i64::try_from(products).unwrap_or(i64::MAX),
            price: self.price,
        }
    }
}
