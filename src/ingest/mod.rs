//! Files in, drafts of records out, with a report of everything that was repaired, refused or left out.
//!
//! [`open`] finds out what a file is, [`read`] streams it: memory holds one batch and the codes seen so far, never the
//! file, as far as the format allows. Bad data is no error but an entry of the [`Report`]; an [`IngestError`] means
//! that the source cannot be read at all. Nothing here knows the store: the caller turns [`Record`]s into edits.
//! A further format is a file that hands [`row::Event`]s to the intake, and a line in `source.rs`.

mod archive;
mod at_hand;
mod by_address;
mod columns;
mod control;
mod dates;
mod datum_trial;
mod described;
mod doubts;
mod dxf;
mod encoding;
mod error;
mod fence;
mod fields;
mod flatgeobuf;
mod format;
mod geojson;
mod geopackage;
mod headers;
mod intake;
mod kml;
mod numbers;
mod osm;
mod own_words;
mod personal;
mod place_names;
mod report;
mod row;
mod said;
mod samples;
mod shape;
mod shapefile;
mod source;
mod table;
mod tally;
mod values;
mod which_crs;
mod wkb;
mod words;

use std::fmt;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::{Draft, FeatureId, LayerId};
use crate::geometry::crs::Crs;
use crate::geometry::crs::fit::Fit;

use intake::Intake;

pub use at_hand::{AddressWords, Elsewhere, Found, MapAtHand, Placed};
pub use control::control_points;
pub use described::{Described, describe};
pub use error::IngestError;
pub use personal::PersonalKind;
pub use place_names::PLACE_FIELDS;
pub use report::{
    Becomes, Column, ColumnUse, Effect, Entry, Example, FieldChange, Outcome, REPORT_STYLE, Reason,
    Report, ReportError,
};
pub use row::Decision;
pub(crate) use said::io_zh;
pub use source::{Progress, Source, open};
pub use table::text_table::{Rows, TextRow, TextTable};

/// A sentence in both languages; `Display` is the English one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Said {
    /// A sentence from its two texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The layer that the records are for.
    pub layer: LayerId,
    /// The reference system of the coordinates, x before y; `None` follows what the file says, else what can be told
    /// for certain.
    pub crs: Option<Crs>,
    /// The encoding of the text by its WHATWG name; `None` follows what the file says, else what can be told.
    pub encoding: Option<String>,
    /// The one sheet, table, file or drawing layer to read of a source that has several.
    pub part: Option<String>,
    /// The year of dates that are written without one.
    pub year: Option<i16>,
    /// For layers of areas: half the side of the square that stands for a point, metres. `None` refuses points.
    pub point_radius_m: Option<f64>,
    /// Columns with the field that each is for, over the automatic mapping; `code`, `name` and fields of the layer.
    pub map: Vec<(String, String)>,
    /// The way from the file's own metres to the map, from control points; over every other reference system.
    pub fit: Option<Arc<Fit>>,
    /// The map that is there already: to place rows by their address, and to tell datums apart.
    pub map_at_hand: Option<Arc<dyn MapAtHand>>,
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
            encoding: None,
            part: None,
            year: None,
            point_radius_m: None,
            map: Vec::new(),
            fit: None,
            map_at_hand: None,
            batch: 1000,
            most_entries: 10_000,
        }
    }
}

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The sheet, table or file by its place in [`Report::parts`], from 1; 0 where the source is one.
    pub part: u16,
    /// The line or row where it begins, from 1; 0 where the format has none.
    pub line: u64,
    /// The number of the record in the file, from 1.
    pub feature: u64,
}

/// One record that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The identity that the file gives it, where that is a positive whole number and given once.
    pub id: Option<FeatureId>,
    /// Whether its code was made here, for want of one in the file: it is no key to find a record by.
    pub code_is_made: bool,
    /// What is to be written.
    pub draft: Draft,
    /// Where it was read.
    pub at: At,
}

/// Takes the records of a file, a batch at a time; may break to stop reading.
pub type OnBatch<'a> = &'a mut dyn FnMut(Vec<Record>) -> ControlFlow<()>;

/// Reads an opened file and hands its records to `on_batch`.
///
/// `on_batch` may break to stop reading; the report then says what was read so far and that it was stopped.
///
/// # Errors
/// [`IngestError`] when the source is unreadable; records handed over before are then no whole file.
#[expect(clippy::needless_pass_by_value, reason = "a source is read once")]
pub fn read(
    source: Source,
    options: &Options,
    on_batch: OnBatch<'_>,
) -> Result<Report, IngestError> {
    let mut intake = Intake::new(options, on_batch)?;
    source.events(options, &mut |event| intake.take(event))?;
    intake.finish()
}

/// `text` as it may be shown and kept: shortened, and hidden where it holds personal data.
pub fn shown(text: &str) -> String {
    personal::masked(text)
}

/// Reads GeoJSON text (a `FeatureCollection`, or features one a line), as [`read`] does a file.
///
/// # Errors
/// As [`read`].
pub fn read_geojson(
    reader: impl Read,
    options: &Options,
    on_batch: OnBatch<'_>,
) -> Result<Report, IngestError> {
    let mut intake = Intake::new(options, on_batch)?;
    geojson::features(reader, options.encoding.as_deref(), &mut |event| {
        intake.take(event)
    })?;
    intake.finish()
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod office_files;
#[cfg(test)]
mod others;
#[cfg(test)]
mod real_files;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod text_files;
