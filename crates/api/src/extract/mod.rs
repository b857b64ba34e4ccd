//! Reading requests: each extractor answers with a problem that names what is wrong.

mod body;
mod if_match;
mod path;
mod query;
mod validation;

pub(crate) use body::{Body, RawBody};
pub(crate) use if_match::{IfMatch, IfMatchHeader};
pub(crate) use path::{AsinPath, Id, ScopeName, ScopeParameter, ScopePath};
pub(crate) use query::Query;
