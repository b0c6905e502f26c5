//! Compounds and buildings that lie in more than one grid.

use crate::check::fault::{called, listed};
use crate::check::flat::{Sheet, common};
use crate::check::{Fault, FaultKind, HOUSE_WIDTH_M};
use crate::domain::{Feature, LayerId};
use crate::geometry::BBox;
use crate::map::MapSnapshot;

/// Finds compounds and buildings that reach into a second basic grid.
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    across(map, LayerId::COMPOUNDS, FaultKind::CompoundAcross, faults);
    across(map, LayerId::BUILDINGS, FaultKind::BuildingAcross, faults);
}

fn across(map: &MapSnapshot, layer: LayerId, kind: FaultKind, faults: &mut Vec<Fault>) {
    for record in map.layer(layer).features() {
        let grids = grids_of(map, record);
        if grids.len() < 2 {
            continue;
        }
        let title = layer.schema().title;
        let names: Vec<&Feature> = grids.iter().map(|(grid, _)| *grid).collect();
        // What lies outside of the grid that has most of it.
        let stray: f64 = grids.iter().skip(1).map(|(_, area)| area).sum();
        let zh = format!(
            "{} {} 跨 {} 个网格:{},主网格外 {stray:.1} 平方米",
            title.zh,
            called(record),
            names.len(),
            listed(&names, "等共")
        );
        let en = format!(
            "{}: {} lies in {} grids: {}; {stray:.1} m² outside of the main one",
            title.en,
            called(record),
            names.len(),
            listed(&names, " and more, ")
        );
        let mut fault = Fault::of(kind, layer, &[record], zh, en);
        fault.area_m2 = Some(stray);
        faults.push(fault);
    }
}

/// The basic grids that share ground with a record, with how much, most first.
fn grids_of<'m>(map: &'m MapSnapshot, record: &Feature) -> Vec<(&'m Feature, f64)> {
    let grids = map.layer(LayerId::GRIDS);
    let Some(window) = record.geometry.as_deref().and_then(BBox::of) else {
        return Vec::new();
    };
    let near: Vec<&Feature> = grids
        .in_envelope(window)
        .map(AsRef::as_ref)
        .filter(|grid| grid.text(grids.schema(), "kind") != Some("dedicated"))
        .collect();
    let sheet = Sheet::around(record).filter(|_| near.len() > 1);
    let Some((sheet, ground)) = sheet.and_then(|sheet| {
        let ground = sheet.areas(record)?;
        Some((sheet, ground))
    }) else {
        return Vec::new();
    };
    let mut shared: Vec<(&Feature, f64)> = near
        .into_iter()
        .filter_map(|grid| {
            let outline = sheet.areas(grid)?;
            let pieces = sheet.pieces(&common(&ground, &outline));
            let wide = pieces.iter().filter(|piece| piece.width_m >= HOUSE_WIDTH_M);
            let area: f64 = wide.map(|piece| piece.area_m2).sum();
            (area > 0.0).then_some((grid, area))
        })
        .collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1));
    shared
}
