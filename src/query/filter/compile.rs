//! A parsed CQL2 expression → a node that fits the layer, or the reason why it does not.

use cql2::Expr;

use super::fault::FilterFault;
use super::like::Pattern;
use super::membership::{Members, join_equalities};
use super::times::moment;
use super::{Arithmetic, Comparison, Node, Operand, Scalar, Slot, text};
use crate::domain::{FieldClass, FieldKind, LayerSchema, Value};
use crate::geometry::crs::Crs;
use crate::query::QueryError;

pub(super) struct Compiler {
    pub(super) schema: &'static LayerSchema,
    pub(super) up_to: FieldClass,
    pub(super) crs: Crs,
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

pub(super) fn unanswerable(reason: impl Into<FilterFault>) -> QueryError {
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
                    Err(unanswerable(FilterFault::LoneProperty))
                }
            }
            Expr::Operation { op, args } => self.operation(op, args),
            _ => Err(unanswerable(FilterFault::NoCondition)),
        }
    }

    fn operation(&self, op: &str, args: &[Box<Expr>]) -> Result<Node, QueryError> {
        let lower = op.to_ascii_lowercase();
        match (lower.as_str(), args) {
            ("and", _) => Ok(Node::And(self.nodes(args)?)),
            ("or", _) => Ok(Node::Or(join_equalities(self.nodes(args)?))),
            ("not", [inner]) => Ok(Node::Not(Box::new(self.node(inner)?))),
            ("isnull", [inner]) => self.is_null(inner),
            ("like", [value, pattern]) => {
                let (operand, family) = self.operand(value)?;
                Self::same_family(family, Family::Text)?;
                let pattern = self.operand(pattern)?.0;
                let pattern =
                    text::constant(&pattern).ok_or_else(|| unanswerable(FilterFault::Pattern))?;
                Ok(Node::Like(operand, Pattern::parse(&pattern)?))
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
                    return Err(unanswerable(FilterFault::List));
                };
                let list = list
                    .iter()
                    .map(|item| self.fitting(item, family))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(match Members::of_list(&list) {
                    Some(members) => Node::OneOf(value, members),
                    None => Node::In(value, list),
                })
            }
            (_, [left, right]) if comparison(&lower).is_some() => {
                let how = comparison(&lower).unwrap_or(Comparison::Equal);
                let ((left, left_family), (right, right_family)) =
                    (self.operand(left)?, self.operand(right)?);
                let left = fit(left, left_family, right_family)?;
                let right = fit(right, right_family, left_family)?;
                Ok(Node::Compare(how, left, right))
            }
            ("s_dwithin", args) => self.near(args),
            (_, [left, right]) if lower.starts_with("s_") => self.spatial(&lower, left, right),
            (_, [left, right]) if lower.starts_with("t_") => self.temporal(&lower, left, right),
            (_, [left, right]) if lower.starts_with("a_") => self.lists(&lower, left, right),
            _ => Err(unanswerable(FilterFault::Operator {
                op: op.to_owned(),
                operands: args.len(),
            })),
        }
    }

    fn is_null(&self, inner: &Expr) -> Result<Node, QueryError> {
        match inner {
            Expr::Property { property } if is_geometry(property) => {
                Ok(Node::Not(Box::new(Node::HasShape)))
            }
            Expr::Geometry(_) | Expr::BBox { .. } => Ok(Node::Always(false)),
            Expr::Operation { op, .. } if !is_value(op) => {
                Ok(Node::IsOpen(Box::new(self.node(inner)?)))
            }
            _ => Ok(Node::IsNull(self.operand(inner)?.0)),
        }
    }

    /// The records whose property `name` is what `text` says.
    pub(super) fn equals(&self, name: &str, text: &str) -> Result<Node, QueryError> {
        let (property, family) = self.property(name)?;
        let wrong = || {
            unanswerable(FilterFault::NoValueOf {
                property: name.to_owned(),
                text: text.to_owned(),
            })
        };
        let scalar = match family {
            Family::Number => Scalar::Number(text.parse().map_err(|_not_a_number| wrong())?),
            Family::Truth => Scalar::Truth(text.parse().map_err(|_not_a_truth| wrong())?),
            Family::Time => Scalar::Time(moment(text)?),
            Family::Text | Family::Any => Scalar::Text(text.into()),
        };
        if let Some(field) = self.schema.field(name)
            && let FieldKind::Code(_) = field.kind
        {
            Value::parse(field.kind, text).map_err(unanswerable)?;
        }
        Ok(Node::Compare(
            Comparison::Equal,
            property,
            Operand::Literal(scalar),
        ))
    }

    fn nodes(&self, args: &[Box<Expr>]) -> Result<Vec<Node>, QueryError> {
        args.iter().map(|arg| self.node(arg)).collect()
    }

    pub(super) fn fitting(&self, expression: &Expr, family: Family) -> Result<Operand, QueryError> {
        let (operand, own) = self.operand(expression)?;
        fit(operand, own, family)
    }

    pub(super) fn same_family(given: Family, wanted: Family) -> Result<(), QueryError> {
        if given == wanted || given == Family::Any {
            Ok(())
        } else {
            Err(unanswerable(FilterFault::OperandKind))
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
                _ => Err(unanswerable(FilterFault::DateText)),
            },
            Expr::Property { property } => self.property(property),
            Expr::Operation { op, args } => {
                let lower = op.to_ascii_lowercase();
                match (lower.as_str(), args.as_slice()) {
                    ("casei", [inner]) => {
                        let (operand, family) = self.operand(inner)?;
                        Self::same_family(family, Family::Text)?;
                        Ok((Operand::CaseFolded(Box::new(operand)), Family::Text))
                    }
                    ("accenti", [inner]) => {
                        let (operand, family) = self.operand(inner)?;
                        Self::same_family(family, Family::Text)?;
                        Ok((Operand::WithoutAccents(Box::new(operand)), Family::Text))
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
                    _ => Err(unanswerable(FilterFault::Function { op: op.to_owned() })),
                }
            }
            _ => Err(unanswerable(FilterFault::NoOperand)),
        }
    }

    pub(super) fn property(&self, name: &str) -> Result<(Operand, Family), QueryError> {
        let slot = Slot::called(name, self.schema, self.up_to)?;
        let family = match slot {
            Slot::Id | Slot::Revision => Family::Number,
            Slot::Code | Slot::Name | Slot::UpdatedBy => Family::Text,
            Slot::UpdatedAt => Family::Time,
            Slot::Attribute(at) => match self.schema.fields.get(at).map(|field| field.kind) {
                Some(FieldKind::Integer | FieldKind::Real) => Family::Number,
                Some(FieldKind::Boolean) => Family::Truth,
                Some(FieldKind::Date | FieldKind::Time) => Family::Time,
                Some(FieldKind::Text | FieldKind::Code(_)) | None => Family::Text,
            },
        };
        Ok((Operand::Property(slot), family))
    }
}

