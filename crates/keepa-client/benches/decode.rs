//! How long an answer about 100 products takes from bytes to typed products: `cargo bench -p keepa-client --bench decode`.
//!
//! With KEEPA_CORPUS the recorded books of that folder, over and over; else made-up books of as many changes as a typical one has.

use std::path::Path;

use keepa_client::{CsvSelection, CsvType, Product};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// Keepa's limit of one request (source: Keepa's documentation of `/product`).
const PRODUCTS: usize = 100;

#[divan::bench]
fn decode_100_products(bencher: divan::Bencher<'_, '_>) {
    decode(bencher, CsvSelection::ALL);
}

#[divan::bench]
fn decode_3_histories_of_100_products(bencher: divan::Bencher<'_, '_>) {
    let few = [CsvType::New, CsvType::Used, CsvType::SalesRank];
    decode(bencher, few.into_iter().collect());
}

#[expect(
    clippy::expect_used,
    reason = "a benchmark stops when its input is wrong"
)]
fn decode(bencher: divan::Bencher<'_, '_>, histories: CsvSelection) {
    let books = match std::env::var_os("KEEPA_CORPUS") {
        Some(corpus) => recorded(Path::new(&corpus)),
        None => vec![made_up()],
    };
    let products: Vec<&Value> = books.iter().cycle().take(PRODUCTS).collect();
    let answer = json!({ "products": products }).to_string();
    bencher
        .counter(divan::counter::BytesCount::of_str(&answer))
        .bench(|| {
            let products = Product::all_from_json(answer.as_bytes(), histories);
            let products = products.expect("an answer of Keepa");
            assert_eq!(products.len(), PRODUCTS);
            products
        });
}

#[expect(
    clippy::expect_used,
    reason = "a benchmark stops when its input is wrong"
)]
fn recorded(corpus: &Path) -> Vec<Value> {
    let folder = corpus.join("product");
    let files = std::fs::read_dir(folder).expect("KEEPA_CORPUS has a folder `product`");
    let mut files: Vec<_> = files
        .map(|file| file.expect("a file of the folder").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("a recorded product");
            serde_json::from_str(&text).expect("a recorded product is JSON")
        })
        .collect()
}

/// A book with 34 series of 700 changes each, as many integers as the recorded ones have on average.
fn made_up() -> Value {
    let series: Vec<i64> = (0..700_i64)
        .flat_map(|change| [7_000_000 + change * 720, 1_000 + change * 7_919 % 900])
        .collect();
    json!({
        "asin": "0306406152",
        "domainId": 1,
        "title": "A book about decoding",
        "csv": vec![series; 34],
    })
}
