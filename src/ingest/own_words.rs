//! A layer's own word with "number" or "name" behind it: `风险点编号`, `设施编码`, `检查对象名称`, and its pinyin initials.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyin;

use crate::domain::{LayerId, LayerSchema};

/// What offices call the records of a layer.
const WORDS: &[(LayerId, &[&str])] = &[
    (
        LayerId::SUBDISTRICTS,
        &["街道", "镇街", "街办", "乡镇", "乡镇街道", "镇"],
    ),
    (
        LayerId::COMMUNITIES,
        &["社区", "村", "村居", "村社", "社区村", "居委会", "村社区"],
    ),
    (
        LayerId::GRIDS,
        &[
            "网格",
            "基础网格",
            "专属网格",
            "单元网格",
            "所属网格",
            "综合网格",
        ],
    ),
    (
        LayerId::COMPOUNDS,
        &[
            "小区",
            "住宅小区",
            "物业小区",
            "老旧小区",
            "院落",
            "楼院",
            "家属院",
            "小区院落",
        ],
    ),
    (
        LayerId::BUILDINGS,
        &[
            "楼栋",
            "楼幢",
            "楼宇",
            "建筑",
            "建筑物",
            "房屋",
            "房屋建筑",
            "自建房",
            "楼",
            "栋",
            "幢",
            "单体",
            "楼座",
        ],
    ),
    (
        LayerId::ENTRANCES,
        &["单元", "楼门", "门洞", "单元门", "楼栋单元"],
    ),
    (
        LayerId::HOUSEHOLDS,
        &[
            "户", "住户", "房屋", "户室", "房间", "套", "住宅", "分户", "房室",
        ],
    ),
    (
        LayerId::RISK_POINTS,
        &[
            "风险点",
            "风险",
            "风险源",
            "隐患",
            "隐患点",
            "隐患风险点",
            "点位",
            "问题",
            "工单",
            "任务",
            "风险隐患",
            "危险源",
            "事项",
        ],
    ),
    (
        LayerId::FACILITIES,
        &[
            "设施",
            "服务设施",
            "公共设施",
            "点位",
            "站点",
            "场所",
            "机构",
            "设备",
            "网点",
            "阵地",
        ],
    ),
    (
        LayerId::RENOVATION_PROJECTS,
        &["项目", "改造项目", "工程", "改造工程", "老旧小区改造项目"],
    ),
    (
        LayerId::INSPECTION_TARGETS,
        &[
            "检查对象",
            "对象",
            "单位",
            "被检查单位",
            "受检单位",
            "设备",
            "场所",
            "企业",
            "商户",
            "店铺",
            "门店",
            "监管对象",
            "监管单位",
            "经营主体",
            "主体",
            "重点单位",
            "重点场所",
        ],
    ),
    (
        LayerId::CASES,
        &[
            "案件",
            "案卷",
            "工单",
            "任务",
            "事件",
            "问题",
            "诉求",
            "受理",
            "部件",
            "事项",
            "热线工单",
            "投诉",
        ],
    ),
    (LayerId::POSTS, &["岗位", "职位", "责任岗位"]),
    (
        LayerId::INSPECTIONS,
        &["检查", "检查记录", "记录", "巡查", "巡查记录", "检查单"],
    ),
    (LayerId::TRANSITIONS, &["流转", "流转记录", "记录"]),
    (LayerId::ROADS, &["道路", "路段", "街巷", "道路路段"]),
    (LayerId::WATER, &["水系", "水体", "河流", "河道", "湖泊"]),
    (LayerId::LAND_USE, &["地块", "用地", "宗地", "图斑"]),
];

/// What stands behind it for a code.
const CODES: &[&str] = &[
    "统一编码",
    "统一编号",
    "唯一编码",
    "唯一编号",
    "唯一码",
    "标识码",
    "识别码",
    "编码",
    "编号",
    "代码",
    "代号",
    "号码",
    "序列号",
    "id",
    "号",
];

/// What stands behind it for a name.
const NAMES: &[&str] = &["名称", "全称", "名"];

/// Pinyin initials of what stands behind for a code.
const CODE_INITIALS: &[&str] = &["bm", "bh", "dm", "id"];

/// Layers of which a bare "number" is what people say for the third building or the second entrance, and no code.
const NUMBERED: &[LayerId] = &[LayerId::BUILDINGS, LayerId::ENTRANCES, LayerId::HOUSEHOLDS];

/// Headers that mean something else in a layer: the number of the house on a household's door.
const NOT_CODES: &[(LayerId, &str)] = &[(LayerId::HOUSEHOLDS, "房屋编号")];

/// Names that are no names of the record: a building is called by its number.
const NOT_NAMES: &[LayerId] = &[LayerId::BUILDINGS, LayerId::ENTRANCES, LayerId::HOUSEHOLDS];

static INITIALS: LazyLock<HashMap<&str, String>> = LazyLock::new(|| {
    let words = WORDS.iter().flat_map(|(_, words)| words.iter().copied());
    words.map(|word| (word, initials(word))).collect()
});

fn initials(word: &str) -> String {
    word.to_pinyin()
        .filter_map(|one| one?.plain().chars().next())
        .collect()
}

fn words_of(layer: LayerId) -> &'static [&'static str] {
    let found = WORDS.iter().find(|(of, _)| *of == layer);
    found.map_or(&[], |(_, words)| *words)
}

