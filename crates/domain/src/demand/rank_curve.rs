//! The curve from sales rank to units a month, for books: an inference with an error of a factor 1.5 to 2.

/// Rank of a US book against units a month. From rank 50,000 on: the trigger table of a book scanner, its 180-day counts read as days with
/// a sale of a Poisson process (grade A for the table, M for the reading). Below: copies a day of a book sourcing school (grade A), times 30.
const BOOK_CURVE: [(f64, f64); 16] = [
    (1.0, 300_000.0),
    (10.0, 12_000.0),
    (100.0, 2_100.0),
    (1_000.0, 900.0),
    (5_000.0, 450.0),
    (10_000.0, 300.0),
    (50_000.0, 54.8),
    (125_000.0, 30.6),
    (250_000.0, 15.1),
    (500_000.0, 8.9),
    (900_000.0, 4.5),
    (1_400_000.0, 2.3),
    (2_100_000.0, 1.02),
    (3_000_000.0, 0.50),
    (6_000_000.0, 0.17),
    (12_000_000.0, 0.056),
];

/// Units a month at a rank, by straight lines between the points of the curve in logarithms; past its end the last slope goes on.
#[must_use]
pub fn monthly_units_of_book_rank(rank: f64) -> f64 {
    let log = rank.max(1.0).ln();
    let segment = BOOK_CURVE
        .windows(2)
        .find(|pair| matches!(pair, [_, (to, _)] if rank <= *to))
        .or_else(|| BOOK_CURVE.windows(2).last());
    match segment {
        Some([(from, above), (to, below)]) => {
            let share = (log - from.ln()) / (to.ln() - from.ln());
            (above.ln() + share * (below.ln() - above.ln())).exp()
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_meets_its_points_and_falls_everywhere() {
        for (rank, units) in BOOK_CURVE {
            let computed = monthly_units_of_book_rank(rank);
            assert!(
                (computed / units - 1.0).abs() < 1e-9,
                "rank {rank}: {computed}"
            );
        }
        let mut before = f64::INFINITY;
        for step in 0..200 {
            let units = monthly_units_of_book_rank(1.09_f64.powi(step));
            assert!(units < before && units > 0.0);
            before = units;
        }
    }
}
