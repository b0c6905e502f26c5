//! Workbooks of Excel, WPS and LibreOffice: every sheet, merged cells filled down.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{BufReader, Cursor, Read, Seek};
use std::iter::Peekable;
use std::vec::IntoIter;

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Ods, Reader, SheetType, SheetVisible, Xls, Xlsx,
};
use serde_json::{Number, Value as Json};

use super::layout::{self, Layout};
use super::{Cells, Table, WIDEST, columns, listed};
use super::{new_workbook, old_workbook, open_document};
use crate::ingest::columns::Columns;
use crate::ingest::row::{Event, Sink, Verdict, tell};
use crate::ingest::source::{AnyPlace, Source};
use crate::ingest::{IngestError, Options, Said};

/// Cells of one sheet that are kept at once; a subdistrict's 30,000 households with 30 columns are 900,000.
const MOST_CELLS: usize = 20_000_000;
/// The longest workbook, bytes on disk.
const LONGEST: u64 = 512 << 20;
/// A workbook in the new format has no more columns and rows.
const FARTHEST: (u32, u32) = (1 << 20, 1 << 14);

/// The kinds of workbook.
#[derive(Debug, Clone, Copy)]
pub(in crate::ingest) enum Kind {
    Xlsx,
    Xls,
    Ods,
}

/// A workbook of any kind.
enum Book<R: Read + Seek> {
    Xlsx(Box<Xlsx<R>>),
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    Ods(Box<Ods<R>>),
}

/// One sheet: rows of cells by their numbers, and the cells that are merged over several rows.
struct Sheet {
    rows: Vec<(u32, Vec<(u32, Json)>)>,
    merged: Vec<Dimensions>,
}

/// Hands the records of every sheet that can be seen to `sink`.
pub(in crate::ingest) fn rows(
    source: &Source,
    kind: Kind,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    if source.bytes > LONGEST {
        return Err(IngestError::TooLarge {
            what: "the workbook".to_owned(),
            limit: LONGEST,
        });
    }
    let mut file: Box<dyn AnyPlace> =
        Box::new(BufReader::with_capacity(1 << 16, source.counting()?));
    match kind {
        Kind::Xlsx => {
            let wrong = new_workbook::look(BufReader::new(source.uncounted()?))?;
            if !wrong.is_empty() {
                let mended = new_workbook::mended(BufReader::new(file), &wrong)?;
                file = Box::new(Cursor::new(mended));
            }
        }
        Kind::Ods => open_document::look(BufReader::new(source.uncounted()?))?,
        // As it is opened: its container is written anew.
        Kind::Xls => {}
    }
    let mut book = Book::open(file, kind)?;
    let sheets = book.sheets();
    let wanted = |name: &str| options.part.as_deref().is_none_or(|part| part == name);
    if !sheets.iter().any(|(name, _)| wanted(name)) {
        return Err(IngestError::NoSuchPart {
            given: options.part.clone().unwrap_or_default(),
            parts: sheets.into_iter().map(|(name, _)| name).collect(),
        });
    }
    let columns = columns(options)?;
    let (mut next_record, mut part, mut read) = (0, 0_u16, 0_u64);
    for (name, is_hidden) in sheets {
        if !wanted(&name) {
            continue;
        }
        if is_hidden && options.part.is_none() {
            tell!(
                sink,
                Event::decision(
                    "rows",
                    format!("工作表“{name}”是隐藏的,未读取;需要时用 --part 指定。"),
                    format!(
                        "The sheet {name:?} is hidden and was not read; name it with --part to read it."
                    )
                )
            );
            continue;
        }
        part = part.saturating_add(1);
        tell!(sink, Event::Part(name.clone()));
        let layout = layout::of(BufReader::new(source.uncounted()?), kind, &name);
        if let Some(event) = unsolved(&layout) {
            tell!(sink, event);
        }
        let Layout { hidden, merged, .. } = layout;
        let mut sheet = book.sheet(&name)?;
        sheet.merged.extend(merged);
        if !hidden.is_empty() {
            let rows = listed(&hidden);
            tell!(
                sink,
                Event::decision(
                    "rows",
                    format!("隐藏行:{rows},仍作为记录读取。"),
                    format!("Hidden rows {rows} were read as well.")
                )
            );
        }
        match one(&sheet, part, &columns, &mut next_record, sink)? {
            Ended::Stopped => return Ok(()),
            Ended::Records(records) => {
                read += records;
                tell!(
                    sink,
                    Event::decision(
                        "rows",
                        format!("{records}条记录。"),
                        format!("{records} records.")
                    )
                );
            }
            Ended::NoHeader(why) => tell!(
                sink,
                Event::decision(
                    "header",
                    format!("没有表头,未读取。{}。", why.zh),
                    format!("No row is a header; the sheet was not read: {}.", why.en)
                )
            ),
        }
    }
    if read == 0 {
        return Err(IngestError::NoHeader(Said::new(
            "没有一个工作表含有带表头的记录",
            "no sheet has records under a header",
        )));
    }
    Ok(())
}

