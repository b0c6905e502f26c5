//! What stands on the blocks: compounds of every kind, their buildings, entrances and households; schools and parks.

use super::areas::{community_code, grid_code};
use super::dice::Dice;
use super::names::{NameBook, company};
use super::plan::{Grid, Plan};
use super::town::{Compound, Town, area, holed, point};
use crate::domain::{Draft, LayerId};
use crate::geometry::Coord;

const BUILDINGS: i64 = 631;
const ENTRANCES: i64 = 1713;
const COMPOUNDS: usize = 147;
/// Houses of the village, and how many of them are watched.
const PARCELS_ACROSS: usize = 14;
const WATCHED: usize = 22;

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Homes,
    Village,
    Park,
    Lake,
    Dedicated(usize),
}

/// The kinds of the thirteen dedicated grids with the use of their buildings.
pub(super) const DEDICATED: [(&str, &str, &str); 13] = [
    ("campus", "school", "第一中学"),
    ("campus", "school", "实验小学"),
    ("campus", "school", "师范学院"),
    ("hospital", "medical", "中心医院"),
    ("hospital", "medical", "妇幼保健院"),
    ("market", "commercial", "农贸市场"),
    ("market", "commercial", "购物中心"),
    ("market", "commercial", "建材市场"),
    ("office", "office", "政务中心"),
    ("office", "office", "设计院"),
    ("park", "industrial", "科创园"),
    ("scenic", "public", "遗址公园"),
    ("transport", "public", "客运枢纽"),
];

/// A block: half of a grid, its corners south-west, south-east, north-east, north-west.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) grid: usize,
    pub(super) corners: [Coord; 4],
    pub(super) usage: Use,
}

/// The place at the shares `u` (east) and `v` (north) of a block.
pub(super) fn within(corners: &[Coord; 4], u: f64, v: f64) -> Coord {
    let mix = |a: Coord, b: Coord, t: f64| Coord {
        x: a.x + (b.x - a.x) * t,
        y: a.y + (b.y - a.y) * t,
    };
    mix(
        mix(corners[0], corners[1], u),
        mix(corners[3], corners[2], u),
        v,
    )
}

/// The part of a block between two shares each way.
pub(super) fn part(corners: &[Coord; 4], (u0, u1): (f64, f64), (v0, v1): (f64, f64)) -> [Coord; 4] {
    [
        within(corners, u0, v0),
        within(corners, u1, v0),
        within(corners, u1, v1),
        within(corners, u0, v1),
    ]
}

/// The blocks with their uses, the same for everyone who asks.
pub(super) fn blocks(plan: &Plan, seed: u64) -> Vec<Block> {
    let mut dice = Dice::new(seed, 2);
    let mut order: Vec<usize> = (0..plan.grids.len() - 1).collect();
    dice.shuffle(&mut order);
    let special: Vec<(usize, Use)> = order
        .iter()
        .copied()
        .zip((0..DEDICATED.len()).map(Use::Dedicated).chain([
            Use::Lake,
            Use::Park,
            Use::Park,
            Use::Park,
        ]))
        .collect();
    let half = |at: usize, grid: &Grid, north: bool| {
        let v = if north { (0.52, 0.965) } else { (0.035, 0.48) };
        let corners = part(&grid.corners, (0.105, 0.895), v);
        let usage = match special.iter().find(|(special, _)| *special == at) {
            Some((_, usage)) if north == at.is_multiple_of(2) => *usage,
            _ if at == plan.grids.len() - 1 && !north => Use::Village,
            _ => Use::Homes,
        };
        Block {
            grid: at,
            corners,
            usage,
        }
    };
    plan.grids
        .iter()
        .enumerate()
        .flat_map(|(at, grid)| [half(at, grid, false), half(at, grid, true)])
        .collect()
}

fn metres(a: Coord, b: Coord) -> f64 {
    let (x, y) = (b.x - a.x, b.y - a.y);
    (x * x + y * y).sqrt()
}

