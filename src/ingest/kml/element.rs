//! One placemark as a tree of elements: comments left out, character data and references resolved.

use std::cell::Cell;
use std::io::BufRead;

use quick_xml::events::{BytesRef, BytesStart, Event as Xml};
use quick_xml::{Reader, escape};

use super::{FENCE, damaged, too_long};
use crate::ingest::IngestError;

/// Deeper nesting is no placemark.
const DEEPEST: usize = 64;
/// The longest placemark, bytes: half a million vertices.
pub(super) const LONGEST: usize = 16 << 20;
/// What an element counts for beside its text, bytes.
const OVERHEAD: usize = 16;

/// An element with everything in it. Names are local ones: prefixes differ between writers.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// The text directly in it.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The element that `start` begins, read to its end.
    pub(super) fn read<R: BufRead>(
        reader: &mut Reader<R>,
        fence: &Cell<u64>,
        start: &BytesStart<'_>,
    ) -> Result<Self, IngestError> {
        let (mut open, mut buffer) = (vec![Self::begin(start)], Vec::new());
        let mut size = start.len();
        loop {
            buffer.clear();
            fence.set(FENCE);
            let position = reader.buffer_position();
            let broken = |why: &str| IngestError::damaged("KML", format!("byte {position}"), why);
            let event = reader
                .read_event_into(&mut buffer)
                .map_err(|error| damaged(position, &error))?;
            size += event.len() + OVERHEAD;
            if size > LONGEST {
                return Err(too_long());
            }
            let text = match event {
                Xml::Start(start) => {
                    open.push(Self::begin(&start));
                    if open.len() > DEEPEST {
                        return Err(broken("a placemark is too deep"));
                    }
                    continue;
                }
                Xml::Empty(start) => {
                    let child = Self::begin(&start);
                    open.last_mut().ok_or_else(too_long)?.children.push(child);
                    continue;
                }
                Xml::End(_) => {
                    let done = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                    continue;
                }
                Xml::Eof => return Err(broken("it ends within a placemark")),
                Xml::Text(text) => text.decode().unwrap_or_default().into_owned(),
                Xml::CData(text) => text.decode().unwrap_or_default().into_owned(),
                Xml::GeneralRef(reference) => resolved(&reference),
                Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) => continue,
            };
            if let Some(element) = open.last_mut() {
                element.text.push_str(&text);
            }
        }
    }

    /// An element by its first tag.
    pub(super) fn begin(start: &BytesStart<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut attributes = start.attributes();
        Self {
            name: text(start.local_name().as_ref()),
            attributes: attributes
                .with_checks(false)
                .flatten()
                .map(|attribute| {
                    let value = text(&attribute.value);
                    let plain = escape::unescape(&value).map(std::borrow::Cow::into_owned);
                    (
                        text(attribute.key.local_name().as_ref()),
                        plain.unwrap_or(value),
                    )
                })
                .collect(),
            ..Self::default()
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut known = self.attributes.iter();
        known.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, trimmed; `None` where that says nothing.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        let text = self.child(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// What a reference stands for; one that XML does not know stays as it is written.
pub(super) fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name = reference.decode().unwrap_or_default();
    match escape::resolve_xml_entity(&name) {
        Some(text) => text.to_owned(),
        // Of the names that only web pages have this one is everywhere.
        None if name == "nbsp" => " ".to_owned(),
        None => format!("&{name};"),
    }
}
