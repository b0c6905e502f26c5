//! The columns of one record into the fields of its draft.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::domain::{Draft, Field, Label, LayerSchema, Value, ValueError};
use crate::ingest::columns::{Role, Target};
use crate::ingest::headers::ADDRESS_PIECES;
use crate::ingest::personal::masked;
use crate::ingest::tally::Tally;
use crate::ingest::values::{Meant, Misfit, shortened, text_of, typed};
use crate::ingest::words::KEPT_WORDS;
use crate::ingest::{At, Entry, Outcome, Reason, Said};

/// A column's value on its way to a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'v> {
    pub(super) role: Role,
    pub(super) header: &'v str,
    pub(super) value: &'v Json,
}

/// The first text among the candidates for `target`.
pub(super) fn text_for(candidates: &[Candidate<'_>], target: Target) -> Option<String> {
    candidates
        .iter()
        .filter(|candidate| candidate.role.target == target)
        .map(|candidate| text_of(candidate.value))
        .find(|text| !text.is_empty())
}

/// Fills the attributes of `draft` from `candidates`, best rank first; of several columns for one field the first
/// that can be read wins, and a field that none can be read for stays unknown and is entered.
pub(super) fn fill(
    schema: &LayerSchema,
    (at, year): (At, Option<i16>),
    draft: &mut Draft,
    candidates: &[Candidate<'_>],
    tally: &mut Tally,
) {
    let mut bad: BTreeMap<usize, (&str, &Json, Misfit)> = BTreeMap::new();
    for candidate in candidates {
        let Target::Field(position) = candidate.role.target else {
            continue;
        };
        let (Some(field), Some(slot)) = (
            schema.fields.get(position),
            draft.attributes.get_mut(position),
        ) else {
            continue;
        };
        if !slot.is_null() {
            continue;
        }
        let meant = Meant {
            layer: schema.id,
            field,
            header: candidate.header,
            year,
        };
        match typed(meant, candidate.value)
            .and_then(|value| in_range(field, value, candidate.value))
        {
            Ok(value) => *slot = value,
            Err(error) => {
                bad.entry(position)
                    .or_insert((candidate.header, candidate.value, error));
            }
        }
        keep_word(schema, draft, field.name, candidate.value);
    }
    for (position, (header, value, Misfit { error, suggestion })) in bad {
        if draft.attributes.get(position).is_none_or(Value::is_null) {
            tally.report.values_left_out += 1;
            let (zh, en) = match &error {
                ValueError::WrongKind { wanted, .. } => {
                    let label = field_of(schema, position);
                    (
                        format!("“{label}”应为{}", wanted.zh),
                        format!("not {}", wanted.en),
                    )
                }
                ValueError::NotInList {
                    allowed_zh,
                    allowed_en,
                    ..
                } => (
                    format!("不在代码表内：{}", shortened(allowed_zh)),
                    format!("none of {}", shortened(allowed_en)),
                ),
            };
            let value = match value {
                Json::Array(_) | Json::Object(_) => shortened(&value.to_string()),
                _ => shortened(&text_of(value)),
            };
            tally.enter(Entry {
                at,
                outcome: Outcome::LeftOut,
                reason: Reason::BadValue,
                field: Some(masked(header)),
                detail_zh: zh,
                detail_en: en,
                value: Some(value),
                suggestion,
                place: None,
            });
        }
    }
    join_address(schema, draft, candidates);
}

/// A value within what the field may have; a count below nothing is none.
fn in_range(field: &Field, value: Value, given: &Json) -> Result<Value, Misfit> {
    let number = value.as_number();
    let (Some((least, most)), Some(number)) = (field.range(), number) else {
        return Ok(value);
    };
    if (least..=most).contains(&number) {
        return Ok(value);
    }
    let is_below = least == 0.0 && number < 0.0;
    let wanted = if is_below {
        Label {
            zh: "不小于0的数",
            en: "a number that is not below 0",
        }
    } else {
        Label {
            zh: "合理范围内的数",
            en: "a number within the field's range",
        }
    };
    let suggestion = is_below.then(|| {
        let positive = text_of(given).replace(['-', '−', '－'], "");
        Said::new(
            format!("数量不能为负;是否为 {positive}"),
            format!("a count cannot be negative: perhaps {positive}"),
        )
    });
    Err(Misfit {
        error: ValueError::WrongKind {
            given: shortened(&text_of(given)),
            wanted,
        },
        suggestion,
    })
}

fn field_of(schema: &LayerSchema, position: usize) -> &'static str {
    schema
        .fields
        .get(position)
        .map_or("", |field| field.label.zh)
}

/// Where a field keeps the source's own word beside our code, the first word is kept.
fn keep_word(schema: &LayerSchema, draft: &mut Draft, field: &str, value: &Json) {
    let keeper = KEPT_WORDS
        .iter()
        .find(|(layer, of, _)| *layer == schema.id.as_str() && *of == field)
        .and_then(|(_, _, keeper)| schema.position(keeper));
    if let Some(slot) = keeper.and_then(|at| draft.attributes.get_mut(at))
        && slot.is_null()
    {
        let word = text_of(value);
        if !word.is_empty() {
            *slot = word.into();
        }
    }
}

fn join_address(schema: &LayerSchema, draft: &mut Draft, candidates: &[Candidate<'_>]) {
    let Some(slot) = schema
        .position("address")
        .and_then(|at| draft.attributes.get_mut(at))
    else {
        return;
    };
    if !slot.is_null() {
        return;
    }
    let mut address = String::new();
    for piece in 0..ADDRESS_PIECES.len() {
        let text = candidates
            .iter()
            .find(|candidate| candidate.role.target == Target::AddressPiece(piece))
            .map(|candidate| text_of(candidate.value))
            .unwrap_or_default();
        let is_number = text.chars().all(|c| c.is_ascii_digit()) && !text.is_empty();
        let after_chinese = address.chars().last().is_some_and(|c| !c.is_ascii());
        if !after_chinese && !address.is_empty() && !text.is_empty() {
            address.push(' ');
        }
        address.push_str(&text);
        if is_number && after_chinese {
            address.push('号');
        }
    }
    if !address.is_empty() {
        *slot = address.into();
    }
}
