//! Other programs write what is no place, no code and no text: the map goes on, and says which record it is.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use crate::cluster::psql;
use crate::driver::{Stored, TestService, run, said, sqlite3};

/// Shapes that are none for the map, by the codes of their records: layer, well-known text, whether the map shows one.
const SHAPES: [(&str, &str, &str, bool); 8] = [
    ("X-INF", "risk_points", "POINT(inf 34.2)", false),
    ("X-NAN", "risk_points", "POINT(nan 34.2)", false),
    ("X-METRES", "risk_points", "POINT(589582 3789812)", false),
    ("X-508", "risk_points", "POINT(508.97 34.2)", false),
    ("X-FAR", "risk_points", "POINT(1e300 34.2)", false),
    (
        "X-CURVE",
        "risk_points",
        "CIRCULARSTRING(108.97 34.23, 108.98 34.24, 108.99 34.23)",
        false,
    ),
    (
        "X-BOW",
        "buildings",
        "MULTIPOLYGON(((108.97 34.23, 108.971 34.231, 108.971 34.23, 108.97 34.231, 108.97 34.23)))",
        true,
    ),
    ("X-GOOD", "risk_points", "POINT(108.97 34.23)", true),
];

/// Adds records by GDAL, as QGIS and ogr2ogr do, or by psql.
const BY_GDAL: &str = r"
import json, sys
from osgeo import ogr, gdal
gdal.UseExceptions()
ds = ogr.Open(sys.argv[1], 1)
for code, layer, wkt, fields in json.loads(sys.argv[2]):
    table = ds.GetLayerByName(layer)
    record = ogr.Feature(table.GetLayerDefn())
    record.SetField('code', code)
    for name, value in fields.items():
        record.SetField(name, value)
    if wkt.startswith('POINT('):
        x, y = wkt[6:-1].split()
        shape = ogr.Geometry(ogr.wkbPoint)
        shape.AddPoint_2D(float(x), float(y))
    else:
        shape = ogr.CreateGeometryFromWkt(wkt)
    record.SetGeometry(shape)
    table.CreateFeature(record)
";

