//! Records of the renovation of old compounds: three batches done, the fourth at work, candidates for the next.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::dice::Dice;
use super::houses::Estate;
use super::plane::Shape;
use super::records::{Ledger, Records, Row, after};
use super::town::Town;
use crate::domain::LayerId;
use crate::geometry::MultiPolygon;

/// The batch that is at work.
pub(super) const CURRENT: i64 = 4;

/// Compounds of each batch, and of the candidates.
const BATCHES: [(i64, usize); 5] = [(1, 5), (2, 6), (3, 6), (CURRENT, 4), (5, 14)];

/// Writes the projects; gives the compounds where works go on.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    dice: &mut Dice,
) -> Vec<usize> {
    let mut old: Vec<usize> = (0..town.compounds.len())
        .filter(|at| {
            let compound = &town.compounds[*at];
            compound.year <= 2000
                && matches!(compound.estate, Estate::OldRows | Estate::WorkUnit)
                && town.blocks[compound.block].community != town.village
        })
        .collect();
    dice.shuffle(&mut old);
    // The oldest go first, but not strictly: willingness counts as well.
    old.sort_by_key(|at| town.compounds[*at].year / 4);
    let mut next = old.into_iter();
    let mut sites = Vec::new();
    for (batch, count) in BATCHES {
        for number in 1..=count {
            let Some(compound) = next.next() else {
                return sites;
            };
            if batch == CURRENT {
                sites.push(compound);
            }
            let phase = match batch {
                1 | 2 => "handed_over",
                3 => dice.pick(&["accepted", "handed_over"]),
                CURRENT => "works",
                _ => ["survey", "application", "consultation"][number % 3],
            };
            records.push(project(
                town, ledger, batch, number, phase, compound, as_of, dice,
            ));
        }
    }
    sites
}

#[expect(
    clippy::too_many_arguments,
    reason = "one record from all that it stands on"
)]
fn project(
    town: &Town,
    ledger: &Ledger,
    batch: i64,
    number: usize,
    phase: &str,
    compound: usize,
    as_of: Date,
    dice: &mut Dice,
) -> Row {
    let record = &town.compounds[compound];
    let houses: Vec<_> = town
        .houses
        .iter()
        .filter(|h| h.compound == Some(compound))
        .collect();
    let (households, _) = ledger.count(&|house| town.houses[house].compound == Some(compound));
    let floor: f64 = houses
        .iter()
        .map(|h| h.shape.area() * h.storeys as f64)
        .sum();
    let content = dice.weighted(&[(3, "basic"), (5, "improved"), (2, "upgraded")]);
    let works = match content {
        "basic" => "雨污分流、供水供电管线更换、屋面防水、楼道粉刷、消防设施补齐",
        "improved" => "管线更换、外墙保温、增设停车位与充电桩、绿化补植、适老化坡道、照明改造",
        _ => "管线更换、外墙保温、加装电梯、养老助餐点、智慧安防、便民服务用房",
    };
    let per_metre = match content {
        "basic" => 260.0,
        "improved" => 420.0,
        _ => 610.0,
    };
    let budget = (floor * per_metre / 10_000.0).round() as i64 * 10_000;
    let (starts, ends) = match batch.cmp(&CURRENT) {
        Ordering::Less => {
            let start = after(as_of, -365 * (CURRENT - batch) - dice.between(120, 220));
            (Some(start), Some(after(start, dice.between(180, 270))))
        }
        Ordering::Equal => {
            let start = after(as_of, -dice.between(60, 130));
            (Some(start), Some(after(as_of, dice.between(60, 190))))
        }
        Ordering::Greater => (None, None),
    };
    let community = town.blocks[record.block].community;
    let outline: Shape = record.shape.clone();
    Row::new(
        LayerId::RENOVATION_PROJECTS,
        &format!("GZ-{batch:02}-{number:02}"),
        &format!("{}改造", record.name),
    )
    .at(MultiPolygon(vec![outline.polygon()]).into())
    .set("community_code", ledger.community_codes[community].as_str())
    .set("compound_codes", ledger.compound_codes[compound].as_str())
    .set("batch", (batch <= CURRENT).then_some(batch))
    .set("phase", phase)
    .set(
        "content",
        (batch <= CURRENT || phase == "consultation").then_some(content),
    )
    .set("works", (batch <= CURRENT).then_some(works))
    .set(
        "budget_yuan",
        (batch <= CURRENT || phase != "survey").then_some(budget),
    )
    .set("household_count", households)
    .set("building_count", houses.len() as i64)
    .set("starts_on", starts)
    .set("ends_on", ends)
}
