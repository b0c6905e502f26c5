//! Addresses and parameters as clients of the OGC's standards write them: a final slash, offsets, ends of time, media types.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::driver::TestService;

/// What does not change from one answer to the next.
fn lasting(text: &str) -> Json {
    // a page says the moment too
    let (before, after) = text.split_once("timeStamp</dt><dd>").unwrap_or((text, ""));
    let after = after.split_once("</dd>").map_or("", |(_, after)| after);
    let mut body = serde_json::from_str(text).unwrap_or_else(|_| json!([before, after]));
    if let Some(body) = body.as_object_mut() {
        body.remove("timeStamp");
    }
    body
}

async fn answered(service: &TestService, path: &str) -> (u16, String, Json) {
    let answer = service.request(Method::GET, path).send().await.unwrap();
    let kind = answer.headers().get("content-type");
    let kind = kind.map_or(String::new(), |kind| kind.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    (status, kind, lasting(&answer.text().await.unwrap()))
}

#[tokio::test]
async fn a_final_slash_means_nothing() {
    let service = TestService::with_demo();
    let document = service.ok("/api/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    let mut count = 0;
    for (path, operations) in paths {
        if operations.get("get").is_none() || path == "/api/events" || path == "/metrics" {
            continue;
        }
        let path = path
            .replace("{layer}", "grids")
            .replace("{layers}/{z}/{x}/{y}", "grids/14/13151/6532.mvt")
            .replace("{layers}", "grids.json")
            .replace("{tileMatrixSetId}", "WebMercatorQuad")
            .replace("{tileMatrix}/{tileRow}/{tileCol}", "14/6532/13151")
            .replace("{id}", "1");
        for query in ["", "?f=json", "?f=html"] {
            let without = answered(&service, &format!("{path}{query}")).await;
            let with = answered(&service, &format!("{path}/{query}")).await;
            assert_eq!(with, without, "{path}/{query}");
            count += usize::from(without.0 == 200);
        }
    }
    assert!(count > 40, "{count}");
    let (status, _, root) = answered(&service, "/api/").await;
    assert_eq!(status, 200);
    for link in root["links"].as_array().unwrap() {
        let href = link["href"].as_str().unwrap();
        let path = href.strip_prefix(&service.url).unwrap();
        assert!(!path.contains("//"), "{href}");
        assert_eq!(answered(&service, path).await.0, 200, "{href}");
    }
    let own = |rel: &str| {
        let links = root["links"].as_array().unwrap();
        let link = links.iter().find(|link| link["rel"] == rel).unwrap();
        link["href"].as_str().unwrap().to_owned()
    };
    assert_eq!(own("self"), format!("{}/api", service.url));
    // writes and OPTIONS too; two slashes and other addresses are as they were
    let made = service.request(Method::POST, "/api/collections/cases/items/");
    let made = made.json(&json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": "SLASH-1", "name": "件", "status": "accepted" },
    }));
    assert_eq!(made.send().await.unwrap().status(), 201);
    let options = service.request(Method::OPTIONS, "/api/collections/cases/items/");
    let options = options.send().await.unwrap();
    assert!(
        options.headers()["allow"]
            .to_str()
            .unwrap()
            .contains("POST")
    );
    for path in ["/api//", "/api/collections//", "/api/nowhere/", "/nowhere/"] {
        assert_eq!(answered(&service, path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn tiles_that_are_not_there_are_told_apart() {
    let service = TestService::with_demo();
    for (path, expected) in [
        ("grids/23/0/0.mvt", 404),
        ("grids/16/65536/0.mvt", 404),
        ("grids/16/-1/0.mvt", 404),
        ("grids/16/52605/26128.pbf", 404),
        ("grids/1/0/0.mvt", 204),
        ("grids/1/0/0.geojson", 200),
        ("nolayer/16/1/1.mvt", 400),
        ("nolayer.json", 400),
        ("households/16/52605/26128.mvt", 403),
        ("grids/16/52605/26128.mvt?foo=1", 400),
        ("grids%2Cbuildings/16/52605/26128.mvt", 200),
        ("grids/16/52605/39407.mvt", 204),
    ] {
        let path = format!("/tiles/{path}");
        let (status, _, body) = answered(&service, &path).await;
        assert_eq!(status, expected, "{path}");
        if path.ends_with("1/0/0.geojson") {
            assert_eq!(body["features"], json!([]));
        }
        let head = service.request(Method::HEAD, &path).send().await.unwrap();
        assert_eq!(head.status(), expected, "HEAD {path}");
    }
}

/// The ids of a page, and how many match in all.
async fn page(service: &TestService, query: &str) -> (Vec<i64>, Json) {
    let path = format!("/api/collections/buildings/items?skipGeometry=true&{query}");
    let page = service.ok(&path).await;
    let features = page["features"].as_array().unwrap();
    let ids = features.iter().map(|each| each["id"].as_i64().unwrap());
    (ids.collect(), page["numberMatched"].clone())
}

#[tokio::test]
async fn an_offset_leaves_out_the_first_records_of_any_order() {
    let service = TestService::with_demo();
    for more in [
        "",
        "&sortby=-storeys",
        "&bbox=108.95,34.215,108.955,34.22",
        "&filter=id>100",
    ] {
        let (all, matched) = page(&service, &format!("limit=10000{more}")).await;
        assert_eq!(matched, all.len(), "{more}");
        assert!(all.len() > 20, "{more}");
        assert_eq!(
            page(&service, &format!("limit=10&offset=0{more}")).await.0,
            all[..10]
        );
        let mut seen = Vec::new();
        while seen.len() < all.len() {
            let query = format!("limit=500&offset={}{more}", seen.len());
            let (ids, matched_then) = page(&service, &query).await;
            assert_eq!(matched_then, matched, "{query}");
            assert!(!ids.is_empty(), "{query}");
            seen.extend(ids);
        }
        assert_eq!(seen, all, "{more}");
        for beyond in ["1000000", "18446744073709551615", "99999999999999999999999"] {
            let (ids, matched_then) = page(&service, &format!("offset={beyond}{more}")).await;
            assert_eq!((ids.len(), matched_then), (0, matched.clone()), "{beyond}");
        }
        // the next page begins where this one ends
        let path = format!("/api/collections/buildings/items?limit=5&offset=7{more}");
        let first = service.ok(&path).await;
        let next = first["links"].as_array().unwrap();
        let next = next.iter().find(|link| link["rel"] == "next").unwrap();
        let next = next["href"].as_str().unwrap();
        let next = service.ok(next.strip_prefix(&service.url).unwrap()).await;
        let ids: Vec<i64> = next["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| each["id"].as_i64().unwrap())
            .collect();
        assert_eq!(ids, all[12..17], "{more}");
    }
    for wrong in ["-1", "x", "1.5", "1e3"] {
        let path = format!("/api/collections/buildings/items?offset={wrong}");
        let (status, _, problem) = answered(&service, &path).await;
        assert_eq!(
            (status, &problem["errors"][0]["parameter"]),
            (400, &json!("offset"))
        );
    }
}

#[tokio::test]
async fn time_has_no_end_and_any_decimals() {
    let service = TestService::with_demo();
    let all = service
        .ok("/api/collections/risk_points/items?limit=1000")
        .await;
    let ids = |page: &Json| -> BTreeSet<i64> {
        let features = page["features"].as_array().unwrap();
        features
            .iter()
            .map(|each| each["id"].as_i64().unwrap())
            .collect()
    };
    let items = "/api/collections/risk_points/items?limit=1000&";
    for datetime in [
        "9999-12-31T23:59:59Z",
        "../9999-12-31T23:59:59.999999999999Z",
        "2026-03-01T00:00:00.0000000001Z/9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "2099-01-01T00:00:00.12345678901234567890+08:00",
    ] {
        let datetime = datetime.replace('+', "%2B");
        let page = service.ok(&format!("{items}datetime={datetime}")).await;
        assert_eq!(ids(&page), ids(&all), "{datetime}");
    }
    for wrong in [
        "9999-12-31",
        "9999-12-31T23:59:59",
        "10000-01-01T00:00:00Z",
        "9999-13-01T00:00:00Z",
    ] {
        let (status, _, _) = answered(&service, &format!("{items}datetime={wrong}")).await;
        assert_eq!(status, 400, "{wrong}");
    }
    // a deadline that is the last day of all is one
    let patch = service
        .request(Method::PATCH, "/api/collections/risk_points/items/1")
        .header("if-match", "*")
        .json(&json!({ "properties": { "deadline": "9999-12-31" } }));
    assert_eq!(patch.send().await.unwrap().status(), 200);
    for (filter, has_first) in [
        ("deadline>DATE('2026-01-01')", true),
        ("deadline=DATE('9999-12-31')", true),
        ("deadline<=DATE('9999-12-31')", true),
        ("deadline<DATE('9999-12-31')", false),
        (
            "deadline>TIMESTAMP('9999-12-30T00:00:00.0000000000Z')",
            true,
        ),
        ("deadline<=TIMESTAMP('9999-12-31T23:59:59Z')", true),
        ("updated_at<TIMESTAMP('9999-12-31T23:59:59Z')", true),
        ("updated_at>TIMESTAMP('9999-12-31T23:59:59Z')", false),
        (
            "T_DURING(updated_at,INTERVAL('2020-01-01','9999-12-31'))",
            true,
        ),
        (
            "T_INTERSECTS(deadline,INTERVAL('2020-01-01','9999-12-31'))",
            true,
        ),
    ] {
        let page = service.ok(&format!("{items}filter={filter}")).await;
        assert_eq!(ids(&page).contains(&1), has_first, "{filter}");
    }
    let sorted = service.ok(&format!("{items}sortby=-deadline")).await;
    assert_eq!(sorted["features"][0]["id"], 1);
    let changes =
        "/api/collections/risk_points/changes?from=2020-01-01T00:00:00Z&to=9999-12-31T23:59:59Z";
    assert_eq!(answered(&service, changes).await.0, 200);
}

#[tokio::test]
async fn a_limit_over_the_maximum_is_the_maximum() {
    let service = TestService::with_demo();
    for limit in ["10000", "1000000", "99999999999999999999"] {
        let (ids, matched) = page(&service, &format!("limit={limit}")).await;
        assert_eq!(matched, ids.len(), "{limit}");
    }
    for path in [
        "/api/search?q=1&limit=",
        "/api/nearest?lon=108.96&lat=34.22&layer=buildings&limit=",
    ] {
        let most = answered(&service, &format!("{path}1000000")).await;
        assert_eq!(most.0, 200, "{path}");
        assert_eq!(
            answered(&service, &format!("{path}99999999999999999999")).await,
            most
        );
    }
}

#[tokio::test]
async fn the_openapi_document_comes_as_it_is_asked_for() {
    let service = TestService::with_demo();
    let ask = async |accept: Option<&str>| {
        let mut request = service.request(Method::GET, "/api/openapi.json");
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = request.send().await.unwrap();
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let vary = answer.headers().get_all("vary").iter();
        let varies = vary.into_iter().any(|vary| vary == "accept");
        (
            answer.status().as_u16(),
            kind,
            varies,
            answer.text().await.unwrap(),
        )
    };
    let own = "application/vnd.oai.openapi+json;version=3.1";
    let gdal = "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json";
    let (_, _, _, document) = ask(None).await;
    for (accept, expected) in [
        (None, own),
        (Some("*/*"), own),
        (Some(own), own),
        (Some("application/vnd.oai.openapi+json"), own),
        (Some("application/json"), "application/json"),
        (Some(gdal), "application/json"),
    ] {
        let (status, kind, varies, text) = ask(accept).await;
        assert_eq!(
            (status, kind.as_str(), varies),
            (200, expected, true),
            "{accept:?}"
        );
        assert_eq!(text, document, "{accept:?}");
    }
    let (status, kind, _, _) = ask(Some("application/vnd.oai.openapi+json;version=3.0")).await;
    assert_eq!((status, kind.as_str()), (406, "application/problem+json"));
    let document: Json = serde_json::from_str(&document).unwrap();
    let described = &document["paths"]["/api/openapi.json"]["get"]["responses"]["200"]["content"];
    for kind in [own, "application/json"] {
        assert_eq!(described[kind]["schema"]["type"], "object", "{kind}");
    }
    let items = &document["paths"]["/api/collections/{layer}/items"]["get"]["parameters"];
    let offset = items
        .as_array()
        .unwrap()
        .iter()
        .find(|each| each["name"] == "offset")
        .unwrap();
    assert_eq!(offset["schema"]["minimum"], 0);
}
