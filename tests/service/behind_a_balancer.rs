//! Two instances behind the balancer of `deploy/`: one address, and an instance that dies is not missed.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, free_port};
use crate::driver::{TestService, said};

/// nginx with the settings of `deploy/nginx.conf`, the names of the containers replaced.
struct Balancer {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Balancer {
    fn before(first: &TestService, second: &TestService) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let host = |service: &TestService| service.url.replace("http://", "");
        let site = include_str!("../../deploy/nginx.conf")
            .replace("one:8080", &host(first))
            .replace("two:8080", &host(second))
            .replace("listen 8080", &format!("listen 127.0.0.1:{port}"));
        let home = folder.path().display();
        let paths: Vec<String> = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {home}/{name};"))
            .collect();
        let settings = format!(
            "daemon off; pid {home}/pid; error_log {home}/error.log; events {{}}\nhttp {{ access_log off; {}\n{site}}}",
            paths.join(" ")
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, settings).unwrap();
        let tested = Command::new("nginx")
            .arg("-t")
            .arg("-c")
            .arg(&file)
            .output();
        let tested = tested.expect("nginx is not installed: scripts/install-test-tools");
        assert!(tested.status.success(), "{}", said(&tested));
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            _folder: folder,
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _workers_too = Command::new("kill")
            .arg(self.child.id().to_string())
            .output();
        let _ended = self.child.wait();
    }
}

#[tokio::test]
async fn one_address_reads_what_was_written_and_outlives_an_instance() {
    let cluster = Cluster::primary();
    let first = TestService::on(&cluster.url(), &[]);
    let mut second = TestService::on(&cluster.url(), &[]);
    let balancer = Balancer::before(&first, &second);
    let client = Client::new();
    let began = Instant::now();
    let live = format!("{}/health/live", balancer.url);
    while client.get(&live).send().await.is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "nginx does not come up"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let items = format!("{}/api/collections/cases/items", balancer.url);
    let write = async |code: String| {
        let case = json!({
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] },
            "properties": { "code": code, "status": "accepted" },
        });
        let made = client.post(&items).json(&case).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        made.headers()["minqing-revision"].clone()
    };
    let count = async |seen| {
        let asked = client.get(format!("{items}?limit=1"));
        let answer = asked
            .header("minqing-min-revision", seen)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Json = answer.json().await.unwrap();
        body["numberMatched"].as_u64().unwrap()
    };
    for number in 0..20 {
        let seen = write(format!("BALANCED-{number}")).await;
        assert_eq!(count(seen).await, number + 1);
    }
    second.kill();
    for _ in 0..20 {
        let answer = client.get(&items).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
