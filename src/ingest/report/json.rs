//! The report for programs.

use serde_json::{Value as Json, json};

use super::{ColumnUse, Entry, Report, outcome_code};

impl Report {
    /// The report for programs.
    pub fn to_json(&self) -> Json {
        let reasons: Vec<Json> = self
            .reasons
            .iter()
            .map(|((outcome, reason), count)| {
                let (zh, en) = reason.label();
                json!({ "outcome": outcome_code(*outcome), "reason": reason.code(), "zh": zh, "en": en, "count": count })
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
        let entries: Vec<Json> = self.entries.iter().map(|entry| self.entry(entry)).collect();
        let notices: Vec<Json> = self
            .notices
            .iter()
            .map(|(zh, en)| json!({ "zh": zh, "en": en }))
            .collect();
        json!({
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
            "entries": entries,
            "entries_not_listed": self.entries_not_listed,
        })
    }

    fn entry(&self, entry: &Entry) -> Json {
        let part = usize::from(entry.at.part)
            .checked_sub(1)
            .and_then(|part| self.parts.get(part));
        let suggestion = entry
            .suggestion
            .as_ref()
            .map(|said| json!({ "zh": said.zh, "en": said.en }));
        json!({
            "part": part,
            "line": (entry.at.line > 0).then_some(entry.at.line),
            "feature": entry.at.feature,
            "outcome": outcome_code(entry.outcome),
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
