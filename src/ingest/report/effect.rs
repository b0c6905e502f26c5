//! What an import changes in the map: counted, and the records one by one with old and new values.

use std::collections::BTreeMap;

use crate::ingest::personal::by_value;
use crate::ingest::values::shortened;
use crate::ingest::{At, Said};

/// So many records are listed one by one of those that are new, that change, and that are left as they are.
const MOST: [usize; 3] = [100, 2000, 200];

/// What becomes of a record that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Becomes {
    /// A record that the map did not have.
    New,
    /// The record that the map has gets other values.
    Changed,
    /// The record that the map has is the same already; nothing is written.
    Unchanged,
    /// The record that the map has stays, as asked.
    Skipped,
}

impl Becomes {
    /// The stable word in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "insert",
            Self::Changed => "update",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skip",
        }
    }

    /// What people read, Chinese and English.
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("新增", "new"),
            Self::Changed => ("更新", "changed"),
            Self::Unchanged => ("不变", "unchanged"),
            Self::Skipped => ("跳过", "skipped"),
        }
    }
}

/// One field that gets another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// `name`, `geometry` or a field of the layer.
    pub field: &'static str,
    /// What people read for it.
    pub label: Said,
    /// The value that the map has; empty for none.
    pub before: Said,
    /// The value that it gets.
    pub after: Said,
}

impl FieldChange {
    /// A change whose values are shortened; what looks like personal data is not said, though the map may hold it.
    pub fn new(field: &'static str, label: Said, before: &Said, after: &Said) -> Self {
        let shown = |said: &Said| {
            let one = |text: &str| {
                if by_value(text).is_some() {
                    "***".to_owned()
                } else {
                    shortened(text)
                }
            };
            Said::new(one(&said.zh), one(&said.en))
        };
        Self {
            field,
            label,
            before: shown(before),
            after: shown(after),
        }
    }
}

/// One record with what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Where in the file.
    pub at: At,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub becomes: Becomes,
    /// The fields that change.
    pub fields: Vec<FieldChange>,
}

/// What an import changes in the map, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Whether it was written; else nothing was, and this is what would be.
    pub is_written: bool,
    /// The batch by which it can be undone, once it is written.
    pub batch: Option<String>,
    /// How many records become what.
    pub counts: BTreeMap<Becomes, u64>,
    /// How often each field changes in a record that the map has.
    pub fields: BTreeMap<&'static str, u64>,
    /// Records one by one.
    pub examples: Vec<Example>,
    /// How many of the new, changed and skipped records are not listed.
    pub not_listed: u64,
}

impl Effect {
    /// How many records become so.
    pub fn count(&self, becomes: Becomes) -> u64 {
        self.counts.get(&becomes).copied().unwrap_or_default()
    }

    /// Counts a record; whether it should be listed too, by [`Effect::list`].
    pub fn add(&mut self, becomes: Becomes) -> bool {
        let count = self.counts.entry(becomes).or_default();
        *count += 1;
        let most = match becomes {
            Becomes::New => MOST[0],
            Becomes::Changed => MOST[1],
            Becomes::Skipped => MOST[2],
            Becomes::Unchanged => return false,
        };
        let is_listed = usize::try_from(*count).is_ok_and(|count| count <= most);
        self.not_listed += u64::from(!is_listed);
        is_listed
    }

    /// Lists a record.
    pub fn list(&mut self, example: Example) {
        let shown = |text: String| {
            if by_value(&text).is_some() {
                "***".to_owned()
            } else {
                text
            }
        };
        self.examples.push(Example {
            code: shown(example.code),
            name: shown(example.name),
            ..example
        });
    }

    /// One line, in Chinese and English.
    pub fn line(&self) -> Said {
        let [new, changed, unchanged, skipped] = [
            Becomes::New,
            Becomes::Changed,
            Becomes::Unchanged,
            Becomes::Skipped,
        ]
        .map(|becomes| self.count(becomes));
        if self.is_written {
            Said::new(
                format!(
                    "已写入:新增{new}条,更新{changed}条,不变{unchanged}条(未写),跳过{skipped}条"
                ),
                format!(
                    "written: {new} new, {changed} changed, {unchanged} unchanged (not written), {skipped} skipped"
                ),
            )
        } else {
            Said::new(
                format!(
                    "未写入。导入后将:新增{new}条,更新{changed}条,不变{unchanged}条,跳过{skipped}条"
                ),
                format!(
                    "nothing is written; the import would give: {new} new, {changed} changed, {unchanged} unchanged, {skipped} skipped"
                ),
            )
        }
    }
}
