//! Rows of cells to rows with named columns: where the header is, what is no record, where the coordinates are.
//!
//! Ledgers have title rows above, headers on two levels, totals between and signatures below. What is skipped is said
//! with its row number, never with its content: footers carry names.

pub(super) mod delimited;
mod header;
mod layout;
mod new_workbook;
mod old_workbook;
mod open_document;
mod place;
pub(super) mod text_table;
mod wkt_cell;
pub(super) mod workbook;
mod xml_part;

use serde_json::{Map, Value as Json};

use crate::ingest::columns::Columns;
use crate::ingest::row::{Decision, Event, Given, Row, Sink, Verdict};
use crate::ingest::values::text_of;
use crate::ingest::{At, IngestError, Options, Said};
use header::Header;
use place::Places;

/// How many rows are looked at to find the header.
const LOOK: usize = 30;
/// The widest row that is read, cells.
const WIDEST: usize = 4096;

/// One row of cells, as the source has it.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// The number of the row in the file or sheet, from 1.
    pub(super) number: u64,
    pub(super) values: Vec<Json>,
    /// Values of cells that are merged over several rows, by column: they hold for this row too, if it is a record.
    pub(super) fill: Vec<(usize, Json)>,
}

/// A table that is read row by row.
pub(super) struct Table<'a> {
    part: u16,
    columns: &'a Columns,
    waiting: Vec<Cells>,
    header: Option<(Header, Places)>,
    /// The number of the next record of the whole file.
    next_record: &'a mut u64,
    records: u64,
    skipped: Skipped,
}

/// Rows that are no records, by their numbers.
#[derive(Debug, Default)]
struct Skipped {
    above: Vec<u64>,
    totals: Vec<u64>,
    footers: Vec<u64>,
    repeated: Vec<u64>,
}

/// The columns of a table as the layer takes them; what the header is told from.
pub(super) fn columns(options: &Options) -> Result<Columns, IngestError> {
    Columns::new(options.layer.schema(), options)
}

impl<'a> Table<'a> {
    pub(super) fn new(part: u16, columns: &'a Columns, next_record: &'a mut u64) -> Self {
        Self {
            part,
            columns,
            waiting: Vec::new(),
            header: None,
            next_record,
            records: 0,
            skipped: Skipped::default(),
        }
    }

    /// Takes the next row.
    pub(super) fn push(&mut self, mut row: Cells, sink: Sink<'_>) -> Verdict {
        row.values.truncate(WIDEST);
        if self.header.is_some() {
            return self.record(row, sink);
        }
        self.waiting.push(row);
        if self.waiting.len() >= LOOK {
            self.settle(sink)?;
        }
        Verdict::Continue(())
    }

    /// Ends the table; says how many records it had, `None` where no row is a header.
    pub(super) fn finish(mut self, sink: Sink<'_>) -> Result<Option<u64>, IngestError> {
        if self.header.is_none()
            && let Verdict::Break(Some(error)) = self.settle(sink)
        {
            return Err(error);
        }
        if self.header.is_none() {
            return Ok(None);
        }
        if let Some(event) = self.skipped.decision()
            && let Verdict::Break(Some(error)) = sink(event)
        {
            return Err(error);
        }
        Ok(Some(self.records))
    }

    /// Finds the header among the rows that wait, and lets the rest pass.
    fn settle(&mut self, sink: Sink<'_>) -> Verdict {
        let rows = std::mem::take(&mut self.waiting);
        let Some(header) = header::find(&rows, self.columns) else {
            return Verdict::Continue(());
        };
        self.skipped.above = rows
            .iter()
            .take(header.first)
            .filter(|row| row.values.iter().any(|cell| !text_of(cell).is_empty()))
            .map(|row| row.number)
            .collect();
        let (places, events) = Places::of(&header.names, self.columns);
        let number = |at: usize| rows.get(at).map_or(0, |row| row.number);
        let (first, last) = (number(header.first), number(header.last));
        let (zh, en) = if first == last {
            (format!("第{first}行"), format!("row {first}"))
        } else {
            (
                format!("第{first}至{last}行(两级)"),
                format!("rows {first} to {last} (two levels)"),
            )
        };
        sink(Event::decision(
            "header",
            format!("表头:{zh}。"),
            format!("Header: {en}."),
        ))?;
        for event in events {
            sink(event)?;
        }
        let begin = header.last + 1;
        self.header = Some((header, places));
        for row in rows.into_iter().skip(begin) {
            self.record(row, sink)?;
        }
        Verdict::Continue(())
    }

