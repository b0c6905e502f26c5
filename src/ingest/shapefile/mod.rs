//! Shapefiles, loose and zipped: shapes and attributes side by side, the encoding by .cpg, language byte or content,
//! the reference system by the parameters of the .prj.

mod dbf;
mod shp;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::geometry::crs::prj;
use crate::ingest::encoding::{self, Choice};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::source::Stream;
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Options, Said};
use dbf::{Dbf, RawRecord};
use shp::Shapes;

/// How many records are looked at to tell the encoding.
const SAMPLE: usize = 2000;
/// The longest .prj or .cpg that is read, bytes.
const LONGEST_TEXT: u64 = 1 << 16;

/// The files of one shapefile.
pub(super) struct Files<'a> {
    pub(super) shp: Option<Stream<'a>>,
    pub(super) dbf: Option<Stream<'a>>,
    pub(super) prj: Option<String>,
    pub(super) cpg: Option<String>,
}

impl<'a> Files<'a> {
    /// The files beside `path` that have its name, in any case; `shp` is the opened main file.
    pub(super) fn beside(path: &Path, shp: Option<Stream<'a>>) -> Result<Self, IngestError> {
        let open = |end: &str| {
            [end.to_owned(), end.to_ascii_uppercase()]
                .iter()
                .map(|end| path.with_extension(end))
                .find(|path| path.is_file())
                .map(|path| File::open(&path).map_err(|cause| IngestError::Open { path, cause }))
                .transpose()
        };
        let text = |end: &str| open(end)?.map(text_of).transpose();
        let dbf = open("dbf")?
            .map(|file| -> Stream<'a> { Box::new(BufReader::with_capacity(1 << 16, file)) });
        Ok(Self {
            shp,
            dbf,
            prj: text("prj")?,
            cpg: text("cpg")?,
        })
    }
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

/// Attributes with what was read ahead to tell their encoding.
struct Table<'a> {
    dbf: Dbf<Stream<'a>>,
    ahead: std::vec::IntoIter<RawRecord>,
    headers: Vec<String>,
    encoding: &'static encoding_rs::Encoding,
}

impl<'a> Table<'a> {
    fn open(
        stream: Stream<'a>,
        cpg: Option<&str>,
        options: &Options,
    ) -> Result<(Self, Choice), IngestError> {
        let mut dbf = Dbf::open(stream)?;
        let mut ahead = Vec::new();
        while ahead.len() < SAMPLE
            && let Some(record) = dbf.next()?
        {
            ahead.push(record);
        }
        let samples = dbf::names(&dbf.columns).chain(
            ahead
                .iter()
                .flat_map(|record| dbf::texts(&dbf.columns, record)),
        );
        let choice = choose(options, cpg, dbf.language, samples)?;
        let names = dbf.columns.iter();
        let headers = unique(names.map(|column| column.name(choice.encoding)));
        let table = Self {
            dbf,
            ahead: ahead.into_iter(),
            headers,
            encoding: choice.encoding,
        };
        Ok((table, choice))
    }

    fn next(&mut self) -> Result<Option<RawRecord>, IngestError> {
        match self.ahead.next() {
            Some(record) => Ok(Some(record)),
            None => self.dbf.next(),
        }
    }

    fn cells(&self, record: &RawRecord) -> Map<String, Json> {
        dbf::cells(&self.dbf.columns, &self.headers, record, self.encoding)
    }
}

/// Names of which each stands once: the second of a name gets a stroke, further ones their number.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let (mut times, mut taken) = (HashMap::new(), HashSet::new());
    names
        .map(|name| {
            let times: &mut usize = times.entry(name.clone()).or_default();
            loop {
                *times += 1;
                let header = match *times {
                    1 => name.clone(),
                    2 => format!("{name}_"),
                    number => format!("{name}_{number}"),
                };
                if taken.insert(header.clone()) {
                    return header;
                }
            }
        })
        .collect()
}

/// The encoding: as asked, by .cpg, by the language byte, by the content; a label that the content contradicts loses.
fn choose<'a>(
    options: &Options,
    cpg: Option<&str>,
    language: u8,
    samples: impl Iterator<Item = &'a [u8]> + Clone,
) -> Result<Choice, IngestError> {
    if let Some(choice) = encoding::asked(options.encoding.as_deref())? {
        return Ok(choice);
    }
    let fits = |encoding: &'static encoding_rs::Encoding| {
        samples.clone().all(|piece| {
            let (text, _) = encoding.decode_without_bom_handling(piece);
            !text.trim_end_matches('\u{fffd}').contains('\u{fffd}')
        })
    };
    let label = cpg.map(str::trim).filter(|label| !label.is_empty());
    if let Some(named) = label.and_then(encoding::named)
        && fits(named)
    {
        let label = shortened(label.unwrap_or_default());
        return Ok(Choice::new(
            named,
            &format!(".cpg写明 {label}"),
            &format!("the .cpg says {label}"),
        ));
    }
    let by_byte = match language {
        0x4D | 0x7A => Some(encoding_rs::GB18030),
        0x4F | 0x78 => Some(encoding_rs::BIG5),
        0x13 | 0x7B => Some(encoding_rs::SHIFT_JIS),
        _ => None,
    };
    if let Some(named) = by_byte.filter(|named| fits(named)) {
        return Ok(Choice::new(
            named,
            &format!("没有可用的.cpg,DBF语言字节为0x{language:02X}"),
            &format!("no .cpg that fits, the language byte of the .dbf is 0x{language:02X}"),
        ));
    }
    Ok(encoding::detect(samples))
}

/// Hands the records of a shapefile, or of a table of dBase alone, to `sink`.
pub(super) fn features(
    files: Files<'_>,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let Files { shp, dbf, prj, cpg } = files;
    match prj
        .as_deref()
        .map(str::trim)
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
        let (opened, choice) = Table::open(stream, cpg.as_deref(), options)?;
        tell!(sink, choice.decision());
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
        if record.as_ref().is_some_and(RawRecord::is_deleted) {
            deleted += 1;
            continue;
        }
        let cells = match (&table, &record) {
            (Some(table), Some(record)) => table.cells(record),
            (Some(_), None) => {
                without += 1;
                Map::new()
            }
            (None, _) => Map::new(),
        };
        tell!(sink, row(shapes.record, cells, shape));
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
        if !record.is_deleted() {
            let cells = table.cells(&record);
            tell!(sink, row(number, cells, Given::Nothing));
        }
    }
    Ok(())
}

fn row(number: u64, cells: Map<String, Json>, shape: Given) -> Event {
    Event::Row(Row {
        at: At {
            part: 0,
            line: 0,
            feature: number,
        },
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

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn names_that_stand_often_stay_short() {
        let names = ["a", "a", "b", "a_", "a", "a"].map(str::to_owned);
        let found = unique(names.into_iter());
        assert_eq!(found, ["a", "a_", "b", "a__", "a_3", "a_4"]);
    }
}
