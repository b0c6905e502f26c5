//! A few values of each column, for people to recognise it by.

use serde_json::Value as Json;

use crate::ingest::personal::by_value;
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{Column, ColumnUse};

/// So many values are kept of each column, out of the first so many.
const MOST: usize = 3;
const ROWS: u64 = 100;

/// Keeps `value` where it is one of the first that differ. Of a column that is left out nothing is kept that may be a
/// name: two to four Chinese characters.
pub(super) fn take(column: &mut Column, value: &Json) {
    if column.samples.len() >= MOST || column.values > ROWS {
        return;
    }
    let text = match (&column.used_as, value) {
        (ColumnUse::Personal(_), _) | (_, Json::Null | Json::Array(_) | Json::Object(_)) => return,
        _ => text_of(value),
    };
    let text = text.trim();
    let is_hidden =
        by_value(text).is_some() || (column.used_as == ColumnUse::LeftOut && may_be_a_name(text));
    let shown = shortened(text);
    if !shown.is_empty() && !is_hidden && !column.samples.contains(&shown) {
        column.samples.push(shown);
    }
}

fn may_be_a_name(text: &str) -> bool {
    (2..=4).contains(&text.chars().count())
        && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ingest::PersonalKind;

    fn kept(used_as: ColumnUse, values: &[&str]) -> Vec<String> {
        let mut column = Column {
            header: "备注".to_owned(),
            used_as,
            values: 0,
            samples: Vec::new(),
        };
        for value in values {
            column.values += 1;
            take(&mut column, &json!(value));
        }
        column.samples
    }

    #[test]
    fn samples_are_the_first_values_that_differ_and_no_persons() {
        let field = || ColumnUse::Field("name".to_owned());
        assert_eq!(
            kept(
                field(),
                &[
                    "雁塔路",
                    "雁塔路",
                    "",
                    "小寨东路",
                    "电话13912345678",
                    "翠华路",
                    "长安路"
                ]
            ),
            ["雁塔路", "小寨东路", "翠华路"]
        );
        assert_eq!(
            kept(ColumnUse::LeftOut, &["张三", "欧阳小明", "二层砖混结构"]),
            ["二层砖混结构"]
        );
        assert!(kept(ColumnUse::Personal(PersonalKind::Name), &["张三丰的家"]).is_empty());
    }
}
