//! Against `geodata/facts/coordinate_test_vectors.json`, with the tolerances that it states.

use geo::polygon;
use serde_json::Value;

use super::*;
use crate::geometry::measure::distance_m;

fn vectors() -> Value {
    serde_json::from_str(include_str!(
        "../../../geodata/facts/coordinate_test_vectors.json"
    ))
    .unwrap()
}

fn pair(value: &Value) -> (f64, f64) {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

fn place(value: &Value) -> LonLat {
    let (lon, lat) = pair(value);
    LonLat::new(lon, lat).unwrap()
}

/// Metres between a place in `crs` and the pair that was expected, both read as degrees.
fn off(crs: Crs, from: LonLat, expected: &Value) -> f64 {
    let got = crs.coords_of(from);
    distance_m(LonLat::new(got.x, got.y).unwrap(), place(expected))
}

#[test]
fn points_in_xian_agree_with_proj() {
    let all = vectors();
    let points = all["xian_local_computed"].as_array().unwrap();
    assert_eq!(points.len(), 4);
    for point in points {
        let wgs84 = place(&point["wgs84"]);
        for code in [4524, 4545, 4508, 4497, 3857, 32649] {
            let crs = Crs::parse(&format!("EPSG:{code}")).unwrap();
            let key = if code == 3857 {
                "epsg3857_EN".to_owned()
            } else {
                format!("epsg{code}_EN")
            };
            let (x, y) = pair(&point[key.as_str()]);
            let got = crs.coords_of(wgs84);
            // The file has four places of metres, so 0.05 mm of its own.
            assert!(
                (got.x - x).abs() < 1e-4 && (got.y - y).abs() < 1e-4,
                "{crs} {got:?} {x} {y}"
            );
            let back = crs.to_crs84(x, y).unwrap();
            assert!(distance_m(back, wgs84) < 2e-4, "{crs}");
        }
        assert!(off(Crs::Gcj02, wgs84, &point["gcj02"]) < 1e-3);
        assert!(off(Crs::Bd09, wgs84, &point["bd09"]) < 1e-3);
        let (x, y) = pair(&point["gcj02"]);
        assert!(distance_m(Crs::Gcj02.to_crs84(x, y).unwrap(), wgs84) < 1e-3);
    }
}

#[test]
fn published_rows_of_the_shifted_systems() {
    let all = vectors();
    for row in all["eviltransform_latlon"]["rows"].as_array().unwrap() {
        let [wgs_lat, wgs_lon, gcj_lat, gcj_lon] =
            [0, 1, 2, 3].map(|i: usize| row[i].as_f64().unwrap());
        let wgs84 = LonLat::new(wgs_lon, wgs_lat).unwrap();
        let got = Crs::Gcj02.coords_of(wgs84);
        assert!((got.x - gcj_lon).abs() < 1e-6 && (got.y - gcj_lat).abs() < 1e-6);
        assert!(distance_m(Crs::Gcj02.to_crs84(gcj_lon, gcj_lat).unwrap(), wgs84) < 0.5);
    }
    for row in all["coordtransform_npm_test_app_js"].as_array().unwrap() {
        let (x, y) = pair(&row["in"]);
        let wanted = place(&row["out"]);
        match row["op"].as_str().unwrap() {
            "wgs84_to_gcj02" => assert!(off(Crs::Gcj02, place(&row["in"]), &row["out"]) < 1e-6),
            "gcj02_to_wgs84_single_pass" => {
                let metres = distance_m(Crs::Gcj02.to_crs84(x, y).unwrap(), wanted);
                assert!(
                    (0.01..3.0).contains(&metres),
                    "a single pass is not the inverse: {metres}"
                );
            }
            "gcj02_to_bd09" => {
                let wgs84 = Crs::Gcj02.to_crs84(x, y).unwrap();
                assert!(off(Crs::Bd09, wgs84, &row["out"]) < 1e-3);
            }
            "bd09_to_gcj02" => {
                let wgs84 = Crs::Bd09.to_crs84(x, y).unwrap();
                // The row is the closed inverse, which is up to 0.15 m off the true one.
                assert!(off(Crs::Gcj02, wgs84, &row["out"]) < 0.15);
            }
            other => panic!("no check for {other}"),
        }
    }
}

#[test]
fn cities_of_another_implementation_agree_within_a_metre() {
    let all = vectors();
    let mut seen = 0;
    for list in ["china_cities_shaanxi", "china_cities_sample"] {
        for city in all["gcoord"][list].as_array().unwrap() {
            let wgs84 = place(&city["WGS84"]);
            assert!(off(Crs::Gcj02, wgs84, &city["GCJ02"]) < 0.75);
            assert!(off(Crs::Bd09, wgs84, &city["BD09"]) < 0.9);
            let (x, y) = pair(&city["BD09MC"]);
            let bd09 = place(&city["BD09"]);
            let got = baidu::to_metres(bd09.point().0);
            // The degrees have seven places: half a centimetre.
            assert!(
                (got.x - x).abs() < 0.02 && (got.y - y).abs() < 0.02,
                "{got:?} {x} {y}"
            );
            let back = baidu::to_degrees(got);
            assert!((back.x - bd09.lon()).abs() < 1e-10 && (back.y - bd09.lat()).abs() < 1e-10);
            let (x, y) = pair(&city["EPSG3857"]);
            let got = Crs::WebMercator.coords_of(wgs84);
            assert!((got.x - x).abs() < 1.0 && (got.y - y).abs() < 1.0);
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen}");
    let edge = Crs::WebMercator.coords_of(LonLat::new(180.0, 90.0).unwrap());
    assert!((edge.x - HALF_WORLD).abs() < 1e-3 && (edge.y - HALF_WORLD).abs() < 1e-3);
    let abroad = LonLat::new(139.8, 35.7).unwrap();
    assert_eq!(Crs::Gcj02.to_crs84(139.8, 35.7).unwrap(), abroad);
}

#[test]
fn rows_of_other_kinds() {
    let all = vectors();
    for row in all["gcoord"]["misc"].as_array().unwrap() {
        let ((x, y), (to_x, to_y)) = (pair(&row["in"]), pair(&row["out"]));
        match row["op"].as_str().unwrap() {
            // Longitudes beyond 180 are no place here and are refused, where gcoord lets them pass or wraps them.
            _ if x > 180.0 => assert!(LonLat::new(x, y).is_err()),
            "wgs84_to_gcj02" => {
                let got = Crs::Gcj02.coords_of(LonLat::new(x, y).unwrap());
                assert!((got.x - to_x).abs() < 1e-5 && (got.y - to_y).abs() < 1e-5);
            }
            "wgs84_to_epsg3857" => {
                let got = Crs::WebMercator.coords_of(LonLat::new(x, y).unwrap());
                assert!((got.x - to_x).abs() < 1e-3 && (got.y - to_y).abs() < 1e-3);
            }
            "bd09_to_bd09mc" => {
                let got = baidu::to_metres(Coord { x, y });
                assert!(
                    (got.x - to_x).abs() < 1e-6 && (got.y - to_y).abs() < 1e-6,
                    "{got:?}"
                );
            }
            other => panic!("no check for {other}"),
        }
    }
    let check = &all["eviltransform_latlon"]["distance_check"];
    let place =
        |row: &Value| LonLat::new(row[1].as_f64().unwrap(), row[0].as_f64().unwrap()).unwrap();
    let metres = distance_m(place(&check["a_latlon"]), place(&check["b_latlon"]));
    // Their distance is on a sphere, ours on the ellipsoid: they agree within half a percent.
    assert!(
        (metres / check["metres"].as_f64().unwrap() - 1.0).abs() < 5e-3,
        "{metres}"
    );
}

#[test]
fn old_datums_of_the_vectors_are_refused_and_the_others_known() {
    let all = vectors();
    for row in all["epsg_for_xian"].as_array().unwrap() {
        let code = row["epsg"].as_u64().unwrap();
        let name = row["name"].as_str().unwrap();
        let found = Crs::parse(&format!("EPSG:{code}"));
        if name.starts_with("Xian 1980") || name.starts_with("Beijing 1954") {
            assert!(
                matches!(found, Err(CrsError::NeedsLocalTransformation { .. })),
                "{name}"
            );
            continue;
        }
        let crs = found.unwrap();
        if let (Crs::GaussKruger(zone), Some(easting)) = (crs, row["false_easting"].as_f64()) {
            assert!((zone.false_easting() - easting).abs() < 1e-9, "{name}");
            assert!(
                (zone.central_meridian() - row["cm"].as_f64().unwrap()).abs() < 1e-9,
                "{name}"
            );
        }
    }
}

#[test]
fn names_of_every_spelling() {
    for name in [
        "EPSG:4545",
        "epsg:4545",
        "4545",
        "[EPSG:4545]",
        "urn:ogc:def:crs:EPSG::4545",
        "http://www.opengis.net/def/crs/EPSG/0/4545",
        "https://www.opengis.net/def/crs/EPSG/9.9.1/4545",
    ] {
        assert_eq!(Crs::parse(name).unwrap().epsg(), Some(4545), "{name}");
    }
    for (name, crs) in [
        ("CRS84", Crs::Crs84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Crs84),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Crs::Crs84),
        ("GCJ-02", Crs::Gcj02),
        ("bd09", Crs::Bd09),
        ("CGCS2000", Crs::Cgcs2000),
        ("EPSG:4326", Crs::Wgs84),
    ] {
        assert_eq!(Crs::parse(name).unwrap(), crs);
    }
    for code in (4491..=4554).chain([4326, 4490, 3857]) {
        let crs = Crs::parse(&format!("EPSG:{code}")).unwrap();
        assert_eq!(crs.epsg(), Some(code));
        assert_eq!(Crs::parse(&crs.uri().unwrap()).unwrap(), crs);
        assert_eq!(Crs::parse(&crs.to_string()).unwrap(), crs);
    }
    for old in [
        "EPSG:4610",
        "EPSG:2381",
        "EPSG:4214",
        "EPSG:2433",
        "EPSG:21413",
        "Xian 1980",
        "西安80",
    ] {
        assert!(
            matches!(
                Crs::parse(old),
                Err(CrsError::NeedsLocalTransformation { .. })
            ),
            "{old}"
        );
    }
    for wrong in [
        "",
        "EPSG:",
        "EPSG:99999999999",
        "EPSG:32749",
        "EPSG:4555",
        "mars",
        "EPSG:45é",
    ] {
        assert!(
            matches!(Crs::parse(wrong), Err(CrsError::Unknown { .. })),
            "{wrong}"
        );
    }
    assert!(Crs::Wgs84.is_north_first() && !Crs::Crs84.is_north_first());
}

#[test]
fn north_before_east_and_the_wrong_zone_are_said() {
    let plain = Crs::parse("EPSG:4545").unwrap();
    let numbered = Crs::parse("EPSG:4524").unwrap();
    assert!(matches!(
        plain.to_crs84(3_789_812.4, 589_582.5),
        Err(CrsError::Swapped { .. })
    ));
    assert!(matches!(
        numbered.to_crs84(3_789_812.4, 36_589_582.5),
        Err(CrsError::Swapped { .. })
    ));
    assert!(
        matches!(plain.to_crs84(36_589_582.5, 3_789_812.4), Err(CrsError::OtherZone { fits, .. }) if fits == numbered)
    );
    assert!(
        matches!(numbered.to_crs84(589_582.5, 3_789_812.4), Err(CrsError::OtherZone { fits, .. }) if fits == plain)
    );
    assert!(matches!(
        numbered.to_crs84(37_500_000.0, 3_789_812.4),
        Err(CrsError::OtherZone { .. })
    ));
    assert!(matches!(
        plain.to_crs84(108.97, 34.23),
        Err(CrsError::Degrees { .. })
    ));
    assert!(matches!(
        Crs::Crs84.to_crs84(34.23, 108.97),
        Err(CrsError::Place(PlaceError::Swapped { .. }))
    ));
    assert!(matches!(
        Crs::Gcj02.to_crs84(34.23, 108.97),
        Err(CrsError::Place(PlaceError::Swapped { .. }))
    ));
    for bad in [f64::NAN, f64::INFINITY, 1e300] {
        for crs in [plain, numbered, Crs::WebMercator, Crs::Crs84, Crs::Bd09] {
            assert!(crs.to_crs84(bad, 3_789_812.4).is_err());
        }
    }
}

#[test]
fn whole_shapes_go_there_and_back() {
    let crs = Crs::parse("EPSG:4524").unwrap();
    let shape: Geometry =
        polygon![(x: 108.96, y: 34.22), (x: 108.97, y: 34.22), (x: 108.97, y: 34.23)].into();
    let back = crs
        .geometry_to_crs84(&crs.geometry_of(&shape).unwrap())
        .unwrap();
    for (a, b) in geo::CoordsIter::coords_iter(&shape).zip(geo::CoordsIter::coords_iter(&back)) {
        assert!((a.x - b.x).abs() < 1e-11 && (a.y - b.y).abs() < 1e-11);
    }
    assert!(crs.geometry_to_crs84(&shape).is_err());
}
