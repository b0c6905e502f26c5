//! Records of cases with the steps that they went.

use jiff::civil::Date;

use super::dice::Dice;
use super::plane::point;
use super::records::{Ledger, Records, Row, SUBDISTRICT, after, moment, post};
use super::spots;
use super::steps::{Step, Steps};
use super::town::Town;
use crate::domain::LayerId;

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

/// Writes the cases: all of them were closed.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    as_of: Date,
    records: &mut Records,
    steps: &mut Steps,
    dice: &mut Dice,
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
    for (at, (day, minute)) in reported.into_iter().enumerate() {
        let code = format!("AJ-{}-{:04}", as_of.year(), at + 1);
        let (kind, hours, texts) = dice.weighted(PROBLEMS);
        let mut spot = None;
        while spot.is_none() {
            spot = if dice.chance(0.72) {
                spots::on_pavement(town, dice.below(town.blocks.len()), dice)
            } else {
                Some(spots::in_yard(town, dice.below(town.compounds.len()), dice))
            };
        }
        let Some(spot) = spot else { continue };
        let grid = ledger.grid(town, spot.block).to_owned();
        let at_once = hours < 48 && dice.chance(0.38);
        let ways: &[&str] = if at_once {
            &["accepted", "handling", "closed"]
        } else {
            &[
                "accepted",
                "filed",
                "dispatched",
                "handling",
                "verifying",
                "closed",
            ]
        };
        // A few take longer than they should.
        let share = if at_once {
            0.04
        } else if dice.chance(0.05) {
            dice.range(1.05, 1.6)
        } else {
            dice.range(0.25, 0.95)
        };
        let whole = ((hours * 60) as f64 * share) as i64;
        let (mut from, mut closed) = (None, moment(day, minute));
        for (step, to) in ways.iter().enumerate() {
            let later = minute + whole * step as i64 / (ways.len() as i64 - 1);
            closed = moment(after(day, later / 1440), later % 1440);
            let by = match *to {
                "accepted" | "handling" => post(&grid, 2),
                "verifying" | "closed" => post(
                    &ledger.community_codes[town.blocks[spot.block].community],
                    1,
                ),
                _ => post(SUBDISTRICT, 2),
            };
            steps.push(Step {
                at: closed,
                layer: LayerId::CASES,
                code: code.clone(),
                from,
                to,
                by,
                note: None,
            });
            from = Some(*to);
        }
        let limit = minute + hours * 60;
        let text = dice.pick(texts);
        records.push(
            Row::new(LayerId::CASES, &code, &format!("{}{text}", spot.address))
                .at(point(spot.place))
                .set("grid_code", grid.as_str())
                .set("kind", kind)
                .set(
                    "source",
                    dice.weighted(&[(6, "patrol"), (5, "grid"), (3, "hotline"), (2, "resident")]),
                )
                .set("status", "closed")
                .set("address", spot.address.as_str())
                .set("description", text)
                .set("on_the_spot", at_once)
                .set("reported_at", moment(day, minute))
                .set("deadline", moment(after(day, limit / 1440), limit % 1440))
                .set("closed_at", closed)
                .set("responsible_post", post(&grid, 2))
                .set(
                    "verifier_post",
                    post(
                        &ledger.community_codes[town.blocks[spot.block].community],
                        1,
                    ),
                ),
        );
    }
}
