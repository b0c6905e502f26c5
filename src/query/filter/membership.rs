//! Is a value one of many? A list of codes is looked up, not compared one by one.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Comparison, Node, Operand, Scalar};

/// Shorter lists are compared one by one.
const WORTH_IT: usize = 4;

/// Literals of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Members {
    Texts(HashSet<Arc<str>>),
    /// In ascending order, without negative zero.
    Numbers(Vec<f64>),
}

impl Members {
    /// The literals of `list`; `None` where something else is among them, they are of two kinds, or they are few.
    pub(super) fn of_list(list: &[Operand]) -> Option<Self> {
        if list.len() < WORTH_IT {
            return None;
        }
        let texts = list.iter().map(|item| match item {
            Operand::Literal(Scalar::Text(text)) => Some(Arc::clone(text)),
            _ => None,
        });
        if let Some(texts) = texts.collect::<Option<HashSet<_>>>() {
            return Some(Self::Texts(texts));
        }
        let numbers = list.iter().map(|item| match item {
            // adding zero makes the negative zero positive
            Operand::Literal(Scalar::Number(number)) => Some(number + 0.0),
            _ => None,
        });
        let mut numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
        numbers.sort_by(f64::total_cmp);
        Some(Self::Numbers(numbers))
    }

    /// Whether `value` is one of them; `None` where it is unknown.
    pub(super) fn contains(&self, value: &Scalar) -> Option<bool> {
        match (self, value) {
            (_, Scalar::Unknown) => None,
            (Self::Texts(texts), Scalar::Text(text)) => Some(texts.contains(text)),
            (Self::Numbers(numbers), Scalar::Number(number)) => {
                let number = number + 0.0;
                let found = numbers.binary_search_by(|known| known.total_cmp(&number));
                Some(found.is_ok())
            }
            _ => Some(false),
        }
    }
}

/// `nodes` of an OR, with the equalities of each property joined into one look-up.
pub(super) fn join_equalities(nodes: Vec<Node>) -> Vec<Node> {
    let mut others = Vec::new();
    let mut groups: Vec<(Operand, Vec<Operand>)> = Vec::new();
    for node in nodes {
        match node {
            Node::Compare(
                Comparison::Equal,
                property @ Operand::Property(_),
                literal @ Operand::Literal(Scalar::Text(_) | Scalar::Number(_)),
            ) => match groups.iter_mut().find(|(known, _)| *known == property) {
                Some((_, literals)) => literals.push(literal),
                None => groups.push((property, vec![literal])),
            },
            other => others.push(other),
        }
    }
    for (property, literals) in groups {
        match Members::of_list(&literals) {
            Some(members) => others.push(Node::OneOf(property, members)),
            None => others.extend(
                literals
                    .into_iter()
                    .map(|literal| Node::Compare(Comparison::Equal, property.clone(), literal)),
            ),
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::filter::Slot;

    #[test]
    fn a_long_or_of_equalities_is_one_look_up() {
        let property = Operand::Property(Slot::Code);
        let equality = |text: &str| {
            Node::Compare(
                Comparison::Equal,
                property.clone(),
                Operand::Literal(Scalar::Text(text.into())),
            )
        };
        let nodes = ["1", "2", "3", "4", "5"].map(equality).to_vec();
        let joined = join_equalities(nodes);
        let [Node::OneOf(_, members)] = joined.as_slice() else {
            panic!("{joined:?}");
        };
        assert_eq!(members.contains(&Scalar::Text("3".into())), Some(true));
        assert_eq!(members.contains(&Scalar::Text("6".into())), Some(false));
        assert_eq!(members.contains(&Scalar::Unknown), None);
        assert_eq!(join_equalities(["1", "2"].map(equality).to_vec()).len(), 2);
    }

    #[test]
    fn zero_has_no_sign() {
        let literals = [-0.0, 1.0, 2.0, 3.0].map(|number| Operand::Literal(Scalar::Number(number)));
        let members = Members::of_list(&literals).unwrap();
        assert_eq!(members.contains(&Scalar::Number(0.0)), Some(true));
        assert_eq!(members.contains(&Scalar::Number(-0.0)), Some(true));
        assert_eq!(members.contains(&Scalar::Number(0.5)), Some(false));
    }
}
