//! Amounts of money with their currency. No float ever holds one.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A currency in which an Amazon marketplace sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United States dollar.
    Usd,
    /// Pound sterling.
    Gbp,
    /// Euro.
    Eur,
    /// Japanese yen, which has no smaller unit.
    Jpy,
    /// Canadian dollar.
    Cad,
    /// Indian rupee.
    Inr,
    /// Mexican peso.
    Mxn,
    /// Brazilian real.
    Brl,
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Gbp => "GBP",
            Self::Eur => "EUR",
            Self::Jpy => "JPY",
            Self::Cad => "CAD",
            Self::Inr => "INR",
            Self::Mxn => "MXN",
            Self::Brl => "BRL",
        }
    }

    /// How many decimal places the smallest unit is below the main one (ISO 4217): 0 for the yen, else 2.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of money in one currency.
///
/// On the wire it is `{"amount": "12.50", "currency": "USD"}`: a decimal string, never a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Money {
    /// The amount in the main unit of the currency.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "12.50"))]
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount in the main unit, rounded half away from zero to the currency's smallest unit.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        let exponent = currency.exponent();
        let mut amount =
            amount.round_dp_with_strategy(exponent, RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(exponent);
        Self { amount, currency }
    }

    /// An amount given in the smallest unit of the currency (cents, pence, yen).
    #[must_use]
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self {
            amount: Decimal::new(minor, currency.exponent()),
            currency,
        }
    }

    /// Nothing, in the given currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// The amount in the main unit.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in the smallest unit, or `None` where it does not fit 64 bits.
    #[must_use]
    pub fn minor(&self) -> Option<i64> {
        i64::try_from(self.amount.mantissa()).ok()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_rounded_half_away_from_zero_to_the_smallest_unit() {
        let half = Money::new(Decimal::new(12_345, 3), Currency::Usd);
        assert_eq!(half, Money::from_minor(1_235, Currency::Usd));
        let loss = Money::new(Decimal::new(-12_345, 3), Currency::Usd);
        assert_eq!(loss, Money::from_minor(-1_235, Currency::Usd));
    }

    #[test]
    fn the_yen_has_no_smaller_unit() {
        assert_eq!(Money::from_minor(350, Currency::Jpy).to_string(), "350 JPY");
        assert_eq!(
            Money::from_minor(350, Currency::Usd).to_string(),
            "3.50 USD"
        );
    }

    #[test]
    fn the_wire_form_is_a_decimal_string() {
        let json = serde_json::to_string(&Money::from_minor(1_250, Currency::Usd)).unwrap();
        assert_eq!(json, r#"{"amount":"12.50","currency":"USD"}"#);
    }
}
