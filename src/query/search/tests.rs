//! The names made with the indexes against every record looked at one by one, and what people type.
#![expect(
    clippy::print_stderr,
    reason = "tests on data of others say what they found, or that it is not there"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value as Json;

use super::said::above;
use super::*;
use crate::domain::{Change, FeatureId, Revision, Value};
use crate::map::LiveMap;
use crate::query::spelling::{loose, readings};

fn record(layer: LayerId, id: i64, code: &str, name: &str, says: &[(&str, &str)]) -> Arc<Feature> {
    let schema = layer.schema();
    let mut attributes = vec![Value::Null; schema.fields.len()];
    for (field, text) in says {
        if let Some(position) = schema.position(field) {
            attributes[position] = (*text).into();
        }
    }
    Arc::new(Feature {
        id: FeatureId(id),
        code: code.into(),
        name: name.into(),
        geometry: None,
        attributes: attributes.into(),
        revision: Revision(id),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    })
}

fn change(
    upserts: impl IntoIterator<Item = (LayerId, Arc<Feature>)>,
    removals: &[(LayerId, i64)],
) -> Change {
    Change {
        revision: Revision(1),
        upserts: upserts.into_iter().collect(),
        removals: removals
            .iter()
            .map(|(layer, id)| (*layer, FeatureId(*id)))
            .collect(),
        ..Change::default()
    }
}

/// What the demonstration data say, without their places.
fn demo() -> MapSnapshot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata");
    let layers = [
        LayerId::SUBDISTRICTS,
        LayerId::COMMUNITIES,
        LayerId::GRIDS,
        LayerId::COMPOUNDS,
        LayerId::BUILDINGS,
        LayerId::ENTRANCES,
        LayerId::RISK_POINTS,
        LayerId::FACILITIES,
        LayerId::ROADS,
    ];
    let mut records = Vec::new();
    for layer in layers {
        let text = fs::read_to_string(folder.join(format!("{}.geojsonl", layer.as_str()))).unwrap();
        for line in text.lines() {
            let told: Json = serde_json::from_str(line).unwrap();
            let says = told["properties"].as_object().unwrap().iter();
            let says = says.filter_map(|(field, value)| Some((&**field, value.as_str()?)));
            let (own, says): (Vec<_>, Vec<_>) =
                says.partition(|(field, _)| matches!(*field, "code" | "name"));
            let own = |field: &str| {
                own.iter()
                    .find(|(name, _)| *name == field)
                    .map_or("", |own| own.1)
            };
            let id = told["id"].as_i64().unwrap();
            records.push((layer, record(layer, id, own("code"), own("name"), &says)));
        }
    }
    MapSnapshot::from(change(records, &[]))
}

/// What was found, so that two answers can be compared.
fn told(found: &Found) -> (usize, Vec<(LayerId, i64, Matched, String)>) {
    let hits = found.hits.iter();
    let hits = hits.map(|hit| (hit.layer, hit.feature.id.0, hit.matched, hit.title.clone()));
    (found.matched, hits.collect())
}

fn titles(map: &MapSnapshot, asked: &str) -> Vec<String> {
    let found = search(map, asked, 200).hits.into_iter();
    found.map(|hit| hit.title).collect()
}

struct Dice(ChaCha8Rng);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap() % n
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A piece of a text: whole, its beginning, or any part.
    fn piece(&mut self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        if chars.is_empty() {
            return String::new();
        }
        let from = if self.below(2) == 0 {
            0
        } else {
            self.below(chars.len())
        };
        let length = match self.below(4) {
            0 => chars.len(),
            1 => 1,
            _ => 1 + self.below(6),
        };
        chars.into_iter().skip(from).take(length).collect()
    }

    /// The pinyin of a text by any readings, in full, by initials or mixed with characters.
    fn spelled(&mut self, text: &str) -> String {
        let way = self.below(3);
        let mut spelled = String::new();
        for c in text.chars() {
            let all = readings(c);
            if all.is_empty() || way == 2 && self.below(2) == 0 {
                spelled.push(c);
                continue;
            }
            let reading = self.of(&all);
            let length = if way == 1 { 1 } else { reading.len() };
            spelled.extend(reading.chars().take(length));
        }
        spelled
    }

    fn question(&mut self, map: &MapSnapshot) -> String {
        let tables: Vec<_> = map.layers().filter(|table| !table.is_empty()).collect();
        let table = *self.of(&tables);
        let schema = table.schema();
        let record = table.features().nth(self.below(table.len())).unwrap();
        let said = said::Said::of(schema);
        let text = match self.below(8) {
            0 => record.code.to_string(),
            1 => said.address(record).to_owned(),
            2 => said.list(record).to_owned(),
            3 => return self.piece(&record.code),
            4 | 5 => title(map, schema, record),
            _ => record.name.to_string(),
        };
        match self.below(3) {
            0 => self.piece(&text),
            1 => {
                let spelled = self.spelled(&text);
                self.piece(&spelled)
            }
            _ => {
                let piece = self.piece(&text);
                self.spelled(&piece)
            }
        }
    }
}

