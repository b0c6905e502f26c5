//! Which features have these properties? CQL2 text or JSON → a checked predicate over one layer.
//!
//! Parsing is the `cql2` crate's; the predicate is ours, because it runs on records, not on JSON trees, and because
//! an unknown property must be an error rather than an empty answer. Start from [`Filter::parse`].

mod compile;
mod cost;
mod eval;
mod fault;
mod given;
mod like;
mod limits;
mod lists;
mod membership;
mod place;
#[cfg(test)]
mod standard_tests;
mod text;
mod times;

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Feature, FieldClass, LayerSchema};
use crate::geometry::crs::Crs;
use crate::geometry::{BBox, Geometry};
use crate::query::QueryError;

pub(super) use eval::{order, slot_value};
pub use fault::FilterFault;
use like::Pattern;
pub use limits::FilterLimit;
use lists::ListRelation;
use membership::Members;
use place::{Shape, SpatialRelation};
use times::{Period, TemporalRelation};

/// Stack for the parser, which recurses once per operator: 2,000 of them take 4 MB. Untouched pages cost nothing.
const PARSER_STACK: usize = 32 << 20;

/// The two ways in which CQL2 is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `cql2-text`.
    Text,
    /// `cql2-json`.
    Json,
}

/// How a filter is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The layer whose properties it names.
    pub schema: &'static LayerSchema,
    /// The strictest class of property that it may name.
    pub up_to: FieldClass,
    /// What it is written in; where `None`, JSON begins with a brace.
    pub language: Option<Language>,
    /// The system of its coordinates, in the axis order of its authority.
    pub crs: Crs,
}

/// A filter that fits one layer.
#[derive(Debug, Clone)]
pub struct Filter {
    schema: &'static LayerSchema,
    node: Node,
}

/// One value while a filter is worked out; a date is the first moment of its day.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Unknown,
    Truth(bool),
    Number(f64),
    Text(Arc<str>),
    Time(Timestamp),
}

