//! GeoJSON: a collection, or a feature a line.

use anyhow::Context;
use serde_json::{Value as Json, json};

use super::Chosen;
use crate::api::wire::{Selection, feature};
use crate::domain::{Feature, FieldClass};
use crate::geometry::crs::Crs;

/// A `FeatureCollection`; what is not CRS84 says its system in the member that RFC 7946 took out and others still read.
pub(super) fn collection(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    let mut text = "{\"type\":\"FeatureCollection\",".to_owned();
    if chosen.crs != Crs::Crs84 {
        let name = match chosen.crs.epsg() {
            Some(code) => format!("urn:ogc:def:crs:EPSG::{code}"),
            None => chosen.crs.to_string(),
        };
        let named = json!({ "type": "name", "properties": { "name": name } });
        text.push_str("\"crs\":");
        text.push_str(&named.to_string());
        text.push(',');
    }
    text.push_str("\"features\":[\n");
    for (at, record) in chosen.features.iter().enumerate() {
        if at > 0 {
            text.push_str(",\n");
        }
        text.push_str(&one(chosen, record)?);
    }
    text.push_str("\n]}\n");
    Ok(text.into_bytes())
}

/// A feature a line.
pub(super) fn lines(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    let mut text = String::new();
    for record in &chosen.features {
        text.push_str(&one(chosen, record)?);
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn one(chosen: &Chosen<'_>, record: &Feature) -> anyhow::Result<String> {
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Restricted,
    };
    let text = feature(chosen.map, chosen.schema, record, &wanted).to_string();
    if chosen.crs == Crs::Crs84 {
        return Ok(text);
    }
    // What is derived from the place was derived in CRS84; only the shape changes.
    let mut whole: Json = serde_json::from_str(&text).context("a record of ours is no JSON")?;
    if let Some(shape) = chosen.shape(record)? {
        let shape = json!(geojson::GeometryValue::from(&shape));
        whole
            .as_object_mut()
            .context("a record of ours is no object")?
            .insert("geometry".to_owned(), shape);
    }
    Ok(whole.to_string())
}
