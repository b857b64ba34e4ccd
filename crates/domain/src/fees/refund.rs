//! What Amazon keeps of refunded sales, spread over all sales.
//!
//! A refunded sale does not get its fulfilment fee back (grade C), and pays a refund administration fee: 20 % of the referral fee, at
//! most 5.00 (US: Seller Central GDC3U6FWF4JJJJC7, grade A; Europe: the same in euros, grade M). On amazon.com books, music, video and
//! DVD that are refunded in full pay none (the same page, grade A).

use super::category::FeeCategory;
use super::config::FeeConfig;
use super::rate::{ByBand, Ppm, PriceBand, Slope, WHOLE};
use super::referral::ReferralRule;
use crate::marketplace::Marketplace;

/// Share of the referral fee that a refund costs.
const ADMINISTRATION: Ppm = Ppm(200_000);
/// Most that the administration of one refund costs, in minor units.
const MOST: i64 = 500;

/// The fees of refunded sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refunds {
    /// Share of the sales that are refunded.
    rate: Ppm,
    pays_administration: bool,
    /// What fulfilment costs in each price band.
    fulfilment: ByBand<i64>,
}

impl Refunds {
    /// Those of a product; `None` where the configuration counts on none.
    pub(super) fn new(
        marketplace: Marketplace,
        category: FeeCategory,
        fulfilment: ByBand<i64>,
        config: &FeeConfig,
    ) -> Option<Self> {
        let rate = Ppm::from_percent(config.refund_percent);
        (rate > Ppm(0)).then_some(Self {
            rate,
            pays_administration: !(marketplace == Marketplace::Us
                && category == FeeCategory::Media),
            fulfilment,
        })
    }

    /// What the administration of one refund costs.
    fn administration(&self, referral: i64) -> i64 {
        if self.pays_administration {
            ADMINISTRATION.of(referral).min(MOST)
        } else {
            0
        }
    }

    /// The allowance of one sale in minor units, where its referral fee is `referral`.
    pub(super) fn amount(&self, referral: i64, band: PriceBand) -> i64 {
        let administration = self.administration(referral);
        self.rate
            .of(self.fulfilment.get(band).saturating_add(administration))
    }

    /// The sum of [`Refunds::amount`] over every price of a range without a change, both ends included.
    pub(super) fn sum_over(
        &self,
        rule: &ReferralRule,
        band: PriceBand,
        (from, to): (i64, i64),
    ) -> i128 {
        let mut sum = 0;
        let mut price = from;
        while price <= to {
            let referral = rule.amount(price);
            let next = self
                .dearer_administration(referral)
                .and_then(|dearer| rule.price_reaching(dearer, price))
                .map_or(to + 1, |next| next.min(to + 1));
            sum += i128::from(next - price) * i128::from(self.amount(referral, band));
            price = next;
        }
        sum
    }

    /// The lowest referral fee above `referral` with which the administration costs more; `None` where it costs no more with any.
    fn dearer_administration(&self, referral: i64) -> Option<i64> {
        let administration = self.administration(referral);
        let grows = self.pays_administration && administration < MOST;
        let micros = (administration + 1) * WHOLE - WHOLE / 2;
        grows.then_some((micros + ADMINISTRATION.0 - 1).div_euclid(ADMINISTRATION.0))
    }

    pub(super) fn slope(&self, rule: &ReferralRule, price: i64) -> Slope {
        let is_capped = ADMINISTRATION.of(rule.amount(price)) >= MOST;
        if is_capped || !self.pays_administration {
            return Slope::default();
        }
        let of_referral = rule.slope(price).0 / WHOLE * ADMINISTRATION.0 / WHOLE;
        Slope(of_referral * self.rate.0)
    }

    /// The prices at which the administration fee stops growing, and some that change nothing.
    pub(super) fn changes(&self, rule: &ReferralRule) -> impl Iterator<Item = i64> {
        let capped_from = MOST * WHOLE / ADMINISTRATION.0;
        self.pays_administration
            .then(|| rule.prices_of(capped_from))
            .into_iter()
            .flatten()
    }

    /// The rule in words.
    pub(super) fn describe(&self) -> String {
        format!(
            "{} % of sales refunded, fulfilment and refund administration",
            self.rate.percent()
        )
    }
}
