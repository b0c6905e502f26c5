//! Files in, drafts of records out, with a report of everything that was repaired, refused or left out.
//!
//! [`read`] streams: memory holds one batch and the codes seen so far, never the file. Bad data is no error but an entry of the [`Report`];
//! an [`IngestError`] means that the source cannot be read at all. Nothing here knows the store: the caller turns
//! [`Record`]s into edits. A further format is a further file like `stream.rs` that hands features to [`Intake`].

mod columns;
mod document;
mod fields;
mod intake;
mod personal;
mod report;
mod shape;
mod source;
mod stream;
mod table;
mod tally;
mod values;
mod words;

use std::io;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use thiserror::Error;

use crate::domain::{Draft, FeatureId, LayerId};
use crate::geometry::crs::{Crs, CrsError};

use intake::Intake;

pub use personal::PersonalKind;
pub use report::{Column, ColumnUse, Entry, Outcome, Reason, Report};
pub use source::{Progress, Source, open};

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The layer that the records are for.
    pub layer: LayerId,
    /// The reference system of the coordinates, x before y; `None` follows the file's own `crs` member, else CRS84.
    pub crs: Option<Crs>,
    /// Columns with the field that each is for, over the automatic mapping; `code`, `name` and fields of the layer.
    pub map: Vec<(String, String)>,
    /// How many records a batch has.
    pub batch: usize,
    /// How many entries the report lists one by one; the rest are counted.
    pub most_entries: usize,
}

impl Options {
    /// The usual way to read records of `layer`.
    pub fn new(layer: LayerId) -> Self {
        Self {
            layer,
            crs: None,
            map: Vec::new(),
            batch: 1000,
            most_entries: 10_000,
        }
    }
}

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The line where it begins, from 1.
    pub line: u64,
    /// The number of the feature in the file, from 1.
    pub feature: u64,
}

/// One record that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The identity that the file gives it, where that is a positive whole number and given once.
    pub id: Option<FeatureId>,
    /// What is to be written.
    pub draft: Draft,
    /// Where it was read.
    pub at: At,
}

/// Why a source cannot be read.
#[derive(Debug, Error)]
pub enum IngestError {
    /// There is no such file, or it cannot be opened.
    #[error("cannot open {}: {cause}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Reading failed midway.
    #[error("reading stopped at line {line}: {cause}")]
    Read {
        /// The line that was being read.
        line: u64,
        /// What the system says.
        cause: io::Error,
    },
    /// The file's name says nothing that can be read.
    #[error("{}: a GeoJSON file ends in .geojson, .json, .geojsonl, .geojsons or .ndjson, each also with .gz", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The text is not GeoJSON.
    #[error("not GeoJSON at line {line}, column {column}: {why}")]
    NotGeoJson {
        /// From 1.
        line: u64,
        /// From 1; 0 where only the line is known.
        column: u64,
        /// What is wrong.
        why: String,
    },
    /// One line is longer than any record should be.
    #[error("line {line} is longer than {limit} bytes")]
    LineTooLong {
        /// From 1.
        line: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The reference system that the file names is not known, or comes too late.
    #[error("the file's crs: {0}")]
    Crs(#[from] CrsError),
    /// The file names its reference system after the features, and it is not the one they were read in.
    #[error(
        "the file names its coordinate system {named} after the features; give it with --crs {named}"
    )]
    LateCrs {
        /// What the file names.
        named: Crs,
    },
    /// A column is mapped to a field that the layer does not have.
    #[error("{layer} has no field {field:?}; it has {known}")]
    NoSuchField {
        /// The layer.
        layer: LayerId,
        /// The field as given.
        field: String,
        /// The fields that there are.
        known: String,
    },
}

/// Reads GeoJSON (a `FeatureCollection`, or features one a line) and hands its records to `on_batch`.
///
/// `on_batch` may break to stop reading; the report then says what was read so far and that it was stopped.
///
/// # Errors
/// [`IngestError`] when the source is unreadable; records handed over before are then no whole file.
pub fn read(
    reader: impl Read,
    options: &Options,
    on_batch: &mut dyn FnMut(Vec<Record>) -> ControlFlow<()>,
) -> Result<Report, IngestError> {
    let mut intake = Intake::new(options, on_batch)?;
    stream::features(reader, &mut |event| intake.take(event))?;
    Ok(intake.finish())
}

#[cfg(test)]
mod real_files;
#[cfg(test)]
mod tests;
