//! What is ready of a layer for a tile: prepared shapes, and what has changed since, which is drawn anew.

use std::sync::Arc;

use super::TileRequest;
use super::address::TileAddress;
use super::drawing::Drawing;
use super::mended::Mended;
use super::outlines::Outlines;
use super::pieces::InTile;
use super::prepared::PreparedShapes;
use crate::domain::{Feature, LayerId};
use crate::map::{Holding, MapSnapshot};

/// A layer of a tile as it was prepared, mended where something has changed.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    holding: Holding<'a, PreparedShapes>,
    address: TileAddress,
    /// `None` where nothing is drawn anew.
    mended: Option<Mended<'a>>,
}

/// One record of the tile.
#[derive(Debug)]
pub(super) enum Shown<'a> {
    /// As it was prepared.
    Prepared(&'a Arc<Feature>, InTile<'a>),
    /// As the n-th feature of [`Ready::drawing`].
    Anew(usize),
}

impl<'a> Ready<'a> {
    /// `None` where prepared shapes do not serve: where none are there or too much has changed, and where only some records
    /// are asked for, to whose viewers their borders with others are no borders.
    pub(super) fn of(
        snapshot: &'a MapSnapshot,
        request: &TileRequest<'_>,
        layer: LayerId,
    ) -> Option<Self> {
        if request.filter.is_some() || !request.clip {
            return None;
        }
        let address = request.address;
        let table = snapshot.layer(layer);
        let holding = table.prepared_in::<PreparedShapes>(address.reach())?;
        let mended = if holding.moved.is_empty() {
            None
        } else {
            Some(Mended::of(table, &holding, address)?)
        };
        Some(Self {
            holding,
            address,
            mended,
        })
    }

    /// The shapes that are drawn anew, and their neighbours; `None` where none are.
    pub(super) fn drawing(&self) -> Option<&Drawing<'a>> {
        self.mended.as_ref().map(|mended| &mended.drawing)
    }

    /// The outlines of what was prepared.
    pub(super) fn outlines(&self) -> &'a Outlines {
        &self.holding.made.outlines
    }

    /// Calls `show` with each record of the tile, in the order of ids. `None` where one may be missing.
    pub(super) fn each(&self, mut show: impl FnMut(Shown<'a>)) -> Option<()> {
        let pieces = self.holding.made.in_tile(self.address)?;
        let Some(mended) = &self.mended else {
            for piece in pieces {
                show(Shown::Prepared(self.holding.record(piece.slot)?, piece));
            }
            return Some(());
        };
        let id = |n: usize| {
            let (feature, _) = mended.drawing.features.get(n)?;
            Some(feature.id)
        };
        let mut anew = mended.anew().peekable();
        for piece in pieces.filter(|piece| mended.holds(piece.slot)) {
            let record = self.holding.record(piece.slot)?;
            while let Some(n) = anew.next_if(|n| id(*n) < Some(record.id)) {
                show(Shown::Anew(n));
            }
            show(Shown::Prepared(record, piece));
        }
        anew.for_each(|n| show(Shown::Anew(n)));
        Some(())
    }
}
