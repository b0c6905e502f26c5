//! Links lead back through the proxy, also where it shows the service under a path, and only a trusted one is believed.

use crate::driver::TestService;
use crate::wire::{Answered, ask};

fn host(service: &TestService) -> String {
    format!("host: {}", service.url.replace("http://", ""))
}

fn get(service: &TestService, path: &str, headers: &[&str]) -> Answered {
    let own = host(service);
    ask(
        service,
        &format!("GET {path}"),
        &[&[&*own], headers].concat(),
    )
}

/// Where the tiles of a description are.
fn tiles(service: &TestService, headers: &[&str]) -> String {
    let answer = get(service, "/tiles/grids.json", headers);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let address = body["tiles"][0].as_str().unwrap();
    address
        .strip_suffix("/tiles/grids/{z}/{x}/{y}.mvt")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn links_lead_where_the_proxy_was_asked() {
    let service = TestService::with_demo();
    let own = service.url.replace("http://", "");
    for (headers, address) in [
        (&[][..], format!("http://{own}")),
        (&["X-Forwarded-Proto: https"], format!("https://{own}")),
        (&["X-Forwarded-Proto: HTTPS"], format!("https://{own}")),
        (
            &["X-Forwarded-Host: map.example.gov.cn"],
            "http://map.example.gov.cn".to_owned(),
        ),
        (
            &["X-Forwarded-Prefix: /minqing"],
            format!("http://{own}/minqing"),
        ),
        (
            &["X-Forwarded-Prefix: /minqing/"],
            format!("http://{own}/minqing"),
        ),
        (
            &["X-Forwarded-Port: 8443"],
            "http://127.0.0.1:8443".to_owned(),
        ),
        (
            &["X-Forwarded-Proto: https", "X-Forwarded-Port: 443"],
            "https://127.0.0.1".to_owned(),
        ),
        (
            &["X-Forwarded-Host: a.example:81", "X-Forwarded-Port: 8443"],
            "http://a.example:81".to_owned(),
        ),
        (
            &["Forwarded: for=1.2.3.4;proto=https;host=map.example.gov.cn"],
            "https://map.example.gov.cn".to_owned(),
        ),
        (
            &["Forwarded: For=\"[::1]:1\"; Host=\"[2001:db8::1]:8443\"; Proto=HTTPS, for=10.0.0.1"],
            "https://[2001:db8::1]:8443".to_owned(),
        ),
        // what is not well formed is as if it were not there
        (
            &["X-Forwarded-Host: evil.example/x?"],
            format!("http://{own}"),
        ),
        (
            &["X-Forwarded-Host: a@evil.example"],
            format!("http://{own}"),
        ),
        (&["X-Forwarded-Proto: javascript"], format!("http://{own}")),
        (
            &["X-Forwarded-Prefix: //evil.example"],
            format!("http://{own}"),
        ),
        (&["X-Forwarded-Prefix: /a/../b"], format!("http://{own}")),
        (&["X-Forwarded-Port: 0"], format!("http://{own}")),
    ] {
        assert_eq!(tiles(&service, headers), address, "{headers:?}");
    }
    let page = get(
        &service,
        "/api/collections/grids/items?limit=1",
        &["X-Forwarded-Prefix: /minqing"],
    );
    assert!(
        page.header("link")
            .starts_with(&format!("<http://{own}/minqing/api/")),
        "{:?}",
        page.headers
    );
}

#[tokio::test]
async fn who_is_not_trusted_is_not_believed() {
    let service = TestService::with_demo_and(&["--trusted-proxy", "none"]);
    for header in [
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Port: 81",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: proto=https;host=evil.example",
    ] {
        assert_eq!(tiles(&service, &[header]), service.url, "{header}");
        let page = get(&service, "/api/collections/grids/items?limit=1", &[header]);
        assert!(
            !page.body.contains("evil") && !page.header("link").contains("evil"),
            "{header}"
        );
    }
    // where the names are listed, a trusted proxy has no others either
    let service = TestService::with_demo_and(&["--host", "map.example.gov.cn"]);
    assert_eq!(
        tiles(&service, &["X-Forwarded-Host: evil.example"]),
        service.url
    );
    assert_eq!(
        tiles(&service, &["X-Forwarded-Host: map.example.gov.cn"]),
        "http://map.example.gov.cn"
    );
    // no page sets the host, whatever it says besides
    let answer = ask(
        &service,
        "GET /api",
        &["Host: rebind.example", "X-Forwarded-Host: 127.0.0.1"],
    );
    assert_eq!(answer.status, 421);
}

#[tokio::test]
async fn a_service_under_a_path_leads_back_under_it() {
    let service = TestService::with_demo_and(&["--base-path", "/gis/minqing"]);
    let mounted = format!("{}/gis/minqing", service.url);
    assert_eq!(tiles(&service, &[]), mounted);
    // with the path and without it: some proxies take it off
    for path in ["/api/collections", "/gis/minqing/api/collections"] {
        let answer = get(&service, path, &["accept: application/json"]);
        assert_eq!(answer.status, 200, "{path}");
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let links = body["links"].as_array().unwrap();
        assert!(!links.is_empty());
        for link in links {
            let address = link["href"].as_str().unwrap();
            assert!(address.starts_with(&format!("{mounted}/api")), "{address}");
            let back = get(&service, address.strip_prefix(&service.url).unwrap(), &[]);
            assert_eq!(back.status, 200, "{address}");
        }
    }
    let tile = get(&service, "/gis/minqing/tiles/grids/16/0/0.mvt", &[]);
    assert_eq!(tile.status, 204);
    let locate = get(
        &service,
        "/gis/minqing/api/locate?lon=108.95&lat=34.22",
        &[],
    );
    assert_eq!(locate.status, 200);
    let start = get(&service, "/gis/minqing?x=1", &[]);
    assert_eq!(
        (start.status, start.header("location")),
        (308, "/gis/minqing/?x=1")
    );
    assert_eq!(get(&service, "/gis/minqing/", &[]).status, 200);
    assert_eq!(get(&service, "/gis/minqingx", &[]).status, 404);
    let page = get(&service, "/gis/minqing/api/collections?f=html", &[]);
    assert!(
        page.body
            .contains("href=\"/gis/minqing/api/collections/grids"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("href=\"/api"), "{}", page.body);
    let place = service
        .request(
            reqwest::Method::POST,
            "/gis/minqing/api/imports?layer=facilities&name=a.csv",
        )
        .body("code,name,lon,lat\nx1,A,108.95,34.22\n")
        .send()
        .await
        .unwrap();
    let place = place.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with("/gis/minqing/api/imports/"), "{place}");
}

#[tokio::test]
async fn a_page_behind_a_proxy_is_one_of_our_own() {
    let service = TestService::with_demo_and(&["--host", "map.example.gov.cn"]);
    let delete = |headers: &[&str]| {
        let headers = [headers, &["content-length: 0", "minqing-request: 1"]].concat();
        ask(&service, "DELETE /api/import-profiles/nothing", &headers).status
    };
    let proxied = ["Host: map.example.gov.cn", "X-Forwarded-Proto: https"];
    let by = |origin: &'static str| [&proxied[..], &[origin]].concat();
    assert_ne!(delete(&by("Origin: https://map.example.gov.cn")), 403);
    assert_eq!(delete(&by("Origin: http://map.example.gov.cn")), 403);
    assert_eq!(delete(&by("Origin: https://map.example.gov.cn:8443")), 403);
    assert_eq!(delete(&by("Origin: https://other.example")), 403);
}
