//! Why an import cannot be done.

use thiserror::Error;

use crate::domain::LayerId;
use crate::geometry::crs::CrsError;
use crate::ingest::{IngestError, Report, ReportError, io_zh};
use crate::store::StoreError;

/// Why an import cannot be done; nothing of it is in the store then.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Neither the caller nor the profile says which layer.
    #[error("say the layer that the records are for")]
    NoLayer,
    /// There is no such layer.
    #[error("there is no layer {given:?}; there are: {known}")]
    NoSuchLayer {
        /// As given.
        given: String,
        /// Those that there are.
        known: String,
    },
    /// A mapping that is not column and field.
    #[error("map {given:?} must be COLUMN=FIELD")]
    BadMap {
        /// As given.
        given: String,
    },
    /// A mapping to a field that the layer does not have.
    #[error("map: {layer} has no field {field:?}; it has code, name, {known}")]
    NoSuchField {
        /// The layer.
        layer: LayerId,
        /// As given.
        field: String,
        /// Those that there are.
        known: String,
    },
    /// A value of a parameter that cannot be.
    #[error("{parameter}={given:?} must be {takes_en}")]
    BadValue {
        /// The parameter.
        parameter: &'static str,
        /// As given.
        given: String,
        /// What it takes, in Chinese.
        takes_zh: &'static str,
        /// What it takes, in English.
        takes_en: &'static str,
    },
    /// The coordinate system is not known.
    #[error("{0}")]
    Crs(#[from] CrsError),
    /// There is no profile of this name.
    #[error("there is no profile {name:?}; there are: {known}")]
    NoSuchProfile {
        /// As given.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A name that a profile cannot have.
    #[error("a profile's name has 1 to 60 characters, none of them a control character or a slash")]
    BadProfileName,
    /// A text of a profile that no column or part is called.
    #[error("a text of the profile is longer than 255 characters or has control characters")]
    BadProfileText,
    /// A profile that would keep personal data.
    #[error("the profile would keep personal data in the name of a column; rename the column")]
    PersonalProfile,
    /// The source cannot be read.
    #[error("{0}")]
    Ingest(#[from] IngestError),
    /// The store cannot do it.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The map has records with codes of the file, which was to be an error; the report lists them.
    #[error(
        "the map has {count} of these codes already, nothing is imported; on-conflict update gives them new values, skip leaves them"
    )]
    AlreadyThere {
        /// How many.
        count: u64,
        /// What became of the file.
        report: Box<Report>,
    },
    /// It was stopped.
    #[error("the import was stopped; nothing is imported")]
    Cancelled,
    /// The reader ended without a word.
    #[error("the reader ended unexpectedly; nothing is imported")]
    ReaderGone,
    /// The report cannot be written as a workbook.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// A file of the upload cannot be kept.
    #[error("the upload cannot be kept: {0}")]
    Spool(#[from] std::io::Error),
    /// The upload is larger than what is taken.
    #[error("the upload is larger than {most} MiB")]
    TooLarge {
        /// The most that is taken, MiB.
        most: u64,
    },
    /// The upload has no file, or one without a usable name.
    #[error("the upload has no file with a name")]
    NoFile,
    /// So many imports wait already that no more is taken.
    #[error("{most} imports are open already; commit or cancel one")]
    TooMany {
        /// The most that are open at once.
        most: usize,
    },
    /// There is no such import, or it was forgotten.
    #[error("there is no import {id}")]
    NoSuchImport {
        /// As given.
        id: String,
    },
    /// What is asked cannot be done in the state that the import is in.
    #[error("the import is {state}: {needs_en}")]
    NotNow {
        /// The state.
        state: &'static str,
        /// What it would have to be, in Chinese.
        needs_zh: &'static str,
        /// The same in English.
        needs_en: &'static str,
    },
    /// Records of the batch were changed after it.
    #[error("{} records of the import were changed after it and would be lost, nothing is undone: {}",
        records.len(), first_of(records))]
    ChangedSince {
        /// Their codes, or ids where they are gone.
        records: Vec<String>,
    },
    /// The batch was undone before.
    #[error("the import {id} is undone already")]
    UndoneAlready {
        /// The batch.
        id: String,
    },
}

