//! The market of a book, day by day: sales, the rank that follows them, prices and offers.

use chrono::Datelike;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::book::{Book, BookKind, Gap};
use super::series::Series;
use crate::clock::{DAY, date};

/// Rank of a book that sells once a day. Grade C: a rule of thumb of resellers.
const RANK_AT_ONE_A_DAY: f64 = 100_000.0;

/// How the rank falls with the sales per day. Grade C: fitted by eye to recorded products.
const RANK_EXPONENT: f64 = -0.8;

/// Sales per day at which the rank stops rising (about five million).
const RANK_FLOOR_RATE: f64 = 0.008;

/// Days of history, at least; up to a year more.
const LEAST_DAYS: i32 = 730;

/// Days after which a history begins anew.
const YEAR: i32 = 365;

/// Histories of a market; times in Keepa minutes.
#[derive(Debug, Default)]
pub(crate) struct Market {
    pub(crate) amazon: Series,
    pub(crate) new: Series,
    pub(crate) used: Series,
    pub(crate) rank: Series,
    pub(crate) list_price: Series,
    pub(crate) count_new: Series,
    pub(crate) count_used: Series,
    /// The sales behind the rank, which Keepa does not know.
    pub(crate) sales: Vec<i32>,
}

impl Market {
    /// The market from two to three years ago until `today` (Keepa minute of midnight).
    ///
    /// The first day is fixed for a year, and each history draws from a stream of its own: so the
    /// market of tomorrow is that of today and one day more.
    pub(crate) fn simulate(book: &Book, today: i32, rng: &ChaCha8Rng) -> Self {
        let stream = |number: u64| {
            let mut stream = rng.clone();
            stream.set_stream(number);
            stream
        };
        let mut market = Self::default();
        let mut first = stream(1);
        let latest = today / DAY - LEAST_DAYS;
        let start = (latest - (latest - first.random_range(0..YEAR)).rem_euclid(YEAR)) * DAY;
        market.sell(book, start, today, &mut stream(2));
        if book.gap == Gap::Price || book.kind == BookKind::Ebook {
            return market;
        }
        market.list_price.push(start, book.list_price);
        let list = f64::from(book.list_price);
        let new_price = list * first.random_range(0.55..0.95);
        let used_price = (list * first.random_range(0.18..0.62)).max(320.0);
        let mut new = Shelf::draw(new_price, 6, book.sales_per_day, &mut first);
        let mut used = Shelf::draw(used_price, 14, book.sales_per_day, &mut first);
        new.trade(start, today, &mut stream(3));
        used.trade(start, today, &mut stream(4));
        (market.new, market.count_new) = (new.price, new.count);
        (market.used, market.count_used) = (used.price, used.count);
        market.amazon = amazon(list, start, today, &mut stream(5));
        market
    }

    /// Sales as a Poisson process with its seasons, and the rank that Amazon would show.
    fn sell(&mut self, book: &Book, start: i32, today: i32, rng: &mut ChaCha8Rng) {
        // Amazon weighs fresh sales most: a fast memory of three days and a slow one of two months.
        let (mut fast, mut slow) = (book.sales_per_day * 3.0, book.sales_per_day * 60.0);
        let mut quiet_days = 0;
        let mut day = start;
        while day < today {
            let sold = poisson(
                book.sales_per_day * season(book.kind, date(day).month()),
                rng,
            );
            let at = day + rng.random_range(60..DAY - 60);
            fast *= (-1.0_f64 / 3.0).exp();
            slow *= (-1.0_f64 / 60.0).exp();
            if sold > 0 {
                if quiet_days > 0 {
                    self.rank.push(day, rank(fast, slow));
                }
                fast += f64::from(sold);
                slow += f64::from(sold);
                self.rank.push(at, rank(fast, slow));
                self.sales
                    .extend((0..sold).map(|nth| (at + nth).min(today)));
                quiet_days = 0;
            } else {
                if quiet_days % 2 == 0 {
                    self.rank.push(at, rank(fast, slow));
                }
                quiet_days += 1;
            }
            day += DAY;
        }
        if book.gap == Gap::Rank {
            self.rank = Series::default();
        }
    }
}

/// The offers of one condition.
struct Shelf {
    base: f64,
    usual_count: i32,
    /// Probability of a price change on a day.
    restless: f64,
    price: Series,
    count: Series,
}

