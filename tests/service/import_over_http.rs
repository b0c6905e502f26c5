//! Imports as jobs: uploaded, read, looked at, read in another way, committed, taken back.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value as Json;

use crate::driver::TestService;

impl TestService {
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, Json) {
        let answer = self.request(method, path).body(body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Json::String(text)),
        )
    }

    /// Uploads a file and gives its id.
    pub(crate) async fn upload(&self, query: &str, body: impl Into<reqwest::Body>) -> String {
        let (status, job) = self
            .send(Method::POST, &format!("/api/imports?{query}"), body)
            .await;
        assert_eq!(status, StatusCode::ACCEPTED, "{job}");
        job["id"].as_str().unwrap().to_owned()
    }

    /// The import once nothing is being done any more.
    pub(crate) async fn settled(&self, id: &str) -> Json {
        for _ in 0..1500 {
            let job = self.ok(&format!("/api/imports/{id}")).await;
            if !["queued", "reading", "writing"].contains(&job["state"].as_str().unwrap()) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{id} does not end");
    }

    async fn post(&self, path: &str) -> (StatusCode, Json) {
        self.send(Method::POST, path, "").await
    }

    /// How many facilities have a code that begins so, once the map shows `count`.
    async fn shows(&self, prefix: &str, count: u64) {
        let path =
            format!("/api/collections/facilities/items?filter=code%20LIKE%20%27{prefix}%25%27");
        for _ in 0..200 {
            if self.ok(&path).await["numberMatched"] == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "{prefix} is not there {count} times: {}",
            self.ok(&path).await
        );
    }
}

