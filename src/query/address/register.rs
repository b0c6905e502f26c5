//! What the map's compounds and houses are called, and the way down from there.

use std::collections::HashMap;
use std::sync::Arc;

use pinyin::ToPinyin;

use super::parse::{Pieces, number, pieces, plain};
use super::{Answer, By, Doubt, Place, SURE};
use crate::domain::{Feature, FeatureId, LayerId, LayerSchema};
use crate::geometry::LonLat;
use crate::geometry::measure::inner_point;
use crate::map::MapSnapshot;

/// Words at the end of a compound's name that people leave out.
const KINDS: &[&str] = &[
    "住宅小区",
    "小区",
    "家属院",
    "家属区",
    "社区",
    "花园",
    "公寓",
    "院落",
    "小院",
    "院",
];
/// The longest name that is looked for within an address, characters.
const LONGEST_NAME: usize = 40;
/// How many candidates are named.
const MOST_CANDIDATES: usize = 5;

/// Something that an address may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Compound(FeatureId),
    Building(FeatureId),
}

/// The names of a map, made once and asked many times.
#[derive(Debug)]
pub struct Register {
    names: HashMap<String, Vec<(By, Start)>>,
    sounds: HashMap<String, Vec<Start>>,
}

impl Register {
    /// The register of `map`: names, former names and addresses of compounds and houses.
    pub fn of(map: &MapSnapshot) -> Self {
        let mut register = Self {
            names: HashMap::new(),
            sounds: HashMap::new(),
        };
        let start = |layer: LayerId, id: FeatureId| {
            if layer == LayerId::COMPOUNDS {
                Start::Compound(id)
            } else {
                Start::Building(id)
            }
        };
        for layer in [LayerId::COMPOUNDS, LayerId::BUILDINGS] {
            let table = map.layer(layer);
            for record in table.features() {
                register.add(record, table.schema(), start(layer, record.id));
            }
        }
        register
    }

    fn add(&mut self, record: &Feature, schema: &LayerSchema, start: Start) {
        let name = plain(&record.name);
        let mut put = |text: String, by: By| {
            if text.chars().count() >= 2 {
                let starts = self.names.entry(text).or_default();
                if !starts.iter().any(|(_, there)| *there == start) {
                    starts.push((by, start));
                }
            }
        };
        put(name.clone(), By::Name);
        for alias in record
            .text(schema, "aliases")
            .unwrap_or_default()
            .split([';', '；', '、', ',', '，'])
        {
            put(plain(alias), By::FormerName);
        }
        put(
            plain(record.text(schema, "address").unwrap_or_default()),
            By::Address,
        );
        if matches!(start, Start::Compound(_)) {
            if let Some(short) = KINDS.iter().find_map(|kind| name.strip_suffix(kind)) {
                put(short.to_owned(), By::ShortName);
            }
            if !name.is_empty() {
                self.sounds.entry(sound(&name)).or_default().push(start);
            }
        }
    }

    /// Where `address` is on `map`, which the register was made of; pieces that a ledger has in columns of their own may be given beside it.
    pub fn find(&self, map: &MapSnapshot, address: &str, given: &Pieces) -> Answer {
        let mut asked = pieces(address);
        for (piece, column) in [
            (&mut asked.building, &given.building),
            (&mut asked.entrance, &given.entrance),
        ] {
            if !column.is_empty() {
                *piece = number(column);
            }
        }
        if !given.room.is_empty() {
            asked.room.clone_from(&given.room);
        }
        let heads = [plain(&given.head), asked.head.clone(), plain(address)];
        let starts = heads
            .iter()
            .filter(|head| !head.is_empty())
            .map(|head| self.starts(head))
            .find(|starts| !starts.is_empty())
            .or_else(|| heads.iter().find_map(|head| self.by_sound(head)))
            .unwrap_or_default();
        let mut places: Vec<Place> = starts
            .into_iter()
            .filter_map(|(by, start)| down(map, by, start, &asked))
            .collect();
        places.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        places.truncate(MOST_CANDIDATES);
        let Some(best) = places.first() else {
            return Answer::Unclear(Doubt::Unknown, Vec::new());
        };
        let rivals = places
            .iter()
            .filter(|place| place.confidence >= best.confidence - 0.05)
            .count();
        if rivals > 1 {
            return Answer::Unclear(Doubt::Several, places);
        }
        if best.confidence < SURE {
            let doubt = best.doubts.first().cloned().unwrap_or(Doubt::SoundsLike);
            return Answer::Unclear(doubt, places);
        }
        Answer::Found(places.swap_remove(0))
    }

    /// What the longest name at the end of `head` stands for, else the longest within it.
    fn starts(&self, head: &str) -> Vec<(By, Start)> {
        let chars: Vec<char> = head.chars().take(200).collect();
        let part = |from: usize, length: usize| -> Option<&Vec<(By, Start)>> {
            let name: String = chars.iter().skip(from).take(length).collect();
            self.names.get(&name)
        };
        let longest = chars.len().min(LONGEST_NAME);
        let at_the_end = (2..=longest)
            .rev()
            .find_map(|length| part(chars.len() - length, length));
        // A short name in the middle of another word is no name.
        let mut within = (4..=longest).rev().flat_map(|length| {
            let last = chars.len() - length;
            (0..last).rev().map(move |from| (from, length))
        });
        at_the_end
            .or_else(|| within.find_map(|(from, length)| part(from, length)))
            .cloned()
            .unwrap_or_default()
    }

