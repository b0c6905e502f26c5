//! Whether an entity is seen in the drawing's own space, and from which side of its plane.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::entity::{Entity, too_large};
use super::pairs::Pair;
use crate::geometry::Coord;
use crate::ingest::IngestError;

/// How far the normal of a plane may lean and the plane still be level: a metre leans less than a micrometre.
const LEVEL: f64 = 1e-6;
/// Layers of one drawing that are kept.
const MOST_LAYERS: usize = 100_000;

/// Why an entity is not taken though its kind is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NotDrawn {
    /// It is part of a sheet for printing, not of the drawing.
    PaperSpace,
    /// It is marked as invisible.
    Invisible,
    /// Its layer is frozen.
    Frozen,
    /// Its layer is switched off.
    Off,
    /// It lies in a plane that is not level.
    Leaning,
}

impl NotDrawn {
    /// In words, Chinese and English.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::PaperSpace => ("在图纸空间", "in paper space"),
            Self::Invisible => ("不可见", "invisible"),
            Self::Frozen => ("在冻结的图层", "on a frozen layer"),
            Self::Off => ("在关闭的图层", "on a layer that is off"),
            Self::Leaning => ("所在平面不水平", "in a plane that is not level"),
        }
    }
}

/// The side that a level plane is seen from: drawings are mirrored by turning the plane over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    FromAbove,
    FromBelow,
}

impl Plane {
    /// The plane of an entity by its extrusion (groups 210, 220, 230); lines, polylines in space and long texts are in
    /// coordinates of the world whatever it says.
    pub(super) fn of(entity: &Entity) -> Result<Self, NotDrawn> {
        if entity.is_in_world() {
            return Ok(Self::FromAbove);
        }
        let [x, y, z] = [(210, 0.0), (220, 0.0), (230, 1.0)]
            .map(|(code, usual)| entity.number(code).unwrap_or(usual));
        let length = x.hypot(y).hypot(z);
        if length == 0.0 {
            return Ok(Self::FromAbove);
        }
        if x.hypot(y) > LEVEL * length {
            return Err(NotDrawn::Leaning);
        }
        Ok(if z > 0.0 {
            Self::FromAbove
        } else {
            Self::FromBelow
        })
    }

    /// A position of the plane in the world: by the arbitrary axis algorithm the x axis of a plane that is turned over
    /// points west.
    pub(super) fn seen_from_above(self, at: Coord) -> Coord {
        match self {
            Self::FromAbove => at,
            Self::FromBelow => Coord { x: -at.x, y: at.y },
        }
    }

    /// The bulge of an arc of the plane in the world.
    pub(super) fn bulge(self, bulge: f64) -> f64 {
        match self {
            Self::FromAbove => bulge,
            Self::FromBelow => -bulge,
        }
    }
}

/// The layers of a drawing that are not seen.
#[derive(Debug)]
pub(super) struct Layers {
    hidden: BTreeMap<Vec<u8>, NotDrawn>,
    /// The one that is taken though it is not seen.
    asked: Option<String>,
    /// The entry of the table that is read.
    open: Option<Entry>,
}

/// One entry of the table of layers.
#[derive(Debug, Default)]
struct Entry {
    name: Vec<u8>,
    is_frozen: bool,
    is_off: bool,
}

impl Layers {
    pub(super) fn new(asked: Option<&str>) -> Self {
        Self {
            hidden: BTreeMap::new(),
            asked: asked.map(str::to_owned),
            open: None,
        }
    }

    /// Takes a group of the section of tables.
    pub(super) fn group(&mut self, pair: &Pair) -> Result<(), IngestError> {
        if pair.code == 0 {
            if let Some(done) = self.open.take() {
                let why = match (done.is_frozen, done.is_off) {
                    (true, _) => Some(NotDrawn::Frozen),
                    (false, true) => Some(NotDrawn::Off),
                    (false, false) => None,
                };
                self.hidden.extend(why.map(|why| (done.name, why)));
                if self.hidden.len() > MOST_LAYERS {
                    return Err(too_large());
                }
            }
            self.open = pair.is(0, b"LAYER").then(Entry::default);
        }
        if let Some(entry) = &mut self.open {
            match (pair.code, pair.number()) {
                (2, _) => entry.name = key(&pair.value),
                (62, Some(colour)) => entry.is_off = colour < 0.0,
                #[expect(
                    clippy::as_conversions,
                    clippy::cast_possible_truncation,
                    reason = "a word of flags"
                )]
                (70, Some(flags)) => entry.is_frozen = flags as i32 & 1 != 0,
                _ => {}
            }
        }
        Ok(())
    }

    /// Why an entity is not seen in the drawing's own space.
    pub(super) fn why_not(&self, entity: &Entity, encoding: &'static Encoding) -> Option<NotDrawn> {
        let is_set = |code| entity.number(code).is_some_and(|value| value != 0.0);
        if is_set(67) {
            return Some(NotDrawn::PaperSpace);
        }
        if is_set(60) {
            return Some(NotDrawn::Invisible);
        }
        let layer = entity.pairs.iter().find(|pair| pair.code == 8)?;
        let why = *self.hidden.get(&key(&layer.value))?;
        let is_asked = self.asked.as_ref() == Some(&layer.text(encoding));
        (!is_asked).then_some(why)
    }
}

/// The name of a layer as names are compared.
fn key(name: &[u8]) -> Vec<u8> {
    name.trim_ascii().to_ascii_lowercase()
}
