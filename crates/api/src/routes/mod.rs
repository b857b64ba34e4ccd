//! The operations, one file for each resource.

mod analyses;
mod auth;
mod batches;
mod calculator;
mod health;
mod problems;
mod products;

use utoipa_actix_web::service_config::ServiceConfig;

/// What is asked outside of `/api`: for probes and for people.
pub(crate) fn root(config: &mut ServiceConfig<'_>) {
    config
        .service(health::check_health)
        .service(health::check_health_in_detail)
        .service(health::check_dependencies)
        .service(problems::explain_problem);
}

/// What stands under `/api/v1`. The router tries them in this order: the most asked first, and a fixed path before a variable one.
pub(crate) fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(analyses::list_analyses)
        .service(analyses::rank_analyses)
        .service(analyses::read_analysis)
        .service(analyses::analyse_now)
        .service(batches::list_batches)
        .service(batches::estimate_batch)
        .service(batches::read_batch)
        .service(batches::submit_batch)
        .service(batches::list_batch_items)
        .service(batches::follow_batch)
        .service(batches::export_batch)
        .service(batches::cancel_batch)
        .service(batches::retry_batch)
        .service(batches::set_batch_status)
        .service(batches::delete_batch)
        .service(products::read_product)
        .service(products::read_product_history)
        .service(calculator::calculate_fees)
        .service(calculator::calculate_profit)
        .service(calculator::calculate_max_buy_price)
        .configure(auth::configure);
}
