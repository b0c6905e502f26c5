//! Catalogue, items, summaries, search and tiles of the demo, as the web app asks for them.

use reqwest::Method;

use crate::driver::{PROGRAM, TestService, run, said};

#[tokio::test]
async fn the_catalogue_lists_the_twelve_layers_with_their_counts() {
    let service = TestService::with_demo();
    let catalogue = service.ok("/api/catalogue").await;
    assert_eq!(catalogue["demo"], true);
    let layers = catalogue["layers"].as_array().unwrap();
    let map: Vec<_> = layers
        .iter()
        .filter(|layer| layer["role"] == "map")
        .collect();
    assert_eq!(map.len(), 12);
    assert!(
        map.iter().all(|layer| layer["count"].as_u64().unwrap() > 0),
        "no layer is empty"
    );
    let ready = service.ok("/health/ready").await;
    assert_eq!(ready["layers"]["grids"], 88);
}

#[tokio::test]
async fn pages_cover_a_layer_without_a_gap_or_a_double() {
    let service = TestService::with_demo();
    let mut path = "/api/collections/compounds/items?limit=40&skipGeometry=true".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = service.ok(&path).await;
        assert_eq!(page["numberMatched"], 147);
        ids.extend(
            page["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|feature| feature["id"].as_i64().unwrap()),
        );
        let next = page["links"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == "next")
            .cloned();
        let Some(next) = next else { break };
        path = next["href"].as_str().unwrap().to_owned();
    }
    assert_eq!(ids, (1..=147).collect::<Vec<_>>());
}

#[tokio::test]
async fn summaries_add_up_and_small_totals_of_households_are_not_told() {
    let service = TestService::with_demo();
    let cases = service.ok("/api/summary?layer=cases&by=communities").await;
    let sum: u64 = cases["areas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|area| area["count"].as_u64().unwrap())
        .sum();
    assert_eq!(sum + cases["unplaced"].as_u64().unwrap(), 757);
    let residents = service
        .ok("/api/summary?layer=communities&by=subdistricts&measure=sum:resident_count")
        .await;
    assert_eq!(residents["areas"][0]["value"], 78_710.0);
    let open = service
        .ok("/api/summary?layer=risk_points&by=grids&filter=status%20%3C%3E%20'closed'")
        .await;
    assert_eq!(open["total"], 87);
    let homes = service
        .ok("/api/summary?layer=households&by=buildings")
        .await;
    let few = homes["areas"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|area| area["suppressed"] == true)
        .count();
    assert!(
        few > 100,
        "each house of the village is one household: {few}"
    );
    assert_eq!(homes["suppressed_areas"].as_u64().unwrap() as usize, few);
}

#[tokio::test]
async fn a_compound_is_found_by_name_code_and_initials_but_no_household_is() {
    let service = TestService::with_demo();
    for asked in ["明林小区", "minglinxiaoqu", "mlxq"] {
        let found = service.ok(&format!("/api/search?q={asked}")).await;
        let names: Vec<_> = found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| hit["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&"明林小区"), "{asked}: {names:?}");
    }
    let home = service
        .ok("/api/collections/households/items?limit=1")
        .await["features"][0]["properties"]["code"]
        .clone();
    let found = service
        .ok(&format!("/api/search?q={}", home.as_str().unwrap()))
        .await;
    assert_eq!(found["numberMatched"], 0, "households are restricted");
}

#[tokio::test]
async fn tiles_come_in_both_forms_compressed_and_with_a_tag() {
    let service = TestService::with_demo();
    let (x, y) = (52_602, 26_129);
    let tile = service
        .ok(&format!(
            "/tiles/buildings,grids,risk_points/16/{x}/{y}.geojson"
        ))
        .await;
    assert_eq!(tile["type"], "FeatureCollection");
    assert_eq!(tile["numberMatched"], tile["numberReturned"]);
    let features = tile["features"].as_array().unwrap();
    assert!(
        features.len() > 10 && features.iter().all(|feature| feature["id"].is_i64()),
        "{}",
        features.len()
    );
    for coding in ["gzip", "br", "zstd"] {
        let path = format!("/tiles/buildings/16/{x}/{y}.mvt");
        // a client that does not undo the compression itself
        let answer = std::process::Command::new("curl")
            .args([
                "-s",
                "-D",
                "-",
                "-o",
                "/dev/null",
                "-H",
                &format!("accept-encoding: {coding}"),
                &format!("{}{path}", service.url),
            ])
            .output()
            .unwrap();
        let headers = String::from_utf8_lossy(&answer.stdout).to_lowercase();
        assert!(
            headers.contains(&format!("content-encoding: {coding}")),
            "{headers}"
        );
        assert!(
            headers.contains("etag:") && headers.contains("minqing-revision:"),
            "{headers}"
        );
    }
    let first = service
        .request(Method::GET, "/tiles/grids/14/13150/6532.geojson")
        .send()
        .await
        .unwrap();
    let tag = first.headers()["etag"].clone();
    let again = service
        .request(Method::GET, "/tiles/grids/14/13150/6532.geojson")
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    let nothing = service
        .request(Method::GET, "/tiles/grids/14/0/0.mvt")
        .send()
        .await
        .unwrap();
    assert_eq!(nothing.status(), 204);
    let filtered = service
        .ok(&format!(
            "/tiles/grids/16/{x}/{y}.geojson?filter=kind%3D'dedicated'"
        ))
        .await;
    assert!(
        filtered["features"]
            .as_array()
            .unwrap()
            .iter()
            .all(|feature| feature["properties"]["kind"] == "dedicated")
    );
    let described = service.ok("/tiles/grids,buildings.json").await;
    assert_eq!(described["tilejson"], "3.0.0");
    assert_eq!(described["vector_layers"].as_array().unwrap().len(), 2);
}

#[test]
fn the_demo_is_written_the_same_twice_and_layers_go_out_and_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for out in ["one", "two"] {
        assert!(
            run(&["demo", "--seed", "5", "--out", &path(out)])
                .status
                .success()
        );
    }
    let same = std::process::Command::new("diff")
        .args(["-r", &path("one"), &path("two")])
        .output()
        .unwrap();
    assert!(same.status.success() && same.stdout.is_empty());
    let file = path("one") + "/grids.geojsonl";
    let store = path("map.gpkg");
    let done = run(&["import", &file, "--layer", "grids", "--store", &store]);
    assert!(
        said(&done).contains("导入88条"),
        "{PROGRAM}: {}",
        said(&done)
    );
    assert!(
        run(&[
            "export",
            "all",
            "--to",
            &path("copy.gpkg"),
            "--store",
            &store
        ])
        .status
        .success()
    );
    let listed = std::process::Command::new("ogrinfo")
        .args(["-so", &path("copy.gpkg"), "grids"])
        .output()
        .unwrap();
    assert!(
        said(&listed).contains("Feature Count: 88"),
        "{}",
        said(&listed)
    );
}
