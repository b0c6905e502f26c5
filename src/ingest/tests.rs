use std::path::Path;

use geo::CoordsIter;
use proptest::prelude::*;

use super::*;
use crate::domain::Value;
use crate::geometry::Geometry;
use crate::geometry::crs::CrsError;

fn read_text(text: &str, options: &Options) -> Result<(Vec<Record>, Report), IngestError> {
    let mut records = Vec::new();
    let report = read_geojson(text.as_bytes(), options, &mut |batch| {
        assert!(batch.len() <= options.batch);
        records.extend(batch);
        ControlFlow::Continue(())
    })?;
    assert_eq!(report.taken + report.refused, report.features);
    assert_eq!(u64::try_from(records.len()).unwrap(), report.taken);
    Ok((records, report))
}

pub(super) fn attribute<'a>(record: &'a Record, layer: LayerId, field: &str) -> &'a Value {
    &record.draft.attributes[layer.schema().position(field).unwrap()]
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/ingest")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn count(report: &Report, outcome: Outcome, reason: Reason) -> u64 {
    report.reasons.get(&(outcome, reason)).copied().unwrap_or(0)
}

#[test]
fn a_ledger_of_buildings_with_everything_wrong_that_can_be() {
    let options = Options::new(LayerId::BUILDINGS);
    let (records, report) = read_text(&fixture("buildings.geojson"), &options).unwrap();
    let codes: Vec<&str> = records.iter().map(|record| &*record.draft.code).collect();
    assert_eq!(codes, ["B-1", "B-2", "B-3", "buildings-9"]);
    let first = &records[0];
    assert_eq!(
        (first.id, first.at),
        (
            Some(FeatureId(7)),
            At {
                part: 0,
                line: 6,
                feature: 1
            }
        )
    );
    assert_eq!(&*first.draft.name, "1号楼");
    let layer = LayerId::BUILDINGS;
    assert_eq!(attribute(first, layer, "storeys"), &Value::Integer(6));
    assert_eq!(
        attribute(first, layer, "floor_area_m2"),
        &Value::Real(3120.5)
    );
    assert_eq!(
        attribute(first, layer, "structure"),
        &"brick_concrete".into()
    );
    assert_eq!(attribute(first, layer, "address"), &"雁塔路5号".into());
    assert_eq!(attribute(&records[1], layer, "storeys"), &Value::Null);
    assert!(matches!(
        first.draft.geometry,
        Some(Geometry::MultiPolygon(_))
    ));
    for (outcome, reason, times) in [
        (Outcome::LeftOut, Reason::BadValue, 1),
        (Outcome::LeftOut, Reason::IdNotKept, 1),
        (Outcome::Repaired, Reason::RingClosed, 1),
        (Outcome::Repaired, Reason::Crossing, 1),
        (Outcome::Repaired, Reason::HeightDropped, 1),
        (Outcome::Refused, Reason::DuplicateCode, 1),
        (Outcome::Refused, Reason::NoGeometry, 1),
        (Outcome::Refused, Reason::WrongShape, 1),
        (Outcome::Refused, Reason::Crossing, 1),
        (Outcome::Refused, Reason::LatitudeFirst, 1),
    ] {
        assert_eq!(
            count(&report, outcome, reason),
            times,
            "{outcome:?} {reason:?}"
        );
    }
    assert_eq!(
        (
            report.features,
            report.taken,
            report.refused,
            report.repaired
        ),
        (9, 4, 5, 2)
    );
    assert_eq!(report.codes_generated, 1);
    let bad = report
        .entries
        .iter()
        .find(|entry| entry.reason == Reason::BadValue)
        .unwrap();
    assert_eq!(
        (bad.at.feature, bad.field.as_deref(), bad.value.as_deref()),
        (2, Some("地上层数"), Some("六层"))
    );
    let crossing = report
        .entries
        .iter()
        .find(|e| e.reason == Reason::Crossing && e.outcome == Outcome::Refused)
        .unwrap();
    assert!(
        crossing
            .place
            .is_some_and(|place| (place.lon() - 108.96).abs() < 0.01)
    );
    assert!(
        report
            .columns
            .iter()
            .any(|c| c.header == "roof_shape" && c.used_as == ColumnUse::LeftOut && c.values == 1)
    );
}

