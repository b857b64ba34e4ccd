//! `/tracking`: adding, listing, notifications, webhook, and what it costs.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use keepa_sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::{Bench, HOUR, still, texts};

const ASINS: [&str; 2] = ["9999500005", "9999500013"];

/// A tracking that notifies of any used price.
fn tracking(asin: &str) -> Value {
    json!({
        "asin": asin, "mainDomainId": 1, "updateInterval": 3, "ttl": 0, "expireNotify": false,
        "desiredPricesInMainCurrency": true, "metaData": "batch 7",
        "thresholdValues": [{"thresholdValue": 99_999_999, "domain": 1, "csvType": 2, "isDrop": true}],
        "notificationType": [false, false, false, false, false, true, false, false],
        "individualNotificationInterval": -1,
    })
}

async fn add(bench: &Bench, trackings: Value) -> (u16, Value) {
    bench.told("/tracking?key=k&type=add", &trackings).await
}

#[tokio::test]
async fn trackings_are_added_listed_and_removed_and_only_adding_costs() {
    let bench = Bench::new(still(60));
    let (status, added) = add(&bench, json!(ASINS.map(tracking))).await;
    assert_eq!((status, &added["tokensConsumed"]), (200, &json!(2)));
    let first = &added["trackings"][0];
    assert_eq!(
        (&first["asin"], &first["isActive"]),
        (&json!(ASINS[0]), &json!(true))
    );
    let now = first["createDate"].as_i64().unwrap();
    assert_eq!(
        first["thresholdValues"][0]["thresholdValueCSV"],
        json!([now, 99_999_999])
    );

    let one = tracking(ASINS[0]).to_string();
    let query = [
        ("type", "add"),
        ("list", "mine"),
        ("tracking", one.as_str()),
    ];
    assert_eq!(
        bench.query("/tracking", &query).await.1["tokensConsumed"],
        1
    );

    let (names, cost) = bench.paid("/tracking?key=k&type=listNames").await;
    assert_eq!((&names["trackingListNames"], cost), (&json!(["mine"]), 0));
    let (all, _) = bench.paid("/tracking?key=k&type=list&asins-only=1").await;
    assert_eq!(texts(&all["asinList"]), ASINS);
    let (page, _) = bench
        .paid("/tracking?key=k&type=list&page=1&perPage=1")
        .await;
    assert_eq!(page["trackings"][0]["asin"], ASINS[1]);
    let (got, _) = bench
        .paid("/tracking?key=k&type=get&asin=9999500005&list=mine")
        .await;
    assert_eq!(got["trackings"][0]["trackingListName"], "mine");
    let (none, _) = bench
        .paid("/tracking?key=k&type=get&asin=9999500013&list=mine")
        .await;
    assert_eq!(none["trackings"], json!([]));

    bench
        .paid("/tracking?key=k&type=remove&asin=9999500005")
        .await;
    assert_eq!(
        bench
            .get("/tracking?key=k&type=remove&asin=9999500005")
            .await
            .0,
        400
    );
    bench.paid("/tracking?key=k&type=removeAll").await;
    let (all, _) = bench.paid("/tracking?key=k&type=list&asins-only=1").await;
    assert_eq!(all["asinList"], json!([]));
}

#[tokio::test]
async fn trackings_slow_the_refill_down() {
    let bench = Bench::new(SandboxConfig {
        refill_rate: 1,
        initial_tokens: Some(10),
        ..still(60)
    });
    let mut hourly = tracking(ASINS[0]);
    hourly["updateInterval"] = json!(1);
    add(&bench, hourly).await;
    let (token, _) = bench.paid("/token?key=k").await;
    assert_eq!(
        (&token["tokensLeft"], &token["tokenFlowReduction"]),
        (&json!(9), &json!(0.015))
    );
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 60_000}))
        .await;
    assert_eq!(
        bench.paid("/token?key=k").await.0["tokensLeft"],
        9,
        "0.985 of a token"
    );
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 60_000}))
        .await;
    assert_eq!(bench.paid("/token?key=k").await.0["tokensLeft"], 10);
    bench.paid("/tracking?key=k&type=removeAll").await;
    assert_eq!(
        bench.paid("/token?key=k").await.0["tokenFlowReduction"],
        0.0
    );
}

#[tokio::test]
async fn free_requests_are_answered_without_tokens_and_adding_is_not() {
    let bench = Bench::new(SandboxConfig {
        initial_tokens: Some(0),
        refill_rate: 1,
        ..still(60)
    });
    assert_eq!(bench.get("/tracking?key=k&type=listNames").await.0, 200);
    assert_eq!(add(&bench, tracking(ASINS[0])).await.0, 429);
}

