//! Which administrative area a record belongs to, and which part of a city one instance serves.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::domain::LayerId;

/// A part of the country: every area whose administrative code begins with this prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Arc<str>);

/// A text that is no prefix of an administrative code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is not the beginning of an administrative code: 2 to 12 digits, such as 610113")]
pub struct ScopeError {
    /// As given.
    pub given: String,
}

impl Scope {
    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.0
    }

    /// Whether a record with this code may belong to it. A code that begins with the administrative code of another area
    /// may not, whether it is free or not: which codes others have is nobody's business here.
    pub fn may_hold(&self, code: &str) -> bool {
        area_in(code).is_none_or(|area| self.holds(Some(area)))
    }

    /// Whether the area with this administrative code lies in it; what belongs to no area lies in no scope.
    pub fn holds(&self, area: Option<&str>) -> bool {
        area.is_some_and(|area| area.starts_with(&*self.0))
    }
}

/// How long the administrative code of a community is.
const AREA_DIGITS: usize = 12;

/// What administrative codes begin with: the numbers of the provinces (GB/T 2260).
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82",
];

/// The administrative code that `code` begins with, where it does: codes of grids, buildings and households do.
fn area_in(code: &str) -> Option<&str> {
    let area = code.get(..AREA_DIGITS)?;
    let is_area = area.bytes().all(|byte| byte.is_ascii_digit())
        && PROVINCES.iter().any(|province| area.starts_with(province));
    is_area.then_some(area)
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let is_code = (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if is_code {
            Ok(Self(text.into()))
        } else {
            Err(ScopeError {
                given: text.to_owned(),
            })
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the administrative area of a record is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaLink {
    /// The record is an administrative area: its own code.
    Own,
    /// It is that of the record of `layer` whose code is in `field`.
    Of {
        /// The field of this record.
        field: &'static str,
        /// The layer of the other.
        layer: LayerId,
    },
}

/// The ways to the administrative area of a record of `layer`, the first that leads somewhere counts; a record with a
/// shape that none of them leads anywhere belongs to the community that covers it.
pub fn area_links(layer: LayerId) -> Vec<AreaLink> {
    let of = |field, layer| AreaLink::Of { field, layer };
    match layer {
        LayerId::SUBDISTRICTS | LayerId::COMMUNITIES => vec![AreaLink::Own],
        LayerId::POSTS => [
            LayerId::SUBDISTRICTS,
            LayerId::COMMUNITIES,
            LayerId::GRIDS,
            LayerId::COMPOUNDS,
            LayerId::BUILDINGS,
            LayerId::ENTRANCES,
        ]
        .map(|place| of("target_code", place))
        .to_vec(),
        LayerId::INSPECTIONS => vec![of("target_code", LayerId::INSPECTION_TARGETS)],
        LayerId::TRANSITIONS => vec![
            of("feature_code", LayerId::RISK_POINTS),
            of("feature_code", LayerId::CASES),
        ],
        layer => layer
            .schema()
            .parents
            .iter()
            .map(|parent| of(parent.field, parent.layer))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::layers;

    #[test]
    fn a_scope_is_a_prefix_of_digits() {
        let scope: Scope = "610113".parse().unwrap();
        assert!(scope.holds(Some("610113002001")) && scope.holds(Some("610113")));
        assert!(
            !scope.holds(Some("610114002001")) && !scope.holds(Some("61")) && !scope.holds(None)
        );
        for wrong in ["", "6", "61011A", "6101130020011", "西安"] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_that_begins_with_another_area_is_not_of_the_scope() {
        let scope: Scope = "610113".parse().unwrap();
        for ours in [
            "610113902001017",
            "R-1",
            "20260305120001",
            "61011",
            "沣惠-1",
            "",
        ] {
            assert!(scope.may_hold(ours), "{ours}");
        }
        assert!(!scope.may_hold("610114902001017") && !scope.may_hold("330105010001"));
    }

    #[test]
    fn every_link_leads_to_a_layer_that_comes_before_and_by_a_field_that_is_there() {
        for schema in layers::ALL {
            for link in area_links(schema.id) {
                if let AreaLink::Of { field, layer } = link {
                    assert!(schema.field(field).is_some(), "{}.{field}", schema.id);
                    assert!(layer.number() < schema.id.number(), "{}", schema.id);
                }
            }
        }
    }
}
