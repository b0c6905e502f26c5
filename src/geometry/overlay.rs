//! What rings that cross, touch or overlap enclose, as valid areas.
//!
//! [`geo::BooleanOps`] does the same for valid shapes. It is built on an earlier version of this library that now and then
//! panics where rings touch in many places, so rings of which nothing is known come here.

use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::core::solver::Solver;
use i_overlay::float::overlay::{FloatOverlay, OverlayOptions};
use i_overlay::i_float::int::point::IntPoint;

use super::{LineString, MultiPolygon, Polygon};

pub(crate) use i_overlay::core::fill_rule::FillRule;

/// The area that `rings` enclose by the rule, in their plane. Crossings lie on a grid of 2^30 steps or so over the extent.
pub(crate) fn filled<'a>(
    rings: impl Iterator<Item = &'a LineString>,
    rule: FillRule,
) -> MultiPolygon {
    let path =
        |ring: &LineString| -> Vec<[f64; 2]> { ring.0.iter().map(|at| [at.x, at.y]).collect() };
    let rings: Vec<Vec<[f64; 2]>> = rings.map(path).collect();
    let mut overlay = FloatOverlay::<[f64; 2], i32>::from_subj_custom(
        &rings,
        OverlayOptions::ogc(),
        Solver::default(),
    );
    let polygon = |rings: Vec<Vec<[f64; 2]>>| {
        let ring = |path: Vec<[f64; 2]>| -> LineString { path.into_iter().collect() };
        let mut rings = rings.into_iter().map(ring);
        let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outline, rings.collect())
    };
    let areas = overlay.overlay(OverlayRule::Subject, rule);
    areas.into_iter().map(polygon).collect()
}

/// The area that open rings of whole numbers enclose by the rule: polygons of open rings, the outline first. Crossings are
/// rounded, and what comes of it is valid on the grid, where rings may touch in a point; only of tangles of several rings
/// that touch in many points, about one in 100,000 gets a hole in the wrong outline.
pub(crate) fn filled_on_grid<'a>(
    rings: impl Iterator<Item = &'a [[i64; 2]]>,
    rule: FillRule,
) -> Vec<Vec<Vec<[i64; 2]>>> {
    let mut overlay = Overlay::<i64>::new_custom(0, IntOverlayOptions::ogc(), Solver::default());
    for ring in rings {
        let cells = ring.iter().map(|&[x, y]| IntPoint::new(x, y));
        overlay.add_path_iter(cells, ShapeType::Subject);
    }
    let polygon = |rings: Vec<Vec<IntPoint<i64>>>| {
        let ring = |cells: Vec<IntPoint<i64>>| cells.into_iter().map(|at| [at.x, at.y]).collect();
        rings.into_iter().map(ring).collect()
    };
    let areas = overlay.overlay(OverlayRule::Subject, rule);
    areas.into_iter().map(polygon).collect()
}

#[cfg(test)]
mod tests {
    use geo::{Area, Euclidean, Length, Validation};
    use proptest::prelude::*;
    use proptest::test_runner::Config;

    use super::*;

    fn place(&[x, y]: &[i64; 2]) -> (f64, f64) {
        let along = |n: i64| f64::from(i32::try_from(n).unwrap());
        (along(x), along(y))
    }

    fn polygons(of: &[Vec<Vec<[i64; 2]>>]) -> MultiPolygon {
        let ring = |ring: &Vec<[i64; 2]>| -> LineString { ring.iter().map(place).collect() };
        let polygon = |rings: &Vec<Vec<[i64; 2]>>| {
            let mut rings = rings.iter().map(ring);
            Polygon::new(rings.next().unwrap(), rings.collect())
        };
        of.iter().map(polygon).collect()
    }

    #[test]
    fn a_bow_tie_is_two_triangles_and_a_ring_drawn_twice_is_one() {
        let bow_tie = [[0, 0], [4, 4], [4, 0], [0, 4]];
        let area = polygons(&filled_on_grid(
            [&bow_tie[..]].into_iter(),
            FillRule::EvenOdd,
        ));
        assert_eq!((area.0.len(), area.unsigned_area()), (2, 8.0));
        let square: LineString = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0)]
            .into_iter()
            .collect();
        let twice = || [&square, &square].into_iter();
        assert!((filled(twice(), FillRule::NonZero).unsigned_area() - 4.0).abs() < 1e-6);
        assert_eq!(filled(twice(), FillRule::EvenOdd).0.len(), 0);
    }

    /// Two triangles with a hole in each, rounded to a grid: geo's own union panics on them.
    #[test]
    fn rings_that_touch_in_many_places_come_apart() {
        let rings = [
            vec![[15, 71], [13, 66], [14, 64], [16, 71], [16, 72]],
            vec![[16, 71], [15, 67], [14, 68]],
            vec![
                [2189, 73],
                [2188, 73],
                [2188, 71],
                [2186, 66],
                [2187, 64],
                [2188, 71],
                [2189, 71],
            ],
            vec![[2188, 71], [2187, 67], [2187, 68]],
        ];
        let area = polygons(&filled_on_grid(
            rings.iter().map(Vec::as_slice),
            FillRule::NonZero,
        ));
        assert!(area.is_valid() && area.unsigned_area() > 0.0, "{area:?}");
    }

    proptest! {
        #![proptest_config(Config { cases: 2_000, ..Config::default() })]
        #[test]
        fn any_ring_makes_a_valid_area(
            ring in prop::collection::vec((0..12_i64, 0..12_i64), 3..20),
            is_odd: bool,
        ) {
            let far = |(x, y): &(i64, i64)| [1_089_000_000 + x, 342_000_000 + y];
            let cells: Vec<[i64; 2]> = ring.iter().map(far).collect();
            let rule = if is_odd { FillRule::EvenOdd } else { FillRule::NonZero };
            let area = polygons(&filled_on_grid(std::iter::once(cells.as_slice()), rule));
            prop_assert!(area.is_valid(), "{:?}", area);
            // a crossing moves by less than a cell on the grid, and its edges with it
            let line: LineString = cells.iter().chain(cells.first()).map(place).collect();
            let exact = filled(std::iter::once(&line), rule).unsigned_area();
            prop_assert!((area.unsigned_area() - exact).abs() <= Euclidean.length(&line));
        }
    }
}
