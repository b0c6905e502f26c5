//! A JSON document as a page: its members, its records as a table, its links.

use std::fmt::Write;

use serde_json::{Map, Value as Json};

use super::words::Words;
use super::{escaped, scrolling};

/// Longer lists are cut in a page; it says so.
pub(in crate::api) const MOST_ROWS: usize = 200;

/// What has a part of its own in the page.
const APART: [&str; 3] = ["links", "features", "collections"];

pub(super) fn body(words: &Words, document: &Json) -> String {
    let Json::Object(members) = document else {
        return String::new();
    };
    let plain = || {
        let plain = members.iter();
        plain.filter(|(name, _)| !APART.contains(&name.as_str()))
    };
    let mut text = String::new();
    if plain().next().is_some() {
        text.push_str("<dl>");
        for (name, value) in plain() {
            let _infallible = write!(
                text,
                "<div><dt>{}</dt><dd>{}</dd></div>",
                escaped(name),
                shown(words, name, value)
            );
        }
        text.push_str("</dl>\n");
    }
    if let Some(Json::Array(features)) = members.get("features") {
        text.push_str(&records(words, features));
    }
    if let Some(Json::Array(collections)) = members.get("collections") {
        let _infallible = write!(text, "<h2>{}</h2>\n<ul>", words.say("图层"));
        for each in collections {
            let (id, title) = (word(each, "id"), words.say(word(each, "title")));
            let _infallible = write!(
                text,
                "<li><a href=\"/api/collections/{0}?f=html\">{1}</a> <code>{0}</code> · <a href=\"/api/collections/{0}/items?f=html\" aria-label=\"{1} {2}\">{2}</a></li>",
                escaped(id),
                escaped(&title),
                words.say("记录"),
            );
        }
        text.push_str("</ul>\n");
    }
    if let Some(Json::Array(links)) = members.get("links") {
        let _infallible = writeln!(text, "<h2>{}</h2>", words.say("链接"));
        text.push_str(&links_of(words, links));
    }
    text
}

fn links_of(words: &Words, links: &[Json]) -> String {
    let mut text = String::from("<ul>");
    for link in links {
        let title = [word(link, "title"), word(link, "rel")];
        let title = title.into_iter().find(|title| !title.is_empty());
        let _infallible = write!(
            text,
            "<li><a rel=\"{}\" href=\"{}\">{}</a> <code>{}</code></li>",
            escaped(word(link, "rel")),
            escaped(word(link, "href")),
            escaped(&words.say(title.unwrap_or_default())),
            escaped(word(link, "type"))
        );
    }
    text.push_str("</ul>\n");
    text
}

/// Features as rows, one column a property.
fn records(words: &Words, features: &[Json]) -> String {
    let of = |feature: &Json| feature.get("properties").and_then(Json::as_object).cloned();
    let Some(first) = features.first().and_then(of) else {
        return format!("<p>{}</p>\n", words.say("没有记录"));
    };
    let names: Vec<&String> = first.keys().collect();
    let mut table = String::from("<table><thead><tr><th scope=\"col\">id</th>");
    for name in &names {
        let _infallible = write!(table, "<th scope=\"col\">{}</th>", escaped(name));
    }
    table.push_str("</tr></thead><tbody>");
    for feature in features.iter().take(MOST_ROWS) {
        let properties = of(feature).unwrap_or_default();
        let _infallible = write!(
            table,
            "<tr><td>{}</td>",
            plain(feature.get("id").unwrap_or(&Json::Null))
        );
        for name in &names {
            let value = properties.get(*name).unwrap_or(&Json::Null);
            let _infallible = write!(table, "<td>{}</td>", plain(value));
        }
        table.push_str("</tr>");
    }
    table.push_str("</tbody></table>");
    let title = words.say("记录");
    let mut text = format!("<h2>{title}</h2>\n{}\n", scrolling(&title, &table));
    if features.len() > MOST_ROWS {
        let _infallible = writeln!(text, "<p>{}</p>", words.first_of(MOST_ROWS, features.len()));
    }
    text
}

/// A value of a record: what the office wrote is in no other language.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) if text.starts_with("http") => {
            let text = escaped(text);
            format!("<a href=\"{text}\">{text}</a>")
        }
        Json::String(text) => escaped(text).into_owned(),
        other => shortened(other),
    }
}

/// A value of a document, whose words are the service's own; `name` is what it is the value of.
fn shown(words: &Words, name: &str, value: &Json) -> String {
    match value {
        Json::String(text) if !text.starts_with("http") => escaped(&words.say(text)).into_owned(),
        Json::Array(items)
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array()) =>
        {
            let all: Vec<_> = items.iter().map(|item| shown(words, name, item)).collect();
            all.join(words.between())
        }
        Json::Array(items) if !items.is_empty() && items.iter().all(Json::is_object) => {
            scrolling(name, &rows(words, items))
        }
        Json::Object(members) if members.len() <= 40 => {
            let rows = members.iter().map(|(name, value)| {
                format!(
                    "<li><code>{}</code> {}</li>",
                    escaped(name),
                    shown(words, name, value)
                )
            });
            format!("<ul>{}</ul>", rows.collect::<String>())
        }
        Json::Array(_) | Json::Object(_) => shortened(value),
        other => plain(other),
    }
}

fn shortened(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", escaped(text.get(..end).unwrap_or_default())),
        None => escaped(&text).into_owned(),
    }
}

/// Objects as rows, one column for each member that any of them has.
fn rows(words: &Words, items: &[Json]) -> String {
    let mut names: Vec<&String> = Vec::new();
    for name in items.iter().filter_map(Json::as_object).flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let head = names
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)));
    let mut text = format!(
        "<table><thead><tr>{}</tr></thead><tbody>",
        head.collect::<String>()
    );
    for item in items.iter().take(MOST_ROWS) {
        let cell = |name: &&String| {
            let value = item.get(name.as_str()).unwrap_or(&Json::Null);
            format!("<td>{}</td>", shown(words, name, value))
        };
        let cells: String = names.iter().map(cell).collect();
        let _infallible = write!(text, "<tr>{cells}</tr>");
    }
    text.push_str("</tbody></table>");
    text
}

fn word<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}
