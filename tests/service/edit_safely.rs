//! An edit is safe: nobody's change is lost, nothing is written twice or by half, and what is wrong is named with its
//! place; on both stores.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, TestService};

const GRIDS: &str = "/api/collections/grids/items";
const CASES: &str = "/api/collections/cases/items";

fn case(code: &str, name: &str) -> Json {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.9634, 34.2203] },
        "properties": { "code": code, "name": name, "status": "accepted" },
    })
}

async fn answered(request: RequestBuilder) -> (StatusCode, Json) {
    let response = request
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    body_of(response).await
}

async fn body_of(response: Response) -> (StatusCode, Json) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Json::String(text)),
    )
}

/// The record with its entity tag; links say where it was asked for and are not part of it.
async fn record(service: &TestService, place: &str) -> (Json, String) {
    // in no coding: a compressed answer has a tag of its own
    let request = service.request(Method::GET, place);
    let request = request.header("accept-encoding", "identity");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{place}");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let mut record: Json = response.json().await.unwrap();
    record.as_object_mut().unwrap().remove("links");
    (record, tag)
}

async fn a_write_needs_what_the_writer_has_seen(stored: Stored) {
    let service = &stored.service;
    let place = format!("{GRIDS}/7");
    let (seen, tag) = record(service, &place).await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let request = service.request(method.clone(), &place).json(&seen);
        let (status, problem) = answered(request).await;
        assert_eq!(
            status,
            StatusCode::PRECONDITION_REQUIRED,
            "{method} {problem}"
        );
    }
    let patch = json!({ "properties": { "name": "甲改" } });
    let send = async |tag: &str, patch: &Json| {
        let request = service
            .request(Method::PATCH, &place)
            .header("if-match", tag);
        answered(request.json(patch)).await
    };
    assert_eq!(send(&tag, &patch).await.0, StatusCode::OK);
    let (status, problem) = send(&tag, &json!({ "properties": { "name": "乙改" } })).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    let (now, new_tag) = record(service, &place).await;
    assert_eq!(problem["current"]["feature"], now);
    assert_eq!(format!("\"{}\"", problem["current"]["revision"]), new_tag);
    assert_eq!(now["properties"]["name"], "甲改");
    // nothing else of it has changed
    assert_eq!(now["geometry"], seen["geometry"]);
    assert_eq!(
        now["properties"]["household_count"],
        seen["properties"]["household_count"]
    );
    let any = send("*", &json!({ "properties": { "household_count": null } })).await;
    assert_eq!(
        (any.0, &any.1["properties"]["household_count"]),
        (StatusCode::OK, &Json::Null)
    );
    let listed = format!("\"1\", {}", record(service, &place).await.1);
    assert_eq!(send(&listed, &patch).await.0, StatusCode::OK);
    let (status, problem) = send("*", &json!({ "properties": { "nmae": 1 }, "bbox": [] })).await;
    assert_eq!(
        (status, problem["errors"][0]["pointer"].as_str()),
        (StatusCode::BAD_REQUEST, Some("/bbox"))
    );
    let request = service
        .request(Method::PATCH, &place)
        .header("if-match", "*");
    let (status, _) = answered(request.header("content-type", "text/plain").body("{}")).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let gone = service
        .request(Method::DELETE, &format!("{GRIDS}/99999"))
        .header("if-match", "*");
    assert_eq!(answered(gone).await.0, StatusCode::NOT_FOUND);
}

