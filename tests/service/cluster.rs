//! PostgreSQL servers of a test's own, which it may stop, kill and promote.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::driver::said;

/// One server on a free port of localhost; ended when dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    home: TempDir,
    pub(crate) port: u16,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The folder of the server's programs, from Debian's package.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is not installed: `make test`, or scripts/with-postgis once")
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    versions.sort();
    versions.pop().unwrap()
}

/// Runs one of the server's programs, which refuse to run as root.
fn program(name: &str, arguments: &[&str]) -> Output {
    let path = programs().join(name);
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/").args(arguments).output().unwrap()
}

fn must(name: &str, arguments: &[&str]) {
    let done = program(name, arguments);
    assert!(
        done.status.success(),
        "{name} {arguments:?}: {}",
        said(&done)
    );
}

/// A folder that the server's user owns.
fn home() -> TempDir {
    let home = tempfile::Builder::new()
        .prefix("minqing-test-")
        .tempdir_in("/tmp")
        .unwrap();
    let _root_only = Command::new("chown")
        .arg("postgres")
        .arg(home.path())
        .output();
    home
}

impl Cluster {
    /// A new primary with an empty database that has PostGIS.
    pub(crate) fn primary() -> Self {
        let cluster = Self {
            home: home(),
            port: free_port(),
        };
        must(
            "initdb",
            &[
                "-D",
                cluster.data(),
                "-A",
                "trust",
                "-U",
                "minqing",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
        );
        cluster.start();
        cluster.psql("postgres", "CREATE DATABASE minqing");
        cluster.psql("minqing", "CREATE EXTENSION postgis");
        cluster
    }

    /// A standby of this server that confirms each commit before the client hears of it.
    pub(crate) fn synchronous_standby(&self) -> Self {
        let standby = Self {
            home: home(),
            port: free_port(),
        };
        let source = format!(
            "host=127.0.0.1 port={} user=minqing application_name=standby",
            self.port
        );
        must(
            "pg_basebackup",
            &[
                "-D",
                standby.data(),
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
                "-d",
                &source,
            ],
        );
        standby.start();
        self.psql(
            "minqing",
            "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
        );
        self.psql("minqing", "SELECT pg_reload_conf()");
        let began = Instant::now();
        while self.psql("minqing", "SELECT sync_state FROM pg_stat_replication") != "sync" {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the standby does not follow"
            );
            sleep(Duration::from_millis(50));
        }
        standby
    }

    fn data(&self) -> &str {
        // one path for both, made once
        Box::leak(
            self.home
                .path()
                .join("data")
                .to_str()
                .unwrap()
                .to_owned()
                .into_boxed_str(),
        )
    }

    pub(crate) fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -k {} -c max_connections=60",
            self.port,
            self.home.path().display()
        );
        let log = self.home.path().join("log");
        must(
            "pg_ctl",
            &[
                "-D",
                self.data(),
                "-l",
                log.to_str().unwrap(),
                "-w",
                "-o",
                &options,
                "start",
            ],
        );
    }

    /// Ends it as an administrator would, connections cut.
    pub(crate) fn stop(&self) {
        must("pg_ctl", &["-D", self.data(), "-m", "fast", "-w", "stop"]);
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&self) {
        let pid = std::fs::read_to_string(Path::new(self.data()).join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        // its children too: they would go on for a moment
        let children = Command::new("pgrep").args(["-P", pid]).output().unwrap();
        let mut all = vec![pid.to_owned()];
        all.extend(
            String::from_utf8_lossy(&children.stdout)
                .lines()
                .map(str::to_owned),
        );
        let _gone_already = Command::new("kill").arg("-9").args(&all).output().unwrap();
    }

    pub(crate) fn promote(&self) {
        must("pg_ctl", &["-D", self.data(), "-w", "promote"]);
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://minqing@127.0.0.1:{}/minqing", self.port)
    }

    /// Runs SQL as a person would, and gives what it printed.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> String {
        let url = format!("postgres://minqing@127.0.0.1:{}/{database}", self.port);
        psql(&url, sql)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ended_before = program("pg_ctl", &["-D", self.data(), "-m", "immediate", "stop"]);
    }
}

/// Runs SQL as a person would, and gives what it printed.
pub(crate) fn psql(url: &str, sql: &str) -> String {
    let done = Command::new("psql")
        .args(["-q", "-At", "-v", "ON_ERROR_STOP=1", url, "-c", sql])
        .output()
        .unwrap();
    assert!(done.status.success(), "{sql}: {}", said(&done));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}
