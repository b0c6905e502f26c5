//! The headers of answers that are there at once: alike until the map changes.
//!
//! To name, number and hash them for every answer takes a sixth of what such an answer takes beside the network.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::http::{HeaderMap, HeaderValue};

use super::answer;
use super::content_coding::tell_coding;
use super::edge::of_data;
use super::front::REQUEST_ID;
use crate::domain::Revision;
use crate::map::MapSnapshot;

/// The headers of answers in JSON from the latest map that was asked.
#[derive(Debug, Default)]
pub(super) struct Heads(ArcSwapOption<OfRevision>);

#[derive(Debug)]
struct OfRevision {
    revision: Revision,
    /// Of an answer that is sent as it is.
    plain: HeaderMap,
    /// Of an answer that may be compressed.
    varying: HeaderMap,
}

impl OfRevision {
    fn new(map: &MapSnapshot) -> Self {
        let mut plain = answer::<()>(map, "application/json", ())
            .into_parts()
            .0
            .headers;
        of_data(&mut plain);
        // it is another for every answer, and has its place here
        plain.insert(REQUEST_ID, HeaderValue::from(0));
        let mut varying = plain.clone();
        tell_coding(&mut varying, None);
        Self {
            revision: map.revision(),
            plain,
            varying,
        }
    }

    fn head(&self, varies: bool) -> HeaderMap {
        if varies {
            self.varying.clone()
        } else {
            self.plain.clone()
        }
    }
}

impl Heads {
    /// Those of an answer from `map`, which `varies` with the codings that the client accepts or not.
    pub(super) fn of(&self, map: &MapSnapshot, varies: bool) -> HeaderMap {
        let kept = self.0.load();
        if let Some(kept) = &*kept
            && kept.revision == map.revision()
        {
            return kept.head(varies);
        }
        let new = OfRevision::new(map);
        let head = new.head(varies);
        // where a later one was kept meanwhile, it is made once more
        self.0.store(Some(Arc::new(new)));
        head
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;
    use crate::domain::Change;

    #[test]
    fn each_map_has_its_own_and_only_what_may_be_compressed_varies() {
        let heads = Heads::default();
        for revision in [0, 7, 8, 7] {
            let map = MapSnapshot::build(&Change {
                revision: Revision(revision),
                ..Change::default()
            });
            for varies in [false, true, false] {
                let head = heads.of(&map, varies);
                let tag = format!("W/\"{revision}\"");
                assert_eq!(head.get(header::ETAG).unwrap(), tag.as_str());
                assert_eq!(head.get(header::CONTENT_TYPE).unwrap(), "application/json");
                assert_eq!(head.get(header::VARY).is_some(), varies);
            }
        }
    }
}
