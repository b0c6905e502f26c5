//! Rows to records: columns to fields, values to types, shapes to well-formed ones, all of it on the report.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use foldhash::fast::RandomState;
use serde_json::{Map, Value as Json};

use crate::domain::personal::{ColumnNumbers, in_code, in_text_of, is_code};
use crate::domain::{
    Draft, FeatureId, FieldKind, GeometryKind, LayerSchema, MOST_IN_CODE, MOST_IN_NAME,
    MOST_IN_SHORT_TEXT, TextFault, text_fault,
};
use crate::geometry::crs::Crs;
use crate::ingest::columns::{Columns, Role, Target, is_another_thing};
use crate::ingest::doubts::{Distance, parents_elsewhere};
use crate::ingest::fields::{Candidate, fill, text_for};
use crate::ingest::personal::{by_value, masked};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Verdict};
use crate::ingest::samples;
use crate::ingest::shape::{self, About, Frame, Refusal, Shape};
use crate::ingest::tally::Tally;
use crate::ingest::values::{rounded_code, shortened, text_of};
use crate::ingest::which_crs::{self, SAMPLE};
use crate::ingest::{
    At, Column, ColumnUse, Decision, Entry, IngestError, OnBatch, Options, Outcome, PersonalKind,
    Placed, Reason, Record, Report, Said, by_address, numbers,
};

/// A place that was found by address, with the words it was found by.
type ByAddress = (by_address::Words, Placed);

/// Columns beyond this number are counted, not looked at: no honest file has so many.
const MOST_COLUMNS: usize = 2000;
/// Identities at and above this are not whole in every JSON reader.
const MOST_ID: i64 = 1 << 53;

