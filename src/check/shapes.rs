//! Shapes that are not well formed: other programs write to the store without asking the ingest.

use crate::check::fault::called;
use crate::check::{Fault, FaultKind};
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
