//! Reading requests: each extractor answers with a problem that names what is wrong.

mod body;
mod path;
mod query;
mod validation;

pub(crate) use body::{Body, RawBody};
pub(crate) use path::{AsinPath, Id};
pub(crate) use query::Query;
