//! 改造项目: the renovation of old compounds, by batch and phase.

use crate::domain::schema::{code, coded, date, integer, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const PHASE: &[CodeItem] = &[
    code("survey", "摸底", "Survey"),
    code("application", "申报", "Application"),
    code("consultation", "征询意愿", "Consultation"),
    code("planned", "纳入计划", "In the plan"),
    code("design", "设计", "Design"),
    code("tender", "招标", "Tender"),
    code("works", "进场施工", "Works"),
    code("completed", "完工", "Completed"),
    code("accepted", "验收", "Accepted"),
    code("handed_over", "移交管理", "Handed over"),
];

const CONTENT: &[CodeItem] = &[
    code("basic", "基础类", "Basic"),
    code("improved", "完善类", "Improved"),
    code("upgraded", "提升类", "Upgraded"),
];

/// `renovation_projects`: `content` is the highest class of works, `works` says them in words.
pub(super) const RENOVATION_PROJECTS: LayerSchema = LayerSchema {
    id: LayerId::RENOVATION_PROJECTS,
    title: label("改造项目", "Renovation projects"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("community_code", "所属社区编码", "Community code"),
        text("compound_codes", "涉及小区编码", "Compound codes"),
        integer("batch", "批次", "Batch"),
        coded("phase", PHASE, "阶段", "Phase"),
        coded("content", CONTENT, "改造内容", "Content"),
        text("works", "主要工程", "Works"),
        integer("budget_yuan", "预算", "Budget"),
        integer("household_count", "惠及户数", "Households served"),
        integer("building_count", "楼栋数", "Buildings"),
        date("starts_on", "开工日期", "Starts"),
        date("ends_on", "计划完工", "Ends"),
    ],
    parents: &[Parent {
        layer: LayerId::COMMUNITIES,
        field: "community_code",
        derivable: true,
    }],
    indexed: &[],
};