struct Site {
    grid: usize,
    corners: [Coord; 4],
    buildings: i64,
    is_narrow: bool,
    is_tower: bool,
}

/// The sites of the 146 compounds of blocks of flats: fourteen blocks are shared by two.
fn sites(plan: &Plan, seed: u64, dice: &mut Dice) -> Vec<Site> {
    let homes: Vec<Block> = blocks(plan, seed)
        .into_iter()
        .filter(|block| block.usage == Use::Homes)
        .collect();
    let shared = COMPOUNDS - 1 - homes.len();
    let mut sites = Vec::new();
    for (at, block) in homes.iter().enumerate() {
        // every so many blocks one is shared, spread over the whole town
        let is_shared = (at + 1) * shared / homes.len() > at * shared / homes.len();
        let parts = if is_shared {
            vec![(0.0, 0.47), (0.53, 1.0)]
        } else {
            vec![(0.0, 1.0)]
        };
        for across in parts {
            let is_tower = dice.chance(0.16);
            let buildings = if is_shared {
                dice.between(2, 4)
            } else {
                dice.between(3, 6)
            };
            sites.push(Site {
                grid: block.grid,
                corners: part(&block.corners, across, (0.0, 1.0)),
                buildings,
                is_narrow: is_shared,
                is_tower,
            });
        }
    }
    let mut at = 0;
    loop {
        let total: i64 = sites.iter().map(|site| site.buildings).sum();
        if total == BUILDINGS {
            return sites;
        }
        let count = sites.len();
        let site = &mut sites[at * 7 % count];
        let most = if site.is_narrow {
            5
        } else if site.is_tower {
            8
        } else {
            10
        };
        let step = (BUILDINGS - total).signum();
        if (1..=most).contains(&(site.buildings + step)) {
            site.buildings += step;
        }
        at += 1;
    }
}

pub(super) fn build(town: &mut Town, plan: &Plan) {
    let (mut dice, mut names) = (Dice::new(town.seed, 3), NameBook::default());
    let sites = sites(plan, town.seed, &mut dice);
    let total = sites.iter().map(|site| site.buildings).sum::<i64>();
    let mut doors: Vec<i64> = sites
        .iter()
        .flat_map(|site| (0..site.buildings).map(|_| if site.is_tower { 1 } else { 3 }))
        .collect();
    let mut at = 0;
    while doors.iter().sum::<i64>() != ENTRANCES && total == BUILDINGS {
        let step = (ENTRANCES - doors.iter().sum::<i64>()).signum();
        let count = doors.len();
        let door = &mut doors[at * 11 % count];
        if *door > 1 && (2..=4).contains(&(*door + step)) {
            *door += step;
        }
        at += 1;
    }
    let mut doors = doors.into_iter();
    let mut numbers = vec![0; plan.communities.len()];
    for site in sites {
        let grid = &plan.grids[site.grid];
        numbers[grid.community] += 1;
        let mine: Vec<i64> = doors.by_ref().take(site.buildings as usize).collect();
        compound(
            town,
            plan,
            &site,
            numbers[grid.community],
            &mine,
            &mut dice,
            &mut names,
        );
    }
    village(town, plan, &mut numbers, &mut dice);
    dedicated(town, plan);
}

