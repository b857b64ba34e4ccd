//! The project's client against the sandbox: both speak the same protocol, and the client foresees what
//! every request costs.

use keepa_client::{
    BestSellersRequest, CategoryRequest, ChangeDays, CsvType, DealInterval, DealOrder, DealRequest,
    DealSwitch, DealText, Domain, FinderBool, FinderField, FinderInteger, FinderIntegers,
    FinderTexts, GraphColor, GraphImageRequest, GraphLine, KeepaClient, KeepaError, KeepaMinutes,
    LightningDealState, LightningDealsRequest, Notifications, NotifyIfKind, Origin, ProductOutcome,
    ProductRequest, ProductSearch, ProductSelection, SellerRequest, SortDirection, Threshold,
    TrackingCreation,
};
use keepa_sandbox::Catalogue;
use serde_json::json;

use crate::{Bench, HOUR, still};

const US: Domain = Domain::UnitedStates;
const ASIN: &str = "9999500005";

fn client(bench: &Bench) -> KeepaClient {
    let builder = KeepaClient::builder("a key").base_url(bench.sandbox.url());
    builder.build().unwrap()
}

#[tokio::test]
async fn products_are_read_whole_and_cost_no_more_than_foreseen() {
    let bench = Bench::new(still(60));
    let client = client(&bench);
    let catalogue = Catalogue::new(1);
    let asins: Vec<String> = (0..40).map(|index| catalogue.asin(index)).collect();
    let codes: Vec<String> = (0..40).map(|index| catalogue.isbn13(index)).collect();
    for request in [
        ProductRequest::asins(US, &asins).stats(90),
        ProductRequest::asins(US, &asins)
            .buybox(true)
            .rating(true)
            .days(30),
        ProductRequest::asins(US, &asins)
            .offers(40)
            .stock(true)
            .only_live_offers(true),
        ProductRequest::asins(US, &asins)
            .history(false)
            .update(0)
            .historical_variations(true),
        ProductRequest::asins(US, &asins).stats_between(1_790_000_000_000, 1_795_000_000_000),
        ProductRequest::codes(US, &codes)
            .code_limit(2)
            .videos(true)
            .aplus(true),
    ] {
        let batch = client.products(&request).await;
        let mut found = 0;
        for (id, outcome) in &batch.outcomes {
            assert!(
                !matches!(outcome, ProductOutcome::Failed(_)),
                "{id}: {outcome:?}"
            );
            found += usize::from(matches!(outcome, ProductOutcome::Found(_)));
        }
        // The others were removed from the shop.
        assert!(found > 35, "{found} found by {request:?}");
        let cost = batch.tokens_consumed;
        assert!(
            cost > 0 && cost <= i64::from(request.cost().worst),
            "{request:?} cost {cost}"
        );
    }
}

