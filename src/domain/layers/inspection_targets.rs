//! 检查对象: what has to be inspected, how often, and when next.

use crate::domain::schema::{code, coded, date, integer, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("restaurant", "餐饮场所", "Restaurant"),
    code("shop", "沿街商铺", "Shop"),
    code("hotel", "宾馆民宿", "Hotel"),
    code("self_built_house", "自建房", "Self-built house"),
    code("gas_station", "燃气站点", "Gas station"),
    code("construction_site", "建筑工地", "Construction site"),
    code("school", "学校幼儿园", "School"),
    code("elderly_home", "养老机构", "Elderly home"),
    code("lift", "电梯", "Lift"),
    code("ebike_shed", "电动车充电棚", "E-bike shed"),
    code("warehouse", "仓储加工", "Warehouse"),
    code("entertainment", "文化娱乐场所", "Entertainment"),
    code("waste_point", "垃圾收集点", "Waste point"),
];

/// `inspection_targets`: due and overdue are worked out from `next_due`, never stored.
pub(super) const INSPECTION_TARGETS: LayerSchema = LayerSchema {
    id: LayerId::INSPECTION_TARGETS,
    title: label("检查对象", "Inspection targets"),
    role: LayerRole::Map,
    geometry: GeometryKind::Any { optional: false },
    class: FieldClass::Internal,
    fields: &[
        text("grid_code", "所属网格编码", "Grid code"),
        text("building_code", "所在楼栋编码", "Building code"),
        coded("kind", KIND, "类别", "Kind"),
        text("address", "地址", "Address"),
        integer("cycle_days", "检查周期", "Cycle"),
        date("last_inspected", "上次检查", "Last inspected"),
        date("next_due", "下次应查", "Next due"),
        text("responsible_post", "责任岗位", "Responsible post"),
    ],
    parents: &[Parent {
        layer: LayerId::GRIDS,
        field: "grid_code",
        derivable: true,
    }],
    indexed: &[],
};
