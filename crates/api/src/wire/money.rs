//! Amounts straight from database columns, written without a decimal in between, and percentages as they are read.

use std::fmt;
use std::io::Write as _;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::{Error as _, SerializeStruct as _};
use serde::{Deserialize as _, Deserializer, Serialize, Serializer};

/// An amount in minor units of a currency, written as [`Money`](arbitragevault_domain::money::Money) is:
/// `{"amount": "12.50", "currency": "USD"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MinorMoney<'a> {
    /// The amount in the smallest unit.
    pub(crate) minor: i64,
    /// ISO 4217 code.
    pub(crate) currency: &'a str,
}

impl Serialize for MinorMoney<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; LONGEST];
        let amount = self.amount(&mut buffer).map_err(S::Error::custom)?;
        let mut money = serializer.serialize_struct("Money", 2)?;
        money.serialize_field("amount", amount)?;
        money.serialize_field("currency", self.currency)?;
        money.end()
    }
}

/// Longest amount: a sign, the 19 digits of the largest `u64` and one more, and a point.
const LONGEST: usize = 22;

impl MinorMoney<'_> {
    fn amount<'b>(&self, buffer: &'b mut [u8; LONGEST]) -> std::io::Result<&'b str> {
        let mut rest = buffer.as_mut_slice();
        if self.minor < 0 {
            rest.write_all(b"-")?;
        }
        let mut number = itoa::Buffer::new();
        let magnitude = self.minor.unsigned_abs();
        // Of the currencies that we know, only the yen has no smaller unit.
        if self.currency == "JPY" {
            rest.write_all(number.format(magnitude).as_bytes())?;
        } else {
            rest.write_all(number.format(magnitude / 100).as_bytes())?;
            let cents = magnitude % 100;
            rest.write_all(if cents < 10 { b".0" } else { b"." })?;
            rest.write_all(number.format(cents).as_bytes())?;
        }
        let written = LONGEST - rest.len();
        let text = buffer.get(..written).unwrap_or_default();
        std::str::from_utf8(text).map_err(std::io::Error::other)
    }
}

/// The amount alone.
impl fmt::Display for MinorMoney<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.amount(&mut [0; LONGEST]).map_err(|_| fmt::Error)?)
    }
}

/// Reads a percentage: a number or null. A percentage is not money, so a float is right here.
///
/// # Errors
/// When it is no number that a decimal can hold.
pub(crate) fn read_percent<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    Option::<f64>::deserialize(deserializer)?
        .map(|percent| Decimal::try_from(percent).map_err(D::Error::custom))
        .transpose()
}

#[cfg(test)]
mod tests {
    use arbitragevault_domain::money::{Currency, Money};

    use super::*;

    #[test]
    fn an_amount_of_minor_units_is_written_as_money_is() {
        for currency in [Currency::Usd, Currency::Eur, Currency::Jpy] {
            for minor in [0, 5, 10, 99, 100, 12_345, -1, -250, i64::MAX, i64::MIN] {
                let narrow = MinorMoney {
                    minor,
                    currency: currency.code(),
                };
                assert_eq!(
                    serde_json::to_string(&narrow).unwrap(),
                    serde_json::to_string(&Money::from_minor(minor, currency)).unwrap(),
                );
            }
        }
    }
}
