//! The operations, one file for each resource.

mod health;
mod problems;

use utoipa_actix_web::service_config::ServiceConfig;

/// What is asked outside of `/api`: for probes and for people.
pub(crate) fn root(config: &mut ServiceConfig<'_>) {
    config.service(health::alive).service(problems::explain);
}

/// What stands under `/api/v1`. The router tries them in this order: the most asked first.
pub(crate) fn v1(_: &mut ServiceConfig<'_>) {}
