//! From the town to records: codes, figures that add up, and the collection that everything is written into.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::dice::Dice;
use super::plane::{P, Shape};
use super::town::{House, Town};
use crate::domain::{Draft, FeatureId, LayerId, LayerSchema, Value, layers};
use crate::geometry::Geometry;

/// The code of the demonstration subdistrict, one that is not in use.
pub(super) const SUBDISTRICT: &str = "610113902";
/// Registered residents.
pub(super) const RESIDENTS: i64 = 78_710;

/// A record that is being filled in.
#[derive(Debug)]
pub(super) struct Row {
    layer: LayerId,
    schema: &'static LayerSchema,
    draft: Draft,
}

impl Row {
    /// An empty record.
    pub(super) fn new(layer: LayerId, code: &str, name: &str) -> Self {
        let schema = layer.schema();
        Self {
            layer,
            schema,
            draft: Draft::new(schema, code, name),
        }
    }

    /// The record with `field` set.
    pub(super) fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.draft = self.draft.with(self.schema, field, value);
        self
    }

    /// The record with a shape.
    pub(super) fn at(mut self, geometry: Geometry) -> Self {
        self.draft = self.draft.at(geometry);
        self
    }
}

/// The records of all layers.
#[derive(Debug, Default)]
pub(super) struct Records {
    rows: Vec<(LayerId, Draft)>,
}

impl Records {
    /// Adds a record.
    pub(super) fn push(&mut self, row: Row) {
        self.rows.push((row.layer, row.draft));
    }

    /// Adds what `keep` makes of the records of another town.
    pub(super) fn extend(
        &mut self,
        other: Self,
        keep: impl FnMut((LayerId, Draft)) -> Option<(LayerId, Draft)>,
    ) {
        self.rows.extend(other.rows.into_iter().filter_map(keep));
    }

    /// All records: layers in the order of the catalogue, in each the order of codes, ids from 1.
    pub(super) fn numbered(mut self) -> Vec<(LayerId, FeatureId, Draft)> {
        let order = |layer: LayerId| layers::ALL.iter().position(|schema| schema.id == layer);
        self.rows
            .sort_by(|a, b| (order(a.0), &a.1.code).cmp(&(order(b.0), &b.1.code)));
        let (mut last, mut id) = (None, 0);
        self.rows
            .into_iter()
            .map(|(layer, draft)| {
                id = if last == Some(layer) { id + 1 } else { 1 };
                last = Some(layer);
                (layer, FeatureId(id), draft)
            })
            .collect()
    }
}

/// A dwelling behind an entrance, or a homestead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home {
    pub(super) house: usize,
    /// From 1; 0 for a homestead.
    pub(super) entrance: usize,
    pub(super) floor: i64,
    pub(super) door: i64,
    pub(super) people: i64,
}

/// The codes and figures of the town.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The code of the subdistrict, with which the codes of everything in it begin.
    pub(super) subdistrict: String,
    pub(super) community_codes: Vec<String>,
    /// By grid place: code and name.
    pub(super) grid_codes: Vec<(String, String)>,
    pub(super) compound_codes: Vec<String>,
    pub(super) house_codes: Vec<String>,
    pub(super) homes: Vec<Home>,
}

/// North to south in bands of 240 m, west to east within one.
fn reading_order(centre: P) -> (i64, i64) {
    ((-centre.y / 240.0).floor() as i64, centre.x as i64)
}

/// The middle of several blocks.
fn middle(shapes: &[Shape]) -> P {
    let area: f64 = shapes.iter().map(Shape::area).sum();
    let sum = shapes.iter().fold(super::plane::p(0.0, 0.0), |sum, shape| {
        sum + shape.centre() * shape.area()
    });
    sum * (1.0 / area.max(1.0))
}

