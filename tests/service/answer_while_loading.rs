//! A large map takes its time to load: whoever asks meanwhile is answered at once, and told what is going on.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::Value as Json;
use tokio::time::sleep;

use crate::cluster::free_port;
use crate::driver::{PROGRAM, demo_store, said};

/// Houses that are added to the demo, far from each other and from it.
const HOUSES: u32 = 120_000;

/// Writes them as another program does, without the change log: it would take most of the time.
const ADD: &str = r#"
import sqlite3, struct, sys
store = sqlite3.connect(sys.argv[1])
def house(n):
    x, y, d = 109 + n % 1000 * 2e-4, 35 + n // 1000 * 2e-4, 1e-4
    ring = [x, y, x + d, y, x + d, y + d, x, y + d, x, y]
    wkb = struct.pack('<BII', 1, 6, 1) + struct.pack('<BIII', 1, 3, 1, 5) + struct.pack('<10d', *ring)
    return (f'H{n}', b'GP\0\1' + struct.pack('<i', 4326) + wkb, 1, '2026-03-01T00:00:00.000Z', 'test')
triggers = store.execute("select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'buildings'").fetchall()
for name, _ in triggers: store.execute(f'drop trigger {name}')
store.executemany('insert into buildings (code, geom, revision, updated_at, updated_by) values (?, ?, ?, ?, ?)',
                  (house(n) for n in range(int(sys.argv[2]))))
for _, sql in triggers: store.execute(sql)
store.commit()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_alive_and_says_what_it_does_while_the_map_loads() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let added = Command::new("/usr/bin/python3")
        .args(["-c", ADD, store.to_str().unwrap(), &HOUSES.to_string()])
        .output()
        .unwrap();
    assert!(added.status.success(), "{}", said(&added));
    let address = format!("127.0.0.1:{}", free_port());
    let mut server = Command::new(PROGRAM)
        .args([
            "serve",
            "--store",
            store.to_str().unwrap(),
            "--listen",
            &address,
        ])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = Client::new();
    let ask = async |path: &str| {
        let asked = Instant::now();
        let request = client.get(format!("http://{address}{path}"));
        let answer = request.header("accept-language", "zh").send().await.ok()?;
        let (status, retry) = (
            answer.status(),
            answer.headers().contains_key("retry-after"),
        );
        let body = answer.text().await.ok()?;
        Some((status, retry, body, asked.elapsed()))
    };
    let began = Instant::now();
    let (mut slowest, mut told, mut is_known) = (Duration::ZERO, Vec::new(), false);
    loop {
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "it never serves: {told:?}"
        );
        if let Some((status, _, body, after)) = ask("/health/live").await {
            assert_eq!((status, &*body), (StatusCode::OK, "live"));
            slowest = slowest.max(after);
            is_known = true;
        } else {
            assert!(!is_known, "it was there and is not any more");
        }
        if let Some((status, retry, body, _)) = ask("/health/ready").await {
            if status == StatusCode::OK {
                break;
            }
            assert!(status == StatusCode::SERVICE_UNAVAILABLE && retry, "{body}");
            let body: Json = serde_json::from_str(&body).unwrap();
            told.push((body["state"].clone(), body["detail"].clone()));
            if let Some((status, retry, ..)) = ask("/api/locate?lon=108.96&lat=34.22").await {
                let is_there = status == StatusCode::OK;
                assert!(is_there || (status == StatusCode::SERVICE_UNAVAILABLE && retry));
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
    let loaded = ask("/health/ready").await.unwrap();
    let loaded: Json = serde_json::from_str(&loaded.2).unwrap();
    assert!(loaded["layers"]["buildings"].as_u64().unwrap() > u64::from(HOUSES));
    let _gone = server.kill();
    let _gone = server.wait();
    let loading = |(state, detail): &&(Json, Json)| {
        state == "loading"
            && detail
                .as_str()
                .is_some_and(|text| text.contains("正在载入"))
    };
    assert!(told.iter().any(|each| loading(&each)), "{told:?}");
    println!(
        "asked {} times, the slowest answer took {slowest:?}",
        told.len()
    );
    // alone on its machine it takes a few milliseconds; many tests run beside it
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}
