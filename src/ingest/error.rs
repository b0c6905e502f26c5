//! Why a source cannot be read at all.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::domain::LayerId;
use crate::geometry::crs::{Crs, CrsError};
use crate::ingest::Said;

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
        /// The line that was being read; 0 where the format has none.
        line: u64,
        /// What the system says.
        cause: io::Error,
    },
    /// Neither the content nor the name says anything that can be read.
    #[error("{}: {why}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it is instead, and what can be done.
        why: Said,
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
    /// The text is JSON, but of another kind.
    #[error("line {line}: {why}")]
    OtherJson {
        /// Where it is seen, from 1.
        line: u64,
        /// What it is, and what can be done.
        why: Said,
    },
    /// An option that the format has no use for.
    #[error("{option} does nothing for a file of the format {format}: leave it out")]
    UselessOption {
        /// The option as it is written.
        option: &'static str,
        /// The format.
        format: &'static str,
    },
    /// The file is not what its format asks for.
    #[error("the {format} is damaged at {place}: {why}")]
    Damaged {
        /// The format.
        format: &'static str,
        /// Where: a record, a byte, a sheet.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A cell begins with a quotation mark and does not end with one.
    #[error("line {line}: a quotation mark is not closed; the rows behind it cannot be told apart")]
    LoneQuote {
        /// Where the row begins, from 1.
        line: u64,
    },
    /// The bytes are no text of the encoding that they look like.
    #[error("the text is not valid {encoding}; save it as UTF-8")]
    NotText {
        /// The encoding.
        encoding: &'static str,
    },
    /// One line is longer than any record should be.
    #[error("line {line} is longer than {limit} bytes")]
    LineTooLong {
        /// From 1.
        line: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The file or a part of it is larger than what is read at once.
    #[error("{what} is larger than {limit}: split it, or export a smaller area")]
    TooLarge {
        /// What.
        what: String,
        /// The most that is read.
        limit: u64,
    },
    /// A packed file that unpacks to far more than files of its size do.
    #[error(
        "the file unpacks to more than a hundred times its size; unpack it, split it and import the parts"
    )]
    UnpacksTooLarge,
    /// The source has several tables, and they are not all of one layer.
    #[error("the file has several parts; name one with --part: {}", parts.join(", "))]
    WhichPart {
        /// The parts that there are.
        parts: Vec<String>,
    },
    /// The source has no such table or sheet.
    #[error("the file has no part {given:?}; it has {}", parts.join(", "))]
    NoSuchPart {
        /// The part as given.
        given: String,
        /// The parts that there are.
        parts: Vec<String>,
    },
    /// The name of an encoding is none that is known.
    #[error(
        "encoding {given:?} is not known; known are UTF-8, GB18030, GBK, Big5, UTF-16LE, Shift_JIS and the others of the WHATWG"
    )]
    Encoding {
        /// The name as given.
        given: String,
    },
    /// No row of a sheet is a row of headers.
    #[error("{0}")]
    NoHeader(Said),
    /// The reference system that the file names is not known or cannot be used.
    #[error("the file's crs: {0}")]
    Crs(#[from] CrsError),
    /// The file does not say its reference system, and it cannot be told for certain.
    #[error("{why}")]
    WhichCrs {
        /// What was seen and what can be asked for.
        why: Said,
        /// The systems that fit.
        fits: Vec<Crs>,
    },
    /// The table of control points cannot be used.
    #[error("{0}")]
    ControlPoints(Said),
    /// The file names its reference system after the features, and it is not the one they were read in.
    #[error(
        "the file names its coordinate system {named} after the features; give it with --crs {named}"
    )]
    LateCrs {
        /// What the file names.
        named: Crs,
    },
    /// A column is mapped to coordinates in a source that has shapes of its own.
    #[error(
        "--map says that column {column:?} holds coordinates: that is for tables only, {format} has shapes of its own"
    )]
    PlaceOfTables {
        /// The column.
        column: String,
        /// The format.
        format: &'static str,
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

impl IngestError {
    /// A failed read where the format has no lines.
    pub(super) fn read(cause: io::Error) -> Self {
        Self::Read { line: 0, cause }
    }

    /// A file that is not what its format asks for.
    #[expect(clippy::needless_pass_by_value, reason = "given to map_err as it is")]
    pub(super) fn damaged(
        format: &'static str,
        place: impl Into<String>,
        why: impl ToString,
    ) -> Self {
        Self::Damaged {
            format,
            place: place.into(),
            why: why.to_string(),
        }
    }
}
