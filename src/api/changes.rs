//! Many edits of several layers as one change, and a change taken back.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::draft::draft;
use crate::api::edits::{bad_record, batch_again, feature_in, patched};
use crate::api::freshness::after_write;
use crate::api::precondition::{IfMatch, Key};
use crate::api::problem::{Pointed, Problem};
use crate::api::received::json_only;
use crate::api::write::{Sent, WRITER, Written, freshest, layer_of, write};
use crate::api::{AppState, answer, rules};
use crate::domain::{Edit, FeatureId, LayerId, Revision};
use crate::map::MapSnapshot;
use crate::store::StoreError;

/// The most edits of one request.
const MOST_EDITS: usize = 10_000;

/// `POST /api/changes`: `{"changes": [{"op": "insert|update|patch|delete", "layer": …, "id": …, "revision": …, "feature": …}]}`
pub(super) async fn change(
    State(app): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    json_only(&headers)?;
    let key = Key::of(&headers, uri.path(), &body)?;
    let body = feature_in(&body)?;
    let changes = body.get("changes").and_then(Json::as_array);
    let is_alone = body.as_object().is_some_and(|body| body.len() == 1);
    let changes = changes.filter(|all| is_alone && !all.is_empty());
    let changes = changes.ok_or_else(|| {
        Problem::body(
            "内容应为 {\"changes\": [ … ]}，至少一项",
            "the body must be {\"changes\": [ … ]} with one or more",
        )
    })?;
    if changes.len() > MOST_EDITS {
        return Err(Problem::too_much(
            format!("一次最多 {MOST_EDITS} 项修改"),
            format!("at most {MOST_EDITS} edits at once"),
        ));
    }
    let map = freshest(&app).await?;
    let mut sent = Vec::with_capacity(changes.len());
    let mut faults = Vec::new();
    for (number, each) in changes.iter().enumerate() {
        match one(&map, each, &format!("/changes/{number}")) {
            Ok(edit) => sent.push(edit),
            Err(mut found) => faults.append(&mut found),
        }
    }
    if !faults.is_empty() {
        return Err(bad_record(faults));
    }
    let edits: Vec<(&'static str, LayerId)> = sent
        .iter()
        .map(|each| (word(&each.edit), layer_of(&each.edit)))
        .collect();
    let done = match write(&app, sent, key).await? {
        Written::New(done) => done,
        Written::Again(answered) => return Ok(batch_again(&map, &answered)),
    };
    let results = edits.iter().zip(&done.ids).map(|((op, layer), id)| {
        let record = done.map.layer(*layer).by_id(*id);
        let revision = record.map(|record| record.revision.0);
        json!({ "op": op, "layer": layer.as_str(), "id": id.0, "revision": revision })
    });
    let body = json!({
        "revision": done.revision.0, "results": results.collect::<Json>(),
        "warnings": done.warnings.iter().map(rules::told).collect::<Json>(),
    });
    let mut response = answer(&done.map, "application/json", body.to_string());
    rules::warn(response.headers_mut(), &done.warnings);
    Ok(response)
}

const fn word(edit: &Edit) -> &'static str {
    match edit {
        Edit::Insert { .. } => "insert",
        Edit::Update { .. } => "update",
        Edit::Delete { .. } => "delete",
    }
}

