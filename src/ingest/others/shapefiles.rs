use geo::{Area, CoordsIter};

use super::*;
use crate::ingest::tests::count;

/// Houses of these names, in bytes, with what stands beside them.
fn houses(names: &[&[u8]], language: u8, cpg: Option<&str>) -> Vec<(&'static str, Vec<u8>)> {
    let shapes: Vec<Vec<u8>> = (0..names.len())
        .map(|at| {
            let west = f64::from(u16::try_from(at).unwrap());
            polygon(5, &[square(west, 0.0, 0.5)])
        })
        .collect();
    let records: Vec<Vec<u8>> = (0..)
        .zip(names)
        .map(|(at, name)| padded(&[(format!("B{at}").as_bytes(), 8), (name, 24)]))
        .collect();
    let fields = [("code", b'C', 8, 0), ("name", b'C', 24, 0)];
    let mut files = vec![
        ("h.shp", main_file(5, &shapes)),
        ("h.dbf", table(3, language, &fields, &records)),
        ("h.prj", WGS84.as_bytes().to_vec()),
    ];
    files.extend(cpg.map(|label| ("h.cpg", label.as_bytes().to_vec())));
    files
}

fn read_all(
    files: &[(&str, Vec<u8>)],
    options: &Options,
) -> Result<(Vec<Record>, Report), IngestError> {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (*name, &**bytes))
        .collect();
    read_files(&files, options)
}

#[test]
fn names_are_legible_whatever_the_label_of_their_encoding_says() {
    let texts = [
        "朝晖六小区",
        "大雁塔街道小寨东路",
        "翠苑新村二区",
        "文一西路三号楼",
    ];
    let (gb, utf8) = (encoding_rs::GB18030, encoding_rs::UTF_8);
    for (encoding, language, cpg) in [
        (gb, 0x57, Some("ISO-8859-1")),
        (gb, 0x03, Some("1252")),
        (gb, 0x4D, Some("UTF-8")),
        (gb, 0x00, Some("GBK")),
        (gb, 0x00, None),
        (utf8, 0x4D, None),
        (utf8, 0x4D, Some("GBK")),
        (utf8, 0x00, Some("ISO-8859-1")),
        (utf8, 0x57, Some("936")),
        (utf8, 0x00, Some("\u{feff}UTF-8\r\n")),
    ] {
        let bytes: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| {
                encoding
                    .encode(text)
                    .0
                    .get(..24.min(encoding.encode(text).0.len()))
                    .unwrap()
                    .to_vec()
            })
            .collect();
        let bytes: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        let files = houses(&bytes, language, cpg);
        let (records, report) = read_all(&files, &Options::new(LayerId::BUILDINGS)).unwrap();
        let found = names(&records);
        // The second is cut at 24 bytes in UTF-8.
        assert_eq!(found[0], texts[0], "{language} {cpg:?}");
        assert!(
            texts[1].starts_with(found[1]),
            "{} {language} {cpg:?}",
            found[1]
        );
        assert_eq!(found[2], texts[2], "{language} {cpg:?}");
        assert_eq!(report.values_left_out, 0);
    }
    let (bytes, _, _) = gb.encode(texts[0]);
    let files = houses(&[&bytes], 0x57, Some("ISO-8859-1"));
    let (_, report) = read_all(&files, &Options::new(LayerId::BUILDINGS)).unwrap();
    let said = decided(&report);
    assert!(
        said.contains(".cpg写明 ISO-8859-1,但内容全是常用的国标汉字"),
        "{said}"
    );
}

#[test]
fn names_that_begin_far_down_the_table_are_legible() {
    for encoding in [encoding_rs::GB18030, encoding_rs::UTF_8] {
        let texts: Vec<Vec<u8>> = (0..2100)
            .map(|at| match at {
                ..2050 => format!("house {at}").into_bytes(),
                _ => encoding.encode(&format!("三号楼{at}")).0.into_owned(),
            })
            .collect();
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let files = houses(&texts, 0, None);
        let (records, report) = read_all(&files, &Options::new(LayerId::BUILDINGS)).unwrap();
        assert_eq!(names(&records)[2049..2051], ["house 2049", "三号楼2050"]);
        assert_eq!(report.values_left_out, 0, "{}", encoding.name());
        assert_eq!(records.len(), 2100);
    }
}

#[test]
fn the_files_of_a_shapefile_are_found_in_any_case() {
    let name = encoding_rs::GB18030.encode("朝晖六小区").0;
    for ends in [
        ["h.shp", "h.Dbf", "h.Prj", "h.CPG"],
        ["H.SHP", "H.DBF", "H.PRJ", "H.CPG"],
        ["h.shp", "H.DBF", "H.prj", "h.Cpg"],
    ] {
        let files = houses(&[&name], 0, Some("GBK"));
        let renamed: Vec<(&str, Vec<u8>)> = ends
            .into_iter()
            .zip(files)
            .map(|(name, (_, bytes))| (name, bytes))
            .collect();
        let (records, report) = read_all(&renamed, &Options::new(LayerId::BUILDINGS)).unwrap();
        assert_eq!(names(&records), ["朝晖六小区"], "{ends:?}");
        assert_eq!(&*records[0].draft.code, "B0");
        let said = decided(&report);
        assert!(
            said.contains("GCS_WGS_1984") && said.contains("GBK"),
            "{said}"
        );
    }
}

