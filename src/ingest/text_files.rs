//! CSV and GeoJSON as offices hand them in: what is text stays text, and nothing is lost without a word.

use encoding_rs::GB18030;
use serde_json::json;

use super::office_files::read_bytes;
use super::tests::{attribute, count};
use super::*;
use crate::domain::Value;
use crate::domain::layers::ValueKind;
use crate::geometry::crs::CrsError;

fn csv(text: &str, layer: LayerId) -> Result<(Vec<Record>, Report), IngestError> {
    let mut options = Options::new(layer);
    options.crs = Some(Crs::Crs84);
    read_bytes("x.csv", text.as_bytes(), &options)
}

fn geojson(text: &str, layer: LayerId) -> Result<(Vec<Record>, Report), IngestError> {
    read_bytes("x.geojson", text.as_bytes(), &Options::new(layer))
}

fn codes(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| &*record.draft.code).collect()
}

/// The fields of the layer that a file would make.
fn described(name: &str, text: &str) -> Vec<(String, ValueKind, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let options = Options::new(LayerId::FACILITIES);
    let found = describe(&open(&path).unwrap(), &options, "mine").unwrap();
    let fields = found.definition.fields.into_iter();
    fields
        .map(|field| (field.title, field.kind, field.codes))
        .collect()
}

fn kinds(name: &str, text: &str) -> Vec<(String, ValueKind)> {
    let fields = described(name, text).into_iter();
    fields.map(|(title, kind, _)| (title, kind)).collect()
}

#[test]
fn codes_of_a_table_stay_text_and_numbers_that_come_back_as_written_are_numbers() {
    use ValueKind::{Boolean, Date, Integer, Real, Text};
    let text = "单元16,单元18,网格20,户号,序号,区号,版本,层数,面积,投产,建成\n\
        6101130020120012,610113002012001201,61011300201200120100,1E2,1.10,029,2024.10,6,12.5,True,2024-05-01\n\
        6101130020120013,610113002012001202,61011300201200120101,2E1,1.1,0012,2024.1,7,13,False,2024-05-02\n";
    let wanted = [
        ("单元16", Text),
        ("单元18", Text),
        ("网格20", Text),
        ("户号", Text),
        ("序号", Text),
        ("区号", Text),
        ("版本", Text),
        ("层数", Integer),
        ("面积", Real),
        ("投产", Boolean),
        ("建成", Date),
    ];
    let wanted = wanted.map(|(title, kind)| (title.to_owned(), kind));
    assert_eq!(kinds("x.csv", text), wanted);
}

#[test]
fn what_geojson_declares_as_text_stays_text_and_long_whole_numbers_keep_their_digits() {
    use ValueKind::{Integer, Real, Text};
    let text = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [108.9, 34.2]}, "properties":
            {"区划": "500236", "楼层": 6, "面积": 12.5, "大数": 9_007_199_254_740_993_u64, "单元": "12.10", "列": [1, 2]}},
    ]})
    .to_string()
    .replace("9007199254740993", "61011300201200100001");
    let wanted = [
        ("区划", Text),
        ("楼层", Integer),
        ("面积", Real),
        ("大数", Text),
        ("单元", Text),
        ("列", Text),
    ];
    let mut found = kinds("x.geojson", &text);
    found.sort_by_key(|(title, _)| title.clone());
    let mut wanted = wanted
        .map(|(title, kind)| (title.to_owned(), kind))
        .to_vec();
    wanted.sort_by_key(|(title, _)| title.clone());
    assert_eq!(found, wanted);
    let (records, _) = geojson(&text.replace("大数", "code"), LayerId::FACILITIES).unwrap();
    assert_eq!(codes(&records), ["61011300201200100001"]);
}

