//! What a compiled filter says of one record, in three-valued logic: yes, no, unknown.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Arithmetic, Comparison, Node, Operand, Scalar, Slot, lists, place, text, times};
use crate::domain::{Feature, Value, start_of};

/// Whether `feature` passes; `None` where an unknown value leaves it open.
pub(super) fn truth(node: &Node, feature: &Feature) -> Option<bool> {
    match node {
        Node::Always(truth) => Some(*truth),
        Node::And(nodes) => fold(nodes, feature, false),
        Node::Or(nodes) => fold(nodes, feature, true),
        Node::Not(inner) => truth(inner, feature).map(|truth| !truth),
        Node::Compare(how, left, right) => {
            compare(*how, &value(left, feature), &value(right, feature))
        }
        Node::Like(operand, pattern) => match value(operand, feature) {
            Scalar::Text(text) => Some(pattern.matches(&text)),
            _ => None,
        },
        Node::Between(operand, low, high) => {
            let (at, low, high) = (
                value(operand, feature),
                value(low, feature),
                value(high, feature),
            );
            Some(
                compare(Comparison::GreaterOrEqual, &at, &low)?
                    && compare(Comparison::LessOrEqual, &at, &high)?,
            )
        }
        Node::In(operand, list) => {
            let at = value(operand, feature);
            if at == Scalar::Unknown {
                return None;
            }
            Some(
                list.iter().any(|item| {
                    compare(Comparison::Equal, &at, &value(item, feature)) == Some(true)
                }),
            )
        }
        Node::OneOf(operand, members) => members.contains(&value(operand, feature)),
        Node::IsNull(operand) => Some(value(operand, feature) == Scalar::Unknown),
        Node::IsTrue(operand) => match value(operand, feature) {
            Scalar::Truth(truth) => Some(truth),
            _ => None,
        },
        Node::IsOpen(inner) => Some(truth(inner, feature).is_none()),
        Node::HasShape => Some(feature.geometry.is_some()),
        Node::Spatial(relation, left, right) => place::relate(*relation, left, right, feature),
        Node::Near { shape, metres } => place::is_near(shape, *metres, feature),
        Node::Temporal(relation, left, right) => times::relate(*relation, left, right, feature),
        Node::Lists(relation, left, right) => Some(lists::relate(*relation, left, right, feature)),
    }
}

/// AND (`winner` = false) or OR (`winner` = true): one winner decides, else one unknown leaves it open.
fn fold(nodes: &[Node], feature: &Feature, winner: bool) -> Option<bool> {
    let mut open = false;
    for node in nodes {
        match truth(node, feature) {
            Some(truth) if truth == winner => return Some(winner),
            Some(_) => {}
            None => open = true,
        }
    }
    if open { None } else { Some(!winner) }
}

pub(super) fn value(operand: &Operand, feature: &Feature) -> Scalar {
    match operand {
        Operand::Literal(scalar) => scalar.clone(),
        Operand::Property(slot) => slot_value(*slot, feature),
        Operand::CaseFolded(inner) => match value(inner, feature) {
            Scalar::Text(text) => Scalar::Text(text::case_folded(&text).into()),
            other => other,
        },
        Operand::WithoutAccents(inner) => match value(inner, feature) {
            Scalar::Text(text) => Scalar::Text(text::without_accents(&text).into()),
            other => other,
        },
        Operand::Arithmetic(how, left, right) => {
            match (value(left, feature), value(right, feature)) {
                (Scalar::Number(left), Scalar::Number(right)) => {
                    let result = match how {
                        Arithmetic::Plus => left + right,
                        Arithmetic::Minus => left - right,
                        Arithmetic::Times => left * right,
                        Arithmetic::Over => left / right,
                        Arithmetic::Modulo => left % right,
                        Arithmetic::Power => left.powf(right),
                        Arithmetic::WholeOver => (left / right).trunc(),
                    };
                    if result.is_finite() {
                        Scalar::Number(result)
                    } else {
                        Scalar::Unknown
                    }
                }
                _ => Scalar::Unknown,
            }
        }
    }
}

/// What `feature` has in `slot`.
pub(in crate::query) fn slot_value(slot: Slot, feature: &Feature) -> Scalar {
    let number = |n: i64| {
        Value::Integer(n)
            .as_number()
            .map_or(Scalar::Unknown, Scalar::Number)
    };
    match slot {
        Slot::Id => number(feature.id.0),
        Slot::Code => Scalar::Text(Arc::clone(&feature.code)),
        Slot::Name => Scalar::Text(Arc::clone(&feature.name)),
        Slot::Revision => number(feature.revision.0),
        Slot::UpdatedAt => Scalar::Time(feature.updated_at),
        Slot::UpdatedBy => Scalar::Text((*feature.updated_by).into()),
        Slot::Attribute(at) => match feature.attributes.get(at) {
            None | Some(Value::Null) => Scalar::Unknown,
            Some(Value::Boolean(truth)) => Scalar::Truth(*truth),
            Some(Value::Integer(n)) => number(*n),
            Some(Value::Real(n)) => Scalar::Number(*n),
            Some(Value::Text(text)) => Scalar::Text(Arc::clone(text)),
            Some(Value::Date(date)) => Scalar::Time(start_of(*date)),
            Some(Value::Time(at)) => Scalar::Time(*at),
        },
    }
}

/// Which of two values comes first; `None` where one is unknown or they are of two kinds.
pub(in crate::query) fn order(left: &Scalar, right: &Scalar) -> Option<Ordering> {
    match (left, right) {
        (Scalar::Number(left), Scalar::Number(right)) => left.partial_cmp(right),
        (Scalar::Text(left), Scalar::Text(right)) => Some(left.cmp(right)),
        (Scalar::Time(left), Scalar::Time(right)) => Some(left.cmp(right)),
        (Scalar::Truth(left), Scalar::Truth(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

pub(super) fn compare(how: Comparison, left: &Scalar, right: &Scalar) -> Option<bool> {
    let order = order(left, right)?;
    Some(match how {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}
