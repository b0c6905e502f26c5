//! A GeoJSON document of any length, feature by feature, with the line of each.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::io::Read;
use std::ops::ControlFlow;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ESRI, RECORD_SEPARATOR, as_feature, esri_json, named, row, topojson, without_place};
use crate::ingest::row::{Event, Sink};
use crate::ingest::{At, IngestError, Said};

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
    sink: Sink<'a>,
}

impl Walk<'_> {
    /// Ends the walk: the text is something else.
    fn refuse<E: serde::de::Error>(&mut self, why: Said) -> E {
        let line = self.line.get();
        self.end = End::Failed(IngestError::OtherJson { line, why });
        E::custom("stopped")
    }

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

/// Hands every feature of a whole document, or of several one after the other, to `sink`.
pub(super) fn document(text: impl Read, sink: Sink<'_>) -> Result<(), IngestError> {
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
        let (mut kind, mut had_features, mut is_of_esri) = (None, false, false);
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
                    let crs: Value = map.next_value()?;
                    if let Some(event) = named(&crs)
                        && !self.walk.tell(event)
                    {
                        return Err(A::Error::custom("stopped"));
                    }
                }
                "id" | "geometry" | "properties" | "coordinates" | "geometries" => {
                    single.insert(key, map.next_value()?);
                }
                key => {
                    is_of_esri |= ESRI.contains(&key);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (kind.as_deref(), had_features) {
            (Some("FeatureCollection"), true) => Ok(()),
            (Some("FeatureCollection"), false) => Err(A::Error::custom(
                "a FeatureCollection without its list \"features\"",
            )),
            (None, _) if is_of_esri => Err(self.walk.refuse(esri_json())),
            (Some("Topology"), _) => Err(self.walk.refuse(topojson())),
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
                    part: 0,
                    line,
                    feature: self.walk.feature,
                };
                let feature = as_feature(Value::Object(single));
                if self.walk.tell(row(at, feature)) {
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
            part: 0,
            line,
            feature: self.walk.feature,
        };
        Ok(self.walk.tell(row(at, feature)))
    }
}
