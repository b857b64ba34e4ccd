//! Why a text is no identifier, and what to do about it.

/// Longest piece of a person's text that a message repeats, in characters.
const EXCERPT: usize = 60;

/// A text that names no product, or none for certain. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Nothing is there.
    #[error(
        "the identifier is missing: give an ISBN, EAN, UPC, ASIN or the address of an Amazon product page"
    )]
    Missing,
    /// One digit repeated, which passes every check and names nothing.
    #[error("{text:?} is one digit repeated and stands for no product: give the real identifier")]
    Placeholder {
        /// The text.
        text: String,
    },
    /// A spreadsheet rounded the number away.
    #[error(
        "{text:?} is a number that a spreadsheet rounded, and its digits are lost: format the column as text in the original \
         file, and export it again"
    )]
    ScientificNotation {
        /// The text.
        text: String,
    },
    /// The last digit does not fit the others.
    #[error(
        "{text:?} as {kind} should end in {expected}, so one of its digits is wrong: compare it with the book"
    )]
    CheckDigit {
        /// The text.
        text: String,
        /// The kind of number it was read as.
        kind: &'static str,
        /// The check digit that would fit the other digits.
        expected: char,
    },
    /// Twelve digits that begin like an ISBN-13.
    #[error(
        "{text:?} has 12 digits and begins like an ISBN-13, which has 13: if only the last digit is missing it is {candidate}; \
         if it is a UPC, write it with a zero in front"
    )]
    DigitMissing {
        /// The text.
        text: String,
        /// The ISBN-13 if it is the check digit that is missing.
        candidate: String,
    },
    /// More than one kind of number fits.
    #[error("{text:?} can be read as {readings}: write the one that is meant in full")]
    Ambiguous {
        /// The text.
        text: String,
        /// The readings, for a person.
        readings: String,
    },
    /// A short bar code, which no book carries.
    #[error("{text:?} is an EAN-8, under which products are not looked up: give the ASIN")]
    Ean8 {
        /// The text.
        text: String,
    },
    /// A number of digits that no identifier has.
    #[error(
        "{text:?} has {digits} digits: an ISBN has 10 or 13, an EAN 13, a UPC 12; give one identifier for each row"
    )]
    Length {
        /// The text.
        text: String,
        /// How many digits it has.
        digits: usize,
    },
    /// A GTIN-14 of a package that holds several units.
    #[error(
        "{text:?} is the number of a case (GTIN-14), not of one unit: give the ISBN or EAN printed on the book"
    )]
    CaseOfUnits {
        /// The text.
        text: String,
    },
    /// A number of sheet music where a book's was asked for.
    #[error("{text:?} begins with 979-0: it is sheet music (ISMN), not a book")]
    SheetMusic {
        /// The text.
        text: String,
    },
    /// An address that hides the product.
    #[error(
        "{text:?} is a short link: open it, and give the address of the product page that appears"
    )]
    ShortLink {
        /// The text.
        text: String,
    },
    /// An address without an ASIN in it.
    #[error(
        "{text:?} is no address of an Amazon product page, which has /dp/ or /gp/product/ and ten characters in it"
    )]
    UnknownAddress {
        /// The text.
        text: String,
    },
    /// Not ten letters and digits.
    #[error("an ASIN is ten letters and digits, not {text:?}")]
    NotAnAsin {
        /// The text.
        text: String,
    },
    /// Not the exact form of the identifier that was asked for.
    #[error("{text:?} is no {kind}")]
    Malformed {
        /// The text.
        text: String,
        /// The kind of identifier that was asked for.
        kind: &'static str,
    },
    /// Nothing that looks like an identifier.
    #[error(
        "{text:?} is no ISBN, EAN, UPC, ASIN or address of an Amazon product page: correct it or remove the row"
    )]
    Unrecognised {
        /// The text.
        text: String,
    },
}

impl IdentifierError {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "IDENTIFIER_MISSING",
            Self::Placeholder { .. } => "IDENTIFIER_PLACEHOLDER",
            Self::ScientificNotation { .. } => "SCIENTIFIC_NOTATION",
            Self::CheckDigit { .. } => "CHECK_DIGIT_WRONG",
            Self::DigitMissing { .. } => "DIGIT_MISSING",
            Self::Ambiguous { .. } => "IDENTIFIER_AMBIGUOUS",
            Self::Ean8 { .. } => "EAN8",
            Self::Length { .. } => "IDENTIFIER_LENGTH",
            Self::CaseOfUnits { .. } => "CASE_OF_UNITS",
            Self::SheetMusic { .. } => "SHEET_MUSIC",
            Self::ShortLink { .. } => "SHORT_LINK",
            Self::UnknownAddress { .. } => "ADDRESS_UNKNOWN",
            Self::NotAnAsin { .. } => "ASIN_MALFORMED",
            Self::Malformed { .. } => "IDENTIFIER_MALFORMED",
            Self::Unrecognised { .. } => "IDENTIFIER_UNRECOGNISED",
        }
    }

    pub(super) fn not_an_asin(text: &str) -> Self {
        let text = excerpt(text);
        Self::NotAnAsin { text }
    }

    pub(super) fn malformed(text: &str, kind: &'static str) -> Self {
        let text = excerpt(text);
        Self::Malformed { text, kind }
    }

    pub(super) fn check_digit(text: &str, kind: &'static str, expected: u8) -> Self {
        Self::CheckDigit {
            text: excerpt(text),
            kind,
            expected: char::from(expected),
        }
    }
}

/// The beginning of a text, as much as a message may repeat.
pub(super) fn excerpt(text: &str) -> String {
    if text.chars().nth(EXCERPT).is_none() {
        return text.to_owned();
    }
    text.chars().take(EXCERPT).chain(['…']).collect()
}