/// Questions of every kind give the same answer, record for record, by names as one by one.
fn same_answers(map: &MapSnapshot, dice: &mut Dice, questions: usize) {
    for _ in 0..questions {
        let asked = dice.question(map);
        let limit = [1, 20, 200][dice.below(3)];
        let (by_names, one_by_one) = (search(map, &asked, limit), find(map, &asked, limit, false));
        assert_eq!(told(&by_names), told(&one_by_one), "{asked:?}, {limit}");
    }
}

#[test]
fn the_demo_answers_by_names_what_it_does_record_by_record() {
    let map = demo();
    prepare(&map);
    for (_, schema) in searched(&map) {
        assert!(Names::at(&map, schema).is_some(), "{}", schema.id.as_str());
    }
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(22));
    same_answers(&map, &mut dice, 150);
    for asked in [
        "1",
        "0",
        "号",
        "楼",
        "a",
        "-",
        "·",
        "号楼",
        "单元",
        "an",
        "xiao",
        "yuan",
        "xq",
        "610113",
        "没有这个",
        "zzzz",
        "",
        " ",
        "（",
        "1单元",
        "东",
        "danyuan",
    ] {
        let (by_names, one_by_one) = (search(&map, asked, 20), find(&map, asked, 20, false));
        assert_eq!(told(&by_names), told(&one_by_one), "{asked:?}");
    }
    assert!(search(&map, "1", 20).matched > 4000);
    assert_eq!(search(&map, "没有这个", 20).matched, 0);
    assert_eq!(search(&map, &"1".repeat(128), 20).matched, 0);
}

#[test]
fn edits_are_found_at_once_and_new_indexes_change_nothing() {
    let live = LiveMap::new(demo());
    prepare(&live.current());
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(7));
    let layers = [LayerId::COMPOUNDS, LayerId::BUILDINGS, LayerId::ENTRANCES];
    let mut next_id = 1_000_000;
    for round in 0..8 {
        let map = live.current();
        let mut upserts = Vec::new();
        let mut removals = Vec::new();
        let edits = [1, 5, 60][dice.below(3)];
        for _ in 0..edits {
            let layer = *dice.of(&layers);
            let table = map.layer(layer);
            let other = table.features().nth(dice.below(table.len())).unwrap();
            let mut record = Feature::clone(other);
            match dice.below(6) {
                0 => {
                    removals.push((layer, record.id.0));
                    continue;
                }
                1 => {
                    next_id += 1;
                    record.id = FeatureId(next_id);
                    record.code = format!("{}N{next_id}", record.code).into();
                }
                2 => record.code = format!("{}9", record.code).into(),
                3 => {
                    // under another parent, or none
                    let schema = layer.schema();
                    if let Some(link) = above(schema) {
                        let parents = map.layer(link.layer);
                        let parent = parents.features().nth(dice.below(parents.len())).unwrap();
                        let mut attributes: Vec<Value> =
                            record.attributes.iter().cloned().collect();
                        attributes[schema.position(link.field).unwrap()] = match dice.below(3) {
                            0 => Value::Null,
                            1 => "nowhere".into(),
                            _ => (&*parent.code).into(),
                        };
                        record.attributes = attributes.into();
                    }
                }
                _ => record.name = format!("新{}", dice.piece(&record.name)).into(),
            }
            if !upserts
                .iter()
                .any(|(there, old): &(LayerId, Arc<Feature>)| {
                    *there == layer && (old.id == record.id || old.code == record.code)
                })
            {
                upserts.push((layer, Arc::new(record)));
            }
        }
        let taken: BTreeSet<_> = upserts
            .iter()
            .map(|(layer, new)| (*layer, new.id.0))
            .collect();
        removals.retain(|gone| !taken.contains(gone));
        live.apply(&change(upserts, &removals));
        same_answers(&live.current(), &mut dice, 8);
        if round % 3 == 2 {
            live.settle();
            prepare(&live.current());
        }
    }
}

