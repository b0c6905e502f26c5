//! The names and types of tables and columns, from the layer catalogue.

use crate::domain::layers::TAKEN;
use crate::domain::{FieldKind, GeometryKind, LayerId};

/// A column's name for SQL: some fields are called like keywords.
pub(super) fn quoted(name: &str) -> String {
    // SQL does not tell a user's `NAME` from our `name`
    let is_ours = TAKEN.contains(&name.to_lowercase().as_str()) && !TAKEN.contains(&name);
    let end = if is_ours { "_" } else { "" };
    format!("\"{name}{end}\"")
}

/// The type of a field's column.
pub(super) const fn field_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::Code(_) => "text",
        FieldKind::Integer => "bigint",
        FieldKind::Real => "double precision",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::Time => "timestamptz",
    }
}

/// Whether the table is parted by the beginning of the code: it may hold millions of rows, see docs/scale.md.
pub(super) fn is_partitioned(layer: LayerId) -> bool {
    layer == LayerId::HOUSEHOLDS
}

/// The columns of a layer's table in the order in which rows are read: dates as text, moments as microseconds since 1970.
pub(super) fn columns(layer: LayerId) -> String {
    let schema = layer.schema();
    let geom = if schema.geometry == GeometryKind::None {
        "NULL::bytea"
    } else {
        "ST_AsBinary(geom)"
    };
    let common = format!(
        "id, code, name, revision, {}, updated_by, {geom}",
        microseconds("updated_at")
    );
    let fields = schema.fields.iter().map(|field| {
        let name = quoted(field.name);
        match field.kind {
            FieldKind::Date => format!("{name}::text"),
            FieldKind::Time => microseconds(&name),
            _ => name,
        }
    });
    std::iter::once(common)
        .chain(fields)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Infinity and years beyond four digits, which the map does not know, come as a number that is no moment: their
/// microseconds are no `bigint`, and one row of another program must not end the whole statement.
fn microseconds(column: &str) -> String {
    format!(
        "CASE WHEN {column} BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00' \
         THEN (extract(epoch FROM {column}) * 1000000)::bigint \
         WHEN {column} IS NOT NULL THEN {} END",
        i64::MIN + 1
    )
}

/// The names of the columns that a draft fills, in the order of `rows::Columns`.
pub(super) fn written(layer: LayerId) -> Vec<String> {
    let schema = layer.schema();
    let geometry = (schema.geometry != GeometryKind::None).then(|| "geom".to_owned());
    let common = ["code", "name"].into_iter().map(str::to_owned);
    let fields = schema.fields.iter().map(|field| quoted(field.name));
    common.chain(geometry).chain(fields).collect()
}
