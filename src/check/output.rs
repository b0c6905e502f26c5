//! A list of faults as GeoJSON, JSON and a page to print.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::check::drawing::drawing;
use crate::check::{Fault, FaultKind};

/// The faults as a `FeatureCollection` in CRS84: the ground where there is one, else the place, else no geometry.
pub fn to_geojson(faults: &[Fault]) -> Json {
    let features: Vec<Json> = faults
        .iter()
        .enumerate()
        .map(|(i, fault)| {
            let place = || {
                fault.place.map(
                    |place| json!({ "type": "Point", "coordinates": [place.lon(), place.lat()] }),
                )
            };
            let ground = fault
                .geometry
                .as_ref()
                .map(|geometry| json!(geojson::GeometryValue::from(geometry)));
            json!({
                "type": "Feature",
                "id": i + 1,
                "geometry": ground.or_else(place),
                "properties": properties(fault),
            })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

/// The faults with their counts by kind.
pub fn to_json(faults: &[Fault]) -> Json {
    let counts: Vec<Json> = by_kind(faults)
        .into_iter()
        .map(|(kind, count)| {
            let (zh, en) = kind.label();
            json!({ "kind": kind.code(), "zh": zh, "en": en, "count": count })
        })
        .collect();
    let list: Vec<Json> = faults.iter().map(properties).collect();
    json!({ "faults": faults.len(), "kinds": counts, "list": list })
}

/// The faults as one page in Chinese that needs nothing else; `title` stands on top.
pub fn to_html(title: &str, faults: &[Fault]) -> String {
    let mut page = String::from(HEAD);
    let _infallible = write!(
        page,
        "<title>{0}</title></head><body><h1>{0}</h1>",
        escaped(title)
    );
    if faults.is_empty() {
        page.push_str("<p class=\"good\">没有发现问题。</p>");
    } else {
        let _infallible = write!(page, "<p>共发现 {} 个问题。</p><ul>", faults.len());
        for (kind, count) in by_kind(faults) {
            let _infallible = write!(
                page,
                "<li><a href=\"#{}\">{}</a>:{count}</li>",
                kind.code(),
                kind.label().0
            );
        }
        page.push_str("</ul>");
        page.push_str(&drawing(faults));
        for (kind, _) in by_kind(faults) {
            section(&mut page, kind, faults);
        }
    }
    page.push_str("</body></html>\n");
    page
}

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><style>\
body{font:15px/1.6 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;margin:2em auto;max-width:70em;padding:0 1em}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}\
th{background:#eee}td.n{text-align:right;white-space:nowrap}.good{color:#2a7}\
@media print{body{margin:0;max-width:none}}</style>";

fn section(page: &mut String, kind: FaultKind, faults: &[Fault]) {
    let _infallible = write!(
        page,
        "<h2 id=\"{}\">{}</h2><table><tr><th>序号</th><th>图层</th><th>编码</th><th>说明</th><th>面积(㎡)</th><th>距离(m)</th><th>经度,纬度</th></tr>",
        kind.code(),
        kind.label().0
    );
    for (number, fault) in (1..).zip(faults).filter(|(_, fault)| fault.kind == kind) {
        let figure =
            |value: Option<f64>| value.map(|value| format!("{value:.2}")).unwrap_or_default();
        let place = fault
            .place
            .map(|place| format!("{:.6},{:.6}", place.lon(), place.lat()))
            .unwrap_or_default();
        let _infallible = write!(
            page,
            "<tr id=\"f{number}\"><td class=\"n\">{number}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{place}</td></tr>",
            escaped(fault.layer.schema().title.zh),
            escaped(
                &fault
                    .codes
                    .iter()
                    .take(6)
                    .map(AsRef::as_ref)
                    .collect::<Vec<&str>>()
                    .join("、")
            ),
            escaped(&fault.zh),
            figure(fault.area_m2),
            figure(fault.distance_m),
        );
    }
    page.push_str("</table>");
}

fn by_kind(faults: &[Fault]) -> BTreeMap<FaultKind, usize> {
    let mut counts = BTreeMap::new();
    for fault in faults {
        *counts.entry(fault.kind).or_default() += 1;
    }
    counts
}

fn properties(fault: &Fault) -> Json {
    let codes: Vec<&str> = fault.codes.iter().map(AsRef::as_ref).collect();
    let names: Vec<&str> = fault.names.iter().map(AsRef::as_ref).collect();
    json!({
        "kind": fault.kind.code(),
        "layer": fault.layer.as_str(),
        "ids": fault.ids.iter().map(|id| id.0).collect::<Vec<_>>(),
        "codes": codes,
        "names": names,
        "lon": fault.place.map(crate::geometry::LonLat::lon),
        "lat": fault.place.map(crate::geometry::LonLat::lat),
        "area_m2": fault.area_m2,
        "distance_m": fault.distance_m,
        "zh": fault.zh,
        "en": fault.en,
    })
}

/// Text that a page may hold.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
