//! The entities of a drawing that are read: polylines of both kinds, lines, circles and texts.

use std::collections::BTreeMap;
use std::io::Read;

use encoding_rs::{Encoding, GB18030};

use super::drawn::{Layers, NotDrawn, Plane};
use super::pairs::{self, Pair, Pairs};
use crate::geometry::Coord;
use crate::ingest::IngestError;

/// Positions of one drawing that are kept at once.
const MOST_POSITIONS: usize = 20_000_000;
/// An arc is cut into pieces of this angle at most, radians (5°): 0.1 % of the radius off the arc.
const PIECE: f64 = 0.087_266_462_6;
/// Ends of a polyline that are nearer than this share of its extent are one place that was drawn twice.
const SAME_END: f64 = 1e-6;

/// A polyline, a line or a circle.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) layer: String,
    path: Vec<Coord>,
    is_closed: bool,
}

/// A text and where it stands.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) layer: String,
    pub(super) text: String,
    pub(super) at: Coord,
}

/// What is read of a drawing.
pub(super) struct Drawing {
    pub(super) lines: Vec<Line>,
    pub(super) labels: Vec<Label>,
    /// Entities of other kinds with their number.
    pub(super) others: BTreeMap<String, u64>,
    /// Entities that are not taken though their kind is read.
    pub(super) not_drawn: BTreeMap<NotDrawn, u64>,
    layers: Layers,
    /// Arcs that became chords.
    pub(super) arcs: u64,
    pub(super) encoding: &'static Encoding,
    positions: usize,
}

impl Line {
    /// Whether it encloses an area.
    pub(super) fn encloses(&self) -> bool {
        self.path.len() >= 3 && (self.is_closed || self.ends_meet())
    }

    fn ends_meet(&self) -> bool {
        let (Some(first), Some(last)) = (self.path.first(), self.path.last()) else {
            return false;
        };
        let extent = self.path.iter().fold(0.0_f64, |most, at| {
            most.max((at.x - first.x).abs()).max((at.y - first.y).abs())
        });
        (last.x - first.x).hypot(last.y - first.y) <= extent * SAME_END
    }

    /// The positions; of a closed line the first again at the end.
    pub(super) fn closed_path(&self) -> Vec<Coord> {
        let mut path = self.path.clone();
        if self.encloses() {
            if self.ends_meet() && path.len() > 3 {
                path.pop();
            }
            path.extend(self.path.first().copied());
        }
        path
    }
}

/// One entity as its groups come.
#[derive(Debug, Default)]
pub(super) struct Entity {
    kind: String,
    pub(super) pairs: Vec<Pair>,
}

/// A polyline of the old kind while its vertices come; `None` for one that is not taken.
type Polyline = Option<(Entity, Plane, Vec<(Coord, f64)>)>;

impl Entity {
    pub(super) fn number(&self, code: i32) -> Option<f64> {
        self.pairs
            .iter()
            .find(|pair| pair.code == code)
            .and_then(Pair::number)
    }

    fn at(&self, x: i32, y: i32) -> Option<Coord> {
        Some(Coord {
            x: self.number(x)?,
            y: self.number(y)?,
        })
    }

    pub(super) fn flag(&self, bit: i32) -> bool {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "a word of flags"
        )]
        let flags = self.number(70).unwrap_or(0.0) as i32;
        flags & bit != 0
    }

    pub(super) fn layer(&self, encoding: &'static Encoding) -> String {
        let layer = self.pairs.iter().find(|pair| pair.code == 8);
        layer.map(|pair| pair.text(encoding)).unwrap_or_default()
    }

    /// Whether its positions are those of the world and not of a plane of its own.
    pub(super) fn is_in_world(&self) -> bool {
        let is_in_space = self.kind == "POLYLINE" && self.flag(8 | 16 | 64);
        is_in_space || matches!(self.kind.as_str(), "LINE" | "MTEXT")
    }

    /// Positions with the bulge that follows each.
    fn vertices(&self) -> Vec<(Coord, f64)> {
        let mut found: Vec<(Coord, f64)> = Vec::new();
        for pair in &self.pairs {
            match (pair.code, pair.number()) {
                (10, Some(x)) => found.push((Coord { x, y: 0.0 }, 0.0)),
                (20, Some(y)) => {
                    if let Some((at, _)) = found.last_mut() {
                        at.y = y;
                    }
                }
                (42, Some(bulge)) => {
                    if let Some((_, last)) = found.last_mut() {
                        *last = bulge;
                    }
                }
                _ => {}
            }
        }
        found
    }
}

