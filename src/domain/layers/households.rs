//! 户: a door, never a person. The minimal record of DOMAIN.md §6.2 and nothing more; all of it restricted.

use crate::domain::schema::{boolean, code, coded, date, integer, label, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const DWELLING_USE: &[CodeItem] = &[
    code("owner", "自住", "Lived in by the owner"),
    code("let", "出租", "Let"),
    code("business", "经营", "Business"),
    code("vacant", "空置", "Vacant"),
    code("unknown", "未知", "Unknown"),
];

const AREA_BAND: &[CodeItem] = &[
    code("under_50", "50㎡以下", "Under 50 m²"),
    code("50_90", "50-90㎡", "50 to 90 m²"),
    code("90_144", "90-144㎡", "90 to 144 m²"),
    code("over_144", "144㎡以上", "Over 144 m²"),
];

const OCCUPANTS_BAND: &[CodeItem] = &[
    code("0", "0人", "None"),
    code("1", "1人", "One"),
    code("2", "2人", "Two"),
    code("3_4", "3-4人", "Three or four"),
    code("5_plus", "5人以上", "Five or more"),
];

const GAS_KIND: &[CodeItem] = &[
    code("piped", "管道天然气", "Piped gas"),
    code("bottled", "瓶装液化气", "Bottled gas"),
    code("none", "无燃气", "None"),
];

/// `households`: of an entrance (floor, room), or a homestead parcel with its own outline.
pub(super) const HOUSEHOLDS: LayerSchema = LayerSchema {
    id: LayerId::HOUSEHOLDS,
    title: label("户", "Households"),
    role: LayerRole::Map,
    geometry: GeometryKind::Any { optional: true },
    class: FieldClass::Restricted,
    fields: &[
        text("entrance_code", "所属单元编码", "Entrance code"),
        text("building_code", "所属楼栋编码", "Building code"),
        integer("floor", "楼层", "Floor"),
        text("room_label", "室号", "Room"),
        coded("dwelling_use", DWELLING_USE, "居住用途", "Use"),
        coded("area_band", AREA_BAND, "面积段", "Area"),
        integer("room_count", "间数", "Rooms"),
        coded("occupants_band", OCCUPANTS_BAND, "居住人数段", "Occupants"),
        coded("gas_kind", GAS_KIND, "燃气类型", "Gas"),
        boolean(
            "indoor_ebike_charging",
            "电动车入户充电",
            "E-bike charged indoors",
        ),
        boolean("smoke_alarm", "烟感报警器", "Smoke alarm"),
        boolean("needs_visit", "需要上门协助", "Needs a visit"),
        date("needs_visit_until", "协助同意有效期", "Consent until"),
        date("last_checked_on", "最近核查", "Last checked"),
        text("source", "来源", "Source"),
        date("valid_until", "保留至", "Kept until"),
    ],
    parents: &[
        Parent {
            layer: LayerId::ENTRANCES,
            field: "entrance_code",
            derivable: false,
        },
        Parent {
            layer: LayerId::BUILDINGS,
            field: "building_code",
            derivable: true,
        },
    ],
    indexed: &[],
};
