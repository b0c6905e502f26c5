//! Why a source cannot be read, in words for those who do not know where it lies.

use std::borrow::Cow;
use std::io;

use crate::ingest::IngestError;
use crate::ingest::personal::masked;

impl IngestError {
    /// The English sentence without the path of the file.
    pub fn en(&self) -> String {
        match self {
            Self::Open { cause, .. } => format!("the file cannot be opened: {cause}"),
            Self::Format { why, .. } => why.en.clone(),
            _ => self.to_string(),
        }
    }

    /// The Chinese sentence without the path of the file.
    pub fn zh(&self) -> String {
        match self {
            Self::Open { cause, .. } => format!("文件打不开：{}", io_zh(cause)),
            Self::Read { line: 0, cause } => format!("读到一半读不下去了：{}", io_zh(cause)),
            Self::Read { line, cause } => {
                format!("读到第 {line} 行读不下去了：{}", io_zh(cause))
            }
            Self::Format { why, .. } | Self::WhichCrs { why, .. } => why.zh.clone(),
            Self::NotGeoJson {
                line, column: 0, ..
            } => format!("第 {line} 行起不是 GeoJSON"),
            Self::NotGeoJson { line, column, .. } => {
                format!("第 {line} 行第 {column} 列起不是 GeoJSON")
            }
            Self::OtherJson { line, why } => format!("第 {line} 行：{}", why.zh),
            Self::UselessOption { option, format } => {
                format!("{format} 文件用不到 {option}，请去掉这一项再试")
            }
            Self::Damaged { format, place, why } => {
                let (format, place) = (format_zh(format), place_zh(place));
                match why_zh(why) {
                    Some(why) => format!("{format}读不下去了，{place}：{why}"),
                    None => format!("{format}已损坏或不合格式，{place}"),
                }
            }
            Self::UnpacksTooLarge => {
                "文件解压后超过其大小的一百倍，没有读取；请先解压，再拆分导入".to_owned()
            }
            Self::LoneQuote { line } => {
                format!("第 {line} 行的引号没有成对，无法分清后面的各行，请先改正")
            }
            Self::NotText { encoding } => {
                format!("文字不是有效的 {encoding} 编码，请另存为 UTF-8 再试")
            }
            Self::LineTooLong { line, limit } => {
                format!("第 {line} 行超过 {limit} 字节，不是一条记录")
            }
            Self::TooLarge { what, limit } => format!(
                "{}超过上限 {limit}：请拆分文件，或导出小一些的范围",
                what_zh(what)
            ),
            Self::WhichPart { parts } => {
                format!("文件有多个表或图层，请选定其中一个：{}", masked_list(parts))
            }
            Self::NoSuchPart { given, parts } => {
                format!("文件中没有“{}”；有：{}", masked(given), masked_list(parts))
            }
            Self::Encoding { given } => {
                format!("不认识编码 {given}；可用 UTF-8、GB18030、GBK、Big5、UTF-16LE 等")
            }
            Self::NoHeader(said) | Self::ControlPoints(said) => said.zh.clone(),
            Self::Crs(error) => format!("文件的坐标系：{}", error.zh()),
            Self::LateCrs { named } => {
                format!("文件在要素之后才写明坐标系 {named}，请先选定坐标系 {named} 再读")
            }
            Self::PlaceOfTables { column, format } => format!(
                "--map 把列“{}”指定为坐标，只用于表格；{format} 自带图形",
                masked(column)
            ),
            Self::NoSuchField {
                layer,
                field,
                known,
            } => format!("{}没有字段 {field}；有：{known}", layer.schema().title.zh),
        }
    }
}

fn masked_list(parts: &[String]) -> String {
    let shown: Vec<String> = parts.iter().map(|part| masked(part)).collect();
    shown.join("、")
}

/// What the system says of a failed read, in Chinese.
pub(crate) fn io_zh(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "没有这个文件",
        io::ErrorKind::PermissionDenied => "没有读取权限",
        io::ErrorKind::IsADirectory => "是文件夹，不是文件",
        io::ErrorKind::UnexpectedEof => "文件不完整",
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => "内容不合格式",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "磁盘已满",
        io::ErrorKind::Interrupted | io::ErrorKind::TimedOut => "读取中断",
        _ => "系统报错",
    }
}

fn format_zh(format: &str) -> Cow<'_, str> {
    match format {
        "workbook" => "工作簿".into(),
        "dBase table" => "dBase 表".into(),
        "zip" => "压缩包".into(),
        other => format!("{other} 文件").into(),
    }
}

/// A place in a file as the readers name it.
fn place_zh(place: &str) -> Cow<'_, str> {
    let fixed = match place {
        "its header" => "位置在文件头",
        "its structure" => "内部结构有误",
        "its container" => "文件外层结构有误",
        "its tables" => "数据表有误",
        "its directory" => "目录有误",
        "its folders" => "文件夹有误",
        "one of its blocks" => "其中一个数据块有误",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.into();
    }
    let mut words = place.split(' ');
    let unit = match words.next() {
        Some("line") => "行",
        Some("byte") => "个字节",
        Some("record" | "feature") => "条",
        _ => "",
    };
    match words.next().map(str::parse::<u64>) {
        Some(Ok(number)) if !unit.is_empty() => format!("位置在第 {number} {unit}").into(),
        _ => "位置不明".into(),
    }
}

