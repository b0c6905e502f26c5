//! Small maps made by hand, for tests.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::domain::{Change, Draft, Feature, FeatureId, LayerId, Revision, Value};
use crate::geometry::measure::LocalFrame;
use crate::geometry::{Coord, Geometry, LineString, LonLat, Point, Polygon};

/// A map in the making, in metres around a place in Xi'an.
pub(super) struct Town {
    frame: LocalFrame,
    pub(super) change: Change,
    ids: i64,
}

pub(super) type Corners = [(f64, f64)];

impl Town {
    pub(super) fn new() -> Self {
        let middle = LonLat::new(108.9642, 34.2184).unwrap();
        Self {
            frame: LocalFrame::around(middle),
            change: Change::default(),
            ids: 0,
        }
    }

    pub(super) fn point(&self, x: f64, y: f64) -> Geometry {
        Point(self.frame.to_degrees(Coord { x, y })).into()
    }

    pub(super) fn area(&self, corners: &Corners) -> Geometry {
        let ring: LineString = corners
            .iter()
            .map(|(x, y)| self.frame.to_degrees(Coord { x: *x, y: *y }))
            .collect();
        Polygon::new(ring, vec![]).into()
    }

    pub(super) fn put(
        &mut self,
        layer: LayerId,
        code: &str,
        geometry: Option<Geometry>,
        values: &[(&str, Value)],
    ) {
        let schema = layer.schema();
        let mut draft = Draft::new(schema, code, format!("名{code}"));
        for (field, value) in values {
            draft = draft.with(schema, field, value.clone());
        }
        self.ids += 1;
        let feature = Feature {
            id: FeatureId(self.ids),
            code: draft.code,
            name: draft.name,
            geometry: geometry.map(Box::new),
            attributes: draft.attributes.into(),
            revision: Revision(1),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: "test".into(),
        };
        self.change.upserts.push((layer, Arc::new(feature)));
    }

    pub(super) fn map(&self) -> MapSnapshot {
        MapSnapshot::build(&self.change)
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        check(&self.map())
    }

    pub(super) fn grid(&mut self, code: &str, community: &str, corners: &Corners) {
        let shape = self.area(corners);
        self.put(
            LayerId::GRIDS,
            code,
            Some(shape),
            &[
                ("community_code", community.into()),
                ("kind", "basic".into()),
            ],
        );
    }

    pub(super) fn community(&mut self, code: &str, corners: &Corners) {
        let shape = self.area(corners);
        self.put(LayerId::COMMUNITIES, code, Some(shape), &[]);
    }
}

pub(super) const WHOLE: &Corners = &[(0., 0.), (600., 0.), (600., 300.), (0., 300.)];
/// The border of the first two grids, crooked, and of the second and third, whose middle corner only one of them has.
pub(super) const FIRST: &Corners = &[
    (0., 0.),
    (200., 0.),
    (210.3, 100.7),
    (190.1, 200.9),
    (200., 300.),
    (0., 300.),
];
pub(super) const SECOND: &Corners = &[
    (200., 0.),
    (400., 0.),
    (400., 300.),
    (200., 300.),
    (190.1, 200.9),
    (210.3, 100.7),
];
pub(super) const THIRD: &Corners = &[
    (400., 0.),
    (600., 0.),
    (600., 300.),
    (400., 300.),
    (400., 150.),
];

pub(super) fn tiled(second: &Corners) -> Town {
    let mut town = Town::new();
    town.community("C", WHOLE);
    town.grid("G1", "C", FIRST);
    town.grid("G2", "C", second);
    town.grid("G3", "C", THIRD);
    town
}
