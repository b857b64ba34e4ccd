//! Percentages on the wire: numbers in percent, rounded to two places.

use rust_decimal::Decimal;

/// The number that goes over the wire. A percentage is not money, so a float is right here and only here.
fn to_number(percent: Decimal) -> serde_json::Number {
    use rust_decimal::prelude::ToPrimitive;
    percent
        .round_dp(2)
        .to_f64()
        .and_then(serde_json::Number::from_f64)
        .unwrap_or_else(|| serde_json::Number::from(0))
}

/// `#[serde(with = "crate::percent::option")]` for `Option<Decimal>`.
pub(crate) mod option {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a number or null.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(super::to_number).serialize(s)
    }

    /// Reads a number or null.
    ///
    /// # Errors
    /// When it is no decimal number.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<serde_json::Number>::deserialize(d)?
            .map(|n| n.to_string().parse().map_err(serde::de::Error::custom))
            .transpose()
    }
}
