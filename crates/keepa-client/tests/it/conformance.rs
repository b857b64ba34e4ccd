//! The reader of products against recorded answers: nothing is lost, nothing is read otherwise than a general library would, and no damage makes it
//! panic.

use keepa_client::{CsvSelection, CsvType, KeepaError, Product};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Every product of the recorded corpus, as JSON; `None` when `KEEPA_CORPUS` is not set.
fn corpus() -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("KEEPA_CORPUS") else {
        eprintln!("skipped: KEEPA_CORPUS is not set");
        return None;
    };
    let folder = std::path::PathBuf::from(folder);
    let mut products = Vec::new();
    for part in ["product", "response"] {
        for file in std::fs::read_dir(folder.join(part)).unwrap() {
            let text = std::fs::read(file.unwrap().path()).unwrap();
            let value: Value = serde_json::from_slice(&text).unwrap();
            match value.get("products") {
                Some(list) => products.extend(list.as_array().unwrap().iter().cloned()),
                None if value.get("asin").is_some() => products.push(value),
                None => {}
            }
        }
    }
    assert!(products.len() >= 12);
    Some(products)
}

fn read(product: &Value) -> Result<Product, KeepaError> {
    Product::from_json(product.to_string().as_bytes(), CsvSelection::ALL)
}

/// Without what is null: it means the same as what is absent.
fn told(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), told(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.iter().map(told).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_recorded_product_is_written_again_as_it_was_read() {
    let Some(corpus) = corpus() else { return };
    for source in corpus {
        let product = read(&source).unwrap();
        let written = serde_json::to_value(&product).unwrap();
        assert!(told(&written) == told(&source), "{}", product.asin);
    }
}

#[test]
fn of_every_recorded_product_nothing_but_an_undocumented_number_is_unknown() {
    let Some(corpus) = corpus() else { return };
    for source in corpus {
        let product = read(&source).unwrap();
        let mut unknown: Vec<String> = product.extra.keys().cloned().collect();
        unknown.extend(
            product
                .stats
                .iter()
                .flat_map(|stats| stats.extra.keys().cloned()),
        );
        let offers = product.offers.iter().flatten();
        unknown.extend(offers.flat_map(|offer| offer.extra.keys().cloned()));
        assert_eq!(unknown, ["g"], "{}", product.asin);
    }
}

#[test]
fn a_recorded_product_is_read_as_serde_reads_it() {
    let Some(corpus) = corpus() else { return };
    for source in corpus {
        let product = read(&source).unwrap();
        let by_serde: Product = serde_json::from_value(source).unwrap();
        assert!(product == by_serde, "{}", product.asin);
    }
}

#[test]
fn a_history_that_is_not_selected_is_stepped_over() {
    let source = json!({"asin": "B000000001", "csv": [[1, 100, 2, -1], null, [3, 300]], "title": "after it"});
    let some = [CsvType::Used].into_iter().collect();
    let product = Product::from_json(source.to_string().as_bytes(), some).unwrap();
    assert_eq!(product.csv.unwrap().0, [None, None, Some(vec![3, 300])]);
    assert_eq!(product.title.as_deref(), Some("after it"));
}

#[test]
fn points_of_a_series_have_shipping_where_keepa_sends_it() {
    let mut csv = vec![Value::Null; 19];
    csv[1] = json!([10, 1_000, 20, -1]);
    csv[18] = json!([10, 900, 399, 20, 950, -1, 30, -1, -1, 40]);
    let product = read(&json!({"asin": "B000000001", "csv": csv})).unwrap();
    let landed = |series| -> Vec<_> {
        let points = product.points(series).unwrap();
        points.map(|point| (point.at.0, point.landed())).collect()
    };
    assert_eq!(landed(CsvType::New), [(10, Some(1_000)), (20, None)]);
    assert_eq!(
        landed(CsvType::BuyBoxShipping),
        [(10, Some(1_299)), (20, None), (30, None)]
    );
    assert!(product.points(CsvType::Used).is_none());
}

/// What may happen to a value on its way.
fn damages(value: &Value) -> Vec<Option<Value>> {
    let mut damages = vec![
        None,
        Some(Value::Null),
        Some(json!({"odd": [1, "two", null]})),
        Some(json!("a text")),
        Some(json!(1.5)),
        Some(json!(true)),
        Some(json!(u64::MAX)),
        Some(json!(-9_223_372_036_854_775_808_i64)),
        Some(json!([[[]]])),
    ];
    if let Value::Array(elements) = value {
        let half = elements.len() / 2;
        damages.push(Some(elements[..half].to_vec().into()));
        damages.push(Some(
            elements[..elements.len().saturating_sub(1)].to_vec().into(),
        ));
    }
    damages
}

/// The pointers to every field, and to the first and last element of every array, with long arrays cut.
fn pointers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().take(200) {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(pointer.clone());
                pointers(value, &pointer, found);
            }
        }
        Value::Array(elements) => {
            for index in [0, elements.len().saturating_sub(1)] {
                if let Some(value) = elements.get(index) {
                    let pointer = format!("{pointer}/{index}");
                    found.push(pointer.clone());
                    pointers(value, &pointer, found);
                }
            }
        }
        _ => {}
    }
}

/// The same with arrays of at most eight elements, so that each damage is cheap to look at.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), shortened(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) if elements.len() > 36 => {
            elements[..8].iter().map(shortened).collect()
        }
        Value::Array(elements) => elements.iter().map(shortened).collect(),
        other => other.clone(),
    }
}

