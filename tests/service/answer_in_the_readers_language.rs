//! What is wrong is said wholly in the language of the one who asked: no sentence of a library in a Chinese answer, and
//! no Chinese in an English one.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::driver::TestService;

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Three words of Latin letters in a row outside of quotation marks: an English phrase. Names are no words, and a list
/// of names has commas.
fn english_phrase(text: &str) -> Option<String> {
    let mut outside = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '“' => quoted = true,
            '”' => quoted = false,
            _ if quoted => {}
            // whatever is Chinese ends a phrase
            _ if is_han(c) || "，。：；（）、".contains(c) => outside.push_str(" | "),
            _ => outside.push(c),
        }
    }
    let is_word = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'')
            && word.chars().skip(1).all(|c| !c.is_ascii_uppercase())
    };
    let words: Vec<&str> = outside.split_whitespace().collect();
    let phrase = words
        .windows(3)
        .find(|three| three.iter().all(|word| is_word(word)));
    phrase.map(|three| three.join(" "))
}

#[test]
fn an_english_phrase_is_recognised() {
    for text in [
        "筛选条件不是有效的 CQL2：the filter is not valid",
        "CSV 无法读取：found record with 2 fields",
        "内容应为 GeoJSON：expected value at line 1",
    ] {
        assert!(english_phrase(text).is_some(), "{text}");
    }
    for text in [
        "不认识的参数 foo；可用：lon, lat, crs",
        "第 9 个字符处写法有误：“a is not b”",
        "内容应为 {\"points\":[[经度,纬度],…],\"layers\":[…]}：第 1 行第 2 列处不是正确的 JSON",
        "S_DWITHIN 应写作 S_DWITHIN(geometry, POINT(108.96 34.22), 500)，距离以米计",
    ] {
        assert_eq!(english_phrase(text), None, "{text}");
    }
}

