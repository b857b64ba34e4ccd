//! Any bytes as an answer and as a product: no panic, and what a general library reads is read alike.
#![no_main]

use keepa_client::{CsvSelection, CsvType, Product};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let few = [CsvType::New].into_iter().collect();
    for histories in [CsvSelection::ALL, few, CsvSelection::NONE] {
        let _ = Product::all_from_json(bytes, histories);
    }
    let own = Product::from_json(bytes, CsvSelection::ALL);
    if let Ok(by_serde) = serde_json::from_slice::<Product>(bytes)
        && !by_serde.asin.is_empty()
    {
        let own = own.expect("serde reads it");
        assert!(own == by_serde);
        let written = serde_json::to_vec(&own).expect("it can be written");
        let again = Product::from_json(&written, CsvSelection::ALL).expect("it was written");
        assert!(again == own);
        for index in 0..CsvType::ALL.len() {
            let Some(series) = CsvType::from_index(index) else { continue };
            for point in own.points(series).into_iter().flatten() {
                let _ = (point.landed(), point.at.to_utc());
            }
        }
    }
});
