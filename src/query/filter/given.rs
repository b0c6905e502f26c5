//! A shape that a filter names, with what answers most records without the full relation.

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{CoordsIter, Intersects, Line, LinesIter};

use super::place::SpatialRelation;
use crate::geometry::{BBox, Coord, Geometry};

/// A shape in a filter.
#[derive(Debug, Clone)]
pub(super) struct GivenShape {
    geometry: Box<Geometry>,
    /// The boxes of its edges; `None` where the shape has isolated points or mixes dimensions.
    edges: Option<Vec<BBox>>,
    is_areal: bool,
}

/// How the box of a record stands to a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Every place of the box is in the interior of the shape.
    Inside,
    /// The shape may reach into the box.
    Near,
    /// No place of the box is in the shape.
    Apart,
}

impl GivenShape {
    pub(super) fn new(geometry: Geometry) -> Self {
        let is_areal = matches!(geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
        let has_edges = is_areal
            || matches!(
                geometry,
                Geometry::LineString(_) | Geometry::MultiLineString(_)
            );
        let edges = lines(&geometry).map(|line| {
            let (a, b) = (line.start, line.end);
            BBox::new(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)).ok()
        });
        let edges = edges.collect::<Option<Vec<_>>>().filter(|_| has_edges);
        Self {
            geometry: Box::new(geometry),
            edges,
            is_areal,
        }
    }

    pub(super) fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// How many vertices `geometry` has.
    pub(super) fn vertices(geometry: &Geometry) -> u64 {
        u64::try_from(geometry.coords_count()).unwrap_or(u64::MAX >> 8)
    }

    /// Nanoseconds that one record takes where the full relation is not needed, estimated.
    pub(super) fn cost_ns(&self) -> u64 {
        300 + 4 * Self::vertices(&self.geometry)
    }

    /// Whether `relation` holds between `own` and this shape, where `own` comes first if `own_first`; `None` where only
    /// the full relation can tell.
    ///
    /// Where no edge of the shape meets the box of `own`, the whole box is inside or outside, and one of its corners tells
    /// which. Time: that of one pass over the edges.
    pub(super) fn shortcut(
        &self,
        relation: SpatialRelation,
        own: &Geometry,
        own_first: bool,
    ) -> Option<bool> {
        use SpatialRelation as R;
        let own_box = BBox::of(own)?;
        match (self.standing(own_box)?, relation) {
            (Standing::Near, R::Intersects) => Some(own.intersects(&*self.geometry)),
            (Standing::Near, R::Disjoint) => Some(!own.intersects(&*self.geometry)),
            (Standing::Near, _) => None,
            (Standing::Inside, R::Intersects) | (Standing::Apart, R::Disjoint) => Some(true),
            (Standing::Inside, R::Within) => Some(own_first),
            (Standing::Inside, R::Contains) => Some(!own_first),
            (Standing::Inside | Standing::Apart, _) => Some(false),
        }
    }

    fn standing(&self, own: BBox) -> Option<Standing> {
        let edges = self.edges.as_ref().filter(|edges| !edges.is_empty())?;
        if edges.iter().any(|edge| edge.meets(own)) {
            return Some(Standing::Near);
        }
        let corner = Coord {
            x: own.west,
            y: own.south,
        };
        let is_inside =
            self.is_areal && self.geometry.coordinate_position(&corner) == CoordPos::Inside;
        Some(if is_inside {
            Standing::Inside
        } else {
            Standing::Apart
        })
    }
}

/// The edges of lines and areas; none of other kinds.
fn lines(geometry: &Geometry) -> Box<dyn Iterator<Item = Line> + '_> {
    match geometry {
        Geometry::LineString(line) => Box::new(line.lines()),
        Geometry::MultiLineString(lines) => Box::new(lines.lines_iter()),
        Geometry::Polygon(polygon) => Box::new(polygon.lines_iter()),
        Geometry::MultiPolygon(polygons) => Box::new(polygons.lines_iter()),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use geo::{MultiPoint, Relate, Triangle, point, polygon};
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::{LineString, MultiPolygon, Polygon};

    fn square(x: f64, y: f64, side: f64) -> Polygon {
        polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]
    }

    fn by_relate(relation: SpatialRelation, left: &Geometry, right: &Geometry) -> bool {
        let matrix = left.relate(right);
        match relation {
            SpatialRelation::Intersects => matrix.is_intersects(),
            SpatialRelation::Disjoint => matrix.is_disjoint(),
            SpatialRelation::Equals => matrix.is_equal_topo(),
            SpatialRelation::Touches => matrix.is_touches(),
            SpatialRelation::Within => matrix.is_within(),
            SpatialRelation::Contains => matrix.is_contains(),
            SpatialRelation::Overlaps => matrix.is_overlaps(),
            SpatialRelation::Crosses => matrix.is_crosses(),
        }
    }

    const RELATIONS: [SpatialRelation; 8] = [
        SpatialRelation::Intersects,
        SpatialRelation::Disjoint,
        SpatialRelation::Equals,
        SpatialRelation::Touches,
        SpatialRelation::Within,
        SpatialRelation::Contains,
        SpatialRelation::Overlaps,
        SpatialRelation::Crosses,
    ];

    proptest! {
        #[test]
        fn shortcuts_say_what_the_full_relation_says(
            x in 0..12_i32, y in 0..12_i32, side in 1..6_i32, kind in 0..4, given in 0..4,
        ) {
            let ring = |x: f64, y: f64, side: f64| square(x, y, side).exterior().clone();
            let donut = Polygon::new(ring(2.0, 2.0, 8.0), vec![ring(4.0, 4.0, 3.0)]);
            let given: Geometry = match given {
                0 => donut.into(),
                1 => MultiPolygon(vec![square(0.0, 0.0, 3.0), square(6.0, 6.0, 4.0)]).into(),
                2 => LineString::from(vec![(0.0, 0.0), (9.0, 9.0), (9.0, 2.0)]).into(),
                _ => MultiPoint::from(vec![(1.0, 1.0), (5.0, 5.0)]).into(),
            };
            let (x, y, side) = (f64::from(x), f64::from(y), f64::from(side));
            let own: Geometry = match kind {
                0 => point!(x: x, y: y).into(),
                1 => square(x, y, side).into(),
                2 => LineString::from(vec![(x, y), (x + side, y + 1.0)]).into(),
                _ => Triangle::new((x, y).into(), (x + side, y).into(), (x, y + side).into()).to_polygon().into(),
            };
            let shape = GivenShape::new(given.clone());
            for relation in RELATIONS {
                if let Some(quick) = shape.shortcut(relation, &own, true) {
                    prop_assert_eq!(quick, by_relate(relation, &own, &given), "{:?} {:?} {:?}", relation, own, given);
                }
                if let Some(quick) = shape.shortcut(relation, &own, false) {
                    prop_assert_eq!(quick, by_relate(relation, &given, &own), "{:?} {:?} {:?}", relation, given, own);
                }
            }
        }
    }
}
