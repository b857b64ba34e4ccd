//! Percentages on the wire: numbers in percent. Those of an answer are rounded to two places, those of a setting stand as they were set.

use rust_decimal::Decimal;

/// The number that goes over the wire. A percentage is not money, so a float is right here and only here.
fn to_number(percent: Decimal) -> serde_json::Number {
    use rust_decimal::prelude::ToPrimitive;
    percent
        .to_f64()
        .and_then(serde_json::Number::from_f64)
        .unwrap_or_else(|| serde_json::Number::from(0))
}

/// The number from over the wire, as exact as it is written.
fn from_number<E: serde::de::Error>(number: &serde_json::Number) -> Result<Decimal, E> {
    let text = number.to_string();
    text.parse()
        .or_else(|_| Decimal::from_scientific(&text))
        .map_err(E::custom)
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
        value
            .map(|percent| super::to_number(percent.round_dp(2)))
            .serialize(s)
    }

    /// Reads a number or null.
    ///
    /// # Errors
    /// When it is no decimal number.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<serde_json::Number>::deserialize(d)?
            .map(|number| super::from_number(&number))
            .transpose()
    }
}

/// `#[serde(with = "crate::percent::setting")]` for a `Decimal` that a user sets.
pub(crate) mod setting {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a number.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub(crate) fn serialize<S: Serializer>(value: &Decimal, s: S) -> Result<S::Ok, S::Error> {
        super::to_number(*value).serialize(s)
    }

    /// Reads a number.
    ///
    /// # Errors
    /// When it is no number, or none that a decimal number can hold.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Decimal, D::Error> {
        super::from_number(&serde_json::Number::deserialize(d)?)
    }
}

/// `#[serde(with = "crate::percent::optional_setting")]` for an `Option<Decimal>` that a user sets.
pub(crate) mod optional_setting {
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
    /// When it is no number, or none that a decimal number can hold.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<serde_json::Number>::deserialize(d)?
            .map(|number| super::from_number(&number))
            .transpose()
    }
}