/// What is said of formulas whose result was never saved: programs that write workbooks do not reckon.
fn unsolved(layout: &Layout) -> Option<Event> {
    let (count, first) = (layout.unsolved, &layout.first_unsolved);
    let is_more = count > u64::try_from(first.len()).unwrap_or(count);
    let more = if is_more { " …" } else { "" };
    (count > 0).then(|| {
        Event::decision(
            "rows",
            format!(
                "{count}个公式没有保存计算结果,按空值读取:{}{more};请用表格软件打开文件并保存一次,再导入。",
                first.join("、")
            ),
            format!(
                "{count} formulas have no saved result and were read as blank: {}{more}; open the file in a spreadsheet program, save it, and import it again.",
                first.join(", ")
            ),
        )
    })
}

/// How a sheet ended.
enum Ended {
    Records(u64),
    NoHeader(Said),
    Stopped,
}

fn one(
    sheet: &Sheet,
    part: u16,
    columns: &Columns,
    next_record: &mut u64,
    sink: Sink<'_>,
) -> Result<Ended, IngestError> {
    let mut fills = sheet.fills();
    let mut table = Table::new(part, columns, next_record);
    for (row, cells) in &sheet.rows {
        let width = cells.iter().map(|(column, _)| index(*column) + 1);
        let width = width.max().unwrap_or(0).min(WIDEST);
        let mut values = vec![Json::Null; width];
        for (column, value) in cells {
            if let Some(cell) = values.get_mut(index(*column)) {
                *cell = value.clone();
            }
        }
        let cells = Cells {
            number: u64::from(*row) + 1,
            values,
            fill: fills.of(*row),
        };
        match table.push(cells, sink) {
            Verdict::Continue(()) => {}
            Verdict::Break(None) => return Ok(Ended::Stopped),
            Verdict::Break(Some(error)) => return Err(error),
        }
    }
    Ok(match table.finish(sink)? {
        Ok(records) => Ended::Records(records),
        Err(why) => Ended::NoHeader(why),
    })
}

fn index(column: u32) -> usize {
    usize::try_from(column).unwrap_or(usize::MAX - 1)
}

impl Sheet {
    fn fills(&self) -> Fills<'_> {
        let mut waiting = Vec::new();
        for merged in &self.merged {
            let ((top, left), (bottom, _)) = (merged.start, merged.end);
            let row = self.rows.binary_search_by_key(&top, |(row, _)| *row);
            let cells = row.ok().and_then(|at| self.rows.get(at));
            let value = cells.and_then(|(_, cells)| {
                let mut cells = cells.iter();
                cells.find_map(|(column, value)| (*column == left).then_some(value))
            });
            if bottom > top
                && index(left) < WIDEST
                && let Some(value) = value.filter(|value| !value.is_null())
            {
                waiting.push((top, index(left), bottom, value));
            }
        }
        waiting.sort_by_key(|(top, ..)| *top);
        Fills {
            waiting: waiting.into_iter().peekable(),
            open: BTreeMap::new(),
        }
    }
}

/// The merged cells on the way down a sheet: the value of each stands for the rows below the one that it began in.
struct Fills<'a> {
    /// Row, column, last row and value of those that are further down.
    waiting: Peekable<IntoIter<(u32, usize, u32, &'a Json)>>,
    /// The last row and the value by column; of those that overlap the later one stands.
    open: BTreeMap<usize, (u32, &'a Json)>,
}

impl Fills<'_> {
    /// What stands in `row` from above; rows are asked for in their order.
    fn of(&mut self, row: u32) -> Vec<(usize, Json)> {
        while let Some((_, column, last, value)) = self.waiting.next_if(|(top, ..)| *top < row) {
            self.open.insert(column, (last, value));
        }
        self.open.retain(|_, (last, _)| *last >= row);
        let open = self.open.iter();
        open.map(|(column, (_, value))| (*column, (*value).clone()))
            .collect()
    }
}

