//! What people write, and what becomes of it.

use proptest::prelude::*;

use super::*;

/// The look-up and the repairs of a text that is read.
fn read(text: &str) -> (String, Vec<&'static str>) {
    let found = identify(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let repairs = found.repairs.iter().map(|repair| repair.code.as_str());
    (found.lookup.to_string(), repairs.collect())
}

#[test]
fn an_intact_identifier_is_read_without_repair() {
    for (text, lookup) in [
        ("0593655036", "0593655036"),
        ("9780593655030", "0593655036"),
        ("080442957X", "080442957X"),
        ("9780804429573", "080442957X"),
        ("9798886451740", "9798886451740"),
        ("9791090636071", "9791090636071"),
        ("4006381333931", "4006381333931"),
        ("036000291452", "0036000291452"),
        ("0036000291452", "0036000291452"),
        ("B07XYZ1234", "B07XYZ1234"),
        ("  0593655036\r\n", "0593655036"),
    ] {
        assert_eq!(read(text), (lookup.to_owned(), vec![]), "{text:?}");
    }
}

#[test]
fn damage_is_repaired_and_each_repair_is_named() {
    let table: &[(&str, &str, &[&str])] = &[
        ("978-0-593-65503-0", "0593655036", &["SEPARATORS"]),
        ("978 0 593 65503 0", "0593655036", &["SEPARATORS"]),
        ("978–0–593–65503–0", "0593655036", &["SEPARATORS"]),
        ("978\u{a0}0593655030", "0593655036", &["SEPARATORS"]),
        ("978.0.593.65503.0", "0593655036", &["SEPARATORS"]),
        ("9,780,593,655,030", "0593655036", &["SEPARATORS"]),
        ("0-8044-2957-x", "080442957X", &["SEPARATORS", "LOWER_CASE"]),
        ("080442957x", "080442957X", &["LOWER_CASE"]),
        ("b07xyz1234", "B07XYZ1234", &["LOWER_CASE"]),
        ("593655036", "0593655036", &["LEADING_ZEROS"]),
        ("80442957X", "080442957X", &["LEADING_ZEROS"]),
        ("7136579", "0007136579", &["LEADING_ZEROS"]),
        ("36000291452", "0036000291452", &["LEADING_ZEROS"]),
        ("9780593655030.0", "0593655036", &["DECIMALS"]),
        ("9780593655030.00", "0593655036", &["DECIMALS"]),
        ("9780593655030,0", "0593655036", &["DECIMALS"]),
        ("593655036.0", "0593655036", &["DECIMALS", "LEADING_ZEROS"]),
        ("\u{feff}0593655036", "0593655036", &["INVISIBLE"]),
        ("\u{202a}0593655036\u{202c}", "0593655036", &["INVISIBLE"]),
        ("\u{2}0593655036\u{3}", "0593655036", &["INVISIBLE"]),
        ("９７８０５９３６５５０３０", "0593655036", &["FULL_WIDTH"]),
        (
            "０８０４４２９５７ｘ",
            "080442957X",
            &["FULL_WIDTH", "LOWER_CASE"],
        ),
        ("ISBN:0593655036", "0593655036", &["LABEL"]),
        ("ISBN 0593655036", "0593655036", &["LABEL"]),
        (
            "isbn-13: 978-0593655030",
            "0593655036",
            &["LABEL", "SEPARATORS"],
        ),
        ("ISBN 10 0593655036", "0593655036", &["LABEL"]),
        ("ISBN13 9780593655030", "0593655036", &["LABEL"]),
        ("urn:isbn:9780593655030", "0593655036", &["LABEL"]),
        ("ASIN: B07XYZ1234", "B07XYZ1234", &["LABEL"]),
        ("UPC# 036000291452", "0036000291452", &["LABEL"]),
        ("\"0593655036\"", "0593655036", &["QUOTES"]),
        ("'0593655036", "0593655036", &["QUOTES"]),
        ("=\"0593655036\"", "0593655036", &["QUOTES"]),
        ("“0593655036”", "0593655036", &["QUOTES"]),
        ("978059365503051799", "0593655036", &["PRICE_ADD_ON"]),
        (
            "9780593655030 90000",
            "0593655036",
            &["SEPARATORS", "PRICE_ADD_ON"],
        ),
        ("03600029145251299", "0036000291452", &["PRICE_ADD_ON"]),
        ("09780593655030", "0593655036", &["GTIN14"]),
        ("9.780593655030E+12", "0593655036", &["SCIENTIFIC_EXPANDED"]),
        ("9.780593655030e12", "0593655036", &["SCIENTIFIC_EXPANDED"]),
        ("04252614", "0042100005264", &["UPC_E_EXPANDED"]),
        (
            "https://www.amazon.com/dp/0593655036",
            "0593655036",
            &["ADDRESS"],
        ),
        (
            "amazon.co.uk/gp/product/b07xyz1234?x=1",
            "B07XYZ1234",
            &["ADDRESS"],
        ),
        ("0593655037", "0593655037", &["ASIN_UNVERIFIED"]),
        ("9790123456785", "9790123456785", &["SHEET_MUSIC"]),
    ];
    for (text, lookup, repairs) in table {
        assert_eq!(
            read(text),
            ((*lookup).to_owned(), repairs.to_vec()),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_not_certain_is_refused_with_a_code() {
    for (text, code) in [
        ("", "IDENTIFIER_MISSING"),
        (" \u{feff}\u{200b} ", "IDENTIFIER_MISSING"),
        ("\"\"", "IDENTIFIER_MISSING"),
        ("9.78E+12", "SCIENTIFIC_NOTATION"),
        ("9,78E+12", "SCIENTIFIC_NOTATION"),
        ("9.78059E+12", "SCIENTIFIC_NOTATION"),
        ("9.78059365503E+12", "SCIENTIFIC_NOTATION"),
        ("9E12", "SCIENTIFIC_NOTATION"),
        ("5.93655E-08", "SCIENTIFIC_NOTATION"),
        ("9780593655031", "CHECK_DIGIT_WRONG"),
        ("4006381333930", "CHECK_DIGIT_WRONG"),
        ("036000291453", "CHECK_DIGIT_WRONG"),
        ("36000291453", "CHECK_DIGIT_WRONG"),
        ("593655037", "CHECK_DIGIT_WRONG"),
        ("059365503X", "CHECK_DIGIT_WRONG"),
        ("978059365503151799", "CHECK_DIGIT_WRONG"),
        ("978059365503", "DIGIT_MISSING"),
        ("979888645174", "DIGIT_MISSING"),
        ("0000000000", "IDENTIFIER_PLACEHOLDER"),
        ("9999999999999", "IDENTIFIER_PLACEHOLDER"),
        ("5", "IDENTIFIER_PLACEHOLDER"),
        ("96385074", "EAN8"),
        ("12345", "IDENTIFIER_LENGTH"),
        ("9780593655030 9780804429573", "IDENTIFIER_LENGTH"),
        ("19780593655037", "CASE_OF_UNITS"),
        ("https://a.co/d/3xYzAbC", "SHORT_LINK"),
        ("https://www.amazon.com/s?k=books", "ADDRESS_UNKNOWN"),
        ("The Great Gatsby", "IDENTIFIER_UNRECOGNISED"),
        ("BOOKSELLER", "IDENTIFIER_UNRECOGNISED"),
        ("Best of 10", "IDENTIFIER_UNRECOGNISED"),
        ("1234567.89", "IDENTIFIER_UNRECOGNISED"),
        ("=A1", "IDENTIFIER_UNRECOGNISED"),
        ("#N/A", "IDENTIFIER_UNRECOGNISED"),
        ("0593655O36", "IDENTIFIER_UNRECOGNISED"),
        ("X", "IDENTIFIER_UNRECOGNISED"),
        ("ISBN", "IDENTIFIER_UNRECOGNISED"),
        ("ISBN10593655036X", "IDENTIFIER_UNRECOGNISED"),
        ("059X655036", "IDENTIFIER_UNRECOGNISED"),
    ] {
        let error = identify(text).expect_err(text);
        assert_eq!(error.code(), code, "{text:?}: {error}");
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    let sentences: String = [
        "",
        "0000000000",
        "9.78E+12",
        "9780593655031",
        "978059365503",
        "12345",
        "19780593655037",
        "amzn.to/3xYzAbC",
        "https://www.amazon.com/s?k=books",
        "The Great Gatsby",
    ]
    .into_iter()
    .filter_map(|text| identify(text).err())
    .map(|error| format!("{}: {error}\n", error.code()))
    .collect();
    insta::assert_snapshot!(sentences);
}

#[test]
fn eight_digits_that_fit_two_kinds_of_number_are_refused_with_both() {
    // 00 + the digits pass the check of an ISBN-10, the digits alone that of an EAN-8.
    let ambiguous = (20_000_000_u32..20_001_000)
        .map(|number| number.to_string())
        .filter_map(|text| identify(&text).err())
        .find(|error| error.code() == "IDENTIFIER_AMBIGUOUS")
        .unwrap();
    let sentence = ambiguous.to_string();
    assert!(sentence.contains("the ISBN-10 002000"), "{sentence}");
    assert!(sentence.contains("an EAN-8"), "{sentence}");
}

#[test]
fn a_book_is_known_by_its_isbn13_however_it_was_written() {
    let isbn13 = Isbn13::parse("9780593655030").ok();
    for text in [
        "0593655036",
        "593655036",
        "978-0593655030",
        "https://www.amazon.de/dp/0593655036",
    ] {
        assert_eq!(identify(text).unwrap().isbn13, isbn13, "{text}");
    }
    for text in ["B07XYZ1234", "4006381333931", "0593655037", "9790123456785"] {
        assert_eq!(identify(text).unwrap().isbn13, None, "{text}");
    }
}

#[test]
fn the_code_of_a_repair_is_its_name_on_the_wire() {
    for text in [
        "0593655037",
        "ISBN:0593655036",
        "9790123456785",
        "593655036.0",
    ] {
        for repair in identify(text).unwrap().repairs {
            let json = serde_json::to_value(repair.code).unwrap();
            assert_eq!(json, repair.code.as_str());
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = identify(&text);
    }

    #[test]
    fn no_text_that_looks_like_an_identifier_makes_it_panic(
        text in "[=\"']{0,2}(ISBN|asin|EAN-13|urn:isbn:|https://www.amazon.com/dp/|amzn)?[-:/ ]?[0-9０-９xXB.,eE+–\u{feff} -]{0,24}[\"]?"
    ) {
        if let Ok(found) = identify(&text) {
            prop_assert_eq!(found.lookup.to_string().parse::<Lookup>().unwrap(), found.lookup);
        }
    }

    #[test]
    fn what_was_identified_is_identified_again_as_the_same(text in "[0-9]{7,18}|[0-9]{9}X|B[0-9A-Z]{9}") {
        if let Ok(found) = identify(&text) {
            let again = identify(found.lookup.as_str()).unwrap();
            prop_assert_eq!(again.lookup, found.lookup);
            prop_assert_eq!(again.isbn13, found.isbn13);
        }
    }

    #[test]
    fn every_book_is_read_from_every_form_of_its_number(body in "[0-9]{9}") {
        let isbn13 = Isbn13::parse(Ean13::from_body(format!("978{body}").as_bytes().try_into().unwrap()).as_str()).unwrap();
        let isbn10 = isbn13.isbn10().unwrap();
        prop_assume!(!isbn10.as_str().bytes().all(|b| b == body.as_bytes()[0]));
        for text in [
            isbn10.to_string(),
            isbn10.to_string().to_lowercase(),
            isbn13.to_string(),
            format!("{isbn13}.0"),
            format!("=\"{isbn13}\""),
            format!("https://www.amazon.com/title/dp/{isbn10}/ref=x"),
        ] {
            let found = identify(&text).unwrap();
            prop_assert_eq!(found.lookup, Lookup::Asin(isbn10.asin()), "{}", text);
            prop_assert_eq!(found.isbn13, Some(isbn13), "{}", text);
        }
    }
}

#[test]
fn a_filled_cell_is_no_product_whatever_stands_around_it() {
    for text in [
        "0000000000",
        "00000000000004599",
        "00000000000000",
        "https://www.amazon.com/dp/1111111111",
    ] {
        let error = identify(text).unwrap_err();
        assert!(
            matches!(error, IdentifierError::Placeholder { .. }),
            "{text}: {error:?}"
        );
    }
}
