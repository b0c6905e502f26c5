//! Copies of the store, moves between file and database, stores of other releases, a disk that is full.

use std::path::Path;
use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::driver::{TestService, demo_store, run, said, sqlite3};

fn succeeded(arguments: &[&str]) -> String {
    let done = run(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", said(&done));
    said(&done)
}

fn refused(arguments: &[&str], because: &str) {
    let done = run(arguments);
    assert_eq!(
        done.status.code(),
        Some(2),
        "{arguments:?}: {}",
        said(&done)
    );
    assert!(
        said(&done).contains(because),
        "{arguments:?}: {}",
        said(&done)
    );
}

fn case(code: &str) -> Json {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": code, "name": "件", "status": "accepted" },
    })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// How many the demo has.
fn buildings() -> i64 {
    sqlite3(demo_store(), "SELECT count(*) FROM buildings")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_file_is_copied_while_it_is_written_and_restored_whole() {
    let service = TestService::with_demo();
    let folder = tempfile::tempdir().unwrap();
    let (copy, restored) = (
        folder.path().join("copy.gpkg"),
        folder.path().join("restored.gpkg"),
    );
    let writing = tokio::spawn({
        let items = format!("{}/api/collections/cases/items", service.url);
        async move {
            let client = reqwest::Client::new();
            for number in 0..200 {
                let made = client
                    .post(&items)
                    .json(&case(&format!("COPY-{number:03}")))
                    .send()
                    .await
                    .unwrap();
                assert_eq!(made.status(), StatusCode::CREATED);
            }
        }
    });
    let store = text(&service.store).to_owned();
    let to = text(&copy).to_owned();
    tokio::task::spawn_blocking(move || succeeded(&["backup", &to, "--store", &store]))
        .await
        .unwrap();
    writing.await.unwrap();
    succeeded(&["restore", text(&copy), "--store", text(&restored)]);
    // what is there is a beginning of what was written, without a gap
    let there = sqlite3(
        &restored,
        "SELECT count(*) || ' ' || coalesce(max(code), 'COPY--01') FROM cases WHERE code LIKE 'COPY-%'",
    );
    let (count, last) = there.split_once(' ').unwrap();
    assert_eq!(
        last["COPY-".len()..].parse::<i64>().unwrap() + 1,
        count.parse::<i64>().unwrap()
    );
    let whole = TestService::launch(&restored, None);
    let ready = whole.ok("/health/ready").await;
    assert_eq!(ready["layers"]["buildings"].as_i64(), Some(buildings()));
    refused(
        &["backup", text(&copy), "--store", text(&restored)],
        "already there",
    );
    refused(
        &["restore", text(&copy), "--store", text(&restored)],
        "already there",
    );
}

#[test]
fn a_damaged_newer_or_foreign_copy_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let copy = at("copy.gpkg");
    succeeded(&["backup", text(&copy), "--store", text(demo_store())]);
    let target = at("target.gpkg");
    let bytes = std::fs::read(&copy).unwrap();
    let mut torn = bytes.clone();
    for byte in &mut torn[bytes.len() / 2..bytes.len() / 2 + 20_000] {
        *byte = 0x5A;
    }
    let damaged = at("damaged.gpkg");
    std::fs::write(&damaged, torn).unwrap();
    refused(
        &["restore", text(&damaged), "--store", text(&target)],
        "damaged",
    );
    let short = at("short.gpkg");
    std::fs::write(&short, &bytes[..bytes.len() / 3]).unwrap();
    refused(
        &["restore", text(&short), "--store", text(&target)],
        "damaged",
    );
    let newer = at("newer.gpkg");
    std::fs::write(&newer, &bytes).unwrap();
    sqlite3(
        &newer,
        "UPDATE _sqlx_migrations SET version = 99 WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
    );
    refused(
        &["restore", text(&newer), "--store", text(&target)],
        "newer release",
    );
    let other = at("other.gpkg");
    std::fs::write(&other, "no database").unwrap();
    refused(
        &["restore", text(&other), "--store", text(&target)],
        "not a GeoPackage",
    );
    refused(
        &["restore", text(&at("none.gpkg")), "--store", text(&target)],
        "no store at",
    );
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_str().unwrap().starts_with("target")),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_store_moves_into_postgis_and_back_and_through_a_dump() {
    let cluster = Cluster::primary();
    let folder = tempfile::tempdir().unwrap();
    let back = folder.path().join("back.gpkg");
    let said_there = succeeded(&[
        "migrate",
        "--from",
        text(demo_store()),
        "--to",
        &cluster.url(),
    ]);
    assert!(
        said_there.contains("households") && !said_there.contains('≠'),
        "{said_there}"
    );
    refused(
        &[
            "migrate",
            "--from",
            text(demo_store()),
            "--to",
            &cluster.url(),
        ],
        "already there",
    );
    let said_back = succeeded(&["migrate", "--from", &cluster.url(), "--to", text(&back)]);
    // count and checksum of every layer, of the change log, of the history and of the settings
    let sums = |said: &str| -> Vec<String> {
        said.lines()
            .filter(|line| line.contains(" = "))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(sums(&said_there).len(), 23);
    assert_eq!(sums(&said_there), sums(&said_back));
    // another program compares too: every column of every layer, the log with its numbers
    for layer in [
        "subdistricts",
        "grids",
        "buildings",
        "households",
        "cases",
        "posts",
        "minqing_change",
        "minqing_setting",
    ] {
        let sql = format!(
            "ATTACH '{}' AS other; SELECT count(*) FROM (SELECT * FROM main.{layer} EXCEPT SELECT * FROM other.{layer} UNION ALL SELECT * FROM other.{layer} EXCEPT SELECT * FROM main.{layer})",
            text(&back)
        );
        assert_eq!(sqlite3(demo_store(), &sql), "0", "{layer}");
    }
    // a dump of the database, and a database made of it
    let dump = folder.path().join("map.dump");
    succeeded(&["backup", text(&dump), "--store", &cluster.url()]);
    cluster.psql("postgres", "CREATE DATABASE restored");
    let restored = cluster
        .url()
        .replace("/minqing", "/restored")
        .replace("//restored", "//minqing");
    succeeded(&["restore", text(&dump), "--store", &restored]);
    let said_restored = succeeded(&[
        "migrate",
        "--from",
        &restored,
        "--to",
        text(&folder.path().join("again.gpkg")),
    ]);
    assert_eq!(sums(&said_restored), sums(&said_there));
    // the restored one is alive: its own edits are logged and followed
    let service = TestService::on(&restored, &[]);
    let made = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case("AFTER"))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let bytes = std::fs::read(&dump).unwrap();
    let short = folder.path().join("short.dump");
    std::fs::write(&short, &bytes[..bytes.len() / 2]).unwrap();
    cluster.psql("postgres", "CREATE DATABASE empty");
    let empty = restored.replace("/restored", "/empty");
    refused(&["restore", text(&short), "--store", &empty], "damaged");
    assert_eq!(
        cluster.psql(
            "empty",
            "SELECT count(*) FROM pg_class WHERE relname = 'grids'"
        ),
        "0"
    );
    refused(
        &["restore", text(demo_store()), "--store", &empty],
        "no archive of pg_dump",
    );
}

