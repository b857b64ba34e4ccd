//! Reads an answer about 100 products with full histories and offers in every way, and tells the median of each:
//! `KEEPA_CORPUS=… cargo run --release` in this folder.
//!
//! The answer repeats the five recorded books with the most history. Each way reads it into the same types, with every history, statistic and offer.

mod memory;
mod socket;

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use keepa_client::{CsvSelection, CsvType, Product};
use serde::Deserialize;
use serde_json::{Value, json};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// The recorded books with the most history.
const BOOKS: usize = 5;
const PRODUCTS: usize = 100;
const RUNS: usize = 15;

#[derive(Deserialize)]
struct Answer {
    products: Vec<Product>,
}

fn main() {
    let Some(corpus) = std::env::var_os("KEEPA_CORPUS") else {
        eprintln!("KEEPA_CORPUS has to name a folder of recorded answers");
        std::process::exit(2);
    };
    let text = answer(Path::new(&corpus));
    let compressed = gzip(&text);
    describe(&text, &compressed);

    println!("\nfrom bytes in memory to typed products, one thread:");
    row("this crate", || own(&text, CsvSelection::ALL));
    let few = [CsvType::New, CsvType::Used, CsvType::SalesRank];
    row("this crate, 3 histories of 36", || {
        own(&text, few.into_iter().collect())
    });
    row("this crate, no history", || own(&text, CsvSelection::NONE));
    row("serde_json", || {
        serde_json::from_slice::<Answer>(&text).expect("an answer").products
    });
    row("sonic-rs", || {
        sonic_rs::from_slice::<Answer>(&text).expect("an answer").products
    });
    row("simd-json (its copy of the input included)", || {
        let mut copy = text.clone();
        simd_json::from_slice::<Answer>(&mut copy).expect("an answer").products
    });
    row("memcpy", || text.clone());

    println!("\ninflating, one thread:");
    row("zlib-rs by flate2", || inflate_zlib_rs(&compressed));
    row("libdeflate (C, whole answers only)", || inflate_libdeflate(&compressed, text.len()));
    row("miniz_oxide", || inflate_miniz(&compressed));
    row("zune-inflate (whole answers only)", || {
        zune_inflate::DeflateDecoder::new(&compressed)
            .decode_gzip()
            .expect("gzip")
    });

    println!("\nfrom compressed bytes off a socket to typed products, two threads:");
    let asins: Vec<String> = (0..PRODUCTS).map(asin).collect();
    socket::rows(&compressed, &asins);

    println!("\nmemory:");
    let peak = memory::peak_of(|| own(&text, CsvSelection::ALL));
    println!(
        "  typed products {:.1} MB, at most {:.1} MB beside the bytes while reading them",
        megabytes(peak.kept),
        megabytes(peak.most)
    );
}

fn own(text: &[u8], histories: CsvSelection) -> Vec<Product> {
    Product::all_from_json(text, histories)
        .expect("an answer")
        .into_iter()
        .map(|product| product.expect("a product"))
        .collect()
}

/// Runs `read` some times and prints the median; what it returns is dropped outside of the time.
fn row<T>(name: &str, mut read: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            let value = black_box(read());
            let took = began.elapsed();
            drop(value);
            took
        })
        .collect();
    print_row(name, &mut times);
}

fn print_row(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "  {name:<46} {:>7.1} ms (least {:.1}, most {:.1})",
        milliseconds(times[times.len() / 2]),
        milliseconds(times[0]),
        milliseconds(times[times.len() - 1])
    );
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn answer(corpus: &Path) -> Vec<u8> {
    let mut books = Vec::new();
    for folder in ["product", "response"] {
        for file in std::fs::read_dir(corpus.join(folder)).expect("a folder of recordings") {
            let text = std::fs::read(file.expect("a file").path()).expect("a recording");
            let value: Value = serde_json::from_slice(&text).expect("JSON");
            match value.get("products").and_then(Value::as_array) {
                Some(products) => books.extend(products.iter().cloned()),
                None => books.push(value),
            }
        }
    }
    books.retain(|book| book["csv"].is_array() && book["productGroup"] == "Book");
    books.sort_by_key(|book| std::cmp::Reverse(book.to_string().len()));
    books.truncate(BOOKS);
    let mut products: Vec<Value> = books.iter().cycle().take(PRODUCTS).cloned().collect();
    for (number, product) in products.iter_mut().enumerate() {
        product["asin"] = asin(number).into();
    }
    json!({
        "timestamp": 1_760_000_000_000_i64, "tokensLeft": 100, "refillIn": 1_000, "refillRate": 20,
        "tokenFlowReduction": 0.0, "tokensConsumed": 100, "processingTimeInMs": 100, "products": products,
    })
    .to_string()
    .into_bytes()
}

/// An ASIN of its own for each product: of one that came twice the client would keep one.
fn asin(number: usize) -> String {
    format!("B{number:09}")
}

fn describe(text: &[u8], compressed: &[u8]) {
    let products = own(text, CsvSelection::ALL);
    let integers: usize = products
        .iter()
        .filter_map(|product| product.csv.as_ref())
        .flat_map(|csv| csv.0.iter().flatten())
        .map(Vec::len)
        .sum();
    let offers: usize = products
        .iter()
        .filter_map(|product| product.offers.as_ref())
        .map(Vec::len)
        .sum();
    println!(
        "{} products, {:.2} MB of JSON, {:.2} MB compressed, {integers} integers of histories, {offers} offers",
        products.len(),
        megabytes(text.len()),
        megabytes(compressed.len()),
    );
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn inflate_zlib_rs(compressed: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(compressed)
        .read_to_end(&mut text)
        .expect("gzip");
    text
}

fn inflate_libdeflate(compressed: &[u8], length: usize) -> Vec<u8> {
    let mut text = vec![0; length];
    libdeflater::Decompressor::new()
        .gzip_decompress(compressed, &mut text)
        .expect("gzip");
    text
}

/// The header of a gzip file without name and comment has ten bytes, its trailer eight.
fn inflate_miniz(compressed: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(&compressed[10..compressed.len() - 8]).expect("deflate")
}
