//! What both stores do alike with a record that is read: repeated texts once in memory, shapes as the layer keeps them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{Feature, FieldKind, GeometryKind, LayerSchema, Value};
use crate::geometry::{Geometry, MultiLineString, MultiPolygon};

/// The texts that many records have alike (codes of lists, codes of parents, who wrote them), each once in memory.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn once(&mut self, text: Arc<str>) -> Arc<str> {
        if let Some(known) = self.0.get(&text) {
            return Arc::clone(known);
        }
        self.0.insert(Arc::clone(&text));
        text
    }

    /// The same record, its repeated texts shared with those of earlier ones.
    pub(super) fn shared(&mut self, schema: &LayerSchema, mut feature: Feature) -> Feature {
        for (field, value) in schema.fields.iter().zip(&mut feature.attributes) {
            let is_alike = matches!(field.kind, FieldKind::Code(_))
                || schema
                    .parents
                    .iter()
                    .any(|parent| parent.field == field.name);
            if let (true, Value::Text(text)) = (is_alike, value) {
                *text = self.once(Arc::clone(text));
            }
        }
        if feature.name.is_empty() {
            feature.name = self.once(feature.name);
        }
        feature.updated_by = self.once(feature.updated_by);
        feature
    }
}

/// The shape as the layer keeps it: single ones as multi ones; a shape of another kind is refused.
pub(super) fn fitting(kind: GeometryKind, shape: Geometry) -> Result<Geometry, String> {
    match (kind, shape) {
        (GeometryKind::MultiPolygon, Geometry::Polygon(polygon)) => {
            Ok(MultiPolygon::new(vec![polygon]).into())
        }
        (GeometryKind::MultiLineString, Geometry::LineString(line)) => {
            Ok(MultiLineString::new(vec![line]).into())
        }
        (GeometryKind::MultiPolygon, shape @ Geometry::MultiPolygon(_))
        | (GeometryKind::MultiLineString, shape @ Geometry::MultiLineString(_))
        | (GeometryKind::Point, shape @ Geometry::Point(_))
        | (GeometryKind::Any { .. }, shape) => Ok(shape),
        (kind, _) => Err(format!("the shape is not a {kind:?}")),
    }
}
