//! Which rows of a sheet are its header.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::Cells;
use super::place::is_place_header;
use crate::ingest::columns::{Columns, Target, is_known_header, normalised};
use crate::ingest::values::text_of;

/// The header: which of the rows looked at, and the name of each column.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Unique names; those of two levels are joined by a slash where the lower one alone is not unique.
    pub(super) names: Vec<String>,
    /// The lowest level as it stands in the sheet, to recognise it again on the next printed page.
    pub(super) leaves: Vec<String>,
}

/// The header among the first rows; `None` where no row can be one.
pub(super) fn find(rows: &[Cells], columns: &Columns) -> Option<Header> {
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.values.iter().map(text_of).collect())
        .collect();
    let score = |row: &Vec<String>| row.iter().filter(|text| is_header(text, columns)).count();
    let width = texts.iter().map(Vec::len).max()?;
    let (best, points) = texts
        .iter()
        .enumerate()
        .map(|(at, row)| (at, score(row)))
        .max_by_key(|(at, points)| (*points, std::cmp::Reverse(*at)))?;
    let known = points >= 2 || points == 1 && texts.get(best).is_some_and(|row| count(row) <= 2);
    let at = if known {
        best
    } else {
        // One column of text that no table knows is a note, no table.
        texts.iter().zip(rows).position(|(texts, row)| {
            let full = count(texts) * 5 >= width * 3 && count(texts) >= 2;
            full && row
                .values
                .iter()
                .all(|cell| matches!(cell, Json::String(_) | Json::Null) && !is_number(cell))
        })?
    };
    let row = |at: usize| texts.get(at).map(Vec::as_slice);
    if let Some(upper) = at.checked_sub(1)
        && let (Some(above), Some(below)) = (row(upper), row(at))
        && is_two_level(above, below, columns)
    {
        return Some(joined(upper, at, above, below));
    }
    if let (Some(above), Some(below)) = (row(at), row(at + 1))
        && is_two_level(above, below, columns)
    {
        return Some(joined(at, at + 1, above, below));
    }
    let leaves = row(at)?.to_vec();
    Some(Header {
        first: at,
        last: at,
        names: unique(leaves.clone()),
        leaves,
    })
}

fn is_header(text: &str, columns: &Columns) -> bool {
    !text.is_empty()
        && text.chars().count() <= 30
        && (columns.role(text).target != Target::Nothing
            || is_known_header(text)
            || is_place_header(text))
}

fn is_number(cell: &Json) -> bool {
    matches!(cell, Json::String(text) if text.trim().parse::<f64>().is_ok())
}

fn count(row: &[String]) -> usize {
    row.iter().filter(|text| !text.is_empty()).count()
}

/// Whether `below` holds the lower level of the header `above`: groups above stand over several cells below, and
/// columns without groups are merged over both rows, so that nothing stands below them.
fn is_two_level(above: &[String], below: &[String], columns: &Columns) -> bool {
    let cell = |row: &[String], at: usize| row.get(at).is_some_and(|text| !text.is_empty());
    let width = above.len().max(below.len());
    let (mut under_gap, mut under_single, mut single, mut group) = (0, 0, 0, 0);
    for at in 0..width {
        let (up, down) = (cell(above, at), cell(below, at));
        let gap_follows = !cell(above, at + 1) && cell(below, at + 1) && at + 1 < width;
        match (up, down) {
            (false, true) => under_gap += 1,
            (true, _) if gap_follows => group += 1,
            (true, true) => under_single += 1,
            (true, false) => single += 1,
            (false, false) => {}
        }
    }
    // "Filled in by: …" above the header is a line of the form, no level of it.
    let is_form = above.iter().any(|text| text.contains([':', '：']));
    let all_text = below.iter().all(|text| text.parse::<f64>().is_err());
    let known = below.iter().filter(|text| is_header(text, columns)).count();
    // A title over the whole table is one group and nothing else; its lower row is the header alone.
    let is_title = count(above) <= 1;
    group > 0
        && under_gap > 0
        && under_single <= single
        && all_text
        && known > 0
        && !is_title
        && !is_form
}

fn joined(first: usize, last: usize, above: &[String], below: &[String]) -> Header {
    let width = above.len().max(below.len());
    let mut group = String::new();
    let (mut names, mut leaves) = (Vec::new(), Vec::new());
    for at in 0..width {
        let up = above.get(at).map_or("", String::as_str);
        let down = below.get(at).map_or("", String::as_str);
        if !up.is_empty() {
            up.clone_into(&mut group);
        }
        leaves.push(if down.is_empty() { up } else { down }.to_owned());
        names.push(match (up.is_empty(), down.is_empty()) {
            (_, false) if !group.is_empty() => format!("{group}/{down}"),
            (_, false) => down.to_owned(),
            (_, true) => up.to_owned(),
        });
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    for leaf in &leaves {
        *times.entry(leaf).or_default() += 1;
    }
    let names = names
        .into_iter()
        .zip(&leaves)
        .map(|(name, leaf)| {
            // The lower level says enough where it is unique, except where it is a word such as "number" or "time".
            if times.get(leaf.as_str()) == Some(&1) && normalised(leaf).chars().count() > 2 {
                leaf.clone()
            } else {
                name
            }
        })
        .collect();
    Header {
        first,
        last,
        names: unique(names),
        leaves,
    }
}

/// Names that stand twice get a number.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    names
        .into_iter()
        .map(|name| {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            if name.is_empty() {
                return name;
            }
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            if *times == 1 {
                name
            } else {
                format!("{name}#{times}")
            }
        })
        .collect()
}
