//! Records of what has to be inspected, and of the visits that were made.

use jiff::civil::Date;

use super::blocks::Use;
use super::dice::Dice;
use super::plane::point;
use super::records::{Ledger, Records, Row, after, moment, post};
use super::spots::{self, Spot};
use super::town::{House, Town};
use crate::domain::LayerId;

/// Visits in the year.
pub(super) const VISITS: usize = 972;

/// An inspection target.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) code: String,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) spot: Spot,
    cycle: i64,
    last: Option<Date>,
}

/// A visit that found a hazard: the target, the day and the hazard.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) target: usize,
    pub(super) day: Date,
    pub(super) risk: String,
}

/// Kind, number, names, days between visits, uses of the houses they are in.
type Kind = (
    &'static str,
    usize,
    &'static [&'static str],
    i64,
    &'static [&'static str],
);

const KINDS: &[Kind] = &[
    (
        "restaurant",
        92,
        &[
            "面馆",
            "泡馍馆",
            "火锅店",
            "小吃店",
            "饺子馆",
            "川菜馆",
            "烤肉店",
        ],
        30,
        &["commercial"],
    ),
    (
        "shop",
        70,
        &[
            "便利店",
            "五金店",
            "药店",
            "超市",
            "理发店",
            "服装店",
            "电动车行",
        ],
        60,
        &["commercial"],
    ),
    (
        "hotel",
        14,
        &["快捷酒店", "宾馆", "民宿"],
        30,
        &["commercial", "office"],
    ),
    (
        "gas_station",
        3,
        &["液化气供应点", "燃气调压站"],
        15,
        &["commercial", "industrial"],
    ),
    ("school", 12, &["校舍"], 90, &["school"]),
    ("elderly_home", 5, &["养老服务中心"], 30, &["public"]),
    ("lift", 64, &["电梯"], 90, &["lift"]),
    ("ebike_shed", 52, &["电动车充电棚"], 30, &["yard"]),
    (
        "warehouse",
        12,
        &["库房", "加工点"],
        30,
        &["industrial", "ancillary"],
    ),
    (
        "entertainment",
        13,
        &["网吧", "歌厅", "影院", "棋牌室"],
        30,
        &["commercial"],
    ),
    ("waste_point", 18, &["垃圾收集点"], 15, &["yard"]),
];

/// Chooses the targets: the kinds above, the building sites of the batch, and self-built houses, those under watch monthly.
pub(super) fn choose(
    town: &Town,
    watched: &[usize],
    sites: &[usize],
    as_of: Date,
    dice: &mut Dice,
) -> Vec<Target> {
    let mut targets = Vec::new();
    let add = |targets: &mut Vec<Target>,
               kind: &'static str,
               name: String,
               spot: Spot,
               cycle: i64,
               dice: &mut Dice| {
        // One in nine is overdue, one in eight is due within the week.
        let last = match dice.below(72) {
            0 | 1 => None,
            2..=9 => Some(-cycle - dice.between(1, 24)),
            10..=18 => Some(-cycle + dice.between(0, 7)),
            _ => Some(-dice.between(1, (cycle - 8).max(2))),
        };
        targets.push(Target {
            code: format!("JC-{:04}", targets.len() + 1),
            kind,
            name,
            spot,
            cycle,
            last: last.map(|days| after(as_of, days)),
        });
    };
    for (kind, count, names, cycle, uses) in KINDS {
        if uses[0] == "yard" {
            let mut compounds: Vec<usize> = (0..town.compounds.len()).collect();
            dice.shuffle(&mut compounds);
            for compound in compounds.into_iter().take(*count) {
                let spot = spots::in_yard(town, compound, dice);
                let name = format!("{}{}", town.compounds[compound].name, names[0]);
                add(&mut targets, kind, name, spot, *cycle, dice);
            }
            continue;
        }
        let fits = |house: &House| {
            if uses[0] == "lift" {
                house.lift && house.entrances > 0
            } else {
                uses.contains(&house.purpose)
            }
        };
        let houses = spots::houses(town, dice, fits);
        for at in 0..*count {
            let Some(house) = houses.get(at % houses.len().max(1)) else {
                break;
            };
            let spot = spots::in_house(town, *house, dice);
            let record = &town.houses[*house];
            let name = match *kind {
                "lift" | "school" | "elderly_home" => format!("{}{}", record.name, names[0]),
                _ => {
                    let stem: String = town.communities[town.blocks[record.block].community]
                        .chars()
                        .take(2)
                        .collect();
                    format!(
                        "{stem}{}{}",
                        dice.pick(&[
                            "老陕",
                            "兴旺",
                            "好又多",
                            "顺和",
                            "百味",
                            "鸿运",
                            "惠民",
                            "家福"
                        ]),
                        dice.pick(names)
                    )
                }
            };
            add(&mut targets, kind, name, spot, *cycle, dice);
        }
    }
    for compound in sites {
        let spot = spots::in_yard(town, *compound, dice);
        let name = format!("{}改造工地", town.compounds[*compound].name);
        add(&mut targets, "construction_site", name, spot, 7, dice);
    }
    let site = town
        .blocks
        .iter()
        .position(|block| block.ground == Use::Works);
    if let Some(spot) = site.and_then(|block| spots::on_pavement(town, block, dice)) {
        add(
            &mut targets,
            "construction_site",
            "产业园扩建工地".to_owned(),
            spot,
            7,
            dice,
        );
    }
    let others = spots::houses(town, dice, |house| house.parcel.is_some());
    let more = others
        .into_iter()
        .filter(|house| !watched.contains(house))
        .take(24);
    for (house, cycle) in watched
        .iter()
        .map(|w| (*w, 30))
        .chain(more.map(|m| (m, 180)))
    {
        let spot = spots::in_house(town, house, dice);
        add(
            &mut targets,
            "self_built_house",
            town.houses[house].name.clone(),
            spot,
            cycle,
            dice,
        );
    }
    targets
}

