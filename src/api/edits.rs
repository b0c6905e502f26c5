//! Records written one by one, with the revision that the writer has seen.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use geojson::Feature as GeoJsonFeature;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::api::AppState;
use crate::api::collections::layer_at;
use crate::api::freshness::after_write;
use crate::api::items::{id_of, one};
use crate::api::problem::Problem;
use crate::domain::{Draft, Edit, FeatureId, LayerId, LayerSchema, Revision, Value};
use crate::geometry::{BBox, Geometry, validity};

/// Who writes while there are no accounts.
const WRITER: &str = "local";

/// `POST /api/collections/{layer}/items`
pub(super) async fn create(
    State(app): State<AppState>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let draft = draft(layer, &body)?;
    let edit = Edit::Insert {
        layer,
        id: None,
        draft,
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    one(
        &app,
        layer,
        applied.ids.first().copied().unwrap_or(FeatureId(0)),
        StatusCode::CREATED,
    )
}

/// `PUT /api/collections/{layer}/items/{id}`
pub(super) async fn replace(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let (id, expected) = (id_of(layer, &id)?, Some(seen_revision(&headers)?));
    let edit = Edit::Update {
        layer,
        id,
        expected,
        draft: draft(layer, &body)?,
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    one(&app, layer, id, StatusCode::OK)
}

/// `DELETE /api/collections/{layer}/items/{id}`
pub(super) async fn delete(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let edit = Edit::Delete {
        layer,
        id: id_of(layer, &id)?,
        expected: Some(seen_revision(&headers)?),
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn seen_revision(headers: &HeaderMap) -> Result<Revision, Problem> {
    let given = headers
        .get(header::IF_MATCH)
        .ok_or_else(Problem::precondition_required)?;
    let text = given
        .to_str()
        .unwrap_or_default()
        .trim_start_matches("W/")
        .trim_matches('"');
    text.parse().map(Revision).map_err(|_not_ours| {
        Problem::parameter(
            "If-Match",
            "If-Match 应为修订号，例如 \"12\"",
            "If-Match must be a revision such as \"12\"",
        )
    })
}

/// The record in `body`, a GeoJSON feature; each fault names the property.
fn draft(layer: LayerId, body: &[u8]) -> Result<Draft, Problem> {
    let feature: GeoJsonFeature = serde_json::from_slice(body).map_err(|error| {
        Problem::body(
            format!("内容应为一个 GeoJSON Feature：{error}"),
            format!("the body must be one GeoJSON Feature: {error}"),
        )
    })?;
    let schema = layer.schema();
    let mut draft = Draft::new(schema, "", "");
    for (name, given) in feature.properties.unwrap_or_default() {
        match name.as_str() {
            "code" => draft.code = given.as_str().unwrap_or_default().into(),
            "name" => draft.name = given.as_str().unwrap_or_default().into(),
            "revision" | "updated_at" | "updated_by" | "derived" => {}
            name => set(&mut draft, schema, name, &given)?,
        }
    }
    if draft.code.trim().is_empty() {
        return Err(Problem::parameter(
            "code",
            "编码不能为空",
            "code must not be empty",
        ));
    }
    if let Some(geometry) = feature.geometry {
        let geometry = Geometry::try_from(geometry.value).map_err(|error| {
            Problem::parameter(
                "geometry",
                format!("图形无法读取：{error}"),
                error.to_string(),
            )
        })?;
        let on_earth = BBox::of(&geometry)
            .map(|bbox| BBox::new(bbox.west, bbox.south, bbox.east, bbox.north))
            .transpose()?;
        let mended = validity::mend(geometry)
            .map_err(|error| Problem::parameter("geometry", error.zh(), error.to_string()))?;
        draft.geometry = on_earth.map(|_| mended.geometry);
    }
    Ok(draft)
}

fn set(draft: &mut Draft, schema: &LayerSchema, name: &str, given: &Json) -> Result<(), Problem> {
    let Some((at, field)) = schema
        .fields
        .iter()
        .enumerate()
        .find(|(_, field)| field.name == name)
    else {
        return Err(Problem::parameter(
            name,
            format!("没有属性 {name}"),
            format!("there is no property {name:?}"),
        ));
    };
    let text = match given {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let value = Value::parse(field.kind, &text).map_err(|error| {
        Problem::parameter(
            name,
            format!("{}：{error}", field.label.zh),
            format!("{name}: {error}"),
        )
    })?;
    if let Some(slot) = draft.attributes.get_mut(at) {
        *slot = value;
    }
    Ok(())
}
