//! Drawings (DXF): closed polylines with the texts that stand in them; for layers of lines all polylines and lines, for
//! layers of points the texts themselves.
//!
//! Reading is ours: the known crate holds every object of a drawing and brings a code generator and an image library;
//! what is asked of a drawing here is six kinds of entity.

mod drawn;
mod entity;
mod pairs;

use std::io::Read;

use geo::{BoundingRect, Contains};
use serde_json::{Map, Value as Json};

use crate::domain::GeometryKind;
use crate::geometry::{Coord, LineString, Point, Polygon};
use crate::ingest::row::{Event, Given, Row, Sink, tell};
use crate::ingest::{At, IngestError, Options, Said};
use drawn::NotDrawn;
use entity::{Drawing, Label, Line};

/// Hands the records of a drawing to `sink`.
pub(super) fn shapes(
    file: impl Read,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let drawing = Drawing::read(file, options.part.as_deref())?;
    tell!(
        sink,
        Event::decision(
            "encoding",
            format!("编码 {}:由图形版本和代码页决定。", drawing.encoding.name()),
            format!(
                "Encoding {}: by the version and code page of the drawing.",
                drawing.encoding.name()
            )
        )
    );
    let wanted = |layer: &str| options.part.as_deref().is_none_or(|part| part == layer);
    has_part(&drawing, options.part.as_deref())?;
    let mut number = 0;
    let mut row = |layer: &str, label: String, shape: Given| {
        number += 1;
        let mut cells = Map::new();
        cells.insert("图层".to_owned(), Json::String(layer.to_owned()));
        if !label.is_empty() {
            cells.insert("标注".to_owned(), Json::String(label));
        }
        Event::Row(Row {
            at: At {
                part: 0,
                line: 0,
                feature: number,
            },
            id: Json::Null,
            cells,
            shape,
        })
    };
    let mut unused = 0_u64;
    match options.layer.schema().geometry {
        GeometryKind::Point => {
            for label in drawing.labels.iter().filter(|label| wanted(&label.layer)) {
                tell!(
                    sink,
                    row(
                        &label.layer,
                        label.text.clone(),
                        Given::plain(Point(label.at))
                    )
                );
            }
            unused = len(drawing.lines.len());
        }
        GeometryKind::MultiLineString => {
            for line in drawing.lines.iter().filter(|line| wanted(&line.layer)) {
                let shape = Given::plain(LineString::new(line.closed_path()));
                tell!(sink, row(&line.layer, String::new(), shape));
            }
        }
        GeometryKind::MultiPolygon | GeometryKind::Any { .. } | GeometryKind::None => {
            let outlines: Vec<&Line> = drawing
                .lines
                .iter()
                .filter(|line| wanted(&line.layer) && line.encloses())
                .collect();
            unused += len(drawing
                .lines
                .iter()
                .filter(|line| wanted(&line.layer) && !line.encloses())
                .count());
            let texts = labels_within(&outlines, &drawing.labels);
            for (line, text) in outlines.iter().zip(texts) {
                let shape = Given::plain(Polygon::new(
                    LineString::new(line.closed_path()),
                    Vec::new(),
                ));
                tell!(sink, row(&line.layer, text, shape));
            }
        }
    }
    for event in said(&drawing, unused) {
        tell!(sink, event);
    }
    if number == 0 {
        let (zh, en) = match not_drawn(&drawing) {
            Some((zh, en)) => (format!(";未读取{zh}"), format!("; not taken: {en}")),
            None => (String::new(), String::new()),
        };
        return Err(IngestError::NoHeader(Said::new(
            format!("图形中没有闭合的多段线(或所需的图形){zh}"),
            format!(
                "the drawing has no closed polylines, or none of the shapes that the layer takes{en}"
            ),
        )));
    }
    Ok(())
}

/// Refuses a layer that was asked for and is not there.
fn has_part(drawing: &Drawing, part: Option<&str>) -> Result<(), IngestError> {
    let Some(part) = part.filter(|part| !drawing.layers().any(|layer| layer == *part)) else {
        return Ok(());
    };
    let mut parts: Vec<String> = drawing.layers().map(str::to_owned).collect();
    parts.sort();
    parts.dedup();
    Err(IngestError::NoSuchPart {
        given: part.to_owned(),
        parts,
    })
}

