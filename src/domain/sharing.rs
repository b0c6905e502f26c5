//! What many records have alike, once in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::{Attributes, Author, FieldKind, LayerSchema, Value};

/// Texts of so many bytes are worth a look whether another record has the same: numbers of houses, floors and rooms.
const SHORT: usize = 24;

/// The values that records have had so far; made for the time of loading.
#[derive(Debug, Default)]
pub struct Sharing {
    texts: HashSet<Arc<str>, foldhash::fast::RandomState>,
    values: HashMap<Alike, Arc<Value>, foldhash::fast::RandomState>,
    authors: HashSet<Author, foldhash::fast::RandomState>,
}

/// A value as it is told apart from others.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Alike {
    Boolean(bool),
    Integer(i64),
    Text(Arc<str>),
    Date(Date),
}

impl Sharing {
    /// The text, as the first record had it.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&text));
        text
    }

    /// Who is called `name`.
    pub fn author(&mut self, name: &str) -> Author {
        if let Some(known) = self.authors.get(name) {
            return known.clone();
        }
        let author = Author::from(name);
        self.authors.insert(author.clone());
        author
    }

    /// The text, shared where it is short.
    pub fn short_text(&mut self, text: &str) -> Arc<str> {
        if text.len() <= SHORT {
            self.text(text)
        } else {
            text.into()
        }
    }

    /// The attributes of a record of `schema`, those of the kinds that are often alike shared with other records.
    pub fn attributes(
        &mut self,
        schema: &LayerSchema,
        values: impl IntoIterator<Item = Value>,
    ) -> Attributes {
        let fields = schema.fields.iter().zip(values);
        Attributes::shared(fields.map(|(field, value)| {
            let is_named = matches!(field.kind, FieldKind::Code(_))
                || schema
                    .parents
                    .iter()
                    .any(|parent| parent.field == field.name);
            let alike = match &value {
                Value::Null => return None,
                Value::Boolean(yes) => Alike::Boolean(*yes),
                Value::Integer(number) => Alike::Integer(*number),
                Value::Date(day) => Alike::Date(*day),
                Value::Text(text) if is_named || text.len() <= SHORT => {
                    Alike::Text(Arc::clone(text))
                }
                Value::Text(_) | Value::Real(_) | Value::Time(_) => return Some(Arc::new(value)),
            };
            let shared = self.values.entry(alike).or_insert_with(|| Arc::new(value));
            Some(Arc::clone(shared))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn records_share_what_they_have_alike_and_differ_where_they_do() {
        let schema = LayerId::HOUSEHOLDS.schema();
        let mut sharing = Sharing::default();
        let mut record = |floor: i64, room: &str| {
            let mut values = vec![Value::Null; schema.fields.len()];
            values[2] = floor.into();
            values[3] = room.into();
            sharing.attributes(schema, values)
        };
        let (one, other, third) = (record(3, "301"), record(3, "301"), record(4, "401"));
        assert_eq!(one, other);
        let places = [2, 3].map(|at| (one.get(at), other.get(at), third.get(at)));
        for (one, other, third) in places {
            let address = |value: Option<&Value>| value.map(std::ptr::from_ref);
            assert!(address(one) == address(other) && address(one) != address(third));
        }
        assert!(Arc::ptr_eq(&sharing.text("demo"), &sharing.text("demo")));
    }
}
