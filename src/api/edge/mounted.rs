//! A service that is mounted under a path: what its answers lead to by a path from the root is put under that path too.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::api::links::Base;

/// What begins an address from the root within a page.
const FROM_THE_ROOT: [&str; 3] = ["href=\"/", "src=\"/", "action=\"/"];

/// Middleware: `Location`, and the addresses within pages.
pub(in crate::api) async fn under_the_base(request: Request, next: Next) -> Response {
    let base = request.extensions().get::<Base>().cloned();
    let response = next.run(request).await;
    match base {
        Some(base) if !base.prefix().is_empty() => moved(base.prefix(), response).await,
        _ => response,
    }
}

async fn moved(prefix: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let place = headers
        .get(header::LOCATION)
        .and_then(|place| place.to_str().ok());
    if let Some(place) = place.filter(|place| place.starts_with('/'))
        && let Ok(place) = HeaderValue::try_from(format!("{prefix}{place}"))
    {
        headers.insert(header::LOCATION, place);
    }
    let kind = headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let page = match std::str::from_utf8(&page) {
        Ok(text) => Body::from(under(prefix, text)),
        Err(_) => Body::from(page),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, page)
}

fn under(prefix: &str, page: &str) -> String {
    let mut page = page.to_owned();
    for start in FROM_THE_ROOT {
        let attribute = start.trim_end_matches('/');
        page = page.replace(start, &format!("{attribute}{prefix}/"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_from_the_root_are_moved() {
        let page = "<a href=\"/\">a</a><a href=\"/api/docs\">b</a><a href=\"http://h/api\">c</a><img src=\"/a.png\"><a href=\"#d\">/</a>";
        assert_eq!(
            under("/m", page),
            "<a href=\"/m/\">a</a><a href=\"/m/api/docs\">b</a><a href=\"http://h/api\">c</a><img src=\"/m/a.png\"><a href=\"#d\">/</a>"
        );
    }
}
