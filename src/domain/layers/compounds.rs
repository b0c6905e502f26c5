//! 小区: a compound of houses with one management.

use crate::domain::schema::{boolean, code, coded, integer, label, real, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const KIND: &[CodeItem] = &[
    code("commodity", "商品房小区", "Commercial housing"),
    code("work_unit", "单位家属院", "Work-unit yard"),
    code("old_rows", "老旧小区", "Old slab rows"),
    code("resettlement", "安置小区", "Resettlement housing"),
    code("self_built", "自建房片区", "Self-built houses"),
];

const PROPERTY_MANAGEMENT: &[CodeItem] = &[
    code("professional", "专业物业", "Professional"),
    code("self_managed", "单位自管", "By the work unit"),
    code("community", "社区兜底", "By the community"),
    code("none", "无物业", "None"),
];

const COMMITTEE: &[CodeItem] = &[
    code("owners", "业主委员会", "Owners' committee"),
    code("residents", "居民自管小组", "Residents' own group"),
    code("none", "无", "None"),
];

/// `compounds`: with the survey facts that the renovation score asks for (DOMAIN.md §3).
pub(super) const COMPOUNDS: LayerSchema = LayerSchema {
    id: LayerId::COMPOUNDS,
    title: label("小区", "Compounds"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("grid_code", "所属网格编码", "Grid code"),
        coded("kind", KIND, "类别", "Kind"),
        text("address", "地址", "Address"),
        integer("built_year", "建成年份", "Built in"),
        coded(
            "property_management",
            PROPERTY_MANAGEMENT,
            "物业管理",
            "Property management",
        ),
        text("property_company", "物业公司", "Property company"),
        boolean("has_work_station", "小区工作站", "Work station"),
        integer("building_count", "楼栋数", "Buildings"),
        integer("entrance_count", "单元数", "Entrances"),
        integer("household_count", "户数", "Households"),
        integer("resident_count", "登记人口", "Residents"),
        // of a compound with fewer than ten households it would tell of persons
        real(
            "aged60_ratio",
            "60岁及以上人口占比",
            "Share of residents aged 60 and over",
        )
        .internal(),
        real("floor_area_m2", "建筑面积", "Floor area"),
        integer("parking_count", "停车位", "Parking spaces"),
        integer("charger_count", "充电口", "Charging points"),
        integer(
            "damaged_pipe_systems",
            "管线破损系统数",
            "Damaged pipe systems",
        ),
        real(
            "damaged_envelope_ratio",
            "屋面外墙破损楼栋比",
            "Share of damaged envelopes",
        ),
        real(
            "uninsulated_ratio",
            "未节能改造楼栋比",
            "Share without insulation",
        ),
        real(
            "activity_space_m2",
            "公共活动场地面积",
            "Shared activity space",
        ),
        boolean("barrier_free", "无障碍改造", "Barrier-free"),
        boolean("smart_security", "智慧安防", "Smart security"),
        real(
            "consent_ratio",
            "居民同意率",
            "Share of residents who agree",
        )
        .internal(),
        coded(
            "committee",
            COMMITTEE,
            "业主组织",
            "Residents' organisation",
        ),
        integer("own_funds_yuan", "居民自筹资金", "Residents' own funds").internal(),
        boolean("long_term_plan", "长效管护方案", "Plan for later upkeep"),
        text("aliases", "曾用名", "Former names").long(),
    ],
    parents: &[Parent {
        layer: LayerId::GRIDS,
        field: "grid_code",
        derivable: true,
    }],
    indexed: &[],
};