async fn a_write_with_a_key_is_done_once(mut stored: Stored) {
    let send = async |url: &str, key: &str, body: &Json| {
        let client = reqwest::Client::new();
        let request = client
            .post(format!("{url}{CASES}"))
            .header("idempotency-key", key);
        body_of(request.json(body).send().await.unwrap()).await
    };
    let url = stored.service.url.clone();
    let body = case("KEY-1", "一次");
    let all = (0..8).map(|_| send(&url, "k1", &body));
    let all = futures_util::future::join_all(all).await;
    for (status, made) in &all {
        assert_eq!((*status, made), (StatusCode::CREATED, &all[0].1));
    }
    let (status, problem) = send(&url, "k1", &case("KEY-2", "另一次")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let (status, _) = send(&url, "", &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // the record moves on, the server begins anew, and the key still stands for what was made
    let place = format!("{CASES}/{}", all[0].1["id"]);
    let patch = stored
        .service
        .request(Method::PATCH, &place)
        .header("if-match", "*");
    let patch = patch.json(&json!({ "properties": { "name": "后改" } }));
    assert_eq!(answered(patch).await.0, StatusCode::OK);
    stored.service.kill();
    let folder = stored.service.take_folder();
    let service = TestService::on(&stored.store, &[]);
    let (status, made) = send(&service.url, "k1", &body).await;
    assert_eq!(
        (status, &made["properties"]["name"]),
        (StatusCode::CREATED, &json!("一次")),
        "{made}"
    );
    let found = service
        .ok(&format!("{CASES}?filter=code%20LIKE%20'KEY-%25'"))
        .await;
    assert_eq!(found["numberMatched"], 1);
    let batch = json!({ "changes": [{ "op": "insert", "layer": "cases", "feature": case("KEY-3", "批") }] });
    let send = async || {
        let request = service.request(Method::POST, "/api/changes");
        answered(request.header("idempotency-key", "k2").json(&batch)).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(
        (first.0, second.0),
        (StatusCode::OK, StatusCode::OK),
        "{}",
        first.1
    );
    assert_eq!(first.1["revision"], second.1["revision"]);
    assert_eq!(first.1["results"][0]["id"], second.1["results"][0]["id"]);
    drop(folder);
}

async fn a_batch_is_one_change_or_none(stored: Stored) {
    let service = &stored.service;
    let (grid, _) = record(service, &format!("{GRIDS}/7")).await;
    let revision = grid["properties"]["revision"].as_i64().unwrap();
    let (gone, _) = record(service, &format!("{CASES}/60")).await;
    let send = async |changes: Json| {
        let request = service.request(Method::POST, "/api/changes");
        answered(request.json(&json!({ "changes": changes }))).await
    };
    let before = service.ok(&format!("{CASES}?limit=1")).await["numberMatched"].clone();
    // each fault is named by its place, and nothing is written
    let (status, problem) = send(json!([
        { "op": "insert", "layer": "cases", "feature": case("B-1", "好") },
        { "op": "insert", "layer": "cases", "feature": { "type": "Feature", "properties": { "code": "B-2", "status": "?" } } },
        { "op": "update", "layer": "grids", "id": 7, "feature": grid },
        { "op": "delete", "layer": "nowhere", "id": 7, "revision": "*" },
        { "op": "turn", "layer": "grids", "id": 7 },
    ]))
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "/changes/1/feature/properties/status",
            "/changes/2/revision",
            "/changes/3/layer",
            "/changes/4/op"
        ]
    );
    let (status, problem) = send(json!([
        { "op": "insert", "layer": "cases", "feature": case("B-1", "好") },
        { "op": "patch", "layer": "grids", "id": 7, "revision": revision + 1, "feature": { "properties": { "name": "批改" } } },
        { "op": "delete", "layer": "cases", "id": 60, "revision": 1 },
    ]))
    .await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{problem}");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(
        (errors.len(), &errors[0]["pointer"]),
        (2, &json!("/changes/1"))
    );
    assert_eq!(errors[0]["current"]["revision"], revision);
    assert_eq!(
        service.ok(&format!("{CASES}?limit=1")).await["numberMatched"],
        before
    );
    let (status, problem) = send(json!([
        { "op": "insert", "layer": "cases", "feature": case("B-1", "好") },
        { "op": "insert", "layer": "cases", "feature": case("B-1", "又") },
    ]))
    .await;
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (
            StatusCode::CONFLICT,
            &json!("/changes/1/feature/properties/code")
        )
    );
    let (status, done) = send(json!([
        { "op": "insert", "layer": "cases", "feature": case("B-1", "好") },
        { "op": "patch", "layer": "grids", "id": 7, "revision": revision, "feature": { "properties": { "name": "批改" } } },
        { "op": "delete", "layer": "cases", "id": 60, "revision": gone["properties"]["revision"] },
    ]))
    .await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let shown = service.ok(&format!("{GRIDS}/7")).await;
    assert_eq!(shown["properties"]["name"], "批改");
    assert_eq!(
        shown["properties"]["revision"],
        done["results"][1]["revision"]
    );
    // the whole of it is taken back as a new change
    let undo = format!("/api/changes/{}/undo", done["revision"]);
    let (status, undone) = answered(service.request(Method::POST, &undo)).await;
    assert_eq!(
        (status, &undone["records"]),
        (StatusCode::OK, &json!(3)),
        "{undone}"
    );
    let back = service.ok(&format!("{CASES}/60")).await;
    assert_eq!(back["geometry"], gone["geometry"]);
    assert_eq!(
        service.ok(&format!("{GRIDS}/7")).await["properties"]["name"],
        grid["properties"]["name"]
    );
    assert_eq!(
        service.ok(&format!("{CASES}?limit=1")).await["numberMatched"],
        before
    );
    // and not where a record has moved on since
    stored.another_program("UPDATE grids SET name = '他人' WHERE id = 7");
    let undo = format!("/api/changes/{}/undo", undone["revision"]);
    let (status, problem) = answered(service.request(Method::POST, &undo)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&problem["errors"][0]["layer"], &problem["errors"][0]["id"]),
        (&json!("grids"), &json!(7))
    );
    assert_eq!(service.get(&format!("{CASES}/60")).await.0, StatusCode::OK);
    let nothing = service.request(Method::POST, "/api/changes/999999999/undo");
    assert_eq!(answered(nothing).await.0, StatusCode::NOT_FOUND);
}

