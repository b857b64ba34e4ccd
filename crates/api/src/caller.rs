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

/// The caller of a request. Every handler that touches data takes one, and every use case takes its organisation.
///
/// There is one organisation and one user for now; authentication will make the caller here, and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The organisation whose data the caller sees.
    pub organisation_id: Uuid,
    /// The user, for the log and for what they create.
    pub user_id: Uuid,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = Self {
            organisation_id: DEFAULT_ORGANISATION,
            user_id: DEFAULT_USER,
        };
        Span::current().record("user_id", tracing::field::display(caller.user_id));
        ready(Ok(caller))
    }
}
