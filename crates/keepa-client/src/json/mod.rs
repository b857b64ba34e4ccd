//! JSON as Keepa sends it, read straight into the types of this crate.
//!
//! Most of an answer are integers of histories, so [`reader`] reads eight digits at a time and steps over what nobody asked for; an
//! [`object`] keeps what it does not know. It accepts all that `serde_json` accepts, and does not look for mistakes in what it steps over.
//! `benches/comparison` measures it against general libraries.

mod decode;
mod error;
mod object;
mod reader;
mod split;
mod words;

pub(crate) use decode::{Absent, Decode, name_of};
pub(crate) use error::DecodeError;
pub(crate) use object::wire_object;
pub(crate) use reader::Reader;
pub(crate) use split::Splitter;
