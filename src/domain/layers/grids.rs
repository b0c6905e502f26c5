//! 网格: the cell that a grid leader answers for.

use crate::domain::schema::{code, coded, date, integer, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("basic", "基础网格", "Basic"),
    code("dedicated", "专属网格", "Dedicated"),
];

const DEDICATED_KIND: &[CodeItem] = &[
    code("market", "商圈市场", "Market"),
    code("campus", "学校", "Campus"),
    code("hospital", "医院", "Hospital"),
    code("office", "机关单位", "Government office"),
    code("park", "产业园区", "Business park"),
    code("scenic", "景区公园", "Scenic area"),
    code("transport", "交通枢纽", "Transport hub"),
];

/// `grids`: basic grids tile their community; dedicated grids lie over them.
pub(super) const GRIDS: LayerSchema = LayerSchema {
    id: LayerId::GRIDS,
    title: label("网格", "Grids"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("community_code", "所属社区编码", "Community code"),
        coded("kind", KIND, "网格类型", "Kind"),
        coded(
            "dedicated_kind",
            DEDICATED_KIND,
            "专属网格类别",
            "Kind of dedicated grid",
        ),
        integer("resident_count", "登记人口", "Residents"),
        integer("household_count", "户数", "Households"),
        text("boundary_description", "四至", "Bounds in words").long(),
        text("aliases", "曾用名", "Former names").long(),
        date("valid_from", "启用日期", "In force from"),
    ],
    parents: &[Parent {
        layer: LayerId::COMMUNITIES,
        field: "community_code",
        derivable: true,
    }],
    indexed: &[],
};
