//! What surrounds every request: its id, its span and log line, limits, headers, and the form of its errors.

mod address;
mod context;
mod headers;
mod id;
mod limit;
mod measure;
#[cfg(test)]
mod tests;

pub(crate) use address::client_address;
pub(crate) use context::RequestContext;
pub(crate) use limit::{RATE_LIMIT, RATE_LIMIT_POLICY, RequestLimit, count_caller};