/// Every sentence of a problem.
fn sentences(problem: &Json) -> Vec<String> {
    let mut all = vec![problem["title"].clone(), problem["detail"].clone()];
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    all.extend(errors.iter().map(|error| error["detail"].clone()));
    all.iter()
        .map(|text| text.as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Whether `text` is Chinese, or English where `chinese` is false; what the caller wrote may stand in it.
fn is_in(chinese: bool, text: &str) -> bool {
    if chinese {
        text.contains(is_han) && english_phrase(text).is_none()
    } else {
        !text.is_empty() && !text.contains(is_han)
    }
}

type Fault = (Method, String, &'static str, String);

fn get(path: &str) -> Fault {
    (Method::GET, path.to_owned(), "", String::new())
}

fn filtered(filter: &str) -> Fault {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("filter", filter)
        .finish();
    get(&format!("/api/collections/risk_points/items?{query}"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "texts and JSON are written in place"
)]
fn post(path: &str, kind: &'static str, body: impl ToString) -> Fault {
    (Method::POST, path.to_owned(), kind, body.to_string())
}

fn faults() -> Vec<Fault> {
    let mut all: Vec<Fault> = [
        "level = ",
        "level = = 'red'",
        "level === 3",
        "(((",
        "level = 'red' ANDD",
        "'",
        "my_function(level) = 1",
        "level > 3",
        "level",
        "3",
        "level LIKE code",
        "level IN (level",
        "colour = 'red'",
        "deadline < 'soon'",
        "deadline = DATE('2026-02-31')",
        "T_NEVER(deadline, DATE('2026-01-01'))",
        "A_NONE(level, ('a'))",
        "S_INTERSECTS(level, POINT(1 2))",
        "S_INTERSECTS(geometry, level)",
        "S_INTERSECTS(geometry, BBOX(1,2))",
        "S_INTERSECTS(geometry, POINT(500 34))",
        "S_INTERSECTS(geometry, POINT(34 108))",
        "S_BESIDE(geometry, POINT(1 2))",
        "S_DWITHIN(geometry, POINT(1 2), -5)",
        "S_DWITHIN(geometry, POINT(1 2))",
        "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2))) IS NULL AND level = ",
        "{",
        "{\"op\":",
        "{\"op\":3}",
        "{\"op\":\"=\",\"args\":[1]}",
        "{\"op\":\"between\",\"args\":[{\"property\":\"id\"}]}",
    ]
    .map(filtered)
    .into();
    all.extend(
        [
            "/api/collections/risk_points/items?level=purple",
            "/api/collections/risk_points/items?deadline=soon",
            "/api/collections/risk_points/items?id=x",
            "/api/collections/risk_points/items?sortby=colour",
            "/api/collections/risk_points/items?bbox=500,1,501,2",
            "/api/collections/risk_points/items?crs=EPSG:1",
            "/api/collections/risk_points/items?f=docx",
            "/api/collections/risk_points/items?datetime=soon",
            "/api/collections/risk_points/items/x",
            "/api/collections/moon/items",
            "/api/locate?lon=x&lat=1",
            "/api/locate?lon=34.2&lat=108.9",
            "/api/locate?lon=500&lat=34&crs=EPSG:4545",
            "/api/locate?lon=1&lat=1&crs=EPSG:2381",
            "/api/locate?lon=1&lat=1&crs=moon",
            "/api/summary?layer=cases&by=cases",
            "/api/summary?layer=cases&by=grids&measure=sum:name",
            "/api/search?q=",
            "/tiles/grids/x/0/0.mvt",
            "/tiles/grids/23/0/0.mvt",
            "/tiles/grids/3/9/0.mvt",
            "/tiles/households/16/52600/26153.mvt",
            "/tiles/grids/1/1/1.mvt?properties=moon",
            "/api/tiles/WebMercatorQuad/x/0/0",
            "/api/collections/grids/tiles/WebMercatorQuad/3/99/0",
            "/api/imports/nothing",
            "/api/nowhere",
            "/nowhere",
        ]
        .map(get),
    );
    let record = |properties: Json, geometry: Json| json!({ "type": "Feature", "properties": properties, "geometry": geometry });
    let point = json!({ "type": "Point", "coordinates": [108.95, 34.22] });
    let items = "/api/collections/risk_points/items";
    let geojson = "application/geo+json";
    all.extend([
        post(items, geojson, "{"),
        post(items, geojson, "[1,"),
        post(items, geojson, "3"),
        post(items, geojson, record(json!({ "code": "" }), point.clone())),
        post(
            items,
            geojson,
            record(json!({ "code": "A", "level": "castle" }), point.clone()),
        ),
        post(
            items,
            geojson,
            record(
                json!({ "code": "A", "level": 3, "deadline": "soon", "colour": 1 }),
                point.clone(),
            ),
        ),
        post(
            items,
            geojson,
            record(json!({ "code": "A" }), json!({ "type": "Moon" })),
        ),
        post(
            items,
            geojson,
            record(
                json!({ "code": "A" }),
                json!({ "type": "Point", "coordinates": [1] }),
            ),
        ),
        post(
            items,
            geojson,
            record(
                json!({ "code": "A" }),
                json!({ "type": "Point", "coordinates": "x" }),
            ),
        ),
        post(
            items,
            geojson,
            record(
                json!({ "code": "A" }),
                json!({ "type": "Point", "coordinates": [1000, 34] }),
            ),
        ),
        post(
            "/api/collections/grids/items",
            geojson,
            record(json!({ "code": "A" }), point),
        ),
        post(
            "/api/collections/grids/items",
            geojson,
            record(
                json!({ "code": "A" }),
                json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 1]]] }),
            ),
        ),
        post(items, "text/plain", "x"),
        post("/api/changes", "application/json", "{}"),
        post(
            "/api/changes",
            "application/json",
            "{\"changes\":[{\"op\":\"jump\"}]}",
        ),
        post("/api/locate", "application/json", "{"),
        post("/api/locate", "application/json", "{\"points\":[[1]]}"),
        post("/api/locate", "application/json", "{\"points\":\"x\"}"),
        post("/api/locate", "application/json", "{\"points\":[[1000,1]]}"),
        post("/api/locate", "text/csv", "a,b\n1,2\n"),
        post(
            "/api/locate",
            "application/vnd.apache.arrow.stream",
            "no stream",
        ),
        (
            Method::PUT,
            "/api/import-profiles/a".to_owned(),
            "application/json",
            "{\"layer\":3}".to_owned(),
        ),
        (
            Method::PUT,
            "/api/import-profiles/a".to_owned(),
            "application/json",
            "[".to_owned(),
        ),
        (
            Method::PUT,
            "/api/search".to_owned(),
            "application/json",
            "{}".to_owned(),
        ),
        (
            Method::PATCH,
            format!("{items}/1"),
            "application/merge-patch+json",
            "{}".to_owned(),
        ),
        (
            Method::POST,
            "/api/imports?layer=moon&name=a.csv".to_owned(),
            "text/csv",
            "a,b\n".to_owned(),
        ),
        (
            Method::POST,
            "/api/imports?layer=cases&name=a.csv&crs=moon".to_owned(),
            "text/csv",
            "a,b\n".to_owned(),
        ),
        (
            Method::POST,
            "/api/imports?layer=cases".to_owned(),
            "multipart/form-data",
            "x".to_owned(),
        ),
    ]);
    all
}

