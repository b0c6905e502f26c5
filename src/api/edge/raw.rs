//! Answers to what is no request: its head is too large, broken, or has not come in time.

use axum::http::{HeaderMap, StatusCode};

use super::security_headers::of_data;
use crate::api::problem::Problem;

/// The whole answer with this status, ready to be written; the connection ends with it.
pub fn raw_refusal(status: StatusCode) -> Vec<u8> {
    let problem = match status {
        StatusCode::REQUEST_TIMEOUT => Problem::too_slow(),
        StatusCode::URI_TOO_LONG => Problem::target_too_long(super::LONGEST_TARGET),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Problem::headers_too_large(),
        StatusCode::SERVICE_UNAVAILABLE => Problem::too_many_connections(),
        _ => Problem::no_request(),
    };
    let body = problem.text(true);
    let status = problem.status();
    let mut headers = HeaderMap::new();
    of_data(&mut headers);
    let reason = status.canonical_reason().unwrap_or_default();
    let mut raw = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    for (name, value) in &headers {
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
    let rest = format!(
        "content-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    raw.extend_from_slice(rest.as_bytes());
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_whole_answer_with_its_reason_and_the_headers_of_all() {
        for status in [400, 408, 414, 431, 503] {
            let raw = raw_refusal(StatusCode::from_u16(status).unwrap());
            let raw = String::from_utf8(raw).unwrap();
            let (head, body) = raw.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            assert!(
                head.contains(&format!("content-length: {}\r\n", body.len())),
                "{head}"
            );
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["status"], status);
        }
    }
}
