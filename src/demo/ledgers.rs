//! The ledgers: facilities, hazards, cases, what has to be inspected, and the renovation of old compounds.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::areas::grid_code;
use super::dice::Dice;
use super::houses::{Block, Use, blocks, within};
use super::plan::Plan;
use super::town::{Compound, Town, area, point};
use crate::domain::{Draft, FieldKind, LayerId, Value};
use crate::geometry::{Coord, MultiPolygon};

const FACILITIES: [(&str, usize, &str, f64); 25] = [
    ("service_station", 30, "社区服务站", 300.0),
    ("party_centre", 1, "党群服务中心", 1000.0),
    ("elderly_care", 5, "综合养老服务中心", 1000.0),
    ("day_care", 6, "日间照料中心", 300.0),
    ("canteen", 7, "社区食堂", 500.0),
    ("clinic", 9, "社区卫生服务站", 300.0),
    ("police_room", 8, "警务室", 500.0),
    ("police_post", 2, "城警驿站", 800.0),
    ("rescue_station", 3, "应急救援站", 800.0),
    ("video_point", 18, "综治视联网点位", 0.0),
    ("work_station", 23, "小区工作站", 0.0),
    ("joint_defence", 5, "联防点位", 500.0),
    ("hydrant", 120, "消火栓", 120.0),
    ("shelter", 4, "避难场所", 1000.0),
    ("kindergarten", 10, "幼儿园", 300.0),
    ("nursery", 4, "托育机构", 300.0),
    ("primary_school", 3, "小学", 500.0),
    ("middle_school", 2, "中学", 1000.0),
    ("market", 4, "菜市场", 500.0),
    ("toilet", 16, "公厕", 300.0),
    ("waste_point", 60, "垃圾收集点", 70.0),
    ("charging_station", 12, "充电站", 500.0),
    ("car_park", 14, "停车场", 300.0),
    ("bus_stop", 26, "公交站", 500.0),
    ("metro_station", 2, "地铁站", 800.0),
];

pub(super) fn keep(town: &mut Town, plan: &Plan) {
    facilities(town, plan);
    risk_points(town, plan);
    cases(town, plan);
    inspections(town, plan);
    renovation(town);
}

/// A moment of an office day.
fn moment(day: Date, minutes: i64) -> Value {
    let at = day
        .at(8, 30, 0, 0)
        .to_zoned(TimeZone::UTC)
        .map(|at| at.timestamp());
    at.ok()
        .and_then(|at| at.checked_add(minutes.minutes()).ok())
        .map_or(Value::Null, Value::Time)
}

fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

fn codes(layer: LayerId, field: &str) -> Vec<&'static str> {
    match layer.schema().field(field).map(|field| field.kind) {
        Some(FieldKind::Code(list)) => list.iter().map(|item| item.code).collect(),
        _ => Vec::new(),
    }
}

/// The post that answers for a grid.
fn grid_post(code: &str) -> String {
    format!("GW-{code}")
}

fn facilities(town: &mut Town, plan: &Plan) {
    let mut dice = Dice::new(town.seed, 5);
    let blocks: Vec<Block> = blocks(plan, town.seed)
        .into_iter()
        .filter(|block| block.usage == Use::Homes)
        .collect();
    let schema = LayerId::FACILITIES.schema();
    let mut number = 0;
    for (kind, count, title, radius) in FACILITIES {
        for at in 0..count {
            number += 1;
            // spread evenly over the blocks, each kind from another start, at the foot of the block beside the street
            let block = &blocks[(at * blocks.len() / count + number * 13) % blocks.len()];
            let place = within(
                &block.corners,
                dice.range(0.04, 0.96),
                if dice.chance(0.5) { -0.03 } else { 1.025 },
            );
            let capacity = matches!(
                kind,
                "elderly_care" | "kindergarten" | "car_park" | "canteen"
            )
            .then(|| dice.between(3, 30) * 10);
            let grid = &plan.grids[block.grid];
            let draft = Draft::new(
                schema,
                format!("SS-{number:04}"),
                if count == 1 {
                    title.to_owned()
                } else {
                    format!("{title}{}", at + 1)
                },
            )
            .at(point(place))
            .with(schema, "grid_code", grid_code(plan, block.grid))
            .with(schema, "kind", kind)
            .with(
                schema,
                "address",
                format!("{}{}号", grid.streets[at % 4], dice.between(1, 160)),
            )
            .with(
                schema,
                "opening",
                if matches!(kind, "hydrant" | "video_point" | "police_post") {
                    "全天"
                } else {
                    "08:30-18:00"
                },
            )
            .with(schema, "capacity", capacity)
            .with(schema, "service_radius_m", (radius > 0.0).then_some(radius));
            town.add(LayerId::FACILITIES, draft);
        }
    }
}

