//! KML, KMZ and OVKML: placemarks one by one, with folders, extended data and the tables in descriptions as columns.
//!
//! The document is cut into placemarks here, so that one is in memory at a time and depth is bounded; each is parsed by
//! the `kml` crate.

use std::cell::Cell;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::rc::Rc;

use kml::types::Element;
use kml::{Kml, KmlReader};
use quick_xml::Writer;
use quick_xml::events::Event as Xml;
use serde_json::{Map, Value as Json};

use crate::geometry::Geometry;
use crate::geometry::crs::Crs;
use crate::ingest::fence::Fenced;
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::{At, IngestError, Reason, Said};

/// Deeper nesting is no placemark.
const DEEPEST: usize = 64;
/// The longest placemark, and the longest text between two tags, bytes: half a million vertices.
const LONGEST: usize = 16 << 20;
/// The longest name of a folder, bytes.
const LONGEST_FOLDER: usize = 1 << 12;

/// A document, alone or one of several in an archive.
pub(super) struct Document {
    /// Whether it is of Ovital, in GCJ-02.
    pub(super) is_shifted: bool,
    /// Whether the documents that it links to are read too.
    pub(super) in_archive: bool,
}

/// Hands the placemarks of a document to `sink`; `number` counts the placemarks of the whole source.
pub(super) fn placemarks(
    text: impl Read,
    document: &Document,
    number: &mut u64,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let (crs, whence) = if document.is_shifted {
        (
            Crs::Gcj02,
            Said::new("奥维的ovkml使用GCJ-02", "OVKML of Ovital is in GCJ-02"),
        )
    } else {
        (
            Crs::Crs84,
            Said::new("KML标准规定WGS 84", "KML is in WGS 84 by its standard"),
        )
    };
    tell!(
        sink,
        Event::Crs(NamedCrs {
            crs: Ok(crs),
            name: crs.to_string(),
            whence,
            weak: false,
        })
    );
    let fence = Rc::new(Cell::new(0));
    let text = Fenced::new(text, Rc::clone(&fence));
    let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 16, text));
    let mut walk = Walk::default();
    let mut buffer = Vec::new();
    let mut others = 0_u64;
    loop {
        buffer.clear();
        fence.set(FENCE);
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| damaged(reader.buffer_position(), &error))?;
        match event {
            Xml::Start(start) if start.local_name().as_ref() == b"Placemark" => {
                let begin = reader.buffer_position();
                let xml = placemark(&mut reader, &fence, Xml::Start(start.into_owned()))?;
                *number += 1;
                let at = At {
                    part: 0,
                    line: 0,
                    feature: *number,
                };
                tell!(sink, walk.row(at, &xml, begin));
            }
            Xml::Start(start) => {
                let name = start.local_name();
                let is_link = name.as_ref() == b"NetworkLink" && !document.in_archive;
                others += u64::from(is_link || name.as_ref() == b"GroundOverlay");
                walk.enter(&String::from_utf8_lossy(start.local_name().as_ref()))?;
            }
            Xml::End(_) => walk.leave(),
            Xml::Text(text) => walk.text(&text.decode().unwrap_or_default()),
            Xml::CData(text) => walk.text(&text.decode().unwrap_or_default()),
            Xml::Eof => break,
            _ => {}
        }
    }
    if others > 0 {
        tell!(
            sink,
            Event::decision(
                "rows",
                format!("{others}个网络链接或影像叠加层未读取。"),
                format!("{others} network links or ground overlays were not read.")
            )
        );
    }
    Ok(())
}

/// What may be read for one tag or text: with what is read ahead.
const FENCE: u64 = 17 << 20;

fn damaged(position: u64, error: &quick_xml::Error) -> IngestError {
    if let quick_xml::Error::Io(cause) = error
        && cause.kind() == ErrorKind::FileTooLarge
    {
        return too_long();
    }
    IngestError::damaged("KML", format!("byte {position}"), error)
}

fn too_long() -> IngestError {
    IngestError::TooLarge {
        what: "KML Placemark".to_owned(),
        limit: u64::try_from(LONGEST).unwrap_or(u64::MAX),
    }
}

/// The text of the placemark that `start` begins.
fn placemark<R: BufRead>(
    reader: &mut quick_xml::Reader<R>,
    fence: &Cell<u64>,
    start: Xml<'static>,
) -> Result<String, IngestError> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(start).map_err(IngestError::read)?;
    let (mut depth, mut buffer) = (1_usize, Vec::new());
    while depth > 0 {
        buffer.clear();
        fence.set(FENCE);
        let position = reader.buffer_position();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| damaged(position, &error))?;
        match &event {
            Xml::Start(_) => depth += 1,
            Xml::End(_) => depth -= 1,
            Xml::Eof => {
                return Err(IngestError::damaged(
                    "KML",
                    format!("byte {position}"),
                    "it ends within a placemark",
                ));
            }
            _ => {}
        }
        writer.write_event(event).map_err(IngestError::read)?;
        if writer.get_ref().len() > LONGEST {
            return Err(too_long());
        }
        if depth > DEEPEST {
            return Err(IngestError::damaged(
                "KML",
                format!("byte {position}"),
                "a placemark is too deep",
            ));
        }
    }
    Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned())
}

/// The folders around the placemark that is read.
#[derive(Debug, Default)]
struct Walk {
    open: Vec<String>,
    folders: Vec<(usize, String)>,
}

