//! The names of tables and columns, from the layer catalogue.

use crate::domain::layers::TAKEN;
use crate::domain::{GeometryKind, LayerId};

/// The name of the geometry type in `gpkg_geometry_columns`; `None` for a table without shapes.
pub(super) fn geometry_type(kind: GeometryKind) -> Option<&'static str> {
    match kind {
        GeometryKind::None => None,
        GeometryKind::Point => Some("POINT"),
        GeometryKind::MultiPolygon => Some("MULTIPOLYGON"),
        GeometryKind::MultiLineString => Some("MULTILINESTRING"),
        GeometryKind::Any { .. } => Some("GEOMETRY"),
    }
}

/// A column's name for SQL: some fields are called like keywords.
pub(super) fn quoted(name: &str) -> String {
    // SQL does not tell a user's `NAME` from our `name`
    let is_ours = TAKEN.contains(&name.to_lowercase().as_str()) && !TAKEN.contains(&name);
    let end = if is_ours { "_" } else { "" };
    format!("\"{name}{end}\"")
}

/// The columns of a layer's table in the order in which rows are read.
pub(super) fn columns(layer: LayerId) -> String {
    let schema = layer.schema();
    let geom = if geometry_type(schema.geometry).is_some() {
        "geom"
    } else {
        "NULL"
    };
    let mut fields = String::new();
    for field in schema.fields {
        fields.push_str(", ");
        fields.push_str(&quoted(field.name));
    }
    format!("id, code, name, revision, updated_at, updated_by, {geom}{fields}")
}