fn add(store: &str, code: &str, layer: &str, wkt: &str, field: Option<(&str, &str)>) {
    if !store.contains("://") {
        let fields: Json = field.map_or(json!({}), |(name, value)| json!({ name: value }));
        // a long value is no argument of a program
        let list = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(list.path(), json!([[code, layer, wkt, fields]]).to_string()).unwrap();
        let script = BY_GDAL.replace("json.loads(sys.argv[2])", "json.load(open(sys.argv[2]))");
        let done = Command::new("/usr/bin/python3")
            .args(["-c", &script, store])
            .arg(list.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{code}: {}", said(&done));
        return;
    }
    let shape = match wkt
        .strip_prefix("POINT(")
        .map(|rest| rest.trim_end_matches(')'))
    {
        Some(pair) => {
            let (x, y) = pair.split_once(' ').unwrap();
            let x = x.replace("inf", "Infinity");
            format!("ST_SetSRID(ST_MakePoint('{x}', {y}), 4326)")
        }
        None => format!("ST_GeomFromText('{wkt}', 4326)"),
    };
    let (name, value) = match field {
        Some((name, value)) if value.len() > 1000 => (
            format!(", {name}"),
            format!(", repeat('x', {})", value.len()),
        ),
        Some((name, value)) => (format!(", {name}"), format!(", '{value}'")),
        None => (String::new(), String::new()),
    };
    psql(
        store,
        &format!("INSERT INTO {layer} (code, geom{name}) VALUES ('{code}', {shape}{value})"),
    );
}

/// The record once the map shows it.
async fn shown(service: &TestService, layer: &str, code: &str) -> Json {
    let began = Instant::now();
    loop {
        let found = service
            .ok(&format!("/api/collections/{layer}/items?code={code}"))
            .await;
        if found["numberMatched"] == 1 {
            return found["features"][0].clone();
        }
        // it takes a twentieth of that; a machine that runs many tests at once may be slow
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{code} is not shown"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// `/health/ready` once it says `status`.
async fn health(service: &TestService, status: &str) -> Json {
    let began = Instant::now();
    loop {
        let health = service.ok("/health/ready").await;
        if health["status"] == status {
            return health;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{health}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn every_extent_is_on_the_earth(service: &TestService) {
    for layer in ["risk_points", "buildings"] {
        let tiles = service.ok(&format!("/tiles/{layer}.json")).await;
        let collection = service.ok(&format!("/api/collections/{layer}")).await;
        for numbers in [
            &tiles["bounds"],
            &collection["extent"]["spatial"]["bbox"][0],
        ] {
            let edges: Vec<f64> = serde_json::from_value(numbers.clone()).unwrap();
            assert!(
                edges.len() == 4 && edges[0] > 100.0 && edges[2] < 120.0,
                "{numbers}"
            );
            assert!(edges[1] > 30.0 && edges[3] < 40.0, "{numbers}");
        }
        let center: Vec<f64> = serde_json::from_value(tiles["center"].clone()).unwrap();
        assert!((100.0..120.0).contains(&center[0]), "{center:?}");
    }
}

async fn what_is_no_shape_leaves_the_map_alive_and_is_named(stored: Stored) {
    let (service, store) = (&stored.service, stored.store.as_str());
    health(service, "ready").await;
    for (code, layer, wkt, has_shape) in SHAPES {
        add(store, code, layer, wkt, None);
        let record = shown(service, layer, code).await;
        assert_eq!(!record["geometry"].is_null(), has_shape, "{record}");
        every_extent_is_on_the_earth(service).await;
    }
    add(
        store,
        "X-CODE",
        "risk_points",
        "POINT(108.97 34.23)",
        Some(("status", "nonsense")),
    );
    let long = "x".repeat(5_000_000);
    add(
        store,
        "X-LONG",
        "risk_points",
        "POINT(108.97 34.23)",
        Some(("description", &long)),
    );
    for (code, field) in [("X-CODE", "status"), ("X-LONG", "description")] {
        let record = shown(service, "risk_points", code).await;
        assert!(
            record["properties"][field].is_null() && !record["geometry"].is_null(),
            "{record}"
        );
    }
    let bad: Vec<&str> = SHAPES.iter().map(|(code, ..)| *code).collect();
    // GDAL writes a point without an easting as an empty shape, which is none and no fault
    let is_named = |code: &str| code != "X-GOOD" && (code != "X-NAN" || store.contains("://"));
    let bad = bad.iter().chain(&["X-CODE", "X-LONG"]);
    let bad: Vec<&str> = bad.copied().filter(|code| is_named(code)).collect();
    let told = health(service, "degraded").await;
    assert_eq!(told["faults"]["records"], bad.len(), "{told}");
    let checked = run(&["check", "--store", store]);
    let checked = said(&checked);
    for code in &bad {
        let named = told["faults"]["first"].as_array().unwrap().iter();
        let named: Vec<_> = named.filter(|fault| fault["code"] == *code).collect();
        assert_eq!(named.len(), 1, "{code}: {told}");
        assert!(
            named[0]["zh"].is_string() && named[0]["layer"].is_string(),
            "{told}"
        );
        assert!(checked.contains(code), "{code} is not in: {checked}");
    }
    assert!(
        !told.to_string().contains("nonsense"),
        "a text of a record is told: {told}"
    );
    // and those who write by HTTP are not held up
    let feature = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.97, 34.23] },
        "properties": { "code": "X-HTTP" } });
    let answer = service
        .request(Method::POST, "/api/collections/risk_points/items")
        .json(&feature)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    // what is mended, or taken away, is not told any more
    stored.another_program(
        "DELETE FROM buildings WHERE code = 'X-BOW'; DELETE FROM risk_points WHERE code LIKE 'X-%'",
    );
    let told = health(service, "ready").await;
    assert!(told.get("faults").is_none(), "{told}");
    every_extent_is_on_the_earth(service).await;
}

#[tokio::test]
async fn a_blob_that_is_none_and_a_text_in_another_encoding_are_named() {
    let stored = Stored::in_a_file();
    stored.another_program(
        "INSERT INTO risk_points (code, geom) VALUES ('Y-BYTES', x'4750000103'); \
         INSERT INTO risk_points (code, name, geom) VALUES ('Y-GBK', CAST(x'cea2b3' AS TEXT), x'00'); \
         INSERT INTO risk_points (code, name) VALUES ('Y-NUL', 'a' || char(0) || 'b')",
    );
    for code in ["Y-BYTES", "Y-GBK", "Y-NUL"] {
        shown(&stored.service, "risk_points", code).await;
    }
    let record = shown(&stored.service, "risk_points", "Y-NUL").await;
    assert_eq!(record["properties"]["name"], "ab");
    let told = health(&stored.service, "degraded").await;
    assert_eq!(told["faults"]["records"], 3, "{told}");
    let checked = said(&run(&["check", "--store", &stored.store]));
    assert!(
        checked.contains("UTF-8") && checked.contains("控制字符"),
        "{checked}"
    );
}

#[tokio::test]
async fn a_copy_of_the_one_file_has_what_was_acknowledged_a_moment_ago() {
    let service = TestService::with_demo();
    let feature = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.97, 34.23] },
        "properties": { "code": "W-1" } });
    let answer = service
        .request(Method::POST, "/api/collections/risk_points/items")
        .json(&feature)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let copy = service.store.with_file_name("copy.gpkg");
    let began = Instant::now();
    loop {
        sleep(Duration::from_millis(500)).await;
        let done = Command::new("cp").arg(&service.store).arg(&copy).status();
        assert!(done.unwrap().success());
        let count = sqlite3(&copy, "SELECT count(*) FROM risk_points WHERE code = 'W-1'");
        if count == "1" {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "it is not in the file"
        );
    }
}