fn town() -> MapSnapshot {
    let (compounds, buildings, entrances) =
        (LayerId::COMPOUNDS, LayerId::BUILDINGS, LayerId::ENTRANCES);
    let records = [
        (
            compounds,
            record(
                compounds,
                1,
                "X1",
                "保利·东湾",
                &[("aliases", "老东湾；电表厂家属院")],
            ),
        ),
        (
            compounds,
            record(
                compounds,
                2,
                "X2",
                "绿城花园",
                &[("address", "安平區都市路5号")],
            ),
        ),
        (
            compounds,
            record(compounds, 3, "X3", "山水名家（南区）", &[]),
        ),
        (
            buildings,
            record(buildings, 1, "B1", "3号楼", &[("compound_code", "X1")]),
        ),
        (
            buildings,
            record(
                buildings,
                2,
                "B2",
                "绿城花园3号楼",
                &[("compound_code", "X2")],
            ),
        ),
        (buildings, record(buildings, 3, "B3", "3号楼", &[])),
        (
            entrances,
            record(entrances, 1, "B1-1", "2单元", &[("building_code", "B1")]),
        ),
    ];
    let map = MapSnapshot::build(&change(records, &[]));
    prepare(&map);
    map
}

#[test]
fn names_are_found_however_they_are_written() {
    let map = town();
    for (asked, title) in [
        ("保利东湾", "保利·东湾"),
        ("保利・东湾", "保利·东湾"),
        ("保利 东湾", "保利·东湾"),
        ("電表廠", "保利·东湾"),
        ("baolidongwan", "保利·东湾"),
        ("bldw", "保利·东湾"),
        ("绿城", "绿城花园"),
        ("綠城花園", "绿城花园"),
        ("lvcheng", "绿城花园"),
        ("lucheng", "绿城花园"),
        ("lücheng", "绿城花园"),
        ("lǜchéng", "绿城花园"),
        ("LYUCHENG", "绿城花园"),
        ("ｌｖｃｈｅｎｇ", "绿城花园"),
        ("绿cheng", "绿城花园"),
        ("安平区", "绿城花园"),
        ("安平區", "绿城花园"),
        ("山水名家南区", "山水名家（南区）"),
        ("山水名家(南区)", "山水名家（南区）"),
        ("ssmjnq", "山水名家（南区）"),
        ("保利东湾3号楼", "保利·东湾3号楼"),
        ("湾３号", "保利·东湾3号楼"),
        ("dongwan3haolou", "保利·东湾3号楼"),
        ("dw3号楼", "保利·东湾3号楼"),
        ("3号楼2单元", "保利·东湾3号楼2单元"),
        ("dw3hl2dy", "保利·东湾3号楼2单元"),
        ("b1-1", "保利·东湾3号楼2单元"),
    ] {
        let found = titles(&map, asked);
        assert!(
            found.iter().any(|found| found == title),
            "{asked}: {found:?}"
        );
    }
    for asked in ["bl3号楼", "保湾", "lvdong", "-", "·", "b11"] {
        let found: Vec<_> = titles(&map, asked);
        let by_code = asked == "-" && found == ["保利·东湾3号楼2单元"];
        assert!(found.is_empty() || by_code, "{asked}: {found:?}");
    }
    let whole = search(&map, "3号楼", 10);
    assert_eq!(
        told(&whole).1.iter().map(|hit| hit.1).collect::<Vec<_>>(),
        [1, 3, 2, 1],
        "whole names first, then parts: {whole:?}"
    );
}

