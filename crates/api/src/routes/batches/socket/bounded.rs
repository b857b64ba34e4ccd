//! A bound on what a client sends: the reader of frames would keep a frame of any size until it is whole.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// Bytes that may come before a message is whole. Several small ones may come at once.
const MAX_BYTES: usize = 64 << 10;

/// What a client has sent since its last whole message.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    bytes: Rc<Cell<usize>>,
    is_too_much: Rc<Cell<bool>>,
}

impl Received {
    /// A message is whole.
    pub(super) fn forget(&self) {
        self.bytes.set(0);
    }

    /// Whether it was more than may be.
    pub(super) fn is_too_much(&self) -> bool {
        self.is_too_much.get()
    }

    fn add(&self, bytes: &Bytes) -> Result<(), PayloadError> {
        self.bytes.set(self.bytes.get().saturating_add(bytes.len()));
        if self.bytes.get() > MAX_BYTES {
            self.is_too_much.set(true);
            return Err(PayloadError::Overflow);
        }
        Ok(())
    }
}

/// A stream of bytes that ends with an error when too many come.
type Bounded = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The payload with a bound, and its count.
pub(super) fn bounded(payload: web::Payload) -> (Payload, Received) {
    let received = Received::default();
    let count = received.clone();
    let stream: Bounded = Box::pin(payload.into_inner().map(move |bytes| {
        let bytes = bytes?;
        count.add(&bytes)?;
        Ok(bytes)
    }));
    (Payload::Stream { payload: stream }, received)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_is_counted_until_a_message_is_whole() {
        let received = Received::default();
        let half = Bytes::from(vec![0; MAX_BYTES / 2]);
        received.add(&half).unwrap();
        received.add(&half).unwrap();
        assert!(!received.is_too_much());
        received.forget();
        received.add(&half).unwrap();
        received.add(&half).unwrap();
        assert!(received.add(&Bytes::from_static(b"1")).is_err());
        assert!(received.is_too_much());
    }
}
