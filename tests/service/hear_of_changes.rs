//! Open maps are told what has changed, and only the tiles that a change touches are others.

use std::collections::{BTreeMap, VecDeque};
use std::f64::consts::PI;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use tokio::time::timeout;

use crate::driver::{Stored, TestService};

const GRIDS: &str = "/api/collections/grids/items";

/// One who listens to `/api/events`.
struct Ear {
    response: Response,
    text: String,
    waiting: VecDeque<Event>,
}

#[derive(Debug, Clone, PartialEq)]
struct Event {
    kind: String,
    id: String,
    data: Json,
}

impl Ear {
    async fn on(client: &Client, url: &str, last_seen: Option<&str>) -> Self {
        let mut request = client.get(url);
        if let Some(id) = last_seen {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(
            response.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/event-stream")
        );
        Self {
            response,
            text: String::new(),
            waiting: VecDeque::new(),
        }
    }

    /// The next event; `None` where the server ends the connection, or nothing comes for a while.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let came = timeout(Duration::from_secs(8), self.response.chunk())
                .await
                .ok()?;
            self.text
                .push_str(std::str::from_utf8(&came.ok()??).unwrap());
            while let Some(at) = self.text.find("\n\n") {
                let block: String = self.text.drain(..at + 2).collect();
                let line = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default()
                        .trim()
                        .to_owned()
                };
                if !line("data:").is_empty() {
                    let data = serde_json::from_str(&line("data:")).unwrap();
                    self.waiting.push_back(Event {
                        kind: line("event:"),
                        id: line("id:"),
                        data,
                    });
                }
            }
        }
    }
}

