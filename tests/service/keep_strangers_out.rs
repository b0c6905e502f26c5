//! A page of another site that is open on the same machine reads what is public, and changes nothing.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::cluster::free_port;
use crate::driver::{PROGRAM, TestService, run, said};
use crate::wire::{Answered, ask, exchange};

const ITEMS: &str = "/api/collections/risk_points/items";

fn host(service: &TestService) -> String {
    format!("host: {}", service.url.replace("http://", ""))
}

#[tokio::test]
async fn a_request_to_another_host_is_misdirected() {
    let service = TestService::with_demo_and(&["--host", "map.example.gov.cn,gis"]);
    let port = service.url.rsplit(':').next().unwrap();
    let status = |line: &str, headers: &[&str]| ask(&service, line, headers).status;
    for name in [
        "127.0.0.1",
        "10.1.2.3:8080",
        "[::1]",
        "[2001:db8::1]:8080",
        "localhost",
        "LOCALHOST.:1",
        "map.example.gov.cn",
        "Gis:8080",
    ] {
        assert_eq!(
            status("GET /api", &[&format!("Host: {name}")]),
            200,
            "{name}"
        );
    }
    for name in [
        "other.example",
        "rebind.example:8080",
        "localhost.other.example",
        "127.0.0.1.nip.example",
        "map.example.gov.cn.other.example",
    ] {
        let answer = ask(
            &service,
            "GET /api/collections/households/items",
            &[&format!("Host: {name}")],
        );
        assert_eq!(answer.status, 421, "{name}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert!(!answer.body.contains("numberMatched"), "{name}");
        let write = format!("DELETE {ITEMS}/3");
        assert_eq!(
            status(&write, &[&format!("Host: {name}"), "If-Match: *"]),
            421
        );
    }
    for name in [
        "",
        "a b",
        "127.0.0.1:x",
        "user@127.0.0.1",
        "[::1",
        "127.0.0.1:99999",
    ] {
        assert_eq!(
            status("GET /api", &[&format!("Host: {name}")]),
            400,
            "{name:?}"
        );
    }
    let own = format!("Host: 127.0.0.1:{port}");
    assert_eq!(status("GET /api", &[&own, "Host: other.example"]), 400);
    assert_eq!(status("GET /api", &[&own, &own]), 400);
    assert_eq!(status("GET /api", &[]), 400);
    // the whole address in the first line counts, whatever the header says
    assert_eq!(
        status(&format!("GET http://127.0.0.1:{port}/api"), &[&own]),
        200
    );
    assert_eq!(
        status("GET http://other.example/api", &["Host: other.example"]),
        421
    );
    assert_eq!(status("GET http://other.example/api", &[&own]), 400);
    let old = exchange(
        &service,
        b"GET /health/live HTTP/1.0\r\n\r\n",
        Duration::from_secs(5),
    );
    assert_eq!(old.unwrap().status, 200);
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let service = TestService::with_demo();
    let own = host(&service);
    let before = service.ok(&format!("{ITEMS}/3")).await;
    let revision = service.ok("/health/ready").await["revision"].clone();
    let foreign: [&[&str]; 6] = [
        &["Origin: http://other.example"],
        &["Origin: null"],
        &["Origin: http://localhost:1"],
        &["Origin: https://127.0.0.1"],
        &["Sec-Fetch-Site: cross-site"],
        &[
            "Sec-Fetch-Site: same-site",
            "Sec-Fetch-Mode: navigate",
            "Sec-Fetch-Dest: document",
        ],
    ];
    for page in foreign {
        for (line, more) in [
            (format!("DELETE {ITEMS}/3"), "If-Match: *"),
            (format!("PATCH {ITEMS}/3"), "If-Match: *"),
            (format!("PUT {ITEMS}/3"), "If-Match: *"),
            (format!("POST {ITEMS}"), "Content-Type: application/json"),
            ("POST /api/changes".to_owned(), "Content-Type: text/plain"),
            ("POST /api/changes".to_owned(), "minqing-request: 1"),
            (
                "POST /api/changes/1/undo".to_owned(),
                "Content-Type: text/plain",
            ),
            (
                "POST /api/imports".to_owned(),
                "Content-Type: multipart/form-data; boundary=a",
            ),
            ("POST /api/imports/1/commit".to_owned(), "x: y"),
            ("PUT /api/import-profiles/a".to_owned(), "x: y"),
            ("DELETE /api/import-profiles/a".to_owned(), "x: y"),
            ("POST /api/locate".to_owned(), "Content-Type: text/csv"),
        ] {
            let headers = [&[&*own, more, "content-length: 0"], page].concat();
            let answer = ask(&service, &line, &headers);
            assert_eq!(answer.status, 403, "{line} {page:?}: {}", answer.body);
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
    assert_eq!(service.ok(&format!("{ITEMS}/3")).await, before);
    assert_eq!(service.ok("/health/ready").await["revision"], revision);
}

#[tokio::test]
async fn a_page_of_another_origin_reads_what_is_public() {
    let service = TestService::with_demo();
    let own = host(&service);
    let read = |path: &str, page: &[&str]| {
        let headers = [&[&*own], page].concat();
        ask(&service, &format!("GET {path}"), &headers)
    };
    let page: &[&str] = &[
        "Origin: http://other.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: cors",
    ];
    for path in [
        "/tiles/grids.json",
        "/tiles/grids,buildings/16/52605/26128.mvt",
        "/api",
        "/api/collections",
        "/api/collections/buildings/items?limit=1",
        "/api/collections/buildings/schema",
        "/api/tileMatrixSets/WebMercatorQuad",
        "/api/nearest?lon=108.95&lat=34.22&layer=facilities",
    ] {
        let answer = read(path, page);
        assert!(
            matches!(answer.status, 200 | 204),
            "{path}: {}",
            answer.body
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "cross-origin"
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let closed = [
        "/api/collections/households/items?limit=1",
        "/api/collections/cases/items",
        "/api/collections/buildings/items/1/versions",
        "/api/collections/buildings/changes",
        "/tiles/risk_points/16/52605/26128.mvt",
        "/api/tiles/WebMercatorQuad/16/26128/52605",
        "/api/locate?lon=108.95&lat=34.22",
        "/api/search?q=a",
        "/api/catalogue",
        "/api/events",
        "/api/imports",
        "/api/import-profiles",
        "/health/ready",
        "/metrics",
    ];
    for path in closed {
        for page in [
            page,
            &["Origin: null"],
            &[
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Mode: no-cors",
                "Sec-Fetch-Dest: image",
            ],
        ] {
            let answer = read(path, page);
            assert_eq!(answer.status, 403, "{path} {page:?}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        }
    }
    // a link from another site leads to the map, and a frame does not
    let link = &[
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: document",
    ];
    assert_eq!(read("/api/collections/cases/items", link).status, 200);
    assert_eq!(read("/", link).status, 200);
    let frame = &[
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: iframe",
    ];
    assert_eq!(read("/api/collections/cases/items", frame).status, 403);
    assert_eq!(read("/", frame).header("x-frame-options"), "DENY");
    // own pages and programs read all
    let same = format!("Origin: {}", service.url);
    for page in [
        &[&*same][..],
        &["Sec-Fetch-Site: same-origin"],
        &["Sec-Fetch-Site: none"],
        &[],
    ] {
        assert_eq!(
            read("/api/collections/households/items?limit=1", page).status,
            200,
            "{page:?}"
        );
    }
}

#[tokio::test]
async fn a_preflight_grants_reading_of_what_is_public() {
    let service = TestService::with_demo();
    let own = host(&service);
    let preflight = |path: &str, method: &str| {
        let headers = [
            &*own,
            "Origin: http://other.example",
            &format!("Access-Control-Request-Method: {method}"),
        ];
        ask(&service, &format!("OPTIONS {path}"), &headers)
    };
    let answer = preflight("/api/collections/grids/items", "PUT");
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD");
    for path in [
        ITEMS,
        "/api/changes",
        "/api/imports",
        "/api/collections/households/items",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = preflight(path, method);
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
            assert_eq!(answer.header("access-control-allow-methods"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_write_of_a_page_is_none_that_a_form_could_send() {
    let service = TestService::with_demo_and(&["--origin", "https://gis.example.gov.cn"]);
    let own = host(&service);
    let patch = r#"{"changes":[{"op":"delete","layer":"risk_points","id":999999,"revision":"*"}]}"#;
    let post = |page: &[&str]| -> Answered {
        let mut request = format!("POST /api/changes HTTP/1.1\r\n{own}\r\nconnection: close\r\n");
        for header in page {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{patch}", patch.len()));
        exchange(&service, request.as_bytes(), Duration::from_secs(20)).unwrap()
    };
    let same = format!("Origin: {}", service.url);
    for page in [
        &*same,
        "Origin: https://gis.example.gov.cn",
        "Sec-Fetch-Site: same-origin",
        "Cookie: a=b",
    ] {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=a",
            "text/plain;application/json",
        ] {
            assert_eq!(
                post(&[page, &format!("Content-Type: {kind}")]).status,
                415,
                "{page} {kind}"
            );
        }
        assert_eq!(post(&[page]).status, 415, "{page}");
        for header in [
            "Content-Type: application/json",
            "Content-Type: application/merge-patch+json; charset=utf-8",
            "minqing-request: 1",
        ] {
            let status = post(&[page, header]).status;
            assert!(![403, 415].contains(&status), "{page} {header}: {status}");
        }
    }
    // a program says what it sends
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(
            post(&[&format!("Content-Type: {kind}")]).status,
            415,
            "{kind}"
        );
    }
    let listed = post(&[
        "Origin: https://gis.example.gov.cn",
        "Content-Type: application/json",
    ]);
    assert_eq!(
        listed.header("access-control-allow-origin"),
        "https://gis.example.gov.cn"
    );
    assert!(
        listed.header("vary").contains("origin"),
        "{:?}",
        listed.headers
    );
    assert_eq!(listed.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn programs_import_and_undo_as_before() {
    let service = TestService::with_demo();
    let form = "--a\r\ncontent-disposition: form-data; name=\"layer\"\r\n\r\nfacilities\r\n--a\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncode,name,lon,lat\nx1,A,108.95,34.22\n\r\n--a--\r\n";
    let sent = service
        .request(Method::POST, "/api/imports")
        .header("content-type", "multipart/form-data; boundary=a")
        .body(form);
    assert_eq!(sent.send().await.unwrap().status(), StatusCode::ACCEPTED);
    let undo = service
        .request(Method::POST, "/api/changes/1/undo")
        .send()
        .await
        .unwrap();
    assert!(
        ![403, 415].contains(&undo.status().as_u16()),
        "{}",
        undo.status()
    );
}

const USUAL: [&str; 5] = [
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "content-security-policy",
    "cross-origin-resource-policy",
];

fn guarded(answer: &Answered, about: &str) {
    for name in USUAL {
        assert!(
            !answer.header(name).is_empty(),
            "{about}: {name} {:?}",
            answer.headers
        );
    }
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'"),
        "{about}"
    );
    assert_eq!(answer.header("server"), "", "{about}");
    assert_eq!(answer.header("x-powered-by"), "", "{about}");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_it_is() {
    let service = TestService::with_demo();
    let own = host(&service);
    for (status, line, header) in [
        (200, "GET /api", "accept: application/json"),
        (200, "GET /api", "accept: text/html"),
        (200, "GET /api/docs", "x: y"),
        (200, "GET /", "x: y"),
        (200, "HEAD /", "x: y"),
        (200, "GET /health/live", "x: y"),
        (200, "GET /metrics", "x: y"),
        (200, "GET /api/locate?lon=108.95&lat=34.22", "x: y"),
        (
            200,
            "GET /api/collections/grids/items?limit=1&f=csv",
            "x: y",
        ),
        (204, "GET /tiles/grids/16/0/0.mvt", "x: y"),
        (204, "OPTIONS /api", "x: y"),
        (
            304,
            "GET /api/collections/grids/items/1",
            "if-none-match: *",
        ),
        (400, "GET /api/locate?lon=x", "x: y"),
        (403, "GET /api/catalogue", "origin: http://other.example"),
        (404, "GET /nothing", "x: y"),
        (404, "GET /api/nothing", "x: y"),
        (405, "DELETE /api", "x: y"),
        (428, "DELETE /api/collections/grids/items/1", "x: y"),
    ] {
        let mut headers = vec![&*own, header];
        let first = ask(&service, line, &headers);
        let tag = format!("if-none-match: {}", first.header("etag"));
        if status == 304 {
            headers[1] = &tag;
        }
        let answer = ask(&service, line, &headers);
        assert_eq!(answer.status, status, "{line}: {}", answer.body);
        guarded(&answer, line);
        let is_page = answer.header("content-type").starts_with("text/html");
        let policy = answer.header("content-security-policy");
        assert_eq!(
            policy.contains("script-src 'self'"),
            is_page,
            "{line}: {policy}"
        );
        assert_eq!(
            answer
                .header("permissions-policy")
                .contains("geolocation=(self)"),
            is_page,
            "{line}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    // a worker has the policy of its own script
    let start = ask(&service, "GET /", &[&own]).body;
    let script = start
        .split("src=\".")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let script = ask(&service, &format!("GET {script}"), &[&own]);
    guarded(&script, "script");
    let policy = script.header("content-security-policy");
    assert!(policy.contains("connect-src 'self'"), "{policy}");
    guarded(&ask(&service, "GET /api", &["host: other.example"]), "421");
    let events = format!("GET /api/events HTTP/1.1\r\n{own}\r\n\r\n");
    let events = exchange(&service, events.as_bytes(), Duration::from_millis(500)).unwrap();
    assert_eq!(
        events.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    guarded(&events, "events");
    for broken in [
        "NOTHING\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nhost 1\r\n\r\n",
    ] {
        let answer = exchange(&service, broken.as_bytes(), Duration::from_secs(5)).unwrap();
        assert_eq!(answer.status, 400, "{broken}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        guarded(&answer, broken);
    }
}

#[test]
fn so_does_one_that_waits_for_its_store() {
    let port = free_port();
    let mut waiting = Command::new(PROGRAM)
        .args([
            "serve",
            "--store",
            "postgres://a:secretpw@127.0.0.1:1/x",
            "--listen",
            &format!("127.0.0.1:{port}"),
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let answers = || {
        ["127.0.0.1", "other.example"].map(|host| {
            let request = format!("GET /api HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
            std::io::Write::write_all(&mut stream, request.as_bytes()).ok()?;
            crate::wire::heard(&mut stream, Duration::from_secs(5))
        })
    };
    let both = loop {
        if let [Some(ready), Some(other)] = answers() {
            break [ready, other];
        }
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    };
    waiting.kill().unwrap();
    let log = said(&waiting.wait_with_output().unwrap());
    assert!(!log.contains("secretpw"), "{log}");
    let [ready, other] = both;
    assert_eq!((ready.status, other.status), (503, 421), "{}", ready.body);
    assert!(!ready.body.contains("secretpw"), "{}", ready.body);
    guarded(&ready, "503");
    guarded(&other, "421");
}

#[test]
fn the_password_of_the_store_is_told_to_nobody() {
    for command in [
        "serve", "import", "export", "check", "locate", "backup", "restore",
    ] {
        let help = Command::new(PROGRAM)
            .args([command, "--help"])
            .env("MINQING_STORE", "postgres://user:secretpw@127.0.0.1:1/x")
            .output()
            .unwrap();
        let help = said(&help);
        assert!(
            help.contains("MINQING_STORE") && !help.contains("secretpw"),
            "{command}: {help}"
        );
    }
    let failed = said(&run(&[
        "check",
        "--store",
        "postgres://user:secretpw@127.0.0.1:1/x",
    ]));
    assert!(
        !failed.is_empty() && !failed.contains("secretpw"),
        "{failed}"
    );
}
