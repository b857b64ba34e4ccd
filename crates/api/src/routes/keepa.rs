//! Keepa's tokens: what is left, and what was spent for what.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use arbitragevault_domain::market::DataSource;
use arbitragevault_services::keepa::KeepaTokens;
use arbitragevault_services::persistence::spend::DaySpend;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::caller::{Caller, KeepaRead};
use crate::extract::Query;
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(TokenProblems: Unavailable);
problems!(UsageProblems: InvalidParameter, ValidationFailed, Unavailable);

/// The token bucket of the Keepa account, which all servers of an installation share. Null is unknown.
#[derive(Debug, Serialize, ToSchema)]
struct TokenBalance {
    /// Tokens left; may be negative, since Keepa lets any request through while the balance is positive.
    #[schema(example = 812)]
    tokens_left: Option<i64>,
    /// Tokens that are added each minute.
    #[schema(example = 20)]
    tokens_per_minute: Option<u32>,
    /// Tokens a minute of those that trackings consume.
    #[schema(example = 0.0)]
    tracking_tokens_per_minute: Option<f64>,
    /// Tokens that requests under way may still cost, of those left.
    #[schema(example = 100)]
    reserved: Option<u64>,
    /// When the bucket is full if nothing is spent; a time that is not in the future when it is. Null also when trackings take all that comes.
    full_at: Option<DateTime<Utc>>,
    /// What answers at the configured address; null before its first answer to this server. `GENERATED` and `RECORDED` are a sandbox.
    source: Option<DataSource>,
    /// The time of these numbers.
    as_of: DateTime<Utc>,
}

impl From<KeepaTokens> for TokenBalance {
    fn from(tokens: KeepaTokens) -> Self {
        let KeepaTokens {
            as_of,
            state,
            source,
        } = tokens;
        let full_at = state
            .and_then(|state| state.full_in)
            .and_then(|full_in| TimeDelta::from_std(full_in).ok())
            .and_then(|full_in| as_of.checked_add_signed(full_in));
        Self {
            tokens_left: state.map(|state| state.left),
            tokens_per_minute: state.map(|state| state.refill_rate),
            tracking_tokens_per_minute: state.map(|state| state.flow_reduction),
            reserved: state.map(|state| state.reserved),
            full_at,
            source,
            as_of,
        }
    }
}

/// Read the balance of Keepa tokens
///
/// As the books of the installation have it; costs no token.
#[utoipa::path(
    tag = "keepa",
    security(("bearer" = ["keepa:read"])),
    responses((status = 200, description = "The balance", body = TokenBalance), TokenProblems),
)]
#[get("/keepa/tokens")]
pub(crate) async fn read_keepa_tokens(
    state: web::Data<ApiState>,
    _: Caller<KeepaRead>,
) -> Result<HttpResponse, Problem> {
    let tokens = state.services.keepa_tokens().await?;
    json_response(StatusCode::OK, &TokenBalance::from(tokens))
}

/// Which days.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsageQuery {
    /// So many days, today included.
    #[serde(default = "default_days")]
    #[validate(range(min = 1, max = 366))]
    #[param(minimum = 1, maximum = 366, default = 30)]
    days: u32,
}

const fn default_days() -> u32 {
    30
}

/// Tokens that were spent, over all servers of the installation.
#[derive(Debug, Serialize, ToSchema)]
struct TokenUsage {
    /// Today, in UTC.
    today: TokensSpent,
    /// The days on which something was spent, in UTC, newest first.
    days: Vec<DayUsage>,
}

/// A number of requests and what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
struct TokensSpent {
    /// Requests to Keepa that cost, or may have cost, tokens.
    requests: i64,
    /// Tokens that Keepa charged, as it told.
    tokens: i64,
    /// Tokens at most for requests that were sent and of which no answer told what they cost.
    tokens_unconfirmed: i64,
}

/// What was spent on a day.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct DayUsage {
    /// The day, in UTC.
    day: NaiveDate,
    /// All of it.
    #[serde(flatten)]
    total: TokensSpent,
    /// The same by purpose.
    purposes: Vec<PurposeUsage>,
}

