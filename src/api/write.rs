//! The one way of a write: what the writer has seen, what the rules say, the store, and the map that shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::freshness::{after_write, followed};
use crate::api::json::{self, Selection};
use crate::api::precondition::{IfMatch, Key};
use crate::api::problem::{Pointed, Problem};
use crate::api::{AppState, former_codes, persons, rules};
use crate::check::Fault;
use crate::domain::{Draft, Edit, Feature, FeatureId, FieldClass, LayerId, Revision};
use crate::map::MapSnapshot;
use crate::store::{Answered, StoreError};

/// Who writes while there are no accounts.
pub(super) const WRITER: &str = "local";

/// How often an edit of whatever is there is tried again, where others come between.
const TRIES: usize = 8;

/// An edit as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) edit: Edit,
    /// The states of the record in which it may be changed.
    pub(super) wanted: IfMatch,
    /// Where it stands in the body.
    pub(super) base: String,
    /// Where the record stands in the body.
    pub(super) feature: String,
}

impl Sent {
    /// The only edit of a request.
    pub(super) fn alone(edit: Edit, wanted: IfMatch) -> Self {
        Self {
            edit,
            wanted,
            base: String::new(),
            feature: String::new(),
        }
    }
}

/// What came of a write.
#[derive(Debug)]
pub(super) enum Written {
    /// It is done.
    New(Done),
    /// It was done before; this was answered.
    Again(Answered),
}

/// A write that is done and shown.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) revision: Revision,
    pub(super) ids: Vec<FeatureId>,
    pub(super) map: Arc<MapSnapshot>,
    pub(super) warnings: Vec<Fault>,
}

/// The map once it shows all that is in the store now.
pub(super) async fn freshest(app: &AppState) -> Result<Arc<MapSnapshot>, Problem> {
    followed(app, app.store.revision().await?).await
}

/// Writes all of `sent` as one change, or nothing.
///
/// # Errors
/// Every fault with its place: 404, 409, 412 with the current record, 422 by a rule; what the store says.
pub(super) async fn write(
    app: &AppState,
    sent: Vec<Sent>,
    key: Option<Key>,
) -> Result<Written, Problem> {
    if let Some(fixed) = sent
        .iter()
        .map(|each| layer_of(&each.edit))
        .find(|layer| !layer.schema().is_editable())
    {
        return Err(Problem::pointed(
            StatusCode::FORBIDDEN,
            "read-only",
            (
                format!("图层 {fixed} 只读，不能修改"),
                format!("the layer {fixed} is read-only"),
            ),
            Vec::new(),
        ));
    }
    if let Some((key, answered)) = answered(app, key.as_ref()).await? {
        return again(key, answered);
    }
    let is_any = sent.iter().all(|each| each.wanted == IfMatch::Any);
    let mut tries = if is_any { TRIES } else { 1 };
    loop {
        tries -= 1;
        match once(app, sent.clone(), key.as_ref()).await {
            Err(problem) if problem.is_stale() && tries > 0 => {}
            Err(problem) => {
                // what stands in the way may be the very write that came with this key a moment ago
                return match answered(app, key.as_ref()).await? {
                    Some((key, answered)) => again(key, answered),
                    None => Err(problem),
                };
            }
            done => return done,
        }
    }
}

/// What was answered to the write with this key.
async fn answered<'k>(
    app: &AppState,
    key: Option<&'k Key>,
) -> Result<Option<(&'k Key, Answered)>, Problem> {
    let Some(key) = key else {
        return Ok(None);
    };
    let answered = app.store.answered(&key.key).await?;
    Ok(answered.map(|answered| (key, answered)))
}

