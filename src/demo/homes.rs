//! Records of compounds, buildings, entrances and households.

use jiff::civil::Date;

use super::dice::Dice;
use super::houses::Estate;
use super::names;
use super::plane::point;
use super::records::{Home, Ledger, Records, Row, after, entrance_place};
use super::survey::Survey;
use super::town::{House, Town};
use crate::domain::LayerId;

/// Self-built houses that are watched.
pub(super) const WATCHED: usize = 22;

/// Writes the records; gives the houses under watch.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    survey: &mut Survey,
    dice: &mut Dice,
) -> Vec<usize> {
    let watched = write_houses(town, ledger, records, as_of, survey, dice);
    entrances(town, ledger, records);
    households(town, ledger, records, as_of, dice);
    watched
}

/// Writes the compounds and buildings alone; gives the houses under watch.
fn write_houses(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    survey: &mut Survey,
    dice: &mut Dice,
) -> Vec<usize> {
    compounds(town, ledger, records, survey, dice);
    buildings(town, ledger, records, as_of, survey, dice)
}

/// Writes the compounds, buildings and entrances; gives the houses under watch.
pub(super) fn write_without_households(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    survey: &mut Survey,
    dice: &mut Dice,
) -> Vec<usize> {
    let watched = write_houses(town, ledger, records, as_of, survey, dice);
    entrances(town, ledger, records);
    watched
}

fn compounds(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    survey: &mut Survey,
    dice: &mut Dice,
) {
    for (at, compound) in town.compounds.iter().enumerate() {
        let houses: Vec<&House> = town
            .houses
            .iter()
            .filter(|h| h.compound == Some(at))
            .collect();
        let (households, residents) =
            ledger.count(&|house| town.houses[house].compound == Some(at));
        let old = compound.year <= 2000;
        let management = match compound.estate {
            Estate::Commodity => "professional",
            Estate::WorkUnit => {
                dice.weighted(&[(4, "self_managed"), (2, "community"), (1, "none")])
            }
            Estate::Resettlement => dice.weighted(&[(3, "professional"), (2, "community")]),
            Estate::OldRows => dice.weighted(&[(2, "professional"), (3, "community"), (2, "none")]),
        };
        let company = (management == "professional").then(|| names::company(dice));
        let share =
            |dice: &mut Dice, low: f64, high: f64| (dice.range(low, high) * 100.0).round() / 100.0;
        let surveyed = dice.chance(0.9);
        let per_home = if old {
            dice.range(0.12, 0.4)
        } else {
            dice.range(0.5, 1.1)
        };
        let chargers = if old {
            dice.range(0.0, 0.12)
        } else {
            dice.range(0.08, 0.3)
        };
        let space = (compound.shape.area() * dice.range(0.02, 0.09)).round();
        let damaged = if old {
            share(dice, 0.15, 0.9)
        } else {
            share(dice, 0.0, 0.2)
        };
        let bare = if old { share(dice, 0.4, 1.0) } else { 0.0 };
        let older = dice.chance(0.28).then(|| {
            if compound.estate == Estate::WorkUnit {
                compound.name.replace("家属院", "福利区")
            } else {
                format!("{}家属院", compound.address)
            }
        });
        let row = Row::new(
            LayerId::COMPOUNDS,
            &ledger.compound_codes[at],
            &compound.name,
        )
        .at(compound.shape.geometry())
        .set("grid_code", ledger.grid(town, compound.block))
        .set("kind", compound.estate.code())
        .set("address", compound.address.as_str())
        .set("built_year", compound.year)
        .set("property_management", management)
        .set("property_company", company)
        .set("has_work_station", at % 13 == 3 || at % 13 == 9)
        .set("building_count", houses.len() as i64)
        .set(
            "entrance_count",
            houses.iter().map(|h| h.entrances as i64).sum::<i64>(),
        )
        .set("household_count", households)
        .set("resident_count", residents)
        .set(
            "parking_count",
            (households as f64 * per_home).round() as i64,
        )
        .set(
            "charger_count",
            (households as f64 * chargers).round() as i64,
        )
        .set(
            "damaged_pipe_systems",
            surveyed.then(|| {
                if old {
                    dice.between(1, 5)
                } else {
                    dice.between(0, 1)
                }
            }),
        )
        .set("damaged_envelope_ratio", surveyed.then_some(damaged))
        .set("uninsulated_ratio", surveyed.then_some(bare))
        .set("activity_space_m2", space)
        .set("barrier_free", !old || dice.chance(0.2))
        .set("smart_security", !old || dice.chance(0.3))
        .set("consent_ratio", old.then(|| share(dice, 0.55, 0.99)))
        .set("aliases", older);
        records.push(survey.compound(town, at, row));
    }
}

