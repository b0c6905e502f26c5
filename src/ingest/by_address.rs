//! Rows without coordinates: the words of their address, and what the map at hand makes of them.

use serde_json::{Map, Value as Json};

use crate::domain::{Draft, GeometryKind, LayerSchema};
use crate::geometry::Point;
use crate::ingest::columns::{AddressColumn, address_column};
use crate::ingest::personal::{by_value, masked};
use crate::ingest::shape::{About, Refusal};
use crate::ingest::tally::Tally;
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{AddressWords, At, Entry, Found, MapAtHand, Outcome, Placed, Reason, Said};

/// The words of one row, with the columns that they stand in.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: AddressWords,
    columns: Vec<String>,
}

/// Whether rows of a layer can be placed by address: those with a point or any shape, and those that belong to a house.
pub(super) fn can_be_placed(schema: &LayerSchema) -> bool {
    matches!(
        schema.geometry,
        GeometryKind::Point | GeometryKind::Any { .. }
    )
}

/// The address of a row; cells that look like personal data are not looked at.
pub(super) fn words(cells: &Map<String, Json>) -> Words {
    let mut found = Words::default();
    for (header, value) in cells {
        let Some(column) = address_column(header) else {
            continue;
        };
        let text = text_of(value);
        if text.is_empty() || by_value(&text).is_some() {
            continue;
        }
        let words = &mut found.words;
        let slot = match column {
            AddressColumn::Whole => &mut words.whole,
            AddressColumn::Compound => &mut words.compound,
            AddressColumn::Building => &mut words.building,
            AddressColumn::Entrance => &mut words.entrance,
            AddressColumn::Room => &mut words.room,
        };
        if slot.is_empty() {
            *slot = text;
            found.columns.push(masked(header));
        }
    }
    found
}

/// What the map makes of the words; `None` where there are none.
pub(super) fn find(words: &Words, map: &dyn MapAtHand) -> Option<Result<Placed, Refusal>> {
    if words.words.is_empty() {
        return None;
    }
    Some(match map.find(&words.words) {
        Found::Placed(placed) => Ok(placed),
        Found::Unclear { why, candidates } => Err(Refusal {
            about: Some(Box::new(About {
                field: Some(words.columns.join("、")),
                value: Some(shortened(&words.words.line())),
                suggestion: (!candidates.is_empty()).then(|| {
                    let names = candidates.join(" / ");
                    Said::new(format!("是否为:{names}"), format!("perhaps {names}"))
                }),
            })),
            ..Refusal::new(Reason::AddressUnclear, why.zh, why.en)
        }),
    })
}

/// Puts what was found into the draft, and on the report.
pub(super) fn settle(
    schema: &LayerSchema,
    (at, words): (At, &Words),
    draft: &mut Draft,
    placed: Placed,
    tally: &mut Tally,
) {
    if schema.geometry != (GeometryKind::Any { optional: true }) {
        draft.geometry = Some(Point(placed.place.point().0).into());
    }
    for (field, code) in [
        ("building_code", placed.building_code),
        ("entrance_code", placed.entrance_code),
    ] {
        if let (Some(slot), Some(code)) = (
            schema
                .position(field)
                .and_then(|at| draft.attributes.get_mut(at)),
            code,
        ) && slot.is_null()
        {
            *slot = code.into();
        }
    }
    let (what, sure) = (placed.what, placed.confidence);
    tally.report.repaired += 1;
    tally.enter(Entry {
        at,
        outcome: Outcome::Repaired,
        reason: Reason::PlacedByAddress,
        field: Some(words.columns.join("、")),
        detail_zh: format!("{what},置信度{sure:.2}"),
        detail_en: format!("{what}, confidence {sure:.2}"),
        value: Some(shortened(&words.words.line())),
        suggestion: None,
        place: Some(placed.place),
    });
}
