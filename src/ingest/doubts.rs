//! What may be wrong with a file although every record of it is well formed: it lies far from everything on the map, or
//! a record names a parent that lies elsewhere.

use std::cell::OnceCell;

use crate::domain::{Draft, LayerSchema};
use crate::geometry::crs::Crs;
use crate::geometry::measure::{distance_to_m, inner_point};
use crate::geometry::{BBox, LonLat};
use crate::ingest::{At, Entry, MapAtHand, Outcome, Reason, Said};

/// Farther than this from everything on the map, metres, is not the next district any more.
const FAR_M: f64 = 20_000.0;
/// A file is doubted from this share of far records on, in tenths.
const MOSTLY: u64 = 9;

/// Where the records of a file lie, beside what is on the map.
#[derive(Debug, Default)]
pub(super) struct Distance {
    /// The extent of the map, once it was asked for.
    extent: OnceCell<Option<BBox>>,
    near: u64,
    far: u64,
    /// The first of the far ones, and how far it is, metres.
    example: Option<(At, LonLat, f64)>,
}

impl Distance {
    /// Takes in where a record lies.
    pub(super) fn see(&mut self, map: &dyn MapAtHand, at: At, draft: &Draft) {
        let Some(place) = draft.geometry.as_ref().and_then(inner_point) else {
            return;
        };
        let Some(extent) = *self.extent.get_or_init(|| map.extent()) else {
            return;
        };
        let off = distance_to_m(place, &extent.polygon().into());
        if off > FAR_M {
            self.far += 1;
            self.example.get_or_insert((at, place, off));
        } else {
            self.near += 1;
        }
    }

    /// What is to be said of the file.
    pub(super) fn said(&self, crs: Crs) -> Option<Said> {
        let all = self.near + self.far;
        let (at, place, off) = self.example?;
        if self.far * 10 < all * MOSTLY {
            return None;
        }
        let (far, km) = (self.far, off / 1000.0);
        let (lon, lat) = (place.lon(), place.lat());
        let (row_zh, row) = if at.line > 0 {
            (format!("第{}行", at.line), format!("row {}", at.line))
        } else {
            (
                format!("第{}条", at.feature),
                format!("record {}", at.feature),
            )
        };
        Some(Said::new(
            format!(
                "存疑:{all}条记录中有{far}条按 {crs} 读取后远离图上已有的全部内容,例如{row_zh}在 {lon:.4}, {lat:.4},相距约{km:.0}公里。坐标系、带号或中央经线可能不对,请核对一个已知点,必要时用 --crs 指定后重新导入。"
            ),
            format!(
                "In doubt: read as {crs}, {far} of {all} records lie far from everything on the map, such as {row} at {lon:.4}, {lat:.4}, about {km:.0} km off. The coordinate system, its zone or central meridian may be another: check a place that you know, and say the system with --crs if need be."
            ),
        ))
    }
}

/// The codes of `draft` that name a parent which lies elsewhere.
pub(super) fn parents_elsewhere(
    schema: &LayerSchema,
    map: &dyn MapAtHand,
    at: At,
    draft: &Draft,
) -> Vec<Entry> {
    let Some(place) = draft.geometry.as_ref().and_then(inner_point) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    for parent in schema.parents.iter().filter(|parent| parent.derivable) {
        let field = schema.field(parent.field);
        let code = schema
            .position(parent.field)
            .and_then(|at| draft.attributes.get(at))
            .and_then(|value| value.as_text());
        let (Some(field), Some(code)) = (field, code) else {
            continue;
        };
        let Some(elsewhere) = map.parent_elsewhere(parent.layer, code, place) else {
            continue;
        };
        let (title, off) = (parent.layer.schema().title, elsewhere.off_m);
        entries.push(Entry {
            at,
            outcome: Outcome::Doubted,
            reason: Reason::CodeAgainstPlace,
            field: Some(field.label.zh.to_owned()),
            detail_zh: format!("{}{code}距此位置{off:.0}米", title.zh),
            detail_en: format!("{} {code} is {off:.0} m from this place", title.en),
            value: Some(code.to_owned()),
            suggestion: elsewhere.there.map(|there| {
                Said::new(
                    format!("此位置属于 {there}"),
                    format!("the place is in {there}"),
                )
            }),
            place: Some(place),
        });
    }
    entries
}
