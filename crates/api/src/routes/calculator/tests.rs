//! The calculator over HTTP, with neither database nor Keepa.

use actix_web::test::{TestRequest, init_service};
use serde_json::{Value, json};

use crate::settings::HttpSettings;
use crate::testing::{response_body, unreachable_state};

/// Sends a question, and shows the answer.
async fn ask(path: &str, question: Value) -> String {
    let settings = HttpSettings {
        auth_required: false,
        ..HttpSettings::default()
    };
    let app = init_service(crate::app(&settings, unreachable_state(&settings))).await;
    let request = TestRequest::post()
        .uri(&format!("/api/v1/calculator/{path}"))
        .set_json(question);
    response_body(&app, request).await
}

/// A paperback of a pound, sold on a day of the peak season.
fn sale() -> Value {
    json!({
        "price": "24.99",
        "date": "2026-11-23",
        "package": {"length_mm": 229, "width_mm": 152, "height_mm": 25, "weight_g": 454},
    })
}

#[actix_web::test]
async fn fees_come_as_a_receipt() {
    insta::assert_snapshot!(ask("fees", json!({"sale": sale()})).await);
}

#[actix_web::test]
async fn profit_comes_with_its_limits() {
    let question = json!({"sale": sale(), "buy_price": "4.50", "quantity": 3});
    insta::assert_snapshot!(ask("profit", question).await);
}

#[actix_web::test]
async fn the_highest_buy_price_reaches_the_target_exactly() {
    let question =
        json!({"sale": sale(), "target_roi_percent": 50, "costs": {"prep_per_unit": "0"}});
    let answer = ask("max-buy-price", question).await;
    insta::assert_snapshot!(answer);
}

#[actix_web::test]
async fn what_cannot_be_computed_is_refused_by_its_place() {
    let mut no_package = sale();
    no_package["package"] = json!({"length_mm": 229});
    let mut fraction = sale();
    fraction["price"] = json!("24.995");
    let mut number = sale();
    number["price"] = json!(24.99);
    let questions = [
        ("fees", json!({"sale": no_package})),
        ("fees", json!({"sale": fraction})),
        ("fees", json!({"sale": number})),
        ("profit", json!({"sale": sale(), "buy_price": "-1"})),
        (
            "profit",
            json!({"sale": sale(), "buy_price": "1", "quantity": 0}),
        ),
        (
            "max-buy-price",
            json!({"sale": sale(), "target_roi_percent": 5_000, "costs": {"buffer_percent": 90}}),
        ),
    ];
    let mut answers = String::new();
    for (path, question) in questions {
        let answer: Value = serde_json::from_str(&ask(path, question).await).unwrap();
        for error in answer["errors"].as_array().unwrap() {
            answers.push_str(&format!("{} {path} {error}\n", answer["status"]));
        }
    }
    insta::assert_snapshot!(answers);
}
