//! A parsed CQL2 expression → a node that fits the layer, or the reason why it does not.

use std::str::FromStr;

use cql2::Expr;
use geojson::GeoJson;

use super::times::moment;
use super::{Arithmetic, Comparison, Node, Operand, Scalar, Slot, SpatialRelation};
use crate::domain::{FieldClass, FieldKind, LayerSchema};
use crate::geometry::{BBox, Geometry};
use crate::query::QueryError;

pub(super) struct Compiler {
    pub(super) schema: &'static LayerSchema,
    pub(super) up_to: FieldClass,
}

/// What kind of values an operand has, so that a comparison that can never be true is refused.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Family {
    Any,
    Truth,
    Number,
    Text,
    Time,
}

pub(super) fn unanswerable(reason: impl Into<String>) -> QueryError {
    QueryError::UnanswerableFilter {
        reason: reason.into(),
    }
}

impl Compiler {
    pub(super) fn node(&self, expression: &Expr) -> Result<Node, QueryError> {
        match expression {
            Expr::Bool(truth) => Ok(Node::Always(*truth)),
            Expr::Property { .. } => {
                let (operand, family) = self.operand(expression)?;
                if family == Family::Truth {
                    Ok(Node::IsTrue(operand))
                } else {
                    Err(unanswerable(
                        "a property that stands alone must be a yes-or-no one",
                    ))
                }
            }
            Expr::Operation { op, args } => self.operation(op, args),
            _ => Err(unanswerable(
                "a filter is a comparison or a combination of comparisons",
            )),
        }
    }

    fn operation(&self, op: &str, args: &[Box<Expr>]) -> Result<Node, QueryError> {
        let lower = op.to_ascii_lowercase();
        match (lower.as_str(), args) {
            ("and", _) => Ok(Node::And(self.nodes(args)?)),
            ("or", _) => Ok(Node::Or(self.nodes(args)?)),
            ("not", [inner]) => Ok(Node::Not(Box::new(self.node(inner)?))),
            ("isnull", [inner]) => Ok(Node::IsNull(self.operand(inner)?.0)),
            ("like", [value, pattern]) => {
                let (operand, family) = self.operand(value)?;
                self.same_family(family, Family::Text)?;
                match self.operand(pattern)?.0 {
                    Operand::Literal(Scalar::Text(pattern)) => {
                        Ok(Node::Like(operand, pattern.to_string()))
                    }
                    Operand::CaseFolded(inner) => match *inner {
                        Operand::Literal(Scalar::Text(pattern)) => {
                            Ok(Node::Like(operand, pattern.to_lowercase()))
                        }
                        _ => Err(unanswerable("LIKE takes a text pattern")),
                    },
                    _ => Err(unanswerable("LIKE takes a text pattern")),
                }
            }
            ("between", [value, low, high]) => {
                let (value, family) = self.operand(value)?;
                Ok(Node::Between(
                    value,
                    self.fitting(low, family)?,
                    self.fitting(high, family)?,
                ))
            }
            ("in", [value, list]) => {
                let (value, family) = self.operand(value)?;
                let Expr::Array(list) = &**list else {
                    return Err(unanswerable("IN takes a list"));
                };
                let list = list
                    .iter()
                    .map(|item| self.fitting(item, family))
                    .collect::<Result<_, _>>()?;
                Ok(Node::In(value, list))
            }
            (_, [left, right]) if comparison(&lower).is_some() => {
                let how = comparison(&lower).unwrap_or(Comparison::Equal);
                let ((left, left_family), (right, right_family)) =
                    (self.operand(left)?, self.operand(right)?);
                let left = fit(left, left_family, right_family)?;
                let right = fit(right, right_family, left_family)?;
                Ok(Node::Compare(how, left, right))
            }
            (_, [left, right]) if lower.starts_with("s_") => self.spatial(&lower, left, right),
            (_, [left, right]) if lower.starts_with("t_") => self.temporal(&lower, left, right),
            _ => Err(unanswerable(format!(
                "{op} with {} operands is not an operator of this service",
                args.len()
            ))),
        }
    }

