//! A package as the fees of its marketplace see it.

use super::size_tier::UsParcel;
use crate::market::Package;
use crate::marketplace::Marketplace;

/// Greatest sides of a standard parcel outside of the US in millimetres (European cards, grade B).
const LARGEST_STANDARD: [u32; 3] = [450, 340, 260];

/// A package whose sides and weight are all known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parcel {
    /// In inches and pounds.
    Us(UsParcel),
    /// In millimetres and grams.
    Metric(MetricParcel),
}

/// The measures of a package in millimetres and grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MetricParcel {
    /// Falling.
    sides_mm: [u32; 3],
    pub(super) grams: u32,
}

impl Parcel {
    /// The parcel of a package; `None` when a side or the weight is unknown.
    pub(super) fn of(marketplace: Marketplace, package: &Package) -> Option<Self> {
        match marketplace {
            Marketplace::Us => UsParcel::of(package).map(Self::Us),
            _ => MetricParcel::of(package).map(Self::Metric),
        }
    }
}

impl Parcel {
    /// `true` when it is larger than Amazon's standard size.
    pub(super) fn is_oversize(&self) -> bool {
        match self {
            Self::Us(parcel) => !parcel.tier.is_standard(),
            Self::Metric(parcel) => !parcel.fits(LARGEST_STANDARD),
        }
    }
}

impl MetricParcel {
    fn of(package: &Package) -> Option<Self> {
        let mut sides_mm = [package.length_mm?, package.width_mm?, package.height_mm?]
            .map(std::num::NonZeroU32::get);
        sides_mm.sort_unstable_by(|a, b| b.cmp(a));
        Some(Self {
            sides_mm,
            grams: package.weight_g?.get(),
        })
    }

    /// `true` when it fits into a box of sides in falling order.
    pub(super) fn fits(&self, box_mm: [u32; 3]) -> bool {
        self.sides_mm
            .iter()
            .zip(box_mm)
            .all(|(side, most)| *side <= most)
    }

    /// Its volume in cubic millimetres; one that does not fit 64 bits is the greatest.
    pub(super) fn volume(&self) -> u64 {
        self.sides_mm
            .iter()
            .fold(1, |volume: u64, side| volume.saturating_mul((*side).into()))
    }
}