#[test]
fn grid_codes_stay_and_a_column_of_telephones_beside_them_does_not() {
    let text = "网格编码,编号2,经度,纬度,名称\n\
        13010200101,13812345678,114.5,38.0,甲\n\
        13010200102,18688776655,114.6,38.0,乙\n";
    let (records, _) = csv(text, LayerId::FACILITIES).unwrap();
    for (record, code) in records.iter().zip(["13010200101", "13010200102"]) {
        let kept = attribute(record, LayerId::FACILITIES, "grid_code");
        assert_eq!(kept, &Value::from(code));
    }
    let fields = described("x.csv", text);
    let of = |title: &str| fields.iter().find(|(name, ..)| name == title).unwrap().2;
    assert!(of("网格编码") && !of("编号2"));
    let telephones = text
        .replace("13010200101", "13987654321")
        .replace("13010200102", "18912345678");
    let (records, report) = csv(&telephones, LayerId::FACILITIES).unwrap();
    for record in &records {
        assert_eq!(
            attribute(record, LayerId::FACILITIES, "grid_code"),
            &Value::Null
        );
    }
    assert_eq!(report.personal.len(), 1);
}

#[test]
fn codes_that_a_spreadsheet_was_kept_from_rounding_are_whole() {
    let text = "编码,网格编码,经度,纬度\n\
        \"=\"\"330106001001001\"\"\",\"=\"\"330106001001\"\"\",108.9,34.2\n\
        '330106001001002,'330106001001,108.9,34.2\n\
        330106001001003.0,330106001001.0,108.9,34.2\n";
    let (records, _) = csv(text, LayerId::FACILITIES).unwrap();
    let wanted = ["330106001001001", "330106001001002", "330106001001003"];
    assert_eq!(codes(&records), wanted);
    for record in &records {
        let grid = attribute(record, LayerId::FACILITIES, "grid_code");
        assert_eq!(grid, &Value::from("330106001001"));
    }
}

const ROWS: &str = "编码,地址,经度,纬度\n\
    R1,小寨东路1号,108.971,34.22\n\
    R2,小寨东路2号,108.972,34.22\n\
    R3,小寨东路3号,108.973,34.22\n\
    R4,小寨东路4号,108.974,34.22\n";

#[test]
fn a_lone_quotation_mark_refuses_the_file_with_the_row_and_loses_none_in_silence() {
    for (from, to) in [
        (&["R2,小寨"][..], "R2,\"小寨"),
        (&["R2,小寨", "R4,小寨东路4号"], "R2,\"小寨"),
    ] {
        let mut text = ROWS.replace(from[0], to);
        if let Some(end) = from.get(1) {
            text = text.replace(end, "R4,小寨东路4号\"");
        }
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let error = csv(&text, LayerId::RISK_POINTS).unwrap_err();
            assert!(
                matches!(error, IngestError::LoneQuote { line: 3 }),
                "{text}: {error}"
            );
        }
    }
    let within = ROWS.replace("R2,小寨", "R2,小\"寨");
    let (records, _) = csv(&within, LayerId::RISK_POINTS).unwrap();
    assert_eq!(records.len(), 4);
    let of_lines = ROWS.replace("小寨东路2号", "\"小寨东路2号\n东门,二层\"");
    let (records, _) = csv(&of_lines, LayerId::RISK_POINTS).unwrap();
    assert_eq!(
        attribute(&records[1], LayerId::RISK_POINTS, "address"),
        &Value::from("小寨东路2号\n东门,二层")
    );
}

#[test]
fn a_row_with_a_cell_too_many_is_refused_by_its_number_and_one_with_fewer_is_not() {
    let text = ROWS
        .replace(
            "小寨东路2号,108.972,34.22",
            "小寨东路2号,东门,108.972,34.22",
        )
        .replace(
            "R3,小寨东路3号,108.973,34.22",
            "R3,小寨东路3号,108.973,34.22,,",
        );
    let (records, report) = csv(&text, LayerId::RISK_POINTS).unwrap();
    assert_eq!(codes(&records), ["R1", "R3", "R4"]);
    assert_eq!(count(&report, Outcome::Refused, Reason::SurplusCells), 1);
    assert_eq!(report.entries[0].at.line, 3);
    assert!(
        report.entries[0].detail_zh.contains("4列"),
        "{}",
        report.entries[0].detail_zh
    );
}