async fn once(app: &AppState, mut sent: Vec<Sent>, key: Option<&Key>) -> Result<Written, Problem> {
    let map = freshest(app).await?;
    persons::refuse(&map, &sent)?;
    expect(&map, &mut sent)?;
    former_codes::keep(&map, &mut sent);
    let edits: Vec<Edit> = sent.iter().map(|each| each.edit.clone()).collect();
    let judged = rules::judge(&app.rules, &map, &edits);
    if !judged.refused.is_empty() {
        return Err(refused(&judged.refused));
    }
    let mut writer = app.store.begin(WRITER, Timestamp::now()).await?;
    if let Some(key) = key
        && let Some(answered) = writer.claim(&key.key, &key.asked).await?
    {
        return again(key, answered);
    }
    let ids = match writer.apply(&edits).await {
        Ok(ids) => ids,
        Err(error) => {
            drop(writer);
            return Err(raced(app, &sent, error).await);
        }
    };
    if key.is_some() {
        let each = edits.iter().zip(&ids);
        let answer: Json = each
            .map(|(edit, id)| json!([layer_of(edit).as_str(), id.0]))
            .collect();
        writer.note(&answer.to_string()).await?;
    }
    let revision = writer.commit().await?;
    let map = after_write(app, revision).await?;
    Ok(Written::New(Done {
        revision,
        ids,
        map,
        warnings: judged.warnings,
    }))
}

fn again(key: &Key, answered: Answered) -> Result<Written, Problem> {
    if answered.asked == key.asked {
        return Ok(Written::Again(answered));
    }
    let told = (
        "这个 Idempotency-Key 已用于另一次不同的写入".to_owned(),
        "this Idempotency-Key was used for another write".to_owned(),
    );
    Err(Problem::pointed(
        StatusCode::UNPROCESSABLE_ENTITY,
        "key-reused",
        told,
        Vec::new(),
    ))
}

pub(super) const fn layer_of(edit: &Edit) -> LayerId {
    match edit {
        Edit::Insert { layer, .. } | Edit::Update { layer, .. } | Edit::Delete { layer, .. } => {
            *layer
        }
    }
}

/// What may be wrong with an edit before the store is asked, in the order in which it decides the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Twice,
    Missing,
    Stale,
    Duplicate,
}

/// Holds every edit against the map, and sets the revision that the store shall find.
fn expect(map: &MapSnapshot, sent: &mut [Sent]) -> Result<(), Problem> {
    let mut faults = Vec::new();
    let mut named: BTreeMap<(LayerId, FeatureId), usize> = BTreeMap::new();
    for each in sent.iter() {
        if let Some(record) = record_of(&each.edit) {
            *named.entry(record).or_default() += 1;
        }
    }
    let mut codes: BTreeMap<(LayerId, Arc<str>), usize> = BTreeMap::new();
    for each in sent.iter_mut() {
        let current = record_of(&each.edit).map(|(layer, id)| map.layer(layer).by_id(id));
        let layer = layer_of(&each.edit);
        match current {
            Some(None) => faults.push((Wrong::Missing, missing(layer, each))),
            Some(Some(current)) => {
                if !each.wanted.takes(current.revision) {
                    faults.push((Wrong::Stale, stale(map, layer, current, &each.base)));
                }
                set_expected(&mut each.edit, current.revision);
            }
            None => {}
        }
        let record = record_of(&each.edit);
        if record.is_some_and(|record| named.get(&record).is_some_and(|times| *times > 1)) {
            let (zh, en) = ("同一条记录出现了两次", "this record is named twice");
            faults.push((Wrong::Twice, Pointed::new(each.base.clone(), zh, en)));
        }
        if let Some(draft) = draft_of(&each.edit) {
            let times = codes.entry((layer, Arc::clone(&draft.code))).or_default();
            *times += 1;
            let other = map.layer(layer).by_code(&draft.code).filter(|other| {
                Some((layer, other.id)) != record && !named.contains_key(&(layer, other.id))
            });
            if other.is_some() || *times > 1 {
                faults.push((Wrong::Duplicate, duplicate(&draft.code, other, each)));
            }
        }
    }
    let Some(worst) = faults.iter().map(|(wrong, _)| *wrong).min() else {
        return Ok(());
    };
    Err(problem(
        worst,
        faults.into_iter().map(|(_, fault)| fault).collect(),
    ))
}

