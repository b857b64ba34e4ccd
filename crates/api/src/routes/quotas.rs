//! The quotas of the caller's organisation.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use arbitragevault_services::quotas::{Quota, QuotaUse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{Caller, OrganisationRead};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::json_response;

problems!(QuotaProblems: Unavailable);

/// What the organisation may do, and what of it is used. The operator of the server sets it.
#[derive(Debug, Serialize, ToSchema)]
struct QuotasView {
    /// Keepa tokens a day in UTC, at what a product costs at most. What is stored costs none.
    tokens_per_day: TokenQuotaView,
    /// Rows of a batch.
    items_per_batch: QuotaView,
    /// Batches that are not done.
    batches_at_work: WorkQuotaView,
    /// Requests a minute of each key, or of each member in all sessions.
    requests_per_minute: QuotaView,
}

/// Where a quota comes from.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum QuotaSource {
    /// It is that of every organisation on this server.
    Server,
    /// It was set for this organisation.
    Organisation,
}

/// A quota.
#[derive(Debug, Serialize, ToSchema)]
struct QuotaView {
    /// As much; null for as much as one likes.
    #[schema(example = 10_000)]
    limit: Option<i64>,
    /// Where it comes from.
    source: QuotaSource,
}

/// A quota of tokens.
#[derive(Debug, Serialize, ToSchema)]
struct TokenQuotaView {
    #[serde(flatten)]
    quota: QuotaView,
    /// What was spent today.
    #[schema(example = 230)]
    used: i64,
    /// When the next day begins, with nothing spent.
    resets_at: DateTime<Utc>,
}

/// A quota of batches.
#[derive(Debug, Serialize, ToSchema)]
struct WorkQuotaView {
    #[serde(flatten)]
    quota: QuotaView,
    /// Those that are not done now.
    #[schema(example = 2)]
    used: i64,
}

impl From<Quota> for QuotaView {
    fn from(quota: Quota) -> Self {
        Self {
            limit: quota.limit,
            source: if quota.is_own {
                QuotaSource::Organisation
            } else {
                QuotaSource::Server
            },
        }
    }
}

impl From<QuotaUse> for QuotasView {
    fn from(used: QuotaUse) -> Self {
        let quotas = used.quotas;
        Self {
            tokens_per_day: TokenQuotaView {
                quota: quotas.tokens_per_day.into(),
                used: used.tokens_today,
                resets_at: used.next_day,
            },
            items_per_batch: quotas.items_per_batch.into(),
            batches_at_work: WorkQuotaView {
                quota: quotas.batches_at_work.into(),
                used: used.batches_at_work,
            },
            requests_per_minute: quotas.requests_per_minute.into(),
        }
    }
}

/// Read the quotas
///
/// What the organisation may do, where that comes from, and what of it is used.
#[utoipa::path(
    tag = "organisations",
    security(("bearer" = ["organisation:read"])),
    responses((status = 200, description = "The quotas", body = QuotasView), QuotaProblems),
)]
#[get("/organisations/current/quotas")]
pub(crate) async fn read_quotas(
    state: web::Data<ApiState>,
    caller: Caller<OrganisationRead>,
) -> Result<HttpResponse, Problem> {
    let used = state.services.quotas(caller.0).await?;
    json_response(StatusCode::OK, &QuotasView::from(used))
}
