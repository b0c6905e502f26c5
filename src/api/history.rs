//! What became of a record, and of a layer between two moments.

use std::sync::LazyLock;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::collections::layer_at;
use crate::api::items::id_of;
use crate::api::json::{self, Selection};
use crate::api::params::Params;
use crate::api::past::{Shown, instant};
use crate::api::problem::Problem;
use crate::api::{AppState, answer};
use crate::domain::{Change, Feature, FeatureId, FieldClass, LayerId};
use crate::map::MapSnapshot;
use crate::query::QueryError;
use crate::store::{Difference, Happened, Version};

/// No map: in an earlier version nothing is worked out from its place, for its neighbours were others too.
static NO_MAP: LazyLock<MapSnapshot> = LazyLock::new(|| MapSnapshot::build(&Change::default()));

const EVERYTHING: Selection = Selection {
    fields: None,
    skip_geometry: false,
    up_to: FieldClass::Restricted,
};

/// `GET /api/collections/{layer}/items/{id}/versions`
pub(super) async fn versions(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::of(query.as_deref())?.finish()?;
    let layer = layer_at(&name)?;
    let id = id_of(layer, &id)?;
    let map = app.map.current();
    let versions = app.store.versions(layer, id).await?;
    if versions.is_empty() {
        return Err(QueryError::NoSuchFeature { layer, id }.into());
    }
    let start = app.store.history_start().await?;
    let here = format!("/api/collections/{layer}/items/{id}");
    let told: Vec<Json> = versions
        .iter()
        .map(|version| version_json(layer, version))
        .collect();
    let body = json!({
        "layer": layer.as_str(), "id": id.0, "history_from": start.map(|start| start.at.to_string()),
        "numberReturned": told.len(), "versions": told,
        "links": [
            { "rel": "self", "href": format!("{here}/versions"), "type": "application/json" },
            { "rel": "latest-version", "href": here, "type": "application/geo+json" },
        ],
    });
    Ok(answer(&map, "application/json", body.to_string()))
}

fn version_json(layer: LayerId, version: &Version) -> Json {
    let feature = version.feature.as_ref();
    json!({
        "revision": version.revision.0, "at": version.at.to_string(), "by": &*version.by,
        "change": word(version.happened), "feature": feature.map(|feature| record(layer, feature)),
    })
}

fn record(layer: LayerId, feature: &Feature) -> Json {
    json::feature(&NO_MAP, layer.schema(), feature, &EVERYTHING)
}

const fn word(happened: Happened) -> &'static str {
    match happened {
        Happened::Added => "added",
        Happened::Changed => "changed",
        Happened::Removed => "removed",
    }
}

/// `GET /api/collections/{layer}/changes?from=[&to=][&limit=][&cursor=]`: the records that are others at the later
/// moment than at the earlier one, each as it is then; `before` says what it was.
pub(super) async fn changes(
    State(app): State<AppState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let mut params = Params::of(query.as_deref())?;
    let (from, to) = (instant(&mut params, "from")?, instant(&mut params, "to")?);
    let limit = params.limit("limit", 1000, 10_000)?;
    let takes = ("next 链接中的标记", "that of a next link");
    let after = params.whole("cursor", takes)?.unwrap_or(0);
    params.finish()?;
    let from = from.ok_or_else(|| {
        Problem::parameter("from", "请给出开始时刻 from", "from is needed: an instant")
    })?;
    if to.is_some_and(|to| to < from) {
        let (zh, en) = ("to 不能早于 from", "to must not lie before from");
        return Err(Problem::parameter("to", zh, en));
    }
    let (earlier, then) = (
        Shown::at(&app, Some(from)).await?,
        Shown::at(&app, to).await?,
    );
    let (began, ended) = (earlier.map.revision(), then.map.revision());
    let all = app.store.differences(Some(layer), began, ended).await?;
    let count = |wanted| {
        let of = all.iter().filter(|each| happened(each) == wanted);
        of.count()
    };
    let rest: Vec<&Difference> = all.iter().filter(|each| each.id.0 > after).collect();
    let page = rest.get(..limit).unwrap_or(&rest);
    let next = (page.len() < rest.len())
        .then(|| page.last().map(|last| last.id))
        .flatten();
    let here = format!("/api/collections/{layer}/changes");
    let mut links = vec![json!({ "rel": "self", "href": here, "type": "application/geo+json" })];
    if let Some(next) = next {
        links.push(json!({ "rel": "next", "href": next_page(&here, from, to, limit, next), "type": "application/geo+json" }));
    }
    let features: Vec<Json> = page.iter().map(|each| difference_json(each)).collect();
    let body = json!({
        "type": "FeatureCollection", "numberMatched": all.len(), "numberReturned": features.len(),
        "from": { "at": from.to_string(), "revision": began.0 },
        "to": { "at": to.map(|to| to.to_string()), "revision": ended.0 },
        "added": count(Happened::Added), "changed": count(Happened::Changed), "removed": count(Happened::Removed),
        "links": links, "features": features,
    });
    let response = answer(&then.map, "application/geo+json", body.to_string());
    Ok(earlier.told(response))
}

fn next_page(
    here: &str,
    from: Timestamp,
    to: Option<Timestamp>,
    limit: usize,
    next: FeatureId,
) -> String {
    let to = to.map_or_else(String::new, |to| format!("&to={to}"));
    format!("{here}?from={from}{to}&limit={limit}&cursor={next}")
}

fn happened(difference: &Difference) -> Happened {
    match (&difference.before, &difference.after) {
        (None, _) => Happened::Added,
        (_, None) => Happened::Removed,
        _ => Happened::Changed,
    }
}

/// The record as it is at the later moment, one that is gone as it was.
fn difference_json(difference: &Difference) -> Json {
    let record = |feature: &Feature| record(difference.layer, feature);
    let happened = happened(difference);
    let shown = difference.after.as_ref().or(difference.before.as_ref());
    let mut told = shown.map_or(Json::Null, |feature| record(feature));
    if let Some(told) = told.as_object_mut() {
        told.insert("change".to_owned(), json!(word(happened)));
        if happened == Happened::Changed {
            let before = difference.before.as_ref().map(|feature| record(feature));
            told.insert("before".to_owned(), json!(before));
        }
    }
    told
}
