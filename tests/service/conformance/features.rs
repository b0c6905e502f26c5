//! OGC API Features Part 1.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Run, Told, ask, ask_for, links};
use crate::driver::TestService;

const ITEMS: &str = "/api/collections/buildings/items";

fn ids(page: &Json) -> Vec<i64> {
    let features = page["features"].as_array().unwrap();
    features
        .iter()
        .map(|each| each["id"].as_i64().unwrap())
        .collect()
}

#[expect(
    clippy::too_many_lines,
    reason = "one line or two for each of many tests"
)]
pub(super) async fn core(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-1/1.0/conf/core");
    let root = ask(service, "/api").await;
    run.check("root-op", root.status == 200);
    let root = root.json();
    let all = ["self", "service-desc", "service-doc", "conformance", "data"];
    run.check("root-success", all.iter().all(|rel| links(&root, rel, "")));
    let api = ask(service, "/api/openapi.json").await;
    run.check("api-definition-op", api.status == 200);
    run.check(
        "api-definition-success",
        api.kind.contains("openapi+json") && api.json()["openapi"] == "3.1.0",
    );
    let conformance = ask(service, "/api/conformance").await;
    run.check("conformance-op", conformance.status == 200);
    run.check(
        "conformance-success",
        conformance.json()["conformsTo"].is_array(),
    );
    run.check("http", root["links"].as_array().unwrap().len() > 5);

    let collections = ask(service, "/api/collections").await;
    run.check("fc-md-op", collections.status == 200);
    let collections = collections.json();
    run.check(
        "fc-md-links",
        links(&collections, "self", "application/json")
            && links(&collections, "alternate", "text/html; charset=utf-8"),
    );
    let all = collections["collections"].as_array().unwrap();
    let mut each = (true, true, true, true, true);
    for collection in all {
        let id = collection["id"].as_str().unwrap();
        let alone = ask(service, &format!("/api/collections/{id}")).await;
        each.0 &= alone.status == 200;
        let mut alone = alone.json();
        let mut listed = collection.clone();
        // its own links say that it is the page
        (alone["links"], listed["links"]) = (Json::Null, Json::Null);
        each.1 &= alone == listed;
        each.2 &= links(collection, "items", "application/geo+json")
            && links(collection, "items", "text/html; charset=utf-8");
        each.3 &= collection["itemType"] == "feature" && collection["title"].is_string();
        let boxes = &collection["extent"]["spatial"]["bbox"];
        let times = &collection["extent"]["temporal"]["interval"];
        each.4 &= (boxes.is_null() || boxes[0].as_array().unwrap().len() == 4)
            && (times.is_null() || times[0].as_array().unwrap().len() == 2);
        let items = ask(service, &format!("/api/collections/{id}/items?limit=1")).await;
        each.0 &= items.status == 200;
    }
    run.check("fc-md-success fc-md-items", each.3 && all.len() == 20);
    run.check("fc-md-items-links", each.2);
    run.check("fc-md-extent fc-md-extent-multi", each.4);
    run.check("sfc-md-op", each.0);
    run.check("sfc-md-success", each.1);

    let page = ask(service, &format!("{ITEMS}?limit=7")).await;
    run.check(
        "fc-op",
        page.status == 200 && page.kind == "application/geo+json",
    );
    let page = page.json();
    run.check(
        "fc-response",
        page["type"] == "FeatureCollection" && ids(&page).len() == 7,
    );
    run.check(
        "fc-links",
        links(&page, "self", "application/geo+json")
            && links(&page, "alternate", "text/html; charset=utf-8")
            && links(&page, "next", ""),
    );
    run.check("fc-numberReturned", page["numberReturned"] == 7);
    run.check(
        "fc-timeStamp",
        page["timeStamp"].as_str().unwrap().ends_with('Z'),
    );
    // all pages together are all records, each once
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    let mut next = Some(format!("{ITEMS}?limit=200&sortby=-storeys,code"));
    let mut matched = BTreeSet::new();
    while let Some(path) = next {
        let page = ask(service, &path).await.json();
        count += ids(&page).len();
        seen.extend(ids(&page));
        matched.insert(page["numberMatched"].as_u64().unwrap());
        let mut links = page["links"].as_array().unwrap().iter();
        let link = links.find(|link| link["rel"] == "next");
        next = link.map(|link| {
            link["href"]
                .as_str()
                .unwrap()
                .trim_start_matches(&service.url)
                .to_owned()
        });
    }
    run.check(
        "fc-numberMatched",
        matched.len() == 1 && matched.contains(&(count as u64)) && seen.len() == count,
    );
    let limited = |limit: usize| async move {
        ids(&ask(service, &format!("{ITEMS}?limit={limit}")).await.json()).len()
    };
    run.check(
        "fc-limit-definition",
        ask(service, &format!("{ITEMS}?limit=0"))
            .await
            .is_problem(400),
    );
    run.check(
        "fc-limit-response",
        limited(3).await == 3 && limited(99_999).await == count,
    );

    let extent = ask(service, "/api/collections/buildings").await.json();
    let extent: [f64; 4] =
        serde_json::from_value(extent["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let middle = [
        f64::midpoint(extent[0], extent[2]),
        f64::midpoint(extent[1], extent[3]),
    ];
    let window = |bbox: String| async move {
        ask(
            service,
            &format!("{ITEMS}?limit=10000&skipGeometry=true&bbox={bbox}"),
        )
        .await
    };
    let [west, south, east, north] = extent;
    let all = window(format!("{west},{south},{east},{north}"))
        .await
        .json();
    let part = window(format!("{west},{south},{},{}", middle[0], middle[1]))
        .await
        .json();
    let high = window(format!("{west},{south},-5,{},{},900", middle[0], middle[1]))
        .await
        .json();
    let around = window(format!("170,{south},{},{north}", middle[0]))
        .await
        .json();
    let half = window(format!("-180,{south},{},{north}", middle[0]))
        .await
        .json();
    run.check(
        "fc-bbox-response",
        ids(&all).len() == count
            && !ids(&part).is_empty()
            && ids(&part).len() < count
            && ids(&part) == ids(&high)
            && ids(&around) == ids(&half),
    );
    run.check(
        "fc-bbox-definition",
        window("1,2,3".to_owned()).await.is_problem(400)
            && window("2,1,3,0".to_owned()).await.is_problem(400)
            && window("a,b,c,d".to_owned()).await.is_problem(400),
    );

    let during = |text: &'static str| async move {
        ask(service, &format!("{ITEMS}?limit=1&datetime={text}")).await
    };
    let number = |told: Told| told.json()["numberMatched"].as_u64().unwrap_or(u64::MAX);
    let (long_ago, since) = (
        number(during("../2000-01-01T00:00:00Z").await),
        number(during("2000-01-01T00:00:00Z/..").await),
    );
    run.check(
        "fc-time-response",
        long_ago == 0
            && since == count as u64
            && number(during("2100-01-01T00:00:00Z").await) == count as u64,
    );
    run.check(
        "fc-time-definition",
        during("soon").await.is_problem(400)
            && during("2030-01-01T00:00:00Z/2020-01-01T00:00:00Z")
                .await
                .is_problem(400),
    );
    run.check(
        "query-param-unknown",
        ask(service, &format!("{ITEMS}?colour=red"))
            .await
            .is_problem(400)
            && ask(service, "/api?x=1").await.is_problem(400),
    );
    run.check(
        "query-param-invalid",
        ask(service, &format!("{ITEMS}?limit=many"))
            .await
            .is_problem(400),
    );

    let id = ids(&page)[0];
    let one = ask(service, &format!("{ITEMS}/{id}")).await;
    run.check(
        "f-op",
        one.status == 200
            && ask(service, &format!("{ITEMS}/987654321"))
                .await
                .is_problem(404),
    );
    let told = one.json();
    run.check(
        "f-success",
        one.kind == "application/geo+json" && told["type"] == "Feature" && told["id"] == id,
    );
    run.check(
        "f-links",
        links(&told, "self", "application/geo+json")
            && links(&told, "alternate", "")
            && links(&told, "collection", ""),
    );
    run.check(
        "crs84",
        one.crs.as_deref() == Some("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"),
    );
}

