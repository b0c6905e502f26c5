//! 风险点: a hazard with its closed loop. Risk level (red to blue) and hazard class (general, major) are two things.

use crate::domain::schema::{code, coded, date, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("fire", "消防安全", "Fire"),
    code("gas", "燃气安全", "Gas"),
    code("electrical", "用电安全", "Electrical"),
    code("ebike", "电动车停放充电", "E-bikes"),
    code("structure", "房屋结构", "Structure"),
    code("falling", "高空坠物", "Falling objects"),
    code("construction", "施工安全", "Construction"),
    code("road", "道路交通", "Road"),
    code("flood", "内涝", "Flooding"),
    code("environment", "环境污染", "Environment"),
    code("production", "安全生产", "Work safety"),
    code("other", "其他", "Other"),
];

const LEVEL: &[CodeItem] = &[
    code("red", "红(重大风险)", "Red"),
    code("orange", "橙(较大风险)", "Orange"),
    code("yellow", "黄(一般风险)", "Yellow"),
    code("blue", "蓝(低风险)", "Blue"),
];

const HAZARD_CLASS: &[CodeItem] = &[
    code("general", "一般", "General"),
    code("major", "重大", "Major"),
];

const STATUS: &[CodeItem] = &[
    code("registered", "已登记", "Registered"),
    code("assigned", "已派发", "Assigned"),
    code("rectifying", "整改中", "Being put right"),
    code("submitted", "待复查", "To be checked"),
    code("rejected", "复查不通过", "Check failed"),
    code("closed", "已销号", "Closed"),
    code("controlled", "管控中", "Under control"),
    code("escalated", "已上报", "Escalated"),
    code("void", "作废", "Void"),
];

const FOUND_BY: &[CodeItem] = &[
    code("daily", "日常巡查", "Daily patrol"),
    code("special", "专项检查", "Special check"),
    code("holiday", "节假日检查", "Holiday check"),
    code("report", "群众反映", "Reported"),
];

const FIX_MODE: &[CodeItem] = &[
    code("at_once", "即查即改", "At once"),
    code("by_deadline", "限期整改", "By a deadline"),
    code("long_term", "长期管控", "Long-term control"),
];

/// How bad a risk is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskLevel {
    /// 重大.
    Red,
    /// 较大.
    Orange,
    /// 一般.
    Yellow,
    /// 低.
    Blue,
}

/// Where a hazard stands in its closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskStatus {
    /// Nothing more to do: closed or void.
    Done,
    /// Someone still has to act.
    Open,
}

impl RiskStatus {
    /// What the status code `text` means for the ledger; unknown codes count as open.
    pub fn of(text: &str) -> Self {
        if matches!(text, "closed" | "void") {
            Self::Done
        } else {
            Self::Open
        }
    }
}

/// `risk_points`.
pub(super) const RISK_POINTS: LayerSchema = LayerSchema {
    id: LayerId::RISK_POINTS,
    title: label("风险点", "Risk points"),
    role: LayerRole::Map,
    geometry: GeometryKind::Any { optional: false },
    class: FieldClass::Internal,
    fields: &[
        text("grid_code", "所属网格编码", "Grid code"),
        text("building_code", "所在楼栋编码", "Building code"),
        text("address", "地址", "Address"),
        coded("kind", KIND, "隐患类别", "Kind"),
        coded("level", LEVEL, "风险等级", "Level"),
        coded("hazard_class", HAZARD_CLASS, "隐患级别", "Hazard class"),
        coded("status", STATUS, "状态", "Status"),
        text("description", "隐患描述", "Description").long(),
        coded("found_by", FOUND_BY, "发现方式", "Found by"),
        date("found", "发现日期", "Found"),
        date("deadline", "整改期限", "Deadline"),
        date("original_deadline", "原定期限", "Original deadline"),
        date("closed_on", "销号日期", "Closed on"),
        coded("fix_mode", FIX_MODE, "整改方式", "How it is put right"),
        text("responsible_post", "责任岗位", "Responsible post"),
        text("reviewer_post", "复查岗位", "Reviewing post"),
    ],
    parents: &[Parent {
        layer: LayerId::GRIDS,
        field: "grid_code",
        derivable: true,
    }],
    indexed: &[],
};

impl RiskLevel {
    /// The level whose code is `text`.
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "red" => Some(Self::Red),
            "orange" => Some(Self::Orange),
            "yellow" => Some(Self::Yellow),
            "blue" => Some(Self::Blue),
            _ => None,
        }
    }
}
