//! What the caller may give in beside a file: the map that is there already, and a transformation from control points.
//!
//! Nothing here knows a map; who does answers these questions.

use std::fmt;

use crate::domain::LayerId;
use crate::geometry::{BBox, LonLat};
use crate::ingest::Said;

/// Answers from the map that is there already; asked from the thread that reads.
pub trait MapAtHand: fmt::Debug + Send + Sync {
    /// Whether a building or compound that is on the map covers a place or is within a few metres of it; `None` where
    /// the map has nothing around there to compare with.
    fn is_at_house(&self, place: LonLat) -> Option<bool>;

    /// Where an address is.
    fn find(&self, address: &AddressWords) -> Found;

    /// What all that is on the map lies in; `None` where there is nothing.
    fn extent(&self) -> Option<BBox>;

    /// Whether the record `code` of `layer` is on the map and `place` lies outside of it; `None` where it does not, or the
    /// map has no such record.
    fn parent_elsewhere(&self, layer: LayerId, code: &str, place: LonLat) -> Option<Elsewhere>;
}

/// A record that a place was said to lie in, and does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Elsewhere {
    /// How far the place is from its outline, metres.
    pub off_m: f64,
    /// The code of the record that the place does lie in.
    pub there: Option<String>,
}

/// The words of one row that say where it is; empty where it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressWords {
    /// The whole address, where the row has one.
    pub whole: String,
    /// The compound.
    pub compound: String,
    /// The number of the house.
    pub building: String,
    /// The number of the entrance.
    pub entrance: String,
    /// The room.
    pub room: String,
}

/// What an address leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// One place, sure enough.
    Placed(Placed),
    /// A person must look.
    Unclear {
        /// Why.
        why: Said,
        /// What it may be, likeliest first, as people would say it.
        candidates: Vec<String>,
    },
}

/// A place that was found by address.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Where.
    pub place: LonLat,
    /// The code of the house.
    pub building_code: Option<String>,
    /// The code of the entrance.
    pub entrance_code: Option<String>,
    /// What was found, as people would say it.
    pub what: String,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

impl AddressWords {
    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.compound.is_empty() && self.building.is_empty()
    }

    /// The words in one line.
    pub fn line(&self) -> String {
        [
            &self.whole,
            &self.compound,
            &self.building,
            &self.entrance,
            &self.room,
        ]
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
    }
}