    fn nodes(&self, args: &[Box<Expr>]) -> Result<Vec<Node>, QueryError> {
        args.iter().map(|arg| self.node(arg)).collect()
    }

    pub(super) fn fitting(&self, expression: &Expr, family: Family) -> Result<Operand, QueryError> {
        let (operand, own) = self.operand(expression)?;
        fit(operand, own, family)
    }

    pub(super) fn same_family(&self, given: Family, wanted: Family) -> Result<(), QueryError> {
        if given == wanted || given == Family::Any {
            Ok(())
        } else {
            Err(unanswerable(format!(
                "a value of {} does not fit the operator",
                self.schema.id
            )))
        }
    }

    pub(super) fn operand(&self, expression: &Expr) -> Result<(Operand, Family), QueryError> {
        let literal = |scalar, family| Ok((Operand::Literal(scalar), family));
        match expression {
            Expr::Null => literal(Scalar::Unknown, Family::Any),
            Expr::Bool(truth) => literal(Scalar::Truth(*truth), Family::Truth),
            Expr::Float(number) => literal(Scalar::Number(*number), Family::Number),
            Expr::Literal(text) => literal(Scalar::Text(text.as_str().into()), Family::Text),
            Expr::Date { date: inner } | Expr::Timestamp { timestamp: inner } => match &**inner {
                Expr::Literal(text) => literal(Scalar::Time(moment(text)?), Family::Time),
                _ => Err(unanswerable(
                    "DATE and TIMESTAMP take a text such as '2026-03-05'",
                )),
            },
            Expr::Property { property } => self.property(property),
            Expr::Operation { op, args } => {
                let lower = op.to_ascii_lowercase();
                match (lower.as_str(), args.as_slice()) {
                    ("casei", [inner]) => {
                        let (operand, family) = self.operand(inner)?;
                        self.same_family(family, Family::Text)?;
                        Ok((Operand::CaseFolded(Box::new(operand)), Family::Text))
                    }
                    (sign, [left, right]) if arithmetic(sign).is_some() => {
                        let how = arithmetic(sign).unwrap_or(Arithmetic::Plus);
                        let (left, right) = (
                            self.fitting(left, Family::Number)?,
                            self.fitting(right, Family::Number)?,
                        );
                        Ok((
                            Operand::Arithmetic(how, Box::new(left), Box::new(right)),
                            Family::Number,
                        ))
                    }
                    _ => Err(unanswerable(format!(
                        "{op} is not a function of this service"
                    ))),
                }
            }
            _ => Err(unanswerable(
                "an operand is a property, a number, a text, a date or a sum of numbers",
            )),
        }
    }

    fn property(&self, name: &str) -> Result<(Operand, Family), QueryError> {
        let (slot, family) = match name {
            "id" => (Slot::Id, Family::Number),
            "code" => (Slot::Code, Family::Text),
            "name" => (Slot::Name, Family::Text),
            "revision" => (Slot::Revision, Family::Number),
            "updated_at" => (Slot::UpdatedAt, Family::Time),
            "updated_by" => (Slot::UpdatedBy, Family::Text),
            _ => {
                let Some((at, field)) = self
                    .schema
                    .fields
                    .iter()
                    .enumerate()
                    .find(|(_, field)| field.name == name)
                else {
                    return Err(self.no_such_property(name));
                };
                if field.class > self.up_to {
                    return Err(QueryError::Restricted {
                        what: format!("{}.{name}", self.schema.id),
                    });
                }
                let family = match field.kind {
                    FieldKind::Text | FieldKind::Code(_) => Family::Text,
                    FieldKind::Integer | FieldKind::Real => Family::Number,
                    FieldKind::Boolean => Family::Truth,
                    FieldKind::Date | FieldKind::Time => Family::Time,
                };
                (Slot::Attribute(at), family)
            }
        };
        Ok((Operand::Property(slot), family))
    }

