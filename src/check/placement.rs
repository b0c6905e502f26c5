//! Records whose code of a parent contradicts the place where they lie.

use crate::check::fault::called;
use crate::check::{ENTRANCE_REACH_M, Fault, FaultKind};
use crate::domain::{Feature, LayerId};
use crate::geometry::LonLat;
use crate::geometry::measure::{distance_to_m, inner_point};
use crate::map::{LayerTable, MapSnapshot};

/// How far `place` is outside of `parent`, metres; `None` where it lies in it, or so near that a survey may differ.
pub fn off_parent(place: LonLat, parent: &Feature) -> Option<f64> {
    let off = distance_to_m(place, parent.geometry.as_deref()?);
    (off > ENTRANCE_REACH_M).then_some(off)
}

/// Finds records that name a parent which does not hold their place. Areas that tile their parent, and buildings, are held to it by
/// their outlines, entrances to their building by [`FaultKind::EntranceOff`].
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for table in map.layers() {
        let id = table.schema().id;
        if id == LayerId::COMPOUNDS || id > LayerId::BUILDINGS {
            each(map, table, faults);
        }
    }
}

fn each(map: &MapSnapshot, table: &LayerTable, faults: &mut Vec<Fault>) {
    let schema = table.schema();
    let is_entrance_of = |layer| schema.id == LayerId::ENTRANCES && layer == LayerId::BUILDINGS;
    let parents = schema.parents.iter().filter(|parent| parent.derivable);
    for link in parents.filter(|parent| !is_entrance_of(parent.layer)) {
        let parents = map.layer(link.layer);
        let label = schema
            .field(link.field)
            .map_or(schema.title, |field| field.label);
        for record in table.features() {
            let Some(code) = record.text(schema, link.field) else {
                continue;
            };
            let place = record.geometry.as_deref().and_then(inner_point);
            let (Some(parent), Some(place)) = (parents.by_code(code), place) else {
                continue;
            };
            let Some(off) = off_parent(place, parent) else {
                continue;
            };
            let there = parents.owner(place, |_| true);
            let (there_zh, there_en) = there.map_or_else(Default::default, |(owner, _)| {
                let owner = called(owner);
                (
                    format!(",此处属于 {owner}"),
                    format!("; the place is in {owner}"),
                )
            });
            let who = called(record);
            let zh = format!(
                "{} {who} 的{} {code} 与位置不符,相距 {off:.0} 米{there_zh}",
                schema.title.zh, label.zh
            );
            let en = format!(
                "{}: {who} names {code} ({}), which is {off:.0} m from its place{there_en}",
                schema.title.en, label.en
            );
            let fault = Fault::of(FaultKind::CodeAgainstPlace, schema.id, &[record], zh, en);
            faults.push(fault.off(off));
        }
    }
}