fn buildings(
    town: &Town,
    ledger: &Ledger,
    records: &mut Records,
    as_of: Date,
    survey: &mut Survey,
    dice: &mut Dice,
) -> Vec<usize> {
    let mut homesteads: Vec<usize> = (0..town.houses.len())
        .filter(|at| town.houses[*at].parcel.is_some())
        .collect();
    dice.shuffle(&mut homesteads);
    let mut watched: Vec<usize> = homesteads.into_iter().take(WATCHED).collect();
    watched.sort_unstable();
    let mut per_house = vec![0_i64; town.houses.len()];
    for home in &ledger.homes {
        per_house[home.house] += 1;
    }
    for (at, house) in town.houses.iter().enumerate() {
        let code = &ledger.house_codes[at];
        let height = house.storeys as f64
            * if house.entrances > 0 || house.parcel.is_some() {
                2.9
            } else {
                3.9
            }
            + 1.0;
        let lived_in = house.entrances > 0 || house.parcel.is_some();
        let watch = watched.binary_search(&at).ok();
        let mut row = Row::new(LayerId::BUILDINGS, code, &house.name)
            .at(house.shape.geometry())
            .set(
                "compound_code",
                house.compound.map(|c| ledger.compound_codes[c].as_str()),
            )
            .set(
                "number",
                (!house.number.is_empty()).then_some(house.number.as_str()),
            )
            .set("address", house.address.as_str())
            .set("use", house.purpose)
            .set("storeys", house.storeys)
            .set(
                "storeys_below",
                if house.storeys > 9 {
                    dice.between(1, 2)
                } else {
                    0
                },
            )
            .set("height_m", (height * 10.0).round() / 10.0)
            .set(
                "structure",
                survey
                    .knows_structure(house.compound)
                    .then_some(house.structure),
            )
            .set("built_year", house.year)
            .set(
                "entrance_count",
                (house.entrances > 0).then_some(house.entrances as i64),
            )
            .set("household_count", lived_in.then_some(per_house[at]))
            .set(
                "lift_count",
                if house.lift {
                    (house.entrances.max(1) as i64) * if house.storeys > 17 { 2 } else { 1 }
                } else {
                    0
                },
            )
            .set(
                "floor_area_m2",
                (house.shape.area() * house.storeys as f64).round(),
            );
        if house.parcel.is_some() {
            row = row.set("operating", dice.chance(0.35));
        }
        row = match watch {
            Some(number) => graded(row, number, as_of, dice).set("under_watch", true),
            None if house.parcel.is_some() => row.set("under_watch", false).set(
                "screening",
                dice.weighted(&[(8, Some("none_found")), (3, Some("some")), (1, None)]),
            ),
            None if house.compound.is_some() && house.year < 1992 && dice.chance(0.3) => row
                .set(
                    "screening",
                    dice.weighted(&[(6, "none_found"), (2, "some")]),
                )
                .set("under_watch", false),
            None => row.set("under_watch", false),
        };
        let appraisal = house
            .compound
            .and_then(|c| survey.appraisal(c, house.year, at, as_of));
        if let Some(appraisal) = appraisal {
            row = appraisal.on(row);
        }
        records.push(row);
    }
    watched
}

/// Screening and appraisal of a house under watch: some are graded, some wait for the appraiser.
fn graded(row: Row, number: usize, as_of: Date, dice: &mut Dice) -> Row {
    const GRADES: [Option<&str>; 11] = [
        Some("C"),
        Some("B"),
        None,
        Some("D"),
        Some("B"),
        Some("C"),
        None,
        Some("B"),
        Some("A"),
        Some("C"),
        Some("B"),
    ];
    let grade = GRADES[number % GRADES.len()];
    let severe = matches!(grade, Some("C" | "D")) || (grade.is_none() && dice.chance(0.5));
    let row = row.set("screening", if severe { "severe" } else { "some" });
    let Some(grade) = grade else { return row };
    let on = after(as_of, -dice.between(60, 500));
    row.set("safety_grade", grade)
        .set(
            "appraisal_report",
            format!("JD-{}-{:03}", on.year(), number * 7 + 11),
        )
        .set(
            "appraisal_body",
            dice.pick(&["秦安房屋安全鉴定所(演示)", "华岳建筑检测公司(演示)"]),
        )
        .set("appraised_on", on)
}

