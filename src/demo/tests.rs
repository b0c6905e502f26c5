//! What the demonstration must be: exact in its counts, exact in its borders, the same every time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use jiff::civil::date;

use super::*;
use crate::domain::Value;
use crate::geometry::{Geometry, LineString};

/// The demonstration as it is shipped, made once for all tests.
pub(super) fn set() -> &'static DemoSet {
    static SET: LazyLock<DemoSet> = LazyLock::new(|| generate(&DemoOptions::default()));
    &SET
}

pub(super) fn of(set: &DemoSet, layer: LayerId) -> impl Iterator<Item = &Draft> {
    set.records
        .iter()
        .filter(move |(id, ..)| *id == layer)
        .map(|(.., draft)| draft)
}

pub(super) fn value<'a>(layer: LayerId, draft: &'a Draft, field: &str) -> &'a Value {
    &draft.attributes[layer.schema().position(field).unwrap()]
}

pub(super) fn text<'a>(layer: LayerId, draft: &'a Draft, field: &str) -> &'a str {
    value(layer, draft, field).as_text().unwrap_or("")
}

fn sum<'a>(layer: LayerId, drafts: impl Iterator<Item = &'a Draft>, field: &str) -> i64 {
    drafts
        .filter_map(|draft| value(layer, draft, field).as_integer())
        .sum()
}

pub(super) fn tally(set: &DemoSet, layer: LayerId, field: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for draft in of(set, layer) {
        *found
            .entry(text(layer, draft, field).to_owned())
            .or_insert(0) += 1;
    }
    found
}

#[test]
fn the_figures_are_those_of_the_annual_report() {
    let set = set();
    let count = |layer| of(set, layer).count();
    assert_eq!(count(LayerId::SUBDISTRICTS), 1);
    assert_eq!(count(LayerId::COMMUNITIES), 30);
    assert_eq!(tally(set, LayerId::COMMUNITIES, "kind")["village"], 1);
    let grids = tally(set, LayerId::GRIDS, "kind");
    assert_eq!((grids["basic"], grids["dedicated"]), (75, 13));
    assert_eq!(count(LayerId::COMPOUNDS), 147);
    let houses = of(set, LayerId::BUILDINGS)
        .filter(|draft| text(LayerId::BUILDINGS, draft, "use") == "residential");
    let homes: BTreeSet<&str> = houses.map(|draft| &*draft.code).collect();
    assert_eq!(homes.len(), 631);
    let entrances = of(set, LayerId::ENTRANCES)
        .filter(|draft| homes.contains(text(LayerId::ENTRANCES, draft, "building_code")));
    assert_eq!(entrances.count(), 1713);
    assert_eq!(count(LayerId::ENTRANCES), 1713);
    assert!(
        (27_000..33_000).contains(&count(LayerId::HOUSEHOLDS)),
        "{}",
        count(LayerId::HOUSEHOLDS)
    );
    let residents = |layer| sum(layer, of(set, layer), "resident_count");
    assert_eq!(residents(LayerId::SUBDISTRICTS), 78_710);
    assert_eq!(residents(LayerId::COMMUNITIES), 78_710);
    assert_eq!(residents(LayerId::GRIDS), 78_710);
    let watched = of(set, LayerId::BUILDINGS).filter(|draft| {
        text(LayerId::BUILDINGS, draft, "use") == "self_built"
            && *value(LayerId::BUILDINGS, draft, "under_watch") == Value::Boolean(true)
    });
    assert_eq!(watched.count(), 22);
    assert_eq!(count(LayerId::RISK_POINTS), 233);
    assert_eq!(tally(set, LayerId::CASES, "status")["closed"], 757);
    assert_eq!(count(LayerId::INSPECTIONS), 972);
    let kinds = tally(set, LayerId::FACILITIES, "kind");
    assert_eq!(kinds.len(), 25, "{kinds:?}");
    for (kind, number) in [
        ("elderly_care", 5),
        ("video_point", 18),
        ("work_station", 23),
        ("joint_defence", 5),
    ] {
        assert_eq!(kinds[kind], number, "{kind}");
    }
    let now = of(set, LayerId::RENOVATION_PROJECTS).filter(|draft| {
        text(LayerId::RENOVATION_PROJECTS, draft, "phase") == "works"
            && value(LayerId::RENOVATION_PROJECTS, draft, "batch").as_integer() == Some(4)
    });
    assert_eq!(now.count(), 4);
}

/// The sides of all rings of a shape as lattice points.
fn sides_of(geometry: &Geometry) -> Vec<((i64, i64), (i64, i64))> {
    let Geometry::MultiPolygon(polygons) = geometry else {
        panic!("an area")
    };
    let cell =
        |c: &crate::geometry::Coord| ((c.x * 1e7).round() as i64, (c.y * 1e7).round() as i64);
    let ring = |line: &LineString| -> Vec<_> {
        line.0
            .windows(2)
            .map(|pair| (cell(&pair[0]), cell(&pair[1])))
            .collect()
    };
    polygons
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .flat_map(ring)
        .collect()
}

