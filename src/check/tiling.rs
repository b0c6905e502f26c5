//! Areas that must tile their parent: grids their community, communities their subdistrict.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::fault::{called, listed};
use crate::check::flat::{Ground, Sheet, borders, common, without};
use crate::check::{DedicatedGrids, Fault, FaultKind, HOUSE_WIDTH_M, SLIVER_WIDTH_M, Settings};
use crate::domain::{Feature, LayerId};
use crate::geometry::measure::inner_point;
use crate::geometry::{BBox, MultiPolygon};
use crate::map::{LayerTable, MapSnapshot};

/// Finds overlaps, gaps and slivers among grids and communities, and dedicated grids across communities.
pub(super) fn check(map: &MapSnapshot, settings: Settings, faults: &mut Vec<Fault>) {
    let grids = map.layer(LayerId::GRIDS);
    let communities = map.layer(LayerId::COMMUNITIES);
    let schema = grids.schema();
    let is_dedicated = |grid: &Feature| grid.text(schema, "kind") == Some("dedicated");
    let tiles =
        |grid: &Feature| settings.dedicated == DedicatedGrids::CutOut || !is_dedicated(grid);
    overlaps(grids, &tiles, faults);
    parents_covered(communities, grids, "community_code", &tiles, faults);
    let all = |_: &Feature| true;
    overlaps(communities, &all, faults);
    parents_covered(
        map.layer(LayerId::SUBDISTRICTS),
        communities,
        "subdistrict_code",
        &all,
        faults,
    );
    if settings.dedicated == DedicatedGrids::LieOver {
        for grid in grids.features().filter(|grid| is_dedicated(grid)) {
            dedicated(grid, communities, faults);
        }
    }
}

/// Every pair of tiles of one layer that covers the same ground.
fn overlaps(layer: &LayerTable, tiles: &dyn Fn(&Feature) -> bool, faults: &mut Vec<Fault>) {
    let id = layer.schema().id;
    pairs(layer, tiles, &mut |a, b, piece| {
        let kind = if piece.width_m < SLIVER_WIDTH_M {
            FaultKind::Sliver
        } else {
            FaultKind::Overlap
        };
        let title = layer.schema().title;
        let zh = format!(
            "{} {} 与 {} 重叠 {:.2} 平方米",
            title.zh,
            called(a),
            called(b),
            piece.area_m2
        );
        let en = format!(
            "{}: {} and {} overlap on {:.2} m²",
            title.en,
            called(a),
            called(b),
            piece.area_m2
        );
        faults.push(Fault::of(kind, id, &[a, b], zh, en).on(piece.geometry.clone(), piece.area_m2));
    });
}

/// Hands over each piece of ground that two records of `layer` both cover, each pair once.
pub(super) fn pairs(
    layer: &LayerTable,
    chosen: &dyn Fn(&Feature) -> bool,
    found: &mut dyn FnMut(&Feature, &Feature, &Ground),
) {
    for a in layer.features().filter(|record| chosen(record)) {
        let Some((sheet, window)) = Sheet::around(a).zip(a.geometry.as_deref().and_then(BBox::of))
        else {
            continue;
        };
        let mut others: Vec<&Arc<Feature>> = layer
            .in_envelope(window)
            .filter(|b| b.id > a.id && chosen(b))
            .collect();
        if others.is_empty() {
            continue;
        }
        others.sort_unstable_by_key(|b| b.id);
        let Some(ground) = sheet.areas(a) else {
            continue;
        };
        for b in others {
            let Some(other) = sheet.areas(b) else {
                continue;
            };
            for piece in sheet.pieces(&common(&ground, &other)) {
                found(a, b, &piece);
            }
        }
    }
}

/// The parent of each child: by its code, or where it names none by the place that stands for it.
fn children_of<'a>(
    parents: &'a LayerTable,
    children: &'a LayerTable,
    field: &'static str,
    tiles: &dyn Fn(&Feature) -> bool,
) -> HashMap<&'a str, Vec<&'a Feature>> {
    let mut found: HashMap<&str, Vec<&Feature>> = HashMap::new();
    for child in children.features().filter(|child| tiles(child)) {
        let parent = match child.text(children.schema(), field) {
            Some(code) => parents.by_code(code),
            None => child
                .geometry
                .as_deref()
                .and_then(inner_point)
                .and_then(|place| parents.owner(place, |_| true))
                .map(|(parent, _)| parent),
        };
        if let Some(parent) = parent {
            found.entry(&parent.code).or_default().push(child);
        }
    }
    found
}

