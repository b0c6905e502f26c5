//! Links: where the service is for the one who asks, and what stands behind an address.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value as Json, json};

use crate::api::forms::Form;

/// The address of the service as the caller knows it, such as `http://127.0.0.1:8080`, with the path under which it is
/// mounted there.
#[derive(Debug, Clone)]
pub(super) struct Base {
    whole: Arc<str>,
    /// Where in `whole` that path begins.
    mounted: usize,
}

impl Base {
    /// The service at `origin`, mounted under `prefix`.
    pub(super) fn new(origin: &str, prefix: &str) -> Self {
        Self {
            whole: [origin, prefix].concat().into(),
            mounted: origin.len(),
        }
    }

    /// The whole address of `path`.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.whole)
    }

    /// The path under which the service is mounted; empty at the root.
    pub(super) fn prefix(&self) -> &str {
        self.whole.get(self.mounted..).unwrap_or_default()
    }

    /// A link to `path`.
    pub(super) fn link(&self, rel: &str, path: &str, kind: &str, title: &str) -> Json {
        json!({ "rel": rel, "href": self.at(path), "type": kind, "title": title })
    }

    /// The links of `path` to itself as `shown`, and to its other forms.
    pub(super) fn own(
        &self,
        path: &str,
        query: Option<&str>,
        shown: Form,
        all: &[Form],
    ) -> Vec<Json> {
        let link = |form: &Form| {
            let is_self = *form == shown;
            let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
            let mut text = form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(pairs.filter(|(name, _)| name != "f" || is_self));
            if !is_self {
                text.append_pair("f", form.name());
            }
            let text = text.finish();
            let mark = if text.is_empty() { "" } else { "?" };
            let (rel, title) = if is_self {
                ("self", "本页")
            } else {
                ("alternate", form.name())
            };
            self.link(
                rel,
                &format!("{path}{mark}{text}"),
                form.media_type(),
                title,
            )
        };
        all.iter().map(link).collect()
    }
}

/// The edge has found it out of the headers before the router is asked.
impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let found = parts.extensions.get::<Self>();
        Ok(found.cloned().unwrap_or_else(|| Self::new("", "")))
    }
}
