//! GeoJSON text to rows, one at a time: a `FeatureCollection`, features one a line, or a sequence of them.

mod document;
mod quick;

use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;

use serde_json::{Map, Value};

use crate::geometry::crs::Crs;
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, Verdict, tell};
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{At, IngestError, Reason, Said};
use document::document;

/// How much of the text is looked at to tell lines from a document.
const PEEK: u64 = 1 << 16;
/// The longest line that is read as one record, bytes.
const LONGEST_LINE: u64 = 256 << 20;
/// RFC 8142 puts this before each text of a sequence.
const RECORD_SEPARATOR: u8 = 0x1E;

/// Hands every feature of `reader` to `sink`.
pub(super) fn features(mut reader: impl Read, sink: Sink<'_>) -> Result<(), IngestError> {
    let mut head = Vec::new();
    reader
        .by_ref()
        .take(PEEK)
        .read_to_end(&mut head)
        .map_err(|cause| IngestError::Read { line: 1, cause })?;
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        head.drain(..3);
    }
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
    let whole = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(reader));
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

/// The `crs` member of old GeoJSON; `None` where it names nothing.
fn named(crs: &Value) -> Option<Event> {
    let name = crs
        .pointer("/properties/name")
        .or_else(|| crs.pointer("/properties/code"));
    let name = name.map(text_of).filter(|name| !name.is_empty())?;
    Some(Event::Crs(NamedCrs {
        crs: Crs::parse(&name),
        name: shortened(&name),
        whence: Said::new("文件的crs成员", "the file's crs member"),
        weak: false,
    }))
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
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(why, _)| why.to_owned())
}
