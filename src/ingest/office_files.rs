//! Files of the kinds that offices have: the fixtures of `tests/fixtures/ingest`, made by `make.py` with other programs.

use std::io::Write;
use std::path::{Path, PathBuf};

use geo::CoordsIter;
use proptest::prelude::*;

use super::tests::{attribute, count};
use super::*;
use crate::domain::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/ingest")
        .join(name)
}

fn read_path(path: &Path, options: &Options) -> Result<(Vec<Record>, Report), IngestError> {
    let mut records = Vec::new();
    let report = read(open(path)?, options, &mut |batch| {
        records.extend(batch);
        ControlFlow::Continue(())
    })?;
    assert_eq!(report.taken + report.refused, report.features);
    Ok((records, report))
}

/// A file of these bytes under a name, read.
pub(super) fn read_bytes(
    name: &str,
    bytes: &[u8],
    options: &Options,
) -> Result<(Vec<Record>, Report), IngestError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
    read_path(&path, options)
}

fn said(report: &Report, about: &str) -> String {
    let decisions = report
        .decisions
        .iter()
        .filter(|decision| decision.about == about);
    decisions
        .map(|decision| decision.said.en.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn houses_in_every_format_are_the_same_three() {
    for (name, crs) in [
        ("houses.gpkg", "CRS84"),
        ("houses4545.gpkg", "EPSG:4545"),
        ("houses.fgb", "EPSG:4326"),
        ("houses.kml", "CRS84"),
        ("houses.kmz", "CRS84"),
        ("houses4524.shp.zip", "EPSG:4524"),
    ] {
        let (records, report) =
            read_path(&fixture(name), &Options::new(LayerId::BUILDINGS)).unwrap();
        assert_eq!(
            (report.taken, report.refused, report.values_left_out),
            (3, 0, 0),
            "{name}: {}",
            report.summary_en()
        );
        assert_eq!(
            report.crs.epsg(),
            Crs::parse(crs).unwrap().epsg().or(report.crs.epsg()),
            "{name}"
        );
        // a FlatGeobuf has its records in the order of their places
        let mut records = records;
        records.sort_by(|one, other| one.draft.code.cmp(&other.draft.code));
        let codes: Vec<&str> = records.iter().map(|record| &*record.draft.code).collect();
        assert_eq!(codes, ["H-1", "H-2", "H-3"], "{name}");
        for (record, (storeys, structure, lon)) in records.iter().zip([
            (6, "brick_timber", 108.96),
            (11, "frame", 108.962),
            (18, "shear_wall", 108.964),
        ]) {
            assert_eq!(
                attribute(record, LayerId::BUILDINGS, "storeys"),
                &Value::Integer(storeys),
                "{name}"
            );
            assert_eq!(
                attribute(record, LayerId::BUILDINGS, "structure"),
                &structure.into(),
                "{name}"
            );
            let west = record
                .draft
                .geometry
                .as_ref()
                .unwrap()
                .coords_iter()
                .map(|at| at.x)
                .fold(f64::INFINITY, f64::min);
            assert!((west - lon).abs() < 1e-8, "{name} {west}");
        }
    }
}

#[test]
fn a_sheet_of_compounds_with_title_total_and_doubtful_values() {
    let mut options = Options::new(LayerId::COMPOUNDS);
    options.point_radius_m = Some(20.0);
    let (records, report) = read_path(&fixture("ledger.xls"), &options).unwrap();
    assert_eq!(
        (report.taken, report.refused),
        (3, 0),
        "{}",
        report.summary_en()
    );
    assert!(
        said(&report, "rows").contains("titles 1; totals 6"),
        "{}",
        said(&report, "rows")
    );
    assert!(said(&report, "crs").contains("the name of the column"));
    let field = |record: usize, field| attribute(&records[record], LayerId::COMPOUNDS, field);
    assert_eq!(&*records[0].draft.name, "朝阳小区");
    assert_eq!(field(0, "built_year"), &Value::Integer(1985));
    assert_eq!(field(0, "household_count"), &Value::Integer(120));
    assert_eq!(
        (field(1, "built_year"), field(1, "household_count")),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(field(2, "built_year"), &Value::Integer(2001));
    let decade = report
        .entries
        .iter()
        .find(|entry| entry.field.as_deref() == Some("建成年代"))
        .unwrap();
    assert_eq!(
        (decade.at.part, decade.at.line, decade.value.as_deref()),
        (1, 4, Some("九十年代"))
    );
    assert!(decade.suggestion.as_ref().unwrap().zh.contains("1995"));
    assert_eq!(
        count(&report, Outcome::Repaired, Reason::DrawnAroundPoint),
        3
    );
    // Without the wish to draw outlines, points are refused in a layer of areas.
    let (_, report) = read_path(&fixture("ledger.xls"), &Options::new(LayerId::COMPOUNDS)).unwrap();
    assert_eq!(count(&report, Outcome::Refused, Reason::WrongShape), 3);
}

#[test]
fn a_workbook_of_hazards_with_all_that_ledgers_have() {
    let mut options = Options::new(LayerId::RISK_POINTS);
    options.year = Some(2022);
    let (records, report) = read_path(&fixture("ledger.xlsx"), &options).unwrap();
    assert_eq!(
        (report.taken, report.refused),
        (6, 0),
        "{}",
        report.summary_en()
    );
    assert_eq!(report.parts, ["第一社区", "第二社区"]);
    assert_eq!(report.crs, Crs::Gcj02);
    let rows = said(&report, "rows");
    assert!(
        rows.contains("hidden") && rows.contains("totals 8; footers 9"),
        "{rows}"
    );
    assert!(said(&report, "header").contains("rows 3 to 4 (two levels)"));
    let layer = LayerId::RISK_POINTS;
    let second = &records[1];
    assert_eq!((second.at.part, second.at.line), (1, 6));
    assert_eq!(attribute(second, layer, "address"), &"雁塔路1号院".into());
    for (field, wanted) in [
        ("kind", "electrical"),
        ("level", "yellow"),
        ("status", "rectifying"),
    ] {
        assert_eq!(attribute(second, layer, field), &wanted.into(), "{field}");
    }
    for record in &records {
        let day = jiff::civil::date(2022, 5, 3);
        assert_eq!(attribute(record, layer, "deadline"), &Value::Date(day));
    }
    let at = second
        .draft
        .geometry
        .as_ref()
        .unwrap()
        .coords_iter()
        .next()
        .unwrap();
    assert!(
        (at.x - 108.9723).abs() < 1e-3 && (at.y - 34.2319).abs() < 1e-3,
        "{at:?}"
    );
    let everything = format!("{records:?} {} {}", report.to_json(), report.to_html());
    for secret in ["张三", "李四", "王五", "13812345678"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[test]
fn a_sheet_without_coordinates_for_a_layer_without_shapes() {
    let (records, report) =
        read_path(&fixture("houses.ods"), &Options::new(LayerId::HOUSEHOLDS)).unwrap();
    assert_eq!(
        (records.len(), report.refused),
        (3, 0),
        "{}",
        report.summary_en()
    );
}

#[test]
fn text_in_every_encoding_and_delimiter() {
    let text = "编号,设施名称,类别,经度,纬度\nF1,第一卫生站,社区卫生服务站,108.96,34.22\nF2,朝阳幼儿园,幼儿园,108.97,34.23\n";
    let mut options = Options::new(LayerId::FACILITIES);
    options.crs = Some(Crs::Crs84);
    for (encoding, delimiter, bom) in [
        (encoding_rs::UTF_8, ",", ""),
        (encoding_rs::UTF_8, "\t", "\u{feff}"),
        (encoding_rs::GB18030, ",", ""),
        (encoding_rs::GB18030, ";", ""),
    ] {
        let text = format!("{bom}{}", text.replace(',', delimiter));
        let (bytes, _, _) = encoding.encode(&text);
        let (records, report) = read_bytes("facilities.csv", &bytes, &options).unwrap();
        assert_eq!(
            records.len(),
            2,
            "{} {delimiter:?}: {}",
            encoding.name(),
            report.summary_en()
        );
        assert_eq!(&*records[1].draft.name, "朝阳幼儿园");
        assert_eq!(
            attribute(&records[1], LayerId::FACILITIES, "kind"),
            &"kindergarten".into()
        );
        assert!(said(&report, "encoding").contains(encoding.name()));
    }
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        read_bytes("facilities.txt", &utf16, &options)
            .unwrap()
            .0
            .len(),
        2
    );
    options.encoding = Some("Big5".to_owned());
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let forced = read_bytes("facilities.csv", &gbk, &options);
    assert!(
        forced.is_err()
            || forced
                .unwrap()
                .0
                .iter()
                .all(|record| &*record.draft.name != "朝阳幼儿园")
    );
}

#[test]
fn degrees_in_china_of_unknown_datum_are_not_guessed() {
    let rows = |header: &str| format!("编号,名称,{header}\nF1,站,108.977055523,34.230370725\n");
    let options = Options::new(LayerId::FACILITIES);
    match read_bytes("f.csv", rows("经度,纬度").as_bytes(), &options) {
        Err(IngestError::WhichCrs { why, fits }) => {
            assert_eq!(fits, [Crs::Crs84, Crs::Gcj02, Crs::Bd09]);
            assert!(why.zh.contains("--crs GCJ02"));
        }
        other => panic!("{other:?}"),
    }
    let (records, report) =
        read_bytes("f.csv", rows("高德经度,高德纬度").as_bytes(), &options).unwrap();
    assert_eq!(report.crs, Crs::Gcj02);
    let at = records[0]
        .draft
        .geometry
        .as_ref()
        .unwrap()
        .coords_iter()
        .next()
        .unwrap();
    assert!((at.x - 108.9723).abs() < 1e-8 && (at.y - 34.2319).abs() < 1e-8);
    // Abroad the three are one.
    let abroad = "编号,名称,lng,lat\nF1,x,9.52,47.14\n";
    assert_eq!(
        read_bytes("f.csv", abroad.as_bytes(), &options)
            .unwrap()
            .1
            .crs,
        Crs::Crs84
    );
}

#[test]
fn metres_by_their_magnitude_and_the_chinese_order() {
    let options = Options::new(LayerId::FACILITIES);
    let rows = |x: &str, y: &str| format!("编号,名称,X坐标,Y坐标\nF1,站,{x},{y}\nF2,站,{x},{y}\n");
    for (x, y) in [
        ("3789812.4437", "36589582.4878"),
        ("36589582.4878", "3789812.4437"),
    ] {
        let (records, report) = read_bytes("f.csv", rows(x, y).as_bytes(), &options).unwrap();
        assert_eq!(report.crs.epsg(), Some(4524));
        assert!(said(&report, "crs").contains("Xian 1980"));
        let at = records[0]
            .draft
            .geometry
            .as_ref()
            .unwrap()
            .coords_iter()
            .next()
            .unwrap();
        assert!(
            (at.x - 108.9723).abs() < 1e-8 && (at.y - 34.2319).abs() < 1e-8,
            "{x}"
        );
    }
    assert!(matches!(
        read_bytes("f.csv", rows("589582.4878", "3789812.4437").as_bytes(), &options),
        Err(IngestError::WhichCrs { why, .. }) if why.en.contains("EPSG:4545")
    ));
    assert!(matches!(
        read_bytes("f.csv", rows("4512.3", "8810.2").as_bytes(), &options),
        Err(IngestError::WhichCrs { .. })
    ));
}

#[test]
fn codes_in_scientific_notation_are_refused_with_their_row() {
    let text = "编号,名称,经度,纬度\n6.10113E+11,甲,9.52,47.14\n6.10113002001E+11,乙,9.53,47.14\n610113002003,丙,9.54,47.14\n";
    let (records, report) =
        read_bytes("f.csv", text.as_bytes(), &Options::new(LayerId::FACILITIES)).unwrap();
    let codes: Vec<&str> = records.iter().map(|record| &*record.draft.code).collect();
    assert_eq!(codes, ["610113002001", "610113002003"]);
    let entry = &report.entries[0];
    assert_eq!(
        (entry.reason, entry.at.line, entry.field.as_deref()),
        (Reason::RoundedCode, 2, Some("编号"))
    );
    assert!(entry.suggestion.as_ref().unwrap().zh.contains("文本"));
    let sheet = report.to_xlsx().unwrap();
    assert!(sheet.starts_with(b"PK") && report.to_html().contains("6.10113E+11"));
}

#[test]
fn broken_files_end_in_a_sentence() {
    let options = Options::new(LayerId::BUILDINGS);
    for name in [
        "houses.gpkg",
        "houses.fgb",
        "houses.kmz",
        "houses4524.shp.zip",
        "houses.ods",
        "ledger.xls",
        "ledger.xlsx",
    ] {
        let whole = std::fs::read(fixture(name)).unwrap();
        for length in [0, 1, 20, 100, whole.len() / 2, whole.len() - 1] {
            let outcome = read_bytes(name, &whole[..length], &options);
            if let Err(error) = outcome {
                assert!(!error.to_string().is_empty(), "{name}");
            }
        }
    }
    for (name, text, word) in [
        (
            "x.kml",
            "<kml><Placemark><Point><coordinates>1,2",
            "ends within",
        ),
        ("x.csv", "1,2\n3,4\n", "no header"),
        ("x.dwg", "AC1027 rest", "DXF"),
        (
            "x.dxf",
            "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
            "no closed polylines",
        ),
    ] {
        let error = read_bytes(name, text.as_bytes(), &options).unwrap_err();
        assert!(error.to_string().contains(word), "{name}: {error}");
    }
    assert!(matches!(
        open(Path::new("/nonexistent/x.shp")),
        Err(IngestError::Open { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// A changed byte anywhere ends in a report or an error, never in a panic.
    #[test]
    fn changed_bytes(which in 0usize..7, at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let names = ["houses.gpkg", "houses.fgb", "houses.kml", "houses.kmz", "houses4524.shp.zip", "ledger.xls", "ledger.xlsx"];
        let mut bytes = std::fs::read(fixture(names[which])).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let _outcome = read_bytes(names[which], &bytes, &Options::new(LayerId::BUILDINGS));
    }
}