impl Shelf {
    fn draw(base: f64, most: i32, sales_per_day: f64, rng: &mut ChaCha8Rng) -> Self {
        Self {
            base,
            usual_count: rng.random_range(1..=most),
            restless: (0.06 + sales_per_day * 0.08).min(0.25),
            price: Series::default(),
            count: Series::default(),
        }
    }

    /// Undercutting between resets; a spike when few offers are left, nothing when none is.
    fn trade(&mut self, start: i32, today: i32, rng: &mut ChaCha8Rng) {
        let mut price = self.base;
        let mut count = self.usual_count;
        let mut spike_until = start;
        let mut day = start;
        while day < today {
            let at = day + rng.random_range(0..DAY);
            if rng.random_bool(self.restless) {
                let pull = if count < self.usual_count { 0.65 } else { 0.35 };
                count = (count + if rng.random_bool(pull) { 1 } else { -1 }).clamp(0, 40);
                price = if count <= 1 && rng.random_bool(0.3) {
                    spike_until = at + rng.random_range(4..15) * DAY;
                    self.base * rng.random_range(1.3..1.9)
                } else if at < spike_until {
                    price
                } else if price < self.base * 0.78 || price > self.base * 1.25 {
                    self.base * rng.random_range(0.94..1.08)
                } else {
                    price * rng.random_range(0.94..1.02)
                };
                self.base *= rng.random_range(0.997..1.003);
            }
            self.count.push(at, count);
            self.price
                .push(at, if count == 0 { -1 } else { whole(price).max(99) });
            day += DAY;
        }
    }
}

/// Amazon's own price: half of the books never, the others in long spells.
fn amazon(list: f64, start: i32, today: i32, rng: &mut ChaCha8Rng) -> Series {
    let mut series = Series::default();
    let mut in_stock = rng.random_bool(0.5);
    let keeps_it = in_stock;
    series.push(start, -1);
    let mut at = start + 1;
    while keeps_it && at < today {
        let price = whole(list * rng.random_range(0.68..1.0));
        series.push(at, if in_stock { price } else { -1 });
        at += rng.random_range(6..60) * DAY;
        in_stock = !in_stock || rng.random_bool(0.8);
    }
    series
}

/// How much of the yearly rate falls into a month: course books sell before the terms.
fn season(kind: BookKind, month: u32) -> f64 {
    match (kind, month) {
        (BookKind::Textbook, 1 | 8) => 2.4,
        (BookKind::Textbook, 9) => 1.6,
        (BookKind::Textbook, 5..=7) => 0.5,
        (BookKind::Textbook, _) => 0.7,
        (_, 12) => 1.7,
        (_, 11) => 1.3,
        _ => 0.9,
    }
}

fn rank(fast: f64, slow: f64) -> i32 {
    let rate = 0.7 * fast / 3.0 + 0.3 * slow / 60.0;
    whole(RANK_AT_ONE_A_DAY * rate.max(RANK_FLOOR_RATE).powf(RANK_EXPONENT))
}

/// A draw from Poisson's distribution by Knuth's product of uniforms; for means of a few.
fn poisson(mean: f64, rng: &mut ChaCha8Rng) -> i32 {
    let limit = (-mean).exp();
    let mut product = rng.random::<f64>();
    let mut count = 0;
    while product > limit {
        product *= rng.random::<f64>();
        count += 1;
    }
    count
}

/// The nearest integer.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "saturates, and the standard library offers no other way from f64 to an integer"
)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn tomorrow_s_market_is_today_s_and_a_day_more() {
        let today = 5_800 * DAY;
        for seed in 0..20 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let book = Book::draw(&mut rng);
            let [now, later] = [today, today + DAY].map(|day| Market::simulate(&book, day, &rng));
            if now.rank.points().first() != later.rank.points().first() {
                continue;
            }
            assert!(later.rank.points().starts_with(now.rank.points()));
            assert!(later.used.points().starts_with(now.used.points()));
            assert!(later.amazon.points().starts_with(now.amazon.points()));
            assert!(later.sales.starts_with(&now.sales));
            let known = now.rank.points().len() + now.used.points().len();
            assert!(known > 50 || book.gap != Gap::None, "{known} points");
        }
    }
}