#[test]
fn columns_in_capitals_are_code_and_name() {
    for (code, name) in [("CODE", "NAME"), ("Code", "Name"), ("code", "name")] {
        let fields = [
            (code, b'C', 8, 0),
            (name, b'C', 8, 0),
            ("STOREYS", b'N', 4, 0),
        ];
        let record = padded(&[(b"B-7", 8), (b"Seven", 8), (b"6", 4)]);
        let files = [
            (
                "h.shp",
                main_file(5, &[polygon(5, &[square(0.0, 0.0, 1.0)])]),
            ),
            ("h.dbf", table(3, 0, &fields, &[record])),
            ("h.prj", WGS84.as_bytes().to_vec()),
        ];
        let (records, report) = read_all(&files, &Options::new(LayerId::BUILDINGS)).unwrap();
        assert_eq!(&*records[0].draft.code, "B-7");
        assert_eq!(names(&records), ["Seven"]);
        assert_eq!(report.codes_generated, 0);
        let storeys = attribute(&records[0], LayerId::BUILDINGS, "storeys");
        assert_eq!(storeys, &crate::domain::Value::Integer(6));
    }
}

/// Outlines are clockwise and holes are not, in any order; many writers do not know it.
#[test]
fn rings_make_the_areas_that_are_meant() {
    let back = |mut ring: Vec<(f64, f64)>| {
        ring.reverse();
        ring
    };
    let (outer, hole) = (square(0.0, 0.0, 4.0), square(1.0, 1.0, 1.0));
    let touching = {
        let corners = [(0.0, 2.0), (2.0, 3.0), (2.0, 1.0), (0.0, 2.0)];
        corners
            .map(|(x, y)| (108.9 + x / 1e3, 34.2 + y / 1e3))
            .to_vec()
    };
    let shapes = [
        ("reversed", vec![back(outer.clone()), hole.clone()], 15.0, 1),
        (
            "both ccw",
            vec![back(outer.clone()), back(hole.clone())],
            15.0,
            1,
        ),
        ("both cw", vec![outer.clone(), hole.clone()], 15.0, 1),
        (
            "a hole that begins on its outline",
            vec![outer.clone(), square(9.0, 0.0, 1.0), back(touching)],
            15.0,
            2,
        ),
        (
            "an island in a hole with a hole of its own",
            vec![
                outer.clone(),
                back(square(0.5, 0.5, 3.0)),
                square(1.0, 1.0, 2.0),
                back(square(1.5, 1.5, 1.0)),
            ],
            10.0,
            2,
        ),
        (
            "a second island the wrong way round",
            vec![square(0.0, 0.0, 1.0), back(square(2.0, 0.0, 1.0))],
            2.0,
            2,
        ),
        (
            "a hole before its outline",
            vec![back(hole), outer],
            15.0,
            1,
        ),
    ];
    let contents: Vec<Vec<u8>> = shapes
        .iter()
        .map(|(_, rings, ..)| polygon(5, rings))
        .collect();
    let files = [
        ("h.shp", main_file(5, &contents)),
        ("h.prj", WGS84.as_bytes().to_vec()),
    ];
    let (records, report) = read_all(&files, &Options::new(LayerId::COMPOUNDS)).unwrap();
    assert_eq!(records.len(), shapes.len(), "{}", report.summary_zh());
    for (record, (what, _, area, parts)) in records.iter().zip(&shapes) {
        let shape = record.draft.geometry.as_ref().unwrap();
        assert!(
            (shape.unsigned_area() * 1e6 - area).abs() < 1e-6,
            "{what}: {}",
            shape.unsigned_area()
        );
        let crate::geometry::Geometry::MultiPolygon(areas) = shape else {
            panic!("{what}")
        };
        assert_eq!(areas.0.len(), *parts, "{what}");
    }
    let said = decided(&report);
    assert!(said.contains("第1、2、3、6条记录"), "{said}");
}

#[test]
fn a_record_without_a_shape_is_refused_by_its_number_and_heights_are_told() {
    let null = 0_i32.to_le_bytes().to_vec();
    let house = polygon(5, &[square(0.0, 0.0, 1.0)]);
    let high = polygon(15, &[square(3.0, 0.0, 1.0)]);
    let files = [
        ("h.shp", main_file(5, &[house, null, high])),
        ("h.prj", WGS84.as_bytes().to_vec()),
    ];
    let (records, report) = read_all(&files, &Options::new(LayerId::BUILDINGS)).unwrap();
    assert_eq!(records.len(), 2);
    let refused = &report.entries[0];
    assert_eq!(
        (refused.reason, refused.at.feature),
        (Reason::NoGeometry, 2)
    );
    assert_eq!(count(&report, Outcome::Repaired, Reason::HeightDropped), 1);
    let shape = records[1].draft.geometry.as_ref().unwrap();
    assert_eq!(shape.coords_count(), 5);
}

#[test]
fn a_prj_with_a_byte_order_mark_is_read() {
    let text = format!("\u{feff}{WGS84}\r\n");
    let files = [
        ("h.shp", main_file(1, &[point(108.97, 34.22)])),
        ("h.prj", text.into_bytes()),
    ];
    let (records, report) = read_all(&files, &Options::new(LayerId::FACILITIES)).unwrap();
    assert_eq!((records.len(), report.crs), (1, Crs::Crs84));
}