#[test]
fn areas_share_their_borders_corner_by_corner() {
    let set = set();
    let basic = |draft: &&Draft| text(LayerId::GRIDS, draft, "kind") == "basic";
    let outline: BTreeSet<_> = of(set, LayerId::SUBDISTRICTS)
        .flat_map(|draft| sides_of(draft.geometry.as_ref().unwrap()))
        .collect();
    for drafts in [
        of(set, LayerId::GRIDS).filter(basic).collect::<Vec<_>>(),
        of(set, LayerId::COMMUNITIES).collect(),
    ] {
        let mut seen = BTreeSet::new();
        let mut doubled: i128 = 0;
        for draft in &drafts {
            for (a, b) in sides_of(draft.geometry.as_ref().unwrap()) {
                assert!(seen.insert((a, b)), "{} repeats a side", draft.code);
                doubled += i128::from(a.0 - 1_089_600_000) * i128::from(b.1 - 342_200_000)
                    - i128::from(b.0 - 1_089_600_000) * i128::from(a.1 - 342_200_000);
            }
        }
        let alone: BTreeSet<_> = seen
            .iter()
            .filter(|(a, b)| !seen.contains(&(*b, *a)))
            .copied()
            .collect();
        assert_eq!(
            alone, outline,
            "only the sides of the subdistrict belong to one area alone"
        );
        let whole: i128 = outline
            .iter()
            .map(|(a, b)| {
                i128::from(a.0 - 1_089_600_000) * i128::from(b.1 - 342_200_000)
                    - i128::from(b.0 - 1_089_600_000) * i128::from(a.1 - 342_200_000)
            })
            .sum();
        assert_eq!(doubled, whole);
    }
}

#[test]
fn every_code_is_used_once_and_every_name_is_there() {
    let set = set();
    let mut seen = BTreeSet::new();
    for (layer, id, draft) in &set.records {
        assert!(
            seen.insert((*layer, Arc::clone(&draft.code))),
            "{layer} {}",
            draft.code
        );
        assert!(id.0 > 0 && !draft.code.is_empty());
        let field_count = layer.schema().fields.len();
        assert_eq!(draft.attributes.len(), field_count);
    }
}

#[test]
fn matters_are_open_closed_due_and_overdue() {
    let set = set();
    let today = date(2026, 11, 20);
    let layer = LayerId::RISK_POINTS;
    let share =
        |wanted: &dyn Fn(&Draft) -> bool| of(set, layer).filter(|draft| wanted(draft)).count();
    let closed = share(&|draft| text(layer, draft, "status") == "closed");
    assert!((120..165).contains(&closed), "{closed}");
    let overdue = share(&|draft| {
        !matches!(text(layer, draft, "status"), "closed" | "void")
            && value(layer, draft, "deadline")
                .as_date()
                .is_some_and(|day| day < today)
    });
    assert!((8..70).contains(&overdue), "{overdue}");
    let layer = LayerId::INSPECTION_TARGETS;
    let due = |from: i64, to: i64| {
        of(set, layer)
            .filter_map(|draft| value(layer, draft, "next_due").as_date())
            .filter(|day| records::after(today, from) <= *day && *day <= records::after(today, to))
            .count()
    };
    assert!(due(-400, -1) > 20 && due(0, 7) > 20 && due(8, 400) > 100);
}

fn files(options: &DemoOptions) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    write(&generate(options), folder.path()).unwrap();
    files_in(folder.path())
}

fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let paths = std::fs::read_dir(folder).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(&path).unwrap())
    });
    files.collect()
}

#[test]
fn one_seed_gives_the_same_bytes_and_another_gives_others() {
    let first = files(&DemoOptions::default());
    assert_eq!(first.len(), 21);
    assert!(first == files(&DemoOptions::default()));
    let other = DemoOptions {
        seed: 2,
        ..DemoOptions::default()
    };
    assert!(first != files(&other));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the one switch of a developer's tool, not a setting"
)]
fn the_files_in_the_repository_are_the_generated_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata");
    if std::env::var("MINQING_BLESS").is_ok() {
        write(set(), &folder).unwrap();
    }
    let kept = files_in(&folder);
    let made = files(&DemoOptions::default());
    assert!(kept.keys().eq(made.keys()), "{:?}", kept.keys());
    for (name, bytes) in &made {
        assert!(
            kept[name] == *bytes,
            "geodata/{name} differs; write it again with MINQING_BLESS=1 or: minqing demo --out geodata"
        );
    }
}
