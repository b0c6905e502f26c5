//! Ledgers and dates: figures that must add up between levels (DOMAIN.md §0), days that must follow each other.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::check::fault::called;
use crate::check::{Fault, FaultKind};
use crate::domain::{Feature, LayerId, LayerSchema, Value};
use crate::map::{LayerTable, MapSnapshot};

/// Finds sums that do not add up and dates that contradict each other.
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let grids = map.layer(LayerId::GRIDS);
    let communities = map.layer(LayerId::COMMUNITIES);
    let basic = |grid: &Feature| grid.text(grids.schema(), "kind") != Some("dedicated");
    for field in ["resident_count", "household_count"] {
        sums(communities, grids, "community_code", field, &basic, faults);
        sums(
            map.layer(LayerId::SUBDISTRICTS),
            communities,
            "subdistrict_code",
            field,
            &|_| true,
            faults,
        );
    }
    compounds(map, faults);
    buildings(map, faults);
    dates(map, faults);
}

/// The parent's figure against the sum of its children's, where both are fully known.
fn sums(
    parents: &LayerTable,
    children: &LayerTable,
    link: &'static str,
    field: &str,
    counts: &dyn Fn(&Feature) -> bool,
    faults: &mut Vec<Fault>,
) {
    for parent in parents.features() {
        let Some(stated) = parent.attribute(parents.schema(), field).as_integer() else {
            continue;
        };
        let figures: Option<Vec<i64>> = children
            .children(link, &parent.code)
            .filter(|child| counts(child))
            .map(|child| child.attribute(children.schema(), field).as_integer())
            .collect();
        let Some(figures) = figures.filter(|figures| !figures.is_empty()) else {
            continue;
        };
        let sum: i64 = figures.iter().sum();
        if sum != stated {
            faults.push(sum_fault(
                parent,
                parents.schema(),
                field,
                stated,
                sum,
                children.schema(),
            ));
        }
    }
}

fn sum_fault(
    record: &Feature,
    schema: &LayerSchema,
    field: &str,
    stated: i64,
    found: i64,
    of: &LayerSchema,
) -> Fault {
    let label = schema
        .field(field)
        .map_or(schema.title, |field| field.label);
    let (who, off) = (called(record), stated - found);
    let zh = format!(
        "{} {who} 的{}为 {stated},按{}合计为 {found},相差 {off}",
        schema.title.zh, label.zh, of.title.zh
    );
    let en = format!(
        "{who}: {} says {stated}, {} add up to {found}, {off} apart",
        label.en, of.title.en
    );
    Fault::of(FaultKind::LedgerSum, schema.id, &[record], zh, en)
}

/// Buildings, entrances and households that a compound says it has. Ancillary houses may or may not be counted.
fn compounds(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let table = map.layer(LayerId::COMPOUNDS);
    let (buildings, entrances) = (map.layer(LayerId::BUILDINGS), map.layer(LayerId::ENTRANCES));
    let schema = table.schema();
    for compound in table.features() {
        let houses: Vec<&Feature> = buildings
            .children("compound_code", &compound.code)
            .map(AsRef::as_ref)
            .collect();
        if houses.is_empty() {
            continue;
        }
        let lived_in = |house: &&&Feature| {
            matches!(
                house.text(buildings.schema(), "use"),
                None | Some("residential" | "self_built")
            )
        };
        let all = count(houses.len());
        let least = count(houses.iter().filter(lived_in).count());
        if let Some(stated) = compound.attribute(schema, "building_count").as_integer()
            && !(least..=all).contains(&stated)
        {
            faults.push(sum_fault(
                compound,
                schema,
                "building_count",
                stated,
                least,
                buildings.schema(),
            ));
        }
        let doors: usize = houses
            .iter()
            .map(|house| entrances.children("building_code", &house.code).count())
            .sum();
        if let Some(stated) = compound.attribute(schema, "entrance_count").as_integer()
            && doors > 0
            && stated != count(doors)
        {
            faults.push(sum_fault(
                compound,
                schema,
                "entrance_count",
                stated,
                count(doors),
                entrances.schema(),
            ));
        }
        let households: i64 = houses
            .iter()
            .filter_map(|house| {
                house
                    .attribute(buildings.schema(), "household_count")
                    .as_integer()
            })
            .sum();
        let known = houses.iter().filter(lived_in).all(|house| {
            house
                .attribute(buildings.schema(), "household_count")
                .as_integer()
                .is_some()
        });
        if let Some(stated) = compound.attribute(schema, "household_count").as_integer()
            && known
            && stated != households
        {
            faults.push(sum_fault(
                compound,
                schema,
                "household_count",
                stated,
                households,
                buildings.schema(),
            ));
        }
    }
}

