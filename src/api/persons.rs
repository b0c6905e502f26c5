//! No edit brings a person's data onto the map: what is found is named by field and kind, and never repeated.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value as Json;

use crate::api::edits::bad_record;
use crate::api::problem::{Pointed, Problem};
use crate::api::write::{Sent, draft_of, layer_of};
use crate::domain::personal::{self, PersonalKind};
use crate::domain::{LayerId, LayerSchema, Value};
use crate::map::MapSnapshot;

/// The member of a fault that says which kind of personal data it is.
pub(super) const KIND: &str = "personal_data";

/// What stands in the place of a name that is itself personal data.
pub(super) const HIDDEN: &str = "***";

/// So many digits has the administrative code of a subdistrict, with which those of grids and houses begin.
const PREFIX: usize = 9;

/// So many records of a layer say how its codes begin.
const MOST_LOOKED_AT: usize = 20_000;

/// What the property `name` with the value `given` would bring of a person. Codes of digits alone are judged when the
/// edit is held against the map, see [`refuse`].
pub(super) fn in_property(layer: &LayerSchema, name: &str, given: &Json) -> Option<PersonalKind> {
    let value = match given {
        Json::Null | Json::Bool(_) => return None,
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64()?.into(),
        },
        Json::Array(_) | Json::Object(_) => given.to_string().into(),
    };
    personal::in_value(layer, name, &value, |_| true)
}

/// The fault of a field that would hold personal data.
pub(super) fn fault(pointer: String, name: &str, kind: PersonalKind) -> Pointed {
    let (zh, en) = kind.label();
    Pointed::new(
        pointer,
        format!("{name}：含有{zh}，本系统不保存个人信息"),
        format!("{name}: holds {en}; personal data is not kept"),
    )
    .with("parameter", name.into())
    .with(KIND, kind.code().into())
}

/// `text` of a reader of others, unless it repeats personal data.
pub(super) fn without_persons(text: String, instead: &str) -> String {
    if personal::in_text(&text).is_some() {
        instead.to_owned()
    } else {
        text
    }
}

/// Refuses edits whose records would hold what is a person's.
///
/// # Errors
/// 422 naming each field and kind.
pub(super) fn refuse(map: &MapSnapshot, sent: &[Sent]) -> Result<(), Problem> {
    let known = Known::of(map);
    let mut faults = Vec::new();
    for each in sent {
        let (Some(draft), layer) = (draft_of(&each.edit), layer_of(&each.edit)) else {
            continue;
        };
        let found = personal::in_draft(layer.schema(), draft, |prefix| known.has(layer, prefix));
        faults.extend(found.into_iter().map(|(field, kind)| {
            fault(format!("{}/properties/{field}", each.feature), field, kind)
        }));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(bad_record(faults))
    }
}

/// How the codes of a map begin: a number that begins so is a code and no telephone.
struct Known<'m> {
    map: &'m MapSnapshot,
    prefixes: RefCell<BTreeMap<LayerId, HashSet<&'m str>>>,
}

impl<'m> Known<'m> {
    fn of(map: &'m MapSnapshot) -> Self {
        Self {
            map,
            prefixes: RefCell::default(),
        }
    }

    fn has(&self, layer: LayerId, prefix: &str) -> bool {
        let areas = [LayerId::SUBDISTRICTS, LayerId::COMMUNITIES, LayerId::GRIDS];
        let mut known = self.prefixes.borrow_mut();
        areas.into_iter().chain([layer]).any(|layer| {
            let of_layer = known.entry(layer).or_insert_with(|| {
                let features = self.map.layer(layer).features().take(MOST_LOOKED_AT);
                features
                    .filter_map(|feature| feature.code.get(..PREFIX))
                    .collect()
            });
            of_layer.contains(prefix)
        })
    }
}