/// The field of codes that a normalised header names: `code` of the layer, or the field that names a parent.
pub(super) fn code_field(schema: &LayerSchema, header: &str) -> Option<&'static str> {
    if NOT_CODES.contains(&(schema.id, header)) {
        return None;
    }
    if is_code_of(schema.id, header) {
        return Some("code");
    }
    if header.ends_with('号') && !header.ends_with("编号") {
        return None;
    }
    let mut named = (schema.parents.iter()).filter(|parent| is_code_of(parent.layer, header));
    named.next().map(|parent| parent.field)
}

fn is_code_of(layer: LayerId, header: &str) -> bool {
    let core = ["所属", "所在", "对应", "关联"]
        .iter()
        .find_map(|word| header.strip_prefix(word))
        .unwrap_or(header);
    let words = words_of(layer);
    let by_word = CODES.iter().any(|end| {
        let is_bare = *end == "号" && NUMBERED.contains(&layer);
        let word = core
            .strip_suffix(end)
            .map(|word| word.trim_end_matches('_'));
        !is_bare && word.is_some_and(|word| words.contains(&word))
    });
    by_word
        || CODE_INITIALS.iter().any(|end| {
            let word = core.strip_suffix(end).unwrap_or_default();
            word.len() >= 2
                && words
                    .iter()
                    .any(|known| INITIALS.get(known).is_some_and(|it| it == word))
        })
}

/// Whether a normalised header is the name of the layer's records.
pub(super) fn is_name(schema: &LayerSchema, header: &str) -> bool {
    if NOT_NAMES.contains(&schema.id) {
        return false;
    }
    let words = words_of(schema.id);
    NAMES.iter().any(|end| {
        let word = header.strip_suffix(end);
        word.is_some_and(|word| words.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_own_word_with_number_behind_it_is_its_code() {
        for (layer, headers) in [
            (
                LayerId::FACILITIES,
                &["设施编号", "设施编码", "点位编号", "设施id", "sbbh"][..],
            ),
            (
                LayerId::RISK_POINTS,
                &[
                    "风险点编号",
                    "风险点编码",
                    "点位编号",
                    "工单编号",
                    "隐患点编号",
                    "工单号",
                ],
            ),
            (
                LayerId::INSPECTION_TARGETS,
                &["检查对象编号", "单位编号", "设备编号", "场所代码"],
            ),
            (LayerId::ENTRANCES, &["单元编号", "单元编码"]),
            (
                LayerId::HOUSEHOLDS,
                &["户编号", "户编码", "房屋编码", "住户编号"],
            ),
            (LayerId::GRIDS, &["网格号", "网格编号", "wgbm", "wgbh"]),
            (
                LayerId::COMPOUNDS,
                &["小区编码", "xqbm", "小区编号", "院落编号", "小区统一编码"],
            ),
            (
                LayerId::BUILDINGS,
                &[
                    "楼栋编码",
                    "ldbm",
                    "ldbh",
                    "房屋编号",
                    "建筑物编码",
                    "楼栋代码",
                ],
            ),
            (LayerId::CASES, &["案件编号", "案卷号", "工单编号", "ajbh"]),
            (
                LayerId::RENOVATION_PROJECTS,
                &["项目编号", "项目代码", "xmbm"],
            ),
            (LayerId::COMMUNITIES, &["社区编号", "社区代码"]),
            (LayerId::SUBDISTRICTS, &["街道编码"]),
            (LayerId::POSTS, &["岗位编号"]),
            (LayerId::ROADS, &["道路编号", "路段编码"]),
            (LayerId::LAND_USE, &["地块编号", "宗地代码"]),
            (LayerId::WATER, &["河道编号"]),
            (LayerId::INSPECTIONS, &["检查单号", "检查记录编号"]),
            (LayerId::TRANSITIONS, &["流转编号"]),
        ] {
            for header in headers {
                assert_eq!(
                    code_field(layer.schema(), header),
                    Some("code"),
                    "{layer} {header}"
                );
            }
        }
    }

    #[test]
    fn a_parents_word_with_number_behind_it_names_the_parent() {
        for (layer, header, field) in [
            (LayerId::BUILDINGS, "小区编码", "compound_code"),
            (LayerId::BUILDINGS, "xqbm", "compound_code"),
            (LayerId::ENTRANCES, "楼栋编号", "building_code"),
            (LayerId::HOUSEHOLDS, "所属单元编号", "entrance_code"),
            (LayerId::COMPOUNDS, "网格编号", "grid_code"),
            (LayerId::GRIDS, "社区编码", "community_code"),
        ] {
            assert_eq!(
                code_field(layer.schema(), header),
                Some(field),
                "{layer} {header}"
            );
        }
        for (layer, header) in [
            (LayerId::BUILDINGS, "楼号"),
            (LayerId::BUILDINGS, "楼栋号"),
            (LayerId::ENTRANCES, "单元号"),
            (LayerId::HOUSEHOLDS, "房屋编号"),
            (LayerId::FACILITIES, "电话号码"),
            (LayerId::COMPOUNDS, "编制编号"),
            (LayerId::COMPOUNDS, "网格号"),
        ] {
            assert_eq!(code_field(layer.schema(), header), None, "{layer} {header}");
        }
    }
}
