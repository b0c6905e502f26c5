//! Texts that show nothing or have no end, and records without the shape that their layer needs, are refused alike by
//! edits and imports, on both stores.

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, TestService, run, said};

async fn posted(
    service: &TestService,
    layer: &str,
    body: impl Into<reqwest::Body>,
) -> (StatusCode, Json) {
    let answer = service
        .request(Method::POST, &format!("/api/collections/{layer}/items"))
        .header("content-type", "application/geo+json")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Json::String(text)),
    )
}

fn case(properties: &Json) -> String {
    let place = json!({ "type": "Point", "coordinates": [108.9634, 34.2203] });
    json!({ "type": "Feature", "geometry": place, "properties": properties }).to_string()
}

async fn control_characters_and_endless_texts_are_refused(stored: Stored) {
    let service = &stored.service;
    for c in [
        '\0', '\u{1}', '\r', '\u{1b}', '\u{7f}', '\u{202e}', '\u{feff}',
    ] {
        for field in ["code", "name", "description"] {
            let mut properties = json!({ "code": "X1" });
            properties[field] = json!(format!("X{c}1"));
            let (status, problem) = posted(service, "cases", case(&properties)).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{field} {c:?} {problem}");
            assert_eq!(problem["errors"][0]["parameter"], field, "{problem}");
        }
    }
    for (field, length) in [
        ("code", 20_000),
        ("name", 5 << 20),
        ("address", 1001),
        ("description", 10_001),
    ] {
        let mut properties = json!({ "code": "X1" });
        properties[field] = json!("路".repeat(length));
        let (status, problem) = posted(service, "cases", case(&properties)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{field}");
        assert!(problem.to_string().len() < 2000, "{field} is not repeated");
    }
    for body in [
        r#"{"type":"Feature","geometry":null,"properties":{"code":"\ud800"}}"#.as_bytes(),
        b"{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"code\":\"\xff\xfe\"}}",
    ] {
        let (status, problem) = posted(service, "households", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    }
    for name in ["x%00", "x%0A", "x%E2%80%AE", &"x".repeat(61)] {
        let path = format!("/api/import-profiles/{name}");
        let answer = service
            .request(Method::PUT, &path)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}");
    }
    for map in [
        json!([["列\u{0}", "name"]]),
        json!([["列".repeat(300), "name"]]),
    ] {
        let body = json!({ "map": map });
        let answer = service
            .request(Method::PUT, "/api/import-profiles/p")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let lines =
        json!({ "code": "X2", "description": "第一行\n第二行\t完", "name": "路".repeat(255) });
    let (status, told) = posted(service, "cases", case(&lines)).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    assert_eq!(told["properties"]["description"], "第一行\n第二行\t完");
}

async fn a_layer_that_needs_shapes_takes_no_record_without(stored: Stored) {
    let service = &stored.service;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.geojson");
    for layer in service.ok("/api/catalogue").await["layers"]
        .as_array()
        .unwrap()
    {
        let layer = layer["id"].as_str().unwrap();
        let feature =
            json!({ "type": "Feature", "geometry": null, "properties": { "code": "NG-1" } });
        std::fs::write(&file, feature.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let import = run(&[
            "import",
            file,
            "--layer",
            layer,
            "--dry-run",
            "--store",
            &stored.store,
        ]);
        let is_refused = said(&import).contains("缺少几何图形");
        let (status, answer) = posted(service, layer, feature.to_string()).await;
        let schema = service
            .ok(&format!("/api/collections/{layer}/schema"))
            .await;
        let required = schema["required"].as_array().unwrap();
        assert_eq!(
            required.contains(&json!("geometry")),
            is_refused,
            "{layer} {schema}"
        );
        if is_refused {
            assert_eq!(status, StatusCode::BAD_REQUEST, "{layer} {answer}");
            assert_eq!(answer["errors"][0]["pointer"], "/geometry", "{answer}");
        } else {
            assert_eq!(status, StatusCode::CREATED, "{layer} {answer}");
        }
    }
    // nor can a record lose it
    let one = "/api/collections/grids/items/1";
    let patch = service
        .request(Method::PATCH, one)
        .header("if-match", "*")
        .header("content-type", "application/merge-patch+json")
        .body(r#"{"geometry":null}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(patch.status(), StatusCode::BAD_REQUEST);
    assert!(service.ok(one).await["geometry"].is_object());
    let schema = service.ok("/api/collections/cases/schema").await;
    assert_eq!(schema["properties"]["description"]["maxLength"], 10_000);
    assert_eq!(schema["properties"]["code"]["maxLength"], 128);
}

#[test]
fn an_import_names_the_row_and_the_column_of_such_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let feature = |code: &str, name: &str| {
        let place = json!({ "type": "Point", "coordinates": [108.96, 34.22] });
        json!({ "type": "Feature", "geometry": place, "properties": { "code": code, "name": name } })
    };
    let features = [
        feature("A1", "东\u{0}街"),
        feature("A2", &"路".repeat(256)),
        feature("A\u{1b}3", "路灯"),
        feature("A4", "第一行\r\n第二行"),
    ];
    let all = json!({ "type": "FeatureCollection", "features": features });
    std::fs::write(path("x.geojson"), all.to_string()).unwrap();
    let done = run(&[
        "import",
        &path("x.geojson"),
        "--layer",
        "cases",
        "--store",
        &path("s.gpkg"),
        "--report",
        &path("r.json"),
    ]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let report: Json = serde_json::from_slice(&std::fs::read(path("r.json")).unwrap()).unwrap();
    let entries = report["entries"].as_array().unwrap();
    let named: Vec<_> = entries
        .iter()
        .filter(|entry| entry["reason"] == "bad_text")
        .map(|entry| {
            (
                entry["feature"].as_u64().unwrap(),
                entry["field"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(named, [(1, "name"), (2, "name"), (3, "code")], "{report}");
    let kept = crate::driver::sqlite3(
        std::path::Path::new(&path("s.gpkg")),
        "SELECT code || '|' || hex(name) FROM cases ORDER BY code",
    );
    let bytes = "第一行\n第二行".bytes().map(|byte| format!("{byte:02X}"));
    let name = bytes.collect::<Vec<_>>().concat();
    assert_eq!(kept, format!("A1|\nA2|\nA4|{name}"));
}

crate::driver::on_both_stores! {
    control_characters_and_endless_texts_are_refused
    a_layer_that_needs_shapes_takes_no_record_without
}
