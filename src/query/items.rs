//! Which features are in this window and pass this filter, page by page?

use std::sync::Arc;

use geo::Intersects;

use crate::domain::{Feature, FeatureId};
use crate::geometry::BBox;
use crate::map::LayerTable;
use crate::query::filter::Filter;

/// What is asked of one layer.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Only features whose geometry meets this box, edges included.
    pub window: Option<BBox>,
    /// Only features that pass.
    pub filter: Option<Filter>,
    /// Only features after this id: the last one of the page before.
    pub after: Option<FeatureId>,
    /// At most so many.
    pub limit: usize,
}

/// One page in the order of ids. A page begins after an id, so records that come and go meanwhile shift nothing.
#[derive(Debug, Clone)]
pub struct Page {
    /// The features of this page.
    pub features: Vec<Arc<Feature>>,
    /// How many match in all, on every page.
    pub matched: usize,
    /// The id to ask after for the next page; `None` on the last one.
    pub next: Option<FeatureId>,
}

/// The page of `table` that `ask` wants.
pub fn items(table: &LayerTable, ask: &Ask) -> Page {
    let passes = |feature: &Feature| {
        ask.filter
            .as_ref()
            .is_none_or(|filter| filter.passes(feature))
    };
    let mut matching: Vec<&Arc<Feature>> = match ask.window {
        None => table.features().filter(|feature| passes(feature)).collect(),
        Some(window) => {
            let meets = |feature: &Feature| {
                let geometry = feature.geometry.as_ref();
                geometry.is_some_and(|geometry| {
                    BBox::of(geometry).is_some_and(|bbox| window.holds(bbox))
                        || window.polygon().intersects(geometry)
                })
            };
            let mut found: Vec<_> = table
                .in_envelope(window)
                .filter(|feature| passes(feature) && meets(feature))
                .collect();
            found.sort_unstable_by_key(|feature| feature.id);
            found
        }
    };
    let matched = matching.len();
    if let Some(after) = ask.after {
        matching = matching.split_off(matching.partition_point(|feature| feature.id <= after));
    }
    let more = matching.len() > ask.limit;
    matching.truncate(ask.limit);
    let next = matching.last().filter(|_| more).map(|feature| feature.id);
    Page {
        features: matching.into_iter().map(Arc::clone).collect(),
        matched,
        next,
    }
}
