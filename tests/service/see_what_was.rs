//! The map as it was at an earlier moment, each version of a record, and what lies between two moments; on both stores.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, run, said};

const WATCHED: [&str; 4] = [
    "/api/collections/grids/items?limit=10000",
    "/api/collections/cases/items?limit=10000&filter=code%20LIKE%20'%25'",
    "/api/summary?layer=cases&by=communities",
    "/api/locate?lon=108.9634&lat=34.2203",
];

/// What is said of the map itself: not when it was asked, and by which address.
fn timeless(body: &[u8]) -> Vec<u8> {
    let Ok(Json::Object(mut members)) = serde_json::from_slice(body) else {
        return body.to_vec();
    };
    members.remove("timeStamp");
    members.remove("links");
    Json::Object(members).to_string().into_bytes()
}

async fn body_of(stored: &Stored, path: &str) -> (Vec<u8>, String) {
    let answer = stored.service.request(Method::GET, path);
    let answer = answer.send().await.unwrap();
    let status = answer.status();
    let revision = answer.headers()["minqing-revision"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = answer.bytes().await.unwrap();
    assert!(
        status.is_success(),
        "{path}: {}",
        String::from_utf8_lossy(&body)
    );
    (timeless(&body), revision)
}

fn at(path: &str, moment: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}datetime={moment}")
}

/// The records in a file that `minqing export` wrote, by id.
fn exported(stored: &Stored, layer: &str) -> BTreeMap<i64, Json> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("then.geojson");
    let file_text = file.to_str().unwrap();
    let done = run(&["export", layer, "--to", file_text, "--store", &stored.store]);
    assert!(done.status.success(), "{}", said(&done));
    by_id(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

fn by_id(collection: &Json) -> BTreeMap<i64, Json> {
    let features = collection["features"].as_array().unwrap().iter();
    features
        .map(|feature| (feature["id"].as_i64().unwrap(), feature.clone()))
        .collect()
}

/// Takes a record, changes its name, and writes it back.
async fn rename(stored: &Stored, place: &str, name: &str) {
    let now = stored.service.request(Method::GET, place);
    let now = now.send().await.unwrap();
    let tag = now.headers()["etag"].clone();
    let mut record: Json = now.json().await.unwrap();
    record["properties"]["name"] = json!(name);
    let answer = stored
        .service
        .request(Method::PUT, place)
        .header("if-match", tag)
        .json(&record);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.text().await);
}

async fn the_map_as_of_an_earlier_date_equals_the_export_made_on_that_date(stored: Stored) {
    let service = &stored.service;
    let (z, x, y) = (14, 13151, 6537);
    let tile = format!("/tiles/grids,cases/{z}/{x}/{y}.mvt");
    let mut then = Vec::new();
    for path in WATCHED.iter().copied().chain([&*tile]) {
        then.push((path.to_owned(), body_of(&stored, path).await));
    }
    let exports: Vec<_> = ["grids", "cases"]
        .map(|layer| (layer, exported(&stored, layer)))
        .into();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let moment = Timestamp::now().to_string();
    std::thread::sleep(std::time::Duration::from_millis(20));
    rename(&stored, "/api/collections/grids/items/1", "改名网格").await;
    stored.another_program(
        "UPDATE cases SET name = '他人所改' WHERE id < 40; DELETE FROM cases WHERE id = 50",
    );
    stored.another_program(
        "UPDATE grids SET geom = (SELECT geom FROM grids WHERE id = 4) WHERE id = 3",
    );
    let made = json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.9634, 34.2203] },
        "properties": { "code": "LATER", "name": "后来", "status": "accepted" },
    });
    let made = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&made);
    assert_eq!(made.send().await.unwrap().status(), StatusCode::CREATED);
    for (path, (body, revision)) in &then {
        let now = body_of(&stored, path).await;
        assert!(now.1 != *revision, "{path}");
        let back = body_of(&stored, &at(path, &moment)).await;
        assert_eq!(back.1, *revision, "{path}");
        let same = back.0 == *body;
        assert!(
            same,
            "{path}: {}",
            String::from_utf8_lossy(&back.0)
                .chars()
                .take(400)
                .collect::<String>()
        );
    }
    for (layer, export) in exports {
        let path = format!("/api/collections/{layer}/items?limit=10000");
        let back = by_id(&service.ok(&at(&path, &moment)).await);
        assert_eq!(back.len(), export.len());
        assert!(back == export, "{layer}");
        assert!(by_id(&service.ok(&path).await) != export, "{layer}");
    }
    let gone = service
        .ok(&at("/api/collections/cases/items/50", &moment))
        .await;
    assert_eq!(gone["id"], 50);
    let (status, _) = service.get("/api/collections/cases/items/50").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

