//! Configuration: reading, merging, origins, problems and differences.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fees::FeeCategory;
use crate::marketplace::Marketplace;

fn patch(value: Value) -> ConfigPatch {
    ConfigPatch::new(value).unwrap()
}

fn layers<const N: usize>(patches: [(&str, Value); N]) -> ConfigLayers {
    let mut layers = ConfigLayers::default();
    for (scope, value) in patches {
        layers.set(scope.parse().unwrap(), patch(value));
    }
    layers
}

fn lines(problems: &[ConfigProblem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn us_textbook() -> Selection {
    Selection {
        marketplace: Some(Marketplace::Us),
        category: Some(FeeCategory::Media),
        strategy: Some("textbook".parse().unwrap()),
    }
}

#[test]
fn the_defaults_are_sound_and_an_empty_document_means_them() {
    let read = |json: &str| serde_json::from_str::<AnalysisConfig>(json).unwrap();
    assert_eq!(AnalysisConfig::default().problems(), []);
    assert_eq!(read("{}"), AnalysisConfig::default());
    let stored = serde_json::to_string(&AnalysisConfig::default()).unwrap();
    assert_eq!(read(&stored), AnalysisConfig::default());
    let nothing_set = ConfigLayers::default().effective(&us_textbook()).unwrap();
    assert_eq!(nothing_set.config, AnalysisConfig::default());
    assert!(nothing_set.origins.values().all(|o| *o == Origin::Default));
}

#[test]
fn every_unknown_key_and_wrong_type_is_named_at_once() {
    let refused = ConfigPatch::new(json!({
        "prices": {},
        "price": {"window": 30, "window_days": "30"},
        "demand": 5,
        "scores": {"roi_weight_percent": 300},
        "verdict": {"good": {"velocity": -1, "speed": 3}},
    }));
    insta::assert_snapshot!(lines(&refused.unwrap_err()), @r#"
    /demand: must be an object
    /price/window: there is no key "window"; there are fallback_window_days, maximum_age_days, maximum_gap_days, minimum_offered_percent, window_days
    /price/window_days: invalid type: string "30", expected a whole number from 0 to 65535
    /prices: there is no key "prices"; there are condition_signal, demand, fees, price, profit, review, scores, strategy, verdict, verification
    /scores/roi_weight_percent: invalid value: integer `300`, expected a whole number from 0 to 255
    /verdict/good/speed: there is no key "speed"; there are confidence, roi_percent, stability, velocity
    /verdict/good/velocity: invalid value: integer `-1`, expected a whole number from 0 to 255
    "#);
}

#[test]
fn every_value_out_of_range_or_out_of_order_is_named_at_once() {
    let config: AnalysisConfig = serde_json::from_value(json!({
        "fees": {"own_shipping_base": "-0.01"},
        "price": {"window_days": 3, "minimum_offered_percent": 101},
        "demand": {"holding_days": 0},
        "scores": {"roi_weight_percent": 120},
        "verdict": {"good": {"roi_percent": 50, "velocity": 90, "stability": 101, "confidence": 50}},
    }))
    .unwrap();
    insta::assert_snapshot!(lines(&config.problems()), @"
    /fees/own_shipping_base: own_shipping_base must be from 0 to 1000000
    /price/window_days: window_days must be from 7 to 1825
    /price/minimum_offered_percent: minimum_offered_percent must be from 0 to 100
    /demand/holding_days: holding_days must be from 1 to 730
    /scores/roi_weight_percent: roi_weight_percent must be from 0 to 100
    /verdict/excellent/roi_percent: roi_percent must not be below that of good
    /verdict/excellent/velocity: velocity must not be below that of good
    /verdict/excellent/stability: stability must not be below that of good
    ");
}

#[test]
fn the_greatest_scope_decides_and_each_value_knows_it() {
    let layers = layers([
        (
            "global",
            json!({"price": {"window_days": 60}, "demand": {"holding_days": 45}}),
        ),
        ("marketplace:US", json!({"demand": {"holding_days": 30}})),
        ("marketplace:GB", json!({"demand": {"holding_days": 1}})),
        (
            "category:MEDIA",
            json!({"verdict": {"good": {"velocity": 55}}}),
        ),
        (
            "strategy:textbook",
            json!({"price": {"window_days": 365}, "verdict": {"good": {"velocity": 40}}}),
        ),
        ("strategy:velocity", json!({"price": {"window_days": 30}})),
    ]);
    let effective = layers.effective(&us_textbook()).unwrap();
    assert_eq!(effective.config.price.window_days, 365);
    assert_eq!(effective.config.demand.holding_days, 30);
    assert_eq!(effective.config.verdict.good.velocity, 40);
    assert_eq!(effective.config.verdict.good.stability, 50);
    let set: Vec<_> = effective
        .origins
        .into_iter()
        .filter(|(_, origin)| *origin != Origin::Default)
        .map(|(pointer, origin)| (pointer, serde_json::to_value(origin).unwrap()))
        .collect();
    assert_eq!(
        set,
        [
            ("/demand/holding_days".to_owned(), json!("marketplace:US")),
            ("/price/window_days".to_owned(), json!("strategy:textbook")),
            (
                "/verdict/good/velocity".to_owned(),
                json!("strategy:textbook")
            ),
        ]
    );
}

#[test]
fn null_takes_a_value_or_a_section_back_to_its_default() {
    let layers = layers([
        (
            "global",
            json!({"price": {"window_days": 60, "maximum_gap_days": 10}, "demand": {"holding_days": 45}}),
        ),
        ("marketplace:US", json!({"price": {"window_days": null}})),
        ("strategy:textbook", json!({"demand": null})),
    ]);
    let effective = layers.effective(&us_textbook()).unwrap();
    assert_eq!(effective.config.price.window_days, 90);
    assert_eq!(effective.config.price.maximum_gap_days, 10);
    assert_eq!(effective.config.demand.holding_days, 90);
    let origin = |pointer: &str| effective.origins[pointer].clone();
    assert_eq!(origin("/price/window_days"), Origin::Default);
    assert_eq!(
        origin("/price/maximum_gap_days"),
        Origin::Scope(Scope::Global)
    );
    assert_eq!(origin("/demand/holding_days"), Origin::Default);
}

#[test]
fn two_scopes_that_are_sound_alone_are_refused_when_they_do_not_go_together() {
    let layers = layers([
        ("marketplace:US", json!({"price": {"window_days": 300}})),
        (
            "strategy:velocity",
            json!({"price": {"fallback_window_days": 200}}),
        ),
        (
            "strategy:textbook",
            json!({"price": {"fallback_window_days": 500}}),
        ),
    ]);
    insta::assert_snapshot!(
        lines(&layers.problems()),
        @"/price/fallback_window_days: fallback_window_days must be from window_days to 3650 (where marketplace:US, strategy:velocity meet)"
    );
    assert!(layers.config(&us_textbook()).is_ok());
}

#[test]
fn a_change_removes_what_it_sets_to_null_and_leaves_the_rest() {
    let old = patch(json!({"price": {"window_days": 60}, "demand": {"holding_days": 45}}));
    let new = old
        .changed(json!({"price": {"window_days": null, "maximum_gap_days": 5}}))
        .unwrap();
    assert_eq!(
        new.to_value(),
        json!({"price": {"maximum_gap_days": 5}, "demand": {"holding_days": 45}})
    );
    assert_eq!(
        old.changed(json!({"prise": null})).unwrap_err()[0].pointer,
        "/prise"
    );
}

#[test]
fn a_difference_names_what_changed_and_does_not_fit_another_document() {
    let old = patch(json!({"price": {"window_days": 60}}));
    let new = patch(json!({"price": {"window_days": 30}, "demand": {"holding_days": 45}}));
    let difference = Difference::between(&old, &new);
    assert_eq!(
        serde_json::to_value(&difference).unwrap(),
        json!([
            {"op": "add", "path": "/demand", "value": {"holding_days": 45}},
            {"op": "replace", "path": "/price/window_days", "value": 30},
        ])
    );
    assert_eq!(difference.apply(&old).unwrap(), new);
    assert!(matches!(
        difference.apply(&ConfigPatch::default()),
        Err(DifferenceError::DoesNotFit(_))
    ));
}

#[test]
fn a_scope_is_read_as_it_is_written_and_nothing_else_is_one() {
    for text in [
        "global",
        "marketplace:US",
        "category:EVERYTHING_ELSE",
        "strategy:textbook-2",
    ] {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    let refused: Vec<_> = [
        "",
        "Global",
        "marketplace",
        "marketplace:XX",
        "category:books",
        "strategy:",
        "strategy:2x",
        "strategy:Text book",
        "user:1",
    ]
    .into_iter()
    .map(|text| text.parse::<Scope>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(refused.join("\n"), @r#"
    a scope is global, marketplace:CODE, category:NAME or strategy:NAME, for example marketplace:US
    a scope is global, marketplace:CODE, category:NAME or strategy:NAME, for example marketplace:US
    a scope is global, marketplace:CODE, category:NAME or strategy:NAME, for example marketplace:US
    "XX" is no marketplace
    "books" is no fee category
    "" is no name of a strategy: 1 to 40 of the characters a-z, 0-9 and -, beginning with a letter
    "2x" is no name of a strategy: 1 to 40 of the characters a-z, 0-9 and -, beginning with a letter
    "Text book" is no name of a strategy: 1 to 40 of the characters a-z, 0-9 and -, beginning with a letter
    a scope is global, marketplace:CODE, category:NAME or strategy:NAME, for example marketplace:US
    "#);
}

/// Patches of keys whose values are sound beside each other and beside the defaults.
fn any_patch() -> impl Strategy<Value = ConfigPatch> {
    let key = prop_oneof![
        (7_u16..=365).prop_map(|days| json!({"price": {"window_days": days}})),
        (365_u16..=3_650).prop_map(|days| json!({"price": {"fallback_window_days": days}})),
        (1_u16..=730).prop_map(|days| json!({"demand": {"holding_days": days}})),
        (0_u8..=100).prop_map(|weight| json!({"scores": {"roi_weight_percent": weight}})),
        (50_u8..=70).prop_map(|score| json!({"verdict": {"good": {"velocity": score}}})),
        (0_u8..=30).prop_map(|score| json!({"verdict": {"fair": {"velocity": score}}})),
    ];
    proptest::collection::vec(key, 0..6).prop_map(|keys| {
        let mut all = json!({});
        for key in keys {
            json_patch::merge(&mut all, &key);
        }
        patch(all)
    })
}

fn config_of<const N: usize>(patches: [(Scope, &ConfigPatch); N]) -> AnalysisConfig {
    let mut layers = ConfigLayers::default();
    for (scope, patch) in patches {
        layers.set(scope, patch.clone());
    }
    layers.config(&us_textbook()).unwrap()
}

const US: Scope = Scope::Marketplace(Marketplace::Us);

proptest! {
    #[test]
    fn a_difference_applied_to_the_old_patch_gives_the_new_one(old in any_patch(), new in any_patch()) {
        let difference = Difference::between(&old, &new);
        prop_assert_eq!(difference.is_empty(), old == new);
        let stored = serde_json::to_string(&difference).unwrap();
        let read: Difference = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read.apply(&old).unwrap(), new);
    }

    #[test]
    fn an_empty_patch_changes_nothing(any in any_patch()) {
        let empty = ConfigPatch::default();
        prop_assert_eq!(&any.changed(json!({})).unwrap(), &any);
        let alone = config_of([(US, &any)]);
        prop_assert_eq!(&config_of([(Scope::Global, &empty), (US, &any)]), &alone);
        prop_assert_eq!(&config_of([(Scope::Global, &any), (US, &empty)]), &alone);
    }

    #[test]
    fn what_two_scopes_set_is_what_one_sets_that_was_changed_by_the_other(low in any_patch(), high in any_patch()) {
        let together = low.changed(high.to_value()).unwrap();
        prop_assert_eq!(
            config_of([(Scope::Global, &low), (US, &high)]),
            config_of([(Scope::Global, &together)])
        );
    }

    #[test]
    fn merging_is_associative(a in any_patch(), b in any_patch(), c in any_patch()) {
        let merged = |a: &ConfigPatch, b: &ConfigPatch| a.changed(b.to_value()).unwrap();
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
    }

    #[test]
    fn each_value_is_that_of_its_origin(low in any_patch(), high in any_patch()) {
        let mut layers = ConfigLayers::default();
        layers.set(Scope::Global, low);
        layers.set(US, high);
        let effective = layers.effective(&us_textbook()).unwrap();
        let document = serde_json::to_value(&effective.config).unwrap();
        let default = serde_json::to_value(AnalysisConfig::default()).unwrap();
        for (pointer, origin) in &effective.origins {
            let expected = match origin {
                Origin::Default => default.pointer(pointer).cloned(),
                Origin::Scope(scope) => layers.get(scope).unwrap().to_value().pointer(pointer).cloned(),
            };
            prop_assert_eq!(document.pointer(pointer).cloned(), expected, "{}", pointer);
        }
    }

    #[test]
    fn no_text_makes_reading_a_scope_or_a_patch_panic(text in "\\PC{0,60}", key in "[/~a-z_]{0,8}") {
        let _ = text.parse::<Scope>();
        let read = ConfigPatch::new(json!({key.clone(): {text: 1}}));
        prop_assert!(read.is_err());
    }
}
