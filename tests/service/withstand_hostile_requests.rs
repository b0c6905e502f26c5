//! Two hundred requests that mean harm or are merely wrong: each is answered, at once, with what it deserves and with
//! nothing of the inside.

use std::time::{Duration, Instant};

use crate::driver::TestService;
use crate::wire::{Answered, exchange};

/// No answer takes longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(8);

/// Addresses that are asked for and not given.
const REFUSED: &[&str] = &[
    "/../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/....//....//etc/passwd",
    "/assets/../../Cargo.toml",
    "/assets/..%5c..%5cCargo.toml",
    "/%00",
    "/index.html%00.png",
    "/assets/",
    "//evil.example/",
    "///api",
    "/api//collections",
    "/api/../api/collections",
    "/API/COLLECTIONS",
    "/api;x=1/collections",
    "/api/collections/%2e%2e",
    "/api/collections/grids%00/items",
    "/api/collections/%F0%28%8C%BC/items",
    "/api/collections/%ff%fe/items",
    "/api/collections/%E2%80%AE/items",
    "/api/collections/%3Cscript%3Ealert(1)%3C%2Fscript%3E?f=html",
    "/api/collections/grids'%20OR%201=1--/items",
    "/api/collections/grids;DROP%20TABLE%20grids/items",
    "/api/collections/sqlite_master/items",
    "/api/collections/gpkg_contents/items",
    "/api/collections/*/items",
    "/api/collections/grids/items/-1",
    "/api/collections/grids/items/0",
    "/api/collections/grids/items/1.5",
    "/api/collections/grids/items/1e3",
    "/api/collections/grids/items/0x10",
    "/api/collections/grids/items/99999999999999999999",
    "/api/collections/grids/items/9223372036854775807",
    "/api/collections/grids/items/-9223372036854775808",
    "/api/collections/grids/items/%D9%A1",
    "/api/collections/grids/items/1%20OR%201=1",
    "/api/collections/grids/items/1/versions/x",
    "/api/collections/grids/items/x/versions",
    "/api/collections/grids/changes?datetime=x",
    "/api/collections/grids/changes?datetime=../..",
    "/api/nothing",
    "/api/changes/x/undo",
    "/.git/config",
    "/.env",
    "/wp-login.php",
    "/metrics/x",
    "/cgi-bin/%2e%2e",
    "/api/collections/grids/items?limit=-1",
    "/api/collections/grids/items?limit=0",
    "/api/collections/grids/items?limit=NaN",
    "/api/collections/grids/items?limit=1&limit=2",
    "/api/collections/grids/items?limit[]=1",
    "/api/collections/grids/items?%6cimit=1%00",
    "/api/collections/grids/items?cursor=x",
    "/api/collections/grids/items?cursor=%00%00%00",
    "/api/collections/grids/items?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "/api/collections/grids/items?bbox=1,2,3",
    "/api/collections/grids/items?bbox=NaN,NaN,NaN,NaN",
    "/api/collections/grids/items?bbox=inf,-inf,inf,-inf",
    "/api/collections/grids/items?bbox=1e308,1e308,1e309,1e309",
    "/api/collections/grids/items?bbox=,,,",
    "/api/collections/grids/items?bbox=1,2,3,4,5,6,7",
    "/api/collections/grids/items?bbox=1,2,3,4&bbox-crs=file:///etc/passwd",
    "/api/collections/grids/items?crs=http://169.254.169.254/",
    "/api/collections/grids/items?crs=EPSG:99999",
    "/api/collections/grids/items?filter-crs=%00",
    "/api/collections/grids/items?datetime=9999-99-99T99:99:99Z",
    "/api/collections/grids/items?datetime=../..",
    "/api/collections/grids/items?datetime=-9999999999-01-01T00:00:00Z",
    "/api/collections/grids/items?datetime=2020-01-01T00:00:00Z/2019-01-01T00:00:00Z",
    "/api/collections/grids/items?sortby=;DROP%20TABLE%20grids",
    "/api/collections/grids/items?sortby=password",
    "/api/collections/grids/items?properties=password",
    "/api/collections/grids/items?properties=../../etc/passwd",
    "/api/collections/grids/items?f=php",
    "/api/collections/grids/items?f=../../x",
    "/api/collections/grids/items?filter=",
    "/api/collections/grids/items?filter=(",
    "/api/collections/grids/items?filter=%27",
    "/api/collections/grids/items?filter=1;DROP%20TABLE%20grids",
    "/api/collections/grids/items?filter=code%20LIKE",
    "/api/collections/grids/items?filter=nothing=1",
    "/api/collections/grids/items?filter=evil(1)",
    "/api/collections/grids/items?filter=%00",
    "/api/collections/grids/items?filter=%ff",
    "/api/collections/grids/items?filter=S_INTERSECTS(geometry,POINT(NaN%20NaN))",
    "/api/collections/grids/items?filter={%22op%22:%22=%22}&filter-lang=cql2-json",
    "/api/collections/grids/items?filter={&filter-lang=cql2-json",
    "/api/collections/grids/items?filter=id=1&filter-lang=sql",
    "/api/collections/grids/items?unknown=1",
    "/api/collections/grids/items?callback=alert",
    "/api/collections/grids/items?__proto__=1",
    "/api/collections/households/items?unknown[$ne]=1",
    "/tiles/grids/99/0/0.mvt",
    "/tiles/grids/23/0/0.mvt",
    "/tiles/grids/-1/0/0.mvt",
    "/tiles/grids/16/65536/0.mvt",
    "/tiles/grids/16/-1/0.mvt",
    "/tiles/grids/16/0/99999999999999999999.mvt",
    "/tiles/grids/1/0/0",
    "/tiles/grids/1/0/0.php",
    "/tiles/grids/1/0/0.mvt.exe",
    "/tiles/grids/a/b/c.mvt",
    "/tiles/grids/1/0/0.mvt?foo=1",
    "/tiles/households/16/52605/26128.mvt",
    "/tiles/,/1/0/0.mvt",
    "/tiles/grids,nothing/1/0/0.mvt",
    "/tiles/grids%00/1/0/0.mvt",
    "/tiles/../etc/passwd",
    "/tiles/grids/16/52605/26128.mvt?properties=room_label",
    "/tiles/grids/16/52605/26128.mvt?filter=%27",
    "/tiles/grids/16/52605/26128.geojson?clip=maybe",
    "/tiles/nothing.json",
    "/tiles/households.json",
    "/api/tileMatrixSets/%2e%2e",
    "/api/tileMatrixSets/nothing",
    "/api/collections/grids/tiles/nothing/0/0/0",
    "/api/collections/grids/tiles/WebMercatorQuad/0/9/9",
    "/api/collections/households/tiles",
    "/api/tiles/WebMercatorQuad/16/26128/52605?collections=households",
    "/api/locate",
    "/api/locate?lon=108",
    "/api/locate?lon=NaN&lat=NaN",
    "/api/locate?lon=inf&lat=34",
    "/api/locate?lon=1e400&lat=34",
    "/api/locate?lon=181&lat=91",
    "/api/locate?lon=108.95&lat=34.22&layers=passwords",
    "/api/locate?lon=108.95&lat=34.22&floor=99999999999999999999",
    "/api/locate?lon=108.95&lat=34.22&accuracy_m=-1",
    "/api/locate?lon=108.95&lat=34.22&accuracy_m=1e308",
    "/api/locate?lon=108.95&lat=34.22&crs=%00",
    "/api/locate?lon=108.95&lat=34.22&lon=1",
    "/api/locate?lon=%D9%A1%D9%A0%D9%A8&lat=34",
    "/api/nearest?lon=108.95&lat=34.22",
    "/api/nearest?lon=108.95&lat=34.22&layer=households",
    "/api/nearest?lon=108.95&lat=34.22&layer=grids&limit=-1",
    "/api/nearest?lon=108.95&lat=34.22&layer=grids&max_distance_m=NaN",
    "/api/summary",
    "/api/summary?layer=households&by=households",
    "/api/summary?layer=buildings&by=grids&measure=evil:x",
    "/api/summary?layer=households&by=grids&measure=mean:room_count",
    "/api/summary?layer=buildings&by=grids&filter=%27",
    "/api/search",
    "/api/search?q=",
    "/api/search?q=a&limit=-1",
    "/api/events?since=x",
    "/api/events?since=99999999999999999999",
    "/api/imports/nothing",
    "/api/imports/..%2f..%2fetc%2fpasswd",
    "/api/imports/x%00",
    "/api/imports/x/report.php",
    "/api/imports/x/report.json",
    "/api/imports/x/..%2f..",
];

