//! `GET /api/events`: open maps are told what has changed, and those who come back what they have missed.
//!
//! Whoever does not read holds up nobody: each reads from one ring of the latest changes at his own pace, and one who has
//! fallen out of it is cut off; he comes back with the last revision that he has seen, and the store says the rest.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::timeout;

use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::{AppState, REVISION, json as wire};
use crate::domain::{FieldClass, LayerId, Revision};
use crate::geometry::BBox;
use crate::map::{LayerTold, Told, What};
use crate::store::{Difference, StoreError};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How often something is sent where nothing happens, so that a dead connection is found.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How soon one who was cut off comes back, milliseconds.
const COME_BACK_MS: u32 = 1000;

/// Who is more revisions behind than this reads everything anew; each change of a record is one or more.
const MOST_MISSED: i64 = 20_000;

/// `GET /api/events[?since=]`
pub(super) async fn events(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let takes = ("修订号，例如 12", "a revision such as 12");
    let asked = params.whole("since", takes)?;
    params.finish()?;
    // what a browser has seen since the address was made counts more than the address
    let seen = headers.get(LAST_EVENT_ID);
    let seen = seen.map(|id| id.to_str().ok().and_then(|id| id.trim().parse().ok()));
    let seen = match seen {
        Some(Some(seen)) => Some(seen),
        Some(None) => {
            let zh = "Last-Event-ID 应为修订号";
            return Err(Problem::parameter(
                "Last-Event-ID",
                zh,
                "Last-Event-ID must be a revision",
            ));
        }
        None => asked,
    };
    // first the ear, then the look: what happens in between is heard
    let ear = app.map.listen();
    let now = app.map.current().revision();
    let missed = match seen.map(Revision) {
        Some(seen) if seen != now => missed(&app, seen, now).await?,
        _ => String::new(),
    };
    let begin = format!("retry: {COME_BACK_MS}\n{missed}id: {now}\n\n");
    let reader = Reader {
        waiting: VecDeque::from([Bytes::from(begin)]),
        told: now,
        ear,
    };
    let body = Body::from_stream(stream::unfold(reader, |mut reader| async move {
        let next = reader.next().await?;
        Some((Ok::<_, std::convert::Infallible>(next), reader))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // a proxy that collects an answer before it sends it would never send this one
    let at_once = HeaderName::from_static("x-accel-buffering");
    headers.insert(at_once, HeaderValue::from_static("no"));
    headers.insert(REVISION, HeaderValue::from(now.0));
    Ok(response)
}

/// One who listens.
struct Reader {
    waiting: VecDeque<Bytes>,
    told: Revision,
    ear: Receiver<Arc<Told>>,
}

impl Reader {
    /// What is sent next; `None` where the connection ends.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(next) = self.waiting.pop_front() {
                return Some(next);
            }
            match timeout(HEARTBEAT, self.ear.recv()).await {
                Err(_elapsed) => return Some(Bytes::from_static(b":\n\n")),
                Ok(Err(RecvError::Lagged(_) | RecvError::Closed)) => return None,
                Ok(Ok(told)) if matches!(told.what, What::End) => return None,
                // that was in the map that he began with
                Ok(Ok(told)) if told.revision <= self.told && !matches!(told.what, What::Anew) => {}
                Ok(Ok(told)) => {
                    self.told = told.revision;
                    let words = told.words.get_or_init(|| words(&told).into());
                    if !words.is_empty() {
                        return Some(Bytes::copy_from_slice(words.as_bytes()));
                    }
                }
            }
        }
    }
}

/// What has happened between `seen` and `now`, out of the change log.
async fn missed(app: &AppState, seen: Revision, now: Revision) -> Result<String, Problem> {
    let reload = || format!("{}\n", reload(now));
    if seen.0 < 1 || seen > now || now.0 - seen.0 > MOST_MISSED {
        return Ok(reload());
    }
    let differences = match app.store.differences(None, seen, now).await {
        Err(StoreError::BeforeHistory { .. }) => return Ok(reload()),
        differences => differences?,
    };
    let mut layers: Vec<LayerTold> = Vec::new();
    for Difference {
        layer,
        id,
        before,
        after,
    } in differences
    {
        if layers.last().and_then(|told| told.layer) != Some(layer) {
            layers.push(LayerTold {
                layer: Some(layer),
                ..LayerTold::default()
            });
        }
        let both = before.iter().chain(&after);
        let boxes = both.filter_map(|feature| BBox::of(feature.geometry.as_deref()?));
        if let Some(told) = layers.last_mut() {
            told.add(id, boxes);
        }
    }
    let told = changed(now, &layers);
    // the beginning that follows goes on in a block of its own
    Ok(if told.is_empty() {
        told
    } else {
        format!("\n{told}")
    })
}

fn words(told: &Told) -> String {
    match &told.what {
        What::Changed(layers) => changed(told.revision, layers),
        What::Anew => reload(told.revision),
        What::End => String::new(),
    }
}

fn reload(revision: Revision) -> String {
    let data = json!({ "revision": revision.0 });
    format!("\nevent: reload\nid: {revision}\ndata: {data}\n\n")
}

/// An event for each layer. Only the last bears the revision as its id: whoever is cut off between two of them hears
/// both again.
fn changed(revision: Revision, layers: &[LayerTold]) -> String {
    let shown = layers.iter().filter_map(|told| Some((told.layer?, told)));
    let shown: Vec<_> = shown.filter(|(layer, _)| is_told(*layer)).collect();
    let mut text = String::new();
    for (number, (layer, told)) in shown.iter().enumerate() {
        let data = json!({
            "revision": revision.0, "layer": layer.as_str(), "ids": told.ids.iter().map(|id| id.0).collect::<Vec<_>>(),
            "box": told.extent().map(wire::bbox), "boxes": told.boxes.iter().copied().map(wire::bbox).collect::<Vec<_>>(),
        });
        let id = if number + 1 == shown.len() {
            format!("id: {revision}\n")
        } else {
            String::new()
        };
        let _ = write!(text, "event: change\n{id}data: {data}\n\n");
    }
    text
}

/// Of restricted layers nothing is told, not even that something has changed.
fn is_told(layer: LayerId) -> bool {
    layer.schema().class < FieldClass::Restricted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FeatureId;

    #[test]
    fn restricted_layers_are_not_told_and_the_last_of_a_change_bears_its_id() {
        let told = |layer| LayerTold {
            layer: Some(layer),
            ids: vec![FeatureId(7)],
            boxes: Vec::new(),
        };
        let text = changed(
            Revision(9),
            &[
                told(LayerId::GRIDS),
                told(LayerId::CASES),
                told(LayerId::HOUSEHOLDS),
            ],
        );
        assert!(!text.contains("households"), "{text}");
        assert_eq!(text.matches("event: change").count(), 2);
        assert_eq!(text.matches("id: 9").count(), 1);
        assert!(text.rfind("id: 9") > text.find("\"grids\""), "{text}");
        assert_eq!(changed(Revision(9), &[told(LayerId::HOUSEHOLDS)]), "");
    }
}
