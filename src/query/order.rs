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
            Ok((slot, descending))
        };
        let keys = text.split(',').map(key).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Whether nothing but the id is looked at.
    pub fn is_by_id(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn compare(&self, one: &Feature, other: &Feature) -> Ordering {
        self.compare_to(one, &self.place_of(other))
    }

    pub(super) fn compare_to(&self, feature: &Feature, place: &Cursor) -> Ordering {
        let by_value = self.keys.iter().zip(&place.values);
        by_value
            .map(|((slot, descending), value)| {
                unknown_last(&slot_value(*slot, feature), value, *descending)
            })
            .find(|order| *order != Ordering::Equal)
            .unwrap_or_else(|| feature.id.cmp(&place.id))
    }

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
