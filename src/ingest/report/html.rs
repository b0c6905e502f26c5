//! The report as one page that opens anywhere: no script, no other file. The faults that have a place are drawn.

use std::fmt::Write;

use super::{Effect, Entry, Outcome, Report, outcome_label};
use crate::geometry::LonLat;

/// Side of the small map, pixels.
const SIDE: f64 = 420.0;
/// Kept free around the dots, pixels.
const MARGIN: f64 = 14.0;

/// The style within the page, without what encloses it.
pub const STYLE: &str = "body{font:14px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2rem;color:#1d2530}\
h1{font-size:1.3rem}h2{font-size:1.1rem}.scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;min-width:100%}\
th,td{border:1px solid #cfd6df;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#eef2f6;white-space:nowrap}\
td{min-width:4rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f8fa;padding:1rem}\
svg{border:1px solid #cfd6df;background:#fbfcfd;max-width:100%;height:auto}:focus-visible{outline:.2rem solid #c2530a}\
.refused{color:#b3261e}.repaired{color:#1b6e3c}.left_out{color:#8a5a00}@media(max-width:40rem){body{margin:1rem}}";

impl Report {
    /// The report as a page of HTML, UTF-8, Chinese with the English sentence below.
    pub fn to_html(&self) -> String {
        let mut page = format!(
            "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1><pre>{}</pre>",
            escaped(&self.summary_zh()),
            title = escaped(&format!("导入报告：{}", self.layer.schema().title.zh)),
        );
        self.small_map(&mut page);
        page.push_str(
            "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"问题清单\"><table><thead><tr>\
             <th>位置<th>列<th>值<th>处理<th>原因<th>建议</thead><tbody>",
        );
        for entry in &self.entries {
            self.table_row(&mut page, entry);
        }
        page.push_str("</tbody></table></div>");
        if let Some(effect) = &self.effect {
            self.table_of_changes(&mut page, effect);
        }
        page.push_str("</main></body></html>\n");
        page
    }

    fn table_of_changes(&self, page: &mut String, effect: &Effect) {
        if effect.examples.is_empty() {
            return;
        }
        page.push_str(
            "<h2>变化清单</h2><div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"变化清单\"><table><thead><tr>\
             <th>位置<th>编码<th>名称<th>处理<th>字段：原值 → 新值</thead><tbody>",
        );
        for example in &effect.examples {
            let fields: Vec<String> = example
                .fields
                .iter()
                .map(|change| {
                    let [label, before, after] = [&change.label, &change.before, &change.after]
                        .map(|said| escaped(&said.zh));
                    format!("{label}：{before} → {after}")
                })
                .collect();
            let _infallible = write!(
                page,
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}",
                escaped(&self.place_of(example.at).zh),
                escaped(&example.code),
                escaped(&example.name),
                example.becomes.label().0,
                fields.join("<br>"),
            );
        }
        page.push_str("</tbody></table></div>");
        if effect.not_listed > 0 {
            let _infallible = write!(page, "<p>另有{}条未逐条列出</p>", effect.not_listed);
        }
    }

    fn table_row(&self, page: &mut String, entry: &Entry) {
        let suggestion = entry.suggestion.as_ref();
        let _infallible = write!(
            page,
            "<tr><td>{}<td>{}<td>{}<td class=\"{}\">{}<td>{}<br><small lang=\"en\">{}</small><td>{}",
            escaped(&self.place_of(entry.at).zh),
            escaped(entry.field.as_deref().unwrap_or_default()),
            escaped(entry.value.as_deref().unwrap_or_default()),
            entry.outcome.code(),
            outcome_label(entry.outcome).0,
            escaped(&entry.zh()),
            escaped(&entry.en()),
            escaped(suggestion.map_or("", |said| &said.zh)),
        );
    }

    /// Dots where the faults are, north up, to scale.
    fn small_map(&self, page: &mut String) {
        let places = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.place?, entry.outcome)));
        let places: Vec<(LonLat, Outcome)> = places.take(2000).collect();
        let Some((first, _)) = places.first() else {
            return;
        };
        let (mut west, mut east) = (first.lon(), first.lon());
        let (mut south, mut north) = (first.lat(), first.lat());
        for (place, _) in &places {
            (west, east) = (west.min(place.lon()), east.max(place.lon()));
            (south, north) = (south.min(place.lat()), north.max(place.lat()));
        }
        let narrow = f64::midpoint(south, north).to_radians().cos();
        // A hundredth of a degree at least: a single dot needs a scale too.
        let span = ((east - west) * narrow).max(north - south).max(0.01);
        let scale = (SIDE - 2.0 * MARGIN) / span;
        let _infallible = write!(
            page,
            "<p>有位置的问题（{} 处），范围 {west:.5}, {south:.5} 至 {east:.5}, {north:.5}</p>\
             <svg width=\"{SIDE}\" height=\"{SIDE}\" viewBox=\"0 0 {SIDE} {SIDE}\" role=\"img\" aria-label=\"问题位置\">",
            places.len()
        );
        for (place, outcome) in &places {
            let colour = match outcome {
                Outcome::Refused => "#b3261e",
                Outcome::Repaired => "#1b6e3c",
                Outcome::LeftOut | Outcome::Doubted => "#8a5a00",
            };
            let _infallible = write!(
                page,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\".7\"><title>{:.6}, {:.6}</title></circle>",
                MARGIN + (place.lon() - west) * narrow * scale,
                MARGIN + (north - place.lat()) * scale,
                place.lon(),
                place.lat()
            );
        }
        page.push_str("</svg>");
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}
