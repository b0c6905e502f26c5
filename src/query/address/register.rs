//! What the map's compounds and houses are called, and the way down from there.

use std::collections::HashMap;
use std::sync::Arc;

use pinyin::ToPinyin;

use super::names::{bracketed, explains, is_other_before, is_within, key};
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
/// So many characters of an address are looked at.
const LONGEST_HEAD: usize = 200;
/// How sure a name is that something else stands beside.
const BESIDE: f64 = 0.95;
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
    /// The names of compounds in their order, to find those that begin alike.
    sorted: Vec<String>,
}

/// What a name in an address stands for.
#[derive(Debug, Clone, Default)]
struct Named {
    starts: Vec<(By, Start)>,
    /// How sure it is, beside how sure the name is.
    factor: f64,
    /// What the address has beside the name and the map has not.
    other: Option<String>,
}

impl Register {
    /// The register of `map`: names, former names and addresses of compounds and houses.
    pub fn of(map: &MapSnapshot) -> Self {
        let mut register = Self {
            names: HashMap::new(),
            sounds: HashMap::new(),
            sorted: Vec::new(),
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
                if layer == LayerId::COMPOUNDS {
                    register.sorted.push(key(&record.name));
                }
            }
        }
        register.sorted.sort_unstable();
        register.sorted.dedup();
        register
    }

    fn add(&mut self, record: &Feature, schema: &LayerSchema, start: Start) {
        let name = key(&record.name);
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
            put(key(alias), By::FormerName);
        }
        put(
            key(record.text(schema, "address").unwrap_or_default()),
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
        let named = heads
            .iter()
            .filter(|head| !head.is_empty())
            .find_map(|head| self.named(head))
            .or_else(|| heads.iter().find_map(|head| self.by_sound(head)))
            .unwrap_or_default();
        let mut places: Vec<Place> = named
            .starts
            .into_iter()
            .filter_map(|(by, start)| down(map, by, start, &asked))
            .collect();
        for place in &mut places {
            place.confidence *= named.factor;
        }
        if let Some(other) = named.other {
            places.truncate(MOST_CANDIDATES);
            return Answer::Unclear(Doubt::OtherPart(other), places);
        }
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

    /// What the names in `head` stand for; `None` where it has none.
    fn named(&self, head: &str) -> Option<Named> {
        let joined: Vec<char> = key(head).chars().take(LONGEST_HEAD).collect();
        if let Some((before, within, behind)) = bracketed(head)
            && let Some(named) = self.with_brackets(&joined, (&before, &within, &behind))
        {
            return Some(named);
        }
        if let Some(length) = self.at_the_end(&joined) {
            let (before, name) = split(&joined, joined.len() - length);
            return Some(self.known(&name, is_other_before(&before).then(|| text(&joined))));
        }
        // A short name in the middle of another word is no name.
        let longest = joined.len().min(LONGEST_NAME);
        let (from, length) = (4..=longest).rev().find_map(|length| {
            let last = joined.len() - length;
            let mut places = (0..last).rev();
            let from =
                places.find(|from| self.names.contains_key(&part(&joined, *from, length)))?;
            Some((from, length))
        })?;
        let (name, rest) = (
            part(&joined, from, length),
            part(&joined, from + length, joined.len()),
        );
        let is_kind = KINDS.contains(&rest.as_str());
        let before = part(&joined, 0, from);
        let is_other = !is_kind && !is_within(&rest) || is_other_before(&before);
        let other = is_other.then(|| format!("{name}{rest}"));
        Some(Named {
            factor: BESIDE,
            ..self.known(&name, other)
        })
    }

    /// What a text with brackets stands for, which is `joined` without them.
    fn with_brackets(
        &self,
        joined: &[char],
        (before, within, behind): (&str, &str, &str),
    ) -> Option<Named> {
        let count = |text: &str| text.chars().count();
        let tail = joined.len().saturating_sub(count(before));
        // the name goes on over the brackets
        if let Some(length) = self
            .at_the_end(joined)
            .filter(|length| *length > tail && tail > 0)
        {
            let (ahead, name) = split(joined, joined.len() - length);
            return Some(self.known(&name, is_other_before(&ahead).then(|| text(joined))));
        }
        // "山水名家小区(南区)" is 山水名家南区 too
        let shorter = KINDS.iter().find_map(|kind| before.strip_suffix(kind));
        if let Some(shorter) = shorter.filter(|shorter| !shorter.is_empty()) {
            let all: Vec<char> = format!("{shorter}{within}{behind}").chars().collect();
            let over = self
                .at_the_end(&all)
                .filter(|length| *length > all.len() - count(shorter));
            if let Some(length) = over {
                return Some(self.known(&split(&all, all.len() - length).1, None));
            }
        }
        let ahead: Vec<char> = before.chars().collect();
        let length = self.at_the_end(&ahead)?;
        let (_, name) = split(&ahead, ahead.len() - length);
        let named = self.known(&name, None);
        let same = self.names.get(within).is_some_and(|starts| {
            let mut starts = starts.iter();
            starts.any(|(_, start)| named.starts.iter().any(|(_, there)| there == start))
        });
        if same || explains(within) {
            let is_other = !behind.is_empty() && !is_within(behind) && !KINDS.contains(&behind);
            let other = is_other.then(|| format!("{name}{behind}"));
            return Some(Named {
                factor: if same { 1.0 } else { BESIDE },
                ..self.known(&name, other)
            });
        }
        Some(self.known(&name, Some(format!("{name}{within}{behind}"))))
    }

    /// What `name` stands for; with what the map does not have beside it, those that begin like it are named too.
    fn known(&self, name: &str, other: Option<String>) -> Named {
        let mut starts = self.names.get(name).cloned().unwrap_or_default();
        if other.is_some() {
            let from = self.sorted.partition_point(|sorted| sorted.as_str() < name);
            let alike = self.sorted.iter().skip(from);
            for alike in alike
                .take_while(|alike| alike.starts_with(name))
                .take(MOST_CANDIDATES)
            {
                for found in self.names.get(alike).into_iter().flatten() {
                    if !starts.iter().any(|(_, start)| *start == found.1) {
                        starts.push(*found);
                    }
                }
            }
        }
        Named {
            starts,
            factor: 1.0,
            other,
        }
    }

    /// How long the longest name at the end is.
    fn at_the_end(&self, chars: &[char]) -> Option<usize> {
        let longest = chars.len().min(LONGEST_NAME);
        (2..=longest).rev().find(|length| {
            self.names
                .contains_key(&part(chars, chars.len() - length, *length))
        })
    }

    fn by_sound(&self, head: &str) -> Option<Named> {
        let head = key(head);
        let starts = self
            .sounds
            .get(&sound(&head))
            .filter(|_| !head.is_empty())?;
        Some(Named {
            starts: starts.iter().map(|start| (By::Sound, *start)).collect(),
            factor: 1.0,
            other: None,
        })
    }
}

fn part(chars: &[char], from: usize, length: usize) -> String {
    chars.iter().skip(from).take(length).collect()
}

fn split(chars: &[char], at: usize) -> (String, String) {
    (part(chars, 0, at), part(chars, at, chars.len()))
}

fn text(chars: &[char]) -> String {
    chars.iter().collect()
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
