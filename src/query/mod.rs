//! Questions about the map: one file, one question, one snapshot in, one answer out.
//!
//! Pure: no input or output, no clock. Start from [`locate::locate`].

pub mod address;
mod budget;
pub mod filter;
pub mod items;
pub mod locate;
pub mod nearest;
pub mod order;
pub mod owners;
pub mod parents;
pub mod search;
mod spelling;
pub mod summary;
pub mod window;

use thiserror::Error;

pub use budget::Budget;
use filter::FilterLimit;

use crate::domain::{FeatureId, LayerId};
use crate::query::filter::FilterFault;

/// A question that cannot be answered as asked.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QueryError {
    /// The filter is not CQL2.
    #[error("the filter is not valid CQL2: {reason}")]
    BadFilter {
        /// Where and why.
        reason: FilterFault,
    },
    /// The filter is larger or more deeply nested than is read.
    #[error("the filter is not accepted: {0}")]
    FilterLimit(#[from] FilterLimit),
    /// The question takes more CPU time than one question may.
    #[error(
        "the question takes too long; narrow it by an area, a simpler filter or a smaller layer"
    )]
    TooExpensive,
    /// The filter, selection or measure names a property that the layer does not have.
    #[error("{layer} has no property {property:?}; it has {known}")]
    NoSuchProperty {
        /// The layer that was asked.
        layer: LayerId,
        /// The name as given.
        property: String,
        /// The names that it has.
        known: String,
    },
    /// The filter uses an operator or an operand that cannot be answered.
    #[error("the filter cannot be answered: {reason}")]
    UnanswerableFilter {
        /// Which part and why.
        reason: FilterFault,
    },
    /// The layer has no record with this id.
    #[error("{layer} has no record {id}")]
    NoSuchFeature {
        /// The layer that was asked.
        layer: LayerId,
        /// The id as given.
        id: FeatureId,
    },
    /// The layer is not one of areas that records belong to.
    #[error("records belong to one of {}, not to {by:?}", area_layers())]
    NotAnArea {
        /// The layer as given.
        by: LayerId,
    },
    /// The layer has no area with this code.
    #[error("{layer} has no area with the code {code:?}")]
    NoSuchArea {
        /// The layer that was asked.
        layer: LayerId,
        /// The code as given.
        code: String,
    },
    /// The measure is not one of those that exist, or not for this kind of field.
    #[error(
        "the measure {measure:?} is not known: count, share, sum:FIELD or mean:FIELD with a number field"
    )]
    BadMeasure {
        /// The measure as given.
        measure: String,
    },
    /// The layer or field is restricted: it is answered by locate only.
    #[error("{what} is restricted and left out of this answer; ask for the place instead")]
    Restricted {
        /// The layer or field.
        what: String,
    },
    /// The layer's records have no place.
    #[error("{layer} has no places: its records are a register")]
    NoPlaces {
        /// The layer that was asked.
        layer: LayerId,
    },
    /// The paging cursor is not one that this service gave out.
    #[error("the cursor {cursor:?} is not one of ours; take it from the `next` link")]
    BadCursor {
        /// The cursor as given.
        cursor: String,
    },
}

/// The names of the layers that records belong to.
pub(crate) fn area_layers() -> String {
    let names: Vec<&str> = summary::AREAS.iter().map(|layer| layer.as_str()).collect();
    names.join(", ")
}
