//! An import as JSON: the only place where it gets its shape on the wire.

use geojson::GeometryValue;
use serde_json::{Value as Json, json};

use crate::api::problem::Problem;
use crate::import::{Batch, ImportError, Preview, State, Status};
use crate::ingest::{At, IngestError, Report};

/// All that is known of an import, without its faults and examples one by one.
pub(super) fn status(status: &Status) -> Json {
    let mut body = brief(status);
    let report = status.report.as_deref();
    let more = json!({
        "settings": status.wishes,
        "report": report.map(Report::overview_json),
        "samples": report.map(samples),
        "failure": status.failure.as_deref().map(failure),
        "batch": status.batch.as_ref().map(batch),
    });
    if let (Some(body), Json::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// An import in a list.
pub(super) fn brief(status: &Status) -> Json {
    let (read, length) = status.bytes;
    json!({
        "id": status.id,
        "file": status.file,
        "layer": status.wishes.layer,
        "state": status.state.as_str(),
        "progress": { "rows": status.rows, "bytes": read, "of_bytes": length },
    })
}

/// The first values of each column, in the order of the report's columns.
fn samples(report: &Report) -> Json {
    report
        .columns
        .iter()
        .map(|column| json!(column.samples))
        .collect()
}

/// Why it failed, with what can be chosen instead.
fn failure(error: &ImportError) -> Json {
    let (code, crs, parts) = match error {
        ImportError::Ingest(IngestError::WhichCrs { fits, .. }) => ("which_crs", names(fits), None),
        ImportError::Ingest(IngestError::LateCrs { named }) => {
            ("which_crs", names(&[*named]), None)
        }
        ImportError::Ingest(IngestError::Crs(_)) => ("crs", Vec::new(), None),
        ImportError::Ingest(
            IngestError::WhichPart { parts } | IngestError::NoSuchPart { parts, .. },
        ) => ("which_part", Vec::new(), Some(parts)),
        ImportError::Ingest(IngestError::Encoding { .. }) => ("encoding", Vec::new(), None),
        ImportError::Ingest(_) => ("unreadable", Vec::new(), None),
        ImportError::AlreadyThere { .. } => ("already_there", Vec::new(), None),
        ImportError::Store(_) => ("store", Vec::new(), None),
        _ => ("failed", Vec::new(), None),
    };
    let problem;
    let (zh, en) = match error {
        ImportError::Store(error) => {
            problem = Problem::from(error);
            problem.texts()
        }
        ImportError::Ingest(error) => (&*error.zh(), &*error.en()),
        error => (&*error.zh(), &*error.to_string()),
    };
    json!({ "code": code, "zh": zh, "en": en, "crs": crs, "parts": parts })
}

fn names(systems: &[crate::geometry::crs::Crs]) -> Vec<String> {
    systems.iter().map(ToString::to_string).collect()
}

/// What an import has written.
pub(super) fn batch(batch: &Batch) -> Json {
    json!(batch)
}

/// An import of which only the store knows any more.
pub(super) fn over(of: &Batch) -> Json {
    let state = if of.undone.is_some() {
        State::Undone
    } else {
        State::Done
    };
    json!({
        "id": of.id, "file": Json::Null, "layer": of.layer, "state": state.as_str(), "batch": batch(of),
    })
}

/// The records as they would stand on the map, and the faults that have a place.
pub(super) fn preview(preview: &Preview, report: Option<&Report>) -> Json {
    let mut features: Vec<Json> = preview
        .sketches
        .iter()
        .map(|sketch| {
            let geometry = geojson::Geometry::new(GeometryValue::from(&sketch.geometry));
            json!({
                "type": "Feature", "geometry": geometry,
                "properties": {
                    "is": "draft", "code": sketch.code, "name": sketch.name,
                    "becomes": sketch.becomes.map_or("refused", |becomes| becomes.code()),
                    "line": line(sketch.at), "feature": sketch.at.feature,
                },
            })
        })
        .collect();
    let entries = report.map_or(&[][..], |report| &report.entries);
    features.extend(entries.iter().enumerate().filter_map(|(at, entry)| {
        let place = entry.place?;
        Some(json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [place.lon(), place.lat()] },
            "properties": {
                "is": "fault", "entry": at, "outcome": entry.outcome.code(), "reason": entry.reason.code(),
                "zh": entry.zh(), "en": entry.en(), "line": line(entry.at), "feature": entry.at.feature,
            },
        }))
    }));
    json!({ "type": "FeatureCollection", "features": features, "left_out": preview.left_out })
}

fn line(at: At) -> Option<u64> {
    (at.line > 0).then_some(at.line)
}
