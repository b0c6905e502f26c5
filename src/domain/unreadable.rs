//! What is wrong with a value that another program wrote to the store.

use std::sync::Arc;

use crate::domain::personal::PersonalKind;
use crate::domain::{FeatureId, FieldKind, GeometryKind, LayerId};
use crate::geometry::PlaceError;
use crate::geometry::validity::ShapeError;

/// The field under which a fault of the shape is reported.
pub const SHAPE: &str = "geom";

/// The longest text that is read from a store, bytes: a page of prose has some thousand.
pub const MOST_TEXT_BYTES: usize = 1 << 20;

/// The longest code that is read from a store, bytes.
pub const MOST_CODE_BYTES: usize = 1 << 10;

/// A value in the store that is not what its field takes; another program wrote it. The record is on the map without
/// it, or with what could be made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordFault {
    /// The layer.
    pub layer: LayerId,
    /// The record.
    pub id: FeatureId,
    /// Its code.
    pub code: Arc<str>,
    /// The field, or [`SHAPE`].
    pub field: &'static str,
    /// What is wrong.
    pub why: Unreadable,
}

/// Why a stored value is not on the map as it is. The sentences never repeat a text of the record: it may hold anything,
/// and they are shown to whoever asks whether the service is well.
#[derive(Debug, Clone, PartialEq)]
pub enum Unreadable {
    /// The bytes of a shape are none.
    NotAShape {
        /// What is wrong with them, in Chinese.
        zh: &'static str,
        /// The same in English.
        en: &'static str,
    },
    /// A shape of a kind that the map does not know: curves and surfaces.
    UnknownShape {
        /// The number of the kind in well-known binary.
        code: u32,
    },
    /// A shape of another kind than the layer's.
    OtherShape {
        /// The layer's.
        wanted: GeometryKind,
    },
    /// A position that is not on the earth.
    Nowhere(PlaceError),
    /// A shape that cannot be repaired without a guess.
    Broken(ShapeError),
    /// A shape that is on the map as its repair made it.
    Repaired(ShapeError),
    /// A value of another kind than the field's.
    WrongKind {
        /// The field's.
        wanted: FieldKind,
    },
    /// A text in no known encoding.
    NotText,
    /// A text above the limit.
    TooLong {
        /// The limit, bytes.
        most: usize,
    },
    /// A text with control characters, which are left out of it.
    ControlCharacters,
    /// A value that is a person's, which the map does not show.
    Personal(PersonalKind),
    /// The column is missing in the table.
    NoColumn,
    /// The program failed at the record; the log has more.
    Failed,
}

impl Unreadable {
    /// What is wrong, in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NotAShape { zh, .. } => format!("图形数据已损坏（{zh}），地图上不显示图形"),
            Self::UnknownShape { code } => {
                format!("图形类型 {code}（曲线、曲面等）不受支持，地图上不显示图形")
            }
            Self::OtherShape { wanted } => {
                format!(
                    "图形类型不符，本图层应为{}，地图上不显示图形",
                    kind_zh(*wanted)
                )
            }
            Self::Nowhere(
                PlaceError::OutOfRange { lon, lat } | PlaceError::Swapped { lon, lat },
            ) => {
                format!(
                    "坐标 {lon}, {lat} 不是地球上的位置（经度应在 -180 至 180 之间，纬度应在 -90 至 90 之间），地图上不显示图形"
                )
            }
            Self::Nowhere(other) => format!("{}，地图上不显示图形", other.zh()),
            Self::Broken(fault) => format!("图形有误且无法修复，地图上不显示图形：{}", fault.zh()),
            Self::Repaired(fault) => {
                let near = near(*fault).map(|near| format!("{near} 附近"));
                format!(
                    "图形有误（{}自相交、相接或未闭合），地图上显示的是修复后的图形",
                    near.unwrap_or_default()
                )
            }
            Self::WrongKind { wanted } => {
                format!("值不符合字段要求，应为{}，按未填处理", value_zh(*wanted))
            }
            Self::NotText => "文字编码不是 UTF-8，按未填处理".to_owned(),
            Self::TooLong { most } => format!("文字超过 {} KB，没有载入", most >> 10),
            Self::ControlCharacters => "文字含有控制字符，已略去".to_owned(),
            Self::Personal(kind) => format!("含有{}，地图上不显示，请删去", kind.label().0),
            Self::NoColumn => "数据表中缺少这一列".to_owned(),
            Self::Failed => "程序处理这里时出错，没有载入，详见日志".to_owned(),
        }
    }

    /// What is wrong, in English.
    pub fn en(&self) -> String {
        match self {
            Self::NotAShape { en, .. } => {
                format!("the bytes of the shape are damaged ({en}); the map does not show it")
            }
            Self::UnknownShape { code } => {
                format!(
                    "shapes of type {code} (curves, surfaces) are not supported; the map does not show it"
                )
            }
            Self::OtherShape { wanted } => {
                format!(
                    "the shape is not a {wanted:?}, which the layer holds; the map does not show it"
                )
            }
            Self::Nowhere(
                PlaceError::OutOfRange { lon, lat } | PlaceError::Swapped { lon, lat },
            ) => {
                format!("{lon}, {lat} is no place on the earth; the map does not show the shape")
            }
            Self::Nowhere(other) => format!("{other}; the map does not show the shape"),
            Self::Broken(fault) => {
                format!(
                    "the shape is broken and cannot be repaired; the map does not show it: {fault}"
                )
            }
            Self::Repaired(fault) => {
                let near = near(*fault).map(|near| format!(" near {near}"));
                format!(
                    "the shape crosses or touches itself or is not closed{}; the map shows its repair",
                    near.unwrap_or_default()
                )
            }
            Self::WrongKind { wanted } => {
                format!(
                    "the value is not {}; it counts as unknown",
                    value_en(*wanted)
                )
            }
            Self::NotText => "the text is not UTF-8; it counts as unknown".to_owned(),
            Self::TooLong { most } => {
                format!("the text is longer than {} KB; it is left out", most >> 10)
            }
            Self::ControlCharacters => {
                "the text has control characters, which are left out".to_owned()
            }
            Self::Personal(kind) => {
                format!(
                    "it holds {}; the map does not show it: remove it",
                    kind.label().1
                )
            }
            Self::NoColumn => "the column is missing in the table".to_owned(),
            Self::Failed => "the program failed here and leaves it out; see the log".to_owned(),
        }
    }
}

/// Where a shape is broken.
fn near(fault: ShapeError) -> Option<String> {
    let place = fault.place()?;
    Some(format!("{}, {}", place.lon(), place.lat()))
}

const fn kind_zh(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::None => "无图形",
        GeometryKind::Point => "点",
        GeometryKind::MultiPolygon => "面",
        GeometryKind::MultiLineString => "线",
        GeometryKind::Any { .. } => "任意图形",
    }
}

const fn value_zh(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "文字",
        FieldKind::Integer => "整数",
        FieldKind::Real => "有限的数",
        FieldKind::Boolean => "是或否",
        FieldKind::Date => "日期",
        FieldKind::Time => "时间",
        FieldKind::Code(_) => "取值表中的代码",
    }
}

const fn value_en(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "a text",
        FieldKind::Integer => "a whole number",
        FieldKind::Real => "a finite number",
        FieldKind::Boolean => "yes or no",
        FieldKind::Date => "a date",
        FieldKind::Time => "a time",
        FieldKind::Code(_) => "in the field's code list",
    }
}
