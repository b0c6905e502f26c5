//! The array operators of CQL2.

use cql2::Expr;

use super::compile::{Compiler, Family, unanswerable};
use super::eval::{compare, value};
use super::fault::FilterFault;
use super::{Comparison, Node, Operand};
use crate::domain::Feature;
use crate::query::QueryError;

#[derive(Debug, Clone, Copy)]
pub(super) enum ListRelation {
    Equal,
    Contains,
    ContainedBy,
    Overlap,
}

impl Compiler {
    pub(super) fn lists(&self, op: &str, left: &Expr, right: &Expr) -> Result<Node, QueryError> {
        let relation = match op {
            "a_equals" => ListRelation::Equal,
            "a_contains" => ListRelation::Contains,
            "a_containedby" => ListRelation::ContainedBy,
            "a_overlaps" => ListRelation::Overlap,
            _ => {
                return Err(unanswerable(FilterFault::Operator {
                    op: op.to_owned(),
                    operands: 2,
                }));
            }
        };
        Ok(Node::Lists(relation, self.list(left)?, self.list(right)?))
    }

    /// The members of a list. A property with one value is a list of one.
    fn list(&self, expression: &Expr) -> Result<Vec<Operand>, QueryError> {
        let member = |expression: &Expr| Ok(self.operand(expression)?.0);
        match expression {
            Expr::Array(items) => items.iter().map(|item| member(item)).collect(),
            Expr::Property { property } => Ok(vec![self.property(property)?.0]),
            other => match self.operand(other)? {
                (operand, Family::Any | Family::Number | Family::Text) => Ok(vec![operand]),
                _ => Err(unanswerable(FilterFault::Lists)),
            },
        }
    }
}

pub(super) fn relate(
    relation: ListRelation,
    left: &[Operand],
    right: &[Operand],
    feature: &Feature,
) -> bool {
    let same = |one: &Operand, other: &Operand| {
        let (one, other) = (value(one, feature), value(other, feature));
        compare(Comparison::Equal, &one, &other) == Some(true)
    };
    let within = |part: &[Operand], whole: &[Operand]| {
        part.iter()
            .all(|one| whole.iter().any(|other| same(one, other)))
    };
    match relation {
        ListRelation::Equal => {
            left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same(one, other))
        }
        ListRelation::Contains => within(right, left),
        ListRelation::ContainedBy => within(left, right),
        ListRelation::Overlap => left
            .iter()
            .any(|one| right.iter().any(|other| same(one, other))),
    }
}
