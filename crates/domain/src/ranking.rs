//! Ranking: the order in which the analyses of one list are shown, best first.

use std::borrow::Borrow;
use std::cmp::{Ordering, Reverse};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::acquisition::Condition;
use crate::analysis::Analysis;
use crate::identifier::Asin;
use crate::verdict::Recommendation;

/// What a list of analyses is ordered by.
///
/// Whatever it is ordered by, what is recommended comes first and what could not be analysed last; among those of one kind an
/// unknown number comes after every known one, and equal ones are in order of ASIN, so the order is always the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ranking {
    /// Risk-adjusted profit per day of bound capital.
    #[default]
    Opportunity,
    /// Profit in percent of the buy price.
    Roi,
    /// Chance that one unit sells within 30 days.
    Velocity,
    /// Profit of one unit.
    Profit,
    /// ROI and velocity by the configured weights.
    Balanced,
}

impl Ranking {
    /// Compares two analyses: `Less` when `a` comes before `b`. A total order: only analyses of the same product, condition
    /// and offer are equal.
    #[must_use]
    pub fn compare(self, a: &Analysis, b: &Analysis) -> Ordering {
        self.key(a).cmp(&self.key(b))
    }

    /// Puts analyses, or references to them, into this order. References are the faster: an analysis is large.
    pub fn sort<T: Borrow<Analysis>>(self, analyses: &mut [T]) {
        analyses.sort_by_cached_key(|analysis| self.key(analysis.borrow()));
    }

    fn key(self, analysis: &Analysis) -> Key {
        Key {
            class: class(analysis.recommendation),
            number: Reverse(self.number(analysis)),
            asin: analysis.asin,
            condition: analysis.condition,
            buy_price: analysis.buy_price.map(|money| money.amount()),
        }
    }

    fn number(self, analysis: &Analysis) -> Option<Decimal> {
        let scores = &analysis.scores;
        let profit = analysis.profit.as_ref();
        match self {
            Self::Opportunity => scores.opportunity.map(Decimal::from),
            Self::Velocity => scores.velocity.map(Decimal::from),
            Self::Balanced => scores.combined.map(Decimal::from),
            Self::Roi => profit?.roi_percent,
            Self::Profit => Some(profit?.profit?.amount()),
        }
    }
}

/// Where an analysis stands; the parts decide one after the other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    class: u8,
    /// The highest first. `None` is the lowest value of all, so it comes last.
    number: Reverse<Option<Decimal>>,
    asin: Asin,
    condition: Condition,
    buy_price: Option<Decimal>,
}

/// Recommended, worth a look, not worth it, harmful, unknown.
const fn class(recommendation: Recommendation) -> u8 {
    match recommendation {
        Recommendation::StrongBuy | Recommendation::Buy => 0,
        Recommendation::Consider => 1,
        Recommendation::Pass => 2,
        Recommendation::Avoid => 3,
        Recommendation::InsufficientData => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquisition::Acquisition;
    use crate::analysis::analyze;
    use crate::config::AnalysisConfig;
    use crate::testing::{as_of, good_seller, used_good};

    fn bought_at(cents: Option<i64>) -> Analysis {
        let acquisition: Acquisition = used_good(cents);
        let config = AnalysisConfig::default();
        analyze(&good_seller(), &acquisition, &config, as_of())
    }

    #[test]
    fn recommended_comes_first_and_unknown_last_whatever_the_list_is_ordered_by() {
        let mut unknown = bought_at(Some(100));
        unknown.recommendation = Recommendation::InsufficientData;
        let mut buy = bought_at(Some(1_000));
        buy.recommendation = Recommendation::Buy;
        let consider = Analysis {
            recommendation: Recommendation::Consider,
            ..bought_at(Some(200))
        };
        for ranking in [
            Ranking::Opportunity,
            Ranking::Roi,
            Ranking::Velocity,
            Ranking::Profit,
            Ranking::Balanced,
        ] {
            let mut list = vec![unknown.clone(), consider.clone(), buy.clone()];
            ranking.sort(&mut list);
            let order: Vec<_> = list.iter().map(|a| a.recommendation).collect();
            let expected = [
                Recommendation::Buy,
                Recommendation::Consider,
                Recommendation::InsufficientData,
            ];
            assert_eq!(order, expected, "{ranking:?}");
        }
    }

    #[test]
    fn of_one_kind_the_better_number_comes_first_and_an_unknown_one_last() {
        let mut list: Vec<Analysis> = [None, Some(900), Some(300)].map(bought_at).into();
        for analysis in &mut list {
            analysis.recommendation = Recommendation::Consider;
        }
        Ranking::Roi.sort(&mut list);
        let prices: Vec<_> = list
            .iter()
            .map(|a| a.buy_price.and_then(|m| m.minor()))
            .collect();
        assert_eq!(prices, [Some(300), Some(900), None]);
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_of_the_input() {
        let mut one = bought_at(Some(300));
        let other = one.clone();
        one.asin = crate::identifier::Asin::parse("B000000001").unwrap();
        let mut list = [one.clone(), other.clone()];
        Ranking::default().sort(&mut list);
        let mut reversed = [other, one];
        Ranking::default().sort(&mut reversed);
        assert_eq!(list, reversed);
    }
}
