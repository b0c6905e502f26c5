//! Cells out of a placemark's description: the rows of the tables that ArcGIS and others write there; any other text is
//! the description.

use serde_json::{Map, Value as Json};

/// Words over the columns of a table whose rows are pairs of a name and its value.
const PAIR_HEADERS: &[&str] = &[
    "属性",
    "字段",
    "属性名",
    "字段名",
    "名称",
    "field",
    "name",
    "key",
    "attribute",
    "property",
];

/// One row of a table: its cells, and whether each is a header.
type Row = Vec<(bool, String)>;

/// Adds what a description says to `cells`.
pub(super) fn add(text: &str, cells: &mut Map<String, Json>) {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for row in pieces(text, &lower, &["tr"]) {
        let lower = row.content.to_ascii_lowercase();
        let cells = pieces(row.content, &lower, &["td", "th"]).into_iter();
        rows.push(
            cells
                .map(|cell| (cell.tag == "th", without_tags(cell.content)))
                .collect(),
        );
    }
    if !lower.contains("<td") {
        let plain = without_tags(text);
        if !plain.is_empty() {
            cells.entry("description").or_insert(Json::String(plain));
        }
        return;
    }
    let rows: Vec<Row> = rows.into_iter().filter(|row| !row.is_empty()).collect();
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        at += 1;
        if let Some(values) = rows
            .get(at)
            .filter(|below| heads(row, below, rows.get(at + 1)))
        {
            at += 1;
            let names = row.iter().map(|(_, name)| name);
            found.extend(names.zip(values.iter().map(|(_, value)| value)));
            continue;
        }
        let is_header = row.iter().all(|(is_header, _)| *is_header);
        if let [(_, name), (_, value)] = row.as_slice()
            && !is_header
        {
            found.push((name, value));
        }
    }
    for (name, value) in found {
        let name = name.trim_end_matches([':', '：']).trim_end();
        if !name.is_empty() && !value.is_empty() && !matches!(value.as_str(), "<Null>" | "Null") {
            cells
                .entry(name)
                .or_insert_with(|| Json::String(value.clone()));
        }
    }
}

/// Whether a row is the header of the one record below it.
fn heads(row: &Row, below: &Row, further: Option<&Row>) -> bool {
    let is_header = row.iter().all(|(is_header, _)| *is_header);
    let has_values = !below.iter().any(|(is_header, _)| *is_header);
    let is_pair_header = row.len() == 2
        && row
            .first()
            .is_some_and(|(_, name)| PAIR_HEADERS.contains(&name.to_lowercase().as_str()));
    is_header && has_values && row.len() == below.len() && further.is_none() && !is_pair_header
}

/// A piece of a page between a tag and its end.
struct Piece<'t> {
    tag: &'static str,
    content: &'t str,
}

/// What stands between each of `tags` and its next end, innermost first where they are nested.
fn pieces<'t>(text: &'t str, lower: &str, tags: &[&'static str]) -> Vec<Piece<'t>> {
    // `lower` has the same length: only letters of ASCII are changed in it.
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let ends = tags.iter().filter_map(|tag| {
            let end = lower.get(at..)?.find(&format!("</{tag}"))?;
            Some((at + end, *tag))
        });
        let Some((end, tag)) = ends.min() else {
            return found;
        };
        let begin = lower
            .get(at..end)
            .and_then(|part| part.rfind(&format!("<{tag}")));
        if let Some(begin) = begin
            && let Some(inner) = text.get(at + begin..end)
            && let Some((_, content)) = inner.split_once('>')
        {
            found.push(Piece { tag, content });
        }
        at = end + tag.len() + 2;
    }
}

/// A page's text.
fn without_tags(text: &str) -> String {
    let (mut plain, mut inside) = (String::new(), false);
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    let plain = plain.replace("&nbsp;", " ");
    let plain = quick_xml::escape::unescape(&plain)
        .map(std::borrow::Cow::into_owned)
        .unwrap_or(plain);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(String, String)> {
        let mut cells = Map::new();
        add(text, &mut cells);
        let texts = cells.into_iter();
        texts
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    #[test]
    fn tables_of_descriptions_become_columns() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (text, wanted) in [
            (
                "<table><tr><td>楼栋</td><td>3号楼</td></tr><TR><TD>层数</TD><TD>6</TD></TR></table>",
                vec![pair("楼栋", "3号楼"), pair("层数", "6")],
            ),
            (
                "<table><tr><th>楼栋：</th><td>3 &amp; 4</td></tr><tr><th>层数</th><td>&lt;Null&gt;</td></tr></table>",
                vec![pair("楼栋", "3 & 4")],
            ),
            (
                "<table><tr><th>楼栋</th><th>层数</th></tr><tr><td>3号楼</td><td>6</td></tr></table>",
                vec![pair("楼栋", "3号楼"), pair("层数", "6")],
            ),
            (
                "<table><tr><th>字段</th><th>值</th></tr><tr><td>层数</td><td>6</td></tr></table>",
                vec![pair("层数", "6")],
            ),
            ("<b>临街</b> &#x4E2D;", vec![pair("description", "临街 中")]),
        ] {
            assert_eq!(cells(text), wanted, "{text}");
        }
    }
}