impl Ledger {
    /// Gives every area and house its code, and every home its people.
    pub(super) fn of(town: &Town, subdistrict: &str, dice: &mut Dice) -> Self {
        let blocks_where = |wanted: &dyn Fn(usize, usize) -> bool| -> Vec<Shape> {
            town.blocks
                .iter()
                .filter(|block| wanted(block.community, block.grid))
                .map(|block| town.net.shape(block.face))
                .collect()
        };
        let mut order: Vec<usize> = (0..town.communities.len()).collect();
        order.sort_by_key(|at| {
            reading_order(middle(&blocks_where(&|community, _| community == *at)))
        });
        let mut community_codes = vec![String::new(); order.len()];
        let mut next = 0;
        for at in order {
            let number = if at == town.village {
                200
            } else {
                next += 1;
                next
            };
            community_codes[at] = format!("{subdistrict}{number:03}");
        }
        let grids = super::streets::BASIC_GRIDS;
        let mut grid_codes = vec![(String::new(), String::new()); grids];
        for (community, code) in community_codes.iter().enumerate() {
            let mut inside: Vec<usize> = (0..grids)
                .filter(|grid| {
                    town.blocks
                        .iter()
                        .any(|b| b.grid == *grid && b.community == community)
                })
                .collect();
            inside.sort_by_key(|at| reading_order(middle(&blocks_where(&|_, grid| grid == *at))));
            for (at, grid) in inside.into_iter().enumerate() {
                let number = super::names::chinese(at + 1);
                let stem = town.communities[community].trim_end_matches("社区");
                grid_codes[grid] = (
                    format!("{code}J{:02}", at + 1),
                    format!("{stem}第{number}网格"),
                );
            }
        }
        let mut compound_codes = Vec::new();
        let mut seen = vec![0; community_codes.len()];
        for compound in &town.compounds {
            let community = town.blocks[compound.block].community;
            seen[community] += 1;
            compound_codes.push(format!(
                "{}X{:02}",
                community_codes[community], seen[community]
            ));
        }
        let mut by_time: Vec<usize> = (0..town.houses.len()).collect();
        by_time.sort_by_key(|at| (town.houses[*at].year, *at));
        let mut seen = vec![0; community_codes.len()];
        let mut house_codes = vec![String::new(); town.houses.len()];
        for at in by_time {
            let community = town.blocks[town.houses[at].block].community;
            seen[community] += 1;
            house_codes[at] = format!("{}{:05}", community_codes[community], seen[community]);
        }
        Self {
            subdistrict: subdistrict.to_owned(),
            community_codes,
            grid_codes,
            compound_codes,
            house_codes,
            homes: homes(town, dice),
        }
    }

    /// The code of the basic grid of a block.
    pub(super) fn grid(&self, town: &Town, block: usize) -> &str {
        &self.grid_codes[town.blocks[block].grid].0
    }

    /// Homes and people where `belongs` says so.
    pub(super) fn count(&self, belongs: &dyn Fn(usize) -> bool) -> (i64, i64) {
        self.homes
            .iter()
            .filter(|home| belongs(home.house))
            .fold((0, 0), |(homes, people), home| {
                (homes + 1, people + home.people)
            })
    }
}

/// Every home with its people: households of ordinary sizes, then single people more or less until the sum is right.
fn homes(town: &Town, dice: &mut Dice) -> Vec<Home> {
    let mut homes = Vec::new();
    for (house, record) in town.houses.iter().enumerate() {
        for entrance in 1..=record.entrances {
            for floor in 1..=record.storeys {
                for door in 1..=record.doors {
                    let people = dice.weighted(&[
                        (9, 0),
                        (20, 1),
                        (28, 2),
                        (23, 3),
                        (12, 4),
                        (6, 5),
                        (2, 6),
                    ]);
                    homes.push(Home {
                        house,
                        entrance,
                        floor,
                        door,
                        people,
                    });
                }
            }
        }
        if record.parcel.is_some() {
            homes.push(Home {
                house,
                entrance: 0,
                floor: 1,
                door: 1,
                people: dice.between(3, 6) + dice.between(0, record.storeys * 3),
            });
        }
    }
    let mut sum: i64 = homes.iter().map(|home| home.people).sum();
    while sum != RESIDENTS && !homes.is_empty() {
        let at = dice.below(homes.len());
        let home = &mut homes[at];
        if sum < RESIDENTS && home.people > 0 && home.people < 7 {
            home.people += 1;
            sum += 1;
        } else if sum > RESIDENTS && home.people > 1 {
            home.people -= 1;
            sum -= 1;
        }
    }
    homes
}

/// Where entrance `number` of a house is: on its north wall, in the middle of its share of the length.
pub(super) fn entrance_place(house: &House, number: usize) -> P {
    let frame = super::houses::frame_of(&house.shape);
    let (low, high) = house.shape.extent(frame);
    let u = low.x + (high.x - low.x) * (number as f64 - 0.5) / house.entrances as f64;
    let wall = super::plane::sides(&house.shape.outer)
        .filter_map(|(a, b)| {
            let (a, b) = (frame.of(a), frame.of(b));
            let across = (a.x - u) * (b.x - u) <= 0.0 && (a.x - b.x).abs() > 1e-6;
            across.then(|| a.y + (b.y - a.y) * (u - a.x) / (b.x - a.x))
        })
        .fold(low.y, f64::max);
    frame.at(u, wall)
}

/// `days` after `date`, before it when negative.
pub(super) fn after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// A moment of the office's clock (UTC+8).
pub(super) fn moment(date: Date, minute: i64) -> Timestamp {
    let minute = minute.clamp(0, 1_439);
    let clock = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
    Offset::constant(8).to_timestamp(clock).unwrap_or_default()
}

/// The post `number` of the place with `code`.
pub(super) fn post(code: &str, number: usize) -> String {
    format!("GW-{code}-{number}")
}
