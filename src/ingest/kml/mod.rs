//! KML, KMZ and OVKML: placemarks one by one, with folders, extended data and the tables in descriptions as columns.
//!
//! The document is cut into placemarks, so that one is in memory at a time and depth is bounded. Reading is ours, over
//! `quick-xml`: the known crate has no tracks, falls over points without coordinates, and loses a placemark to a comment, a
//! blank after a comma or a reference.

mod description;
mod element;
mod shape;

use std::cell::Cell;
use std::io::{BufReader, Cursor, ErrorKind, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::events::Event as Xml;
use serde_json::{Map, Value as Json};

use crate::geometry::crs::Crs;
use crate::ingest::encoding::{self, Choice};
use crate::ingest::fence::Fenced;
use crate::ingest::row::{Event, NamedCrs, Row, Sink, tell};
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Options, Said};
use element::{Element, LONGEST, resolved};

/// Deeper folders are no document.
const DEEPEST: usize = 640;
/// The longest name of a folder, bytes.
const LONGEST_FOLDER: usize = 1 << 12;
/// How much of a document is looked at to tell its encoding, bytes.
const PEEK: u64 = 4 << 20;

/// A document, alone or one of several in an archive.
pub(super) struct Document {
    /// Whether it is of Ovital, in GCJ-02.
    pub(super) is_shifted: bool,
    /// Whether the documents that it links to are read too.
    pub(super) in_archive: bool,
}

/// Hands the placemarks of a document to `sink`; `number` counts the placemarks of the whole source.
pub(super) fn placemarks(
    mut text: impl Read,
    document: &Document,
    options: &Options,
    number: &mut u64,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let mut head = Vec::new();
    text.by_ref()
        .take(PEEK)
        .read_to_end(&mut head)
        .map_err(IngestError::read)?;
    let (choice, is_usual) = choose(&head, options)?;
    if !is_usual {
        tell!(sink, choice.decision());
    }
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
    let decoded = DecodeReaderBytesBuilder::new()
        .encoding(Some(choice.encoding))
        .bom_override(true)
        .strip_bom(true)
        .build(Cursor::new(head).chain(text));
    let text = Fenced::new(decoded, Rc::clone(&fence));
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
                let start = start.into_owned();
                let placemark = Element::read(&mut reader, &fence, &start)?;
                tell!(sink, walk.row(next(number), &placemark));
            }
            Xml::Empty(start) if start.local_name().as_ref() == b"Placemark" => {
                tell!(sink, walk.row(next(number), &Element::begin(&start)));
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
            Xml::GeneralRef(reference) => walk.text(&resolved(&reference)),
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

fn next(number: &mut u64) -> At {
    *number += 1;
    At {
        part: 0,
        line: 0,
        feature: *number,
    }
}

/// The encoding of a document, and whether there is nothing to say about it: a byte order mark, as asked, as it declares
/// where that fits its content, else by the content.
fn choose(head: &[u8], options: &Options) -> Result<(Choice, bool), IngestError> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        let choice = Choice::new(
            encoding,
            "有字节顺序标记(BOM)",
            "it begins with a byte order mark",
        );
        return Ok((choice, encoding == UTF_8));
    }
    for (begin, encoding) in [(b"<\0", UTF_16LE), (b"\0<", UTF_16BE)] {
        if head.starts_with(begin) {
            let choice = Choice::new(encoding, "每隔一个字节为零", "every other byte is zero");
            return Ok((choice, false));
        }
    }
    if let Some(choice) = encoding::asked(options.encoding.as_deref())? {
        return Ok((choice, false));
    }
    let samples = std::iter::once(head);
    let label = declared(head);
    let known = label.as_deref().and_then(encoding::named);
    // A document of single bytes is not in UTF-16, whatever it declares.
    if let Some(label) = &label
        && let Some(named) = known.filter(|known| *known != UTF_16LE && *known != UTF_16BE)
        && encoding::fits(named, samples.clone())
    {
        let label = shortened(label);
        return Ok(match encoding::contradicted(named, samples) {
            None => (
                Choice::new(
                    named,
                    &format!("文件声明 {label}"),
                    &format!("the document declares {label}"),
                ),
                named == UTF_8,
            ),
            Some((other, why)) => (
                Choice::new(
                    other,
                    &format!("文件声明 {label},但{}", why.zh),
                    &format!("the document declares {label}, but {}", why.en),
                ),
                false,
            ),
        });
    }
    let choice = encoding::detect(samples);
    let says_so = label.is_none() || known == Some(UTF_8);
    let is_usual = choice.encoding == UTF_8 && says_so;
    Ok((choice, is_usual))
}

/// The encoding that the first line of a document declares.
fn declared(head: &[u8]) -> Option<String> {
    let line = head.split(|byte| *byte == b'>').next()?;
    let line = String::from_utf8_lossy(line);
    let (_, behind) = line
        .trim_start()
        .strip_prefix("<?xml")?
        .split_once("encoding")?;
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.split(mark).nth(1).map(str::to_owned)
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

/// The folders around the placemark that is read.
#[derive(Debug, Default)]
struct Walk {
    open: Vec<String>,
    folders: Vec<(usize, String)>,
}

impl Walk {
    fn enter(&mut self, name: &str) -> Result<(), IngestError> {
        self.open.push(name.to_owned());
        if self.open.len() > DEEPEST {
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
            name.push_str(text);
        }
    }

    fn row(&self, at: At, placemark: &Element) -> Event {
        let mut cells = Map::new();
        if let Some(name) = placemark.text_of("name") {
            cells.insert("name".to_owned(), Json::String(name.to_owned()));
        }
        let folders: Vec<&str> = self
            .folders
            .iter()
            .map(|(_, name)| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        if !folders.is_empty() {
            cells.insert("文件夹".to_owned(), Json::String(folders.join("/")));
        }
        for child in &placemark.children {
            extended(child, &mut cells);
        }
        if let Some(text) = placemark.text_of("description") {
            description::add(text, &mut cells);
        }
        Event::Row(Row {
            at,
            id: Json::Null,
            cells,
            shape: shape::of(placemark),
        })
    }
}

/// `Data` and `SimpleData` of a placemark, wherever they are within it.
fn extended(element: &Element, cells: &mut Map<String, Json>) {
    if let Some(name) = element.attribute("name")
        && matches!(element.name.as_str(), "Data" | "SimpleData")
    {
        let text = match element.child("value") {
            Some(value) => value.text.trim(),
            None => element.text.trim(),
        };
        if !text.is_empty() {
            cells.insert(name.to_owned(), Json::String(text.to_owned()));
        }
    }
    for child in &element.children {
        extended(child, cells);
    }
}
