//! What surrounds every request: its id, its span and log line, limits, headers, and the form of its errors.

mod context;
mod headers;
mod id;

pub(crate) use context::RequestContext;
