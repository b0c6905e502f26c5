//! Which of several shapes or places is the nearest.

use super::flat::{Least, flat_least};
use super::nearest::{distance_to_m, may_be_nearest, metres_to};
use super::{LocalFrame, distance_m};
use crate::geometry::{BBox, Coord, Geometry, LonLat};

/// Boxes, each with what it is the box of and the square of the flat distance to it.
#[derive(Debug)]
pub struct Boxes<'a, T> {
    frame: &'a LocalFrame,
    place: LonLat,
    all: Vec<(f64, BBox, T)>,
}

impl<T> Boxes<'_, T> {
    /// Takes in a box.
    pub fn add(&mut self, bbox: BBox, of: T) {
        let flat = flat_to_box(self.frame, self.place, bbox);
        self.all.push((flat, bbox, of));
    }
}

/// Of what `boxes` adds, those that may be the nearest to `place`, each with its
/// [`distance_to_m`]; `shape_of` gives their shapes. The nearest is among them, and as a rule they are few: the flat frame
/// sorts the others out at a fraction of the cost, most of them by their boxes alone, without a look at their shapes.
pub fn nearest_few<'a, T>(
    place: LonLat,
    boxes: impl FnOnce(&mut Boxes<'_, T>),
    shape_of: impl Fn(&T) -> Option<&'a Geometry>,
) -> impl Iterator<Item = (f64, T)> {
    let frame = LocalFrame::around(place);
    let mut best_flat = f64::INFINITY;
    let mut limit = f64::INFINITY;
    let mut by_box = Boxes {
        frame: &frame,
        place,
        all: Vec::with_capacity(8),
    };
    boxes(&mut by_box);
    let mut by_box = by_box.all;
    by_box.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut few: Vec<(Least, T, BBox, &Geometry)> = Vec::with_capacity(by_box.len().min(4));
    for (to_box, bbox, which) in by_box {
        if to_box > limit {
            break;
        }
        let Some(shape) = shape_of(&which) else {
            continue;
        };
        let least = flat_least(&frame, shape);
        if least.metres2 < best_flat {
            best_flat = least.metres2;
            limit = may_be_nearest(place, best_flat.sqrt()).powi(2);
        }
        few.push((least, which, bbox, shape));
    }
    let here = BBox {
        west: place.lon(),
        south: place.lat(),
        east: place.lon(),
        north: place.lat(),
    };
    few.into_iter()
        .filter_map(move |(least, which, bbox, shape)| {
            let may_cover = bbox.meets(here);
            if least.metres2 > limit && !may_cover {
                return None;
            }
            let metres = if may_cover || matches!(shape, Geometry::Point(_)) {
                distance_to_m(place, shape)
            } else {
                metres_to(&frame, place, shape, &least)
            };
            Some((metres, which))
        })
}

/// Which of `places` is the nearest to `place`, and [`distance_m`] to it; of equals the first.
pub fn nearest_of(place: LonLat, places: &[LonLat]) -> Option<(usize, f64)> {
    if let [only] = places {
        return Some((0, distance_m(place, *only)));
    }
    let frame = LocalFrame::around(place);
    let flat = |there: LonLat| {
        let at = frame.to_metres(there.point().into());
        at.x * at.x + at.y * at.y
    };
    let least = places.iter().map(|there| flat(*there));
    let least = least.fold(f64::INFINITY, f64::min);
    let limit = may_be_nearest(place, least.sqrt()).powi(2);
    let all = places.iter().enumerate();
    all.filter(|(_, there)| flat(**there) <= limit)
        .map(|(number, there)| (number, distance_m(place, *there)))
        .min_by(|one, other| one.1.total_cmp(&other.1))
}

/// Square of the flat distance from `place` to the box; nothing in it is nearer.
fn flat_to_box(frame: &LocalFrame, place: LonLat, bbox: BBox) -> f64 {
    let nearest = frame.to_metres(Coord {
        x: place.lon().max(bbox.west).min(bbox.east),
        y: place.lat().max(bbox.south).min(bbox.north),
    });
    nearest.x * nearest.x + nearest.y * nearest.y
}

#[cfg(test)]
mod tests {
    use geo::polygon;
    use proptest::prelude::*;

    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    proptest! {
        #[test]
        fn the_nearest_is_among_the_few(
            lon in 73.0..135.0f64, lat in -60.0..60.0f64,
            houses in prop::collection::vec((-0.01..0.01f64, -0.01..0.01f64, 1e-5..1e-3f64), 1..30),
        ) {
            let place = at(lon, lat);
            let shapes: Vec<Geometry> = houses.iter().map(|(x, y, size)| {
                let (x, y) = (lon + x, lat + y);
                polygon![(x: x, y: y), (x: x + size, y: y), (x: x + size, y: y + size), (x: x, y: y + size)].into()
            }).collect();
            let all = shapes.iter().map(|shape| distance_to_m(place, shape)).fold(f64::INFINITY, f64::min);
            let boxed = |boxes: &mut Boxes<'_, _>| {
                for shape in &shapes {
                    boxes.add(BBox::of(shape).unwrap(), shape);
                }
            };
            let few: Vec<_> = nearest_few(place, boxed, |shape| Some(*shape)).collect();
            let least = few.iter().map(|(metres, _)| *metres).fold(f64::INFINITY, f64::min);
            prop_assert!(least.total_cmp(&all).is_eq(), "{} of {}: {least} {all}", few.len(), shapes.len());
        }
    }

    proptest! {
        #[test]
        fn of_places_the_nearest_is_found(
            lon in 73.0..135.0f64, lat in -60.0..60.0f64,
            steps in prop::collection::vec((-0.01..0.01f64, -0.01..0.01f64), 0..9),
            same in any::<bool>(),
        ) {
            let place = at(lon, lat);
            let mut places: Vec<_> = steps.iter().map(|(x, y)| at(lon + x, lat + y)).collect();
            if same {
                places.extend_from_within(..);
            }
            let all = places.iter().map(|there| distance_m(place, *there)).enumerate();
            // min_by gives the first of equals
            let wanted = all.min_by(|one, other| one.1.total_cmp(&other.1));
            prop_assert_eq!(nearest_of(place, &places), wanted);
        }
    }
}
