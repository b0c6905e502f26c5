//! Two instances on one PostGIS, edited by everyone at once: nothing is missed, doubled or late.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, psql};
use crate::driver::{TestService, said};

/// Edits of all writers together; `MINQING_EDITS` asks for another number.
fn edits() -> usize {
    let asked = std::env::var_os("MINQING_EDITS");
    asked.map_or(10_000, |edits| edits.to_str().unwrap().parse().unwrap())
}

/// Records that all writers edit.
const RECORDS: usize = 400;

fn case(code: &str, name: &str) -> Json {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": code, "name": name, "status": "accepted" },
    })
}

async fn make_one(client: &Client, url: &str, code: &str, gone_again: bool) {
    let items = format!("{url}/api/collections/cases/items");
    let made = client.post(&items).json(&case(code, "新"));
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    if gone_again {
        let place = format!("{url}{}", made.headers()["location"].to_str().unwrap());
        let tag = made.headers()["etag"].clone();
        let gone = client.delete(&place).header("if-match", tag);
        assert_eq!(gone.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
}

/// Renames a record that others edit as well: the one who comes late is told so and looks again.
async fn rename(client: &Client, place: &str, name: &str) {
    loop {
        let now = client.get(place).send().await.unwrap();
        let (tag, body): (_, Json) = (now.headers()["etag"].clone(), now.json().await.unwrap());
        let changed = case(body["properties"]["code"].as_str().unwrap(), name);
        let answer = client.put(place).header("if-match", tag).json(&changed);
        let answer = answer.send().await.unwrap();
        match answer.status() {
            StatusCode::OK => return,
            StatusCode::PRECONDITION_FAILED => {}
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    }
}

/// One writer over HTTP: new records, changes with the revision seen, deletes of its own.
async fn write_over_http(url: String, lane: usize, many: usize, done: Arc<AtomicUsize>) {
    let client = Client::new();
    let items = format!("{url}/api/collections/cases/items");
    for number in 0..many {
        let code = format!("HTTP-{lane}-{number}");
        if number % 4 == 0 {
            let gone_again = number % 8 == 0;
            make_one(&client, &url, &code, gone_again).await;
        } else {
            let shared = format!("{items}/{}", 1 + (number * 7 + lane * 13) % RECORDS);
            rename(&client, &shared, &format!("{lane}:{number}")).await;
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// One writer in psql: transactions that stay open while others commit, and some that are rolled back.
fn write_by_psql(url: &str, lane: usize, many: usize) -> std::process::Child {
    let mut script = String::new();
    for number in 0..many / 5 {
        let first = (number * 11 + lane * 17) % RECORDS;
        script.push_str("BEGIN;\n");
        // in the order of ids, so that two of them cannot wait for each other
        for step in 0..4 {
            let id = 1 + (first + step).min(RECORDS - 1);
            script.push_str(&format!(
                "UPDATE cases SET name = 'psql {lane}:{number}:{step}' WHERE id = {id};\n"
            ));
        }
        script.push_str(&format!("INSERT INTO cases (code, status, geom) VALUES ('PSQL-{lane}-{number}', 'accepted', ST_SetSRID(ST_MakePoint(108.95, 34.21), 4326));\n"));
        if number % 3 == 0 {
            script.push_str("SELECT pg_sleep(0.02);\n");
        }
        script.push_str(if number % 7 == 0 {
            "ROLLBACK;\n"
        } else {
            "COMMIT;\n"
        });
    }
    let mut child = Command::new("psql")
        .args(["-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", url])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::spawn(move || std::io::Write::write_all(&mut stdin, script.as_bytes()));
    child
}

/// One writer by `ogr2ogr`: files of new facilities, one after the other.
fn write_by_ogr(url: &str, many: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = url.replace("postgres://", "postgresql://");
    for batch in 0..many / 50 {
        let features: Vec<Json> = (0..50)
            .map(|n| {
                let (code, lon) = (format!("OGR-{batch}-{n}"), 108.9 + f64::from(n) * 1e-4);
                json!({ "type": "Feature", "properties": { "code": code, "name": "外部" }, "geometry": { "type": "Point", "coordinates": [lon, 34.2] } })
            })
            .collect();
        let file = folder.path().join(format!("{batch}.geojson"));
        std::fs::write(
            &file,
            json!({ "type": "FeatureCollection", "features": features }).to_string(),
        )
        .unwrap();
        let done = Command::new("ogr2ogr")
            .args(["-append", "-nln", "facilities", &url])
            .arg(&file)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
    }
}

/// Writes through one instance now and then, and looks how long after the commit the other shows it.
async fn watch_the_other(
    first: String,
    second: String,
    database: String,
    done: Arc<AtomicUsize>,
    all: usize,
) -> Vec<Duration> {
    let client = Client::new();
    let mut seen: Vec<(i64, Timestamp)> = Vec::new();
    while done.load(Ordering::Relaxed) < all {
        let code = format!("WATCH-{}", seen.len());
        let items = format!("{first}/api/collections/cases/items");
        let made = client
            .post(items)
            .json(&case(&code, "看"))
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let body: Json = made.json().await.unwrap();
        let id = body["id"].as_i64().unwrap();
        let there = format!("{second}/api/collections/cases/items/{id}");
        let began = Instant::now();
        while client.get(&there).send().await.unwrap().status() != StatusCode::OK {
            assert!(
                began.elapsed() < Duration::from_secs(5),
                "{id} is not there after 5 s"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen.push((id, Timestamp::now()));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    // the server's own clock, which is this machine's, tells when each was committed
    let sql = "SELECT feature_id || '|' || (extract(epoch FROM at) * 1000000)::bigint FROM minqing_change JOIN minqing_commit USING (tx) WHERE layer = 'cases' AND op = 'insert'";
    let committed: BTreeMap<i64, i64> = psql(&database, sql)
        .lines()
        .map(|line| line.split_once('|').unwrap())
        .map(|(id, at)| (id.parse().unwrap(), at.parse().unwrap()))
        .collect();
    let took = seen
        .iter()
        .map(|(id, at)| at.as_microsecond() - committed[id]);
    let mut took: Vec<_> = took
        .map(|us| Duration::from_micros(u64::try_from(us).unwrap_or_default()))
        .collect();
    took.sort();
    took
}

/// What an instance shows of a layer, by id: revision, code and name.
async fn shown(service: &TestService, layer: &str) -> BTreeMap<i64, (i64, String, String)> {
    let mut all = BTreeMap::new();
    let mut page = format!("/api/collections/{layer}/items?limit=10000");
    loop {
        let body = service.ok(&page).await;
        for feature in body["features"].as_array().unwrap() {
            let text = |name: &str| {
                feature["properties"][name]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            let revision = feature["properties"]["revision"].as_i64().unwrap();
            all.insert(
                feature["id"].as_i64().unwrap(),
                (revision, text("code"), text("name")),
            );
        }
        let next = body["links"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == "next");
        match next {
            Some(link) => {
                let next = link["href"].as_str().unwrap();
                next.strip_prefix(&service.url)
                    .unwrap()
                    .clone_into(&mut page);
            }
            None => return all,
        }
    }
}

fn stored(url: &str, layer: &str) -> BTreeMap<i64, (i64, String, String)> {
    let sql = format!(
        "SELECT id || '|' || revision || '|' || code || '|' || coalesce(name, '') FROM {layer}"
    );
    let rows = psql(url, &sql);
    let rows = rows.lines().map(|line| {
        let mut parts = line.splitn(4, '|');
        let mut next = || parts.next().unwrap().to_owned();
        (
            next().parse().unwrap(),
            (next().parse().unwrap(), next(), next()),
        )
    });
    rows.collect()
}

async fn metric(service: &TestService, name: &str) -> i64 {
    let text = service
        .request(Method::GET, "/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_instances_end_up_equal_to_the_tables_whoever_wrote() {
    let cluster = Cluster::primary();
    let url = cluster.url();
    let first = TestService::on(&url, &[]);
    let second = TestService::on(&url, &[]);
    psql(
        &url,
        &format!(
            "INSERT INTO cases (id, code, status, geom) SELECT n, 'SHARED-' || n, 'accepted', ST_SetSRID(ST_MakePoint(108.9, 34.2), 4326) FROM generate_series(1, {RECORDS}) n"
        ),
    );
    let all = edits();
    let (by_http, by_psql, by_ogr) = (all * 4 / 10, all * 5 / 10, all / 10);
    let done = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let psqls: Vec<_> = (0..3)
        .map(|lane| write_by_psql(&url, lane, by_psql / 3))
        .collect();
    let ogr = tokio::task::spawn_blocking({
        let url = url.clone();
        move || write_by_ogr(&url, by_ogr)
    });
    let watcher = tokio::spawn(watch_the_other(
        first.url.clone(),
        second.url.clone(),
        url.clone(),
        Arc::clone(&done),
        by_http,
    ));
    let writers: Vec<_> = [&first.url, &second.url, &first.url, &second.url]
        .into_iter()
        .enumerate()
        .map(|(lane, url)| {
            tokio::spawn(write_over_http(
                url.clone(),
                lane,
                by_http / 4,
                Arc::clone(&done),
            ))
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(by_http, Ordering::Relaxed);
    for psql in psqls {
        let ended = psql.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", said(&ended));
    }
    ogr.await.unwrap();
    let took = watcher.await.unwrap();
    let spent = began.elapsed();
    let newest: i64 = psql(&url, "SELECT max(revision) FROM minqing_commit")
        .parse()
        .unwrap();
    let log_rows: i64 = psql(&url, "SELECT count(*) FROM minqing_change")
        .parse()
        .unwrap();
    for service in [&first, &second] {
        let wait = service
            .request(Method::GET, "/health/ready")
            .header("minqing-min-revision", newest);
        assert_eq!(wait.send().await.unwrap().status(), StatusCode::OK);
        for layer in ["cases", "facilities"] {
            assert_eq!(shown(service, layer).await, stored(&url, layer), "{layer}");
        }
        assert_eq!(
            metric(service, "minqing_log_rows_total").await,
            log_rows,
            "rows of the log were missed or doubled"
        );
        assert_eq!(metric(service, "minqing_reloads_total").await, 0);
    }
    let (median, worst) = (took[took.len() / 2], *took.last().unwrap());
    println!(
        "{log_rows} rows of the log in {spent:.1?}; from commit to visible on the other instance, of {} looked at: median {median:.1?}, worst {worst:.1?}",
        took.len()
    );
    assert!(median < Duration::from_millis(100), "median {median:?}");
    assert!(worst < Duration::from_secs(1), "worst {worst:?}");
}

#[tokio::test]
async fn a_client_that_names_the_revision_it_has_seen_never_reads_an_older_map() {
    let cluster = Cluster::primary();
    let url = cluster.url();
    let first = TestService::on(&url, &[]);
    let second = TestService::on(&url, &[]);
    for number in 0..50 {
        let made = first
            .request(Method::POST, "/api/collections/cases/items")
            .json(&case(&format!("OWN-{number}"), "我"))
            .send()
            .await
            .unwrap();
        let revision = made.headers()["minqing-revision"].clone();
        let place = made.headers()["location"].to_str().unwrap().to_owned();
        let read = second
            .request(Method::GET, &place)
            .header("minqing-min-revision", revision)
            .send()
            .await
            .unwrap();
        assert_eq!(read.status(), StatusCode::OK, "{number}");
    }
    let far = second
        .request(Method::GET, "/api/locate?lon=108.96&lat=34.22")
        .header("minqing-min-revision", "999999999");
    let refused = far.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    let bad = second
        .request(Method::GET, "/api")
        .header("minqing-min-revision", "soon")
        .send()
        .await
        .unwrap();
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
}
