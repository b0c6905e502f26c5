//! Chinese sentences for what libraries say in English.

use serde_json::error::Category;

/// Where and how a text fails to be the JSON that is expected; the library's own words are for the English sentence.
pub(in crate::api) fn json_zh(error: &serde_json::Error) -> String {
    let place = match error.line() {
        0 => String::new(),
        line => format!("第 {line} 行第 {} 列处", error.column()),
    };
    match error.classify() {
        Category::Eof => "JSON 不完整".to_owned(),
        Category::Io | Category::Syntax => format!("{place}不是正确的 JSON"),
        Category::Data if place.is_empty() => "有的成员不合要求".to_owned(),
        Category::Data => format!("{place}的内容不合要求"),
    }
}