impl Slot {
    /// Where the property called `name` is found.
    ///
    /// # Errors
    /// [`QueryError::NoSuchProperty`], or [`QueryError::Restricted`] for one stricter than `up_to`.
    pub(in crate::query) fn called(
        name: &str,
        schema: &LayerSchema,
        up_to: FieldClass,
    ) -> Result<Self, QueryError> {
        Ok(match name {
            "id" => Self::Id,
            "code" => Self::Code,
            "name" => Self::Name,
            "revision" => Self::Revision,
            "updated_at" => Self::UpdatedAt,
            "updated_by" => Self::UpdatedBy,
            _ => {
                let fields = schema.fields.iter().enumerate();
                let Some((at, field)) = fields.clone().find(|(_, field)| field.name == name) else {
                    return Err(no_such_property(name, schema, up_to));
                };
                if schema.class_of(field) > up_to {
                    return Err(QueryError::Restricted {
                        what: format!("{}.{name}", schema.id),
                    });
                }
                Self::Attribute(at)
            }
        })
    }
}

fn no_such_property(name: &str, schema: &LayerSchema, up_to: FieldClass) -> QueryError {
    let own = schema
        .fields
        .iter()
        .filter(|field| schema.class_of(field) <= up_to)
        .map(|field| field.name);
    let known = ["id", "code", "name"]
        .into_iter()
        .chain(own)
        .collect::<Vec<_>>()
        .join(", ");
    QueryError::NoSuchProperty {
        layer: schema.id,
        property: name.to_owned(),
        known,
    }
}

/// Whether `name` means the shape of a record.
pub(super) fn is_geometry(name: &str) -> bool {
    matches!(name, "geometry" | "geom")
}

/// Whether `op` gives a value rather than yes or no.
fn is_value(op: &str) -> bool {
    let op = op.to_ascii_lowercase();
    matches!(op.as_str(), "casei" | "accenti") || arithmetic(&op).is_some()
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
        _ => Err(unanswerable(FilterFault::Mixed)),
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
