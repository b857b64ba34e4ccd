//! Every endpoint over HTTP: what is sent, and what becomes of the answer. Answers are made up after Keepa's documentation, but for the deals.

use futures_util::{StreamExt as _, TryStreamExt as _};
use keepa_client::{
    BestSellersRequest, CategoryRequest, Cost, CsvType, Deal, DealInterval, DealRequest, Domain,
    FinderField, GraphImageRequest, KeepaClient, KeepaError, KeepaMinutes, LightningDealState,
    LightningDealsRequest, Notifications, ProductSearch, ProductSelection, SellerRequest,
    TrackingCreation,
};
use serde_json::{Value, json};

use crate::server::{Server, answer, client};

const US: Domain = Domain::UnitedStates;

/// A server that answers with these payloads in turn, and its client.
async fn serving(payloads: Vec<Value>) -> (Server, KeepaClient) {
    let answers = payloads
        .into_iter()
        .enumerate()
        .map(|(index, mut payload)| {
            let envelope = json!({
                "timestamp": index, "tokensLeft": 900, "refillIn": 30_000, "refillRate": 20,
                "tokenFlowReduction": 0.0, "tokensConsumed": 2, "processingTimeInMs": 3,
            });
            payload
                .as_object_mut()
                .unwrap()
                .extend(envelope.as_object().unwrap().clone());
            answer("200 OK", &payload.to_string())
        });
    let server = Server::start(answers.collect()).await;
    let client = client(&server, 1).build().unwrap();
    (server, client)
}

#[tokio::test]
async fn best_sellers_are_a_list_or_none() {
    let list = json!({"bestSellersList": {"domainId": 1, "lastUpdate": 7, "categoryId": 283_155, "asinList": ["B1", "B2"]}});
    let (server, client) = serving(vec![list, json!({})]).await;
    let request = BestSellersRequest::category(US, 283_155).range(90);
    let found = client.best_sellers(&request).await.unwrap();
    assert_eq!(found.value.unwrap().asin_list, ["B1", "B2"]);
    assert_eq!(found.tokens_consumed, 2);
    let group = BestSellersRequest::product_group(US, "Book").month(2026, 3);
    assert_eq!(client.best_sellers(&group).await.unwrap().value, None);
    assert_eq!(
        server.asked(),
        [
            "GET /bestsellers?domain=1&category=283155&range=90",
            "GET /bestsellers?domain=1&category=Book&month=3&year=2026",
        ]
    );
}

#[tokio::test]
async fn categories_come_by_id_and_an_error_in_their_place_is_an_error() {
    let books = json!({"catId": 283_155, "name": "Books", "parent": 0, "avgBuyBox": 1_850, "children": null});
    let (server, client) = serving(vec![
        json!({"categories": {"283155": books}, "categoryParents": null}),
        json!({"error": {"type": "invalidParameter", "message": "no such category"}}),
    ])
    .await;
    let request = CategoryRequest::ids(US, [283_155]);
    let found = client.categories(&request).await.unwrap().value;
    let books = &found.categories[&283_155];
    assert_eq!(books.name.as_deref(), Some("Books"));
    assert_eq!(books.averages.avg_buy_box.unwrap().value(), Some(1_850));
    let error = client.categories(&request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Keepa answered with an error: invalidParameter: no such category"
    );
    assert_eq!(server.asked()[0], "GET /category?domain=1&category=283155");
}

#[tokio::test]
async fn a_search_keeps_the_products_beside_one_that_cannot_be_read() {
    let products =
        json!({"products": [{"asin": "B1"}, {"asin": "B2", "title": [7]}, {"asin": "B3"}]});
    let (_, client) = serving(vec![products, json!({"asinList": ["B1"]})]).await;
    let search = ProductSearch::new(US, "algebra");
    let found = client.search(&search).await.unwrap().value;
    let told: Vec<_> = found
        .iter()
        .map(|product| product.as_ref().map(|product| product.asin.as_str()))
        .collect();
    assert!(
        matches!(told[..], [Ok("B1"), Err(KeepaError::Product { path, .. }), Ok("B3")] if path == "title")
    );
    assert_eq!(client.search_asins(&search).await.unwrap().value, ["B1"]);
}

