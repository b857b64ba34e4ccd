//! Every flag: what raises it, with which severity and which numbers, and what is just short of it.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::acquisition::{Acquisition, Condition, Fulfilment};
use crate::analysis::analyze;
use crate::config::AnalysisConfig;
use crate::market::{DataSource, ObservedFee, Package};
use crate::testing::{as_of, days_ago, good_seller, history, used_good};

/// What is analysed: a good seller that raises no flag, but for what a case changes.
struct Input {
    snapshot: MarketSnapshot,
    acquisition: Acquisition,
    as_of: DateTime<Utc>,
}

impl Input {
    fn after(change: fn(&mut Self)) -> Self {
        let mut input = Self {
            snapshot: good_seller(),
            acquisition: used_good(Some(400)),
            as_of: as_of(),
        };
        change(&mut input);
        input
    }

    fn flags(&self) -> Vec<RiskFlag> {
        let config = AnalysisConfig::default();
        analyze(&self.snapshot, &self.acquisition, &config, self.as_of).flags
    }
}

/// A flag, what raises it, and what is just short of it.
struct Case {
    raised_by: fn(&mut Input),
    severity: Severity,
    detail: &'static str,
    silent_at: fn(&mut Input),
}

const EVERY_CODE: [RiskCode; 18] = [
    RiskCode::AmazonHoldsBuyBox,
    RiskCode::AmazonSells,
    RiskCode::AmazonSoldRecently,
    RiskCode::PriceSpike,
    RiskCode::PriceFalling,
    RiskCode::RankCollapse,
    RiskCode::ManyFbaSellers,
    RiskCode::NoBuyBox,
    RiskCode::Hazardous,
    RiskCode::HeatSensitive,
    RiskCode::Oversize,
    RiskCode::HighReturnRate,
    RiskCode::NearLossZone,
    RiskCode::FeeMismatch,
    RiskCode::UnverifiedFees,
    RiskCode::StaleData,
    RiskCode::ThinData,
    RiskCode::GeneratedData,
];

fn measure(mm: u32) -> Option<std::num::NonZeroU32> {
    std::num::NonZeroU32::new(mm)
}

/// The fulfilment fee that Keepa saw five days ago; the card gives 4.76.
fn observed_fee(minor: i32) -> Option<ObservedFee> {
    Some(ObservedFee {
        minor,
        observed_at: Some(days_ago(5)),
    })
}

