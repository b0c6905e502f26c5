//! HTTP byte by byte, where a client library would put right what is wrong.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::driver::TestService;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answered {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let pair = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Some(Self {
            status,
            headers: lines.filter_map(pair).collect(),
            body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
        })
    }
}

pub(crate) fn connect(service: &TestService) -> TcpStream {
    TcpStream::connect(service.url.replace("http://", "")).unwrap()
}

/// What comes back until the connection ends or nothing comes for `patience`; `None` where that is no answer.
pub(crate) fn heard(stream: &mut TcpStream, patience: Duration) -> Option<Answered> {
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut all = Vec::new();
    let mut part = [0; 8 << 10];
    while let Ok(more @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..more]);
    }
    Answered::read(&all)
}

/// Sends `bytes` and reads what comes back.
pub(crate) fn exchange(
    service: &TestService,
    bytes: &[u8],
    patience: Duration,
) -> Option<Answered> {
    let mut stream = connect(service);
    // whoever refuses what comes may close before all has come
    let _refused = stream.write_all(bytes);
    heard(&mut stream, patience)
}

/// A request without a body whose connection ends with its answer.
pub(crate) fn ask(service: &TestService, line: &str, headers: &[&str]) -> Answered {
    let mut request = format!("{line} HTTP/1.1\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("connection: close\r\n\r\n");
    exchange(service, request.as_bytes(), Duration::from_secs(20)).unwrap()
}