#[test]
fn a_compound_that_is_renamed_is_said_before_its_houses_and_their_doors() {
    let map = town();
    let renamed = record(LayerId::COMPOUNDS, 1, "X1", "翠园", &[]);
    let map = map.with(&change([(LayerId::COMPOUNDS, renamed)], &[]));
    for asked in ["翠园3号楼2单元", "cuiyuan3haolou", "cy3hl2dy"] {
        let found = titles(&map, asked);
        assert!(
            found.contains(&"翠园3号楼2单元".to_owned()),
            "{asked}: {found:?}"
        );
    }
    assert!(titles(&map, "东湾").is_empty());
    let map = map.with(&change([], &[(LayerId::COMPOUNDS, 1)]));
    assert!(titles(&map, "翠园").is_empty());
    assert_eq!(titles(&map, "3号楼2单元"), ["3号楼2单元"]);
}

#[test]
fn every_name_of_a_real_city_is_found_by_its_pinyin_and_initials() {
    let root = std::env::var_os("MINQING_REAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = root.join("hangzhou-west-osm/landuse.geojson.gz");
    if !file.exists() {
        eprintln!(
            "NOT TESTED: {} is not there (set MINQING_REAL_DATA)",
            file.display()
        );
        return;
    }
    let mut text = String::new();
    let packed = fs::File::open(&file).unwrap();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let all: Json = serde_json::from_str(&text).unwrap();
    let features = all["features"].as_array().unwrap().iter();
    let is_chinese = |name: &&str| name.chars().any(|c| !readings(c).is_empty());
    let names = features.filter_map(|feature| feature["properties"]["name"].as_str());
    let names: BTreeSet<&str> = names.filter(is_chinese).collect();
    assert!(names.len() > 1000, "{} names", names.len());
    let compounds = (1..).zip(&names).map(|(id, name)| {
        let feature = record(LayerId::COMPOUNDS, id, &format!("X{id}"), name, &[]);
        (LayerId::COMPOUNDS, feature)
    });
    let map = MapSnapshot::build(&change(compounds, &[]));
    prepare(&map);
    let mut asked = 0;
    for name in &names {
        // as a dictionary spells it first, then with each character by each of its readings
        let all: Vec<Vec<String>> = loose_readings(name);
        let most = all.iter().map(Vec::len).max().unwrap_or(1);
        for turn in 0..most {
            let spelled = all.iter().map(|readings| &readings[turn % readings.len()]);
            let (mut full, mut initials) = (String::new(), String::new());
            for reading in spelled {
                full.push_str(reading);
                initials.extend(reading.chars().next());
            }
            for question in [full, initials] {
                if question.chars().count() > 100
                    || !question.contains(|c: char| c.is_ascii_alphabetic())
                {
                    continue;
                }
                asked += 1;
                let found = titles(&map, &question);
                assert!(
                    found.iter().any(|found| found == name),
                    "{name} by {question}: {found:?}"
                );
            }
        }
    }
    eprintln!("{} names by {asked} spellings", names.len());
}

/// The readings of each character of a name, or the character itself.
fn loose_readings(name: &str) -> Vec<Vec<String>> {
    loose(name)
        .map(|c| match readings(c) {
            all if all.is_empty() => vec![c.to_string()],
            all => all,
        })
        .collect()
}

/// A name that nobody would write, and that no index may choke on.
#[test]
fn long_and_strange_names_do_no_harm() {
    let mut every = String::new();
    for c in '\u{4E00}'..='\u{9FFF}' {
        write!(every, "{c}").unwrap();
    }
    let others: String = ('\u{20000}'..='\u{2FFFF}').collect();
    let all = [
        every.clone(),
        "都行长重还".repeat(2000),
        others,
        "\u{FFFF}".to_owned(),
    ];
    let records = (1..).zip(&all).map(|(id, name)| {
        (
            LayerId::COMPOUNDS,
            record(LayerId::COMPOUNDS, id, &format!("X{id}"), name, &[]),
        )
    });
    let map = MapSnapshot::build(&change(records, &[]));
    prepare(&map);
    // more characters than the names have numbers for: one by one
    assert!(Names::at(&map, LayerId::COMPOUNDS.schema()).is_none());
    assert_eq!(search(&map, "重还都行", 10).matched, 1);
    assert_eq!(search(&map, "chonghuandouxing", 10).matched, 1);
    assert_eq!(search(&map, "龥", 10).matched, 1);
    assert_eq!(search(&map, "\u{2A6D6}", 10).matched, 1);
}