/// Addresses that may be answered.
const SURVIVED: &[&str] = &[
    "/api/collections/grids/items?filter=S_INTERSECTS(geometry,POLYGON((0%200)))",
    "//",
    "/api/./collections",
    "/%61pi/collections",
    "/api/collections/grids/items?limit=1e9",
    "/api/collections/grids/items?limit=99999999999999999999",
    "/api/collections/grids/items?bbox=180,90,-180,-90",
    "/health/",
    "/?<script>alert(1)</script>",
    "/?q=%00",
    "/api/search?q=%00",
    "/api/search?q=%27%20OR%201=1--",
    "/api/search?q=%F0%9F%92%A9",
    "/api/search?q=%E2%80%AE%E2%80%AD",
    "/api/collections?f=html&x=%3Cscript%3E",
    "/api/events?since=-1",
    "/api/nearest?lon=0&lat=-90&layer=grids&limit=10000",
    "/tiles/grids/0/0/0.geojson",
    "/tiles/grids,grids,grids,grids/1/0/0.mvt",
    "/api/collections/grids/items?filter=id%20IN%20()",
    "/api/collections/grids/items?filter=name=%27%27%27%27",
    "/api/collections/grids/items?filter=1/0=1",
    "/api/collections/grids/items?filter=9223372036854775807%2B1=id",
    "/api/collections/grids/items?limit=1&f=html",
];

