//! 案件: a problem found or reported, with its closed loop.

use crate::domain::schema::{boolean, code, coded, label, text, time};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("environment", "市容环境", "City appearance"),
    code("advertising", "宣传广告", "Advertising"),
    code("construction", "施工管理", "Construction"),
    code("emergency", "突发事件", "Emergency"),
    code("street_order", "街面秩序", "Street order"),
    code("public_facility", "公用设施", "Public utilities"),
    code("transport_facility", "交通设施", "Transport facilities"),
    code("greening", "园林绿化", "Greening"),
];

const SOURCE: &[CodeItem] = &[
    code("patrol", "环保巡查", "Patrol"),
    code("grid", "网格上报", "Grid report"),
    code("hotline", "12345热线", "Hotline"),
    code("resident", "群众反映", "Resident"),
];

const STATUS: &[CodeItem] = &[
    code("accepted", "受理", "Accepted"),
    code("filed", "立案", "Filed"),
    code("dispatched", "派遣", "Dispatched"),
    code("handling", "处置", "Being handled"),
    code("verifying", "核查", "Being verified"),
    code("closed", "结案", "Closed"),
];

/// Where a case stands in its closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStatus {
    /// 结案.
    Closed,
    /// Every step before.
    Open,
}

impl CaseStatus {
    /// What the status code `text` means for the ledger.
    pub fn of(text: &str) -> Self {
        if text == "closed" {
            Self::Closed
        } else {
            Self::Open
        }
    }
}

/// `cases`.
pub(super) const CASES: LayerSchema = LayerSchema {
    id: LayerId::CASES,
    title: label("案件", "Cases"),
    role: LayerRole::Map,
    geometry: GeometryKind::Point,
    class: FieldClass::Internal,
    fields: &[
        text("grid_code", "所属网格编码", "Grid code"),
        coded("kind", KIND, "案件类别", "Kind"),
        coded("source", SOURCE, "来源", "Source"),
        coded("status", STATUS, "状态", "Status"),
        text("address", "地址", "Address"),
        text("description", "问题描述", "Description").long(),
        boolean("on_the_spot", "当场处理", "Handled on the spot"),
        time("reported_at", "上报时间", "Reported"),
        time("deadline", "处置时限", "Deadline"),
        time("closed_at", "结案时间", "Closed"),
        text("responsible_post", "责任岗位", "Responsible post"),
        text("verifier_post", "核查岗位", "Verifying post"),
    ],
    parents: &[Parent {
        layer: LayerId::GRIDS,
        field: "grid_code",
        derivable: true,
    }],
    indexed: &[],
};
