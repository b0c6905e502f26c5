//! Which features are in this window and pass these filters, page by page?

use std::cmp::Ordering;
use std::sync::Arc;

use geo::Intersects;

use crate::domain::Feature;
use crate::map::LayerTable;
use crate::query::filter::Filter;
use crate::query::order::{Cursor, Order};

pub use crate::query::window::Window;

/// What is asked of one layer.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Only features whose geometry meets this window, edges included.
    pub window: Option<Window>,
    /// Only features that pass all of these.
    pub filters: Vec<Filter>,
    /// In which order; that of ids comes last.
    pub order: Order,
    /// Only features after this place in the order: that of the last one of the page before.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

/// One page. A page begins after a place in the order, so records that come and go meanwhile shift nothing.
#[derive(Debug, Clone)]
pub struct Page {
    /// The features of this page.
    pub features: Vec<Arc<Feature>>,
    /// How many match in all, on every page.
    pub matched: usize,
    /// What to ask after for the next page; `None` on the last one.
    pub next: Option<Cursor>,
}

/// The page of `table` that `ask` wants.
pub fn items(table: &LayerTable, ask: &Ask) -> Page {
    let mut matching: Vec<&Arc<Feature>> = candidates(table, ask)
        .into_iter()
        .filter(|feature| passes(ask, feature))
        .collect();
    let matched = matching.len();
    if !ask.order.is_by_id() {
        matching.sort_by(|one, other| ask.order.compare(one, other));
    }
    if let Some(after) = &ask.after {
        let first = matching
            .partition_point(|feature| ask.order.compare_to(feature, after) != Ordering::Greater);
        matching = matching.split_off(first);
    }
    let more = matching.len() > ask.limit;
    matching.truncate(ask.limit);
    let last = matching.last().filter(|_| more);
    let next = last.map(|feature| ask.order.place_of(feature));
    Page {
        features: matching.into_iter().map(Arc::clone).collect(),
        matched,
        next,
    }
}

fn passes(ask: &Ask, feature: &Feature) -> bool {
    let in_window = ask.window.as_ref().is_none_or(|window| {
        let geometry = feature.geometry.as_deref();
        geometry
            .is_some_and(|geometry| window.holds(geometry) || window.shape().intersects(geometry))
    });
    in_window && ask.filters.iter().all(|filter| filter.passes(feature))
}

/// The records that may pass, in the order of ids: all, or those that the index of places finds.
fn candidates<'a>(table: &'a LayerTable, ask: &Ask) -> Vec<&'a Arc<Feature>> {
    let window = ask.window.as_ref().map(|window| window.boxes().to_vec());
    let reaches = ask.filters.iter().filter_map(Filter::reach);
    let Some(boxes) = window.or_else(|| reaches.into_iter().next()) else {
        return table.features().collect();
    };
    let mut found: Vec<_> = boxes
        .iter()
        .flat_map(|bbox| table.in_envelope(*bbox))
        .collect();
    found.sort_unstable_by_key(|feature| feature.id);
    found.dedup_by_key(|feature| feature.id);
    found
}