impl<R: Read + Seek> Book<R> {
    fn open(reader: R, kind: Kind) -> Result<Self, IngestError> {
        Ok(match kind {
            Kind::Xlsx => Self::Xlsx(Box::new(Xlsx::new(reader).map_err(damaged)?)),
            Kind::Xls => {
                let sound = old_workbook::sound(reader, LONGEST)?;
                Self::Xls(Box::new(Xls::new(sound).map_err(damaged)?))
            }
            Kind::Ods => Self::Ods(Box::new(Ods::new(reader).map_err(damaged)?)),
        })
    }

    /// The names of the sheets of cells, and whether each is hidden.
    fn sheets(&self) -> Vec<(String, bool)> {
        let all = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        all.iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
            .collect()
    }

    fn sheet(&mut self, name: &str) -> Result<Sheet, IngestError> {
        match self {
            Self::Xlsx(book) => streamed(book, name),
            Self::Xls(book) => {
                let merged = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
                let range = book.worksheet_range(name).map_err(damaged)?;
                Ok(Sheet {
                    rows: dense(&range),
                    merged,
                })
            }
            Self::Ods(book) => {
                let range = book.worksheet_range(name).map_err(damaged)?;
                Ok(Sheet {
                    rows: dense(&range),
                    merged: Vec::new(),
                })
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err as it is")]
fn damaged(error: impl ToString) -> IngestError {
    let said = error.to_string();
    let why = if said.to_lowercase().contains("password") || said.contains("encrypted") {
        "it is protected by a password: take the password off and save it again".to_owned()
    } else {
        said
    };
    IngestError::damaged("workbook", "its structure", why)
}

/// Cell by cell: a sheet that claims a million columns costs nothing until it has them.
fn streamed<R: Read + Seek>(book: &mut Xlsx<R>, name: &str) -> Result<Sheet, IngestError> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let mut rows: Vec<(u32, Vec<(u32, Json)>)> = Vec::new();
    let mut cells = 0;
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let value = match cell.get_value() {
            DataRef::SharedString(text) => Json::String((*text).to_owned()),
            other => value(&Data::from(other.clone())),
        };
        if value.is_null() {
            continue;
        }
        cells += 1;
        if cells > MOST_CELLS {
            return Err(too_many(name));
        }
        let (row, column) = cell.get_position();
        if row >= FARTHEST.0 || column >= FARTHEST.1 {
            let why = format!("a cell in row {row}, column {column}, beyond what the format has");
            return Err(damaged(why));
        }
        match rows.last_mut() {
            Some((last, in_row)) if *last == row => in_row.push((column, value)),
            _ => rows.push((row, vec![(column, value)])),
        }
    }
    // Writers may leave the order; rows that come twice are one.
    rows.sort_by_key(|(row, _)| *row);
    rows.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1.append(&mut later.1);
        }
        same
    });
    Ok(Sheet { rows, merged })
}

fn too_many(name: &str) -> IngestError {
    IngestError::TooLarge {
        what: format!("the sheet {name:?}"),
        limit: u64::try_from(MOST_CELLS).unwrap_or(u64::MAX),
    }
}

fn dense(range: &calamine::Range<Data>) -> Vec<(u32, Vec<(u32, Json)>)> {
    let (top, left) = range.start().unwrap_or_default();
    (top..)
        .zip(range.rows())
        .map(|(row, cells)| {
            let cells = (left..)
                .zip(cells.iter().map(value))
                .filter(|(_, value)| !value.is_null());
            (row, cells.collect::<Vec<_>>())
        })
        .filter(|(_, cells)| !cells.is_empty())
        .collect()
}

/// The value of a cell; a date is text in ISO form, an error is none.
fn value(data: &Data) -> Json {
    match data {
        Data::Int(whole) => Json::Number((*whole).into()),
        Data::Float(float) => Number::from_f64(*float).map_or(Json::Null, Json::Number),
        Data::String(text) if text.trim().is_empty() => Json::Null,
        Data::Bool(yes) => Json::Bool(*yes),
        Data::DateTime(at) => moment(*at),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Json::String(text.clone())
        }
        Data::Error(_) | Data::Empty => Json::Null,
    }
}

fn moment(at: ExcelDateTime) -> Json {
    if at.is_duration() {
        return Number::from_f64(at.as_f64()).map_or(Json::Null, Json::Number);
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) != (0, 0, 0) {
        let _infallible = write!(text, "T{hour:02}:{minute:02}:{second:02}");
    }
    Json::String(text)
}