/// Where a property's value is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot {
    Id,
    Code,
    Name,
    Revision,
    UpdatedAt,
    UpdatedBy,
    Attribute(usize),
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Literal(Scalar),
    Property(Slot),
    CaseFolded(Box<Operand>),
    WithoutAccents(Box<Operand>),
    Arithmetic(Arithmetic, Box<Operand>, Box<Operand>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
    Power,
    WholeOver,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
enum Node {
    Always(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison, Operand, Operand),
    Like(Operand, Pattern),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    OneOf(Operand, Members),
    IsNull(Operand),
    IsTrue(Operand),
    IsOpen(Box<Node>),
    HasShape,
    Spatial(SpatialRelation, Shape, Shape),
    Near { shape: Box<Geometry>, metres: f64 },
    Temporal(TemporalRelation, Period, Period),
    Lists(ListRelation, Vec<Operand>, Vec<Operand>),
}

impl Filter {
    /// A filter for `schema` from CQL2 text, or from CQL2 JSON when it starts with a brace.
    ///
    /// Properties are the layer's fields and `id`, `code`, `name`, `revision`, `updated_at`, `updated_by`, `geometry`.
    /// A property stricter than `up_to` is refused, so that a filter cannot ask what an answer may not say.
    ///
    /// # Errors
    /// [`QueryError::BadFilter`], [`QueryError::FilterLimit`], [`QueryError::NoSuchProperty`],
    /// [`QueryError::Restricted`] or [`QueryError::UnanswerableFilter`].
    pub fn parse(
        text: &str,
        schema: &'static LayerSchema,
        up_to: FieldClass,
    ) -> Result<Self, QueryError> {
        Self::read(
            text,
            &Reading {
                schema,
                up_to,
                language: None,
                crs: Crs::Crs84,
            },
        )
    }

    /// [`Filter::parse`] with all that a caller may say of the text.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn read(text: &str, how: &Reading) -> Result<Self, QueryError> {
        // within the bounds the parser's recursion needs a few MB at most, more than a thread may have
        stacker::grow(PARSER_STACK, || Self::read_here(text, how))
    }

    fn read_here(text: &str, how: &Reading) -> Result<Self, QueryError> {
        let bad = |reason: FilterFault| QueryError::BadFilter { reason };
        let json = match how.language {
            Some(language) => language == Language::Json,
            None => text.trim_start().starts_with('{'),
        };
        let expression = if json {
            limits::check_length(text)?;
            let json_fault = |error: serde_json::Error| bad(FilterFault::of_json(&error));
            let filter = serde_json::from_str(text).map_err(json_fault)?;
            limits::check_json(&filter)?;
            serde_json::from_value(filter).map_err(json_fault)?
        } else {
            let text = text::plain(text);
            limits::check_text(&text)?;
            limits::bound_grammar();
            cql2::parse_text(&text).map_err(|error| {
                if limits::is_call_limit(&error.to_string()) {
                    FilterLimit::Ambiguous.into()
                } else {
                    bad(FilterFault::of_text(&text, &error))
                }
            })?
        };
        Ok(Self {
            schema: how.schema,
            node: compile::Compiler {
                schema: how.schema,
                up_to: how.up_to,
                crs: how.crs,
            }
            .node(&expression)?,
        })
    }

    /// A filter for the records whose property `name` is `text`, as a query parameter says it.
    ///
    /// # Errors
    /// As [`Filter::parse`]; also a text that is no value of the property.
    pub fn equals(
        schema: &'static LayerSchema,
        up_to: FieldClass,
        name: &str,
        text: &str,
    ) -> Result<Self, QueryError> {
        let crs = Crs::Crs84;
        let compiler = compile::Compiler { schema, up_to, crs };
        let node = compiler.equals(name, text)?;
        Ok(Self { schema, node })
    }

    /// Boxes that hold every record that can pass; `None` where that may be any.
    pub fn reach(&self) -> Option<Vec<BBox>> {
        place::reach(&self.node)
    }

    /// Nanoseconds that one record takes, estimated.
    pub fn cost_ns(&self) -> u64 {
        cost::of(&self.node)
    }

    /// Whether `feature` passes; a comparison with an unknown value does not.
    pub fn passes(&self, feature: &Feature) -> bool {
        debug_assert_eq!(feature.attributes.len(), self.schema.fields.len());
        eval::truth(&self.node, feature) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeatureId, LayerId, Revision, Value};
    use crate::geometry::Point;

    fn risk() -> Feature {
        let schema = LayerId::RISK_POINTS.schema();
        let mut attributes = vec![Value::Null; schema.fields.len()];
        let mut set = |name: &str, value: Value| attributes[schema.position(name).unwrap()] = value;
        set("level", "red".into());
        set("status", "rectifying".into());
        set("description", "楼道堆放杂物".into());
        set(
            "deadline",
            "2026-03-05".parse::<jiff::civil::Date>().unwrap().into(),
        );
        Feature {
            id: FeatureId(7),
            code: "FX-2026-0007".into(),
            name: "".into(),
            geometry: Some(Box::new(Point::new(108.96, 34.22).into())),
            attributes: attributes.into(),
            revision: Revision(9),
            updated_at: "2026-03-01T00:00:00Z".parse().unwrap(),
            updated_by: "demo".into(),
        }
    }

    fn check(filter: &str, expected: bool) {
        let filter = Filter::parse(filter, LayerId::RISK_POINTS.schema(), FieldClass::Internal)
            .unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(filter.passes(&risk()), expected, "{filter:?}");
    }

    #[test]
    fn filters_answer_as_the_standard_says() {
        check("level = 'red'", true);
        check("level <> 'red'", false);
        check("level IN ('red','orange') AND NOT status = 'closed'", true);
        check("closed_on IS NULL", true);
        check("closed_on > DATE('2026-01-01')", false);
        check("NOT closed_on > DATE('2026-01-01')", false);
        check("deadline < DATE('2026-03-06')", true);
        check("deadline < '2026-03-05'", false);
        check("deadline BETWEEN '2026-03-01' AND '2026-03-31'", true);
        check("T_AFTER(deadline, DATE('2026-03-04'))", true);
        check(
            "T_DURING(deadline, INTERVAL('2026-03-01','2026-03-31'))",
            true,
        );
        check("description LIKE '%杂物%'", true);
        check("CASEI(code) = casei('fx-2026-0007')", true);
        check("code LIKE 'FX-2026-000_'", true);
        check("id = 7 AND revision >= 9", true);
        check("id + 1 = 8", true);
        check("S_INTERSECTS(geometry, BBOX(108.9,34.2,109.0,34.3))", true);
        check(
            "S_WITHIN(geometry, POLYGON((108.9 34.2,108.95 34.2,108.95 34.3,108.9 34.2)))",
            false,
        );
        check(r#"{"op":"=","args":[{"property":"level"},"red"]}"#, true);
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let parse = |text: &str, layer: LayerId| {
            Filter::parse(text, layer.schema(), FieldClass::Internal).unwrap_err()
        };
        let risk = LayerId::RISK_POINTS;
        assert!(matches!(
            parse("level = ", risk),
            QueryError::BadFilter { .. }
        ));
        assert!(matches!(
            parse("colour = 'red'", risk),
            QueryError::NoSuchProperty { .. }
        ));
        assert!(matches!(
            parse("my_function(level) = 1", risk),
            QueryError::UnanswerableFilter { .. }
        ));
        assert!(matches!(
            parse("level > 3", risk),
            QueryError::UnanswerableFilter { .. }
        ));
        assert!(matches!(
            parse("doors_per_floor = 2", LayerId::ENTRANCES),
            QueryError::Restricted { .. }
        ));
    }
}
