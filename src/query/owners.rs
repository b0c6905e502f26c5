//! Which area of a layer owns each of many places? As one by one, but together and on all cores.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use crate::domain::{Feature, LayerId};
use crate::geometry::LonLat;
use crate::map::{LayerTable, MapSnapshot};
use crate::query::parents::tiling;

/// So many places are worth a thread of their own.
const A_THREAD: usize = 16_384;

/// The record of `layer` that owns each of `places`, in their order; see [`LayerTable::owner`]. Of grids the basic ones.
pub fn owners<'a>(
    snapshot: &'a MapSnapshot,
    places: &[LonLat],
    layer: LayerId,
) -> Vec<Option<&'a Arc<Feature>>> {
    let table = snapshot.layer(layer);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let parts = cores.min(places.len() / A_THREAD).max(1);
    if parts == 1 {
        return of_part(table, places);
    }
    thread::scope(|scope| {
        let parts = places.chunks(places.len().div_ceil(parts));
        let parts: Vec<_> = parts
            .map(|part| (part, scope.spawn(move || of_part(table, part))))
            .collect();
        let mut all = Vec::with_capacity(places.len());
        for (part, thread) in parts {
            // a thread that panicked is asked again here, where the panic is met by the caller's own guard
            all.append(&mut thread.join().unwrap_or_else(|_panic| of_part(table, part)));
        }
        all
    })
}

fn of_part<'a>(table: &'a LayerTable, places: &[LonLat]) -> Vec<Option<&'a Arc<Feature>>> {
    let owners = table.owners(places, tiling(table.schema()));
    let owners = owners.into_iter();
    owners
        .map(|owner| owner.map(|(feature, _)| feature))
        .collect()
}