fn compound(
    town: &mut Town,
    plan: &Plan,
    site: &Site,
    number: i64,
    doors: &[i64],
    dice: &mut Dice,
    names: &mut NameBook,
) {
    let grid = &plan.grids[site.grid];
    let code = format!("{}C{number:02}", community_code(plan, grid.community));
    let built_year = if site.is_tower {
        dice.between(2003, 2019)
    } else {
        dice.between(1979, 2004)
    };
    let (kind, name) = match (site.is_tower, dice.below(3)) {
        (true, _) => (
            "commodity",
            format!(
                "{}{}",
                names.stem(dice),
                dice.pick(&["花园", "家园", "名邸", "国际"])
            ),
        ),
        (false, 0) => match names.unit() {
            Some(unit) => ("work_unit", format!("{unit}家属院")),
            None => ("old_rows", format!("{}小区", names.stem(dice))),
        },
        (false, 1) if built_year > 1998 => ("resettlement", format!("{}新村", names.stem(dice))),
        _ => (
            "old_rows",
            format!(
                "{}{}",
                names.stem(dice),
                dice.pick(&["小区", "小区", "苑", "里"])
            ),
        ),
    };
    let address = format!("{}{}号", grid.streets[dice.below(4)], dice.between(3, 180));
    let (width, height) = (
        metres(site.corners[0], site.corners[1]),
        metres(site.corners[0], site.corners[3]),
    );
    let columns = if !site.is_narrow && doors.len() > 5 {
        2
    } else {
        1
    };
    let rows = doors.len().div_ceil(columns);
    let (mut households, mut buildings) = (0, Vec::new());
    for (at, entrances) in doors.iter().enumerate() {
        let (column, row) = (at % columns, at / columns);
        let centre = (
            (column as f64 + 0.5) / columns as f64,
            1.0 - (row as f64 + 0.5) / rows as f64,
        );
        let (long, deep) = if site.is_tower {
            (27.0, 21.0)
        } else {
            ((*entrances as f64) * 16.5, 12.0)
        };
        let half = (
            long.min(width / columns as f64 - 10.0) / 2.0 / width,
            deep / 2.0 / height,
        );
        let shape = shape(
            &site.corners,
            centre,
            half,
            height / rows as f64,
            height,
            dice,
        );
        let floors = if site.is_tower {
            dice.between(15, 26)
        } else if built_year < 1986 {
            dice.between(4, 5)
        } else {
            dice.between(6, 7)
        };
        let doors_per_floor = if site.is_tower {
            4
        } else {
            dice.weighted(&[(6, 2), (4, 3)])
        };
        let building = format!("{code}-{:02}", at + 1);
        let made = Building {
            code: &building,
            compound: &code,
            number: at + 1,
            entrances: *entrances,
            floors,
            doors_per_floor,
            built_year,
            is_tower: site.is_tower,
            address: &address,
            long,
            deep,
        };
        buildings.push((building.clone(), within(&site.corners, centre.0, centre.1)));
        households += made.erect(town, shape, &site.corners, centre, half, dice);
    }
    let management = if site.is_tower {
        "professional"
    } else {
        *dice.pick(&["self_managed", "community", "none", "professional"])
    };
    let schema = LayerId::COMPOUNDS.schema();
    let is_old = built_year <= 2000;
    let draft = Draft::new(schema, code.as_str(), name.as_str())
        .at(area(&site.corners))
        .with(schema, "grid_code", grid_code(plan, site.grid))
        .with(schema, "kind", kind)
        .with(schema, "address", address.as_str())
        .with(schema, "built_year", built_year)
        .with(schema, "property_management", management)
        .with(
            schema,
            "property_company",
            (management == "professional").then(|| company(dice).to_owned()),
        )
        .with(schema, "building_count", doors.len() as i64)
        .with(schema, "entrance_count", doors.iter().sum::<i64>())
        .with(schema, "household_count", households)
        .with(
            schema,
            "parking_count",
            households * dice.between(20, 90) / 100,
        )
        .with(schema, "charger_count", dice.between(0, 12))
        .with(
            schema,
            "damaged_pipe_systems",
            if is_old {
                dice.between(1, 5)
            } else {
                dice.between(0, 1)
            },
        )
        .with(
            schema,
            "damaged_envelope_ratio",
            dice.between(0, if is_old { 10 } else { 3 }) as f64 / 10.0,
        )
        .with(schema, "uninsulated_ratio", if is_old { 1.0 } else { 0.0 })
        .with(schema, "barrier_free", !is_old)
        .with(schema, "smart_security", dice.chance(0.4))
        .with(
            schema,
            "consent_ratio",
            is_old.then(|| dice.between(55, 98) as f64 / 100.0),
        )
        .with(
            schema,
            "aliases",
            dice.chance(0.15)
                .then(|| format!("{}大院", names.stem(dice))),
        );
    town.add(LayerId::COMPOUNDS, draft);
    town.compounds.push(Compound {
        code,
        name,
        address,
        grid: site.grid,
        corners: site.corners.to_vec(),
        built_year,
        households,
        buildings,
        is_old,
    });
}

