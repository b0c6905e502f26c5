//! The base map: streets, blocks, parks and a lake.

use super::houses::{Use, blocks, part};
use super::plan::Plan;
use super::town::{Town, area, degrees};
use crate::domain::{Draft, LayerId};
use crate::geometry::{Coord, LineString, MultiLineString};

pub(super) fn draw(town: &mut Town, plan: &Plan) {
    let schema = LayerId::ROADS.schema();
    for (at, street) in plan.streets.iter().enumerate() {
        let line = LineString::new(street.line.iter().map(|node| degrees(*node)).collect());
        let draft = Draft::new(schema, format!("DL-{:03}", at + 1), street.name.as_str())
            .at(MultiLineString::new(vec![line]))
            .with(schema, "class", street.class)
            .with(schema, "width_m", street.width_m);
        town.add(LayerId::ROADS, draft);
    }
    for (at, block) in blocks(plan, town.seed).into_iter().enumerate() {
        let kind = match block.usage {
            Use::Homes | Use::Village => "residential",
            Use::Park | Use::Lake => "park",
            Use::Dedicated(0..=2) => "campus",
            Use::Dedicated(3 | 4) => "medical",
            Use::Dedicated(5..=7) => "commercial",
            Use::Dedicated(10) => "industrial",
            Use::Dedicated(_) => "plaza",
        };
        let schema = LayerId::LAND_USE.schema();
        let draft = Draft::new(schema, format!("YD-{:03}", at + 1), "").with(schema, "kind", kind);
        town.add(LayerId::LAND_USE, draft.at(area(&block.corners)));
        if block.usage == Use::Lake {
            let schema = LayerId::WATER.schema();
            let draft = Draft::new(schema, "SX-001", "南池").with(schema, "kind", "lake");
            town.add(
                LayerId::WATER,
                draft.at(area(&lake(&part(
                    &block.corners,
                    (0.12, 0.88),
                    (0.12, 0.88),
                )))),
            );
        }
    }
}

/// A lake in a block: its corners cut off twice.
fn lake(corners: &[Coord; 4]) -> Vec<Coord> {
    let mut shore = corners.to_vec();
    for _ in 0..3 {
        let next = shore.iter().cycle().skip(1);
        let mix = |a: &Coord, b: &Coord, t: f64| Coord {
            x: a.x + (b.x - a.x) * t,
            y: a.y + (b.y - a.y) * t,
        };
        shore = shore
            .iter()
            .zip(next)
            .flat_map(|(a, b)| [mix(a, b, 0.25), mix(a, b, 0.75)])
            .collect();
    }
    shore
}
