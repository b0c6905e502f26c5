//! Tiles by OGC API Tiles: the same bytes as `/tiles` has, the same parameters and refusals, and exact freshness in both
//! tile matrix sets.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::decode::decode;
use crate::driver::{Stored, TestService};

/// What came of a question.
struct Told {
    status: u16,
    kind: String,
    tag: Option<String>,
    body: Vec<u8>,
}

impl Told {
    fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

async fn ask(service: &TestService, path: &str) -> Told {
    let answer = service.request(Method::GET, path).send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    Told {
        status: answer.status().as_u16(),
        kind: header("content-type").unwrap_or_default(),
        tag: header("etag"),
        body: answer.bytes().await.unwrap().to_vec(),
    }
}

/// West, south, east, north of the whole map.
async fn extent(service: &TestService) -> [f64; 4] {
    let catalogue = service.ok("/api/catalogue").await;
    serde_json::from_value(catalogue["extent"].clone()).unwrap()
}

/// Column and row as fractions, in the grid of Web Mercator or of CGCS2000.
fn flat(is_mercator: bool, lon: f64, lat: f64, z: u32) -> (f64, f64) {
    let many = f64::from(1_u32 << z);
    let y = if is_mercator {
        (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0
    } else {
        (90.0 - lat) / 360.0
    };
    ((lon + 180.0) / 360.0 * many, y * many)
}

/// Column and row of every tile of zoom `z` that the box touches.
fn tiles(is_mercator: bool, bbox: [f64; 4], z: u32) -> Vec<(u32, u32)> {
    let (west, north) = flat(is_mercator, bbox[0], bbox[3], z);
    let (east, south) = flat(is_mercator, bbox[2], bbox[1], z);
    let columns = west as u32..=east as u32;
    columns
        .flat_map(|x| (north as u32..=south as u32).map(move |y| (x, y)))
        .collect()
}

#[tokio::test]
async fn web_mercator_is_what_the_plain_route_has_to_the_last_byte() {
    let service = TestService::with_demo();
    let extent = extent(&service).await;
    let mut compared = 0;
    for z in [9, 12, 14, 15, 16, 18] {
        let all = tiles(true, extent, z);
        for (x, y) in all.iter().step_by((all.len() / 5).max(1)) {
            for (plain, query) in [
                ("mvt", "f=mvt"),
                ("geojson", "f=geojson"),
                ("geojson?clip=false", "f=geojson&clip=false"),
                ("mvt?properties=name", "f=mvt&properties=name"),
                ("mvt?filter=storeys>6", "filter=storeys>6"),
            ] {
                let one = ask(&service, &format!("/tiles/buildings/{z}/{x}/{y}.{plain}")).await;
                for of in ["collections/buildings/tiles", "tiles"] {
                    let chosen = if of == "tiles" {
                        "&collections=buildings"
                    } else {
                        ""
                    };
                    let path = format!("/api/{of}/WebMercatorQuad/{z}/{y}/{x}?{query}{chosen}");
                    let other = ask(&service, &path).await;
                    assert_eq!(
                        (one.status, &one.kind),
                        (other.status, &other.kind),
                        "{path}"
                    );
                    assert!(one.body == other.body && one.tag == other.tag, "{path}");
                    compared += usize::from(!one.body.is_empty());
                }
            }
        }
    }
    assert!(compared > 150, "{compared}");
}

#[tokio::test]
async fn what_is_asked_is_what_is_cut_in_the_grid_of_cgcs2000() {
    let service = TestService::with_demo();
    let [west, south, east, north] = extent(&service).await;
    let (lon, lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
    let (x, y) = flat(false, lon, lat, 15);
    let tile = format!("CGCS2000Quad/15/{}/{}", y as u32, x as u32);
    let path = format!("/api/collections/buildings/tiles/{tile}");
    let whole = ask(&service, &path).await;
    let layers = decode(&whole.body);
    let all = &layers[0].features;
    assert!(all.len() > 20, "{}", all.len());
    let named = |name: &str, layers: &[crate::decode::Layer]| {
        let mut each = layers.iter().flat_map(|layer| &layer.features);
        each.any(|one| one.properties.iter().any(|(key, _)| key == name))
    };
    assert!(named("storeys", &layers));
    let few = decode(&ask(&service, &format!("{path}?properties=name")).await.body);
    assert!(!named("storeys", &few) && few[0].features.len() == all.len());
    let high = decode(
        &ask(&service, &format!("{path}?filter=storeys>6"))
            .await
            .body,
    );
    assert!(!high[0].features.is_empty() && high[0].features.len() < all.len());
    // cut to the tile or whole
    let vertices = async |query: &str| {
        let told = ask(&service, &format!("{path}?f=geojson{query}")).await;
        told.body.len()
    };
    assert!(vertices("&clip=false").await >= vertices("").await);
    // before anything was written there was nothing
    let long_ago = ask(&service, &format!("{path}?datetime=2000-01-01T00:00:00Z")).await;
    assert_eq!((long_ago.status, long_ago.body.len()), (204, 0));
    let now = ask(&service, &format!("{path}?datetime=2100-01-01T00:00:00Z")).await;
    assert_eq!(now.body, whole.body);
    // one who has it need not have it again
    let again = service.request(Method::GET, &path);
    let again = again.header("if-none-match", whole.tag.unwrap());
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
}

#[tokio::test]
async fn what_is_not_there_or_not_for_tiles_is_refused() {
    let service = TestService::with_demo();
    let grids = "/api/collections/grids/tiles";
    for (path, status) in [
        (format!("{grids}/Moon"), 404),
        (format!("{grids}/Moon/1/0/0"), 404),
        ("/api/collections/moon/tiles".to_owned(), 404),
        (
            "/api/collections/moon/tiles/CGCS2000Quad/1/0/0".to_owned(),
            404,
        ),
        (format!("{grids}/CGCS2000Quad/0/0/0"), 404),
        (format!("{grids}/CGCS2000Quad/1/1/0"), 404),
        (format!("{grids}/CGCS2000Quad/1/0/2"), 404),
        (format!("{grids}/CGCS2000Quad/23/0/0"), 404),
        (format!("{grids}/CGCS2000Quad/1/a/0"), 404),
        (format!("{grids}/WebMercatorQuad/1/-1/0"), 404),
        (format!("{grids}/WebMercatorQuad/1/0/0?colour=red"), 400),
        (format!("{grids}/WebMercatorQuad/1/0/0?f=png"), 400),
        (format!("{grids}/WebMercatorQuad/1/0/0?filter=moon=1"), 400),
        (
            format!("{grids}/WebMercatorQuad/1/0/0?collections=grids"),
            400,
        ),
        (format!("{grids}/WebMercatorQuad?colour=red"), 400),
        (format!("{grids}?colour=red"), 400),
        ("/api/tiles?collections=".to_owned(), 400),
        ("/api/tileMatrixSets?colour=red".to_owned(), 400),
        ("/api/tileMatrixSets/Moon".to_owned(), 404),
        ("/api/collections/households/tiles".to_owned(), 403),
        (
            "/api/collections/households/tiles/CGCS2000Quad".to_owned(),
            403,
        ),
        (
            "/api/collections/households/tiles/CGCS2000Quad/1/0/0".to_owned(),
            403,
        ),
        (
            "/api/collections/posts/tiles/CGCS2000Quad/1/0/0".to_owned(),
            404,
        ),
        (
            "/api/tiles/CGCS2000Quad/1/0/1?collections=grids,households".to_owned(),
            403,
        ),
    ] {
        let told = ask(&service, &path).await;
        assert_eq!(told.status, status, "{path}: {}", told.json());
        if status >= 400 {
            assert_eq!(told.kind, "application/problem+json", "{path}");
        }
    }
    let restricted = "/api/collections/entrances/tiles/CGCS2000Quad";
    let told = ask(&service, restricted).await.json();
    let properties = &told["layers"][0]["propertiesSchema"]["properties"];
    assert!(properties.get("floors").is_some() && properties.get("doors_per_floor").is_none());
    let asked = format!("{restricted}/1/0/1?properties=doors_per_floor");
    assert_eq!(ask(&service, &asked).await.status, 403);
}

fn around(geometry: &Json) -> [f64; 4] {
    let mut bbox = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for position in geometry["coordinates"][0][0].as_array().unwrap() {
        let (lon, lat) = (position[0].as_f64().unwrap(), position[1].as_f64().unwrap());
        bbox = [
            bbox[0].min(lon),
            bbox[1].min(lat),
            bbox[2].max(lon),
            bbox[3].max(lat),
        ];
    }
    bbox
}

/// Tag and body of every tile of the map, by zoom, column and row.
async fn pyramid(service: &TestService, extent: [f64; 4]) -> BTreeMap<(u32, u32, u32), Told> {
    let mut all = BTreeMap::new();
    for z in 10..=17 {
        for (x, y) in tiles(false, extent, z) {
            let path = format!("/api/tiles/CGCS2000Quad/{z}/{y}/{x}?collections=grids,buildings");
            all.insert((z, x, y), ask(service, &path).await);
        }
    }
    all
}

#[tokio::test]
async fn an_edit_changes_exactly_the_tiles_of_the_grid_that_it_touches() {
    let stored = Stored::in_a_file();
    let service = &stored.service;
    let extent = extent(service).await;
    let before = pyramid(service, extent).await;
    assert!(before.len() > 100, "{} tiles", before.len());
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
    let after = pyramid(service, extent).await;
    let mut changed = 0;
    for ((z, x, y), told) in &after {
        let old = &before[&(*z, *x, *y)];
        let name = format!("{z}/{x}/{y}");
        assert_eq!(
            told.tag == old.tag,
            told.body == old.body,
            "{name}: a tag stands for its tile"
        );
        // a tile shows a sixty-fourth of its side beyond its edges
        let margin = 1.0 / 64.0;
        let is_touched = boxes.iter().any(|bbox| {
            let (west, north) = flat(false, bbox[0], bbox[3], *z);
            let (east, south) = flat(false, bbox[2], bbox[1], *z);
            let (x, y) = (f64::from(*x), f64::from(*y));
            west <= x + 1.0 + margin
                && east >= x - margin
                && north <= y + 1.0 + margin
                && south >= y - margin
        });
        // where houses are drawn one by one, what is touched is another tile
        let must = is_touched && *z >= 14;
        if told.tag == old.tag {
            assert!(!must, "{name} was touched and is the same");
        } else {
            changed += 1;
            // what is merged at low zooms is counted by whole blocks, which reach as far as the buffer
            assert!(is_touched, "{name} is another and was not touched");
        }
    }
    assert!(changed >= 10, "{changed} of {}", after.len());
}

#[tokio::test]
async fn options_says_which_methods_a_resource_has() {
    let service = TestService::with_demo_and(&["--origin", "http://localhost:3000"]);
    let items = "/api/collections/buildings/items";
    for (path, expected) in [
        (items.to_owned(), "GET,HEAD,OPTIONS,POST"),
        (format!("{items}/100"), "DELETE,GET,HEAD,OPTIONS,PATCH,PUT"),
        ("/api/changes".to_owned(), "OPTIONS,POST"),
        ("/api/locate".to_owned(), "GET,HEAD,OPTIONS,POST"),
        ("/api/search".to_owned(), "GET,HEAD,OPTIONS"),
        ("/tiles/grids/3/1/1.mvt".to_owned(), "GET,HEAD,OPTIONS"),
        ("/api/imports/1".to_owned(), "DELETE,GET,HEAD,OPTIONS,PATCH"),
        ("/api/import-profiles/a".to_owned(), "DELETE,OPTIONS,PUT"),
    ] {
        let answer = service.request(Method::OPTIONS, &path);
        let answer = answer
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "if-match,idempotency-key")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
        let list = |name: &str| -> Vec<String> {
            let text = answer.headers()[name].to_str().unwrap();
            let mut words: Vec<_> = text.split(',').map(|word| word.trim().to_owned()).collect();
            words.sort();
            words
        };
        assert_eq!(list("allow").join(","), expected, "{path}");
        assert_eq!(
            list("access-control-allow-methods"),
            list("allow"),
            "{path}"
        );
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "http://localhost:3000"
        );
        let may_send = list("access-control-allow-headers");
        for name in [
            "if-match",
            "idempotency-key",
            "content-type",
            "authorization",
        ] {
            assert!(may_send.iter().any(|word| word == name), "{path}: {name}");
        }
        // what is not among them is refused, and with the same list
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            if !list("allow").iter().any(|word| *word == method.as_str()) {
                let refused = service.request(method.clone(), &path).send().await.unwrap();
                assert_eq!(
                    refused.status(),
                    StatusCode::METHOD_NOT_ALLOWED,
                    "{method} {path}"
                );
                let mut told: Vec<_> = refused.headers()["allow"]
                    .to_str()
                    .unwrap()
                    .split(',')
                    .collect();
                told.push("OPTIONS");
                told.sort_unstable();
                assert_eq!(told.join(","), expected, "{method} {path}");
            }
        }
    }
    for path in ["/api/nowhere", "/nowhere"] {
        let answer = service.request(Method::OPTIONS, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
