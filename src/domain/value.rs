//! One attribute value, with its kind.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;

use super::schema::label;
use crate::domain::{FieldKind, Label};

/// One attribute value. `Null` is "not known", which is neither zero, nor no, nor grade A.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not known.
    #[default]
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Text, or a code of a code list.
    Text(Arc<str>),
    /// A calendar day, as the office's clock says it.
    Date(Date),
    /// A moment, UTC.
    Time(Timestamp),
}

/// A value that does not fit the field it is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValueError {
    /// The value is not of the field's kind.
    #[error("{given:?} is not {}", wanted.en)]
    WrongKind {
        /// The value as given.
        given: String,
        /// What the field takes.
        wanted: Label,
    },
    /// The value is not in the field's code list.
    #[error("{given:?} is none of {allowed_en}")]
    NotInList {
        /// The value as given.
        given: String,
        /// The codes with their Chinese names.
        allowed_zh: String,
        /// The codes with their English names.
        allowed_en: String,
    },
}

impl ValueError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::WrongKind { given, wanted } => format!("“{given}”不是{}", wanted.zh),
            Self::NotInList {
                given, allowed_zh, ..
            } => format!("“{given}”不在可选值之内：{allowed_zh}"),
        }
    }
}

impl Value {
    /// The text; `None` for every other kind.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The number of an integer or real; `None` for every other kind.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => {
                #[expect(
                    clippy::as_conversions,
                    clippy::cast_precision_loss,
                    reason = "attribute numbers are far below 2^53"
                )]
                let number = *number as f64;
                Some(number)
            }
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// The whole number; `None` for every other kind.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    /// The day; `None` for every other kind.
    pub fn as_date(&self) -> Option<Date> {
        if let Self::Date(date) = self {
            Some(*date)
        } else {
            None
        }
    }

    /// Whether the value is not known.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value that `text` means for a field of `kind`; empty text is [`Value::Null`].
    /// A code list takes both its codes and their Chinese names.
    ///
    /// # Errors
    /// [`ValueError`] with the text and what the field takes.
    pub fn parse(kind: FieldKind, text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Null);
        }
        let wrong = |zh, en| ValueError::WrongKind {
            given: text.to_owned(),
            wanted: label(zh, en),
        };
        match kind {
            FieldKind::Text => Ok(Self::Text(text.into())),
            FieldKind::Integer => text
                .parse()
                .map(Self::Integer)
                .map_err(|_not_a_number| wrong("整数", "a whole number")),
            FieldKind::Real => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Self::Real(number)),
                _ => Err(wrong("数字", "a number")),
            },
            FieldKind::Boolean => match text {
                "true" | "1" | "是" | "有" | "yes" => Ok(Self::Boolean(true)),
                "false" | "0" | "否" | "无" | "no" => Ok(Self::Boolean(false)),
                _ => Err(wrong("“是”或“否”", "yes or no (true, false)")),
            },
            FieldKind::Date => text
                .parse()
                .map(Self::Date)
                .map_err(|_not_a_day| wrong("日期，例如 2026-03-05", "a date such as 2026-03-05")),
            FieldKind::Time => text.parse().map(Self::Time).map_err(|_not_a_moment| {
                wrong(
                    "时刻，例如 2026-03-05T08:00:00Z",
                    "a time such as 2026-03-05T08:00:00Z",
                )
            }),
            FieldKind::Code(list) => list
                .iter()
                .find(|item| item.code == text || item.label.zh == text)
                .map(|item| Self::Text(item.code.into()))
                .ok_or_else(|| ValueError::NotInList {
                    given: text.to_owned(),
                    allowed_zh: list
                        .iter()
                        .map(|item| format!("{}（{}）", item.code, item.label.zh))
                        .collect::<Vec<_>>()
                        .join("、"),
                    allowed_en: list
                        .iter()
                        .map(|item| format!("{} ({})", item.code, item.label.en))
                        .collect::<Vec<_>>()
                        .join(", "),
                }),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Boolean(yes)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