/// The case of a code; a code without one does not compile.
fn case(code: RiskCode) -> Case {
    match code {
        RiskCode::AmazonHoldsBuyBox => Case {
            raised_by: |input| input.snapshot.buy_box.is_amazon = Some(true),
            severity: Severity::Warning,
            detail: "Amazon holds the buy box at 33.00",
            silent_at: |input| input.snapshot.buy_box.is_amazon = None,
        },
        RiskCode::AmazonSells => Case {
            raised_by: |input| input.snapshot.histories.amazon = history(&[(400, -1), (9, 3_000)]),
            severity: Severity::Warning,
            detail: "Amazon sells it now, and did for 10 % of the last 90 days",
            silent_at: |input| input.snapshot.histories.amazon = None,
        },
        RiskCode::AmazonSoldRecently => Case {
            raised_by: |input| {
                input.snapshot.histories.amazon = history(&[(400, 3_000), (63, -1)]);
            },
            severity: Severity::Warning,
            detail: "Amazon sold it for 30 % of the last 90 days",
            silent_at: |input| input.snapshot.histories.amazon = history(&[(400, 3_000), (90, -1)]),
        },
        RiskCode::PriceSpike => Case {
            raised_by: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_000), (9, 3_000)]);
            },
            severity: Severity::Warning,
            detail: "the current price of 30.00 is a leap from the usual 20.00 of the last 90 days",
            silent_at: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_000), (9, 2_999)]);
            },
        },
        RiskCode::PriceFalling => Case {
            raised_by: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_400), (9, 2_000)]);
                input.snapshot.histories.used_offer_count = history(&[(400, 10), (20, 12)]);
            },
            severity: Severity::Warning,
            detail: "the price fell from the usual 24.00 to 20.00 while offers grew from 10 to 12",
            silent_at: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_400), (9, 2_000)]);
                input.snapshot.histories.used_offer_count = history(&[(400, 10), (20, 11)]);
            },
        },
        RiskCode::RankCollapse => Case {
            raised_by: |input| {
                input.snapshot.histories.sales_rank = history(&[(400, 100_000), (1, 310_000)]);
            },
            severity: Severity::Warning,
            detail: "the sales rank is 310000, typical is 101265",
            silent_at: |input| {
                input.snapshot.histories.sales_rank = history(&[(400, 100_000), (1, 300_000)]);
            },
        },
        RiskCode::ManyFbaSellers => Case {
            raised_by: |input| input.snapshot.live_offers.new_fba = Some(9),
            severity: Severity::Warning,
            detail: "9 sellers are fulfilled by Amazon",
            silent_at: |input| input.snapshot.live_offers.new_fba = Some(8),
        },
        RiskCode::NoBuyBox => Case {
            raised_by: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_500), (12, -1), (3, -1)]);
            },
            severity: Severity::Warning,
            detail: "nobody has had the used buy box for 12 days, though it is offered used at 21.00",
            silent_at: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 2_500), (12, -1)]);
                input.snapshot.histories.used = history(&[(400, 2_100), (12, -1)]);
            },
        },
        RiskCode::Hazardous => Case {
            raised_by: |input| input.snapshot.is_hazardous = Some(true),
            severity: Severity::Critical,
            detail: "Amazon lists it as dangerous goods",
            silent_at: |input| input.snapshot.is_hazardous = Some(false),
        },
        RiskCode::HeatSensitive => Case {
            raised_by: |input| input.snapshot.is_heat_sensitive = Some(true),
            severity: Severity::Warning,
            detail: "heat harms it: no storage in summer",
            silent_at: |input| input.snapshot.is_heat_sensitive = Some(false),
        },
        RiskCode::Oversize => Case {
            raised_by: |input| {
                input.snapshot.package = Package {
                    length_mm: measure(458),
                    width_mm: measure(355),
                    height_mm: measure(203),
                    weight_g: measure(900),
                };
            },
            severity: Severity::Warning,
            detail: "it is larger than standard size: 458 × 355 × 203 mm, 900 g",
            silent_at: |input| {
                input.snapshot.package = Package {
                    length_mm: measure(457),
                    width_mm: measure(355),
                    height_mm: measure(203),
                    weight_g: measure(900),
                };
            },
        },
        RiskCode::HighReturnRate => Case {
            raised_by: |input| input.snapshot.has_high_return_rate = Some(true),
            severity: Severity::Warning,
            detail: "buyers return it more often than usual",
            silent_at: |input| input.snapshot.has_high_return_rate = Some(false),
        },
        RiskCode::NearLossZone => Case {
            raised_by: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 1_075)]);
                input.acquisition = used_good(Some(150));
            },
            severity: Severity::Warning,
            detail: "it is likely to sell at 10.75: from 10.00 to 10.22 fees jump and one loses",
            silent_at: |input| {
                input.snapshot.histories.buy_box_used = history(&[(400, 1_076)]);
                input.acquisition = used_good(Some(150));
            },
        },
        RiskCode::FeeMismatch => Case {
            raised_by: |input| input.snapshot.fulfilment_fee = observed_fee(482),
            severity: Severity::Warning,
            detail: "Keepa saw a fulfilment fee of 4.82 where the rate card gives 4.76",
            silent_at: |input| input.snapshot.fulfilment_fee = observed_fee(481),
        },
        RiskCode::UnverifiedFees => Case {
            raised_by: |input| input.as_of += TimeDelta::days(170),
            severity: Severity::Warning,
            detail: "no verified rate card holds on the expected day of sale: us-fba-2026-10-15-peak was taken",
            silent_at: |input| input.as_of += TimeDelta::days(90),
        },
        RiskCode::StaleData => Case {
            raised_by: |input| input.snapshot.observed_at = Some(days_ago(8)),
            severity: Severity::Warning,
            detail: "the price rests on an offer of 8 days ago",
            silent_at: |input| input.snapshot.observed_at = Some(days_ago(7)),
        },
        RiskCode::ThinData => Case {
            raised_by: |input| {
                input.snapshot.histories.buy_box_used = history(&[(44, 2_500)]);
                input.snapshot.histories.sales_rank = history(&[(89, 100_000)]);
            },
            severity: Severity::Warning,
            detail: "it was offered for 48 % of the last 90 days; its sales rank is known for 89 days",
            silent_at: |input| {
                input.snapshot.histories.buy_box_used = history(&[(45, 2_500)]);
                input.snapshot.histories.sales_rank = history(&[(90, 100_000)]);
            },
        },
        RiskCode::GeneratedData => Case {
            raised_by: |input| input.snapshot.source = DataSource::Generated,
            severity: Severity::Info,
            detail: "the sandbox made this product up",
            silent_at: |input| input.snapshot.source = DataSource::Keepa,
        },
    }
}

