//! How each module's errors become answers.

use std::io;

use axum::http::StatusCode;

use crate::api::problem::Problem;
use crate::geometry::PlaceError;
use crate::geometry::crs::CrsError;
use crate::import::ImportError;
use crate::query::{QueryError, area_layers};
use crate::store::StoreError;

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let en = error.to_string();
        match error {
            QueryError::BadFilter { reason } => {
                let zh = format!("筛选条件不是有效的 CQL2：{}", reason.zh());
                Self::parameter("filter", zh, en)
            }
            QueryError::FilterLimit(limit) => {
                Self::parameter("filter", format!("筛选条件不被接受：{}", limit.zh()), en)
            }
            QueryError::TooExpensive => Self::unavailable(
                "too-expensive",
                "这次查询耗时过长，已停止；请缩小范围、简化筛选条件或换用较小的图层",
                en,
            ),
            QueryError::UnanswerableFilter { reason } => {
                let zh = format!("筛选条件无法执行：{}", reason.zh());
                Self::parameter("filter", zh, en)
            }
            QueryError::NoSuchProperty {
                layer,
                property,
                known,
            } => Self::parameter(
                "filter",
                format!(
                    "{} 没有属性 {property}；可用：{known}",
                    layer.schema().title.zh
                ),
                en,
            ),
            QueryError::NoSuchFeature { layer, id } => Self::missing(
                format!("{} 没有编号为 {id} 的记录", layer.schema().title.zh),
                en,
            ),
            QueryError::NotAnArea { .. } => {
                let zh = format!("只能按以下图层汇总：{}", area_layers());
                Self::parameter("by", zh, en)
            }
            QueryError::NoSuchArea { layer, code } => Self::parameter(
                "area",
                format!(
                    "{}没有编码为 {code} 的记录，请核对编码",
                    layer.schema().title.zh
                ),
                en,
            ),
            QueryError::BadMeasure { measure } => Self::parameter(
                "measure",
                format!(
                    "不认识的统计方式 {measure}；可用 count、share、sum:数字字段、mean:数字字段"
                ),
                en,
            ),
            QueryError::Restricted { what } => Self::restricted(&what),
            QueryError::NoPlaces { layer } => {
                Self::parameter("layer", format!("{}没有位置", layer.schema().title.zh), en)
            }
            QueryError::BadCursor { cursor } => Self::parameter(
                "cursor",
                format!("翻页标记 {cursor} 无效，请使用 next 链接"),
                en,
            ),
        }
    }
}

impl From<PlaceError> for Problem {
    fn from(error: PlaceError) -> Self {
        let name = if matches!(error, PlaceError::EmptyBox { .. }) {
            "bbox"
        } else {
            "lon"
        };
        Self::parameter(name, error.zh(), error.to_string())
    }
}

