//! Records of the facilities, each kind in its number.

use super::blocks::Use;
use super::dice::Dice;
use super::facility_kinds::{KINDS, Kind, Site, floor_area};
use super::plane::point;
use super::records::{Ledger, Records, Row};
use super::spots::{self, Spot};
use super::town::{House, Town};
use crate::domain::LayerId;

/// Writes the facilities.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    dice: &mut Dice,
    measured: &mut Dice,
) {
    let mut number = 0;
    for kind in KINDS {
        for (name, spot, geometry) in sites(town, kind, dice) {
            number += 1;
            let (low, high) = kind.5;
            let area = floor_area(kind.0).map(|(least, most)| measured.between(least, most) as f64);
            let known = measured.chance(0.82);
            records.push(
                Row::new(LayerId::FACILITIES, &format!("SS-{number:04}"), &name)
                    .at(geometry)
                    .set("grid_code", ledger.grid(town, spot.block))
                    .set("kind", kind.0)
                    .set("address", spot.address)
                    .set("opening", kind.4)
                    .set("capacity", dice.between(low, high))
                    .set("floor_area_m2", area.filter(|_| known))
                    .set("service_radius_m", kind.6)
                    .set("operator", kind.7)
                    .set(
                        "not_public",
                        matches!(kind.0, "video_point" | "joint_defence"),
                    ),
            );
        }
    }
}

/// As many sites as the kind has, spread over the communities in turn.
fn sites(
    town: &Town,
    kind: &Kind,
    dice: &mut Dice,
) -> Vec<(String, Spot, crate::geometry::Geometry)> {
    let (_, count, title, site, ..) = *kind;
    let mut found = Vec::new();
    if let Site::Plot(ground) = site {
        let mut blocks: Vec<usize> = (0..town.blocks.len())
            .filter(|at| town.blocks[*at].ground == ground)
            .collect();
        let spare = [Use::Scenic, Use::Plaza, Use::Campus, Use::MiddleSchool];
        if ground == Use::Park {
            blocks.extend(
                (0..town.blocks.len()).filter(|at| spare.contains(&town.blocks[*at].ground)),
            );
        }
        for at in blocks.into_iter().take(count) {
            let block = &town.blocks[at];
            let name = town
                .grounds
                .iter()
                .find(|ground| ground.shape == block.plot)
                .map_or_else(String::new, |ground| format!("{}{title}", ground.name));
            let spot = plot_spot(town, at, block.plot.centre());
            found.push((name, spot, block.plot.geometry()));
        }
        return found;
    }
    if let Site::Civic(ground) = site {
        for (block, shape) in &town.civic {
            let place = town
                .grounds
                .iter()
                .find(|g| g.shape == *shape && g.kind == ground);
            if let Some(place) = place.filter(|_| found.len() < count) {
                let spot = plot_spot(town, *block, shape.centre());
                found.push((place.name.clone(), spot, shape.geometry()));
            }
        }
        return found;
    }
    let start = dice.below(town.communities.len());
    let mut turn = 0;
    while found.len() < count && turn < 4_000 {
        let community = (start + turn * 7) % town.communities.len();
        turn += 1;
        let Some((stem, spot)) = try_site(town, site, community, found.len(), dice) else {
            continue;
        };
        let name = match kind.0 {
            "rescue_station" if found.is_empty() => "青溪应急救援站".to_owned(),
            "hydrant" => format!("{title}{:03}", found.len() + 1),
            "bus_stop" | "metro_station" => {
                let street = &town.net.streets[town.street_near(spot.block, spot.place)].name;
                format!("{street}{title}")
            }
            _ => format!("{stem}{title}"),
        };
        let geometry = point(spot.place);
        found.push((name, spot, geometry));
    }
    found
}

fn plot_spot(town: &Town, block: usize, place: super::plane::P) -> Spot {
    let street = &town.net.streets[town.street_near(block, place)].name;
    let address = town
        .houses
        .iter()
        .find(|house| house.block == block && house.compound.is_none())
        .map_or_else(|| format!("{street}旁"), |house| house.address.clone());
    Spot {
        place,
        block,
        house: None,
        address,
    }
}

/// One site in a community, with what to call it by.
fn try_site(
    town: &Town,
    site: Site,
    community: usize,
    at: usize,
    dice: &mut Dice,
) -> Option<(String, Spot)> {
    let stem = town.communities[community].clone();
    let here = |house: &House| town.blocks[house.block].community == community;
    match site {
        Site::PublicHouse | Site::Dwelling => {
            let fits = |house: &House| {
                here(house)
                    && if site == Site::Dwelling {
                        house.purpose == "residential"
                    } else {
                        matches!(house.purpose, "public" | "commercial" | "office")
                    }
            };
            let mut houses = spots::houses(town, dice, fits);
            if houses.is_empty() {
                houses = spots::houses(town, dice, here);
            }
            let house = *houses.first()?;
            Some((stem, spots::in_house(town, house, dice)))
        }
        Site::Yard => {
            // Compounds in turn, so that 147 waste points mean one for each.
            let compound = (at * 89) % town.compounds.len();
            Some((
                town.compounds[compound].name.clone(),
                spots::in_yard(town, compound, dice),
            ))
        }
        Site::Pavement => {
            let blocks: Vec<usize> = (0..town.blocks.len())
                .filter(|b| town.blocks[*b].community == community)
                .collect();
            let spot = spots::on_pavement(town, dice.pick(&blocks), dice)?;
            Some((
                town.net.streets[town.street_near(spot.block, spot.place)]
                    .name
                    .clone(),
                spot,
            ))
        }
        Site::Plot(_) | Site::Civic(_) => None,
    }
}
