//! Subdistrict, communities and grids with their codes, and the residents that add up through all of them.

use super::dice::Dice;
use super::houses::{DEDICATED, Use, blocks};
use super::names::NameBook;
use super::plan::Plan;
use super::town::{SUBDISTRICT, Town, area};
use crate::domain::{Draft, LayerId};

const RESIDENTS: i64 = 78_710;

/// The twelve-digit code; the village, which is the last community, has a number from 200 on.
pub(super) fn community_code(plan: &Plan, community: usize) -> String {
    let number = if community + 1 == plan.communities.len() {
        200
    } else {
        community + 1
    };
    format!("{SUBDISTRICT}{number:03}")
}

/// Community, kind, number from west to east.
pub(super) fn grid_code(plan: &Plan, grid: usize) -> String {
    let community = plan.grids[grid].community;
    let first = plan
        .grids
        .iter()
        .position(|other| other.community == community)
        .unwrap_or(0);
    format!(
        "{}J{:02}",
        community_code(plan, community),
        grid - first + 1
    )
}

pub(super) fn govern(town: &mut Town, plan: &Plan) {
    let (mut dice, mut names) = (Dice::new(town.seed, 4), NameBook::default());
    let all: i64 = town
        .compounds
        .iter()
        .map(|compound| compound.households)
        .sum();
    let mut grids = vec![(0, 0); plan.grids.len()];
    let mut so_far = 0;
    for at in 0..town.compounds.len() {
        let (grid, households) = (town.compounds[at].grid, town.compounds[at].households);
        // shares of a running total: they add up to all residents exactly
        let residents = (so_far + households) * RESIDENTS / all - so_far * RESIDENTS / all;
        so_far += households;
        town.set(LayerId::COMPOUNDS, at, "resident_count", residents);
        grids[grid].0 += residents;
        grids[grid].1 += households;
    }
    let schema = LayerId::SUBDISTRICTS.schema();
    let draft = Draft::new(schema, SUBDISTRICT, "雁南街道")
        .at(area(&plan.outline))
        .with(schema, "district_name", "演示区")
        .with(
            schema,
            "office_address",
            format!("{}1号", plan.streets[3].name),
        )
        .with(schema, "resident_count", RESIDENTS)
        .with(schema, "household_count", all);
    town.add(LayerId::SUBDISTRICTS, draft);
    let schema = LayerId::COMMUNITIES.schema();
    for (at, outline) in plan.communities.iter().enumerate() {
        let sum = |pick: fn(&(i64, i64)) -> i64| {
            plan.grids
                .iter()
                .zip(&grids)
                .filter(|(grid, _)| grid.community == at)
                .map(|(_, n)| pick(n))
                .sum::<i64>()
        };
        let is_village = at + 1 == plan.communities.len();
        let name = if is_village {
            "柳泉村".to_owned()
        } else {
            format!("{}社区", names.stem(&mut dice))
        };
        let draft = Draft::new(schema, community_code(plan, at), name)
            .at(area(outline))
            .with(schema, "subdistrict_code", SUBDISTRICT)
            .with(
                schema,
                "kind",
                if is_village { "village" } else { "residential" },
            )
            .with(schema, "resident_count", sum(|n| n.0))
            .with(schema, "household_count", sum(|n| n.1))
            .with(
                schema,
                "aliases",
                dice.chance(0.2)
                    .then(|| format!("{}居委会", names.stem(&mut dice))),
            );
        town.add(LayerId::COMMUNITIES, draft);
    }
    let schema = LayerId::GRIDS.schema();
    for (at, grid) in plan.grids.iter().enumerate() {
        let [south, east, north, west] = &grid.streets;
        let code = grid_code(plan, at);
        let number = code
            .chars()
            .rev()
            .take(2)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<String>();
        let community = town.made(LayerId::COMMUNITIES)[grid.community]
            .name
            .to_string();
        let draft = Draft::new(
            schema,
            code.as_str(),
            format!("{}第{}网格", community, number.trim_start_matches('0')),
        )
        .at(area(&grid.outline))
        .with(
            schema,
            "community_code",
            community_code(plan, grid.community),
        )
        .with(schema, "kind", "basic")
        .with(schema, "resident_count", grids[at].0)
        .with(schema, "household_count", grids[at].1)
        .with(
            schema,
            "boundary_description",
            format!("东至{east}，南至{south}，西至{west}，北至{north}"),
        );
        town.add(LayerId::GRIDS, draft);
    }
    for block in blocks(plan, town.seed) {
        let Use::Dedicated(number) = block.usage else {
            continue;
        };
        let (kind, _, name) = DEDICATED[number];
        let community = community_code(plan, plan.grids[block.grid].community);
        let draft = Draft::new(
            schema,
            format!("{community}Z{:02}", number + 1),
            format!("{name}专属网格"),
        )
        .at(area(&block.corners))
        .with(schema, "community_code", community)
        .with(schema, "kind", "dedicated")
        .with(schema, "dedicated_kind", kind);
        town.add(LayerId::GRIDS, draft);
    }
}
