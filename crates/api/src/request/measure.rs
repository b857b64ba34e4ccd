//! How long requests take, by method, route pattern and class of the status; never by raw path, of which there is no end.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use arbitragevault_services::metrics::{Histogram, request_times};

/// The route of a request that no operation takes.
const NO_ROUTE: &str = "none";

/// The labels of methods. Whatever else a caller makes up is one label.
const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other",
];

/// The labels of statuses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Where the times of one HTTP worker are recorded: each is looked up once, so that recording is a hash of the route and little more.
#[derive(Debug, Default)]
pub(super) struct RouteTimes(RefCell<HashMap<String, ByMethodAndClass>>);

/// For each method, each class.
type ByMethodAndClass = [[Option<Histogram>; CLASSES.len()]; METHODS.len()];

impl RouteTimes {
    /// Records a request.
    pub(super) fn record(
        &self,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        took: Duration,
    ) {
        let route = route.unwrap_or(NO_ROUTE);
        let mut routes = self.0.borrow_mut();
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), ByMethodAndClass::default());
        }
        let (method, class) = (method_index(method), class_index(status));
        let times = routes
            .get_mut(route)
            .and_then(|methods| methods.get_mut(method)?.get_mut(class));
        let Some(times) = times else { return };
        times
            .get_or_insert_with(|| {
                let method = METHODS.get(method).copied().unwrap_or_default();
                let class = CLASSES.get(class).copied().unwrap_or_default();
                request_times(method, route, class)
            })
            .record(took);
    }
}

fn method_index(method: &Method) -> usize {
    let name = method.as_str();
    METHODS
        .iter()
        .position(|known| *known == name)
        .unwrap_or(METHODS.len() - 1)
}

fn class_index(status: StatusCode) -> usize {
    usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_a_caller_made_up_and_a_status_beyond_the_classes_have_a_label() {
        let made_up = Method::from_bytes(b"BREW").unwrap();
        assert_eq!(METHODS[method_index(&made_up)], "other");
        assert_eq!(METHODS[method_index(&Method::PATCH)], "PATCH");
        for (status, class) in [
            (101, "1xx"),
            (204, "2xx"),
            (404, "4xx"),
            (599, "5xx"),
            (999, "5xx"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(CLASSES[class_index(status)], class);
        }
    }
}