#[tokio::test]
async fn every_problem_is_in_the_language_of_the_reader() {
    let service = TestService::with_demo();
    let faults = faults();
    assert!(faults.len() > 80);
    let mut wrong = Vec::new();
    for (method, path, kind, body) in faults {
        for (language, chinese) in [("zh-CN,zh;q=0.9", true), ("en", false)] {
            let answer = service
                .request(method.clone(), &path)
                .header("accept-language", language)
                .header("content-type", kind)
                .header("minqing-request", "1")
                .body(body.clone())
                .send()
                .await
                .unwrap();
            let what = format!("{method} {path} {body}");
            let status = answer.status();
            if !status.is_client_error() {
                wrong.push(format!("{what}\n    {status}"));
                continue;
            }
            let problem: Json = answer.json().await.unwrap();
            let texts = sentences(&problem).into_iter();
            wrong.extend(
                texts
                    .filter(|text| !is_in(chinese, text))
                    .map(|text| format!("{what}\n    {text}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_described_in_both_languages() {
    let service = TestService::with_demo();
    let mut wrong = Vec::new();
    for (name, bytes) in [
        ("a.xlsx", b"PK\x03\x04 not a zip at all".to_vec()),
        ("a.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 nothing more".to_vec()),
        ("a.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[{".to_vec()),
        ("a.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",,}]}".to_vec()),
        ("a.kml", b"<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>a</Document></kml>".to_vec()),
        ("a.kml", b"<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>a".to_vec()),
        ("a.zip", b"PK\x03\x04broken".to_vec()),
        ("a.gpkg", [b"SQLite format 3\0".as_slice(), &[7; 200]].concat()),
        ("a.fgb", [b"fgb\x03fgb\x00".as_slice(), &[255; 64]].concat()),
        ("a.dxf", b"  0\nSECTION\n  2\nENTITIES\nx\ny\n".to_vec()),
        ("a.csv", b"\n\n".to_vec()),
        ("a.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x05xxxxx".to_vec()),
    ] {
        let started = service
            .request(Method::POST, &format!("/api/imports?layer=buildings&name={name}"))
            .header("minqing-request", "1")
            .body(bytes)
            .send()
            .await
            .unwrap();
        assert_eq!(started.status().as_u16(), 202, "{name}");
        let started: Json = started.json().await.unwrap();
        let path = format!("/api/imports/{}", started["id"].as_str().unwrap());
        let mut job = Json::Null;
        for _ in 0..1500 {
            job = service.ok(&path).await;
            if !["queued", "reading", "writing"].contains(&job["state"].as_str().unwrap()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let failure = &job["failure"];
        for (chinese, text) in [(true, &failure["zh"]), (false, &failure["en"])] {
            let text = text.as_str().unwrap_or_default();
            if !is_in(chinese, text) {
                wrong.push(format!("{name}: {text}"));
            }
        }
        let gone = service
            .request(Method::DELETE, &path)
            .header("minqing-request", "1")
            .send()
            .await
            .unwrap();
        assert!(gone.status().is_success(), "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn pages_are_in_the_language_of_the_reader() {
    let service = TestService::with_demo();
    for (language, wanted, heading) in [
        ("zh", "zh-CN", "<h1>接口说明</h1>"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en", "<h1>API reference</h1>"),
    ] {
        let answer = service
            .request(Method::GET, "/api/docs")
            .header("accept-language", language)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["content-language"], wanted);
        let varies = answer.headers().get_all("vary");
        let varies: Vec<&str> = varies.iter().map(|v| v.to_str().unwrap()).collect();
        assert!(varies.join(",").contains("accept-language"), "{varies:?}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(heading) && page.contains(&format!("<html lang=\"{wanted}\">")));
        assert!(
            !page.contains("<script") && !page.contains(" style=") && !page.contains(" onclick=")
        );
    }
}
