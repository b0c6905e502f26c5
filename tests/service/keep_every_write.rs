//! `kill -9` at any moment: what was acknowledged is there, what was not is wholly absent.

use std::collections::HashSet;
use std::f64::consts::PI;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::driver::{TestService, said, sqlite3};

fn case(number: usize) -> serde_json::Value {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": format!("KILL-{number:05}"), "name": format!("第{number}件"), "status": "accepted" },
    })
}

/// How often the server is killed; `MINQING_KILL_ROUNDS` asks for more than a test run has time for.
fn rounds() -> u64 {
    let asked = std::env::var_os("MINQING_KILL_ROUNDS");
    asked.map_or(12, |rounds| rounds.to_str().unwrap().parse().unwrap())
}

/// A moment between two bounds, from a sequence that is the same in each run (`xorshift`).
fn moment(state: &mut u64, range: std::ops::Range<u64>) -> Duration {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    Duration::from_micros(range.start + *state % (range.end - range.start))
}

/// Writes cases number `first`, `first + 4`, … until it is stopped; gives the numbers that were acknowledged.
async fn write_on(base: String, client: reqwest::Client, first: usize) -> Vec<usize> {
    let mut acknowledged = Vec::new();
    for number in (first..).step_by(WRITERS) {
        let answer = client.post(&base).json(&case(number)).send().await;
        match answer {
            Ok(answer) => {
                assert_eq!(answer.status(), StatusCode::CREATED);
                acknowledged.push(number);
            }
            // the server is gone
            Err(_) => break,
        }
    }
    acknowledged
}

const WRITERS: usize = 4;

#[tokio::test]
async fn acknowledged_writes_survive_kill_nine() {
    let rounds = rounds();
    let mut service = TestService::with_demo();
    let mut acknowledged: Vec<usize> = Vec::new();
    let mut cut_in_flight = 0;
    let mut next = 1;
    let mut random = 0x9E37_79B9_7F4A_7C15;
    for _ in 0..rounds {
        let base = format!("{}/api/collections/cases/items", service.url);
        let client = reqwest::Client::new();
        let writers: Vec<_> = (0..WRITERS)
            .map(|lane| tokio::spawn(write_on(base.clone(), client.clone(), next + lane)))
            .collect();
        tokio::time::sleep(moment(&mut random, 50_000..450_000)).await;
        service.kill();
        let mut furthest = next;
        for writer in writers {
            let numbers = writer.await.unwrap();
            furthest = furthest.max(numbers.last().map_or(0, |last| last + WRITERS));
            acknowledged.extend(numbers);
        }
        next = furthest + 2 * WRITERS;
        assert_eq!(sqlite3(&service.store, "PRAGMA integrity_check"), "ok");
        let store = service.store.clone();
        let there = sqlite3(&store, "SELECT code FROM cases WHERE code LIKE 'KILL-%'");
        let there: HashSet<&str> = there.lines().collect();
        for number in &acknowledged {
            let code = format!("KILL-{number:05}");
            assert!(
                there.contains(code.as_str()),
                "{code} was acknowledged and is gone"
            );
        }
        cut_in_flight = there.len() - acknowledged.len();
        let half = "SELECT count(*) FROM cases WHERE code LIKE 'KILL-%' AND (revision IS NULL OR name = '' OR geom IS NULL \
                    OR id NOT IN (SELECT feature_id FROM minqing_change WHERE layer = 'cases'))";
        assert_eq!(sqlite3(&store, half), "0");
        let folder = service.take_folder();
        service = TestService::launch(&store, folder);
        let found = service.ok("/api/collections/cases/items?filter=code%20LIKE%20'KILL-%25'&limit=1&skipGeometry=true").await;
        assert_eq!(found["numberMatched"].as_u64().unwrap(), there.len() as u64);
    }
    println!(
        "{} writes acknowledged over {rounds} cuts, none lost; {cut_in_flight} more were whole though their answer was cut off",
        acknowledged.len()
    );
    assert!(
        acknowledged.len() > 50,
        "only {} writes were acknowledged",
        acknowledged.len()
    );
}

#[tokio::test]
async fn a_write_needs_the_revision_that_was_seen() {
    let service = TestService::with_demo();
    let made = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case(1))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let (place, tag) = (
        made.headers()["location"].to_str().unwrap().to_owned(),
        made.headers()["etag"].clone(),
    );
    let put = |tag: Option<&reqwest::header::HeaderValue>| {
        let request = service.request(Method::PUT, &place).json(&case(1));
        tag.map_or(request.try_clone().unwrap(), |tag| {
            request.header("if-match", tag)
        })
        .send()
    };
    assert_eq!(
        put(None).await.unwrap().status(),
        StatusCode::PRECONDITION_REQUIRED
    );
    assert_eq!(put(Some(&tag)).await.unwrap().status(), StatusCode::OK);
    assert_eq!(
        put(Some(&tag)).await.unwrap().status(),
        StatusCode::PRECONDITION_FAILED
    );
    let double = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case(1))
        .send()
        .await
        .unwrap();
    assert_eq!(double.status(), StatusCode::CONFLICT);
    let now = service
        .request(Method::GET, &place)
        .send()
        .await
        .unwrap()
        .headers()["etag"]
        .clone();
    let delete = service
        .request(Method::DELETE, &place)
        .header("if-match", now)
        .send()
        .await
        .unwrap();
    assert_eq!(delete.status(), StatusCode::NO_CONTENT);
    assert_eq!(service.get(&place).await.0, StatusCode::NOT_FOUND);
}