impl Drawing {
    /// Reads a drawing; entities of the layer `asked` are taken though it is frozen or off.
    pub(super) fn read(file: impl Read, asked: Option<&str>) -> Result<Self, IngestError> {
        let mut drawing = Self {
            lines: Vec::new(),
            labels: Vec::new(),
            others: BTreeMap::new(),
            not_drawn: BTreeMap::new(),
            layers: Layers::new(asked),
            arcs: 0,
            encoding: GB18030,
            positions: 0,
        };
        let mut pairs = Pairs::new(file);
        let (mut variable, mut version, mut code_page) = (Vec::new(), String::new(), String::new());
        let (mut section, mut after_section) = (Vec::new(), false);
        let mut entity: Option<Entity> = None;
        let mut polyline: Polyline = None;
        while let Some(pair) = pairs.next()? {
            if after_section && pair.code == 2 {
                section = pair.value.trim_ascii().to_ascii_uppercase();
                if section == b"ENTITIES" {
                    drawing.encoding = pairs::encoding(&version, &code_page);
                }
            }
            after_section = pair.is(0, b"SECTION");
            match (section.as_slice(), pair.code) {
                (b"HEADER", 9) => variable.clone_from(&pair.value),
                (b"HEADER", 1) if variable == b"$ACADVER" => {
                    version = String::from_utf8_lossy(&pair.value).trim().into();
                }
                (b"HEADER", 3) if variable == b"$DWGCODEPAGE" => {
                    code_page = String::from_utf8_lossy(&pair.value).trim().into();
                }
                (b"TABLES", _) => drawing.layers.group(&pair)?,
                (b"ENTITIES", 0) => {
                    if let Some(done) = entity.take() {
                        drawing.take(done, &mut polyline)?;
                    }
                    let kind = String::from_utf8_lossy(&pair.value)
                        .trim()
                        .to_ascii_uppercase();
                    if kind == "ENDSEC" {
                        section.clear();
                    } else {
                        entity = Some(Entity {
                            kind,
                            pairs: Vec::new(),
                        });
                    }
                }
                (b"ENTITIES", _) => {
                    if let Some(entity) = &mut entity {
                        entity.pairs.push(pair);
                        if entity.pairs.len() > MOST_POSITIONS {
                            return Err(too_large());
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(done) = entity.take() {
            drawing.take(done, &mut polyline)?;
        }
        Ok(drawing)
    }

    /// The layers of everything that was read.
    pub(super) fn layers(&self) -> impl Iterator<Item = &str> {
        let lines = self.lines.iter().map(|line| line.layer.as_str());
        lines.chain(self.labels.iter().map(|label| label.layer.as_str()))
    }

    fn take(&mut self, entity: Entity, polyline: &mut Polyline) -> Result<(), IngestError> {
        match entity.kind.as_str() {
            "VERTEX" => {
                if let (Some((_, _, vertices)), Some(at)) = (polyline, entity.at(10, 20)) {
                    // Points that a curve was fitted to are not on it.
                    if !entity.flag(16) {
                        vertices.push((at, entity.number(42).unwrap_or(0.0)));
                    }
                }
            }
            "SEQEND" => {
                if let Some((head, plane, vertices)) = polyline.take() {
                    self.line(&head, plane, &vertices, head.flag(1));
                }
            }
            "LWPOLYLINE" | "POLYLINE" | "LINE" | "CIRCLE" | "TEXT" | "MTEXT" | "ATTRIB" => {
                let plane = match self.layers.why_not(&entity, self.encoding) {
                    None => Plane::of(&entity),
                    Some(why) => Err(why),
                };
                match plane {
                    Ok(plane) => self.drawn(entity, plane, polyline),
                    Err(why) => {
                        if entity.kind == "POLYLINE" {
                            *polyline = None;
                        }
                        *self.not_drawn.entry(why).or_default() += 1;
                    }
                }
            }
            other => {
                *self
                    .others
                    .entry(other.chars().take(24).collect())
                    .or_default() += 1;
            }
        }
        if self.positions > MOST_POSITIONS || self.others.len() > 1000 {
            return Err(too_large());
        }
        Ok(())
    }

    /// Takes an entity that is seen in the drawing's own space.
    fn drawn(&mut self, entity: Entity, plane: Plane, polyline: &mut Polyline) {
        match entity.kind.as_str() {
            "LWPOLYLINE" => {
                let vertices = entity.vertices();
                self.line(&entity, plane, &vertices, entity.flag(1));
            }
            "POLYLINE" => *polyline = Some((entity, plane, Vec::new())),
            "LINE" => {
                if let (Some(from), Some(to)) = (entity.at(10, 20), entity.at(11, 21)) {
                    self.line(&entity, plane, &[(from, 0.0), (to, 0.0)], false);
                }
            }
            "CIRCLE" => {
                if let (Some(at), Some(radius)) = (entity.at(10, 20), entity.number(40)) {
                    let end = |x| Coord { x, y: at.y };
                    let ends = [(end(at.x - radius), 1.0), (end(at.x + radius), 1.0)];
                    self.line(&entity, plane, &ends, true);
                }
            }
            _ => {
                let texts = entity
                    .pairs
                    .iter()
                    .filter(|pair| matches!(pair.code, 1 | 3));
                let text: String = texts.map(|pair| pair.text(self.encoding)).collect();
                if let Some(at) = entity.at(10, 20).filter(|_| !text.is_empty()) {
                    let layer = entity.layer(self.encoding);
                    let at = plane.seen_from_above(at);
                    self.labels.push(Label { layer, text, at });
                    self.positions += 1;
                }
            }
        }
    }

    fn line(&mut self, entity: &Entity, plane: Plane, vertices: &[(Coord, f64)], is_closed: bool) {
        let mut path = Vec::with_capacity(vertices.len());
        let vertices: Vec<(Coord, f64)> = vertices
            .iter()
            .map(|(at, bulge)| (plane.seen_from_above(*at), plane.bulge(*bulge)))
            .collect();
        for (at, (from, bulge)) in vertices.iter().enumerate() {
            path.push(*from);
            let next = vertices
                .get(at + 1)
                .or_else(|| vertices.first().filter(|_| is_closed));
            if let Some((to, _)) = next.filter(|_| *bulge != 0.0) {
                self.arcs += 1;
                arc(*from, *to, *bulge, &mut path);
            }
        }
        self.positions += path.len();
        self.lines.push(Line {
            layer: entity.layer(self.encoding),
            path,
            is_closed,
        });
    }
}

pub(super) fn too_large() -> IngestError {
    IngestError::TooLarge {
        what: "the drawing".to_owned(),
        limit: u64::try_from(MOST_POSITIONS).unwrap_or(u64::MAX),
    }
}

/// Positions between the ends of an arc; the bulge is the tangent of a quarter of its angle, positive to the left.
fn arc(from: Coord, to: Coord, bulge: f64, path: &mut Vec<Coord>) {
    let angle = 4.0 * bulge.atan();
    let chord = (to.x - from.x).hypot(to.y - from.y);
    if chord == 0.0 {
        return;
    }
    let radius = chord / (2.0 * (angle / 2.0).sin());
    let (middle_x, middle_y) = (f64::midpoint(from.x, to.x), f64::midpoint(from.y, to.y));
    // From the middle of the chord to the centre, along its left normal.
    let height = radius * (angle / 2.0).cos();
    let (normal_x, normal_y) = (-(to.y - from.y) / chord, (to.x - from.x) / chord);
    let centre = Coord {
        x: middle_x + height * normal_x,
        y: middle_y + height * normal_y,
    };
    let begin = (from.y - centre.y).atan2(from.x - centre.x);
    let pieces = (angle.abs() / PIECE).ceil().clamp(1.0, 360.0);
    let mut piece = 1.0;
    while piece < pieces {
        let (sin, cos) = (begin + angle * piece / pieces).sin_cos();
        path.push(Coord {
            x: centre.x + radius.abs() * cos,
            y: centre.y + radius.abs() * sin,
        });
        piece += 1.0;
    }
}
