//! Records of the areas: the subdistrict, its communities, its grids.

use jiff::civil::date;

use super::blocks::{Block, Use};
use super::dice::Dice;
use super::names;
use super::plane::{P, p};
use super::records::{Ledger, RESIDENTS, Records, Row};
use super::town::Town;
use crate::domain::LayerId;

/// A dedicated grid: its code and name.
#[derive(Debug, Clone)]
pub(super) struct Dedicated {
    pub(super) code: String,
    pub(super) name: String,
    community: usize,
}

/// Writes the areas of the subdistrict called `name`; gives the dedicated grids.
pub(super) fn write(
    town: &Town,
    name: &str,
    ledger: &Ledger,
    records: &mut Records,
    dice: &mut Dice,
) -> Vec<Dedicated> {
    let faces = |wanted: &dyn Fn(&Block) -> bool| -> Vec<usize> {
        town.blocks
            .iter()
            .filter(|block| wanted(block))
            .map(|block| block.face)
            .collect()
    };
    let people = |wanted: &dyn Fn(&Block) -> bool| {
        ledger.count(&|house| wanted(&town.blocks[town.houses[house].block]))
    };
    let office = town
        .houses
        .iter()
        .find(|house| town.blocks[house.block].ground == Use::Office && house.purpose == "office");
    let office_of = |community: usize| {
        let in_it = |house: &&super::town::House| town.blocks[house.block].community == community;
        let public = town
            .houses
            .iter()
            .filter(in_it)
            .find(|house| house.purpose == "public");
        public
            .or_else(|| {
                town.houses
                    .iter()
                    .filter(in_it)
                    .find(|house| house.compound.is_some())
            })
            .map(|house| house.address.clone())
    };
    records.push(
        Row::new(LayerId::SUBDISTRICTS, &ledger.subdistrict, name)
            .at(town.net.dissolve(&faces(&|_| true)).into())
            .set("district_name", "雁塔区(演示)")
            .set("office_address", office.map(|house| house.address.clone()))
            .set("resident_count", RESIDENTS)
            .set("household_count", people(&|_| true).0)
            .set("valid_from", date(2009, 3, 1)),
    );
    for (at, name) in town.communities.iter().enumerate() {
        let (households, residents) = people(&|block| block.community == at);
        let village = at == town.village;
        let older = (!village && dice.chance(0.3)).then(|| {
            let stem: String = name.chars().take(2).collect();
            if dice.chance(0.5) {
                format!("{stem}村")
            } else {
                format!("{stem}居委会")
            }
        });
        records.push(
            Row::new(LayerId::COMMUNITIES, &ledger.community_codes[at], name)
                .at(town
                    .net
                    .dissolve(&faces(&|block| block.community == at))
                    .into())
                .set("subdistrict_code", ledger.subdistrict.as_str())
                .set("kind", if village { "village" } else { "residential" })
                .set("office_address", office_of(at))
                .set("resident_count", residents)
                .set("household_count", households)
                .set("aliases", older)
                .set(
                    "valid_from",
                    date(dice.pick(&[2009, 2013, 2021, 2022]), 10, 31),
                ),
        );
    }
    for (at, (code, name)) in ledger.grid_codes.iter().enumerate() {
        let (households, residents) = people(&|block| block.grid == at);
        let community = town
            .blocks
            .iter()
            .find(|block| block.grid == at)
            .map_or(0, |b| b.community);
        records.push(
            Row::new(LayerId::GRIDS, code, name)
                .at(town.net.dissolve(&faces(&|block| block.grid == at)).into())
                .set("community_code", ledger.community_codes[community].as_str())
                .set("kind", "basic")
                .set("resident_count", residents)
                .set("household_count", households)
                .set(
                    "boundary_description",
                    bounds(town, &faces(&|block| block.grid == at)),
                )
                .set(
                    "aliases",
                    dice.chance(0.12).then(|| format!("原{}号网格", at + 1)),
                )
                .set("valid_from", date(2022, 4, 1)),
        );
    }
    dedicated(town, ledger, records)
}

/// The bounds of an area in words: the street that makes up most of it on each side.
fn bounds(town: &Town, faces: &[usize]) -> String {
    let net = &town.net;
    let mut sides: Vec<(P, P, usize)> = Vec::new();
    for face in faces {
        let ring = &net.faces[*face];
        for i in 0..ring.len() {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let outer = net.across(a, b).is_none_or(|other| !faces.contains(&other));
            if let (true, Some(street)) = (outer, net.street_between(a, b)) {
                sides.push((net.at(a), net.at(b), street));
            }
        }
    }
    let parts = [
        ("东", p(1.0, 0.0)),
        ("西", p(-1.0, 0.0)),
        ("南", p(0.0, -1.0)),
        ("北", p(0.0, 1.0)),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter_map(|(word, way)| {
            let mut lengths: std::collections::BTreeMap<usize, f64> =
                std::collections::BTreeMap::new();
            for (a, b, street) in &sides {
                // The outward side of a counter-clockwise outline is to the right of it.
                let facing = -(*b - *a).left().dot(*way);
                if facing > a.to(*b) * 0.6 {
                    *lengths.entry(*street).or_default() += facing;
                }
            }
            let (street, _) = lengths.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some(format!("{word}至{}", net.streets[street].name))
        })
        .collect();
    words.join(",")
}

fn dedicated(town: &Town, ledger: &Ledger, records: &mut Records) -> Vec<Dedicated> {
    const WANTED: &[(Use, usize, &str)] = &[
        (Use::Campus, 2, "campus"),
        (Use::MiddleSchool, 1, "campus"),
        (Use::Hospital, 2, "hospital"),
        (Use::Market, 2, "market"),
        (Use::Mall, 1, "market"),
        (Use::Office, 2, "office"),
        (Use::Works, 1, "park"),
        (Use::Scenic, 1, "scenic"),
        (Use::Station, 1, "transport"),
    ];
    let mut found = Vec::new();
    for (ground, count, kind) in WANTED {
        let blocks = (0..town.blocks.len()).filter(|at| town.blocks[*at].ground == *ground);
        for at in blocks.take(*count) {
            found.push((at, *kind));
        }
    }
    let mut written: Vec<Dedicated> = Vec::new();
    for (at, kind) in found {
        let block = &town.blocks[at];
        let number = written
            .iter()
            .filter(|other| other.community == block.community)
            .count()
            + 1;
        let place = town
            .grounds
            .iter()
            .find(|ground| ground.shape == block.plot)
            .map_or_else(|| names::chinese(number), |ground| ground.name.clone());
        let code = format!("{}Z{number:02}", ledger.community_codes[block.community]);
        let name = format!("{place}专属网格");
        records.push(
            Row::new(LayerId::GRIDS, &code, &name)
                .at(block.plot.geometry())
                .set(
                    "community_code",
                    ledger.community_codes[block.community].as_str(),
                )
                .set("kind", "dedicated")
                .set("dedicated_kind", kind)
                .set("boundary_description", format!("{place}围墙以内"))
                .set("valid_from", date(2022, 4, 1)),
        );
        written.push(Dedicated {
            code,
            name,
            community: block.community,
        });
    }
    written
}
