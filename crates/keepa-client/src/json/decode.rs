//! How each kind of value is read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::DecodeError;
use super::reader::{Reader, out_of_range};

/// A type that is read from JSON.
pub(crate) trait Decode: Sized {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Many of them.
    fn decode_vec(reader: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        let mut elements = Vec::new();
        reader.array(|reader, _| {
            elements.push(Self::decode(reader)?);
            Ok(())
        })?;
        Ok(elements)
    }
}

/// A field that may be left out when it is written.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl Absent for String {
    fn is_absent(&self) -> bool {
        false
    }
}

/// The name of a field as a text.
pub(crate) fn name_of(key: &[u8]) -> Result<String, DecodeError> {
    let name = std::str::from_utf8(key);
    name.map(str::to_owned)
        .map_err(|_| DecodeError::new("the name is no UTF-8").in_field(key))
}

impl<T: Decode> Decode for Option<T> {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.null() {
            return Ok(None);
        }
        T::decode(reader).map(Some)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode(reader).map(Self::new)
    }
}

impl Decode for bool {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.boolean()
    }
}

impl Decode for i64 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.integer()
    }
}

impl Decode for i32 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let integer = reader.integer()?;
        Self::try_from(integer).map_err(|_| out_of_range(integer))
    }

    fn decode_vec(reader: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        reader.integers()
    }
}

impl Decode for u8 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let integer = reader.integer()?;
        Self::try_from(integer).map_err(|_| out_of_range(integer))
    }
}

impl Decode for f64 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.float()
    }
}

impl Decode for String {
    /// A number counts as its text: Keepa's own client takes it for one, so its server may send it.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if matches!(reader.peek(), Some(b'-' | b'0'..=b'9')) {
            let number = reader.number("a text")?;
            return Ok(Self::from_utf8_lossy(number).into_owned());
        }
        reader.text().map(Into::into)
    }
}

impl Decode for Value {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.value()
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode_vec(reader)
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        reader.object(|reader, key| {
            let value = T::decode(reader).map_err(|error| error.in_field(key))?;
            map.insert(name_of(key)?, value);
            Ok(())
        })?;
        Ok(map)
    }
}

impl<T: Decode> Decode for BTreeMap<i64, T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        reader.object(|reader, key| {
            let id = std::str::from_utf8(key)
                .ok()
                .and_then(|key| key.parse().ok());
            let id = id.ok_or_else(|| DecodeError::new("the key is no number").in_field(key))?;
            let value = T::decode(reader).map_err(|error| error.in_field(key))?;
            map.insert(id, value);
            Ok(())
        })?;
        Ok(map)
    }
}