/// Asks until `holds`; fails after a second. Gives how long it took.
async fn within_a_second<F>(mut holds: F) -> Duration
where
    F: AsyncFnMut() -> bool,
{
    let began = Instant::now();
    while !holds().await {
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "not there after a second"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

#[tokio::test]
async fn an_edit_by_sqlite3_is_on_the_map_within_a_second() {
    let service = TestService::with_demo();
    let grid = service.ok("/api/collections/grids/items?limit=1").await["features"][0].clone();
    let (id, code) = (
        grid["id"].as_i64().unwrap(),
        grid["properties"]["code"].as_str().unwrap().to_owned(),
    );
    sqlite3(
        &service.store,
        &format!("UPDATE grids SET name = '外部改名' WHERE code = '{code}'"),
    );
    let item = format!("/api/collections/grids/items/{id}");
    let took =
        within_a_second(async || service.ok(&item).await["properties"]["name"] == "外部改名").await;
    let item = service.ok(&item).await;
    assert_eq!(item["properties"]["updated_by"], "another program");
    println!("visible after {} ms", took.as_millis());
}

/// A house of about 20 m that `ogr2ogr` puts on the map, takes elsewhere and takes away again.
fn house(lon: f64, lat: f64) -> String {
    let (east, north) = (lon + 2e-4, lat + 2e-4);
    json!({
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature",
            "properties": { "code": "外部-1", "name": "外部楼", "number": "外1" },
            "geometry": { "type": "MultiPolygon", "coordinates": [[[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]]] },
        }],
    })
    .to_string()
}

fn ogr2ogr(store: &Path, arguments: &[&str]) {
    let done = Command::new("ogr2ogr")
        .args(["-update", "-append", "-nln", "buildings"])
        .args(arguments)
        .arg(store)
        .arg(store.with_file_name("house.geojson"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
}

#[tokio::test]
async fn an_edit_by_ogr2ogr_is_in_locate_items_and_tiles_within_a_second() {
    let service = TestService::with_demo();
    // out in the open, away from every building of the demo
    let place = (108.9301, 34.1901);
    let file = service.store.with_file_name("house.geojson");
    let locate = |lon: f64, lat: f64| format!("/api/locate?lon={}&lat={}", lon + 1e-4, lat + 1e-4);
    let items = "/api/collections/buildings/items?filter=code%3D'外部-1'";
    let tile = |lon: f64, lat: f64| {
        let side = 65536.0;
        let x = ((lon + 180.0) / 360.0 * side).floor();
        let y = ((1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * side).floor();
        format!("/tiles/buildings/16/{x}/{y}.geojson")
    };
    let shows = async |(lon, lat): (f64, f64)| {
        let chain = service.ok(&locate(lon, lat)).await.to_string();
        let found = service.ok(items).await;
        let tile = service.ok(&tile(lon, lat)).await.to_string();
        chain.contains("外部-1") && found["numberMatched"] == 1 && tile.contains("外部-1")
    };
    assert!(!shows(place).await);
    std::fs::write(&file, house(place.0, place.1)).unwrap();
    ogr2ogr(&service.store, &[]);
    let put = within_a_second(async || shows(place).await).await;

    let elsewhere = (place.0 + 0.02, place.1);
    std::fs::write(&file, house(elsewhere.0, elsewhere.1)).unwrap();
    let id = sqlite3(
        &service.store,
        "SELECT id FROM buildings WHERE code = '外部-1'",
    );
    let text = std::fs::read_to_string(&file).unwrap();
    let with_id = text.replacen(
        "\"type\":\"Feature\",",
        &format!("\"type\":\"Feature\",\"id\":{id},"),
        1,
    );
    assert_ne!(text, with_id);
    std::fs::write(&file, with_id).unwrap();
    ogr2ogr(&service.store, &["-upsert", "-preserve_fid"]);
    let moved = within_a_second(async || shows(elsewhere).await && !shows(place).await).await;

    let deleted = Command::new("ogrinfo")
        .args([
            "-update",
            "-sql",
            "DELETE FROM buildings WHERE code = '外部-1'",
        ])
        .arg(&service.store)
        .output()
        .unwrap();
    assert!(deleted.status.success(), "{}", said(&deleted));
    let gone = within_a_second(async || service.ok(items).await["numberMatched"] == 0).await;
    println!(
        "visible after {} ms (put), {} ms (moved), {} ms (deleted)",
        put.as_millis(),
        moved.as_millis(),
        gone.as_millis()
    );
}