fn problem(worst: Wrong, faults: Vec<Pointed>) -> Problem {
    let (status, slug) = match worst {
        Wrong::Twice => (StatusCode::BAD_REQUEST, "bad-record"),
        Wrong::Missing => (StatusCode::NOT_FOUND, "not-found"),
        Wrong::Stale => (StatusCode::PRECONDITION_FAILED, "stale-revision"),
        Wrong::Duplicate => (StatusCode::CONFLICT, "duplicate"),
    };
    let first = faults.first();
    let told = first.map(|fault| (fault.zh.clone(), fault.en.clone()));
    let current = match faults.as_slice() {
        [only] => only.more.get("current").cloned(),
        _ => None,
    };
    let problem = Problem::pointed(status, slug, told.unwrap_or_default(), faults);
    match current {
        Some(current) => problem.with("current", current),
        None => problem,
    }
}

fn missing(layer: LayerId, each: &Sent) -> Pointed {
    let id = record_of(&each.edit).map_or(0, |(_, id)| id.0);
    Pointed::new(
        each.base.clone(),
        format!("{} 没有编号为 {id} 的记录", layer.schema().title.zh),
        format!("{layer} has no record {id}"),
    )
}

fn stale(map: &MapSnapshot, layer: LayerId, current: &Feature, base: &str) -> Pointed {
    let revision = current.revision;
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Restricted,
    };
    let feature = json::feature(map, layer.schema(), current, &wanted);
    Pointed::new(
        base,
        format!("这条记录已被他人修改，现修订号为 {revision}，请刷新后再改"),
        format!(
            "{layer} {} is at revision {revision} now: someone else changed it meanwhile",
            current.id
        ),
    )
    .with(
        "current",
        json!({ "revision": revision.0, "feature": feature }),
    )
}

fn duplicate(code: &str, other: Option<&Arc<Feature>>, each: &Sent) -> Pointed {
    Pointed::new(
        format!("{}/properties/code", each.feature),
        format!("编码 {code} 已存在"),
        format!("there is a record with the code {code:?} already"),
    )
    .with("other", json!(other.map(|other| other.id.0)))
}

/// 422 with everything that the edits would bring out of order.
fn refused(faults: &[Fault]) -> Problem {
    let join = |text: fn(&Fault) -> &str| {
        let each: Vec<&str> = faults.iter().map(text).collect();
        each.join("；")
    };
    let told = (join(|fault| &fault.zh), join(|fault| &fault.en));
    let pointed = faults.iter().map(|fault| {
        let mut pointed = Pointed::new("", fault.zh.clone(), fault.en.clone());
        if let Json::Object(more) = rules::told(fault) {
            let more = more.into_iter();
            pointed.more = more
                .filter(|(name, _)| name != "zh" && name != "en")
                .collect();
        }
        pointed
    });
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::pointed(status, "refused-by-rule", told, pointed.collect())
}

/// What the store says where another came between the look at the map and the write.
async fn raced(app: &AppState, sent: &[Sent], error: StoreError) -> Problem {
    let StoreError::Stale { layer, id, .. } = error else {
        return error.into();
    };
    let at = sent
        .iter()
        .find(|each| record_of(&each.edit) == Some((layer, id)));
    let base = at.map_or("", |each| &each.base);
    match freshest(app).await {
        Ok(map) => match map.layer(layer).by_id(id) {
            Some(current) => problem(Wrong::Stale, vec![stale(&map, layer, current, base)]),
            None => StoreError::NoSuchFeature { layer, id }.into(),
        },
        Err(problem) => problem,
    }
}

const fn record_of(edit: &Edit) -> Option<(LayerId, FeatureId)> {
    match edit {
        Edit::Insert { .. } => None,
        Edit::Update { layer, id, .. } | Edit::Delete { layer, id, .. } => Some((*layer, *id)),
    }
}

pub(super) const fn draft_of(edit: &Edit) -> Option<&Draft> {
    match edit {
        Edit::Insert { draft, .. } | Edit::Update { draft, .. } => Some(draft),
        Edit::Delete { .. } => None,
    }
}

const fn set_expected(edit: &mut Edit, revision: Revision) {
    if let Edit::Update { expected, .. } | Edit::Delete { expected, .. } = edit {
        *expected = Some(revision);
    }
}
