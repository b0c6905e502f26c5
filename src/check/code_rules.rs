//! Codes by the rule that the office follows (DOMAIN.md §1.2).

use std::collections::BTreeMap;

use crate::check::fault::called;
use crate::check::{CodeRule, Fault, FaultKind};
use crate::domain::{Feature, LayerId};
use crate::geometry::BBox;
use crate::geometry::measure::inner_point;
use crate::map::{LayerTable, MapSnapshot};

/// Finds codes that are not as `rule` wants them.
pub(super) fn check(map: &MapSnapshot, rule: CodeRule, faults: &mut Vec<Fault>) {
    if rule == CodeRule::None {
        return;
    }
    areas(map, faults);
    grids(map, rule, faults);
    if rule == CodeRule::Db6101 {
        buildings(map, faults);
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn fault(record: &Feature, layer: LayerId, zh: &str, en: &str) -> Fault {
    let (title, who) = (layer.schema().title, called(record));
    let zh = format!("{} {who} 的编码{zh}", title.zh);
    Fault::of(
        FaultKind::CodeRule,
        layer,
        &[record],
        zh,
        format!("{}: the code of {who} {en}", title.en),
    )
}

/// Subdistricts have nine digits, communities twelve that begin with those of their subdistrict.
fn areas(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for record in map.layer(LayerId::SUBDISTRICTS).features() {
        if !is_digits(&record.code, 9) {
            faults.push(fault(
                record,
                LayerId::SUBDISTRICTS,
                "不是9位数字",
                "is not nine digits",
            ));
        }
    }
    let table = map.layer(LayerId::COMMUNITIES);
    for record in table.features() {
        if !is_digits(&record.code, 12) {
            faults.push(fault(
                record,
                LayerId::COMMUNITIES,
                "不是12位数字",
                "is not twelve digits",
            ));
        } else if let Some(above) = record.text(table.schema(), "subdistrict_code")
            && !record.code.starts_with(above)
        {
            let (zh, en) = (
                format!("不以所属街道编码 {above} 开头"),
                format!("does not begin with that of its subdistrict, {above}"),
            );
            faults.push(fault(record, LayerId::COMMUNITIES, &zh, &en));
        }
    }
}

/// The community that a grid names, else the one that its place tells.
fn community_of<'m>(
    map: &'m MapSnapshot,
    table: &LayerTable,
    grid: &'m Feature,
) -> Option<&'m str> {
    grid.text(table.schema(), "community_code").or_else(|| {
        let place = inner_point(grid.geometry.as_deref()?)?;
        let (community, _) = map.layer(LayerId::COMMUNITIES).owner(place, |_| true)?;
        Some(&*community.code)
    })
}

fn grids(map: &MapSnapshot, rule: CodeRule, faults: &mut Vec<Fault>) {
    let table = map.layer(LayerId::GRIDS);
    // By community and what stands between its code and the number: basic and dedicated grids count apart.
    let mut numbered: BTreeMap<(&str, &str), Vec<(u32, &Feature)>> = BTreeMap::new();
    for grid in table.features() {
        let Some(community) = community_of(map, table, grid) else {
            faults.push(fault(
                grid,
                LayerId::GRIDS,
                "没有所属社区:网格必须属于一个社区(村)",
                "belongs to no community, every grid must",
            ));
            continue;
        };
        let Some(rest) = grid.code.strip_prefix(community) else {
            let (zh, en) = (
                format!("不以所属社区编码 {community} 开头"),
                format!("does not begin with that of its community, {community}"),
            );
            faults.push(fault(grid, LayerId::GRIDS, &zh, &en));
            continue;
        };
        if rule == CodeRule::UnitGrid15 && !is_digits(&grid.code, 15) {
            faults.push(fault(
                grid,
                LayerId::GRIDS,
                "不是15位数字",
                "is not fifteen digits",
            ));
            continue;
        }
        let digits = rest.len() - rest.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (kind, number) = rest.split_at(rest.len() - digits);
        match number.parse() {
            Ok(number) if number > 0 => numbered
                .entry((community, kind))
                .or_default()
                .push((number, grid)),
            _ => faults.push(fault(
                grid,
                LayerId::GRIDS,
                "末尾没有序号(从1起)",
                "does not end in a number from 1 on",
            )),
        }
    }
    for grids in numbered.values_mut() {
        grids.sort_by_key(|(number, _)| *number);
        order(grids, faults);
    }
}

/// Grids are counted from west to east and north to south: one that lies wholly east and south of another and has the
/// smaller number is out of order. Where grids lie beside each other the rule leaves a choice.
fn order(grids: &[(u32, &Feature)], faults: &mut Vec<Fault>) {
    let frames: Vec<(u32, &Feature, BBox)> = grids
        .iter()
        .filter_map(|(number, grid)| Some((*number, *grid, BBox::of(grid.geometry.as_deref()?)?)))
        .collect();
    for (at, (number, grid, frame)) in frames.iter().enumerate() {
        let later = frames
            .iter()
            .skip(at + 1)
            .find(|(_, _, other)| frame.west >= other.east && frame.north <= other.south);
        if let Some((other_number, other, _)) = later {
            let (zh, en) = (
                format!(
                    "序号 {number} 小于西北方的 {}({other_number}):应由西向东、由北向南编号",
                    called(other)
                ),
                format!(
                    "has number {number}, less than {other_number} of {} to its north-west: they count from west to east and north to south",
                    called(other)
                ),
            );
            faults.push(fault(grid, LayerId::GRIDS, &zh, &en));
        }
    }
}

/// A building's code is that of its community or grid and five digits from 00001.
fn buildings(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let units = [LayerId::COMMUNITIES, LayerId::GRIDS].map(|layer| map.layer(layer));
    for building in map.layer(LayerId::BUILDINGS).features() {
        let split = building.code.len().checked_sub(5);
        let parts = split.and_then(|at| building.code.split_at_checked(at));
        let fits = parts.is_some_and(|(unit, number)| {
            is_digits(number, 5)
                && number != "00000"
                && units.iter().any(|table| table.by_code(unit).is_some())
        });
        if !fits {
            faults.push(fault(
                building,
                LayerId::BUILDINGS,
                "不是“社区或网格编码+5位序号(00001起)”",
                "is not that of a community or grid with five digits from 00001 on",
            ));
        }
    }
}