impl ImportError {
    /// The parameter that it is about; empty where it is about none.
    pub fn parameter(&self) -> &'static str {
        match self {
            Self::NoLayer | Self::NoSuchLayer { .. } => "layer",
            Self::BadMap { .. } | Self::NoSuchField { .. } => "map[]",
            Self::BadValue { parameter, .. } => parameter,
            Self::NoSuchProfile { .. }
            | Self::BadProfileName
            | Self::BadProfileText
            | Self::PersonalProfile => "profile",
            Self::NoFile => "name",
            _ => "",
        }
    }

    /// The Chinese sentence; `Display` is the English one. For [`ImportError::Store`] the edge has better words.
    pub fn zh(&self) -> String {
        match self {
            Self::NoLayer => "请说明记录属于哪个图层".to_owned(),
            Self::NoSuchLayer { given, known } => format!("没有图层 {given}；可用：{known}"),
            Self::BadMap { given } => format!("列对应 {given} 应写作 列名=字段名"),
            Self::NoSuchField {
                layer,
                field,
                known,
            } => format!(
                "{}没有字段 {field}；可用：code, name, {known}",
                layer.schema().title.zh
            ),
            Self::BadValue {
                parameter,
                given,
                takes_zh,
                ..
            } => {
                format!("{parameter}={given} 应为{takes_zh}")
            }
            Self::Crs(error) => error.zh(),
            Self::NoSuchProfile { name, known } => format!("没有名为“{name}”的方案；已有：{known}"),
            Self::BadProfileName => "方案名应为1至60个字，不含斜杠和控制字符".to_owned(),
            Self::BadProfileText => "方案中的文字超过 255 个字，或含有控制字符".to_owned(),
            Self::PersonalProfile => "列名中含有个人信息，不能存入方案；请先改列名".to_owned(),
            Self::Ingest(error) => error.zh(),
            Self::Store(error) => format!("{}，没有写入", store_zh(error)),
            Self::AlreadyThere { count, .. } => {
                format!("文件中有{count}个编码在图上已有，没有导入；可选择更新(update)或跳过(skip)")
            }
            Self::Cancelled => "导入已中止，没有写入任何内容".to_owned(),
            Self::ReaderGone => "读取意外中止，没有写入任何内容".to_owned(),
            Self::Report(_) => "报告无法写成工作簿".to_owned(),
            Self::Spool(error) => format!("上传的文件无法暂存：{}", io_zh(error)),
            Self::TooLarge { most } => format!("上传的文件超过{most}兆字节"),
            Self::NoFile => "没有收到带文件名的文件".to_owned(),
            Self::TooMany { most } => format!("已有{most}个导入未了结，请先提交或取消"),
            Self::NoSuchImport { id } => format!("没有编号为 {id} 的导入"),
            Self::NotNow { needs_zh, .. } => (*needs_zh).to_owned(),
            Self::ChangedSince { records, .. } => format!(
                "这次导入的记录中有{}条之后又被修改，撤销会丢失这些修改，因此没有撤销：{}",
                records.len(),
                first_of(records)
            ),
            Self::UndoneAlready { id } => format!("导入 {id} 已经撤销过"),
        }
    }
}

/// What the store says, in Chinese; the log has all of it.
fn store_zh(error: &StoreError) -> &'static str {
    match error {
        StoreError::Busy => "其他程序正在写入，请稍后再试",
        StoreError::DiskFull => "磁盘已满",
        StoreError::ReadOnly => "数据存储为只读",
        StoreError::Unavailable { .. } => "数据库暂时无法连接，请稍后再试",
        StoreError::Duplicate { .. } => "有编码与已有记录重复",
        StoreError::OutOfScope { .. } => "有记录不在本实例负责的区划之内",
        _ => "数据存储出错",
    }
}

/// The first of many, so that a sentence stays one.
pub(super) fn first_of(records: &[String]) -> String {
    let first: Vec<&str> = records.iter().take(20).map(String::as_str).collect();
    let dots = if records.len() > first.len() {
        "…"
    } else {
        ""
    };
    format!("{}{dots}", first.join("、"))
}
