//! `/graphimage`.

use keepa_sandbox::Catalogue;
use serde_json::json;

use crate::{Bench, HOUR, still};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[tokio::test]
async fn a_graph_is_an_image_of_the_size_asked_for() {
    let bench = Bench::new(still(60));
    let asin = Catalogue::new(1).asin(0);
    let path = format!("/graphimage?key=k&domain=1&asin={asin}&used=1&salesrank=1&range=365");
    let image = async |more: &str| {
        let response = bench.send(&format!("{path}{more}")).await.unwrap();
        assert_eq!(response.headers()["content-type"], "image/png");
        response.bytes().await.unwrap()
    };
    let side = |image: &[u8], at: usize| u32::from_be_bytes(image[at..at + 4].try_into().unwrap());
    let usual = image("").await;
    assert!(usual.starts_with(PNG));
    assert_eq!((side(&usual, 16), side(&usual, 20)), (500, 200));
    let wide = image("&width=900&height=300&cBackground=102030&title=0&yzoom=0").await;
    assert_eq!((side(&wide, 16), side(&wide, 20)), (900, 300));
    assert_ne!(image("&used=0").await, usual, "fewer lines, another image");
}

#[tokio::test]
async fn a_graph_costs_a_token_and_the_same_one_again_none_for_ninety_minutes() {
    let bench = Bench::new(still(60));
    let asin = Catalogue::new(1).asin(0);
    let path = format!("/graphimage?key=k&domain=1&asin={asin}");
    let mut spent = Vec::new();
    for (path, wait) in [
        (path.clone(), 0),
        (path.clone(), HOUR),
        (format!("{path}&range=30"), 0),
        (path.clone(), HOUR),
        (path, 0),
    ] {
        bench
            .told("/sandbox/clock", &json!({"advance_ms": wait}))
            .await;
        bench.send(&path).await.unwrap().bytes().await.unwrap();
        spent.push(bench.get("/sandbox/stats").await.1["tokens_consumed"].clone());
    }
    assert_eq!(spent, [1, 1, 2, 3, 3]);
}

#[tokio::test]
async fn what_cannot_be_drawn_is_told_as_json_with_status_400() {
    let bench = Bench::new(still(60));
    let asin = Catalogue::new(1).asin(0);
    let graph = |more: &str| format!("/graphimage?key=k&domain=1&asin={asin}{more}");
    let refused = [
        "/graphimage?key=k&domain=1".to_owned(),
        "/graphimage?key=k&domain=1&asin=0470820942".to_owned(),
        graph("&width=299"),
        graph("&height=1801"),
        graph("&range=0"),
        graph("&new=2"),
        graph("&cNew=red"),
    ];
    let refused: Vec<_> = refused.iter().map(|path| (path.as_str(), 400)).collect();
    bench.assert_refused(&refused).await;
}
