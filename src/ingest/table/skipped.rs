//! Rows of a table that are no records and columns without a header: said by their numbers, never with their content,
//! for footers carry names.

use std::collections::BTreeMap;

use super::row_kind::Kind;
use crate::ingest::row::Event;

/// Rows that are no records, by their numbers, and columns without a header.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub(super) above: Vec<u64>,
    totals: Vec<u64>,
    footers: Vec<u64>,
    headings: Vec<u64>,
    repeated: Vec<u64>,
    /// How many records have a value in each column without a header.
    unnamed: BTreeMap<usize, u64>,
}

impl Skipped {
    pub(super) fn note(&mut self, kind: Kind, row: u64) {
        match kind {
            Kind::Record => {}
            Kind::Total => self.totals.push(row),
            Kind::Footer => self.footers.push(row),
            Kind::Heading => self.headings.push(row),
            Kind::Repeated => self.repeated.push(row),
        }
    }

    pub(super) fn note_unnamed(&mut self, column: usize) {
        *self.unnamed.entry(column).or_default() += 1;
    }

    /// What is said of them when the table has been read.
    pub(super) fn decisions(&self) -> Vec<Event> {
        let kinds = [
            ("标题", "titles", &self.above),
            ("合计", "totals", &self.totals),
            ("落款", "footers", &self.footers),
            ("分组", "headings", &self.headings),
            ("重复表头", "repeated headers", &self.repeated),
        ];
        let said: Vec<(String, String)> = kinds
            .iter()
            .filter(|(_, _, rows)| !rows.is_empty())
            .map(|(zh, en, rows)| {
                let rows = listed(rows);
                (format!("{zh}{rows}"), format!("{en} {rows}"))
            })
            .collect();
        let mut events = Vec::new();
        if !said.is_empty() {
            let (zh, en): (Vec<_>, Vec<_>) = said.into_iter().unzip();
            let count: usize = kinds.iter().map(|(_, _, rows)| rows.len()).sum();
            events.push(Event::decision(
                "rows",
                format!("不是记录的行:{}(共{count}行)。", zh.join(";")),
                format!(
                    "Rows that are no records: {} ({count} in all).",
                    en.join("; ")
                ),
            ));
        }
        if !self.unnamed.is_empty() {
            let of = |(column, count): (&usize, &u64)| (column + 1, *count);
            let columns: Vec<(usize, u64)> = self.unnamed.iter().map(of).collect();
            let zh: Vec<String> = columns
                .iter()
                .map(|(column, count)| format!("第{column}列({count}个值)"))
                .collect();
            let en: Vec<String> = columns
                .iter()
                .map(|(column, count)| format!("{column} ({count} values)"))
                .collect();
            let example = columns.first().map_or(1, |(column, _)| *column);
            events.push(Event::decision(
                "columns",
                format!(
                    "没有表头的列:{},未导入;需要时用 --map 第{example}列=字段 指定。",
                    zh.join("、")
                ),
                format!(
                    "Columns without a header: {}; they are left out unless --map 第{example}列=FIELD says what they are.",
                    en.join(", ")
                ),
            ));
        }
        events
    }
}

/// The first few numbers, and how many more.
pub(super) fn listed(rows: &[u64]) -> String {
    let shown: Vec<String> = rows.iter().take(12).map(u64::to_string).collect();
    let more = rows.len().saturating_sub(shown.len());
    let tail = if more > 0 {
        format!(" +{more}")
    } else {
        String::new()
    };
    format!("{}{tail}", shown.join(","))
}
