use super::*;
use crate::domain::GeometryKind;
use crate::geometry::Geometry;
use crate::ingest::row::{Event, Given, Row};
use crate::ingest::tests::count;

/// A document with this in it.
fn document(head: &str, body: &str) -> String {
    format!(
        r#"{head}<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>d</name>{body}</Document></kml>"#
    )
}

/// The rows of a file as its reader hands them on.
fn rows(name: &str, bytes: &[u8], options: &Options) -> (Vec<Row>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let (mut rows, mut said) = (Vec::new(), String::new());
    let read = open(&path).unwrap().events(options, &mut |event| {
        match event {
            Event::Row(row) => rows.push(row),
            Event::Decision(decision) => said.push_str(&decision.said.zh),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    read.unwrap();
    (rows, said)
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.cells
        .get(column)
        .and_then(|cell| cell.as_str())
        .unwrap_or_default()
}

#[test]
fn nothing_is_lost_at_a_reference() {
    let body = r#"<Folder><name>东区 &amp; 西区</name><Folder><name><![CDATA[内层 & 2]]></name><Placemark><name>A &amp; B &lt;C&gt; &#x4E2D;</name><ExtendedData><Data name="备&amp;注"><value>x &amp; y</value></Data><SchemaData schemaUrl="s"><SimpleData name="cmp">3 &gt; 2</SimpleData><SimpleData name="cdata"><![CDATA[4 < 5]]></SimpleData><SimpleData name="blank">甲&nbsp;乙</SimpleData></SchemaData></ExtendedData><Point><coordinates>108.97,34.22,0</coordinates></Point></Placemark></Folder></Folder>"#;
    let kml = document("", body);
    let (rows, _) = rows("a.kml", kml.as_bytes(), &Options::new(LayerId::FACILITIES));
    for (column, wanted) in [
        ("name", "A & B <C> 中"),
        ("文件夹", "东区 & 西区/内层 & 2"),
        ("备&注", "x & y"),
        ("cmp", "3 > 2"),
        ("cdata", "4 < 5"),
        ("blank", "甲 乙"),
    ] {
        assert_eq!(text(&rows[0], column), wanted);
    }
}

#[test]
fn texts_are_legible_in_the_encoding_that_they_are_in() {
    let body = "<Folder><name>东区</name><Placemark><name>大雁塔小区</name><Point><coordinates>108.97,34.22</coordinates></Point></Placemark></Folder>";
    let declared = |encoding: &str| {
        document(
            &format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n"),
            body,
        )
    };
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let utf16 = |text: &str, mark: bool, little: bool| {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(text.encode_utf16());
        let bytes = units.map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        });
        bytes.flatten().collect::<Vec<u8>>()
    };
    for (what, bytes, asked) in [
        ("declared", gbk(&declared("gb2312")), None),
        ("declared in capitals", gbk(&declared("GBK")), None),
        ("declared as UTF-8", gbk(&declared("UTF-8")), None),
        ("not declared", gbk(&document("", body)), None),
        ("as asked", gbk(&declared("UTF-8")), Some("GBK")),
        ("UTF-8 declared as GBK", declared("GBK").into_bytes(), None),
        (
            "UTF-8 declared as Latin",
            declared("ISO-8859-1").into_bytes(),
            None,
        ),
        (
            "UTF-8 declared as UTF-16",
            declared("utf-16").into_bytes(),
            None,
        ),
        (
            "with a mark",
            format!("\u{feff}{}", declared("UTF-8")).into_bytes(),
            None,
        ),
        ("UTF-16", utf16(&declared("UTF-16"), true, true), None),
        (
            "UTF-16, other way round",
            utf16(&declared("UTF-16"), true, false),
            None,
        ),
        (
            "UTF-16 without a mark",
            utf16(&declared("UTF-16"), false, true),
            None,
        ),
    ] {
        let mut options = Options::new(LayerId::FACILITIES);
        options.encoding = asked.map(str::to_owned);
        let (rows, said) = rows("a.kml", &bytes, &options);
        assert_eq!(text(&rows[0], "name"), "大雁塔小区", "{what}: {said}");
        assert_eq!(text(&rows[0], "文件夹"), "东区", "{what}: {said}");
        // A document that is what it says needs no word.
        assert_eq!(
            said.contains("编码"),
            what != "with a mark",
            "{what}: {said}"
        );
    }
}

#[test]
fn an_encoding_that_is_asked_for_counts_in_an_archive_too() {
    let body = "<Placemark><name>大雁塔小区</name><Point><coordinates>108.97,34.22</coordinates></Point></Placemark>";
    let kml = encoding_rs::BIG5.encode(&document("", "")).0.into_owned();
    assert!(kml.is_ascii());
    let text_in_gbk = encoding_rs::GB18030
        .encode(&document("", body))
        .0
        .into_owned();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("doc.kml", zip::write::SimpleFileOptions::default())
        .unwrap();
    std::io::Write::write_all(&mut archive, &text_in_gbk).unwrap();
    let kmz = archive.finish().unwrap().into_inner();
    let mut options = Options::new(LayerId::FACILITIES);
    options.encoding = Some("GBK".to_owned());
    let (rows, said) = rows("a.kmz", &kmz, &options);
    assert_eq!(text(&rows[0], "name"), "大雁塔小区");
    assert!(said.contains("按要求"), "{said}");
}

const RING: &str = "108.97,34.22 108.972,34.22 108.972,34.222 108.97,34.222 108.97,34.22";

fn ring(coordinates: &str) -> String {
    format!("<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>")
}

fn area(inner: &str) -> String {
    format!(
        "<Polygon><outerBoundaryIs>{}</outerBoundaryIs>{inner}</Polygon>",
        ring(RING)
    )
}

/// The kind of a shape, its positions, the rings that were closed; or why it is none.
fn kind(given: &Given) -> String {
    match given {
        Given::Nothing => "nothing".to_owned(),
        Given::Bad { why, .. } => why.zh.clone(),
        Given::Json(_) => "json".to_owned(),
        Given::Shape {
            geometry, unclosed, ..
        } => {
            let name = match geometry {
                Geometry::Point(_) => "Point",
                Geometry::LineString(_) => "LineString",
                Geometry::Polygon(_) => "Polygon",
                Geometry::MultiPoint(_) => "MultiPoint",
                Geometry::MultiLineString(_) => "MultiLineString",
                Geometry::MultiPolygon(_) => "MultiPolygon",
                _ => "GeometryCollection",
            };
            let positions = geo::CoordsIter::coords_count(geometry);
            format!("{name} {positions} {unclosed}")
        }
    }
}

#[test]
fn every_kind_of_shape_is_read_or_named() {
    let track = "<gx:Track><when>2026-01-01T00:00:00Z</when><gx:coord>108.97 34.22 400</gx:coord><gx:coord/><gx:coord>108.971 34.221 400</gx:coord></gx:Track>";
    let hole = ring("108.9705,34.2205 108.971,34.2205 108.971,34.221 108.9705,34.2205");
    let other = ring("108.9715,34.2215 108.9717,34.2215 108.9717,34.2217 108.9715,34.2215");
    let line = |coordinates: &str| {
        format!("<LineString><coordinates>{coordinates}</coordinates></LineString>")
    };
    let cases = [
        (track.to_owned(), "LineString 2 0"),
        (format!("<gx:MultiTrack>{track}{track}<gx:Track/></gx:MultiTrack>"), "MultiLineString 4 0"),
        (format!("<MultiGeometry>{track}{}</MultiGeometry>", line("1,2 3,4")), "MultiLineString 4 0"),
        (format!("<MultiGeometry>{}{}</MultiGeometry>", area(""), area("")), "MultiPolygon 10 0"),
        (
            format!("<MultiGeometry><Point><coordinates>1,2</coordinates></Point>{}</MultiGeometry>", area("")),
            "GeometryCollection 6 0",
        ),
        (line("\n\t108.97, 34.22, 0\n\t108.98, 34.23, 0\n"), "LineString 2 0"),
        (line("108.97,34.22 <!-- 南门 --> 108.98,34.23"), "LineString 2 0"),
        (
            format!("<Polygon><outerBoundaryIs>{}</outerBoundaryIs></Polygon>", ring("1,2 3,2 3,4")),
            "Polygon 4 1",
        ),
        (area(&format!("<innerBoundaryIs>{hole}</innerBoundaryIs><innerBoundaryIs>{other}</innerBoundaryIs>")), "Polygon 13 0"),
        (area(&format!("<innerBoundaryIs>{hole}{other}</innerBoundaryIs>")), "Polygon 13 0"),
        (ring(RING), "LineString 5 0"),
        (line(""), "LineString 0 0"),
        ("<LookAt><longitude>1</longitude></LookAt>".to_owned(), "nothing"),
        ("<Point><coordinates/></Point>".to_owned(), "点没有坐标"),
        ("<Point/>".to_owned(), "点没有坐标"),
        ("<Polygon/>".to_owned(), "面没有外环"),
        ("<Model><Location/></Model>".to_owned(), "是三维模型(Model),请先转为面"),
        (line("108.97,34.22 108.98,北"), "坐标“108.98,北”不是“经度,纬度,高程”"),
        (
            "<Point><altitudeMode>clampToSeaFloor</altitudeMode><coordinates>1,2</coordinates></Point>".to_owned(),
            "Point 1 0",
        ),
    ];
    let placemarks: Vec<String> = cases
        .iter()
        .map(|(shape, _)| {
            format!("<Placemark><name><!-- x -->号<!-- y --></name>{shape}</Placemark>")
        })
        .collect();
    let kml = document("", &placemarks.concat());
    let (rows, _) = rows("a.kml", kml.as_bytes(), &Options::new(LayerId::ROADS));
    assert_eq!(rows.len(), cases.len());
    for (row, (shape, wanted)) in rows.iter().zip(&cases) {
        assert_eq!(kind(&row.shape), *wanted, "{shape}");
        assert_eq!(text(row, "name"), "号");
    }
}

#[test]
fn a_track_is_a_road_and_an_open_outline_is_closed_with_a_word() {
    let body = "<Placemark><name>巡查</name><gx:Track><gx:coord>108.97 34.22 0</gx:coord><gx:coord>108.971 34.221 0</gx:coord></gx:Track></Placemark>";
    let kml = document("", body);
    let (records, report) =
        read_files(&[("a.kml", kml.as_bytes())], &Options::new(LayerId::ROADS)).unwrap();
    assert_eq!(
        LayerId::ROADS.schema().geometry,
        GeometryKind::MultiLineString
    );
    assert_eq!((names(&records), report.refused), (vec!["巡查"], 0));

    let open = ring("108.97,34.22 108.972,34.22 108.972,34.222 108.97,34.222");
    let body = format!(
        "<Placemark><Polygon><outerBoundaryIs>{open}</outerBoundaryIs></Polygon></Placemark><Placemark/>"
    );
    let kml = document("", &body);
    let options = Options::new(LayerId::COMPOUNDS);
    let (records, report) = read_files(&[("a.kml", kml.as_bytes())], &options).unwrap();
    assert_eq!((records.len(), report.features), (1, 2));
    assert_eq!(count(&report, Outcome::Repaired, Reason::RingClosed), 1);
}
