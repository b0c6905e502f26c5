//! The features of one layer in one tile, cut and generalised, not yet on the grid of a format.

use std::ops::Range;

use crate::domain::{Feature, LayerId};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::cut::{cut, whole};
use super::generalise::generalise;
use super::membership::meets;
use super::parts::{Parts, Span};
use super::{BUFFER, TileRequest};

/// How much larger, in units of the tile's grid, the box is that shows what only touches the buffer's edge.
const TOUCH: u32 = 1;

/// The features of one layer in one tile, in the order of ids.
#[derive(Debug)]
pub(super) struct Drawing<'a> {
    /// Each feature with its stretch of `spans`.
    pub(super) features: Vec<(&'a Feature, Range<usize>)>,
    /// The shapes of the features, in stretches of `parts`.
    pub(super) spans: Vec<Span>,
    /// The positions.
    pub(super) parts: Parts<Coord>,
    /// Which positions the generalisation keeps; `None` where it keeps all.
    pub(super) keep: Option<Vec<bool>>,
}

/// Chooses the members of the tile and cuts them, or leaves them whole when `clip` is not set.
pub(super) fn draw<'a>(
    snapshot: &'a MapSnapshot,
    request: &TileRequest<'_>,
    layer: LayerId,
    clip: bool,
) -> Drawing<'a> {
    let schema = layer.schema();
    let reach = request.address.reach();
    let grown = request.address.bounds_grown(BUFFER + TOUCH);
    let mut candidates: Vec<&Feature> = snapshot
        .layer(layer)
        .in_envelope(reach)
        .map(|feature| &**feature)
        .collect();
    candidates.sort_unstable_by_key(|feature| feature.id);
    let mut drawing = Drawing {
        features: Vec::with_capacity(candidates.len()),
        spans: Vec::with_capacity(candidates.len()),
        parts: Parts::new(),
        keep: None,
    };
    for feature in candidates {
        let Some(geometry) = &feature.geometry else {
            continue;
        };
        if !meets(geometry, reach) || request.filter.is_some_and(|fits| !fits(schema, feature)) {
            continue;
        }
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
        drawing.keep = generalise(&drawing.parts, &drawing.spans, request.address);
    }
    drawing
}
