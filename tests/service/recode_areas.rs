//! Records that name others: a post, a visit or an area that gets another code, and a code that contradicts the place.

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{TestService, demo_store, run, said};

/// The status, the rules that the answer warns by, and the body.
async fn sent(
    service: &TestService,
    method: Method,
    path: &str,
    body: &Json,
) -> (StatusCode, String, Json) {
    let request = service.request(method, path).header("if-match", "*");
    let answer = request.json(body).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let warned = headers.get("minqing-warnings");
    let warned = warned.map_or(String::new(), |said| said.to_str().unwrap().to_owned());
    (status, warned, answer.json().await.unwrap_or_default())
}

async fn items(service: &TestService, layer: &str, query: &str) -> Vec<Json> {
    let all = service
        .ok(&format!("/api/collections/{layer}/items?{query}"))
        .await;
    all["features"].as_array().unwrap().clone()
}

fn feature(geometry: &Json, properties: &Json) -> Json {
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_and_a_post_of_what_is_there_bring_no_warning_and_of_nothing_do() {
    let service = TestService::with_demo();
    let target = items(&service, "inspection_targets", "limit=1")
        .await
        .remove(0);
    let code = target["properties"]["code"].as_str().unwrap();
    let visit = |code: &str, number: &str| {
        feature(
            &Json::Null,
            &json!({ "code": number, "target_code": code, "outcome": "passed" }),
        )
    };
    let inspections = "/api/collections/inspections/items";
    let (status, warned, body) =
        sent(&service, Method::POST, inspections, &visit(code, "V-1")).await;
    assert_eq!(
        (status, warned.as_str()),
        (StatusCode::CREATED, ""),
        "{body}"
    );
    let (status, warned, _) = sent(
        &service,
        Method::POST,
        inspections,
        &visit("JC-none", "V-2"),
    )
    .await;
    assert_eq!((status, warned.as_str()), (StatusCode::CREATED, "orphan"));
    let posts = "/api/collections/posts/items";
    for (level, layer) in [
        ("grid", "grids"),
        ("compound", "compounds"),
        ("community", "communities"),
    ] {
        let area = items(&service, layer, "limit=1").await.remove(0);
        let code = area["properties"]["code"].as_str().unwrap();
        let post = |code: &str, number: &str| {
            feature(
                &Json::Null,
                &json!({ "code": number, "level": level, "target_code": code, "title": "网格长" }),
            )
        };
        let (status, warned, body) = sent(
            &service,
            Method::POST,
            posts,
            &post(code, &format!("P-{level}")),
        )
        .await;
        assert_eq!(
            (status, warned.as_str()),
            (StatusCode::CREATED, ""),
            "{level} {body}"
        );
        let (status, warned, _) = sent(
            &service,
            Method::POST,
            posts,
            &post("none", &format!("N-{level}")),
        )
        .await;
        assert_eq!(
            (status, warned.as_str()),
            (StatusCode::CREATED, "orphan"),
            "{level}"
        );
    }
    let hazard = items(&service, "risk_points", "limit=1").await.remove(0);
    let mut second = visit(code, "V-3");
    second["properties"]["risk_point_code"] = hazard["properties"]["code"].clone();
    let (_, warned, _) = sent(&service, Method::POST, inspections, &second).await;
    assert_eq!(warned, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_that_gets_another_code_warns_of_its_posts_and_is_found_by_the_old_one() {
    let service = TestService::with_demo();
    let posts = items(&service, "posts", "limit=1000").await;
    let grids = items(&service, "grids", "limit=1000").await;
    let of = |code: &Json| {
        posts
            .iter()
            .filter(|post| post["properties"]["target_code"] == *code)
            .count()
    };
    let grid = grids
        .iter()
        .find(|grid| of(&grid["properties"]["code"]) > 0)
        .unwrap();
    let (id, old) = (&grid["id"], grid["properties"]["code"].as_str().unwrap());
    let place = format!("/api/collections/grids/items/{id}");
    let new = json!({ "properties": { "code": "610113002099G77" } });
    let (status, warned, body) = sent(&service, Method::PATCH, &place, &new).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(warned.contains("orphan"), "{warned}");
    let told = body["warnings"].to_string();
    assert!(told.contains("责任岗位"), "{told}");
    let aliases = body["properties"]["aliases"].as_str().unwrap();
    assert!(aliases.split(';').any(|alias| alias == old), "{aliases}");
    let found = service.ok(&format!("/api/search?q={old}")).await;
    let hits = found["results"].as_array().unwrap();
    let is_it =
        |hit: &Json| hit["layer"] == "grids" && hit["id"] == *id && hit["matched"] == "alias";
    assert!(hits.iter().any(is_it), "{found}");
    // given back, the old code is the grid's own and no former name
    let back = json!({ "properties": { "code": old } });
    let (_, _, body) = sent(&service, Method::PATCH, &place, &back).await;
    let aliases = body["properties"]["aliases"].as_str().unwrap_or_default();
    assert_eq!(
        aliases.split(';').filter(|alias| *alias == old).count(),
        0,
        "{aliases}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_code_that_contradicts_the_place_is_a_warning() {
    let service = TestService::with_demo();
    let targets = items(&service, "inspection_targets", "limit=200").await;
    let (one, far) = (&targets[0], &targets[199]);
    let other = &far["properties"]["grid_code"];
    assert_ne!(one["properties"]["grid_code"], *other);
    let place = format!("/api/collections/inspection_targets/items/{}", one["id"]);
    let (status, warned, body) = sent(
        &service,
        Method::PATCH,
        &place,
        &json!({ "properties": { "grid_code": other } }),
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(warned, "code_against_place", "{body}");
    let back = json!({ "properties": { "grid_code": one["properties"]["grid_code"] } });
    let (_, warned, body) = sent(&service, Method::PATCH, &place, &back).await;
    assert_eq!(warned, "", "{body}");
}

#[test]
fn import_and_check_name_a_grid_code_that_contradicts_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let store = store.to_str().unwrap();
    let out = folder.path().join("targets.geojson");
    let done = run(&[
        "export",
        "inspection_targets",
        "--store",
        store,
        "--to",
        out.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let all: Json = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let all = all["features"].as_array().unwrap();
    let (here, there) = (&all[0], all.last().unwrap());
    let (code, other) = (
        &here["properties"]["grid_code"],
        &there["properties"]["grid_code"],
    );
    assert_ne!(code, other);
    let line = |number: u8, grid: &Json| {
        let at = &here["geometry"]["coordinates"];
        format!(
            "N-{number},甲店,{},{},{}\n",
            grid.as_str().unwrap(),
            at[0],
            at[1]
        )
    };
    let text = format!(
        "编号,名称,网格编码,GPS经度,GPS纬度\n{}{}",
        line(1, code),
        line(2, other)
    );
    let file = folder.path().join("对象.csv");
    std::fs::write(&file, text).unwrap();
    let report = folder.path().join("report.json");
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--layer",
        "inspection_targets",
        "--store",
        store,
    ];
    let mut dry = arguments.to_vec();
    dry.extend(["--report", report.to_str().unwrap(), "--dry-run"]);
    let done = run(&dry);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let told: Json = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let entries = told["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{told:#}");
    let entry = &entries[0];
    assert_eq!(
        (&entry["outcome"], &entry["reason"]),
        (&json!("doubted"), &json!("code_against_place"))
    );
    assert_eq!((&entry["line"], &entry["value"]), (&json!(3), other));
    assert!(
        entry["suggestion"]["zh"]
            .as_str()
            .unwrap()
            .contains(code.as_str().unwrap()),
        "{entry}"
    );
    assert_eq!(told["taken"], 2);
    let done = run(&arguments);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let checked = run(&["check", "--store", store]);
    let told = said(&checked);
    assert!(
        told.contains("与位置不符") && told.contains("N-2"),
        "{told}"
    );
    assert!(!told.contains("N-1"), "{told}");
}
