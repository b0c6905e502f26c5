//! The keys and values of a layer of a vector tile.

use std::collections::HashMap;

use super::columns::{Column, Property};
use super::crowd::MERGED_COUNT;
use super::mixer::Mixing;
use super::protobuf::{push_bytes, push_double, push_number, push_varint, zigzag};
use crate::domain::Value;

/// The keys and values of a layer, each written once. The key after those of the columns is [`MERGED_COUNT`].
#[derive(Debug)]
pub(super) struct Dictionary<'a> {
    names: Vec<&'static str>,
    keys: Vec<Option<u64>>,
    key_bytes: Vec<u8>,
    key_count: u64,
    values: HashMap<Known<'a>, u64, Mixing>,
    value_bytes: Vec<u8>,
}

/// A value as it is told apart from others.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Known<'a> {
    Text(&'a str),
    Written(String),
    Boolean(bool),
    Integer(i64),
    Real(u64),
}

impl<'a> Dictionary<'a> {
    pub(super) fn new(columns: &[Column]) -> Self {
        Self {
            names: columns
                .iter()
                .map(|column| column.name)
                .chain([MERGED_COUNT])
                .collect(),
            keys: vec![None; columns.len() + 1],
            key_bytes: Vec::new(),
            key_count: 0,
            values: HashMap::default(),
            value_bytes: Vec::new(),
        }
    }

    /// Appends the numbers of key and value; nothing for a value that is not known.
    pub(super) fn push_tag(&mut self, tags: &mut Vec<u8>, column: usize, property: Property<'a>) {
        let known = match property {
            Property::Null => return,
            Property::Text(text) => Known::Text(text),
            Property::Value(value) => match value {
                Value::Boolean(yes) => Known::Boolean(*yes),
                Value::Integer(number) => Known::Integer(*number),
                Value::Real(number) if number.is_finite() => Known::Real(number.to_bits()),
                Value::Null | Value::Real(_) => return,
                Value::Text(text) => Known::Text(text),
                Value::Date(date) => Known::Written(date.to_string()),
                Value::Time(time) => Known::Written(time.to_string()),
            },
        };
        self.push_known(tags, column, known);
    }

    pub(super) fn push_known(&mut self, tags: &mut Vec<u8>, column: usize, known: Known<'a>) {
        let key = self.key(column);
        let next = u64::try_from(self.values.len()).unwrap_or(u64::MAX);
        let bytes = &mut self.value_bytes;
        let value = *self.values.entry(known).or_insert_with_key(|known| {
            push_value(bytes, known);
            next
        });
        push_varint(tags, key);
        push_varint(tags, value);
    }

    fn key(&mut self, column: usize) -> u64 {
        let (Some(slot), Some(name)) = (self.keys.get_mut(column), self.names.get(column)) else {
            return 0;
        };
        *slot.get_or_insert_with(|| {
            push_bytes(&mut self.key_bytes, 3, name.as_bytes());
            self.key_count += 1;
            self.key_count - 1
        })
    }

    pub(super) fn finish(self, layer: &mut Vec<u8>) {
        layer.extend_from_slice(&self.key_bytes);
        layer.extend_from_slice(&self.value_bytes);
    }
}

fn push_value(out: &mut Vec<u8>, known: &Known<'_>) {
    let mut message = Vec::with_capacity(16);
    match known {
        Known::Text(text) => push_bytes(&mut message, 1, text.as_bytes()),
        Known::Written(text) => push_bytes(&mut message, 1, text.as_bytes()),
        Known::Boolean(yes) => push_number(&mut message, 7, u64::from(*yes)),
        Known::Integer(number) => push_number(&mut message, 6, zigzag(*number)),
        Known::Real(bits) => push_double(&mut message, 3, f64::from_bits(*bits)),
    }
    push_bytes(out, 4, &message);
}
