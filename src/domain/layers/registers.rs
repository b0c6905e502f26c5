//! The registers beside the map: who answers for what, what was inspected, how a matter moved on.

use super::codes::POST_LEVEL;
use crate::domain::schema::{code, coded, label, text, time};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema};

const OUTCOME: &[CodeItem] = &[
    code("passed", "合格", "Passed"),
    code("hazard_found", "发现隐患", "Hazard found"),
    code("put_right", "当场整改", "Put right on the spot"),
    code("not_open", "未营业", "Not open"),
];

/// `posts`: holders are staff, never residents. `target_code` is the code of the place at `level`.
pub(super) const POSTS: LayerSchema = LayerSchema {
    id: LayerId::POSTS,
    title: label("责任岗位", "Posts"),
    role: LayerRole::Register,
    geometry: GeometryKind::None,
    class: FieldClass::Internal,
    fields: &[
        coded("level", POST_LEVEL, "层级", "Level"),
        text("target_code", "负责区域编码", "Code of the place"),
        text("title", "岗位", "Title"),
        text("holder", "任职人", "Holder"),
        text("phone", "办公电话", "Office telephone"),
        text("duties", "职责", "Duties").long(),
    ],
    parents: &[],
    indexed: &["target_code"],
};

/// `inspections`: one visit to one target.
pub(super) const INSPECTIONS: LayerSchema = LayerSchema {
    id: LayerId::INSPECTIONS,
    title: label("检查记录", "Inspections"),
    role: LayerRole::Register,
    geometry: GeometryKind::None,
    class: FieldClass::Internal,
    fields: &[
        text("target_code", "检查对象编码", "Target code"),
        time("visited_at", "检查时间", "Visited"),
        coded("outcome", OUTCOME, "结果", "Outcome"),
        text("post_code", "检查岗位", "Post"),
        text("risk_point_code", "隐患编号", "Risk point code"),
        text("note", "备注", "Note").long(),
    ],
    parents: &[],
    indexed: &["target_code"],
};

/// `transitions`: one step of one risk point or case; only ever added to.
pub(super) const TRANSITIONS: LayerSchema = LayerSchema {
    id: LayerId::TRANSITIONS,
    title: label("流转记录", "Transitions"),
    role: LayerRole::Register,
    geometry: GeometryKind::None,
    class: FieldClass::Internal,
    fields: &[
        text("layer", "图层", "Layer"),
        text("feature_code", "对象编号", "Feature code"),
        text("from_status", "原状态", "From"),
        text("to_status", "新状态", "To"),
        time("at", "时间", "At"),
        text("post_code", "经办岗位", "Post"),
        text("note", "说明", "Note").long(),
    ],
    parents: &[],
    indexed: &["feature_code"],
};