/// The readers' own reasons; the words of a library have no Chinese and are left to the English sentence.
fn why_zh(why: &str) -> Option<&'static str> {
    WHY.iter()
        .find(|(en, _)| why.starts_with(en))
        .map(|(_, zh)| *zh)
}

const WHY: &[(&str, &str)] = &[
    (
        "it is protected by a password",
        "文件有密码保护，请取消密码后另存",
    ),
    ("it is encrypted", "文件已加密，请取消密码后另存"),
    ("there is no workbook in it", "其中没有工作簿"),
    ("a part of it is not in UTF-8", "有一部分不是 UTF-8 编码"),
    ("a part of content.xml does not end", "内容没有结尾"),
    ("a cell ", "有单元格超出格式允许的范围"),
    ("it claims ", "文件所称的长度与内容不符"),
    ("the file ends here", "文件到此为止，比文件头所称的短"),
    ("it ends within a placemark", "文件在一个地标中间结束"),
    (
        "a placemark is too deep or too long",
        "有一个地标嵌套过深或过长",
    ),
    ("they are nested too deep", "嵌套过深"),
    (
        "it has more rows than bytes",
        "行数比字节还多，视图没有尽头",
    ),
    (
        "it is an SQLite file, but no GeoPackage",
        "是 SQLite 文件，但不是 GeoPackage",
    ),
    ("the .dbf is shorter than its header", ".dbf 比文件头还短"),
    ("the length of the header cannot be", "文件头的长度有误"),
    ("the .dbf ends within its header", ".dbf 在文件头中间结束"),
    (
        "the columns are longer than a record",
        "各列之和比一条记录还长",
    ),
    ("the .shp is shorter than its header", ".shp 比文件头还短"),
    ("the .shp does not begin as one", "开头不是 .shp 的格式"),
    ("the length of the record cannot be", "记录的长度有误"),
    ("the file ends within the record", "文件在一条记录中间结束"),
    (
        "it is a binary DXF",
        "是二进制 DXF，请另存为文本（ASCII）DXF",
    ),
    ("a group code was expected", "此处应为组码"),
    ("it ends within a group", "文件在一个组中间结束"),
];

fn what_zh(what: &str) -> Cow<'_, str> {
    match what {
        "the workbook" => "工作簿".into(),
        "the extract" => "数据范围".into(),
        "KML Placemark" => "KML 中的单个地标".into(),
        "the file of memos" => "备注文件".into(),
        "the drawing" => "图形".into(),
        other => match other.split('"').nth(1) {
            Some(name) => format!("工作表“{}”", masked(name)).into(),
            None => "文件".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_described_without_the_words_of_a_library() {
        for (error, zh) in [
            (
                IngestError::damaged("workbook", "its structure", "Cfb error: Invalid OLE header"),
                "工作簿已损坏或不合格式，内部结构有误",
            ),
            (
                IngestError::damaged("workbook", "its container", "it is encrypted"),
                "工作簿读不下去了，文件外层结构有误：文件已加密，请取消密码后另存",
            ),
            (
                IngestError::damaged("KML", "byte 17", "ill-formed document: expected `</a>`"),
                "KML 文件已损坏或不合格式，位置在第 17 个字节",
            ),
            (
                IngestError::damaged(
                    "Shapefile",
                    "record 3 of the .shp",
                    "the file ends within the record",
                ),
                "Shapefile 文件读不下去了，位置在第 3 条：文件在一条记录中间结束",
            ),
            (
                IngestError::read(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "failed to fill whole buffer",
                )),
                "读到一半读不下去了：文件不完整",
            ),
            (
                IngestError::NotGeoJson {
                    line: 2,
                    column: 7,
                    why: "expected value".to_owned(),
                },
                "第 2 行第 7 列起不是 GeoJSON",
            ),
            (
                IngestError::TooLarge {
                    what: "the sheet \"台账\"".to_owned(),
                    limit: 9,
                },
                "工作表“台账”超过上限 9：请拆分文件，或导出小一些的范围",
            ),
        ] {
            assert_eq!(error.zh(), zh);
        }
    }

    /// The reasons that stand in the readers' code are all known here.
    #[test]
    fn every_reason_of_the_readers_has_its_chinese() {
        let readers = [
            include_str!("kml/mod.rs"),
            include_str!("kml/element.rs"),
            include_str!("geopackage.rs"),
            include_str!("shapefile/dbf.rs"),
            include_str!("shapefile/shp.rs"),
            include_str!("dxf/pairs.rs"),
            include_str!("table/old_workbook.rs"),
        ];
        let mut checked = 0;
        for source in readers {
            for part in source.split("amaged(\"").skip(1) {
                let text = part.split('"').next().unwrap();
                // the first argument may be the format instead
                if text.contains(' ') && text != "dBase table" {
                    assert!(why_zh(text).is_some(), "{text}");
                    checked += 1;
                }
            }
        }
        assert!(checked > 8, "{checked}");
    }
}
