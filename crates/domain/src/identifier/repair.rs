//! Reads an identifier as a person wrote it: repairs what is certain, names each repair, refuses the rest.

use serde::{Deserialize, Serialize};

use super::asin::Asin;
use super::clean::Cleaned;
use super::error::{IdentifierError, excerpt};
use super::gtin::{Ean13, Upc};
use super::isbn::{Isbn10, Isbn13};
use super::lookup::Lookup;
use super::url;

/// What was done to a text to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RepairCode {
    /// Full-width characters became ordinary ones.
    FullWidth,
    /// Byte order marks, zero-width or control characters were removed.
    Invisible,
    /// Quotes, or the `="…"` of a spreadsheet, were removed.
    Quotes,
    /// A label such as `ISBN:` was removed.
    Label,
    /// The ASIN was taken from the address of an Amazon page.
    Address,
    /// The `.0` of a number cell was removed.
    Decimals,
    /// A number in scientific notation that still has all its digits was written out.
    ScientificExpanded,
    /// Hyphens, spaces or other separators were removed.
    Separators,
    /// Lower-case letters became upper-case.
    LowerCase,
    /// Leading zeros that a spreadsheet took away were put back; the check digit agrees.
    LeadingZeros,
    /// The five digits of the price bar code were removed.
    PriceAddOn,
    /// A UPC-E was written out in full.
    UpcEExpanded,
    /// The leading zero of a GTIN-14 was removed.
    Gtin14,
    /// A warning: ten digits that fail the check of an ISBN-10 are taken for an ASIN as they stand.
    AsinUnverified,
    /// A warning: the number is of sheet music, not of a book.
    SheetMusic,
}

impl RepairCode {
    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullWidth => "FULL_WIDTH",
            Self::Invisible => "INVISIBLE",
            Self::Quotes => "QUOTES",
            Self::Label => "LABEL",
            Self::Address => "ADDRESS",
            Self::Decimals => "DECIMALS",
            Self::ScientificExpanded => "SCIENTIFIC_EXPANDED",
            Self::Separators => "SEPARATORS",
            Self::LowerCase => "LOWER_CASE",
            Self::LeadingZeros => "LEADING_ZEROS",
            Self::PriceAddOn => "PRICE_ADD_ON",
            Self::UpcEExpanded => "UPC_E_EXPANDED",
            Self::Gtin14 => "GTIN14",
            Self::AsinUnverified => "ASIN_UNVERIFIED",
            Self::SheetMusic => "SHEET_MUSIC",
        }
    }

    /// `true` where nothing was changed, but a person should look.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::AsinUnverified | Self::SheetMusic)
    }
}

/// One repair, or one warning, with a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Repair {
    /// Which.
    pub code: RepairCode,
    /// What was done to this text.
    pub detail: String,
}

/// A text that names a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Identified {
    /// How its market data is asked for.
    pub lookup: Lookup,
    /// The ISBN-13, where the number is that of a book.
    pub isbn13: Option<Isbn13>,
    /// What was repaired, in order; empty when the text was an identifier as it stood.
    pub repairs: Vec<Repair>,
}

/// Reads an identifier as a person, a spreadsheet or a scanner wrote it.
///
/// What is left after separators, quotes and labels are taken off is read by its length:
///
/// | characters | read as |
/// |---|---|
/// | 13 digits | EAN-13; the check digit must fit |
/// | 12 digits | UPC; refused when it begins with 978 or 979, because it may be an ISBN-13 that lost any one digit, and nothing is left to check a guess |
/// | 11 digits | UPC whose leading zero is lost |
/// | 10 digits, or 9 and `X` | ISBN-10. Ten digits that fail its check are kept as an ASIN with a warning: old ASINs are numbers too; with an `X` they are refused |
/// | 9 digits, or 8 and `X` | ISBN-10 whose leading zero is lost, or SBN, which is the same |
/// | 7 or 8 digits | ISBN-10 that lost two or three zeros, or UPC-E, where the check fits one of them and no EAN-8 |
/// | 14 digits | GTIN-14 of a single unit (leading zero) |
/// | 17 or 18 digits | UPC or ISBN-13 with the five digits of its price bar code |
/// | `B` and nine letters or digits | ASIN |
/// | address of an Amazon page | its ASIN |
///
/// An ISBN with an ISBN-10 is looked up by that as ASIN, anything else that is no ASIN by code.
///
/// # Errors
/// When the text names no product for certain. The error says what to do.
///
/// # Example
/// ```
/// use arbitragevault_domain::identifier::{RepairCode, identify};
///
/// let book = identify("ISBN: 978–0–593–65503–0")?;
/// assert_eq!(book.lookup.to_string(), "0593655036");
/// assert!(book.repairs.iter().any(|repair| repair.code == RepairCode::Separators));
///
/// let error = identify("9.78E+12").unwrap_err();
/// assert_eq!(error.code(), "SCIENTIFIC_NOTATION");
/// # Ok::<(), arbitragevault_domain::identifier::IdentifierError>(())
/// ```
pub fn identify(text: &str) -> Result<Identified, IdentifierError> {
    let found = read(text)?;
    let written = found.lookup.as_str();
    if is_one_digit_repeated(written) {
        let text = written.to_owned();
        return Err(IdentifierError::Placeholder { text });
    }
    Ok(found)
}

