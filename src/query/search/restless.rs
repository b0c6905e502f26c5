//! Which records must be looked at one by one: the names that were made with the indexes do not hold for them any more.

use std::sync::Arc;

use super::said::above;
use crate::domain::{Feature, LayerSchema};
use crate::map::MapSnapshot;

/// The records of a layer that have changed since its indexes were built, and those whose parents' names have.
#[derive(Debug, Default)]
pub(super) struct Restless<'a> {
    /// Where they were in the base, ascending.
    pub(super) slots: Vec<u32>,
    /// Those that are there, in no order.
    pub(super) records: Vec<&'a Arc<Feature>>,
    /// The codes, then and now, of those that may be called otherwise.
    codes: Vec<&'a str>,
}

impl<'a> Restless<'a> {
    pub(super) fn of(snapshot: &'a MapSnapshot, schema: &LayerSchema) -> Self {
        let table = snapshot.layer(schema.id);
        let base = table.base();
        let link = above(schema);
        let mut restless = Self::default();
        for (id, now) in table.changed() {
            let slot = base.slot(id);
            restless.slots.extend(slot);
            restless.records.extend(now);
            let then = slot.and_then(|slot| base.at(slot));
            let parent = |record: &'a Feature| record.text(schema, link?.field);
            let is_called_the_same = |then: &'a Feature, now: &'a Feature| {
                then.code == now.code && then.name == now.name && parent(then) == parent(now)
            };
            match (then, now) {
                (Some(then), Some(now)) if is_called_the_same(then, now) => {}
                (then, now) => {
                    let both = then.into_iter().chain(now);
                    restless.codes.extend(both.map(|record| &*record.code));
                }
            }
        }
        if let Some(link) = link {
            let mut codes = Self::of(snapshot, link.layer.schema()).codes;
            codes.sort_unstable();
            codes.dedup();
            for code in codes {
                for child in table.children(link.field, code) {
                    if !table.has_changed(child.id) {
                        restless.slots.extend(base.slot(child.id));
                        restless.records.push(child);
                        restless.codes.push(&child.code);
                    }
                }
            }
        }
        restless.slots.sort_unstable();
        restless
    }
}