    fn by_sound(&self, head: &str) -> Option<Vec<(By, Start)>> {
        let starts = self.sounds.get(&sound(head)).filter(|_| !head.is_empty())?;
        Some(starts.iter().map(|start| (By::Sound, *start)).collect())
    }
}

/// From a compound or house to what the address asks for.
fn down(map: &MapSnapshot, by: By, start: Start, asked: &Pieces) -> Option<Place> {
    let (compounds, buildings) = (map.layer(LayerId::COMPOUNDS), map.layer(LayerId::BUILDINGS));
    let mut place = Place {
        at: LonLat::new(0.0, 0.0).ok()?,
        compound: None,
        building: None,
        entrance: None,
        confidence: by.confidence(),
        by,
        doubts: Vec::new(),
    };
    if by == By::Sound {
        place.doubts.push(Doubt::SoundsLike);
    }
    match start {
        Start::Compound(id) => place.compound = compounds.by_id(id).cloned(),
        Start::Building(id) => {
            let building = buildings.by_id(id)?;
            let code = building.text(buildings.schema(), "compound_code");
            place.compound = code.and_then(|code| compounds.by_code(code)).cloned();
            place.building = Some(Arc::clone(building));
        }
    }
    if place.building.is_none() && !asked.building.is_empty() {
        enter_building(map, &mut place, &asked.building);
    }
    if place.building.is_some() {
        enter_door(map, &mut place, asked);
    }
    let records = [&place.entrance, &place.building, &place.compound];
    place.at = records
        .into_iter()
        .flatten()
        .find_map(|record| inner_point(record.geometry.as_deref()?))?;
    Some(place)
}

fn enter_building(map: &MapSnapshot, place: &mut Place, asked: &str) {
    let table = map.layer(LayerId::BUILDINGS);
    let Some(compound) = place.compound.clone() else {
        return;
    };
    let called = |building: &Feature| match building.text(table.schema(), "number") {
        Some(text) => number(text),
        None => pieces(&building.name).building,
    };
    let all: Vec<&Arc<Feature>> = table.children("compound_code", &compound.code).collect();
    let mut fits = all.iter().filter(|building| called(building) == asked);
    match (fits.next(), fits.next()) {
        (Some(building), None) => place.building = Some(Arc::clone(building)),
        (Some(_), Some(_)) => {
            place.doubts.insert(0, Doubt::Several);
            place.confidence *= 0.5;
        }
        (None, _) => {
            let there = all.iter().map(|building| called(building)).collect();
            place
                .doubts
                .insert(0, Doubt::NoSuchBuilding(in_order(there)));
            place.confidence *= 0.5;
        }
    }
}

fn enter_door(map: &MapSnapshot, place: &mut Place, asked: &Pieces) {
    let Some(building) = place.building.clone() else {
        return;
    };
    let (houses, doors) = (map.layer(LayerId::BUILDINGS), map.layer(LayerId::ENTRANCES));
    let all: Vec<&Arc<Feature>> = doors.children("building_code", &building.code).collect();
    if !asked.entrance.is_empty() && !all.is_empty() {
        let called =
            |door: &Feature| number(door.text(doors.schema(), "number").unwrap_or(&door.name));
        if let Some(door) = all.iter().find(|door| called(door) == asked.entrance) {
            place.entrance = Some(Arc::clone(door));
        } else {
            let there = all.iter().map(|door| called(door)).collect();
            place.doubts.push(Doubt::NoSuchEntrance(in_order(there)));
            place.confidence *= 0.7;
        }
    }
    let storeys = building
        .attribute(houses.schema(), "storeys")
        .as_integer()
        .filter(|storeys| *storeys > 0);
    if let (Some(storeys), Some(floor)) = (storeys, floor_of(asked))
        && floor > storeys
    {
        place.doubts.push(Doubt::NotSoHigh(storeys));
        place.confidence *= 0.7;
    }
}

/// The floor that an address names, or that its room begins with: 501 is on the fifth, 1201 on the twelfth.
fn floor_of(asked: &Pieces) -> Option<i64> {
    if let Ok(floor) = asked.floor.parse() {
        return Some(floor);
    }
    let digits: &str = asked.room.trim_end_matches(|c: char| !c.is_ascii_digit());
    let above = digits.get(..digits.len().checked_sub(2)?)?;
    (digits.len() <= 4).then(|| above.parse().ok()).flatten()
}

fn in_order(mut numbers: Vec<String>) -> Vec<String> {
    numbers.sort_by_key(|number| (number.len(), number.clone()));
    numbers.dedup();
    numbers
}

fn sound(text: &str) -> String {
    let mut sound = String::new();
    for (c, spelling) in text.chars().zip(text.to_pinyin()) {
        match spelling {
            Some(spelling) => sound.push_str(spelling.plain()),
            None => sound.push(c),
        }
    }
    sound
}