fn read(text: &str) -> Result<Identified, IdentifierError> {
    let mut cleaned = Cleaned::new(text);
    if cleaned.text.is_empty() {
        return Err(IdentifierError::Missing);
    }
    if let Some(asin) = url::asin_of(&cleaned.text) {
        let asin = asin?;
        cleaned.note(
            RepairCode::Address,
            format!("{asin} taken from the address"),
        );
        return Ok(asin_found(cleaned, asin));
    }
    expand_scientific(&mut cleaned)?;
    cleaned.remove_decimals();
    let unseparated = cleaned.text.len();
    cleaned.remove_separators();
    let had_separators = cleaned.text.len() != unseparated;
    cleaned.raise();

    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_digits(&cleaned.text) {
        read_digits(cleaned)
    } else if cleaned.text.strip_suffix('X').is_some_and(is_digits) {
        read_isbn10(cleaned)
    } else if !had_separators && looks_like_asin(&cleaned.text) {
        let asin = Asin::parse(&cleaned.text)?;
        Ok(asin_found(cleaned, asin))
    } else {
        let text = excerpt(text.trim());
        Err(IdentifierError::Unrecognised { text })
    }
}

/// Amazon's own ASINs begin with B and have digits in them (grade M): a ten-letter word is none.
fn looks_like_asin(text: &str) -> bool {
    text.len() == 10
        && text.starts_with('B')
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// Writes out `9.780306406157E+12`; refuses `9.78E+12`, of which digits are lost.
fn expand_scientific(cleaned: &mut Cleaned) -> Result<(), IdentifierError> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let Some((mantissa, exponent)) = cleaned.text.split_once(['e', 'E']) else {
        return Ok(());
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    if !is_digits(whole) || !is_digits(exponent) || !(fraction.is_empty() || is_digits(fraction)) {
        return Ok(());
    }
    let is_complete = !cleaned.text.contains('-')
        && whole.len() == 1
        && !fraction.is_empty()
        && exponent.parse() == Ok(fraction.len());
    if !is_complete {
        let text = excerpt(&cleaned.text);
        return Err(IdentifierError::ScientificNotation { text });
    }
    let digits = format!("{whole}{fraction}");
    let detail = format!("the number {:?} written out as {digits}", cleaned.text);
    cleaned.text = digits;
    cleaned.note(RepairCode::ScientificExpanded, detail);
    Ok(())
}

/// `true` for what somebody typed to fill a cell that must not be empty.
fn is_one_digit_repeated(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next();
    first.is_some_and(|first| first.is_ascii_digit()) && bytes.all(|byte| Some(byte) == first)
}

/// Reads a text that is nothing but digits.
fn read_digits(mut cleaned: Cleaned) -> Result<Identified, IdentifierError> {
    let text = cleaned.text.clone();
    if is_one_digit_repeated(&text) {
        let text = excerpt(&text);
        return Err(IdentifierError::Placeholder { text });
    }
    match text.len() {
        7 | 8 => read_short(cleaned),
        9 | 10 => read_isbn10(cleaned),
        11 => {
            let upc = Upc::parse(&format!("0{text}"))?;
            note_zeros(&mut cleaned, upc.as_str());
            Ok(ean_found(cleaned, upc.into()))
        }
        12 => read_twelve(cleaned),
        13 => Ean13::parse(&text).map(|ean| ean_found(cleaned, ean)),
        14 => {
            let Some(unit) = text.strip_prefix('0') else {
                return Err(IdentifierError::CaseOfUnits { text });
            };
            let ean = Ean13::parse(unit)?;
            cleaned.note(
                RepairCode::Gtin14,
                format!("the GTIN-14 {text} read as {ean}"),
            );
            Ok(ean_found(cleaned, ean))
        }
        17 | 18 => read_with_add_on(cleaned),
        digits => Err(IdentifierError::Length {
            text: excerpt(&text),
            digits,
        }),
    }
}

/// Reads seven or eight digits where exactly one kind of number fits.
fn read_short(mut cleaned: Cleaned) -> Result<Identified, IdentifierError> {
    let text = cleaned.text.clone();
    let isbn10 = Isbn10::parse(&format!("{text:0>10}")).ok();
    let upc = Upc::from_upc_e(&format!("{text:0>8}")).ok();
    let ean8 = super::check::gtin_bytes::<8>(&text, "EAN-8").ok();
    match (isbn10, upc, ean8) {
        (Some(isbn10), None, None) => {
            note_zeros(&mut cleaned, isbn10.as_str());
            Ok(isbn10_found(cleaned, isbn10))
        }
        (None, Some(upc), None) => {
            let detail = format!("the UPC-E {text} written out as the UPC {upc}");
            cleaned.note(RepairCode::UpcEExpanded, detail);
            Ok(ean_found(cleaned, upc.into()))
        }
        (None, None, Some(_)) => Err(IdentifierError::Ean8 { text }),
        (None, None, None) => Err(IdentifierError::Length {
            digits: text.len(),
            text,
        }),
        (isbn10, upc, ean8) => {
            let isbn10 = isbn10.map(|isbn10| format!("the ISBN-10 {isbn10}"));
            let upc = upc.map(|upc| format!("the UPC {upc}"));
            let ean8 = ean8.map(|_| "an EAN-8".to_owned());
            let readings: Vec<String> = [isbn10, upc, ean8].into_iter().flatten().collect();
            let readings = readings.join(" or ");
            Err(IdentifierError::Ambiguous { text, readings })
        }
    }
}

/// Reads nine or ten characters, the last of which may be `X`.
fn read_isbn10(mut cleaned: Cleaned) -> Result<Identified, IdentifierError> {
    let text = cleaned.text.clone();
    match text.len() {
        9 => {
            let isbn10 = Isbn10::parse(&format!("0{text}"))?;
            note_zeros(&mut cleaned, isbn10.as_str());
            Ok(isbn10_found(cleaned, isbn10))
        }
        10 => match Isbn10::parse(&text) {
            Ok(isbn10) => Ok(isbn10_found(cleaned, isbn10)),
            Err(IdentifierError::CheckDigit { expected, .. }) if !text.ends_with('X') => {
                let asin = Asin::parse(&text)?;
                let detail = format!(
                    "{asin} is no ISBN-10, which would end in {expected}: it is looked up as an ASIN as it stands"
                );
                cleaned.note(RepairCode::AsinUnverified, detail);
                Ok(asin_found(cleaned, asin))
            }
            Err(error) => Err(error),
        },
        _ => Err(IdentifierError::Unrecognised {
            text: excerpt(&text),
        }),
    }
}

/// Reads twelve digits, which are a UPC unless they may be an ISBN-13 with a digit missing.
fn read_twelve(cleaned: Cleaned) -> Result<Identified, IdentifierError> {
    let text = cleaned.text.clone();
    if text.starts_with("978") || text.starts_with("979") {
        let body = <[u8; 12]>::try_from(text.as_bytes());
        let candidate = body.map(|body| Ean13::from_body(body).to_string());
        return Err(IdentifierError::DigitMissing {
            text,
            candidate: candidate.unwrap_or_default(),
        });
    }
    Upc::parse(&text).map(|upc| ean_found(cleaned, upc.into()))
}

/// Reads a number whose last five digits are the price bar code beside it (grade B: descriptions of the EAN-5 supplement agree).
fn read_with_add_on(mut cleaned: Cleaned) -> Result<Identified, IdentifierError> {
    let text = cleaned.text.clone();
    let length = || IdentifierError::Length {
        text: excerpt(&text),
        digits: text.len(),
    };
    let (number, add_on) = text
        .split_at_checked(text.len().saturating_sub(5))
        .ok_or_else(length)?;
    let ean = if number.len() == 12 {
        Upc::parse(number)?.into()
    } else if number.starts_with("978") || number.starts_with("979") {
        Ean13::parse(number)?
    } else {
        return Err(length());
    };
    cleaned.note(
        RepairCode::PriceAddOn,
        format!("the price bar code {add_on} after {number} removed"),
    );
    Ok(ean_found(cleaned, ean))
}

/// Notes the zeros put back in front of the text.
fn note_zeros(cleaned: &mut Cleaned, full: &str) {
    let detail = format!("leading zeros put back: {} read as {full}", cleaned.text);
    cleaned.note(RepairCode::LeadingZeros, detail);
}

fn isbn10_found(cleaned: Cleaned, isbn10: Isbn10) -> Identified {
    Identified {
        lookup: Lookup::Asin(isbn10.asin()),
        isbn13: Some(isbn10.isbn13()),
        repairs: cleaned.repairs,
    }
}

fn asin_found(cleaned: Cleaned, asin: Asin) -> Identified {
    let isbn10 = Isbn10::parse(asin.as_str()).ok();
    Identified {
        lookup: Lookup::Asin(asin),
        isbn13: isbn10.map(|isbn10| isbn10.isbn13()),
        repairs: cleaned.repairs,
    }
}

fn ean_found(mut cleaned: Cleaned, ean: Ean13) -> Identified {
    if ean.is_sheet_music() {
        let detail = format!("{ean} is the number of sheet music (ISMN), not of a book");
        cleaned.note(RepairCode::SheetMusic, detail);
    }
    Identified {
        lookup: ean.into(),
        isbn13: ean.try_into().ok(),
        repairs: cleaned.repairs,
    }
}

#[cfg(test)]
mod tests;
