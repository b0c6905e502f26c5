//! The nouns of the community situation map: what a layer is, what a feature is, what a change is.
//!
//! A layer is described once, by its [`LayerSchema`] in [`layers`]; files, tables, JSON and the web app follow it.
//! No input or output, no clock. Start from [`Feature`].

mod attributes;
mod author;
mod cell_text;
mod change;
mod feature;
pub(crate) mod json_text;
pub mod layers;
mod moment;
pub mod personal;
mod schema;
mod scope;
mod shape_json;
mod sharing;
mod text_rule;
mod unreadable;
mod value;

pub use attributes::Attributes;
pub use author::Author;
pub use cell_text::{CellText, without_guard};
pub use change::{Change, Draft, Edit};
pub use feature::{Feature, FeatureId, Revision};
pub use layers::LayerId;
pub use moment::{moment, start_of};
pub use schema::{
    CodeItem, Field, FieldClass, FieldKind, GeometryKind, Label, LayerRole, LayerSchema, Parent,
};
pub use scope::{AreaLink, Scope, ScopeError, area_links};
pub(crate) use shape_json::shape_in;
pub use sharing::Sharing;
pub use text_rule::{
    MOST_IN_CODE, MOST_IN_LONG_TEXT, MOST_IN_NAME, MOST_IN_SHORT_TEXT, TextFault, text_fault,
};
pub use unreadable::{MOST_CODE_BYTES, MOST_TEXT_BYTES, RecordFault, SHAPE, Unreadable};
pub use value::{Value, ValueError};
