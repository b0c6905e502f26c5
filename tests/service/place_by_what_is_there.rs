//! Rows without coordinates, degrees without a datum and systems without public parameters: placed by what is known.

use std::path::{Path, PathBuf};

use minqing::geometry::LonLat;
use minqing::geometry::crs::Crs;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::driver::{demo_store, run, said};

struct Office {
    folder: TempDir,
    store: PathBuf,
}

impl Office {
    fn with_demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("map.gpkg");
        std::fs::copy(demo_store(), &store).unwrap();
        Self { folder, store }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The exit code, what was said, and the report.
    fn import(&self, file: &Path, layer: &str, more: &[&str]) -> (Option<i32>, String, Json) {
        let report = self.folder.path().join("report.json");
        let _none_yet = std::fs::remove_file(&report);
        let mut arguments = vec!["import", file.to_str().unwrap(), "--layer", layer];
        arguments.extend(["--store", self.store.to_str().unwrap()]);
        arguments.extend(["--report", report.to_str().unwrap()]);
        arguments.extend(more);
        let done = run(&arguments);
        let report = std::fs::read(&report).ok();
        let report = report.map_or(Json::Null, |text| serde_json::from_slice(&text).unwrap());
        (done.status.code(), said(&done), report)
    }

    fn records(&self, layer: &str) -> Vec<Json> {
        let to = self.folder.path().join(format!("{layer}.geojson"));
        let _none_yet = std::fs::remove_file(&to);
        let (store, to_text) = (self.store.to_str().unwrap(), to.to_str().unwrap());
        let done = run(&["export", layer, "--store", store, "--to", to_text]);
        assert!(done.status.success(), "{}", said(&done));
        let all: Json = serde_json::from_slice(&std::fs::read(to).unwrap()).unwrap();
        all["features"].as_array().unwrap().clone()
    }
}

/// The middle of the corners of a record's outline.
fn middle(record: &Json) -> LonLat {
    fn corners(json: &Json, all: &mut Vec<(f64, f64)>) {
        match (json[0].as_f64(), json[1].as_f64()) {
            (Some(x), Some(y)) => all.push((x, y)),
            _ => json
                .as_array()
                .unwrap()
                .iter()
                .for_each(|part| corners(part, all)),
        }
    }
    let mut all = Vec::new();
    corners(&record["geometry"]["coordinates"], &mut all);
    all.pop();
    let n = all.len() as f64;
    let sum = all
        .iter()
        .fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    LonLat::new(sum.0 / n, sum.1 / n).unwrap()
}

#[test]
fn hazards_without_coordinates_are_placed_by_their_address() {
    let office = Office::with_demo();
    let homes = office.records("households");
    let homes: Vec<&Json> = homes
        .iter()
        .filter(|home| home["geometry"].is_null())
        .step_by(331)
        .collect();
    let mut text = "编号,隐患类别,地址\n".to_owned();
    for (home, at) in homes.iter().zip(0..) {
        let name = home["properties"]["name"].as_str().unwrap();
        // as different hands write it
        let name = match at % 4 {
            0 => name.to_owned(),
            1 => name.replace("号楼", "#").replace("单元", "-"),
            2 => name.replace("号楼", "栋"),
            _ => name.replace('1', "１").replace('2', "２"),
        };
        text += &format!("A-{at},消防安全,{name}室\n");
    }
    text += "B-1,消防安全,幸福里小区9号楼\n";
    let compound = homes[0]["properties"]["name"]
        .as_str()
        .unwrap()
        .split('1')
        .next()
        .unwrap();
    text += &format!("B-2,消防安全,{compound}99号楼\n");
    let (code, told, report) = office.import(&office.file("隐患.csv", &text), "risk_points", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert_eq!(report["taken"], homes.len(), "{report:#}");
    assert_eq!(report["refused"], 2);
    let entries = report["entries"].as_array().unwrap();
    let unclear: Vec<&Json> = entries
        .iter()
        .filter(|entry| entry["reason"] == "address_unclear")
        .collect();
    assert_eq!(unclear.len(), 2);
    assert_eq!(unclear[0]["field"], "地址");
    assert_eq!(unclear[1]["line"], homes.len() + 3);
    assert!(
        unclear[1]["zh"].as_str().unwrap().contains("图上有 1、2"),
        "{}",
        unclear[1]
    );
    let placed = entries
        .iter()
        .filter(|entry| entry["reason"] == "placed_by_address");
    assert!(
        placed.clone().count() == homes.len()
            && placed
                .clone()
                .all(|entry| entry["zh"].as_str().unwrap().contains("置信度"))
    );
    let doors = office.records("entrances");
    let hazards = office.records("risk_points");
    for (home, at) in homes.iter().zip(0..) {
        let code = format!("A-{at}");
        let hazard = hazards
            .iter()
            .find(|hazard| hazard["properties"]["code"] == *code)
            .unwrap();
        let properties = (&hazard["properties"], &home["properties"]);
        assert_eq!(
            properties.0["building_code"], properties.1["building_code"],
            "{home}"
        );
        let door = doors
            .iter()
            .find(|door| door["properties"]["code"] == properties.1["entrance_code"])
            .unwrap();
        assert_eq!(
            hazard["geometry"]["coordinates"], door["geometry"]["coordinates"],
            "{home}"
        );
    }
}

#[test]
fn a_datum_that_nobody_says_is_told_by_the_houses_on_the_map() {
    let office = Office::with_demo();
    let houses = office.records("buildings");
    for (crs, name) in [
        (Crs::Gcj02, "GCJ02"),
        (Crs::Bd09, "BD09"),
        (Crs::Crs84, "CRS84"),
    ] {
        let mut text = "编号,名称,设施类型,经度,纬度\n".to_owned();
        for (house, at) in houses.iter().step_by(9).zip(0..) {
            let place = crs.coords_of(middle(house));
            text += &format!("{name}-{at},点,消火栓,{},{}\n", place.x, place.y);
        }
        let (code, told, report) = office.import(
            &office.file("点位.csv", &text),
            "facilities",
            &["--dry-run"],
        );
        assert_eq!(code, Some(0), "{told}");
        assert_eq!(report["crs"], name, "{told}");
        assert!(
            told.contains("落在楼栋或小区内") && told.contains("GCJ02 "),
            "{told}"
        );
    }
    // Places in no houses, read in whichever system.
    let mut text = "编号,名称,设施类型,经度,纬度\n".to_owned();
    for at in 0..60 {
        let at = f64::from(at);
        text += &format!(
            "P-{at},点,消火栓,{},{}\n",
            108.955 + at * 3.1e-4,
            34.225 + (at * 7.0 % 60.0) * 1e-4
        );
    }
    let (code, told, _) = office.import(
        &office.file("点位.csv", &text),
        "facilities",
        &["--dry-run"],
    );
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("comparing with the houses") && told.contains(" %"),
        "{told}"
    );
}

