//! The size tier of a package and the weight that is billed, by Amazon's US definitions.
//!
//! Source: Amazon's pages on size tiers (GABBX6GZPA8MSZGW) and dimensional weight, in copies that agree (grade B). Whether the tier is tested on unit weight or on the greater of unit and dimensional weight is disputed
//! (grade X); Amazon's page on dimensional weight supports the latter, and it stands here for all tiers above small standard.

use rust_decimal::Decimal;
use rust_decimal::dec;

use crate::market::Package;

/// Millimetres of an inch, exact by definition.
const MM_PER_INCH: Decimal = dec!(25.4);
/// Grams of a pound, exact by definition.
const GRAMS_PER_POUND: Decimal = dec!(453.59237);
/// Cubic inches that weigh a pound in dimensional weight (Amazon's page on dimensional weight, grade B).
const CUBIC_INCHES_PER_POUND: Decimal = dec!(139);
/// Least width and height of a bulky package in its dimensional weight, in inches (Amazon's page on dimensional weight, grade B).
const BULKY_LEAST_SIDE: Decimal = dec!(2);
/// Cubic inches of a cubic foot.
const CUBIC_INCHES_PER_CUBIC_FOOT: Decimal = dec!(1728);

/// The weight of a package in pounds, as far as known.
pub(crate) fn pounds(package: &Package) -> Option<Decimal> {
    package
        .weight_g
        .map(|g| Decimal::from(g.get()) / GRAMS_PER_POUND)
}

/// The measures of a package in inches and pounds, sides in falling order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measures {
    longest: Decimal,
    median: Decimal,
    shortest: Decimal,
    unit_pounds: Decimal,
}

impl Measures {
    /// The measures of three sides in inches and a weight in pounds.
    pub(crate) fn new(mut sides: [Decimal; 3], unit_pounds: Decimal) -> Self {
        sides.sort_unstable();
        let [shortest, median, longest] = sides;
        Self {
            longest,
            median,
            shortest,
            unit_pounds,
        }
    }

    /// The measures of a package; `None` when one of them is unknown.
    fn of(package: &Package) -> Option<Self> {
        let inches = |mm: std::num::NonZeroU32| Decimal::from(mm.get()) / MM_PER_INCH;
        let sides = [package.length_mm?, package.width_mm?, package.height_mm?].map(inches);
        Some(Self::new(sides, pounds(package)?))
    }

    /// Volume in cubic feet.
    fn cubic_feet(&self) -> Decimal {
        self.longest * self.median * self.shortest / CUBIC_INCHES_PER_CUBIC_FOOT
    }

    fn fits(&self, longest: Decimal, median: Decimal, shortest: Decimal) -> bool {
        self.longest <= longest && self.median <= median && self.shortest <= shortest
    }

    fn length_and_girth(&self) -> Decimal {
        self.longest + Decimal::TWO * (self.median + self.shortest)
    }
}

/// A size tier. Before 2026 there was no small bulky; its packages were large bulky (see the card).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SizeTier {
    SmallStandard,
    LargeStandard,
    SmallBulky,
    LargeBulky,
    /// Extra-large up to 50 lb.
    ExtraLarge50,
    /// Extra-large above 50 and up to 70 lb.
    ExtraLarge70,
    /// Extra-large above 70 and up to 150 lb.
    ExtraLarge150,
    /// Extra-large above 150 lb.
    ExtraLargeOver150,
}

impl SizeTier {
    /// The tier in the words of a fee receipt.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::SmallStandard => "small standard",
            Self::LargeStandard => "large standard",
            Self::SmallBulky => "small bulky",
            Self::LargeBulky => "large bulky",
            Self::ExtraLarge50 => "extra-large up to 50 lb",
            Self::ExtraLarge70 => "extra-large 50 to 70 lb",
            Self::ExtraLarge150 => "extra-large 70 to 150 lb",
            Self::ExtraLargeOver150 => "extra-large above 150 lb",
        }
    }

    /// `true` for the two standard tiers, which pay the standard storage rate.
    pub(crate) const fn is_standard(self) -> bool {
        matches!(self, Self::SmallStandard | Self::LargeStandard)
    }
}

/// What fees see of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsParcel {
    pub(crate) tier: SizeTier,
    /// The weight that fulfilment is charged on.
    pub(crate) billed_pounds: Decimal,
    pub(crate) cubic_feet: Decimal,
}

impl UsParcel {
    /// The parcel of a package; `None` when a side or the weight is unknown.
    pub(crate) fn of(package: &Package) -> Option<Self> {
        Measures::of(package).map(|measures| Self::measured(&measures))
    }

    /// The parcel of known measures.
    pub(crate) fn measured(measures: &Measures) -> Self {
        let (tier, billed_pounds) = billing(measures);
        Self {
            tier,
            billed_pounds,
            cubic_feet: measures.cubic_feet(),
        }
    }
}

/// The tier of a package and its billable weight in pounds.
fn billing(m: &Measures) -> (SizeTier, Decimal) {
    if m.unit_pounds <= dec!(1) && m.fits(dec!(15), dec!(12), dec!(0.75)) {
        return (SizeTier::SmallStandard, m.unit_pounds);
    }
    let dimensional = m.longest * m.median * m.shortest / CUBIC_INCHES_PER_POUND;
    let weight = m.unit_pounds.max(dimensional);
    if weight <= dec!(20) && m.fits(dec!(18), dec!(14), dec!(8)) {
        return (SizeTier::LargeStandard, weight);
    }
    let width = m.median.max(BULKY_LEAST_SIDE);
    let height = m.shortest.max(BULKY_LEAST_SIDE);
    let weight = m
        .unit_pounds
        .max(m.longest * width * height / CUBIC_INCHES_PER_POUND);
    if weight <= dec!(50) && m.length_and_girth() <= dec!(130) {
        if m.fits(dec!(37), dec!(28), dec!(20)) {
            return (SizeTier::SmallBulky, weight);
        }
        if m.fits(dec!(59), dec!(33), dec!(33)) {
            return (SizeTier::LargeBulky, weight);
        }
    }
    if m.unit_pounds > dec!(150) {
        (SizeTier::ExtraLargeOver150, m.unit_pounds)
    } else if weight > dec!(70) {
        (SizeTier::ExtraLarge150, weight)
    } else if weight > dec!(50) {
        (SizeTier::ExtraLarge70, weight)
    } else {
        (SizeTier::ExtraLarge50, weight)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn millimetres_that_are_whole_inches_stay_within_their_limit() {
        let mm = |mm| NonZeroU32::new(mm);
        let mut package = Package {
            length_mm: mm(300),
            width_mm: mm(381),
            height_mm: mm(19),
            weight_g: mm(453),
        };
        let tier = |package: &Package| UsParcel::of(package).map(|parcel| parcel.tier);
        assert_eq!(tier(&package), Some(SizeTier::SmallStandard));
        package.height_mm = mm(20);
        assert_eq!(tier(&package), Some(SizeTier::LargeStandard));
        package.height_mm = mm(19);
        package.weight_g = mm(454);
        assert_eq!(tier(&package), Some(SizeTier::LargeStandard));
        package.weight_g = None;
        assert_eq!(tier(&package), None);
    }
}
