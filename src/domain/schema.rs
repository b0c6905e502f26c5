//! The description of a layer that everything else follows: tables, JSON, CSV, tiles, filters, forms.

use crate::domain::{LayerId, MOST_IN_LONG_TEXT, MOST_IN_SHORT_TEXT};

/// A text in the two languages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// A label from its two texts.
pub(super) const fn label(zh: &'static str, en: &'static str) -> Label {
    Label { zh, en }
}

/// One entry of a code list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeItem {
    /// What is stored and sent.
    pub code: &'static str,
    /// What people read.
    pub label: Label,
}

/// One entry of a code list.
pub(super) const fn code(code: &'static str, zh: &'static str, en: &'static str) -> CodeItem {
    CodeItem {
        code,
        label: label(zh, en),
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A finite number.
    Real,
    /// Yes or no.
    Boolean,
    /// A calendar day.
    Date,
    /// A moment, UTC.
    Time,
    /// One of a closed list.
    Code(&'static [CodeItem]),
}

/// Who may see a field (DESIGN.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldClass {
    /// Everyone, where the instance allows it.
    Public,
    /// Staff within their scope.
    Internal,
    /// Those whose duty needs it; every read is logged.
    Restricted,
}

/// One attribute of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in Rust, SQL, JSON and tests.
    pub name: &'static str,
    /// What people read.
    pub label: Label,
    /// What it holds.
    pub kind: FieldKind,
    /// Who may see it; never less than the layer's own class.
    pub class: FieldClass,
    /// The most characters of a text.
    pub max_length: usize,
    /// Whether its numbers are known to be codes or measures, though its name does not say so.
    pub codes: bool,
}

const fn field(name: &'static str, kind: FieldKind, zh: &'static str, en: &'static str) -> Field {
    Field {
        name,
        label: label(zh, en),
        kind,
        class: FieldClass::Public,
        max_length: MOST_IN_SHORT_TEXT,
        codes: false,
    }
}

/// A text field.
pub(super) const fn text(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Text, zh, en)
}

/// A whole-number field.
pub(super) const fn integer(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Integer, zh, en)
}

/// A number field; the name ends in its unit.
pub(super) const fn real(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Real, zh, en)
}

/// A yes-or-no field.
pub(super) const fn boolean(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Boolean, zh, en)
}

/// A calendar-day field.
pub(super) const fn date(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Date, zh, en)
}

/// A moment field.
pub(super) const fn time(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(name, FieldKind::Time, zh, en)
}

/// A code-list field.
pub(super) const fn coded(
    name: &'static str,
    list: &'static [CodeItem],
    zh: &'static str,
    en: &'static str,
) -> Field {
    field(name, FieldKind::Code(list), zh, en)
}

impl Field {
    /// The least and the most that a number of this field may be; `None` where any number may stand. Counts and measures
    /// are not below nothing, and a year has four digits.
    pub fn range(&self) -> Option<(f64, f64)> {
        let ends = |ends: &[&str]| ends.iter().any(|end| self.name.ends_with(end));
        match self.kind {
            FieldKind::Integer | FieldKind::Real if ends(&["_year"]) => Some((1000.0, 2100.0)),
            FieldKind::Integer | FieldKind::Real if ends(&["_ratio", "_share"]) => Some((0.0, 1.0)),
            FieldKind::Integer | FieldKind::Real
                if ends(&[
                    "_count", "_m", "_m2", "_days", "_yuan", "storeys", "capacity",
                ]) =>
            {
                Some((0.0, f64::MAX))
            }
            _ => None,
        }
    }

    /// The same field, with room for sentences.
    #[must_use]
    pub const fn long(mut self) -> Self {
        self.max_length = MOST_IN_LONG_TEXT;
        self
    }

    /// The same field, seen only by staff.
    #[must_use]
    pub const fn internal(mut self) -> Self {
        self.class = FieldClass::Internal;
        self
    }

    /// The same field, seen only where duty needs it.
    #[must_use]
    pub const fn restricted(mut self) -> Self {
        self.class = FieldClass::Restricted;
        self
    }
}

/// Which shapes a layer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeometryKind {
    /// No place of its own.
    None,
    /// Points.
    Point,
    /// Polygons and multipolygons, kept as multipolygons.
    MultiPolygon,
    /// Lines and multilines, kept as multilines.
    MultiLineString,
    /// Any shape, or none where `optional`.
    Any {
        /// Whether a record may come without a shape.
        optional: bool,
    },
}

/// What a layer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerRole {
    /// One of the layers of the situation map.
    Map,
    /// A register without a place: posts, inspections, transitions.
    Register,
    /// The base map under it all: roads, water, land use.
    Base,
    /// A layer that a user brought.
    Other {
        /// The layer's name.
        name: &'static str,
        /// Whether it may be changed by others than whoever brings it.
        editable: bool,
    },
}

/// A link from a record to the record that holds it, by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The layer of the parent.
    pub layer: LayerId,
    /// The field that names the parent's code.
    pub field: &'static str,
    /// Whether a missing code is derived from place: the parent whose outline covers the record.
    pub derivable: bool,
}

/// All there is to know of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerSchema {
    /// The layer's name in Rust, SQL, JSON, routes and tests.
    pub id: LayerId,
    /// What people read.
    pub title: Label,
    /// What the layer is for.
    pub role: LayerRole,
    /// Which shapes it takes.
    pub geometry: GeometryKind,
    /// Who may see that its records exist.
    pub class: FieldClass,
    /// Its attributes, in the order of every record's values.
    pub fields: &'static [Field],
    /// The layers that hold its records, nearest first.
    pub parents: &'static [Parent],
    /// Further fields by which records are looked up.
    pub indexed: &'static [&'static str],
}

impl LayerSchema {
    /// The layer's name.
    pub fn name(&self) -> &'static str {
        match self.role {
            LayerRole::Other { name, .. } => name,
            LayerRole::Map | LayerRole::Register | LayerRole::Base => self.id.as_str(),
        }
    }

    /// Whether its records may be edited.
    pub fn is_editable(&self) -> bool {
        !matches!(
            self.role,
            LayerRole::Other {
                editable: false,
                ..
            }
        )
    }

    /// The place of the field called `name` among the attributes.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of the fields in at most ten bytes, as dBase takes them, each once and in the order of the fields.
    pub fn short_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let cut = |length: usize| field.name.chars().take(length).collect::<String>();
            let mut name = cut(10);
            let mut number = 1;
            while names.contains(&name) || matches!(name.as_str(), "id" | "code" | "name") {
                number += 1;
                name = format!("{}_{number}", cut(8));
            }
            names.push(name);
        }
        names
    }

    /// Whether a record cannot be without a shape.
    pub fn needs_shape(&self) -> bool {
        !matches!(
            self.geometry,
            GeometryKind::None | GeometryKind::Any { optional: true }
        )
    }

    /// Who may see `field`: the stricter of the layer's and the field's own class.
    pub fn class_of(&self, field: &Field) -> FieldClass {
        self.class.max(field.class)
    }
}
