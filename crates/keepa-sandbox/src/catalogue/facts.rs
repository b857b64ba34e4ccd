//! What a product object and the finder tell of a book and its market, in Keepa's words.

use super::book::{Book, BookKind};
use super::market::{Market, Moment};

/// What a kind of book is called.
pub(crate) struct PublishedBook {
    pub(crate) binding: &'static str,
    pub(crate) group: &'static str,
    pub(crate) class: &'static str,
    pub(crate) display_group: &'static str,
}

impl PublishedBook {
    /// The names of a book.
    pub(crate) fn of(book: &Book) -> Self {
        let ebook = book.kind == BookKind::Ebook;
        Self {
            binding: match (ebook, book.hardcover) {
                (true, _) => "Kindle Edition",
                (false, true) => "Hardcover",
                (false, false) => "Paperback",
            },
            group: if ebook { "eBooks" } else { "Book" },
            class: if ebook { "ABIS_EBOOKS" } else { "ABIS_BOOK" },
            display_group: if ebook {
                "digital_text_display_on_website"
            } else {
                "book_display_on_website"
            },
        }
    }
}

/// When Amazon's, the new or the used price changed last; -1 for never.
pub(crate) fn last_price_change(market: &Market) -> Moment {
    [&market.amazon, &market.new, &market.used]
        .into_iter()
        .filter_map(|series| series.points().last())
        .map(|point| point.time)
        .max()
        .unwrap_or(-1)
}

/// Amazon's own offer: -1 none, 0 in stock.
pub(crate) fn availability(market: &Market) -> i32 {
    match market.amazon.current() {
        Some(price) if price >= 0 => 0,
        _ => -1,
    }
}

/// Offers that may have the buy box: new and used by Amazon and the seller, then none collectible nor
/// refurbished.
pub(crate) fn eligible(market: &Market) -> Option<[i32; 8]> {
    let mut counts = [0; 8];
    for offer in market
        .live
        .iter()
        .filter(|offer| offer.traits.is_eligible())
    {
        let place = usize::from(offer.condition.is_used()) * 2 + usize::from(!offer.is_fba());
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    (!market.live.is_empty()).then_some(counts)
}

/// Amazon's "bought in past month": shown from 50 on, rounded down to its steps. Grade C: observed
/// on product pages.
pub(crate) fn monthly_sold(sold: usize) -> Option<i32> {
    let sold = i32::try_from(sold).ok()?;
    (sold >= 50).then_some(if sold < 100 { 50 } else { sold / 100 * 100 })
}
