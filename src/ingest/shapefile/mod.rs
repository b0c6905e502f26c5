//! Shapefiles, loose and zipped: shapes and attributes side by side, the encoding by .cpg, language byte or content,
//! the reference system by the parameters of the .prj.

mod cell;
mod dbf;
mod memo;
mod rings;
mod shp;
mod table;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::geometry::crs::prj;
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::source::Stream;
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Options, Said};
use shp::Shapes;
use table::Table;

pub(super) use memo::Memo;

/// The longest .prj or .cpg that is read, bytes.
const LONGEST_TEXT: u64 = 1 << 16;

/// The files of one shapefile.
#[derive(Default)]
pub(super) struct Files<'a> {
    pub(super) shp: Option<Stream<'a>>,
    pub(super) dbf: Option<Stream<'a>>,
    pub(super) memo: Option<Memo<'a>>,
    pub(super) prj: Option<String>,
    pub(super) cpg: Option<String>,
}

impl<'a> Files<'a> {
    /// The files beside `path` that have its name, in any case; `shp` is the opened main file.
    pub(super) fn beside(path: &Path, shp: Option<Stream<'a>>) -> Result<Self, IngestError> {
        let open = |end: &str| {
            let found = beside(path, end)
                .map(|path| File::open(&path).map_err(|cause| IngestError::Open { path, cause }));
            found.transpose()
        };
        let text = |end: &str| open(end)?.map(text_of).transpose();
        let buffered = |file| BufReader::with_capacity(1 << 16, file);
        let mut memo = None;
        for (end, is_foxpro) in [("dbt", false), ("fpt", true)] {
            if memo.is_none()
                && let Some(file) = open(end)?
            {
                memo = Some(Memo::open(Box::new(buffered(file)), is_foxpro)?);
            }
        }
        let dbf = open("dbf")?.map(|file| -> Stream<'a> { Box::new(buffered(file)) });
        Ok(Self {
            shp,
            dbf,
            memo,
            prj: text("prj")?,
            cpg: text("cpg")?,
        })
    }
}

/// The file beside `path` with its name and this end: in the same case, else in any.
fn beside(path: &Path, end: &str) -> Option<PathBuf> {
    let exact = path.with_extension(end);
    if exact.is_file() {
        return Some(exact);
    }
    let wanted = exact.file_name()?.to_string_lossy().to_lowercase();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.to_lowercase() == wanted && path.is_file()
        })
        .collect();
    // The one whose name is the same but for its end comes first.
    found.sort_by_key(|found| (found.file_stem() != path.file_stem(), found.clone()));
    found.into_iter().next()
}

/// The text of a small file beside the others; what is no UTF-8 is read as Latin, as its keywords are ASCII.
pub(super) fn text_of(reader: impl Read) -> Result<String, IngestError> {
    let mut bytes = Vec::new();
    reader
        .take(LONGEST_TEXT)
        .read_to_end(&mut bytes)
        .map_err(IngestError::read)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Hands the records of a shapefile, or of a table of dBase alone, to `sink`.
pub(super) fn features(
    files: Files<'_>,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let Files {
        shp,
        dbf,
        memo,
        prj,
        cpg,
    } = files;
    match prj
        .as_deref()
        .map(|text| text.trim_start_matches('\u{feff}').trim())
        .filter(|text| !text.is_empty())
    {
        Some(text) => tell!(sink, Event::Crs(named(text))),
        None if shp.is_some() => tell!(
            sink,
            Event::decision(
                "crs",
                "没有.prj,坐标系须由数值判断。",
                "There is no .prj; the coordinate system must be told by the numbers."
            )
        ),
        None => {}
    }
    let mut table = None;
    if let Some(stream) = dbf {
        let (opened, events) = Table::open(stream, memo, cpg.as_deref(), options)?;
        for event in events {
            tell!(sink, event);
        }
        table = Some(opened);
    } else {
        tell!(
            sink,
            Event::decision(
                "columns",
                "没有.dbf,只有图形而没有属性。",
                "There is no .dbf; the shapes have no attributes."
            )
        );
    }
    match (shp, table) {
        (Some(shp), table) => side_by_side(Shapes::open(shp)?, table, sink),
        (None, Some(table)) => attributes_alone(table, sink),
        (None, None) => Ok(()),
    }
}

fn side_by_side(
    mut shapes: Shapes<Stream<'_>>,
    mut table: Option<Table<'_>>,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let (mut deleted, mut without) = (0_u64, 0_u64);
    while let Some(shape) = shapes.next()? {
        let record = match &mut table {
            Some(table) => table.next()?,
            None => None,
        };
        if record.as_ref().is_some_and(dbf::RawRecord::is_deleted) {
            deleted += 1;
            continue;
        }
        let at = at(shapes.record);
        let (cells, events) = match (&mut table, &record) {
            (Some(table), Some(record)) => {
                if let Some(event) = table.decided() {
                    tell!(sink, event);
                }
                table.cells(at, record)
            }
            (Some(_), None) => {
                without += 1;
                (Map::new(), Vec::new())
            }
            (None, _) => (Map::new(), Vec::new()),
        };
        tell!(sink, row(at, cells, shape));
        for event in events {
            tell!(sink, event);
        }
    }
    if let Some(event) = shapes.said() {
        tell!(sink, event);
    }
    if deleted > 0 {
        tell!(
            sink,
            Event::decision(
                "rows",
                format!("{deleted}条记录在DBF中已标记删除,未读取。"),
                format!("{deleted} records are marked as deleted in the .dbf and were not read.")
            )
        );
    }
    if without > 0 {
        tell!(
            sink,
            Event::decision(
                "rows",
                format!("DBF比SHP少{without}条记录,这些图形没有属性。"),
                format!(
                    "The .dbf is {without} records shorter than the .shp; these shapes have no attributes."
                )
            )
        );
    }
    Ok(())
}

fn attributes_alone(mut table: Table<'_>, sink: Sink<'_>) -> Result<(), IngestError> {
    let mut number = 0;
    while let Some(record) = table.next()? {
        number += 1;
        if let Some(event) = table.decided() {
            tell!(sink, event);
        }
        if !record.is_deleted() {
            let at = at(number);
            let (cells, events) = table.cells(at, &record);
            tell!(sink, row(at, cells, Given::Nothing));
            for event in events {
                tell!(sink, event);
            }
        }
    }
    Ok(())
}

fn at(number: u64) -> At {
    At {
        part: 0,
        line: 0,
        feature: number,
    }
}

fn row(at: At, cells: Map<String, Json>, shape: Given) -> Event {
    Event::Row(Row {
        at,
        id: Json::Null,
        cells,
        shape,
    })
}

/// What a .prj says; used by every format that keeps such a text.
pub(super) fn named(text: &str) -> NamedCrs {
    NamedCrs {
        crs: prj::parse(text),
        name: shortened(prj::name(text)),
        whence: Said::new(".prj的参数", "the parameters of the .prj"),
        weak: false,
    }
}
