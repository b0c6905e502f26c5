//! GeoJSON text to single features, one at a time: a `FeatureCollection`, features one a line, or a sequence of them.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::ingest::{At, IngestError};

/// How much of the text is looked at to tell lines from a document.
const PEEK: u64 = 1 << 16;
/// The longest line that is read as one record, bytes.
const LONGEST_LINE: u64 = 256 << 20;
/// RFC 8142 puts this before each text of a sequence.
const RECORD_SEPARATOR: u8 = 0x1E;

/// What the text holds, in its order.
#[derive(Debug)]
pub(super) enum Event {
    /// One feature, or what stands in a feature's place.
    Feature { at: At, feature: Value },
    /// A line that is no JSON.
    BrokenLine { at: At, why: String },
    /// The old `crs` member of a collection.
    Crs { crs: Value },
}

/// What becomes of an event: go on, stop (`None`), or fail.
pub(super) type Verdict = ControlFlow<Option<IngestError>>;

/// Hands every feature of `reader` to `sink`.
pub(super) fn features(
    mut reader: impl Read,
    sink: &mut dyn FnMut(Event) -> Verdict,
) -> Result<(), IngestError> {
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

fn by_line(
    mut text: impl BufRead,
    sink: &mut dyn FnMut(Event) -> Verdict,
) -> Result<(), IngestError> {
    let mut at = At {
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
        let verdict = match serde_json::from_slice::<Value>(json) {
            Ok(value) => {
                good = true;
                unpack(value, &mut at, sink)
            }
            Err(error) => {
                at.feature += 1;
                let why = without_place(&error);
                first_broken.get_or_insert((at.line, error.column(), why.clone()));
                sink(Event::BrokenLine { at, why })
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
fn unpack(value: Value, at: &mut At, sink: &mut dyn FnMut(Event) -> Verdict) -> Verdict {
    let mut value = value;
    if value.get("type").and_then(Value::as_str) == Some("FeatureCollection") {
        if let Some(crs) = value.get_mut("crs").map(Value::take) {
            sink(Event::Crs { crs })?;
        }
        if let Some(Value::Array(list)) = value.get_mut("features").map(Value::take) {
            for feature in list {
                at.feature += 1;
                sink(Event::Feature { at: *at, feature })?;
            }
        }
        return ControlFlow::Continue(());
    }
    at.feature += 1;
    sink(Event::Feature {
        at: *at,
        feature: as_feature(value),
    })
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

/// Bytes with their lines counted and record separators blanked.
struct Counted<R> {
    inner: R,
    line: Rc<Cell<u64>>,
    failed: Rc<Cell<Option<io::Error>>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).map_err(|error| {
            let said = io::Error::new(error.kind(), error.to_string());
            self.failed.set(Some(error));
            said
        })?;
        for byte in buffer.iter_mut().take(read) {
            match *byte {
                b'\n' => self.line.set(self.line.get() + 1),
                RECORD_SEPARATOR => *byte = b' ',
                _ => {}
            }
        }
        Ok(read)
    }
}

/// How a walk ended before the text did.
#[derive(Debug, Default)]
enum End {
    /// It has not.
    #[default]
    Not,
    /// The sink has had enough.
    Enough,
    /// The sink refused the file.
    Failed(IngestError),
}

/// What a walk through a document carries with it.
struct Walk<'a> {
    line: Rc<Cell<u64>>,
    feature: u64,
    end: End,
    sink: &'a mut dyn FnMut(Event) -> Verdict,
}

impl Walk<'_> {
    /// Passes an event on; `false` when the walk must end.
    fn tell(&mut self, event: Event) -> bool {
        match (self.sink)(event) {
            ControlFlow::Continue(()) => true,
            ControlFlow::Break(end) => {
                self.end = end.map_or(End::Enough, End::Failed);
                false
            }
        }
    }
}

fn document(text: impl Read, sink: &mut dyn FnMut(Event) -> Verdict) -> Result<(), IngestError> {
    let (line, failed) = (Rc::new(Cell::new(1)), Rc::new(Cell::new(None)));
    let counted = Counted {
        inner: text,
        line: Rc::clone(&line),
        failed: Rc::clone(&failed),
    };
    let mut walk = Walk {
        line: Rc::clone(&line),
        feature: 0,
        end: End::Not,
        sink,
    };
    let mut json = serde_json::Deserializer::from_reader(counted);
    let mut first = true;
    loop {
        if !first && json.end().is_ok() {
            return Ok(());
        }
        first = false;
        let outcome = TopLevel { walk: &mut walk }.deserialize(&mut json);
        match std::mem::take(&mut walk.end) {
            End::Not => {}
            End::Enough => return Ok(()),
            End::Failed(error) => return Err(error),
        }
        if let Err(error) = outcome {
            if let Some(cause) = failed.take() {
                return Err(IngestError::Read {
                    line: line.get(),
                    cause,
                });
            }
            return Err(IngestError::NotGeoJson {
                line: u64::try_from(error.line()).unwrap_or(0),
                column: u64::try_from(error.column()).unwrap_or(0),
                why: without_place(&error),
            });
        }
    }
}

/// A `FeatureCollection`, whose features go out as they come, or one feature or geometry.
struct TopLevel<'a, 'b> {
    walk: &'a mut Walk<'b>,
}

impl<'de> DeserializeSeed<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let line = self.walk.line.get();
        let mut single = Map::new();
        let (mut kind, mut had_features) = (None, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => {
                    had_features = true;
                    map.next_value_seed(Features {
                        walk: &mut *self.walk,
                    })?;
                }
                "type" => kind = map.next_value::<Value>()?.as_str().map(str::to_owned),
                "crs" => {
                    let crs = map.next_value()?;
                    if !self.walk.tell(Event::Crs { crs }) {
                        return Err(A::Error::custom("stopped"));
                    }
                }
                "id" | "geometry" | "properties" | "coordinates" | "geometries" => {
                    single.insert(key, map.next_value()?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (kind.as_deref(), had_features) {
            (Some("FeatureCollection"), true) => Ok(()),
            (Some("FeatureCollection"), false) => Err(A::Error::custom(
                "a FeatureCollection without its list \"features\"",
            )),
            (None, _) => Err(A::Error::custom("an object without a \"type\"")),
            (Some(_), true) => Err(A::Error::custom(
                "\"features\" belong to the type \"FeatureCollection\"",
            )),
            (Some(kind), false) => {
                if kind != "Feature"
                    && !single.contains_key("coordinates")
                    && !single.contains_key("geometries")
                {
                    return Err(A::Error::custom(
                        "the type is none of FeatureCollection, Feature and the geometries",
                    ));
                }
                single.insert("type".to_owned(), kind.into());
                self.walk.feature += 1;
                let at = At {
                    line,
                    feature: self.walk.feature,
                };
                let feature = as_feature(Value::Object(single));
                if self.walk.tell(Event::Feature { at, feature }) {
                    Ok(())
                } else {
                    Err(A::Error::custom("stopped"))
                }
            }
        }
    }
}

/// The list of features.
struct Features<'a, 'b> {
    walk: &'a mut Walk<'b>,
}

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(going) = list.next_element_seed(OneFeature {
            walk: &mut *self.walk,
        })? {
            if !going {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// One element of the list; says whether to go on.
struct OneFeature<'a, 'b> {
    walk: &'a mut Walk<'b>,
}

impl<'de> DeserializeSeed<'de> for OneFeature<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        let line = self.walk.line.get();
        let feature = Value::deserialize(json)?;
        self.walk.feature += 1;
        let at = At {
            line,
            feature: self.walk.feature,
        };
        Ok(self.walk.tell(Event::Feature { at, feature }))
    }
}
