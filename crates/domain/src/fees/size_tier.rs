//! Size tiers and billable weight of the US (source: Amazon's size tier and dimensional weight pages, grade B).

use serde::{Deserialize, Serialize};

use crate::market::Package;

/// Micrometres in an inch, by definition of the inch.
const INCH_UM: i64 = 25_400;
/// Nanograms in an avoirdupois ounce: 28.349523125 g, by definition of the pound.
const OUNCE_NG: i64 = 28_349_523_125;
/// Cubic inches of a package that count as one pound.
const DIMENSIONAL_DIVISOR: i64 = 139;

/// A size tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SizeTier {
    /// Up to 16 oz and 15 × 12 × 0.75 inches.
    SmallStandard,
    /// Up to 20 lb and 18 × 14 × 8 inches.
    LargeStandard,
    /// Up to 50 lb, 37 × 28 × 20 inches, 130 inches of length and girth; exists since 2026-01-15.
    SmallBulky,
    /// Up to 50 lb, 59 × 33 × 33 inches, 130 inches of length and girth.
    LargeBulky,
    /// Beyond, up to 50 lb.
    ExtraLarge50,
    /// Beyond, above 50 to 70 lb.
    ExtraLarge70,
    /// Beyond, above 70 to 150 lb.
    ExtraLarge150,
    /// Above 150 lb.
    ExtraLargeOver150,
}

impl SizeTier {
    /// `true` for everything larger than standard size.
    #[must_use]
    pub const fn is_oversize(self) -> bool {
        !matches!(self, Self::SmallStandard | Self::LargeStandard)
    }
}

/// A package whose sides and weight are all known: sides in micrometres, longest first, weight in nanograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasuredPackage {
    longest: i64,
    median: i64,
    shortest: i64,
    weight: i64,
}

impl MeasuredPackage {
    /// The measured package, `None` when a side or the weight is unknown.
    #[must_use]
    pub fn new(package: &Package) -> Option<Self> {
        let um = |side: Option<std::num::NonZeroU32>| Some(i64::from(side?.get()) * 1_000);
        Self::from_exact(
            [
                um(package.length_mm)?,
                um(package.width_mm)?,
                um(package.height_mm)?,
            ],
            i64::from(package.weight_g?.get()) * 1_000_000_000,
        )
    }

    /// From sides in micrometres and a weight in nanograms; `None` past a hundred metres or five tonnes, which no parcel has.
    #[must_use]
    pub fn from_exact(mut sides_um: [i64; 3], weight_ng: i64) -> Option<Self> {
        let parcel = 1..=100_000_000;
        if !sides_um.iter().all(|side| parcel.contains(side))
            || !(1..=5_000_000_000_000_000).contains(&weight_ng)
        {
            return None;
        }
        sides_um.sort_unstable_by(|a, b| b.cmp(a));
        let [longest, median, shortest] = sides_um;
        Some(Self {
            longest,
            median,
            shortest,
            weight: weight_ng,
        })
    }

    /// Volume in thousandths of a cubic foot, rounded up.
    #[must_use]
    pub fn milli_cubic_feet(&self) -> i64 {
        /// Cubic micrometres in a thousandth of a cubic foot (12 inches cubed).
        const UM3: i128 = (25_400 * 12_i128).pow(3) / 1_000;
        let volume = i128::from(self.longest) * i128::from(self.median) * i128::from(self.shortest);
        i64::try_from((volume + UM3 - 1) / UM3).unwrap_or(i64::MAX)
    }

    /// The greater of the unit weight and the dimensional weight, in nanograms.
    fn billable(&self, at_least_two_inches: bool) -> i64 {
        let floor = if at_least_two_inches { 2 * INCH_UM } else { 0 };
        let volume = i128::from(self.longest)
            * i128::from(self.median.max(floor))
            * i128::from(self.shortest.max(floor));
        let pound = i128::from(OUNCE_NG) * 16;
        let cubic_inch = i128::from(INCH_UM).pow(3);
        let dimensional = volume * pound / (cubic_inch * i128::from(DIMENSIONAL_DIVISOR));
        i64::try_from(dimensional)
            .unwrap_or(i64::MAX)
            .max(self.weight)
    }

    fn fits(&self, inches_x100: [i64; 3]) -> bool {
        let [a, b, c] = inches_x100.map(|side| side * INCH_UM / 100);
        self.longest <= a && self.median <= b && self.shortest <= c
    }

    /// The tier on a card with or without the small bulky tier, and the weight that the fee is charged on.
    #[must_use]
    pub fn tier(&self, has_small_bulky: bool) -> (SizeTier, BillableWeight) {
        let unit = BillableWeight(self.weight);
        let standard = BillableWeight(self.billable(false));
        let bulky = BillableWeight(self.billable(true));
        let girth = self.longest + 2 * (self.median + self.shortest);
        let within_girth = girth <= 130 * INCH_UM;
        if unit.ounces_up() <= 16 && self.fits([1500, 1200, 75]) {
            return (SizeTier::SmallStandard, unit);
        }
        if standard.pounds_up() <= 20 && self.fits([1800, 1400, 800]) {
            return (SizeTier::LargeStandard, standard);
        }
        if unit.pounds_up() > 150 {
            return (SizeTier::ExtraLargeOver150, unit);
        }
        let light = bulky.pounds_up() <= 50;
        let tier = if has_small_bulky && light && within_girth && self.fits([3700, 2800, 2000]) {
            SizeTier::SmallBulky
        } else if light && within_girth && self.fits([5900, 3300, 3300]) {
            SizeTier::LargeBulky
        } else if light {
            SizeTier::ExtraLarge50
        } else if bulky.pounds_up() <= 70 {
            SizeTier::ExtraLarge70
        } else {
            SizeTier::ExtraLarge150
        };
        (tier, bulky)
    }

    /// Weight of the unit in whole pounds, rounded up.
    #[must_use]
    pub fn pounds_up(&self) -> i64 {
        BillableWeight(self.weight).pounds_up()
    }
}

/// A weight that a fee is charged on, in nanograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BillableWeight(i64);

impl BillableWeight {
    /// Whole ounces, rounded up.
    #[must_use]
    pub const fn ounces_up(self) -> i64 {
        self.steps_up(1)
    }

    /// Whole pounds, rounded up.
    #[must_use]
    pub const fn pounds_up(self) -> i64 {
        self.steps_up(16)
    }

    /// Steps of so many ounces, rounded up.
    #[must_use]
    pub const fn steps_up(self, ounces: i64) -> i64 {
        let step = OUNCE_NG * ounces;
        (self.0 + step - 1) / step
    }

    /// Thousandths of a pound, rounded half up.
    #[must_use]
    pub const fn milli_pounds(self) -> i64 {
        let pound = OUNCE_NG * 16;
        (self.0 * 1_000 + pound / 2) / pound
    }
}