impl Walk {
    fn enter(&mut self, name: &str) -> Result<(), IngestError> {
        self.open.push(name.to_owned());
        if self.open.len() > 10 * DEEPEST {
            return Err(IngestError::damaged(
                "KML",
                "its folders",
                "they are nested too deep",
            ));
        }
        if name == "Folder" {
            self.folders.push((self.open.len(), String::new()));
        }
        Ok(())
    }

    fn leave(&mut self) {
        if self
            .folders
            .last()
            .is_some_and(|(depth, _)| *depth == self.open.len())
        {
            self.folders.pop();
        }
        self.open.pop();
    }

    fn text(&mut self, text: &str) {
        let depth = self.open.len();
        if self.open.last().is_some_and(|name| name == "name")
            && let Some((folder, name)) = self.folders.last_mut()
            && *folder + 1 == depth
            && name.len() + text.len() <= LONGEST_FOLDER
        {
            name.push_str(text.trim());
        }
    }

    fn row(&self, at: At, xml: &str, position: u64) -> Event {
        let broken = |why: &str| Event::Broken {
            at,
            reason: Reason::DamagedRecord,
            why: Said::new(
                format!("第 {position} 个字节处的地标无法读取"),
                format!("the placemark at byte {position}: {why}"),
            ),
        };
        let found = match KmlReader::<_, f64>::from_string(xml).read() {
            Ok(Kml::Placemark(found)) => found,
            Ok(_) => return broken("no placemark"),
            Err(error) => return broken(&error.to_string()),
        };
        let mut cells = Map::new();
        if let Some(name) = found.name {
            cells.insert("name".to_owned(), Json::String(name));
        }
        let folders: Vec<&str> = self
            .folders
            .iter()
            .map(|(_, name)| name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        if !folders.is_empty() {
            cells.insert("文件夹".to_owned(), Json::String(folders.join("/")));
        }
        for child in &found.children {
            extended(child, &mut cells);
        }
        if let Some(text) = found.description {
            described(&text, &mut cells);
        }
        let shape = match found.geometry {
            None => Given::Nothing,
            Some(geometry) => shape(geometry),
        };
        Event::Row(Row {
            at,
            id: Json::Null,
            cells,
            shape,
        })
    }
}

fn shape(geometry: kml::types::Geometry<f64>) -> Given {
    let heights = has_heights(&geometry);
    match Geometry::try_from(geometry) {
        Ok(geometry) => Given::Shape {
            geometry,
            heights,
            unclosed: 0,
        },
        Err(_not_one_of_ours) => Given::Bad {
            reason: Reason::UnknownShape,
            why: Said::new("不是点、线、面", "neither point nor line nor polygon"),
        },
    }
}

/// Whether a height is given that is not zero: most writers put a zero behind every position.
fn has_heights(geometry: &kml::types::Geometry<f64>) -> bool {
    use kml::types::Geometry as Shape;
    let high =
        |coords: &[kml::types::Coord<f64>]| coords.iter().any(|at| at.z.is_some_and(|z| z != 0.0));
    match geometry {
        Shape::Point(point) => point.coord.z.is_some_and(|z| z != 0.0),
        Shape::LineString(line) => high(&line.coords),
        Shape::LinearRing(ring) => high(&ring.coords),
        Shape::Polygon(polygon) => high(&polygon.outer.coords),
        Shape::MultiGeometry(parts) => parts.geometries.iter().any(has_heights),
        _ => false,
    }
}

/// `Data` and `SimpleData` of a placemark, wherever they are within it.
fn extended(element: &Element, cells: &mut Map<String, Json>) {
    if let Some(name) = element.attrs.get("name")
        && matches!(element.name.as_str(), "Data" | "SimpleData")
    {
        let value = element.children.iter().find(|child| child.name == "value");
        let text = value.map_or(element.content.as_deref(), |value| value.content.as_deref());
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            cells.insert(name.clone(), Json::String(text.to_owned()));
        }
    }
    for child in &element.children {
        extended(child, cells);
    }
}

/// The rows of the table that ArcGIS and others write into descriptions; any other text is the description.
fn described(text: &str, cells: &mut Map<String, Json>) {
    let lower = text.to_ascii_lowercase();
    if !lower.contains("<td") {
        let plain = without_tags(text);
        if !plain.is_empty() {
            cells.entry("description").or_insert(Json::String(plain));
        }
        return;
    }
    for row in pieces(text, &lower, "<tr", "</tr>") {
        let lower = row.to_ascii_lowercase();
        let row_cells: Vec<String> = pieces(row, &lower, "<td", "</td>")
            .into_iter()
            .map(without_tags)
            .collect();
        if let [name, value] = row_cells.as_slice()
            && !name.is_empty()
            && !value.is_empty()
            && value != "<Null>"
        {
            cells
                .entry(name.clone())
                .or_insert_with(|| Json::String(value.clone()));
        }
    }
}

/// What stands between each `open…>` and the next `close`, innermost first where rows are nested.
fn pieces<'t>(text: &'t str, lower: &str, open: &str, close: &str) -> Vec<&'t str> {
    // Lower case may change the length of other letters than those of ASCII, which `to_ascii_lowercase` leaves alone.
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(end) = lower
        .get(at..)
        .and_then(|rest| rest.find(close))
        .map(|end| at + end)
    {
        let begin = lower
            .get(at..end)
            .and_then(|part| part.rfind(open))
            .map(|begin| at + begin);
        if let Some(begin) = begin
            && let Some(inner) = text.get(begin..end)
            && let Some((_, content)) = inner.split_once('>')
        {
            found.push(content);
        }
        at = end + close.len();
    }
    found
}

fn without_tags(text: &str) -> String {
    let (mut plain, mut inside) = (String::new(), false);
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    let plain = plain
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