#[test]
fn a_local_system_comes_in_by_control_points() {
    let office = Office::with_demo();
    let plane = Crs::parse("EPSG:4545").unwrap();
    // A city's own system: turned by half a degree, its origin in the town.
    let local = |place: LonLat| {
        let at = plane.coords_of(place);
        let (x, y) = (at.x - 588_000.0, at.y - 3_788_000.0);
        let (sin, cos) = 0.5_f64.to_radians().sin_cos();
        (20_000.0 + cos * x - sin * y, 10_000.0 + sin * x + cos * y)
    };
    let known = [
        (108.955, 34.222),
        (108.985, 34.221),
        (108.984, 34.243),
        (108.956, 34.244),
        (108.97, 34.231),
    ];
    let pairs = |wrong: f64, count: usize| {
        let mut text = "点名,X,Y,经度,纬度\n".to_owned();
        for ((lon, lat), number) in known.iter().zip(1..).take(count) {
            let (x, y) = local(LonLat::new(*lon, *lat).unwrap());
            let x = if number == 3 { x + wrong } else { x };
            // X is north in Chinese surveys
            text += &format!("K{number},{y},{x},{lon},{lat}\n");
        }
        text
    };
    let houses = office.records("buildings");
    let mut text = "编号,名称,设施类型,X坐标,Y坐标\n".to_owned();
    for (house, at) in houses.iter().take(20).zip(0..) {
        let (x, y) = local(middle(house));
        text += &format!("K-{at},点,消火栓,{y},{x}\n");
    }
    let file = office.file("地方坐标.csv", &text);
    let points = office.file("控制点.csv", &pairs(0.0, 5));
    let with = |points: &Path| {
        vec![
            "--control-points".to_owned(),
            points.to_str().unwrap().to_owned(),
        ]
    };
    let as_text = |all: &Vec<String>| all.iter().map(String::clone).collect::<Vec<_>>();
    let arguments = as_text(&with(&points));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, told, report) = office.import(&file, "facilities", &arguments);
    assert!(matches!(code, Some(0 | 1)), "{told}");
    assert_eq!(report["taken"], 20, "{told}");
    for words in ["按5个控制点转换", "中误差0.0", "X为北", "K1 ", "K5 "] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let facilities = office.records("facilities");
    for (house, at) in houses.iter().take(20).zip(0..) {
        let code = format!("K-{at}");
        let record = facilities
            .iter()
            .find(|record| record["properties"]["code"] == *code)
            .unwrap();
        let (wanted, found) = (middle(house), &record["geometry"]["coordinates"]);
        assert!(
            (found[0].as_f64().unwrap() - wanted.lon()).abs() < 1e-7,
            "{found} {wanted:?}"
        );
        assert!(
            (found[1].as_f64().unwrap() - wanted.lat()).abs() < 1e-7,
            "{found} {wanted:?}"
        );
    }
    for (text, words) in [
        (pairs(0.0, 2), "至少需要3个"),
        (pairs(60.0, 5), "K3"),
        ("点名,X,Y\n".to_owned(), "name,x,y,lon,lat"),
        (format!("{}K6,abc,1,108.9,34.2\n", pairs(0.0, 5)), "abc"),
    ] {
        let points = office.file("坏控制点.csv", &text);
        let arguments = with(&points);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, told, _) = office.import(&file, "facilities", &arguments);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(words), "{words}: {told}");
    }
    let (code, told, _) = office.import(&file, "facilities", &["--crs", "EPSG:2381"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("control points"), "{told}");
}
