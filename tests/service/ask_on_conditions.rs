//! Conditional requests by RFC 9110, 13: whoever has an answer is not sent it again, whoever has seen another record does
//! not write over it; tags as proxies send them.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, TestService};

pub(crate) const TILE: &str = "/tiles/buildings/16/52605/26128.mvt";
pub(crate) const RISK: &str = "/api/collections/risk_points/items/1";

/// Resources of each kind: kept tiles, tiles anew, lists, records, documents, answers, files of the web app.
const READ: [&str; 15] = [
    TILE,
    "/tiles/buildings/16/52605/26128.geojson?filter=id>0",
    "/api/collections/grids/tiles/WebMercatorQuad/16/26128/52605",
    "/tiles/grids.json",
    "/api",
    "/api/",
    "/api/collections",
    "/api/collections/grids",
    "/api/collections/grids/items?limit=1",
    "/api/collections/grids/items?limit=1&f=csv",
    "/api/collections/grids/items/1",
    "/api/collections/grids/items/1?f=html",
    "/api/openapi.json",
    "/api/locate?lon=108.952&lat=34.217",
    "/",
];

pub(crate) fn plain() -> Client {
    let client = Client::builder().no_gzip().no_brotli().no_zstd();
    client.build().unwrap()
}

pub(crate) async fn send(
    service: &TestService,
    method: &Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Response {
    let mut request = plain().request(method.clone(), format!("{}{path}", service.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

pub(crate) async fn get(
    service: &TestService,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Response {
    send(service, &Method::GET, path, headers).await
}

pub(crate) fn tag_of(headers: &HeaderMap) -> String {
    headers["etag"].to_str().unwrap().to_owned()
}

/// `tag` with `more` before its last quotation mark.
fn ending(tag: &str, more: &str) -> String {
    format!("{}{more}\"", tag.strip_suffix('"').unwrap())
}

#[tokio::test]
async fn whoever_has_an_answer_is_told_so_on_every_route() {
    let service = TestService::with_demo();
    for path in READ {
        let first = get(&service, path, &[]).await;
        assert_eq!(first.status(), 200, "{path}");
        let whole = first.headers().clone();
        let tag = tag_of(&whole);
        let opaque = tag.strip_prefix("W/").unwrap_or(&tag).to_owned();
        let weak = format!("W/{opaque}");
        let list = format!("\"x\", {tag}");
        let (gzip, semicolon, br) = (
            ending(&opaque, "-gzip"),
            ending(&weak, ";gzip"),
            ending(&opaque, "-br"),
        );
        let known: [&[&str]; 11] = [
            &[&tag],
            &[&opaque],
            &[&weak],
            &[&list],
            &[&format!("{weak} ,, \"x\"")],
            &["*"],
            &["\"x\"", &tag],
            &[&gzip],
            &[&semicolon],
            &[&br],
            &[&format!("\"a,b\",{gzip}")],
        ];
        for lines in known {
            let headers: Vec<_> = lines.iter().map(|line| ("if-none-match", *line)).collect();
            for method in [Method::GET, Method::HEAD] {
                let answer = send(&service, &method, path, &headers).await;
                assert_eq!(answer.status(), 304, "{method} {path} {lines:?}");
                for name in ["etag", "cache-control", "vary", "content-location"] {
                    let told = answer.headers().get(name);
                    assert_eq!(told, whole.get(name), "{path} {name}");
                }
                for name in ["content-type", "content-encoding"] {
                    assert!(answer.headers().get(name).is_none(), "{path} {name}");
                }
                assert!(answer.headers().contains_key("minqing-revision"));
                assert_eq!(answer.bytes().await.unwrap().len(), 0);
            }
        }
        for other in ["\"x\"", "W/\"x\", \"y\"", &opaque[1..], "x, *", "\"*\"", ""] {
            let answer = get(&service, path, &[("if-none-match", other)]).await;
            assert_eq!(answer.status(), 200, "{path} {other}");
            assert!(!answer.bytes().await.unwrap().is_empty());
        }
        // a condition on what is there comes first, and both are held
        for (seen, known, expected) in [
            (tag.as_str(), "\"x\"", 200),
            ("*", "\"x\"", 200),
            ("\"x\"", "\"x\"", 412),
            ("\"x\"", tag.as_str(), 412),
            (tag.as_str(), tag.as_str(), 304),
            (list.as_str(), "*", 304),
            (&opaque[1..], "\"x\"", 400),
        ] {
            let both = [("if-match", seen), ("if-none-match", known)];
            let answer = get(&service, path, &both).await;
            assert_eq!(answer.status(), expected, "{path} {both:?}");
            if expected >= 400 {
                let kind = answer.headers()["content-type"].clone();
                assert_eq!(kind, "application/problem+json", "{path}");
            }
        }
    }
    // what is wrong stays wrong on any condition
    for (path, expected) in [
        ("/api/collections/nowhere", 404),
        ("/api/collections/grids/items/99999", 404),
        ("/api/collections/grids/items?limit=0", 400),
        ("/tiles/households/16/52605/26128.mvt", 403),
    ] {
        for name in ["if-match", "if-none-match"] {
            for value in ["*", "\"x\""] {
                let answer = get(&service, path, &[(name, value)]).await;
                assert_eq!(answer.status(), expected, "{path} {name} {value}");
            }
        }
    }
}

async fn a_write_is_held_against_every_way_of_writing_a_tag(stored: Stored) {
    let service = &stored.service;
    let item = format!("{}{RISK}", service.url);
    let client = plain();
    let patch = async |headers: &[(&'static str, String)]| {
        let mut request = client
            .patch(&item)
            .json(&json!({ "properties": { "description": "甲" } }));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Json>().await.unwrap(),
        )
    };
    let tag = async |accept: &str| {
        let answer = client.get(&item).header("accept-encoding", accept);
        tag_of(answer.send().await.unwrap().headers())
    };
    assert_eq!(patch(&[]).await.0, 428);
    for (name, of) in [
        ("strong", (|tag: &str| tag.to_owned()) as fn(&str) -> String),
        ("weak", |tag| format!("W/{tag}")),
        ("list", |tag| format!("\"1\", {tag}")),
        ("list with foreign tags", |tag| format!("\"abc\",,W/{tag}")),
        ("star", |_| "*".to_owned()),
        ("apache", |tag| ending(tag, "-gzip")),
        ("weak with a suffix", |tag| {
            ending(&format!("W/{tag}"), "-br")
        }),
        ("semicolon", |tag| ending(tag, ";gzip")),
    ] {
        let seen = of(&tag("identity").await);
        let (status, body) = patch(&[("if-match", seen.clone())]).await;
        assert_eq!(status, 200, "{name} {seen} {body}");
    }
    // the tag of a compressed answer and of the page are of the same record
    let coded = tag("zstd").await;
    assert!(coded.ends_with("-zstd\""), "{coded}");
    assert_eq!(patch(&[("if-match", coded)]).await.0, 200);
    let page = client.get(format!("{item}?f=html")).send().await.unwrap();
    assert_eq!(patch(&[("if-match", tag_of(page.headers()))]).await.0, 200);

    let now = tag("identity").await;
    for stale in [
        "\"1\"",
        "\"abc\"",
        "\"\"",
        "W/\"t0011223344556677\"",
        "\"1\", \"2\"",
        "\"99999999999999999999\"",
        "\"*\"",
    ] {
        let (status, problem) = patch(&[("if-match", stale.to_owned())]).await;
        assert_eq!(status, 412, "{stale} {problem}");
        assert_eq!(problem["type"], "/problems/stale-revision", "{stale}");
    }
    for garbage in ["abc", "1", now.trim_matches('"'), "\"1", "*, \"1\"", ""] {
        let (status, problem) = patch(&[("if-match", garbage.to_owned())]).await;
        assert_eq!(status, 400, "{garbage} {problem}");
    }
    // If-Match comes first; If-None-Match is held too
    for (seen, known, expected) in [
        (now.as_str(), "*", 412),
        (now.as_str(), now.as_str(), 412),
        ("\"1\"", "\"1\"", 412),
        (now.as_str(), "abc", 400),
    ] {
        let both = [
            ("if-match", seen.to_owned()),
            ("if-none-match", known.to_owned()),
        ];
        assert_eq!(patch(&both).await.0, expected, "{both:?}");
    }
    assert_eq!(tag("identity").await, now, "nothing was written");
    let both = [
        ("if-match", now.clone()),
        ("if-none-match", "\"1\", \"x\"".to_owned()),
    ];
    assert_eq!(patch(&both).await.0, 200);

    let record = service.ok(RISK).await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let ask = |path: &str| {
            let request = client.request(method.clone(), format!("{}{path}", service.url));
            request.header("if-none-match", "*").json(&record).send()
        };
        let there = ask(RISK).await.unwrap();
        assert_eq!(there.status(), 412, "{method}");
        let problem: Json = there.json().await.unwrap();
        assert_eq!(problem["type"], "/problems/precondition-failed");
        let absent = ask("/api/collections/risk_points/items/99999")
            .await
            .unwrap();
        assert_eq!(absent.status(), 404, "{method}");
    }
}

crate::driver::on_both_stores! {
    a_write_is_held_against_every_way_of_writing_a_tag
}

#[tokio::test]
async fn a_profile_is_put_only_where_there_is_none_or_one() {
    let service = TestService::with_demo();
    let put = async |name: &str, value: &str| {
        let request = service.request(Method::PUT, "/api/import-profiles/甲");
        let request = request.header(name.to_owned(), value).json(&json!({}));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(put("if-match", "*").await, 412);
    assert_eq!(put("if-none-match", "*").await, 200);
    assert_eq!(put("if-none-match", "*").await, 412);
    assert_eq!(put("if-match", "\"1\"").await, 412);
    assert_eq!(put("if-match", "1").await, 400);
    assert_eq!(put("if-match", "*").await, 200);
    let delete = service.request(Method::DELETE, "/api/import-profiles/甲");
    let refused = delete.header("if-match", "\"1\"").send().await.unwrap();
    assert_eq!(refused.status(), 412);
    let all = service.ok("/api/import-profiles").await;
    assert_eq!(all["profiles"][0]["name"], "甲");
}

#[tokio::test]
async fn a_record_that_its_place_tells_of_is_another_when_that_changes() {
    let service = TestService::with_demo();
    let place = "/api/collections/facilities/items/5";
    let emptied = plain()
        .patch(format!("{}{place}", service.url))
        .header("if-match", "*")
        .json(&json!({ "properties": { "grid_code": null } }));
    let written = emptied.send().await.unwrap();
    let tag = tag_of(written.headers());
    let derived: Json = written.json().await.unwrap();
    assert_eq!(derived["properties"]["derived"], json!(["grid_code"]));
    let first = get(&service, place, &[]).await;
    assert_eq!(tag_of(first.headers()), tag);
    let code = derived["properties"]["grid_code"].as_str().unwrap();
    let grids = service
        .ok(&format!("/api/collections/grids/items?code={code}"))
        .await;
    let grid = format!(
        "/api/collections/grids/items/{}",
        grids["features"][0]["id"]
    );
    let renamed = service
        .request(Method::PATCH, &grid)
        .header("if-match", "*")
        .json(&json!({ "properties": { "code": format!("{code}X") } }));
    let renamed = renamed.send().await.unwrap();
    assert_eq!(renamed.status(), 200, "{}", renamed.text().await.unwrap());
    let now = get(&service, place, &[("if-none-match", &tag)]).await;
    assert_eq!(now.status(), 200, "the body has changed");
    // the record itself has not, and whoever has seen it may write it
    let patch = service
        .request(Method::PATCH, place)
        .header("if-match", tag)
        .json(&json!({ "properties": { "name": "改" } }));
    assert_eq!(patch.send().await.unwrap().status(), 200);
}