/// The state of reading one file.
pub(super) struct Intake<'a> {
    options: &'a Options,
    schema: &'static LayerSchema,
    columns: Columns,
    roles: HashMap<String, (Role, usize), RandomState>,
    codes: HashSet<Box<str>, RandomState>,
    ids: HashSet<i64, RandomState>,
    batch: Vec<Record>,
    on_batch: OnBatch<'a>,
    tally: Tally,
    /// What the part of the source that is being read says of its reference system.
    named: Option<NamedCrs>,
    /// The reference system of the part, once it is decided.
    decided: Option<Crs>,
    /// The columns that the coordinates of the part stand in, for what is said of a shape.
    place_columns: Option<String>,
    /// Rows that wait for the decision.
    waiting: Vec<Row>,
    distance: Distance,
    /// Columns of codes whose numbers, seen together, are nobody's.
    of_codes: HashSet<String, RandomState>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(options: &'a Options, on_batch: OnBatch<'a>) -> Result<Self, IngestError> {
        let schema = options.layer.schema();
        Ok(Self {
            options,
            schema,
            columns: Columns::new(schema, options)?,
            roles: HashMap::default(),
            codes: HashSet::default(),
            ids: HashSet::default(),
            batch: Vec::new(),
            on_batch,
            tally: Tally::new(
                options.layer,
                options.crs.unwrap_or(Crs::Crs84),
                options.most_entries,
            ),
            named: None,
            decided: None,
            place_columns: None,
            waiting: Vec::new(),
            distance: Distance::default(),
            of_codes: HashSet::default(),
        })
    }

    pub(super) fn take(&mut self, event: Event) -> Verdict {
        match event {
            Event::Part(name) => {
                self.settle()?;
                (self.named, self.decided, self.place_columns) = (None, None, None);
                self.tally.report.parts.push(masked(&name));
            }
            Event::Crs(named) => return self.name_crs(named),
            Event::Decision(decision) => self.tally.decide(decision),
            Event::PlaceColumns(names) => self.place_columns = Some(masked(&names)),
            Event::Broken { at, reason, why } => {
                self.tally.report.features += 1;
                self.tally.refuse(at, Refusal::new(reason, why.zh, why.en));
            }
            Event::NoValue {
                at,
                header,
                value,
                why,
            } => self.no_value(at, &header, &value, why),
            Event::Row(row) => {
                self.tally.report.features += 1;
                if self.decided.is_some() {
                    return self.row(row);
                }
                self.waiting.push(row);
                if self.waiting.len() >= SAMPLE {
                    return self.settle();
                }
            }
        }
        ControlFlow::Continue(())
    }

    pub(super) fn finish(mut self) -> Result<Report, IngestError> {
        if let ControlFlow::Break(Some(error)) = self.settle() {
            return Err(error);
        }
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
        if let Some(Said { zh, en }) = self.distance.said(self.tally.report.crs) {
            self.tally.report.notices.push((zh, en));
        }
        Ok(self.tally.report)
    }

    /// Decides the reference system of the part, where that has not been done, and lets the waiting rows pass.
    fn settle(&mut self) -> Verdict {
        if self.decided.is_none() && !self.waiting.is_empty() {
            let choice = match self.options.crs {
                _ if self.options.fit.is_some() => which_crs::fitted(self.options.fit.as_deref()),
                Some(crs) => which_crs::asked(crs, self.named.as_ref()),
                // Shapes are not kept: no one needs to know where they are.
                None if self.schema.geometry == GeometryKind::None => which_crs::Choice {
                    crs: Crs::Crs84,
                    why: None,
                },
                None => {
                    let columns = self.place_columns.as_deref();
                    let map = self.options.map_at_hand.as_deref();
                    match which_crs::told(self.named.take(), &self.waiting, columns, map) {
                        Ok(choice) => choice,
                        Err(error) => return ControlFlow::Break(Some(error)),
                    }
                }
            };
            let map = self.options.map_at_hand.as_deref();
            let has_places =
                self.schema.geometry != GeometryKind::None && self.options.fit.is_none();
            if let Some(map) = map.filter(|_| has_places)
                && let Some(Said { zh, en }) = which_crs::doubt(choice.crs, &self.waiting, map)
            {
                self.tally.report.notices.push((zh, en));
            }
            self.decided = Some(choice.crs);
            self.tally.report.crs = choice.crs;
            if let Some(said) = choice.why {
                self.tally.decide(Decision {
                    about: "crs",
                    part: None,
                    said,
                });
            }
        }
        let rows = std::mem::take(&mut self.waiting);
        self.leave_out_classes(&rows);
        self.find_codes(&rows);
        for row in rows {
            self.row(row)?;
        }
        ControlFlow::Continue(())
    }

    /// A column that is called a code and has the same few values over and over is a class, not a code.
    fn leave_out_classes(&mut self, rows: &[Row]) {
        let mut values: HashMap<&str, (usize, HashSet<String>)> = HashMap::new();
        for (header, value) in rows.iter().flat_map(|row| &row.cells) {
            let text = text_of(value);
            if !text.is_empty() && self.columns.role(header).target == Target::Code {
                let (count, distinct) = values.entry(header).or_default();
                *count += 1;
                distinct.insert(text);
            }
        }
        for (header, (count, distinct)) in values {
            if count >= 10 && distinct.len() * 2 <= count && self.columns.leave_out(header) {
                self.roles.remove(header);
                let shown = masked(header);
                self.tally.decide(Decision {
                    about: "columns",
                    part: None,
                    said: Said::new(
                        format!("列“{shown}”的值大量重复,是分类而不是编码,未作编码使用。"),
                        format!("The column {shown:?} repeats a few values: a class, not a code; it is not used as one."),
                    ),
                });
            }
        }
    }

    /// Finds the columns for codes that hold codes: single ones of them may look like a telephone number.
    fn find_codes(&mut self, rows: &[Row]) {
        let mut columns: HashMap<&str, ColumnNumbers> = HashMap::new();
        for (header, value) in rows.iter().flat_map(|row| &row.cells) {
            let text = text_of(value);
            if text.len() > 8 && self.is_for_codes(self.columns.role(header).target) {
                columns.entry(header).or_default().see(&text);
            }
        }
        let found = columns
            .into_iter()
            .filter(|(header, numbers)| {
                let called = match self.columns.role(header).target {
                    Target::Field(at) => self.schema.fields.get(at).map_or("", |field| field.name),
                    _ => "code",
                };
                // a column that is for codes is one of codes, whatever it is called
                numbers.are_nobodys(if is_code(header) { header } else { called })
            })
            .map(|(header, _)| header.to_owned());
        self.of_codes.extend(found);
    }

    fn is_for_codes(&self, target: Target) -> bool {
        match target {
            Target::Code => true,
            Target::Field(at) => {
                let field = self.schema.fields.get(at);
                field.is_some_and(|field| !field.codes && is_code(field.name))
            }
            _ => false,
        }
    }

    fn name_crs(&mut self, named: NamedCrs) -> Verdict {
        let is_used = self.options.crs.is_none() && self.options.fit.is_none();
        match (self.decided, &named.crs) {
            (None, _) => self.named = Some(named),
            // It comes after rows that have been read already.
            (Some(decided), Ok(crs)) if is_used && !named.weak && decided != *crs => {
                return ControlFlow::Break(Some(IngestError::LateCrs { named: *crs }));
            }
            (Some(_), Err(error)) if is_used && self.schema.geometry != GeometryKind::None => {
                return ControlFlow::Break(Some(IngestError::Crs(error.clone())));
            }
            (Some(_), _) => {}
        }
        ControlFlow::Continue(())
    }

    fn row(&mut self, row: Row) -> Verdict {
        let at = row.at;
        match self.record(row) {
            Ok(record) => {
                self.tally.report.taken += 1;
                self.batch.push(record);
            }
            Err(refusal) => self.tally.refuse(at, refusal),
        }
        if self.batch.len() >= self.options.batch.max(1) {
            self.hand_over()
        } else {
            ControlFlow::Continue(())
        }
    }

    fn hand_over(&mut self) -> Verdict {
        let batch = std::mem::take(&mut self.batch);
        if (self.on_batch)(batch).is_break() {
            self.tally.report.stopped = true;
            return ControlFlow::Break(None);
        }
        ControlFlow::Continue(())
    }

    fn record(&mut self, row: Row) -> Result<Record, Refusal> {
        let Row {
            at,
            id: given_id,
            mut cells,
            shape,
        } = row;
        for value in cells.values_mut() {
            one_kind_of_line_break(value);
        }
        let (shape, address) = self.placed(shape, &cells)?;
        let mut candidates = self.candidates(at, &cells);
        candidates.sort_by_key(|candidate| candidate.role.rank);
        let name = text_for(&candidates, Target::Name).unwrap_or_default();
        let id_as_code =
            || Some(text_of(&given_id)).filter(|text| !text.is_empty() && by_value(text).is_none());
        let given = text_for(&candidates, Target::Code).or_else(id_as_code);
        let code_is_made = given.is_none();
        let code = given.unwrap_or_else(|| {
            self.tally.report.codes_generated += 1;
            format!("{}-{}", self.schema.id, at.feature)
        });
        let code = Self::whole_code(code, &candidates)?;
        if let Some(fault) = text_fault(&code, MOST_IN_CODE) {
            let header = candidates.iter().find(|c| c.role.target == Target::Code);
            return Err(Refusal {
                about: Some(Box::new(About {
                    field: header.map(|column| masked(column.header)),
                    value: None,
                    suggestion: None,
                })),
                ..Refusal::new(Reason::BadText, fault.zh(), fault.en())
            });
        }
        if !self.codes.insert(code.as_str().into()) {
            return Err(Refusal {
                about: Some(Box::new(about_code(&candidates, &code, None))),
                ..Refusal::new(Reason::DuplicateCode, shortened(&code), shortened(&code))
            });
        }
        let mut draft = Draft::new(self.schema, code, name);
        if let Some(shape) = shape {
            self.tally.note_repairs(at, &shape);
            draft.geometry = Some(shape.geometry);
        }
        let year = self.options.year;
        fill(
            self.schema,
            (at, year),
            &mut draft,
            &candidates,
            &mut self.tally,
        );
        if let Some((words, placed)) = address {
            by_address::settle(
                self.schema,
                (at, &words),
                &mut draft,
                placed,
                &mut self.tally,
            );
        }
        if let Some(map) = self.options.map_at_hand.as_deref() {
            self.distance.see(map, at, &draft);
            for entry in parents_elsewhere(self.schema, map, at, &draft) {
                self.tally.enter(entry);
            }
        }
        Ok(Record {
            id: self.identity(&given_id),
            code_is_made,
            draft,
            at,
        })
    }

    /// A code that a spreadsheet turned into a rounded number is refused, as nothing can bring its digits back.
    fn whole_code(code: String, candidates: &[Candidate<'_>]) -> Result<String, Refusal> {
        match numbers::code(&code) {
            numbers::Code::Plain => Ok(code),
            numbers::Code::Restored(digits) => Ok(digits),
            numbers::Code::Lost => Err(Refusal {
                about: Some(Box::new(about_code(
                    candidates,
                    &code,
                    Some(rounded_code()),
                ))),
                ..Refusal::new(Reason::RoundedCode, "", "")
            }),
        }
    }

    /// The shape of a row; where it has none, the place that its address leads to.
    fn placed(
        &mut self,
        given: Given,
        cells: &Map<String, Json>,
    ) -> Result<(Option<Shape>, Option<ByAddress>), Refusal> {
        let map = self.options.map_at_hand.as_deref();
        if let (Given::Nothing, Some(map)) = (
            &given,
            map.filter(|_| by_address::can_be_placed(self.schema)),
        ) {
            let words = by_address::words(cells);
            match by_address::find(&words, map) {
                Some(Ok(placed)) => return Ok((None, Some((words, placed)))),
                // A household may do without a place.
                Some(Err(_)) if self.schema.geometry == (GeometryKind::Any { optional: true }) => {
                    self.tally.count(Outcome::LeftOut, Reason::AddressUnclear);
                }
                Some(Err(refusal)) => return Err(refusal),
                None => {}
            }
        }
        let shape = self
            .shape(given)
            .map_err(|refusal| self.in_columns(refusal))?;
        Ok((shape, None))
    }

    /// The refusal of a shape with the columns that it was read from.
    fn in_columns(&self, refusal: Refusal) -> Refusal {
        let about = self.place_columns.clone().map(|columns| {
            Box::new(About {
                field: Some(columns),
                value: None,
                suggestion: None,
            })
        });
        Refusal {
            about: refusal.about.or(about),
            ..refusal
        }
    }

    /// The columns that have a value and somewhere to go; everything is counted on the way.
    fn candidates<'v>(&mut self, at: At, properties: &'v Map<String, Json>) -> Vec<Candidate<'v>> {
        let mut found = Vec::new();
        for (header, value) in properties {
            let Some(role) = self.role(header, value) else {
                continue;
            };
            match role.target {
                _ if value.is_null() => {}
                Target::Personal(kind) => self.tally.personal(header, kind),
                Target::Nothing => {}
                _ if is_unreadable(value) => self.unreadable(at, header),
                _ if let Some(fault) = self.text_fault(role.target, value) => {
                    self.bad_text(at, header, fault);
                }
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

    /// What is wrong with the text of a cell; a code's is looked at when the code is known.
    fn text_fault(&self, target: Target, value: &Json) -> Option<TextFault> {
        let text = value.as_str()?;
        let most = match target {
            Target::Name => MOST_IN_NAME,
            Target::AddressPiece(_) => MOST_IN_SHORT_TEXT,
            Target::Field(at) => {
                let field = self.schema.fields.get(at)?;
                (field.kind == FieldKind::Text).then_some(field.max_length)?
            }
            Target::Code | Target::Personal(_) | Target::Nothing => return None,
        };
        text_fault(text, most)
    }

    /// A text that the field does not take is left out, and said with its row.
    fn bad_text(&mut self, at: At, header: &str, fault: TextFault) {
        self.tally.report.values_left_out += 1;
        self.tally.enter(Entry {
            at,
            outcome: Outcome::LeftOut,
            reason: Reason::BadText,
            field: Some(masked(header)),
            detail_zh: fault.zh(),
            detail_en: fault.en(),
            value: None,
            suggestion: None,
            place: None,
        });
    }

    /// A value with bytes that are no characters is no value.
    fn unreadable(&mut self, at: At, header: &str) {
        self.tally.report.values_left_out += 1;
        self.tally.enter(Entry {
            at,
            outcome: Outcome::LeftOut,
            reason: Reason::UnreadableText,
            field: Some(masked(header)),
            detail_zh: String::new(),
            detail_en: String::new(),
            value: None,
            suggestion: Some(Said::new(
                "编码可能判断有误,可用 --encoding 指定,例如 GB18030",
                "perhaps the encoding is another: say it with --encoding, such as GB18030",
            )),
            place: None,
        });
    }

    /// A cell that holds no value of its column's kind is left out, where the layer would have had it.
    fn no_value(&mut self, at: At, header: &str, value: &str, why: Said) {
        let target = self.columns.role(header).target;
        if matches!(target, Target::Nothing | Target::Personal(_)) {
            return;
        }
        let shown = (!value.is_empty() && by_value(value).is_none()).then(|| shortened(value));
        self.tally.report.values_left_out += 1;
        self.tally.enter(Entry {
            at,
            outcome: Outcome::LeftOut,
            reason: Reason::BadValue,
            field: Some(masked(header)),
            detail_zh: why.zh,
            detail_en: why.en,
            value: shown,
            suggestion: None,
            place: None,
        });
    }

    /// The column is not what its header says: the report must not say so either.
    fn leave_out(&mut self, header: &str) {
        let at = self.roles.get(header).map(|(_, at)| *at);
        if let Some(column) = at.and_then(|at| self.tally.report.columns.get_mut(at)) {
            column.used_as = ColumnUse::LeftOut;
        }
    }

    fn role(&mut self, header: &str, value: &Json) -> Option<Role> {
        if let Some((role, at)) = self.roles.get(header) {
            if let Some(column) = self.tally.report.columns.get_mut(*at) {
                column.values += u64::from(!value.is_null());
                samples::take(column, value);
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
        let mut column = Column {
            header: masked(header),
            used_as,
            values: u64::from(!value.is_null()),
            samples: Vec::new(),
        };
        samples::take(&mut column, value);
        self.tally.report.columns.push(column);
        Some(role)
    }

    /// What a cell holds that must not get further. A map's own numbers of things are no telephone numbers.
    fn personal(&self, header: &str, target: Target, value: &Json) -> Option<PersonalKind> {
        let text = match value {
            Json::String(text) => text.trim().to_owned(),
            Json::Number(_) => text_of(value),
            Json::Array(_) | Json::Object(_) => value.to_string(),
            Json::Null | Json::Bool(_) => return None,
        };
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        if whole.bytes().all(|byte| byte.is_ascii_digit()) {
            let field = match target {
                Target::Field(at) => self.schema.fields.get(at),
                _ => None,
            };
            if field.is_some_and(|field| field.codes) {
                return None;
            }
            if self.of_codes.contains(header) {
                // as the map will judge it
                return in_code(whole, |_prefix| true);
            }
        }
        let found = in_text_of(self.schema, &text)?;
        let is_map_number = target == Target::Code && matches!(header, "osm_id" | "@id" | "id");
        (found != PersonalKind::Telephone || !is_map_number).then_some(found)
    }

    fn shape(&mut self, given: Given) -> Result<Option<Shape>, Refusal> {
        let kind = self.schema.geometry;
        if matches!(given, Given::Nothing) {
            return match kind {
                GeometryKind::None | GeometryKind::Any { optional: true } => Ok(None),
                _ => Err(Refusal::new(Reason::NoGeometry, "", "")),
            };
        }
        if kind == GeometryKind::None {
            self.tally.count(Outcome::LeftOut, Reason::ShapeNotKept);
            return Ok(None);
        }
        let frame = match &self.options.fit {
            Some(fit) => Frame::Fitted(fit),
            None => Frame::Known(self.decided.unwrap_or(Crs::Crs84)),
        };
        shape::read(given, frame, kind, self.options.point_radius_m).map(Some)
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

/// The column that a code stands in, with the code.
fn about_code(candidates: &[Candidate<'_>], code: &str, suggestion: Option<Said>) -> About {
    let header = candidates.iter().find(|c| c.role.target == Target::Code);
    About {
        field: header.map(|c| masked(c.header)),
        value: Some(shortened(code)),
        suggestion,
    }
}

/// Windows and old Macs end lines in other ways.
fn one_kind_of_line_break(value: &mut Json) {
    if let Json::String(text) = value
        && text.contains('\r')
    {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
}

fn is_unreadable(value: &Json) -> bool {
    matches!(value, Json::String(text) if text.contains('\u{fffd}'))
}