/// Method and address, the type of the body, the body; all refused.
const BODIES: &[(&str, &str, &str)] = &[
    ("POST /api/changes", "application/json", ""),
    ("POST /api/changes", "application/json", "{"),
    ("POST /api/changes", "application/json", "[]"),
    ("POST /api/changes", "application/json", "null"),
    ("POST /api/changes", "application/json", "\u{0}"),
    ("POST /api/changes", "application/json", r#"{"changes":[]}"#),
    (
        "POST /api/changes",
        "application/json",
        r#"{"changes":[{"op":"drop","layer":"grids"}]}"#,
    ),
    (
        "POST /api/changes",
        "application/json",
        r#"{"changes":[{"op":"delete","layer":"sqlite_master","id":1,"revision":"*"}]}"#,
    ),
    (
        "POST /api/changes",
        "application/json",
        r#"{"changes":[{"op":"delete","layer":"grids","id":1e99,"revision":"*"}]}"#,
    ),
    (
        "POST /api/changes",
        "application/json",
        r#"{"changes":[1,2,3],"x":1}"#,
    ),
    ("POST /api/changes", "text/plain", r#"{"changes":[]}"#),
    (
        "POST /api/changes",
        "application/xml",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
    ),
    ("POST /api/changes/99999999999999999999/undo", "", ""),
    ("POST /api/changes/-1/undo", "", ""),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature"}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1e999,2]}}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["a","b"]}}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Sphere","coordinates":[1,2]}}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature","properties":{"code":{"$ne":1}},"geometry":{"type":"Point","coordinates":[108.95,34.22]}}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/json",
        r#"{"type":"Feature","properties":{"__proto__":1},"geometry":null}"#,
    ),
    (
        "POST /api/collections/risk_points/items",
        "text/html",
        "<script>",
    ),
    (
        "POST /api/collections/risk_points/items",
        "application/x-www-form-urlencoded",
        "code=1",
    ),
    (
        "POST /api/collections/nothing/items",
        "application/json",
        "{}",
    ),
    (
        "PUT /api/collections/grids/items/1",
        "application/json",
        "{}",
    ),
    (
        "PATCH /api/collections/grids/items/1",
        "application/merge-patch+json",
        "[1]",
    ),
    ("DELETE /api/collections/grids/items/1", "", ""),
    ("DELETE /api/collections/grids", "", ""),
    ("PUT /api", "application/json", "{}"),
    ("TRACE /api", "", ""),
    ("CONNECT /api", "", ""),
    ("PROPFIND /api", "", ""),
    ("POST /", "text/plain", "x"),
    ("POST /tiles/grids.json", "application/json", "{}"),
    ("POST /health/live", "", ""),
    ("POST /api/locate", "application/json", "{"),
    (
        "POST /api/locate",
        "application/json",
        r#"{"points":[["a","b"]]}"#,
    ),
    (
        "POST /api/locate",
        "application/json",
        r#"{"points":[[1,2]],"layers":["nothing"]}"#,
    ),
    (
        "POST /api/locate",
        "application/json",
        r#"{"points":[[1,2]],"x":1}"#,
    ),
    (
        "POST /api/locate",
        "application/vnd.apache.arrow.stream",
        "ARROW1\u{0}\u{0}",
    ),
    ("POST /api/locate", "text/csv", "a,b\n1,2\n"),
    ("POST /api/locate", "application/zip", "PK\u{3}\u{4}"),
    ("POST /api/imports", "multipart/form-data", "x"),
    ("POST /api/imports", "multipart/form-data; boundary=", "x"),
    (
        "POST /api/imports",
        "multipart/form-data; boundary=a",
        "--a\r\n",
    ),
    (
        "POST /api/imports",
        "multipart/form-data; boundary=a",
        "--a\r\ncontent-disposition: form-data; name=\"layer\"\r\n\r\ngrids\r\n--a--\r\n",
    ),
    ("POST /api/imports?layer=facilities", "text/csv", "a\n"),
    (
        "POST /api/imports?name=a.csv&layer=facilities&year=x",
        "text/csv",
        "a\n",
    ),
    (
        "POST /api/imports?name=a.csv&layer=facilities&unknown=x",
        "text/csv",
        "a\n",
    ),
    (
        "POST /api/imports?name=a.csv&layer=nothing",
        "text/csv",
        "a\n",
    ),
    (
        "POST /api/imports?name=a.csv&layer=facilities&map[]=x",
        "text/csv",
        "a\n",
    ),
    ("POST /api/imports/x/commit", "", ""),
    ("POST /api/imports/x/undo", "", ""),
    ("POST /api/imports/x/explode", "", ""),
    ("PATCH /api/imports/x", "", ""),
    ("DELETE /api/imports/x", "", ""),
    ("PUT /api/import-profiles/a", "application/json", "[]"),
    (
        "PUT /api/import-profiles/a",
        "application/json",
        r#"{"unknown":1}"#,
    ),
    (
        "PUT /api/import-profiles/..%2f..%2fa%00",
        "application/json",
        "{}",
    ),
    ("DELETE /api/import-profiles/nothing", "", ""),
];

