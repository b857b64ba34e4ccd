//! Percentages on the wire: numbers in percent, rounded to two places. A percentage is not money, so a float is right here.

/// `#[serde(with = "crate::percent::option")]` for `Option<Decimal>`.
pub(crate) mod option {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::ToPrimitive;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a number or null.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value
            .and_then(|percent| percent.round_dp(2).to_f64())
            .serialize(serializer)
    }

    /// Reads a number or null.
    ///
    /// # Errors
    /// When it is no number that a decimal can hold.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<f64>::deserialize(deserializer)?
            .map(|percent| {
                Decimal::try_from(percent)
                    .map(|percent| percent.round_dp(2).normalize())
                    .map_err(serde::de::Error::custom)
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Row(#[serde(with = "super::option")] Option<Decimal>);

    #[test]
    fn a_percentage_is_a_number_with_two_places_and_an_unknown_one_is_null() {
        let json = |percent: Option<&str>| {
            serde_json::to_string(&Row(percent.map(|p| p.parse().unwrap()))).unwrap()
        };
        assert_eq!(json(Some("118.5049")), "118.5");
        assert_eq!(json(Some("-7.005")), "-7.0");
        assert_eq!(json(None), "null");
        let Row(read) = serde_json::from_str("118.57").unwrap();
        assert_eq!(read, Some(Decimal::new(11_857, 2)));
    }
}
