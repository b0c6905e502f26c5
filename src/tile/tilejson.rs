//! `TileJSON` 3.0: what a map client needs to know of the vector tiles of some layers.

use serde_json::{Map, Value, json};

use crate::domain::{Field, FieldKind, GeometryKind, LayerId};
use crate::geometry::BBox;

use super::columns::columns;
use super::crowd::MERGED_COUNT;
use super::{MAX_ZOOM, TileError, drawable};

/// The `TileJSON` document of the vector tiles of `layers` at the address `template`, in which `{z}`, `{x}` and `{y}` stand
/// for their numbers in `WebMercatorQuad`. Names and field descriptions are Chinese; `extent` becomes `bounds` and `center`.
///
/// # Errors
/// [`TileError`] for layers that have no tiles.
pub fn tilejson(
    layers: &[LayerId],
    template: &str,
    extent: Option<BBox>,
) -> Result<Value, TileError> {
    let layers = drawable(layers)?;
    let titles: Vec<_> = layers.iter().map(|layer| layer.schema().title.zh).collect();
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": titles.join("、"),
        "description": "社区民情图矢量瓦片",
        "version": "1.0.0",
        "scheme": "xyz",
        "format": "pbf",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "vector_layers": layers.iter().map(|layer| vector_layer(*layer)).collect::<Vec<_>>(),
    });
    if let (Some(extent), Some(members)) = (extent, document.as_object_mut()) {
        let BBox {
            west,
            south,
            east,
            north,
        } = extent;
        members.insert("bounds".to_owned(), json!([west, south, east, north]));
        members.insert(
            "center".to_owned(),
            json!([f64::midpoint(west, east), f64::midpoint(south, north), 14]),
        );
    }
    Ok(document)
}

fn vector_layer(layer: LayerId) -> Value {
    let schema = layer.schema();
    let mut fields: Map<String, Value> = columns(schema, None)
        .into_iter()
        .map(|column| {
            let description = match column.name {
                "code" => "编码(文本)".to_owned(),
                "name" => "名称(文本)".to_owned(),
                name => schema.field(name).map(describe).unwrap_or_default(),
            };
            (column.name.to_owned(), Value::String(description))
        })
        .collect();
    if schema.geometry != GeometryKind::MultiLineString {
        let description = "合并的记录数(整数),仅见于低缩放级别的合并图形";
        fields.insert(MERGED_COUNT.to_owned(), description.into());
    }
    json!({
        "id": layer.as_str(),
        "description": schema.title.zh,
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "fields": fields,
    })
}

fn describe(field: &Field) -> String {
    let kind = match field.kind {
        FieldKind::Text => "文本".to_owned(),
        FieldKind::Integer => "整数".to_owned(),
        FieldKind::Real => "数值".to_owned(),
        FieldKind::Boolean => "是或否".to_owned(),
        FieldKind::Date => "日期".to_owned(),
        FieldKind::Time => "时间".to_owned(),
        FieldKind::Code(list) => list
            .iter()
            .map(|item| format!("{} {}", item.code, item.label.zh))
            .collect::<Vec<_>>()
            .join(","),
    };
    format!("{}({kind})", field.label.zh)
}