/// A slab; where there is room, an L, or a ring around a courtyard.
fn shape(
    corners: &[Coord; 4],
    (u, v): (f64, f64),
    (du, dv): (f64, f64),
    room: f64,
    height: f64,
    dice: &mut Dice,
) -> geo::MultiPolygon {
    let at = |x: f64, y: f64| within(corners, u + x, v + y);
    if room > 75.0 && dice.chance(0.5) {
        let tall = 24.0 / height;
        let outer = [at(-du, -tall), at(du, -tall), at(du, tall), at(-du, tall)];
        let (iu, iv) = (du * 0.62, tall * 0.5);
        return holed(
            &outer,
            &[at(-iu, -iv), at(iu, -iv), at(iu, iv), at(-iu, iv)],
        );
    }
    if room / 2.0 - dv * height > 16.0 && dice.chance(0.35) {
        let wing = 14.0 / height;
        return area(&[
            at(-du, -dv),
            at(du, -dv),
            at(du, dv),
            at(-du * 0.5, dv),
            at(-du * 0.5, dv + wing),
            at(-du, dv + wing),
        ]);
    }
    area(&[at(-du, -dv), at(du, -dv), at(du, dv), at(-du, dv)])
}

struct Building<'a> {
    code: &'a str,
    compound: &'a str,
    number: usize,
    entrances: i64,
    floors: i64,
    doors_per_floor: i64,
    built_year: i64,
    is_tower: bool,
    address: &'a str,
    long: f64,
    deep: f64,
}

impl Building<'_> {
    /// Adds the building with its entrances and households; says how many households.
    fn erect(
        &self,
        town: &mut Town,
        shape: geo::MultiPolygon,
        corners: &[Coord; 4],
        (u, v): (f64, f64),
        (du, dv): (f64, f64),
        dice: &mut Dice,
    ) -> i64 {
        let households = self.entrances * self.floors * self.doors_per_floor;
        let schema = LayerId::BUILDINGS.schema();
        let structure = if self.is_tower {
            "shear_wall"
        } else if self.built_year < 1990 {
            "brick_precast"
        } else {
            "brick_concrete"
        };
        let height_m = (self.floors * 29) as f64 / 10.0 + 1.2;
        let draft = Draft::new(schema, self.code, format!("{}号楼", self.number))
            .with(schema, "compound_code", self.compound)
            .with(schema, "number", self.number.to_string())
            .with(
                schema,
                "address",
                format!("{}{}号楼", self.address, self.number),
            )
            .with(schema, "use", "residential")
            .with(schema, "storeys", self.floors)
            .with(schema, "height_m", (height_m * 10.0).round() / 10.0)
            .with(schema, "structure", structure)
            .with(schema, "built_year", self.built_year)
            .with(schema, "entrance_count", self.entrances)
            .with(schema, "household_count", households)
            .with(schema, "lift_count", if self.is_tower { 2 } else { 0 })
            .with(
                schema,
                "floor_area_m2",
                (self.long * self.deep * self.floors as f64).round(),
            );
        // rings and Ls have their south wall elsewhere: doors stand where the drawn wall is
        let south = shape.0[0].exterior().0[0];
        town.add(LayerId::BUILDINGS, draft.at(shape));
        let low = super::town::degrees(within(corners, u - du, v - dv));
        let drop = if (low.y - south.y).abs() < 1e-6 {
            dv
        } else {
            24.0 / metres(corners[0], corners[3])
        };
        for entrance in 1..=self.entrances {
            let share = (entrance as f64 - 0.5) / self.entrances as f64;
            let place = within(corners, u - du + 2.0 * du * share, v - drop);
            self.enter(town, entrance, place, dice);
        }
        households
    }

    fn enter(&self, town: &mut Town, entrance: i64, place: Coord, dice: &mut Dice) {
        let schema = LayerId::ENTRANCES.schema();
        let code = format!("{}-{entrance}", self.code);
        let draft = Draft::new(schema, code.as_str(), format!("{entrance}单元"))
            .at(point(place))
            .with(schema, "building_code", self.code)
            .with(schema, "number", entrance.to_string())
            .with(schema, "floors", self.floors)
            .with(schema, "doors_per_floor", self.doors_per_floor)
            .with(schema, "has_lift", self.is_tower);
        town.add(LayerId::ENTRANCES, draft);
        for floor in 1..=self.floors {
            for door in 1..=self.doors_per_floor {
                let room = format!("{floor}{door:02}");
                let schema = LayerId::HOUSEHOLDS.schema();
                let home = Draft::new(
                    schema,
                    format!("{code}-{floor:02}{door:02}"),
                    format!("{room}室"),
                )
                .with(schema, "entrance_code", code.as_str())
                .with(schema, "floor", floor)
                .with(schema, "room_label", room);
                town.add(LayerId::HOUSEHOLDS, dwelling(home, dice));
            }
        }
    }
}

