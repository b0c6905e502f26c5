//! Records of the facilities, each kind in its number.

use super::blocks::Use;
use super::dice::Dice;
use super::plane::point;
use super::records::{Ledger, Records, Row};
use super::spots::{self, Spot};
use super::town::{House, Town};
use crate::domain::LayerId;

/// Where a kind of facility stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    /// In houses on the street or for the public, spread over the communities.
    PublicHouse,
    /// In a dwelling house, on its ground floor.
    Dwelling,
    Yard,
    Pavement,
    /// The whole plot of a block with this use.
    Plot(Use),
    /// The civic plots of this kind of ground.
    Civic(&'static str),
}

/// Code, number, name, site, opening, capacity from and to, radius, operator.
type Kind = (
    &'static str,
    usize,
    &'static str,
    Site,
    &'static str,
    (i64, i64),
    f64,
    &'static str,
);

const DAYTIME: &str = "08:30-17:30";
const ALWAYS: &str = "00:00-24:00";

const KINDS: &[Kind] = &[
    (
        "service_station",
        30,
        "社区服务站",
        Site::PublicHouse,
        DAYTIME,
        (200, 600),
        300.0,
        "社区居委会",
    ),
    (
        "party_centre",
        6,
        "党群服务中心",
        Site::PublicHouse,
        "08:30-18:00",
        (100, 300),
        500.0,
        "街道办事处",
    ),
    (
        "elderly_care",
        5,
        "综合养老服务中心",
        Site::PublicHouse,
        "08:00-20:00",
        (40, 120),
        1000.0,
        "街道办事处",
    ),
    (
        "day_care",
        9,
        "日间照料中心",
        Site::Dwelling,
        "08:00-18:00",
        (15, 40),
        300.0,
        "社区居委会",
    ),
    (
        "canteen",
        11,
        "社区食堂",
        Site::PublicHouse,
        "07:00-19:30",
        (40, 150),
        500.0,
        "社区居委会",
    ),
    (
        "clinic",
        14,
        "社区卫生服务站",
        Site::PublicHouse,
        "08:00-20:00",
        (60, 200),
        300.0,
        "社区卫生服务中心",
    ),
    (
        "police_room",
        12,
        "警务室",
        Site::Dwelling,
        ALWAYS,
        (2, 4),
        500.0,
        "派出所",
    ),
    (
        "police_post",
        2,
        "城警驿站",
        Site::Pavement,
        ALWAYS,
        (6, 10),
        800.0,
        "派出所",
    ),
    (
        "rescue_station",
        4,
        "应急救援站",
        Site::PublicHouse,
        ALWAYS,
        (6, 16),
        800.0,
        "街道办事处",
    ),
    (
        "video_point",
        18,
        "综治视联网点位",
        Site::PublicHouse,
        DAYTIME,
        (10, 30),
        500.0,
        "综治中心",
    ),
    (
        "work_station",
        23,
        "小区工作站",
        Site::Yard,
        "08:00-20:00",
        (5, 15),
        150.0,
        "社区居委会",
    ),
    (
        "joint_defence",
        5,
        "联防点位",
        Site::Pavement,
        ALWAYS,
        (4, 8),
        300.0,
        "综治中心",
    ),
    (
        "hydrant",
        168,
        "消火栓",
        Site::Pavement,
        ALWAYS,
        (1, 1),
        120.0,
        "自来水公司",
    ),
    (
        "shelter",
        9,
        "应急避难场所",
        Site::Plot(Use::Park),
        ALWAYS,
        (800, 3000),
        500.0,
        "街道办事处",
    ),
    (
        "kindergarten",
        8,
        "",
        Site::Civic("campus"),
        "07:30-17:30",
        (180, 420),
        300.0,
        "教育局",
    ),
    (
        "nursery",
        6,
        "托育园",
        Site::Dwelling,
        "07:30-18:00",
        (20, 60),
        300.0,
        "民办",
    ),
    (
        "primary_school",
        4,
        "",
        Site::Plot(Use::PrimarySchool),
        "07:30-18:00",
        (900, 1800),
        500.0,
        "教育局",
    ),
    (
        "middle_school",
        2,
        "",
        Site::Plot(Use::MiddleSchool),
        "07:30-18:30",
        (1200, 2400),
        1000.0,
        "教育局",
    ),
    (
        "market",
        3,
        "",
        Site::Plot(Use::Market),
        "05:30-20:00",
        (60, 240),
        500.0,
        "市场公司",
    ),
    (
        "toilet",
        27,
        "公共厕所",
        Site::Pavement,
        ALWAYS,
        (8, 16),
        300.0,
        "环卫所",
    ),
    (
        "waste_point",
        147,
        "垃圾分类收集点",
        Site::Yard,
        "06:00-22:00",
        (4, 8),
        70.0,
        "环卫所",
    ),
    (
        "charging_station",
        22,
        "充电站",
        Site::Yard,
        ALWAYS,
        (6, 40),
        500.0,
        "充电运营公司",
    ),
    (
        "car_park",
        19,
        "公共停车场",
        Site::Pavement,
        ALWAYS,
        (30, 260),
        300.0,
        "停车公司",
    ),
    (
        "bus_stop",
        44,
        "公交站",
        Site::Pavement,
        "06:00-22:30",
        (2, 8),
        500.0,
        "公交公司",
    ),
    (
        "metro_station",
        3,
        "地铁站",
        Site::Pavement,
        "06:00-23:30",
        (2, 4),
        800.0,
        "地铁公司",
    ),
];

/// Writes the facilities.
pub(super) fn write(town: &Town, ledger: &Ledger, records: &mut Records, dice: &mut Dice) {
    let mut number = 0;
    for kind in KINDS {
        for (name, spot, geometry) in sites(town, kind, dice) {
            number += 1;
            let (low, high) = kind.5;
            records.push(
                Row::new(LayerId::FACILITIES, &format!("SS-{number:04}"), &name)
                    .at(geometry)
                    .set("grid_code", ledger.grid(town, spot.block))
                    .set("kind", kind.0)
                    .set("address", spot.address)
                    .set("opening", kind.4)
                    .set("capacity", dice.between(low, high))
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
