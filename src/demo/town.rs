//! The records that have been made so far, and where on the earth the drawing lies.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::DemoOptions;
use crate::domain::{Draft, FeatureId, LayerId, Value};
use crate::geometry::{Coord, LineString, MultiPolygon, Point, Polygon};

/// The south-western corner of the drawing, degrees.
const CORNER: Coord = Coord {
    x: 108.946,
    y: 34.2083,
};
/// Metres of one degree of longitude and latitude at 34.22° N on the WGS 84 ellipsoid, rounded: the drawing's scale.
const METRES: Coord = Coord {
    x: 92_130.0,
    y: 110_924.0,
};

/// The subdistrict's code: one that is not in use.
pub(super) const SUBDISTRICT: &str = "610113902";

/// A place in the drawing, metres east and north of its corner, in degrees with seven decimals.
pub(super) fn degrees(at: Coord) -> Coord {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Coord {
        x: round(CORNER.x + at.x / METRES.x),
        y: round(CORNER.y + at.y / METRES.y),
    }
}

/// A polygon on the earth from corners in metres, counter-clockwise.
pub(super) fn area(corners: &[Coord]) -> MultiPolygon {
    holed(corners, &[])
}

/// The same with a courtyard, whose corners go counter-clockwise too.
pub(super) fn holed(corners: &[Coord], court: &[Coord]) -> MultiPolygon {
    let ring = |corners: &mut dyn Iterator<Item = &Coord>| {
        LineString::new(corners.map(|at| degrees(*at)).collect())
    };
    let holes = if court.is_empty() {
        vec![]
    } else {
        vec![ring(&mut court.iter().rev())]
    };
    MultiPolygon::new(vec![Polygon::new(ring(&mut corners.iter()), holes)])
}

/// A point on the earth.
pub(super) fn point(at: Coord) -> Point {
    Point::from(degrees(at))
}

/// A compound with what the ledgers ask of it.
#[derive(Debug, Clone)]
pub(super) struct Compound {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) grid: usize,
    pub(super) corners: Vec<Coord>,
    pub(super) built_year: i64,
    pub(super) households: i64,
    pub(super) buildings: Vec<(String, Coord)>,
    pub(super) is_old: bool,
}

/// Everything that has been made.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) seed: u64,
    pub(super) as_of: Date,
    pub(super) compounds: Vec<Compound>,
    records: BTreeMap<LayerId, Vec<Draft>>,
}

impl Town {
    pub(super) fn new(options: &DemoOptions) -> Self {
        Self {
            seed: options.seed,
            as_of: options.as_of,
            compounds: Vec::new(),
            records: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, layer: LayerId, draft: Draft) {
        self.records.entry(layer).or_default().push(draft);
    }

    /// The records of a layer so far.
    pub(super) fn made(&self, layer: LayerId) -> &[Draft] {
        self.records.get(&layer).map_or(&[], Vec::as_slice)
    }

    /// Sets a field of a record that is there already.
    pub(super) fn set(&mut self, layer: LayerId, at: usize, field: &str, value: impl Into<Value>) {
        let place = layer.schema().position(field);
        if let (Some(place), Some(records)) = (place, self.records.get_mut(&layer)) {
            records[at].attributes[place] = value.into();
        }
    }

    /// Every record with its id, layer by layer.
    pub(super) fn records(self) -> Vec<(LayerId, FeatureId, Draft)> {
        let each = self.records.into_iter().flat_map(|(layer, drafts)| {
            drafts
                .into_iter()
                .zip(1..)
                .map(move |(draft, id)| (layer, FeatureId(id), draft))
        });
        each.collect()
    }
}