fn said(drawing: &Drawing, unused: u64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut say = |zh: String, en: String| events.push(Event::decision("rows", zh, en));
    if drawing.arcs > 0 {
        say(
            format!("{}段圆弧已用折线代替(每段不超过5°)。", drawing.arcs),
            format!(
                "{} arcs were replaced by lines of five degrees at most.",
                drawing.arcs
            ),
        );
    }
    if unused > 0 {
        say(
            format!("{unused}条线未闭合或不是该图层所需,未读取。"),
            format!("{unused} lines are open or not what the layer takes, and were not read."),
        );
    }
    if let Some((zh, en)) = not_drawn(drawing) {
        let is_hidden = [NotDrawn::Frozen, NotDrawn::Off]
            .iter()
            .any(|why| drawing.not_drawn.contains_key(why));
        let (hint_zh, hint) = if is_hidden {
            (
                ";冻结或关闭的图层可用 --part 指定",
                "; name a layer that is frozen or off with --part to read it",
            )
        } else {
            ("", "")
        };
        say(
            format!("未读取的图元:{zh}{hint_zh}。"),
            format!("Entities that were not taken: {en}{hint}."),
        );
    }
    if !drawing.others.is_empty() {
        let others: Vec<String> = drawing
            .others
            .iter()
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        say(
            format!("其他图元未读取:{}。", others.join(", ")),
            format!("Other entities were not read: {}.", others.join(", ")),
        );
    }
    events
}

/// The entities that were not taken though their kind is read, counted by the reason.
fn not_drawn(drawing: &Drawing) -> Option<(String, String)> {
    let each = drawing.not_drawn.iter();
    let (zh, en): (Vec<String>, Vec<String>) = each
        .map(|(why, count)| {
            let (zh, en) = why.words();
            (format!("{zh}的 {count} 个"), format!("{count} {en}"))
        })
        .unzip();
    (!zh.is_empty()).then(|| (zh.join(","), en.join(", ")))
}

fn len(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// For each outline the texts that stand in it and in no smaller one, in reading order.
fn labels_within(outlines: &[&Line], labels: &[Label]) -> Vec<String> {
    let polygons: Vec<(Polygon, f64)> = outlines
        .iter()
        .map(|line| {
            let polygon = Polygon::new(LineString::new(line.closed_path()), Vec::new());
            let size = polygon
                .bounding_rect()
                .map_or(0.0, |rect| rect.width() * rect.height());
            (polygon, size)
        })
        .collect();
    // By their western edge, so that a text looks only at outlines that begin west of it.
    let mut by_west: Vec<(f64, f64, usize)> = polygons
        .iter()
        .enumerate()
        .filter_map(|(at, (polygon, _))| {
            let rect = polygon.bounding_rect()?;
            Some((rect.min().x, rect.max().x, at))
        })
        .collect();
    by_west.sort_by(|a, b| a.0.total_cmp(&b.0));
    let widest = by_west
        .iter()
        .map(|(west, east, _)| east - west)
        .fold(0.0, f64::max);
    let mut inside: Vec<Vec<&Label>> = vec![Vec::new(); outlines.len()];
    for label in labels {
        let end = by_west.partition_point(|(west, ..)| *west <= label.at.x);
        let begin = by_west.partition_point(|(west, ..)| *west < label.at.x - widest);
        let owner = by_west
            .get(begin..end)
            .unwrap_or_default()
            .iter()
            .filter(|(_, east, _)| *east >= label.at.x)
            .filter_map(|(_, _, at)| Some((*at, polygons.get(*at)?)))
            .filter(|(_, (polygon, _))| polygon.contains(&Point(label.at)))
            .min_by(|(_, (_, a)), (_, (_, b))| a.total_cmp(b));
        if let Some(texts) = owner.and_then(|(at, _)| inside.get_mut(at)) {
            texts.push(label);
        }
    }
    inside
        .into_iter()
        .map(|mut texts| {
            let order = |at: Coord| (-at.y, at.x);
            texts.sort_by(|a, b| {
                let ((ay, ax), (by, bx)) = (order(a.at), order(b.at));
                ay.total_cmp(&by).then(ax.total_cmp(&bx))
            });
            texts
                .iter()
                .map(|label| label.text.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[cfg(test)]
mod tests;
