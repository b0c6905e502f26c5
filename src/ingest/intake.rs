//! Raw features to records: columns to fields, values to types, shapes to well-formed ones, all of it on the report.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use serde_json::{Map, Value as Json};

use crate::domain::{Draft, FeatureId, GeometryKind, LayerId, LayerSchema, Value, ValueError};
use crate::geometry::crs::Crs;
use crate::geometry::measure::inner_point;
use crate::ingest::columns::{Columns, Role, Target, is_another_thing};
use crate::ingest::personal::by_value;
use crate::ingest::shape::{self, Refusal, Shape};
use crate::ingest::stream::{Event, Verdict};
use crate::ingest::table::{ADDRESS_PIECES, KEPT_WORDS};
use crate::ingest::values::{shortened, text_of, typed};
use crate::ingest::{
    At, Column, ColumnUse, Entry, IngestError, Options, Outcome, PersonalKind, Reason, Record,
    Report,
};

/// Columns beyond this number are counted, not looked at: no honest file has so many.
const MOST_COLUMNS: usize = 2000;
/// Identities at and above this are not whole in every JSON reader.
const MOST_ID: i64 = 1 << 53;

/// The state of reading one file.
pub(super) struct Intake<'a> {
    options: &'a Options,
    schema: &'static LayerSchema,
    columns: Columns,
    roles: HashMap<String, (Role, usize)>,
    codes: HashSet<Box<str>>,
    ids: HashSet<i64>,
    batch: Vec<Record>,
    on_batch: &'a mut dyn FnMut(Vec<Record>) -> ControlFlow<()>,
    report: Report,
}

