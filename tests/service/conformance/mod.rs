//! The abstract tests of the OGC's standards, each named by its id, against a served demo.

mod edits;
mod features;
mod filters;
mod matrices;
mod systems;
mod tiles;

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::Value as Json;

use crate::driver::{Stored, TestService};

const FACTS: &str = "geodata/facts/ogc_abstract_tests.json";
const SPEC: &str = "http://www.opengis.net/spec/";

/// What has been run, and what of it failed.
#[derive(Debug, Default)]
struct Run {
    class: String,
    done: BTreeSet<(String, String)>,
    failed: Vec<String>,
}

impl Run {
    /// The tests from here on are of `class`.
    fn class(&mut self, class: &str) {
        self.class = format!("{SPEC}{class}");
    }

    /// The tests with these ids, after the last part of their class, hold.
    fn check(&mut self, ids: &str, holds: bool) {
        let short = self.class.rsplit('/').next().unwrap();
        for id in ids.split(' ') {
            let id = format!("/conf/{short}/{id}");
            if !holds {
                self.failed.push(format!("{}: {id}", self.class));
            }
            self.done.insert((self.class.clone(), id));
        }
    }
}

/// Status, media type, headers and body of one answer.
struct Told {
    status: StatusCode,
    kind: String,
    crs: Option<String>,
    text: String,
}

impl Told {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or(Json::Null)
    }

    fn is_problem(&self, status: u16) -> bool {
        self.status == status && self.kind.starts_with("application/problem+json")
    }
}

async fn ask(service: &TestService, path: &str) -> Told {
    ask_for(service, path, None).await
}

async fn ask_for(service: &TestService, path: &str, accept: Option<&str>) -> Told {
    let mut request = service.request(Method::GET, path);
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    let answer = request.send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    Told {
        status: answer.status(),
        kind: header("content-type").unwrap_or_default(),
        crs: header("content-crs"),
        text: answer.text().await.unwrap(),
    }
}

/// Whether `document` links to something with this relation and, unless empty, this media type.
fn links(document: &Json, rel: &str, kind: &str) -> bool {
    let all = document["links"].as_array();
    all.is_some_and(|links| {
        links.iter().any(|link| {
            link["rel"] == rel
                && link["href"]
                    .as_str()
                    .is_some_and(|href| href.starts_with("http"))
                && (kind.is_empty() || link["type"] == kind)
        })
    })
}

async fn check_on(service: &TestService) {
    let mut run = Run::default();
    features::core(service, &mut run).await;
    features::forms(service, &mut run).await;
    features::document(service, &mut run).await;
    systems::crs(service, &mut run).await;
    edits::create_replace_delete(service, &mut run).await;
    edits::update(service, &mut run).await;
    edits::optimistic_locking(service, &mut run).await;
    filters::filters(service, &mut run).await;
    filters::schemas(service, &mut run).await;
    tiles::core(service, &mut run).await;
    tiles::tilesets(service, &mut run).await;
    tiles::resources(service, &mut run).await;
    tiles::forms(service, &mut run).await;
    matrices::matrix_sets(service, &mut run).await;
    matrices::metadata(service, &mut run).await;
    assert!(run.failed.is_empty(), "{:#?}", run.failed);

    // what is claimed is what has been run, and all of each class has been run
    let claimed = ask(service, "/api/conformance").await.json();
    let claimed: BTreeSet<String> = serde_json::from_value(claimed["conformsTo"].clone()).unwrap();
    let claimed: BTreeSet<String> = claimed
        .into_iter()
        .filter(|class| !class.contains("/cql2/"))
        .collect();
    let run_classes: BTreeSet<String> = run.done.iter().map(|(class, _)| class.clone()).collect();
    assert_eq!(claimed, run_classes);
    let facts: Json = serde_json::from_str(&std::fs::read_to_string(FACTS).unwrap()).unwrap();
    for class in &claimed {
        let tests = facts["classes"][class].as_array().expect(class);
        for test in tests {
            let test = (class.clone(), test["id"].as_str().unwrap().to_owned());
            assert!(run.done.contains(&test), "not run: {test:?}");
        }
    }
}

async fn every_abstract_test_of_what_is_claimed_passes(stored: Stored) {
    check_on(&stored.service).await;
}

crate::driver::on_both_stores! {
    every_abstract_test_of_what_is_claimed_passes
}
