//! The words of the pages in the two languages. Handlers say them in Chinese; here is what they are in English.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::domain::{FieldKind, Label, layers};

/// How a page says its words.
pub(super) struct Words {
    /// Chinese to English; `None` where the page is in Chinese.
    english: Option<HashMap<&'static str, &'static str>>,
}

impl Words {
    pub(super) fn chinese() -> Self {
        Self { english: None }
    }

    /// The words below, and the names of layers, fields and codes as they are now.
    pub(super) fn english() -> Self {
        let mut english: HashMap<_, _> = ENGLISH.iter().copied().collect();
        let mut take = |label: Label| {
            english.entry(label.zh).or_insert(label.en);
        };
        for schema in layers::known() {
            take(schema.title);
            for field in schema.fields {
                take(field.label);
                if let FieldKind::Code(list) = field.kind {
                    for item in list {
                        take(item.label);
                    }
                }
            }
        }
        Self {
            english: Some(english),
        }
    }

    /// The value of `lang` and of Content-Language.
    pub(super) const fn language(&self) -> &'static str {
        if self.english.is_none() {
            "zh-CN"
        } else {
            "en"
        }
    }

    /// What stands between the members of a list.
    pub(super) const fn between(&self) -> &'static str {
        if self.english.is_none() { "、" } else { ", " }
    }

    /// `zh` in the language of the page; a name that it does not know stays as it is.
    pub(super) fn say<'a>(&self, zh: &'a str) -> Cow<'a, str> {
        let Some(english) = &self.english else {
            return Cow::Borrowed(zh);
        };
        if let Some(en) = english.get(zh) {
            return Cow::Borrowed(en);
        }
        for (mark, en_mark) in [("：", ": "), (" · ", " · ")] {
            if let Some((one, other)) = zh.split_once(mark) {
                return format!("{}{en_mark}{}", self.say(one), self.say(other)).into();
            }
        }
        Cow::Borrowed(zh)
    }

    /// That only the first of a long list are shown.
    pub(super) fn first_of(&self, shown: usize, all: usize) -> String {
        if self.english.is_none() {
            format!("此页只列出前 {shown} 条，共 {all} 条")
        } else {
            format!("This page lists the first {shown} of {all}")
        }
    }
}

