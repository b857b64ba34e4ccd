//! Who calls.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tracing::Span;
use uuid::{Uuid, uuid};

use crate::problem::Problem;

/// The organisation that the first migration creates, for a server that nobody has configured yet.
pub const DEFAULT_ORGANISATION: Uuid = uuid!("00000000-0000-7000-8000-000000000001");

/// Its user.
pub const DEFAULT_USER: Uuid = uuid!("00000000-0000-7000-8000-000000000002");

/// The caller of a request. Every handler that touches data takes one, and gives it to the use case.
///
/// There is one organisation and one user for now; authentication will make the caller here, and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller(pub(crate) arbitragevault_services::Caller);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = arbitragevault_services::Caller {
            organisation_id: DEFAULT_ORGANISATION,
            user_id: DEFAULT_USER,
        };
        Span::current().record("user_id", tracing::field::display(caller.user_id));
        ready(Ok(Self(caller)))
    }
}