#[tokio::test]
async fn a_store_file_that_is_gone_takes_no_writes_and_is_told() {
    let service = TestService::with_demo();
    let write = async |code: &str| {
        let feature = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.97, 34.23] },
            "properties": { "code": code } });
        let request = service.request(Method::POST, "/api/collections/risk_points/items");
        let answer = request.json(&feature).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let away = service.store.with_file_name("away.gpkg");
    std::fs::rename(&service.store, &away).unwrap();
    let (status, problem) = write("GONE").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    assert!(problem.contains("store-gone"), "{problem}");
    let told = health(&service, "degraded").await;
    assert!(
        told["reason"]
            .as_str()
            .unwrap()
            .contains("deleted or moved"),
        "{told}"
    );
    service.ok("/api/locate?lon=108.96&lat=34.22").await;
    std::fs::rename(&away, &service.store).unwrap();
    health(&service, "ready").await;
    assert_eq!(write("BACK").await.0, StatusCode::CREATED);
    let codes = "SELECT group_concat(code) FROM risk_points WHERE code IN ('GONE', 'BACK')";
    assert_eq!(sqlite3(&service.store, codes), "BACK");
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_written_is_readable_by_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let store = at("map.gpkg");
    drop(TestService::launch(Path::new(&store), None));
    for arguments in [
        &["backup", "--store", &store, &at("copy.gpkg")][..],
        &[
            "export",
            "grids",
            "--store",
            &store,
            "--to",
            &at("grids.csv"),
        ],
        &[
            "export",
            "grids",
            "--store",
            &store,
            "--to",
            &at("grids.gpkg"),
        ],
        &["check", "--store", &store, "--report", &at("report.html")],
    ] {
        let done = run(arguments);
        assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    }
    for name in [
        "map.gpkg",
        "copy.gpkg",
        "grids.csv",
        "grids.gpkg",
        "report.html",
    ] {
        assert_eq!(mode(Path::new(&at(name))), 0o600, "{name}");
    }
}

crate::driver::on_both_stores! {
    what_is_no_shape_leaves_the_map_alive_and_is_named
}
