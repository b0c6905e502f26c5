//! What the surveys of compounds have found: the facts that the planning of renovations asks for, known for most of the
//! old compounds and not for all, as it is where people go from yard to yard.

use jiff::civil::Date;

use super::dice::Dice;
use super::records::{Row, after};
use super::town::Town;
use crate::domain::Value;

/// Facts of compounds, and of how many old ones each is known.
const FACTS: &[(&str, f64)] = &[
    ("property_management", 0.87),
    ("parking_count", 0.84),
    ("charger_count", 0.8),
    ("damaged_pipe_systems", 0.84),
    ("damaged_envelope_ratio", 0.86),
    ("uninsulated_ratio", 0.84),
    ("activity_space_m2", 0.78),
    ("barrier_free", 0.82),
    ("smart_security", 0.82),
    ("aged60_ratio", 0.74),
    ("floor_area_m2", 0.86),
    ("consent_ratio", 0.72),
    ("committee", 0.8),
    ("own_funds_yuan", 0.68),
    ("long_term_plan", 0.7),
];
/// Of so many old compounds the houses were appraised, and of so many the structure is known.
const APPRAISED: f64 = 0.8;
const STRUCTURE: f64 = 0.85;

/// What is known of which compound.
#[derive(Debug)]
pub(super) struct Survey {
    /// By fact: whether it is known, by compound.
    known: Vec<Vec<bool>>,
    appraised: Vec<bool>,
    structure: Vec<bool>,
    dice: Dice,
    /// Houses that were graded D so far.
    dangerous: usize,
}

/// What an appraiser wrote of a house.
#[derive(Debug, Clone)]
pub(super) struct Appraisal {
    grade: &'static str,
    on: Date,
    report: String,
    body: &'static str,
}

impl Survey {
    /// Settles what is known.
    pub(super) fn of(town: &Town, mut dice: Dice) -> Self {
        let old: Vec<usize> = (0..town.compounds.len())
            .filter(|at| town.compounds[*at].year <= 2000)
            .collect();
        let count = town.compounds.len();
        let mut settle = |share: f64, young: f64| -> Vec<bool> {
            let mut known: Vec<bool> = (0..count).map(|_| dice.chance(young)).collect();
            let mut order = old.clone();
            dice.shuffle(&mut order);
            let least = (old.len() as f64 * share).round() as usize;
            for (at, compound) in order.into_iter().enumerate() {
                known[compound] = at < least;
            }
            known
        };
        let known = FACTS.iter().map(|(_, share)| settle(*share, 0.9)).collect();
        let appraised = settle(APPRAISED, 0.1);
        let structure = settle(STRUCTURE, 1.0);
        Self {
            known,
            appraised,
            structure,
            dice,
            dangerous: 0,
        }
    }

    /// The record of a compound with what only surveys know, and without what nobody has found out.
    pub(super) fn compound(&mut self, town: &Town, at: usize, mut row: Row) -> Row {
        let compound = &town.compounds[at];
        let old = compound.year <= 2000;
        let houses = town.houses.iter().filter(|h| h.compound == Some(at));
        let floor: f64 = houses.map(|h| h.shape.area() * h.storeys as f64).sum();
        let dice = &mut self.dice;
        let aged = if old {
            dice.range(0.22, 0.46)
        } else {
            dice.range(0.08, 0.2)
        };
        let committee = if old {
            dice.weighted(&[(3, "owners"), (4, "residents"), (3, "none")])
        } else {
            dice.weighted(&[(7, "owners"), (3, "none")])
        };
        let funds = (floor * dice.range(0.0, 30.0) / 1_000.0).round() as i64 * 1_000;
        let plan = committee != "none" && dice.chance(0.6);
        row = row
            .set("aged60_ratio", (aged * 100.0).round() / 100.0)
            .set("floor_area_m2", floor.round())
            .set("committee", committee)
            .set("own_funds_yuan", old.then_some(funds))
            .set("long_term_plan", plan);
        for ((field, _), known) in FACTS.iter().zip(&self.known) {
            if !known[at] {
                row = row.set(field, Value::Null);
                if *field == "property_management" {
                    row = row.set("property_company", Value::Null);
                }
            }
        }
        row
    }

    /// Whether the structure of the houses of a compound is known.
    pub(super) fn knows_structure(&self, compound: Option<usize>) -> bool {
        compound.is_none_or(|at| self.structure[at])
    }

    /// The appraisal of a house of a compound, where there was one.
    pub(super) fn appraisal(
        &mut self,
        compound: usize,
        year: i64,
        number: usize,
        as_of: Date,
    ) -> Option<Appraisal> {
        let dice = &mut self.dice;
        if !self.appraised[compound] || dice.chance(0.06) {
            return None;
        }
        let mut grade = if year < 1986 {
            dice.weighted(&[(3, "A"), (9, "B"), (5, "C"), (1, "D")])
        } else if year <= 2000 {
            dice.weighted(&[(8, "A"), (12, "B"), (2, "C")])
        } else {
            dice.weighted(&[(12, "A"), (2, "B")])
        };
        // Nobody lives in many houses that may fall down.
        if grade == "D" {
            self.dangerous += 1;
            if self.dangerous > 2 {
                grade = "C";
            }
        }
        let on = after(as_of, -dice.between(40, 900));
        Some(Appraisal {
            grade,
            on,
            report: format!("JD-{}-{:04}", on.year(), 1_000 + number),
            body: dice.pick(&["秦安房屋安全鉴定所(演示)", "华岳建筑检测公司(演示)"]),
        })
    }
}

impl Appraisal {
    /// The record of the house with it. The screening came before and was not wrong.
    pub(super) fn on(self, row: Row) -> Row {
        row.set(
            "screening",
            match self.grade {
                "D" => "severe",
                "C" => "some",
                _ => "none_found",
            },
        )
        .set("safety_grade", self.grade)
        .set("appraisal_report", self.report)
        .set("appraisal_body", self.body)
        .set("appraised_on", self.on)
    }
}
