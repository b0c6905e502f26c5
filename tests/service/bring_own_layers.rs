//! Layers of any schema that users bring: made from a file, then like any other.

use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, TestService, run, said, sqlite3};

/// The standard's GeoPackage; says so where it is not there.
fn standard() -> Option<PathBuf> {
    let root = std::env::var_os("MINQING_REAL_DATA");
    let root = root.map_or_else(|| "../shared/data".into(), PathBuf::from);
    let file = root.join("cql2-ogc/cql2/standard/data/ne110m4cql2.gpkg");
    if file.exists() {
        return Some(file);
    }
    println!(
        "NOT TESTED: {} is not there (set MINQING_REAL_DATA)",
        file.display()
    );
    None
}

const TABLES: [(&str, u64); 3] = [
    ("ne_110m_populated_places_simple", 243),
    ("ne_110m_admin_0_countries", 177),
    ("ne_110m_rivers_lake_centerlines", 13),
];

/// Counts of the standard that its own data contradicts: Chișinău, Chicago and Chengdu begin with Ch, one with Chiș.
const MENDED: [(&str, u64); 3] = [
    ("ACCENTI(name) LIKE accenti('Ch%')", 3),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))", 1),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))", 1),
];

/// Every condition of the standard's test tables with its layer and count.
fn conditions() -> Vec<(String, String, u64)> {
    let text = std::fs::read_to_string("geodata/facts/cql2_predicates_expected.json").unwrap();
    let facts: Json = serde_json::from_str(&text).unwrap();
    let text = |each: &Json, name: &str| each[name].as_str().unwrap().to_owned();
    let mut all: Vec<(String, String, u64)> = facts["predicates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| {
            let filter = text(each, "filter");
            let mended = MENDED.iter().find(|(other, _)| *other == filter);
            let count = mended.map_or(each["expected"].as_u64().unwrap(), |(_, count)| *count);
            (text(each, "collection"), filter, count)
        })
        .collect();
    for each in facts["combinations"].as_array().unwrap() {
        let [p1, p2, p3, p4] = ["p1", "p2", "p3", "p4"].map(|name| text(each, name));
        all.push((
            text(&facts, "logical_collection"),
            format!("(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})"),
            each["expected"].as_u64().unwrap(),
        ));
    }
    assert_eq!(all.len(), 274 + 77);
    all
}

fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn the_standards_tables_are_layers_that_give_its_counts(stored: Stored) {
    let Some(file) = standard() else { return };
    for (table, _) in TABLES {
        let done = run(&[
            "import",
            file.to_str().unwrap(),
            "--part",
            table,
            "--layer",
            table,
            "--new-layer",
            "--store",
            &stored.store,
        ]);
        // the world is far from everything on the demo's map, which is a doubt and no more
        let told = said(&done);
        let is_doubted = done.status.code() == Some(1) && told.contains("存疑");
        assert!(done.status.success() || is_doubted, "{told}");
        assert!(told.contains("拒绝0条"), "{told}");
    }
    // the server that was running has them without a new start
    let service = &stored.service;
    wait_for(service, "ne_110m_rivers_lake_centerlines").await;
    for (table, count) in TABLES {
        let items = service
            .ok(&format!("/api/collections/{table}/items?limit=1"))
            .await;
        assert_eq!(items["numberMatched"], count, "{table}");
    }
    let mut wrong = Vec::new();
    for (layer, filter, count) in conditions() {
        let asked = query(&[
            ("filter", &filter),
            ("limit", "1"),
            ("skipGeometry", "true"),
        ]);
        let (status, page) = service
            .get(&format!("/api/collections/{layer}/items?{asked}"))
            .await;
        if status != StatusCode::OK || page["numberMatched"] != count {
            wrong.push(format!(
                "{layer}: {filter}: {} not {count} {}",
                page["numberMatched"], page["detail"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Waits until the layer and its records, which came in one change, are on the map.
async fn wait_for(service: &TestService, layer: &str) {
    for _ in 0..100 {
        let items = format!("/api/collections/{layer}/items?limit=1");
        let (status, page) = service.get(&items).await;
        if status == StatusCode::OK && page["numberMatched"] != 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{layer} does not come");
}

/// A small table of trees in two files: one to make the layer, one to add to it.
fn trees(folder: &Path) -> (PathBuf, PathBuf) {
    let (first, more) = (folder.join("trees.csv"), folder.join("more.csv"));
    std::fs::write(
        &first,
        "code,name,树种,胸径,planted,alive,户主姓名,lon,lat\n\
         T1,老槐,国槐,62.5,1985-03-12,true,张三丰,108.955,34.215\n\
         T2,,银杏,30,2001-11-02,true,李四光,108.956,34.216\n\
         T3,,国槐,,,false,,108.957,34.217\n",
    )
    .unwrap();
    std::fs::write(
        &more,
        "code,树种,胸径,lon,lat\nT4,桂花,12.25,108.958,34.218\n",
    )
    .unwrap();
    (first, more)
}

async fn a_layer_of_ones_own_is_edited_filtered_drawn_and_remembered(stored: Stored) {
    let folder = tempfile::tempdir().unwrap();
    let (first, more) = trees(folder.path());
    let import = |file: &Path, rest: &[&str]| {
        let mut arguments = vec![
            "import",
            file.to_str().unwrap(),
            "--layer",
            "trees",
            "--crs",
            "EPSG:4326",
        ];
        arguments.extend(["--store", &stored.store]);
        arguments.extend(rest);
        run(&arguments)
    };
    let made = import(&first, &["--new-layer", "--title", "古树名木"]);
    // one column was personal, which the report says with the exit code for faults
    assert!(matches!(made.status.code(), Some(0 | 1)), "{}", said(&made));
    let again = import(&first, &["--new-layer"]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    let added = import(&more, &[]);
    assert!(added.status.success(), "{}", said(&added));
    let service = &stored.service;
    wait_for(service, "trees").await;
    let items = "/api/collections/trees/items";
    for _ in 0..100 {
        if service.ok(items).await["numberMatched"] == 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let about = service.ok("/api/collections/trees").await;
    assert_eq!(about["title"], "古树名木");
    let schema = service.ok("/api/collections/trees/schema").await;
    let kind = |name: &str| schema["properties"][name]["type"].clone();
    assert_eq!(
        (kind("胸径"), kind("alive"), kind("树种")),
        (json!("number"), json!("boolean"), json!("string"))
    );
    assert_eq!(schema["properties"]["planted"]["format"], "date");
    let text = schema.to_string();
    assert!(!text.contains("户主"), "{text}");
    let filter = query(&[
        (
            "filter",
            "\"树种\" = '国槐' AND (\"胸径\" > 60 OR \"胸径\" IS NULL)",
        ),
        ("sortby", "-code"),
    ]);
    let found = service.ok(&format!("{items}?{filter}")).await;
    let codes: Vec<_> = found["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["properties"]["code"])
        .collect();
    assert_eq!(codes, ["T3", "T1"]);
    assert!(!found.to_string().contains("张三丰"));
    // its records are changed, and what they were is known
    let tree = &found["features"][1];
    let place = format!("{items}/{}", tree["id"]);
    let patch = service
        .request(Method::PATCH, &place)
        .header(
            "if-match",
            format!("\"{}\"", tree["properties"]["revision"]),
        )
        .json(&json!({ "properties": { "胸径": 63.0 } }))
        .send()
        .await
        .unwrap();
    assert_eq!(
        patch.status(),
        StatusCode::OK,
        "{}",
        patch.text().await.unwrap()
    );
    let versions = service.ok(&format!("{place}/versions")).await;
    assert_eq!(
        versions["versions"].as_array().unwrap().len(),
        2,
        "{versions}"
    );
    // another program's change counts too
    stored.another_program("UPDATE trees SET \"树种\" = '皂荚' WHERE code = 'T2'");
    let filter = query(&[("filter", "\"树种\" = '皂荚'")]);
    for _ in 0..100 {
        if service.ok(&format!("{items}?{filter}")).await["numberMatched"] == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        service.ok(&format!("{items}?{filter}")).await["numberMatched"],
        1
    );
    let nearest = service
        .ok("/api/nearest?lon=108.955&lat=34.215&layer=trees&limit=1")
        .await;
    assert_eq!(nearest["features"][0]["properties"]["code"], "T1");
    let tile = service.ok("/tiles/trees/14/13150/6526.geojson").await;
    let around = service
        .ok(&format!("{items}?bbox=108.9,34.2,109.0,34.3"))
        .await;
    assert_eq!(around["numberMatched"], 4);
    assert!(tile["numberMatched"].as_u64().unwrap() <= 4);
    // a new start knows the layer, and an export of it has its fields
    let out = folder.path().join("trees.geojson");
    let done = run(&[
        "export",
        "trees",
        "--to",
        out.to_str().unwrap(),
        "--store",
        &stored.store,
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let out: Json = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    assert_eq!(out["features"].as_array().unwrap().len(), 4);
    assert!(out["features"].to_string().contains("皂荚"));
}

async fn a_read_only_layer_is_looked_at_and_not_edited(stored: Stored) {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = trees(folder.path());
    let done = run(&[
        "import",
        first.to_str().unwrap(),
        "--layer",
        "trees",
        "--new-layer",
        "--read-only",
        "--crs",
        "EPSG:4326",
        "--store",
        &stored.store,
    ]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    let service = &stored.service;
    wait_for(service, "trees").await;
    let items = "/api/collections/trees/items";
    let tree = service.ok(items).await["features"][0].clone();
    let delete = service
        .request(Method::DELETE, &format!("{items}/{}", tree["id"]))
        .header("if-match", "*")
        .send()
        .await
        .unwrap();
    let (status, problem): (_, Json) = (delete.status(), delete.json().await.unwrap());
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    assert_eq!(problem["type"], "/problems/read-only");
    let feature = json!({ "type": "Feature", "geometry": null, "properties": { "code": "T9" } });
    let changes = json!({ "changes": [{ "op": "insert", "layer": "trees", "feature": feature }] });
    let answer = service
        .request(Method::POST, "/api/changes")
        .json(&changes)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(service.ok(items).await["numberMatched"], 3);
}

async fn a_layer_of_ones_own_is_exported_alone_and_with_all_others(stored: Stored) {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = trees(folder.path());
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let made = run(&[
        "import",
        &text(&first),
        "--layer",
        "trees",
        "--new-layer",
        "--crs",
        "EPSG:4326",
        "--store",
        &stored.store,
    ]);
    assert!(matches!(made.status.code(), Some(0 | 1)), "{}", said(&made));
    let (alone, all) = (
        folder.path().join("trees.gpkg"),
        folder.path().join("all.gpkg"),
    );
    for (layer, to) in [("trees", &alone), ("all", &all)] {
        let done = run(&["export", layer, "--store", &stored.store, "--to", &text(to)]);
        assert!(done.status.success(), "{layer}: {}", said(&done));
    }
    let species = "SELECT group_concat(\"树种\") FROM trees";
    assert_eq!(sqlite3(&alone, species), "国槐,银杏,国槐");
    assert_eq!(
        sqlite3(&alone, "SELECT group_concat(table_name) FROM gpkg_contents"),
        "trees"
    );
    // the whole store knows the layer as its own
    let again = folder.path().join("again.csv");
    let done = run(&[
        "export",
        "trees",
        "--store",
        &text(&all),
        "--to",
        &text(&again),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(std::fs::read_to_string(&again).unwrap().contains("银杏"));
}

crate::driver::on_both_stores! {
    a_layer_of_ones_own_is_exported_alone_and_with_all_others
    the_standards_tables_are_layers_that_give_its_counts
    a_layer_of_ones_own_is_edited_filtered_drawn_and_remembered
    a_read_only_layer_is_looked_at_and_not_edited
}
