//! `kill -9` at any moment: what was acknowledged is there, what was not is wholly absent.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::driver::{TestService, sqlite3};

fn case(number: usize) -> serde_json::Value {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": format!("KILL-{number:05}"), "name": format!("第{number}件"), "status": "accepted" },
    })
}

#[tokio::test]
async fn acknowledged_writes_survive_kill_nine() {
    let mut service = TestService::with_demo();
    let mut acknowledged: Vec<String> = Vec::new();
    let mut number = 0;
    for round in 0..12u64 {
        // a fixed but uneven wait: the moment of the cut differs in each round
        let cut = tokio::time::sleep(Duration::from_millis(150 + (round * 97) % 250));
        tokio::pin!(cut);
        loop {
            number += 1;
            let write = service
                .request(Method::POST, "/api/collections/cases/items")
                .json(&case(number))
                .send();
            tokio::select! {
                answer = write => {
                    assert_eq!(answer.unwrap().status(), StatusCode::CREATED);
                    acknowledged.push(format!("KILL-{number:05}"));
                }
                () = &mut cut => break,
            }
        }
        service.kill();
        assert_eq!(sqlite3(&service.store, "PRAGMA integrity_check"), "ok");
        let store = service.store.clone();
        let there = sqlite3(
            &store,
            "SELECT code FROM cases WHERE code LIKE 'KILL-%' ORDER BY code",
        );
        let there: Vec<&str> = there.lines().collect();
        for code in &acknowledged {
            assert!(
                there.contains(&code.as_str()),
                "{code} was acknowledged and is gone"
            );
        }
        let half = "SELECT count(*) FROM cases WHERE code LIKE 'KILL-%' AND (revision IS NULL OR name = '' OR geom IS NULL \
                    OR NOT EXISTS (SELECT 1 FROM minqing_change WHERE layer = 'cases' AND feature_id = cases.id))";
        assert_eq!(sqlite3(&store, half), "0");
        let folder = service.take_folder();
        service = TestService::launch(&store, folder);
        let found = service.ok("/api/collections/cases/items?filter=code%20LIKE%20'KILL-%25'&limit=10000&skipGeometry=true").await;
        assert_eq!(found["numberMatched"].as_u64().unwrap(), there.len() as u64);
    }
    println!(
        "{} writes acknowledged over 12 cuts, none lost",
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

#[tokio::test]
async fn an_edit_by_another_program_is_on_the_map_within_a_second() {
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
    let began = std::time::Instant::now();
    loop {
        let item = service
            .ok(&format!("/api/collections/grids/items/{id}"))
            .await;
        if item["properties"]["name"] == "外部改名" {
            assert_eq!(item["properties"]["updated_by"], "another program");
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "not there after a second"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("visible after {} ms", began.elapsed().as_millis());
}