/// Whole requests, `@` for the name of the host; refused, or not answered where there is nothing to answer.
const WHOLE: &[&str] = &[
    "GET\r\n\r\n",
    "GET / HTTP/0.9\r\n\r\n",
    "GET / HTTP/2.0\r\nhost: @\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /\r\nhost: @\r\n\r\n",
    "GET  /api HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET /a b HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET /\u{0} HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost: @\r\nhost: @\r\n\r\n",
    "GET /api HTTP/1.1\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost: @\r\nx\u{0}: y\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost: @\r\nx: y\u{0}\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost: @\r\n: y\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost : @\r\n\r\n",
    "GET http://@other.example/ HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET file:///etc/passwd HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET ftp://@/api HTTP/1.1\r\nhost: @\r\n\r\n",
    "GET javascript:alert(1) HTTP/1.1\r\nhost: @\r\n\r\n",
    "CONNECT other.example:443 HTTP/1.1\r\nhost: @\r\n\r\n",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n",
    "POST /api/locate HTTP/1.1\r\nhost: @\r\ncontent-type: text/csv\r\ncontent-length: 67108865\r\n\r\n",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ntransfer-encoding: nonsense\r\n\r\n{}",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\nzz\r\n",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "POST /api/changes HTTP/1.1\r\nhost: @\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "GET /api/collections/grids/items?limit=1 HTTP/1.1\r\nhost: @\r\norigin: http://a\r\norigin: http://b\r\n\r\n",
    "GET /api/collections/grids/items?limit=1 HTTP/1.1\r\nhost: @\r\nif-none-match: \"\u{1}\r\n\r\n",
    "DELETE /api/collections/grids/items/1 HTTP/1.1\r\nhost: @\r\nif-match: \"x\u{e9}\"\r\n\r\n",
    "DELETE /api/collections/grids/items/1 HTTP/1.1\r\nhost: @\r\nif-match: ,,,\r\n\r\n",
    "GET /api/events HTTP/1.1\r\nhost: @\r\nlast-event-id: x\r\n\r\n",
    "GET /api HTTP/1.1\r\nhost: @\r\nminqing-min-revision: x\r\n\r\n",
];

/// Headers that change nothing: the answer is that of a plain request.
const IGNORED: &[&str] = &[
    "accept-encoding: \u{1F4A9}",
    "accept-encoding: gzip;q=x, br;q=9, *;q=-1",
    "accept-language: ../../etc/passwd",
    "accept-language: zh;q=\u{e9}",
    "range: bytes=0-18446744073709551615",
    "expect: x",
    "x-forwarded-for: ../../etc/passwd",
    "x-forwarded-host: evil.example/x?",
    "x-original-url: /metrics",
    "x-http-method-override: DELETE",
    "authorization: Bearer \u{e9}",
    "content-encoding: gzip",
    "if-modified-since: x",
    "forwarded: host=\"\\\\;proto=",
];

/// What no answer may tell: where the program's source and its data lie, what it asks its store, how it fell.
const INSIDE: &[&str] = &[
    "panicked",
    "src/",
    ".rs:",
    "sqlx",
    "SELECT ",
    "INSERT ",
    "/tmp/",
    "/root/",
    "/home/",
    "root:x:",
    "[package]",
];

