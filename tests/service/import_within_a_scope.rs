//! An instance that serves one community says before a commit which rows of a file belong to another.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value as Json;

use crate::driver::{TestService, demo_store};

/// The import once nothing is being done any more.
async fn settled(service: &TestService, id: &str) -> Json {
    for _ in 0..1500 {
        let job = service.ok(&format!("/api/imports/{id}")).await;
        if !["queued", "reading", "writing"].contains(&job["state"].as_str().unwrap()) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} does not end");
}

#[tokio::test]
async fn a_dry_run_refuses_the_rows_that_the_commit_would_refuse_the_file_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let service = TestService::on(store.to_str().unwrap(), &["--scope", "610113902001"]);
    let posts = "code,name,target_code\nZ-1,here,610113902001\nZ-2,elsewhere,610113902002\n";
    let upload = service
        .request(
            Method::POST,
            "/api/imports?name=posts.csv&layer=posts&dry-run=true",
        )
        .body(posts);
    let answer = upload.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let job: Json = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let id = job["id"].as_str().unwrap();
    let job = settled(&service, id).await;
    assert_eq!(job["state"], "ready", "{job}");
    let report = &job["report"];
    assert_eq!(report["effect"]["insert"], 1, "{report}");
    assert_eq!(
        (&report["taken"], &report["refused"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    let whole = service.ok(&format!("/api/imports/{id}/report.json")).await;
    let whole = whole.to_string();
    assert!(
        whole.contains("out_of_scope") && whole.contains("Z-2"),
        "{whole}"
    );
    let commit = service.request(Method::POST, &format!("/api/imports/{id}/commit"));
    commit.send().await.unwrap();
    let job = settled(&service, id).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert!(job["failure"].to_string().contains("610113902001"), "{job}");
}
