//! Records of the gates of compounds, and of the floor space that stands empty.

use jiff::civil::Date;

use super::dice::Dice;
use super::plane::{P, p, point};
use super::records::{Ledger, Records, Row, after};
use super::spots;
use super::town::Town;
use crate::domain::LayerId;

/// Square metres that stand empty, by the report.
pub(super) const VACANT_M2: i64 = 18_700;
/// Spaces that they are in.
const VACANT: usize = 22;

/// Writes the gates.
pub(super) fn write(town: &Town, ledger: &Ledger, records: &mut Records, dice: &mut Dice) {
    let mut numbers = vec![0; town.compounds.len()];
    for (compound, place) in &town.gates {
        numbers[*compound] += 1;
        let (number, record) = (numbers[*compound], &town.compounds[*compound]);
        let side = side(*place - record.shape.centre());
        let name = if number == 1 {
            format!("{}{side}门", record.name)
        } else {
            format!("{}{side}门{number}", record.name)
        };
        let kind = match number {
            1 => "shared",
            2 => dice.weighted(&[(5, "pedestrian"), (2, "shared"), (1, "vehicle")]),
            _ => dice.weighted(&[(3, "pedestrian"), (1, "emergency")]),
        };
        let opening = match kind {
            "shared" => dice.weighted(&[(6, "00:00-24:00"), (1, "05:30-23:30")]),
            "emergency" => "应急时开启",
            _ => dice.weighted(&[(3, "06:00-22:00"), (2, "00:00-24:00")]),
        };
        let (low, high) = if kind == "pedestrian" {
            (1.2, 2.4)
        } else {
            (3.5, 7.0)
        };
        let width = (dice.range(low, high) * 10.0).round() / 10.0;
        let measured = dice.chance(0.85);
        let level = dice.chance(if record.year > 2000 { 0.9 } else { 0.45 });
        records.push(
            Row::new(
                LayerId::GATES,
                &format!("{}M{number:02}", ledger.compound_codes[*compound]),
                &name,
            )
            .at(point(*place))
            .set("compound_code", ledger.compound_codes[*compound].as_str())
            .set("kind", kind)
            .set("opening", opening)
            .set("width_m", measured.then_some(width))
            .set("barrier_free", measured.then_some(level)),
        );
    }
}

/// The point of the compass that lies nearest to a direction.
fn side(way: P) -> &'static str {
    let sides = [
        ("东", p(1.0, 0.0)),
        ("南", p(0.0, -1.0)),
        ("西", p(-1.0, 0.0)),
        ("北", p(0.0, 1.0)),
    ];
    sides
        .into_iter()
        .max_by(|a, b| a.1.dot(way).total_cmp(&b.1.dot(way)))
        .map_or("", |(name, _)| name)
}

/// Writes the spaces that stand empty: floors of houses that are not lived in.
pub(super) fn write_vacant(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    dice: &mut Dice,
) {
    let fits = ["commercial", "office", "public", "industrial"];
    let mut houses = spots::houses(town, dice, |house| {
        fits.contains(&house.purpose) && house.shape.area() > 260.0
    });
    houses.truncate(VACANT);
    houses.sort_unstable();
    // each gets a part of its floor, then all together are made the sum of the report
    let parts: Vec<f64> = houses
        .iter()
        .map(|at| town.houses[*at].shape.area() * dice.range(0.45, 0.9))
        .collect();
    let sum: f64 = parts.iter().sum();
    let mut left = VACANT_M2;
    for (at, house) in houses.iter().enumerate() {
        let record = &town.houses[*house];
        let area = if at + 1 == houses.len() {
            left
        } else {
            ((parts[at] / sum * VACANT_M2 as f64 / 10.0).round() as i64) * 10
        };
        left -= area;
        let spot = spots::in_house(town, *house, dice);
        let floor = dice.between(1, record.storeys.min(4));
        let (former, owner) = match record.purpose {
            "commercial" => ("商铺", dice.pick(&["翠池商贸公司(演示)", "区供销社(演示)"])),
            "office" => (
                "办公",
                dice.pick(&["区国资中心(演示)", "翠池资产公司(演示)"]),
            ),
            "industrial" => ("厂房", "翠池机械厂(演示)"),
            _ => ("公共用房", "街道办事处"),
        };
        let owned = dice.chance(0.85);
        let since = dice
            .chance(0.8)
            .then(|| after(as_of, -dice.between(60, 1_400)));
        records.push(
            Row::new(
                LayerId::VACANT_SPACES,
                &format!("KZ-{:03}", at + 1),
                &format!("{}{floor}层闲置用房", record.name),
            )
            .at(point(spot.place))
            .set("building_code", ledger.house_codes[*house].as_str())
            .set("address", record.address.as_str())
            .set("floor", floor)
            .set("floor_area_m2", area as f64)
            .set("former_use", former)
            .set("owner_unit", owned.then_some(owner))
            .set("vacant_since", since),
        );
    }
}
