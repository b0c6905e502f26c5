//! Personal data in a file that is imported is nowhere afterwards: not in the store, the log, a report or a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value as Json;

use crate::driver::PROGRAM;

/// None of these may be found: identity numbers (one with X), telephones, a plate, a named person.
const SECRETS: [&str; 6] = [
    "610113198805120013",
    "11010519491231002X",
    "13912345678",
    "13887654321",
    "陕A12B45",
    "王小二",
];

/// Columns that say nothing of what is in them, and one that does.
const HEADERS: [&str; 8] = [
    "编码",
    "名称",
    "经度",
    "纬度",
    "备注",
    "其他",
    "地址",
    "户主姓名",
];
const ROWS: [[&str; 8]; 3] = [
    [
        "F1",
        "东街服务站",
        "108.95",
        "34.22",
        "经办 13912345678",
        "610113198805120013",
        "东街1号",
        "王小二",
    ],
    [
        "F2",
        "西街 13887654321",
        "108.96",
        "34.22",
        "车停在门口 陕A12B45",
        "11010519491231002X",
        "西街2号",
        "王小二",
    ],
    [
        "F3",
        "南街服务站",
        "108.97",
        "34.22",
        "联系人:王小二",
        "",
        "南街3号 139-1234-5678",
        "王小二",
    ],
];

fn csv() -> Vec<u8> {
    let lines = std::iter::once(HEADERS.join(",")).chain(ROWS.iter().map(|row| row.join(",")));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

fn xlsx() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(std::iter::once(&HEADERS).chain(&ROWS)) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                // A telephone as a number, as spreadsheets have it.
                Ok(number) if cell.len() < 16 => sheet.write(row, column, number).unwrap(),
                _ => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

/// Whether `bytes` hold `secret`, written as UTF-8, GB18030 or UTF-16.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let gbk = encoding_rs::GB18030.encode(secret).0.into_owned();
    [secret.as_bytes().to_vec(), gbk, wide]
        .iter()
        .any(|needle| bytes.windows(needle.len()).any(|window| window == needle))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn assert_clean(what: &str, bytes: &[u8]) {
    // A workbook is packed: its parts are looked at.
    if bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for at in 0..archive.len() {
            let mut part = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_index(at).unwrap(), &mut part).unwrap();
            assert_clean(what, &part);
        }
        return;
    }
    for secret in SECRETS {
        assert!(!holds(bytes, secret), "{what} holds {secret}");
    }
}

fn assert_clean_folder(what: &str, folder: &Path) -> usize {
    let all = files(folder);
    for file in &all {
        assert_clean(
            &format!("{what}: {}", file.display()),
            &fs::read(file).unwrap(),
        );
    }
    all.len()
}

#[test]
fn the_search_finds_what_is_there() {
    let bytes = csv();
    for secret in &SECRETS {
        assert!(holds(&bytes, secret), "{secret}");
    }
    let gbk = encoding_rs::GB18030.encode("户主 王小二").0;
    assert!(holds(&gbk, "王小二"));
    let broken = std::panic::catch_unwind(|| assert_clean("a workbook", &xlsx()));
    assert!(broken.is_err(), "the workbook has them");
}

