//! Whose place is this? The chain, the households, the posts; one owner everywhere; the same as another program says.

use std::process::Command;

use serde_json::{Value as Json, json};

use crate::driver::{TestService, run, said, sqlite3};

fn layers(chain: &Json) -> Vec<&str> {
    chain
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["layer"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_middle_of_every_building_has_its_full_chain() {
    let service = TestService::with_demo();
    let filter = "filter=use%3D'residential'&limit=10000";
    let buildings = service
        .ok(&format!("/api/collections/buildings/items?{filter}"))
        .await;
    let all = buildings["features"].as_array().unwrap();
    assert_eq!(all.len(), 631);
    for building in all {
        let code = building["properties"]["code"].as_str().unwrap();
        // a corner of the outline: on the boundary, and inside everything around it
        let corner = &building["geometry"]["coordinates"][0][0][0];
        let place = service
            .ok(&format!("/api/locate?lon={}&lat={}", corner[0], corner[1]))
            .await;
        let chain = &place["chain"];
        let found = layers(chain);
        for layer in [
            "subdistricts",
            "communities",
            "grids",
            "compounds",
            "buildings",
            "entrances",
        ] {
            assert!(found.contains(&layer), "{code}: {found:?}");
        }
        let link = chain
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["layer"] == "buildings")
            .unwrap();
        assert_eq!(
            (link["code"].as_str().unwrap(), link["distance_m"].as_f64()),
            (code, Some(0.0))
        );
        assert!(
            chain
                .as_array()
                .unwrap()
                .iter()
                .all(|link| link["relation"].is_string() && link["name"].is_string())
        );
        let levels: Vec<_> = place["posts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|post| post["level"].as_str().unwrap())
            .collect();
        for level in [
            "subdistrict",
            "community",
            "grid",
            "compound",
            "building",
            "entrance",
        ] {
            assert!(levels.contains(&level), "{code}: {levels:?}");
        }
        assert_eq!(
            place["households"].as_array().unwrap().len() as u64,
            building["properties"]["household_count"].as_u64().unwrap()
        );
    }
}

#[tokio::test]
async fn ten_thousand_places_have_one_owner_the_same_as_shapely_says() {
    let service = TestService::with_demo();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for layer in ["subdistricts", "communities", "grids", "buildings"] {
        let done = run(&[
            "export",
            layer,
            "--to",
            &path(&format!("{layer}.geojson")),
            "--store",
            service.store.to_str().unwrap(),
        ]);
        assert!(done.status.success(), "{}", said(&done));
    }
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/service/locate_oracle.py"
    );
    let made = Command::new("/usr/bin/python3")
        .args([script, "make", folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let asked: Json = serde_json::from_slice(&std::fs::read(path("points.json")).unwrap()).unwrap();
    let layers = ["subdistricts", "communities", "grids", "buildings"];
    let answer = service
        .request(reqwest::Method::POST, "/api/locate")
        .json(&json!({ "points": asked, "layers": layers }))
        .send()
        .await
        .unwrap();
    let answer: Json = answer.json().await.unwrap();
    let codes = answer["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10_000);
    assert!(
        codes
            .iter()
            .all(|row| row[1].is_string() && row[2].is_string()),
        "each has one community and one grid"
    );
    std::fs::write(path("answers.json"), answer["codes"].to_string()).unwrap();
    let checked = Command::new("/usr/bin/python3")
        .args([script, "compare", folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
    println!("{}", said(&checked).trim());
}

#[tokio::test]
async fn floors_accuracy_and_tables_are_answered() {
    let service = TestService::with_demo();
    let building =
        service.ok("/api/collections/buildings/items?limit=1").await["features"][0].clone();
    let corner = building["geometry"]["coordinates"][0][0][0].clone();
    let at = format!("lon={}&lat={}", corner[0], corner[1]);
    let floor = service.ok(&format!("/api/locate?{at}&floor=2")).await;
    assert!(
        floor["households"]
            .as_array()
            .unwrap()
            .iter()
            .all(|household| household["floor"] == 2)
    );
    assert!(floor["households_matched"].as_u64().unwrap() > 0);
    let wide = service.ok(&format!("/api/locate?{at}&accuracy_m=50")).await;
    let share = |layer: &str| -> f64 {
        let all = wide["candidates"].as_array().unwrap().iter();
        all.filter(|candidate| candidate["layer"] == layer)
            .map(|candidate| candidate["share"].as_f64().unwrap())
            .sum()
    };
    let (whole, communities) = (share("subdistricts"), share("communities"));
    assert!(
        whole > 0.3 && (whole - communities).abs() < 1e-6,
        "communities tile the subdistrict: {communities} of {whole}"
    );
    let csv = format!("name,经度,纬度\n甲,{},{}\n", corner[0], corner[1]);
    let table = service
        .request(reqwest::Method::POST, "/api/locate")
        .header("content-type", "text/csv")
        .body(csv)
        .send()
        .await
        .unwrap();
    let table = table.text().await.unwrap();
    assert!(
        table
            .lines()
            .next()
            .unwrap()
            .ends_with("communities,grids,compounds,buildings"),
        "{table}"
    );
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .contains(building["properties"]["code"].as_str().unwrap()),
        "{table}"
    );
    let shifted = service
        .ok(&format!("/api/nearest?{at}&layer=facilities&limit=5"))
        .await;
    let metres: Vec<f64> = shifted["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["properties"]["distance_m"].as_f64().unwrap())
        .collect();
    assert!(
        metres.len() == 5 && metres.windows(2).all(|pair| pair[0] <= pair[1]),
        "{metres:?}"
    );
}

#[test]
fn the_demo_has_no_fault_and_a_moved_corner_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let service = TestService::with_demo();
    let sound = run(&["check", "--store", service.store.to_str().unwrap()]);
    assert_eq!(sound.status.code(), Some(0), "{}", said(&sound));
    let grids = path("grids.geojson");
    assert!(
        run(&[
            "export",
            "grids",
            "--to",
            &grids,
            "--store",
            service.store.to_str().unwrap()
        ])
        .status
        .success()
    );
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/service/locate_oracle.py"
    );
    let moved = Command::new("/usr/bin/python3")
        .args([script, "move", &grids])
        .output()
        .unwrap();
    assert!(moved.status.success(), "{}", said(&moved));
    let both: Json = serde_json::from_slice(&moved.stdout).unwrap();
    let done = run(&[
        "import",
        &grids,
        "--layer",
        "grids",
        "--on-conflict",
        "update",
        "--store",
        service.store.to_str().unwrap(),
    ]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    let report = path("faults.json");
    let faulty = run(&[
        "check",
        "--store",
        service.store.to_str().unwrap(),
        "--report",
        &report,
    ]);
    assert_eq!(faulty.status.code(), Some(1), "{}", said(&faulty));
    let text = std::fs::read_to_string(&report).unwrap();
    for code in both.as_array().unwrap() {
        assert!(
            text.contains(code.as_str().unwrap()),
            "{code} is not named: {text}"
        );
    }
    assert!(text.contains("area_m2"), "{text}");
    assert_eq!(sqlite3(&service.store, "PRAGMA integrity_check"), "ok");
}
