//! The steps that hazards and cases go, one record each.

use jiff::Timestamp;

use super::records::{Records, Row};
use crate::domain::LayerId;

/// One step of one matter.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) layer: LayerId,
    pub(super) code: String,
    pub(super) from: Option<&'static str>,
    pub(super) to: &'static str,
    /// The code of the post that made it.
    pub(super) by: String,
    pub(super) note: Option<&'static str>,
}

/// The steps of all matters.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Writes all steps, numbered by time.
    pub(super) fn write(mut self, records: &mut Records) {
        self.0
            .sort_by(|a, b| (a.at, a.layer, &a.code).cmp(&(b.at, b.layer, &b.code)));
        for (at, step) in self.0.into_iter().enumerate() {
            records.push(
                Row::new(LayerId::TRANSITIONS, &format!("LZ-{:06}", at + 1), "")
                    .set("layer", step.layer.as_str())
                    .set("feature_code", step.code)
                    .set("from_status", step.from)
                    .set("to_status", step.to)
                    .set("at", step.at)
                    .set("post_code", step.by)
                    .set("note", step.note),
            );
        }
    }
}