/// What was spent for a purpose.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct PurposeUsage {
    /// What for: `BATCH` for the items of batches, `ANALYSIS` and `PRODUCT` for what was asked for one by one, `OTHER` for the rest.
    #[schema(example = "BATCH")]
    purpose: String,
    /// How much.
    #[serde(flatten)]
    spent: TokensSpent,
}

impl TokenUsage {
    /// Rows come by day, newest first.
    fn of(rows: Vec<DaySpend>, today: NaiveDate) -> Self {
        let mut days: Vec<DayUsage> = Vec::new();
        for row in rows {
            let spent = TokensSpent {
                requests: row.requests,
                tokens: row.tokens,
                tokens_unconfirmed: row.tokens_lost,
            };
            let usage = PurposeUsage {
                purpose: row.purpose,
                spent,
            };
            match days.last_mut() {
                Some(day) if day.day == row.day => {
                    day.total = day.total.and(spent);
                    day.purposes.push(usage);
                }
                _ => days.push(DayUsage {
                    day: row.day,
                    total: spent,
                    purposes: vec![usage],
                }),
            }
        }
        let today = days
            .iter()
            .find(|day| day.day == today)
            .map_or_else(TokensSpent::default, |day| day.total);
        Self { today, days }
    }
}

impl TokensSpent {
    const fn and(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            tokens: self.tokens + other.tokens,
            tokens_unconfirmed: self.tokens_unconfirmed + other.tokens_unconfirmed,
        }
    }
}

/// Read what was spent of Keepa's tokens
///
/// By day and purpose.
#[utoipa::path(
    tag = "keepa",
    security(("bearer" = ["keepa:read"])),
    params(UsageQuery),
    responses((status = 200, description = "What was spent", body = TokenUsage), UsageProblems),
)]
#[get("/keepa/usage")]
pub(crate) async fn read_keepa_usage(
    state: web::Data<ApiState>,
    _: Caller<KeepaRead>,
    Query(query): Query<UsageQuery>,
) -> Result<HttpResponse, Problem> {
    let services = &state.services;
    let rows = services.keepa_usage(query.days).await?;
    let today = services.shared.clock.now().date_naive();
    json_response(StatusCode::OK, &TokenUsage::of(rows, today))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_with_their_total_and_its_parts_and_today_may_be_empty() {
        let row = |day: &str, purpose: &str, tokens| DaySpend {
            day: day.parse().unwrap(),
            purpose: purpose.to_owned(),
            requests: 1,
            tokens,
            tokens_lost: 2,
        };
        let rows = vec![
            row("2026-11-27", "ANALYSIS", 1),
            row("2026-11-27", "BATCH", 100),
            row("2026-11-25", "BATCH", 40),
        ];
        let usage = TokenUsage::of(rows.clone(), "2026-11-27".parse().unwrap());
        insta::assert_json_snapshot!(usage, @r#"
        {
          "today": {
            "requests": 2,
            "tokens": 101,
            "tokens_unconfirmed": 4
          },
          "days": [
            {
              "day": "2026-11-27",
              "requests": 2,
              "tokens": 101,
              "tokens_unconfirmed": 4,
              "purposes": [
                {
                  "purpose": "ANALYSIS",
                  "requests": 1,
                  "tokens": 1,
                  "tokens_unconfirmed": 2
                },
                {
                  "purpose": "BATCH",
                  "requests": 1,
                  "tokens": 100,
                  "tokens_unconfirmed": 2
                }
              ]
            },
            {
              "day": "2026-11-25",
              "requests": 1,
              "tokens": 40,
              "tokens_unconfirmed": 2,
              "purposes": [
                {
                  "purpose": "BATCH",
                  "requests": 1,
                  "tokens": 40,
                  "tokens_unconfirmed": 2
                }
              ]
            }
          ]
        }
        "#);
        let tomorrow = TokenUsage::of(rows, "2026-11-28".parse().unwrap());
        assert_eq!(tomorrow.today, TokensSpent::default());
        assert_eq!(tomorrow.days, usage.days);
    }
}