fn set(product: &mut Value, pointer: &str, damage: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match (product.pointer_mut(parent).unwrap(), damage) {
        (Value::Object(fields), None) => drop(fields.remove(&name)),
        (Value::Object(fields), Some(value)) => drop(fields.insert(name, value)),
        (Value::Array(elements), None) => drop(elements.remove(name.parse().unwrap())),
        (Value::Array(elements), Some(value)) => elements[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_field_is_kept_or_told_by_its_path_and_never_panics() {
    let Some(corpus) = corpus() else { return };
    let (mut kept, mut refused) = (0, 0);
    let mut seen = std::collections::HashSet::new();
    for source in &corpus {
        let source = shortened(source);
        let mut all = Vec::new();
        pointers(&source, "", &mut all);
        // The same place in another product says nothing new.
        all.retain(|pointer| seen.insert(pointer.clone()));
        for pointer in all {
            for damage in damages(source.pointer(&pointer).unwrap()) {
                let mut damaged = source.clone();
                set(&mut damaged, &pointer, damage.clone());
                match read(&damaged) {
                    Ok(product) => {
                        kept += 1;
                        assert!(!product.asin.is_empty());
                    }
                    Err(KeepaError::Product { path, .. }) => {
                        refused += 1;
                        let top = pointer.split('/').nth(1).unwrap();
                        let named = path.split(['.', '[']).next().unwrap();
                        assert_eq!(named, top, "{pointer} {damage:?} told as {path}");
                    }
                    Err(other) => panic!("{pointer} {damage:?}: {other}"),
                }
            }
        }
    }
    eprintln!("{kept} kept, {refused} refused");
    assert!(kept > 1_000 && refused > 1_000);
}

#[test]
fn an_answer_that_is_cut_anywhere_is_refused_and_never_panics() {
    let products = json!([{"asin": "B000000001", "title": "a \"b\" \u{e9}", "csv": [[1, 2], null, [-1, 1e3]]}, {"asin": "B000000002"}]);
    let answer = json!({"timestamp": 1, "products": products, "error": null}).to_string();
    for end in 0..answer.len() {
        let cut = Product::all_from_json(&answer.as_bytes()[..end], CsvSelection::ALL);
        assert!(cut.is_err(), "{}", &answer[..end]);
    }
    let whole = Product::all_from_json(answer.as_bytes(), CsvSelection::ALL).unwrap();
    let told: Vec<String> = whole
        .into_iter()
        .map(|product| match product {
            Ok(product) => product.asin,
            Err(error) => error.to_string(),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    the product cannot be read at `csv[2][1]`: 1000.0 is no whole number of 64 bits
    B000000002
    ");
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics_and_what_serde_reads_is_read_alike(at in 0_usize..10_000, byte: u8) {
        let product = json!({
            "asin": "B000000001", "productType": 0, "title": "a \"b\"", "lastUpdate": -7, "referralFeePercentage": 15.01,
            "csv": [[7_000_000, 1_999, 7_000_001, -1], null, [1, 2]], "salesRanks": {"283155": [1, 2]}, "isSNS": true,
            "offers": [{"offerId": 1, "sellerId": "A1", "offerCSV": [1, 2, 3], "isFBA": false, "odd": {"a": []}}],
        });
        let mut text = product.to_string().into_bytes();
        let place = at % text.len();
        text[place] = byte;
        let own = Product::from_json(&text, CsvSelection::ALL);
        if let Ok(by_serde) = serde_json::from_slice::<Product>(&text)
            && !by_serde.asin.is_empty()
        {
            prop_assert_eq!(own.unwrap(), by_serde);
        }
    }

    #[test]
    fn integers_are_read_as_serde_reads_them(history in prop::collection::vec(any::<i32>(), 0..40)) {
        let product = read(&json!({"asin": "B000000001", "csv": [history]})).unwrap();
        prop_assert_eq!(&product.csv.unwrap().0, &[Some(history)]);
    }
}

#[cfg(feature = "domain")]
#[test]
fn every_recorded_product_becomes_a_market_snapshot_without_sentinels() {
    use keepa_client::{Origin, market_snapshot};
    let Some(corpus) = corpus() else { return };
    for source in corpus {
        let product = read(&source).unwrap();
        let snapshot = market_snapshot(
            &product,
            Origin::SandboxRecorded,
            chrono::DateTime::UNIX_EPOCH,
        )
        .unwrap();
        assert_eq!(snapshot.asin.as_str(), product.asin);
        let rank = product.sales_rank_pairs().map_or(0, <[i32]>::len);
        let changes = snapshot
            .histories
            .sales_rank
            .map_or(0, |history| history.changes().len());
        assert_eq!(changes, rank / 2, "{}", product.asin);
    }
}

#[cfg(feature = "domain")]
#[test]
fn a_market_snapshot_needs_no_history_but_those_named_for_it() {
    use keepa_client::{Origin, SNAPSHOT_SERIES, market_snapshot};
    let Some(corpus) = corpus() else { return };
    for source in corpus {
        let text = source.to_string();
        let [all, some] =
            [CsvSelection::ALL, SNAPSHOT_SERIES.into_iter().collect()].map(|histories| {
                let product = Product::from_json(text.as_bytes(), histories).unwrap();
                let fetched_at = chrono::DateTime::UNIX_EPOCH;
                market_snapshot(&product, Origin::SandboxRecorded, fetched_at).unwrap()
            });
        assert!(all == some, "{}", all.asin);
    }
}
