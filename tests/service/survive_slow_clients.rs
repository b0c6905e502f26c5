//! Clients that begin and do not go on hold up nobody, and are let go.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::driver::{PROGRAM, TestService, demo_store};
use crate::wire::{connect, heard};

const HEAD: &[u8] = b"GET /api/collections HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ";
const BODY: &[u8] = b"POST /api/changes HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"changes\"";

/// A server that may have so many files open.
fn with_handles(number: u32) -> (TestService, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let mut command = Command::new("bash");
    command.args([
        "-c",
        &format!("ulimit -n {number}; exec \"$@\""),
        "bash",
        PROGRAM,
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--store",
        store.to_str().unwrap(),
    ]);
    (TestService::from(command), folder)
}

/// How long a new client waits for an answer.
fn asked(service: &TestService) -> Duration {
    let began = Instant::now();
    let mut stream = connect(service);
    stream
        .write_all(b"GET /api/locate?lon=108.95&lat=34.22 HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        .unwrap();
    let answer = heard(&mut stream, Duration::from_secs(15));
    assert_eq!(answer.expect("no answer").status, 200);
    began.elapsed()
}

/// Whether the other end has closed; what it said before is taken.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn three_thousand_half_requests_do_not_lock_out_a_normal_client() {
    rlimit::increase_nofile_limit(8192).unwrap();
    let (service, _folder) = with_handles(1024);
    let began = Instant::now();
    let mut half: Vec<TcpStream> = Vec::new();
    let mut waits = Vec::new();
    for number in 0..3000 {
        let mut stream = connect(&service);
        // one that was closed for those after it cannot be written to
        let _closed = stream.write_all(if number % 2 == 0 { HEAD } else { BODY });
        half.push(stream);
        if number % 60 == 59 {
            waits.push(asked(&service));
        }
    }
    let last = Instant::now();
    for _ in 0..50 {
        waits.push(asked(&service));
        std::thread::sleep(Duration::from_millis(20));
    }
    waits.sort_unstable();
    let median = waits[waits.len() / 2];
    assert!(median < Duration::from_millis(100), "{median:?}");
    println!(
        "median {median:?}, slowest {:?}, opened within {:?}",
        waits.last(),
        last - began
    );
    loop {
        half.retain_mut(|stream| !is_closed(stream));
        if half.is_empty() {
            break;
        }
        assert!(
            last.elapsed() < Duration::from_secs(30),
            "{} are still open",
            half.len()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("all closed within {:?}", last.elapsed());
}

#[test]
fn who_is_too_slow_is_told_and_who_listens_is_not_cut_off() {
    let service = TestService::with_demo();
    let mut events = connect(&service);
    events
        .write_all(b"GET /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let mut used = connect(&service);
    used.write_all(b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let began = Instant::now();
    let [mut head, mut body, mut silent, mut drips] = [(); 4].map(|()| connect(&service));
    head.write_all(HEAD).unwrap();
    body.write_all(BODY).unwrap();
    drips.write_all(BODY).unwrap();
    let dripping = std::thread::spawn(move || {
        while began.elapsed() < Duration::from_secs(40) && drips.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_secs(2));
        }
        let answer = heard(&mut drips, Duration::from_secs(2));
        (began.elapsed(), answer)
    });
    for (stream, about) in [(&mut head, "head"), (&mut body, "body")] {
        let answer = heard(stream, Duration::from_secs(15)).expect(about);
        assert_eq!(answer.status, 408, "{about}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{about}"
        );
        assert_eq!(answer.header("connection"), "close", "{about}");
        assert!(
            !answer.header("content-security-policy").is_empty(),
            "{about}"
        );
    }
    assert!(heard(&mut silent, Duration::from_secs(15)).is_none());
    let elapsed = began.elapsed();
    assert!((9..25).contains(&elapsed.as_secs()), "{elapsed:?}");
    // a connection that has been used may be used again
    let _first = heard(&mut used, Duration::from_millis(100)).unwrap();
    used.write_all(b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        .unwrap();
    assert_eq!(
        heard(&mut used, Duration::from_secs(5)).unwrap().status,
        200
    );
    let (elapsed, _told) = dripping.join().unwrap();
    assert!(
        elapsed < Duration::from_secs(30),
        "a byte now and then goes on for {elapsed:?}"
    );
    assert!(!is_closed(&mut events), "the listener was cut off");
}
