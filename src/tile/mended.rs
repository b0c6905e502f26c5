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
        let reach = address.reach();
        let mut here: Vec<(BBox, &Feature)> = Vec::new();
        table.each_box_in(reach, |bbox, feature| here.push((bbox, feature)));
        here.sort_unstable_by_key(|(_, feature)| feature.id);
        let meeting = |windows: &[BBox]| -> Vec<(BBox, &'a Feature)> {
            let meets = |(bbox, _): &&(BBox, &Feature)| windows.iter().any(|w| w.meets(*bbox));
            here.iter().filter(meets).copied().collect()
        };
        let anew = meeting(&holding.moved);
        if anew.len() > MOST {
            return None;
        }
        let (boxes, anew): (Vec<BBox>, Vec<&Feature>) = anew.into_iter().unzip();
        let drawn = meeting(&boxes).into_iter().map(|(_, feature)| feature);
        let mut stale = Vec::new();
        holding.base.each_slot_in(reach, |bbox, slot| {
            if holding.moved.iter().any(|window| window.meets(bbox)) {
                stale.push(slot);
            }
        });
        stale.sort_unstable();
        Some(Self {
            stale,
            anew: anew.iter().map(|feature| feature.id).collect(),
            drawing: draw_of(drawn.collect(), address, true),
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
