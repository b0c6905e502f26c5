//! The database is killed, stopped, away at the start: reads go on, writes are refused cleanly, nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::driver::TestService;

fn case(code: &str) -> Json {
    json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
        "properties": { "code": code, "name": "件", "status": "accepted" },
    })
}

/// Readers that ask without a pause until they are stopped; gives how many answers they had. Each must be good.
fn readers(url: &str, many: usize, stop: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<usize>> {
    let paths = [
        "/api/locate?lon=108.96&lat=34.22",
        "/api/collections/cases/items?limit=5",
        "/tiles/cases/14/13151/6526.mvt",
        "/health/ready",
    ];
    (0..many)
        .map(|reader| {
            let url = format!("{url}{}", paths[reader % paths.len()]);
            let stop = Arc::clone(stop);
            tokio::spawn(async move {
                let client = Client::new();
                let mut answers = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = client
                        .get(&url)
                        .send()
                        .await
                        .expect("a read was not answered");
                    assert!(answer.status().is_success(), "{url}: {}", answer.status());
                    answer.bytes().await.unwrap();
                    answers += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                answers
            })
        })
        .collect()
}

async fn total(readers: Vec<tokio::task::JoinHandle<usize>>) -> usize {
    let mut all = 0;
    for reader in readers {
        all += reader.await.unwrap();
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_primary_is_killed_and_the_standby_takes_over_without_a_lost_write() {
    let primary = Cluster::primary();
    let standby = primary.synchronous_standby();
    let url = format!(
        "postgres://minqing@127.0.0.1:{},127.0.0.1:{}/minqing",
        primary.port, standby.port
    );
    let service = TestService::on(&url, &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let readers = readers(&service.url, 8, &stop);
    let refused = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..4)
        .map(|lane| {
            let (items, stop, refused) = (
                format!("{}/api/collections/cases/items", service.url),
                Arc::clone(&stop),
                Arc::clone(&refused),
            );
            tokio::spawn(async move {
                let client = Client::new();
                let mut acknowledged = Vec::new();
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    let code = format!("FAIL-{lane}-{number}");
                    let answer = client.post(&items).json(&case(&code)).send().await.unwrap();
                    match answer.status() {
                        StatusCode::CREATED => acknowledged.push((Instant::now(), code)),
                        StatusCode::SERVICE_UNAVAILABLE => {
                            assert_eq!(
                                answer.headers()["content-type"],
                                "application/problem+json"
                            );
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        other => panic!("{other}: {}", answer.text().await.unwrap()),
                    }
                    number += 1;
                }
                acknowledged
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    primary.kill();
    let killed = Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    standby.promote();
    let promoted = Instant::now();
    tokio::time::sleep(Duration::from_secs(8)).await;
    stop.store(true, Ordering::Relaxed);
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    let answers = total(readers).await;
    let there = standby.psql("minqing", "SELECT code FROM cases");
    let there: std::collections::HashSet<&str> = there.lines().collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|(_, code)| !there.contains(code.as_str()))
        .collect();
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
    let after = acknowledged.iter().filter(|(at, _)| *at > promoted).count();
    let back = acknowledged
        .iter()
        .map(|(at, _)| *at)
        .filter(|at| *at > promoted)
        .min();
    let back = back.expect("no write succeeded after the promotion");
    println!(
        "{} writes acknowledged ({after} after the promotion), none lost, {} refused; first write {:.1?} after the kill, {:.1?} after the promotion; {answers} reads, none failed",
        acknowledged.len(),
        refused.load(Ordering::Relaxed),
        back - killed,
        back - promoted
    );
    // the map is what the new primary holds
    let revision = standby.psql("minqing", "SELECT max(revision) FROM minqing_commit");
    let found = service
        .request(Method::GET, "/api/collections/cases/items?limit=1")
        .header("minqing-min-revision", revision);
    let found: Json = found.send().await.unwrap().json().await.unwrap();
    assert_eq!(found["numberMatched"].as_u64().unwrap(), there.len() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_lacked_the_last_commits_gives_no_number_a_second_meaning() {
    let primary = Cluster::primary();
    let standby = primary.synchronous_standby();
    let url = format!(
        "postgres://minqing@127.0.0.1:{},127.0.0.1:{}/minqing",
        primary.port, standby.port
    );
    let service = TestService::on(&url, &[]);
    standby.stop();
    primary.psql("minqing", "ALTER SYSTEM RESET synchronous_standby_names");
    primary.psql("minqing", "SELECT pg_reload_conf()");
    let post = async |code: &str| {
        let items = service.request(Method::POST, "/api/collections/cases/items");
        items.json(&case(code)).send().await.unwrap()
    };
    // more than the numbers that PostgreSQL notes ahead
    for number in 0..100 {
        let answer = post(&format!("GONE-{number}")).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    primary.kill();
    standby.start();
    standby.promote();
    let mut refused = 0;
    for number in 0..20 {
        let code = format!("NEW-{number}");
        let began = Instant::now();
        let made = loop {
            let answer = post(&code).await;
            if answer.status() == StatusCode::CREATED {
                break answer.json::<Json>().await.unwrap();
            }
            let status = answer.status();
            let said = answer.text().await.unwrap();
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
            assert!(began.elapsed() < Duration::from_secs(30), "{said}");
            refused += 1;
        };
        assert_eq!(made["properties"]["code"], code);
    }
    let shown = service.ok("/api/collections/cases/items?limit=1000").await;
    let mut shown: Vec<&str> = shown["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["properties"]["code"].as_str().unwrap())
        .collect();
    shown.sort_unstable();
    let there = standby.psql("minqing", "SELECT code FROM cases");
    let mut there: Vec<&str> = there.lines().collect();
    there.sort_unstable();
    assert_eq!(shown, there);
    assert_eq!(shown.len(), 20, "{shown:?}");
    println!("100 commits gone with the primary, {refused} writes refused, 20 made and shown");
}

/// How long the database is away; `MINQING_AWAY_SECONDS` asks for another time than a test run has.
fn away() -> Duration {
    let asked = std::env::var_os("MINQING_AWAY_SECONDS");
    Duration::from_secs(asked.map_or(60, |seconds| seconds.to_str().unwrap().parse().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_database_is_away_for_a_while_and_no_read_fails() {
    let cluster = Cluster::primary();
    let service = TestService::on(&cluster.url(), &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let readers = readers(&service.url, 50, &stop);
    tokio::time::sleep(Duration::from_millis(500)).await;
    cluster.stop();
    tokio::time::sleep(away()).await;
    let ready = service
        .request(Method::GET, "/health/ready")
        .send()
        .await
        .unwrap();
    let stale: u64 = ready.headers()["minqing-stale-seconds"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let ready: Json = ready.json().await.unwrap();
    assert_eq!(ready["status"], "degraded", "{ready}");
    assert!(!ready["reason"].as_str().unwrap().is_empty());
    assert!(stale + 3 >= away().as_secs(), "stale for {stale} s");
    let write = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case("AWAY"))
        .send()
        .await
        .unwrap();
    assert_eq!(write.status(), StatusCode::SERVICE_UNAVAILABLE);
    cluster.start();
    let back = Instant::now();
    let recovered = loop {
        let ready = service
            .request(Method::GET, "/health/ready")
            .send()
            .await
            .unwrap();
        if !ready.headers().contains_key("minqing-stale-seconds") {
            break back.elapsed();
        }
        assert!(
            back.elapsed() < Duration::from_secs(30),
            "it does not come back"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let write = service
        .request(Method::POST, "/api/collections/cases/items")
        .json(&case("BACK"))
        .send()
        .await
        .unwrap();
    assert_eq!(write.status(), StatusCode::CREATED);
    stop.store(true, Ordering::Relaxed);
    let answers = total(readers).await;
    println!(
        "{answers} reads by 50 readers while the database was away for {:?}, none failed; stale {stale} s told; recovered after {recovered:.1?}",
        away()
    );
    assert_eq!(
        cluster.psql("minqing", "SELECT string_agg(code, ',') FROM cases"),
        "BACK"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_there_at_the_start_is_waited_for() {
    let cluster = Cluster::primary();
    cluster.stop();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{port}");
    let mut child = std::process::Command::new(crate::driver::PROGRAM)
        .args([
            "serve",
            "--listen",
            &port.to_string(),
            "--store",
            &cluster.url(),
        ])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let client = Client::new();
    let until = async |path: &str, wanted: StatusCode| {
        let began = Instant::now();
        loop {
            if let Ok(answer) = client
                .get(format!("{url}{path}"))
                .header("accept-language", "zh")
                .send()
                .await
                && answer.status() == wanted
            {
                return answer.text().await.unwrap();
            }
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "{path} is not answered with {wanted}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    until("/health/live", StatusCode::OK).await;
    let said = until("/health/ready", StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(said.contains("数据库暂时无法连接"), "{said}");
    cluster.start();
    until("/health/ready", StatusCode::OK).await;
    child.kill().unwrap();
    child.wait().unwrap();
}
