//! The report for programs.

use serde_json::{Value as Json, json};

use super::{Becomes, ColumnUse, Effect, Entry, Report};
use crate::ingest::{At, Said};

impl Report {
    /// The report for programs.
    pub fn to_json(&self) -> Json {
        let mut report = self.overview_json();
        let entries = self.entries.iter().map(|entry| self.entry(entry));
        let entries = Json::Array(entries.collect());
        if let Some(report) = report.as_object_mut() {
            report.insert("entries".to_owned(), entries);
        }
        if let (Some(told), Some(effect)) = (report.get_mut("effect"), &self.effect)
            && let Some(told) = told.as_object_mut()
        {
            told.insert("examples".to_owned(), self.examples_json(effect));
        }
        report
    }

    /// The same without the entries and the examples one by one.
    pub fn overview_json(&self) -> Json {
        let reasons: Vec<Json> = self
            .reasons
            .iter()
            .map(|((outcome, reason), count)| {
                let (zh, en) = reason.label();
                json!({ "outcome": outcome.code(), "reason": reason.code(), "zh": zh, "en": en, "count": count })
            })
            .collect();
        let columns: Vec<Json> = self
            .columns
            .iter()
            .map(|column| {
                let (used_as, field) = match &column.used_as {
                    ColumnUse::Field(name) => ("field", Some(name.as_str())),
                    ColumnUse::LeftOut => ("left_out", None),
                    ColumnUse::Personal(_) => ("personal", None),
                };
                json!({ "column": column.header, "use": used_as, "field": field, "values": column.values })
            })
            .collect();
        let personal: Vec<Json> = self
            .personal
            .iter()
            .map(|((column, kind), count)| json!({ "column": column, "kind": kind.code(), "values_dropped": count }))
            .collect();
        let decisions: Vec<Json> = self
            .decisions
            .iter()
            .map(|decision| json!({ "about": decision.about, "part": decision.part, "zh": decision.said.zh, "en": decision.said.en }))
            .collect();
        let notices: Vec<Json> = self
            .notices
            .iter()
            .map(|(zh, en)| json!({ "zh": zh, "en": en }))
            .collect();
        json!({
            "effect": self.effect.as_ref().map(effect_json),
            "layer": self.layer.as_str(),
            "crs": self.crs.to_string(),
            "features": self.features,
            "taken": self.taken,
            "repaired": self.repaired,
            "refused": self.refused,
            "values_left_out": self.values_left_out,
            "codes_generated": self.codes_generated,
            "stopped": self.stopped,
            "parts": self.parts,
            "decisions": decisions,
            "notices": notices,
            "reasons": reasons,
            "columns": columns,
            "columns_not_looked_at": self.columns_not_looked_at,
            "personal_data_dropped": personal,
            "entries_not_listed": self.entries_not_listed,
        })
    }

    fn part(&self, at: At) -> Option<&String> {
        let part = usize::from(at.part).checked_sub(1);
        part.and_then(|part| self.parts.get(part))
    }

    fn examples_json(&self, effect: &Effect) -> Json {
        let said = |said: &Said| json!({ "zh": said.zh, "en": said.en });
        let each = effect.examples.iter().map(|example| {
            let fields: Vec<Json> = example
                .fields
                .iter()
                .map(|change| {
                    json!({
                        "field": change.field, "label": said(&change.label),
                        "before": said(&change.before), "after": said(&change.after),
                    })
                })
                .collect();
            json!({
                "part": self.part(example.at),
                "line": (example.at.line > 0).then_some(example.at.line),
                "feature": example.at.feature,
                "code": example.code,
                "name": example.name,
                "becomes": example.becomes.code(),
                "fields": fields,
            })
        });
        each.collect()
    }

    fn entry(&self, entry: &Entry) -> Json {
        let part = self.part(entry.at);
        let suggestion = entry
            .suggestion
            .as_ref()
            .map(|said| json!({ "zh": said.zh, "en": said.en }));
        json!({
            "part": part,
            "line": (entry.at.line > 0).then_some(entry.at.line),
            "feature": entry.at.feature,
            "outcome": entry.outcome.code(),
            "reason": entry.reason.code(),
            "field": entry.field,
            "value": entry.value,
            "suggestion": suggestion,
            "place": entry.place.map(|place| [place.lon(), place.lat()]),
            "zh": entry.zh(),
            "en": entry.en(),
        })
    }
}

fn effect_json(effect: &Effect) -> Json {
    json!({
        "written": effect.is_written,
        "batch": effect.batch,
        "insert": effect.count(Becomes::New),
        "update": effect.count(Becomes::Changed),
        "unchanged": effect.count(Becomes::Unchanged),
        "skip": effect.count(Becomes::Skipped),
        "fields": effect.fields,
        "examples_not_listed": effect.not_listed,
    })
}
