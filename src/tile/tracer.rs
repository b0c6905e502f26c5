//! Traces shapes in degrees as GeoJSON tiles show them: generalised for a zoom, whole or cut to a tile.
//!
//! A shape is the same in every tile that shows all of it, and mostly at several zooms: it is kept once.

use super::BUFFER;
use super::address::TileAddress;
use super::cut::cut;
use super::cutter::geometry_of;
use super::drawing::TOUCH;
use super::geojson::{ground, on_ground};
use super::outlines::Outlines;
use super::parts::{Parts, Span};
use super::settle::Settler;
use crate::geometry::{Coord, Geometry};

/// A shape of which some vertices are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thinned<'a> {
    /// The shape as it is.
    pub(super) original: &'a Geometry,
    /// The same in degrees.
    pub(super) parts: &'a Parts<Coord>,
    pub(super) span: &'a Span,
    /// Which positions of `parts` are kept; all where `None`.
    pub(super) keep: Option<&'a [bool]>,
}

/// Traces one shape after the other.
#[derive(Debug)]
pub(super) struct Tracer {
    settler: Settler,
    parts: Parts<Coord>,
    spans: Vec<Span>,
    /// The shape that is traced, generalised, in degrees.
    generalised: Option<Geometry>,
}

impl Tracer {
    pub(super) fn new() -> Self {
        Self {
            settler: Settler::new(),
            parts: Parts::new(),
            spans: Vec::new(),
            generalised: None,
        }
    }

    /// Another shape comes, or the same at another zoom.
    pub(super) fn begin(&mut self) {
        self.generalised = None;
    }

    /// Puts the whole shape into `outlines`, and says where; `None` where there is no room.
    pub(super) fn whole(&mut self, shape: Thinned<'_>, outlines: &mut Outlines) -> Option<u32> {
        let Thinned { span, keep, .. } = shape;
        let settled = self.settler.settle(shape.parts, span, keep, false, ground);
        outlines.put(span.kind, span.multi, settled)
    }

    /// Puts as much of the shape as the tile shows into `outlines`, and says where; `None` where there is no room. The
    /// shape meets [`TileAddress::reach`].
    pub(super) fn cut(
        &mut self,
        shape: Thinned<'_>,
        address: TileAddress,
        outlines: &mut Outlines,
    ) -> Option<u32> {
        let (reach, grown) = (address.reach(), address.bounds_grown(BUFFER + TOUCH));
        let Thinned { span, keep, .. } = shape;
        let settler = &mut self.settler;
        let generalised = self.generalised.get_or_insert_with(|| {
            let settled = settler.settle(shape.parts, span, keep, false, ground);
            geometry_of(span.kind, settled, on_ground)
        });
        self.parts.clear();
        self.spans.clear();
        for geometry in [&*generalised, shape.original] {
            // it may only touch what the tile shows, and the generalisation take it away from there
            if self.spans.is_empty() {
                cut(geometry, reach, grown, &mut self.parts, &mut self.spans);
            }
        }
        let settled = settler.settle(&self.parts, self.spans.first()?, None, false, ground);
        outlines.put(span.kind, span.multi, settled)
    }
}
