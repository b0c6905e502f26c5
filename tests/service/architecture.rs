//! The arrows of ARCHITECTURE.md: no module may name one that is further out.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules that it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("geometry", &[]),
    ("domain", &["geometry"]),
    ("demo", &["domain", "geometry"]),
    ("ingest", &["domain", "geometry"]),
    ("store", &["domain", "geometry"]),
    ("import", &["ingest", "store", "domain", "geometry"]),
    ("map", &["domain", "geometry"]),
    ("query", &["map", "domain", "geometry"]),
    ("tile", &["map", "domain", "geometry"]),
    ("check", &["map", "domain", "geometry"]),
    (
        "api",
        &[
            "query", "tile", "check", "map", "import", "ingest", "store", "domain", "geometry",
        ],
    ),
];

#[test]
fn modules_name_only_modules_further_in() {
    let breaches = breaches(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(
        breaches.is_empty(),
        "outward arrows:\n{}",
        breaches.join("\n")
    );
}

#[test]
fn a_planted_outward_arrow_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("query")).unwrap();
    fs::write(
        folder.path().join("query/mod.rs"),
        "use crate::api::router;\nuse crate::map::MapSnapshot;\n",
    )
    .unwrap();
    assert_eq!(breaches(folder.path()).len(), 1);
}

#[test]
fn the_pure_modules_do_no_input_or_output() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for module in ["query", "tile", "check"] {
        let files = rust_files(&source.join(module));
        let is_test = |file: &PathBuf| file.to_string_lossy().ends_with("tests.rs");
        for file in files.into_iter().filter(|file| !is_test(file)) {
            let text = fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in [
                "std::fs",
                "std::net",
                "tokio::",
                "Timestamp::now",
                "Instant::now",
                "async fn",
            ] {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

fn breaches(source: &Path) -> Vec<String> {
    let mut breaches = Vec::new();
    for (module, allowed) in ALLOWED {
        for file in rust_files(&source.join(module)) {
            let text = fs::read_to_string(&file).unwrap();
            for named in names_after_crate(&text) {
                if named != *module && !allowed.contains(&named) {
                    breaches.push(format!("{}: crate::{named}", file.display()));
                }
            }
        }
    }
    breaches
}

/// The name after every `crate::` in `text`.
fn names_after_crate(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or(rest)
        })
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else {
        return Vec::new();
    };
    let files = entries
        .flatten()
        .map(|entry| entry.path())
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        });
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
