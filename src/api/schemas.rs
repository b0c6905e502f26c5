//! What a record of a layer looks like, what it can be filtered and sorted by: JSON Schema 2020-12 (Parts 3 and 5).

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use crate::api::AppState;
use crate::api::collections::{DOCUMENT, layer_at};
use crate::api::forms::{self, Form};
use crate::api::items::told;
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::domain::{
    Field, FieldClass, FieldKind, GeometryKind, LayerSchema, MOST_IN_CODE, MOST_IN_NAME,
};
use crate::tile::MERGED_COUNT;

const FORMS: [Form; 2] = [Form::Schema, Form::Html];

/// Which of the three documents.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Schema,
    Queryables,
    Sortables,
}

/// `GET /api/collections/{layer}/schema`
pub(super) async fn schema(
    app: State<AppState>,
    name: Path<String>,
    base: Base,
    headers: HeaderMap,
    query: RawQuery,
) -> Result<Response, Problem> {
    shown(&app, &name, (&base, &headers), &query, Kind::Schema)
}

/// `GET /api/collections/{layer}/queryables`
pub(super) async fn queryables(
    app: State<AppState>,
    name: Path<String>,
    base: Base,
    headers: HeaderMap,
    query: RawQuery,
) -> Result<Response, Problem> {
    shown(&app, &name, (&base, &headers), &query, Kind::Queryables)
}

/// `GET /api/collections/{layer}/sortables`
pub(super) async fn sortables(
    app: State<AppState>,
    name: Path<String>,
    base: Base,
    headers: HeaderMap,
    query: RawQuery,
) -> Result<Response, Problem> {
    shown(&app, &name, (&base, &headers), &query, Kind::Sortables)
}

/// `GET /api/functions`: the functions that a filter may call.
pub(super) async fn functions(
    State(app): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let argument = |title: &str, kind: &str| json!({ "title": title, "type": [kind] });
    let body = json!({ "functions": [{
        "name": "S_DWITHIN", "returns": ["boolean"],
        "description": "图形之间的距离不超过若干米 / whether two shapes lie within so many metres",
        "arguments": [argument("图形", "geometry"), argument("图形", "geometry"), argument("米", "number")],
    }] });
    Ok(told(
        &app.map.current(),
        form,
        "函数",
        "/api/functions",
        &body,
    ))
}

fn shown(
    app: &AppState,
    name: &str,
    (base, headers): (&Base, &HeaderMap),
    query: &RawQuery,
    kind: Kind,
) -> Result<Response, Problem> {
    let layer = layer_at(name)?.schema();
    let mut params = Params::of(query.0.as_deref())?;
    let form = forms::wanted(&mut params, headers, &FORMS)?;
    params.finish()?;
    let (last, title) = match kind {
        Kind::Schema => ("schema", "结构"),
        Kind::Queryables => ("queryables", "可筛选的属性"),
        Kind::Sortables => ("sortables", "可排序的属性"),
    };
    let path = format!("/api/collections/{}/{last}", layer.id);
    let mut body = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base.at(&path),
        "type": "object",
        "title": layer.title.zh,
        "description": format!("{} · {}", layer.title.en, title),
        "properties": properties(layer, kind),
        "additionalProperties": false,
    });
    if let (Kind::Schema, Some(body)) = (kind, body.as_object_mut()) {
        let shape = layer.needs_shape().then_some("geometry");
        let required: Json = shape.into_iter().chain(["code"]).collect();
        body.insert("required".to_owned(), required);
    }
    let title = format!("{}：{title}", layer.title.zh);
    Ok(told(&app.map.current(), form, &title, &path, &body))
}

