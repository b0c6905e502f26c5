//! A final slash: clients ask for `/api/` (OGC 17-069r4, /req/core/root-op) and for any resource below it.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The roots below which a final slash means nothing; files of the web app are not among them.
const ROOTS: [&str; 4] = ["/api", "/tiles", "/health", "/metrics"];

/// `uri` without its final slash; `None` where it has none, or is not below one of our roots.
pub(super) fn without_final_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/')?;
    let is_below = |root: &&str| {
        let rest = path.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if path.ends_with('/') || !ROOTS.iter().any(is_below) {
        return None;
    }
    let whole = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(whole.ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_is_taken_off_below_our_roots_only() {
        for (asked, expected) in [
            ("/api/", Some("/api")),
            ("/api/?f=json", Some("/api?f=json")),
            ("/api/collections/", Some("/api/collections")),
            (
                "/api/collections/grids/items/?limit=1&x=a/",
                Some("/api/collections/grids/items?limit=1&x=a/"),
            ),
            ("/tiles/grids.json/", Some("/tiles/grids.json")),
            ("http://there:80/api/", Some("http://there:80/api")),
            ("/api", None),
            ("/api//", None),
            ("/", None),
            ("/apis/", None),
            ("/assets/a.js/", None),
        ] {
            let found = without_final_slash(&asked.parse().unwrap());
            let found = found.map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), expected, "{asked}");
        }
    }
}