/// What is known of a dwelling; of one in eight nobody knows how it is used.
fn dwelling(draft: Draft, dice: &mut Dice) -> Draft {
    let schema = LayerId::HOUSEHOLDS.schema();
    let usage = dice.weighted(&[
        (60, "owner"),
        (22, "let"),
        (2, "business"),
        (6, "vacant"),
        (10, "unknown"),
    ]);
    let occupants = if usage == "vacant" {
        "0"
    } else {
        dice.weighted(&[(18, "1"), (34, "2"), (38, "3_4"), (10, "5_plus")])
    };
    draft
        .with(schema, "dwelling_use", usage)
        .with(
            schema,
            "area_band",
            dice.weighted(&[
                (16, "under_50"),
                (54, "50_90"),
                (26, "90_144"),
                (4, "over_144"),
            ]),
        )
        .with(schema, "room_count", dice.between(1, 4))
        .with(
            schema,
            "occupants_band",
            (usage != "unknown").then_some(occupants),
        )
        .with(
            schema,
            "gas_kind",
            dice.weighted(&[(84, "piped"), (10, "bottled"), (6, "none")]),
        )
        .with(schema, "indoor_ebike_charging", dice.chance(0.05))
        .with(schema, "smoke_alarm", dice.chance(0.42))
        .with(schema, "source", "网格走访")
}

