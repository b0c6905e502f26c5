//! 闲置空间: floor space that stands empty and could hold a facility.

use crate::domain::schema::{date, integer, label, real, text};
use crate::domain::{FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

/// `vacant_spaces`: the owner is an organisation, never a resident, and known to staff alone.
pub(super) const VACANT_SPACES: LayerSchema = LayerSchema {
    id: LayerId::VACANT_SPACES,
    title: label("闲置空间", "Vacant spaces"),
    role: LayerRole::Map,
    geometry: GeometryKind::Point,
    class: FieldClass::Public,
    fields: &[
        text("building_code", "所属楼栋编码", "Building code"),
        text("address", "地址", "Address"),
        integer("floor", "楼层", "Floor"),
        real("floor_area_m2", "建筑面积", "Floor area"),
        text("former_use", "原用途", "Former use"),
        text("owner_unit", "产权单位", "Owning organisation").internal(),
        date("vacant_since", "闲置起始日期", "Vacant since"),
    ],
    parents: &[Parent {
        layer: LayerId::BUILDINGS,
        field: "building_code",
        derivable: true,
    }],
    indexed: &[],
};
