//! What an edit brings out of order on the map: refused or told, by rule.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tokio::task::block_in_place;

use crate::check::{Fault, Rules, Settings, new_faults};
use crate::domain::{Change, Draft, Edit, Feature, FeatureId, LayerId, Revision};
use crate::map::MapSnapshot;

/// The rules by whose names an answer warns.
const WARNINGS: HeaderName = HeaderName::from_static("minqing-warnings");

/// New records have ids from here on until the store gives them theirs.
const NOT_YET: i64 = 1 << 53;

/// What an edit brings out of order.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) refused: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

/// What `edits` would bring out of order on `map`.
pub(super) fn judge(rules: &Rules, map: &MapSnapshot, edits: &[Edit]) -> Judged {
    let (after, touched) = tried(map, edits);
    let faults = block_in_place(|| new_faults(map, &after, &touched, Settings::default()));
    let (refused, warnings) = faults
        .into_iter()
        .partition(|fault| rules.refuses(fault.kind));
    Judged { refused, warnings }
}

/// The map as it would be after `edits`, and the records that they touch.
fn tried(map: &MapSnapshot, edits: &[Edit]) -> (MapSnapshot, Vec<(LayerId, FeatureId)>) {
    let mut change = Change {
        revision: Revision(map.revision().0 + 1),
        ..Change::default()
    };
    let mut touched = Vec::new();
    for (number, edit) in (NOT_YET..).zip(edits) {
        let (layer, id) = match edit {
            Edit::Insert { layer, id, draft } => {
                let id = id.unwrap_or(FeatureId(number));
                change.upserts.push((*layer, feature(id, draft)));
                (*layer, id)
            }
            Edit::Update {
                layer, id, draft, ..
            } => {
                change.upserts.push((*layer, feature(*id, draft)));
                (*layer, *id)
            }
            Edit::Delete { layer, id, .. } => {
                change.removals.push((*layer, *id));
                (*layer, *id)
            }
        };
        touched.push((layer, id));
    }
    (map.with(&change), touched)
}

fn feature(id: FeatureId, draft: &Draft) -> Arc<Feature> {
    Arc::new(Feature {
        id,
        code: Arc::clone(&draft.code),
        name: Arc::clone(&draft.name),
        geometry: draft.geometry.clone().map(Box::new),
        attributes: draft.attributes.clone().into(),
        revision: Revision::default(),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "".into(),
    })
}

/// The fault for the one who edits.
pub(super) fn told(fault: &Fault) -> Json {
    let ids = fault.ids.iter().map(|id| id.0).filter(|id| *id < NOT_YET);
    json!({
        "rule": fault.kind.code(), "zh": fault.zh, "en": fault.en, "layer": fault.layer.as_str(),
        "ids": ids.collect::<Vec<_>>(), "codes": fault.codes.iter().map(|code| &**code).collect::<Vec<_>>(),
        "place": fault.place.map(|place| [place.lon(), place.lat()]), "area_m2": fault.area_m2,
        "distance_m": fault.distance_m,
    })
}

/// Says in `headers` by which rules the answer warns.
pub(super) fn warn(headers: &mut HeaderMap, warnings: &[Fault]) {
    let mut words: Vec<&str> = warnings.iter().map(|fault| fault.kind.code()).collect();
    words.sort_unstable();
    words.dedup();
    if let (false, Ok(words)) = (words.is_empty(), HeaderValue::try_from(words.join(", "))) {
        headers.insert(WARNINGS, words);
    }
}
