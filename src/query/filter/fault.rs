//! What is wrong with a filter, in both languages and with its position where there is one.

use pest::error::InputLocation;
use thiserror::Error;

use crate::domain::ValueError;
use crate::geometry::crs::CrsError;

/// How much of the text is quoted after a syntax error, characters.
const QUOTED: usize = 12;

/// Why a filter cannot be read, or cannot be evaluated on the layer. `Display` is the English sentence.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FilterFault {
    /// The text stops being CQL2 at a character.
    #[error("syntax error at character {at}, near {near:?}: {why}")]
    Syntax {
        /// The character, counted from 1.
        at: usize,
        /// The text from there on, shortened.
        near: String,
        /// What the parser says.
        why: String,
    },
    /// The text ends where something is still missing.
    #[error("the filter ends at character {at} and is not complete: {why}")]
    Incomplete {
        /// The last character, counted from 1.
        at: usize,
        /// What the parser says.
        why: String,
    },
    /// The text is no JSON from a character on.
    #[error("the JSON is not well formed at line {line}, column {column}: {why}")]
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// JSON, but no expression of CQL2.
    #[error("the JSON is not a CQL2 expression: {why}")]
    NotAnExpression {
        /// What the parser says.
        why: String,
    },
    /// A part that the grammar takes and the parser does not.
    #[error("a number, a shape or the arguments of an operator cannot be read: {why}")]
    Part {
        /// What the parser says.
        why: String,
    },
    /// A property stands alone and is not a yes-or-no one.
    #[error("a property that stands alone must be a yes-or-no one")]
    LoneProperty,
    /// The filter as a whole gives a value instead of yes or no.
    #[error("a filter is a comparison or a combination of comparisons")]
    NoCondition,
    /// `LIKE` without a constant text.
    #[error("LIKE takes a text pattern")]
    Pattern,
    /// `IN` without a list.
    #[error("IN takes a list")]
    List,
    /// An operator that does not exist with this number of operands.
    #[error("{op} with {operands} operands is not an operator of this service")]
    Operator {
        /// As given.
        op: String,
        /// How many operands it was given.
        operands: usize,
    },
    /// A function that does not exist.
    #[error("{op} is not a function of this service")]
    Function {
        /// As given.
        op: String,
    },
    /// A text that a property cannot have as its value.
    #[error("{text:?} is no value of {property}")]
    NoValueOf {
        /// The property.
        property: String,
        /// The text as given.
        text: String,
    },
    /// A value that does not fit its field.
    #[error("{0}")]
    Value(#[from] ValueError),
    /// An operand of another kind than the operator takes.
    #[error("a value does not fit the operator")]
    OperandKind,
    /// Two kinds of values that are never comparable.
    #[error("a number, a text, a date and yes-or-no cannot be compared with one another")]
    Mixed,
    /// `DATE` or `TIMESTAMP` without a constant text.
    #[error("DATE and TIMESTAMP take a text such as '2026-03-05'")]
    DateText,
    /// A text that is no moment.
    #[error("{text:?} is not a date or time such as 2026-03-05")]
    Moment {
        /// As given.
        text: String,
    },
    /// An expression where an operand belongs.
    #[error("an operand is a property, a number, a text, a date or a sum of numbers")]
    NoOperand,
    /// `INTERVAL` without two ends.
    #[error("an interval has two ends")]
    Interval,
    /// An array operator without lists.
    #[error("an array operator takes lists")]
    Lists,
    /// `S_DWITHIN` with other arguments than it takes.
    #[error(
        "S_DWITHIN takes `geometry`, a shape and metres: S_DWITHIN(geometry, POINT(108.96 34.22), 500)"
    )]
    Distance,
    /// A distance that is none on the earth.
    #[error("a distance is 0 to {most} metres, not {given}")]
    DistanceRange {
        /// As given, metres.
        given: f64,
        /// The largest, metres.
        most: f64,
    },
    /// A property where a shape belongs.
    #[error("{property} is not a shape")]
    NoShapeProperty {
        /// The property.
        property: String,
    },
    /// An expression where a shape belongs.
    #[error("a spatial operator compares with a shape such as POINT(108.96 34.22)")]
    NoShape,
    /// A shape that cannot be made of its coordinates.
    #[error("the shape cannot be read: {why}")]
    Shape {
        /// What the reader says.
        why: String,
        /// The same in Chinese.
        why_zh: &'static str,
    },
    /// `BBOX` without numbers, or with a wrong number of them.
    #[error("BBOX takes four numbers: west, south, east, north")]
    Box,
    /// Coordinates that are no place.
    #[error("{0}")]
    Place(#[from] CrsError),
}

impl FilterFault {
    /// The fault of `text`, CQL2 text, that the parser found.
    pub(super) fn of_text(text: &str, error: &cql2::Error) -> Self {
        let cql2::Error::Pest(error) = error else {
            return Self::Part {
                why: error.to_string(),
            };
        };
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
        let why = error.variant.message().into_owned();
        let rest = text.get(offset..).unwrap_or_default();
        if rest.trim().is_empty() {
            return Self::Incomplete {
                at: text.trim_end().chars().count(),
                why,
            };
        }
        let mut near: String = rest.chars().take(QUOTED).collect();
        if near.len() < rest.len() {
            near.push('…');
        }
        Self::Syntax {
            at: text.get(..offset).unwrap_or_default().chars().count() + 1,
            near,
            why,
        }
    }

