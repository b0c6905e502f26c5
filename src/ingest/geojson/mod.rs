//! GeoJSON text to rows, one at a time: a `FeatureCollection`, features one a line, or a sequence of them.

mod digits;
mod document;
mod quick;

use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::{Map, Value};

use crate::geometry::crs::{Crs, CrsError};
use crate::ingest::encoding::{self, Choice};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, Verdict, tell};
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{At, IngestError, Reason, Said};
use digits::Digits;
use document::document;

/// How much of the text is looked at to tell lines from a document.
const PEEK: u64 = 1 << 16;
/// The longest line that is read as one record, bytes.
const LONGEST_LINE: u64 = 256 << 20;
/// RFC 8142 puts this before each text of a sequence.
const RECORD_SEPARATOR: u8 = 0x1E;

/// Hands every feature of `reader` to `sink`. The text is UTF-8 by its standard; one in another encoding is read where
/// `asked` or the beginning of it says which.
pub(super) fn features(
    mut reader: impl Read,
    asked: Option<&str>,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let mut head = beginning(&mut reader)?;
    let Some(choice) = other_encoding(&head, asked)? else {
        if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
            head.drain(..3);
        }
        return decoded(head, reader, sink);
    };
    tell!(sink, choice.decision());
    let mut reader = DecodeReaderBytesBuilder::new()
        .encoding(Some(choice.encoding))
        .bom_override(true)
        .build(Cursor::new(head).chain(reader));
    let head = beginning(&mut reader)?;
    decoded(head, reader, sink)
}

fn beginning(reader: &mut impl Read) -> Result<Vec<u8>, IngestError> {
    let mut head = Vec::new();
    reader
        .take(PEEK)
        .read_to_end(&mut head)
        .map_err(|cause| IngestError::Read { line: 1, cause })?;
    Ok(head)
}

/// The encoding of a text that is not UTF-8; `None` where it is, as far as the beginning goes.
fn other_encoding(head: &[u8], asked: Option<&str>) -> Result<Option<Choice>, IngestError> {
    let chosen = encoding::asked(asked)?;
    if let Some((marked, _)) = Encoding::for_bom(head) {
        let choice = Choice::new(
            marked,
            "有字节顺序标记(BOM)",
            "it begins with a byte order mark",
        );
        return Ok((marked != encoding_rs::UTF_8).then_some(choice));
    }
    if chosen.is_some() {
        return Ok(chosen);
    }
    if let Some(choice) = encoding::wide(head) {
        return Ok(Some(choice));
    }
    let is_other = std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some());
    Ok(is_other.then(|| encoding::detect(std::iter::once(head))))
}

fn decoded(head: Vec<u8>, reader: impl Read, sink: Sink<'_>) -> Result<(), IngestError> {
    let lines = is_lines(&head);
    tell!(
        sink,
        Event::Crs(NamedCrs {
            crs: Ok(Crs::Crs84),
            name: "CRS84".to_owned(),
            whence: Said::new("GeoJSON标准(RFC 7946)", "GeoJSON itself (RFC 7946)"),
            weak: true,
        })
    );
    let whole = Digits::new(Cursor::new(head).chain(reader));
    let whole = BufReader::with_capacity(1 << 16, whole);
    if lines {
        by_line(whole, sink)
    } else {
        document(whole, sink)
    }
}

/// Whether the text is one feature a line: its first line is a whole object and no collection.
fn is_lines(head: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
    let mut text_from = 0;
    let mut last_text: &[u8] = &[];
    for (i, byte) in head.iter().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_text = false;
                    last_text = head.get(text_from..i).unwrap_or_default();
                    if depth == 1 && last_text == b"FeatureCollection" {
                        return false;
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => (in_text, text_from) = (true, i + 1),
            b'[' if depth == 1 && last_text == b"features" => return false,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return true;
                }
            }
            b'\n' if depth > 0 => return false,
            _ => {}
        }
    }
    depth > 0
}

fn by_line(mut text: impl BufRead, sink: Sink<'_>) -> Result<(), IngestError> {
    let mut at = At {
        part: 0,
        line: 0,
        feature: 0,
    };
    let mut line = Vec::new();
    let (mut good, mut first_broken) = (false, None);
    loop {
        line.clear();
        at.line += 1;
        let read = text
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|cause| IngestError::Read {
                line: at.line,
                cause,
            })?;
        if read == 0 {
            break;
        }
        if u64::try_from(read).is_ok_and(|read| read >= LONGEST_LINE) {
            return Err(IngestError::LineTooLong {
                line: at.line,
                limit: LONGEST_LINE,
            });
        }
        let json = line.trim_ascii();
        let json = json
            .strip_prefix(&[RECORD_SEPARATOR])
            .unwrap_or(json)
            .trim_ascii();
        if json.is_empty() {
            continue;
        }
        let next = At {
            feature: at.feature + 1,
            ..at
        };
        if let Some(row) = quick::row(json, next) {
            (good, at) = (true, next);
            if let ControlFlow::Break(end) = sink(row) {
                return end.map_or(Ok(()), Err);
            }
            continue;
        }
        let verdict = match serde_json::from_slice::<Value>(json) {
            Ok(value) => {
                good = true;
                unpack(value, &mut at, sink)
            }
            Err(error) => {
                at.feature += 1;
                let why = without_place(&error);
                first_broken.get_or_insert((at.line, error.column(), why.clone()));
                sink(Event::Broken {
                    at,
                    reason: Reason::BrokenLine,
                    why: Said::new(why.clone(), why),
                })
            }
        };
        if let ControlFlow::Break(end) = verdict {
            return end.map_or(Ok(()), Err);
        }
    }
    match first_broken {
        Some((line, column, why)) if !good => Err(IngestError::NotGeoJson {
            line,
            column: u64::try_from(column).unwrap_or(0),
            why,
        }),
        _ => Ok(()),
    }
}

