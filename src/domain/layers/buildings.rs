//! 楼栋: a building. First screening and appraisal grade are two separate facts, both unknown until someone looked.

use super::codes::STRUCTURE;
use crate::domain::schema::{boolean, code, coded, date, integer, label, real, text};
use crate::domain::{CodeItem, FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema, Parent};

const USE: &[CodeItem] = &[
    code("residential", "住宅", "Residential"),
    code("self_built", "自建房", "Self-built house"),
    code("commercial", "商业", "Commercial"),
    code("office", "办公", "Office"),
    code("school", "教育", "School"),
    code("medical", "医疗", "Medical"),
    code("public", "公共服务", "Public service"),
    code("industrial", "厂房仓储", "Industrial"),
    code("ancillary", "附属用房", "Ancillary"),
];

const SCREENING: &[CodeItem] = &[
    code("none_found", "未发现安全隐患", "No hazard found"),
    code("some", "存在一定安全隐患", "Some hazard"),
    code("severe", "存在严重安全隐患", "Severe hazard"),
];

const SAFETY_GRADE: &[CodeItem] = &[
    code("A", "A级", "Grade A"),
    code("B", "B级", "Grade B"),
    code("C", "C级(局部危房)", "Grade C (partly dangerous)"),
    code("D", "D级(整幢危房)", "Grade D (dangerous)"),
];

/// `buildings`.
pub(super) const BUILDINGS: LayerSchema = LayerSchema {
    id: LayerId::BUILDINGS,
    title: label("楼栋", "Buildings"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("compound_code", "所属小区编码", "Compound code"),
        text("number", "楼号", "Number"),
        text("address", "地址", "Address"),
        coded("use", USE, "用途", "Use"),
        integer("storeys", "地上层数", "Storeys"),
        integer("storeys_below", "地下层数", "Storeys below ground"),
        real("height_m", "高度", "Height"),
        coded("structure", STRUCTURE, "结构类型", "Structure"),
        integer("built_year", "建成年份", "Built in"),
        integer("entrance_count", "单元数", "Entrances"),
        integer("household_count", "户数", "Households"),
        integer("lift_count", "电梯数", "Lifts"),
        real("floor_area_m2", "建筑面积", "Floor area"),
        boolean("operating", "经营性", "Used for business").internal(),
        coded("screening", SCREENING, "初步排查", "First screening").internal(),
        coded("safety_grade", SAFETY_GRADE, "鉴定等级", "Safety grade").internal(),
        text("appraisal_report", "鉴定报告编号", "Appraisal report").internal(),
        text("appraisal_body", "鉴定机构", "Appraisal body").internal(),
        date("appraised_on", "鉴定日期", "Appraised on").internal(),
        boolean("under_watch", "挂账管控", "Under watch").internal(),
    ],
    parents: &[Parent {
        layer: LayerId::COMPOUNDS,
        field: "compound_code",
        derivable: true,
    }],
    indexed: &[],
};
