//! Code lists that more than one layer uses. Source: DOMAIN.md §1-§5 and `geodata/facts/enums.json`.

use crate::domain::CodeItem;
use crate::domain::schema::code;

/// 结构类型.
pub(super) const STRUCTURE: &[CodeItem] = &[
    code("brick_timber", "砖木", "Brick and timber"),
    code("earth_stone", "土木/石木", "Earth or stone"),
    code("brick_concrete", "砖混(现浇)", "Brick and cast concrete"),
    code("brick_precast", "砖混(预制板)", "Brick and precast slabs"),
    code("frame", "框架", "Frame"),
    code("shear_wall", "框剪/剪力墙", "Shear wall"),
    code("steel", "钢结构", "Steel"),
    code("other", "其他", "Other"),
];

/// 责任层级: which kind of place a post answers for.
pub(super) const POST_LEVEL: &[CodeItem] = &[
    code("subdistrict", "街道", "Subdistrict"),
    code("community", "社区", "Community"),
    code("grid", "网格", "Grid"),
    code("compound", "小区", "Compound"),
    code("building", "楼栋", "Building"),
    code("entrance", "单元", "Entrance"),
];
