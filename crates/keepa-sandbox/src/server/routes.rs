//! Keepa's routes.

use actix_web::{HttpRequest, HttpResponse, Resource, web};

use super::asked::{Asked, Costs, Endpoint, Found, answered, elsewhere};
use super::endpoint;
use super::shared::Shared;
use super::steering;
use crate::envelope::KeepaError;
use crate::parameters::Parameters;

/// The largest body: a thousand trackings have about half a megabyte.
const LARGEST_BODY: usize = 8 * 1_024 * 1_024;

/// All routes.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.app_data(web::PayloadConfig::new(LARGEST_BODY));
    let paid: [(&str, Endpoint); 8] = [
        ("/product", endpoint::product::answer),
        ("/search", endpoint::search::answer),
        ("/category", endpoint::category::answer),
        ("/bestsellers", endpoint::best_sellers::answer),
        ("/seller", endpoint::seller::answer),
        ("/topseller", endpoint::seller::top),
        ("/lightningdeal", endpoint::lightning::answer),
        ("/graphimage", endpoint::graph::answer),
    ];
    for (path, endpoint) in paid {
        config.service(resource(path, endpoint, always, false));
    }
    config
        .service(resource("/query", endpoint::finder::answer, always, true))
        .service(resource("/deal", endpoint::deal::answer, always, true))
        .service(resource("/token", token, never, false))
        .service(resource(
            "/tracking",
            endpoint::tracking::answer,
            endpoint::tracking::costs,
            true,
        ))
        .configure(steering::configure)
        .default_service(web::to(not_found));
}

fn always(_: &Parameters) -> bool {
    true
}

fn never(_: &Parameters) -> bool {
    false
}

fn token(_: &Shared, _: &Asked) -> Result<Found, KeepaError> {
    Ok(Found::nothing())
}

fn resource(path: &str, endpoint: Endpoint, costs: Costs, takes_post: bool) -> Resource {
    let handler = move |request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>| {
        answered(request, body, shared, endpoint, costs)
    };
    let resource = web::resource(path).route(web::get().to(handler));
    let resource = if takes_post {
        resource.route(web::post().to(handler))
    } else {
        resource
    };
    resource.default_service(web::to(not_allowed))
}

async fn not_allowed(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let error = KeepaError::out_of_range("This method is not allowed here.");
    elsewhere(&request, &shared, error)
}

async fn not_found(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let error = KeepaError::not_found("Keepa has no such endpoint, or the sandbox not yet.");
    elsewhere(&request, &shared, error)
}
