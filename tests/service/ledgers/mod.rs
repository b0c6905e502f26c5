//! Spreadsheets and text of the kinds that offices have (DOMAIN.md §5), made by us with their quirks, through the real
//! program: what is taken, what is refused and where, and what the store then holds.

mod broken;
mod cells;
mod doubts;
mod good;
mod offices;

use std::path::Path;
use std::process::Output;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::driver::{run, said};

/// A file that comes in, with what must be true afterwards.
struct Ledger {
    name: &'static str,
    layer: &'static str,
    bytes: Vec<u8>,
    arguments: Vec<&'static str>,
    taken: u64,
    left_out: Option<u64>,
    values: Vec<(&'static str, &'static str, Json)>,
    /// Code, longitude, latitude, how far off in degrees.
    places: Vec<(&'static str, f64, f64, f64)>,
    says: Vec<&'static str>,
}

impl Ledger {
    fn of(name: &'static str, layer: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            name,
            layer,
            bytes,
            arguments: Vec::new(),
            taken: 0,
            left_out: None,
            values: Vec::new(),
            places: Vec::new(),
            says: Vec::new(),
        }
    }

    fn with(mut self, arguments: &[&'static str]) -> Self {
        self.arguments.extend_from_slice(arguments);
        self
    }

    fn takes(mut self, taken: u64) -> Self {
        self.taken = taken;
        self
    }

    fn left_out(mut self, values: u64) -> Self {
        self.left_out = Some(values);
        self
    }

    fn has(mut self, code: &'static str, field: &'static str, value: Json) -> Self {
        self.values.push((code, field, value));
        self
    }

    /// Within a tenth of a metre.
    fn at(mut self, code: &'static str, lon: f64, lat: f64) -> Self {
        self.places.push((code, lon, lat, 1e-6));
        self
    }

    /// Within the metre that GCJ-02 and BD-09 are known to.
    fn near(mut self, code: &'static str, lon: f64, lat: f64) -> Self {
        self.places.push((code, lon, lat, 1e-5));
        self
    }

    fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }
}

/// A file of which something is refused.
struct Broken {
    name: &'static str,
    layer: &'static str,
    bytes: Vec<u8>,
    arguments: Vec<&'static str>,
    /// Row, reason, column.
    refuses: Vec<(u64, &'static str, &'static str)>,
    taken: u64,
    said: Vec<&'static str>,
}

