//! Shapes that are not well formed, and values that no field takes: other programs write to the store without asking the
//! ingest.

use std::sync::Arc;

use crate::check::fault::called;
use crate::check::{Fault, FaultKind};
use crate::domain::SHAPE;
use crate::geometry::validity;
use crate::map::MapSnapshot;

/// Finds shapes that cross themselves, are not closed or not on the earth.
pub(super) fn check(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for table in map.layers() {
        let schema = table.schema();
        for record in table.features() {
            let Some(fault) = record
                .geometry
                .as_ref()
                .and_then(|shape| validity::check(shape).err())
            else {
                continue;
            };
            let zh = format!(
                "{} {} 的几何图形有误:{}",
                schema.title.zh,
                called(record),
                fault.zh()
            );
            let en = format!(
                "{}: the shape of {} is broken: {fault}",
                schema.title.en,
                called(record)
            );
            let mut found = Fault::of(FaultKind::BrokenShape, schema.id, &[record], zh, en);
            found.place = fault.place().or(found.place);
            faults.push(found);
        }
    }
}

/// Finds what was in the store and is not on the map as it was there.
pub(super) fn unread(map: &MapSnapshot, faults: &mut Vec<Fault>) {
    for fault in map.faults() {
        let schema = fault.layer.schema();
        let table = map.layer(fault.layer);
        let (kind, of_zh, of_en) = if fault.field == SHAPE {
            (
                FaultKind::BrokenShape,
                "的几何图形".to_owned(),
                "the shape".to_owned(),
            )
        } else {
            let label = schema.fields.iter().find(|field| field.name == fault.field);
            let label = label.map_or(fault.field, |field| field.label.zh);
            (
                FaultKind::BadValue,
                format!("的“{label}”"),
                fault.field.to_owned(),
            )
        };
        let record = table.by_id(fault.id);
        let name = record.map_or_else(|| fault.code.to_string(), |record| called(record));
        let zh = format!("{} {name} {of_zh}：{}", schema.title.zh, fault.why.zh());
        let en = format!("{} {name}, {of_en}: {}", schema.title.en, fault.why.en());
        let records: Vec<_> = record.map(|record| &**record).into_iter().collect();
        let mut found = Fault::of(kind, schema.id, &records, zh, en);
        if records.is_empty() {
            found.ids = vec![fault.id];
            found.codes = vec![Arc::clone(&fault.code)];
        }
        faults.push(found);
    }
}
