//! OGC API Features Parts 3, 5 and 8: filters, schemas, orders.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::Value as Json;

use super::{Run, ask, links};
use crate::connect_clients::python;
use crate::driver::TestService;

const ITEMS: &str = "/api/collections/risk_points/items";

async fn count(service: &TestService, query: &str) -> u64 {
    let told = ask(service, &format!("{ITEMS}?limit=1&{query}")).await;
    told.json()["numberMatched"]
        .as_u64()
        .unwrap_or_else(|| panic!("{query}: {}", told.text))
}

/// Whether the records of `layer` fit its schema, by a validator of others.
async fn fits_its_schema(service: &TestService, layer: &str) -> bool {
    let Some(python) = python("python") else {
        return true;
    };
    let schema = ask(service, &format!("/api/collections/{layer}/schema")).await;
    let items = ask(
        service,
        &format!("/api/collections/{layer}/items?limit=500"),
    )
    .await;
    let code = "
import json, jsonschema, sys
schema, page = json.load(sys.stdin)
check = jsonschema.Draft202012Validator(schema)
for feature in page['features']:
    known = {name: value for name, value in feature['properties'].items() if value is not None}
    record = dict(known, id=feature['id'], geometry=feature['geometry'])
    for error in check.iter_errors(record):
        sys.exit(str(error))
print(len(page['features']))
";
    let mut child = Command::new(python)
        .args(["-c", code])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let told = format!("[{},{}]", schema.text, items.text);
    child
        .stdin
        .take()
        .unwrap()
        .write_all(told.as_bytes())
        .unwrap();
    child.wait().unwrap().success()
}

/// Whether every collection links to its `rel`, and what is there is a JSON Schema.
async fn linked(service: &TestService, collections: &[Json], rel: &str) -> (bool, bool) {
    let relation = format!("http://www.opengis.net/def/rel/ogc/1.0/{rel}");
    let mut all = (true, true);
    for collection in collections {
        all.0 &= links(collection, &relation, "application/schema+json");
        let path = format!(
            "/api/collections/{}/{rel}",
            collection["id"].as_str().unwrap()
        );
        let told = ask(service, &path).await;
        let schema = told.json();
        all.1 &= told.kind == "application/schema+json"
            && schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
            && schema["$id"] == format!("{}{path}", service.url)
            && schema["type"] == "object"
            && schema["properties"]
                .as_object()
                .is_some_and(|own| !own.is_empty());
    }
    all
}

async fn claims(service: &TestService, class: &str) -> bool {
    let claimed = ask(service, "/api/conformance").await.json();
    let claimed = claimed["conformsTo"].as_array().unwrap();
    claimed
        .iter()
        .any(|own| own.as_str().unwrap().ends_with(class))
}