fn village(town: &mut Town, plan: &Plan, numbers: &mut [i64], dice: &mut Dice) {
    let Some(block) = blocks(plan, town.seed)
        .into_iter()
        .find(|block| block.usage == Use::Village)
    else {
        return;
    };
    let grid = &plan.grids[block.grid];
    numbers[grid.community] += 1;
    let code = format!(
        "{}C{:02}",
        community_code(plan, grid.community),
        numbers[grid.community]
    );
    let across = PARCELS_ACROSS as f64;
    let mut buildings = Vec::new();
    for at in 0..PARCELS_ACROSS * PARCELS_ACROSS {
        let (column, row) = ((at % PARCELS_ACROSS) as f64, (at / PARCELS_ACROSS) as f64);
        // every second row of parcels leaves a lane to the next
        let south = if row % 2.0 == 0.0 { 0.14 } else { 0.02 };
        let north = if row % 2.0 == 0.0 { 0.98 } else { 0.86 };
        let parcel = part(
            &block.corners,
            ((column + 0.03) / across, (column + 0.97) / across),
            ((row + south) / across, (row + north) / across),
        );
        let building = format!("{code}-{:03}", at + 1);
        let house = part(&parcel, (0.06, 0.94), (0.08, dice.range(0.72, 0.92)));
        let schema = LayerId::BUILDINGS.schema();
        let is_watched = at % 8 == 3 && at / 8 < WATCHED;
        let (screening, grade) = match (is_watched, at / 8 % 4) {
            (false, _) => (None, None),
            (true, 0) => (Some("severe"), Some("D")),
            (true, 1) => (Some("severe"), Some("C")),
            (true, 2) => (Some("some"), Some("B")),
            (true, _) => (Some("some"), None),
        };
        let draft = Draft::new(schema, building.as_str(), format!("{}号", at + 1))
            .at(area(&house))
            .with(schema, "compound_code", code.as_str())
            .with(schema, "number", (at + 1).to_string())
            .with(schema, "address", format!("柳泉村{}号", at + 1))
            .with(schema, "use", "self_built")
            .with(schema, "storeys", dice.between(2, 6))
            .with(
                schema,
                "structure",
                *dice.pick(&["brick_precast", "brick_concrete", "brick_timber"]),
            )
            .with(schema, "built_year", dice.between(1988, 2014))
            .with(schema, "household_count", 1)
            .with(schema, "operating", dice.chance(0.3))
            .with(schema, "screening", screening)
            .with(schema, "safety_grade", grade)
            .with(
                schema,
                "appraisal_report",
                grade.map(|grade| format!("JD-2026-{:03}{grade}", at + 1)),
            )
            .with(schema, "appraisal_body", grade.map(|_| "演示房屋鉴定公司"))
            .with(schema, "under_watch", is_watched);
        town.add(LayerId::BUILDINGS, draft);
        buildings.push((building.clone(), within(&house, 0.5, 0.5)));
        let schema = LayerId::HOUSEHOLDS.schema();
        let home = Draft::new(
            schema,
            format!("{building}-H"),
            format!("柳泉村{}号", at + 1),
        )
        .at(area(&parcel))
        .with(schema, "building_code", building);
        town.add(LayerId::HOUSEHOLDS, dwelling(home, dice));
    }
    let households = buildings.len() as i64;
    let schema = LayerId::COMPOUNDS.schema();
    let draft = Draft::new(schema, code.as_str(), "柳泉村")
        .at(area(&block.corners))
        .with(schema, "grid_code", grid_code(plan, block.grid))
        .with(schema, "kind", "self_built")
        .with(schema, "address", format!("{}西侧", grid.streets[1]))
        .with(schema, "property_management", "none")
        .with(schema, "building_count", households)
        .with(schema, "entrance_count", 0)
        .with(schema, "household_count", households);
    town.add(LayerId::COMPOUNDS, draft);
    let (name, address) = ("柳泉村".to_owned(), "柳泉村".to_owned());
    town.compounds.push(Compound {
        code,
        name,
        address,
        grid: block.grid,
        corners: block.corners.to_vec(),
        built_year: 1995,
        households,
        buildings,
        is_old: false,
    });
}

/// The large buildings of schools, hospitals and markets.
fn dedicated(town: &mut Town, plan: &Plan) {
    let schema = LayerId::BUILDINGS.schema();
    for block in blocks(plan, town.seed) {
        let Use::Dedicated(number) = block.usage else {
            continue;
        };
        let (_, usage, name) = DEDICATED[number];
        let parts = [
            ((0.08, 0.42), (0.08, 0.24)),
            ((0.55, 0.92), (0.08, 0.30)),
            ((0.08, 0.30), (0.42, 0.90)),
            ((0.62, 0.92), (0.62, 0.90)),
        ];
        for (at, (across, up)) in parts.into_iter().enumerate() {
            let code = format!(
                "{}-S{number:02}-{}",
                community_code(plan, plan.grids[block.grid].community),
                at + 1
            );
            let draft = Draft::new(schema, code, format!("{name}{}号楼", at + 1))
                .at(area(&part(&block.corners, across, up)))
                .with(schema, "number", (at + 1).to_string())
                .with(schema, "use", usage)
                .with(schema, "storeys", 4 + at as i64)
                .with(schema, "structure", "frame")
                .with(schema, "built_year", 2001 + number as i64);
            town.add(LayerId::BUILDINGS, draft);
        }
    }
}
