//! The calculator: fees, profit and limits of given numbers. No Keepa, no database.

use std::num::NonZeroU32;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use arbitragevault_domain::acquisition::Fulfilment;
use arbitragevault_domain::fees::{FeeCategory, FeeError, FeeInput, FeeReceipt, FeeSchedule};
use arbitragevault_domain::market::Package;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_domain::money::{Currency, Money};
use arbitragevault_domain::profit::{
    PriceDistribution, ProfitBreakdown, ProfitConfig, ProfitInput, profit,
};
use arbitragevault_services::intake::MAX_PRICE;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::caller::{CalculatorRead, Caller};
use crate::extract::Body;
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::{json_response, read_percent};

problems!(CalculatorProblems: MalformedBody, PayloadTooLarge, UnsupportedMediaType, ValidationFailed);

/// A sale that is assumed.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sale {
    /// Price that the buyer pays, in the currency of the marketplace.
    #[schema(value_type = String, example = "24.99")]
    price: Decimal,
    /// The marketplace.
    #[serde(default)]
    marketplace: Marketplace,
    /// Who ships.
    #[serde(default)]
    fulfilment: Fulfilment,
    /// Day of the sale, which picks the rate card; today when absent.
    date: Option<NaiveDate>,
    /// Days in Amazon's storage before.
    #[serde(default)]
    #[validate(range(max = 3_650))]
    #[schema(maximum = 3650, default = 0)]
    holding_days: u32,
    /// The row of Amazon's referral fee table; books are media.
    #[serde(default = "media")]
    #[schema(default = "MEDIA")]
    category: FeeCategory,
    /// The package; fulfilment and shipping depend on it.
    package: PackageSize,
}

const fn media() -> FeeCategory {
    FeeCategory::Media
}

/// A package, as Amazon measures it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PackageSize {
    /// Length in millimetres.
    #[schema(value_type = u32, minimum = 1, example = 229)]
    length_mm: NonZeroU32,
    /// Width in millimetres.
    #[schema(value_type = u32, minimum = 1, example = 152)]
    width_mm: NonZeroU32,
    /// Height in millimetres.
    #[schema(value_type = u32, minimum = 1, example = 25)]
    height_mm: NonZeroU32,
    /// Weight in grams.
    #[schema(value_type = u32, minimum = 1, example = 454)]
    weight_g: NonZeroU32,
}

/// Costs besides fees; one that is absent is that of the server's configuration. Amounts are in the currency of the marketplace.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Costs {
    /// Shipping of one unit to Amazon's warehouse.
    #[schema(value_type = Option<String>, example = "0.40")]
    inbound_per_unit: Option<Decimal>,
    /// Preparation of one unit for Amazon's warehouse.
    #[schema(value_type = Option<String>, example = "0.20")]
    prep_per_unit: Option<Decimal>,
    /// Tax on the buy price, in percent of it.
    #[schema(value_type = Option<f64>, minimum = 0)]
    #[serde(deserialize_with = "read_percent")]
    purchase_tax_percent: Option<Decimal>,
    /// Safety buffer, in percent of the sale price.
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 40)]
    #[serde(deserialize_with = "read_percent")]
    buffer_percent: Option<Decimal>,
}

/// Fees of a sale.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeesQuestion {
    /// The sale.
    #[validate(nested)]
    sale: Sale,
}

/// Profit of a purchase and its sale.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfitQuestion {
    /// The sale.
    #[validate(nested)]
    sale: Sale,
    /// Price of one unit, without tax, in the currency of the marketplace.
    #[schema(value_type = String, example = "4.50")]
    buy_price: Decimal,
    /// Units.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1000000, default = 1)]
    quantity: u32,
    /// Costs besides fees.
    #[serde(default)]
    costs: Costs,
}

const fn one() -> u32 {
    1
}

/// What one may pay at most.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct MaxBuyPriceQuestion {
    /// The sale.
    #[validate(nested)]
    sale: Sale,
    /// The return on the buy price to reach, in percent; that of the server's configuration when absent.
    #[serde(default, deserialize_with = "read_percent")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1000, example = 30)]
    target_roi_percent: Option<Decimal>,
    /// The profit of one unit to leave at least; that of the server's configuration when absent.
    #[schema(value_type = Option<String>, example = "3.00")]
    minimum_profit: Option<Decimal>,
    /// Costs besides fees.
    #[serde(default)]
    costs: Costs,
}

