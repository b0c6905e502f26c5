//! What a filter costs per record, estimated from a release build on one core.

use super::place::Shape;
use super::{Node, Operand};

/// Nanoseconds that `node` takes for one record where no part of it decides early.
pub(super) fn of(node: &Node) -> u64 {
    match node {
        Node::Always(_) | Node::HasShape => 5,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().map(of).sum(),
        Node::Not(inner) | Node::IsOpen(inner) => of(inner),
        Node::Compare(_, left, right) => 10 + operand(left) + operand(right),
        Node::Like(value, _) => 150 + operand(value),
        Node::Between(value, low, high) => 20 + operand(value) + operand(low) + operand(high),
        Node::In(value, list) => operand(value) + operands(list) + 10 * count(list),
        Node::OneOf(value, _) => 60 + operand(value),
        Node::IsNull(value) | Node::IsTrue(value) => operand(value),
        Node::Spatial(_, left, right) => shape(left) + shape(right),
        Node::Near { shape, .. } => 1_000 + 20 * super::given::GivenShape::vertices(shape),
        Node::Temporal(..) => 200,
        Node::Lists(_, left, right) => {
            (operands(left) + 10) * count(right) + operands(right) * count(left)
        }
    }
}

fn operand(value: &Operand) -> u64 {
    match value {
        Operand::Literal(_) => 10,
        Operand::Property(_) => 20,
        Operand::CaseFolded(inner) | Operand::WithoutAccents(inner) => 300 + operand(inner),
        Operand::Arithmetic(_, left, right) => 10 + operand(left) + operand(right),
    }
}

fn operands(list: &[Operand]) -> u64 {
    list.iter().map(operand).sum()
}

fn count(list: &[Operand]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX >> 8)
}

fn shape(shape: &Shape) -> u64 {
    match shape {
        Shape::Own => 50,
        Shape::Given(given) => given.cost_ns(),
    }
}