pub(super) async fn forms(service: &TestService, run: &mut Run) {
    let places = [
        "/api",
        "/api/conformance",
        "/api/collections",
        "/api/collections/grids",
        "/api/collections/grids/items",
        "/api/collections/grids/schema",
        "/api/collections/grids/queryables",
    ];
    let mut page_of = (true, true, true);
    for place in places {
        for told in [
            ask(service, &format!("{place}?f=html")).await,
            ask_for(service, place, Some("text/html")).await,
        ] {
            page_of.0 &= told.status == 200 && told.kind.starts_with("text/html");
            page_of.1 &= told.text.starts_with("<!DOCTYPE html>")
                && !told.text.contains("<script")
                && told.text.contains("zh-CN");
        }
        page_of.2 &= ask_for(service, place, Some("image/png"))
            .await
            .is_problem(406);
        page_of.2 &= ask(service, &format!("{place}?f=png"))
            .await
            .is_problem(400);
    }
    run.class("ogcapi-features-1/1.0/conf/html");
    run.check("definition", page_of.0 && page_of.2);
    run.check("content", page_of.1);

    run.class("ogcapi-features-1/1.0/conf/geojson");
    let page = ask(service, "/api/collections/grids/items?limit=2").await;
    run.check("definition", page.kind == "application/geo+json");
    let features = page.json();
    let features = features["features"].as_array().unwrap().clone();
    run.check(
        "content",
        features.iter().all(|each| {
            each["type"] == "Feature"
                && each["geometry"]["type"] == "MultiPolygon"
                && each["properties"].is_object()
        }),
    );
    // the other forms say the same records
    let table = ask(service, "/api/collections/grids/items?limit=2&f=csv").await;
    assert_eq!(
        (table.kind.as_str(), table.text.lines().count()),
        ("text/csv; charset=utf-8", 3)
    );
    let file = ask(service, "/api/collections/grids/items?limit=2&f=fgb").await;
    assert!(file.kind == "application/flatgeobuf" && file.text.starts_with("fgb"));
}

