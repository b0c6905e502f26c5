//! Codes: used once, and of records that are there; and every place within a community.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::check::fault::called;
use crate::check::{Fault, FaultKind};
use crate::domain::{Feature, LayerId, LayerRole, LayerSchema};
use crate::geometry::measure::inner_point;
use crate::map::{LayerTable, MapSnapshot};

/// Links beside those to parents: layer, field, layer of the record that the field names.
const LINKS: &[(LayerId, &str, LayerId)] = &[
    (LayerId::RISK_POINTS, "building_code", LayerId::BUILDINGS),
    (
        LayerId::INSPECTION_TARGETS,
        "building_code",
        LayerId::BUILDINGS,
    ),
    (
        LayerId::INSPECTIONS,
        "target_code",
        LayerId::INSPECTION_TARGETS,
    ),
    (
        LayerId::INSPECTIONS,
        "risk_point_code",
        LayerId::RISK_POINTS,
    ),
];

/// Which layer a post answers for.
const POST_LEVELS: &[(&str, LayerId)] = &[
    ("subdistrict", LayerId::SUBDISTRICTS),
    ("community", LayerId::COMMUNITIES),
    ("grid", LayerId::GRIDS),
    ("compound", LayerId::COMPOUNDS),
    ("building", LayerId::BUILDINGS),
    ("entrance", LayerId::ENTRANCES),
];

/// The fields of a layer that name a record of another layer: parents, then other links.
fn links(schema: &LayerSchema) -> Vec<(&'static str, LayerId)> {
    let parents = schema
        .parents
        .iter()
        .map(|parent| (parent.field, parent.layer));
    let others = LINKS.iter().filter(|(layer, ..)| *layer == schema.id);
    let mut all: Vec<(&'static str, LayerId)> = Vec::new();
    for (field, to) in parents.chain(others.map(|(_, field, to)| (*field, *to))) {
        if !all.iter().any(|(known, _)| *known == field) {
            all.push((field, to));
        }
    }
    all
}

/// The layer that a post answers for.
fn post_level(posts: &LayerSchema, post: &Feature) -> Option<LayerId> {
    let level = post.text(posts, "level")?;
    let found = POST_LEVELS.iter().find(|(code, _)| *code == level);
    found.map(|(_, layer)| *layer)
}

/// The fields by which `record` names others, with the layer of each.
pub(super) fn named_by(schema: &LayerSchema, record: &Feature) -> Vec<(&'static str, LayerId)> {
    let mut all = links(schema);
    if schema.id == LayerId::POSTS {
        all.extend(post_level(schema, record).map(|layer| ("target_code", layer)));
    }
    all
}

/// The fields by which records of `schema` may name one of `layer`.
pub(super) fn naming(schema: &LayerSchema, layer: LayerId) -> Vec<&'static str> {
    let all = links(schema).into_iter();
    let mut fields: Vec<_> = all
        .filter(|(_, to)| *to == layer)
        .map(|(field, _)| field)
        .collect();
    if schema.id == LayerId::POSTS && POST_LEVELS.iter().any(|(_, to)| *to == layer) {
        fields.push("target_code");
    }
    fields
}

/// The records that name `code` in `field`: by the index where the field has one.
pub(super) fn children<'a>(
    table: &'a LayerTable,
    field: &'static str,
    code: &'a str,
) -> Box<dyn Iterator<Item = &'a Arc<Feature>> + 'a> {
    let schema = table.schema();
    let is_indexed = schema.indexed.contains(&field)
        || schema.parents.iter().any(|parent| parent.field == field);
    if is_indexed {
        return Box::new(table.children(field, code));
    }
    let names = move |record: &&Arc<Feature>| record.text(schema, field) == Some(code);
    Box::new(table.features().filter(names))
}

/// Finds codes used twice, codes of nothing, and records outside every community.
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for table in map.layers() {
        duplicates(table, faults);
        let schema = table.schema();
        for (field, to) in links(schema) {
            orphans(table, field, &|_| Some(to), map, faults);
        }
    }
    let posts = map.layer(LayerId::POSTS);
    let level = |post: &Feature| post_level(posts.schema(), post);
    orphans(posts, "target_code", &level, map, faults);
    outside(map, faults);
}

fn duplicates(table: &LayerTable, faults: &mut Vec<Fault>) {
    let layer = table.schema().id;
    let mut by_code: HashMap<&str, Vec<&Feature>> = HashMap::with_capacity(table.len());
    for record in table.features() {
        by_code.entry(&record.code).or_default().push(record);
    }
    let mut twice: Vec<_> = by_code
        .into_iter()
        .filter(|(_, records)| records.len() > 1)
        .collect();
    twice.sort_unstable_by_key(|(code, _)| *code);
    for (code, records) in twice {
        let title = table.schema().title;
        let zh = format!("{} 编码 {code} 有 {} 条记录使用", title.zh, records.len());
        let en = format!(
            "{}: code {code} is used by {} records",
            title.en,
            records.len()
        );
        faults.push(Fault::of(FaultKind::DuplicateCode, layer, &records, zh, en));
    }
}

/// Records that name a code which nothing has; those that name the same are one fault.
fn orphans(
    table: &LayerTable,
    field: &str,
    to: &dyn Fn(&Feature) -> Option<LayerId>,
    map: &MapSnapshot,
    faults: &mut Vec<Fault>,
) {
    let schema = table.schema();
    let mut lost: BTreeMap<(LayerId, &str), Vec<&Feature>> = BTreeMap::new();
    for record in table.features() {
        let (Some(layer), Some(code)) = (to(record), record.text(schema, field)) else {
            continue;
        };
        if map.layer(layer).by_code(code).is_none() {
            lost.entry((layer, code)).or_default().push(record);
        }
    }
    let label = schema.field(field).map_or(field, |field| field.label.zh);
    for ((layer, code), records) in lost {
        let (title, parent) = (schema.title, layer.schema().title);
        let (first, count) = (
            records
                .first()
                .map(|record| called(record))
                .unwrap_or_default(),
            records.len(),
        );
        let zh = format!(
            "{} {first} 等 {count} 条的{label} {code} 在“{}”中不存在",
            title.zh, parent.zh
        );
        let en = format!(
            "{}: {first}{} names {code}, which is not in {}",
            title.en,
            if count > 1 {
                format!(" and {} more", count - 1)
            } else {
                String::new()
            },
            parent.en
        );
        faults.push(Fault::of(FaultKind::Orphan, schema.id, &records, zh, en));
    }
}

/// Records of the map whose place no community covers.
fn outside(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let communities = map.layer(LayerId::COMMUNITIES);
    if communities.is_empty() {
        return;
    }
    let areas_above = [LayerId::SUBDISTRICTS, LayerId::COMMUNITIES];
    let tables = map.layers().filter(|table| {
        table.schema().role == LayerRole::Map && !areas_above.contains(&table.schema().id)
    });
    for table in tables {
        for record in table.features() {
            let Some(place) = record.geometry.as_deref().and_then(inner_point) else {
                continue;
            };
            let covered = communities.owner(place, |_| true).is_some();
            if !covered {
                let title = table.schema().title;
                let zh = format!("{} {} 不在任何社区内", title.zh, called(record));
                let en = format!(
                    "{}: {} is outside every community",
                    title.en,
                    called(record)
                );
                faults.push(Fault::of(
                    FaultKind::OutsideEveryCommunity,
                    table.schema().id,
                    &[record],
                    zh,
                    en,
                ));
            }
        }
    }
}
