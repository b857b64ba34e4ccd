//! The operations, one file for each resource.

mod analyses;
mod api_keys;
mod audit;
mod auth;
mod batches;
mod calculator;
mod config;
mod health;
mod invitations;
mod keepa;
mod members;
mod metrics;
mod organisations;
mod problems;
mod products;
mod quotas;
mod replay;

pub(crate) use batches::BatchEvent;
pub(crate) use health::check_health;
pub(crate) use metrics::read_metrics;
use utoipa_actix_web::service_config::ServiceConfig;

/// What is asked outside of `/api`: for probes and for people.
pub(crate) fn root(config: &mut ServiceConfig<'_>) {
    config
        .service(health::check_health)
        .service(health::check_health_in_detail)
        .service(health::check_dependencies)
        .service(metrics::read_metrics)
        .service(problems::explain_problem);
}

/// What stands under `/api/v1`. The router tries them in this order: the most asked first, and a fixed path before a variable one.
pub(crate) fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(analyses::list_analyses)
        .service(analyses::rank_analyses)
        .service(analyses::read_analysis)
        .service(analyses::analyse_now)
        .service(replay::replay_analysis)
        .service(batches::list_batches)
        .service(batches::estimate_batch)
        .service(batches::read_batch)
        .service(batches::submit_batch)
        .service(batches::list_batch_items)
        .service(batches::follow_batch)
        .service(batches::follow_batch_by_socket)
        .service(batches::export_batch)
        .service(batches::cancel_batch)
        .service(batches::retry_batch)
        .service(batches::set_batch_status)
        .service(batches::delete_batch)
        .service(products::read_product)
        .service(products::read_product_history)
        .service(keepa::read_keepa_tokens)
        .service(keepa::read_keepa_usage)
        .service(calculator::calculate_fees)
        .service(calculator::calculate_profit)
        .service(calculator::calculate_max_buy_price)
        .service(config::read_effective)
        .service(config::preview_change)
        .service(config::list_scopes)
        .service(config::list_versions)
        .service(config::roll_back)
        .service(config::read_scope)
        .service(config::set_scope)
        .service(config::change_scope)
        .service(config::reset_scope)
        .service(audit::list_audit_events)
        .service(api_keys::create_api_key)
        .service(api_keys::list_api_keys)
        .service(api_keys::revoke_api_key)
        .service(organisations::read_organisation)
        .service(organisations::rename_organisation)
        .service(quotas::read_quotas)
        .service(organisations::delete_organisation)
        .service(members::list_members)
        .service(members::change_member)
        .service(members::remove_member)
        .service(invitations::create_invitation)
        .service(invitations::list_invitations)
        .service(invitations::take_back_invitation)
        .service(invitations::accept_invitation)
        .configure(auth::configure);
}
