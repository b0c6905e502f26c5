//! OGC API Features Part 4.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value as Json, json};

use super::{Run, ask};
use crate::driver::TestService;

const ITEMS: &str = "/api/collections/cases/items";
const METRES: &str = "http://www.opengis.net/def/crs/EPSG/0/4545";

struct Answer {
    status: StatusCode,
    location: Option<String>,
    tag: Option<String>,
    body: Json,
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    Answer {
        status: answer.status(),
        location: header("location"),
        tag: header("etag"),
        body: answer.json().await.unwrap_or_default(),
    }
}

fn case(code: &str, at: [f64; 2]) -> Json {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": at },
        "properties": { "code": code, "name": "件", "status": "accepted" },
    })
}

fn is_at(feature: &Json, lon: f64, lat: f64) -> bool {
    let at = &feature["geometry"]["coordinates"];
    let near =
        |value: &Json, wanted: f64| value.as_f64().is_some_and(|is| (is - wanted).abs() < 1e-7);
    near(&at[0], lon) && near(&at[1], lat)
}

pub(super) async fn create_replace_delete(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-4/1.0/conf/create-replace-delete");
    let post = |kind: &str, body: String| {
        let request = service.request(Method::POST, ITEMS);
        request.header("content-type", kind).body(body)
    };
    let geojson = "application/geo+json";
    let made = send(post(geojson, case("CITE-1", [108.96, 34.22]).to_string())).await;
    run.check("insert/post-op", made.status == 201);
    let place = made.location.clone().unwrap_or_default();
    run.check("insert/response", made.status == 201 && !place.is_empty());
    let path = place.trim_start_matches(&service.url).to_owned();
    let back = ask(service, &path).await;
    run.check(
        "insert/response-rid",
        back.status == 200 && back.json()["properties"]["code"] == "CITE-1",
    );
    run.check(
        "insert/body crs/crs84 crs/geojson",
        is_at(&back.json(), 108.96, 34.22),
    );
    let other = send(post(
        "text/csv",
        case("CITE-2", [108.96, 34.22]).to_string(),
    ))
    .await;
    let broken = send(post(geojson, "<xml/>".to_owned())).await;
    run.check(
        "insert/content-type",
        other.status == 415 && broken.status == 400,
    );
    // what the store keeps is CRS84; a shape in another system is brought to it
    let there = ask(service, &format!("{path}?crs={METRES}")).await.json();
    let at = &there["geometry"]["coordinates"];
    let at = [at[0].as_f64().unwrap(), at[1].as_f64().unwrap()];
    let metres =
        post(geojson, case("CITE-3", at).to_string()).header("content-crs", format!("<{METRES}>"));
    let metres = send(metres).await;
    run.check(
        "crs/storage-crs",
        metres.status == 201 && is_at(&metres.body, 108.96, 34.22),
    );

    let revision = |feature: &Json| format!("\"{}\"", feature["properties"]["revision"]);
    let put = |path: &str, kind: &str, seen: String, body: Json| {
        let request = service.request(Method::PUT, path);
        let request = request
            .header("if-match", seen)
            .header("content-type", kind);
        request.body(body.to_string())
    };
    let mut new = case("CITE-1", [108.961, 34.221]);
    new["properties"]["name"] = "换".into();
    let wrong = send(put(&path, "text/csv", revision(&made.body), new.clone())).await;
    run.check("update/put/content-type", wrong.status == 415);
    let replaced = send(put(&path, geojson, revision(&made.body), new.clone())).await;
    run.check(
        "update/put/put-op update/put/response",
        replaced.status == 200,
    );
    let back = ask(service, &path).await.json();
    run.check(
        "update/put/body",
        back["properties"]["name"] == "换" && is_at(&back, 108.961, 34.221),
    );
    let nobody = format!("{ITEMS}/999999999");
    let missing = send(put(&nobody, geojson, "*".to_owned(), new)).await;
    run.check("update/put/rid-exception", missing.status == 404);

    let delete = |path: &str| {
        let request = service.request(Method::DELETE, path);
        request.header("if-match", "*")
    };
    let gone = send(delete(&path)).await;
    run.check("delete/delete-op", gone.status == 204);
    let again = send(delete(&path)).await;
    run.check(
        "delete/response",
        again.status == 404 && ask(service, &path).await.status == 404,
    );

    run.class("ogcapi-features-4/1.0/conf/features");
    let of = async |path: &str| {
        let answer = service.request(Method::OPTIONS, path).send().await.unwrap();
        let allow = answer.headers()["allow"].to_str().unwrap().to_owned();
        (answer.status().is_success(), allow)
    };
    let (is_there, allow) = of(ITEMS).await;
    run.check(
        "collection-items-end-point",
        is_there && allow.contains("POST"),
    );
    let (is_there, allow) = of(&format!("{ITEMS}/1")).await;
    let all = ["GET", "PUT", "PATCH", "DELETE"];
    run.check(
        "feature-end-point",
        is_there && all.iter().all(|method| allow.contains(method)),
    );
}

