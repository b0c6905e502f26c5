//! `If-Match`, `If-None-Match` and `Idempotency-Key` of a write: what a writer has seen, and by what a write is known again.

use std::hash::{BuildHasher, Hasher};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use foldhash::quality::FixedState;
use serde_json::Value as Json;

use crate::api::conditional::malformed;
use crate::api::entity_tags::{EntityTag, MalformedTags, Tags};
use crate::api::problem::Problem;
use crate::domain::{Revision, personal};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key, bytes.
const LONGEST_KEY: usize = 255;

/// Any number, but the same in every run.
const MARK_SEED: u64 = 0x6D69_6E71_696E_6701;

/// The states of a record in which the writer wants it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// Whatever it is now.
    Any,
    /// One of these revisions.
    OneOf(Vec<Revision>),
}

impl IfMatch {
    /// What the header says.
    ///
    /// # Errors
    /// 428 where it is missing, 400 where it is no list of entity tags. A tag that is none of ours names no revision.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match Tags::of(headers.get_all(header::IF_MATCH)) {
            Ok(None) => Err(Problem::precondition_required()),
            Ok(Some(tags)) => Ok(Self::named(&tags)),
            Err(MalformedTags) => Err(malformed(&header::IF_MATCH)),
        }
    }

    /// The states that `If-None-Match` excludes; `None` where it is not there.
    ///
    /// # Errors
    /// 400 where it is no list of entity tags.
    pub(super) fn excluded(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        match Tags::of(headers.get_all(header::IF_NONE_MATCH)) {
            Ok(tags) => Ok(tags.as_ref().map(Self::named)),
            Err(MalformedTags) => Err(malformed(&header::IF_NONE_MATCH)),
        }
    }

    fn named(tags: &Tags<'_>) -> Self {
        match tags {
            Tags::Any => Self::Any,
            Tags::Listed(tags) => Self::OneOf(tags.iter().filter_map(revision_in).collect()),
        }
    }

    /// Whether a record at this revision may be changed.
    pub(super) fn takes(&self, current: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(revisions) => revisions.contains(&current),
        }
    }
}

/// The revision in a tag that [`record_tag`] has made; `None` where another has made it.
fn revision_in(tag: &EntityTag<'_>) -> Option<Revision> {
    let text = tag.text()?;
    let text = text.strip_suffix("-html").unwrap_or(text);
    let (text, mark) = text.split_once('.').unwrap_or((text, "00000000"));
    let is_mark = mark.len() == 8 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    let revision: i64 = text.parse().ok().filter(|_| is_mark)?;
    (revision.to_string() == text).then_some(Revision(revision))
}

/// The entity tag of a record as `body` shows it: its revision, with a mark of what its place tells where the record does
/// not say it itself, for that changes with the layers around it.
pub(super) fn record_tag(revision: Revision, body: &Json) -> Result<HeaderValue, Problem> {
    let derived = body.pointer("/properties/derived/0").and_then(Json::as_str);
    let tag = match derived {
        None => format!("\"{revision}\""),
        Some(field) => {
            let mut hash = FixedState::with_seed(MARK_SEED).build_hasher();
            hash.write(field.as_bytes());
            hash.write(&[0]);
            let value = body.pointer("/properties").and_then(|all| all.get(field));
            hash.write(value.and_then(Json::as_str).unwrap_or_default().as_bytes());
            format!("\"{revision}.{:08x}\"", hash.finish() >> 32)
        }
    };
    HeaderValue::try_from(tag).map_err(|error| Problem::internal(&error))
}

/// A key by which a write is known again, and a mark of what was asked with it.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) key: String,
    pub(super) asked: String,
}

impl Key {
    /// The key of a write to `path` with `body`; `None` where it has none.
    ///
    /// # Errors
    /// 400 where it is empty, too long or not printable.
    pub(super) fn of(
        headers: &HeaderMap,
        path: &str,
        body: &[u8],
    ) -> Result<Option<Self>, Problem> {
        let Some(given) = headers.get(IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        let key = given.to_str().unwrap_or_default().trim().trim_matches('"');
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Problem::parameter(
                "Idempotency-Key",
                format!("Idempotency-Key 应为 1 至 {LONGEST_KEY} 个可见字符"),
                format!("Idempotency-Key must be 1 to {LONGEST_KEY} visible characters"),
            ));
        }
        if personal::in_code(key, |_| false).is_some() {
            return Err(Problem::parameter(
                "Idempotency-Key",
                "Idempotency-Key 含有个人信息，请改用随机的键，例如 UUID",
                "Idempotency-Key holds personal data; use a random key such as a UUID",
            ));
        }
        let mut hash = FixedState::with_seed(MARK_SEED).build_hasher();
        hash.write(path.as_bytes());
        hash.write(&[0]);
        hash.write(body);
        Ok(Some(Self {
            key: key.to_owned(),
            asked: format!("{path} {} {:016x}", body.len(), hash.finish()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(text: &'static str) -> Result<IfMatch, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static(text));
        IfMatch::of(&headers)
    }

    #[test]
    fn if_match_is_a_star_or_a_list_of_entity_tags() {
        let revisions = |of: &[i64]| IfMatch::OneOf(of.iter().copied().map(Revision).collect());
        assert_eq!(named("*").unwrap(), IfMatch::Any);
        assert_eq!(named("\"12\"").unwrap(), revisions(&[12]));
        assert_eq!(named("W/\"12\", \"13\"").unwrap(), revisions(&[12, 13]));
        for ours in [
            "\"12-gzip\"",
            "\"12;gzip\"",
            "W/\"12-br\"",
            "\"12-html\"",
            "\"12-html-zstd\"",
            "\"12.0a1b2c3d\"",
            "\"12.0a1b2c3d-html-gzip\"",
        ] {
            assert_eq!(named(ours).unwrap(), revisions(&[12]), "{ours}");
        }
        for foreign in [
            "\"\"",
            "\"abc\"",
            "\"012\"",
            "\"+12\"",
            "\"12-foo\"",
            "\"12.\"",
            "\"12.1\"",
            "\"99999999999999999999\"",
            "W/\"t0011223344556677\"",
        ] {
            assert_eq!(named(foreign).unwrap(), revisions(&[]), "{foreign}");
        }
        assert_eq!(named("\"abc\", \"12\"").unwrap(), revisions(&[12]));
        for wrong in ["", "12", "abc", "\"12", "*, \"1\""] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
        assert!(IfMatch::of(&HeaderMap::new()).is_err());
        assert!(IfMatch::excluded(&HeaderMap::new()).unwrap().is_none());
    }

    #[test]
    fn the_tag_of_a_record_changes_with_what_its_place_tells() {
        let of = |properties: Json| {
            let tag = record_tag(Revision(7), &json!({ "properties": properties })).unwrap();
            tag.to_str().unwrap().to_owned()
        };
        assert_eq!(of(json!({ "grid_code": "A" })), "\"7\"");
        let first = of(json!({ "grid_code": "A", "derived": ["grid_code"] }));
        let other = of(json!({ "grid_code": "B", "derived": ["grid_code"] }));
        assert_ne!(first, other);
        for tag in [first, other] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::try_from(tag).unwrap());
            assert!(IfMatch::of(&headers).unwrap().takes(Revision(7)));
        }
    }
}
