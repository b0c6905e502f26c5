#![expect(clippy::print_stderr, reason = "a test on time says the time")]

use std::sync::Arc;
use std::time::Instant;

use geo::MapCoords;

use super::town::{FIRST, SECOND, THIRD, Town, WHOLE, tiled};
use super::*;
use crate::domain::{LayerId, Value};
use crate::geometry::measure::area_m2;
use crate::geometry::{Coord, LineString, Polygon};

fn kinds(faults: &[Fault]) -> Vec<FaultKind> {
    faults.iter().map(|fault| fault.kind).collect()
}

fn codes(fault: &Fault) -> Vec<&str> {
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
            shape.map_coords(|at| Coord {
                x: rounded(at.x),
                y: rounded(at.y),
            })
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

#[test]
fn codes_sums_and_dates() {
    let mut town = Town::new();
    let shape = town.area(WHOLE);
    town.put(
        LayerId::COMMUNITIES,
        "C",
        Some(shape),
        &[("resident_count", 1000.into())],
    );
    for (code, corners, residents) in [("G1", FIRST, 300), ("G2", SECOND, 400), ("G3", THIRD, 299)]
    {
        let shape = town.area(corners);
        let values = [
            ("community_code", "C".into()),
            ("kind", "basic".into()),
            ("resident_count", residents.into()),
        ];
        town.put(LayerId::GRIDS, code, Some(shape), &values);
    }
    let place = town.point(10.0, 10.0);
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let moment = |text: &str| Value::Time(text.parse().unwrap());
    let closed = ("status", Value::from("closed"));
    let risks = [
        vec![
            ("found", day("2026-03-05")),
            ("deadline", day("2026-03-01")),
        ],
        vec![closed.clone()],
        vec![
            ("closed_on", day("2026-03-05")),
            ("status", "rectifying".into()),
        ],
        vec![
            closed,
            ("found", day("2026-03-01")),
            ("deadline", day("2026-03-09")),
            ("closed_on", day("2026-03-05")),
        ],
    ];
    for (i, values) in risks.iter().enumerate() {
        town.put(
            LayerId::RISK_POINTS,
            &format!("R{i}"),
            Some(place.clone()),
            values,
        );
    }
    let times = [
        ("reported_at", moment("2026-03-05T08:00:00Z")),
        ("deadline", moment("2026-03-05T07:59:59Z")),
    ];
    town.put(LayerId::CASES, "K", Some(place.clone()), &times);
    town.put(
        LayerId::FACILITIES,
        "F",
        Some(place.clone()),
        &[("grid_code", "G1".into())],
    );
    town.put(
        LayerId::FACILITIES,
        "F",
        Some(place),
        &[("grid_code", "G9".into())],
    );
    town.put(
        LayerId::POSTS,
        "P1",
        None,
        &[("level", "grid".into()), ("target_code", "G2".into())],
    );
    town.put(
        LayerId::POSTS,
        "P2",
        None,
        &[("level", "building".into()), ("target_code", "G2".into())],
    );
    let faults = town.faults();
    let of = |kind: FaultKind| -> Vec<Vec<&str>> {
        faults
            .iter()
            .filter(|f| f.kind == kind)
            .map(codes)
            .collect()
    };
    assert_eq!(of(FaultKind::LedgerSum), [["C"]]);
    assert_eq!(of(FaultKind::DateOrder), [["R0"], ["K"]]);
    assert_eq!(of(FaultKind::ClosedWithoutDate), [["R1"], ["R2"]]);
    assert_eq!(of(FaultKind::DuplicateCode), [["F", "F"]]);
    assert_eq!(of(FaultKind::Orphan), [["F"], ["P2"]]);
    assert_eq!(faults.len(), 8, "{faults:#?}");
    let sum = faults
        .iter()
        .find(|f| f.kind == FaultKind::LedgerSum)
        .unwrap();
    assert!(
        sum.zh.contains("1000") && sum.zh.contains("999") && sum.zh.ends_with("相差 1"),
        "{}",
        sum.zh
    );
}

#[test]
fn shapes_that_other_programs_broke_are_said_and_not_tripped_over() {
    let mut town = tiled(SECOND);
    town.grid("G4", "C", &[(10., 10.), (90., 90.), (90., 10.), (10., 90.)]);
    let nowhere = Polygon::new(
        LineString::from(vec![(f64::NAN, 0.0), (1.0, 200.0), (3.0, f64::INFINITY)]),
        vec![],
    );
    town.put(LayerId::BUILDINGS, "B1", Some(nowhere.clone().into()), &[]);
    town.put(
        LayerId::GRIDS,
        "G5",
        Some(nowhere.into()),
        &[("community_code", "C".into())],
    );
    town.put(LayerId::COMPOUNDS, "X1", Some(Polygon::empty().into()), &[]);
    let faults = town.faults();
    let broken: Vec<_> = faults
        .iter()
        .filter(|f| f.kind == FaultKind::BrokenShape)
        .map(|f| &*f.codes[0])
        .collect();
    assert_eq!(broken, ["B1", "X1", "G4", "G5"]);
    let crossing = faults.iter().find(|f| &*f.codes[0] == "G4").unwrap();
    assert!(crossing.place.is_some() && crossing.zh.contains("有误"));
}

#[test]
fn faults_as_geojson_json_and_a_page() {
    let mut second = SECOND.to_vec();
    second[5].0 -= 2.0;
    let mut town = tiled(&second);
    town.put(LayerId::HOUSEHOLDS, "H<2>", None, &[]);
    let faults = town.faults();
    let collection = to_geojson(&faults);
    assert!(
        collection
            .to_string()
            .parse::<geojson::FeatureCollection>()
            .is_ok(),
        "{collection}"
    );
    assert_eq!(collection["features"][0]["geometry"]["type"], "Polygon");
    assert_eq!(collection["features"][0]["properties"]["codes"][1], "G2");
    assert!(collection["features"][1]["geometry"].is_null());
    let list = to_json(&faults);
    assert_eq!(
        (&list["faults"], &list["kinds"][0]["kind"]),
        (&2.into(), &"overlap".into())
    );
    let page = to_html("检查报告 <测试>", &faults);
    assert!(
        page.contains("检查报告 &lt;测试&gt;")
            && page.contains("H&lt;2&gt;")
            && !page.contains("H<2>")
    );
    assert!(page.contains("重叠") && !page.contains("http"));
    assert!(to_html("检查", &[]).contains("没有发现问题"));
}

/// A subdistrict by the figures of `DESIGN.md` §1: sound, of crooked grids, and looked through in good time.
#[test]
fn a_whole_subdistrict_is_looked_through_in_time() {
    let mut town = Town::new();
    // Corners of a lattice, each moved a little; every side has twenty corners of its own that both sides share.
    let corner = |i: i32, j: i32| {
        let (x, y) = (f64::from(i), f64::from(j));
        (
            300.0 * x + 20.0 * (3.1 * x + 1.7 * y).sin(),
            300.0 * y + 20.0 * (2.3 * x - 1.1 * y).cos(),
        )
    };
    let side = |a: (f64, f64), b: (f64, f64)| {
        (0..20).map(move |k| {
            let t = f64::from(k) / 20.0;
            // The bulge is the same from both ends.
            let bulge = (t * (1.0 - t)) * 30.0 * ((a.0 + b.0) / 97.0).sin();
            (a.0 + (b.0 - a.0) * t + bulge, a.1 + (b.1 - a.1) * t + bulge)
        })
    };
    // From the lower to the higher end always, so that both neighbours have the very same numbers.
    let path = |a: (f64, f64), b: (f64, f64)| -> Vec<(f64, f64)> {
        if (a.0, a.1) <= (b.0, b.1) {
            side(a, b).collect()
        } else {
            let mut there: Vec<_> = side(b, a).skip(1).collect();
            there.push(a);
            there.reverse();
            there
        }
    };
    let ring = |corners: &[(i32, i32)]| -> Vec<(f64, f64)> {
        let next = corners.iter().cycle().skip(1);
        corners
            .iter()
            .zip(next)
            .flat_map(|(a, b)| path(corner(a.0, a.1), corner(b.0, b.1)))
            .collect()
    };
    for c in 0..30 {
        let (i, j) = ((c % 6) * 3, c / 6);
        let code = format!("C{c:02}");
        let outline = ring(&[
            (i, j),
            (i + 1, j),
            (i + 2, j),
            (i + 3, j),
            (i + 3, j + 1),
            (i + 2, j + 1),
            (i + 1, j + 1),
            (i, j + 1),
        ]);
        town.community(&code, &outline);
        for g in 0..3 {
            let i = i + g;
            town.grid(
                &format!("{code}-{g}"),
                &code,
                &ring(&[(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]),
            );
            let (x, y) = corner(i, j);
            for b in 0..8 {
                let (x, y) = (
                    x + 60.0 + 45.0 * f64::from(b % 4),
                    y + 80.0 + 60.0 * f64::from(b / 4),
                );
                let building = format!("{code}-{g}-{b}");
                let shape = town.area(&[(x, y), (x + 40., y), (x + 40., y + 12.), (x, y + 12.)]);
                town.put(LayerId::BUILDINGS, &building, Some(shape), &[]);
                for e in 0..3 {
                    let entrance = format!("{building}-{e}");
                    let place = town.point(x + 10.0 * f64::from(e), y - 1.0);
                    town.put(
                        LayerId::ENTRANCES,
                        &entrance,
                        Some(place),
                        &[("building_code", building.as_str().into())],
                    );
                    for h in 0..14 {
                        town.put(
                            LayerId::HOUSEHOLDS,
                            &format!("{entrance}-{h}"),
                            None,
                            &[("entrance_code", entrance.as_str().into())],
                        );
                    }
                }
            }
        }
    }
    let map = town.map();
    let begun = Instant::now();
    let faults = check(&map);
    let took = begun.elapsed();
    assert!(
        faults.is_empty(),
        "{} faults, first {:#?}",
        faults.len(),
        faults.first()
    );
    let records: usize = map.layers().map(|table| table.features().len()).sum();
    eprintln!("{records} records checked in {took:?}");
    assert!(took.as_secs() < 10);
}
