//! Raw features to records: columns to fields, values to types, shapes to well-formed ones, all of it on the report.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use serde_json::{Map, Value as Json};

use crate::domain::{Draft, FeatureId, GeometryKind, LayerId, LayerSchema};
use crate::geometry::crs::Crs;
use crate::ingest::columns::{Columns, Role, Target, is_another_thing};
use crate::ingest::fields::{Candidate, fill, text_for};
use crate::ingest::personal::{by_value, masked};
use crate::ingest::shape::{self, Refusal, Shape};
use crate::ingest::stream::{Event, Verdict};
use crate::ingest::tally::Tally;
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{
    At, Column, ColumnUse, IngestError, Options, Outcome, PersonalKind, Reason, Record, Report,
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
    tally: Tally,
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
            tally: Tally::new(
                options.layer,
                options.crs.unwrap_or(Crs::Crs84),
                options.most_entries,
            ),
        })
    }

    pub(super) fn take(&mut self, event: Event) -> Verdict {
        match event {
            Event::Crs { crs } => match self.named_crs(&crs) {
                Ok(()) => return ControlFlow::Continue(()),
                Err(error) => return ControlFlow::Break(Some(error)),
            },
            Event::BrokenLine { at, why } => {
                self.tally.report.features += 1;
                self.tally
                    .refuse(at, Refusal::new(Reason::BrokenLine, why.clone(), why));
            }
            Event::Feature { at, feature } => {
                self.tally.report.features += 1;
                match self.record(at, &feature) {
                    Ok(record) => {
                        self.tally.report.taken += 1;
                        self.batch.push(record);
                    }
                    Err(refusal) => self.tally.refuse(at, refusal),
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
        if !self.batch.is_empty() && !self.tally.report.stopped {
            let _at_the_end_anyway = self.hand_over();
        }
        let swapped = self
            .tally
            .report
            .reasons
            .get(&(Outcome::Refused, Reason::LatitudeFirst));
        if self.tally.report.taken == 0
            && swapped.is_some_and(|count| *count == self.tally.report.refused)
        {
            self.tally.report.notices.push((
                "整个文件的经纬度都颠倒了:纬度写在了经度前面。请先对调坐标再导入,本文件没有导入任何记录。".to_owned(),
                "Latitude and longitude are swapped in the whole file: longitude comes first. Exchange them and import again; no record was taken.".to_owned(),
            ));
        }
        self.tally.report
    }

    fn hand_over(&mut self) -> Verdict {
        let batch = std::mem::take(&mut self.batch);
        if (self.on_batch)(batch).is_break() {
            self.tally.report.stopped = true;
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
                self.tally.report.notices.push((
                    format!("文件自称坐标系 {name},按要求以 {asked} 读取。"),
                    format!(
                        "The file says its coordinates are in {name}; read as {asked}, as asked."
                    ),
                ));
            }
            return Ok(());
        }
        let named = Crs::parse(&name)?;
        if self.tally.report.features > 0 && named != self.tally.report.crs {
            return Err(IngestError::LateCrs { named });
        }
        self.tally.report.crs = named;
        Ok(())
    }

    fn record(&mut self, at: At, feature: &Json) -> Result<Record, Refusal> {
        if feature.get("type").and_then(Json::as_str) != Some("Feature") {
            return Err(Refusal::new(
                Reason::NotAFeature,
                "类型不是 \"Feature\"",
                "the type is not \"Feature\"",
            ));
        }
        let nothing = Map::new();
        let properties = match feature.get("properties") {
            Some(Json::Object(properties)) => properties,
            None | Some(Json::Null) => &nothing,
            Some(_) => {
                return Err(Refusal::new(
                    Reason::NotAFeature,
                    "属性不是对象",
                    "the properties are no object",
                ));
            }
        };
        let shape = self.shape(feature.get("geometry").unwrap_or(&Json::Null))?;
        let given_id = feature.get("id").unwrap_or(&Json::Null);
        let mut candidates = self.candidates(properties);
        candidates.sort_by_key(|candidate| candidate.role.rank);
        let name = text_for(&candidates, Target::Name).unwrap_or_default();
        let id_as_code =
            || Some(text_of(given_id)).filter(|text| !text.is_empty() && by_value(text).is_none());
        let code = text_for(&candidates, Target::Code)
            .or_else(id_as_code)
            .unwrap_or_else(|| {
                self.tally.report.codes_generated += 1;
                format!("{}-{}", self.schema.id, at.feature)
            });
        if !self.codes.insert(code.as_str().into()) {
            return Err(Refusal::new(
                Reason::DuplicateCode,
                shortened(&code),
                shortened(&code),
            ));
        }
        let mut draft = Draft::new(self.schema, code, name);
        if let Some(shape) = shape {
            self.tally.note_repairs(at, &shape);
            draft.geometry = Some(shape.geometry);
        }
        fill(self.schema, at, &mut draft, &candidates, &mut self.tally);
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
                Target::Personal(kind) => self.tally.personal(header, kind),
                Target::Nothing => {}
                _ if is_another_thing(header, |other| properties.contains_key(other)) => {
                    self.leave_out(header);
                }
                _ => match self.personal(header, role.target, value) {
                    Some(kind) => self.tally.personal(header, kind),
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

    /// The column is not what its header says: the report must not say so either.
    fn leave_out(&mut self, header: &str) {
        let at = self.roles.get(header).map(|(_, at)| *at);
        if let Some(column) = at.and_then(|at| self.tally.report.columns.get_mut(at)) {
            column.used_as = ColumnUse::LeftOut;
        }
    }

    fn role(&mut self, header: &str, has_value: bool) -> Option<Role> {
        if let Some((role, at)) = self.roles.get(header) {
            if let Some(column) = self.tally.report.columns.get_mut(*at) {
                column.values += u64::from(has_value);
            }
            return Some(*role);
        }
        if self.roles.len() >= MOST_COLUMNS {
            self.tally.report.columns_not_looked_at += 1;
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
            .insert(header.to_owned(), (role, self.tally.report.columns.len()));
        self.tally.report.columns.push(Column {
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

    fn shape(&mut self, json: &Json) -> Result<Option<Shape>, Refusal> {
        let kind = self.schema.geometry;
        if json.is_null() {
            return match kind {
                GeometryKind::None | GeometryKind::Any { optional: true } => Ok(None),
                _ => Err(Refusal::new(Reason::NoGeometry, "", "")),
            };
        }
        if kind == GeometryKind::None {
            self.tally.count(Outcome::LeftOut, Reason::ShapeNotKept);
            return Ok(None);
        }
        shape::read(json, self.tally.report.crs, kind).map(Some)
    }

    fn identity(&mut self, id: &Json) -> Option<FeatureId> {
        let whole = id.as_i64().filter(|id| (1..MOST_ID).contains(id));
        let kept = whole.filter(|id| self.ids.insert(*id));
        if kept.is_none() && id.is_number() {
            self.tally.count(Outcome::LeftOut, Reason::IdNotKept);
        }
        kept.map(FeatureId)
    }
}
