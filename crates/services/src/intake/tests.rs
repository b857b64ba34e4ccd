//! Lists as people send them, and what is read from them.

use arbitragevault_domain::money::{Currency, Money};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn list(text: &str) -> Intake {
    read_text(text.as_bytes(), &Terms::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A list in few words: a line for each row, and below it what was found.
fn told(intake: &Intake) -> String {
    let mut lines = Vec::new();
    for warning in &intake.warnings {
        lines.push(format!("list: {} {}", warning.code, warning.detail));
    }
    for row in &intake.rows {
        let outcome = match &row.outcome {
            Ok(accepted) => {
                let offer = &accepted.acquisition;
                let price = offer
                    .buy_price
                    .map_or("?".to_owned(), |price| price.to_string());
                let note = accepted.note.as_deref().unwrap_or("-");
                format!(
                    "{} {price} x{} {} {} {note:?}",
                    accepted.identified.lookup,
                    offer.quantity,
                    offer.condition.as_str(),
                    offer.fulfilment.as_str()
                )
            }
            Err(_) => "rejected".to_owned(),
        };
        lines.push(format!(
            "{}: {:?} -> {outcome}",
            row.row, row.identifier_text
        ));
        if let Ok(accepted) = &row.outcome {
            for repair in &accepted.identified.repairs {
                lines.push(format!(
                    "    repair {} {}",
                    repair.code.as_str(),
                    repair.detail
                ));
            }
        }
        for (kind, finding) in findings(row) {
            let Finding {
                code,
                field,
                detail,
            } = finding;
            lines.push(format!("    {kind} {} {code} {detail}", field.as_str()));
        }
    }
    lines.join("\n")
}

fn findings(row: &ListRow) -> impl Iterator<Item = (&'static str, &Finding)> {
    let problems = row
        .outcome
        .as_ref()
        .err()
        .into_iter()
        .flat_map(|rejected| &rejected.problems);
    let warnings = row.warnings.iter();
    problems
        .map(|finding| ("problem", finding))
        .chain(warnings.map(|finding| ("warning", finding)))
}

/// The codes of everything found about a row.
fn codes(row: &ListRow) -> Vec<&str> {
    findings(row)
        .map(|(_, finding)| finding.code.as_ref())
        .collect()
}

#[test]
fn a_list_with_every_kind_of_damage_is_answered_row_by_row() {
    let text = "\u{feff}ISBN;Cost;Qty;Condition;Fulfillment;Title;Notes;SKU\r\n\
        978-0-593-65503-0;12,50;2;Used - Good;FBA;A title;first;S-1\r\n\
        593655036;$4.00;;VG;mfn;;;\r\n\
        9.78E+12;1.00;;;;;;\r\n\
        9780593655031;1.00;;;;;;\r\n\
        \r\n\
        ;3.00;;;;lost;;\r\n\
        9798886451740;-1;0;mint;drone;;;\r\n\
        https://www.amazon.com/dp/B07XYZ1234;0;1;used;;;\"two\nlines; one cell\";\r\n\
        0593655037;;;;;;;\r\n\
        080442957x;1.234;;;;;;\r\n\
        0306406152;5;1;new;fba;;;;extra\r\n\
        0306406152;\"5;1;new\r\n\
        0306406152\r\n";
    insta::assert_snapshot!(told(&list(text)));
}

#[test]
fn json_items_are_read_by_the_same_rules() {
    let items = [
        json!({"identifier": "978-0-593-65503-0", "buy_price": "12.50", "quantity": 2, "condition": "USED_GOOD", "fulfilment": "FBA", "note": "x"}),
        json!({"identifier": 593655036, "buy_price": 4.5, "quantity": "3", "fulfillment": "fbm"}),
        json!({"identifier": "0306406152", "buy_price": {"amount": "7.25", "currency": "USD"}, "quantity": null}),
        json!({"identifier": "0306406152", "buy_price": {"amount": "7.25", "currency": "EUR"}}),
        json!("9798886451740"),
        json!(9_780_593_655_030.0_f64),
        json!({"isbn": "0306406152"}),
        json!({"identifier": ["0306406152"], "quantity": true, "buy_price": -1, "condition": 3}),
        json!({"identifier": "B07XYZ1234", "buy_price": 12.345, "quantity": 1.5}),
        json!({"identifier": "a\u{0}b", "note": "a\u{0}b"}),
        json!([1]),
        json!(null),
        json!({"identifier": "0306406152", "buy_price": {"amount": "7.25", "currency": null}}),
    ];
    let intake = read_items(&items, &Terms::default()).unwrap();
    insta::assert_snapshot!(told(&intake));
}

#[test]
fn the_same_book_twice_is_kept_and_named() {
    let intake = list("isbn,cost\n0593655036,1\n0306406152,2\n978-0593655030,3\n0593655036,4\n");
    let codes: Vec<_> = intake.rows.iter().map(codes).collect();
    assert_eq!(
        codes,
        [vec![], vec![], vec!["DUPLICATE_ROW"], vec!["DUPLICATE_ROW"]]
    );
    assert_eq!(intake.accepted(), 4);
    let detail = &intake.rows[3].warnings[0].detail;
    assert_eq!(detail, "the same product as row 2; both are analysed");
}

#[test]
fn the_delimiter_is_found_out() {
    for text in [
        "isbn,cost,qty\n0593655036,12.50,2\n",
        "isbn;cost;qty\n0593655036;12,50;2\n",
        "isbn\tcost\tqty\n0593655036\t12,50\t2\n",
        "isbn|cost|qty\r0593655036|12.50|2\r",
        "sep=;\nisbn;cost;qty\n0593655036;12,50;2\n",
        "qty,cost,isbn\r\n2,\"12,50\",=\"0593655036\"\r\n",
        "Net Cost,Quantity,Product ID\n$12.50,2.0,ISBN: 0593655036\n",
        "My purchases\n\nisbn,cost,qty\n0593655036,12.50,2\n",
    ] {
        let intake = list(text);
        assert_eq!(intake.rows.len(), 1, "{text:?}");
        let accepted = intake.rows[0].outcome.as_ref().unwrap();
        assert_eq!(
            accepted.identified.lookup.as_str(),
            "0593655036",
            "{text:?}"
        );
        let price = Money::from_minor(1_250, Currency::Usd);
        assert_eq!(accepted.acquisition.buy_price, Some(price), "{text:?}");
        assert_eq!(accepted.acquisition.quantity, 2, "{text:?}");
    }
}

#[test]
fn a_list_without_header_is_identifiers_and_prices() {
    for (text, price) in [
        ("0593655036\n0306406152\n", None),
        ("0593655036,4.50\n0306406152,\n", Some(450)),
        ("4.50;0593655036\n;0306406152\n", Some(450)),
        ("0593655036;4,50\n0306406152;\n", Some(450)),
        ("0593655036\t4.50\n0306406152\n", Some(450)),
        ("593655036,4.50,,\n0306406152,,,\n", Some(450)),
    ] {
        let intake = list(text);
        assert_eq!(intake.warnings[0].code, "HEADER_ASSUMED", "{text:?}");
        let rows: Vec<_> = intake.rows.iter().map(|row| row.row).collect();
        assert_eq!(rows, [1, 2], "{text:?}");
        let first = intake.rows[0].outcome.as_ref().unwrap();
        let price = price.map(|minor| Money::from_minor(minor, Currency::Usd));
        assert_eq!(first.acquisition.buy_price, price, "{text:?}");
        assert!(intake.rows[1].outcome.is_ok(), "{text:?}");
    }
}

#[test]
fn a_single_column_whose_first_line_is_unknown_rejects_only_that_line() {
    let intake = list("Books\n0593655036\n9.78E+12\n");
    let codes: Vec<_> = intake.rows.iter().map(codes).collect();
    assert_eq!(
        codes,
        [
            vec!["IDENTIFIER_UNRECOGNISED"],
            vec![],
            vec!["SCIENTIFIC_NOTATION"]
        ]
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_row_only() {
    let mut text = "isbn,cost,note\n0593655036,1,\"open\n".to_owned();
    for _ in 0..500 {
        text.push_str("0306406152,2,\"closed\"\n");
    }
    text.push_str("0593655036,1,\"closed\" not quite\n0593655036,1,5\" disk\n");
    let intake = list(&text);
    assert_eq!(intake.rows.len(), 503);
    assert_eq!(codes(&intake.rows[0]), ["QUOTES_BROKEN"]);
    assert_eq!(intake.rows[0].identifier_text, "0593655036,1,\"open");
    assert_eq!(codes(&intake.rows[501]), ["QUOTES_BROKEN"]);
    assert_eq!(intake.rejected(), 2);
    let last = intake.rows[502].outcome.as_ref().unwrap();
    assert_eq!(last.note.as_deref(), Some("5\" disk"));

    let no_other_quotes =
        "isbn,note\n0593655036,\"open\n".to_owned() + &"0306406152,x\n".repeat(500);
    let intake = list(&no_other_quotes);
    assert_eq!((intake.rows.len(), intake.rejected()), (501, 1));
}

#[test]
fn a_price_torn_apart_by_its_comma_is_refused_and_not_guessed() {
    let intake = list("isbn,cost\n0593655036,12,50\n0306406152,12\n");
    assert_eq!(codes(&intake.rows[0]), ["FIELDS_TOO_MANY"]);
    assert_eq!(intake.rows[0].identifier_text, "0593655036");
    assert!(intake.rows[1].outcome.is_ok());
}

#[test]
fn of_several_identifier_columns_the_surest_that_can_be_read_is_used() {
    let text = "upc,isbn13,asin,cost\n\
        ,9780593655030,B07XYZ1234,1\n\
        ,9780593655030,,1\n\
        036000291452,9780593655031,,1\n\
        ,9780593655030,0306406152,1\n\
        ,,,1\n";
    insta::assert_snapshot!(told(&list(text)));
}

#[test]
fn a_column_that_is_not_read_is_named() {
    let intake = list("isbn,Title,price,my cost,\n0593655036,A,20,5,x\n");
    assert_eq!(
        told(&intake),
        "list: COLUMNS_UNUSED columns that were not read: \"Title\", \"price\", column 5 (no name)\n\
         2: \"0593655036\" -> 0593655036 5.00 USD x1 USED_GOOD FBA \"-\""
    );
}

#[test]
fn what_a_row_does_not_say_comes_from_the_terms() {
    let terms = Terms {
        marketplace: Marketplace::De,
        condition: Condition::New,
        fulfilment: Fulfilment::Fbm,
    };
    let intake = read_text(b"isbn;cost\n0593655036;12,50\n", &terms).unwrap();
    assert_eq!(
        intake.rows[0].outcome.as_ref().unwrap().acquisition,
        Acquisition {
            buy_price: Some(Money::from_minor(1_250, Currency::Eur)),
            quantity: 1,
            condition: Condition::New,
            fulfilment: Fulfilment::Fbm,
        }
    );
}

#[test]
fn a_list_that_cannot_be_read_at_all_says_why() {
    let long = "isbn\n".to_owned() + &"0593655036\n".repeat(MAX_ITEMS + 1);
    let cases: [(&[u8], &str); 10] = [
        (b"", "LIST_EMPTY"),
        (b"\xef\xbb\xbf", "LIST_EMPTY"),
        (b" \r\n;;;\n\n", "LIST_EMPTY"),
        (b"isbn,cost\n", "LIST_EMPTY"),
        (b"PK\x03\x04rest of a workbook", "LIST_BINARY"),
        (b"isbn\0cost\x01\x02", "LIST_BINARY"),
        (b"Title,Cost\nA,1\n", "IDENTIFIER_COLUMN_MISSING"),
        (b"Book,Author\nA,B\n", "IDENTIFIER_COLUMN_MISSING"),
        (b"0593655036,1,2\n", "HEADER_MISSING"),
        (long.as_bytes(), "LIST_TOO_LONG"),
    ];
    let mut sentences = Vec::new();
    for (bytes, code) in cases {
        let error = read_text(bytes, &Terms::default()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        sentences.push(error.to_string());
    }
    sentences.dedup();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn ten_thousand_rows_are_taken_and_one_more_is_not() {
    let full = "0593655036\n".repeat(MAX_ITEMS);
    assert_eq!(list(&full).rows.len(), MAX_ITEMS);
    let items = vec![json!("0593655036"); MAX_ITEMS + 1];
    let error = read_items(&items, &Terms::default()).unwrap_err();
    let (count, limit) = (MAX_ITEMS + 1, MAX_ITEMS);
    assert_eq!(error, ListError::TooManyRows { count, limit });
    assert!(read_items(&items[1..], &Terms::default()).is_ok());
    assert_eq!(read_items(&[], &Terms::default()), Err(ListError::Empty));
}

#[test]
fn no_message_repeats_a_cell_without_bound() {
    let long = "9".repeat(100_000);
    let text = format!(
        "isbn,cost,qty,condition,fulfilment,{long}\n{long},{long},{long},{long},{long}\n\"{long}\n"
    );
    let intake = list(&text);
    let findings = intake.rows.iter().flat_map(findings);
    let details = findings.map(|(_, finding)| finding.detail.len());
    let warnings = intake.warnings.iter().map(|warning| warning.detail.len());
    let texts = intake.rows.iter().map(|row| row.identifier_text.len());
    let longest = details.chain(warnings).chain(texts).max();
    assert!(longest.is_some_and(|longest| longest < 600), "{longest:?}");
    assert_eq!(intake.rejected(), 2);
}

#[test]
fn a_file_of_many_unknown_columns_names_the_first_of_them() {
    let header: Vec<String> = (1..=100).map(|place| format!("c{place}")).collect();
    let error = read_text(header.join(",").as_bytes(), &Terms::default()).unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.contains("\"c30\", 70 more,"), "{sentence}");
}

#[test]
fn an_overlong_note_is_cut_with_a_warning() {
    let note = "ä".repeat(MAX_NOTE_CHARS + 1);
    let intake = list(&format!("isbn,note\n0593655036,{note}\n"));
    assert_eq!(codes(&intake.rows[0]), ["NOTE_CUT"]);
    let kept = intake.rows[0].outcome.as_ref().unwrap().note.clone();
    assert_eq!(kept.map(|note| note.chars().count()), Some(MAX_NOTE_CHARS));
}

#[test]
fn a_finding_names_its_field_as_the_items_do() {
    let intake = read_items(
        &[json!({"identifier": "0593655036", "buy_price": -1})],
        &Terms::default(),
    );
    let row = intake.unwrap().rows.remove(0);
    let problems = row.outcome.unwrap_err().problems;
    assert_eq!(
        serde_json::to_value(&problems).unwrap(),
        json!([{
            "code": "PRICE_NEGATIVE",
            "field": "buy_price",
            "detail": "the price \"-1\" is negative: write what one unit costs, or leave it blank",
        }])
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
        let _ = read_text(&bytes, &Terms::default());
    }

    #[test]
    fn no_text_that_looks_like_a_list_makes_it_panic(
        text in "(sep=;\n)?(isbn[,;\t]cost[,;\t]note\r?\n)?([0-9xX.E+-]{0,13}[,;\t\"]{0,3}[$0-9.,-]{0,6}[\",;]?[a-zé\"]{0,4}[\r\n]{0,2}){0,12}"
    ) {
        if let Ok(intake) = read_text(text.as_bytes(), &Terms::default()) {
            prop_assert!(!intake.rows.is_empty());
            prop_assert!(intake.rows.is_sorted_by(|a, b| a.row < b.row));
            for row in &intake.rows {
                let problems = row.outcome.as_ref().err().map(|rejected| rejected.problems.len());
                prop_assert_ne!(problems, Some(0), "{:?} is rejected without a reason", row);
            }
        }
    }

    #[test]
    fn every_row_that_is_written_is_read_again(
        rows in prop::collection::vec(("[0-9]{9}", 0_i64..100_000, "[ -~é\n]{0,20}"), 1..30)
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["note", "isbn", "cost"]).unwrap();
        for (isbn, cents, note) in &rows {
            writer.write_record([note, isbn, &format!("{}.{:02}", cents / 100, cents % 100)]).unwrap();
        }
        let intake = read_text(&writer.into_inner().unwrap(), &Terms::default()).unwrap();
        prop_assert_eq!(intake.rows.len(), rows.len());
        for (row, (isbn, cents, note)) in intake.rows.iter().zip(&rows) {
            prop_assert_eq!(&row.identifier_text, isbn);
            if let Ok(accepted) = &row.outcome {
                prop_assert_eq!(accepted.acquisition.buy_price, Some(Money::from_minor(*cents, Currency::Usd)));
                prop_assert_eq!(accepted.note.as_deref().unwrap_or_default(), note.trim());
            }
        }
    }
}
