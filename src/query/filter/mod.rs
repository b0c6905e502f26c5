//! Which features have these properties? CQL2 text or JSON → a checked predicate over one layer.
//!
//! Parsing is the `cql2` crate's; the predicate is ours, because it runs on records, not on JSON trees, and because
//! an unknown property must be an error rather than an empty answer. Start from [`Filter::parse`].

mod compile;
mod eval;
mod times;

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Feature, FieldClass, LayerSchema};
use crate::geometry::Geometry;
use crate::query::QueryError;

/// A filter that fits one layer.
#[derive(Debug, Clone)]
pub struct Filter {
    schema: &'static LayerSchema,
    node: Node,
}

/// One value while a filter is worked out; a date is the first moment of its day.
#[derive(Debug, Clone, PartialEq)]
enum Scalar {
    Unknown,
    Truth(bool),
    Number(f64),
    Text(Arc<str>),
    Time(Timestamp),
}

/// Where a property's value is found.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slot {
    Id,
    Code,
    Name,
    Revision,
    UpdatedAt,
    UpdatedBy,
    Attribute(usize),
}

#[derive(Debug, Clone)]
enum Operand {
    Literal(Scalar),
    Property(Slot),
    CaseFolded(Box<Operand>),
    Arithmetic(Arithmetic, Box<Operand>, Box<Operand>),
}

#[derive(Debug, Clone, Copy)]
enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
    Power,
    WholeOver,
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy)]
enum SpatialRelation {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Within,
    Contains,
    Overlaps,
    Crosses,
}

#[derive(Debug, Clone)]
enum Node {
    Always(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison, Operand, Operand),
    Like(Operand, String),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    IsNull(Operand),
    IsTrue(Operand),
    Spatial {
        relation: SpatialRelation,
        shape: Box<Geometry>,
        reversed: bool,
    },
    During {
        at: Operand,
        from: Timestamp,
        until: Timestamp,
        closed: bool,
    },
}

impl Filter {
    /// A filter for `schema` from CQL2 text, or from CQL2 JSON when it starts with a brace.
    ///
    /// Properties are the layer's fields and `id`, `code`, `name`, `revision`, `updated_at`, `updated_by`, `geometry`.
    /// A property stricter than `up_to` is refused, so that a filter cannot ask what an answer may not say.
    ///
    /// # Errors
    /// [`QueryError::BadFilter`], [`QueryError::NoSuchProperty`], [`QueryError::Restricted`] or
    /// [`QueryError::UnanswerableFilter`].
    pub fn parse(
        text: &str,
        schema: &'static LayerSchema,
        up_to: FieldClass,
    ) -> Result<Self, QueryError> {
        let bad = |error: cql2::Error| QueryError::BadFilter {
            reason: error.to_string(),
        };
        let expression = if text.trim_start().starts_with('{') {
            cql2::parse_json(text).map_err(|error| QueryError::BadFilter {
                reason: error.to_string(),
            })?
        } else {
            cql2::parse_text(text).map_err(bad)?
        };
        Ok(Self {
            schema,
            node: compile::Compiler { schema, up_to }.node(&expression)?,
        })
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
            geometry: Some(Point::new(108.96, 34.22).into()),
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