#[test]
fn nothing_personal_gets_through() {
    let text = fixture("personal.geojsonl");
    let (records, report) = read_text(&text, &Options::new(LayerId::COMPOUNDS)).unwrap();
    let everything = format!(
        "{records:?} {} {} {}",
        report.to_json(),
        report.summary_zh(),
        report.summary_en()
    );
    for secret in [
        "张三",
        "李四",
        "110101199003074610",
        "13812345678",
        "19912345678",
        "11010119900307461X",
    ] {
        assert!(text.contains(secret), "the fixture has {secret}");
        assert!(!everything.contains(secret), "{secret}");
    }
    assert_eq!(report.taken, 2);
    let kinds: Vec<_> = report.personal.keys().map(|(_, kind)| *kind).collect();
    for kind in [
        PersonalKind::Name,
        PersonalKind::IdNumber,
        PersonalKind::Telephone,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} {kinds:?}");
    }
    assert!(report.has_faults());
}

#[test]
fn lines_sequences_and_documents_give_the_same_records() {
    let feature = |code: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Point","coordinates":[108.96,34.22]}}}}"#
        )
    };
    let (a, b) = (feature("A"), feature("B"));
    let pretty = |f: &str| {
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(f).unwrap())
            .unwrap()
    };
    let options = Options::new(LayerId::FACILITIES);
    for (what, text) in [
        ("lines", format!("{a}\n{b}\n")),
        (
            "lines with a mark and empty lines",
            format!("\u{feff}{a}\r\n\r\n{b}"),
        ),
        ("a sequence", format!("\u{1e}{a}\n\u{1e}{b}\n")),
        (
            "a pretty sequence",
            format!("\u{1e}{}\n\u{1e}{}\n", pretty(&a), pretty(&b)),
        ),
        (
            "a document",
            format!(r#"{{"type":"FeatureCollection","features":[{a},{b}]}}"#),
        ),
        (
            "a document, type last",
            format!(r#"{{"features":[{a},{b}],"bbox":[1,2,3,4],"type":"FeatureCollection"}}"#),
        ),
        (
            "a pretty document",
            pretty(&format!(
                r#"{{"type":"FeatureCollection","features":[{a},{b}]}}"#
            )),
        ),
        (
            "collections, one a line",
            format!(
                "{{\"type\":\"FeatureCollection\",\"features\":[{a}]}}\n{{\"type\":\"FeatureCollection\",\"features\":[{b}]}}\n"
            ),
        ),
    ] {
        let (records, report) =
            read_text(&text, &options).unwrap_or_else(|error| panic!("{what}: {error}"));
        let codes: Vec<_> = records
            .iter()
            .map(|record| record.draft.code.to_string())
            .collect();
        assert_eq!(codes, ["A", "B"], "{what}");
        assert_eq!(report.refused, 0, "{what}");
        assert_eq!(records[1].at.feature, 2, "{what}");
    }
    let (records, _) =
        read_text(r#"{"type":"Point","coordinates":[108.96,34.22]}"#, &options).unwrap();
    assert_eq!(&*records[0].draft.code, "facilities-1");
}

#[test]
fn what_is_no_geojson_is_an_error_with_its_place() {
    let options = Options::new(LayerId::FACILITIES);
    for (text, at) in [
        ("", 1),
        ("hello", 1),
        ("[1,2]", 1),
        (
            "{\"type\":\"FeatureCollection\",\n\"features\":[{},\n{]}",
            3,
        ),
        ("{\"type\":\"FeatureCollection\",\n\"features\":{}}", 2),
        ("{\"type\":\"FeatureCollection\"}", 1),
        ("{\"type\":\"Topology\",\"objects\":{}}\n", 1),
    ] {
        match read_text(text, &options) {
            Err(IngestError::NotGeoJson { line, .. } | IngestError::OtherJson { line, .. }) => {
                assert_eq!(line, at, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let broken_line = "{\"type\":\"Feature\",\"properties\":null,\"geometry\":{\"type\":\"Point\",\"coordinates\":[108,34]}}\n{oops\n";
    let (records, report) = read_text(broken_line, &options).unwrap();
    assert_eq!((records.len(), report.entries[0].at.line), (1, 2));
    assert!(matches!(
        open(Path::new("/nonexistent/x.geojson")),
        Err(IngestError::Open { .. })
    ));
}

#[test]
fn reference_systems_of_files() {
    let collection = |crs: &str, x: f64, y: f64| {
        format!(
            r#"{{"type":"FeatureCollection",{crs}"features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}]}}"#
        )
    };
    let named =
        |name: &str| format!(r#""crs":{{"type":"name","properties":{{"name":"{name}"}}}},"#);
    let mut options = Options::new(LayerId::FACILITIES);
    let place = |records: &[Record]| {
        records[0]
            .draft
            .geometry
            .as_ref()
            .unwrap()
            .coords_iter()
            .next()
            .unwrap()
    };
    let near = |records: &[Record]| {
        let at = place(records);
        (at.x - 108.9723).abs() < 1e-8 && (at.y - 34.2319).abs() < 1e-8
    };
    let (records, report) = read_text(
        &collection(
            &named("urn:ogc:def:crs:EPSG::4545"),
            589_582.487_8,
            3_789_812.443_7,
        ),
        &options,
    )
    .unwrap();
    assert!(near(&records) && report.crs.epsg() == Some(4545));
    let (records, report) = read_text(
        &collection(&named("EPSG:4545"), 3_789_812.443_7, 589_582.487_8),
        &options,
    )
    .unwrap();
    assert!(near(&records));
    assert_eq!(count(&report, Outcome::Repaired, Reason::AxesExchanged), 1);
    assert!(matches!(
        read_text(
            &collection(&named("EPSG:2381"), 589_582.0, 3_789_812.0),
            &options
        ),
        Err(IngestError::Crs(CrsError::NeedsLocalTransformation { .. }))
    ));
    // A crs that comes after a few features still counts; after many, the features have been read without it.
    let late = |count: usize| {
        let feature = r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[589582.4878,3789812.4437]}}"#;
        format!(
            r#"{{"type":"FeatureCollection","features":[{}],"crs":{{"properties":{{"name":"EPSG:4545"}}}}}}"#,
            vec![feature; count].join(",")
        )
    };
    let (records, _) = read_text(&late(1), &options).unwrap();
    assert!(near(&records));
    let degrees = late(500).replace("589582.4878,3789812.4437", "108.9,34.2");
    assert!(matches!(
        read_text(&degrees, &options),
        Err(IngestError::LateCrs { .. })
    ));
    options.crs = Some(Crs::Gcj02);
    let (records, report) = read_text(
        &collection(&named("CRS84"), 108.977_055_523, 34.230_370_725),
        &options,
    )
    .unwrap();
    assert!(near(&records) && report.decisions.iter().any(|d| d.about == "crs"));
}

#[test]
fn a_file_with_latitude_first_is_told_so() {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[34.22,108.96]}},
      {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[34.23,108.97]}}]}"#;
    let (records, report) = read_text(text, &Options::new(LayerId::FACILITIES)).unwrap();
    assert!(records.is_empty());
    assert_eq!(count(&report, Outcome::Refused, Reason::LatitudeFirst), 2);
    assert!(
        report.notices[0].0.contains("颠倒")
            && report.summary_en().contains("swapped in the whole file")
    );
}

