//! 单元: a door of a building behind which households live.

use crate::domain::schema::{boolean, integer, label, text};
use crate::domain::{FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

/// `entrances`: the doors per floor are restricted, for they say how people live.
pub(super) const ENTRANCES: LayerSchema = LayerSchema {
    id: LayerId::ENTRANCES,
    title: label("单元", "Entrances"),
    role: LayerRole::Map,
    geometry: GeometryKind::Point,
    class: FieldClass::Internal,
    fields: &[
        text("building_code", "所属楼栋编码", "Building code"),
        text("number", "单元号", "Number"),
        integer("floors", "层数", "Floors"),
        integer("doors_per_floor", "每层户数", "Doors per floor").restricted(),
        boolean("has_lift", "有电梯", "Has a lift"),
    ],
    parents: &[Parent {
        layer: LayerId::BUILDINGS,
        field: "building_code",
        derivable: true,
    }],
    indexed: &[],
};
