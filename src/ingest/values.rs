//! One cell to one typed attribute.

use serde_json::{Number, Value as Json};

use crate::domain::personal::is_code;
use crate::domain::{Field, FieldKind, Label, LayerId, Value, ValueError};
use crate::ingest::columns::factor_of;
use crate::ingest::words::coded;
use crate::ingest::{Said, dates, numbers};

/// A value that does not fit its field, with what may be meant.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) error: ValueError,
    pub(super) suggestion: Option<Said>,
}

const NUMBER: Label = Label {
    zh: "数字",
    en: "a number",
};
const WHOLE_NUMBER: Label = Label {
    zh: "整数",
    en: "a whole number",
};

impl From<ValueError> for Misfit {
    fn from(error: ValueError) -> Self {
        Self {
            error,
            suggestion: None,
        }
    }
}

/// What a value is read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meant<'a> {
    pub(super) layer: LayerId,
    pub(super) field: &'a Field,
    /// The header of the column: it may say the unit.
    pub(super) header: &'a str,
    /// The year of dates that are written without one.
    pub(super) year: Option<i16>,
}

/// The value that `json` means.
pub(super) fn typed(meant: Meant<'_>, json: &Json) -> Result<Value, Misfit> {
    match (meant.field.kind, json) {
        (_, Json::Null) => Ok(Value::Null),
        (FieldKind::Boolean, Json::Bool(yes)) => Ok(Value::Boolean(*yes)),
        // in a table that somebody brought, a list is what is written there
        (FieldKind::Text, Json::Array(_) | Json::Object(_)) if !meant.layer.is_own() => {
            Ok(Value::parse(FieldKind::Text, &json.to_string())?)
        }
        (_, Json::Array(_) | Json::Object(_)) => Err(ValueError::WrongKind {
            given: shortened(&json.to_string()),
            wanted: Label {
                zh: "单个的值",
                en: "a single value",
            },
        }
        .into()),
        (kind, _) => {
            let text = text_of(json);
            match parsed(meant, &text) {
                Err(_) if !matches!(kind, FieldKind::Text) && is_blank(&text) => Ok(Value::Null),
                outcome => outcome,
            }
        }
    }
}

fn parsed(meant: Meant<'_>, text: &str) -> Result<Value, Misfit> {
    let misfit = |wanted, suggestion| Misfit {
        error: ValueError::WrongKind {
            given: shortened(text),
            wanted,
        },
        suggestion,
    };
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match meant.field.kind {
        FieldKind::Code(list) => coded(meant.layer, meant.field, list, text),
        // a text that somebody brought is what is written there, unless it is a code
        FieldKind::Text if !meant.layer.is_own() && !is_code(meant.header) => {
            Ok(Value::parse(FieldKind::Text, text)?)
        }
        FieldKind::Text => match numbers::code(text) {
            numbers::Code::Plain => Ok(Value::parse(FieldKind::Text, text)?),
            numbers::Code::Restored(digits) => Ok(digits.into()),
            numbers::Code::Lost => Err(misfit(
                Label {
                    zh: "数字齐全的编码",
                    en: "a code with all of its digits",
                },
                Some(rounded_code()),
            )),
        },
        FieldKind::Integer if meant.field.name.ends_with("_year") => {
            let year = dates::year(text);
            year.map(Value::Integer).map_err(|doubt| {
                misfit(
                    Label {
                        zh: "年份，例如 1985",
                        en: "a year such as 1985",
                    },
                    doubt.suggestion,
                )
            })
        }
        FieldKind::Integer => integer(meant, text, &misfit),
        FieldKind::Real => {
            let number = numbers::number(text).map_err(|suggestion| misfit(NUMBER, suggestion))?;
            let is_ratio = meant.field.name.ends_with("_ratio");
            if is_ratio && (1.0..=100.0).contains(&number) && number > 1.0 {
                return Ok(Value::Real(number / 100.0));
            }
            if is_ratio && !(0.0..=1.0).contains(&number) {
                return Err(misfit(
                    Label {
                        zh: "占比，例如 0.85 或 85%",
                        en: "a share such as 0.85 or 85%",
                    },
                    None,
                ));
            }
            Ok(Value::Real(number * factor_of(meant.header)))
        }
        FieldKind::Boolean => match boolean(text) {
            Some(yes) => Ok(Value::Boolean(yes)),
            None => Ok(Value::parse(FieldKind::Boolean, text)?),
        },
        FieldKind::Date => {
            let day = dates::day(text, meant.year);
            day.map(Value::Date).map_err(|doubt| {
                misfit(
                    Label {
                        zh: "日期，例如 2026-03-05",
                        en: "a date such as 2026-03-05",
                    },
                    doubt.suggestion,
                )
            })
        }
        FieldKind::Time => Ok(Value::parse(FieldKind::Time, text)?),
    }
}

/// What is said of a code that has lost its digits.
pub(super) fn rounded_code() -> Said {
    Said::new(
        "请在表格软件中把该列设为“文本”格式,重新填入完整编码",
        "set the column to text in the spreadsheet program and enter the whole code again",
    )
}

