//! Bytes of a file to text.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{ListError, ListWarning};

/// How files begin that people send instead of a text, and what to call them.
const SIGNATURES: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x7fELF", "a program"),
];

/// One byte in this many may be a control character of a bar-code scanner; more of them make a binary file (our own limit).
const BYTES_PER_CONTROL: usize = 32;

/// Decodes UTF-8, UTF-16 with or without byte order mark, and else Windows-1252; a warning names every other than UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Option<ListWarning>), ListError> {
    if let Some((_, what)) = SIGNATURES
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
    {
        return Err(ListError::Binary { what });
    }
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (Some(encoding), bytes.get(length..).unwrap_or_default()),
        None => (utf16_without_mark(bytes), bytes),
    };
    let binary = ListError::Binary {
        what: "a binary file",
    };
    let utf16 = encoding.filter(|encoding| *encoding == UTF_16LE || *encoding == UTF_16BE);
    let (text, warning) = if let Some(encoding) = utf16 {
        let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
        if is_damaged {
            return Err(binary);
        }
        let detail = format!(
            "the file is in {}, not in UTF-8; it was read as such",
            encoding.name()
        );
        (
            text.into_owned(),
            Some(ListWarning::new("ENCODING_UTF16", detail)),
        )
    } else if let Ok(text) = str::from_utf8(bytes) {
        (text.to_owned(), None)
    } else {
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        let detail = "the file is not in UTF-8; it was read as Windows-1252, so look at accented letters in notes";
        (
            text.into_owned(),
            Some(ListWarning::new("ENCODING_WINDOWS_1252", detail)),
        )
    };
    // The end mark of old DOS programs is no content.
    let text = text.trim_end_matches('\u{1a}');
    let is_control = |c: &char| c.is_ascii_control() && !c.is_ascii_whitespace();
    let controls = text.chars().filter(is_control).count();
    if text.contains('\0') || controls > 0 && controls > text.len() / BYTES_PER_CONTROL {
        return Err(binary);
    }
    Ok((text.to_owned(), warning))
}

/// UTF-16 whose mark is missing: text of our kind has a zero in nearly every second byte, and in no other.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros_at = |parity: usize| {
        let chosen = bytes.iter().skip(parity).step_by(2);
        chosen.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros_at(0), zeros_at(1));
    let most = bytes.len() / 2 - bytes.len() / 8;
    match (even, odd) {
        (0, odd) if odd > 0 && odd >= most => Some(UTF_16LE),
        (even, 0) if even > 0 && even >= most => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn every_encoding_that_spreadsheets_write_is_read_and_named() {
        let text = "isbn,note\n0593655036,café\n";
        let (with_mark, plain) = (format!("\u{feff}{text}"), text.to_owned());
        for (bytes, code) in [
            (plain.clone().into_bytes(), None),
            (with_mark.clone().into_bytes(), None),
            (utf16(&with_mark, u16::to_le_bytes), Some("ENCODING_UTF16")),
            (utf16(&with_mark, u16::to_be_bytes), Some("ENCODING_UTF16")),
            (utf16(&plain, u16::to_le_bytes), Some("ENCODING_UTF16")),
            (utf16(&plain, u16::to_be_bytes), Some("ENCODING_UTF16")),
            (
                WINDOWS_1252.encode(text).0.into_owned(),
                Some("ENCODING_WINDOWS_1252"),
            ),
        ] {
            let (decoded, warning) = decode(&bytes).unwrap();
            assert_eq!(decoded, text);
            assert_eq!(
                warning.map(|warning| warning.code.into_owned()).as_deref(),
                code
            );
        }
    }

    #[test]
    fn a_binary_file_is_refused_by_its_kind() {
        for (bytes, what) in [
            (
                b"PK\x03\x04\x14\0\x06\0".as_slice(),
                "an Excel workbook or a ZIP archive",
            ),
            (b"%PDF-1.7\n", "a PDF"),
            (b"isbn\0\x01\x02\0cost", "a binary file"),
            (b"\xfe\xed\x01\x02\x03\x04\x05\x06\x07", "a binary file"),
            (b"\xff\xfe0\xd8", "a binary file"),
        ] {
            assert_eq!(decode(bytes), Err(ListError::Binary { what }));
        }
    }

    #[test]
    fn control_characters_of_a_scanner_do_not_make_a_file_binary() {
        let text = "\u{2}9780593655030\u{3}\r\n".to_owned() + &"9780593655030\r\n".repeat(10);
        assert!(decode(text.as_bytes()).is_ok());
    }
}
