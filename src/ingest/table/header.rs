//! Which rows of a sheet are its header.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::Cells;
use super::place::is_place_header;
use crate::ingest::Said;
use crate::ingest::columns::{Columns, Target, is_known_header, normalised};
use crate::ingest::values::text_of;

/// The most levels that a header has.
const MOST_LEVELS: usize = 4;
/// So many rows below the header tell whether it is one.
const ROWS_BELOW: usize = 8;

/// The header: which of the rows looked at, and the name of each column.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Unique names; those of several levels are joined by a slash where the lowest alone is not unique.
    pub(super) names: Vec<String>,
    /// All that stands above each column, joined by slashes: it may say a datum or a unit.
    pub(super) paths: Vec<String>,
    /// The lowest level as it stands in the sheet.
    pub(super) leaves: Vec<String>,
    /// Its rows as they stand in the sheet, to recognise them again on the next printed page.
    pub(super) rows: Vec<Vec<String>>,
}

/// Why the first rows have no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// No row has words for columns.
    NoWords,
    /// The first full row is written as the rows below it are, in this column from 1.
    LikeData { row: u64, column: usize },
}

/// The header among the first rows.
pub(super) fn find(rows: &[Cells], columns: &Columns) -> Result<Header, NoHeader> {
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.values.iter().map(text_of).collect())
        .collect();
    let best = (0..texts.len())
        .filter_map(|first| {
            let block = Block::at(first, &texts, columns)?;
            let points = block.points(columns);
            Some((points, block))
        })
        // of several with the same columns the one that stands higher
        .max_by_key(|(points, block)| (*points, std::cmp::Reverse(block.first)));
    let filled = |at: usize| texts.get(at).map_or(0, |row| count(row));
    if let Some((points, block)) = best
        && (points >= 2 || points == 1 && filled(block.last) <= 2)
    {
        return Ok(block.header());
    }
    // One column of text that no table knows is a note, no table.
    let width = texts.iter().map(Vec::len).max().unwrap_or(0);
    let first = texts.iter().zip(rows).position(|(texts, row)| {
        let full = count(texts) * 5 >= width * 3 && count(texts) >= 2;
        full && row
            .values
            .iter()
            .all(|cell| matches!(cell, Json::String(_) | Json::Null) && !is_number(cell))
    });
    let at = first.ok_or(NoHeader::NoWords)?;
    if let Some(column) = like_data(at, &texts) {
        let row = rows.get(at).map_or(0, |row| row.number);
        return Err(NoHeader::LikeData {
            row,
            column: column + 1,
        });
    }
    let block = Block::at(at, &texts, columns).ok_or(NoHeader::NoWords)?;
    Ok(block.header())
}

/// The column in which a row is written as those below it: the same text, or digits at the same places.
fn like_data(at: usize, texts: &[Vec<String>]) -> Option<usize> {
    let row = texts.get(at)?;
    let below: Vec<&Vec<String>> = texts.iter().skip(at + 1).take(ROWS_BELOW).collect();
    let shape = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect()
    };
    row.iter().enumerate().position(|(column, text)| {
        let others = || below.iter().filter_map(|row| row.get(column));
        let same = others().filter(|other| *other == text).count();
        let alike = others().filter(|other| shape(other) == shape(text)).count();
        let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
        // the header itself may come again on the next printed page
        !text.is_empty() && (has_digits && alike >= 1 && alike * 2 >= below.len() || same >= 2)
    })
}

/// Rows that may be a header.
struct Block<'t> {
    first: usize,
    last: usize,
    rows: &'t [Vec<String>],
}

impl NoHeader {
    /// The sentence for whoever brought the file.
    pub(super) fn said(self) -> Said {
        match self {
            Self::NoWords => Said::new(
                "前几行没有可以识别的列名,请在记录上方写上列名,例如“编号”“名称”“经度”“纬度”",
                "none of the first rows has names of columns; write them above the records, such as code, name, lon, lat",
            ),
            Self::LikeData { row, column } => Said::new(
                format!("第{row}行像是数据,其第{column}列与下面各行写法相同,请在记录上方写上列名"),
                format!(
                    "row {row} looks like data, its column {column} is written as in the rows below; write the names of the columns above the records"
                ),
            ),
        }
    }
}

impl Header {
    /// Calls the columns without a header by their number, and says which they are.
    pub(super) fn name_unnamed(&mut self) -> Vec<usize> {
        let mut unnamed = Vec::new();
        for at in 0..self.names.len() {
            let name = format!("第{}列", at + 1);
            let is_free = !self.names.contains(&name);
            if let Some(there) = self
                .names
                .get_mut(at)
                .filter(|there| there.is_empty() && is_free)
            {
                *there = name;
                unnamed.push(at);
            }
        }
        unnamed
    }
}

