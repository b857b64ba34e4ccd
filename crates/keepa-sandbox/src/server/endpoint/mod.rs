//! Keepa's endpoints, one a file.

pub(super) mod best_sellers;
pub(super) mod category;
pub(super) mod deal;
pub(super) mod finder;
pub(super) mod graph;
pub(super) mod insights;
pub(super) mod lightning;
pub(super) mod product;
pub(super) mod search;
pub(super) mod seller;
pub(super) mod text;
pub(super) mod tracking;