    fn record(&mut self, row: Cells, sink: Sink<'_>) -> Verdict {
        let Some((header, places)) = &self.header else {
            return Verdict::Continue(());
        };
        let number = row.number;
        let texts: Vec<String> = row.values.iter().map(text_of).collect();
        let filled = texts.iter().filter(|text| !text.is_empty()).count();
        if filled == 0 {
            return Verdict::Continue(());
        }
        match kind_of(&texts, filled, header) {
            Kind::Total => self.skipped.totals.push(number),
            Kind::Footer => self.skipped.footers.push(number),
            Kind::Header => self.skipped.repeated.push(number),
            Kind::Record => {
                let mut values = row.values;
                for (column, value) in row.fill {
                    if let Some(cell) = values.get_mut(column) {
                        *cell = value;
                    } else if column < header.names.len() {
                        values.resize(column, Json::Null);
                        values.push(value);
                    }
                }
                *self.next_record += 1;
                self.records += 1;
                let at = At {
                    part: self.part,
                    line: number,
                    feature: *self.next_record,
                };
                let shape = places.shape(&values);
                let cells = named(&header.names, values, places);
                return sink(row_event(at, cells, shape));
            }
        }
        Verdict::Continue(())
    }
}

fn row_event(at: At, cells: Map<String, Json>, shape: Given) -> Event {
    Event::Row(Row {
        at,
        id: Json::Null,
        cells,
        shape,
    })
}

fn named(names: &[String], values: Vec<Json>, places: &Places) -> Map<String, Json> {
    names
        .iter()
        .zip(values)
        .enumerate()
        .filter(|(column, (name, _))| !name.is_empty() && !places.uses(*column))
        .map(|(_, (name, value))| (name.clone(), blank_to_null(value)))
        .collect()
}

/// Empty text is no value; pictures in cells are none that can be read.
fn blank_to_null(value: Json) -> Json {
    match &value {
        Json::String(text) if text.trim().is_empty() || text.contains("DISPIMG(") => Json::Null,
        _ => value,
    }
}

/// What a row below the header is.
enum Kind {
    Record,
    Total,
    Footer,
    Header,
}

const TOTALS: &[&str] = &[
    "合计", "小计", "总计", "共计", "累计", "總計", "小計", "合計",
];
const FOOTERS: &[&str] = &[
    "制表",
    "制表人",
    "填表",
    "填表人",
    "填报人",
    "填报单位",
    "填报日期",
    "填报时间",
    "审核",
    "审核人",
    "审批",
    "负责人签字",
    "单位负责人",
    "签字",
    "签章",
    "盖章",
    "备注:",
    "注:",
    "说明:",
    "填表说明",
    "联系人",
    "联系电话",
];

fn kind_of(texts: &[String], filled: usize, header: &Header) -> Kind {
    let plain = |text: &String| -> String {
        let kept = text.chars().filter(|c| !c.is_whitespace());
        kept.map(|c| if c == '：' { ':' } else { c }).collect()
    };
    let mut lead = texts.iter().filter(|text| !text.is_empty()).map(plain);
    let first = lead.next().unwrap_or_default();
    let second = lead.next().unwrap_or_default();
    let is_total = |text: &str| {
        let text = text.trim_end_matches(':');
        TOTALS.iter().any(|word| {
            text == *word
                || text
                    .strip_prefix(word)
                    .is_some_and(|rest| rest.starts_with(['(', '（', ':']))
        })
    };
    if is_total(&first) || is_total(&second) {
        return Kind::Total;
    }
    // A signature line has a few cells, each a word with a colon, or a word and then a name.
    let is_footer = FOOTERS.iter().any(|word| match first.strip_prefix(word) {
        Some("") => filled <= 2,
        Some(rest) => word.ends_with(':') || rest.starts_with(':'),
        None => false,
    });
    if is_footer && filled <= (header.names.len() / 2).max(2) {
        return Kind::Footer;
    }
    let same = texts
        .iter()
        .zip(&header.leaves)
        .filter(|(text, leaf)| !text.is_empty() && *text == *leaf)
        .count();
    if same >= 2 && same == filled {
        return Kind::Header;
    }
    Kind::Record
}

impl Skipped {
    fn decision(&self) -> Option<Event> {
        let kinds = [
            ("标题", "titles", &self.above),
            ("合计", "totals", &self.totals),
            ("落款", "footers", &self.footers),
            ("重复表头", "repeated headers", &self.repeated),
        ];
        let said: Vec<(String, String)> = kinds
            .iter()
            .filter(|(_, _, rows)| !rows.is_empty())
            .map(|(zh, en, rows)| {
                (
                    format!("{zh}{}", listed(rows)),
                    format!("{en} {}", listed(rows)),
                )
            })
            .collect();
        if said.is_empty() {
            return None;
        }
        let (zh, en): (Vec<_>, Vec<_>) = said.into_iter().unzip();
        Some(Event::Decision(Decision {
            about: "rows",
            part: None,
            said: Said::new(
                format!("不是记录的行:{}。", zh.join(";")),
                format!("Rows that are no records: {}.", en.join("; ")),
            ),
        }))
    }
}

/// The first few numbers, and how many more.
fn listed(rows: &[u64]) -> String {
    let shown: Vec<String> = rows.iter().take(12).map(u64::to_string).collect();
    let more = rows.len().saturating_sub(shown.len());
    let tail = if more > 0 {
        format!(" +{more}")
    } else {
        String::new()
    };
    format!("{}{tail}", shown.join(","))
}