#[tokio::test]
async fn a_book_that_cannot_be_tracked_is_named_beside_those_that_are() {
    let bench = Bench::new(still(60));
    let (status, answer) = add(&bench, json!([tracking(ASINS[0]), tracking("0470820942")])).await;
    assert_eq!((status, &answer["tokensConsumed"]), (200, &json!(1)));
    assert_eq!(answer["trackings"].as_array().unwrap().len(), 1);
    assert_eq!(answer["error"]["details"], "0470820942");
}

#[tokio::test]
async fn what_is_reached_is_notified_of_once_and_can_be_fetched_again() {
    let bench = Bench::new(still(60));
    add(&bench, json!(ASINS.map(tracking))).await;
    let fetch = async |revise: u8| {
        let path = format!("/tracking?key=k&type=notification&since=0&revise={revise}");
        bench.paid(&path).await.0["notifications"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert_eq!(
        fetch(0).await,
        [json!(null); 0],
        "nothing became visible yet"
    );
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 6 * HOUR}))
        .await;
    let told = fetch(0).await;
    assert_eq!(told.len(), 2);
    for (notification, asin) in told.iter().zip(ASINS) {
        assert_eq!(notification["asin"], asin);
        assert_eq!(notification["trackingNotificationCause"], 1);
        assert_eq!(
            (&notification["csvType"], &notification["metaData"]),
            (&json!(2), &json!("batch 7"))
        );
        assert!(notification["currentPrices"][2].as_i64() > Some(0));
    }
    assert_ne!(told[0]["notificationId"], told[1]["notificationId"]);
    assert_eq!(fetch(0).await, [json!(null); 0], "fetched before");
    assert_eq!(fetch(1).await, told);
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 25 * HOUR}))
        .await;
    assert!(
        fetch(1).await.iter().all(|later| !told.contains(later)),
        "kept for 24 hours"
    );
}

#[tokio::test]
async fn a_tracking_expires_and_says_so() {
    let bench = Bench::new(still(60));
    let mut short = tracking(ASINS[0]);
    short["ttl"] = json!(2);
    short["expireNotify"] = json!(true);
    short["thresholdValues"] = json!([]);
    add(&bench, short).await;
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 3 * HOUR}))
        .await;
    let (told, _) = bench
        .paid("/tracking?key=k&type=notification&since=0&revise=0")
        .await;
    assert_eq!(told["notifications"][0]["trackingNotificationCause"], 0);
    let (all, _) = bench.paid("/tracking?key=k&type=list&asins-only=1").await;
    assert_eq!(all["asinList"], json!([]));
}

#[tokio::test]
async fn notifications_are_pushed_to_the_webhook() {
    let bench = Bench::new(still(60));
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", receiver.local_addr().unwrap());
    let received = std::thread::spawn(move || {
        let (mut stream, _) = receiver.accept().unwrap();
        let (mut text, mut part) = (String::new(), [0; 4_096]);
        // The body is whole when its braces are.
        while !text.ends_with('}') {
            let count = stream.read(&mut part).unwrap();
            text.push_str(std::str::from_utf8(&part[..count]).unwrap());
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        text
    });
    let query = [("type", "webhook"), ("url", url.as_str())];
    assert_eq!(bench.query("/tracking", &query).await.0, 200);
    add(&bench, tracking(ASINS[0])).await;
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 6 * HOUR}))
        .await;
    let request = received.join().unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let pushed: Value = serde_json::from_str(body).unwrap();
    let (told, _) = bench
        .paid("/tracking?key=k&type=notification&since=0&revise=1")
        .await;
    assert_eq!(told["notifications"], json!([pushed]));
}

#[tokio::test]
async fn a_tracking_that_breaks_a_rule_is_refused() {
    let bench = Bench::new(still(60));
    let with = |name: &str, value: Value| {
        let mut tracking = tracking(ASINS[0]);
        tracking[name] = value;
        tracking
    };
    for (body, expected) in [
        (json!([]), 405),
        (json!(vec![tracking(ASINS[0]); 1_001]), 405),
        (json!({"asin": ASINS[0]}), 400),
        (with("asin", json!("x")), 400),
        (with("updateInterval", json!(26)), 405),
        (with("metaData", json!("x".repeat(501))), 405),
        (with("individualNotificationInterval", json!(-2)), 405),
        (with("notificationType", json!([true])), 400),
    ] {
        assert_eq!(add(&bench, body.clone()).await.0, expected, "{body}");
    }
    let long = "x".repeat(65);
    bench
        .assert_refused(&[
            ("/tracking?key=k", 400),
            ("/tracking?key=k&type=forget", 400),
            ("/tracking?key=k&type=get", 400),
            ("/tracking?key=k&type=notification", 400),
            ("/tracking?key=k&type=webhook&url=ftp://x", 400),
            ("/tracking?key=k&type=list&perPage=100001", 405),
            (&format!("/tracking?key=k&type=list&list={long}"), 405),
        ])
        .await;
}
