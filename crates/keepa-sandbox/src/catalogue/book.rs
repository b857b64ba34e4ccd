//! What a made-up book is: its kind, words, size and place in the market.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What a listing is, which decides what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BookKind {
    /// Course book: dear, sold before terms.
    Textbook,
    /// Non-fiction of the general trade.
    Trade,
    /// Fiction: cheap, many offers.
    Fiction,
    /// Electronic book: no offers.
    Ebook,
    /// Removed from the shop: nothing is known.
    Removed,
}

/// What the market of a book lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// Everything is known.
    None,
    /// No package size and weight.
    PackageSize,
    /// Never ranked.
    Rank,
    /// No offer was ever seen, although it is sold.
    Price,
}

/// A book's lasting facts.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) kind: BookKind,
    pub(crate) gap: Gap,
    pub(crate) title: String,
    /// Its field, or a word of a novel's title; one of [`TOPICS`] or [`NOUNS`].
    pub(crate) topic: &'static str,
    pub(crate) author: String,
    pub(crate) publisher: &'static str,
    pub(crate) hardcover: bool,
    pub(crate) pages: i32,
    /// Package height, length and width in millimetres.
    pub(crate) package_mm: [i32; 3],
    /// Package weight in grams.
    pub(crate) weight_g: i32,
    /// `YYYYMMDD`.
    pub(crate) published: i32,
    pub(crate) list_price: i32,
    /// Sales per day through the year.
    pub(crate) sales_per_day: f64,
    pub(crate) has_fee: bool,
}

pub(super) const TOPICS: [&str; 20] = [
    "Organic Chemistry",
    "Linear Algebra",
    "Microeconomics",
    "Human Anatomy",
    "Constitutional Law",
    "Statistics",
    "Marketing",
    "Thermodynamics",
    "World History",
    "Nursing Care",
    "Gardening",
    "Woodworking",
    "Bread Baking",
    "Watercolor",
    "Personal Finance",
    "Astronomy",
    "Beekeeping",
    "Leadership",
    "Photography",
    "Trail Running",
];
const FRAMES: [&str; 8] = [
    "Introduction to {}",
    "Principles of {}",
    "{}: A Practical Guide",
    "The Art of {}",
    "Essentials of {}",
    "{} for Working People",
    "Understanding {}",
    "A Short History of {}",
];
const ADJECTIVES: [&str; 12] = [
    "Silent",
    "Crimson",
    "Forgotten",
    "Distant",
    "Hollow",
    "Northern",
    "Last",
    "Paper",
    "Winter",
    "Borrowed",
    "Salt",
    "Glass",
];
pub(super) const NOUNS: [&str; 12] = [
    "Harbor",
    "Orchard",
    "Letters",
    "Lighthouse",
    "Daughter",
    "Kingdom",
    "Detective",
    "River",
    "Promise",
    "Garden",
    "Station",
    "Summer",
];
const GIVEN: [&str; 14] = [
    "Alma", "Bernard", "Clara", "Dmitri", "Esther", "Farid", "Greta", "Hiro", "Ines", "Jonas",
    "Kemi", "Lars", "Mina", "Noel",
];
const FAMILY: [&str; 14] = [
    "Abernathy",
    "Brandt",
    "Castellan",
    "Dupree",
    "Eastwick",
    "Fairbourne",
    "Grunewald",
    "Hollister",
    "Ivarsen",
    "Jankowski",
    "Kingsley",
    "Lindqvist",
    "Marchetti",
    "Norwood",
];
pub(super) const PUBLISHERS: [&str; 8] = [
    "Tallow & Reed",
    "Northgate Academic",
    "Fernhill Press",
    "Copperline Books",
    "Meridian Scholar",
    "Blue Kettle",
    "Old Quarry House",
    "Sandpiper Editions",
];

/// One of a list of words.
fn pick(words: &[&'static str], rng: &mut ChaCha8Rng) -> &'static str {
    words
        .get(rng.random_range(0..words.len().max(1)))
        .copied()
        .unwrap_or_default()
}

impl Book {
    /// The next book of a generator.
    pub(crate) fn draw(rng: &mut ChaCha8Rng) -> Self {
        let kind = match rng.random_range(0..100) {
            0..28 => BookKind::Textbook,
            28..62 => BookKind::Trade,
            62..92 => BookKind::Fiction,
            92..96 => BookKind::Ebook,
            _ => BookKind::Removed,
        };
        let gap = match rng.random_range(0..100) {
            0..7 => Gap::PackageSize,
            7..12 => Gap::Rank,
            12..16 => Gap::Price,
            _ => Gap::None,
        };
        let (title, topic) = if kind == BookKind::Fiction {
            let (adjective, noun) = (pick(&ADJECTIVES, rng), pick(&NOUNS, rng));
            (format!("The {adjective} {noun}"), noun)
        } else {
            let (frame, topic) = (pick(&FRAMES, rng), pick(&TOPICS, rng));
            let title = frame.replace("{}", topic);
            if kind == BookKind::Textbook {
                let edition = rng.random_range(2..12);
                (format!("{title}, Edition {edition}"), topic)
            } else {
                (title, topic)
            }
        };
        let textbook = kind == BookKind::Textbook;
        let hardcover = rng.random_bool(if textbook { 0.5 } else { 0.25 });
        let pages = if textbook {
            rng.random_range(350..1_200)
        } else {
            rng.random_range(120..520)
        };
        let (length, width) = if textbook {
            (rng.random_range(229..285), rng.random_range(178..225))
        } else {
            (rng.random_range(172..242), rng.random_range(106..165))
        };
        // A sheet is about 0.1 mm thick, and 80 g/m² of paper weigh half of that per page.
        let thickness = pages / 20 + if hardcover { 7 } else { 2 };
        let paper_g = length * width / 1_000 * pages / 2 * 8 / 100;
        let list_price = match kind {
            BookKind::Textbook => rng.random_range(50..185) * 100 + 95,
            BookKind::Fiction => rng.random_range(7..28) * 100 + 99,
            _ => rng.random_range(14..65) * 100 + 95,
        };
        // Between a sale in two months and a few a day, evenly in the logarithm.
        let sales_per_day = 10_f64.powf(rng.random_range(-1.8..0.5));
        Self {
            kind,
            gap,
            title,
            topic,
            author: format!("{}, {}", pick(&FAMILY, rng), pick(&GIVEN, rng)),
            publisher: pick(&PUBLISHERS, rng),
            hardcover,
            pages,
            package_mm: [thickness + 4, length + 8, width + 8],
            weight_g: paper_g + if hardcover { 220 } else { 60 },
            published: rng.random_range(2_004..2_024) * 10_000
                + rng.random_range(1..13) * 100
                + rng.random_range(1..29),
            list_price,
            sales_per_day,
            has_fee: rng.random_range(0..3) != 0,
        }
    }
}
