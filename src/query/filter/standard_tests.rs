//! The standard's own examples and test tables, from `MINQING_REAL_DATA`.
#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::{Filter, Language, Reading};
use crate::domain::{
    Feature, FeatureId, Field, FieldClass, FieldKind, GeometryKind, Label, LayerId, LayerRole,
    LayerSchema, Revision, Value,
};
use crate::geometry::Geometry;
use crate::geometry::crs::Crs;
use crate::query::QueryError;

/// The folder of the standard; says so where it is not there.
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("MINQING_REAL_DATA");
    let root = root.map_or_else(|| "../shared/data".into(), PathBuf::from);
    let folder = root.join("cql2-ogc/cql2/standard");
    if folder.exists() {
        return Some(folder);
    }
    eprintln!(
        "NOT TESTED: {} is not there (set MINQING_REAL_DATA)",
        folder.display()
    );
    None
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the service says of one example.
fn told(text: &str, language: Language) -> Result<Filter, QueryError> {
    let how = Reading {
        schema: LayerId::RISK_POINTS.schema(),
        up_to: FieldClass::Internal,
        language: Some(language),
        crs: Crs::Crs84,
    };
    Filter::read(text, &how)
}

fn check_examples(folder: &str, language: Language, count: usize) {
    let Some(data) = data() else { return };
    let folder = data.join("schema/examples").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), count);
    for file in files {
        // each is grammatical; what it names is not in this layer, which is another fault
        if let Err(QueryError::BadFilter { reason }) = told(&read(&file), language) {
            panic!("{}: {reason}", file.display());
        }
    }
}

#[test]
fn all_examples_in_text_are_understood() {
    check_examples("text", Language::Text, 120);
}

#[test]
fn all_examples_in_json_are_understood() {
    check_examples("json", Language::Json, 109);
}

/// A table of the standard's GeoPackage as a layer.
fn table(data: &Path, name: &str) -> Vec<Feature> {
    let source = data.join("data/ne110m4cql2.gpkg");
    let asked = Command::new("ogr2ogr")
        .args(["-f", "GeoJSON", "/vsistdout/"])
        .arg(&source)
        .arg(name)
        .output()
        .expect("ogr2ogr is not installed: scripts/install-test-tools");
    let json: Json = serde_json::from_slice(&asked.stdout).unwrap();
    let rows = json["features"].as_array().unwrap();
    let kinds = kinds(name);
    let features = rows.iter().zip(1..).map(|(row, id)| {
        let values = kinds.iter().map(|(field, kind)| {
            let told = &row["properties"][*field];
            match (kind, told) {
                (_, Json::Null) => Value::Null,
                (FieldKind::Text, _) => told.as_str().unwrap().into(),
                // the table's times have no zone; the standard's counts take them as UTC
                (FieldKind::Time, Json::String(at)) if !at.ends_with('Z') => {
                    Value::parse(*kind, &format!("{at}Z")).unwrap()
                }
                (_, Json::String(text)) => Value::parse(*kind, text).unwrap(),
                // the table has them as decimals
                (FieldKind::Integer, Json::Number(number)) => {
                    Value::parse(*kind, &format!("{:.0}", number.as_f64().unwrap())).unwrap()
                }
                (_, other) => Value::parse(*kind, &other.to_string()).unwrap(),
            }
        });
        let shape: geojson::Geometry = serde_json::from_value(row["geometry"].clone()).unwrap();
        Feature {
            id: FeatureId(id),
            code: "".into(),
            name: row["properties"]["name"]
                .as_str()
                .unwrap_or_default()
                .into(),
            geometry: Some(Box::new(Geometry::try_from(shape).unwrap())),
            attributes: values.collect::<Vec<_>>().into(),
            revision: Revision(1),
            updated_at: "2026-03-01T00:00:00Z".parse().unwrap(),
            updated_by: "test".into(),
        }
    });
    features.collect()
}

fn kinds(name: &str) -> Vec<(&'static str, FieldKind)> {
    use FieldKind::{Boolean, Date, Integer, Text, Time};
    match name {
        "ne_110m_admin_0_countries" => vec![("NAME", Text), ("POP_EST", Integer)],
        "ne_110m_populated_places_simple" => vec![
            ("pop_other", Integer),
            ("pop_min", Integer),
            ("pop_max", Integer),
            ("date", Date),
            ("start", Time),
            ("end", Time),
            ("boolean", Boolean),
            ("nameascii", Text),
        ],
        _ => Vec::new(),
    }
}

fn schema(name: &str) -> &'static LayerSchema {
    let label = Label { zh: "", en: "" };
    let fields = kinds(name).into_iter().map(|(name, kind)| Field {
        name,
        label,
        kind,
        class: FieldClass::Public,
        max_length: 1000,
        codes: false,
    });
    Box::leak(Box::new(LayerSchema {
        id: LayerId::RISK_POINTS,
        title: label,
        role: LayerRole::Map,
        geometry: GeometryKind::Any { optional: false },
        class: FieldClass::Public,
        fields: Box::leak(fields.collect()),
        parents: &[],
        indexed: &[],
    }))
}

/// Counts of the standard that its own data contradicts: Chișinău, Chicago and Chengdu begin with Ch, one with Chiș.
const MENDED: [(&str, u64); 3] = [
    ("ACCENTI(name) LIKE accenti('Ch%')", 3),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))", 1),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))", 1),
];

#[test]
fn the_test_tables_give_the_counts_of_the_standard() {
    let Some(data) = data() else { return };
    let expected: Json = serde_json::from_str(&read(Path::new(
        "geodata/facts/cql2_predicates_expected.json",
    )))
    .unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    let mut check =
        |schema: &'static LayerSchema, rows: &[Feature], filter: &str, expected: u64| {
            checked += 1;
            match Filter::parse(filter, schema, FieldClass::Public) {
                Ok(parsed) => {
                    let found = rows.iter().filter(|row| parsed.passes(row)).count();
                    if u64::try_from(found) != Ok(expected) {
                        wrong.push(format!("{filter}: {found}, not {expected}"));
                    }
                }
                Err(error) => wrong.push(format!("{filter}: {error}")),
            }
        };
    for name in [
        "ne_110m_populated_places_simple",
        "ne_110m_admin_0_countries",
        "ne_110m_rivers_lake_centerlines",
    ] {
        let (schema, rows) = (schema(name), table(&data, name));
        for predicate in expected["predicates"].as_array().unwrap() {
            if predicate["collection"] == name {
                let filter = predicate["filter"].as_str().unwrap();
                let mended = MENDED.iter().find(|(other, _)| *other == filter);
                let count = predicate["expected"].as_u64().unwrap();
                check(
                    schema,
                    &rows,
                    filter,
                    mended.map_or(count, |(_, count)| *count),
                );
            }
        }
        if expected["logical_collection"] == name {
            for each in expected["combinations"].as_array().unwrap() {
                let p = |name: &str| each[name].as_str().unwrap();
                let (p1, p2, p3, p4) = (p("p1"), p("p2"), p("p3"), p("p4"));
                let filter =
                    format!("(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})");
                check(schema, &rows, &filter, each["expected"].as_u64().unwrap());
            }
        }
    }
    assert_eq!(checked, 274 + 77);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
