//! Any text: it is read or refused, and what was read is valid and stays what it is when it is read again.

#![no_main]

use arbitragevault_domain::identifier::{Asin, Ean13, Isbn13, Lookup, identify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let found = match identify(text) {
        Ok(found) => found,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    match found.lookup {
        Lookup::Asin(asin) => assert_eq!(Asin::parse(asin.as_str()), Ok(asin)),
        Lookup::Code(code) => assert_eq!(Ean13::parse(code.as_str()), Ok(code)),
    }
    let written = found.lookup.to_string();
    assert_eq!(written.parse(), Ok(found.lookup));
    // Only the address of a page tells that ten letters are an ASIN.
    let again = identify(&written);
    assert!(
        again.is_ok() || matches!(found.lookup, Lookup::Asin(_)),
        "{written}: {again:?}"
    );
    if let Ok(again) = again {
        assert_eq!(again.lookup, found.lookup, "{written}");
        let is_warning = again.repairs.iter().all(|repair| repair.code.is_warning());
        assert!(
            is_warning,
            "{written} was repaired again: {:?}",
            again.repairs
        );
    }
    if let Some(isbn) = found.isbn13 {
        assert_eq!(Isbn13::parse(isbn.as_str()), Ok(isbn));
        assert_eq!(Lookup::from(isbn), found.lookup);
        let by_isbn = identify(isbn.as_str()).expect("an ISBN-13 is an identifier");
        assert_eq!((by_isbn.lookup, by_isbn.isbn13), (found.lookup, Some(isbn)));
    }
});
