//! `If-Match` and `Idempotency-Key`: what a writer has seen, and by what a write is known again.

use std::hash::{BuildHasher, Hasher};

use axum::http::{HeaderMap, HeaderName, header};
use foldhash::quality::FixedState;

use crate::api::problem::Problem;
use crate::domain::Revision;

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
    /// 428 where it is missing, 400 where it is no list of revisions.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let given: Vec<&str> = headers
            .get_all(header::IF_MATCH)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .collect();
        if given.is_empty() {
            return Err(Problem::precondition_required());
        }
        let given = given.join(",");
        if given.trim() == "*" {
            return Ok(Self::Any);
        }
        let each = given.split(',').map(|tag| {
            // a proxy that compresses makes a tag weak; the revision in it is the same
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            tag.parse().map(Revision).ok()
        });
        let revisions: Option<Vec<Revision>> = each.collect();
        revisions.map(Self::OneOf).ok_or_else(|| {
            Problem::parameter(
                "If-Match",
                "If-Match 应为修订号，例如 \"12\"，或 *",
                "If-Match must be a revision such as \"12\", or *",
            )
        })
    }

    /// Whether a record at this revision may be changed.
    pub(super) fn takes(&self, current: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(revisions) => revisions.contains(&current),
        }
    }
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
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn if_match_is_a_star_or_a_list_of_revisions() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_static(text));
            IfMatch::of(&headers)
        };
        let revisions = |of: &[i64]| IfMatch::OneOf(of.iter().copied().map(Revision).collect());
        assert_eq!(of("*").unwrap(), IfMatch::Any);
        assert_eq!(of("\"12\"").unwrap(), revisions(&[12]));
        assert_eq!(of("W/\"12\", \"13\"").unwrap(), revisions(&[12, 13]));
        for wrong in ["", "\"\"", "\"abc\"", "*, \"1\""] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(IfMatch::of(&HeaderMap::new()).is_err());
    }
}