#[tokio::test]
async fn the_finder_turns_pages_until_one_is_not_full() {
    let page = |count: usize| json!({"asinList": vec!["B1"; count], "totalResults": 120});
    let (server, client) = serving(vec![page(50), page(50), page(20)]).await;
    let selection = ProductSelection::new(US).range(FinderField::Current(CsvType::SalesRank), ..=9);
    let pages: Vec<_> = client.finder_pages(selection).try_collect().await.unwrap();
    let found: usize = pages.iter().map(|page| page.value.asin_list.len()).sum();
    assert_eq!((pages.len(), found), (3, 120));
    let last = &server.asked()[2];
    assert!(last.starts_with("POST /query?domain=1 {"), "{last}");
    assert!(last.contains(r#""page":2"#), "{last}");
}

#[tokio::test]
async fn deals_turn_pages_and_a_failure_ends_them() {
    let deal = json!({"asin": "B1", "current": [1, 2], "delta": [[0]], "deltaPercent": [[0]], "avg": [[5, -1]]});
    let full = json!({"deals": {"dr": vec![deal; 150], "categoryIds": [i64::MAX], "categoryNames": ["?"], "categoryCount": [151]}});
    let (server, client) = serving(vec![full]).await;
    let request = DealRequest::new(US, CsvType::New, DealInterval::Day);
    let mut pages = Box::pin(client.deal_pages(request));
    let page = pages.next().await.unwrap().unwrap().value;
    let deal: &Deal = &page.deals[149];
    assert_eq!(deal.current(CsvType::New), Some(2));
    assert_eq!(deal.average(DealInterval::Day, CsvType::New), None);
    assert_eq!(page.category_ids, [i64::MAX]);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn sellers_come_by_id_and_by_rank_and_a_query_for_them_is_passed_on() {
    let seller =
        json!({"sellerId": "A1", "currentRating": 98, "hasFBA": true, "csv": [[1, 98], null]});
    let (server, client) = serving(vec![
        json!({"sellers": {"A1": seller}}),
        json!({"sellerIdList": ["A1", "A2"]}),
        json!({"sellerIdList": ["A2"], "totalResults": 1}),
    ])
    .await;
    let request = SellerRequest::storefront(US, "A1");
    let sellers = client.sellers(&request).await.unwrap().value;
    assert_eq!(sellers["A1"].current_rating.unwrap().value(), Some(98));
    assert_eq!(client.top_sellers(US).await.unwrap().value, ["A1", "A2"]);
    let selection = json!({"hasFBA": true});
    let raw = client.seller_query(US, &selection, Cost::exactly(10)).await;
    assert_eq!(raw.unwrap().value["totalResults"], 1);
    assert_eq!(
        server.asked(),
        [
            "GET /seller?domain=1&seller=A1&storefront=1",
            "GET /topseller?domain=1",
            "GET /sellerquery?domain=1&selection=%7B%22hasFBA%22%3Atrue%7D",
        ]
    );
}

#[tokio::test]
async fn lightning_deals_come_with_their_state() {
    let deal = json!({"asin": "B1", "dealState": "SOLDOUT", "dealPrice": 999});
    let (server, client) = serving(vec![json!({"lightningDeals": [deal]})]).await;
    let request = LightningDealsRequest::all(US).state(LightningDealState::SoldOut);
    let deals = client.lightning_deals(&request).await.unwrap().value;
    assert_eq!(deals[0].deal_state, Some(LightningDealState::SoldOut));
    assert_eq!(
        server.asked(),
        ["GET /lightningdeal?domain=1&state=SOLDOUT"]
    );
}

#[tokio::test]
async fn trackings_are_added_told_and_removed_in_their_list() {
    let tracking = json!({"asin": "B1", "isActive": true, "updateInterval": 1, "individualNotificationInterval": -1,
        "thresholdValues": [{"thresholdValueCSV": [7, 900], "domain": 1, "csvType": 2, "isDrop": true}]});
    let notification = json!({"asin": "B1", "createDate": 8, "domainId": 1, "notificationDomainId": 1, "csvType": 2, "trackingNotificationCause": 1});
    let (server, client) = serving(vec![
        json!({"trackings": [tracking], "error": {"message": "failed: B2"}}),
        json!({"trackings": [tracking]}),
        json!({"asinList": ["B1"]}),
        json!({"trackings": [tracking, tracking]}),
        json!({"trackings": []}),
        json!({"notifications": [notification]}),
        json!({}),
        json!({}),
        json!({"trackingListNames": ["books"]}),
        json!({}),
    ])
    .await;
    let list = client.tracking_list("books").unwrap();
    let added = list
        .add(&["B1", "B2"].map(|asin| TrackingCreation::new(US, asin)))
        .await
        .unwrap();
    assert_eq!(added.value.len(), 1);
    assert_eq!(added.error.unwrap().to_string(), "failed: B2");
    let told = list.get("B1").await.unwrap().value.unwrap();
    assert_eq!(
        told.threshold_values.unwrap()[0].threshold_value_csv,
        Some(vec![7, 900])
    );
    assert_eq!(list.asins().await.unwrap().value, ["B1"]);
    let pages: Vec<_> = list.pages(2).try_collect().await.unwrap();
    assert_eq!(pages.len(), 2);
    let notifications = list
        .notifications(KeepaMinutes(0), Notifications::All)
        .await
        .unwrap()
        .value;
    assert_eq!(notifications[0].series(), Some(CsvType::Used));
    list.remove("B1").await.unwrap();
    list.remove_all().await.unwrap();
    assert_eq!(client.tracking_list_names().await.unwrap().value, ["books"]);
    client
        .set_tracking_webhook("https://example.org/keepa")
        .await
        .unwrap();
    let mut asked = server.asked();
    let sent: Value = serde_json::from_str(
        asked[0]
            .split_once(' ')
            .unwrap()
            .1
            .split_once(' ')
            .unwrap()
            .1,
    )
    .unwrap();
    assert_eq!(sent.as_array().unwrap().len(), 2);
    asked[0].truncate("POST /tracking?type=add&list=books".len());
    insta::assert_snapshot!(asked.join("\n"), @r"
    POST /tracking?type=add&list=books
    GET /tracking?type=get&list=books&asin=B1
    GET /tracking?type=list&list=books&asins-only=1
    GET /tracking?type=list&list=books&page=0&perPage=2
    GET /tracking?type=list&list=books&page=1&perPage=2
    GET /tracking?type=notification&list=books&since=0&revise=1
    GET /tracking?type=remove&list=books&asin=B1
    GET /tracking?type=removeAll&list=books
    GET /tracking?type=listNames
    GET /tracking?type=webhook&url=https%3A%2F%2Fexample.org%2Fkeepa
    ");
}

#[tokio::test]
async fn a_graph_is_an_image_and_an_error_in_its_place_is_told() {
    let image = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\nconnection: close\r\n\r\n";
    let refused = r#"{"error":{"message":"no such product"}}"#;
    let server = Server::start(vec![
        format!("{image}not a PNG"),
        answer("200 OK", refused),
        answer("400 Bad Request", refused),
    ])
    .await;
    let client = client(&server, 1).build().unwrap();
    let request = GraphImageRequest::new(US, "B1");
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(client.graph_image(&request).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    the answer of Keepa cannot be read: it holds no payload
    Keepa answered with an error: no such product
    Keepa rejected the request: no such product
    ");
}

#[test]
fn every_recorded_deal_is_decoded_and_written_as_it_was_read() {
    let Some(folder) = std::env::var_os("KEEPA_CORPUS") else {
        eprintln!("skipped: KEEPA_CORPUS is not set");
        return;
    };
    let file = std::path::Path::new(&folder).join("response/deal_page.json");
    let source: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let deals = &source["deals"];
    let read: keepa_client::Deals = serde_json::from_value(deals.clone()).unwrap();
    assert!(read.deals.len() > 100);
    assert!(read.deals.iter().all(|deal| {
        deal.other
            .keys()
            .all(|name| ["flags", "dateIntervalIndex"].contains(&name.as_str()))
    }));
    assert_eq!(serde_json::to_value(&read).unwrap(), *deals);
    let image = read.deals[0].image_name().unwrap();
    assert!(image.ends_with(".jpg"), "{image}");
}