    fn no_such_property(&self, name: &str) -> QueryError {
        let own = self
            .schema
            .fields
            .iter()
            .filter(|field| field.class <= self.up_to)
            .map(|field| field.name);
        let known = ["id", "code", "name"]
            .into_iter()
            .chain(own)
            .collect::<Vec<_>>()
            .join(", ");
        QueryError::NoSuchProperty {
            layer: self.schema.id,
            property: name.to_owned(),
            known,
        }
    }

    fn spatial(&self, op: &str, left: &Expr, right: &Expr) -> Result<Node, QueryError> {
        use SpatialRelation as R;
        let relation = match op {
            "s_intersects" => R::Intersects,
            "s_disjoint" => R::Disjoint,
            "s_equals" => R::Equals,
            "s_touches" => R::Touches,
            "s_within" => R::Within,
            "s_contains" => R::Contains,
            "s_overlaps" => R::Overlaps,
            "s_crosses" => R::Crosses,
            _ => return Err(unanswerable(format!("{op} is not a spatial operator"))),
        };
        let is_geometry = |e: &Expr| matches!(e, Expr::Property { property } if matches!(property.as_str(), "geometry" | "geom"));
        let (shape, reversed) = match (is_geometry(left), is_geometry(right)) {
            (true, false) => (self.shape(right)?, false),
            (false, true) => (self.shape(left)?, true),
            _ => {
                return Err(unanswerable(
                    "a spatial comparison has `geometry` on one side and a shape on the other",
                ));
            }
        };
        Ok(Node::Spatial {
            relation,
            shape: Box::new(shape),
            reversed,
        })
    }

    fn shape(&self, expression: &Expr) -> Result<Geometry, QueryError> {
        match expression {
            Expr::BBox { bbox } => {
                let numbers: Vec<f64> = bbox
                    .iter()
                    .filter_map(|e| {
                        if let Expr::Float(n) = **e {
                            Some(n)
                        } else {
                            None
                        }
                    })
                    .collect();
                let (west, south, east, north) = match numbers.as_slice() {
                    [w, s, e, n] | [w, s, _, e, n, _] => (*w, *s, *e, *n),
                    _ => {
                        return Err(unanswerable(
                            "BBOX takes four numbers: west, south, east, north",
                        ));
                    }
                };
                let bbox = BBox::new(west, south, east, north)
                    .map_err(|error| unanswerable(error.to_string()))?;
                Ok(bbox.polygon().into())
            }
            Expr::Geometry(shape) => {
                let json = serde_json::to_string(shape)
                    .map_err(|error| unanswerable(error.to_string()))?;
                let parsed =
                    GeoJson::from_str(&json).map_err(|error| unanswerable(error.to_string()))?;
                Geometry::try_from(parsed).map_err(|error| unanswerable(error.to_string()))
            }
            _ => Err(unanswerable(format!(
                "{} is compared with a shape such as POINT(108.96 34.22)",
                self.schema.id
            ))),
        }
    }
}

/// Makes `operand` comparable with a value of `other`: a text beside a time is read as a time, else kinds must agree.
fn fit(operand: Operand, own: Family, other: Family) -> Result<Operand, QueryError> {
    match (operand, own, other) {
        (Operand::Literal(Scalar::Text(text)), _, Family::Time) => {
            Ok(Operand::Literal(Scalar::Time(moment(&text)?)))
        }
        (operand @ Operand::Property(_), Family::Time, Family::Text) => Ok(operand),
        (operand, own, other) if own == other || own == Family::Any || other == Family::Any => {
            Ok(operand)
        }
        _ => Err(unanswerable(
            "a number, a text, a date and yes-or-no cannot be compared with one another",
        )),
    }
}

fn comparison(op: &str) -> Option<Comparison> {
    Some(match op {
        "=" => Comparison::Equal,
        "<>" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(op: &str) -> Option<Arithmetic> {
    Some(match op {
        "+" => Arithmetic::Plus,
        "-" => Arithmetic::Minus,
        "*" => Arithmetic::Times,
        "/" => Arithmetic::Over,
        "%" => Arithmetic::Modulo,
        "^" => Arithmetic::Power,
        "div" => Arithmetic::WholeOver,
        _ => return None,
    })
}