/// Fees and profit of a sale.
#[derive(Debug, Serialize, ToSchema)]
struct ProfitAnswer {
    /// Every fee.
    fees: FeeReceipt,
    /// What is left, and the limits that follow.
    profit: ProfitBreakdown,
}

/// What one may pay at most.
#[derive(Debug, Serialize, ToSchema)]
struct MaxBuyPriceAnswer {
    /// The highest buy price that reaches the target and the minimum; null when no price does.
    max_buy_price: Option<Money>,
    /// The buy price at which profit is zero; null when even a gift would lose money.
    break_even_buy_price: Option<Money>,
    /// All fees at the sale price.
    total_fees: Money,
}

/// Compute fees
///
/// Every line names its rule, its rate card, and how well that is established.
#[utoipa::path(
    tag = "calculator",
    security(("bearer" = ["calculator:read"])),
    request_body = FeesQuestion,
    responses((status = 200, description = "The receipt", body = FeeReceipt), CalculatorProblems),
)]
#[post("/calculator/fees")]
pub(crate) async fn calculate_fees(
    state: web::Data<ApiState>,
    _: Caller<CalculatorRead>,
    Body(question): Body<FeesQuestion>,
) -> Result<HttpResponse, Problem> {
    let assumed = Assumed::new(&state, &question.sale)?;
    json_response(StatusCode::OK, &assumed.receipt())
}

/// Compute profit
///
/// With the return on the buy price and on everything spent, the margin, break-even prices, and the sale prices at which one would lose.
#[utoipa::path(
    tag = "calculator",
    security(("bearer" = ["calculator:read"])),
    request_body = ProfitQuestion,
    responses((status = 200, description = "Fees and profit", body = ProfitAnswer), CalculatorProblems),
)]
#[post("/calculator/profit")]
pub(crate) async fn calculate_profit(
    state: web::Data<ApiState>,
    _: Caller<CalculatorRead>,
    Body(question): Body<ProfitQuestion>,
) -> Result<HttpResponse, Problem> {
    let assumed = Assumed::new(&state, &question.sale)?;
    let buy_price = assumed.amount(question.buy_price, "/buy_price")?;
    let config = configured(&state, &question.costs, &Target::default())?;
    let profit = assumed.profit(Some(buy_price), question.quantity, &config)?;
    let fees = assumed.receipt();
    json_response(StatusCode::OK, &ProfitAnswer { fees, profit })
}

/// Compute what to pay at most
#[utoipa::path(
    tag = "calculator",
    security(("bearer" = ["calculator:read"])),
    request_body = MaxBuyPriceQuestion,
    responses((status = 200, description = "The limits", body = MaxBuyPriceAnswer), CalculatorProblems),
)]
#[post("/calculator/max-buy-price")]
pub(crate) async fn calculate_max_buy_price(
    state: web::Data<ApiState>,
    _: Caller<CalculatorRead>,
    Body(question): Body<MaxBuyPriceQuestion>,
) -> Result<HttpResponse, Problem> {
    let assumed = Assumed::new(&state, &question.sale)?;
    let target = Target {
        roi_percent: question.target_roi_percent,
        minimum_profit: question.minimum_profit,
    };
    let config = configured(&state, &question.costs, &target)?;
    let profit = assumed.profit(None, one(), &config)?;
    let answer = MaxBuyPriceAnswer {
        max_buy_price: profit.max_buy_price,
        break_even_buy_price: profit.break_even_buy_price,
        total_fees: profit.total_fees,
    };
    json_response(StatusCode::OK, &answer)
}

/// A sale with its fees.
struct Assumed {
    schedule: FeeSchedule,
    currency: Currency,
    price_minor: i64,
}

impl Assumed {
    fn new(state: &ApiState, sale: &Sale) -> Result<Self, Problem> {
        let currency = sale.marketplace.currency();
        let price = amount(sale.price, currency, "/sale/price")?;
        let shared = &state.services.shared;
        let input = FeeInput {
            marketplace: sale.marketplace,
            sale_date: sale.date.unwrap_or_else(|| shared.clock.now().date_naive()),
            fulfilment: sale.fulfilment,
            package: Package {
                length_mm: Some(sale.package.length_mm),
                width_mm: Some(sale.package.width_mm),
                height_mm: Some(sale.package.height_mm),
                weight_g: Some(sale.package.weight_g),
            },
            category: sale.category,
            observed: None,
            price_when_observed: None,
            holding_days: sale.holding_days,
        };
        let schedule = FeeSchedule::new(&input, &shared.analysis.fees).map_err(fee_problem)?;
        let price_minor = schedule.minor(price).map_err(fee_problem)?;
        Ok(Self {
            schedule,
            currency,
            price_minor,
        })
    }

