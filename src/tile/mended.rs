//! What of a tile is drawn anew because of the few records that have come, gone or moved since its shapes were prepared.
//!
//! A shape is generalised by its own vertices and by which other shapes share them. So beside these records those alone
//! look different whose envelopes meet one of theirs; and what these share with whom hangs on those that meet their own.

use crate::domain::{Feature, FeatureId};
use crate::geometry::BBox;
use crate::map::{Holding, LayerTable};

use super::address::TileAddress;
use super::drawing::{Drawing, draw_of};

/// With more records to draw anew than this, a tile is drawn anew whole.
const MOST: usize = 400;

/// The records of a layer that are drawn anew in one tile.
#[derive(Debug)]
pub(super) struct Mended<'a> {
    /// The slots whose pieces no longer hold, in their order.
    stale: Vec<u32>,
    /// What is drawn anew, in order.
    anew: Vec<FeatureId>,
    /// The shapes of these and of those that they share borders with.
    pub(super) drawing: Drawing<'a>,
}

impl<'a> Mended<'a> {
    /// What is to be drawn anew in the tile at `address`; `None` where it is as much as the whole tile.
    pub(super) fn of<T>(
        table: &'a LayerTable,
        holding: &Holding<'_, T>,
        address: TileAddress,
    ) -> Option<Self> {
        let moved = &holding.moved;
        let mut stale: Vec<u32> = (moved.iter())
            .flat_map(|window| holding.base.slots_in(*window))
            .collect();
        stale.sort_unstable();
        stale.dedup();
        let anew = meeting(table, moved, address);
        if anew.len() > MOST {
            return None;
        }
        let boxes: Vec<BBox> = (anew.iter())
            .filter_map(|feature| BBox::of(feature.geometry.as_deref()?))
            .collect();
        Some(Self {
            stale,
            anew: anew.iter().map(|feature| feature.id).collect(),
            drawing: draw_of(meeting(table, &boxes, address), address, true),
        })
    }

    /// Whether what was prepared for the record at `slot` still holds.
    pub(super) fn holds(&self, slot: u32) -> bool {
        self.stale.binary_search(&slot).is_err()
    }

    /// Of the features of the drawing, the numbers of those that are drawn; the others are there for their borders.
    pub(super) fn anew(&self) -> impl Iterator<Item = usize> {
        let features = (0..).zip(&self.drawing.features);
        let is_anew = |feature: &Feature| self.anew.binary_search(&feature.id).is_ok();
        features.filter_map(move |(n, (feature, _))| is_anew(feature).then_some(n))
    }
}

/// The records that meet one of the `windows` and the tile, by their envelopes, in the order of ids.
fn meeting<'a>(table: &'a LayerTable, windows: &[BBox], address: TileAddress) -> Vec<&'a Feature> {
    let reach = address.reach();
    let mut found: Vec<&Feature> = Vec::new();
    for window in windows {
        table.each_box_in(*window, |bbox, feature| {
            if reach.meets(bbox) {
                found.push(feature);
            }
        });
    }
    found.sort_unstable_by_key(|feature| feature.id);
    found.dedup_by_key(|feature| feature.id);
    found
}