/// Each text of a page in Chinese and English.
const ENGLISH: &[(&str, &str)] = &[
    // pages
    ("民情图", "Minqing"),
    ("所在位置", "Breadcrumb"),
    ("链接", "Links"),
    ("图层", "Layers"),
    ("记录", "Records"),
    ("没有记录", "No records"),
    ("本页", "This page"),
    ("下一页", "Next page"),
    ("接口说明", "API reference"),
    ("接口说明 (OpenAPI 3.1)", "API reference (OpenAPI 3.1)"),
    ("机器可读", "Machine readable"),
    ("参数", "Parameter"),
    ("位置", "In"),
    ("说明", "Meaning"),
    ("符合的标准", "Conformance"),
    ("函数", "Functions"),
    ("筛选可用的函数", "Functions of filters"),
    ("目录与字段", "Layers, fields and codes"),
    ("结构", "Schema"),
    ("可筛选的属性", "Queryables"),
    ("可排序的属性", "Sortables"),
    ("矢量瓦片集", "Vector tilesets"),
    ("瓦片集", "Tilesets"),
    ("瓦片", "Tiles"),
    ("瓦片矩阵集", "Tile matrix sets"),
    ("Web 墨卡托 (EPSG:3857)", "Web Mercator (EPSG:3857)"),
    (
        "CGCS2000 经纬度 (EPSG:4490)，即天地图 _c 图层的网格",
        "CGCS2000 degrees (EPSG:4490), the grid of Tianditu's _c layers",
    ),
    ("社区民情图", "Community map"),
    ("图层、瓦片与空间查询", "Layers, tiles and spatial queries"),
    ("编号", "Id"),
    ("图形", "Geometry"),
    ("编码", "Code"),
    ("名称", "Name"),
    ("修订号", "Revision"),
    ("更新时间", "Updated at"),
    ("更新者", "Updated by"),
    ("米", "Metres"),
    (
        "图形之间的距离不超过若干米 / whether two shapes lie within so many metres",
        "Whether two shapes lie within a distance in metres",
    ),
    ("合并的记录数", "Number of merged records"),
    (
        "仅见于低级别的合并图形",
        "Only on merged shapes at low zooms",
    ),
    // operations
    ("程序是否在运行", "Whether the program runs"),
    (
        "地图是否可用，不可用时说明原因",
        "Whether the map can be used, and why not",
    ),
    ("Prometheus 指标", "Prometheus metrics"),
    ("首页", "Landing page"),
    ("本说明", "This document"),
    ("本说明的网页", "This document as a page"),
    (
        "目录：图层、字段与代码",
        "Catalogue: layers, fields and codes",
    ),
    ("全部图层", "All layers"),
    ("一个图层", "One layer"),
    ("记录的结构", "Schema of the records"),
    ("筛选条件中可用的函数", "Functions that a filter may use"),
    ("记录，逐页", "Records, page by page"),
    ("新增一条记录", "Create a record"),
    ("一条记录", "One record"),
    ("替换一条记录", "Replace a record"),
    (
        "修改一条记录的若干属性 (JSON Merge Patch)",
        "Change some properties of a record (JSON Merge Patch)",
    ),
    ("删除一条记录", "Delete a record"),
    ("一条记录的历次版本", "All versions of a record"),
    ("两个时刻之间的变化", "Changes between two instants"),
    (
        "变化的事件流；断线后以 Last-Event-ID 接续",
        "Stream of changes; resumed with Last-Event-ID",
    ),
    (
        "一次提交多条修改，全部成功或全部不做",
        "Several edits at once, all or none",
    ),
    (
        "撤销一次修改，作为新的修改",
        "Undo a change, as a new change",
    ),
    ("导入任务与批次", "Import jobs and batches"),
    ("上传一个文件", "Upload a file"),
    ("一次导入", "One import"),
    (
        "换一种方式重新读取",
        "Read the file again with other settings",
    ),
    ("停止并忘记", "Stop and forget it"),
    ("预览或报告", "Preview or report"),
    ("写入或撤销", "Commit or undo"),
    ("已存的导入方案", "Saved import profiles"),
    ("存一个导入方案", "Save an import profile"),
    ("删除一个导入方案", "Delete an import profile"),
    (
        "此处属于哪些网格、楼栋、单元",
        "Grids, building and entrance of a place",
    ),
    ("许多点各属于哪里", "The same for many places"),
    ("最近的记录，按米", "Nearest records, in metres"),
    ("按区域汇总", "Summary by area"),
    (
        "按编码、名称、地址、拼音查找",
        "Search by code, name, address or pinyin",
    ),
    (
        "瓦片的说明 (TileJSON 3.0)",
        "Description of tiles (TileJSON 3.0)",
    ),
    ("一个瓦片", "One tile"),
    ("一个瓦片矩阵集的定义", "Definition of a tile matrix set"),
    ("整个地图的矢量瓦片集", "Vector tilesets of the whole map"),
    (
        "整个地图的一个矢量瓦片集",
        "One vector tileset of the whole map",
    ),
    ("整个地图的一个矢量瓦片", "One vector tile of the whole map"),
    ("图层的矢量瓦片集", "Vector tilesets of a layer"),
    ("图层的一个矢量瓦片集", "One vector tileset of a layer"),
    ("图层的一个矢量瓦片", "One vector tile of a layer"),
    // parameters
    (
        "答复的格式；不写时按 Accept",
        "Format of the answer; by Accept where absent",
    ),
    (
        "范围：西,南,东,北（或含高程的 6 个数）；西大于东即跨 180° 经线",
        "Box: west,south,east,north (or six numbers with heights); west above east crosses the antimeridian",
    ),
    ("bbox 的坐标系", "Reference system of bbox"),
    (
        "答复的坐标系，轴序依其主管机构",
        "Reference system of the answer, in the axis order of its authority",
    ),
    ("答复的坐标系", "Reference system of the answer"),
    (
        "那一时刻的地图；时段以其终点为准，例如 2026-03-01T00:00:00Z 或 2026-03-01T00:00:00Z/..",
        "The map at that instant; of an interval its end counts, such as 2026-03-01T00:00:00Z or 2026-03-01T00:00:00Z/..",
    ),
    (
        "最多几条；超过上限时按上限",
        "Maximum number; capped at the limit",
    ),
    ("翻页标记，取自 next 链接", "Cursor, from the next link"),
    ("CQL2 筛选条件", "CQL2 filter"),
    ("filter 的写法", "Encoding of filter"),
    (
        "filter 中坐标的坐标系",
        "Reference system of the coordinates in filter",
    ),
    (
        "按这些属性排序，以逗号分隔；前加 - 为从大到小，未知者在后",
        "Sort by these properties, separated by commas; with - before it descending, unknown values last",
    ),
    (
        "只要这些属性，以逗号分隔",
        "Only these properties, separated by commas",
    ),
    ("不要图形", "Without geometry"),
    (
        "queryables 所列的任一属性等于此值，例如 level=red",
        "Any property of queryables equal to this value, such as level=red",
    ),
    (
        "同一个键重复提交只做一次",
        "Requests with the same key are carried out once",
    ),
    (
        "所提交图形的坐标系；不写即 CRS84",
        "Reference system of the submitted geometry; CRS84 where absent",
    ),
    ("记录编号", "Id of the record"),
    (
        "所见的修订号，例如 \"12\"",
        "The revision that was seen, such as \"12\"",
    ),
    (
        "所见的实体标签 ETag，即修订号，例如 \"12\"；可列多个，* 为不论",
        "The entity tags that were seen, such as \"12\"; several may be listed, * is any",
    ),
    ("起始时刻", "Start"),
    ("终止时刻；不写即现在", "End; now where absent"),
    ("从这一修订号之后开始", "Start after this revision"),
    ("最后收到的事件编号", "Id of the last event received"),
    ("要撤销的修订号", "The revision to undo"),
    (
        "文件名；内容为文件本身时必须有",
        "Name of the file; required where the body is the file itself",
    ),
    (
        "导入的方式，与 minqing import 的参数同名，例如 layer=buildings",
        "Import settings, named as those of minqing import, such as layer=buildings",
    ),
    ("导入编号", "Id of the import"),
    ("哪一部分", "Which part"),
    ("做什么", "What to do"),
    ("方案名称", "Name of the profile"),
    ("经度，或东坐标", "Longitude, or easting"),
    ("纬度，或北坐标", "Latitude, or northing"),
    (
        "坐标系；不写即 CRS84",
        "Reference system; CRS84 where absent",
    ),
    (
        "只答这些图层，以逗号分隔",
        "Only these layers, separated by commas",
    ),
    ("楼层", "Storey"),
    ("定位精度，米", "Accuracy of the position, metres"),
    (
        "答这些图层，以逗号分隔",
        "These layers, separated by commas",
    ),
    (
        "答这些图层，以逗号分隔，至多 16 个",
        "These layers, separated by commas, at most 16",
    ),
    (
        "仅用于 CSV：文本原样输出。不写时，以 = + - @ 或制表符等开头的文本前加 '，以免表格软件当作公式",
        "CSV only: text as it is. Where absent, text that begins with = + - @, a tab or the like gets a ' in front, so that no spreadsheet program takes it for a formula",
    ),
    (
        "跳过前若干条；翻页宜用 next 链接，其间有增删也不会错位",
        "Number of records to skip; to read page by page follow the next link, which stays right when records come and go",
    ),
    ("最远几米", "Maximum distance, metres"),
    ("按哪一层汇总", "Areas to summarise by"),
    (
        "count、share、sum:数字字段、mean:数字字段",
        "count, share, sum:FIELD or mean:FIELD with a number field",
    ),
    ("1 至 100 个字", "1 to 100 characters"),
    (
        "图层，以逗号分隔；说明文件以 .json 结尾",
        "Layers, separated by commas; the description ends in .json",
    ),
    ("级别，0 至 22", "Zoom, 0 to 22"),
    ("列", "Column"),
    (
        "行，以 .mvt 或 .geojson 结尾",
        "Row, ending in .mvt or .geojson",
    ),
    ("是否裁切 (geojson)", "Whether shapes are clipped (geojson)"),
    (
        "只要这些图层，以逗号分隔，先后即叠放次序",
        "Only these layers, separated by commas, in drawing order",
    ),
    (
        "只要属于这些区域的记录，写作“图层:编码”，几个编码以逗号分隔；归属与 /api/summary 的计数一致",
        "Only records that belong to these areas, as layer:code with several codes separated by commas; they are those that /api/summary counts",
    ),
    (
        "瓦片矩阵，即级别，至 22",
        "Tile matrix, that is the zoom, up to 22",
    ),
    ("行，自北而南", "Row, from north to south"),
    ("列，自西而东", "Column, from west to east"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::openapi;

    fn is_chinese(c: char) -> bool {
        ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
    }

    #[test]
    fn the_reference_of_the_api_is_in_one_language_in_either() {
        let english = Words::english();
        let page = openapi::operations_page(&|zh| english.say(zh).into_owned());
        let left: Vec<&str> = page
            .split(['<', '>'])
            .filter(|part| part.contains(is_chinese))
            .collect();
        assert!(left.is_empty(), "without English: {left:#?}");
        let chinese = Words::chinese();
        let page = openapi::operations_page(&|zh| chinese.say(zh).into_owned());
        assert!(page.contains("<th scope=\"col\">参数</th>"));
    }

    #[test]
    fn titles_are_put_together_of_words_that_are_known() {
        let english = Words::english();
        assert_eq!(english.say("网格：结构"), "Grids: Schema");
        assert_eq!(english.say("链接"), "Links");
        assert_eq!(english.say("云华第一网格"), "云华第一网格");
        assert_eq!(Words::chinese().say("链接"), "链接");
    }

    #[test]
    fn no_text_is_listed_twice() {
        let mut seen = std::collections::HashSet::new();
        for (zh, en) in ENGLISH {
            assert!(seen.insert(zh), "{zh}");
            assert!(!en.contains(is_chinese), "{en}");
        }
    }
}