#[tokio::test]
async fn a_store_of_the_release_before_opens_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("before.gpkg");
    let packed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/stores/0.1.0.gpkg.gz"
    );
    let unpacked = Command::new("gzip").args(["-dc", packed]).output().unwrap();
    assert!(unpacked.status.success());
    std::fs::write(&store, unpacked.stdout).unwrap();
    let service = TestService::launch(&store, None);
    let found = service
        .ok("/api/collections/grids/items?filter=code%3D'G-OLD'")
        .await;
    assert_eq!(found["features"][0]["properties"]["name"], "旧版网格");
    let made = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case("NEW"))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
}

/// A file system of a few MiB; `None` where this user may not make one, which is said.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mounted(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let option = format!("size={size}");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &option, "tmpfs"])
            .arg(folder.path())
            .output()
            .unwrap();
        if done.status.success() {
            return Some(Self(folder));
        }
        println!(
            "NOT LOOKED AT: a full disk, for this user may not mount one: {}",
            said(&done)
        );
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _busy = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_the_write_and_nothing_else() {
    let Some(disk) = SmallDisk::mounted("120m") else {
        return;
    };
    let store = disk.0.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let service = TestService::launch(&store, None);
    let write = async |code: &str| {
        let request = service
            .request(Method::POST, "/api/collections/cases/items")
            .json(&case(code));
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    assert_eq!(write("BEFORE").await.0, StatusCode::CREATED);
    let filler = disk.0.path().join("filler");
    // dd stops where no space is left
    let full = Command::new("dd")
        .args(["if=/dev/zero", "bs=4k"])
        .arg(format!("of={}", text(&filler)))
        .output()
        .unwrap();
    assert!(!full.status.success());
    let mut acknowledged = vec!["BEFORE".to_owned()];
    let mut refusals = 0;
    for number in 0..200 {
        let code = format!("FULL-{number}");
        let (status, body) = write(&code).await;
        if status == StatusCode::CREATED {
            // the log of the file may have room left
            acknowledged.push(code);
        } else {
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
            assert!(
                body.contains("disk-full") && body.contains("磁盘已满"),
                "{body}"
            );
            refusals += 1;
        }
    }
    assert!(refusals > 0, "the disk was never full");
    // an upload lies beside the store until it is committed
    let upload = service
        .request(Method::POST, "/api/imports?layer=cases&name=a.geojson")
        // the rest of a refused upload is not read, so the connection ends with it
        .header("connection", "close")
        .body(vec![b' '; 1 << 20]);
    let upload = upload.send().await.unwrap();
    assert_eq!(upload.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: Json = upload.json().await.unwrap();
    assert_eq!(problem["type"], "/problems/disk-full", "{problem}");
    service.ok("/api/locate?lon=108.96&lat=34.22").await;
    service.ok("/api/collections/cases/items?limit=5").await;
    std::fs::remove_file(&filler).unwrap();
    assert_eq!(write("AFTER").await.0, StatusCode::CREATED);
    acknowledged.push("AFTER".to_owned());
    assert_eq!(sqlite3(&store, "PRAGMA integrity_check"), "ok");
    let there = sqlite3(
        &store,
        "SELECT code FROM cases WHERE code LIKE 'FULL-%' OR code IN ('BEFORE', 'AFTER') ORDER BY id",
    );
    assert_eq!(there.lines().collect::<Vec<_>>(), acknowledged);
    println!(
        "{refusals} writes refused on the full disk, {} acknowledged, all there",
        acknowledged.len()
    );
}

#[tokio::test]
async fn a_database_that_is_read_only_locked_or_closed_refuses_writes_with_the_reason() {
    let cluster = Cluster::primary();
    let service = TestService::on(&cluster.url(), &[]);
    let write = async |code: &str| {
        let request = service
            .request(Method::POST, "/api/collections/cases/items")
            .json(&case(code));
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let refused = |(status, body): (StatusCode, String), slug: &str| {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
        assert!(body.contains(slug), "{body}");
    };
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'minqing' AND pid <> pg_backend_pid()";
    cluster.psql(
        "postgres",
        "ALTER DATABASE minqing SET default_transaction_read_only = on",
    );
    cluster.psql("postgres", cut);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    refused(write("READ-ONLY").await, "read-only");
    cluster.psql(
        "postgres",
        "ALTER DATABASE minqing RESET default_transaction_read_only",
    );
    cluster.psql("postgres", cut);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let url = cluster.url();
    let locked = tokio::task::spawn_blocking(move || {
        crate::cluster::psql(&url, "BEGIN; LOCK TABLE cases; SELECT pg_sleep(13)")
    });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    refused(write("LOCKED").await, "store-busy");
    service.ok("/api/collections/cases/items").await;
    locked.await.unwrap();
    cluster.psql("postgres", "ALTER DATABASE minqing ALLOW_CONNECTIONS false");
    cluster.psql("postgres", cut);
    refused(write("CLOSED").await, "store-unavailable");
    service.ok("/api/locate?lon=108.96&lat=34.22").await;
    cluster.psql("postgres", "ALTER DATABASE minqing ALLOW_CONNECTIONS true");
    let began = std::time::Instant::now();
    while write("OPEN").await.0 != StatusCode::CREATED {
        assert!(began.elapsed().as_secs() < 15, "it does not write again");
    }
    assert_eq!(
        cluster.psql("minqing", "SELECT string_agg(code, ',') FROM cases"),
        "OPEN"
    );
}

#[tokio::test]
async fn ten_districts_of_one_database_are_served_by_their_own_instances() {
    let cluster = Cluster::primary();
    succeeded(&[
        "migrate",
        "--from",
        text(demo_store()),
        "--to",
        &cluster.url(),
    ]);
    // a second subdistrict with a community and a building by code
    cluster.psql("minqing", "INSERT INTO subdistricts (code, name) VALUES ('610114001', '邻街道'); \
        INSERT INTO communities (code, subdistrict_code, geom) VALUES ('610114001001', '610114001', ST_Multi(ST_MakeEnvelope(110, 34, 110.1, 34.1, 4326))); \
        INSERT INTO buildings (code, geom) VALUES ('61011400100100001', ST_Multi(ST_MakeEnvelope(110.01, 34.01, 110.011, 34.011, 4326)))");
    let whole = TestService::on(&cluster.url(), &[]);
    let east = TestService::on(&cluster.url(), &["--scope", "610113"]);
    let west = TestService::on(&cluster.url(), &["--scope", "610114"]);
    let demo = buildings();
    let count = async |service: &TestService| {
        service.ok("/health/ready").await["layers"]["buildings"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(
        (count(&whole).await, count(&east).await, count(&west).await),
        (demo + 1, demo, 1)
    );
    let place = "/api/collections/buildings/items";
    let house = |lon: f64| json!({ "type": "Feature", "properties": { "code": format!("NEU-{lon}") }, "geometry": { "type": "MultiPolygon", "coordinates": [[[[lon, 34.02], [lon + 1e-4, 34.02], [lon + 1e-4, 34.0201], [lon, 34.02]]]] } });
    let outside = east
        .request(Method::POST, place)
        .json(&house(110.02))
        .send()
        .await
        .unwrap();
    assert_eq!(outside.status(), StatusCode::FORBIDDEN);
    let inside = west
        .request(Method::POST, place)
        .json(&house(110.02))
        .send()
        .await
        .unwrap();
    assert_eq!(inside.status(), StatusCode::CREATED);
    let revision = inside.headers()["minqing-revision"].clone();
    for service in [&whole, &east] {
        let seen = service
            .request(Method::GET, "/health/live")
            .header("minqing-min-revision", revision.clone());
        assert_eq!(seen.send().await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(
        (count(&whole).await, count(&east).await, count(&west).await),
        (demo + 2, demo, 2)
    );
}
