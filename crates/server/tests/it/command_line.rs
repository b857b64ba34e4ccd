//! The command line: what it prints where, and the codes with which it ends.

use std::path::PathBuf;

use serde_json::Value;
use tokio::process::Command;

use crate::support::{Output, command};

/// A list of three books that the sandbox knows.
const GOOD: &str = "isbn,cost\n9789999500005,1.00\n9789999500012,2.00\n9789999500029,3.00\n";

/// The binary with arguments.
fn with(arguments: &[&str]) -> Command {
    let mut command = command();
    command.args(arguments);
    command
}

/// What `analyze` says of a list on its stdin.
async fn analysed(list: &str, arguments: &[&str]) -> Output {
    let mut command = with(&["analyze", "-"]);
    command.args(arguments);
    Output::of(command, list).await
}

#[tokio::test]
async fn a_list_is_ranked_as_a_table_with_nothing_else_on_stdout() {
    let output = analysed(GOOD, &[]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    for column in [
        "rank",
        "title",
        "buy",
        "sale likely",
        "fees",
        "profit",
        "ROI",
        "velocity",
        "recommendation",
        "main reason",
    ] {
        assert!(output.stdout.contains(column), "{}", output.stdout);
    }
    assert!(output.stdout.contains("9999500013"), "{}", output.stdout);
    assert!(
        output.stderr.contains("3 rows analysed, 0 not"),
        "{}",
        output.stderr
    );
    assert!(
        output.stderr.contains("no decision about real money"),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn csv_and_json_hold_the_same_ranking() {
    let csv = analysed(GOOD, &["--format", "csv"]).await;
    let json = analysed(GOOD, &["--format", "json"]).await;
    assert_eq!((csv.code, json.code), (Some(0), Some(0)));
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines[0].split(',').next(), Some("rank"));
    let of_csv: Vec<&str> = lines[1..]
        .iter()
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    let analyses: Vec<Value> = serde_json::from_str(&json.stdout).unwrap();
    let of_json: Vec<&str> = analyses
        .iter()
        .map(|analysis| analysis["asin"].as_str().unwrap())
        .collect();
    assert_eq!(of_csv, of_json);
    assert_eq!(of_csv.len(), 3);
    assert!(
        analyses
            .iter()
            .all(|analysis| analysis["source"] == "GENERATED")
    );
}

#[tokio::test]
async fn rows_that_could_not_be_analysed_are_named_and_told_by_the_exit_code() {
    let list = format!("{GOOD}9.78E+12,4.00\n9789999500036,-1\n036000291452,5.00\n");
    let output = analysed(&list, &["--format", "csv"]).await;
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    for row in [
        "row 5 \"9.78E+12\"",
        "row 6 \"9789999500036\"",
        "row 7 \"036000291452\"",
    ] {
        assert!(output.stderr.contains(row), "{}", output.stderr);
    }
    assert!(
        output.stderr.contains("3 rows analysed, 3 not"),
        "{}",
        output.stderr
    );
    assert_eq!(output.stdout.lines().count(), 4);
}

#[tokio::test]
async fn a_list_of_which_nothing_can_be_analysed_has_failed() {
    for list in ["", "isbn\nnonsense\n", "\0\u{1}\u{2}", "title,cost\nA,1\n"] {
        let output = analysed(list, &["--format", "json"]).await;
        assert_eq!(output.code, Some(1), "{list:?}: {}", output.stderr);
        assert!(!output.stderr.is_empty());
    }
    let output = Output::of(with(&["analyze", "no/such/file.csv"]), "").await;
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("no/such/file.csv"),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_says_what_is_right() {
    for arguments in [
        &["analyse"][..],
        &["analyze"],
        &["analyze", "-", "--format", "xml"],
        &["analyze", "-", "--marketplace", "MARS"],
        &["serve", "--prot", "80"],
    ] {
        let output = Output::of(with(arguments), "").await;
        assert_eq!(output.code, Some(2), "{arguments:?}: {}", output.stderr);
        assert!(
            output.stderr.contains("--help"),
            "{arguments:?}: {}",
            output.stderr
        );
        assert_eq!(output.stdout, "");
    }
}

#[tokio::test]
async fn every_command_has_help_and_the_version() {
    let version = format!("arbitragevault {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Output::of(with(&["--version"]), "").await.stdout, version);
    for name in [
        "serve",
        "analyze",
        "backtest",
        "db",
        "config",
        "doctor",
        "keys",
        "openapi",
        "keepa-sandbox",
    ] {
        let help = Output::of(with(&[name, "--help"]), "").await;
        assert_eq!(help.code, Some(0));
        assert!(
            help.stdout.contains(&format!("arbitragevault {name}")),
            "{}",
            help.stdout
        );
        let version = Output::of(with(&[name, "--version"]), "").await;
        assert_eq!(version.code, Some(0));
        assert!(
            version.stdout.contains(env!("CARGO_PKG_VERSION")),
            "{}",
            version.stdout
        );
    }
    let help = Output::of(with(&["--help"]), "").await.stdout;
    for name in [
        "serve",
        "analyze",
        "backtest",
        "db",
        "config",
        "doctor",
        "keys",
        "openapi",
        "keepa-sandbox",
    ] {
        assert!(help.contains(name), "{help}");
    }
}

/// A product of two years whose rank falls every third day and whose prices rise once.
fn recorded_product() -> Value {
    const DAY: i32 = 1_440;
    let ranks: Vec<i32> = (0..240)
        .flat_map(|step| {
            [
                step * 3 * DAY,
                if step % 2 == 0 { 300_000 } else { 150_000 },
            ]
        })
        .collect();
    let prices = [0, 2_000, 400 * DAY, 2_400];
    serde_json::json!({
        "asin": "0306406152",
        "domainId": 1,
        "lastUpdate": 720 * DAY,
        "csv": [null, prices, prices, ranks],
    })
}

#[tokio::test]
async fn a_backtest_prints_a_line_for_each_cut_and_series_and_a_report_with_held_out_figures() {
    let corpus = tempfile::tempdir().unwrap();
    let file = corpus.path().join("product.json");
    std::fs::write(&file, recorded_product().to_string()).unwrap();
    let folder = corpus.path().to_str().unwrap();
    let run = |format| {
        Output::of(
            with(&["backtest", "--corpus", folder, "--format", format]),
            "",
        )
    };

    let lines = run("ndjson").await;
    assert_eq!(lines.code, Some(0), "{}", lines.stderr);
    let predictions: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // From day 180 to day 630, every 60 days, new and used.
    assert_eq!(predictions.len(), 16);
    let first = &predictions[0];
    assert_eq!(first["cut"], 180 * 1_440);
    assert_eq!(
        (&first["series"], &first["price"]["likely"]),
        (&"NEW".into(), &2_000.into())
    );
    assert!(first["sales30"]["likely"].as_f64() > Some(3.0), "{first}");

    let report = run("report").await;
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    for part in ["As shipped", "Held out", "USED", "Spearman"] {
        assert!(report.stdout.contains(part), "{}", report.stdout);
    }

    std::fs::remove_file(file).unwrap();
    let nothing = run("report").await;
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.stderr.contains("no recorded product"),
        "{}",
        nothing.stderr
    );
}

#[tokio::test]
async fn the_openapi_document_is_printed_as_it_is_checked_in() {
    let output = Output::of(with(&["openapi"]), "").await;
    assert_eq!(output.code, Some(0));
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    assert!(
        output.stdout == std::fs::read_to_string(checked_in).unwrap(),
        "write the output of `arbitragevault openapi` to docs/openapi.json"
    );
}

#[tokio::test]
async fn recorded_books_are_ranked_without_a_word_of_generated_data() {
    let Some(corpus) = std::env::var_os("KEEPA_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: KEEPA_CORPUS is not set");
        return;
    };
    let mut list = String::from("asin,cost\n");
    let products = std::fs::read_dir(corpus.join("product")).unwrap();
    for product in products {
        let name = product.unwrap().file_name().into_string().unwrap();
        if let Some(asin) = name.strip_suffix(".json") {
            list += &format!("{asin},5.00\n");
        }
    }
    let corpus = corpus.to_str().unwrap();
    let output = analysed(&list, &["--corpus", corpus, "--format", "json"]).await;
    assert!(matches!(output.code, Some(0 | 3)), "{}", output.stderr);
    let analyses: Vec<Value> = serde_json::from_str(&output.stdout).unwrap();
    assert!(!analyses.is_empty());
    assert!(
        analyses
            .iter()
            .all(|analysis| analysis["source"] == "RECORDED")
    );
    let priced = analyses
        .iter()
        .filter(|analysis| analysis["sale_price"].is_object());
    assert!(priced.count() > 0, "{}", output.stdout);
    assert!(!output.stderr.contains("made up"), "{}", output.stderr);
}
