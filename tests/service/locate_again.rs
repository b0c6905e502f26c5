//! A place that is asked again, or next to another: what was kept of the first answer never shows in the wrong one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value as Json;

use crate::driver::{TestService, sqlite3};

/// All that a plain question is answered with.
const ALL: [&str; 7] = [
    "subdistricts",
    "communities",
    "grids",
    "compounds",
    "buildings",
    "entrances",
    "households",
];

/// All layers in an order that no question had before, so that its answer is not there yet.
fn in_a_new_order() -> String {
    static ORDERS: AtomicUsize = AtomicUsize::new(0);
    let mut order = ORDERS.fetch_add(1, Ordering::Relaxed);
    let mut left = ALL.to_vec();
    let names: Vec<&str> = std::iter::from_fn(|| {
        let count = left.len();
        (count > 0).then(|| {
            let name = left.remove(order % count);
            order /= count;
            name
        })
    })
    .collect();
    names.join(",")
}

/// Places in, on and beside houses, several for each.
async fn places(service: &TestService) -> Vec<(f64, f64)> {
    let houses = service
        .ok("/api/collections/buildings/items?limit=300")
        .await;
    let houses = houses.pointer("/features").unwrap().as_array().unwrap();
    let some = houses.iter().step_by(7);
    some.flat_map(|house| {
        let number = |axis: u8| {
            let corner = format!("/geometry/coordinates/0/0/0/{axis}");
            house.pointer(&corner).unwrap().as_f64().unwrap()
        };
        let (lon, lat) = (number(0), number(1));
        [(0.0, 0.0), (2e-5, 2e-5), (-2e-5, 3e-5), (1e-4, -1e-4)].map(|(x, y)| (lon + x, lat + y))
    })
    .collect()
}

async fn plain(service: &TestService, (lon, lat): (f64, f64)) -> Json {
    service
        .ok(&format!("/api/locate?lon={lon}&lat={lat}"))
        .await
}

async fn of_layers(service: &TestService, (lon, lat): (f64, f64), layers: &str) -> Json {
    service
        .ok(&format!("/api/locate?lon={lon}&lat={lat}&layers={layers}"))
        .await
}

async fn anew(service: &TestService, place: (f64, f64)) -> Json {
    of_layers(service, place, &in_a_new_order()).await
}

#[tokio::test]
async fn a_kept_answer_about_some_layers_is_the_part_of_the_whole() {
    let service = TestService::with_demo();
    let places = places(&service).await;
    for _ in 0..2 {
        for place in &places {
            let whole = plain(&service, *place).await;
            for layers in ["households", "grids", "entrances,communities"] {
                let part = of_layers(&service, *place, layers).await;
                let links = whole["chain"].as_array().unwrap().iter();
                let asked = links.filter(|link| layers.contains(link["layer"].as_str().unwrap()));
                let chain: Vec<&Json> = asked.collect();
                assert_eq!(
                    part["chain"],
                    serde_json::json!(chain),
                    "{layers} at {place:?}"
                );
                let households = if layers == "households" {
                    whole["households"].clone()
                } else {
                    serde_json::json!([])
                };
                assert_eq!(part["households"], households, "{layers} at {place:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_kept_answer_is_what_would_be_written_anew() {
    let service = TestService::with_demo();
    let places = places(&service).await;
    let mut near = 0;
    for turn in 0..2 {
        for place in &places {
            let (kept, fresh) = (plain(&service, *place).await, anew(&service, *place).await);
            assert_eq!(kept, fresh, "turn {turn}, {place:?}");
            near += u32::from(kept["chain"].to_string().contains("\"near\""));
        }
    }
    assert!(near > 20, "distances are seen: {near}");
}

/// The answer at `place` once it shows what came after `before`.
async fn after(service: &TestService, place: (f64, f64), before: &Json) -> Json {
    for _ in 0..40 {
        let now = plain(service, place).await;
        if now["revision"] != before["revision"] {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the edit was not seen within a second");
}

#[tokio::test]
async fn an_edit_by_another_program_shows_in_an_answer_that_was_kept() {
    let service = TestService::with_demo();
    let mut lived_in = None;
    for place in places(&service).await {
        let answer = plain(&service, place).await;
        let doors = answer["chain"].to_string();
        if answer["households"][0].is_object() && doors.contains("entrances") {
            lived_in = Some(place);
            break;
        }
    }
    let place = lived_in.expect("a house with a door and households");
    let code_of = |answer: &Json, layer: &str| {
        let mut links = answer["chain"].as_array().unwrap().iter();
        let link = links.find(|link| link["layer"] == layer).unwrap();
        link["code"].as_str().unwrap().to_owned()
    };
    let mut before = plain(&service, place).await;
    let post = before["posts"][0]["code"].as_str().unwrap();
    let household = &before["households"][0]["code"].as_str().unwrap();
    let (house, door) = (code_of(&before, "buildings"), code_of(&before, "entrances"));
    let edits = [
        format!("UPDATE posts SET holder = '新任' WHERE code = '{post}'"),
        format!("UPDATE households SET room_label = '新室' WHERE code = '{household}'"),
        format!("UPDATE buildings SET name = '新楼' WHERE code = '{house}'"),
        format!("UPDATE entrances SET name = '新门' WHERE code = '{door}'"),
        format!("UPDATE entrances SET building_code = NULL WHERE code = '{door}'"),
    ];
    for edit in edits {
        sqlite3(&service.store, &edit);
        let now = after(&service, place, &before).await;
        assert_eq!(now, anew(&service, place).await, "{edit}");
        let (_, new) = edit.split_once(" = ").unwrap();
        let new = new.split(' ').next().unwrap().trim_matches('\'');
        if new == "NULL" {
            assert!(!now["chain"].to_string().contains(&door), "{edit}");
        } else {
            assert!(now.to_string().contains(new), "{edit}");
        }
        before = now;
    }
}

#[tokio::test]
async fn an_edit_of_what_an_answer_does_not_tell_changes_its_revision_only() {
    let service = TestService::with_demo();
    let place = places(&service).await[0];
    let mut before = plain(&service, place).await;
    sqlite3(
        &service.store,
        "UPDATE facilities SET name = '新名' WHERE id = (SELECT min(id) FROM facilities)",
    );
    let now = after(&service, place, &before).await;
    before["revision"] = now["revision"].clone();
    assert_eq!(now, before);
    assert_eq!(now, anew(&service, place).await);
}

/// After a start every layer has one revision, whenever its records were changed.
#[tokio::test]
async fn an_answer_of_an_earlier_map_is_not_that_of_the_latest_and_never_takes_its_place() {
    let mut service = TestService::with_demo();
    let place = places(&service).await[0];
    let before = plain(&service, place).await;
    let post = before["posts"][0]["code"].as_str().unwrap();
    let moment = jiff::Timestamp::now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    sqlite3(
        &service.store,
        &format!("UPDATE posts SET holder = '新任' WHERE code = '{post}'"),
    );
    let now = after(&service, place, &before).await;
    let (folder, store) = (service.take_folder(), service.store.clone());
    service.kill();
    let service = TestService::launch(&store, folder);
    let (lon, lat) = place;
    let then = format!("/api/locate?lon={lon}&lat={lat}&datetime={moment}");
    for _ in 0..2 {
        assert_eq!(service.ok(&then).await["posts"], before["posts"]);
        assert_eq!(plain(&service, place).await["posts"], now["posts"]);
    }
    assert_ne!(before["posts"], now["posts"]);
}
