//! 服务设施: what serves people.

use crate::domain::schema::{boolean, code, coded, integer, label, real, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("service_station", "社区服务站", "Community service station"),
    code(
        "party_centre",
        "党群服务中心",
        "Party and residents' centre",
    ),
    code("elderly_care", "综合养老服务中心", "Elderly care centre"),
    code("day_care", "日间照料中心", "Day care"),
    code("canteen", "社区食堂/助餐点", "Community canteen"),
    code("clinic", "社区卫生服务站", "Clinic"),
    code("police_room", "警务室", "Police room"),
    code("police_post", "城警驿站", "City police post"),
    code(
        "rescue_station",
        "微型消防站/应急救援站",
        "Mini fire station",
    ),
    code("video_point", "综治视联网点位", "Video point"),
    code("work_station", "小区工作站", "Compound work station"),
    code("joint_defence", "联防点位", "Joint-defence post"),
    code("hydrant", "消火栓", "Hydrant"),
    code("shelter", "避难场所", "Shelter"),
    code("kindergarten", "幼儿园", "Kindergarten"),
    code("nursery", "托育机构", "Nursery"),
    code("primary_school", "小学", "Primary school"),
    code("middle_school", "中学", "Middle school"),
    code("market", "菜市场", "Food market"),
    code("toilet", "公厕", "Public toilet"),
    code("waste_point", "垃圾收集点", "Waste point"),
    code("charging_station", "充电站", "Charging station"),
    code("car_park", "停车场", "Car park"),
    code("bus_stop", "公交站", "Bus stop"),
    code("metro_station", "地铁站", "Metro station"),
];

/// `facilities`.
pub(super) const FACILITIES: LayerSchema = LayerSchema {
    id: LayerId::FACILITIES,
    title: label("服务设施", "Facilities"),
    role: LayerRole::Map,
    geometry: GeometryKind::Any { optional: false },
    class: FieldClass::Public,
    fields: &[
        text("grid_code", "所属网格编码", "Grid code"),
        coded("kind", KIND, "类别", "Kind"),
        text("address", "地址", "Address"),
        text("opening", "开放时间", "Opening hours"),
        integer("capacity", "服务能力", "Capacity"),
        real("floor_area_m2", "建筑面积", "Floor area"),
        real("service_radius_m", "服务半径", "Service radius"),
        text("operator", "运营单位", "Operator"),
        boolean("not_public", "不公开", "Not for the public map").internal(),
    ],
    parents: &[Parent {
        layer: LayerId::GRIDS,
        field: "grid_code",
        derivable: true,
    }],
    indexed: &[],
};
