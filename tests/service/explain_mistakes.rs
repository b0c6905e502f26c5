//! Every mistake is answered with the place and the reason, in the caller's language.

use reqwest::{Method, StatusCode};

use crate::driver::{TestService, run, said};

#[tokio::test]
async fn bad_parameters_are_named() {
    let service = TestService::with_demo();
    for (path, status, parameter) in [
        ("/api/locate", 400, "lon"),
        ("/api/locate?lon=34.2&lat=108.9", 400, "lon"),
        ("/api/locate?lon=abc&lat=1", 400, "lon"),
        ("/api/locate?lon=NaN&lat=1", 400, "lon"),
        ("/api/locate?lon=108.9&lat=34.2&foo=1", 400, "foo"),
        ("/api/locate?lon=108.9&lat=34.2&lat=3", 400, "lat"),
        (
            "/api/locate?lon=108.9&lat=34.2&accuracy_m=-5",
            400,
            "accuracy_m",
        ),
        ("/api/locate?lon=108.9&lat=34.2&crs=EPSG:2381", 400, "crs"),
        ("/api/nearest?lon=108.9&lat=34.2&layer=moon", 400, "layer"),
        (
            "/api/nearest?lon=108.9&lat=34.2&layer=grids&limit=0",
            400,
            "limit",
        ),
        ("/api/collections/grids/items?bbox=1,2,3", 400, "bbox"),
        (
            "/api/collections/grids/items?filter=kind%20%3D",
            400,
            "filter",
        ),
        (
            "/api/collections/grids/items?filter=colour%3D1",
            400,
            "filter",
        ),
        ("/api/collections/grids/items?cursor=x", 400, "cursor"),
        ("/api/summary?layer=cases&by=cases", 400, "by"),
        (
            "/api/summary?layer=cases&by=grids&measure=sum:name",
            400,
            "measure",
        ),
        ("/api/search", 400, "q"),
        ("/tiles/moon/1/1/1.mvt", 400, "layers"),
        ("/tiles/grids/1/1/1.mvt?properties=moon", 400, "properties"),
    ] {
        let (code, body) = service.get(path).await;
        assert_eq!(code.as_u16(), status, "{path}: {body}");
        assert_eq!(body["errors"][0]["parameter"], parameter, "{path}: {body}");
        assert!(
            body["detail"]
                .as_str()
                .unwrap()
                .chars()
                .any(|c| c > '\u{4e00}'),
            "Chinese first: {body}"
        );
    }
    for path in [
        "/nowhere",
        "/api/nowhere",
        "/api/collections/moon",
        "/api/collections/grids/items/999999",
        "/tiles/grids/23/0/0.mvt",
        "/tiles/grids/3/9/0.mvt",
        "/tiles/grids/3/1/1.png",
    ] {
        let (code, body) = service.get(path).await;
        assert_eq!(code, StatusCode::NOT_FOUND, "{path}: {body}");
        assert_eq!(body["status"], 404, "{path}: {body}");
    }
    let (code, _) = service.get("/tiles/households/16/52600/26153.mvt").await;
    assert_eq!(code, StatusCode::FORBIDDEN);
    let english = service
        .request(Method::GET, "/api/locate")
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    assert_eq!(
        english.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(
        english.json::<serde_json::Value>().await.unwrap()["detail"],
        "lon is missing"
    );
    let wrong_method = service
        .request(Method::PATCH, "/api/search?q=a")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        wrong_method.headers()["content-type"],
        "application/problem+json"
    );
}

#[test]
fn commands_that_cannot_be_done_say_why_and_end_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("text.gpkg"), "no database").unwrap();
    std::fs::write(path("bad.geojson"), "{ not json").unwrap();
    for (arguments, expected) in [
        (
            vec!["locate", "108.9", "34.2", "--store", &path("none.gpkg")],
            "there is no store",
        ),
        (
            vec!["check", "--store", &path("text.gpkg")],
            "not a GeoPackage",
        ),
        (
            vec![
                "import",
                &path("none.geojson"),
                "--layer",
                "grids",
                "--store",
                &path("a.gpkg"),
            ],
            "none.geojson",
        ),
        (
            vec![
                "import",
                &path("bad.geojson"),
                "--layer",
                "grids",
                "--store",
                &path("b.gpkg"),
            ],
            "JSON",
        ),
        (
            vec![
                "import",
                &path("bad.geojson"),
                "--layer",
                "moon",
                "--store",
                &path("c.gpkg"),
            ],
            "moon",
        ),
        (
            vec!["serve", "--listen", "0.0.0.0:0", "--store", &path("d.gpkg")],
            "--insecure-open",
        ),
        (
            vec![
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--store",
                "mysql://host/map",
            ],
            "neither the path of a GeoPackage",
        ),
    ] {
        let done = run(&arguments);
        assert_eq!(
            done.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&done)
        );
        assert!(
            said(&done).contains(expected),
            "{arguments:?}: {}",
            said(&done)
        );
    }
}

#[test]
fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    let done = run(&[
        "serve",
        "--demo",
        "--listen",
        &address,
        "--store",
        store.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        said(&done).contains("another program using the port"),
        "{}",
        said(&done)
    );
    assert!(!store.exists(), "nothing was begun");
}