/// Entrances that a building says it has, where any are on the map.
fn buildings(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    let (table, entrances) = (map.layer(LayerId::BUILDINGS), map.layer(LayerId::ENTRANCES));
    for building in table.features() {
        let Some(stated) = building
            .attribute(table.schema(), "entrance_count")
            .as_integer()
        else {
            continue;
        };
        let found = count(entrances.children("building_code", &building.code).count());
        if found > 0 && found != stated {
            faults.push(sum_fault(
                building,
                table.schema(),
                "entrance_count",
                stated,
                found,
                entrances.schema(),
            ));
        }
    }
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// A day, or a moment; only two of one kind are compared.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum When {
    Day(Date),
    Moment(Timestamp),
}

fn when(value: &Value) -> Option<When> {
    match value {
        Value::Date(day) => Some(When::Day(*day)),
        Value::Time(moment) => Some(When::Moment(*moment)),
        _ => None,
    }
}

/// Pairs of fields of which the first must not be later: layer, earlier, later.
const ORDER: &[(LayerId, &str, &str)] = &[
    (LayerId::RISK_POINTS, "found", "deadline"),
    (LayerId::RISK_POINTS, "found", "closed_on"),
    (LayerId::RISK_POINTS, "original_deadline", "deadline"),
    (LayerId::CASES, "reported_at", "deadline"),
    (LayerId::CASES, "reported_at", "closed_at"),
    (LayerId::INSPECTION_TARGETS, "last_inspected", "next_due"),
    (LayerId::RENOVATION_PROJECTS, "starts_on", "ends_on"),
];

/// Layers with a closed loop, and the field that says when it was closed.
const CLOSING: &[(LayerId, &str)] = &[
    (LayerId::RISK_POINTS, "closed_on"),
    (LayerId::CASES, "closed_at"),
];

fn dates(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for (layer, earlier, later) in ORDER {
        let table = map.layer(*layer);
        let schema = table.schema();
        let (Some(first), Some(second)) = (schema.field(earlier), schema.field(later)) else {
            continue;
        };
        for record in table.features() {
            let (a, b) = (
                when(record.attribute(schema, earlier)),
                when(record.attribute(schema, later)),
            );
            let wrong = match (a, b) {
                (Some(When::Day(a)), Some(When::Day(b))) => a > b,
                (Some(When::Moment(a)), Some(When::Moment(b))) => a > b,
                _ => false,
            };
            if wrong {
                let who = called(record);
                let zh = format!(
                    "{} {who} 的{}早于{}",
                    schema.title.zh, second.label.zh, first.label.zh
                );
                let en = format!(
                    "{who}: \"{}\" is before \"{}\"",
                    second.label.en, first.label.en
                );
                faults.push(Fault::of(FaultKind::DateOrder, *layer, &[record], zh, en));
            }
        }
    }
    for (layer, field) in CLOSING {
        let table = map.layer(*layer);
        let schema = table.schema();
        for record in table.features() {
            let closed = record.text(schema, "status") == Some("closed");
            let dated = !record.attribute(schema, field).is_null();
            // A matter can be taken up again after it was closed; then the day of closing goes.
            let (zh, en) = match (closed, dated) {
                (true, false) => ("已结案(销号)但没有日期", "is closed without a date"),
                (false, true) => (
                    "有结案(销号)日期但状态未结",
                    "has a date of closing but is not closed",
                ),
                _ => continue,
            };
            let who = called(record);
            let zh = format!("{} {who} {zh}", schema.title.zh);
            faults.push(Fault::of(
                FaultKind::ClosedWithoutDate,
                *layer,
                &[record],
                zh,
                format!("{who} {en}"),
            ));
        }
    }
}
