//! The parameters of a request, read as Keepa reads them.

use std::collections::HashMap;
use std::str::FromStr;

use crate::envelope::KeepaError;

/// Names and values of a query; unknown ones are ignored, as Keepa does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(HashMap<String, String>);

/// A request that Keepa does not accept, with a sentence why.
pub(crate) fn invalid(message: impl Into<String>) -> KeepaError {
    KeepaError::invalid_parameter(message)
}

/// A parameter out of its range, with a sentence which.
pub(crate) fn out_of_range(message: impl Into<String>) -> KeepaError {
    KeepaError::out_of_range(message)
}

impl Parameters {
    /// The parameters of a query.
    pub(crate) fn new(query: HashMap<String, String>) -> Self {
        Self(query)
    }

    /// A text; `None` when it is absent or blank.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, KeepaError> {
        self.text(name)
            .ok_or_else(|| invalid(format!("{name} is missing")))
    }

    /// Texts with commas between; `None` without one.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let items: Vec<String> = self
            .text(name)?
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect();
        (!items.is_empty()).then_some(items)
    }

    /// A number.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, KeepaError> {
        self.0
            .get(name)
            .map(|text| {
                text.trim()
                    .parse()
                    .map_err(|_| invalid(format!("{name} is not a number in range")))
            })
            .transpose()
    }

    /// A number above zero.
    pub(crate) fn positive(&self, name: &str) -> Result<Option<i32>, KeepaError> {
        match self.number(name)? {
            Some(number) if number <= 0 => Err(out_of_range(format!("{name} is not positive"))),
            number => Ok(number),
        }
    }

    /// A switch, `0` or `1`.
    pub(crate) fn switch(&self, name: &str, default: bool) -> Result<bool, KeepaError> {
        match self.0.get(name).map(String::as_str) {
            None => Ok(default),
            Some("1") => Ok(true),
            Some("0") => Ok(false),
            Some(_) => Err(invalid(format!("{name} is neither 0 nor 1"))),
        }
    }

    /// The locale; that of Brazil only where Keepa knows it.
    pub(crate) fn domain(&self, with_brazil: bool) -> Result<u8, KeepaError> {
        match self.number::<u8>("domain")? {
            Some(domain @ (1..=6 | 8..=11)) => Ok(domain),
            Some(12) if with_brazil => Ok(12),
            Some(domain) => Err(out_of_range(format!("domain {domain} does not exist here"))),
            None => Err(invalid("domain is missing")),
        }
    }
}
