//! One JSON value to one typed attribute.

use serde_json::{Number, Value as Json};

use crate::domain::{Field, FieldKind, LayerId, Value, ValueError};
use crate::ingest::words::WORDS;

/// The value that `json` means for `field`.
pub(super) fn typed(layer: LayerId, field: &Field, json: &Json) -> Result<Value, ValueError> {
    match (field.kind, json) {
        (_, Json::Null) => Ok(Value::Null),
        (FieldKind::Boolean, Json::Bool(yes)) => Ok(Value::Boolean(*yes)),
        (FieldKind::Real, Json::Number(number)) => {
            Ok(number.as_f64().map_or(Value::Null, Value::Real))
        }
        (_, Json::Array(_) | Json::Object(_)) => Err(ValueError::WrongKind {
            given: shortened(&json.to_string()),
            wanted: "a single value",
        }),
        (kind, _) => {
            let text = text_of(json);
            match parsed(layer, field, &text) {
                Err(_) if !matches!(kind, FieldKind::Text) && is_blank(&text) => Ok(Value::Null),
                outcome => outcome,
            }
        }
    }
}

fn parsed(layer: LayerId, field: &Field, text: &str) -> Result<Value, ValueError> {
    let FieldKind::Code(_) = field.kind else {
        return Value::parse(field.kind, text);
    };
    let word = text.trim();
    let known = WORDS.iter().find(|(of, name, words, _)| {
        *of == layer.as_str() && *name == field.name && words.contains(&word)
    });
    match known {
        // A word that is itself one of our codes means that code.
        Some((_, _, _, code)) => {
            Value::parse(field.kind, word).or_else(|_| Value::parse(field.kind, code))
        }
        None => Value::parse(field.kind, word),
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

    fn check(layer: LayerId, field: &str, json: &Json, wanted: impl Into<Option<Value>>) {
        let wanted: Option<Value> = wanted.into();
        let field = layer.schema().field(field).unwrap();
        assert_eq!(
            typed(layer, field, json).ok(),
            wanted,
            "{} {json}",
            field.name
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

    #[test]
    fn every_word_leads_to_a_code_that_there_is() {
        for (layer, name, words, code) in WORDS {
            let field = LayerId::parse(layer).unwrap().schema().field(name).unwrap();
            assert!(
                !words.is_empty() && Value::parse(field.kind, code).is_ok(),
                "{layer}.{name} {code}"
            );
        }
    }
}
