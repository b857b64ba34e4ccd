//! What surrounds every request: its id, its span and log line, limits, headers, and the form of its errors.

mod context;
mod headers;
mod id;
mod measure;
#[cfg(test)]
mod tests;

pub(crate) use context::RequestContext;
