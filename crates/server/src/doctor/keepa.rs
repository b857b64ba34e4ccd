//! Keepa: whether it answers to the key, what the bucket holds, and what time it is there.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use keepa_client::{
    BudgetError, Grant, KeepaClient, KeepaError, LocalBudget, ReservationId, RetryPolicy,
    Settlement, TokenBudget, TokenReport, TokenState,
};

use super::{Finding, clock};
use crate::config::Config;

/// How long Keepa has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const CHECK: &str = "Keepa";

/// Asks for the token bucket, which costs nothing.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let Some(key) = config.keepa.api_key.get() else {
        let advice = "set KEEPA_API_KEY before a decision about real money rests on an answer";
        let told = "no key: the sandbox makes books up";
        return vec![Finding::warning(CHECK, told, advice)];
    };
    let heard = Arc::new(Heard::default());
    let budget: Arc<dyn TokenBudget> = heard.clone();
    let client = KeepaClient::builder(key)
        .base_url(&config.keepa.base_url)
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .retry(RetryPolicy {
            max_attempts: 1,
            ..RetryPolicy::default()
        })
        .token_budget(budget);
    let asked = Utc::now();
    let answer = match client.build() {
        Ok(client) => client.token_status().await,
        Err(error) => Err(error),
    };
    let answered = Utc::now();
    let mut findings = vec![match answer {
        Ok(tokens) => bucket(tokens),
        Err(error) => failure(&error),
    }];
    let told = heard.last().and_then(|report| {
        let theirs = DateTime::from_timestamp_millis(report.timestamp)?;
        Some(clock::compared("clock of Keepa", theirs, asked, answered))
    });
    findings.extend(told);
    findings
}

fn bucket(tokens: Option<TokenState>) -> Finding {
    let Some(tokens) = tokens else {
        let advice = "check keepa.base_url: Keepa tells its tokens in every answer";
        return Finding::warning(CHECK, "answers, but tells no tokens", advice);
    };
    let told = format!(
        "answers; {} tokens left, {} more a minute",
        tokens.left, tokens.refill_rate
    );
    if tokens.left > 0 {
        Finding::ok(CHECK, told)
    } else {
        let advice = "batches wait for tokens; a larger plan adds more a minute";
        Finding::warning(CHECK, told, advice)
    }
}

fn failure(error: &KeepaError) -> Finding {
    let advice = match error {
        KeepaError::Rejected(_) => "check KEEPA_API_KEY: Keepa does not accept it",
        KeepaError::PaymentRequired(_) => "renew the plan at Keepa",
        KeepaError::Timeout | KeepaError::Connection(_) => {
            "check the network and keepa.base_url; batches wait until Keepa answers"
        }
        _ => "try again later; batches wait until Keepa answers",
    };
    Finding::problem(CHECK, error.to_string(), advice)
}

/// A budget that keeps what the last answer told.
#[derive(Debug, Default)]
struct Heard {
    budget: LocalBudget,
    last: Mutex<Option<TokenReport>>,
}

impl Heard {
    fn last(&self) -> Option<TokenReport> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenBudget for Heard {
    fn try_reserve(&self, tokens: u32) -> BoxFuture<'_, Result<Grant, BudgetError>> {
        self.budget.try_reserve(tokens)
    }

    fn settle(
        &self,
        reservation: Option<ReservationId>,
        settlement: Settlement,
    ) -> BoxFuture<'_, Result<(), BudgetError>> {
        if let Settlement::Told(report) = settlement {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
        }
        self.budget.settle(reservation, settlement)
    }

    fn state(&self) -> BoxFuture<'_, Result<Option<TokenState>, BudgetError>> {
        self.budget.state()
    }
}
