//! The spatial operators of CQL2, and a distance in metres.

use cql2::Expr;
use geo::line_measures::{Distance, Euclidean};
use geo::{MapCoords, Relate};

use super::Node;
use super::compile::{Compiler, is_geometry, unanswerable};
use super::fault::FilterFault;
use super::given::GivenShape;
use crate::domain::{Feature, shape_in};
use crate::geometry::measure::{LocalFrame, degrees_around, distance_to_m, inner_point};
use crate::geometry::{BBox, Geometry, LonLat, MultiPolygon};
use crate::query::QueryError;
use crate::query::items::Window;

/// So far may two places be apart, metres: half the girth of the earth and a little.
const FARTHEST_M: f64 = 21_000_000.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SpatialRelation {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Within,
    Contains,
    Overlaps,
    Crosses,
}

/// One side of a spatial comparison.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// The record's own.
    Own,
    Given(GivenShape),
}

impl Shape {
    fn of<'a>(&'a self, feature: &'a Feature) -> Option<&'a Geometry> {
        match self {
            Self::Own => feature.geometry.as_deref(),
            Self::Given(shape) => Some(shape.geometry()),
        }
    }
}

impl Compiler {
    pub(super) fn spatial(&self, op: &str, left: &Expr, right: &Expr) -> Result<Node, QueryError> {
        use SpatialRelation as R;
        let relation = match op {
            "s_intersects" => R::Intersects,
            "s_disjoint" => R::Disjoint,
            "s_equals" => R::Equals,
            "s_touches" => R::Touches,
            "s_within" => R::Within,
            "s_contains" => R::Contains,
            "s_overlaps" => R::Overlaps,
            "s_crosses" => R::Crosses,
            _ => {
                return Err(unanswerable(FilterFault::Operator {
                    op: op.to_owned(),
                    operands: 2,
                }));
            }
        };
        Ok(Node::Spatial(relation, self.side(left)?, self.side(right)?))
    }

    /// `S_DWITHIN(geometry, shape, metres)`, the two shapes in any order.
    pub(super) fn near(&self, args: &[Box<Expr>]) -> Result<Node, QueryError> {
        let wrong = || unanswerable(FilterFault::Distance);
        let [left, right, metres] = args else {
            return Err(wrong());
        };
        let Expr::Float(metres) = **metres else {
            return Err(wrong());
        };
        if !(0.0..=FARTHEST_M).contains(&metres) {
            return Err(unanswerable(FilterFault::DistanceRange {
                given: metres,
                most: FARTHEST_M,
            }));
        }
        match (self.side(left)?, self.side(right)?) {
            (Shape::Own, Shape::Given(shape)) | (Shape::Given(shape), Shape::Own) => {
                Ok(Node::Near {
                    shape: Box::new(shape.geometry().clone()),
                    metres,
                })
            }
            _ => Err(wrong()),
        }
    }

    fn side(&self, expression: &Expr) -> Result<Shape, QueryError> {
        match expression {
            Expr::Property { property } if is_geometry(property) => Ok(Shape::Own),
            Expr::Property { property } => {
                // an unknown name is told as such
                self.property(property)?;
                Err(unanswerable(FilterFault::NoShapeProperty {
                    property: property.to_owned(),
                }))
            }
            other => Ok(Shape::Given(GivenShape::new(self.shape(other)?))),
        }
    }

    fn shape(&self, expression: &Expr) -> Result<Geometry, QueryError> {
        match expression {
            Expr::BBox { bbox } => self.bbox(bbox),
            Expr::Geometry(shape) => {
                let unreadable =
                    |why: String, why_zh| unanswerable(FilterFault::Shape { why, why_zh });
                let json = serde_json::to_string(shape)
                    .map_err(|error| unreadable(error.to_string(), "坐标应为有限的数字"))?;
                let shape =
                    shape_in(&json).map_err(|error| unreadable(error.to_string(), error.zh()))?;
                self.on_earth(&shape)
            }
            _ => Err(unanswerable(FilterFault::NoShape)),
        }
    }

    fn bbox(&self, numbers: &[Box<Expr>]) -> Result<Geometry, QueryError> {
        let number = |expression: &Expr| match expression {
            Expr::Float(number) => Ok(*number),
            _ => Err(unanswerable(FilterFault::Box)),
        };
        let numbers: Vec<f64> = numbers
            .iter()
            .map(|each| number(each))
            .collect::<Result<_, _>>()?;
        let corners = match numbers.as_slice() {
            [a, b, c, d] | [a, b, _, c, d, _] => [*a, *b, *c, *d],
            _ => {
                return Err(unanswerable(FilterFault::Box));
            }
        };
        let window = Window::of(corners, self.crs).map_err(unanswerable)?;
        Ok(window.into_shape())
    }

