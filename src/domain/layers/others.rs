//! Layers that users bring: described by the store, not by this program, and from then on like any other.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use arc_swap::ArcSwap;

use serde::{Deserialize, Serialize};

use super::{ALL, LayerId, NAMES};
use crate::domain::{Field, FieldClass, FieldKind, GeometryKind, Label, LayerRole, LayerSchema};

/// Every layer of users that a store of this process has told of. A description stays for as long as the program runs:
/// ids and schemas are handed about freely.
static OTHERS: LazyLock<ArcSwap<Vec<&'static LayerSchema>>> = LazyLock::new(ArcSwap::default);

/// Held by the one who adds to [`OTHERS`].
static ADDING: Mutex<()> = Mutex::new(());

/// The longest name of a layer or a field, bytes; PostgreSQL takes 63 with what we append.
const LONGEST_NAME: usize = 40;

/// The longest text in a layer of a user, characters: what it is for is not known.
const MOST_IN_FOREIGN_TEXT: usize = 65_536;

/// The columns that every layer's table has, and what the stores call things of their own.
pub const TAKEN: [&str; 10] = [
    "id",
    "geom",
    "geometry",
    "code",
    "name",
    "revision",
    "updated_at",
    "updated_by",
    "area",
    "until",
];

/// A layer of a user, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerDefinition {
    /// The name in SQL, JSON and routes.
    pub name: String,
    /// What people read.
    pub title: String,
    /// Which shapes it takes.
    pub geometry: ShapeKind,
    /// Its attributes.
    pub fields: Vec<FieldDefinition>,
    /// Whether it may only be looked at.
    #[serde(default)]
    pub read_only: bool,
}

/// One attribute of a layer of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDefinition {
    /// The name in SQL and JSON.
    pub name: String,
    /// The column's name as the file has it.
    pub title: String,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether its numbers are codes or measures, however much one of them looks like a telephone's.
    #[serde(default, skip_serializing_if = "is_not")]
    pub codes: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_not(yes: &bool) -> bool {
    !*yes
}

/// What a field of a user's layer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
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
}

/// Which shapes a user's layer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    /// None.
    None,
    /// Points.
    Point,
    /// Polygons, kept as multipolygons.
    MultiPolygon,
    /// Lines, kept as multilines.
    MultiLineString,
    /// Any shape, or none.
    Any,
}

/// Why a description is no layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// Not a name, or one that is taken.
    #[error(
        "{name:?} cannot be the name of a {what}: lower-case letters, digits and _, not beginning with a digit, at most {LONGEST_NAME} bytes, and not one that is taken"
    )]
    Name {
        /// Layer or field.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// Two fields of one name.
    #[error("the field {name:?} is there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// All numbers are given.
    #[error("there are as many layers as there can be")]
    TooMany,
}

impl DefinitionError {
    /// The reason in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Name { what, name } => {
                let what = if *what == "layer" { "图层" } else { "字段" };
                format!(
                    "“{name}”不能用作{what}名:应为小写字母、数字和下划线,不以数字开头,不超过 {LONGEST_NAME} 个字节,且未被占用"
                )
            }
            Self::Twice { name } => format!("字段“{name}”出现了两次"),
            Self::TooMany => "图层数量已到上限".to_owned(),
        }
    }
}

/// Whether `name` may stand in SQL between quotes, in a route and in a filter.
fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    let is_first = |letter: char| letter == '_' || letter.is_alphabetic();
    letters.next().is_some_and(is_first)
        && letters.all(|letter| is_first(letter) || letter.is_numeric())
        && name.len() <= LONGEST_NAME
}

/// A field's name made of a column's: what cannot stand in a name becomes `_`; `taken` are those before it.
pub fn field_name(column: &str, taken: &[String]) -> String {
    let mut name: String = column
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if !name.starts_with(|letter: char| letter == '_' || letter.is_alphabetic()) {
        name.insert(0, '_');
    }
    while name.len() > LONGEST_NAME - 3 {
        name.pop();
    }
    // names that differ by case only are one in SQL
    let is_taken = |name: &str| {
        let same = |other: &String| other.to_lowercase() == name.to_lowercase();
        TAKEN.contains(&name) || taken.iter().any(same)
    };
    let mut number = 1;
    let mut tried = name.clone();
    while is_taken(&tried) {
        number += 1;
        tried = format!("{name}_{number}");
    }
    tried
}

