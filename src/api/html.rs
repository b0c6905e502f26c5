//! Pages made on the server: a document of the service as people read it. No script, nothing from elsewhere.

use std::fmt::Write;

use serde_json::{Map, Value as Json};

const STYLE: &str = "body{margin:0;font:16px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#1d2733;background:#f6f7f9}\
main,header{max-width:72rem;margin:0 auto;padding:1rem 1.5rem}header{padding-bottom:0;color:#5b6775;font-size:.9rem}\
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}a{color:#0b5cad;text-decoration:none}a:hover{text-decoration:underline}\
table{border-collapse:collapse;background:#fff;width:100%;display:block;overflow-x:auto}\
td,th{border:1px solid #dde2e8;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#eef1f5;font-weight:600;white-space:nowrap}\
code{background:#eef1f5;padding:.05rem .3rem;border-radius:.2rem}ul{margin:.3rem 0;padding-left:1.2rem}";

/// Longer lists are cut in a page; it says so.
pub(super) const MOST_ROWS: usize = 200;

/// A page with this title and body; `path` makes the way back.
pub(super) fn page(title: &str, path: &str, body: &str) -> String {
    let mut way = String::from("<a href=\"/\">民情图</a>");
    let mut so_far = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let _infallible = write!(so_far, "/{part}");
        let _infallible = write!(
            way,
            " / <a href=\"{}\">{}</a>",
            escaped(&so_far),
            escaped(part)
        );
    }
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>{title}</title><style>{STYLE}</style></head>\n<body><header>{way}</header>\n<main><h1>{title}</h1>\n{body}\n</main></body></html>\n"
    )
}

/// The page of a JSON document: its members, its features as a table, its links.
pub(super) fn document(title: &str, path: &str, document: &Json) -> String {
    let mut body = String::new();
    if let Json::Object(members) = document {
        body.push_str(&section(members));
    }
    page(title, path, &body)
}

fn section(members: &Map<String, Json>) -> String {
    let plain = members
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "links" | "features" | "collections"));
    let mut text = String::from("<table>");
    for (name, value) in plain {
        let _infallible = write!(
            text,
            "<tr><th>{}</th><td>{}</td></tr>",
            escaped(name),
            shown(value)
        );
    }
    text.push_str("</table>\n");
    if let Some(Json::Array(features)) = members.get("features") {
        text.push_str(&table(features));
    }
    if let Some(Json::Array(collections)) = members.get("collections") {
        text.push_str("<h2>图层</h2>\n<ul>");
        for each in collections {
            let (id, title) = (word(each, "id"), word(each, "title"));
            let _infallible = write!(
                text,
                "<li><a href=\"/api/collections/{0}?f=html\">{1}</a> <code>{0}</code> · <a href=\"/api/collections/{0}/items?f=html\">记录</a></li>",
                escaped(id),
                escaped(title)
            );
        }
        text.push_str("</ul>\n");
    }
    if let Some(Json::Array(links)) = members.get("links") {
        text.push_str("<h2>链接</h2>\n");
        text.push_str(&links_of(links));
    }
    text
}

fn links_of(links: &[Json]) -> String {
    let mut text = String::from("<ul>");
    for link in links {
        let title = [word(link, "title"), word(link, "rel")];
        let title = title.into_iter().find(|title| !title.is_empty());
        let _infallible = write!(
            text,
            "<li><a rel=\"{}\" href=\"{}\">{}</a> <code>{}</code></li>",
            escaped(word(link, "rel")),
            escaped(word(link, "href")),
            escaped(title.unwrap_or_default()),
            escaped(word(link, "type"))
        );
    }
    text.push_str("</ul>\n");
    text
}

/// Features as rows, one column a property.
fn table(features: &[Json]) -> String {
    let of = |feature: &Json| feature.get("properties").and_then(Json::as_object).cloned();
    let Some(first) = features.first().and_then(of) else {
        return "<p>没有记录</p>\n".to_owned();
    };
    let names: Vec<&String> = first.keys().collect();
    let mut text = String::from("<h2>记录</h2>\n<table><tr><th>id</th>");
    for name in &names {
        let _infallible = write!(text, "<th>{}</th>", escaped(name));
    }
    text.push_str("</tr>");
    for feature in features.iter().take(MOST_ROWS) {
        let properties = of(feature).unwrap_or_default();
        let _infallible = write!(
            text,
            "<tr><td>{}</td>",
            shown(feature.get("id").unwrap_or(&Json::Null))
        );
        for name in &names {
            let value = properties.get(*name).unwrap_or(&Json::Null);
            let _infallible = write!(text, "<td>{}</td>", shown(value));
        }
        text.push_str("</tr>");
    }
    text.push_str("</table>\n");
    if features.len() > MOST_ROWS {
        let _infallible = writeln!(
            text,
            "<p>此页只列出前 {MOST_ROWS} 条，共 {} 条</p>",
            features.len()
        );
    }
    text
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) if text.starts_with("http") => {
            let text = escaped(text);
            format!("<a href=\"{text}\">{text}</a>")
        }
        Json::String(text) => escaped(text),
        Json::Array(items)
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array()) =>
        {
            items.iter().map(shown).collect::<Vec<_>>().join("、")
        }
        Json::Array(items) if !items.is_empty() && items.iter().all(Json::is_object) => rows(items),
        Json::Object(members) if members.len() <= 40 => {
            let rows = members.iter().map(|(name, value)| {
                format!("<li><code>{}</code> {}</li>", escaped(name), shown(value))
            });
            format!("<ul>{}</ul>", rows.collect::<String>())
        }
        other => {
            let text = other.to_string();
            match text.char_indices().nth(400) {
                Some((end, _)) => format!("{}…", escaped(text.get(..end).unwrap_or_default())),
                None => escaped(&text),
            }
        }
    }
}

/// Objects as rows, one column for each member that any of them has.
fn rows(items: &[Json]) -> String {
    let mut names: Vec<&String> = Vec::new();
    for name in items.iter().filter_map(Json::as_object).flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let head = names
        .iter()
        .map(|name| format!("<th>{}</th>", escaped(name)));
    let mut text = format!("<table><tr>{}</tr>", head.collect::<String>());
    for item in items.iter().take(MOST_ROWS) {
        let cell = |name: &&String| {
            let value = item.get(name.as_str()).unwrap_or(&Json::Null);
            format!("<td>{}</td>", shown(value))
        };
        let cells: String = names.iter().map(cell).collect();
        let _infallible = write!(text, "<tr>{cells}</tr>");
    }
    text.push_str("</table>");
    text
}

fn word<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// `text` without letters that HTML takes for its own.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