async fn what_would_be_out_of_order_is_refused_or_told(stored: Stored) {
    let service = &stored.service;
    let grids = service
        .ok(&format!("{GRIDS}?filter=kind%3D'basic'&limit=2"))
        .await;
    let (first, second) = (&grids["features"][0], &grids["features"][1]);
    let place = format!("{GRIDS}/{}", first["id"]);
    let send = async |place: &str, patch: Json| {
        let request = service
            .request(Method::PATCH, place)
            .header("if-match", "*");
        let response = request.json(&patch).send().await.unwrap();
        let words = response.headers().get("minqing-warnings");
        let words = words.map(|words| words.to_str().unwrap().to_owned());
        let (status, body) = body_of(response).await;
        (status, words.unwrap_or_default(), body)
    };
    // on its neighbour: refused with the ground
    let (status, _, problem) = send(&place, json!({ "geometry": second["geometry"] })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let error = &problem["errors"][0];
    assert_eq!(error["rule"], "overlap");
    assert!(error["place"][0].is_number() && error["area_m2"].as_f64().unwrap() > 1.0);
    assert_eq!(service.ok(&place).await["geometry"], first["geometry"]);
    // smaller than it was: a gap, told and done
    let mut smaller = first["geometry"].clone();
    let ring = smaller["coordinates"][0][0].as_array_mut().unwrap();
    ring.remove(ring.len() / 2);
    let (status, words, done) = send(&place, json!({ "geometry": smaller })).await;
    if status == StatusCode::OK {
        assert!(
            words.contains("gap") || words.contains("sliver") || words.contains("outside"),
            "{words}"
        );
        assert_eq!(
            done["warnings"].as_array().unwrap().len(),
            done["warnings"].as_array().unwrap().len()
        );
    } else {
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{done}");
    }
    // a building that leaves its compound
    let building = service
        .ok("/api/collections/buildings/items?filter=compound_code%20IS%20NOT%20NULL&limit=1")
        .await;
    let building = &building["features"][0];
    let mut moved = building["geometry"].clone();
    for position in moved["coordinates"][0][0].as_array_mut().unwrap() {
        position[0] = json!(position[0].as_f64().unwrap() + 0.01);
    }
    let place = format!("/api/collections/buildings/items/{}", building["id"]);
    let (status, words, done) = send(&place, json!({ "geometry": moved })).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    assert!(words.contains("building_outside"), "{words}");
    assert!(done["warnings"][0]["place"][0].is_number());
    // a shape that crosses itself in more than one reading
    let bow = json!({ "type": "Polygon", "coordinates": [[[108.96, 34.22], [108.97, 34.23], [108.97, 34.22], [108.96, 34.23], [108.96, 34.22]]] });
    let (status, _, problem) = send(&place, json!({ "geometry": bow })).await;
    if status == StatusCode::BAD_REQUEST {
        assert_eq!(problem["errors"][0]["pointer"], "/geometry");
        assert!(problem["errors"][0]["place"][0].is_number(), "{problem}");
    }
    let (status, _, problem) = send(
        &place,
        json!({ "geometry": { "type": "Point", "coordinates": [108.9, 34.2] } }),
    )
    .await;
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (StatusCode::BAD_REQUEST, &json!("/geometry"))
    );
}

crate::driver::on_both_stores! {
    a_write_needs_what_the_writer_has_seen
    a_write_with_a_key_is_done_once
    a_batch_is_one_change_or_none
    what_would_be_out_of_order_is_refused_or_told
}
