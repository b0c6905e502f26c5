//! What planners and field staff find in the demonstration: known and unknown facts, open cases, gates, vacant floors.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use super::tests::{of, set, tally, text, value};
use super::*;
use crate::domain::Value;
use crate::geometry::measure::{distance_to_m, inner_point};

/// The compounds that a renovation is for: built by the end of 2000.
fn old(set: &DemoSet) -> Vec<&Draft> {
    let layer = LayerId::COMPOUNDS;
    of(set, layer)
        .filter(|draft| {
            value(layer, draft, "built_year")
                .as_integer()
                .is_some_and(|year| year <= 2000)
        })
        .collect()
}

fn moment(value: &Value) -> jiff::Timestamp {
    let Value::Time(at) = value else {
        panic!("{value:?} is no moment");
    };
    *at
}

fn known<'a>(layer: LayerId, drafts: impl Iterator<Item = &'a Draft>, field: &str) -> f64 {
    let (mut known, mut all) = (0.0, 0.0);
    for draft in drafts {
        all += 1.0;
        if *value(layer, draft, field) != Value::Null {
            known += 1.0;
        }
    }
    known / all
}

#[test]
fn what_planning_asks_for_is_known_of_most_old_compounds_and_not_of_all() {
    for seed in [1, 2] {
        let set = generate(&DemoOptions {
            seed,
            ..DemoOptions::default()
        });
        let old = old(&set);
        assert!(old.len() > 60, "{}", old.len());
        let rows = |draft: &&&Draft| {
            matches!(
                text(LayerId::COMPOUNDS, draft, "kind"),
                "old_rows" | "work_unit"
            )
        };
        for field in [
            "property_management",
            "parking_count",
            "charger_count",
            "damaged_pipe_systems",
            "damaged_envelope_ratio",
            "uninsulated_ratio",
            "activity_space_m2",
            "barrier_free",
            "smart_security",
            "consent_ratio",
            "aged60_ratio",
            "floor_area_m2",
            "committee",
            "own_funds_yuan",
            "long_term_plan",
        ] {
            let layer = LayerId::COMPOUNDS;
            let of_all = known(layer, old.iter().copied(), field);
            let of_rows = known(layer, old.iter().filter(rows).copied(), field);
            for share in [of_all, of_rows] {
                assert!(
                    (0.6..=0.9).contains(&share),
                    "{field}: {share} of seed {seed}"
                );
            }
        }
        let codes: BTreeSet<&str> = old.iter().map(|draft| &*draft.code).collect();
        let layer = LayerId::BUILDINGS;
        let houses =
            || of(&set, layer).filter(|house| codes.contains(text(layer, house, "compound_code")));
        for field in ["safety_grade", "structure"] {
            let of_houses = known(layer, houses(), field);
            let with_one: BTreeSet<&str> = houses()
                .filter(|house| *value(layer, house, field) != Value::Null)
                .map(|house| text(layer, house, "compound_code"))
                .collect();
            let of_compounds = with_one.len() as f64 / codes.len() as f64;
            for share in [of_houses, of_compounds] {
                assert!(
                    (0.6..=0.9).contains(&share),
                    "{field}: {share} of seed {seed}"
                );
            }
        }
        let worst = houses().filter(|house| text(layer, house, "safety_grade") == "D");
        assert!((1..=2).contains(&worst.count()), "seed {seed}");
    }
}

#[test]
fn an_appraisal_has_its_report_and_comes_after_nothing_worse() {
    let set = set();
    let layer = LayerId::BUILDINGS;
    let mut reports = BTreeSet::new();
    for house in of(set, layer) {
        let grade = text(layer, house, "safety_grade");
        let report = text(layer, house, "appraisal_report");
        assert_eq!(grade.is_empty(), report.is_empty(), "{}", house.code);
        if grade.is_empty() {
            continue;
        }
        assert!(reports.insert(report), "{report} twice");
        let on = value(layer, house, "appraised_on").as_date().unwrap();
        assert!(on < set.as_of, "{}", house.code);
        if text(layer, house, "use") == "residential" {
            let screening = text(layer, house, "screening");
            let fits = match grade {
                "D" => "severe",
                "C" => "some",
                _ => "none_found",
            };
            assert_eq!(screening, fits, "{}", house.code);
        }
    }
}

#[test]
fn a_dozen_cases_of_this_week_are_open_in_every_state() {
    let set = set();
    let layer = LayerId::CASES;
    let today = date(2026, 11, 20);
    let open: Vec<&Draft> = of(set, layer)
        .filter(|case| text(layer, case, "status") != "closed")
        .collect();
    assert_eq!(open.len(), 12);
    let states = tally(set, layer, "status");
    assert_eq!(states.values().sum::<usize>(), 769);
    assert_eq!(states.len(), 6, "{states:?}");
    let now = records::moment(today, 480);
    let mut late = 0;
    for case in &open {
        let reported = moment(value(layer, case, "reported_at"));
        assert!(records::moment(records::after(today, -4), 0) < reported && reported < now);
        assert_eq!(*value(layer, case, "closed_at"), Value::Null);
        let deadline = moment(value(layer, case, "deadline"));
        late += usize::from(deadline < now);
    }
    assert!((1..=9).contains(&late), "{late} are late");
    // the last step of each is the state in which it is
    let layer = LayerId::TRANSITIONS;
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    let steps = of(set, layer).filter(|step| text(layer, step, "layer") == "cases");
    for step in steps {
        assert!(moment(value(layer, step, "at")) <= now, "{}", step.code);
        last.insert(
            text(layer, step, "feature_code"),
            text(layer, step, "to_status"),
        );
    }
    for case in of(set, LayerId::CASES) {
        assert_eq!(last[&*case.code], text(LayerId::CASES, case, "status"));
    }
}