/// A record to change, and the tag that its answer had.
async fn made(service: &TestService, code: &str) -> (String, String) {
    let request = service.request(Method::POST, ITEMS);
    let made = send(request.json(&case(code, [108.96, 34.22]))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    (made.location.unwrap(), made.tag.unwrap())
}

fn patch(service: &TestService, path: &str, kind: &str, seen: &str, body: &Json) -> RequestBuilder {
    let request = service.request(Method::PATCH, path);
    let request = request.header("if-match", seen);
    request.header("content-type", kind).body(body.to_string())
}

pub(super) async fn update(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-4/1.0/conf/update");
    let merge = "application/merge-patch+json";
    let (path, _) = made(service, "CITE-U").await;
    let options = service.request(Method::OPTIONS, &path).send().await;
    let allow = options.unwrap().headers()["allow"].clone();
    run.check("methods", allow.to_str().unwrap().contains("PATCH"));
    let change = json!({ "properties": { "name": "补", "status": null } });
    let done = send(patch(service, &path, merge, "*", &change)).await;
    run.check("patch-op response", done.status == 200);
    let back = ask(service, &path).await.json();
    // what the patch does not name stays, what it says is null goes
    run.check(
        "body",
        back["properties"]["name"] == "补"
            && back["properties"]["code"] == "CITE-U"
            && back["properties"]["status"].is_null()
            && is_at(&back, 108.96, 34.22),
    );
    let absent = format!("{ITEMS}/999999999");
    let missing = send(patch(service, &absent, merge, "*", &change)).await;
    run.check("rid", missing.status == 404);
}

pub(super) async fn optimistic_locking(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-4/1.0/conf/optimistic-locking-etags");
    let (path, tag) = made(service, "CITE-L").await;
    let got = send(service.request(Method::GET, &path)).await;
    run.check("etag-get-response", got.tag.is_some());
    let put = |seen: &str| {
        let request = service.request(Method::PUT, &path);
        let request = request.header("if-match", seen);
        send(request.json(&case("CITE-L", [108.961, 34.221])))
    };
    let replaced = put(&tag).await;
    let new = replaced.tag.unwrap_or_default();
    run.check("etag-put-response", !new.is_empty() && new != tag);
    run.check("ifmatch-put-op", replaced.status == 200);
    run.check("ifmatch-put-eval", put(&tag).await.status == 412);
    let merge = "application/merge-patch+json";
    let change = json!({ "properties": { "name": "锁" } });
    let patched = send(patch(service, &path, merge, &new, &change)).await;
    let newest = patched.tag.unwrap_or_default();
    run.check("etag-patch-response", !newest.is_empty() && newest != new);
    run.check("ifmatch-patch-op", patched.status == 200);
    let stale = send(patch(service, &path, merge, &new, &change)).await;
    run.check("ifmatch-patch-eval", stale.status == 412);
    let back = ask(service, &path).await.json();
    assert_eq!(back["properties"]["name"], "锁");
}
