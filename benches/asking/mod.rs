//! Programs that are run and asked beside the benchmark.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Tiles a second over 16 connections for two seconds.
pub(crate) fn wrk(folder: &Path, url: &str, paths: &[String]) -> f64 {
    let script = folder.join("tiles.lua");
    let list = format!("{paths:?}").replace(['[', ']'], "");
    let lua = format!(
        "local all = {{{list}}}\nlocal n = 0\nfunction request()\nn = n % #all + 1\nreturn wrk.format('GET', all[n])\nend\n"
    );
    fs::write(&script, lua).unwrap();
    let said = told(
        Command::new("wrk")
            .args([
                "-t1",
                "-c16",
                "-d2s",
                "-H",
                "Accept-Encoding: identity",
                "-s",
            ])
            .arg(&script)
            .arg(url),
    );
    assert!(!said.contains("Non-2xx"), "{said}");
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    line.expect("wrk says a rate").trim().parse().unwrap()
}

pub(crate) fn told(command: &mut Command) -> String {
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .expect("it is installed");
    assert!(done.status.success(), "{command:?}: {}", done.status);
    String::from_utf8(done.stdout).unwrap()
}

pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// A server that is stopped with the benchmark.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command, url: &str, ready: &str) -> Self {
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it is installed, see scripts/bench-peers");
        let server = Self {
            child,
            url: url.to_owned(),
        };
        let is_ready = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(100));
            let asked = Command::new("curl")
                .args(["-sf", "-o", "/dev/null", &format!("{url}{ready}")])
                .status();
            asked.unwrap().success()
        });
        assert!(is_ready, "{url} does not answer");
        server
    }

    /// The body, which may be empty.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let url = format!("{}{path}", self.url);
        let done = Command::new("curl")
            .args(["-sf", "-H", "Accept-Encoding: identity", &url])
            .output()
            .unwrap();
        assert!(done.status.success(), "{url}: {}", done.status);
        done.stdout
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
