//! The rules of `docs/architecture.md`, held against what Cargo knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate, and the crates of the workspace that it may be built with. `?` marks one that must be optional.
const ALLOWED: [(&str, &[&str]); 8] = [
    (
        "arbitragevault-server",
        &[
            "arbitragevault-api",
            "arbitragevault-domain",
            "arbitragevault-persistence",
            "arbitragevault-services",
            "keepa-client",
            "keepa-sandbox",
            "local-postgres",
        ],
    ),
    (
        "arbitragevault-api",
        &["arbitragevault-domain", "arbitragevault-services"],
    ),
    (
        "arbitragevault-services",
        &[
            "arbitragevault-domain",
            "arbitragevault-persistence",
            "keepa-client",
        ],
    ),
    ("arbitragevault-persistence", &["arbitragevault-domain"]),
    ("arbitragevault-domain", &[]),
    ("keepa-client", &["arbitragevault-domain?"]),
    ("keepa-sandbox", &[]),
    ("local-postgres", &[]),
];

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The crates below `crates/`, each with those of the workspace that it is built with; tests and benchmarks may depend on more.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).collect();
    packages
        .iter()
        .filter(|package| package.manifest_path.starts_with(root().join("crates")))
        .map(|package| {
            let built_with = package
                .dependencies
                .iter()
                .filter(|d| d.kind != DependencyKind::Development && names.contains(&*d.name))
                .map(|d| format!("{}{}", d.name, if d.optional { "?" } else { "" }))
                .collect();
            (package.name.to_string(), built_with)
        })
        .collect()
}

/// Every crate that `package` is compiled with when it is built alone with these features.
fn compiled_with(package: &str, features: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--package", package])
        .args(features)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree failed: {said}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_depend_downwards_only() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ALLOWED
        .iter()
        .map(|(name, below)| (*name, below.iter().copied().collect()))
        .collect();
    let edges = edges();
    assert_eq!(
        edges.keys().map(String::as_str).collect::<Vec<_>>(),
        allowed.keys().copied().collect::<Vec<_>>(),
        "a crate came or went: say in docs/architecture.md and here what it may depend on"
    );
    let forbidden: Vec<String> = edges
        .iter()
        .flat_map(|(from, below)| below.iter().map(move |to| (from, to)))
        .filter(|(from, to)| !allowed[from.as_str()].contains(to.as_str()))
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    assert_eq!(forbidden, Vec::<String>::new());
}

#[test]
fn the_calculation_is_built_without_runtime_network_or_database() {
    let crates = compiled_with("arbitragevault-domain", &["--all-features"]);
    assert!(crates.contains("rust_decimal"), "{crates:?}");
    for refused in [
        "tokio",
        "reqwest",
        "hyper",
        "diesel",
        "tokio-postgres",
        "actix-web",
    ] {
        assert!(
            !crates.contains(refused),
            "arbitragevault-domain builds {refused}"
        );
    }
}

#[test]
fn the_calculation_is_built_for_web_assembly_from_nothing_that_needs_a_system() {
    let target = ["--all-features", "--target", "wasm32-unknown-unknown"];
    let crates = compiled_with("arbitragevault-domain", &target);
    assert!(crates.contains("chrono"), "{crates:?}");
    // Randomness, the time zone, system calls, and the bindings that stand in for them in a browser.
    for refused in [
        "getrandom",
        "iana-time-zone",
        "js-sys",
        "libc",
        "wasm-bindgen",
    ] {
        assert!(
            !crates.contains(refused),
            "arbitragevault-domain builds {refused}"
        );
    }
}

#[test]
fn the_client_of_keepa_is_built_without_database_or_web_framework() {
    let crates = compiled_with("keepa-client", &["--all-features"]);
    assert!(crates.contains("arbitragevault-domain"), "{crates:?}");
    for refused in ["diesel", "diesel-async", "tokio-postgres", "actix-web"] {
        assert!(!crates.contains(refused), "keepa-client builds {refused}");
    }
    let alone = compiled_with("keepa-client", &["--no-default-features"]);
    assert!(alone.contains("reqwest"), "{alone:?}");
    assert!(!alone.contains("arbitragevault-domain"), "{alone:?}");
}

#[test]
fn everything_has_its_place_at_the_top() {
    let known = [
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "crates",
        "docs",
        "migrations",
        "render.yaml",
        "target",
        "tests",
    ];
    let stray: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && !known.contains(&name.as_str()))
        .collect();
    assert_eq!(stray, Vec::<String>::new());
}
