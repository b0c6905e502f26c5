//! Which faults an edit may not bring in.

use std::str::FromStr;

use thiserror::Error;

use crate::check::FaultKind;

/// The rules that refuse an edit; all others warn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    refuse: Vec<FaultKind>,
}

/// A word that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is no rule; rules are {known}, or none")]
pub struct RulesError {
    given: String,
    known: String,
}

impl FromStr for Rules {
    type Err = RulesError;

    /// Codes of faults with commas between them, or `none`.
    fn from_str(text: &str) -> Result<Self, RulesError> {
        let words = text.split(',').map(str::trim);
        let words = words.filter(|word| !word.is_empty() && *word != "none");
        let each = words.map(|word| {
            let known = FaultKind::ALL.iter().find(|kind| kind.code() == word);
            known.copied().ok_or_else(|| RulesError {
                given: word.to_owned(),
                known: FaultKind::ALL
                    .iter()
                    .map(|kind| kind.code())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
        });
        let refuse: Result<Vec<_>, _> = each.collect();
        Ok(Self { refuse: refuse? })
    }
}

impl Rules {
    /// Whether an edit that brings in such a fault is refused.
    pub fn refuses(&self, kind: FaultKind) -> bool {
        self.refuse.contains(&kind)
    }
}
