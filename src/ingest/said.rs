//! Why a source cannot be read, in words for those who do not know where it lies.

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
            Self::Open { cause, .. } => format!("文件打不开:{cause}"),
            Self::Read { line: 0, cause } => format!("读到一半读不下去了:{cause}"),
            Self::Read { line, cause } => format!("读到第{line}行读不下去了:{cause}"),
            Self::Format { why, .. } => why.zh.clone(),
            Self::NotGeoJson { line, column, why } => {
                format!("第{line}行第{column}列起不是GeoJSON:{why}")
            }
            Self::Damaged { format, place, why } => {
                format!("{format}文件已损坏,位置 {place}:{why}")
            }
            Self::LineTooLong { line, limit } => format!("第{line}行超过{limit}字节,不是一条记录"),
            Self::TooLarge { what, limit } => {
                format!("{what}超过上限{limit}:请拆分文件,或导出小一些的范围")
            }
            Self::WhichPart { parts } => {
                format!("文件有多个表或图层,请选定其中一个:{}", masked_list(parts))
            }
            Self::NoSuchPart { given, parts } => {
                format!("文件中没有“{}”;有:{}", masked(given), masked_list(parts))
            }
            Self::Encoding { given } => {
                format!("不认识编码 {given};可用 UTF-8、GB18030、GBK、Big5、UTF-16LE 等")
            }
            Self::NoHeader(said) | Self::ControlPoints(said) => said.zh.clone(),
            Self::Crs(error) => format!("文件的坐标系:{}", error.zh()),
            Self::WhichCrs { why, .. } => why.zh.clone(),
            Self::LateCrs { named } => {
                format!("文件在要素之后才写明坐标系 {named},请先选定坐标系 {named} 再读")
            }
            Self::NoSuchField {
                layer,
                field,
                known,
            } => format!("{}没有字段 {field};有:{known}", layer.schema().title.zh),
        }
    }
}

fn masked_list(parts: &[String]) -> String {
    let shown: Vec<String> = parts.iter().map(|part| masked(part)).collect();
    shown.join("、")
}
