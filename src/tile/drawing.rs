//! The features of one layer in one tile, merged where they crowd, cut and generalised, not yet on the grid of a format.

use std::ops::Range;

use crate::domain::{Feature, LayerId};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::address::TileAddress;
use super::crowd::crowd;
use super::cut::{cut, whole};
use super::generalise::generalise;
use super::membership::meets;
use super::parts::{Parts, Span};
use super::{BUFFER, TileRequest};

/// How much larger, in units of the tile's grid, the box is that shows what only touches the buffer's edge.
pub(super) const TOUCH: u32 = 1;

/// The features of one layer in one tile, in the order of ids.
#[derive(Debug)]
pub(super) struct Drawing<'a> {
    /// Each feature with its stretch of `spans`.
    pub(super) features: Vec<(&'a Feature, Range<usize>)>,
    /// The merged blocks: how many records each stands for, and its span.
    pub(super) blocks: Vec<(i64, usize)>,
    /// How many members of the tile are in the blocks and not in `features`.
    pub(super) merged: usize,
    /// The shapes of the features and blocks, in stretches of `parts`.
    pub(super) spans: Vec<Span>,
    /// The positions.
    pub(super) parts: Parts<Coord>,
    /// Which positions the generalisation keeps, those after its end as well; `None` where it keeps all.
    pub(super) keep: Option<Vec<bool>>,
}

/// Chooses the members of the tile, merges them where they crowd and cuts them; leaves them alone and whole when `clip`
/// is not set.
pub(super) fn draw<'a>(
    snapshot: &'a MapSnapshot,
    request: &TileRequest<'_>,
    layer: LayerId,
    clip: bool,
) -> Drawing<'a> {
    let schema = layer.schema();
    let mut candidates: Vec<&Feature> = snapshot
        .layer(layer)
        .in_envelope(request.address.reach())
        .map(|feature| &**feature)
        .filter(|feature| request.filter.is_none_or(|fits| fits(schema, feature)))
        .collect();
    candidates.sort_unstable_by_key(|feature| feature.id);
    draw_of(candidates, request.address, clip)
}

/// [`draw`] of `candidates` alone, which come in the order of ids.
pub(super) fn draw_of(
    mut candidates: Vec<&Feature>,
    address: TileAddress,
    clip: bool,
) -> Drawing<'_> {
    let reach = address.reach();
    let grown = address.bounds_grown(BUFFER + TOUCH);
    let crowd = clip.then(|| crowd(&candidates, address)).flatten();
    let (members, blocks, merged) = if let Some(crowd) = crowd {
        (crowd.kept, crowd.blocks, crowd.merged)
    } else {
        candidates.retain(|feature| {
            let geometry = feature.geometry.as_deref();
            geometry.is_some_and(|geometry| meets(geometry, reach))
        });
        (candidates, Vec::new(), 0)
    };
    let mut drawing = Drawing {
        features: Vec::with_capacity(members.len()),
        blocks: Vec::with_capacity(blocks.len()),
        merged,
        spans: Vec::with_capacity(members.len() + blocks.len()),
        parts: Parts::new(),
        keep: None,
    };
    for feature in members {
        let Some(geometry) = &feature.geometry else {
            continue;
        };
        let first = drawing.spans.len();
        if clip {
            cut(
                geometry,
                reach,
                grown,
                &mut drawing.parts,
                &mut drawing.spans,
            );
        } else {
            whole(geometry, &mut drawing.parts, &mut drawing.spans);
        }
        let spans = first..drawing.spans.len();
        drawing.features.push((feature, spans));
    }
    if clip {
        drawing.keep = generalise(&drawing.parts, &drawing.spans, address);
    }
    // After the generalisation: there is nothing to leave out of a square.
    for block in blocks {
        let span = block.draw(address, &mut drawing.parts);
        drawing.blocks.push((block.count, drawing.spans.len()));
        drawing.spans.push(span);
    }
    drawing
}