    fn amount(&self, value: Decimal, pointer: &str) -> Result<Money, Problem> {
        amount(value, self.currency, pointer)
    }

    fn receipt(&self) -> FeeReceipt {
        self.schedule.receipt_at(self.price_minor)
    }

    fn profit(
        &self,
        buy_price: Option<Money>,
        quantity: u32,
        config: &ProfitConfig,
    ) -> Result<ProfitBreakdown, Problem> {
        let input = ProfitInput {
            fees: &self.schedule,
            prices: PriceDistribution {
                low: self.price_minor,
                likely: self.price_minor,
                high: self.price_minor,
            },
            buy_price,
            quantity,
        };
        let profit = profit(&input, config).map_err(fee_problem)?;
        // One assumed price says nothing about chances.
        Ok(ProfitBreakdown {
            profit_probability_percent: None,
            expected_profit: None,
            ..profit
        })
    }
}

/// What a purchase is to reach; what is absent is that of the configuration.
#[derive(Debug, Default)]
struct Target {
    roi_percent: Option<Decimal>,
    minimum_profit: Option<Decimal>,
}

/// The server's configuration with what the question says itself.
fn configured(state: &ApiState, costs: &Costs, target: &Target) -> Result<ProfitConfig, Problem> {
    let base = &state.services.shared.analysis.profit;
    let config = ProfitConfig {
        target_roi_percent: target.roi_percent.unwrap_or(base.target_roi_percent),
        minimum_profit: target.minimum_profit.unwrap_or(base.minimum_profit),
        buffer_percent: costs.buffer_percent.unwrap_or(base.buffer_percent),
        inbound_per_unit: costs.inbound_per_unit.unwrap_or(base.inbound_per_unit),
        prep_per_unit: costs.prep_per_unit.unwrap_or(base.prep_per_unit),
        purchase_tax_percent: costs
            .purchase_tax_percent
            .unwrap_or(base.purchase_tax_percent),
    };
    let errors: Vec<_> = config.problems().into_iter().map(config_error).collect();
    if errors.is_empty() {
        Ok(config)
    } else {
        Err(Problem::invalid(ProblemKind::ValidationFailed, errors))
    }
}

/// A value that the configuration refuses, by its place in the question.
fn config_error((path, detail): (&str, &str)) -> FieldError {
    let name = path.rsplit('.').next().unwrap_or(path);
    let pointer = match name {
        "target_roi_percent" | "minimum_profit" => format!("/{name}"),
        _ => format!("/costs/{name}"),
    };
    FieldError {
        place: Place::Pointer(pointer),
        code: "OUT_OF_RANGE".into(),
        detail: detail.to_owned(),
    }
}

/// An amount as exact as its currency is, from nothing up to the highest price that a list may have.
fn amount(value: Decimal, currency: Currency, pointer: &str) -> Result<Money, Problem> {
    let money = Money::new(value, currency);
    let (code, detail) = if value.is_sign_negative() || value > Decimal::from(MAX_PRICE) {
        ("OUT_OF_RANGE", format!("must be between 0 and {MAX_PRICE}"))
    } else if money.amount() != value {
        let detail = format!("has more decimals than {currency} has");
        ("TOO_MANY_DECIMALS", detail)
    } else {
        return Ok(money);
    };
    Err(at(pointer, code, detail))
}

fn fee_problem(error: FeeError) -> Problem {
    match error {
        FeeError::PackageUnknown | FeeError::WeightUnknown => {
            at("/sale/package", "PACKAGE_UNKNOWN", error.to_string())
        }
        FeeError::ScheduleUnknown => at("/sale/marketplace", "FEES_UNKNOWN", error.to_string()),
        error => Problem::internal(error),
    }
}

fn at(pointer: &str, code: &'static str, detail: String) -> Problem {
    let error = FieldError {
        place: Place::Pointer(pointer.to_owned()),
        code: code.into(),
        detail,
    };
    Problem::invalid(ProblemKind::ValidationFailed, vec![error])
}

#[cfg(test)]
mod tests;
