//! 出入口: a gate of a compound, where its ways meet the street.

use crate::domain::schema::{boolean, code, coded, label, real, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("shared", "人车共用", "Pedestrians and vehicles"),
    code("pedestrian", "仅行人", "Pedestrians only"),
    code("vehicle", "仅车辆", "Vehicles only"),
    code("emergency", "应急通道", "Emergency only"),
];

/// `gates`: whoever walks to or from a compound goes through one of them while it is open.
pub(super) const GATES: LayerSchema = LayerSchema {
    id: LayerId::GATES,
    title: label("出入口", "Gates"),
    role: LayerRole::Map,
    geometry: GeometryKind::Point,
    class: FieldClass::Public,
    fields: &[
        text("compound_code", "所属小区编码", "Compound code"),
        coded("kind", KIND, "通行类型", "For whom"),
        text("opening", "开放时间", "Opening hours"),
        real("width_m", "净宽", "Clear width"),
        boolean("barrier_free", "无障碍通行", "Barrier-free"),
    ],
    parents: &[Parent {
        layer: LayerId::COMPOUNDS,
        field: "compound_code",
        derivable: true,
    }],
    indexed: &[],
};