/// Ground of parents that their children leave bare, and ground of children outside of their parent.
fn parents_covered(
    parents: &LayerTable,
    children: &LayerTable,
    field: &'static str,
    tiles: &dyn Fn(&Feature) -> bool,
    faults: &mut Vec<Fault>,
) {
    let by_parent = children_of(parents, children, field, tiles);
    let layer = children.schema().id;
    for parent in parents.features() {
        // A parent that nobody has divided yet is not divided wrongly.
        let Some(children) = by_parent.get(&*parent.code) else {
            continue;
        };
        let Some((sheet, whole)) =
            Sheet::around(parent).and_then(|sheet| Some((sheet, sheet.areas(parent)?)))
        else {
            continue;
        };
        let mut bare = whole.clone();
        let mut placed: Vec<(&Feature, MultiPolygon)> = Vec::new();
        for child in children {
            let Some(ground) = sheet.areas(child) else {
                continue;
            };
            for piece in sheet.pieces(&without(&ground, &whole)) {
                let kind = if piece.width_m < SLIVER_WIDTH_M {
                    FaultKind::Sliver
                } else {
                    FaultKind::OutsideParent
                };
                let zh = format!(
                    "{} 超出 {} 的范围 {:.2} 平方米",
                    called(child),
                    called(parent),
                    piece.area_m2
                );
                let en = format!(
                    "{} reaches {:.2} m² out of {}",
                    called(child),
                    piece.area_m2,
                    called(parent)
                );
                faults.push(
                    Fault::of(kind, layer, &[child], zh, en).on(piece.geometry, piece.area_m2),
                );
            }
            bare = without(&bare, &ground);
            placed.push((child, ground));
        }
        for piece in sheet.pieces(&bare) {
            let beside: Vec<&Feature> = placed
                .iter()
                .filter(|(_, ground)| borders(&piece.flat, ground))
                .map(|(child, _)| *child)
                .collect();
            let kind = if piece.width_m < SLIVER_WIDTH_M {
                FaultKind::Sliver
            } else {
                FaultKind::Gap
            };
            let (zh, en) = (listed(&beside, "等共"), listed(&beside, " and more, "));
            let zh = format!(
                "{} 内有空隙 {:.2} 平方米,相邻:{zh}",
                called(parent),
                piece.area_m2
            );
            let en = format!(
                "gap of {:.2} m² in {}, beside {en}",
                piece.area_m2,
                called(parent)
            );
            faults.push(Fault::of(kind, layer, &beside, zh, en).on(piece.geometry, piece.area_m2));
        }
    }
}

/// A dedicated grid lies within one community.
fn dedicated(grid: &Feature, communities: &LayerTable, faults: &mut Vec<Fault>) {
    let Some((sheet, window)) =
        Sheet::around(grid).zip(grid.geometry.as_deref().and_then(BBox::of))
    else {
        return;
    };
    let Some(ground) = sheet.areas(grid) else {
        return;
    };
    let mut touched: Vec<&Feature> = communities
        .in_envelope(window)
        .filter(|community| {
            sheet.areas(community).is_some_and(|outline| {
                sheet
                    .pieces(&common(&ground, &outline))
                    .iter()
                    .any(|piece| piece.width_m >= HOUSE_WIDTH_M)
            })
        })
        .map(AsRef::as_ref)
        .collect();
    touched.sort_unstable_by_key(|community| community.id);
    if touched.len() > 1 {
        let zh = format!(
            "专属网格 {} 跨 {} 个社区:{}",
            called(grid),
            touched.len(),
            listed(&touched, "等共")
        );
        let en = format!(
            "dedicated grid {} lies in {} communities: {}",
            called(grid),
            touched.len(),
            listed(&touched, " and more, ")
        );
        faults.push(Fault::of(
            FaultKind::DedicatedAcross,
            LayerId::GRIDS,
            &[grid],
            zh,
            en,
        ));
    }
}