/// Writes the targets and the visits; those with findings are among them, and the last visit of a target is the last.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    targets: &[Target],
    findings: &[Finding],
    as_of: Date,
    records: &mut Records,
    dice: &mut Dice,
) {
    let mut visits: Vec<(Date, usize, Option<&str>)> = Vec::new();
    let mut last: Vec<Option<Date>> = targets.iter().map(|target| target.last).collect();
    for finding in findings {
        visits.push((finding.day, finding.target, Some(&finding.risk)));
        if last[finding.target].is_none_or(|day| day < finding.day) {
            last[finding.target] = Some(finding.day);
        }
    }
    for (at, day) in last.iter().enumerate() {
        if let Some(day) = day.filter(|day| !visits.iter().any(|v| v.1 == at && v.0 == *day)) {
            visits.push((day, at, None));
        }
    }
    let mut round = 1;
    while visits.len() < VISITS && round < 400 {
        for (at, target) in targets.iter().enumerate() {
            let Some(day) = last[at].filter(|_| visits.len() < VISITS) else {
                continue;
            };
            let earlier = after(day, -target.cycle * round + dice.between(-2, 1));
            if earlier.year() >= as_of.year() && earlier < day {
                visits.push((earlier, at, None));
            }
        }
        round += 1;
    }
    for (at, target) in targets.iter().enumerate() {
        let grid = ledger.grid(town, target.spot.block);
        let due = last[at].map_or_else(
            || after(as_of, dice.between(-6, 12)),
            |day| after(day, target.cycle),
        );
        records.push(
            Row::new(LayerId::INSPECTION_TARGETS, &target.code, &target.name)
                .at(point(target.spot.place))
                .set("grid_code", grid)
                .set(
                    "building_code",
                    target.spot.house.map(|h| ledger.house_codes[h].as_str()),
                )
                .set("kind", target.kind)
                .set("address", target.spot.address.as_str())
                .set("cycle_days", target.cycle)
                .set("last_inspected", last[at])
                .set("next_due", due)
                .set("responsible_post", post(grid, 2)),
        );
    }
    visits.sort_by_key(|visit| (visit.0, visit.1));
    for (at, (day, target, risk)) in visits.into_iter().enumerate() {
        let record = &targets[target];
        let outcome = if risk.is_some() {
            "hazard_found"
        } else {
            dice.weighted(&[(78, "passed"), (15, "put_right"), (7, "not_open")])
        };
        let note = match outcome {
            "hazard_found" => Some("已登记隐患,转整改"),
            "put_right" => Some(dice.pick(&[
                "通道杂物已清",
                "灭火器已更换",
                "插线板已收",
                "软管已更换",
                "标识已补齐",
            ])),
            "not_open" => Some("未营业,改日复查"),
            _ => None,
        };
        records.push(
            Row::new(
                LayerId::INSPECTIONS,
                &format!("XC-{}-{:04}", day.year(), at + 1),
                &record.name,
            )
            .set("target_code", record.code.as_str())
            .set(
                "visited_at",
                moment(day, dice.between(9 * 60, 17 * 60 + 30)),
            )
            .set("outcome", outcome)
            .set("post_code", post(ledger.grid(town, record.spot.block), 2))
            .set("risk_point_code", risk)
            .set("note", note),
        );
    }
}