impl From<CrsError> for Problem {
    fn from(error: CrsError) -> Self {
        Self::parameter("crs", error.zh(), error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let en = error.to_string();
        match error {
            StoreError::Stale { current, .. } => {
                let zh = format!("这条记录已被他人修改，现修订号为 {current}，请刷新后再改");
                Self::new(StatusCode::PRECONDITION_FAILED, "stale-revision", zh, en)
            }
            StoreError::NoSuchFeature { .. } => Self::missing("没有这条记录", en),
            StoreError::Duplicate { code, .. } => Self::new(
                StatusCode::CONFLICT,
                "duplicate",
                format!("编码 {code} 或其编号已存在"),
                en,
            ),
            StoreError::Busy => {
                Self::unavailable("store-busy", "数据正由他人或其他程序写入，请稍后再试", en)
                    .retry_after(1)
            }
            StoreError::DiskFull => {
                Self::unavailable("disk-full", "磁盘已满，本次修改没有写入", en)
            }
            StoreError::ReadOnly => {
                Self::unavailable("read-only", "数据存储为只读，本次修改没有写入", en)
            }
            StoreError::Unavailable { .. } => {
                tracing::warn!(%error, "a write is refused");
                let zh = "数据库暂时无法连接，本次修改没有写入，请稍后再试";
                Self::unavailable("store-unavailable", zh, en).retry_after(2)
            }
            StoreError::Gone => {
                let zh = "数据文件在使用中被删除或移走，本次修改没有写入；请放回原处或重启服务";
                Self::unavailable("store-gone", zh, en)
            }
            StoreError::Replaced => {
                let zh = "数据文件在使用中被换成了另一个文件，本次修改没有写入；请重启服务";
                Self::unavailable("store-gone", zh, en)
            }
            StoreError::InDoubt => {
                tracing::error!(%error, "a write is in doubt");
                let zh = "提交时数据库断开，不能确定是否已写入；请先查看，再决定是否重新提交";
                Self::unavailable("in-doubt", zh, en)
            }
            StoreError::OutOfScope { scope, .. } => Self::new(
                StatusCode::FORBIDDEN,
                "out-of-scope",
                format!("该记录不在本实例负责的区划 {scope} 之内，没有写入"),
                en,
            ),
            StoreError::BeforeHistory { first, .. } => {
                Self::missing(format!("历史记录自修订 {first} 起，更早的已无从得知"), en)
            }
            StoreError::NoSuchChange { revision } => {
                Self::missing(format!("没有修订号为 {revision} 的修改"), en)
            }
            StoreError::BadLayer { layer, zh, .. } => {
                Self::body(format!("图层“{layer}”无法使用:{zh}"), en)
            }
            StoreError::ChangedSince { records } => Self::new(
                StatusCode::CONFLICT,
                "changed-since",
                format!("有 {} 条记录之后又被修改，没有撤销", records.len()),
                en,
            ),
            StoreError::UnknownLocation { .. }
            | StoreError::Missing { .. }
            | StoreError::AlreadyThere { .. }
            | StoreError::NotAGeoPackage { .. }
            | StoreError::Foreign { .. }
            | StoreError::Newer { .. }
            | StoreError::Migration { .. }
            | StoreError::Damaged { .. }
            | StoreError::Refused { .. }
            | StoreError::NotABackup { .. }
            | StoreError::Program { .. }
            | StoreError::File { .. }
            | StoreError::Database { .. } => Self::internal(error),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let (zh, en) = (error.zh(), error.to_string());
        match &error {
            ImportError::Store(error) => Self::from(error),
            ImportError::Spool(error) if is_full(error) => Self::unavailable(
                "disk-full",
                "磁盘已满，上传的文件没有保存",
                "the disk is full; the upload was not kept",
            ),
            ImportError::Spool(_) | ImportError::Report(_) | ImportError::ReaderGone => {
                Self::internal(&error)
            }
            ImportError::Crs(error) => Self::from(error.clone()),
            ImportError::NoLayer
            | ImportError::NoSuchLayer { .. }
            | ImportError::BadMap { .. }
            | ImportError::NoSuchField { .. }
            | ImportError::BadValue { .. }
            | ImportError::NoSuchProfile { .. }
            | ImportError::BadProfileName
            | ImportError::BadProfileText
            | ImportError::PersonalProfile
            | ImportError::NoFile => Self::parameter(error.parameter(), zh, en),
            ImportError::TooLarge { .. } => Self::too_much(zh, en),
            ImportError::TooMany { .. } => {
                Self::unavailable("too-many-imports", zh, en).retry_after(60)
            }
            ImportError::NoSuchImport { .. } => Self::missing(zh, en),
            ImportError::Ingest(error) => Self::body(zh, error.en()),
            ImportError::NotNow { .. }
            | ImportError::Cancelled
            | ImportError::AlreadyThere { .. }
            | ImportError::ChangedSince { .. }
            | ImportError::UndoneAlready { .. } => {
                Self::new(StatusCode::CONFLICT, "import-conflict", zh, en)
            }
        }
    }
}

/// Whether no space is left, or none that this program may take.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
