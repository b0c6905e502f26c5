//! A code is no identity: who gives a record another code keeps the old one among its former names, so that it is found
//! by it.

use crate::api::write::Sent;
use crate::domain::{Edit, MOST_IN_LONG_TEXT, Value};
use crate::map::MapSnapshot;

/// What former names are parted by.
const PARTED_BY: [char; 5] = [';', '；', '、', ',', '，'];

/// Puts the old code of every record that gets another into its `aliases`, where its layer has them.
pub(super) fn keep(map: &MapSnapshot, sent: &mut [Sent]) {
    for each in sent {
        let Edit::Update {
            layer, id, draft, ..
        } = &mut each.edit
        else {
            continue;
        };
        let Some(current) = map.layer(*layer).by_id(*id) else {
            continue;
        };
        let position = layer.schema().position("aliases");
        let Some(slot) = position.and_then(|at| draft.attributes.get_mut(at)) else {
            continue;
        };
        if current.code == draft.code {
            continue;
        }
        let list = slot.as_text().unwrap_or_default().to_owned();
        // one that gets back its old code has it as its own again
        let mut names: Vec<&str> = list
            .split(PARTED_BY)
            .map(str::trim)
            .filter(|name| !name.is_empty() && *name != &*draft.code)
            .collect();
        if !names.contains(&&*current.code) {
            names.push(&current.code);
        }
        let names = names.join(";");
        if names.is_empty() {
            *slot = Value::Null;
        } else if names.chars().count() <= MOST_IN_LONG_TEXT {
            *slot = names.into();
        }
    }
}