/// One edit of a batch, at `base` in the body.
fn one(map: &MapSnapshot, given: &Json, base: &str) -> Result<Sent, Vec<Pointed>> {
    let fault =
        |name: &str, zh: &str, en: &str| vec![Pointed::new(format!("{base}/{name}"), zh, en)];
    let members = given
        .as_object()
        .ok_or_else(|| vec![Pointed::new(base, "应为对象", "must be an object")])?;
    let takes = ["op", "layer", "id", "revision", "feature"];
    if let Some(name) = members.keys().find(|name| !takes.contains(&name.as_str())) {
        return Err(fault(name, "没有这个成员", "there is no such member"));
    }
    let layer = members.get("layer").and_then(Json::as_str);
    let layer = layer
        .and_then(LayerId::parse)
        .ok_or_else(|| fault("layer", "没有这个图层", "there is no such layer"))?;
    let feature_at = format!("{base}/feature");
    let nothing = Json::Null;
    let feature = members.get("feature").unwrap_or(&nothing);
    let id = || {
        let id = members.get("id").and_then(Json::as_i64).map(FeatureId);
        id.ok_or_else(|| fault("id", "缺少记录编号 id", "the record's id is missing"))
    };
    let wanted = || wanted(members.get("revision"), base);
    let (edit, wanted) = match members.get("op").and_then(Json::as_str) {
        Some("insert") => {
            let id = members.get("id").map(|_| id()).transpose()?;
            let draft = draft(layer, feature, &feature_at)?;
            (Edit::Insert { layer, id, draft }, IfMatch::Any)
        }
        Some("update") => {
            let (id, wanted) = (id()?, wanted()?);
            let draft = draft(layer, feature, &feature_at)?;
            (update(layer, id, draft), wanted)
        }
        Some("patch") => {
            let (id, wanted) = (id()?, wanted()?);
            let (draft, seen) =
                patched(map, layer, id, feature, &feature_at).map_err(|problem| {
                    let (zh, en) = problem.said();
                    let found = problem.into_faults();
                    if found.is_empty() {
                        fault("id", &zh, &en)
                    } else {
                        found
                    }
                })?;
            let wanted = match wanted {
                IfMatch::Any => IfMatch::OneOf(vec![seen]),
                given @ IfMatch::OneOf(_) => given,
            };
            (update(layer, id, draft), wanted)
        }
        Some("delete") => {
            let edit = Edit::Delete {
                layer,
                id: id()?,
                expected: None,
            };
            (edit, wanted()?)
        }
        _ => {
            let (zh, en) = (
                "op 应为 insert、update、patch 或 delete",
                "op must be insert, update, patch or delete",
            );
            return Err(fault("op", zh, en));
        }
    };
    Ok(Sent {
        edit,
        wanted,
        base: base.to_owned(),
        feature: feature_at,
    })
}

const fn update(layer: LayerId, id: FeatureId, draft: crate::domain::Draft) -> Edit {
    Edit::Update {
        layer,
        id,
        expected: None,
        draft,
    }
}

/// The revision that the writer has seen, or `"*"`.
fn wanted(given: Option<&Json>, base: &str) -> Result<IfMatch, Vec<Pointed>> {
    match given {
        Some(Json::String(any)) if any == "*" => Ok(IfMatch::Any),
        Some(given) if given.as_i64().is_some() => {
            let revision = given.as_i64().map(Revision);
            Ok(IfMatch::OneOf(revision.into_iter().collect()))
        }
        _ => Err(vec![Pointed::new(
            format!("{base}/revision"),
            "需要所见修订号，例如 12，或 \"*\"",
            "needs the revision that you have seen, such as 12, or \"*\"",
        )]),
    }
}

/// `POST /api/changes/{revision}/undo`: every record of the change as it was before, as a new change; all or nothing
pub(super) async fn undo(
    State(app): State<AppState>,
    Path(revision): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let given = revision.parse().map(Revision).map_err(|_not_one| {
        Problem::missing(
            format!("没有修订号为 {revision} 的修改"),
            format!("there is no change with the revision {revision:?}"),
        )
    })?;
    if !body.is_empty() && feature_in(&body)? != json!({}) {
        return Err(Problem::body("撤销不需要内容", "an undo takes no body"));
    }
    let undone = app.store.undo(given, WRITER, Timestamp::now()).await;
    let applied = match undone {
        Err(StoreError::ChangedSince { records }) => {
            return Err(changed_since(&app, &records).await);
        }
        undone => undone?,
    };
    let map = after_write(&app, applied.revision).await?;
    let body =
        json!({ "revision": applied.revision.0, "undone": given.0, "records": applied.ids.len() });
    Ok(answer(&map, "application/json", body.to_string()))
}

async fn changed_since(app: &AppState, records: &[(LayerId, FeatureId)]) -> Problem {
    let map = match freshest(app).await {
        Ok(map) => map,
        Err(problem) => return problem,
    };
    let faults = records.iter().map(|(layer, id)| {
        let current = map.layer(*layer).by_id(*id).map(|record| record.revision.0);
        Pointed::new(
            "",
            format!("{} {id} 之后又被修改", layer.schema().title.zh),
            format!("{layer} {id} has changed since"),
        )
        .with("layer", layer.as_str().into())
        .with("id", id.0.into())
        .with("revision", json!(current))
    });
    let told = (
        format!("有 {} 条记录之后又被修改，没有撤销", records.len()),
        format!(
            "{} records have changed since; nothing was taken back",
            records.len()
        ),
    );
    Problem::pointed(
        StatusCode::CONFLICT,
        "changed-since",
        told,
        faults.collect(),
    )
}