#[test]
fn a_reader_that_is_told_to_stop_stops() {
    let line = r#"{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[108,34]}}"#;
    for text in [
        format!("{line}\n").repeat(5000),
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{}{line}]}}",
            format!("{line},").repeat(4999)
        ),
    ] {
        let mut options = Options::new(LayerId::FACILITIES);
        options.batch = 100;
        let mut batches = 0;
        let report = read_geojson(text.as_bytes(), &options, &mut |_| {
            batches += 1;
            if batches == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
        assert!(report.stopped && report.features == 300 && batches == 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    /// Any bytes lead to a report or an error, never to a panic.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _outcome = read_geojson(bytes.as_slice(), &Options::new(LayerId::BUILDINGS), &mut |_| ControlFlow::Continue(()));
    }

    /// So does JSON with a shape of GeoJSON and a place gone wrong.
    #[test]
    fn cut_and_changed_text(cut in 0usize..3000, change in 0usize..3000, to in any::<u8>()) {
        let mut bytes = fixture("buildings.geojson").into_bytes();
        let (length, at) = (bytes.len(), change % bytes.len());
        bytes[at] = to;
        bytes.truncate(length - cut % length);
        let _outcome = read_geojson(bytes.as_slice(), &Options::new(LayerId::BUILDINGS), &mut |_| ControlFlow::Continue(()));
    }
}