impl LayerDefinition {
    /// Makes the layer known to this process, and gives its id; a description that is known already keeps the one it has.
    ///
    /// # Errors
    /// [`DefinitionError`]
    pub fn register(&self) -> Result<LayerId, DefinitionError> {
        self.check()?;
        let _alone = ADDING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut others = OTHERS.load().to_vec();
        if let Some(known) = others.iter().find(|known| self.is(known)) {
            return Ok(known.id);
        }
        let number = NAMES.len() + others.len();
        let number = u8::try_from(number).map_err(|_full| DefinitionError::TooMany)?;
        let schema: &'static LayerSchema = Box::leak(Box::new(self.schema(LayerId(number))));
        others.push(schema);
        OTHERS.store(Arc::new(others));
        Ok(schema.id)
    }

    fn check(&self) -> Result<(), DefinitionError> {
        let is_plain = self.name.is_ascii() && self.name == self.name.to_lowercase();
        let is_free = !NAMES.contains(&self.name.as_str())
            && ![
                "minqing_",
                "gpkg_",
                "sqlite_",
                "rtree_",
                "pg_",
                "spatial_ref_sys",
            ]
            .iter()
            .any(|prefix| self.name.starts_with(prefix))
            && !self.name.ends_with("_history");
        if !is_plain || !is_free || !is_name(&self.name) {
            return Err(DefinitionError::Name {
                what: "layer",
                name: self.name.clone(),
            });
        }
        let mut names: Vec<String> = Vec::new();
        for field in &self.fields {
            let lower = field.name.to_lowercase();
            if !is_name(&field.name) || TAKEN.contains(&field.name.as_str()) {
                return Err(DefinitionError::Name {
                    what: "field",
                    name: field.name.clone(),
                });
            }
            if names.contains(&lower) {
                return Err(DefinitionError::Twice {
                    name: field.name.clone(),
                });
            }
            names.push(lower);
        }
        Ok(())
    }

    /// Whether `schema` says the same.
    fn is(&self, schema: &LayerSchema) -> bool {
        Self::of(schema) == *self
    }

    /// The description of a layer of a user.
    pub fn of(schema: &LayerSchema) -> Self {
        Self {
            name: schema.name().to_owned(),
            title: schema.title.zh.to_owned(),
            geometry: match schema.geometry {
                GeometryKind::None => ShapeKind::None,
                GeometryKind::Point => ShapeKind::Point,
                GeometryKind::MultiPolygon => ShapeKind::MultiPolygon,
                GeometryKind::MultiLineString => ShapeKind::MultiLineString,
                GeometryKind::Any { .. } => ShapeKind::Any,
            },
            fields: schema
                .fields
                .iter()
                .map(|field| FieldDefinition {
                    name: field.name.to_owned(),
                    title: field.label.zh.to_owned(),
                    kind: match field.kind {
                        FieldKind::Text | FieldKind::Code(_) => ValueKind::Text,
                        FieldKind::Integer => ValueKind::Integer,
                        FieldKind::Real => ValueKind::Real,
                        FieldKind::Boolean => ValueKind::Boolean,
                        FieldKind::Date => ValueKind::Date,
                        FieldKind::Time => ValueKind::Time,
                    },
                    codes: field.codes,
                })
                .collect(),
            read_only: !schema.is_editable(),
        }
    }

