//! The attributes of a shapefile with what was read ahead to tell their encoding.

use std::collections::{HashMap, HashSet, VecDeque};

use encoding_rs::Encoding;
use serde_json::{Map, Value as Json};

use super::cell;
use super::dbf::{self, Column, Dbf, RawRecord};
use super::memo::Memo;
use crate::ingest::encoding::{self, Choice};
use crate::ingest::row::Event;
use crate::ingest::source::Stream;
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Options, Said};

/// How many records are looked at to tell the encoding, and how many bytes of them.
const SAMPLE: usize = 2000;
/// As [`SAMPLE`].
const SAMPLE_BYTES: usize = 16 << 20;

/// What is said of the encoding beside the content.
struct Labels {
    cpg: Option<String>,
    language: u8,
}

/// Attributes with what was read ahead to tell their encoding.
pub(super) struct Table<'a> {
    dbf: Dbf<'a, Stream<'a>>,
    ahead: VecDeque<RawRecord>,
    headers: Vec<String>,
    labels: Labels,
    encoding: &'static Encoding,
    /// Whether no text has been seen that could tell the encoding.
    is_open: bool,
    /// What was decided further down.
    late: Option<Choice>,
}

impl<'a> Table<'a> {
    pub(super) fn open(
        stream: Stream<'a>,
        memo: Option<Memo<'a>>,
        cpg: Option<&str>,
        options: &Options,
    ) -> Result<(Self, Vec<Event>), IngestError> {
        let dbf = Dbf::open(stream, memo)?;
        let labels = Labels {
            cpg: cpg.map(str::to_owned),
            language: dbf.language,
        };
        let mut table = Self {
            dbf,
            ahead: VecDeque::new(),
            headers: Vec::new(),
            labels,
            encoding: encoding_rs::UTF_8,
            is_open: false,
            late: None,
        };
        table.look_ahead()?;
        let asked = encoding::asked(options.encoding.as_deref())?;
        table.is_open = asked.is_none() && table.samples().all(<[u8]>::is_ascii);
        let choice = asked.unwrap_or_else(|| choose(&table.labels, table.samples()));
        table.encoding = choice.encoding;
        let columns = table.dbf.columns.iter();
        table.headers = unique(columns.map(|column| column.name(choice.encoding)));
        let mut events = vec![choice.decision()];
        events.extend(table.not_read());
        Ok((table, events))
    }

    fn look_ahead(&mut self) -> Result<(), IngestError> {
        let mut bytes = self.ahead.iter().map(RawRecord::size).sum::<usize>();
        while self.ahead.len() < SAMPLE
            && bytes < SAMPLE_BYTES
            && let Some(record) = self.dbf.next()?
        {
            bytes += record.size();
            self.ahead.push_back(record);
        }
        Ok(())
    }

    fn samples(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let columns = &self.dbf.columns;
        let texts = self.ahead.iter();
        dbf::names(columns).chain(texts.flat_map(|record| dbf::texts(columns, record)))
    }

    /// The columns that are not read, by name.
    fn not_read(&self) -> Option<Event> {
        let named: Vec<String> = self
            .columns()
            .filter(|(column, _)| !self.is_read(column) && column.kind != cell::Kind::OwnMarks)
            .map(|(column, header)| format!("{header}({})", char::from(column.letter)))
            .collect();
        let named = named.join(", ");
        let lacks_memo = self.dbf.columns.iter().any(Column::is_memo) && !self.dbf.has_memo();
        let (zh, en) = if lacks_memo {
            (
                ";备注(M)存放在同名的.dbt或.fpt文件中,请一并提供",
                "; memos (M) are in a .dbt or .fpt of the same name: give it as well",
            )
        } else {
            ("", "")
        };
        (!named.is_empty()).then(|| {
            Event::decision(
                "columns",
                format!("未读取的列:{named}{zh}。"),
                format!("Columns that were not read: {named}{en}."),
            )
        })
    }

    fn is_read(&self, column: &Column) -> bool {
        match column.kind {
            cell::Kind::Memo => self.dbf.has_memo(),
            cell::Kind::Bytes | cell::Kind::OwnMarks => false,
            _ => true,
        }
    }

