//! The report in the making.

use std::collections::BTreeMap;

use crate::domain::LayerId;
use crate::geometry::crs::Crs;
use crate::geometry::measure::inner_point;
use crate::ingest::personal::{by_value, masked};
use crate::ingest::shape::{Refusal, Shape};
use crate::ingest::{At, Decision, Entry, Outcome, PersonalKind, Reason, Report};

/// Decisions beyond this number are not listed: a workbook has a few for each sheet.
const MOST_DECISIONS: usize = 2000;

/// A report that grows, with the most entries that it may list.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) report: Report,
    most_entries: usize,
}

impl Tally {
    pub(super) fn new(layer: LayerId, crs: Crs, most_entries: usize) -> Self {
        let report = Report {
            layer,
            crs,
            features: 0,
            taken: 0,
            refused: 0,
            repaired: 0,
            values_left_out: 0,
            codes_generated: 0,
            reasons: BTreeMap::new(),
            columns: Vec::new(),
            columns_not_looked_at: 0,
            personal: BTreeMap::new(),
            entries: Vec::new(),
            entries_not_listed: 0,
            notices: Vec::new(),
            parts: Vec::new(),
            decisions: Vec::new(),
            stopped: false,
            effect: None,
        };
        Self {
            report,
            most_entries,
        }
    }

    pub(super) fn personal(&mut self, header: &str, kind: PersonalKind) {
        *self
            .report
            .personal
            .entry((masked(header), kind))
            .or_default() += 1;
    }

    pub(super) fn note_repairs(&mut self, at: At, shape: &Shape) {
        let Shape {
            geometry,
            repairs,
            heights_dropped,
            axes_exchanged,
            drawn_around_point,
        } = shape;
        for (times, reason) in [
            (usize::from(*heights_dropped), Reason::HeightDropped),
            (usize::from(*axes_exchanged), Reason::AxesExchanged),
            (usize::from(*drawn_around_point), Reason::DrawnAroundPoint),
            (repairs.turned, Reason::RingTurned),
            (repairs.repeated.min(1), Reason::PointRepeated),
        ] {
            if times > 0 {
                self.count(Outcome::Repaired, reason);
            }
        }
        for (times, reason) in [
            (repairs.closed, Reason::RingClosed),
            (repairs.flat_holes, Reason::HoleDropped),
            (repairs.crossings, Reason::Crossing),
        ] {
            if times > 0 {
                let detail = if times > 1 {
                    format!("{times}×")
                } else {
                    String::new()
                };
                self.enter(Entry {
                    at,
                    outcome: Outcome::Repaired,
                    reason,
                    field: None,
                    detail_zh: detail.clone(),
                    detail_en: detail,
                    value: None,
                    suggestion: None,
                    place: inner_point(geometry),
                });
            }
        }
        self.report.repaired +=
            u64::from(!repairs.is_silent() || *axes_exchanged || *drawn_around_point);
    }

    pub(super) fn refuse(&mut self, at: At, refusal: Refusal) {
        self.report.refused += 1;
        let quiet = by_value(&refusal.en).is_some();
        let (field, value, suggestion) = match refusal.about {
            Some(about) => (about.field, about.value, about.suggestion),
            None => (None, None, None),
        };
        let detail = |text: String| if quiet { String::new() } else { text };
        self.enter(Entry {
            at,
            outcome: Outcome::Refused,
            reason: refusal.reason,
            field,
            detail_zh: detail(refusal.zh),
            detail_en: detail(refusal.en),
            value,
            suggestion,
            place: refusal.place,
        });
    }

    /// Notes a decision, under the part that is being read.
    pub(super) fn decide(&mut self, mut decision: Decision) {
        decision.part = decision.part.or_else(|| self.report.parts.last().cloned());
        if self.report.decisions.len() < MOST_DECISIONS {
            self.report.decisions.push(decision);
        }
    }

    pub(super) fn count(&mut self, outcome: Outcome, reason: Reason) {
        *self.report.reasons.entry((outcome, reason)).or_default() += 1;
    }

    pub(super) fn enter(&mut self, entry: Entry) {
        self.count(entry.outcome, entry.reason);
        if self.report.entries.len() < self.most_entries {
            self.report.entries.push(entry);
        } else {
            self.report.entries_not_listed += 1;
        }
    }
}
