//! Compounds, buildings, entrances and households: each where its parent is.

use crate::check::across;
use crate::check::fault::called;
use crate::check::flat::{Sheet, without};
use crate::check::tiling::pairs;
use crate::check::{ENTRANCE_REACH_M, Fault, FaultKind, HOUSE_WIDTH_M};
use crate::domain::LayerId;
use crate::geometry::Geometry;
use crate::geometry::measure::{distance_to_m, inner_point};
use crate::map::MapSnapshot;

/// Finds compounds and buildings across grids, overlaps, buildings outside their compound, entrances off their building and
/// households without a place.
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    across::check(map, faults);
    overlaps(map, LayerId::COMPOUNDS, FaultKind::CompoundOverlap, faults);
    buildings(map, faults);
    overlaps(map, LayerId::BUILDINGS, FaultKind::BuildingOverlap, faults);
    entrances(map, faults);
    households(map, faults);
}

fn overlaps(map: &MapSnapshot, layer: LayerId, kind: FaultKind, faults: &mut Vec<Fault>) {
    let table = map.layer(layer);
    let title = table.schema().title;
    pairs(table, &|_| true, &mut |a, b, piece| {
        if piece.width_m >= HOUSE_WIDTH_M {
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
            faults.push(
                Fault::of(kind, layer, &[a, b], zh, en).on(piece.geometry.clone(), piece.area_m2),
            );
        }
    });
}

fn buildings(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let (table, compounds) = (map.layer(LayerId::BUILDINGS), map.layer(LayerId::COMPOUNDS));
    for building in table.features() {
        let Some(compound) = building
            .text(table.schema(), "compound_code")
            .and_then(|code| compounds.by_code(code))
        else {
            continue;
        };
        let Some(sheet) = Sheet::around(building) else {
            continue;
        };
        let (Some(ground), Some(outline)) = (sheet.areas(building), sheet.areas(compound)) else {
            continue;
        };
        for piece in sheet.pieces(&without(&ground, &outline)) {
            if piece.width_m >= HOUSE_WIDTH_M {
                let zh = format!(
                    "楼栋 {} 超出小区 {} {:.2} 平方米",
                    called(building),
                    called(compound),
                    piece.area_m2
                );
                let en = format!(
                    "building {} reaches {:.2} m² out of compound {}",
                    called(building),
                    piece.area_m2,
                    called(compound)
                );
                faults.push(
                    Fault::of(
                        FaultKind::BuildingOutside,
                        LayerId::BUILDINGS,
                        &[building],
                        zh,
                        en,
                    )
                    .on(piece.geometry, piece.area_m2),
                );
            }
        }
    }
}

fn entrances(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let (table, buildings) = (map.layer(LayerId::ENTRANCES), map.layer(LayerId::BUILDINGS));
    for entrance in table.features() {
        let building = entrance
            .text(table.schema(), "building_code")
            .and_then(|code| buildings.by_code(code));
        let place = entrance.geometry.as_deref().and_then(inner_point);
        let (Some(building), Some(place)) = (building, place) else {
            continue;
        };
        let Some(house) = building
            .geometry
            .as_ref()
            .filter(|house| !is_pointlike(house))
        else {
            continue;
        };
        let off = distance_to_m(place, house);
        if off > ENTRANCE_REACH_M {
            let zh = format!(
                "单元 {} 距楼栋 {} {off:.1} 米",
                called(entrance),
                called(building)
            );
            let en = format!(
                "entrance {} is {off:.1} m off building {}",
                called(entrance),
                called(building)
            );
            faults.push(
                Fault::of(
                    FaultKind::EntranceOff,
                    LayerId::ENTRANCES,
                    &[entrance],
                    zh,
                    en,
                )
                .off(off),
            );
        }
    }
}

fn is_pointlike(geometry: &Geometry) -> bool {
    matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_))
}

fn households(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let table = map.layer(LayerId::HOUSEHOLDS);
    for household in table.features() {
        let names_a_house = ["entrance_code", "building_code"]
            .iter()
            .any(|field| household.text(table.schema(), field).is_some());
        if !names_a_house && household.geometry.is_none() {
            let zh = format!("户 {} 未关联单元或楼栋,也没有位置", called(household));
            let en = format!(
                "household {} names neither entrance nor building and has no place",
                called(household)
            );
            faults.push(Fault::of(
                FaultKind::HouseholdWithoutPlace,
                LayerId::HOUSEHOLDS,
                &[household],
                zh,
                en,
            ));
        }
    }
}
