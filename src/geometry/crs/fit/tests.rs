//! Fits against transformations that are known.

use proptest::prelude::*;

use super::super::Crs;
use super::*;

/// Twelve places of a subdistrict.
fn places() -> Vec<LonLat> {
    (0..12)
        .map(|i| {
            let (column, row) = (f64::from(i % 4), f64::from(i / 4));
            LonLat::new(108.95 + 0.011 * column + 0.002 * row, 34.21 + 0.009 * row).unwrap()
        })
        .collect()
}

/// The same places in the plane of EPSG:4545, turned, scaled and shifted as a city's own system is.
fn local(place: LonLat, turn: f64, scale: f64, shift: (f64, f64)) -> Coord {
    let at = Crs::parse("EPSG:4545").unwrap().coords_of(place);
    let (sin, cos) = turn.sin_cos();
    Coord {
        x: scale * (cos * at.x - sin * at.y) + shift.0,
        y: scale * (sin * at.x + cos * at.y) + shift.1,
    }
}

fn points(of: &[LonLat], from: impl Fn(LonLat) -> Coord) -> Vec<ControlPoint> {
    of.iter()
        .zip(1..)
        .map(|(to, number)| ControlPoint {
            name: format!("K{number}"),
            from: from(*to),
            to: *to,
        })
        .collect()
}

proptest! {
    #[test]
    fn four_parameters_find_any_turn_and_shift(
        turn in -0.1..0.1f64, scale in 0.999..1.001f64, x in -4e5..4e5f64, y in -4e6..4e6f64,
    ) {
        let all = places();
        let system = |place| local(place, turn, scale, (x, y));
        let fit = Fit::of(&points(&all[..5], system), Method::Four, None).unwrap();
        prop_assert!(fit.rms_m < 1e-4 && (fit.scale * scale - 1.0).abs() < 1e-8);
        for place in &all {
            let at = system(*place);
            prop_assert!(distance_m(fit.to_crs84(at.x, at.y).unwrap(), *place) < 1e-3);
        }
    }
}

/// Xian 1980 as it would be if its shift were this one: EPSG:2381 numbers of places shifted by tens of metres.
fn old(place: LonLat) -> Coord {
    let at = Crs::parse("EPSG:4545").unwrap().coords_of(place);
    // The ellipsoids differ by metres in the northing; what is left over after seven parameters is theirs.
    Coord {
        x: at.x + 58.3 + 1e-6 * at.y,
        y: at.y - 21.7,
    }
}

#[test]
fn seven_parameters_find_the_shift_of_an_old_datum() {
    let all = places();
    let zone = OldZone::parse("EPSG:2381");
    let fit = Fit::of(&points(&all[..8], old), Method::Seven, zone).unwrap();
    assert!(fit.rms_m < 0.02, "{}", fit.rms_m);
    for place in &all {
        let at = old(*place);
        let off = distance_m(fit.to_crs84(at.x, at.y).unwrap(), *place);
        assert!(off < 0.03, "{off}");
    }
    assert!(fit.beyond(589_000.0, 3_789_000.0) < 1.0);
    assert!(fit.beyond(689_000.0, 3_789_000.0) > 10.0);
    assert_eq!(
        Fit::of(&points(&all, old), Method::Seven, None),
        Err(FitError::WhichZone)
    );
}

#[test]
fn northing_before_easting_is_seen_by_what_is_left_over() {
    let all = places();
    let exchanged = |place| {
        let at = local(place, 0.01, 1.0, (0.0, 0.0));
        Coord { x: at.y, y: at.x }
    };
    let fit = Fit::of(&points(&all, exchanged), Method::Four, None).unwrap();
    assert!(fit.is_north_first && fit.rms_m < 1e-4);
    let at = exchanged(all[7]);
    assert!(distance_m(fit.to_crs84(at.x, at.y).unwrap(), all[7]) < 1e-3);
}

#[test]
fn points_that_are_no_use_are_refused() {
    let all = places();
    let plain = |place| local(place, 0.0, 1.0, (0.0, 0.0));
    let four = |points: &[ControlPoint]| Fit::of(points, Method::Four, None);
    let all_points = points(&all, plain);
    assert_eq!(
        four(&all_points[..2]),
        Err(FitError::TooFew {
            given: 2,
            needed: 3
        })
    );
    let near: Vec<LonLat> = (0..5)
        .map(|i| LonLat::new(108.95 + 1e-5 * f64::from(i), 34.21).unwrap())
        .collect();
    assert!(matches!(
        four(&points(&near, plain)),
        Err(FitError::BadGeometry { .. })
    ));
    let line: Vec<LonLat> = (0..5)
        .map(|i| LonLat::new(108.95 + 0.01 * f64::from(i), 34.21).unwrap())
        .collect();
    assert!(four(&points(&line, plain)).is_ok());
    let zone = OldZone::parse("EPSG:2381");
    assert!(matches!(
        Fit::of(&points(&line, plain), Method::Seven, zone),
        Err(FitError::BadGeometry { .. })
    ));
    let mut wrong = all_points.clone();
    wrong[3].from.x += 90.0;
    let Err(FitError::DoesNotFit { worst, .. }) = four(&wrong) else {
        panic!("a point that is 90 m off was taken")
    };
    assert_eq!(worst, "K4");
    let feet = |place| local(place, 0.0, 3.28, (0.0, 0.0));
    assert!(matches!(
        four(&points(&all, feet)),
        Err(FitError::Scale { .. })
    ));
    for error in [FitError::WhichZone, FitError::Scale { scale: 0.3 }] {
        assert!(!error.zh().is_empty() && !error.to_string().is_empty());
    }
}
