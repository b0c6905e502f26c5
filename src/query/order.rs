//! In which order? By properties that were named, unknown values last, then by id.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::filter::{Scalar, Slot, order, slot_value};
use crate::domain::{Feature, FeatureId, FieldClass, LayerSchema};
use crate::query::QueryError;

/// An order of records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    /// Each with whether the largest comes first.
    keys: Vec<(Slot, bool)>,
}

/// A place in an order: after one record and before the next, whether or not the record is still there.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    values: Vec<Scalar>,
    id: FeatureId,
}

impl Order {
    /// The order that `text` names: `level`, `-found`, `+code`, separated by commas.
    ///
    /// # Errors
    /// [`QueryError::NoSuchProperty`] or [`QueryError::Restricted`] of the first property that cannot be sorted by.
    pub fn parse(
        text: &str,
        schema: &'static LayerSchema,
        up_to: FieldClass,
    ) -> Result<Self, QueryError> {
        let key = |part: &str| {
            let part = part.trim();
            let (name, descending) = match part.strip_prefix('-') {
                Some(name) => (name, true),
                None => (part.strip_prefix('+').unwrap_or(part), false),
            };
            let slot = Slot::called(name, schema, up_to)?;
            Ok::<_, QueryError>((slot, descending))
        };
        let mut keys: Vec<(Slot, bool)> = Vec::new();
        for key in text.split(',').map(key) {
            let key = key?;
            // a property that was named before decides nothing any more
            if keys.iter().all(|(slot, _)| *slot != key.0) {
                keys.push(key);
            }
        }
        Ok(Self { keys })
    }

    /// Whether nothing but the id is looked at.
    pub fn is_by_id(&self) -> bool {
        self.keys.is_empty()
    }

    /// Nanoseconds that sorting takes per record, estimated.
    pub(super) fn cost_ns(&self) -> u64 {
        let keys = u64::try_from(self.keys.len()).unwrap_or(u64::MAX >> 16);
        if self.is_by_id() { 0 } else { 300 + 200 * keys }
    }

    pub(super) fn compare_places(&self, one: &Cursor, other: &Cursor) -> Ordering {
        let values = self.keys.iter().zip(one.values.iter().zip(&other.values));
        values
            .map(|((_, descending), (one, other))| unknown_last(one, other, *descending))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or_else(|| one.id.cmp(&other.id))
    }

    /// Where `feature` comes in this order.
    pub(super) fn place_of(&self, feature: &Feature) -> Cursor {
        let values = self.keys.iter();
        Cursor {
            values: values.map(|(slot, _)| slot_value(*slot, feature)).collect(),
            id: feature.id,
        }
    }

    /// The cursor that [`Cursor::text`] wrote for this order.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`] for any other text.
    pub fn cursor(&self, text: &str) -> Result<Cursor, QueryError> {
        let bad = || QueryError::BadCursor {
            cursor: text.to_owned(),
        };
        let parts = match serde_json::from_str(text).map_err(|_not_ours| bad())? {
            Json::Array(parts) => parts,
            id => vec![id],
        };
        let (id, values) = parts.split_last().ok_or_else(bad)?;
        if values.len() != self.keys.len() {
            return Err(bad());
        }
        let values = values.iter().map(read).collect::<Option<_>>();
        Ok(Cursor {
            values: values.ok_or_else(bad)?,
            id: id.as_i64().map(FeatureId).ok_or_else(bad)?,
        })
    }
}

impl Cursor {
    /// The cursor as it stands in a link.
    pub fn text(&self) -> String {
        if self.values.is_empty() {
            return self.id.to_string();
        }
        let values = self.values.iter().map(written);
        Json::Array(values.chain([json!(self.id.0)]).collect()).to_string()
    }
}

fn written(value: &Scalar) -> Json {
    match value {
        Scalar::Unknown => Json::Null,
        Scalar::Truth(truth) => json!(truth),
        Scalar::Number(number) => json!(number),
        Scalar::Text(text) => json!(&**text),
        Scalar::Time(at) => json!([at.to_string()]),
    }
}

fn read(value: &Json) -> Option<Scalar> {
    Some(match value {
        Json::Null => Scalar::Unknown,
        Json::Bool(truth) => Scalar::Truth(*truth),
        Json::Number(number) => Scalar::Number(number.as_f64()?),
        Json::String(text) => Scalar::Text(text.as_str().into()),
        Json::Array(at) => Scalar::Time(at.first()?.as_str()?.parse().ok()?),
        Json::Object(_) => return None,
    })
}

fn unknown_last(one: &Scalar, other: &Scalar, descending: bool) -> Ordering {
    match (one, other) {
        (Scalar::Unknown, Scalar::Unknown) => Ordering::Equal,
        (Scalar::Unknown, _) => Ordering::Greater,
        (_, Scalar::Unknown) => Ordering::Less,
        _ => {
            let order = order(one, other).unwrap_or(Ordering::Equal);
            if descending { order.reverse() } else { order }
        }
    }
}