/// The properties that may be said, each with its Chinese title; what is restricted is not among them.
fn properties(layer: &LayerSchema, kind: Kind) -> Map<String, Json> {
    let mut all = Map::new();
    let mut add = |name: &str, mut told: Json| {
        let sequence = all.len() + 1;
        if let (Kind::Schema, Some(told)) = (kind, told.as_object_mut()) {
            told.insert("x-ogc-propertySeq".to_owned(), json!(sequence));
        }
        all.insert(name.to_owned(), told);
    };
    let ours = |told: Json| of_ours(told, kind);
    add(
        "id",
        ours(json!({ "type": "integer", "title": "编号", "x-ogc-role": "id", "minimum": 1 })),
    );
    if kind != Kind::Sortables && layer.geometry != GeometryKind::None {
        add(
            "geometry",
            json!({ "title": "图形", "x-ogc-role": "primary-geometry", "format": shape(layer.geometry) }),
        );
    }
    add(
        "code",
        json!({ "type": "string", "title": "编码", "minLength": 1, "maxLength": MOST_IN_CODE }),
    );
    add(
        "name",
        json!({ "type": "string", "title": "名称", "maxLength": MOST_IN_NAME }),
    );
    let public = layer.fields.iter();
    for field in public.filter(|field| layer.class_of(field) < FieldClass::Restricted) {
        add(field.name, told_of(field));
    }
    add(
        "revision",
        ours(json!({ "type": "integer", "title": "修订号" })),
    );
    add(
        "updated_at",
        ours(json!({
            "type": "string", "format": "date-time", "title": "更新时间", "x-ogc-role": "primary-interval-start",
        })),
    );
    add(
        "updated_by",
        ours(json!({ "type": "string", "title": "更新者" })),
    );
    all
}

/// What the features of the layer's tiles say.
pub(super) fn of_tiles(layer: &LayerSchema) -> Json {
    let mut all = Map::new();
    for (name, title) in [("code", "编码"), ("name", "名称")] {
        all.insert(name.to_owned(), json!({ "type": "string", "title": title }));
    }
    let public = layer.fields.iter();
    for field in public.filter(|field| layer.class_of(field) < FieldClass::Restricted) {
        all.insert(field.name.to_owned(), told_of(field));
    }
    if layer.geometry != GeometryKind::MultiLineString {
        let words = "仅见于低级别的合并图形";
        let told = json!({ "type": "integer", "title": "合并的记录数", "description": words });
        all.insert(MERGED_COUNT.to_owned(), told);
    }
    json!({ "type": "object", "properties": all })
}

/// What the service sets itself.
fn of_ours(mut told: Json, kind: Kind) -> Json {
    if let (Kind::Schema, Some(told)) = (kind, told.as_object_mut()) {
        told.insert("readOnly".to_owned(), json!(true));
    }
    told
}

fn told_of(field: &Field) -> Json {
    let mut told = match field.kind {
        FieldKind::Text => json!({ "type": "string", "maxLength": field.max_length }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Real => json!({ "type": "number" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Time => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Code(list) => {
            let codes: Vec<_> = list.iter().map(|item| item.code).collect();
            let titles: Map<String, Json> = list
                .iter()
                .map(|item| (item.code.to_owned(), json!(item.label.zh)))
                .collect();
            json!({ "type": "string", "enum": codes, "x-enum-titles": titles })
        }
    };
    if let Some(told) = told.as_object_mut() {
        told.insert("title".to_owned(), json!(field.label.zh));
        told.insert("description".to_owned(), json!(field.label.en));
        if let Some(unit) = unit(field) {
            told.insert("x-ogc-unit".to_owned(), json!(unit));
        }
    }
    told
}

/// The unit that a name ends in, as UCUM writes it.
fn unit(field: &Field) -> Option<&'static str> {
    let is_number = matches!(field.kind, FieldKind::Integer | FieldKind::Real);
    let last = field.name.rsplit('_').next().filter(|_| is_number)?;
    match last {
        "m" => Some("m"),
        "m2" => Some("m2"),
        "deg" => Some("deg"),
        _ => None,
    }
}

fn shape(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Point => "geometry-point",
        GeometryKind::MultiPolygon => "geometry-multipolygon",
        GeometryKind::MultiLineString => "geometry-multilinestring",
        GeometryKind::None | GeometryKind::Any { .. } => "geometry-any",
    }
}
