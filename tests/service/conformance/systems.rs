//! OGC API Features Part 2: reference systems by URI.

use serde_json::Value as Json;

use super::{Run, ask};
use crate::driver::TestService;

const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const ITEMS: &str = "/api/collections/entrances/items";

/// The first point, and the system that the answer says.
async fn point(service: &TestService, query: &str) -> ([f64; 2], Option<String>) {
    let told = ask(service, &format!("{ITEMS}?limit=1{query}")).await;
    let at = told.json()["features"][0]["geometry"]["coordinates"].clone();
    (serde_json::from_value(at).unwrap_or_default(), told.crs)
}

pub(super) async fn crs(service: &TestService, run: &mut Run) {
    run.class("ogcapi-features-2/1.0/conf/crs");
    let collection = ask(service, "/api/collections/entrances").await.json();
    let offered: Vec<String> = serde_json::from_value(collection["crs"].clone()).unwrap();
    run.check(
        "crs-uri",
        offered.len() == 68
            && offered
                .iter()
                .all(|uri| uri.starts_with("http://www.opengis.net/def/crs/")),
    );
    run.check("default-crs", offered.iter().any(|uri| uri == CRS84));
    run.check(
        "storageCrs",
        offered.iter().any(|uri| collection["storageCrs"] == **uri),
    );

    let (plain, said) = point(service, "").await;
    let [lon, lat] = plain;
    run.check(
        "crs-parameter-default",
        said == Some(format!("<{CRS84}>")) && lon > 100.0,
    );
    let mut transformed = true;
    for code in [4326, 4490] {
        let (at, said) = point(service, &format!("&crs={EPSG}{code}")).await;
        transformed &= (at[0] - lat).abs() + (at[1] - lon).abs() < 1e-12
            && said == Some(format!("<{EPSG}{code}>"));
    }
    let ([x, y], _) = point(service, &format!("&crs={EPSG}3857")).await;
    transformed &= (x - lon.to_radians() * 6_378_137.0).abs() < 1e-3 && y > 4e6;
    // northing first, with and without the zone's number
    let ([north, east], _) = point(service, &format!("&crs={EPSG}4545")).await;
    let ([same, numbered], _) = point(service, &format!("&crs={EPSG}4524")).await;
    transformed &= (3.7e6..3.9e6).contains(&north) && (4e5..6e5).contains(&east);
    transformed &= (same - north).abs() < 1e-6 && (numbered - east - 36e6).abs() < 1e-6;
    run.check("crs-parameter-transform", transformed);
    run.check(
        "crs-parameter",
        ask(service, &format!("{ITEMS}?crs={EPSG}4490&limit=1"))
            .await
            .status
            == 200,
    );
    let wrong = [
        "EPSG:4490",
        "http://www.opengis.net/def/crs/EPSG/0/2154",
        "x",
    ];
    let (mut refused, mut refused_box) = (true, true);
    for uri in wrong {
        refused &= ask(service, &format!("{ITEMS}?crs={uri}"))
            .await
            .is_problem(400);
        refused_box &= ask(service, &format!("{ITEMS}?bbox=1,2,3,4&bbox-crs={uri}"))
            .await
            .is_problem(400);
    }
    run.check("crs-parameter-invalid", refused);
    run.check("bbox-crs-parameter-invalid", refused_box);

    let count = |query: String| async move {
        ask(service, &format!("{ITEMS}?limit=1&{query}"))
            .await
            .json()["numberMatched"]
            .clone()
    };
    let d = 0.002;
    let usual = count(format!(
        "bbox={},{},{},{}",
        lon - d,
        lat - d,
        lon + d,
        lat + d
    ))
    .await;
    let turned = count(format!(
        "bbox={},{},{},{}&bbox-crs={EPSG}4490",
        lat - d,
        lon - d,
        lat + d,
        lon + d
    ))
    .await;
    run.check("bbox-crs-parameter-default", usual.as_u64().unwrap() > 0);
    let near = count(format!(
        "bbox={},{},{},{}&bbox-crs={EPSG}4545",
        north - 1.0,
        east - 1.0,
        north + 1.0,
        east + 1.0
    ))
    .await;
    run.check(
        "bbox-crs-parameter",
        usual == turned && near.as_u64().unwrap() > 0 && near.as_u64() < usual.as_u64(),
    );
    assert_ne!(near, Json::Null);
}
