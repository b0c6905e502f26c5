//! The attributes of a record, kept small: nothing for what is not known, and what records have alike once.

use std::fmt;
use std::sync::Arc;

use crate::domain::Value;

/// What `get` gives for what is not known.
static UNKNOWN: Value = Value::Null;

/// So many fields have a bit that says whether they are known; those after them always take their place.
const BITS: usize = 64;

/// Typed attributes in the order of [`LayerSchema::fields`](crate::domain::LayerSchema::fields).
///
/// A value is a pointer, so that records can share it: see [`Sharing`](crate::domain::Sharing).
#[derive(Clone, Default)]
pub struct Attributes {
    /// How many fields there are.
    count: u32,
    /// Which of the first fields are known.
    known: u64,
    /// The known ones of the first fields, then all others.
    values: Box<[Arc<Value>]>,
}

impl Attributes {
    /// The attributes from values that may be shared; `None` for what is not known.
    pub fn shared(values: impl IntoIterator<Item = Option<Arc<Value>>>) -> Self {
        let (mut count, mut known) = (0, 0);
        let mut kept = Vec::new();
        for (at, value) in values.into_iter().enumerate() {
            count += 1;
            match value {
                Some(value) => {
                    known |= bit(at);
                    kept.push(value);
                }
                None if at >= BITS => kept.push(Arc::new(Value::Null)),
                None => {}
            }
        }
        Self {
            count,
            known,
            values: kept.into(),
        }
    }

    /// How many fields there are, known or not.
    pub fn len(&self) -> usize {
        usize::try_from(self.count).unwrap_or_default()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The attribute at a place; [`Value::Null`] where it is not known, `None` where there is no such field.
    pub fn get(&self, at: usize) -> Option<&Value> {
        if at >= self.len() {
            return None;
        }
        if at < BITS && self.known & bit(at) == 0 {
            return Some(&UNKNOWN);
        }
        let first = (self.known & (bit(at).wrapping_sub(1))).count_ones();
        let place = usize::try_from(first).unwrap_or_default() + at.saturating_sub(BITS);
        self.values.get(place).map(|value| &**value)
    }

    /// Every attribute, in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            attributes: self,
            at: 0,
        }
    }

    /// Copies that can be changed.
    pub fn to_values(&self) -> Box<[Value]> {
        self.iter().cloned().collect()
    }

    /// The same with another value at a place; as they are where there is no such field.
    #[must_use]
    pub fn with(&self, at: usize, value: impl Into<Value>) -> Self {
        let mut values = self.to_values();
        if let Some(slot) = values.get_mut(at) {
            *slot = value.into();
        }
        values.into_iter().collect()
    }
}

/// The bit of a field; none for a field that has none.
fn bit(at: usize) -> u64 {
    u32::try_from(at)
        .ok()
        .and_then(|at| 1_u64.checked_shl(at))
        .unwrap_or(0)
}

impl FromIterator<Value> for Attributes {
    fn from_iter<T: IntoIterator<Item = Value>>(values: T) -> Self {
        let values = values.into_iter();
        Self::shared(values.map(|value| (!value.is_null()).then(|| Arc::new(value))))
    }
}

impl From<Box<[Value]>> for Attributes {
    fn from(values: Box<[Value]>) -> Self {
        values.into_iter().collect()
    }
}

impl From<Vec<Value>> for Attributes {
    fn from(values: Vec<Value>) -> Self {
        values.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a Value;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Every attribute, in order; of [`Attributes::iter`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    attributes: &'a Attributes,
    at: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Value;

    fn next(&mut self) -> Option<&'a Value> {
        let value = self.attributes.get(self.at)?;
        self.at += 1;
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.attributes.len() - self.at;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.known == other.known && self.values == other.values
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_whatever_the_number_of_fields() {
        for count in [0, 1, 5, 63, 64, 65, 130] {
            let values: Vec<Value> = (0..count)
                .map(|n| {
                    if n % 3 == 0 {
                        Value::Null
                    } else {
                        Value::Integer(n)
                    }
                })
                .collect();
            let kept = Attributes::from(values.clone());
            assert_eq!(kept.len(), values.len());
            assert!(kept.iter().eq(&values), "{count}");
            assert_eq!(&*kept.to_values(), values.as_slice());
            assert_eq!(kept.get(values.len()), None);
            assert_eq!(kept, values.into());
        }
    }

    #[test]
    fn another_value_leaves_the_others() {
        let kept = Attributes::from(vec![Value::Integer(1), Value::Null, "x".into()]);
        let other = kept.with(1, true);
        let wanted = [Value::Integer(1), Value::Boolean(true), "x".into()];
        assert!(other.iter().eq(&wanted) && kept != other);
        assert_eq!(kept.with(7, 1_i64), kept);
    }
}