/// A column's value on its way to a field.
struct Candidate<'v> {
    role: Role,
    header: &'v str,
    value: &'v Json,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        options: &'a Options,
        on_batch: &'a mut dyn FnMut(Vec<Record>) -> ControlFlow<()>,
    ) -> Result<Self, IngestError> {
        let schema = options.layer.schema();
        Ok(Self {
            options,
            schema,
            columns: Columns::new(schema, options)?,
            roles: HashMap::new(),
            codes: HashSet::new(),
            ids: HashSet::new(),
            batch: Vec::new(),
            on_batch,
            report: Report {
                layer: options.layer,
                crs: options.crs.unwrap_or(Crs::Crs84),
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
                stopped: false,
            },
        })
    }

    pub(super) fn take(&mut self, event: Event) -> Verdict {
        match event {
            Event::Crs { crs } => match self.named_crs(&crs) {
                Ok(()) => return ControlFlow::Continue(()),
                Err(error) => return ControlFlow::Break(Some(error)),
            },
            Event::BrokenLine { at, why } => {
                self.report.features += 1;
                self.refuse(
                    at,
                    Refusal {
                        reason: Reason::BrokenLine,
                        why,
                        place: None,
                    },
                );
            }
            Event::Feature { at, feature } => {
                self.report.features += 1;
                match self.record(at, &feature) {
                    Ok(record) => {
                        self.report.taken += 1;
                        self.batch.push(record);
                    }
                    Err(refusal) => self.refuse(at, refusal),
                }
            }
        }
        if self.batch.len() >= self.options.batch.max(1) {
            self.hand_over()
        } else {
            ControlFlow::Continue(())
        }
    }

    pub(super) fn finish(mut self) -> Report {
        if !self.batch.is_empty() && !self.report.stopped {
            let _at_the_end_anyway = self.hand_over();
        }
        let swapped = self
            .report
            .reasons
            .get(&(Outcome::Refused, Reason::LatitudeFirst));
        if self.report.taken == 0 && swapped.is_some_and(|count| *count == self.report.refused) {
            self.report.notices.push((
                "整个文件的经纬度都颠倒了:纬度写在了经度前面。请先对调坐标再导入,本文件没有导入任何记录。".to_owned(),
                "Latitude and longitude are swapped in the whole file: longitude comes first. Exchange them and import again; no record was taken.".to_owned(),
            ));
        }
        self.report
    }

    fn hand_over(&mut self) -> Verdict {
        let batch = std::mem::take(&mut self.batch);
        if (self.on_batch)(batch).is_break() {
            self.report.stopped = true;
            return ControlFlow::Break(None);
        }
        ControlFlow::Continue(())
    }

    /// The `crs` member of old GeoJSON: followed where it says something and nothing else was asked for.
    fn named_crs(&mut self, crs: &Json) -> Result<(), IngestError> {
        let name = crs
            .pointer("/properties/name")
            .or_else(|| crs.pointer("/properties/code"));
        let Some(name) = name.map(text_of).filter(|name| !name.is_empty()) else {
            return Ok(());
        };
        if let Some(asked) = self.options.crs {
            if Crs::parse(&name).ok() != Some(asked) {
                let name = shortened(&name);
                self.report.notices.push((
                    format!("文件自称坐标系 {name},按要求以 {asked} 读取。"),
                    format!(
                        "The file says its coordinates are in {name}; read as {asked}, as asked."
                    ),
                ));
            }
            return Ok(());
        }
        let named = Crs::parse(&name)?;
        if self.report.features > 0 && named != self.report.crs {
            return Err(IngestError::LateCrs { named });
        }
        self.report.crs = named;
        Ok(())
    }

    fn record(&mut self, at: At, feature: &Json) -> Result<Record, Refusal> {
        let refuse = |reason, why: &str| Refusal {
            reason,
            why: why.to_owned(),
            place: None,
        };
        if feature.get("type").and_then(Json::as_str) != Some("Feature") {
            return Err(refuse(Reason::NotAFeature, "the type is not \"Feature\""));
        }
        let nothing = Map::new();
        let properties = match feature.get("properties") {
            Some(Json::Object(properties)) => properties,
            None | Some(Json::Null) => &nothing,
            Some(_) => return Err(refuse(Reason::NotAFeature, "the properties are no object")),
        };
        let shape = self.shape(feature.get("geometry").unwrap_or(&Json::Null))?;
        let given_id = feature.get("id").unwrap_or(&Json::Null);
        let mut candidates = self.candidates(properties);
        candidates.sort_by_key(|candidate| candidate.role.rank);
        let text_for = |target: Target| {
            let mut fitting = candidates
                .iter()
                .filter(|candidate| candidate.role.target == target);
            fitting.find_map(|candidate| {
                Some(text_of(candidate.value)).filter(|text| !text.is_empty())
            })
        };
        let name = text_for(Target::Name).unwrap_or_default();
        let id_as_code =
            || Some(text_of(given_id)).filter(|text| !text.is_empty() && by_value(text).is_none());
        let code = text_for(Target::Code)
            .or_else(id_as_code)
            .unwrap_or_else(|| {
                self.report.codes_generated += 1;
                format!("{}-{}", self.schema.id, at.feature)
            });
        if !self.codes.insert(code.as_str().into()) {
            return Err(Refusal {
                reason: Reason::DuplicateCode,
                why: shortened(&code),
                place: None,
            });
        }
        let mut draft = Draft::new(self.schema, code, name);
        if let Some(shape) = shape {
            self.note_repairs(at, &shape);
            draft.geometry = Some(shape.geometry);
        }
        self.fill(at, &mut draft, &candidates);
        Ok(Record {
            id: self.identity(given_id),
            draft,
            at,
        })
    }

    /// The columns that have a value and somewhere to go; everything is counted on the way.
    fn candidates<'v>(&mut self, properties: &'v Map<String, Json>) -> Vec<Candidate<'v>> {
        let mut found = Vec::new();
        for (header, value) in properties {
            let Some(role) = self.role(header, !value.is_null()) else {
                continue;
            };
            match role.target {
                _ if value.is_null() => {}
                Target::Personal(kind) => self.count_personal(header, kind),
                Target::Nothing => {}
                _ if is_another_thing(header, |other| properties.contains_key(other)) => {}
                _ => match self.personal(header, role.target, value) {
                    Some(kind) => self.count_personal(header, kind),
                    None => found.push(Candidate {
                        role,
                        header,
                        value,
                    }),
                },
            }
        }
        found
    }

    fn role(&mut self, header: &str, has_value: bool) -> Option<Role> {
        if let Some((role, at)) = self.roles.get(header) {
            if let Some(column) = self.report.columns.get_mut(*at) {
                column.values += u64::from(has_value);
            }
            return Some(*role);
        }
        if self.roles.len() >= MOST_COLUMNS {
            self.report.columns_not_looked_at += 1;
            return None;
        }
        let role = self.columns.role(header);
        let field = |at: usize| {
            self.schema
                .fields
                .get(at)
                .map_or("", |field| field.name)
                .to_owned()
        };
        let used_as = match role.target {
            Target::Code => ColumnUse::Field("code".to_owned()),
            Target::Name => ColumnUse::Field("name".to_owned()),
            Target::Field(at) => ColumnUse::Field(field(at)),
            Target::AddressPiece(_) => ColumnUse::Field("address".to_owned()),
            Target::Personal(kind) => ColumnUse::Personal(kind),
            Target::Nothing => ColumnUse::LeftOut,
        };
        self.roles
            .insert(header.to_owned(), (role, self.report.columns.len()));
        self.report.columns.push(Column {
            header: masked(header),
            used_as,
            values: u64::from(has_value),
        });
        Some(role)
    }

    /// What a cell holds that must not get further. A map's own numbers of things are no telephone numbers, and the
    /// telephones of posts are the office's.
    fn personal(&self, header: &str, target: Target, value: &Json) -> Option<PersonalKind> {
        let found = match value {
            Json::String(text) => by_value(text),
            Json::Number(_) => by_value(&text_of(value)),
            Json::Array(_) | Json::Object(_) => by_value(&value.to_string()),
            Json::Null | Json::Bool(_) => None,
        }?;
        let is_map_number = target == Target::Code && matches!(header, "osm_id" | "@id" | "id");
        let is_office = self.schema.id == LayerId::POSTS;
        (found != PersonalKind::Telephone || !(is_map_number || is_office)).then_some(found)
    }

    fn count_personal(&mut self, header: &str, kind: PersonalKind) {
        *self
            .report
            .personal
            .entry((masked(header), kind))
            .or_default() += 1;
    }

    fn fill(&mut self, at: At, draft: &mut Draft, candidates: &[Candidate<'_>]) {
        let mut bad: BTreeMap<usize, (&str, &Json, ValueError)> = BTreeMap::new();
        for candidate in candidates {
            let Target::Field(position) = candidate.role.target else {
                continue;
            };
            let (Some(field), Some(slot)) = (
                self.schema.fields.get(position),
                draft.attributes.get_mut(position),
            ) else {
                continue;
            };
            if !slot.is_null() {
                continue;
            }
            match typed(self.schema.id, field, candidate.value) {
                Ok(value) => *slot = value,
                Err(error) => {
                    bad.entry(position)
                        .or_insert((candidate.header, candidate.value, error));
                }
            }
            self.keep_word(draft, field.name, candidate.value);
        }
        for (position, (header, value, error)) in bad {
            if draft.attributes.get(position).is_none_or(Value::is_null) {
                self.report.values_left_out += 1;
                let detail = match &error {
                    ValueError::WrongKind { wanted, .. } => format!("not {wanted}"),
                    ValueError::NotInList { allowed, .. } => {
                        format!("none of {}", shortened(allowed))
                    }
                };
                let value = match value {
                    Json::Array(_) | Json::Object(_) => shortened(&value.to_string()),
                    _ => shortened(&text_of(value)),
                };
                self.enter(
                    Outcome::LeftOut,
                    Entry {
                        at,
                        outcome: Outcome::LeftOut,
                        reason: Reason::BadValue,
                        field: Some(masked(header)),
                        detail,
                        value: Some(value),
                        place: None,
                    },
                );
            }
        }
        self.join_address(draft, candidates);
    }

    /// Where a field keeps the source's own word beside our code, the first word is kept.
    fn keep_word(&self, draft: &mut Draft, field: &str, value: &Json) {
        let keeper = KEPT_WORDS
            .iter()
            .find(|(layer, of, _)| *layer == self.schema.id.as_str() && *of == field)
            .and_then(|(_, _, keeper)| self.schema.position(keeper));
        if let Some(slot) = keeper.and_then(|at| draft.attributes.get_mut(at))
            && slot.is_null()
        {
            let word = text_of(value);
            if !word.is_empty() {
                *slot = word.into();
            }
        }
    }

    fn join_address(&self, draft: &mut Draft, candidates: &[Candidate<'_>]) {
        let Some(slot) = self
            .schema
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

    fn shape(&mut self, json: &Json) -> Result<Option<Shape>, Refusal> {
        let kind = self.schema.geometry;
        if json.is_null() {
            return match kind {
                GeometryKind::None | GeometryKind::Any { optional: true } => Ok(None),
                _ => Err(Refusal {
                    reason: Reason::NoGeometry,
                    why: String::new(),
                    place: None,
                }),
            };
        }
        if kind == GeometryKind::None {
            self.count(Outcome::LeftOut, Reason::ShapeNotKept);
            return Ok(None);
        }
        shape::read(json, self.report.crs, kind).map(Some)
    }

    fn note_repairs(&mut self, at: At, shape: &Shape) {
        let Shape {
            geometry,
            repairs,
            heights_dropped,
            axes_exchanged,
        } = shape;
        for (times, reason) in [
            (usize::from(*heights_dropped), Reason::HeightDropped),
            (usize::from(*axes_exchanged), Reason::AxesExchanged),
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
                self.enter(
                    Outcome::Repaired,
                    Entry {
                        at,
                        outcome: Outcome::Repaired,
                        reason,
                        field: None,
                        detail,
                        value: None,
                        place: inner_point(geometry),
                    },
                );
            }
        }
        self.report.repaired += u64::from(!repairs.is_silent() || *axes_exchanged);
    }

    fn identity(&mut self, id: &Json) -> Option<FeatureId> {
        let whole = id.as_i64().filter(|id| (1..MOST_ID).contains(id));
        let kept = whole.filter(|id| self.ids.insert(*id));
        if kept.is_none() && id.is_number() {
            self.count(Outcome::LeftOut, Reason::IdNotKept);
        }
        kept.map(FeatureId)
    }

    fn refuse(&mut self, at: At, refusal: Refusal) {
        self.report.refused += 1;
        let detail = if by_value(&refusal.why).is_some() {
            String::new()
        } else {
            refusal.why
        };
        self.enter(
            Outcome::Refused,
            Entry {
                at,
                outcome: Outcome::Refused,
                reason: refusal.reason,
                field: None,
                detail,
                value: None,
                place: refusal.place,
            },
        );
    }

    fn count(&mut self, outcome: Outcome, reason: Reason) {
        *self.report.reasons.entry((outcome, reason)).or_default() += 1;
    }

    fn enter(&mut self, outcome: Outcome, entry: Entry) {
        self.count(outcome, entry.reason);
        if self.report.entries.len() < self.options.most_entries {
            self.report.entries.push(entry);
        } else {
            self.report.entries_not_listed += 1;
        }
    }
}

/// A header, unless somebody's number stands in its place.
fn masked(header: &str) -> String {
    if by_value(header).is_some() {
        "***".to_owned()
    } else {
        shortened(header)
    }
}
