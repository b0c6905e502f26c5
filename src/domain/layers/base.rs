//! The base map of our own, so that the map is a map with no network.

use crate::domain::schema::{code, coded, label, real, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema};

const ROAD_CLASS: &[CodeItem] = &[
    code("arterial", "主干路", "Arterial"),
    code("secondary", "次干路", "Secondary street"),
    code("street", "支路", "Street"),
    code("lane", "巷道", "Lane"),
    code("path", "小区路", "Path"),
    code("rail", "轨道", "Rail"),
];

const ROAD_STATE: &[CodeItem] = &[
    code("existing", "现状", "Existing"),
    code("under_construction", "在建", "Under construction"),
    code("planned", "规划", "Planned"),
];

const WATER_KIND: &[CodeItem] = &[
    code("river", "河渠", "River"),
    code("lake", "湖", "Lake"),
    code("pond", "池塘", "Pond"),
];

const LAND_USE_KIND: &[CodeItem] = &[
    code("park", "公园", "Park"),
    code("green", "绿地", "Green"),
    code("block", "街区", "Block"),
    code("residential", "居住用地", "Residential"),
    code("commercial", "商业用地", "Commercial"),
    code("campus", "校园", "Campus"),
    code("medical", "医疗用地", "Medical"),
    code("industrial", "工业用地", "Industrial"),
    code("plaza", "广场", "Plaza"),
    code("sports", "运动场地", "Sports ground"),
    code("parking", "停车场", "Car park"),
    code("other", "其他", "Other"),
];

/// `roads`.
pub(super) const ROADS: LayerSchema = LayerSchema {
    id: LayerId::ROADS,
    title: label("道路", "Roads"),
    role: LayerRole::Base,
    geometry: GeometryKind::MultiLineString,
    class: FieldClass::Public,
    fields: &[
        coded("class", ROAD_CLASS, "等级", "Class"),
        real("width_m", "宽度", "Width"),
        coded("state", ROAD_STATE, "建设状态", "State"),
        text("source_class", "原等级", "Class in the source"),
    ],
    parents: &[],
    indexed: &[],
};

/// `water`.
pub(super) const WATER: LayerSchema = LayerSchema {
    id: LayerId::WATER,
    title: label("水系", "Water"),
    role: LayerRole::Base,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[coded("kind", WATER_KIND, "类别", "Kind")],
    parents: &[],
    indexed: &[],
};

/// `land_use`.
pub(super) const LAND_USE: LayerSchema = LayerSchema {
    id: LayerId::LAND_USE,
    title: label("用地", "Land use"),
    role: LayerRole::Base,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        coded("kind", LAND_USE_KIND, "类别", "Kind"),
        text("source_kind", "原类别", "Kind in the source"),
    ],
    parents: &[],
    indexed: &[],
};
