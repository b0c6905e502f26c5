//! What an edit brings out of order: the faults of the map after it that the map before it had not.
//!
//! Only the records around the edit are looked at, so that the answer takes the time of the place and not of the city.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::{Fault, FaultKind, Settings, houses, ledger, links, placement, shapes, tiling};
use crate::domain::{Change, Feature, FeatureId, LayerId};
use crate::geometry::BBox;
use crate::map::{LayerTable, MapSnapshot};

/// The layers whose records must lie in order to each other.
const AREAS: [LayerId; 4] = [
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
];

/// The layers whose records lie in, at or beside houses.
const HOUSES: [LayerId; 5] = [
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
    LayerId::ENTRANCES,
    LayerId::HOUSEHOLDS,
];

/// So many records that name one of the edit are looked at; to find that one of them is lost, one is enough.
const MOST_CHILDREN: usize = 50;

/// Less ground than this is no worse than before, square metres.
const WORSE_M2: f64 = 0.05;

/// The faults that `after` has and `before` had not, or not so bad, around the records `touched`. Sums of ledgers are
/// not among them: one record cannot be held to them.
pub fn new_faults(
    before: &MapSnapshot,
    after: &MapSnapshot,
    touched: &[(LayerId, FeatureId)],
    settings: Settings,
) -> Vec<Fault> {
    let mut around = BTreeSet::new();
    for map in [before, after] {
        for (layer, id) in touched {
            if let Some(record) = map.layer(*layer).by_id(*id) {
                for map in [before, after] {
                    add(map, *layer, record, &mut around);
                }
            }
        }
    }
    let shaped = touched
        .iter()
        .filter(|record| is_shaped_anew(before, after, **record));
    let shaped: BTreeSet<LayerId> = shaped.map(|(layer, _)| *layer).collect();
    let check = |map: &MapSnapshot| {
        let map = part(map, &around);
        let mut faults = Vec::new();
        shapes::check(&map, &mut faults);
        if shaped.iter().any(|layer| *layer <= LayerId::GRIDS) {
            tiling::check(&map, settings, &mut faults);
        }
        if shaped.iter().any(|layer| HOUSES.contains(layer)) {
            houses::check(&map, &mut faults);
        }
        links::check(&map, &mut faults);
        placement::check(&map, &mut faults);
        ledger::check(&map, &mut faults);
        faults
    };
    let (old, new) = (check(before), check(after));
    let is_new = |fault: &Fault| {
        let same = |known: &&Fault| {
            (known.kind, known.layer, &known.ids) == (fault.kind, fault.layer, &fault.ids)
        };
        let area = |fault: &Fault| fault.area_m2.unwrap_or_default();
        let known = old.iter().filter(same).map(area).reduce(f64::max);
        fault.kind != FaultKind::LedgerSum
            && known.is_none_or(|known| area(fault) > known + WORSE_M2)
    };
    new.into_iter().filter(is_new).collect()
}

/// Whether the record came or went, or is another in what decides where it lies: shape, code, kind, parents.
fn is_shaped_anew(
    before: &MapSnapshot,
    after: &MapSnapshot,
    (layer, id): (LayerId, FeatureId),
) -> bool {
    let schema = layer.schema();
    let parents = schema.parents.iter().map(|parent| parent.field);
    let fields: Vec<&str> = parents.chain(["kind"]).collect();
    match (before.layer(layer).by_id(id), after.layer(layer).by_id(id)) {
        (Some(old), Some(new)) => {
            let is_other =
                |field: &&str| old.attribute(schema, field) != new.attribute(schema, field);
            old.geometry != new.geometry || old.code != new.code || fields.iter().any(is_other)
        }
        (None, None) => false,
        _ => true,
    }
}

/// The map of these records and of no others.
fn part(map: &MapSnapshot, chosen: &BTreeSet<(LayerId, FeatureId)>) -> MapSnapshot {
    let there = chosen.iter().filter_map(|(layer, id)| {
        let record = map.layer(*layer).by_id(*id)?;
        Some((*layer, Arc::clone(record)))
    });
    MapSnapshot::build(&Change {
        revision: map.revision(),
        upserts: there.collect(),
        removals: Vec::new(),
        others: chosen
            .iter()
            .map(|(layer, _)| *layer)
            .filter(|layer| !layer.is_own())
            .collect(),
        ..Change::default()
    })
}