impl Broken {
    fn of(name: &'static str, layer: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            name,
            layer,
            bytes,
            arguments: Vec::new(),
            refuses: Vec::new(),
            taken: 0,
            said: Vec::new(),
        }
    }

    fn with(mut self, arguments: &[&'static str]) -> Self {
        self.arguments.extend_from_slice(arguments);
        self
    }

    fn refuses(mut self, row: u64, reason: &'static str, column: &'static str) -> Self {
        self.refuses.push((row, reason, column));
        self
    }

    fn taking(mut self, taken: u64) -> Self {
        self.taken = taken;
        self
    }

    fn said(mut self, words: &[&'static str]) -> Self {
        self.said.extend_from_slice(words);
        self
    }
}

fn import(folder: &Path, name: &str, layer: &str, bytes: &[u8], more: &[&str]) -> Output {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    let (store, report) = (folder.join("map.gpkg"), folder.join("report.json"));
    let mut arguments = vec!["import", file.to_str().unwrap(), "--layer", layer];
    arguments.extend(["--store", store.to_str().unwrap()]);
    arguments.extend(["--report", report.to_str().unwrap()]);
    arguments.extend(more);
    run(&arguments)
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The records of a layer, as the program exports them.
fn records(folder: &TempDir, layer: &str) -> Vec<Json> {
    let (store, to) = (
        folder.path().join("map.gpkg"),
        folder.path().join("out.geojson"),
    );
    let done = run(&[
        "export",
        layer,
        "--store",
        store.to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    json(&to)["features"].as_array().unwrap().clone()
}

/// What is not as it must be, in words.
fn faults_of(ledger: &Ledger) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let done = import(
        folder.path(),
        ledger.name,
        ledger.layer,
        &ledger.bytes,
        &ledger.arguments,
    );
    let told = said(&done);
    if !matches!(done.status.code(), Some(0 | 1)) {
        return vec![told];
    }
    let mut faults = Vec::new();
    let report = json(&folder.path().join("report.json"));
    if report["taken"] != ledger.taken || report["refused"] != 0 {
        faults.push(format!(
            "{} taken, {} refused",
            report["taken"], report["refused"]
        ));
    }
    if let Some(left_out) = ledger.left_out
        && report["values_left_out"] != left_out
    {
        faults.push(format!("{} values left out", report["values_left_out"]));
    }
    for words in &ledger.says {
        if !told.contains(words) {
            faults.push(format!("does not say {words}"));
        }
    }
    let records = records(&folder, ledger.layer);
    let record = |code: &str| {
        records.iter().find(|record| {
            record["properties"]["code"] == code || record["properties"]["name"] == code
        })
    };
    for (code, field, wanted) in &ledger.values {
        match record(code) {
            Some(record) if record["properties"][field] == *wanted => {}
            Some(record) => faults.push(format!(
                "{code}.{field} is {}, not {wanted}",
                record["properties"][field]
            )),
            None => faults.push(format!("there is no {code}")),
        }
    }
    for (code, lon, lat, off) in &ledger.places {
        let place = record(code).map(|record| first_position(&record["geometry"]["coordinates"]));
        let fits = place.is_some_and(|(x, y)| (x - lon).abs() < *off && (y - lat).abs() < *off);
        if !fits {
            faults.push(format!("{code} is at {place:?}"));
        }
    }
    if !faults.is_empty() {
        faults.push(told);
    }
    faults
}

fn first_position(coordinates: &Json) -> (f64, f64) {
    match (coordinates[0].as_f64(), coordinates[1].as_f64()) {
        (Some(x), Some(y)) => (x, y),
        _ => first_position(&coordinates[0]),
    }
}

fn check(ledgers: &[Ledger]) {
    let faults: Vec<String> = ledgers
        .iter()
        .filter_map(|ledger| {
            let faults = faults_of(ledger);
            (!faults.is_empty()).then(|| format!("{}:\n  {}", ledger.name, faults.join("\n  ")))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{} files came in right", ledgers.len());
}

#[test]
fn workbooks_come_in_as_they_were_meant() {
    check(&good::workbooks());
}

#[test]
fn texts_come_in_as_they_were_meant() {
    check(&good::texts());
}

#[test]
fn there_are_thirty_good_ledgers_and_ten_broken_ones() {
    assert!(good::workbooks().len() + good::texts().len() >= 30);
    assert!(broken::rows().len() + broken::files().len() >= 10);
}

#[test]
fn refused_records_are_named_by_row_and_column() {
    for ledger in broken::rows() {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = ledger.arguments.clone();
        arguments.push("--dry-run");
        let done = import(
            folder.path(),
            ledger.name,
            ledger.layer,
            &ledger.bytes,
            &arguments,
        );
        assert_eq!(
            done.status.code(),
            Some(1),
            "{}: {}",
            ledger.name,
            said(&done)
        );
        let report = json(&folder.path().join("report.json"));
        let refused: Vec<(u64, &str, &str)> = report["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["outcome"] == "refused")
            .map(|entry| {
                (
                    entry["line"].as_u64().unwrap_or_default(),
                    entry["reason"].as_str().unwrap_or_default(),
                    entry["field"].as_str().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(refused, ledger.refuses, "{}: {report:#}", ledger.name);
        assert_eq!(report["taken"], ledger.taken, "{}", ledger.name);
    }
}

#[test]
fn files_that_cannot_be_told_are_refused_as_a_whole_and_leave_nothing() {
    for ledger in broken::files() {
        let folder = tempfile::tempdir().unwrap();
        let done = import(
            folder.path(),
            ledger.name,
            ledger.layer,
            &ledger.bytes,
            &ledger.arguments,
        );
        let told = said(&done);
        assert_eq!(done.status.code(), Some(2), "{}: {told}", ledger.name);
        for words in &ledger.said {
            assert!(told.contains(words), "{}: {words}: {told}", ledger.name);
        }
        if folder.path().join("map.gpkg").exists() {
            assert!(records(&folder, ledger.layer).is_empty(), "{}", ledger.name);
        }
    }
}
