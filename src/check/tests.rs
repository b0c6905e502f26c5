use std::sync::Arc;

use geo::MapCoords;

use super::town::{FIRST, SECOND, THIRD, Town, WHOLE, tiled};
use super::*;
use crate::domain::{LayerId, Value};
use crate::geometry::Coord;
use crate::geometry::measure::area_m2;

pub(super) fn kinds(faults: &[Fault]) -> Vec<FaultKind> {
    faults.iter().map(|fault| fault.kind).collect()
}

pub(super) fn codes(fault: &Fault) -> Vec<&str> {
    fault.codes.iter().map(AsRef::as_ref).collect()
}

#[test]
fn borders_that_are_shared_are_no_fault() {
    let faults = tiled(SECOND).faults();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A corner on a neighbour's straight side that the neighbour does not have, in files of seven decimals.
#[test]
fn corners_on_a_straight_side_are_no_fault_in_seven_decimals() {
    let slant = |t: f64| (200.0 + 37.0 * t, 300.0 * t);
    let mut right = vec![(600., 0.), (600., 300.)];
    right.extend((0..=7).rev().map(|k| slant(f64::from(k) / 7.0)));
    let mut town = Town::new();
    town.community("C", WHOLE);
    town.grid("G1", "C", &[(0., 0.), slant(0.0), slant(1.0), (0., 300.)]);
    town.grid("G2", "C", &right);
    for (_, feature) in &mut town.change.upserts {
        let feature = Arc::make_mut(feature);
        let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
        feature.geometry = feature.geometry.take().map(|shape| {
            Box::new(shape.map_coords(|at| Coord {
                x: rounded(at.x),
                y: rounded(at.y),
            }))
        });
    }
    let faults = town.faults();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_corner_moved_by_two_metres_is_an_overlap_and_a_gap_of_both_grids() {
    // The corner (210.3, 100.7) of the second grid, two metres to the west: into the first.
    let mut second = SECOND.to_vec();
    second[5].0 -= 2.0;
    let faults = tiled(&second).faults();
    assert_eq!(kinds(&faults), [FaultKind::Overlap]);
    let overlap = &faults[0];
    assert_eq!(codes(overlap), ["G1", "G2"]);
    // A triangle two metres wide between corners 200.9 m apart.
    let area = overlap.area_m2.unwrap();
    assert!((area - 200.9).abs() < 1.0, "{area}");
    let place = overlap.place.unwrap();
    assert!((place.lon() - 108.9642).abs() < 0.003 && (place.lat() - 34.2184).abs() < 0.003);
    assert!(
        overlap.zh.contains("G1(名G1)") && overlap.zh.contains("G2") && overlap.en.contains("m²")
    );

    // To the east: away from the first.
    let mut second = SECOND.to_vec();
    second[5].0 += 2.0;
    let faults = tiled(&second).faults();
    assert_eq!(kinds(&faults), [FaultKind::Gap]);
    assert_eq!(codes(&faults[0]), ["G1", "G2"]);
    assert!((faults[0].area_m2.unwrap() - 200.9).abs() < 1.0);
    assert!(area_m2(faults[0].geometry.as_ref().unwrap()) > 199.0);

    // Along the border: a little of both.
    let mut second = SECOND.to_vec();
    second[5].1 += 2.0;
    let found = kinds(&tiled(&second).faults());
    assert!(
        !found.is_empty()
            && found
                .iter()
                .all(|kind| matches!(kind, FaultKind::Overlap | FaultKind::Gap)),
        "{found:?}"
    );
}

#[test]
fn a_missing_grid_a_sliver_and_a_grid_that_reaches_out() {
    let mut town = Town::new();
    town.community("C", WHOLE);
    town.grid("G1", "C", FIRST);
    town.grid("G3", "C", THIRD);
    let faults = town.faults();
    assert_eq!(kinds(&faults), [FaultKind::Gap]);
    assert_eq!(codes(&faults[0]), ["G1", "G3"]);

    let mut narrow = SECOND.to_vec();
    (narrow[1].0, narrow[2].0) = (399.99, 399.99);
    let faults = tiled(&narrow).faults();
    assert_eq!(kinds(&faults), [FaultKind::Sliver]);
    assert_eq!(codes(&faults[0]), ["G2", "G3"]);

    let mut town = tiled(SECOND);
    town.grid(
        "G4",
        "C",
        &[(600., 0.), (620., 0.), (620., 300.), (600., 300.)],
    );
    let faults = town.faults();
    assert!(
        kinds(&faults).contains(&FaultKind::OutsideParent) && codes(&faults[0]) == ["G4"],
        "{faults:#?}"
    );
}

#[test]
fn communities_tile_the_subdistrict_and_dedicated_grids_lie_in_one() {
    let mut town = Town::new();
    let whole = town.area(&[(0., 0.), (1200., 0.), (1200., 300.), (0., 300.)]);
    town.put(LayerId::SUBDISTRICTS, "S", Some(whole), &[]);
    for (code, x) in [("C1", 0.0), ("C2", 600.0)] {
        let outline: Vec<(f64, f64)> = WHOLE.iter().map(|(dx, y)| (x + dx, *y)).collect();
        let shape = town.area(&outline);
        town.put(
            LayerId::COMMUNITIES,
            code,
            Some(shape),
            &[("subdistrict_code", "S".into())],
        );
        town.grid(&format!("{code}-G"), code, &outline);
    }
    let dedicated = |town: &mut Town, code: &str, x: f64| {
        let shape = town.area(&[(x, 100.), (x + 100., 100.), (x + 100., 200.), (x, 200.)]);
        town.put(
            LayerId::GRIDS,
            code,
            Some(shape),
            &[
                ("community_code", "C1".into()),
                ("kind", "dedicated".into()),
            ],
        );
    };
    dedicated(&mut town, "D1", 100.0);
    assert!(town.faults().is_empty());
    dedicated(&mut town, "D2", 550.0);
    let faults = town.faults();
    assert_eq!(kinds(&faults), [FaultKind::DedicatedAcross]);
    assert_eq!(codes(&faults[0]), ["D2"]);
    let cut_out = check_with(
        &town.map(),
        Settings {
            dedicated: DedicatedGrids::CutOut,
            ..Settings::default()
        },
    );
    assert!(kinds(&cut_out).contains(&FaultKind::Overlap));
}

#[test]
fn houses_stand_where_they_belong() {
    let mut town = tiled(SECOND);
    let shape = town.area(&[(20., 20.), (120., 20.), (120., 120.), (20., 120.)]);
    let numbers = [
        ("grid_code", "G1".into()),
        ("building_count", 2.into()),
        ("entrance_count", 1.into()),
    ];
    town.put(
        LayerId::COMPOUNDS,
        "X1",
        Some(shape),
        &numbers.map(|(f, v): (_, Value)| (f, v)),
    );
    let shape = town.area(&[(110., 50.), (260., 50.), (260., 100.), (110., 100.)]);
    town.put(LayerId::COMPOUNDS, "X2", Some(shape), &[]);
    for (code, x) in [("B1", 30.0), ("B2", 44.0), ("B3", 115.0)] {
        let shape = town.area(&[(x, 30.), (x + 15., 30.), (x + 15., 40.), (x, 40.)]);
        town.put(
            LayerId::BUILDINGS,
            code,
            Some(shape),
            &[("compound_code", "X1".into())],
        );
    }
    let (near, far) = (town.point(37.0, 27.0), town.point(37.0, 18.0));
    town.put(
        LayerId::ENTRANCES,
        "E1",
        Some(near),
        &[("building_code", "B1".into())],
    );
    town.put(
        LayerId::ENTRANCES,
        "E2",
        Some(far),
        &[("building_code", "B1".into())],
    );
    town.put(
        LayerId::HOUSEHOLDS,
        "H1",
        None,
        &[("entrance_code", "E1".into())],
    );
    town.put(LayerId::HOUSEHOLDS, "H2", None, &[]);
    town.put(
        LayerId::HOUSEHOLDS,
        "H3",
        None,
        &[("entrance_code", "E9".into())],
    );
    let away = town.point(-500.0, 0.0);
    town.put(LayerId::FACILITIES, "F1", Some(away), &[]);
    let faults = town.faults();
    let of = |kind: FaultKind| -> Vec<Vec<&str>> {
        faults
            .iter()
            .filter(|f| f.kind == kind)
            .map(codes)
            .collect()
    };
    assert_eq!(of(FaultKind::CompoundAcross), [["X2"]]);
    assert_eq!(of(FaultKind::CompoundOverlap), [["X1", "X2"]]);
    assert_eq!(of(FaultKind::BuildingOutside), [["B3"]]);
    assert_eq!(of(FaultKind::BuildingOverlap), [["B1", "B2"]]);
    assert_eq!(of(FaultKind::EntranceOff), [["E2"]]);
    assert_eq!(of(FaultKind::HouseholdWithoutPlace), [["H2"]]);
    assert_eq!(of(FaultKind::Orphan), [["H3"]]);
    assert_eq!(of(FaultKind::OutsideEveryCommunity), [["F1"]]);
    assert_eq!(of(FaultKind::LedgerSum), [["X1"], ["X1"]]);
    assert_eq!(faults.len(), 10, "{faults:#?}");
    let off = faults
        .iter()
        .find(|f| f.kind == FaultKind::EntranceOff)
        .unwrap()
        .distance_m
        .unwrap();
    assert!((off - 12.0).abs() < 0.01, "{off}");
}
