//! The catalogue against what is written about it.

use std::collections::BTreeSet;

use super::catalogue::{ALL, Kind};

fn document(name: &str) -> String {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The table of `docs/operations.md`.
fn table() -> String {
    let mut table =
        "| metric | kind | unit | labels | what it tells |\n|---|---|---|---|---|\n".to_owned();
    for metric in ALL {
        let labels: Vec<String> = metric
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        table += &format!(
            "| `{}` | {} | {} | {} | {} |\n",
            metric.name,
            metric.kind.name(),
            metric.unit,
            labels.join(", "),
            metric.help
        );
    }
    table
}

#[test]
fn every_metric_is_named_as_prometheus_asks() {
    let names: BTreeSet<&str> = ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), ALL.len());
    for metric in ALL {
        assert_eq!(
            metric.kind == Kind::Counter,
            metric.name.ends_with("_total"),
            "{}",
            metric.name
        );
        if let "seconds" | "bytes" = metric.unit {
            let stem = metric.name.trim_end_matches("_total");
            assert!(stem.ends_with(metric.unit), "{}", metric.name);
        }
        if let Kind::Histogram(bounds) = metric.kind {
            assert!(bounds.is_sorted() && !bounds.is_empty(), "{}", metric.name);
        }
        assert!(
            metric.help.ends_with('.') && !metric.help.contains(['\n', '\\', '|']),
            "{}",
            metric.name
        );
    }
}

#[test]
fn the_operations_page_has_the_table_of_all_metrics() {
    let table = table();
    assert!(
        document("operations.md").contains(&table),
        "docs/operations.md must have this table:\n\n{table}"
    );
}

/// The names of metrics in a query: what of its words begins as ours do, without what a histogram adds.
fn metrics_in(query: &str) -> Vec<&str> {
    query
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("arbitragevault_") || word.starts_with("process_"))
        .map(|word| {
            ["_bucket", "_sum", "_count"]
                .into_iter()
                .find_map(|end| word.strip_suffix(end))
                .unwrap_or(word)
        })
        .collect()
}

#[test]
fn every_query_of_the_dashboard_asks_for_metrics_that_exist_and_every_metric_is_shown() {
    fn queries<'a>(value: &'a serde_json::Value, found: &mut Vec<&'a str>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str() {
                        Some(query) if name == "expr" => found.push(query),
                        _ => queries(member, found),
                    }
                }
            }
            serde_json::Value::Array(members) => {
                members.iter().for_each(|member| queries(member, found));
            }
            _ => {}
        }
    }
    let dashboard: serde_json::Value =
        serde_json::from_str(&document("grafana-dashboard.json")).unwrap();
    let mut found = Vec::new();
    queries(&dashboard, &mut found);
    let asked: BTreeSet<&str> = found.iter().flat_map(|query| metrics_in(query)).collect();
    let declared: BTreeSet<&str> = ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(asked, declared);
    for query in found {
        assert!(!metrics_in(query).is_empty(), "{query}");
    }
}
