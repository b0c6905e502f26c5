//! Records of the base map: roads, water, land use.

use super::plane::{P, lines};
use super::records::{Records, Row};
use super::town::Town;
use crate::domain::LayerId;

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
                .set("width_m", street.class.width() * 0.6),
        );
    }
    for (at, (class, width, path)) in town.paths.iter().enumerate() {
        records.push(
            Row::new(LayerId::ROADS, &format!("DL-X{:04}", at + 1), "")
                .at(lines(std::slice::from_ref(path)))
                .set("class", *class)
                .set("width_m", *width),
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
