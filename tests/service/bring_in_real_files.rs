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

/// Imports a real file by one command; what the program said, or `None` where the data is not there.
fn import(file: &str, layer: &str, more: &[&str]) -> Option<String> {
    let data = real_data()?;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("real.gpkg");
    let file = data.join(file);
    let mut arguments = vec!["import", file.to_str().unwrap(), "--layer", layer];
    arguments.extend(["--store", store.to_str().unwrap()]);
    arguments.extend(more);
    let done = run(&arguments);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    Some(said(&done))
}

#[test]
fn chinese_shapefiles_whatever_they_say_of_their_encoding() {
    let Some(data) = real_data() else { return };
    // Without any hint: neither .cpg nor language byte.
    let bare = tempfile::tempdir().unwrap();
    for end in ["shp", "dbf", "prj"] {
        let from = data.join(format!("hangzhou-west-osm/gbk-shapefile/小区.{end}"));
        std::fs::copy(from, bare.path().join(format!("小区.{end}"))).unwrap();
    }
    for (folder, reason) in [
        (data.join("hangzhou-west-osm/gbk-shapefile"), ".cpg写明 GBK"),
        (
            data.join("hangzhou-west-osm/gbk-shapefile-ldid"),
            "语言字节为0x4D",
        ),
        (bare.path().to_owned(), "国标汉字"),
    ] {
        let said = import(folder.to_str().unwrap(), "compounds", &[]).unwrap();
        assert!(
            said.contains("编码 gb18030") && said.contains(reason),
            "{said}"
        );
        assert!(said.contains("共1278条"), "{said}");
    }
}

#[test]
fn every_folder_of_real_data_comes_in_by_one_command() {
    for (file, layer, more, taken) in [
        (
            "tainan-outer/apartment_compounds_公寓大廈管理委員會.geojson.gz",
            "compounds",
            &["--point-radius-m", "25"][..],
            "导入1137条",
        ),
        (
            "tainan-outer/risk_narrow_alleys_狹小巷道.geojson.gz",
            "risk_points",
            &[],
            "导入592条",
        ),
        (
            "tainan-outer/villages_里.geojson.gz",
            "communities",
            &[],
            "共521条",
        ),
        (
            "cambridge-ma/parcels_fy2014.geojson.gz",
            "households",
            &[],
            "共13116条",
        ),
        (
            "cambridge-ma/hydrants.geojson.gz",
            "facilities",
            &[],
            "导入1960条",
        ),
        ("astana-osm/roads.geojson.gz", "roads", &[], "共10664条"),
        ("wuhan-osm/buildings.geojson", "buildings", &[], "导入234条"),
        (
            "liechtenstein-osm-pbf/liechtenstein.osm.pbf",
            "roads",
            &[],
            "导入",
        ),
        (
            "liechtenstein-osm-pbf/liechtenstein.osm.pbf",
            "buildings",
            &[],
            "导入",
        ),
        (
            "liechtenstein-osm-pbf/liechtenstein.osm.pbf",
            "water",
            &[],
            "导入",
        ),
        (
            "liechtenstein-osm-pbf/liechtenstein.osm.pbf",
            "land_use",
            &[],
            "导入",
        ),
        (
            "cql2-ogc/cql2/standard/data/ne110m4cql2.gpkg",
            "roads",
            &["--part", "ne_110m_rivers_lake_centerlines"],
            "导入",
        ),
    ] {
        let Some(said) = import(file, layer, more) else {
            return;
        };
        assert!(said.contains(taken), "{file}: {said}");
    }
}