/// A line's value: a feature, a collection of them, or whatever else stands there.
fn unpack(value: Value, at: &mut At, sink: Sink<'_>) -> Verdict {
    let mut value = value;
    if at.feature == 0
        && let Some(why) = other_json(&value)
    {
        return ControlFlow::Break(Some(IngestError::OtherJson { line: at.line, why }));
    }
    if value.get("type").and_then(Value::as_str) == Some("FeatureCollection") {
        if let Some(crs) = value.get_mut("crs").map(Value::take)
            && let Some(event) = named(&crs)
        {
            sink(event)?;
        }
        if let Some(Value::Array(list)) = value.get_mut("features").map(Value::take) {
            for feature in list {
                at.feature += 1;
                sink(row(*at, feature))?;
            }
        }
        return ControlFlow::Continue(());
    }
    at.feature += 1;
    sink(row(*at, as_feature(value)))
}

/// A GeoJSON feature as a row.
fn row(at: At, feature: Value) -> Event {
    let not_a_feature = |zh: &str, en: &str| Event::Broken {
        at,
        reason: Reason::NotAFeature,
        why: Said::new(zh, en),
    };
    let Value::Object(mut members) = feature else {
        return not_a_feature("不是对象", "not an object");
    };
    if members.get("type").and_then(Value::as_str) != Some("Feature") {
        return not_a_feature("类型不是 \"Feature\"", "the type is not \"Feature\"");
    }
    let cells = match members.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return not_a_feature("属性不是对象", "the properties are no object"),
    };
    let shape = match members.get_mut("geometry").map(Value::take) {
        None | Some(Value::Null) => Given::Nothing,
        Some(geometry) => Given::Json(geometry),
    };
    let id = members.get_mut("id").map(Value::take).unwrap_or_default();
    Event::Row(Row {
        at,
        id,
        cells,
        shape,
    })
}

/// The `crs` member of old GeoJSON; `None` where it is null, which names nothing. A link is read by its address: what is
/// behind it is not asked for.
fn named(crs: &Value) -> Option<Event> {
    if crs.is_null() {
        return None;
    }
    let text = ["name", "code", "href"]
        .iter()
        .filter_map(|member| crs.pointer(&format!("/properties/{member}")))
        .map(text_of)
        .find(|text| !text.is_empty());
    let (name, crs) = if let Some(name) = text {
        let crs = Crs::parse(&name);
        (name, crs)
    } else {
        let given = shortened(&crs.to_string());
        let unknown = CrsError::Unknown {
            given: given.clone(),
        };
        (given, Err(unknown))
    };
    Some(Event::Crs(NamedCrs {
        crs,
        name: shortened(&name),
        whence: Said::new("文件的crs成员", "the file's crs member"),
        weak: false,
    }))
}

/// What a JSON text is that is no GeoJSON, with what can be done; `None` where it can be GeoJSON.
fn other_json(value: &Value) -> Option<Said> {
    let members = match value {
        Value::Array(_) => {
            return Some(Said::new(
                "是JSON列表,不是GeoJSON;要素要放在FeatureCollection的features中",
                "a list, no GeoJSON: features stand in the features of a FeatureCollection",
            ));
        }
        Value::Object(members) => members,
        _ => return None,
    };
    let kind = members.get("type").and_then(Value::as_str);
    let is_of_esri = ESRI.iter().any(|member| members.contains_key(*member));
    if kind == Some("Topology") {
        return Some(topojson());
    }
    (kind.is_none() && is_of_esri).then(esri_json)
}

/// Members that only the JSON of ArcGIS has.
const ESRI: [&str; 5] = [
    "geometryType",
    "spatialReference",
    "fieldAliases",
    "displayFieldName",
    "objectIdFieldName",
];

fn esri_json() -> Said {
    Said::new(
        "是Esri JSON(ArcGIS的JSON),不是GeoJSON;请在ArcGIS中用“要素转JSON”并勾选GeoJSON,或在服务地址中写f=geojson",
        "Esri JSON of ArcGIS, no GeoJSON: export it with GeoJSON chosen, or ask the service with f=geojson",
    )
}

fn topojson() -> Said {
    Said::new(
        "是TopoJSON,不是GeoJSON;请用mapshaper或QGIS转为GeoJSON",
        "TopoJSON, no GeoJSON: turn it into GeoJSON with mapshaper or QGIS",
    )
}

/// A bare geometry stands for a feature without properties.
fn as_feature(value: Value) -> Value {
    let is_geometry = value
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind != "Feature")
        && (value.get("coordinates").is_some() || value.get("geometries").is_some());
    if is_geometry {
        serde_json::json!({ "type": "Feature", "properties": null, "geometry": value })
    } else {
        value
    }
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let why = text
        .rsplit_once(" at line ")
        .map_or(text.clone(), |(why, _)| why.to_owned());
    if why.contains("unicode code point") {
        format!("{why}: the text is not UTF-8 there; give its encoding, such as GB18030")
    } else {
        why
    }
}