/// A ledger as an office has it: GBK, coordinates from `AMap`, which it does not say.
fn ledger() -> Vec<u8> {
    let text = "编码,名称,经度,纬度,地址,层数\nHT1,东街服务站,108.9547,34.2185,东街1号,3\nHT2,西街服务站,108.9557,34.2185,西街2号,3\nHT3,没有坐标的站,,,南街3号,3\n";
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[tokio::test]
async fn a_ledger_is_uploaded_mended_committed_and_taken_back() {
    let service = TestService::with_demo();
    let id = service
        .upload("name=ledger.csv&layer=facilities&dry-run=true", ledger())
        .await;
    let job = service.settled(&id).await;
    assert_eq!(job["state"], "failed", "degrees of which datum: {job}");
    assert_eq!(job["failure"]["code"], "which_crs");
    assert_eq!(job["failure"]["crs"].as_array().unwrap().len(), 3, "{job}");

    let (status, _) = service
        .send(Method::PATCH, &format!("/api/imports/{id}?crs=GCJ02"), "")
        .await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let job = service.settled(&id).await;
    assert_eq!(job["state"], "ready", "{job}");
    assert_eq!(job["report"]["features"], 3);
    assert_eq!(
        (&job["report"]["taken"], &job["report"]["refused"]),
        (&2.into(), &1.into())
    );
    assert_eq!(job["report"]["effect"]["insert"], 2);
    let about: Vec<&str> = job["report"]["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["about"].as_str().unwrap())
        .collect();
    assert!(
        about.contains(&"encoding") && about.contains(&"crs"),
        "{about:?}"
    );
    let columns = job["report"]["columns"].as_array().unwrap();
    let at = columns
        .iter()
        .position(|column| column["column"] == "名称")
        .unwrap();
    assert_eq!(columns[at]["field"], "name");
    assert_eq!(job["samples"][at][0], "东街服务站");

    let preview = service.ok(&format!("/api/imports/{id}/preview")).await;
    let drafts: Vec<&Json> = preview["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["properties"]["is"] == "draft")
        .collect();
    assert_eq!(drafts.len(), 2);
    let lon = drafts[0]["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((lon - 108.9547).abs() > 0.003, "GCJ-02 lies beside: {lon}");
    let report = service.ok(&format!("/api/imports/{id}/report.json")).await;
    assert_eq!(report["entries"][0]["line"], 4);
    let (status, page) = service.get(&format!("/api/imports/{id}/report.html")).await;
    assert!(status == StatusCode::OK && page.as_str().unwrap().contains("导入报告"));
    service.shows("HT", 0).await;

    let (status, job) = service.post(&format!("/api/imports/{id}/commit")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{job}");
    let job = service.settled(&id).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["report"]["effect"]["written"], true);
    service.shows("HT", 2).await;
    let (status, again) = service.post(&format!("/api/imports/{id}/commit")).await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");

    let (status, undone) = service.post(&format!("/api/imports/{id}/undo")).await;
    assert_eq!(status, StatusCode::OK, "{undone}");
    service.shows("HT", 0).await;
    assert_eq!(
        service.ok(&format!("/api/imports/{id}")).await["state"],
        "undone"
    );
    let (status, again) = service.post(&format!("/api/imports/{id}/undo")).await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");
}

#[tokio::test]
async fn an_import_of_an_earlier_run_is_known_and_is_not_undone_over_later_edits() {
    let mut first = TestService::with_demo();
    let id = first
        .upload("name=a.csv&layer=facilities&crs=CRS84", ledger())
        .await;
    let job = first.settled(&id).await;
    assert_eq!(job["state"], "done", "{job}");
    let batch = job["batch"]["id"].as_str().unwrap().to_owned();
    first.kill();
    let folder = first.take_folder();
    let service = TestService::launch(&first.store, folder);
    assert_eq!(
        service.ok(&format!("/api/imports/{batch}")).await["state"],
        "done"
    );
    let known = service.ok("/api/imports").await;
    assert_eq!(known["batches"][0]["id"], batch.as_str());

    let found = service
        .ok("/api/collections/facilities/items?filter=code%3D%27HT1%27")
        .await;
    let mut one = found["features"][0].clone();
    one["properties"]["name"] = "改过的站".into();
    let item = format!("/api/collections/facilities/items/{}", one["id"]);
    let tag = format!("\"{}\"", one["properties"]["revision"]);
    let edited = service
        .request(Method::PUT, &item)
        .header("if-match", tag)
        .json(&one)
        .send()
        .await
        .unwrap();
    assert_eq!(edited.status(), StatusCode::OK);
    let (status, problem) = service.post(&format!("/api/imports/{batch}/undo")).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert!(
        problem["detail"].as_str().unwrap().contains("HT1"),
        "{problem}"
    );
    service.shows("HT", 2).await;
}

#[tokio::test]
async fn a_shapefile_comes_in_a_form_with_all_its_files() {
    let service = TestService::with_demo();
    let part = |name: &str, file: Option<&str>, body: &[u8]| {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        [head.as_bytes(), body, b"\r\n"].concat()
    };
    let shp = std::fs::File::open("tests/fixtures/ingest/houses4524.shp.zip").unwrap();
    let mut archive = zip::ZipArchive::new(shp).unwrap();
    let mut form = part("layer", None, b"buildings");
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        form.extend(part("file", Some(&name), &bytes));
    }
    form.extend(b"--edge--\r\n");
    let answer = service
        .request(Method::POST, "/api/imports?dry-run=true")
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let job: Json = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let job = service.settled(job["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], "ready", "{job}");
    assert!(job["report"]["taken"].as_u64().unwrap() > 0, "{job}");
}

#[tokio::test]
async fn profiles_are_kept_used_and_forgotten() {
    let service = TestService::with_demo();
    let (status, kept) = service
        .send(
            Method::PUT,
            "/api/import-profiles/%E6%9C%88%E6%8A%A5",
            r#"{"layer":"facilities","crs":"GCJ02","map":[["地址","name"]]}"#,
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{kept}");
    let id = service
        .upload(
            "name=a.csv&profile=%E6%9C%88%E6%8A%A5&dry-run=true",
            ledger(),
        )
        .await;
    let job = service.settled(&id).await;
    assert_eq!(
        (&job["state"], &job["settings"]["crs"]),
        (&"ready".into(), &"GCJ02".into()),
        "{job}"
    );
    let (status, refused) = service
        .send(
            Method::PUT,
            "/api/import-profiles/x",
            r#"{"layer":"facilities","map":[["地址","colour"]]}"#,
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let (status, refused) = service
        .send(Method::PUT, "/api/import-profiles/x", r#"{"colour":"red"}"#)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    assert_eq!(
        service.ok("/api/import-profiles").await["profiles"][0]["name"],
        "月报"
    );
    let (status, _) = service
        .send(
            Method::DELETE,
            "/api/import-profiles/%E6%9C%88%E6%8A%A5",
            "",
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, gone) = service
        .send(
            Method::POST,
            "/api/imports?name=a.csv&profile=%E6%9C%88%E6%8A%A5",
            ledger(),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{gone}");
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words_and_leaves_nothing() {
    let service = TestService::with_demo();
    for (query, status, word) in [
        ("name=a.csv", 400, "图层"),
        ("layer=facilities", 400, "文件名"),
        ("name=a.csv&layer=houses", 400, "houses"),
        ("name=a.csv&layer=facilities&crs=EPSG:1", 400, "EPSG:1"),
        ("name=a.csv&layer=facilities&colour=red", 400, "colour"),
        ("name=a.csv&layer=facilities&dry-run=maybe", 400, "maybe"),
        ("name=a.csv&layer=facilities&map[]=x", 400, "x"),
        (
            "name=a.csv&layer=facilities&on-conflict=merge",
            400,
            "merge",
        ),
    ] {
        let (got, problem) = service
            .send(Method::POST, &format!("/api/imports?{query}"), ledger())
            .await;
        assert_eq!(got.as_u16(), status, "{query}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{query}: {problem}"
        );
    }
    let (status, _) = service.get("/api/imports/20200101T000000000000").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        service.ok("/api/imports").await["imports"]
            .as_array()
            .unwrap()
            .len(),
        0
    );

    let id = service
        .upload("name=a.xlsx&layer=facilities", "no workbook at all")
        .await;
    let job = service.settled(&id).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert!(
        !job.to_string().contains("upload."),
        "the path is no one's business: {job}"
    );
}

#[tokio::test]
async fn one_import_at_a_time_and_a_cancelled_one_leaves_the_store_as_it_was() {
    let service = TestService::with_demo();
    let rows: Vec<String> = (0..40_000)
        .map(|at| {
            format!(
                "Q{at},站,{},{}",
                108.9 + f64::from(at % 200) / 2000.0,
                34.2 + f64::from(at / 200) / 4000.0
            )
        })
        .collect();
    let big = format!("编码,名称,经度,纬度\n{}\n", rows.join("\n"));
    let first = service
        .upload("name=big.csv&layer=facilities&crs=CRS84", big)
        .await;
    let second = service
        .upload(
            "name=a.csv&layer=facilities&crs=CRS84&dry-run=true",
            ledger(),
        )
        .await;
    let before = service.ok("/health/ready").await["layers"]["facilities"].clone();
    loop {
        // the second is asked first: what it says was so while the first had not ended
        let other = service.ok(&format!("/api/imports/{second}")).await;
        let job = service.ok(&format!("/api/imports/{first}")).await;
        assert_ne!(job["state"], "done", "it was too quick to be stopped");
        if job["state"] == "writing" && job["progress"]["rows"].as_u64().unwrap() > 1000 {
            assert_eq!(other["state"], "queued", "one at a time");
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (status, _) = service
        .send(Method::DELETE, &format!("/api/imports/{first}"), "")
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        service.settled(&second).await["state"],
        "ready",
        "the next has its turn"
    );
    assert_eq!(
        service.get(&format!("/api/imports/{first}")).await.0,
        StatusCode::NOT_FOUND
    );
    service.shows("Q", 0).await;
    assert_eq!(
        service.ok("/health/ready").await["layers"]["facilities"],
        before
    );

    let mut open = 1;
    loop {
        let (status, answer) = service
            .send(
                Method::POST,
                "/api/imports?name=a.csv&layer=facilities&crs=CRS84&dry-run=true",
                ledger(),
            )
            .await;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(answer["detail"].as_str().unwrap().contains('8'), "{answer}");
            break;
        }
        open += 1;
        assert!(open <= 8, "there is a bound");
    }
}
