//! GCJ-02 and BD-09: WGS 84 with a shift that is not published; the open formulas reproduce it to about a metre.
//!
//! Source of the formulas: the public test suites named in `geodata/facts/coordinate_test_vectors.json`, which they
//! meet. Whatever went through here is uncertain by about 1 m (DOMAIN: 0.7 m at most against 332 city fixtures).

use std::f64::consts::PI;

use crate::geometry::Coord;

/// Semi-major axis of Krassowsky's ellipsoid as the shift uses it, metres.
const A: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const E2: f64 = 0.006_693_421_622_965_943;
/// π times 3000/180: the phase of Baidu's second shift.
const BAIDU: f64 = PI * 3000.0 / 180.0;
/// Rounds of the inverse stop when a round moves less than this, degrees (0.1 mm is 1e-9).
const ENOUGH: f64 = 1e-11;

/// Whether the shift applies: the box that public implementations agree on. Outside, GCJ-02 is WGS 84.
pub(super) fn in_box(at: Coord) -> bool {
    (72.004..=137.8347).contains(&at.x) && (0.8293..=55.8271).contains(&at.y)
}

/// GCJ-02 of a WGS 84 place.
pub(super) fn to_gcj02(at: Coord) -> Coord {
    if !in_box(at) {
        return at;
    }
    let (x, y) = (at.x - 105.0, at.y - 35.0);
    let root = x.abs().sqrt();
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let (sin, cos) = at.y.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    Coord {
        x: at.x + (east / (A / w * cos)).to_degrees(),
        y: at.y + (north / (A * (1.0 - E2) / (w2 * w))).to_degrees(),
    }
}

/// WGS 84 of a GCJ-02 place, iterated until it maps back within 1e-9 degrees.
pub(super) fn from_gcj02(at: Coord) -> Coord {
    if in_box(at) { undo(to_gcj02, at) } else { at }
}

/// BD-09 of a GCJ-02 place.
fn add_baidu(at: Coord) -> Coord {
    let radius = at.x.hypot(at.y) + 0.000_02 * (at.y * BAIDU).sin();
    let angle = at.y.atan2(at.x) + 0.000_003 * (at.x * BAIDU).cos();
    let (sin, cos) = angle.sin_cos();
    Coord {
        x: radius * cos + 0.0065,
        y: radius * sin + 0.006,
    }
}

/// BD-09 of a WGS 84 place.
pub(super) fn to_bd09(at: Coord) -> Coord {
    add_baidu(to_gcj02(at))
}

/// WGS 84 of a BD-09 place; both shifts are iterated, the usual closed inverse is 0.13 m off.
pub(super) fn from_bd09(at: Coord) -> Coord {
    from_gcj02(undo(add_baidu, at))
}

/// The place that `shift` takes to `target`. The shifts change by less than a hundredth of the way, so each round
/// gains two digits and more; on the very edge of the box, where the shift jumps, the last round stands.
fn undo(shift: fn(Coord) -> Coord, target: Coord) -> Coord {
    let mut place = target;
    for _ in 0..20 {
        let miss = shift(place) - target;
        place = place - miss;
        if miss.x.abs() < ENOUGH && miss.y.abs() < ENOUGH {
            break;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_and_back_within_a_billionth_of_a_degree(x in 73.0..136.0f64, y in 4.0..54.0f64) {
            let place = Coord { x, y };
            let gcj = from_gcj02(to_gcj02(place));
            let bd = from_bd09(to_bd09(place));
            for back in [gcj, bd] {
                prop_assert!((back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-9, "{back:?}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_country_come_back_too() {
        // West, east, north and south ends, and places by the borders: Tashkurgan, Fuyuan, Mohe, Zengmu, Sansha,
        // Hong Kong, Macau, Dandong, Ruili, Horgos, Yadong.
        for (x, y) in [
            (73.5, 39.4),
            (75.23, 37.77),
            (135.09, 48.45),
            (122.5, 53.56),
            (112.28, 3.86),
            (112.35, 16.83),
            (114.17, 22.28),
            (113.54, 22.19),
            (124.39, 40.13),
            (97.85, 24.01),
            (80.42, 44.21),
            (88.9, 27.48),
        ] {
            let place = Coord { x, y };
            for back in [
                from_gcj02(to_gcj02(place)),
                from_bd09(to_bd09(place)),
                undo(add_baidu, add_baidu(place)),
            ] {
                assert!(
                    (back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-9,
                    "{place:?} {back:?}"
                );
            }
        }
    }
}
