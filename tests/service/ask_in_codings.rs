//! Content codings by RFC 9110, 12.5.3: what is sent is accepted and named, in whatever case and weight it is asked for.

use std::io::Read;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::ask_on_conditions::{RISK, TILE, get, plain, send, tag_of};
use crate::driver::TestService;

/// The body of an answer, out of the coding that it names.
fn decoded(coding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        None => plain.extend_from_slice(body),
        Some("gzip") => {
            flate2::read::MultiGzDecoder::new(body)
                .read_to_end(&mut plain)
                .unwrap();
        }
        Some("br") => {
            brotli::Decompressor::new(body, 4096)
                .read_to_end(&mut plain)
                .unwrap();
        }
        Some("zstd") => plain = zstd::stream::decode_all(body).unwrap(),
        Some(other) => panic!("{other}"),
    }
    plain
}

#[tokio::test]
async fn the_coding_is_one_that_the_client_accepts_and_names_its_body() {
    let service = TestService::with_demo();
    for path in [
        TILE,
        "/tiles/buildings/16/52605/26128.geojson?filter=id>0",
        "/api/collections/grids/items?limit=5",
        "/api/collections/grids/items/1",
        "/api/collections",
        "/api/openapi.json",
        "/api/docs",
        "/",
    ] {
        let whole = get(&service, path, &[]).await;
        let tag = tag_of(whole.headers());
        assert!(whole.headers().get("content-encoding").is_none());
        let mut whole = whole.bytes().await.unwrap().to_vec();
        let any = ["br", "zstd", "gzip"];
        let mut tags = vec![tag.clone()];
        for (accept, may_be) in [
            ("gzip", &["gzip"][..]),
            ("br", &["br"]),
            ("GZIP", &["gzip"]),
            ("x-gzip", &["gzip"]),
            ("gzip;q=0", &[]),
            ("br;q=0, gzip;q=1", &["gzip"]),
            ("br;Q=0, gzip;Q=1", &["gzip"]),
            ("br ; Q=0.0,zstd;Q=0.000, gzip", &["gzip"]),
            ("br;q=0.2, gzip;q=0.8, zstd;Q=0.5", &["gzip"]),
            ("identity", &[]),
            ("identity, gzip;q=0.5", &[]),
            ("gzip;q=0.001", &["gzip"]),
            ("*;q=0", &[]),
            ("identity;q=0", &[]),
            ("identity;q=0, *", &["gzip"]),
            ("identity;q=0, gzip;q=0.1", &["gzip"]),
            ("deflate", &[]),
            ("gzip;q=x, br;q=2", &[]),
            ("", &[]),
            ("gzip, deflate, br, zstd", &any),
        ] {
            let answer = get(&service, path, &[("accept-encoding", accept)]).await;
            assert_eq!(answer.status(), 200, "{path} {accept}");
            let headers = answer.headers().clone();
            let codings: Vec<_> = headers.get_all("content-encoding").iter().collect();
            assert!(codings.len() <= 1, "{path} {accept} {codings:?}");
            let coding = codings.first().map(|coding| coding.to_str().unwrap());
            match coding {
                None => assert!(may_be.is_empty(), "{path} {accept}"),
                Some(coding) => assert!(may_be.contains(&coding), "{path} {accept}: {coding}"),
            }
            assert!(
                headers.get_all("vary").iter().any(|vary| {
                    let vary = vary.to_str().unwrap().to_ascii_lowercase();
                    vary.contains("accept-encoding")
                }),
                "{path} {accept}"
            );
            let own = tag_of(&headers);
            let is_weak = own.starts_with("W/");
            let mut body = decoded(coding, &answer.bytes().await.unwrap());
            // the moment of a page of records is another
            for text in [&mut whole, &mut body] {
                if let Ok(Json::Object(mut page)) = serde_json::from_slice(text)
                    && page.remove("timeStamp").is_some()
                {
                    *text = Json::Object(page).to_string().into_bytes();
                }
            }
            assert!(body == whole, "{path} {accept}");
            // a strong tag promises the same bytes
            assert!(
                is_weak || (own == tag) == coding.is_none(),
                "{path} {accept}: {own}"
            );
            tags.push(own.clone());
            for known in &tags {
                let both = [
                    ("accept-encoding", accept),
                    ("if-none-match", known.as_str()),
                ];
                for method in [Method::GET, Method::HEAD] {
                    let again = send(&service, &method, path, &both).await;
                    assert_eq!(again.status(), 304, "{path} {accept} {known}");
                    assert_eq!(tag_of(again.headers()), own, "{method} {path} {accept}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_write_is_done_where_nothing_is_acceptable() {
    let service = TestService::with_demo();
    let item = format!("{}{RISK}", service.url);
    for accept in ["*;q=0", "identity;q=0", "identity;Q=0, br;q=0"] {
        let patch = plain()
            .patch(&item)
            .header("accept-encoding", accept)
            .header("if-match", "*")
            .json(&json!({ "properties": { "description": accept } }));
        assert_eq!(patch.send().await.unwrap().status(), 200, "{accept}");
        let now = service.ok(RISK).await;
        assert_eq!(now["properties"]["description"], accept);
    }
}
