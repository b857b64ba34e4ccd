//! The numbers under bar codes: EAN-13 and UPC-A.

use super::check;
use super::error::IdentifierError;
use super::text::fixed_text;

/// A European Article Number (GTIN-13): thirteen digits, the last of which checks the others.
///
/// An ISBN-13 is one that begins with 978 or 979, and a UPC is one whose leading zero is not printed. The check finds
/// every single wrong digit, but not two neighbours swapped that differ by five.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String, example = "9798886451740"))]
pub struct Ean13([u8; 13]);

impl Ean13 {
    /// Reads exactly thirteen digits.
    ///
    /// # Errors
    /// When it is not thirteen digits, or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let is_book = text.starts_with("978") || text.starts_with("979");
        check::gtin_bytes(text, if is_book { "ISBN-13" } else { "EAN-13" }).map(Self)
    }

    /// The number of twelve digits and the check digit that belongs to them.
    pub(super) fn from_body(body: [u8; 12]) -> Self {
        let mut bytes = [check::gtin(&body); 13];
        for (byte, digit) in bytes.iter_mut().zip(body) {
            *byte = digit;
        }
        Self(bytes)
    }

    /// The thirteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// `true` for sheet music (an ISMN): 979-0 is no book (grade B: published lists of GS1 prefixes agree).
    #[must_use]
    pub fn is_sheet_music(&self) -> bool {
        self.0.starts_with(b"9790")
    }

    /// The UPC, for a number that begins with zero.
    #[must_use]
    pub fn upc(&self) -> Option<Upc> {
        let (b'0', rest) = self.0.split_first()? else {
            return None;
        };
        rest.try_into().ok().map(Upc)
    }
}

fixed_text!(Ean13);

/// A Universal Product Code (UPC-A): twelve digits, the last of which checks the others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String, example = "036000291452"))]
pub struct Upc([u8; 12]);

impl Upc {
    /// Reads exactly twelve digits.
    ///
    /// # Errors
    /// When it is not twelve digits, or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        check::gtin_bytes(text, "UPC").map(Self)
    }

    /// Reads the short form UPC-E of eight digits (number system, six digits, check digit), in which runs of zeros are left
    /// out (grade B: the manuals of two makers of bar-code readers and software agree). Only number system 0 is read: one of
    /// the sources allows no other.
    ///
    /// # Errors
    /// When it is not eight digits, the first is not 0, or the check digit of the full form is wrong.
    pub fn from_upc_e(text: &str) -> Result<Self, IdentifierError> {
        const KIND: &str = "UPC-E";
        let malformed = || IdentifierError::malformed(text, KIND);
        let [system, a, b, c, d, e, last, check] =
            <[u8; 8]>::try_from(text.as_bytes()).map_err(|_| malformed())?;
        let zero = b'0';
        let body = match last {
            b'0'..=b'2' => [a, b, last, zero, zero, zero, zero, c, d, e],
            b'3' => [a, b, c, zero, zero, zero, zero, zero, d, e],
            b'4' => [a, b, c, d, zero, zero, zero, zero, zero, e],
            b'5'..=b'9' => [a, b, c, d, e, zero, zero, zero, zero, last],
            _ => return Err(malformed()),
        };
        if system != b'0' {
            return Err(malformed());
        }
        let full: String = [system]
            .into_iter()
            .chain(body)
            .chain([check])
            .map(char::from)
            .collect();
        check::gtin_bytes(&full, KIND).map(Self)
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fixed_text!(Upc);

impl From<Upc> for Ean13 {
    fn from(upc: Upc) -> Self {
        let mut bytes = [b'0'; 13];
        for (byte, digit) in bytes.iter_mut().skip(1).zip(upc.0) {
            *byte = digit;
        }
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_upc_is_an_ean_without_its_leading_zero() {
        let upc = Upc::parse("036000291452").unwrap();
        let ean = Ean13::from(upc);
        assert_eq!(ean.as_str(), "0036000291452");
        assert_eq!(ean.upc(), Some(upc));
        assert_eq!(Ean13::parse("4006381333931").unwrap().upc(), None);
    }

    #[test]
    fn a_upc_e_is_expanded_by_its_last_digit() {
        for (short, full) in [
            ("04252614", "042100005264"),
            ("01234505", "012000003455"),
            ("01234531", "012300000451"),
            ("01234543", "012340000053"),
            ("01234565", "012345000065"),
        ] {
            let body = &full[..11];
            let check = char::from(check::gtin(body.as_bytes()));
            let short = format!("{}{check}", &short[..7]);
            let upc = Upc::from_upc_e(&short).unwrap();
            assert_eq!(upc.as_str(), format!("{body}{check}"), "{short}");
        }
        // Its check digit would fit, but not its number system.
        assert!(Upc::parse("142100005261").is_ok());
        assert!(Upc::from_upc_e("14252611").is_err());
        assert!(Upc::from_upc_e("0425261X").is_err());
        assert!(Upc::from_upc_e("4252614").is_err());
    }

    #[test]
    fn a_wrong_check_digit_is_refused_with_the_right_one() {
        let error = Ean13::parse("9780306406158").unwrap_err();
        assert_eq!(error.code(), "CHECK_DIGIT_WRONG");
        assert!(error.to_string().contains("should end in 7"), "{error}");
        assert_eq!(
            Upc::parse("03600029145").unwrap_err().code(),
            "IDENTIFIER_MALFORMED"
        );
        assert_eq!(
            Upc::parse("03600029145x").unwrap_err().code(),
            "IDENTIFIER_MALFORMED"
        );
    }

    #[test]
    fn sheet_music_is_told_from_books() {
        assert!(Ean13::parse("9790123456785").unwrap().is_sheet_music());
        assert!(!Ean13::parse("9791090636071").unwrap().is_sheet_music());
    }
}