/// A place at a building of a compound, with the building's code.
fn at_home(town: &Town, dice: &mut Dice) -> (Compound, String, Coord) {
    let compound = dice.pick(&town.compounds).clone();
    let (building, centre) = dice.pick(&compound.buildings).clone();
    let place = Coord {
        x: centre.x + dice.range(-7.0, 7.0),
        y: centre.y + dice.range(-3.0, 3.0),
    };
    (compound, building, place)
}

const HAZARDS: [(&str, &str); 12] = [
    ("fire", "楼道堆放杂物，堵塞疏散通道"),
    ("fire", "灭火器过期未更换"),
    ("ebike", "电动车飞线充电"),
    ("ebike", "电动车在楼道停放"),
    ("gas", "燃气软管老化"),
    ("electrical", "电表箱线路裸露"),
    ("structure", "外墙裂缝"),
    ("falling", "外墙瓷砖松动"),
    ("production", "商户占用消防通道"),
    ("flood", "雨水口堵塞"),
    ("environment", "油烟净化设施未运行"),
    ("road", "井盖破损"),
];

fn risk_points(town: &mut Town, plan: &Plan) {
    let mut dice = Dice::new(town.seed, 6);
    let schema = LayerId::RISK_POINTS.schema();
    for number in 1..=233 {
        let (compound, building, place) = at_home(town, &mut dice);
        let (kind, description) = *dice.pick(&HAZARDS);
        let level = dice.weighted(&[(6, "red"), (22, "orange"), (45, "yellow"), (27, "blue")]);
        let closed = number <= 142;
        let found = days_before(
            town.as_of,
            if closed {
                dice.between(30, 300)
            } else {
                dice.between(1, 45)
            },
        );
        let window = if level == "red" { 15 } else { 30 };
        let deadline = found.saturating_add(window.days());
        let status = if closed {
            "closed"
        } else {
            dice.weighted(&[
                (20, "registered"),
                (20, "assigned"),
                (34, "rectifying"),
                (14, "submitted"),
                (6, "rejected"),
                (4, "controlled"),
                (2, "escalated"),
            ])
        };
        let code = format!("FX-2026-{number:04}");
        let grid = grid_code(plan, compound.grid);
        let (post, reviewer) = (grid_post(&grid), format!("GW-{}", &grid[..12]));
        let steps: &[&str] = match status {
            "registered" => &["registered"],
            "assigned" => &["registered", "assigned"],
            "rectifying" => &["registered", "assigned", "rectifying"],
            "submitted" => &["registered", "assigned", "rectifying", "submitted"],
            "rejected" => &[
                "registered",
                "assigned",
                "rectifying",
                "submitted",
                "rejected",
            ],
            "controlled" => &["registered", "assigned", "rectifying", "controlled"],
            "escalated" => &["registered", "assigned", "escalated"],
            _ => &[
                "registered",
                "assigned",
                "rectifying",
                "submitted",
                "closed",
            ],
        };
        let spent = (town.as_of.duration_since(found).as_hours() / 24)
            .min(window - 3)
            .max(1);
        let day_of = |step: usize| found.saturating_add((step as i64 * spent / 5).days());
        for (step, to) in steps.iter().enumerate() {
            let from = step.checked_sub(1).map(|before| steps[before]);
            let by = if matches!(*to, "closed" | "rejected") {
                &reviewer
            } else {
                &post
            };
            transition(
                town,
                "risk_points",
                &code,
                from,
                to,
                moment(day_of(step), dice.between(0, 400)),
                by,
            );
        }
        let draft = Draft::new(schema, code.as_str(), description)
            .at(point(place))
            .with(schema, "grid_code", grid)
            .with(schema, "building_code", building)
            .with(
                schema,
                "address",
                format!("{}{}", compound.address, compound.name),
            )
            .with(schema, "kind", kind)
            .with(schema, "level", level)
            .with(
                schema,
                "hazard_class",
                if level == "red" { "major" } else { "general" },
            )
            .with(schema, "status", status)
            .with(schema, "description", description)
            .with(
                schema,
                "found_by",
                dice.weighted(&[
                    (60, "daily"),
                    (25, "special"),
                    (5, "holiday"),
                    (10, "report"),
                ]),
            )
            .with(schema, "found", found)
            .with(
                schema,
                "deadline",
                (status != "registered").then_some(deadline),
            )
            .with(
                schema,
                "original_deadline",
                (status != "registered").then_some(deadline),
            )
            .with(schema, "closed_on", closed.then(|| day_of(4)))
            .with(
                schema,
                "fix_mode",
                if level == "blue" {
                    "at_once"
                } else {
                    "by_deadline"
                },
            )
            .with(schema, "responsible_post", post)
            .with(schema, "reviewer_post", reviewer);
        town.add(LayerId::RISK_POINTS, draft);
    }
}