pub(super) async fn document(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-1/1.0/conf/oas31");
    let api = ask(service, "/api/openapi.json").await;
    let document = api.json();
    run.check(
        "oas-definition-1",
        ask(service, "/api/docs")
            .await
            .kind
            .starts_with("text/html"),
    );
    run.check(
        "oas-definition-2",
        document["info"]["title"].is_string() && document["paths"].is_object(),
    );
    let paths = document["paths"].as_object().unwrap();
    run.check(
        "completeness",
        paths.len() > 20 && paths.contains_key("/api/collections/{layer}/items"),
    );
    let operations = || {
        paths
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
    };
    run.check(
        "exceptions-codes",
        operations().all(|each| {
            let answers = each["responses"].as_object().unwrap();
            answers.keys().any(|status| status.starts_with('2'))
        }),
    );
    let mut works = true;
    for (path, methods) in paths {
        if methods.get("get").is_some()
            && !path.contains('{')
            && !path.contains("locate")
            // a stream has no end
            && path != "/api/events"
            && !path.contains("nearest")
            && !path.contains("summary")
            && !path.contains("search")
        {
            works &= ask(service, path).await.status == 200;
        }
    }
    run.check("oas-impl", works);
    // there are no accounts yet, so no operation needs one
    run.check(
        "security",
        operations().all(|each| each.get("security").is_none())
            && document.get("security").is_none(),
    );
}
