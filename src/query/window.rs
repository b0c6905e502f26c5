//! A window that may cross the antimeridian, or that is a box of another reference system.

use geo::MapCoords;

use crate::geometry::crs::{Crs, CrsError};
use crate::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Polygon};

/// So many places stand for one edge of a box whose edges are curves on the map.
const STEPS: u32 = 32;

/// A part of the earth.
#[derive(Debug, Clone)]
pub struct Window {
    boxes: Vec<BBox>,
    shape: Geometry,
    is_box: bool,
}

impl Window {
    /// The window with the two corners of `corners`, each in the axis order of the authority of `crs`.
    ///
    /// Where positions are degrees and the first longitude is the larger one, it crosses the antimeridian.
    ///
    /// # Errors
    /// A corner that is not a place of `crs`, or a box that is empty.
    pub fn of(corners: [f64; 4], crs: Crs) -> Result<Self, CrsError> {
        let [a, b, c, d] = corners;
        let [west, south, east, north] = if crs.is_north_first() {
            [b, a, d, c]
        } else {
            [a, b, c, d]
        };
        if crs.is_metric() {
            return Self::curved([west, south, east, north], crs);
        }
        crs.to_crs84(west, south)?;
        crs.to_crs84(east, north)?;
        let boxes = if west > east {
            vec![
                BBox::new(west, south, 180.0, north)?,
                BBox::new(-180.0, south, east, north)?,
            ]
        } else {
            vec![BBox::new(west, south, east, north)?]
        };
        let parts = boxes.iter().map(|bbox| bbox.polygon()).collect();
        Ok(Self {
            shape: MultiPolygon(parts).into(),
            boxes,
            is_box: true,
        })
    }

    fn curved([west, south, east, north]: [f64; 4], crs: Crs) -> Result<Self, CrsError> {
        if west > east || south > north {
            return Err(CrsError::Place(crate::geometry::PlaceError::EmptyBox {
                west,
                south,
                east,
                north,
            }));
        }
        let corners = [(west, south), (east, south), (east, north), (west, north)];
        let next = corners.iter().cycle().skip(1);
        let ring = corners.iter().zip(next).flat_map(|(from, to)| {
            (0..STEPS).map(move |step| {
                let share = f64::from(step) / f64::from(STEPS);
                Coord {
                    x: from.0 + (to.0 - from.0) * share,
                    y: from.1 + (to.1 - from.1) * share,
                }
            })
        });
        let outline = Polygon::new(LineString(ring.collect()), Vec::new());
        let shape = outline.try_map_coords(|at| {
            crs.to_crs84(at.x, at.y).map(|place| Coord {
                x: place.lon(),
                y: place.lat(),
            })
        })?;
        let shape = Geometry::from(MultiPolygon(vec![shape]));
        Ok(Self {
            boxes: BBox::of(&shape).into_iter().collect(),
            shape,
            is_box: false,
        })
    }

    /// Boxes in CRS84 that hold the window.
    pub fn boxes(&self) -> &[BBox] {
        &self.boxes
    }

    /// The window as a shape in CRS84.
    pub fn shape(&self) -> &Geometry {
        &self.shape
    }

    /// The same, for keeps.
    pub fn into_shape(self) -> Geometry {
        self.shape
    }

    /// Whether the box of `geometry` surely lies within; quick.
    pub fn holds(&self, geometry: &Geometry) -> bool {
        self.is_box
            && BBox::of(geometry)
                .is_some_and(|bbox| self.boxes.iter().any(|window| window.holds(bbox)))
    }
}