#[derive(Default)]
struct Faults {
    asked: usize,
    found: Vec<String>,
}

impl Faults {
    fn look(
        &mut self,
        service: &TestService,
        request: &str,
        may_be: impl Fn(u16) -> bool,
        may_be_silent: bool,
    ) {
        self.asked += 1;
        let about: String = request.chars().take(160).collect();
        let began = Instant::now();
        let answer = exchange(service, request.as_bytes(), PATIENCE);
        let mut say = |what: String| self.found.push(format!("{about:?}: {what}"));
        if began.elapsed() >= PATIENCE {
            say("is not answered to the end in time".to_owned());
        }
        let Some(answer) = answer else {
            if !may_be_silent {
                say("is not answered".to_owned());
            }
            return;
        };
        if !may_be(answer.status) {
            let body: String = answer.body.chars().take(300).collect();
            say(format!("{} {body}", answer.status));
        }
        for what in told(&answer) {
            say(what);
        }
    }
}

/// What is wrong with an answer, whatever was asked.
fn told(answer: &Answered) -> Vec<String> {
    let mut wrong = Vec::new();
    if answer.status >= 500 {
        wrong.push(format!("{}: {}", answer.status, answer.body));
    }
    for name in [
        "x-content-type-options",
        "content-security-policy",
        "referrer-policy",
        "x-frame-options",
        "cross-origin-resource-policy",
    ] {
        if answer.header(name).is_empty() {
            wrong.push(format!("{name} is missing"));
        }
    }
    // the page of the app says what it says
    let is_app = answer.body.contains("id=\"app\"");
    let text = format!("{:?} {}", answer.headers, answer.body);
    for inside in INSIDE.iter().filter(|_| !is_app) {
        if text.contains(inside) {
            wrong.push(format!("tells {inside:?}: {text}"));
        }
    }
    let is_page = answer.header("content-type").starts_with("text/html");
    if is_page && answer.body.contains("<script>alert") {
        wrong.push(format!("runs what was asked: {}", answer.body));
    }
    if answer.status >= 400 && answer.header("content-type") != "application/problem+json" {
        wrong.push(format!("is no problem: {:?}", answer.headers));
    }
    wrong
}

#[tokio::test]
async fn each_is_answered_and_tells_nothing() {
    let service = TestService::with_demo();
    let revision = service.ok("/health/ready").await["revision"].clone();
    let host = service.url.replace("http://", "");
    let mut faults = Faults::default();
    let refused = |status| (400..500).contains(&status);
    let get = |address: &str, header: &str| {
        format!("GET {address} HTTP/1.1\r\nhost: {host}\r\n{header}\r\nconnection: close\r\n\r\n")
    };
    for address in REFUSED {
        faults.look(&service, &get(address, "x: y"), refused, false);
    }
    for address in SURVIVED
        .iter()
        .filter(|address| !address.contains("events"))
    {
        faults.look(
            &service,
            &get(address, "x: y"),
            |status| status < 500,
            false,
        );
    }
    for (line, kind, body) in BODIES {
        let kind = if kind.is_empty() {
            String::new()
        } else {
            format!("content-type: {kind}\r\n")
        };
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {host}\r\n{kind}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        faults.look(&service, &request, refused, false);
    }
    for request in WHOLE {
        let request = request
            .replace('@', &host)
            .replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        faults.look(&service, &request, refused, true);
    }
    for header in IGNORED {
        let request = get("/api/collections/grids", header);
        faults.look(
            &service,
            &request,
            |status| matches!(status, 200 | 417),
            false,
        );
    }
    let long = "a".repeat(60_000);
    let larger = "a".repeat(200_000);
    let many = "x: y\r\n".repeat(200);
    for (request, status) in [
        (get(&format!("/{long}"), "x: y"), 414),
        (get(&format!("/{larger}"), "x: y"), 414),
        (
            get(
                &format!("/api/collections/grids/items?filter={long}"),
                "x: y",
            ),
            414,
        ),
        (get("/api", &format!("x: {larger}")), 431),
        (get("/api", &many), 431),
        (get("/api", &format!("{}: y", "x".repeat(100_000))), 431),
    ] {
        let may_be = |found| {
            found == status || (status == 414 && found == 431) || (status == 431 && found == 400)
        };
        faults.look(&service, &request, may_be, false);
    }
    println!("{} requests", faults.asked);
    assert!(faults.asked >= 200, "{}", faults.asked);
    assert!(faults.found.is_empty(), "{}", faults.found.join("\n"));
    assert_eq!(service.ok("/health/ready").await["revision"], revision);
    assert_eq!(service.ok("/health/live").await, "live");
}
