//! Starts the real program and speaks HTTP with it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::cluster::psql;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_minqing");

/// A running server with a store of its own; ended when dropped.
#[derive(Debug)]
pub(crate) struct TestService {
    child: Child,
    pub(crate) url: String,
    pub(crate) store: PathBuf,
    client: Client,
    folder: Option<TempDir>,
}

/// The demo store, made once a test run; each test works on its own copy.
pub(crate) fn demo_store() -> &'static Path {
    static MADE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    static LOCK: Mutex<()> = Mutex::new(());
    let _one_at_a_time = LOCK.lock().unwrap();
    let (_, path) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demo.gpkg");
        let mut service = TestService::launch(&path, None);
        service.child.kill().unwrap();
        service.child.wait().unwrap();
        drop(service);
        let checkpoint = Command::new("sqlite3")
            .arg(&path)
            .arg("PRAGMA wal_checkpoint(TRUNCATE)")
            .output()
            .unwrap();
        assert!(checkpoint.status.success());
        (folder, path)
    });
    path
}

impl TestService {
    /// A server on a fresh copy of the demo.
    pub(crate) fn with_demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("map.gpkg");
        std::fs::copy(demo_store(), &store).unwrap();
        Self::launch(&store, Some(folder))
    }

    /// A server on a fresh copy of the demo, with further settings.
    pub(crate) fn with_demo_and(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("map.gpkg");
        std::fs::copy(demo_store(), &store).unwrap();
        let mut service = Self::on(store.to_str().unwrap(), arguments);
        service.store = store;
        service.folder = Some(folder);
        service
    }

    /// A server on `store`, which is made as a demo when nothing is there.
    pub(crate) fn launch(store: &Path, folder: Option<TempDir>) -> Self {
        let mut service = Self::on(store.to_str().unwrap(), &["--demo"]);
        store.clone_into(&mut service.store);
        service.folder = folder;
        service
    }

    /// A server on any store, a file or a database, once it serves the map.
    pub(crate) fn on(store: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store])
            .args(arguments);
        Self::from(command)
    }

    /// A server that `command` starts, once it serves the map.
    pub(crate) fn from(mut command: Command) -> Self {
        let mut child = command
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(
                log.read_line(&mut line).unwrap() > 0,
                "the server ended: {said}"
            );
            if let Some(at) = line.find("http://") {
                break line[at..]
                    .split_whitespace()
                    .next()
                    .unwrap()
                    .trim_matches('"')
                    .to_owned();
            }
            said.push_str(&line);
        };
        // nobody reads the log any more, but the pipe must not fill up
        std::thread::spawn(move || log.lines().for_each(drop));
        Self {
            child,
            url,
            store: PathBuf::new(),
            client: Client::new(),
            folder: None,
        }
    }

    /// The folder of the store, so that another server may go on with it.
    pub(crate) fn take_folder(&mut self) -> Option<TempDir> {
        self.folder.take()
    }

    /// Ends the server at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The memory that the server has taken, KiB.
    pub(crate) fn memory_kib(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The CPU time that the server has taken, to the hundredth of a second.
    pub(crate) fn cpu_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // the name may hold blanks; after it come the state and ten numbers, then user and system time in ticks
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        let ticks = fields
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap());
        Duration::from_millis(10 * ticks.sum::<u64>())
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Json) {
        let answer = self
            .client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Json::String(text)),
        )
    }

    pub(crate) async fn ok(&self, path: &str) -> Json {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// What it wrote to the standard output.
pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs SQL in another program, as a person would.
pub(crate) fn sqlite3(store: &Path, sql: &str) -> String {
    let done = Command::new("sqlite3")
        .arg(store)
        .arg(sql)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    said(&done).trim().to_owned()
}

/// A server on a fresh demo, in a file or in a database, and how another program writes to it.
pub(crate) struct Stored {
    pub(crate) service: TestService,
    /// As `--store` takes it.
    pub(crate) store: String,
}

impl Stored {
    pub(crate) fn in_a_file() -> Self {
        let service = TestService::with_demo();
        let store = service.store.to_str().unwrap().to_owned();
        Self { service, store }
    }

    /// In a copy of a database that holds the demo, made once a test run on the server that `scripts/with-postgis` starts.
    pub(crate) fn in_a_database() -> Self {
        static MADE: OnceLock<String> = OnceLock::new();
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let server = std::env::var_os("MINQING_POSTGIS")
            .and_then(|address| address.into_string().ok())
            .expect("no PostGIS was started: scripts/with-postgis cargo test");
        let (before, _) = server.rsplit_once('/').unwrap();
        let name = format!("demo_{}", std::process::id());
        let template = MADE.get_or_init(|| {
            psql(&server, &format!("CREATE DATABASE {name}"));
            drop(TestService::on(&format!("{before}/{name}"), &["--demo"]));
            name.clone()
        });
        let copy = format!("{name}_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // the connections of the server that was ended go in their own time
        let made = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            let sql = format!("CREATE DATABASE {copy} TEMPLATE {template}");
            let done = Command::new("psql")
                .args(["-q", &server, "-c", &sql])
                .output();
            done.unwrap().status.success()
        });
        assert!(made, "{copy}");
        let store = format!("{before}/{copy}");
        let service = TestService::on(&store, &[]);
        Self { service, store }
    }

    /// What another program reads.
    pub(crate) fn ask(store: &str, sql: &str) -> String {
        if store.contains("://") {
            psql(store, sql).trim().to_owned()
        } else {
            sqlite3(Path::new(store), sql)
        }
    }

    /// Runs `sql` as a person would, by sqlite3 or psql.
    pub(crate) fn another_program(&self, sql: &str) {
        if self.store.contains("://") {
            psql(&self.store, sql);
        } else {
            sqlite3(Path::new(&self.store), sql);
        }
    }
}

macro_rules! on_both_stores {
    ($($promise:ident)*) => {
        mod in_a_file {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::driver::Stored::in_a_file()).await;
            })*
        }
        mod in_a_database {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::driver::Stored::in_a_database()).await;
            })*
        }
    };
}
pub(crate) use on_both_stores;
