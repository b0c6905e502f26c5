//! Catalogue, items, summaries, search and tiles of the demo, as the web app asks for them.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use reqwest::Method;
use serde_json::json;

use crate::driver::{PROGRAM, TestService, run, said};

#[tokio::test]
async fn the_catalogue_lists_the_fourteen_layers_with_their_counts() {
    let service = TestService::with_demo();
    let catalogue = service.ok("/api/catalogue").await;
    assert_eq!(catalogue["demo"], true);
    let layers = catalogue["layers"].as_array().unwrap();
    let map: Vec<_> = layers
        .iter()
        .filter(|layer| layer["role"] == "map")
        .collect();
    assert_eq!(map.len(), 14);
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
        let next = next["href"].as_str().unwrap();
        next.strip_prefix(&service.url)
            .unwrap()
            .clone_into(&mut path);
    }
    assert_eq!(ids, (1..=147).collect::<Vec<_>>());
}

/// A filter in an address.
fn escaped(filter: &str) -> String {
    form_urlencoded::byte_serialize(filter.as_bytes()).collect()
}

#[tokio::test]
async fn the_list_of_an_area_has_what_the_summary_counts_there() {
    let service = TestService::with_demo();
    let asked = [
        ("risk_points", "status NOT IN ('closed','void')"),
        ("inspection_targets", "next_due <= DATE('2026-11-27')"),
        ("cases", "reported_at > TIMESTAMP('2026-06-01T00:00:00Z')"),
        ("facilities", "kind <> 'hydrant'"),
    ];
    for (layer, filter) in asked {
        let filter = escaped(filter);
        for by in ["subdistricts", "communities", "grids", "compounds"] {
            let path = format!("/api/summary?layer={layer}&by={by}&filter={filter}");
            let summary = service.ok(&path).await;
            let areas = summary["areas"].as_array().unwrap();
            let mut busy: Vec<_> = areas.iter().collect();
            busy.sort_by_key(|area| std::cmp::Reverse(area["count"].as_u64()));
            let (first, last) = (busy.iter().take(4), busy.iter().rev().take(2));
            for area in first.chain(last) {
                let code = area["code"].as_str().unwrap();
                let page = format!(
                    "/api/collections/{layer}/items?filter={filter}&area={by}:{code}&limit=10000&skipGeometry=true"
                );
                let page = service.ok(&page).await;
                assert_eq!(
                    page["numberMatched"], area["count"],
                    "{layer} in {by} {code}"
                );
                let listed = page["features"].as_array().unwrap().len();
                assert_eq!(Some(listed as u64), area["count"].as_u64());
            }
            // together, as one by one
            let two: Vec<_> = busy.iter().take(2).collect();
            let codes: Vec<_> = two
                .iter()
                .map(|area| area["code"].as_str().unwrap())
                .collect();
            let counts: u64 = two.iter().map(|area| area["count"].as_u64().unwrap()).sum();
            let page = format!(
                "/api/collections/{layer}/items?filter={filter}&area={by}:{}&limit=1",
                codes.join(",")
            );
            assert_eq!(service.ok(&page).await["numberMatched"], counts);
        }
    }
}