impl<'t> Block<'t> {
    /// The header that begins with the row `first`, with all of its levels.
    fn at(first: usize, texts: &'t [Vec<String>], columns: &Columns) -> Option<Self> {
        let mut above = texts.get(first)?.clone();
        let mut last = first;
        while last + 1 < first + MOST_LEVELS
            && let Some(below) = texts.get(last + 1)
        {
            let both = laid_over(&above, below);
            if !is_next_level(&above, below, columns) {
                // "position" over "coordinates" over longitude and latitude: the middle level parts nothing
                let is_between = count(below) < count(&above)
                    && below
                        .iter()
                        .zip(&above)
                        .all(|(down, up)| down.is_empty() || !up.is_empty());
                let next = texts.get(last + 2);
                if !is_between || !next.is_some_and(|next| is_next_level(&both, next, columns)) {
                    break;
                }
            }
            above = both;
            last += 1;
        }
        Some(Self {
            first,
            last,
            rows: texts.get(first..=last)?,
        })
    }

    /// How many of its columns are known.
    fn points(&self, columns: &Columns) -> usize {
        let (_, names) = self.paths_and_names();
        names
            .iter()
            .filter(|name| is_header(name.rsplit('/').next().unwrap_or(name), columns))
            .count()
    }

    fn header(&self) -> Header {
        let (paths, names) = self.paths_and_names();
        Header {
            first: self.first,
            last: self.last,
            names: unique(names),
            leaves: paths.iter().map(|path| leaf_of(path)).collect(),
            paths: paths.iter().map(|path| path.join("/")).collect(),
            rows: self.rows.to_vec(),
        }
    }

    /// The levels above each column, and what the column is called.
    fn paths_and_names(&self) -> (Vec<Vec<String>>, Vec<String>) {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut open: Vec<String> = vec![String::new(); self.rows.len()];
        let mut paths = Vec::with_capacity(width);
        for at in 0..width {
            let cell = |level: usize| {
                let row = self.rows.get(level).and_then(|row| row.get(at));
                row.map_or("", String::as_str)
            };
            // A new cell ends the groups below the one to its left; a cell under a group belongs to it.
            let begins = (0..open.len()).find(|level| !cell(*level).is_empty());
            let deepest = (0..open.len()).rev().find(|level| !cell(*level).is_empty());
            let Some((begins, deepest)) = begins.zip(deepest) else {
                open.iter_mut().for_each(String::clear);
                paths.push(Vec::new());
                continue;
            };
            for (level, group) in open.iter_mut().enumerate().skip(begins) {
                cell(level).clone_into(group);
            }
            let path = open.iter().take(deepest + 1);
            paths.push(path.filter(|text| !text.is_empty()).cloned().collect());
        }
        let mut times: HashMap<String, usize> = HashMap::new();
        for path in &paths {
            *times.entry(leaf_of(path)).or_default() += 1;
        }
        let names = paths
            .iter()
            .map(|path: &Vec<String>| {
                let leaf = leaf_of(path);
                // The lowest level says enough where it is unique, except where it is a word such as "number" or "time".
                let is_enough =
                    times.get(&leaf) == Some(&1) && normalised(&leaf).chars().count() > 2;
                match path.as_slice() {
                    _ if is_enough => leaf,
                    [.., upper, lower] => format!("{upper}/{lower}"),
                    _ => leaf,
                }
            })
            .collect();
        (paths, names)
    }
}

/// The lowest text of each column.
fn laid_over(above: &[String], below: &[String]) -> Vec<String> {
    let width = above.len().max(below.len());
    let text = |row: &[String], at: usize| row.get(at).filter(|text| !text.is_empty()).cloned();
    (0..width)
        .map(|at| {
            text(below, at)
                .or_else(|| text(above, at))
                .unwrap_or_default()
        })
        .collect()
}

fn leaf_of(path: &[String]) -> String {
    path.last().cloned().unwrap_or_default()
}

fn is_header(text: &str, columns: &Columns) -> bool {
    !text.is_empty()
        && text.chars().count() <= 30
        && (columns.role(text).target != Target::Nothing
            || columns.place_of(text).is_some()
            || is_known_header(text)
            || is_place_header(text))
}

fn is_number(cell: &Json) -> bool {
    matches!(cell, Json::String(text) if text.trim().parse::<f64>().is_ok())
}

fn count(row: &[String]) -> usize {
    row.iter().filter(|text| !text.is_empty()).count()
}

/// Whether `below` holds the next level of the header `above`: groups above stand over several cells below, and
/// columns without groups are merged over both rows, so that nothing stands below them.
fn is_next_level(above: &[String], below: &[String], columns: &Columns) -> bool {
    let cell = |row: &[String], at: usize| row.get(at).is_some_and(|text| !text.is_empty());
    let width = above.len().max(below.len());
    let (mut under_gap, mut under_single, mut single, mut group) = (0, 0, 0, 0);
    for at in 0..width {
        let (up, down) = (cell(above, at), cell(below, at));
        let end = (at + 1..width)
            .find(|next| cell(above, *next))
            .unwrap_or(width);
        let is_group = || (at + 1..end).any(|within| cell(below, within));
        match (up, down) {
            (false, true) => under_gap += 1,
            (true, _) if is_group() => group += 1,
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
