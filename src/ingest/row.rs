//! What every reader hands on: rows with named cells, where they stand, their shape, and what the source says of itself.

use serde_json::{Map, Value as Json};

use crate::geometry::Geometry;
use crate::geometry::crs::{Crs, CrsError};
use crate::ingest::{At, IngestError, Reason, Said};

/// One thing that a reader found, in the order of the source.
#[derive(Debug)]
pub(super) enum Event {
    /// Another sheet, table or file of the source begins; rows that follow name it by its number, from 1.
    Part(String),
    /// What the source says of its reference system.
    Crs(NamedCrs),
    /// Something was decided about the source, with the reason.
    Decision(Decision),
    /// The columns that the coordinates of the rows to come stand in, as a person would name them.
    PlaceColumns(String),
    /// One record.
    Row(Row),
    /// What stands in a record's place and is none.
    Broken { at: At, reason: Reason, why: Said },
    /// A cell of a record that holds something, but no value of the kind that its column declares.
    NoValue {
        at: At,
        header: String,
        /// What stands there; empty where that is no text.
        value: String,
        why: Said,
    },
}

/// One record: cells by the name of their column, in the source's order.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) at: At,
    /// The identity that the source gives it; `Null` for none.
    pub(super) id: Json,
    pub(super) cells: Map<String, Json>,
    pub(super) shape: Given,
}

/// The shape of a row as the source has it, in the source's own reference system.
#[derive(Debug)]
pub(super) enum Given {
    /// None.
    Nothing,
    /// A GeoJSON geometry.
    Json(Json),
    /// A shape; `heights` where it also had Z or M, `unclosed` rings that were closed.
    Shape {
        geometry: Geometry,
        heights: bool,
        unclosed: usize,
    },
    /// Something is there, but no shape can be made of it.
    Bad { reason: Reason, why: Said },
}

impl Given {
    /// A shape without heights.
    pub(super) fn plain(geometry: impl Into<Geometry>) -> Self {
        Self::Shape {
            geometry: geometry.into(),
            heights: false,
            unclosed: 0,
        }
    }
}

/// What a source says of its reference system.
#[derive(Debug)]
pub(super) struct NamedCrs {
    /// The system, or why it cannot be used.
    pub(super) crs: Result<Crs, CrsError>,
    /// As the source writes it, shortened.
    pub(super) name: String,
    /// Where it says so.
    pub(super) whence: Said,
    /// Whether it is only what the format says for want of better, so that numbers that cannot be degrees overrule it.
    pub(super) weak: bool,
}

/// Something that was decided about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What about: `format`, `encoding`, `crs`, `header`, `rows`, `columns`.
    pub about: &'static str,
    /// Which sheet, table or file, where the source has several.
    pub part: Option<String>,
    /// What was decided, and why.
    pub said: Said,
}

impl Event {
    /// A decision about the source.
    pub(super) fn decision(
        about: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Decision(Decision {
            about,
            part: None,
            said: Said::new(zh, en),
        })
    }
}

/// What becomes of an event: go on, stop (`None`), or fail.
pub(super) type Verdict = std::ops::ControlFlow<Option<IngestError>>;

/// Takes the events of a source one after the other.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Event) -> Verdict;

/// Passes an event on; returns from the reader where reading is to end.
macro_rules! tell {
    ($sink:expr, $event:expr) => {
        if let std::ops::ControlFlow::Break(end) = $sink($event) {
            return end.map_or(Ok(()), Err);
        }
    };
}
pub(super) use tell;