#[tokio::test]
async fn every_other_endpoint_is_understood_and_costs_what_is_foreseen() {
    let bench = Bench::new(still(120));
    let client = client(&bench);
    let mut costs = Vec::new();

    let search = ProductSearch::new(US, "algebra").stats(30).history(false);
    let found = client.search(&search).await.unwrap();
    assert!(!found.value.is_empty() && found.value.iter().all(Result::is_ok));
    assert_eq!(found.origin, Origin::SandboxGenerated);
    costs.push(("search", found.tokens_consumed, search.cost().likely));
    let asins = client.search_asins(&search).await.unwrap();
    assert_eq!(asins.value.len(), found.value.len());

    let roots = CategoryRequest::roots(US).parents(true);
    let categories = client.categories(&roots).await.unwrap();
    assert!(categories.value.categories.contains_key(&283_155));
    costs.push(("category", categories.tokens_consumed, roots.cost().likely));
    let named = CategoryRequest::search(US, "linear algebra");
    assert_eq!(
        client
            .categories(&named)
            .await
            .unwrap()
            .value
            .categories
            .len(),
        2
    );

    let best = BestSellersRequest::category(US, 283_155).month(2026, 8);
    let list = client.best_sellers(&best).await.unwrap();
    assert!(list.value.unwrap().asin_list.len() > 50);
    costs.push(("bestsellers", list.tokens_consumed, best.cost().likely));
    let none = BestSellersRequest::product_group(US, "Kitchen");
    let none = client.best_sellers(&none).await.unwrap();
    assert_eq!((none.value, none.tokens_consumed), (None, 0));

    let selection = ProductSelection::new(US)
        .range(FinderField::Current(CsvType::Used), 200..=9_000)
        .range(
            FinderField::DeltaPercent(ChangeDays::Thirty, CsvType::New),
            -50..,
        )
        .range(FinderInteger::SalesRankDrops90, 1..)
        .is(FinderBool::IsHazMat, false)
        .is_lowest(CsvType::BuyBoxShipping, false)
        .any_of(FinderTexts::ProductGroup, ["Book"])
        .any_number_of(FinderIntegers::ProductType, [0])
        .sort(FinderInteger::MonthlySold, SortDirection::Descending)
        .stats(true);
    let page = client.find_products(&selection).await.unwrap();
    assert!(!page.value.asin_list.is_empty());
    assert!(
        page.value
            .search_insights
            .unwrap()
            .averages
            .seller_count
            .is_some()
    );
    costs.push(("query", page.tokens_consumed, selection.cost().likely));

    let deals = DealRequest::new(US, CsvType::Used, DealInterval::NinetyDays)
        .sort_type(DealOrder::DeltaPercent)
        .current_range(100..=9_000)
        .sales_rank_range(1, None)
        .only(DealSwitch::MustNotHaveAmazonOffer)
        .any_of(DealText::Binding, ["paperback", "hardcover"]);
    let found = client.deals(&deals).await.unwrap();
    assert!(!found.value.deals.is_empty());
    assert!(found.value.deals[0].image_name().unwrap().ends_with(".jpg"));
    costs.push(("deal", found.tokens_consumed, deals.cost().likely));

    let storefront = SellerRequest::storefront(US, "ASBX000000000");
    let sellers = client.sellers(&storefront).await.unwrap();
    assert!(
        sellers.value["ASBX000000000"]
            .asin_list
            .as_ref()
            .unwrap()
            .len()
            > 1
    );
    costs.push(("seller", sellers.tokens_consumed, storefront.cost().likely));
    let top = client.top_sellers(US).await.unwrap();
    costs.push(("topseller", top.tokens_consumed, 50));

    let all = LightningDealsRequest::all(US).state(LightningDealState::Expired);
    let lightning = client.lightning_deals(&all).await.unwrap();
    costs.push((
        "lightningdeal",
        lightning.tokens_consumed,
        all.cost().likely,
    ));

    let graph = GraphImageRequest::new(US, ASIN)
        .line(GraphLine::Used, true)
        .color(GraphColor::Used, [0, 0, 0])
        .size(400, 200);
    assert!(client.graph_image(&graph).await.unwrap().len() > 500);
    let unknown = GraphImageRequest::new(US, "0470820942");
    let refusal = client.graph_image(&unknown).await;
    assert!(
        matches!(refusal, Err(KeepaError::Rejected(_))),
        "{refusal:?}"
    );

    for (endpoint, charged, foreseen) in costs {
        assert_eq!(charged, i64::from(foreseen), "{endpoint}");
    }
    assert!(client.token_status().await.unwrap().is_some());
}

#[tokio::test]
async fn trackings_and_notifications_are_understood() {
    let bench = Bench::new(still(60));
    let client = client(&bench);
    let list = client.tracking_list("mine").unwrap();
    let creation = TrackingCreation::new(US, ASIN)
        .update_interval(24)
        .threshold(Threshold::falls_below(US, CsvType::Used, 99_999_999))
        .notify_if(US, CsvType::Amazon, NotifyIfKind::BackInStock)
        .meta_data("batch 7");
    let added = list.add(&[creation]).await.unwrap();
    assert_eq!(
        (added.value[0].asin.as_str(), added.tokens_consumed),
        (ASIN, 1)
    );
    assert_eq!(list.asins().await.unwrap().value, [ASIN]);
    assert_eq!(client.tracking_list_names().await.unwrap().value, ["mine"]);
    assert_eq!(
        list.get(ASIN).await.unwrap().value,
        Some(added.value[0].clone())
    );
    assert_eq!(list.page(0, 10).await.unwrap().value.len(), 1);
    bench
        .told("/sandbox/clock", &json!({"advance_ms": 6 * HOUR}))
        .await;
    let told = list
        .notifications(KeepaMinutes(0), Notifications::Unread)
        .await
        .unwrap();
    assert_eq!(told.value[0].series(), Some(CsvType::Used));
    assert!(told.value[0].current(CsvType::Used).is_some());
    list.remove(ASIN).await.unwrap();
    list.remove_all().await.unwrap();
    assert_eq!(list.asins().await.unwrap().value, [""; 0]);
    client
        .set_tracking_webhook("http://127.0.0.1:9/")
        .await
        .unwrap();
}
