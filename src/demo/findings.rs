//! What is found wrong, and how far it has come: the words and weights of the hazards.

use super::dice::Dice;
use super::spots::Spot;
use super::town::Town;

/// A kind of hazard and what is found of it.
type Words = (&'static str, &'static [&'static str]);

const HAZARDS: &[(u32, Words)] = &[
    (
        6,
        (
            "fire",
            &[
                "楼道堆放杂物,占用疏散通道",
                "消火栓无水压",
                "灭火器过期",
                "安全出口上锁",
                "消防通道被占用",
            ],
        ),
    ),
    (
        4,
        (
            "gas",
            &[
                "燃气软管老化",
                "瓶装液化气与明火同室",
                "燃气报警器未安装",
                "调压箱锈蚀漏气",
            ],
        ),
    ),
    (
        4,
        (
            "electrical",
            &[
                "线路私拉乱接",
                "配电箱无防护",
                "线路老化裸露",
                "插线板串接超负荷",
            ],
        ),
    ),
    (
        5,
        (
            "ebike",
            &["楼道内停放电动车充电", "飞线充电", "充电棚与住宅间距不足"],
        ),
    ),
    (
        2,
        (
            "falling",
            &[
                "外墙瓷砖空鼓脱落",
                "空调外机支架锈蚀",
                "广告牌松动",
                "窗扇松动",
            ],
        ),
    ),
    (2, ("road", &["路面塌陷", "井盖缺失", "盲道破损被占"])),
    (2, ("flood", &["雨水箅子堵塞", "地下室进水口无挡板"])),
    (
        2,
        ("environment", &["油烟直排", "污水外溢", "建筑垃圾堆放"]),
    ),
    (1, ("production", &["库房货物超高堆放", "动火作业未审批"])),
    (1, ("construction", &["脚手架连墙件缺失", "基坑临边无防护"])),
];

/// Kind and description of what is found at a spot.
pub(super) fn what(
    town: &Town,
    spot: &Spot,
    target: Option<&str>,
    watch: bool,
    dice: &mut Dice,
) -> (&'static str, &'static str) {
    if watch {
        return (
            "structure",
            dice.pick(&[
                "自建房墙体开裂,疑似地基不均匀沉降",
                "加层自建房承重墙开洞",
                "预制板搭接不足,楼板裂缝",
                "砖柱歪斜,屋面塌陷",
            ]),
        );
    }
    let fits: &[&str] = match target {
        Some("restaurant") => &["gas", "fire", "electrical", "environment"],
        Some("gas_station") => &["gas"],
        Some("ebike_shed") => &["ebike", "electrical"],
        Some("construction_site") => &["construction"],
        Some("warehouse") => &["production", "fire", "electrical"],
        Some("lift") => &["other"],
        Some(_) => &["fire", "electrical"],
        None if spot.house.is_some() => &["fire", "ebike", "electrical", "falling", "gas"],
        None if town.houses.is_empty() => &[],
        None => &["road", "flood", "environment", "ebike", "falling"],
    };
    if fits == ["other"] {
        return (
            "other",
            dice.pick(&[
                "电梯平层不准,运行异响",
                "电梯应急呼叫无应答",
                "轿厢年检标志过期",
            ]),
        );
    }
    let among: Vec<_> = HAZARDS
        .iter()
        .filter(|(_, (kind, _))| fits.contains(kind))
        .copied()
        .collect();
    let (kind, texts) = dice.weighted(&among);
    (kind, dice.pick(texts))
}

/// The kind in the name of a record.
pub(super) fn short(kind: &str) -> &'static str {
    match kind {
        "fire" => "消防隐患",
        "gas" => "燃气隐患",
        "electrical" => "用电隐患",
        "ebike" => "电动车隐患",
        "structure" => "房屋结构隐患",
        "falling" => "高空坠物隐患",
        "construction" => "施工隐患",
        "road" => "道路隐患",
        "flood" => "内涝隐患",
        "environment" => "环境隐患",
        "production" => "生产安全隐患",
        _ => "电梯隐患",
    }
}

/// Where a hazard of this age stands: what is old is mostly closed, what is new is on its way.
pub(super) fn status(days: i64, window: i64, watch: bool, dice: &mut Dice) -> &'static str {
    if watch {
        return dice.weighted(&[
            (6, "controlled"),
            (5, "rectifying"),
            (2, "escalated"),
            (2, "submitted"),
            (7, "closed"),
        ]);
    }
    if days < 5 {
        return dice.weighted(&[(4, "registered"), (5, "assigned"), (1, "closed")]);
    }
    if days < window {
        return dice.weighted(&[
            (1, "registered"),
            (4, "assigned"),
            (7, "rectifying"),
            (3, "submitted"),
            (1, "rejected"),
            (5, "closed"),
        ]);
    }
    dice.weighted(&[
        (70, "closed"),
        (7, "rectifying"),
        (4, "submitted"),
        (3, "rejected"),
        (2, "assigned"),
        (2, "escalated"),
        (2, "void"),
        (1, "controlled"),
    ])
}

/// The steps from registration to `status`.
pub(super) fn history(status: &str, dice: &mut Dice) -> Vec<&'static str> {
    let twice = dice.chance(0.13);
    let ways: &[&str] = match status {
        "registered" => &["registered"],
        "assigned" => &["registered", "assigned"],
        "rectifying" if twice => &[
            "registered",
            "assigned",
            "rectifying",
            "submitted",
            "rejected",
            "rectifying",
        ],
        "rectifying" => &["registered", "assigned", "rectifying"],
        "submitted" => &["registered", "assigned", "rectifying", "submitted"],
        "rejected" => &[
            "registered",
            "assigned",
            "rectifying",
            "submitted",
            "rejected",
        ],
        "controlled" => &["registered", "assigned", "controlled"],
        "escalated" => &["registered", "assigned", "rectifying", "escalated"],
        "void" => &["registered", "void"],
        _ if twice => &[
            "registered",
            "assigned",
            "rectifying",
            "submitted",
            "rejected",
            "rectifying",
            "submitted",
            "closed",
        ],
        _ => &[
            "registered",
            "assigned",
            "rectifying",
            "submitted",
            "closed",
        ],
    };
    ways.to_vec()
}
