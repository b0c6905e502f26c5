//! The records of a file as the map may show them before they are written: so many and no more.

use geo::CoordsIter;

use crate::geometry::Geometry;
use crate::import::Settled;
use crate::ingest::{At, Becomes, shown};

/// So many records and positions are kept.
const MOST_DRAFTS: usize = 3000;
const MOST_POSITIONS: usize = 200_000;

/// One record of the file.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// Where in the file.
    pub at: At,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What becomes of it; `None` where the map refuses it.
    pub becomes: Option<Becomes>,
    /// Its shape in CRS84.
    pub geometry: Geometry,
}

/// The first records of a file that have a shape.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// The records.
    pub sketches: Vec<Sketch>,
    /// How many records with a shape are not among them.
    pub left_out: u64,
    positions: usize,
}

impl Preview {
    /// Keeps what goes by, as long as there is room.
    pub fn take(&mut self, settled: &[Settled]) {
        for one in settled {
            let Some(geometry) = &one.record.draft.geometry else {
                continue;
            };
            let positions = geometry.coords_count();
            if self.sketches.len() >= MOST_DRAFTS || self.positions + positions > MOST_POSITIONS {
                self.left_out += 1;
                continue;
            }
            self.positions += positions;
            self.sketches.push(Sketch {
                at: one.record.at,
                code: shown(&one.record.draft.code),
                name: shown(&one.record.draft.name),
                becomes: one.becomes(),
                geometry: geometry.clone(),
            });
        }
    }
}
