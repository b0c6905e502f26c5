//! Links: where the service is for the one who asks, and what stands behind an address.

use axum::http::{HeaderMap, header};
use serde_json::{Value as Json, json};

use crate::api::forms::Form;

/// The address of the service as the caller knows it, such as `http://127.0.0.1:8080`.
#[derive(Debug, Clone)]
pub(super) struct Base(String);

impl Base {
    /// From the headers of a question; a proxy in front says its own name and scheme.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let said = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?;
            value.split(',').next().map(|first| first.trim().to_owned())
        };
        let host = said("x-forwarded-host").or_else(|| said(header::HOST.as_str()));
        let scheme = said("x-forwarded-proto").filter(|scheme| scheme == "https");
        Self(format!(
            "{}://{}",
            scheme.as_deref().unwrap_or("http"),
            host.as_deref().unwrap_or("127.0.0.1:8080")
        ))
    }

    /// The whole address of `path`.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
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
