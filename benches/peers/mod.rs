//! What a user would pick instead: a tree of boxes and a predicate of `geo`.

use geo::indexed::IntervalTreeMultiPolygon;
use geo::{BoundingRect, Contains, Intersects, MonotonicPolygons};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree as PackedTree, RTreeBuilder, RTreeIndex};
use minqing::geometry::cells::NONE;
use minqing::geometry::measure::{Cover, covers};
use minqing::geometry::{Coord, Geometry, LonLat, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// A way to find a polygon that covers a place.
pub(crate) struct Contender<'a> {
    /// As it is printed.
    pub(crate) name: &'static str,
    /// A slot that covers the place, or [`NONE`].
    pub(crate) first: Box<dyn Fn(LonLat) -> u32 + 'a>,
}

/// Every peer, built.
pub(crate) struct Peers {
    polygons: Vec<MultiPolygon>,
    rstar: RTree<Entry>,
    packed: PackedTree<f64>,
    intervals: Vec<IntervalTreeMultiPolygon<f64>>,
    monotone: Vec<MonotonicPolygons<f64>>,
}

fn multi(shape: &Geometry) -> MultiPolygon {
    match shape {
        Geometry::Polygon(polygon) => MultiPolygon::new(vec![polygon.clone()]),
        Geometry::MultiPolygon(many) => many.clone(),
        _ => MultiPolygon::new(vec![]),
    }
}

fn packed<'a>(shapes: impl ExactSizeIterator<Item = &'a MultiPolygon>) -> PackedTree<f64> {
    let mut builder = RTreeBuilder::<f64>::new(u32::try_from(shapes.len()).unwrap());
    for shape in shapes {
        let rect = shape.bounding_rect().unwrap();
        builder.add(rect.min().x, rect.min().y, rect.max().x, rect.max().y);
    }
    builder.finish::<HilbertSort>()
}

impl Peers {
    pub(crate) fn build(shapes: &[Geometry]) -> Self {
        let polygons: Vec<_> = shapes.iter().map(multi).collect();
        let entries = (0..).zip(&polygons).map(|(slot, polygon)| {
            let rect = polygon.bounding_rect().unwrap();
            let (min, max) = (rect.min(), rect.max());
            Entry::new(
                Rectangle::from_corners([min.x, min.y], [max.x, max.y]),
                slot,
            )
        });
        Self {
            rstar: RTree::bulk_load(entries.collect()),
            packed: packed(polygons.iter()),
            intervals: polygons.iter().map(IntervalTreeMultiPolygon::new).collect(),
            monotone: polygons
                .iter()
                .map(|polygon| MonotonicPolygons::from(polygon.clone()))
                .collect(),
            polygons,
        }
    }

    /// The peers as functions. Each stops at the first polygon it finds.
    pub(crate) fn contenders(&self) -> Vec<Contender<'_>> {
        vec![
            Contender {
                name: "rstar + geo Intersects",
                first: Box::new(|at| {
                    let point = coord(at);
                    self.rstar
                        .locate_in_envelope_intersecting(&AABB::from_point([point.x, point.y]))
                        .find(|entry| self.plain(entry.data).intersects(&point))
                        .map_or(NONE, |entry| entry.data)
                }),
            },
            Contender {
                name: "geo-index + geo Intersects",
                first: Box::new(|at| {
                    self.in_packed(at, |slot, point| self.plain(slot).intersects(&point))
                }),
            },
            Contender {
                name: "geo-index + geo IntervalTreeMultiPolygon",
                first: Box::new(|at| {
                    self.in_packed(at, |slot, point| {
                        self.intervals[slot as usize].contains(&point)
                    })
                }),
            },
            Contender {
                name: "geo-index + geo MonotonicPolygons",
                first: Box::new(|at| {
                    self.in_packed(at, |slot, point| {
                        self.monotone[slot as usize].intersects(&point)
                    })
                }),
            },
        ]
    }

    fn plain(&self, slot: u32) -> &Polygon {
        &self.polygons[slot as usize].0[0]
    }

    fn in_packed(&self, at: LonLat, holds: impl Fn(u32, Coord) -> bool) -> u32 {
        let point = coord(at);
        self.packed
            .search(point.x, point.y, point.x, point.y)
            .into_iter()
            .find(|slot| holds(*slot, point))
            .unwrap_or(NONE)
    }
}

/// Every polygon that covers a place, by the exact predicate.
pub(crate) struct Found<'a> {
    shapes: &'a [Geometry],
    tree: PackedTree<f64>,
}

impl<'a> Found<'a> {
    pub(crate) fn by_geo(shapes: &'a [Geometry]) -> Self {
        let polygons: Vec<_> = shapes.iter().map(multi).collect();
        Self {
            shapes,
            tree: packed(polygons.iter()),
        }
    }

    pub(crate) fn all(&self, at: LonLat) -> Vec<(u32, Cover)> {
        let (lon, lat) = (at.lon(), at.lat());
        let mut near = self.tree.search(lon, lat, lon, lat);
        near.sort_unstable();
        near.into_iter()
            .map(|slot| (slot, covers(&self.shapes[slot as usize], at)))
            .filter(|(_, cover)| *cover != Cover::Outside)
            .collect()
    }
}

fn coord(at: LonLat) -> Coord {
    Coord {
        x: at.lon(),
        y: at.lat(),
    }
}
