//! Many clients edit the same records at once: no change is lost, none is made up, the history has each of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::Stored;

const CLIENTS: usize = 16;
const RECORDS: usize = 100;
const CASES: &str = "/api/collections/cases/items";

/// How long they edit; `MINQING_LOAD_SECONDS` asks for longer.
fn how_long() -> Duration {
    let asked = std::env::var_os("MINQING_LOAD_SECONDS");
    Duration::from_secs(asked.map_or(4, |seconds| seconds.to_str().unwrap().parse().unwrap()))
}

/// What one client was acknowledged: the record, and the name that it wrote.
async fn edit_on(url: String, lane: usize, until: Instant) -> (Vec<(usize, String)>, usize) {
    let client = Client::new();
    let (mut done, mut refused) = (Vec::new(), 0);
    let mut number = 0;
    while Instant::now() < until {
        number += 1;
        let id = 1 + (number * 37 + lane * 11) % RECORDS;
        let place = format!("{url}{CASES}/{id}");
        // a body that is compressed has a tag of its own
        let asked = client.get(&place).header("accept-encoding", "identity");
        let seen = asked.send().await.unwrap();
        assert_eq!(seen.status(), StatusCode::OK);
        let tag = seen.headers()["etag"].to_str().unwrap().to_owned();
        // the name says on what it was laid
        let name = format!("{lane}:{number}:{}", tag.trim_matches('"'));
        let patch = client.patch(&place).header("if-match", &tag);
        let answer = patch.json(&json!({ "properties": { "name": name } }));
        let answer = answer.send().await.unwrap();
        match answer.status() {
            StatusCode::OK => done.push((id, name)),
            StatusCode::PRECONDITION_FAILED => refused += 1,
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    }
    (done, refused)
}

async fn sixteen_clients_edit_the_same_records_and_nothing_is_lost(stored: Stored) {
    let service = Arc::new(stored.service);
    let rows = "SELECT count(*) FROM minqing_change WHERE layer = 'cases' AND op = 'update'";
    let before: usize = Stored::ask(&stored.store, rows).parse().unwrap();
    let until = Instant::now() + how_long();
    let clients = (0..CLIENTS).map(|lane| tokio::spawn(edit_on(service.url.clone(), lane, until)));
    let mut acknowledged: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let (mut done, mut refused) = (0, 0);
    for client in clients.collect::<Vec<_>>() {
        let (names, late) = client.await.unwrap();
        refused += late;
        done += names.len();
        for (id, name) in names {
            acknowledged.entry(id).or_default().push(name);
        }
    }
    println!("{done} changes were made, {refused} came late");
    assert!(done > 0);
    let after: usize = Stored::ask(&stored.store, rows).parse().unwrap();
    assert_eq!(
        after - before,
        done,
        "the sum of what was acknowledged is what the log says"
    );
    for id in 1..=RECORDS {
        let told = service.ok(&format!("{CASES}/{id}/versions")).await;
        let versions = told["versions"].as_array().unwrap();
        let mut names: Vec<String> = Vec::new();
        let mut last = Json::Null;
        for version in versions {
            if version["change"] == "changed" {
                let name = version["feature"]["properties"]["name"].as_str().unwrap();
                // each was laid on the one before it
                assert_eq!(name.rsplit(':').next().unwrap(), last.to_string(), "{told}");
                names.push(name.to_owned());
            }
            last = version["revision"].clone();
        }
        let mut wanted = acknowledged.remove(&id).unwrap_or_default();
        names.sort();
        wanted.sort();
        assert_eq!(names, wanted, "record {id}");
    }
}

crate::driver::on_both_stores! {
    sixteen_clients_edit_the_same_records_and_nothing_is_lost
}