async fn before_the_first_version_the_map_is_empty_and_says_so(stored: Stored) {
    for path in WATCHED.iter().take(3) {
        let answer = stored
            .service
            .request(Method::GET, &at(path, "1999-01-01T00:00:00Z"));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        assert_eq!(headers["minqing-revision"], "0");
        assert_eq!(headers["minqing-before-history"], "true");
        assert_eq!(headers["minqing-as-of"], "1999-01-01T00:00:00Z");
        assert!(headers.contains_key("minqing-history-from"));
        let body: Json = answer.json().await.unwrap();
        assert!(
            body["features"].as_array().is_none_or(Vec::is_empty),
            "{body}"
        );
    }
    for wrong in ["yesterday", "2026-02-30T00:00:00Z", "2026-03-01", "%2F"] {
        for path in WATCHED.iter().chain(
            [
                "/tiles/grids/14/13151/6537.mvt",
                "/api/collections/grids/items/1",
            ]
            .iter(),
        ) {
            let (status, body) = stored.service.get(&at(path, wrong)).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {wrong}");
            assert_eq!(body["errors"][0]["parameter"], "datetime", "{body}");
        }
    }
    // the demo plays on a day of its own, and so does its history
    let now = body_of(&stored, WATCHED[0]).await;
    let day = stored.service.ok("/api/catalogue").await["as_of"].clone();
    let first_day = at(WATCHED[0], day.as_str().unwrap());
    let first_day = body_of(&stored, &first_day).await;
    assert!(now == first_day);
}

async fn what_became_of_a_record_and_of_a_layer_is_told(stored: Stored) {
    let service = &stored.service;
    let begun = Timestamp::now().to_string();
    std::thread::sleep(std::time::Duration::from_millis(20));
    rename(&stored, "/api/collections/grids/items/1", "一改").await;
    stored.another_program("UPDATE grids SET name = '二改' WHERE id = 1; DELETE FROM grids WHERE id = 2; INSERT INTO grids (code, name) VALUES ('NEW', '新')");
    let told = service.ok("/api/collections/grids/items/1/versions").await;
    let versions = told["versions"].as_array().unwrap();
    let each: Vec<_> = versions
        .iter()
        .map(|version| {
            let word = |name: &str| version[name].as_str().unwrap().to_owned();
            (word("change"), word("by"))
        })
        .collect();
    let wanted = [
        ("added", "demo"),
        ("changed", "local"),
        ("changed", "another program"),
    ];
    assert_eq!(
        each,
        wanted.map(|(change, by)| (change.to_owned(), by.to_owned()))
    );
    assert_eq!(versions[1]["feature"]["properties"]["name"], "一改");
    assert_eq!(
        versions[0]["feature"]["geometry"],
        versions[2]["feature"]["geometry"]
    );
    let gone = service.ok("/api/collections/grids/items/2/versions").await;
    assert_eq!(gone["versions"][1]["change"], "removed");
    assert_eq!(gone["versions"][1]["feature"], Json::Null);
    let (status, _) = service
        .get("/api/collections/grids/items/999999/versions")
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // what is told ends where the map does, on which another program's edit is within a second
    let (mut changes, mut counts) = (Json::Null, [0; 3]);
    for _ in 0..100 {
        let until = Timestamp::now();
        let place = format!("/api/collections/grids/changes?from={begun}&to={until}");
        changes = service.ok(&place).await;
        counts = ["added", "changed", "removed"].map(|kind| changes[kind].as_u64().unwrap());
        if counts != [0, 1, 0] {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(counts, [1, 1, 1], "{changes}");
    let by_kind = |kind: &str| {
        let features = changes["features"].as_array().unwrap();
        features
            .iter()
            .find(|feature| feature["change"] == kind)
            .unwrap()
            .clone()
    };
    assert_eq!(by_kind("changed")["properties"]["name"], "二改");
    assert_ne!(by_kind("changed")["before"]["properties"]["name"], "一改");
    assert_eq!(by_kind("removed")["id"], 2);
    assert_eq!(by_kind("added")["properties"]["code"], "NEW");
    let page = service
        .ok(&format!(
            "/api/collections/grids/changes?from={begun}&limit=2"
        ))
        .await;
    assert_eq!(
        (
            page["numberMatched"].as_u64(),
            page["numberReturned"].as_u64()
        ),
        (Some(3), Some(2))
    );
    let next = page["links"][1]["href"].as_str().unwrap();
    assert_eq!(service.ok(next).await["numberReturned"], 1);
    for wrong in [
        "",
        "?from=gestern",
        "?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
        "?from=2026-03-02T00:00:00Z&since=1",
    ] {
        let (status, _) = service
            .get(&format!("/api/collections/grids/changes{wrong}"))
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

crate::driver::on_both_stores! {
    the_map_as_of_an_earlier_date_equals_the_export_made_on_that_date
    before_the_first_version_the_map_is_empty_and_says_so
    what_became_of_a_record_and_of_a_layer_is_told
}