#[expect(
    clippy::too_many_lines,
    reason = "one line or two for each of many tests"
)]
pub(super) async fn filters(service: &TestService, run: &mut Run) {
    let collections = ask(service, "/api/collections").await.json();
    let collections = collections["collections"].as_array().unwrap();
    let (has_link, is_there) = linked(service, collections, "queryables").await;
    run.class("ogcapi-features-3/1.0/conf/queryables");
    run.check(
        "get-conformance",
        claims(service, "features-3/1.0/conf/queryables").await,
    );
    run.check("get-queryables-uris", has_link);
    run.check("get-queryables", is_there);

    let red = count(service, "filter=level='red'").await;
    let all = count(service, "").await;
    assert!(red > 0 && red < all);
    run.class("ogcapi-features-3/1.0/conf/queryables-query-parameters");
    run.check(
        "get-conformance",
        claims(service, "queryables-query-parameters").await,
    );
    run.check(
        "query-param",
        count(service, "level=red").await == red
            && ask(service, &format!("{ITEMS}?level=purple"))
                .await
                .is_problem(400),
    );

    run.class("ogcapi-features-3/1.0/conf/filter");
    run.check(
        "get-conformance",
        claims(service, "features-3/1.0/conf/filter").await,
    );
    run.check(
        "filter-param",
        count(service, "filter=NOT%20level='red'").await == all - red,
    );
    let json = "filter-lang=cql2-json&filter=%7B%22op%22:%22=%22,%22args%22:%5B%7B%22property%22:%22level%22%7D,%22red%22%5D%7D";
    run.check(
        "filter-lang-default",
        count(service, "filter=level='red'&filter-lang=cql2-text").await == red
            && count(service, json).await == red
            && ask(service, &format!("{ITEMS}?filter=x&filter-lang=sql"))
                .await
                .is_problem(400),
    );
    run.check(
        "expression-construction",
        ask(service, &format!("{ITEMS}?filter=colour=1"))
            .await
            .is_problem(400),
    );
    let extent = ask(service, "/api/collections/risk_points").await.json();
    let [west, south, east, north]: [f64; 4] =
        serde_json::from_value(extent["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let (lon, lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
    let inside = count(
        service,
        &format!("filter=S_INTERSECTS(geometry,BBOX({west},{south},{lon},{lat}))"),
    )
    .await;
    run.check("filter-crs-wgs84", inside > 0 && inside < all);
    let turned = format!(
        "filter=S_INTERSECTS(geometry,BBOX({south},{west},{lat},{lon}))&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4490"
    );
    run.check(
        "filter-crs-param",
        count(service, &turned).await == inside
            && ask(service, &format!("{ITEMS}?filter=id=1&filter-crs=x"))
                .await
                .is_problem(400),
    );
    let functions = ask(service, "/api/functions").await.json();
    run.check(
        "get-functions",
        functions["functions"][0]["name"] == "S_DWITHIN",
    );
    let near = |metres: u32| format!("filter=S_DWITHIN(geometry,POINT({lon}%20{lat}),{metres})");
    let nearest = ask(
        service,
        &format!(
            "/api/nearest?lon={lon}&lat={lat}&layer=risk_points&limit=1000&max_distance_m=300"
        ),
    )
    .await
    .json();
    assert_eq!(
        Json::from(count(service, &near(300)).await),
        nearest["numberReturned"]
    );
    assert!(count(service, &near(300)).await < count(service, &near(900)).await);

    run.class("ogcapi-features-3/1.0/conf/features-filter");
    run.check(
        "get-conformance get-collections",
        claims(service, "features-filter").await,
    );
    run.check("get-collection", has_link);
    run.check("filter-on-items", red > 0);
    let both = count(
        service,
        &format!("filter=level='red'&bbox={west},{south},{lon},{lat}"),
    )
    .await;
    let and = count(
        service,
        &format!(
            "filter=level='red'%20AND%20S_INTERSECTS(geometry,BBOX({west},{south},{lon},{lat}))"
        ),
    )
    .await;
    run.check("mixing-expression", both == and && both < inside);

    let (has_link, is_there) = linked(service, collections, "sortables").await;
    run.class("ogcapi-features-8/1.0/conf/sortables");
    run.check(
        "get-conformance",
        claims(service, "features-8/1.0/conf/sortables").await,
    );
    run.check("get-sortables-uris", has_link);
    run.check("get-sortables", is_there);
    let codes = |order: &'static str| async move {
        let page = ask(
            service,
            &format!("{ITEMS}?limit=10000&sortby={order}&skipGeometry=true"),
        )
        .await
        .json();
        let features = page["features"].as_array().unwrap().clone();
        let codes = features
            .iter()
            .map(|each| each["properties"]["code"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    let up = codes("code").await;
    let mut sorted = up.clone();
    sorted.sort();
    run.class("ogcapi-features-8/1.0/conf/sorting");
    run.check("get-conformance", claims(service, "conf/sorting").await);
    run.check(
        "sortby-order-default",
        up == sorted && codes("%2Bcode").await == up,
    );
    sorted.reverse();
    run.check("sortby-param", codes("-code").await == sorted);
    run.check(
        "expression-construction",
        ask(service, &format!("{ITEMS}?sortby=colour"))
            .await
            .is_problem(400),
    );
    run.class("ogcapi-features-8/1.0/conf/features-sorting");
    run.check(
        "get-conformance get-collections",
        claims(service, "features-sorting").await,
    );
    run.check("get-collection", has_link);
    run.check("filter-sorting", up.len() as u64 == all);
}

pub(super) async fn schemas(service: &TestService, run: &mut Run) {
    let collections = ask(service, "/api/collections").await.json();
    let collections = collections["collections"].as_array().unwrap();
    let schema = ask(service, "/api/collections/risk_points/schema")
        .await
        .json();
    let own = schema["properties"].as_object().unwrap();
    let with = |word: &str| own.values().filter(|each| each.get(word).is_some()).count();
    run.class("ogcapi-features-5/1.0/conf/schemas");
    let (has_link, is_there) = linked(service, collections, "schema").await;
    run.check(
        "basic-schema-inspection",
        is_there && has_link && own["level"]["enum"].as_array().unwrap().len() == 4,
    );
    run.check(
        "role",
        own["geometry"]["x-ogc-role"] == "primary-geometry" && with("x-ogc-role") == 3,
    );
    run.check("role-id", own["id"]["x-ogc-role"] == "id");
    run.check("property-seq", with("x-ogc-propertySeq") == own.len());
    let buildings = ask(service, "/api/collections/buildings/schema")
        .await
        .json();
    run.check(
        "unit",
        buildings["properties"]["height_m"]["x-ogc-unit"] == "m",
    );
    // no field has a definition elsewhere or another word for what is not known
    run.check(
        "definition nullvalues",
        with("x-ogc-definition") + with("x-ogc-nullValues") == 0,
    );
    run.class("ogcapi-features-5/1.0/conf/returnables-and-receivables");
    run.check(
        "get-conformance",
        claims(service, "conf/returnables-and-receivables").await,
    );
    run.check("link", has_link);
    run.check("op-and-response", is_there);
    let mut is_valid = true;
    for layer in ["grids", "buildings", "risk_points", "cases", "facilities"] {
        is_valid &= fits_its_schema(service, layer).await;
    }
    run.check("response-1", is_valid);
    // a record that is sent back as it came is taken
    let items = "/api/collections/risk_points/items";
    let record = ask(service, &format!("{items}?limit=1")).await.json()["features"][0].clone();
    let put = service.request(Method::PUT, &format!("{items}/{}", record["id"]));
    let put = put.header("if-match", "*").json(&record).send().await;
    run.check("response-2", put.unwrap().status() == 200);
    // what is restricted is in none of the three
    let entrances = ask(service, "/api/collections/entrances/queryables")
        .await
        .text;
    assert!(entrances.contains("building_code") && !entrances.contains("doors_per_floor"));
    for rel in ["queryables", "sortables"] {
        let (has_link, is_there) = linked(service, collections, rel).await;
        run.class(&format!("ogcapi-features-5/1.0/conf/{rel}"));
        run.check(
            "get-conformance",
            claims(service, &format!("features-5/1.0/conf/{rel}")).await,
        );
        run.check("link", has_link);
        run.check("op-and-response", is_there);
    }
}