fn transition(
    town: &mut Town,
    layer: &str,
    code: &str,
    from: Option<&str>,
    to: &str,
    at: Value,
    post: &str,
) {
    let schema = LayerId::TRANSITIONS.schema();
    let number = town.made(LayerId::TRANSITIONS).len() + 1;
    let draft = Draft::new(schema, format!("LZ-{number:05}"), "")
        .with(schema, "layer", layer)
        .with(schema, "feature_code", code)
        .with(schema, "from_status", from)
        .with(schema, "to_status", to)
        .with(schema, "at", at)
        .with(schema, "post_code", post);
    town.add(LayerId::TRANSITIONS, draft);
}

fn cases(town: &mut Town, plan: &Plan) {
    const WORDS: [(&str, &str); 8] = [
        ("environment", "暴露垃圾"),
        ("environment", "露天烧烤"),
        ("advertising", "乱贴小广告"),
        ("construction", "工地未覆盖防尘网"),
        ("street_order", "占道经营"),
        ("public_facility", "路灯不亮"),
        ("transport_facility", "护栏破损"),
        ("greening", "绿地裸露"),
    ];
    let mut dice = Dice::new(town.seed, 7);
    let schema = LayerId::CASES.schema();
    let steps = codes(LayerId::CASES, "status");
    for number in 1..=757 {
        let street = dice.pick(&plan.streets);
        let node = dice.below(street.line.len() - 1);
        let (a, b, t) = (street.line[node], street.line[node + 1], dice.unit());
        let place = Coord {
            x: a.x + (b.x - a.x) * t,
            y: a.y + (b.y - a.y) * t,
        };
        let grid = dice.below(plan.grids.len());
        // beside the middle of a grid when the street runs along the edge of the town
        let place = if number % 3 == 0 {
            within(&plan.grids[grid].corners, dice.range(0.12, 0.88), 0.5)
        } else {
            place
        };
        // a step towards the middle of the town, so that a case beside the outermost street lies within
        let place = Coord {
            x: 1310.0 + (place.x - 1310.0) * 0.985,
            y: 1280.0 + (place.y - 1280.0) * 0.985,
        };
        let (kind, description) = *dice.pick(&WORDS);
        let reported = days_before(town.as_of, dice.between(4, 320));
        let minutes = dice.between(0, 540);
        let on_the_spot = dice.chance(0.3);
        let hours = if on_the_spot {
            dice.between(1, 3)
        } else {
            dice.between(5, 60)
        };
        let code = format!("AJ-2026-{number:04}");
        let post = "GW-CG-1";
        let path: Vec<&str> = if on_the_spot {
            vec!["accepted", "closed"]
        } else {
            steps.clone()
        };
        for (step, to) in path.iter().enumerate() {
            let at = minutes + step as i64 * hours * 60 / (path.len() as i64 - 1);
            let from = step.checked_sub(1).map(|before| path[before]);
            transition(
                town,
                "cases",
                &code,
                from,
                to,
                moment(reported, at),
                if *to == "verifying" { "GW-CG-2" } else { post },
            );
        }
        let draft = Draft::new(schema, code.as_str(), description)
            .at(point(place))
            .with(schema, "kind", kind)
            .with(
                schema,
                "source",
                dice.weighted(&[
                    (50, "patrol"),
                    (30, "grid"),
                    (15, "hotline"),
                    (5, "resident"),
                ]),
            )
            .with(schema, "status", "closed")
            .with(schema, "address", street.name.as_str())
            .with(schema, "description", description)
            .with(schema, "on_the_spot", on_the_spot)
            .with(schema, "reported_at", moment(reported, minutes))
            .with(schema, "deadline", moment(reported, minutes + 72 * 60))
            .with(schema, "closed_at", moment(reported, minutes + hours * 60))
            .with(schema, "responsible_post", post)
            .with(schema, "verifier_post", "GW-CG-2");
        town.add(LayerId::CASES, draft);
    }
}