    /// The fault of CQL2 JSON that the parser found.
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let why = error.to_string();
        match error.line() {
            0 => Self::NotAnExpression { why },
            line => Self::Json {
                line,
                column: error.column(),
                why,
            },
        }
    }

    /// The same sentence in Chinese, without the words of a library.
    pub fn zh(&self) -> String {
        match self {
            Self::Syntax { at, near, .. } => format!("第 {at} 个字符处写法有误：“{near}”"),
            Self::Incomplete { at, .. } => format!("到第 {at} 个字符为止还不完整"),
            Self::Json { line, column, .. } => {
                format!("第 {line} 行第 {column} 列处不是正确的 JSON")
            }
            Self::NotAnExpression { .. } => {
                "内容不是 CQL2 的表达式，应形如 {\"op\":\"=\",\"args\":[{\"property\":\"code\"},\"…\"]}"
                    .to_owned()
            }
            Self::Part { .. } => "其中的数字、图形或运算符的参数有误".to_owned(),
            Self::LoneProperty => "单独出现的属性应为“是/否”类型".to_owned(),
            Self::NoCondition => "应为一个比较，或用 AND、OR、NOT 组合的比较".to_owned(),
            Self::Pattern => "LIKE 之后应为文字".to_owned(),
            Self::List => "IN 之后应为列表".to_owned(),
            Self::Operator { op, operands } => {
                format!("没有带 {operands} 个参数的运算符“{op}”")
            }
            Self::Function { op } => format!("没有函数“{op}”"),
            Self::NoValueOf { property, text } => {
                format!("“{text}”不是属性 {property} 的取值")
            }
            Self::Value(fault) => fault.zh(),
            Self::OperandKind => "参数的类型与运算符不符".to_owned(),
            Self::Mixed => "数字、文字、日期和“是/否”之间不能比较".to_owned(),
            Self::DateText => "DATE 和 TIMESTAMP 之内应为文字，例如 '2026-03-05'".to_owned(),
            Self::Moment { text } => {
                format!("“{text}”不是日期或时刻，应形如 2026-03-05")
            }
            Self::NoOperand => "参与比较的应为属性、数字、文字、日期或算式".to_owned(),
            Self::Interval => "时间区间应有起止两端".to_owned(),
            Self::Lists => "数组运算符两边应为列表".to_owned(),
            Self::Distance => {
                "S_DWITHIN 应写作 S_DWITHIN(geometry, POINT(108.96 34.22), 500)，距离以米计".to_owned()
            }
            Self::DistanceRange { given, most } => {
                format!("距离应在 0 至 {most} 米之间，现为 {given}")
            }
            Self::NoShapeProperty { property } => format!("属性 {property} 不是图形"),
            Self::NoShape => "空间运算符应与图形比较，例如 POINT(108.96 34.22)".to_owned(),
            Self::Shape { why_zh, .. } => format!("图形无法读取：{why_zh}"),
            Self::Box => "BBOX 应有四个数字：西、南、东、北".to_owned(),
            Self::Place(fault) => fault.zh(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{FieldClass, LayerId};
    use crate::query::QueryError;
    use crate::query::filter::Filter;

    /// The English and the Chinese sentence of the fault that `text` has.
    fn fault(text: &str) -> (String, String) {
        let schema = LayerId::RISK_POINTS.schema();
        let error = Filter::parse(text, schema, FieldClass::Internal).unwrap_err();
        match &error {
            QueryError::BadFilter { reason } | QueryError::UnanswerableFilter { reason } => {
                (reason.to_string(), reason.zh())
            }
            other => panic!("{text}: {other}"),
        }
    }

    #[test]
    fn a_syntax_error_names_its_character() {
        for (text, at, near) in [
            ("level = = 'red'", 9, "= 'red'"),
            ("level === 3", 8, "== 3"),
            // counted in characters, not in bytes
            ("name = '小区' XOR level = 'red'", 13, "XOR level = …"),
        ] {
            let (en, zh) = fault(text);
            assert!(
                en.starts_with(&format!("syntax error at character {at},")),
                "{en}"
            );
            assert_eq!(zh, format!("第 {at} 个字符处写法有误：“{near}”"), "{text}");
        }
        assert_eq!(fault("level = ").1, "到第 7 个字符为止还不完整");
        assert_eq!(fault("{\"op\":").1, "第 1 行第 6 列处不是正确的 JSON");
    }

    #[test]
    fn what_cannot_be_evaluated_is_said_in_chinese_too() {
        for (text, wanted) in [
            ("my_function(level) = 1", "没有函数“my_function”"),
            ("level > 3", "数字、文字、日期和“是/否”之间不能比较"),
            ("level", "单独出现的属性应为“是/否”类型"),
            (
                "deadline < 'soon'",
                "“soon”不是日期或时刻，应形如 2026-03-05",
            ),
            ("S_INTERSECTS(level, POINT(1 2))", "属性 level 不是图形"),
            (
                "S_INTERSECTS(geometry, BBOX(1,2))",
                "BBOX 应有四个数字：西、南、东、北",
            ),
            (
                r#"{"op":"between","args":[1]}"#,
                "没有带 1 个参数的运算符“between”",
            ),
        ] {
            assert_eq!(fault(text).1, wanted, "{text}");
        }
    }
}