/// Adds the record and whatever decides with it whether it is in order.
fn add(
    map: &MapSnapshot,
    layer: LayerId,
    record: &Feature,
    around: &mut BTreeSet<(LayerId, FeatureId)>,
) {
    around.insert((layer, record.id));
    if let Some(window) = record.geometry.as_deref().and_then(BBox::of) {
        for area in AREAS {
            add_all(area, map.layer(area).in_envelope(window), around);
        }
    }
    for (field, named) in links::named_by(layer.schema(), record) {
        let code = record.text(layer.schema(), field);
        let parent = code.and_then(|code| map.layer(named).by_code(code));
        add_all(named, parent, around);
    }
    for below in map.layers() {
        for field in links::naming(below.schema(), layer) {
            let children = links::children(below, field, &record.code);
            add_all(below.schema().id, children.take(MOST_CHILDREN), around);
        }
    }
    match layer {
        LayerId::GRIDS => {
            for community in held_by(map, layer, record, LayerId::COMMUNITIES) {
                add_tiles(map, &community, (LayerId::GRIDS, "community_code"), around);
            }
        }
        LayerId::COMMUNITIES => {
            add_tiles(map, record, (LayerId::GRIDS, "community_code"), around);
            for subdistrict in held_by(map, layer, record, LayerId::SUBDISTRICTS) {
                around.insert((LayerId::SUBDISTRICTS, subdistrict.id));
                let tiles = (LayerId::COMMUNITIES, "subdistrict_code");
                add_tiles(map, &subdistrict, tiles, around);
            }
        }
        _ => {}
    }
}

/// The records of `parents` that the record names or lies in.
fn held_by(
    map: &MapSnapshot,
    layer: LayerId,
    record: &Feature,
    parents: LayerId,
) -> Vec<Arc<Feature>> {
    let links = layer.schema().parents.iter();
    let links = links.filter(|link| link.layer == parents);
    let named = links.filter_map(|link| {
        let code = record.text(layer.schema(), link.field)?;
        map.layer(parents).by_code(code)
    });
    let window = record.geometry.as_deref().and_then(BBox::of);
    let near = window.map(|window| map.layer(parents).in_envelope(window));
    let all = named.chain(near.into_iter().flatten());
    all.map(Arc::clone).collect()
}

/// Adds an area with all that tile it.
fn add_tiles(
    map: &MapSnapshot,
    parent: &Feature,
    (layer, field): (LayerId, &'static str),
    around: &mut BTreeSet<(LayerId, FeatureId)>,
) {
    let tiles: &LayerTable = map.layer(layer);
    add_all(layer, tiles.children(field, &parent.code), around);
    if let Some(window) = parent.geometry.as_deref().and_then(BBox::of) {
        add_all(layer, tiles.in_envelope(window), around);
    }
}

fn add_all<'a>(
    layer: LayerId,
    records: impl IntoIterator<Item = &'a Arc<Feature>>,
    around: &mut BTreeSet<(LayerId, FeatureId)>,
) {
    around.extend(records.into_iter().map(|record| (layer, record.id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::kinds;
    use crate::check::town::{SECOND, tiled};
    use crate::domain::Revision;

    fn after(map: &MapSnapshot, code: &str, change: impl Fn(&mut Feature)) -> Vec<FaultKind> {
        let grid = map.layer(LayerId::GRIDS).by_code(code).unwrap();
        let mut new = Feature::clone(grid);
        change(&mut new);
        let next = map.with(&Change {
            revision: Revision(99),
            upserts: vec![(LayerId::GRIDS, Arc::new(new))],
            ..Change::default()
        });
        let touched = [(LayerId::GRIDS, grid.id)];
        kinds(&new_faults(map, &next, &touched, Settings::default()))
    }

    #[test]
    fn what_an_edit_brings_out_of_order_is_found_and_what_was_so_before_is_not() {
        let town = tiled(SECOND);
        let map = town.map();
        let grids: Vec<_> = map.layer(LayerId::GRIDS).features().cloned().collect();
        let (first, second) = (&grids[0], &grids[1]);
        assert_eq!(after(&map, &first.code, |_| {}), []);
        let renamed = after(&map, &first.code, |grid| grid.name = "另名".into());
        assert_eq!(renamed, []);
        let on_the_other = after(&map, &first.code, |grid| {
            grid.geometry.clone_from(&second.geometry);
        });
        assert!(
            on_the_other.contains(&FaultKind::Overlap),
            "{on_the_other:?}"
        );
        assert!(on_the_other.contains(&FaultKind::Gap), "{on_the_other:?}");
        let lost = after(&map, &first.code, |grid| {
            let at = LayerId::GRIDS.schema().position("community_code").unwrap();
            grid.attributes = grid.attributes.with(at, "NOWHERE");
        });
        assert!(lost.contains(&FaultKind::Orphan), "{lost:?}");
    }
}
