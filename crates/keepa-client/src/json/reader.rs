//! Reads JSON from memory, piece by piece.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use super::error::DecodeError;
use super::words::{end_of_text, seven_digits_and_comma, short_integer, word_at};
use crate::csv_type::CsvSelection;

/// How deep arrays and objects may lie in each other; Keepa's lie eight deep.
const DEEPEST: u32 = 64;

/// A place in a text of JSON.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Histories that are kept; others are stepped over.
    pub(crate) histories: CsvSelection,
    /// Holds the integers of one array while their number is unknown, so that the array itself is allocated once.
    scratch: Vec<i32>,
    depth: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8], histories: CsvSelection) -> Self {
        Self {
            rest: text,
            histories,
            scratch: Vec::new(),
            depth: 0,
        }
    }

    /// The next byte that is no white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.rest.first() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.skip(1),
                other => return other.copied(),
            }
        }
    }

    #[inline]
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Steps over a byte if it is the next one.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    #[inline]
    fn expect(&mut self, byte: u8, what: &str) -> Result<(), DecodeError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.unexpected(what))
        }
    }

    /// The error that something else stands here than what is expected.
    #[cold]
    pub(crate) fn unexpected(&mut self, expected: &str) -> DecodeError {
        let found = match self.peek() {
            None => "the end",
            Some(b'"') => "a text",
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'n') => "null",
            Some(b't' | b'f') => "a boolean",
            Some(b'-' | b'0'..=b'9') => "another number",
            Some(_) => "something else",
        };
        DecodeError::new(format!("expected {expected}, found {found}"))
    }

    /// Nothing but white space is left.
    pub(crate) fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Steps over `null` if it is next.
    #[inline]
    pub(crate) fn null(&mut self) -> bool {
        self.peek() == Some(b'n') && self.literal(b"null")
    }

    fn literal(&mut self, word: &[u8]) -> bool {
        let is_next = self.rest.starts_with(word);
        if is_next {
            self.skip(word.len());
        }
        is_next
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, DecodeError> {
        match self.peek() {
            Some(b't') if self.literal(b"true") => Ok(true),
            Some(b'f') if self.literal(b"false") => Ok(false),
            _ => Err(self.unexpected("a boolean")),
        }
    }

    /// A whole number of 64 bits.
    pub(crate) fn integer(&mut self) -> Result<i64, DecodeError> {
        let text = self.number("a whole number")?;
        std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| not_whole(text))
    }

    /// A number that may have a fraction.
    pub(crate) fn float(&mut self) -> Result<f64, DecodeError> {
        let text = self.number("a number")?;
        std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| DecodeError::new(format!("{} is no number", shown(text))))
    }

    /// The text of a number.
    pub(crate) fn number(&mut self, what: &str) -> Result<&'a [u8], DecodeError> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.unexpected(what));
        }
        let is_part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        let length = self.rest.iter().take_while(|byte| is_part(byte)).count();
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        Ok(text)
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        self.expect(b'"', "a text")?;
        match self.plain_text() {
            Some(text) => std::str::from_utf8(text)
                .map(Cow::Borrowed)
                .map_err(|_| DecodeError::new("the text is no UTF-8")),
            None => self.escaped_text().map(Cow::Owned),
        }
    }

    /// The name of a field. Names without escapes, as all are, need no check: what is no text is no known name.
    #[inline]
    fn name(&mut self) -> Result<Cow<'a, [u8]>, DecodeError> {
        self.expect(b'"', "the name of a field")?;
        match self.plain_text() {
            Some(name) => Ok(Cow::Borrowed(name)),
            None => self
                .escaped_text()
                .map(|name| Cow::Owned(name.into_bytes())),
        }
    }

    /// The rest of a text and its quote; `None` when it holds escapes or does not end.
    #[inline]
    fn plain_text(&mut self) -> Option<&'a [u8]> {
        let end = end_of_text(self.rest)?;
        let text = self.rest.get(..end)?;
        (self.rest.get(end) == Some(&b'"')).then(|| {
            self.skip(end + 1);
            text
        })
    }

    /// The rest of a text that holds escapes, which are rare.
    fn escaped_text(&mut self) -> Result<String, DecodeError> {
        let before = self.rest;
        self.skip_text_rest()?;
        let length = before.len() - self.rest.len();
        let body = before.get(..length).unwrap_or_default();
        let quoted = [b"\"", body].concat();
        serde_json::from_slice(&quoted).map_err(|error| DecodeError::new(error.to_string()))
    }

    /// Steps over the rest of a text, its closing quote included.
    fn skip_text_rest(&mut self) -> Result<(), DecodeError> {
        loop {
            let Some(at) = memchr2(b'"', b'\\', self.rest) else {
                return Err(unended());
            };
            if self.rest.get(at) == Some(&b'"') {
                self.skip(at + 1);
                return Ok(());
            }
            self.skip(at + 2);
        }
    }

    /// An object: `field` reads the value of each key.
    #[inline]
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.expect(b'{', "an object")?;
        self.deeper()?;
        if !self.take(b'}') {
            loop {
                let key = self.name()?;
                self.expect(b':', "a colon")?;
                field(self, &key)?;
                if self.take(b'}') {
                    break;
                }
                self.expect(b',', "a comma or the end of the object")?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// An array: `element` reads each of its values.
    pub(crate) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self, usize) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.expect(b'[', "an array")?;
        self.deeper()?;
        if !self.take(b']') {
            let mut index = 0;
            loop {
                element(self, index).map_err(|error| error.in_element(index))?;
                index += 1;
                if self.take(b']') {
                    break;
                }
                self.expect(b',', "a comma or the end of the array")?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), DecodeError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(DecodeError::new("too deep"));
        }
        Ok(())
    }

    /// An array of 32-bit integers.
    pub(crate) fn integers(&mut self) -> Result<Vec<i32>, DecodeError> {
        self.expect(b'[', "an array")?;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let read = self.read_integers(&mut scratch);
        let integers = read.map(|()| scratch.as_slice().to_vec());
        self.scratch = scratch;
        integers
    }

    fn read_integers(&mut self, integers: &mut Vec<i32>) -> Result<(), DecodeError> {
        if self.take(b']') {
            return Ok(());
        }
        // The fast way first: no white space, and eight bytes to read at once.
        let text = self.rest;
        let mut at = 0;
        while let Some(word) = word_at(text, at) {
            if let Some(minute) = seven_digits_and_comma(word) {
                integers.push(minute);
                at += 8;
                continue;
            }
            let Some((integer, length)) = short_integer(word) else {
                break;
            };
            match text.get(at + length) {
                Some(b',') => {
                    integers.push(integer);
                    at += length + 1;
                }
                Some(b']') => {
                    integers.push(integer);
                    self.skip(at + length + 1);
                    return Ok(());
                }
                _ => break,
            }
        }
        self.skip(at);
        loop {
            let index = integers.len();
            let integer = self.integer().map_err(|error| error.in_element(index))?;
            let integer = i32::try_from(integer).map_err(|_| out_of_range(integer));
            integers.push(integer.map_err(|error| error.in_element(index))?);
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of the array")
                .map_err(|error| error.in_element(index))?;
        }
    }

    /// Steps over an array of numbers.
    pub(crate) fn skip_numbers(&mut self) -> Result<(), DecodeError> {
        self.expect(b'[', "an array")?;
        match memchr(b']', self.rest) {
            Some(end) => {
                self.skip(end + 1);
                Ok(())
            }
            None => Err(self.unexpected("the end of an array")),
        }
    }

    /// Steps over a value, and returns its text.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], DecodeError> {
        self.peek();
        let before = self.rest;
        self.skip_value()?;
        let length = before.len() - self.rest.len();
        Ok(before.get(..length).unwrap_or_default())
    }

    fn skip_value(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Some(b'"') => {
                self.skip(1);
                self.skip_text_rest()
            }
            Some(open @ (b'{' | b'[')) => {
                self.skip(1);
                self.skip_to_end_of(open)
            }
            Some(b'n') if self.literal(b"null") => Ok(()),
            Some(b't' | b'f') => self.boolean().map(drop),
            _ => self.number("a value").map(drop),
        }
    }

    /// Steps over the rest of an object or array. Only brackets of its own kind count: the others come in pairs between them.
    fn skip_to_end_of(&mut self, open: u8) -> Result<(), DecodeError> {
        let close = if open == b'{' { b'}' } else { b']' };
        let mut depth = 1_u32;
        loop {
            let at = memchr3(b'"', open, close, self.rest);
            let found = at.and_then(|at| self.rest.get(at).map(|byte| (at, *byte)));
            let Some((at, byte)) = found else {
                return Err(DecodeError::new("a value does not end"));
            };
            self.skip(at + 1);
            if byte == b'"' {
                self.skip_text_rest()?;
            } else if byte == open {
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
        }
    }

    /// Reads a value that may not be readable, and steps over it then: its error and its text. An error of its own when it does not even end.
    pub(crate) fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Result<T, (DecodeError, &'a [u8])>, DecodeError> {
        let (rest, depth) = (self.rest, self.depth);
        match read(self) {
            Ok(value) => Ok(Ok(value)),
            Err(error) => {
                (self.rest, self.depth) = (rest, depth);
                self.raw().map(|raw| Err((error, raw)))
            }
        }
    }

    /// A value of any kind.
    pub(crate) fn value(&mut self) -> Result<serde_json::Value, DecodeError> {
        serde_json::from_slice(self.raw()?).map_err(|error| DecodeError::new(error.to_string()))
    }
}