fn entrances(town: &Town, ledger: &Ledger, records: &mut Records) {
    for (at, house) in town.houses.iter().enumerate() {
        for number in 1..=house.entrances {
            let code = format!("{}-{number}", ledger.house_codes[at]);
            records.push(
                Row::new(LayerId::ENTRANCES, &code, &format!("{number}单元"))
                    .at(point(entrance_place(house, number)))
                    .set("building_code", ledger.house_codes[at].as_str())
                    .set("number", number.to_string())
                    .set("floors", house.storeys)
                    .set("doors_per_floor", house.doors)
                    .set("has_lift", house.lift),
            );
        }
    }
}

fn households(town: &Town, ledger: &Ledger, records: &mut Records, as_of: Date, dice: &mut Dice) {
    for home in &ledger.homes {
        let house = &town.houses[home.house];
        let building = &ledger.house_codes[home.house];
        let row = if let Some(parcel) = &house.parcel {
            Row::new(
                LayerId::HOUSEHOLDS,
                &format!("{building}-H1"),
                &house.address,
            )
            .at(parcel.geometry())
            .set("building_code", building.as_str())
        } else {
            let room = format!("{:02}{:02}", home.floor, home.door);
            let entrance = format!("{building}-{}", home.entrance);
            let label = format!("{}{:02}", home.floor, home.door);
            Row::new(
                LayerId::HOUSEHOLDS,
                &format!("{entrance}-{room}"),
                &format!("{}{}单元{label}", house.name, home.entrance),
            )
            .set("entrance_code", entrance)
            .set("building_code", building.as_str())
            .set("floor", home.floor)
            .set("room_label", label)
        };
        records.push(dwelling(row, house, *home, as_of, dice));
    }
}

/// What the minimal record says of a dwelling.
fn dwelling(row: Row, house: &House, home: Home, as_of: Date, dice: &mut Dice) -> Row {
    let band = match home.people {
        0 => "0",
        1 => "1",
        2 => "2",
        3 | 4 => "3_4",
        _ => "5_plus",
    };
    let lived_in = if home.people == 0 {
        "vacant"
    } else if house.parcel.is_some() {
        dice.weighted(&[(3, "owner"), (4, "let"), (2, "business")])
    } else {
        dice.weighted(&[(64, "owner"), (28, "let"), (2, "business"), (6, "unknown")])
    };
    let area = if house.parcel.is_some() {
        "over_144"
    } else if house.year < 1990 {
        dice.weighted(&[(4, "under_50"), (6, "50_90")])
    } else if house.year < 2001 {
        dice.weighted(&[(1, "under_50"), (8, "50_90"), (3, "90_144")])
    } else {
        dice.weighted(&[(2, "50_90"), (7, "90_144"), (2, "over_144")])
    };
    let rooms = match area {
        "under_50" => dice.between(1, 2),
        "50_90" => dice.between(2, 3),
        "90_144" => dice.between(3, 4),
        _ => {
            dice.between(4, 5)
                + if house.parcel.is_some() {
                    house.storeys * 2
                } else {
                    0
                }
        }
    };
    let gas = if house.parcel.is_some() {
        dice.weighted(&[(6, "bottled"), (3, "piped"), (1, "none")])
    } else {
        dice.weighted(&[(92, "piped"), (4, "bottled"), (4, "none")])
    };
    let checked = after(as_of, -dice.between(5, 540));
    let visit = home.people > 0 && dice.chance(0.012);
    row.set("dwelling_use", lived_in)
        .set("area_band", area)
        .set("room_count", rooms)
        .set("occupants_band", band)
        .set("gas_kind", gas)
        .set(
            "indoor_ebike_charging",
            home.people > 0 && dice.chance(if house.lift { 0.015 } else { 0.035 }),
        )
        .set(
            "smoke_alarm",
            dice.chance(if house.year > 2000 { 0.7 } else { 0.22 }),
        )
        .set("needs_visit", visit)
        .set(
            "needs_visit_until",
            visit.then(|| after(as_of, dice.between(30, 360))),
        )
        .set("last_checked_on", checked)
        .set(
            "source",
            dice.weighted(&[(7, "网格员入户核查"), (2, "房屋普查"), (1, "物业台账")]),
        )
        .set("valid_until", after(checked, 730))
}
