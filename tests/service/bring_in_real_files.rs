//! Files that no one here wrote, where they are there: `MINQING_REAL_DATA`, default `../shared/data`.

use std::path::PathBuf;

use crate::driver::{TestService, run, said};

fn real_data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("MINQING_REAL_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "NOT TESTED: there is no {} (set MINQING_REAL_DATA)",
        folder.display()
    );
    None
}

#[tokio::test]
async fn tokyo_and_shanghai_come_in_and_are_served() {
    let Some(data) = real_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("real.gpkg");
    for (file, layer, count) in [
        (
            "tokyo-plateau-sumida-koto-taito/buildings.geojsonl.gz",
            "buildings",
            131_739,
        ),
        ("shanghai-west-osm/roads.geojson", "roads", 788),
        ("shanghai-west-osm/landuse.geojson", "land_use", 114),
    ] {
        let file = data.join(file);
        let done = run(&[
            "import",
            file.to_str().unwrap(),
            "--layer",
            layer,
            "--store",
            store.to_str().unwrap(),
        ]);
        assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
        assert!(
            said(&done).contains(&format!("导入{count}条")),
            "{}",
            said(&done)
        );
    }
    let service = TestService::launch(&store, Some(folder));
    let ready = service.ok("/health/ready").await;
    assert_eq!(ready["layers"]["buildings"], 131_739);
    let tile = service.ok("/tiles/buildings/16/58217/25802.geojson").await;
    assert!(tile["numberReturned"].as_u64().unwrap() > 500);
    let near = service
        .ok("/api/nearest?lon=139.8&lat=35.7&layer=buildings&limit=3")
        .await;
    assert_eq!(near["features"].as_array().unwrap().len(), 3);
    let bridge = service.ok("/api/search?q=waibaidu").await;
    assert_eq!(bridge["results"][0]["name"], "外白渡桥");
}
