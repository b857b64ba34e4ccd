//! Wire types that several resources share, and how answers are written.

mod cursor;
mod money;
mod page;
mod respond;

pub(crate) use cursor::Cursor;
pub(crate) use money::{MinorMoney, Percent};
pub(crate) use page::{Page, Total, default_limit};
pub(crate) use respond::{json, json_bytes};
