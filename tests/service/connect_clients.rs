//! Programs of others connect as they are: GDAL, QGIS, `OWSLib`, `ogc-client`, and Schemathesis, which tries what the document promises.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::driver::{TestService, said};

const CLIENTS: &str = "tests/service/clients";

/// A program of the Python packages that `scripts/install-test-tools` gets; says so where their registry could not be
/// reached.
pub(crate) fn python(program: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("test-python");
    if folder.join("unreachable").exists() {
        println!("NOT TESTED: {program} could not be installed, see scripts/install-test-tools");
        return None;
    }
    let program = folder.join("bin").join(program);
    assert!(
        program.exists(),
        "{} is missing: make test, or scripts/install-test-tools once",
        program.display()
    );
    Some(program)
}

/// What `command` printed as JSON, its last line.
fn told(command: &mut Command) -> Json {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8_lossy(&done.stdout);
    serde_json::from_str(text.trim().lines().last().unwrap()).unwrap()
}

async fn codes(service: &TestService, path: &str) -> BTreeSet<String> {
    let page = service.ok(path).await;
    assert_eq!(page["numberMatched"], page["numberReturned"], "{path}");
    codes_in(&page)
}

fn codes_in(page: &Json) -> BTreeSet<String> {
    let features = page["features"].as_array().unwrap();
    features
        .iter()
        .map(|each| each["properties"]["code"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn gdal_pages_through_layers_in_windows_and_by_filters() {
    let service = TestService::with_demo();
    let read = |arguments: &[&str]| -> Json {
        let done = Command::new("ogr2ogr")
            .args(["-f", "GeoJSON", "/vsistdout/"])
            .arg(format!("OAPIF:{}/api", service.url))
            .args(arguments)
            .args(["-oo", "PAGE_SIZE=100"])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(!errors.contains("ERROR"), "{arguments:?}: {errors}");
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let all = read(&["buildings"]);
    assert_eq!(
        codes_in(&all),
        codes(&service, "/api/collections/buildings/items?limit=10000").await
    );
    let window = "108.95,34.215,108.955,34.22";
    let corners: Vec<&str> = window.split(',').collect();
    let there = read(&[
        "buildings",
        "-spat",
        corners[0],
        corners[1],
        corners[2],
        corners[3],
    ]);
    assert_eq!(
        codes_in(&there),
        codes(
            &service,
            &format!("/api/collections/buildings/items?limit=10000&bbox={window}")
        )
        .await
    );
    assert!(!codes_in(&there).is_empty());
    let urgent = read(&["risk_points", "-where", "level = 'red'"]);
    assert_eq!(
        codes_in(&urgent),
        codes(
            &service,
            "/api/collections/risk_points/items?limit=10000&level=red"
        )
        .await
    );
    // with a final slash, and with a filter that GDAL leaves to us by the OpenAPI document
    let done = Command::new("ogrinfo")
        .args(["-ro", "-al", "-so", &format!("OAPIF:{}/api/", service.url)])
        .args(["risk_points", "-where", "level = 'red'"])
        .output()
        .unwrap();
    let text = said(&done);
    assert!(done.status.success() && !text.contains("ERROR"), "{text}");
    let count = format!("Feature Count: {}", codes_in(&urgent).len());
    assert!(text.contains(&count), "{count}: {text}");
    let metres = read(&["grids", "-t_srs", "EPSG:4545"]);
    assert_eq!(metres["features"].as_array().unwrap().len(), 88);
}

#[tokio::test(flavor = "multi_thread")]
async fn qgis_loads_filters_and_draws_a_layer() {
    let service = TestService::with_demo();
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("grids.png");
    let window = "[108.95,34.215,108.96,34.222]";
    let mut command = Command::new("/usr/bin/python3");
    let seen = told(
        command
            .arg(format!("{CLIENTS}/qgis_client.py"))
            .arg(format!("{}/api", service.url))
            .arg(&image)
            .arg(window)
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", folder.path()),
    );
    let grids = codes(&service, "/api/collections/grids/items?limit=1000").await;
    assert_eq!(seen["grids"], json!(grids));
    let there = "/api/collections/grids/items?limit=1000&bbox=108.95,34.215,108.96,34.222";
    assert_eq!(seen["grids_in_window"], json!(codes(&service, there).await));
    let red = "/api/collections/risk_points/items?limit=1000&level=red";
    assert_eq!(seen["risk_points_red"], codes(&service, red).await.len());
    let buildings = service.ok("/api/collections/buildings/items?limit=1").await;
    assert_eq!(seen["buildings"], buildings["numberMatched"]);
    assert_eq!(seen["shapes"], 88);
    assert_eq!(seen["crs"], "EPSG:4326");
    let drawn = seen["drawn"].as_f64().unwrap();
    assert!((0.3..=1.0).contains(&drawn), "{drawn}");
    assert!(image.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn owslib_reads_filters_makes_changes_and_takes_away() {
    let Some(python) = python("python") else {
        return;
    };
    let service = TestService::with_demo();
    let mut command = Command::new(python);
    let seen = told(
        command
            .arg(format!("{CLIENTS}/owslib_client.py"))
            .arg(format!("{}/api", service.url)),
    );
    let landing = service.ok("/api").await;
    let links = landing["links"].as_array().unwrap();
    assert_eq!(seen["links"], links.len());
    assert!(links.len() > 5);
    assert_eq!(seen["collections"].as_array().unwrap().len(), 20);
    assert_eq!(
        (&seen["returned"], &seen["matched"]),
        (&json!(10), &json!(88))
    );
    let red = "/api/collections/risk_points/items?limit=1000&level=red";
    assert_eq!(seen["red"], codes(&service, red).await.len());
    assert_eq!(
        (&seen["made"], &seen["changed"]),
        (&json!("件"), &json!("改"))
    );
    assert!(
        seen["stale"].as_str().unwrap().contains("stale-revision"),
        "{seen}"
    );
    assert_eq!(seen["gone"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn ogc_client_finds_the_layers_from_any_address_and_pages_by_offset() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tile-clients");
    if !folder.join("node_modules/@camptocamp/ogc-client").exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--no-fund", "--no-audit"]);
        let done = install.current_dir(&folder).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
    }
    let service = TestService::with_demo();
    let landing = service.ok("/api").await;
    let page = service
        .ok("/api/collections/grids/items?limit=1000&skipGeometry=true")
        .await;
    let all = page["features"].as_array().unwrap();
    let ids = |part: &[Json]| part.iter().map(|each| each["id"].clone()).collect::<Json>();
    for (path, count) in [
        ("/api", 20),
        ("/api/", 20),
        ("/api/collections/", 20),
        ("/api/collections/grids", 1),
        ("/api/collections/grids/", 1),
    ] {
        let mut command = Command::new("node");
        command.arg(folder.join("ogc.js"));
        let seen = told(command.arg(format!("{}{path}", service.url)));
        assert_eq!(seen["title"], landing["title"], "{path}");
        let collections = seen["collections"].as_array().unwrap();
        assert_eq!(collections.len(), count, "{path}");
        assert!(collections.contains(&json!("grids")), "{path}");
        assert!(seen["tiled"].as_array().unwrap().contains(&json!("grids")));
        assert_eq!(
            seen["matrixSets"],
            json!(["WebMercatorQuad", "CGCS2000Quad"])
        );
        let queryables = seen["queryables"].as_array().unwrap();
        assert!(queryables.contains(&json!("community_code")), "{seen}");
        let formats = seen["vectorTileFormats"].as_array().unwrap();
        assert!(
            formats.contains(&json!("application/vnd.mapbox-vector-tile")),
            "{seen}"
        );
        assert_eq!(seen["first"], ids(&all[..10]), "{path}");
        assert_eq!(seen["later"], ids(&all[3..8]), "{path}");
        assert_eq!(seen["beyond"], json!([]), "{path}");
        assert_eq!(seen["one"], 7, "{path}");
        let tileset = "/api/collections/grids/tiles/WebMercatorQuad";
        assert_eq!(seen["tileset"], format!("{}{tileset}", service.url));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_that_the_document_does_not_say() {
    let Some(schemathesis) = python("schemathesis") else {
        return;
    };
    let service = TestService::with_demo();
    let folder = tempfile::tempdir().unwrap();
    let clients = std::fs::canonicalize(CLIENTS).unwrap();
    // `MINQING_SCHEMATHESIS_EXAMPLES` asks for more than a test run has time for
    let asked = std::env::var_os("MINQING_SCHEMATHESIS_EXAMPLES");
    let examples = asked.map_or("5".to_owned(), |many| many.into_string().unwrap());
    let done = Command::new(schemathesis)
        .arg("--config-file")
        .arg(clients.join("schemathesis.toml"))
        .args(["run", &format!("{}/api/openapi.json", service.url)])
        .args(["--checks", "all", "--max-examples", &examples])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &clients)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = said(&done);
    for line in text.lines().filter(|line| line.contains("generated")) {
        println!("{line}");
    }
    assert!(done.status.success(), "{text}");
}
