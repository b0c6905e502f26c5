//! Records of cases with the steps that they went: the closed ones of the year, the open ones of the week.

use jiff::civil::Date;

use super::dice::Dice;
use super::plane::point;
use super::records::{Ledger, Records, Row, SUBDISTRICT, after, moment, post};
use super::spots;
use super::steps::{Step, Steps};
use super::town::Town;
use crate::domain::LayerId;

/// Those of the year, which the report counts.
pub(super) const CASES: usize = 757;

/// Kind, weight, hours to settle it, what it is, and whether it is on a street.
type Problem = (&'static str, i64, &'static [&'static str]);

const PROBLEMS: &[(u32, Problem)] = &[
    (
        9,
        (
            "environment",
            24,
            &[
                "暴露垃圾",
                "油烟扰民",
                "污水横流",
                "焚烧落叶",
                "裸土未苫盖",
                "露天烧烤",
                "渣土撒漏",
            ],
        ),
    ),
    (
        3,
        (
            "advertising",
            48,
            &["违规张贴小广告", "破损店招", "占道灯箱"],
        ),
    ),
    (
        3,
        (
            "construction",
            48,
            &["工地扬尘未覆盖", "夜间施工噪声", "围挡破损"],
        ),
    ),
    (1, ("emergency", 4, &["树木倒伏", "供水管爆裂", "路面积水"])),
    (
        6,
        (
            "street_order",
            12,
            &["占道经营", "流动摊贩", "非机动车乱停放", "店外经营"],
        ),
    ),
    (
        3,
        (
            "public_facility",
            72,
            &["路灯不亮", "井盖破损", "健身器材损坏"],
        ),
    ),
    (
        2,
        (
            "transport_facility",
            72,
            &["护栏缺失", "标线不清", "指示牌歪斜"],
        ),
    ),
    (
        2,
        ("greening", 72, &["枯枝待修剪", "绿地被占", "行道树缺株"]),
    ),
];

/// What becomes of a case that is not settled at once.
const WAY: [&str; 6] = [
    "accepted",
    "filed",
    "dispatched",
    "handling",
    "verifying",
    "closed",
];

/// Days before the day of the demonstration, minute of the day and state of each case that is open.
const OPEN: &[(i64, i64, &str)] = &[
    (4, 545, "handling"),
    (4, 842, "verifying"),
    (4, 931, "dispatched"),
    (3, 498, "verifying"),
    (3, 655, "handling"),
    (3, 990, "dispatched"),
    (2, 570, "handling"),
    (2, 811, "dispatched"),
    (2, 1_005, "filed"),
    (1, 618, "filed"),
    (1, 1_012, "accepted"),
    (0, 437, "accepted"),
];

/// The minute of the day at which the demonstration plays: eight o'clock.
const NOW: i64 = 480;

/// Writes the cases: those of the year are all closed, those of this week are not.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    as_of: Date,
    records: &mut Records,
    steps: &mut Steps,
    dice: &mut Dice,
    open_dice: &mut Dice,
) {
    let mut reported: Vec<(Date, i64)> = (0..CASES)
        .map(|_| {
            (
                after(as_of, -dice.between(9, 318)),
                dice.between(7 * 60, 18 * 60),
            )
        })
        .collect();
    reported.sort_unstable();
    let mut number = 0;
    let mut add = |day, minute, open: Option<&'static str>, dice: &mut Dice| {
        number += 1;
        let case = Case {
            code: format!("AJ-{}-{number:04}", as_of.year()),
            day,
            minute,
            open,
        };
        records.push(case.row(town, ledger, as_of, steps, dice));
    };
    for (day, minute) in reported {
        add(day, minute, None, dice);
    }
    for (days, minute, state) in OPEN {
        add(after(as_of, -days), *minute, Some(state), open_dice);
    }
}

/// A case that was reported.
struct Case {
    code: String,
    day: Date,
    minute: i64,
    /// Its state, where it is not closed yet.
    open: Option<&'static str>,
}

impl Case {
    fn row(
        self,
        town: &Town,
        ledger: &Ledger,
        as_of: Date,
        steps: &mut Steps,
        dice: &mut Dice,
    ) -> Row {
        let (day, minute) = (self.day, self.minute);
        let (kind, hours, texts) = dice.weighted(PROBLEMS);
        let spot = loop {
            let found = if dice.chance(0.72) {
                spots::on_pavement(town, dice.below(town.blocks.len()), dice)
            } else {
                Some(spots::in_yard(town, dice.below(town.compounds.len()), dice))
            };
            if let Some(spot) = found {
                break spot;
            }
        };
        let grid = ledger.grid(town, spot.block).to_owned();
        let community = &ledger.community_codes[town.blocks[spot.block].community];
        let at_once = hours < 48 && self.open.is_none() && dice.chance(0.38);
        let ways: &[&'static str] = if at_once {
            &["accepted", "handling", "closed"]
        } else {
            &WAY
        };
        // A few take longer than they should.
        let share = if at_once {
            0.04
        } else if dice.chance(0.05) {
            dice.range(1.05, 1.6)
        } else {
            dice.range(0.25, 0.95)
        };
        let mut whole = ((hours * 60) as f64 * share) as i64;
        if self.open.is_some() {
            // what has been done, has been done by now
            let days: i64 = (as_of - day).get_days().into();
            whole = whole.min(days * 1_440 + NOW - minute);
        }
        let last = self.open.unwrap_or("closed");
        let (mut from, mut at) = (None, moment(day, minute));
        for (step, to) in ways.iter().copied().enumerate() {
            let later = minute + whole * step as i64 / (ways.len() as i64 - 1);
            at = moment(after(day, later / 1440), later % 1440);
            let by = match to {
                "accepted" | "handling" => post(&grid, 2),
                "verifying" | "closed" => post(community, 1),
                _ => post(SUBDISTRICT, 2),
            };
            steps.push(Step {
                at,
                layer: LayerId::CASES,
                code: self.code.clone(),
                from,
                to,
                by,
                note: None,
            });
            from = Some(to);
            if to == last {
                break;
            }
        }
        let limit = minute + hours * 60;
        let text = dice.pick(texts);
        Row::new(
            LayerId::CASES,
            &self.code,
            &format!("{}{text}", spot.address),
        )
        .at(point(spot.place))
        .set("grid_code", grid.as_str())
        .set("kind", kind)
        .set(
            "source",
            dice.weighted(&[(6, "patrol"), (5, "grid"), (3, "hotline"), (2, "resident")]),
        )
        .set("status", last)
        .set("address", spot.address.as_str())
        .set("description", text)
        .set("on_the_spot", self.open.is_none().then_some(at_once))
        .set("reported_at", moment(day, minute))
        .set("deadline", moment(after(day, limit / 1440), limit % 1440))
        .set("closed_at", self.open.is_none().then_some(at))
        .set("responsible_post", post(&grid, 2))
        .set("verifier_post", post(community, 1))
    }
}