#[test]
fn every_compound_has_a_gate_on_its_outline_and_a_main_one_first() {
    let set = set();
    let layer = LayerId::GATES;
    let outlines: BTreeMap<&str, &Draft> = of(set, LayerId::COMPOUNDS)
        .map(|compound| (&*compound.code, compound))
        .collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for gate in of(set, layer) {
        let compound = text(layer, gate, "compound_code");
        *seen.entry(compound).or_default() += 1;
        let place = inner_point(gate.geometry.as_ref().unwrap()).unwrap();
        let crate::geometry::Geometry::MultiPolygon(outline) =
            outlines[compound].geometry.clone().unwrap()
        else {
            panic!("an area");
        };
        let border = outline.0[0].exterior().clone().into();
        assert!(distance_to_m(place, &border) < 0.1, "{}", gate.code);
        if gate.code.ends_with("M01") {
            assert_eq!(text(layer, gate, "kind"), "shared");
        }
        assert!(!text(layer, gate, "opening").is_empty());
    }
    assert_eq!(seen.len(), 147);
    assert!(seen.values().filter(|count| **count > 1).count() > 20);
}

#[test]
fn the_floors_that_stand_empty_add_up_to_those_of_the_report() {
    let set = set();
    let layer = LayerId::VACANT_SPACES;
    let sum: f64 = of(set, layer)
        .map(|space| value(layer, space, "floor_area_m2").as_number().unwrap())
        .sum();
    assert!((sum - 18_700.0).abs() < 1e-6, "{sum}");
    for space in of(set, layer) {
        let area = value(layer, space, "floor_area_m2").as_number().unwrap();
        assert!(area >= 100.0, "{}", space.code);
    }
    let areas = known(
        LayerId::FACILITIES,
        of(set, LayerId::FACILITIES)
            .filter(|place| text(LayerId::FACILITIES, place, "kind") == "service_station"),
        "floor_area_m2",
    );
    assert!((0.6..1.0).contains(&areas), "{areas}");
}

/// By indicator of the need score: layer and field that it stands on, `None` where it is worked out from places.
const INDICATORS: &[(&str, Option<(LayerId, &str)>)] = &[
    ("age", Some((LayerId::COMPOUNDS, "built_year"))),
    ("danger", Some((LayerId::BUILDINGS, "safety_grade"))),
    ("structure", Some((LayerId::BUILDINGS, "structure"))),
    ("pipes", Some((LayerId::COMPOUNDS, "damaged_pipe_systems"))),
    (
        "roof_wall",
        Some((LayerId::COMPOUNDS, "damaged_envelope_ratio")),
    ),
    ("fire_access", Some((LayerId::RISK_POINTS, "kind"))),
    ("accessible", Some((LayerId::COMPOUNDS, "aged60_ratio"))),
    ("parking", Some((LayerId::COMPOUNDS, "parking_count"))),
    ("charging", Some((LayerId::COMPOUNDS, "charger_count"))),
    ("energy", Some((LayerId::COMPOUNDS, "uninsulated_ratio"))),
    ("access_free", Some((LayerId::COMPOUNDS, "barrier_free"))),
    (
        "open_space",
        Some((LayerId::COMPOUNDS, "activity_space_m2")),
    ),
    ("coverage", None),
    ("mgmt", Some((LayerId::COMPOUNDS, "property_management"))),
    ("smart", Some((LayerId::COMPOUNDS, "smart_security"))),
    ("benefit", Some((LayerId::COMPOUNDS, "household_count"))),
    ("consent", Some((LayerId::COMPOUNDS, "consent_ratio"))),
];

#[test]
fn every_indicator_of_the_need_score_has_something_to_stand_on() {
    let facts = include_str!("../../geodata/facts/renewal_indicators.json");
    let facts: serde_json::Value = serde_json::from_str(facts).unwrap();
    let wanted: Vec<&str> = facts["indicators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|indicator| indicator["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        wanted,
        INDICATORS.iter().map(|(id, _)| *id).collect::<Vec<_>>()
    );
    let set = set();
    for (id, (layer, field)) in INDICATORS
        .iter()
        .filter_map(|(id, place)| Some((id, (*place)?)))
    {
        let share = known(layer, of(set, layer), field);
        assert!(share > 0.2, "{id}: {share} of {layer}.{field}");
    }
}