#[tokio::test]
async fn an_area_that_is_not_there_is_named() {
    let service = TestService::with_demo();
    for (area, zh) in [
        ("communities:1", "没有编码为 1 的记录"),
        ("grids:610113902016J01,x", "没有编码为 x 的记录"),
        ("roads:1", "图层可用：subdistricts, communities"),
        ("610113902016", "应为“图层:编码”"),
        ("communities:", "没有编码为"),
    ] {
        let path = format!("/api/collections/cases/items?area={}", escaped(area));
        let (status, problem) = service.get(&path).await;
        assert_eq!(status, 400, "{problem}");
        assert_eq!(problem["errors"][0]["parameter"], "area", "{problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(zh),
            "{problem}"
        );
    }
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
    // the year's, which are closed, and those of this week
    assert_eq!(sum + cases["unplaced"].as_u64().unwrap(), 769);
    let closed = service
        .ok("/api/summary?layer=cases&by=subdistricts&filter=status%3D'closed'")
        .await;
    assert_eq!(closed["total"], 757);
    let vacant = service
        .ok("/api/summary?layer=vacant_spaces&by=subdistricts&measure=sum:floor_area_m2")
        .await;
    assert_eq!(vacant["areas"][0]["value"], 18_700.0);
    let gates = service.ok("/api/summary?layer=gates&by=compounds").await;
    assert!(
        gates["areas"]
            .as_array()
            .unwrap()
            .iter()
            .all(|area| area["count"].as_u64().unwrap() > 0)
    );
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

/// The entity tag of every tile that shows something of the demo, z12 to z17, by address.
async fn tags(service: &TestService, extent: [f64; 4]) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for zoom in 12..=17 {
        let side = f64::from(1_u32 << zoom);
        let column = |lon: f64| ((lon + 180.0) / 360.0 * side).floor();
        let row = |lat: f64| ((1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * side).floor();
        let mut x = column(extent[0]);
        while x <= column(extent[2]) {
            let mut y = row(extent[3]);
            while y <= row(extent[1]) {
                let path = format!("/tiles/facilities/{zoom}/{x}/{y}.mvt");
                let answer = service.request(Method::GET, &path).send().await.unwrap();
                let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
                tags.insert(path, tag);
                y += 1.0;
            }
            x += 1.0;
        }
    }
    tags
}

#[tokio::test]
async fn an_edit_changes_the_tags_of_the_tiles_it_touches_and_of_no_others() {
    let service = TestService::with_demo();
    let layer = service.ok("/api/collections/facilities").await;
    let extent: [f64; 4] =
        serde_json::from_value(layer["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let before = tags(&service, extent).await;
    let filter = "/api/collections/facilities/items?limit=1000&skipGeometry=false";
    let all = service.ok(filter).await;
    let points = all["features"].as_array().unwrap().iter();
    let mut points = points.filter(|feature| feature["geometry"]["type"] == "Point");
    let mut moved = points.next().unwrap().clone();
    let path = format!("/api/collections/facilities/items/{}", moved["id"]);
    let item = service.request(Method::GET, &path).send().await.unwrap();
    let tag = item.headers()["etag"].clone();
    let from: [f64; 2] = serde_json::from_value(moved["geometry"]["coordinates"].clone()).unwrap();
    let to = [
        f64::midpoint(extent[0], extent[2]),
        f64::midpoint(extent[1], extent[3]),
    ];
    moved["geometry"]["coordinates"] = json!(to);
    let put = service
        .request(Method::PUT, &path)
        .header("if-match", tag)
        .json(&moved);
    let put = put.send().await.unwrap();
    assert_eq!(put.status(), 200, "{}", put.text().await.unwrap());
    let after = tags(&service, extent).await;
    assert_eq!(before.len(), after.len());
    let mut changed = 0;
    for (path, tag) in &before {
        let parts: Vec<&str> = path.trim_end_matches(".mvt").split('/').collect();
        let [zoom, x, y] = [3, 4, 5].map(|at: usize| parts[at].parse::<f64>().unwrap());
        // a point is in a tile or within its buffer of 1/64 of its side, give or take the last decimal
        let touches = |[lon, lat]: [f64; 2], more: f64| {
            let side = zoom.exp2();
            let column = (lon + 180.0) / 360.0 * side;
            let row = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * side;
            let reach = 1.0 / 64.0 + more;
            column >= x - reach
                && column <= x + 1.0 + reach
                && row >= y - reach
                && row <= y + 1.0 + reach
        };
        let is_changed = after[path] != *tag;
        changed += usize::from(is_changed);
        if touches(from, -1e-4) || touches(to, -1e-4) {
            assert!(is_changed, "{path} shows what it was");
        } else if !touches(from, 1e-4) && !touches(to, 1e-4) {
            assert!(!is_changed, "{path} was not touched");
        }
    }
    println!("{changed} of {} tiles changed", before.len());
}

#[tokio::test]
async fn tiles_come_compressed_as_the_client_likes_and_are_the_same() {
    let service = TestService::with_demo();
    let layer = service.ok("/api/collections/buildings").await;
    let extent: [f64; 4] =
        serde_json::from_value(layer["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let (lon, lat) = (
        f64::midpoint(extent[0], extent[2]),
        f64::midpoint(extent[1], extent[3]),
    );
    let (x, y) = (
        ((lon + 180.0) / 360.0 * 32768.0).floor(),
        ((1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * 32768.0).floor(),
    );
    let url = format!("{}/tiles/buildings,grids/15/{x}/{y}.geojson", service.url);
    let mut seen = Vec::new();
    for coding in ["gzip", "br", "zstd"] {
        let client = reqwest::Client::builder().gzip(coding == "gzip");
        let client = client.brotli(coding == "br").zstd(coding == "zstd");
        let client = client.build().unwrap();
        for _ in 0..2 {
            let answer = client.get(&url).send().await.unwrap();
            let tag = answer.headers()["etag"].clone();
            assert_eq!(answer.headers()["vary"], "accept-encoding");
            // the client names its one coding, and takes the header off with the compression
            assert!(answer.headers().get("content-encoding").is_none());
            assert!(answer.content_length().is_none());
            seen.push((tag, answer.text().await.unwrap()));
        }
    }
    let plain = reqwest::Client::builder().no_gzip().no_brotli().no_zstd();
    let answer = plain.build().unwrap().get(&url).send().await.unwrap();
    assert!(answer.content_length().unwrap() > 10_000);
    seen.push((
        answer.headers()["etag"].clone(),
        answer.text().await.unwrap(),
    ));
    seen.dedup();
    assert_eq!(seen.len(), 1, "one tile, however it comes");
}
