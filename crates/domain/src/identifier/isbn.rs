//! The numbers of books, and the way from one form to the other.

use super::asin::Asin;
use super::check;
use super::error::IdentifierError;
use super::gtin::Ean13;
use super::text::fixed_text;

/// An International Standard Book Number of ten characters: nine digits and a check digit, which may be `X`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String, example = "0593655036"))]
pub struct Isbn10([u8; 10]);

impl Isbn10 {
    /// Reads exactly nine digits and a check digit; a lower-case `x` becomes upper-case.
    ///
    /// # Errors
    /// When the form is another, or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        const KIND: &str = "ISBN-10";
        let malformed = || IdentifierError::malformed(text, KIND);
        let mut bytes: [u8; 10] = text.as_bytes().try_into().map_err(|_| malformed())?;
        bytes.make_ascii_uppercase();
        let (found, body) = bytes.split_last().ok_or_else(malformed)?;
        if !body.iter().all(u8::is_ascii_digit) || !matches!(found, b'0'..=b'9' | b'X') {
            return Err(malformed());
        }
        let expected = check::isbn10(body);
        if expected != *found {
            return Err(IdentifierError::check_digit(text, KIND, expected));
        }
        Ok(Self(bytes))
    }

    /// The ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The ISBN-13 of the same book: 978, the nine digits, and their own check digit.
    #[must_use]
    pub fn isbn13(&self) -> Isbn13 {
        let mut body = *b"978000000000";
        for (byte, digit) in body.iter_mut().skip(3).zip(self.0) {
            *byte = digit;
        }
        Isbn13(Ean13::from_body(body))
    }

    /// The ASIN under which Amazon normally lists the book.
    #[must_use]
    pub const fn asin(&self) -> Asin {
        Asin::from_bytes(self.0)
    }
}

fixed_text!(Isbn10);

/// An International Standard Book Number of thirteen digits: an EAN-13 that begins with 978 or 979, but not with 979-0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String, example = "9780593655030"))]
pub struct Isbn13(Ean13);

impl Isbn13 {
    /// Reads exactly thirteen digits.
    ///
    /// # Errors
    /// When it is no EAN-13, or one of something else than a book.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        Ean13::parse(text)?.try_into()
    }

    /// The thirteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The same number as the bar code carries it.
    #[must_use]
    pub const fn ean(&self) -> Ean13 {
        self.0
    }

    /// The ISBN-10 of the same book; `None` for 979, under which none were given out.
    #[must_use]
    pub fn isbn10(&self) -> Option<Isbn10> {
        let body = self.as_str().strip_prefix("978")?.as_bytes().get(..9)?;
        let mut bytes = [check::isbn10(body); 10];
        for (byte, digit) in bytes.iter_mut().zip(body) {
            *byte = *digit;
        }
        Some(Isbn10(bytes))
    }
}

fixed_text!(Isbn13);

impl TryFrom<Ean13> for Isbn13 {
    type Error = IdentifierError;

    fn try_from(ean: Ean13) -> Result<Self, Self::Error> {
        if ean.is_sheet_music() {
            return Err(IdentifierError::SheetMusic {
                text: ean.to_string(),
            });
        }
        if ean.as_str().starts_with("978") || ean.as_str().starts_with("979") {
            Ok(Self(ean))
        } else {
            Err(IdentifierError::malformed(ean.as_str(), "ISBN-13"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_of_a_book_lead_to_each_other() {
        for (ten, thirteen) in [
            ("0306406152", "9780306406157"),
            ("080442957X", "9780804429573"),
            ("316148410X", "9783161484100"),
            ("0593655036", "9780593655030"),
            ("0140449132", "9780140449136"),
            ("0007136579", "9780007136575"),
        ] {
            let isbn10 = Isbn10::parse(ten).unwrap();
            let isbn13 = Isbn13::parse(thirteen).unwrap();
            assert_eq!(isbn10.isbn13(), isbn13);
            assert_eq!(isbn13.isbn10(), Some(isbn10));
            assert_eq!(isbn10.asin().as_str(), ten);
        }
    }

    #[test]
    fn a_979_book_has_no_isbn10() {
        for text in ["9798886451740", "9791090636071"] {
            assert_eq!(Isbn13::parse(text).unwrap().isbn10(), None);
        }
    }

    #[test]
    fn sheet_music_and_groceries_are_no_books() {
        assert_eq!(
            Isbn13::parse("9790123456785").unwrap_err().code(),
            "SHEET_MUSIC"
        );
        assert_eq!(
            Isbn13::parse("4006381333931").unwrap_err().code(),
            "IDENTIFIER_MALFORMED"
        );
    }

    #[test]
    fn a_wrong_isbn10_is_refused_with_the_right_check_digit() {
        let error = Isbn10::parse("0804429570").unwrap_err();
        assert!(error.to_string().contains("should end in X"), "{error}");
        for text in [
            "",
            "X804429570",
            "08044X957X",
            "080442957Y",
            "０８０４４２９５７",
        ] {
            let code = Isbn10::parse(text).unwrap_err().code();
            assert_eq!(code, "IDENTIFIER_MALFORMED", "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_isbn10_survives_the_way_to_isbn13_and_back(body in "[0-9]{9}") {
            let check = char::from(check::isbn10(body.as_bytes()));
            let isbn10 = Isbn10::parse(&format!("{body}{check}")).unwrap();
            prop_assert_eq!(isbn10.isbn13().isbn10(), Some(isbn10));
            prop_assert_eq!(Isbn13::parse(isbn10.isbn13().as_str()).unwrap(), isbn10.isbn13());
        }

        #[test]
        fn every_wrong_digit_of_an_ean_is_found(body in "[0-9]{12}", at in 0_usize..13, by in 1_u8..10) {
            let check = char::from(check::gtin(body.as_bytes()));
            let mut text = format!("{body}{check}").into_bytes();
            text[at] = (text[at] - b'0' + by) % 10 + b'0';
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(Ean13::parse(&text).unwrap_err().code(), "CHECK_DIGIT_WRONG");
        }

        #[test]
        fn an_identifier_written_and_read_again_is_the_same(body in "[0-9]{9}") {
            let check = char::from(check::isbn10(body.as_bytes()));
            let isbn10: Isbn10 = format!("{body}{check}").parse().unwrap();
            let json = serde_json::to_string(&isbn10).unwrap();
            prop_assert_eq!(serde_json::from_str::<Isbn10>(&json).unwrap(), isbn10);
        }
    }
}