    fn schema(&self, id: LayerId) -> LayerSchema {
        let kept = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let label = |text: &str| {
            let text = kept(text);
            Label { zh: text, en: text }
        };
        let fields: Vec<Field> = self
            .fields
            .iter()
            .map(|field| Field {
                name: kept(&field.name),
                label: label(&field.title),
                kind: match field.kind {
                    ValueKind::Text => FieldKind::Text,
                    ValueKind::Integer => FieldKind::Integer,
                    ValueKind::Real => FieldKind::Real,
                    ValueKind::Boolean => FieldKind::Boolean,
                    ValueKind::Date => FieldKind::Date,
                    ValueKind::Time => FieldKind::Time,
                },
                class: FieldClass::Internal,
                max_length: MOST_IN_FOREIGN_TEXT,
                codes: field.codes,
            })
            .collect();
        LayerSchema {
            id,
            title: label(&self.title),
            role: LayerRole::Other {
                name: kept(&self.name),
                editable: !self.read_only,
            },
            geometry: match self.geometry {
                ShapeKind::None => GeometryKind::None,
                ShapeKind::Point => GeometryKind::Point,
                ShapeKind::MultiPolygon => GeometryKind::MultiPolygon,
                ShapeKind::MultiLineString => GeometryKind::MultiLineString,
                ShapeKind::Any => GeometryKind::Any { optional: true },
            },
            class: FieldClass::Internal,
            fields: Vec::leak(fields),
            parents: &[],
            indexed: &[],
        }
    }
}

/// The layer of a user called `name`; of several descriptions the latest.
pub(super) fn called(name: &str) -> Option<&'static LayerSchema> {
    let others = OTHERS.load();
    others
        .iter()
        .rev()
        .find(|schema| schema.name() == name)
        .copied()
}

/// The layer of a user with the place `number` after those of the catalogue.
pub(super) fn at(number: usize) -> Option<&'static LayerSchema> {
    let others = OTHERS.load();
    others.get(number).copied()
}

/// Every layer that this process knows: those of the catalogue, then those of users.
pub fn known() -> Vec<&'static LayerSchema> {
    let others = OTHERS.load();
    let mut all = ALL.to_vec();
    for (place, schema) in others.iter().enumerate() {
        // a description that another with the same name has replaced is not known any more
        let is_latest = others
            .iter()
            .skip(place + 1)
            .all(|later| later.name() != schema.name());
        if is_latest {
            all.push(schema);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, fields: &[&str]) -> LayerDefinition {
        LayerDefinition {
            name: name.to_owned(),
            title: "树".to_owned(),
            geometry: ShapeKind::Point,
            fields: fields
                .iter()
                .map(|name| FieldDefinition {
                    name: (*name).to_owned(),
                    title: (*name).to_owned(),
                    kind: ValueKind::Integer,
                    codes: false,
                })
                .collect(),
            read_only: false,
        }
    }

    #[test]
    fn a_description_becomes_a_layer_once() {
        let trees = named("others_test_trees", &["height", "种类"]);
        let id = trees.register().unwrap();
        assert_eq!(trees.register(), Ok(id));
        assert_eq!(LayerId::parse("others_test_trees"), Some(id));
        assert_eq!(id.as_str(), "others_test_trees");
        assert_eq!(LayerDefinition::of(id.schema()), trees);
        assert!(id.schema().field("种类").is_some());
        // another description of the same name takes its place
        let other = named("others_test_trees", &["girth"]).register().unwrap();
        assert_ne!(other, id);
        assert_eq!(LayerId::parse("others_test_trees"), Some(other));
        assert!(id.schema().field("height").is_some());
        assert_eq!(
            known()
                .iter()
                .filter(|schema| schema.name() == "others_test_trees")
                .count(),
            1
        );
    }

    #[test]
    fn names_that_sql_or_the_catalogue_need_are_refused() {
        for name in [
            "",
            "1a",
            "Trees",
            "a b",
            "grids",
            "gpkg_x",
            "minqing_a",
            "a\"",
            "trees_history",
        ] {
            assert!(named(name, &[]).register().is_err(), "{name}");
        }
        for field in ["code", "geom", "a\"b", "a'b", "", "1"] {
            assert!(
                named("others_test_b", &[field]).register().is_err(),
                "{field}"
            );
        }
        assert!(named("others_test_b", &["a", "A"]).register().is_err());
    }

    #[test]
    fn a_column_gives_a_name_that_is_taken() {
        let mut taken = Vec::new();
        for (column, name) in [
            ("NAME", "NAME"),
            ("name", "name_2"),
            ("a-b", "a_b"),
            ("A_B", "A_B_2"),
            ("3rd", "_3rd"),
            ("高度(米)", "高度_米_"),
        ] {
            let made = field_name(column, &taken);
            assert_eq!(made, name);
            taken.push(made);
        }
    }
}
