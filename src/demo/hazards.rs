//! Records of hazards with the steps that they went.

use jiff::civil::Date;

use super::dice::Dice;
use super::findings::{history, short, status, what};
use super::plane::point;
use super::records::{Ledger, Records, Row, SUBDISTRICT, after, moment, post};
use super::spots::{self, Spot};
use super::steps::{Step, Steps};
use super::targets::{Finding, Target};
use super::town::Town;
use crate::domain::LayerId;

pub(super) const RISKS: usize = 233;

/// Writes the hazards: houses under watch, findings of visits, and what patrols and residents saw.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    watched: &[usize],
    targets: &[Target],
    as_of: Date,
    records: &mut Records,
    steps: &mut Steps,
    dice: &mut Dice,
) -> Vec<Finding> {
    let mut found: Vec<(Date, Spot, Option<usize>, bool)> = Vec::new();
    for house in watched {
        let day = after(as_of, -dice.between(90, 300));
        found.push((day, spots::in_house(town, *house, dice), None, true));
    }
    let mut order: Vec<usize> = (0..targets.len()).collect();
    dice.shuffle(&mut order);
    for at in order
        .into_iter()
        .filter(|at| targets[*at].kind != "self_built_house")
        .take(84)
    {
        let day = after(as_of, -age(dice));
        found.push((day, targets[at].spot.clone(), Some(at), false));
    }
    let dwellings = spots::houses(town, dice, |house| house.entrances > 0 && house.year < 2005);
    let mut next = dwellings.into_iter().cycle();
    while found.len() < RISKS {
        let spot = match dice.below(10) {
            0..=4 => next.next().map(|house| spots::in_house(town, house, dice)),
            5 | 6 => Some(spots::in_yard(town, dice.below(town.compounds.len()), dice)),
            _ => spots::on_pavement(town, dice.below(town.blocks.len()), dice),
        };
        if let Some(spot) = spot {
            found.push((after(as_of, -age(dice)), spot, None, false));
        }
    }
    found.sort_by_key(|(day, spot, ..)| (*day, spot.place.cell()));
    let mut findings = Vec::new();
    for (at, (day, spot, target, watch)) in found.into_iter().enumerate() {
        let code = format!("FX-{}-{:04}", as_of.year(), at + 1);
        if let Some(target) = target {
            findings.push(Finding {
                target,
                day,
                risk: code.clone(),
            });
        }
        let (kind, text) = what(town, &spot, target.map(|t| targets[t].kind), watch, dice);
        let hazard = Hazard {
            code,
            kind,
            text,
            day,
            spot,
            visited: target.is_some(),
            watch,
        };
        records.push(hazard.row(town, ledger, as_of, steps, dice));
    }
    findings
}

/// Days since a hazard was found: most are old, some are new.
fn age(dice: &mut Dice) -> i64 {
    let share = dice.unit();
    3 + (share * share * 312.0) as i64
}

struct Hazard {
    code: String,
    kind: &'static str,
    text: &'static str,
    day: Date,
    spot: Spot,
    visited: bool,
    watch: bool,
}

impl Hazard {
    fn row(
        self,
        town: &Town,
        ledger: &Ledger,
        as_of: Date,
        steps: &mut Steps,
        dice: &mut Dice,
    ) -> Row {
        let grid = ledger.grid(town, self.spot.block).to_owned();
        let level = if self.watch {
            dice.weighted(&[(2, "red"), (5, "orange"), (3, "yellow")])
        } else {
            dice.weighted(&[(3, "red"), (14, "orange"), (48, "yellow"), (60, "blue")])
        };
        let days = (as_of - self.day).get_days().into();
        let window = match level {
            "orange" | "yellow" => 30,
            _ => 15,
        } + if self.watch { 60 } else { 0 };
        let original = after(self.day, window);
        let status = status(days, window, self.watch, dice);
        // What is late was mostly given more time; the first deadline stays on record.
        let late = original < as_of && !matches!(status, "closed" | "void");
        let deadline = if late && dice.chance(0.68) {
            after(as_of, dice.between(1, 60))
        } else {
            original
        };
        let history = history(status, dice);
        let latest = match status {
            "closed" => days.min(window + dice.between(-8, 6)).max(2),
            "void" => days.min(dice.between(1, 4)),
            _ => (days - 1).min(window + 20).max(1),
        };
        let mut from = None;
        let mut last_day = self.day;
        for (at, to) in history.iter().enumerate() {
            let share = at as i64 * latest / (history.len() as i64 - 1).max(1);
            let on = after(self.day, share);
            last_day = on;
            let by = match *to {
                "registered" | "submitted" => post(&grid, 2),
                "assigned" | "controlled" | "escalated" | "void" => post(SUBDISTRICT, 2),
                "rectifying" => post(&grid, 1),
                _ => post(
                    &ledger.community_codes[town.blocks[self.spot.block].community],
                    1,
                ),
            };
            let note = match *to {
                "void" => Some("与已登记隐患重复"),
                "rejected" => Some("整改不到位,重新限期"),
                "escalated" => Some("超出街道权限,报区级部门"),
                "controlled" => Some("停用并设警戒,待施工"),
                _ => None,
            };
            let minute = 500 + at as i64 * 60 + dice.between(0, 50);
            steps.push(Step {
                at: moment(on, minute),
                layer: LayerId::RISK_POINTS,
                code: self.code.clone(),
                from,
                to,
                by,
                note,
            });
            from = Some(*to);
        }
        let building = self
            .spot
            .house
            .map(|house| ledger.house_codes[house].as_str());
        let fix = if self.watch || status == "controlled" {
            "long_term"
        } else if level == "blue" && dice.chance(0.5) {
            "at_once"
        } else {
            "by_deadline"
        };
        let found_by = if self.visited {
            dice.weighted(&[(3, "daily"), (3, "special"), (1, "holiday")])
        } else if self.watch {
            "special"
        } else {
            dice.weighted(&[(5, "daily"), (2, "special"), (1, "holiday"), (3, "report")])
        };
        Row::new(
            LayerId::RISK_POINTS,
            &self.code,
            &format!("{}{}", self.spot.address, short(self.kind)),
        )
        .at(point(self.spot.place))
        .set("grid_code", grid.as_str())
        .set("building_code", building)
        .set("address", self.spot.address.as_str())
        .set("kind", self.kind)
        .set("level", level)
        .set(
            "hazard_class",
            if level == "red" { "major" } else { "general" },
        )
        .set("status", status)
        .set("description", self.text)
        .set("found_by", found_by)
        .set("found", self.day)
        .set("deadline", deadline)
        .set("original_deadline", original)
        .set("closed_on", (status == "closed").then_some(last_day))
        .set("fix_mode", fix)
        .set("responsible_post", post(&grid, 1))
        .set(
            "reviewer_post",
            post(
                &ledger.community_codes[town.blocks[self.spot.block].community],
                1,
            ),
        )
    }
}
