use geo::{Area, polygon};
use proptest::prelude::*;

use super::*;

/// Rings in millionths of a degree (about 0.1 m) around a place in Xi'an.
fn ring(corners: &[(f64, f64)]) -> LineString {
    corners
        .iter()
        .map(|(x, y)| (108.96 + x * 1e-5, 34.22 + y * 1e-5))
        .collect()
}

fn area(rings: &[&[(f64, f64)]]) -> Geometry {
    let mut rings = rings.iter().map(|corners| ring(corners));
    let outline = rings.next().unwrap();
    Polygon::new(outline, rings.collect()).into()
}

const SQUARE: &[(f64, f64)] = &[(0., 0.), (100., 0.), (100., 100.), (0., 100.), (0., 0.)];

fn units(geometry: &Geometry) -> f64 {
    geometry.unsigned_area() * 1e10
}

/// What [`mend`] says of outlines: the area in square units, or the fault's name.
fn outcome(geometry: Geometry) -> Result<(f64, Repairs), String> {
    let mended = mend(geometry).map_err(|fault| {
        let text = format!("{fault:?}");
        text.split([' ', '(']).next().unwrap_or_default().to_owned()
    })?;
    assert!(check(&mended.geometry).is_ok(), "what was mended is sound");
    Ok((units(&mended.geometry), mended.repairs))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.5
}

#[test]
fn sound_shapes_stay_as_they_are() {
    let sound = area(&[
        SQUARE,
        &[(20., 20.), (20., 40.), (40., 40.), (40., 20.), (20., 20.)],
    ]);
    let mended = mend(sound.clone()).unwrap();
    assert_eq!(mended.geometry, sound);
    assert_eq!(mended.repairs, Repairs::default());
}

#[test]
fn small_faults_are_mended_and_counted() {
    let turned = area(&[&[(0., 0.), (0., 100.), (100., 100.), (100., 0.), (0., 0.)]]);
    let (whole, repairs) = outcome(turned).unwrap();
    assert!(close(whole, 1e4) && repairs.turned == 1 && repairs.is_silent());
    let repeated = area(&[&[
        (0., 0.),
        (100., 0.),
        (100., 0.),
        (100., 100.),
        (0., 100.),
        (0., 0.),
    ]]);
    let (whole, repairs) = outcome(repeated).unwrap();
    assert!(close(whole, 1e4) && repairs.repeated == 1 && !repairs.is_silent());
    let flat_hole = area(&[SQUARE, &[(20., 20.), (30., 30.), (20., 20.)]]);
    assert!(
        outcome(flat_hole)
            .is_ok_and(|(whole, repairs)| close(whole, 1e4) && repairs.flat_holes == 1)
    );
}

#[test]
fn outlines_with_one_reading_are_resolved() {
    let bow_tie = area(&[&[(0., 0.), (100., 100.), (100., 0.), (0., 100.), (0., 0.)]]);
    let Geometry::MultiPolygon(wings) = mend(bow_tie.clone()).unwrap().geometry else {
        panic!("two wings")
    };
    assert_eq!(wings.0.len(), 2);
    assert!(
        matches!(check(&bow_tie), Err(ShapeError::Crossing { at }) if (at.x - 108.9605).abs() < 1e-9)
    );
    let cases: [(&str, Geometry, f64); 4] = [
        ("bow-tie", bow_tie, 5000.0),
        (
            "spike",
            area(&[&[
                (0., 0.),
                (100., 0.),
                (100., 100.),
                (150., 100.),
                (100., 100.),
                (0., 100.),
                (0., 0.),
            ]]),
            1e4,
        ),
        (
            "outline that touches itself and leaves a hole",
            area(&[&[
                (0., 0.),
                (50., 0.),
                (30., 40.),
                (70., 40.),
                (50., 0.),
                (100., 0.),
                (100., 100.),
                (0., 100.),
                (0., 0.),
            ]]),
            1e4 - 800.0,
        ),
        (
            "hole on the edge",
            area(&[
                SQUARE,
                &[(0., 20.), (20., 20.), (20., 40.), (0., 40.), (0., 20.)],
            ]),
            9600.0,
        ),
    ];
    for (what, shape, wanted) in cases {
        let (found, repairs) = outcome(shape).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert!(
            close(found, wanted) && repairs.crossings == 1,
            "{what}: {found}"
        );
    }
}

#[test]
fn parts_that_share_an_edge_become_one() {
    let right = ring(&[
        (100., 0.),
        (200., 0.),
        (200., 100.),
        (100., 100.),
        (100., 0.),
    ]);
    let both = MultiPolygon::new(vec![
        Polygon::new(ring(SQUARE), vec![]),
        Polygon::new(right, vec![]),
    ]);
    let mended = mend(both.into()).unwrap();
    assert!(matches!(&mended.geometry, Geometry::MultiPolygon(parts) if parts.0.len() == 1));
    assert!(close(units(&mended.geometry), 2e4));
}

