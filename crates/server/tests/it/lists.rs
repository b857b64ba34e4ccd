//! Lists as people really send them.

use keepa_sandbox::Catalogue;
use serde_json::{Value, json};

use crate::support::{PATIENCE, World, books};

/// A list with every kind of damage that a spreadsheet or a person does to it, of books that the sandbox knows.
const DAMAGED: &str = "\u{feff}ISBN;Cost;Qty;Condition;Fulfilment;Note
978-9-9995-0000-5;4.50;1;used good;FBA;with hyphens
9789999500012.0;\"4,50\";2;Very Good;FBA;from a number cell
\"=\"\"9789999500029\"\"\";$4.50;;;;from a formula
９７８９９９９５０００３６;4.50;;;;full width
 9999500048 ;4.50;;;;with spaces
9789999500005;3.00;;;;the first book again
9789999500005;;;;;and again without a price
https://www.amazon.com/Some-Book/dp/9999500056/ref=sr_1_1;0;;;;an address
9.79000E+12;4.50;;;;rounded by a spreadsheet
9789999500068;4.50;;;;one digit is wrong
97899995000;4.50;;;;too short
not a book;4.50;;;;
;4.50;;;;no identifier
9789999500074;-1;;;;a negative price
9789999500081;1.234;;;;three decimals
9789999500098;about five;;;;a price in words
9789999500104;4.50;0;;;no copies
9789999500111;4.50;1;mint;drone;unknown words
9789999500128;4.50;1;good;FBA;note;too much
\"9789999500135\"x;4.50;;;;a broken quote
036000291452;4.50;;;;nobody knows it
;;;;;
B0SB000049;4.50;;;;an ASIN
";

/// What became of an item, in a line.
fn told(item: &Value) -> String {
    let text = |member: &str| item[member].as_str().unwrap();
    let mut line = format!(
        "{}: {} -> {}",
        item["row"],
        text("identifier"),
        text("status")
    );
    if let Some(lookup) = item["lookup"].as_str() {
        line += &format!(" {lookup}");
    }
    if let Some(code) = item["error"]["code"].as_str() {
        line += &format!(" {code}");
    }
    for (kind, notices) in item["notices"].as_object().unwrap() {
        for notice in notices.as_array().unwrap() {
            line += &format!(", {kind}: {}", notice["code"].as_str().unwrap());
        }
    }
    line
}

#[tokio::test]
async fn every_row_of_a_damaged_list_is_answered_by_name_and_none_is_lost() {
    let world = World::new().await;
    let server = world.start().await;
    let submitted = server.send("text/csv", DAMAGED).await.json(202);
    let id = submitted["batch"]["id"].as_str().unwrap();
    let batch = server.done_batch(id).await;
    let items = server.items(id).await;
    let rejected = items.iter().filter(|item| item["status"] == "REJECTED");
    let named: Vec<&Value> = submitted["rows"].as_array().unwrap().iter().collect();
    for item in rejected {
        let answer = named.iter().find(|row| row["row"] == item["row"]).unwrap();
        assert_eq!(answer["status"], "REJECTED");
        assert_eq!(answer["identifier"], item["identifier"]);
    }
    let lines: Vec<String> = items.iter().map(told).collect();
    insta::assert_snapshot!(format!(
        "{} {}\n{}",
        batch["status"],
        batch["items"],
        lines.join("\n")
    ));
}

#[tokio::test]
async fn what_is_no_list_is_answered_with_what_to_do() {
    let world = World::new().await;
    let server = world.start().await;
    let long = "isbn\n".to_owned() + &"9789999500005\n".repeat(10_001);
    let long_json = json!({"items": vec!["9789999500005"; 10_001]}).to_string();
    let huge = vec![b'1'; (5 << 20) + 1];
    let bytes: Vec<u8> = (0..=255).cycle().take(4_096).collect();
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let cases: [(&str, &str, Vec<u8>); 18] = [
        ("10,001 rows", "text/csv", long.into()),
        ("10,001 items", "application/json", long_json.into()),
        ("more than 5 MiB", "text/csv", huge),
        ("an empty file", "text/csv", Vec::new()),
        ("a header only", "text/csv", b"isbn,cost\n".into()),
        ("blank rows only", "text/csv", b"isbn,cost\n,\n,\n".into()),
        ("no items", "application/json", br#"{"items": []}"#.into()),
        ("a binary file", "text/csv", bytes.clone()),
        ("a workbook", "text/csv", b"PK\x03\x04\x14\0\x06\0".into()),
        (
            "a workbook by name",
            workbook,
            b"PK\x03\x04\x14\0\x06\0".into(),
        ),
        ("bytes", "application/octet-stream", bytes.clone()),
        ("bytes as JSON", "application/json", bytes),
        ("nothing as JSON", "application/json", Vec::new()),
        (
            "half a body",
            "application/json",
            br#"{"items": ["97"#.into(),
        ),
        (
            "another shape",
            "application/json",
            br#"{"items": 5}"#.into(),
        ),
        (
            "another member",
            "application/json",
            br#"{"itmes": []}"#.into(),
        ),
        ("no identifiers", "text/csv", b"title,cost\nA,1\n".into()),
        ("no header", "text/csv", b"9789999500005,4.50,1\n".into()),
    ];
    let mut told = Vec::new();
    for (what, content_type, body) in cases {
        let answer = server.send(content_type, body).await;
        let (status, code) = answer.problem();
        let detail = &answer.json(status)["detail"];
        told.push(format!("{what}: {status} {code} {detail}"));
    }
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(world.count("SELECT count(*) FROM batches").await, 0);
}

#[tokio::test]
async fn ten_thousand_rows_are_one_batch() {
    let mut world = World::new().await;
    world.set("worker.concurrency", "0");
    let server = world.start().await;
    let catalogue = Catalogue::new(1);
    let mut csv = "isbn,cost\n".to_owned();
    for index in 0..10_000 {
        csv += &format!("{},1.00\n", catalogue.isbn13(index));
    }
    let submitted = server.send("text/csv", csv).await.json(202);
    assert_eq!(submitted["batch"]["items"]["pending"], 10_000);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 10_000);
}

#[tokio::test]
async fn a_list_of_nothing_but_bad_rows_has_failed_with_every_reason() {
    let world = World::new().await;
    let server = world.start().await;
    let id = server
        .submit(&[json!("nonsense"), json!(5), json!({})])
        .await;
    let batch = server.batch(&id).await;
    assert_eq!(batch["status"], "FAILED");
    assert_eq!(batch["items"]["rejected"], 3);
    for item in server.items(&id).await {
        assert!(item["error"]["detail"].is_string(), "{item}");
    }
    assert_eq!(world.keepa_stats().await["requests"], 0);
    // It is done with its first event, and so is who follows it.
    let events = format!("/api/v1/batches/{id}/events");
    let events = tokio::time::timeout(PATIENCE, server.get(&events)).await;
    let events = events.expect("the stream does not end").text;
    assert_eq!(events.matches("event: SUBMITTED").count(), 1, "{events}");
}

#[tokio::test]
async fn one_product_in_many_rows_is_paid_once() {
    let world = World::new().await;
    let server = world.start().await;
    let rows: Vec<Value> = (1..=40)
        .map(|price| json!({"identifier": books(1)[0], "buy_price": price}))
        .collect();
    let batch = server.done_batch(&server.submit(&rows).await).await;
    assert_eq!(batch["items"]["analysed"], 40);
    assert_eq!(world.keepa_stats().await["tokens_consumed"], 1);
}
