//! Faults of what was sent, each with its place in it.

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::Problem;

/// One fault of what was sent: a JSON pointer (RFC 6901) to its place, and what is wrong there.
#[derive(Debug, Clone)]
pub(in crate::api) struct Pointed {
    pub(in crate::api) pointer: String,
    pub(in crate::api) zh: String,
    pub(in crate::api) en: String,
    pub(in crate::api) more: Map<String, Json>,
}

impl Pointed {
    pub(in crate::api) fn new(
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            zh: zh.into(),
            en: en.into(),
            more: Map::new(),
        }
    }

    #[must_use]
    pub(in crate::api) fn with(mut self, name: &str, value: Json) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    pub(super) fn render(&self, chinese: bool) -> Json {
        let detail = if chinese { &self.zh } else { &self.en };
        let mut told = json!({ "pointer": self.pointer, "detail": detail });
        if let Some(told) = told.as_object_mut() {
            told.extend(self.more.clone());
        }
        told
    }
}

impl Problem {
    /// Faults of what was sent, each with its place.
    pub(in crate::api) fn pointed(
        status: StatusCode,
        slug: &'static str,
        (zh, en): (String, String),
        faults: Vec<Pointed>,
    ) -> Self {
        Self {
            faults,
            ..Self::new(status, slug, zh, en)
        }
    }

    /// The same with a further member.
    #[must_use]
    pub(in crate::api) fn with(mut self, name: &str, value: Json) -> Self {
        self.more
            .get_or_insert_default()
            .insert(name.to_owned(), value);
        self
    }

    /// Whether it says that a record has moved on.
    pub(in crate::api) fn is_stale(&self) -> bool {
        self.status == StatusCode::PRECONDITION_FAILED
    }

    /// What it says, in Chinese and English.
    pub(in crate::api) fn said(&self) -> (String, String) {
        (self.zh.clone(), self.en.clone())
    }

    /// Each fault with its place.
    pub(in crate::api) fn into_faults(self) -> Vec<Pointed> {
        self.faults
    }
}