#[test]
fn outlines_with_two_readings_are_refused() {
    let star: Vec<(f64, f64)> = [0, 2, 4, 1, 3, 0]
        .iter()
        .map(|i| (f64::from(*i) * 72.0_f64.to_radians()).sin_cos())
        .map(|(x, y)| (50.0 * x, 50.0 * y))
        .collect();
    let twice: Vec<(f64, f64)> = SQUARE
        .iter()
        .chain(SQUARE.iter().skip(1))
        .copied()
        .collect();
    let hole_outside = [
        SQUARE,
        &[(200., 20.), (220., 20.), (220., 40.), (200., 20.)][..],
    ];
    for (shape, wanted) in [
        (area(&[&star]), "Crossing"),
        (area(&[&twice]), "Crossing"),
        (area(&hole_outside), "Nesting"),
        (area(&[SQUARE, SQUARE]), "NoArea"),
        (
            area(&[&[(0., 0.), (100., 0.), (50., 0.), (0., 0.)]]),
            "NoArea",
        ),
        (
            area(&[&[(0., 0.), (100., 0.), (0., 0.)]]),
            "TooFewPositions",
        ),
        (Geometry::MultiPolygon(MultiPolygon::new(vec![])), "Empty"),
        (Point::new(f64::NAN, 1.0).into(), "Place"),
        (Point::new(34.22, 108.96).into(), "Place"),
        (
            LineString::new(vec![Coord { x: 1.0, y: 1.0 }; 3]).into(),
            "TooFewPositions",
        ),
    ] {
        assert_eq!(outcome(shape).err().as_deref(), Some(wanted));
    }
}

#[test]
fn holes_that_cut_the_inside_in_two_are_seen() {
    // Two touches with the outline: the hole is a bridge from side to side.
    let cut = area(&[
        SQUARE,
        &[(0., 50.), (50., 40.), (100., 50.), (50., 60.), (0., 50.)],
    ]);
    assert!(matches!(check(&cut), Err(ShapeError::Crossing { .. })));
    let Geometry::MultiPolygon(halves) = mend(cut).unwrap().geometry else {
        panic!("two halves")
    };
    assert_eq!(halves.0.len(), 2);
    let touching_once = area(&[SQUARE, &[(0., 50.), (50., 60.), (50., 40.), (0., 50.)]]);
    assert!(check(&touching_once).is_ok());
    let through_a_corner = area(&[
        SQUARE,
        &[
            (50., 50.),
            (100., 100.),
            (150., 50.),
            (100., 20.),
            (50., 50.),
        ],
    ]);
    assert!(check(&through_a_corner).is_err());
}

#[test]
fn an_island_in_a_lake_is_sound_and_one_on_land_is_not() {
    let hole: &[(f64, f64)] = &[(20., 20.), (20., 80.), (80., 80.), (80., 20.), (20., 20.)];
    let island = ring(&[(40., 40.), (60., 40.), (60., 60.), (40., 60.), (40., 40.)]);
    let lake = MultiPolygon::new(vec![
        Polygon::new(ring(SQUARE), vec![ring(hole)]),
        Polygon::new(island.clone(), vec![]),
    ]);
    assert!(check(&lake.into()).is_ok());
    let land = MultiPolygon::new(vec![
        Polygon::new(ring(SQUARE), vec![]),
        Polygon::new(island, vec![]),
    ]);
    assert!(matches!(
        check(&land.into()),
        Err(ShapeError::Nesting { .. })
    ));
}

#[test]
fn kinds_change_only_where_nothing_is_lost() {
    let square: Geometry = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)].into();
    assert!(
        areas_of(&square).is_some() && lines_of(&square).is_none() && point_of(&square).is_none()
    );
    let one = Geometry::MultiPoint(geo::MultiPoint::new(vec![Point::new(1.0, 2.0)]));
    assert_eq!(point_of(&one), Some(Point::new(1.0, 2.0)));
}

#[test]
fn a_scribble_is_refused_in_time() {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for i in 0..3000 {
        let x = f64::from(i);
        corners.extend([(x, 0.0), (x + 900.0, 900.0)]);
    }
    corners.push((0.0, -10.0));
    corners.push((0.0, 0.0));
    let begun = std::time::Instant::now();
    assert!(matches!(
        mend(area(&[&corners])),
        Err(ShapeError::TooIntricate { .. })
    ));
    assert!(begun.elapsed().as_secs() < 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Whatever comes in, what comes out is sound, and nothing panics.
    #[test]
    fn what_is_mended_is_sound(rings in prop::collection::vec(prop::collection::vec((0i32..12, 0i32..12), 0..9), 1..4)) {
        let rings: Vec<LineString> = rings
            .iter()
            .map(|r| r.iter().map(|(x, y)| (108.0 + f64::from(*x) * 1e-4, 34.0 + f64::from(*y) * 1e-4)).collect())
            .collect();
        let shape = MultiPolygon::new(rings.into_iter().map(|r| Polygon::new(r, vec![])).collect());
        if let Ok(mended) = mend(shape.into()) {
            let checked = check(&mended.geometry);
            prop_assert!(checked.is_ok(), "{:?}", checked);
        }
    }
}
