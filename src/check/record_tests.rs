//! Records, broken shapes, the forms of the answer, and the time it takes.
#![expect(clippy::print_stderr, reason = "a test on time says the time")]

use std::time::Instant;

use super::tests::codes;
use super::town::{FIRST, SECOND, THIRD, Town, WHOLE, tiled};
use super::*;
use crate::domain::{LayerId, Value};
use crate::geometry::{LineString, Polygon};
use crate::map::LayerTable;

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
    assert_eq!(broken, ["G4", "G5", "X1", "B1"]);
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
    let records: usize = map.layers().map(LayerTable::len).sum();
    eprintln!("{records} records checked in {took:?}");
    assert!(took.as_secs() < 10);
}

#[test]
fn codes_by_the_rule_that_is_followed() {
    let mut town = Town::new();
    let shape = town.area(WHOLE);
    town.put(LayerId::SUBDISTRICTS, "610113002", Some(shape.clone()), &[]);
    let values = [("subdistrict_code", "610113002".into())];
    town.put(LayerId::COMMUNITIES, "610113002001", Some(shape), &values);
    let squares = [
        ("610113002001002", (0.0, 200.0)),
        // wholly south-east of the second, with a smaller number
        ("610113002001001", (200.0, 0.0)),
        ("610113002001J03", (400.0, 0.0)),
        ("610113002009001", (400.0, 200.0)),
        ("610113002001000", (200.0, 200.0)),
    ];
    for (code, (x, y)) in squares {
        let corners = [(x, y), (x + 90.0, y), (x + 90.0, y + 90.0), (x, y + 90.0)];
        town.grid(code, "610113002001", &corners);
    }
    for code in ["61011300200100001", "61011300200100000", "B-1"] {
        let place = town.area(&[(10., 10.), (20., 10.), (20., 20.), (10., 20.)]);
        town.put(LayerId::BUILDINGS, code, Some(place), &[]);
    }
    let broken = |code_rule| {
        let settings = Settings {
            code_rule,
            ..Settings::default()
        };
        let faults = check_with(&town.map(), settings).into_iter();
        let faults = faults.filter(|fault| fault.kind == FaultKind::CodeRule);
        let mut codes: Vec<String> = faults.map(|fault| fault.codes[0].to_string()).collect();
        codes.sort();
        codes
    };
    assert!(broken(CodeRule::None).is_empty());
    let always = ["610113002001000", "610113002001001"];
    assert_eq!(
        broken(CodeRule::Db6101),
        [
            &always[..],
            &["61011300200100000", "610113002009001", "B-1"]
        ]
        .concat()
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    assert_eq!(
        broken(CodeRule::UnitGrid15),
        [&always[..], &["610113002001J03", "610113002009001"]].concat()
    );
    let page = to_html("检查", &check(&town.map()));
    assert!(page.contains("<svg") && page.contains("href=\"#f1\"") && page.contains("id=\"f1\""));
    assert!(page.matches("<circle").count() > 3 && page.contains(" m</text>"));
}
