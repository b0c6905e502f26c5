//! 社区(村): what a residents' or villagers' committee governs.

use crate::domain::schema::{code, coded, date, integer, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("residential", "社区", "Community"),
    code("village", "村", "Village"),
];

/// `communities`: 12-digit statistical code.
pub(super) const COMMUNITIES: LayerSchema = LayerSchema {
    id: LayerId::COMMUNITIES,
    title: label("社区(村)", "Communities"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("subdistrict_code", "所属街道编码", "Subdistrict code"),
        coded("kind", KIND, "类别", "Kind"),
        text("office_address", "办公地址", "Office address"),
        integer("resident_count", "登记人口", "Residents"),
        integer("household_count", "户数", "Households"),
        text("aliases", "曾用名", "Former names").long(),
        date("valid_from", "启用日期", "In force from"),
    ],
    parents: &[Parent {
        layer: LayerId::SUBDISTRICTS,
        field: "subdistrict_code",
        derivable: true,
    }],
    indexed: &[],
};