fn inspections(town: &mut Town, plan: &Plan) {
    let mut dice = Dice::new(town.seed, 8);
    let kinds = codes(LayerId::INSPECTION_TARGETS, "kind");
    let schema = LayerId::INSPECTION_TARGETS.schema();
    let targets: usize = 396;
    let mut visits = 0;
    for number in 1..=targets {
        let (compound, building, place) = at_home(town, &mut dice);
        let kind = *dice.pick(&kinds);
        let cycle = *dice.pick(&[7_i64, 30, 30, 90, 90, 180]);
        let last = days_before(town.as_of, dice.between(0, cycle * 115 / 100));
        let grid = grid_code(plan, compound.grid);
        let code = format!("JC-{number:04}");
        // 972 visits in all: two or three for each target
        let count = 972 * number / targets - visits;
        for visit in 0..count {
            visits += 1;
            let schema = LayerId::INSPECTIONS.schema();
            let outcome = dice.weighted(&[
                (78, "passed"),
                (9, "hazard_found"),
                (9, "put_right"),
                (4, "not_open"),
            ]);
            let draft = Draft::new(schema, format!("XC-{visits:04}"), "")
                .with(schema, "target_code", code.as_str())
                .with(
                    schema,
                    "visited_at",
                    moment(
                        days_before(last, visit as i64 * cycle),
                        dice.between(0, 480),
                    ),
                )
                .with(schema, "outcome", outcome)
                .with(schema, "post_code", grid_post(&grid));
            town.add(LayerId::INSPECTIONS, draft);
        }
        let title = schema.field("kind").and_then(|field| match field.kind {
            FieldKind::Code(list) => list
                .iter()
                .find(|item| item.code == kind)
                .map(|item| item.label.zh),
            _ => None,
        });
        let draft = Draft::new(
            schema,
            code.as_str(),
            format!("{}{}", compound.name, title.unwrap_or_default()),
        )
        .at(point(place))
        .with(schema, "grid_code", grid.as_str())
        .with(schema, "building_code", building)
        .with(schema, "kind", kind)
        .with(schema, "address", compound.address.as_str())
        .with(schema, "cycle_days", cycle)
        .with(schema, "last_inspected", last)
        .with(schema, "next_due", last.saturating_add(cycle.days()))
        .with(schema, "responsible_post", grid_post(&grid));
        town.add(LayerId::INSPECTION_TARGETS, draft);
    }
}

fn renovation(town: &mut Town) {
    let mut old: Vec<Compound> = town
        .compounds
        .iter()
        .filter(|compound| compound.is_old)
        .cloned()
        .collect();
    old.sort_by_key(|compound| compound.built_year);
    let stages = [
        (1, "handed_over", 3),
        (2, "accepted", 4),
        (3, "completed", 4),
        (4, "works", 4),
        (5, "consultation", 5),
        (5, "application", 4),
        (6, "survey", 6),
    ];
    let mut oldest = old.into_iter();
    let schema = LayerId::RENOVATION_PROJECTS.schema();
    let mut last = (0, 0);
    for (batch, phase, count) in stages {
        for compound in oldest.by_ref().take(count) {
            last = if last.0 == batch {
                (batch, last.1 + 1)
            } else {
                (batch, 1)
            };
            let begun = batch <= 4;
            let start = days_before(town.as_of, (5 - batch) * 240 - 150);
            let shape: MultiPolygon = area(&compound.corners);
            let draft = Draft::new(
                schema,
                format!("GZ-{batch:02}-{:02}", last.1),
                format!("{}改造", compound.name),
            )
            .at(shape)
            .with(schema, "community_code", &compound.code[..12])
            .with(schema, "compound_codes", compound.code.as_str())
            .with(schema, "batch", batch)
            .with(schema, "phase", phase)
            .with(
                schema,
                "content",
                ["basic", "improved", "upgraded"][last.1 % 3],
            )
            .with(schema, "works", "供水排水管网、外墙保温、道路与消防通道")
            .with(
                schema,
                "budget_yuan",
                begun.then_some(compound.households * 12_500),
            )
            .with(schema, "household_count", compound.households)
            .with(schema, "building_count", compound.buildings.len() as i64)
            .with(schema, "starts_on", begun.then_some(start))
            .with(
                schema,
                "ends_on",
                begun.then(|| start.saturating_add(300.days())),
            );
            town.add(LayerId::RENOVATION_PROJECTS, draft);
        }
    }
}
