//! What is asked of the records of a layer: every parameter of `items`, checked.

use std::sync::Arc;

use crate::api::json::Selection;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::systems;
use crate::domain::{FieldClass, LayerId, LayerSchema};
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;
use crate::query::area_layers;
use crate::query::filter::{Filter, Language, Reading};
use crate::query::items::{Areas, Ask, Window};
use crate::query::order::Order;
use crate::query::summary::AREAS;

/// The strictest class of field that items may say.
pub(super) const UP_TO: FieldClass = FieldClass::Restricted;

/// Page sizes of one form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paging {
    /// Where none is asked for.
    pub(super) usual: usize,
    /// The largest; who asks for more gets this.
    pub(super) most: usize,
}

impl Paging {
    /// Pages as programs read them.
    pub(super) const PAGES: Self = Self {
        usual: 100,
        most: 10_000,
    };

    /// Files, which are whole: whoever saves one rarely looks for the next.
    pub(super) const WHOLE: Self = Self {
        usual: usize::MAX,
        most: usize::MAX,
    };
}

/// The properties that every record has beside those of its layer.
pub(super) const COMMON: [&str; 6] = ["id", "code", "name", "revision", "updated_at", "updated_by"];

/// The question of `params`, of which `f` has been taken.
///
/// # Errors
/// Names the first parameter that is wrong.
pub(super) fn records(
    params: &mut Params,
    map: &Arc<MapSnapshot>,
    schema: &'static LayerSchema,
    paging: Paging,
) -> Result<(Ask, Selection, Crs), Problem> {
    let crs = systems::asked(params, "crs")?;
    let bbox_crs = systems::asked(params, "bbox-crs")?;
    let window = params
        .corners("bbox")?
        .map(|corners| Window::of(corners, bbox_crs))
        .transpose()
        .map_err(|error| Problem::parameter("bbox", error.zh(), error.to_string()))?;
    let mut filters: Vec<Filter> = filter(params, schema)?.into_iter().collect();
    for name in queryables(schema) {
        if let Some(text) = params.text(name) {
            let equals = Filter::equals(schema, FieldClass::Internal, name, &text);
            filters.push(equals.map_err(|error| {
                let en = error.to_string();
                Problem::parameter(name, format!("{name}={text} 不是此属性的值"), en)
            })?);
        }
    }
    let order = params.text("sortby");
    let order = order.map(|text| {
        let order = Order::parse(&text, schema, UP_TO);
        order.map_err(|error| {
            let problem = Problem::from(error);
            let (zh, en) = problem.texts();
            Problem::parameter("sortby", format!("不能按 {text} 排序：{zh}"), en)
        })
    });
    let order = order.transpose()?.unwrap_or_default();
    let cursor = params.text("cursor");
    let after = cursor.map(|text| order.cursor(&text)).transpose()?;
    let ask = Ask {
        window,
        filters,
        areas: areas(params, map)?,
        order,
        after,
        offset: params.offset()?,
        limit: params.limit("limit", paging.usual, paging.most)?,
    };
    Ok((ask, selection(params, schema)?, crs))
}

/// The areas of `area=LAYER:CODE[,CODE]…`.
fn areas(params: &mut Params, map: &Arc<MapSnapshot>) -> Result<Option<Areas>, Problem> {
    let Some(text) = params.text("area") else {
        return Ok(None);
    };
    let allowed = area_layers();
    let (layer, codes) = text
        .split_once(':')
        .and_then(|(layer, codes)| Some((LayerId::parse(layer.trim())?, codes)))
        .filter(|(layer, _)| AREAS.contains(layer))
        .ok_or_else(|| {
            Problem::parameter(
                "area",
                format!("area={text} 应为“图层:编码”，例如 communities:610113902016；图层可用：{allowed}"),
                format!("area={text} must be LAYER:CODE, such as communities:610113902016; the layers are: {allowed}"),
            )
        })?;
    Ok(Some(Areas::parse(map, layer, codes)?))
}

/// The part of a record that is wanted.
///
/// # Errors
/// A property that the layer does not have.
pub(super) fn selection(params: &mut Params, schema: &LayerSchema) -> Result<Selection, Problem> {
    let fields = params.text("properties");
    Ok(Selection {
        fields: fields
            .map(|text| fields_called(schema, &text))
            .transpose()?,
        skip_geometry: params
            .value("skipGeometry", ("true 或 false", "true or false"))?
            .unwrap_or(false),
        up_to: UP_TO,
    })
}

/// The properties that a filter and a parameter of their own may name.
pub(super) fn queryables(schema: &'static LayerSchema) -> impl Iterator<Item = &'static str> {
    let own = schema.fields.iter();
    let own = own.filter(|field| schema.class_of(field) < FieldClass::Restricted);
    COMMON.into_iter().chain(own.map(|field| field.name))
}

fn filter(params: &mut Params, schema: &'static LayerSchema) -> Result<Option<Filter>, Problem> {
    let text = params.text("filter");
    let language = match params.text("filter-lang").as_deref() {
        None => None,
        Some("cql2-text") => Some(Language::Text),
        Some("cql2-json") => Some(Language::Json),
        Some(other) => {
            return Err(Problem::parameter(
                "filter-lang",
                format!("filter-lang={other} 应为 cql2-text 或 cql2-json"),
                format!("filter-lang={other} must be cql2-text or cql2-json"),
            ));
        }
    };
    let how = Reading {
        schema,
        up_to: UP_TO,
        language,
        crs: systems::asked(params, "filter-crs")?,
    };
    Ok(text.map(|text| Filter::read(&text, &how)).transpose()?)
}

fn fields_called(schema: &LayerSchema, text: &str) -> Result<Vec<String>, Problem> {
    let known =
        |name: &str| name == "derived" || COMMON.contains(&name) || schema.field(name).is_some();
    let mut names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(Problem::parameter(
            "properties",
            format!("没有属性 {name}"),
            format!("there is no property {name:?}"),
        )),
        None => Ok(names),
    }
}
