//! Records of the base map: roads, water, land use.

use super::blocks::Use;
use super::houses::frame_of;
use super::plane::{P, lines, meet, off_segment, sides};
use super::records::{Records, Row};
use super::town::Town;
use crate::domain::LayerId;

/// How many streets are planned.
const PLANNED: usize = 4;

/// Streets that would cut the largest blocks without homes, from street to street, where no house and no water is in the way.
fn planned(town: &Town) -> Vec<Vec<P>> {
    let mut blocks: Vec<usize> = (0..town.blocks.len())
        .filter(|at| !matches!(town.blocks[*at].ground, Use::Homes | Use::Village))
        .collect();
    blocks.sort_by(|a, b| {
        let area = |at: usize| town.blocks[at].plot.area();
        area(*b).total_cmp(&area(*a))
    });
    let mut found = Vec::new();
    for block in blocks {
        if found.len() == PLANNED {
            break;
        }
        let (face, plot) = (town.blocks[block].face, &town.blocks[block].plot);
        let houses = || town.houses.iter().filter(|house| house.block == block);
        let frame = frame_of(plot);
        let (low, high) = plot.extent(frame);
        let middle = plot.centre();
        let way = (2..=18).find_map(|step| {
            let across = low.x + (high.x - low.x) * f64::from(step) / 20.0;
            let origin = frame.at(across, frame.of(middle).y);
            let (from, to) = town
                .net
                .crossing(face, origin, frame.u.left())
                .filter(|_| plot.has(origin))?;
            let (from, to) = (from.2, to.2);
            let waters = town.water.iter().map(|water| &water.shape);
            let is_free = houses()
                .map(|house| &house.shape)
                .chain(waters)
                .all(|shape| {
                    sides(&shape.outer)
                        .all(|(a, b)| !meet(from, to, a, b) && off_segment(a, from, to) > 4.0)
                });
            is_free.then(|| vec![from, to])
        });
        found.extend(way);
    }
    found
}

/// Writes the base map.
pub(super) fn write(town: &Town, records: &mut Records) {
    let net = &town.net;
    for (at, street) in net.streets.iter().enumerate() {
        let paths: Vec<Vec<P>> = street
            .paths
            .iter()
            .map(|path| path.iter().map(|node| net.at(*node)).collect())
            .collect();
        if paths.is_empty() {
            continue;
        }
        records.push(
            Row::new(LayerId::ROADS, &format!("DL-{:04}", at + 1), &street.name)
                .at(lines(&paths))
                .set("class", street.class.code())
                .set("width_m", street.class.width() * 0.6)
                .set("state", "existing"),
        );
    }
    for (at, (class, width, path)) in town.paths.iter().enumerate() {
        records.push(
            Row::new(LayerId::ROADS, &format!("DL-X{:04}", at + 1), "")
                .at(lines(std::slice::from_ref(path)))
                .set("class", *class)
                .set("width_m", *width)
                .set("state", "existing"),
        );
    }
    for (at, path) in planned(town).into_iter().enumerate() {
        let number = super::names::chinese(at + 1);
        records.push(
            Row::new(
                LayerId::ROADS,
                &format!("DL-G{:03}", at + 1),
                &format!("规划{number}路"),
            )
            .at(lines(&[path]))
            .set("class", "street")
            .set("width_m", 12.0)
            .set(
                "state",
                if at == 0 {
                    "under_construction"
                } else {
                    "planned"
                },
            ),
        );
    }
    for (at, water) in town.water.iter().enumerate() {
        records.push(
            Row::new(LayerId::WATER, &format!("SX-{:03}", at + 1), &water.name)
                .at(water.shape.geometry())
                .set("kind", water.kind),
        );
    }
    for (at, ground) in town.grounds.iter().enumerate() {
        records.push(
            Row::new(
                LayerId::LAND_USE,
                &format!("YD-{:04}", at + 1),
                &ground.name,
            )
            .at(ground.shape.geometry())
            .set("kind", ground.kind),
        );
    }
}