#[test]
fn by_the_command_line() {
    for (name, bytes) in [("ledger.csv", csv()), ("ledger.xlsx", xlsx())] {
        let (given, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let temporary = folder.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        let file = given.path().join(format!("王小二 13912345678 {name}"));
        fs::write(&file, &bytes).unwrap();
        for (form, more) in [
            ("json", "--dry-run"),
            ("html", "--year=2024"),
            ("xlsx", "--on-conflict=update"),
        ] {
            let report = folder.path().join(format!("report.{form}"));
            let done = Command::new(PROGRAM)
                .args([
                    "import",
                    file.to_str().unwrap(),
                    "--layer",
                    "facilities",
                    "--crs",
                    "CRS84",
                    "--map=其他=opening",
                    "--map=备注=operator",
                ])
                .args(["--store", folder.path().join("map.gpkg").to_str().unwrap()])
                .args(["--report", report.to_str().unwrap(), more])
                .env("TMPDIR", &temporary)
                .env("MINQING_LOG", "trace")
                .output()
                .unwrap();
            assert_eq!(
                done.status.code(),
                Some(1),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            );
            let told = String::from_utf8_lossy(&done.stdout).into_owned();
            assert!(
                told.contains("身份证号") && told.contains("电话号码"),
                "{told}"
            );
            assert_clean("what it said", &done.stdout);
            assert_clean("its log", &done.stderr);
        }
        let looked_at = assert_clean_folder(name, folder.path());
        assert!(looked_at >= 4, "the store and three reports");
        assert_eq!(files(&temporary).len(), 0);
    }
}

struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(store: &Path, uploads: &Path, log: &Path, more: &[&str]) -> Self {
        #[expect(
            clippy::zombie_processes,
            reason = "it is waited for when it is dropped"
        )]
        let child = Command::new(PROGRAM)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--demo",
                "--store",
                store.to_str().unwrap(),
            ])
            .args(["--import-folder", uploads.to_str().unwrap()])
            .args(more)
            .env("NO_COLOR", "1")
            .env("MINQING_LOG", "debug,hyper=info")
            .stderr(Stdio::from(fs::File::create(log).unwrap()))
            .spawn()
            .unwrap();
        loop {
            let text = fs::read_to_string(log).unwrap();
            let line = text.lines().find(|line| line.contains("the map is served"));
            if let Some(at) = line.and_then(|line| line.find("http://").map(|at| &line[at..])) {
                let url = at
                    .split_whitespace()
                    .next()
                    .unwrap()
                    .trim_matches('"')
                    .to_owned();
                return Self { child, url };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    async fn until(&self, id: &str, state: &str) -> Json {
        for _ in 0..600 {
            let (_, body) = self
                .ask(
                    reqwest::Method::GET,
                    &format!("/api/imports/{id}"),
                    Vec::new(),
                )
                .await;
            let body: Json = serde_json::from_slice(&body).unwrap();
            if body["state"] == state {
                return body;
            }
            assert_ne!(body["state"], "failed", "{body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{id} never came to be {state}");
    }

    async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Vec<u8>,
    ) -> (StatusCode, Vec<u8>) {
        let answer = Client::new()
            .request(method, format!("{}{path}", self.url))
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.bytes().await.unwrap().to_vec())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn over_http() {
    use reqwest::Method;
    let folder = tempfile::tempdir().unwrap();
    let (store, uploads, log) = (
        folder.path().join("store"),
        folder.path().join("uploads"),
        folder.path().join("log"),
    );
    fs::create_dir(&store).unwrap();
    let served = Served::start(&store.join("map.gpkg"), &uploads, &log, &[]);
    for (name, bytes) in [("csv", csv()), ("xlsx", xlsx())] {
        let path = format!(
            "/api/imports?name=%E7%8E%8B%E5%B0%8F%E4%BA%8C13912345678.{name}&layer=facilities&crs=CRS84&map[]=%E5%85%B6%E4%BB%96=opening&map[]=%E5%A4%87%E6%B3%A8=operator&on-conflict=update&dry-run=true"
        );
        let (status, body) = served.ask(Method::POST, &path, bytes).await;
        assert_eq!(
            status,
            StatusCode::ACCEPTED,
            "{}",
            String::from_utf8_lossy(&body)
        );
        assert_clean("the answer", &body);
        let job: Json = serde_json::from_slice(&body).unwrap();
        let id = job["id"].as_str().unwrap();
        served.until(id, "ready").await;
        assert!(files(&uploads).len() > 1, "the raw file waits");
        for part in [
            "",
            "/preview",
            "/report.json",
            "/report.html",
            "/report.xlsx",
        ] {
            let (status, body) = served
                .ask(Method::GET, &format!("/api/imports/{id}{part}"), Vec::new())
                .await;
            assert_eq!(status, StatusCode::OK);
            assert_clean(&format!("{name} {part}"), &body);
        }
        served
            .ask(
                Method::POST,
                &format!("/api/imports/{id}/commit"),
                Vec::new(),
            )
            .await;
        let done = served.until(id, "done").await;
        assert!(
            done["report"]["personal_data_dropped"]
                .as_array()
                .unwrap()
                .len()
                >= 5,
            "{done}"
        );
        assert_eq!(files(&uploads).len(), 1, "the lock alone");
    }
    // One that is cancelled leaves nothing either.
    let (_, body) = served
        .ask(
            Method::POST,
            "/api/imports?name=a.csv&layer=facilities&crs=CRS84&dry-run=true",
            csv(),
        )
        .await;
    let job: Json = serde_json::from_slice(&body).unwrap();
    let id = job["id"].as_str().unwrap().to_owned();
    served.until(&id, "ready").await;
    let (status, _) = served
        .ask(Method::DELETE, &format!("/api/imports/{id}"), Vec::new())
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(files(&uploads).len(), 1);
    assert!(assert_clean_folder("all that is left", folder.path()) >= 3);
}

#[tokio::test]
async fn what_is_not_committed_in_time_or_was_left_by_a_killed_program_is_removed() {
    use reqwest::Method;
    let folder = tempfile::tempdir().unwrap();
    let (store, uploads, log) = (
        folder.path().join("map.gpkg"),
        folder.path().join("uploads"),
        folder.path().join("log"),
    );
    let path = "/api/imports?name=a.csv&layer=facilities&crs=CRS84&dry-run=true";
    let served = Served::start(&store, &uploads, &log, &["--import-expiry-s", "1"]);
    let (_, body) = served.ask(Method::POST, path, csv()).await;
    let job: Json = serde_json::from_slice(&body).unwrap();
    assert!(files(&uploads).len() > 1);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if files(&uploads).len() == 1 {
            break;
        }
    }
    assert_eq!(files(&uploads).len(), 1, "nobody asked for it");
    served.until(job["id"].as_str().unwrap(), "expired").await;
    drop(served);

    let served = Served::start(&store, &uploads, &log, &[]);
    served.ask(Method::POST, path, csv()).await;
    assert!(files(&uploads).len() > 1);
    drop(served);
    assert!(files(&uploads).len() > 1, "it was killed");
    let _served = Served::start(&store, &uploads, &log, &[]);
    assert_eq!(files(&uploads).len(), 1, "the lock of the new one alone");
}