#[test]
fn rows_have_the_same_numbers_however_lines_end() {
    let text =
        "某街道台账\n\n编码,名称,经度,纬度\nF1,甲,x,34.2\n\nF2,乙,108.9,34.2\nF3,丙,y,34.2\n";
    for end in ["\n", "\r\n", "\r"] {
        let (records, report) = csv(&text.replace('\n', end), LayerId::FACILITIES).unwrap();
        assert_eq!(records[0].at.line, 6, "{end:?}");
        let bad: Vec<u64> = report.entries.iter().map(|entry| entry.at.line).collect();
        assert_eq!(bad, [4, 7], "{end:?}");
    }
}

#[test]
fn tables_and_maps_in_other_encodings_keep_their_names() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let mut options = Options::new(LayerId::RISK_POINTS);
    options.crs = Some(Crs::Crs84);
    for bytes in [wide(ROWS), wide(&format!("\u{feff}{ROWS}"))] {
        let (records, _) = read_bytes("x.csv", &bytes, &options).unwrap();
        let address = attribute(&records[3], LayerId::RISK_POINTS, "address");
        assert_eq!(address, &Value::from("小寨东路4号"));
    }
    let map = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties":
        {"code": "F1", "name": "大雁塔小区的社区服务中心"}, "geometry": {"type": "Point", "coordinates": [108.9, 34.2]}}]})
    .to_string();
    let mut options = Options::new(LayerId::FACILITIES);
    for bytes in [
        GB18030.encode(&map).0.to_vec(),
        wide(&map),
        wide(&format!("\u{feff}{map}")),
        format!("\u{feff}{map}").into_bytes(),
    ] {
        let (records, _) = read_bytes("x.geojson", &bytes, &options).unwrap();
        assert_eq!(&*records[0].draft.name, "大雁塔小区的社区服务中心");
    }
    options.encoding = Some("GBK".to_owned());
    let (records, _) = read_bytes("x.geojson", &GB18030.encode(&map).0, &options).unwrap();
    assert_eq!(&*records[0].draft.name, "大雁塔小区的社区服务中心");
}

#[test]
fn a_moment_with_a_zone_has_its_day_in_china_in_tables_and_maps() {
    let moments = [
        ("2026-03-04T16:00:00.000Z", "2026-03-05"),
        ("2026-03-05T16:30:00Z", "2026-03-06"),
        ("2026-03-05T23:59:59+08:00", "2026-03-05"),
        ("2026/3/5 0:00", "2026-03-05"),
    ];
    for (moment, day) in moments {
        let table = format!("编码,found,经度,纬度\nR1,{moment},108.9,34.2\n");
        let map = json!({"type": "Feature", "properties": {"code": "R1", "found": moment},
            "geometry": {"type": "Point", "coordinates": [108.9, 34.2]}});
        for (records, _) in [
            csv(&table, LayerId::RISK_POINTS).unwrap(),
            geojson(&map.to_string(), LayerId::RISK_POINTS).unwrap(),
        ] {
            let found = attribute(&records[0], LayerId::RISK_POINTS, "found");
            assert_eq!(found, &Value::Date(day.parse().unwrap()), "{moment}");
        }
    }
}

fn collection(count: usize, crs: &serde_json::Value, is_first: bool) -> String {
    let features: Vec<String> = (0..count)
        .map(|at| {
            json!({"type": "Feature", "properties": {"code": format!("F{at}")},
                "geometry": {"type": "Point", "coordinates": [108.9, 34.2]}})
            .to_string()
        })
        .collect();
    let features = format!("\"features\":[{}]", features.join(","));
    let crs = format!("\"crs\":{crs}");
    let (one, other) = if is_first {
        (crs, features)
    } else {
        (features, crs)
    };
    format!("{{\"type\":\"FeatureCollection\",{one},{other}}}")
}