    fn columns(&self) -> impl Iterator<Item = (&Column, &String)> {
        self.dbf.columns.iter().zip(&self.headers)
    }

    pub(super) fn next(&mut self) -> Result<Option<RawRecord>, IngestError> {
        let record = match self.ahead.pop_front() {
            Some(record) => Some(record),
            None => self.dbf.next()?,
        };
        let Some(record) = record else {
            return Ok(None);
        };
        let is_plain = |table: &Self| dbf::texts(&table.dbf.columns, &record).all(<[u8]>::is_ascii);
        if self.is_open && !is_plain(self) {
            self.ahead.push_front(record);
            self.look_ahead()?;
            let choice = choose(&self.labels, self.samples());
            (self.encoding, self.is_open) = (choice.encoding, false);
            self.late = Some(choice);
            return Ok(self.ahead.pop_front());
        }
        Ok(Some(record))
    }

    /// What was decided since the last record.
    pub(super) fn decided(&mut self) -> Option<Event> {
        self.late.take().map(|choice| choice.decision())
    }

    /// The cells of a record, and what is said of those that hold no value of their column's kind.
    pub(super) fn cells(&self, at: At, record: &RawRecord) -> (Map<String, Json>, Vec<Event>) {
        let (mut cells, mut events) = (Map::new(), Vec::new());
        let mut memos = dbf::memos(record);
        let fields = dbf::fields(&self.dbf.columns, record).zip(&self.headers);
        for ((column, bytes), header) in fields {
            let bytes = match column.is_memo().then(|| memos.next()).flatten() {
                Some(Some(memo)) => memo,
                Some(None) => {
                    events.push(Event::NoValue {
                        at,
                        header: header.clone(),
                        value: String::new(),
                        why: Said::new(
                            "备注文件中没有这一段文字,或其过长",
                            "the file of memos has no such text, or it is too long",
                        ),
                    });
                    cells.insert(header.clone(), Json::Null);
                    continue;
                }
                None => bytes,
            };
            if !self.is_read(column) {
                continue;
            }
            let value = cell::value(column.kind, bytes, self.encoding).unwrap_or_else(|misread| {
                events.push(Event::NoValue {
                    at,
                    header: header.clone(),
                    value: misread.written,
                    why: misread.why,
                });
                Json::Null
            });
            cells.insert(header.clone(), value);
        }
        (cells, events)
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

/// The encoding: by .cpg, by the language byte, by the content; a label that the content contradicts loses.
fn choose<'a>(labels: &Labels, samples: impl Iterator<Item = &'a [u8]> + Clone) -> Choice {
    let by_cpg = labels.cpg.as_deref().map(str::trim);
    let by_cpg = by_cpg.filter(|label| !label.is_empty()).and_then(|label| {
        let shown = shortened(label);
        let why = Said::new(
            format!(".cpg写明 {shown}"),
            format!("the .cpg says {shown}"),
        );
        Some((encoding::named(label)?, why))
    });
    let by_byte = match labels.language {
        0x4D | 0x7A => Some(encoding_rs::GB18030),
        0x4F | 0x78 => Some(encoding_rs::BIG5),
        0x13 | 0x7B => Some(encoding_rs::SHIFT_JIS),
        _ => None,
    };
    let by_byte = by_byte.map(|named| {
        let byte = labels.language;
        let why = Said::new(
            format!("没有可用的.cpg,DBF语言字节为0x{byte:02X}"),
            format!("no .cpg that fits, the language byte of the .dbf is 0x{byte:02X}"),
        );
        (named, why)
    });
    for (named, why) in by_cpg.into_iter().chain(by_byte) {
        if !encoding::fits(named, samples.clone()) {
            continue;
        }
        return match encoding::contradicted(named, samples) {
            None => Choice::new(named, &why.zh, &why.en),
            Some((other, but)) => Choice::new(
                other,
                &format!("{},但{}", why.zh, but.zh),
                &format!("{}, but {}", why.en, but.en),
            ),
        };
    }
    encoding::detect(samples)
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
