//! What the shapes of a layer draw in each tile of one zoom, made once: a tile finds its own side by side in memory.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

use super::address::TileAddress;
use super::parts::Kind;
use crate::geometry::BBox;

/// The pieces of a layer at one zoom.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// By column and row.
    tiles: HashMap<[u32; 2], Range<u32>, RandomState>,
    /// In the order of tiles, then slots.
    pieces: Vec<Piece>,
    commands: Vec<u8>,
    /// The boxes of the records that are not here, in degrees.
    missing: RTree<Rectangle<[f64; 2]>>,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    slot: u32,
    outline: u32,
    /// Where its commands end; they begin where those of the piece before end.
    end: u32,
    kind: Kind,
}

/// What of a record is drawn in one tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct InTile<'a> {
    /// Of which record.
    pub(super) slot: u32,
    pub(super) kind: Kind,
    /// What draws it in a vector tile.
    pub(super) commands: &'a [u8],
    /// Where its shape in degrees is.
    pub(super) outline: u32,
}

impl Sheet {
    /// The pieces in the tile, in the order of slots. `None` where a record that may be in the tile is not here.
    pub(super) fn in_tile(&self, address: TileAddress) -> Option<impl Iterator<Item = InTile<'_>>> {
        let reach = corners(address.reach());
        let mut missing = self.missing.locate_in_envelope_intersecting(&reach);
        if missing.next().is_some() {
            return None;
        }
        let here = self.tiles.get(&[address.x(), address.y()]).cloned();
        let here = here.and_then(|here| {
            let (first, end) = (here.start.try_into().ok()?, here.end.try_into().ok()?);
            let before = self.pieces.get(..first)?.last();
            let start = before.map_or(0, |piece| piece.end);
            Some((start, self.pieces.get(first..end)?))
        });
        let (mut start, pieces) = here.unwrap_or_default();
        Some(pieces.iter().map(move |piece| {
            let run = usize::try_from(start).ok().zip(piece.end.try_into().ok());
            let commands = run.and_then(|(start, end)| self.commands.get(start..end));
            start = piece.end;
            InTile {
                slot: piece.slot,
                kind: piece.kind,
                commands: commands.unwrap_or_default(),
                outline: piece.outline,
            }
        }))
    }
}

fn corners(of: BBox) -> AABB<[f64; 2]> {
    AABB::from_corners([of.west, of.south], [of.east, of.north])
}

/// Pieces as they come, shape by shape.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    commands: Vec<u8>,
    /// The slots whose shapes are here.
    done: Vec<u32>,
}

#[derive(Debug)]
struct Draft {
    tile: [u32; 2],
    slot: u32,
    at: u32,
    len: u32,
    kind: Kind,
    outline: u32,
}

impl Drafts {
    /// Takes in what is drawn in one tile.
    pub(super) fn put(&mut self, address: TileAddress, piece: InTile<'_>) {
        self.drafts.push(Draft {
            tile: [address.x(), address.y()],
            slot: piece.slot,
            at: count(self.commands.len()),
            len: count(piece.commands.len()),
            kind: piece.kind,
            outline: piece.outline,
        });
        self.commands.extend_from_slice(piece.commands);
    }

    /// All pieces of the record at `slot` are here.
    pub(super) fn done(&mut self, slot: u32) {
        self.done.push(slot);
    }

    /// The sheet of the records that have these boxes, by slot.
    pub(super) fn finish(mut self, boxes: &[Option<BBox>]) -> Sheet {
        self.done.sort_unstable();
        let missing = (0..).zip(boxes).filter_map(|(slot, bbox)| {
            let bbox = (*bbox).filter(|_| self.done.binary_search(&slot).is_err())?;
            Some(Rectangle::from_aabb(corners(bbox)))
        });
        let mut sheet = Sheet {
            missing: RTree::bulk_load(missing.collect()),
            ..Sheet::default()
        };
        if u32::try_from(self.commands.len()).is_err() {
            // more than four gigabytes of commands: every tile is drawn anew
            let all = boxes.iter().flatten();
            let all = all.map(|bbox| Rectangle::from_aabb(corners(*bbox)));
            sheet.missing = RTree::bulk_load(all.collect());
            return sheet;
        }
        self.drafts
            .sort_unstable_by_key(|draft| (draft.tile, draft.slot));
        sheet.pieces.reserve_exact(self.drafts.len());
        sheet.commands.reserve_exact(self.commands.len());
        for tile in self.drafts.chunk_by(|one, other| one.tile == other.tile) {
            let first = count(sheet.pieces.len());
            for draft in tile {
                let run = usize::try_from(draft.at)
                    .ok()
                    .zip(draft.len.try_into().ok());
                let run: Option<(usize, usize)> = run;
                let commands = run.and_then(|(at, len)| self.commands.get(at..at + len));
                sheet
                    .commands
                    .extend_from_slice(commands.unwrap_or_default());
                sheet.pieces.push(Piece {
                    slot: draft.slot,
                    outline: draft.outline,
                    end: count(sheet.commands.len()),
                    kind: draft.kind,
                });
            }
            let here = first..count(sheet.pieces.len());
            sheet
                .tiles
                .extend(tile.first().map(|draft| (draft.tile, here)));
        }
        sheet.tiles.shrink_to_fit();
        sheet
    }
}

/// A place in the commands, which are fewer than four gigabytes; each piece has some.
fn count(len: usize) -> u32 {
    len.try_into().unwrap_or(u32::MAX)
}
