//! The attributes of a record, kept small: nothing for what is not known, and what records have alike once.

use std::fmt;
use std::sync::Arc;

use crate::domain::Value;

/// What `get` gives for what is not known.
static UNKNOWN: Value = Value::Null;

/// So many fields have a bit that says whether they are known; those after them always take their place.
const BITS: usize = 56;

/// Stands for every number of fields above [`BITS`].
const MORE: u8 = 57;

/// Typed attributes in the order of [`LayerSchema::fields`](crate::domain::LayerSchema::fields).
///
/// A value is a pointer, so that records can share it: see [`Sharing`](crate::domain::Sharing).
#[derive(Clone, Default)]
pub struct Attributes {
    /// Which of the first fields are known, a bit each; the last byte says how many fields there are. Most records are
    /// households, of which a city has millions: they have no room for a number of its own.
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
            count = at + 1;
            match value {
                Some(value) => {
                    known |= if at < BITS { bit(at) } else { 0 };
                    kept.push(value);
                }
                None if at >= BITS => kept.push(Arc::new(Value::Null)),
                None => {}
            }
        }
        let few = if count > BITS {
            MORE
        } else {
            u8::try_from(count).unwrap_or(MORE)
        };
        Self {
            known: known | (u64::from(few) << BITS),
            values: kept.into(),
        }
    }

    /// How many fields there are, known or not.
    pub fn len(&self) -> usize {
        let [.., few] = self.known.to_le_bytes();
        if few < MORE {
            return few.into();
        }
        BITS + self.values.len() - self.first_known(BITS)
    }

    /// How many of the fields before the one at `at` are known, of those that have a bit.
    fn first_known(&self, at: usize) -> usize {
        let before = bit(at.min(BITS)).wrapping_sub(1);
        usize::try_from((self.known & before).count_ones()).unwrap_or_default()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The attribute at a place; [`Value::Null`] where it is not known, `None` where there is no such field.
    pub fn get(&self, at: usize) -> Option<&Value> {
        if at >= self.len() {
            return None;
        }
        if at < BITS && self.known & bit(at) == 0 {
            return Some(&UNKNOWN);
        }
        let place = self.first_known(at) + at.saturating_sub(BITS);
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

/// The bit of a field; that at [`BITS`] is the first after them.
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
        self.known == other.known && self.values == other.values
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
        for count in [0, 1, 5, 55, 56, 57, 58, 64, 130, 300] {
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