#[test]
fn each_flag_is_raised_with_its_severity_and_its_numbers_and_silent_just_short_of_it() {
    assert_eq!(Input::after(|_| {}).flags(), []);
    for code in EVERY_CODE {
        let case = case(code);
        let of_code = |change: fn(&mut Input)| {
            let mut flags = Input::after(change).flags();
            flags.retain(|flag| flag.code == code);
            flags
        };
        let expected = RiskFlag {
            code,
            severity: case.severity,
            detail: case.detail.to_owned(),
        };
        assert_eq!(of_code(case.raised_by), [expected]);
        assert_eq!(of_code(case.silent_at), [], "{code:?}");
    }
}

#[test]
fn against_a_new_unit_amazon_is_critical() {
    let flags = Input::after(|input| {
        input.acquisition.condition = Condition::New;
        input.snapshot.buy_box.is_amazon = Some(true);
        input.snapshot.histories.amazon = history(&[(400, 3_000)]);
    })
    .flags();
    let codes: Vec<_> = flags
        .iter()
        .map(|flag| (flag.code, flag.severity))
        .collect();
    assert_eq!(
        codes,
        [
            (RiskCode::AmazonHoldsBuyBox, Severity::Critical),
            (RiskCode::AmazonSells, Severity::Critical),
        ]
    );
}

#[test]
fn a_new_unit_looks_at_the_new_buy_box() {
    let flags = Input::after(|input| {
        input.acquisition.condition = Condition::New;
        input.snapshot.histories.buy_box = history(&[(400, 3_300), (5, -1)]);
        // What nobody has for used units is no matter.
        input.snapshot.histories.buy_box_used = history(&[(400, -1)]);
    })
    .flags();
    assert_eq!(
        flags,
        [RiskFlag {
            code: RiskCode::NoBuyBox,
            severity: Severity::Warning,
            detail: "nobody has had the new buy box for 5 days, though it is offered new at 32.00"
                .to_owned(),
        }]
    );
}

#[test]
fn figures_of_today_raise_nothing_at_an_earlier_time() {
    let flags = Input::after(|input| {
        input.snapshot.live_offers.new_fba = Some(40);
        input.snapshot.buy_box.is_amazon = Some(true);
        input.as_of -= TimeDelta::days(10);
    })
    .flags();
    assert_eq!(flags, []);
}

#[test]
fn a_market_without_a_price_is_stale_too() {
    let mut input = Input::after(|input| input.snapshot.observed_at = Some(days_ago(9)));
    let histories = &mut input.snapshot.histories;
    histories.buy_box_used = None;
    histories.used = None;
    histories.used_good = None;
    input.acquisition.fulfilment = Fulfilment::Fbm;
    assert_eq!(
        input.flags(),
        [RiskFlag {
            code: RiskCode::StaleData,
            severity: Severity::Warning,
            detail: "nobody has looked at its market for 9 days".to_owned(),
        }]
    );
}