async fn rename(service: &TestService, layer: &str, id: usize, name: &str) -> Json {
    let place = format!("/api/collections/{layer}/items/{id}");
    let patch = service
        .request(Method::PATCH, &place)
        .header("if-match", "*");
    let answer = patch
        .json(&json!({ "properties": { "name": name } }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

async fn who_comes_back_has_missed_nothing(stored: Stored) {
    let service = &stored.service;
    let client = Client::new();
    let url = format!("{}/api/events", service.url);
    let mut ear = Ear::on(&client, &url, None).await;
    rename(service, "grids", 7, "一").await;
    let first = ear.next().await.unwrap();
    assert_eq!(
        (
            first.kind.as_str(),
            &first.data["layer"],
            &first.data["ids"]
        ),
        ("change", &json!("grids"), &json!([7]))
    );
    assert_eq!(first.id, first.data["revision"].to_string());
    assert!(first.data["box"][0].as_f64().unwrap() < first.data["box"][2].as_f64().unwrap());
    drop(ear);
    rename(service, "grids", 8, "二").await;
    rename(service, "grids", 8, "三").await;
    stored.another_program(
        "UPDATE cases SET name = '四' WHERE id = 9; UPDATE households SET name = 'x' WHERE id = 3",
    );
    rename(service, "grids", 9, "五").await;
    let told_of = |events: &[Event]| {
        let mut records: Vec<String> = Vec::new();
        for event in events {
            let ids = event.data["ids"].as_array().unwrap().iter();
            records.extend(ids.map(|id| format!("{} {id}", event.data["layer"].as_str().unwrap())));
        }
        records.sort();
        records.dedup();
        records
    };
    for (address, header) in [
        (url.clone(), Some(&*first.id)),
        (format!("{url}?since={}", first.id), None),
    ] {
        let mut ear = Ear::on(&client, &address, header).await;
        let events = [ear.next().await.unwrap(), ear.next().await.unwrap()];
        let mut told = told_of(&events);
        // the one who came first has changed it
        told.retain(|record| record != "grids 10");
        assert_eq!(told, ["cases 9", "grids 8", "grids 9"]);
        assert_eq!(events[0].id, "");
        rename(service, "grids", 10, "六").await;
        assert_eq!(ear.next().await.unwrap().data["ids"], json!([10]));
    }
    for unknown in ["0", "999999999"] {
        let mut ear = Ear::on(&client, &format!("{url}?since={unknown}"), None).await;
        assert_eq!(ear.next().await.unwrap().kind, "reload", "{unknown}");
    }
    for wrong in ["?since=gestern", "?sinec=1"] {
        let (status, _) = service.get(&format!("/api/events{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

/// So many listen; `MINQING_LISTENERS` asks for another number.
fn listeners() -> usize {
    let asked = std::env::var_os("MINQING_LISTENERS");
    asked.map_or(2000, |many| many.to_str().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_two_thousand_hear_every_change_and_memory_stays_bounded() {
    const EDITS: usize = 100;
    let stored = Stored::in_a_file();
    let service = &stored.service;
    let client = Client::new();
    let url = format!("{}/api/events", service.url);
    let before = service.memory_kib();
    let ears = (0..listeners()).map(|_| Ear::on(&client, &url, None));
    let ears = futures_util::future::join_all(ears).await;
    // some never read
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(Ear::on(&client, &url, None).await);
    }
    let ears: Vec<_> = ears
        .into_iter()
        .map(|mut ear| {
            tokio::spawn(async move {
                let mut heard = Vec::new();
                while heard.len() < EDITS {
                    let Some(event) = ear.next().await else { break };
                    heard.push(event.data["ids"][0].as_u64().unwrap());
                }
                heard
            })
        })
        .collect();
    let began = Instant::now();
    let wanted: Vec<u64> = (0..EDITS as u64).map(|number| 1 + number % 80).collect();
    for id in &wanted {
        rename(service, "grids", *id as usize, &format!("第{id}")).await;
    }
    for ear in ears {
        assert_eq!(ear.await.unwrap(), wanted);
    }
    let grown = service.memory_kib().saturating_sub(before) / 1024;
    println!(
        "{} listeners heard {EDITS} changes in {:?}; the server grew by {grown} MiB",
        listeners(),
        began.elapsed()
    );
    assert!(grown < 300, "{grown} MiB");
}

/// Column and row of the tile that has the place.
fn tile_of(lon: f64, lat: f64, z: u32) -> (i64, i64) {
    let many = f64::from(1_u32 << z);
    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
    (((lon + 180.0) / 360.0 * many) as i64, (y * many) as i64)
}

fn around(geometry: &Json) -> [f64; 4] {
    let mut bbox = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let mut rest = vec![&geometry["coordinates"]];
    while let Some(each) = rest.pop() {
        match each.as_array().unwrap().as_slice() {
            [Json::Number(lon), Json::Number(lat)] => {
                let (lon, lat) = (lon.as_f64().unwrap(), lat.as_f64().unwrap());
                bbox = [
                    bbox[0].min(lon),
                    bbox[1].min(lat),
                    bbox[2].max(lon),
                    bbox[3].max(lat),
                ];
            }
            parts => rest.extend(parts),
        }
    }
    bbox
}

#[tokio::test]
async fn exactly_the_touched_tiles_change_their_tags() {
    let stored = Stored::in_a_file();
    let service = &stored.service;
    let extent = service.ok("/api/catalogue").await["extent"].clone();
    let extent: Vec<f64> = extent
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_f64().unwrap())
        .collect();
    let tags = async || {
        let mut tags = BTreeMap::new();
        for z in 10..=17 {
            let ((west, north), (east, south)) = (
                tile_of(extent[0], extent[3], z),
                tile_of(extent[2], extent[1], z),
            );
            for x in west..=east {
                for y in north..=south {
                    let path = format!("/tiles/grids,buildings/{z}/{x}/{y}.mvt");
                    let answer = service.request(Method::GET, &path).send().await.unwrap();
                    let tag = answer
                        .headers()
                        .get("etag")
                        .map(|tag| tag.to_str().unwrap().to_owned());
                    tags.insert((z, x, y), (tag, answer.bytes().await.unwrap()));
                }
            }
        }
        tags
    };
    let before = tags().await;
    assert!(before.len() > 150, "{} tiles", before.len());
    let place = "/api/collections/buildings/items/100";
    let building = service.ok(place).await;
    let mut moved = building["geometry"].clone();
    for position in moved["coordinates"][0][0].as_array_mut().unwrap() {
        position[0] = json!(position[0].as_f64().unwrap() + 0.004);
    }
    let patch = service
        .request(Method::PATCH, place)
        .header("if-match", "*");
    let done = patch
        .json(&json!({ "geometry": moved }))
        .send()
        .await
        .unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    let boxes = [around(&building["geometry"]), around(&moved)];
    let after = tags().await;
    let mut changed = 0;
    for ((z, x, y), (tag, body)) in &after {
        let (old_tag, old_body) = &before[&(*z, *x, *y)];
        assert_eq!(
            tag == old_tag,
            body == old_body,
            "{z}/{x}/{y}: a tag stands for its tile"
        );
        // a tile has a margin, an eighth of its width at most
        let is_touched = boxes.iter().any(|bbox| {
            let corner = |lon: f64, lat: f64| {
                let many = f64::from(1_u32 << z);
                let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
                ((lon + 180.0) / 360.0 * many, y * many)
            };
            let ((west, north), (east, south)) =
                (corner(bbox[0], bbox[3]), corner(bbox[2], bbox[1]));
            let (x, y) = (*x as f64, *y as f64);
            west < x + 1.125 && east > x - 0.125 && north < y + 1.125 && south > y - 0.125
        });
        if tag != old_tag {
            changed += 1;
            assert!(
                is_touched,
                "{z}/{x}/{y} has another tag and was not touched"
            );
        }
    }
    // where houses are drawn one by one, the tile that lost it and the one that got it have changed
    for bbox in boxes {
        for z in 15..=17 {
            let (x, y) = tile_of(
                f64::midpoint(bbox[0], bbox[2]),
                f64::midpoint(bbox[1], bbox[3]),
                z,
            );
            if let Some((tag, _)) = after.get(&(z, x, y)) {
                assert_ne!(*tag, before[&(z, x, y)].0, "{z}/{x}/{y}");
            }
        }
    }
    println!("{changed} of {} tiles have another tag", after.len());
    assert!(changed >= 3);
    // what was not touched is still not modified for one who has it
    let (&(z, x, y), (tag, _)) = after
        .iter()
        .find(|(tile, (tag, _))| before[tile].0 == *tag && tag.is_some())
        .unwrap();
    let again = service.request(
        Method::GET,
        &format!("/tiles/grids,buildings/{z}/{x}/{y}.mvt"),
    );
    let again = again
        .header("if-none-match", tag.as_ref().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let _ = service.ok(&format!("{GRIDS}?limit=1")).await;
}

crate::driver::on_both_stores! {
    who_comes_back_has_missed_nothing
}