fn integer(
    meant: Meant<'_>,
    text: &str,
    misfit: &dyn Fn(Label, Option<Said>) -> Misfit,
) -> Result<Value, Misfit> {
    // "Is there a lift?" with no means none; with yes it does not say how many.
    let asks = meant.header.contains("有无") || meant.header.contains("是否");
    if asks && let Some(yes) = boolean(text) {
        return if yes {
            let suggestion = Said::new("请写数量", "write how many");
            Err(misfit(WHOLE_NUMBER, Some(suggestion)))
        } else {
            Ok(Value::Integer(0))
        };
    }
    let number = numbers::number(text).map_err(|suggestion| misfit(WHOLE_NUMBER, suggestion))?;
    let number = number * factor_of(meant.header);
    if number.fract() != 0.0 || number.abs() > 9.0e15 {
        return Err(misfit(WHOLE_NUMBER, None));
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "whole and below 2^53"
    )]
    let whole = number as i64;
    Ok(Value::Integer(whole))
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "是" | "有" | "√" | "✓" | "✔" | "已" | "y" | "yes" | "对" | "1" | "true" | "有的" => {
            Some(true)
        }
        "否" | "无" | "無" | "×" | "✗" | "没有" | "未" | "n" | "no" | "0" | "false" => {
            Some(false)
        }
        _ => None,
    }
}

/// What ledgers write where they know nothing.
fn is_blank(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "/"
            | "\\"
            | "—"
            | "-"
            | "——"
            | "--"
            | "无"
            | "暂无"
            | "不详"
            | "未知"
            | "空"
            | "N/A"
            | "#N/A"
            | "null"
            | "NULL"
    )
}

/// A value as text; whole numbers without the `.0` that some writers add.
pub(super) fn text_of(json: &Json) -> String {
    match json {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number_text(number),
        Json::Bool(yes) => yes.to_string(),
        _ => String::new(),
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9.0e15 => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}

/// At most forty characters of `text`.
pub(super) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(layer: LayerId, field: &str, header: &str, json: &Json) -> Result<Value, Misfit> {
        let meant = Meant {
            layer,
            field: layer.schema().field(field).unwrap(),
            header,
            year: None,
        };
        typed(meant, json)
    }

    fn check(layer: LayerId, field: &str, json: &Json, wanted: impl Into<Option<Value>>) {
        let wanted: Option<Value> = wanted.into();
        assert_eq!(
            read(layer, field, field, json).ok(),
            wanted,
            "{field} {json}"
        );
    }

    #[test]
    fn what_ledgers_write() {
        let (b, c, r) = (LayerId::BUILDINGS, LayerId::COMPOUNDS, LayerId::RISK_POINTS);
        let area = |header, json| read(b, "floor_area_m2", header, &json).unwrap();
        assert_eq!(area("建筑面积(万㎡)", json!(1.2)), Value::Real(12_000.0));
        assert_eq!(area("建筑面积", json!("1.2万㎡")), Value::Real(12_000.0));
        assert_eq!(
            read(b, "lift_count", "有无电梯", &json!("无")).unwrap(),
            Value::Integer(0)
        );
        assert!(read(b, "lift_count", "有无电梯", &json!("有")).is_err());
        check(b, "lift_count", &json!("无"), Some(Value::Null));
        check(b, "storeys", &json!("6层"), Some(Value::Integer(6)));
        check(
            b,
            "built_year",
            &json!("1985年"),
            Some(Value::Integer(1985)),
        );
        check(b, "structure", &json!("框架结构"), Some("frame".into()));
        check(b, "structure", &json!("剪力墙"), Some("shear_wall".into()));
        check(b, "structure", &json!("砖混"), None);
        let doubt = read(b, "structure", "结构", &json!("砖混结构")).unwrap_err();
        assert!(doubt.suggestion.unwrap().zh.contains("预制板"));
        check(b, "safety_grade", &json!("C级"), Some("C".into()));
        check(b, "safety_grade", &json!("Ⅲ"), None);
        check(c, "consent_ratio", &json!("85%"), Some(Value::Real(0.85)));
        check(c, "consent_ratio", &json!(85), Some(Value::Real(0.85)));
        check(c, "consent_ratio", &json!(0.85), Some(Value::Real(0.85)));
        check(r, "status", &json!("已销号"), Some("closed".into()));
        check(r, "status", &json!("已整改"), Some("submitted".into()));
        check(r, "level", &json!("重大风险"), Some("red".into()));
        check(r, "hazard_class", &json!("重大隐患"), Some("major".into()));
        check(r, "grid_code", &json!("6.10113E+11"), None);
        check(
            r,
            "grid_code",
            &json!(610_113_002_001.0),
            Some("610113002001".into()),
        );
    }

    #[test]
    fn values_of_every_kind() {
        let b = LayerId::BUILDINGS;
        check(b, "storeys", &json!(6), Some(Value::Integer(6)));
        check(b, "storeys", &json!(6.0), Some(Value::Integer(6)));
        check(b, "storeys", &json!("6"), Some(Value::Integer(6)));
        check(b, "storeys", &json!(6.5), None);
        check(b, "storeys", &json!("六"), None);
        check(b, "storeys", &json!("/"), Some(Value::Null));
        check(b, "height_m", &json!(36), Some(Value::Real(36.0)));
        check(b, "height_m", &json!("18.5"), Some(Value::Real(18.5)));
        check(b, "operating", &json!(true), Some(Value::Boolean(true)));
        check(b, "operating", &json!("是"), Some(Value::Boolean(true)));
        check(b, "use", &json!("apartments"), Some("residential".into()));
        check(b, "use", &json!("住宅"), Some("residential".into()));
        check(b, "use", &json!("yes"), Some(Value::Null));
        check(b, "use", &json!("spaceship"), None);
        check(b, "number", &json!(3.0), Some("3".into()));
        check(b, "number", &json!(["3"]), None);
        check(
            LayerId::ROADS,
            "class",
            &json!("secondary"),
            Some("secondary".into()),
        );
        check(
            LayerId::ROADS,
            "class",
            &json!("trunk_link"),
            Some("arterial".into()),
        );
        check(
            LayerId::RISK_POINTS,
            "level",
            &json!("紅"),
            Some("red".into()),
        );
    }
}
