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
mod raw;
mod row_kind;
mod row_words;
mod skipped;
pub(super) mod text_table;
mod wkt_cell;
pub(super) mod workbook;
mod xml_part;

use serde_json::{Map, Value as Json};

use crate::domain::LayerId;
use crate::ingest::columns::{Columns, Target};
use crate::ingest::row::{Event, Given, Row, Sink, Verdict};
use crate::ingest::values::text_of;
use crate::ingest::{At, IngestError, Options, Reason, Said};
use header::{Header, NoHeader};
use place::Places;
use row_kind::{About, Keys, Kind, kind_of};
use skipped::{Skipped, listed};

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
    head: Option<Head>,
    /// Why no header was found.
    no_header: NoHeader,
    /// The number of the next record of the whole file.
    next_record: &'a mut u64,
    records: u64,
    skipped: Skipped,
    /// Whether the last row was a total or a footer.
    after_end: bool,
    /// Whether a row with more cells than the header is refused: in text, a mark too many has moved them all.
    is_strict: bool,
}

/// The header of a table, with what it says of the columns.
#[derive(Debug)]
struct Head {
    header: Header,
    places: Places,
    /// Columns without a header, which are called by their number.
    unnamed: Vec<usize>,
    /// How many cells a row may have.
    width: usize,
    codes: Vec<usize>,
    names: Vec<usize>,
    /// The rows above.
    titles: Vec<Vec<String>>,
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
            head: None,
            no_header: NoHeader::NoWords,
            next_record,
            records: 0,
            skipped: Skipped::default(),
            after_end: false,
            is_strict: false,
        }
    }

    /// Refuses rows with more cells than the header has from now on.
    pub(super) fn refusing_surplus(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Takes the next row.
    pub(super) fn push(&mut self, mut row: Cells, sink: Sink<'_>) -> Verdict {
        row.values.truncate(WIDEST);
        if self.head.is_some() {
            return self.record(row, sink);
        }
        self.waiting.push(row);
        if self.waiting.len() >= LOOK {
            self.settle(sink)?;
        }
        Verdict::Continue(())
    }

    /// Ends the table; says how many records it had, or why no row is a header.
    pub(super) fn finish(mut self, sink: Sink<'_>) -> Result<Result<u64, Said>, IngestError> {
        if self.head.is_none()
            && let Verdict::Break(Some(error)) = self.settle(sink)
        {
            return Err(error);
        }
        if self.head.is_none() {
            return Ok(Err(self.no_header.said()));
        }
        for event in self.skipped.decisions() {
            if let Verdict::Break(Some(error)) = sink(event) {
                return Err(error);
            }
        }
        Ok(Ok(self.records))
    }

    /// Finds the header among the rows that wait, and lets the rest pass.
    fn settle(&mut self, sink: Sink<'_>) -> Verdict {
        let rows = std::mem::take(&mut self.waiting);
        let mut header = match header::find(&rows, self.columns) {
            Ok(header) => header,
            Err(why) => {
                self.no_header = why;
                return Verdict::Continue(());
            }
        };
        let above = || {
            let rows = rows.iter().take(header.first);
            rows.map(|row| (row.number, row.values.iter().map(text_of).collect()))
                .filter(|(_, row): &(u64, Vec<String>)| row.iter().any(|text| !text.is_empty()))
        };
        self.skipped.above = above().map(|(number, _)| number).collect();
        let titles: Vec<Vec<String>> = above().map(|(_, row)| row).collect();
        let (places, events) = Places::of(&header, &titles, self.columns);
        let number = |at: usize| rows.get(at).map_or(0, |row| row.number);
        let (first, last) = (number(header.first), number(header.last));
        let levels = header.rows.len();
        let (zh, en) = if first == last {
            (format!("第{first}行"), format!("row {first}"))
        } else {
            let (zh, en) = match levels {
                2 => ("两", "two"),
                3 => ("三", "three"),
                _ => ("四", "four"),
            };
            (
                format!("第{first}至{last}行({zh}级)"),
                format!("rows {first} to {last} ({en} levels)"),
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
        let unnamed = header.name_unnamed();
        let width = width(&rows, &header);
        let of = |target: Target| -> Vec<usize> {
            let names = header.names.iter().enumerate();
            names
                .filter(|(at, name)| {
                    !unnamed.contains(at) && self.columns.role(name).target == target
                })
                .map(|(at, _)| at)
                .collect()
        };
        self.head = Some(Head {
            codes: of(Target::Code),
            names: of(Target::Name),
            unnamed,
            width,
            places,
            titles,
            header,
        });
        for row in rows.into_iter().skip(begin) {
            self.record(row, sink)?;
        }
        Verdict::Continue(())
    }

    fn record(&mut self, row: Cells, sink: Sink<'_>) -> Verdict {
        let Some(head) = &self.head else {
            return Verdict::Continue(());
        };
        let number = row.number;
        let texts: Vec<String> = row.values.iter().map(text_of).collect();
        if texts.iter().all(String::is_empty) {
            return Verdict::Continue(());
        }
        let about = About {
            header: &head.header,
            titles: &head.titles,
            keys: Keys {
                codes: &head.codes,
                names: &head.names,
            },
            has_fill: !row.fill.is_empty(),
            after_end: self.after_end,
            lists_roles: self.columns.layer() == LayerId::POSTS,
        };
        let kind = kind_of(&texts, about);
        self.after_end = matches!(kind, Kind::Total | Kind::Footer);
        if kind != Kind::Record {
            self.skipped.note(kind, number);
            return Verdict::Continue(());
        }
        let mut values = row.values;
        for (column, value) in row.fill {
            if let Some(cell) = values.get_mut(column) {
                *cell = value;
            } else if column < head.header.names.len() {
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
        let mut surplus = texts.iter().skip(head.width);
        if self.is_strict && surplus.any(|text| !text.is_empty()) {
            return sink(surplus_event(at, head.width, texts.len()));
        }
        let shape = head.places.shape(&values);
        for column in &head.unnamed {
            if values
                .get(*column)
                .is_some_and(|value| !text_of(value).is_empty())
            {
                self.skipped.note_unnamed(*column);
            }
        }
        let cells = named(head, values);
        sink(row_event(at, cells, shape))
    }
}

/// How many cells a row may have: as many as the header, and more where most rows do, in columns without a header.
fn width(rows: &[Cells], header: &Header) -> usize {
    let own = rows.iter().take(header.last + 1).skip(header.first);
    let own = own.map(|row| row.values.len()).max().unwrap_or(0);
    let is_wider = |row: &&Cells| {
        let mut surplus = row.values.iter().skip(own);
        surplus.any(|cell| !text_of(cell).is_empty())
    };
    let records = rows.get(header.last + 1..).unwrap_or_default();
    let wider = records.iter().filter(is_wider).count();
    if wider * 2 > records.len() {
        header.names.len()
    } else {
        own
    }
}

fn surplus_event(at: At, wanted: usize, given: usize) -> Event {
    Event::Broken {
        at,
        reason: Reason::SurplusCells,
        why: Said::new(
            format!(
                "表头有{wanted}列,该行有{given}个单元格;内容中的分隔符请用引号括起,例如 \"小寨东路2号,东门\""
            ),
            format!(
                "the header has {wanted} columns and the row {given} cells: put quotation marks around a cell that holds the delimiter"
            ),
        ),
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

fn named(head: &Head, values: Vec<Json>) -> Map<String, Json> {
    head.header
        .names
        .iter()
        .zip(values)
        .enumerate()
        .filter(|(column, (name, _))| !name.is_empty() && !head.places.uses(*column))
        .map(|(column, (name, value))| (column, name, blank_to_null(value)))
        .filter(|(column, _, value)| !value.is_null() || !head.unnamed.contains(column))
        .map(|(_, name, value)| (name.clone(), value))
        .collect()
}

/// Empty text is no value; pictures in cells are none that can be read.
fn blank_to_null(value: Json) -> Json {
    match &value {
        Json::String(text) if text.trim().is_empty() || text.contains("DISPIMG(") => Json::Null,
        _ => value,
    }
}
