//! A question that would take too long is refused, and the others do not notice it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::driver::TestService;

/// CPU time that the refusal of one question may take. Tests run on a build without optimisations, on shared cores.
const CPU_OF_A_REFUSAL: Duration =
    Duration::from_millis(if cfg!(debug_assertions) { 2_500 } else { 100 });

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// Filters that once ended the process or stalled it, and their neighbours.
fn bombs() -> Vec<(&'static str, String)> {
    let cell = "a_equals((1,2),";
    let zigzag: Vec<String> = (0..1_000)
        .map(|at| {
            let lon = 108.9 + f64::from(at) * 0.0001;
            let lat = if at % 2 == 0 { 34.15 } else { 34.30 };
            format!("{lon:.4} {lat}")
        })
        .collect();
    vec![
        ("brackets", nested("(", "id=1", ")", 400)),
        ("more brackets", nested("(", "id=1", ")", 9_000)),
        ("open brackets", format!("{}1", "(".repeat(20))),
        ("many open brackets", format!("{}1", "(".repeat(40))),
        (
            "lists in lists",
            format!("id IN {}", nested("(", "1", ",2)", 30)),
        ),
        ("lists of lists", nested(cell, "(1,2)", ")", 28)),
        ("NOT", format!("{}id=1", "NOT ".repeat(2_000))),
        ("not(", nested("not(", "id=1", ")", 1_000)),
        ("minus", format!("id={}1", "-".repeat(2_000))),
        ("spaced minus", format!("id={}1", "- ".repeat(2_000))),
        ("casei", nested("casei(", "name", ")", 1_000) + "='a'"),
        ("sum", format!("id={}", vec!["1"; 2_000].join("+"))),
        ("power", format!("id={}", vec!["2"; 2_000].join("^"))),
        ("OR", vec!["id=1"; 3_500].join(" OR ")),
        ("AND", vec!["id=1"; 3_500].join(" AND ")),
        ("equals", format!("id{}", "=1".repeat(3_000))),
        ("wildcards", format!("name LIKE '{}'", "%_".repeat(3_000))),
        ("LIKE", vec!["name LIKE '%a%b%c%'"; 1_000].join(" OR ")),
        (
            "casei LIKE",
            vec!["CASEI(name) LIKE '%区%园%'"; 100].join(" OR "),
        ),
        ("quotation marks", "'".repeat(9_999)),
        ("a long name", format!("{}=1", "x".repeat(40_000))),
        (
            "a polygon across everything",
            format!(
                "S_OVERLAPS(geometry, POLYGON(({},108.9 34.1,{})))",
                zigzag.join(","),
                zigzag[0]
            ),
        ),
        (
            "deep JSON",
            nested(
                r#"{"op":"not","args":["#,
                r#"{"op":"=","args":[1,1]}"#,
                "]}",
                60,
            ),
        ),
        (
            "deeper JSON",
            nested(
                r#"{"op":"not","args":["#,
                r#"{"op":"=","args":[1,1]}"#,
                "]}",
                900,
            ),
        ),
        ("deep JSON lists", nested("[", "1", "]", 3_000)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_cost_too_much_are_refused_at_once() {
    let service = TestService::with_demo();
    for (name, filter) in bombs() {
        for (path, layer) in [
            ("/api/collections/households/items", ""),
            ("/api/collections/buildings/items", ""),
            ("/api/nearest?lon=108.96&lat=34.22&layer=buildings", "&"),
            ("/api/summary?layer=buildings&by=grids", "&"),
            ("/tiles/buildings/14/13151/6532.mvt", ""),
            ("/tiles/buildings/14/13151/6532.geojson", ""),
        ] {
            if name == "casei LIKE" && !path.contains("households") {
                // few enough records to be read
                continue;
            }
            let mark = if layer.is_empty() { "?" } else { layer };
            let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
            let before = service.cpu_time();
            let (status, body) = service.get(&format!("{path}{mark}filter={filter}")).await;
            let took = service.cpu_time().saturating_sub(before);
            // whether it costs too much depends on how many records lie near its edges
            let is_cheap_here = name == "a polygon across everything";
            assert!(
                status.is_client_error()
                    || status == StatusCode::SERVICE_UNAVAILABLE
                    || is_cheap_here && status == StatusCode::OK,
                "{name} {path}: {status} {body}"
            );
            assert!(took < CPU_OF_A_REFUSAL, "{name} {path}: {took:?} {status}");
        }
    }
    assert_eq!(service.ok("/health/live").await, "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_400_codes_is_an_ordinary_question() {
    let service = TestService::with_demo();
    let some = service
        .ok("/api/collections/buildings/items?limit=400&properties=code")
        .await;
    let codes: Vec<String> = some["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["properties"]["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 400);
    let joined = codes
        .iter()
        .map(|code| format!("code='{code}'"))
        .collect::<Vec<_>>()
        .join(" OR ");
    let quoted = codes.iter().map(|code| format!("'{code}'"));
    let listed = format!("code IN ({})", quoted.collect::<Vec<_>>().join(","));
    let by_id = (1..=400)
        .map(|id| format!("id={id}"))
        .collect::<Vec<_>>()
        .join(" OR ");
    for (filter, layer) in [
        (&joined, "buildings"),
        (&listed, "buildings"),
        (&format!("NOT ({joined})"), "buildings"),
        (&by_id, "households"),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let found = service
            .ok(&format!(
                "/api/collections/{layer}/items?limit=1&filter={encoded}"
            ))
            .await;
        let matched = found["numberMatched"].as_u64().unwrap();
        let all = service
            .ok(&format!("/api/collections/{layer}/items?limit=1"))
            .await["numberMatched"]
            .as_u64()
            .unwrap();
        let expected = if filter.starts_with("NOT") {
            all - 400
        } else {
            400
        };
        assert_eq!(matched, expected, "{}", &filter[..60]);
    }
}

/// How long a new connection waits for the whole answer.
fn wait_for(address: &str, path: &str) -> Duration {
    let asked = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    asked.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_are_answered_beside_long_pages_and_slow_filters() {
    let service = TestService::with_demo();
    service.ok("/api/locate?lon=108.96&lat=34.22").await;
    let base_kib = service.memory_kib();
    let like: String =
        form_urlencoded::byte_serialize("CASEI(room_label) LIKE '%1%2%'".as_bytes()).collect();
    let mut busy = Vec::new();
    for at in 0..15 {
        let path = if at % 3 == 0 {
            format!(
                "/api/collections/buildings/items?limit=10000&filter={}",
                like.replace("room_label", "name")
            )
        } else {
            "/api/collections/households/items?limit=10000".to_owned()
        };
        let request = service.request(Method::GET, &path).send();
        busy.push(tokio::spawn(async move {
            let answer = request.await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let body: serde_json::Value = answer.json().await.unwrap();
            let features = body["features"].as_array().unwrap().len();
            assert_eq!(body["numberReturned"], features);
        }));
    }
    let done = Arc::new(AtomicBool::new(false));
    // a thread of its own: the test's runtime is busy with the long answers
    let prober = std::thread::spawn({
        let (done, address) = (Arc::clone(&done), service.url["http://".len()..].to_owned());
        move || {
            let mut waits = Vec::new();
            while !done.load(Ordering::Relaxed) {
                for path in ["/health/live", "/api/locate?lon=108.96&lat=34.22"] {
                    waits.push((wait_for(&address, path), path));
                }
            }
            waits
        }
    });
    let mut peak_kib = 0;
    while busy.iter().any(|task| !task.is_finished()) {
        peak_kib = peak_kib.max(service.memory_kib());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for task in busy {
        task.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let mut waits = prober.join().unwrap();
    waits.sort();
    let ((median, _), (longest, of)) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!(
        "{} questions: median {median:?}, longest {longest:?} of {of}",
        waits.len()
    );
    assert!(median < Duration::from_millis(100), "{median:?}");
    assert!(longest < Duration::from_secs(1), "{longest:?}");
    let grown = (peak_kib.saturating_sub(base_kib)) / 1024;
    assert!(grown < 100, "{grown} MiB more than before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_whole_or_says_how_much_it_has() {
    let service = TestService::with_demo();
    let all = service
        .ok("/api/collections/households/items?limit=1")
        .await["numberMatched"]
        .as_u64()
        .unwrap();
    for (query, lines) in [
        ("f=csv", all + 1),
        ("f=csv&limit=10", 11),
        ("f=csv&offset=10&limit=10", 11),
    ] {
        let answer = service
            .request(
                Method::GET,
                &format!("/api/collections/households/items?{query}"),
            )
            .send()
            .await
            .unwrap();
        let told = |name: &str| {
            answer.headers()[name]
                .to_str()
                .unwrap()
                .parse::<u64>()
                .unwrap()
        };
        assert_eq!(told("ogc-numbermatched"), all);
        assert_eq!(told("ogc-numberreturned"), lines - 1);
        assert_eq!(answer.headers().contains_key("link"), lines - 1 < all);
        let text = answer.text().await.unwrap();
        assert_eq!(text.lines().count() as u64, lines, "{query}");
    }
    let pages =
        [0, 3].map(|offset| format!("/api/collections/grids/items?limit=4&offset={offset}"));
    let (first, second) = (service.ok(&pages[0]).await, service.ok(&pages[1]).await);
    assert_eq!(first["features"][3]["id"], second["features"][0]["id"]);
    let next = second["links"].as_array().unwrap().iter();
    let next = next.into_iter().find(|link| link["rel"] == "next").unwrap();
    let next = next["href"]
        .as_str()
        .unwrap()
        .strip_prefix(&service.url)
        .unwrap();
    let third = service.ok(next).await;
    assert!(second["features"][3]["id"].as_u64() < third["features"][0]["id"].as_u64());
}