    /// The shape in CRS84, from the filter's system in the axis order of its authority.
    fn on_earth(&self, shape: &Geometry) -> Result<Geometry, QueryError> {
        let turned = if self.crs.is_north_first() {
            shape.map_coords(|at| geo::coord! { x: at.y, y: at.x })
        } else {
            shape.clone()
        };
        self.crs.geometry_to_crs84(&turned).map_err(unanswerable)
    }
}

pub(super) fn relate(
    relation: SpatialRelation,
    left: &Shape,
    right: &Shape,
    feature: &Feature,
) -> Option<bool> {
    let shortcut = match (left, right) {
        (Shape::Own, Shape::Given(given)) => {
            given.shortcut(relation, feature.geometry.as_deref()?, true)
        }
        (Shape::Given(given), Shape::Own) => {
            given.shortcut(relation, feature.geometry.as_deref()?, false)
        }
        _ => None,
    };
    if shortcut.is_some() {
        return shortcut;
    }
    let matrix = left.of(feature)?.relate(right.of(feature)?);
    Some(match relation {
        SpatialRelation::Intersects => matrix.is_intersects(),
        SpatialRelation::Disjoint => matrix.is_disjoint(),
        SpatialRelation::Equals => matrix.is_equal_topo(),
        SpatialRelation::Touches => matrix.is_touches(),
        SpatialRelation::Within => matrix.is_within(),
        SpatialRelation::Contains => matrix.is_contains(),
        SpatialRelation::Overlaps => matrix.is_overlaps(),
        SpatialRelation::Crosses => matrix.is_crosses(),
    })
}

/// Whether the record lies within `metres` of `shape`. Exact where `shape` is a point; else in the plane that touches
/// the earth there, which is right to a ten-thousandth within a city.
pub(super) fn is_near(shape: &Geometry, metres: f64, feature: &Feature) -> Option<bool> {
    let own = feature.geometry.as_deref()?;
    if let Geometry::Point(point) = shape {
        let place = LonLat::new(point.x(), point.y()).ok()?;
        return Some(distance_to_m(place, own) <= metres);
    }
    let frame = LocalFrame::around(inner_point(shape)?);
    let flat = |shape: &Geometry| shape.map_coords(|at| frame.to_metres(at));
    Some(Euclidean.distance(&flat(own), &flat(shape)) <= metres)
}

/// Boxes that hold every record for which `node` can be true; `None` where that may be any.
pub(super) fn reach(node: &Node) -> Option<Vec<BBox>> {
    match node {
        Node::And(nodes) => nodes
            .iter()
            .filter_map(reach)
            .min_by(|one, other| size(one).total_cmp(&size(other))),
        Node::Or(nodes) => nodes
            .iter()
            .map(reach)
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat()),
        Node::Spatial(relation, Shape::Own, Shape::Given(shape))
        | Node::Spatial(relation, Shape::Given(shape), Shape::Own)
            if *relation != SpatialRelation::Disjoint =>
        {
            Some(boxes(shape.geometry()))
        }
        Node::Near { shape, metres } => {
            let [around] = boxes(shape).try_into().ok()?;
            grown(around, *metres)
        }
        _ => None,
    }
}

/// The box of each part, so that a shape on both sides of the antimeridian is not the whole earth.
fn boxes(shape: &Geometry) -> Vec<BBox> {
    match shape {
        Geometry::MultiPolygon(MultiPolygon(parts)) => parts
            .iter()
            .filter_map(|part| BBox::of(&part.clone().into()))
            .collect(),
        other => BBox::of(other).into_iter().collect(),
    }
}

fn grown(around: BBox, metres: f64) -> Option<Vec<BBox>> {
    let corners = [
        (around.west, around.south),
        (around.west, around.north),
        (around.east, around.south),
        (around.east, around.north),
    ];
    let each = corners.into_iter().map(|(lon, lat)| {
        let place = LonLat::new(lon, lat).ok()?;
        Some(degrees_around(place, metres))
    });
    let all: Option<Vec<BBox>> = each.collect();
    Some(vec![all?.into_iter().reduce(BBox::union)?])
}

fn size(boxes: &[BBox]) -> f64 {
    boxes
        .iter()
        .map(|bbox| (bbox.east - bbox.west) * (bbox.north - bbox.south))
        .sum()
}