#[test]
fn an_old_or_unknown_system_is_refused_wherever_it_stands_in_the_file() {
    let name = |name: &str| json!({"type": "name", "properties": {"name": name}});
    let bad = [
        name("urn:ogc:def:crs:EPSG::4301"),
        name("urn:ogc:def:crs:EPSG::4610"),
        name("EPSG:2381"),
        name("EPSG:4214"),
        json!({"type": "link", "properties": {"href": "http://spatialreference.org/ref/epsg/2437/", "type": "proj4"}}),
        json!({"type": "name", "properties": {}}),
    ];
    for (crs, count, is_first) in bad
        .iter()
        .flat_map(|crs| [(crs, 1, true), (crs, 3, false), (crs, 300, false)])
    {
        let error = geojson(&collection(count, crs, is_first), LayerId::FACILITIES).unwrap_err();
        let is_crs = matches!(
            error,
            IngestError::Crs(CrsError::Unknown { .. } | CrsError::NeedsLocalTransformation { .. })
        );
        assert!(is_crs, "{crs} {count}: {error}");
    }
    for crs in [json!(null), name("urn:ogc:def:crs:OGC:1.3:CRS84")] {
        let (records, _) = geojson(&collection(300, &crs, false), LayerId::FACILITIES).unwrap();
        assert_eq!(records.len(), 300);
    }
    let mut options = Options::new(LayerId::FACILITIES);
    options.crs = Some(Crs::Crs84);
    let asked = collection(300, &bad[0], false);
    let (records, _) = read_bytes("x.geojson", asked.as_bytes(), &options).unwrap();
    assert_eq!(records.len(), 300, "whoever names the system knows better");
}

#[test]
fn other_kinds_of_json_are_refused_by_their_names() {
    let esri = json!({"displayFieldName": "", "geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4490},
        "features": [{"attributes": {"code": "1"}, "geometry": {"x": 108.9, "y": 34.2}}]});
    let topology = json!({"type": "Topology", "objects": {}, "arcs": []});
    let list = json!([{"type": "Feature", "properties": null, "geometry": null}]);
    for (value, word) in [
        (&esri, "Esri JSON"),
        (&topology, "TopoJSON"),
        (&list, "list"),
    ] {
        for text in [
            value.to_string(),
            serde_json::to_string_pretty(value).unwrap(),
        ] {
            let error = geojson(&text, LayerId::FACILITIES).unwrap_err();
            let is_list = word == "list" && error.to_string().contains("sequence");
            assert!(error.to_string().contains(word) || is_list, "{error}");
            assert!(!error.zh().is_empty());
        }
    }
}

#[test]
fn an_option_that_does_nothing_for_a_format_is_refused() {
    let point = json!({"type": "Feature", "properties": {"code": "F1"},
        "geometry": {"type": "Point", "coordinates": [108.9, 34.2]}})
    .to_string();
    let kml = "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><Point><coordinates>108.9,34.2</coordinates></Point></Placemark></kml>";
    for (name, text, wanted) in [
        ("x.geojson", point.as_str(), "--part"),
        ("x.csv", ROWS, "--part"),
        ("x.kml", kml, "--part"),
    ] {
        let mut options = Options::new(LayerId::RISK_POINTS);
        options.crs = Some(Crs::Crs84);
        options.part = Some("nosuch".to_owned());
        let error = read_bytes(name, text.as_bytes(), &options).unwrap_err();
        assert!(
            matches!(error, IngestError::UselessOption { option, .. } if option == wanted),
            "{name}: {error}"
        );
        assert!(error.zh().contains(wanted), "{}", error.zh());
    }
}
