//! Wire types that several resources share, and how answers are written.

mod cursor;
mod etag;
mod money;
mod page;
mod respond;
mod rows;

pub(crate) use cursor::Cursor;
pub(crate) use etag::tagged;
pub(crate) use money::{MinorMoney, read_percent};
pub(crate) use page::{Page, PageQuery, Total, default_limit, truncate, with_items};
pub(crate) use respond::{
    bytes_response, is_shown_once, json_bytes, json_response, located, shown_once,
};
pub(crate) use rows::{BatchItem, ItemPrice, RowFinding, RowOutcome, list_problem};