#[cold]
fn unended() -> DecodeError {
    DecodeError::new("a text does not end")
}

#[cold]
fn not_whole(text: &[u8]) -> DecodeError {
    DecodeError::new(format!("{} is no whole number of 64 bits", shown(text)))
}

#[cold]
pub(super) fn out_of_range(number: i64) -> DecodeError {
    DecodeError::new(format!("{number} is beyond the range of this field"))
}

/// A number in the words of an error; a long one cut.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text.get(..40).unwrap_or(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(text: &str) -> Result<Vec<i32>, String> {
        let mut reader = Reader::new(text.as_bytes(), CsvSelection::ALL);
        reader
            .integers()
            .map_err(|error| format!("{}: {}", error.path(), error.message()))
    }

    #[test]
    fn integers_of_every_length_are_read_as_they_stand() {
        let numbers = [
            0,
            7,
            -1,
            -2,
            42,
            999,
            1_000,
            65_535,
            -99_999,
            1_000_000,
            8_075_776,
            12_345_678,
            99_999_999,
            100_000_000,
            i32::MAX,
            i32::MIN,
        ];
        for length in 0..numbers.len() {
            let expected = numbers[length..].to_vec();
            for (open, comma, close) in [("[", ",", "]"), ("[ ", " ,\n", " ]")] {
                let inner: Vec<String> = expected.iter().map(i32::to_string).collect();
                let text = format!("{open}{}{close}", inner.join(comma));
                assert_eq!(integers(&text).as_ref(), Ok(&expected), "{text}");
                assert_eq!(
                    integers(&format!("{text},\"and more\"")),
                    Ok(expected.clone())
                );
            }
        }
    }

    #[test]
    fn what_is_no_array_of_integers_is_told_by_its_place() {
        let cases = [
            (
                "[1,2",
                "[1]: expected a comma or the end of the array, found the end",
            ),
            ("[1,null]", "[1]: expected a whole number, found null"),
            ("[1.5]", "[0]: 1.5 is no whole number of 64 bits"),
            (
                "[1,2147483648]",
                "[1]: 2147483648 is beyond the range of this field",
            ),
            ("[1,]", "[1]: expected a whole number, found something else"),
            ("[-]", "[0]: - is no whole number of 64 bits"),
            ("{}", ": expected an array, found an object"),
            (
                "[99999999999999999999999999999999999999999999999]",
                "[0]: 9999999999999999999999999999999999999999 is no whole number of 64 bits",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(integers(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn texts_are_read_with_their_escapes() {
        let cases = [
            (r#""""#, ""),
            (r#""plain""#, "plain"),
            (r#""a \"quoted\" word""#, "a \"quoted\" word"),
            (r#""\u00e9\ud83d\ude00\\""#, "é😀\\"),
        ];
        for (text, expected) in cases {
            let mut reader = Reader::new(text.as_bytes(), CsvSelection::ALL);
            assert_eq!(reader.text().unwrap(), expected);
            assert!(reader.end().is_ok(), "{text}");
        }
        for text in [r#"""#, r#""\"#, r#""\u12""#, "\"\u{7f}", "7"] {
            let mut reader = Reader::new(text.as_bytes(), CsvSelection::ALL);
            assert!(reader.text().is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_stepped_over_ends_where_it_ends() {
        let values = [
            r#"{"a":[1,{"b":"}"}],"c":"\"]"}"#,
            r#"[[],[{}],"]"]"#,
            r#""\\""#,
            "-1.5e7",
            "true",
            "null",
        ];
        for value in values {
            let text = format!(" {value} ,7");
            let mut reader = Reader::new(text.as_bytes(), CsvSelection::ALL);
            assert_eq!(reader.raw().unwrap(), value.as_bytes());
            assert!(reader.take(b','), "{value}");
        }
    }
}
