//! Which features are in this window and pass these filters, page by page?

use std::cmp::Ordering;
use std::sync::Arc;

use geo::Intersects;

use crate::domain::{Feature, LayerId};
use crate::map::{LayerTable, MapSnapshot};
use crate::query::filter::Filter;
use crate::query::order::{Cursor, Order};
use crate::query::parents::area_of;
use crate::query::summary::{AREAS, COST_OF_AREA_NS};
use crate::query::{Budget, QueryError};

pub use crate::query::window::Window;

/// What is asked of one layer.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Only features whose geometry meets this window, edges included.
    pub window: Option<Window>,
    /// Only features that pass all of these.
    pub filters: Vec<Filter>,
    /// Only features that belong to one of these areas.
    pub areas: Option<Areas>,
    /// In which order; that of ids comes last.
    pub order: Order,
    /// Only features after this place in the order: that of the last one of the page before.
    pub after: Option<Cursor>,
    /// How many of those that match to leave out first.
    pub offset: usize,
    /// At most so many.
    pub limit: usize,
}

/// Areas of one layer, to which a record belongs exactly where [`summary`](crate::query::summary::summary) counts it
/// there.
#[derive(Debug, Clone)]
pub struct Areas {
    snapshot: Arc<MapSnapshot>,
    layer: LayerId,
    codes: Vec<Arc<str>>,
}

impl Areas {
    /// The areas of `layer` called `text`: a code, or several separated by commas.
    ///
    /// # Errors
    /// [`QueryError::NotAnArea`] when `layer` has no areas, [`QueryError::NoSuchArea`] for a code it does not have.
    pub fn parse(
        snapshot: &Arc<MapSnapshot>,
        layer: LayerId,
        text: &str,
    ) -> Result<Self, QueryError> {
        if !AREAS.contains(&layer) {
            return Err(QueryError::NotAnArea { by: layer });
        }
        let table = snapshot.layer(layer);
        let called = |code: &str| {
            let area = table.by_code(code.trim());
            let code = || code.trim().to_owned();
            area.map(|area| Arc::from(&*area.code))
                .ok_or_else(|| QueryError::NoSuchArea {
                    layer,
                    code: code(),
                })
        };
        // a code may have a comma in it
        let codes = called(text)
            .map(|whole| vec![whole])
            .or_else(|_many| text.split(',').map(called).collect::<Result<_, _>>())?;
        Ok(Self {
            snapshot: Arc::clone(snapshot),
            layer,
            codes,
        })
    }

    fn hold(&self, table: &LayerTable, feature: &Arc<Feature>) -> bool {
        area_of(&self.snapshot, table.schema(), feature, self.layer)
            .is_some_and(|area| self.codes.iter().any(|code| **code == *area.code))
    }
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
///
/// # Errors
/// [`QueryError::TooExpensive`] when `budget` is spent before every candidate has been read.
pub fn items(table: &LayerTable, ask: &Ask, budget: &Budget) -> Result<Page, QueryError> {
    let candidates = candidates(table, ask);
    let cost_ns = ask.cost_ns();
    budget.admit(candidates.len(), cost_ns)?;
    let mut matching: Vec<&Arc<Feature>> = candidates
        .into_iter()
        .filter(|feature| budget.spend(cost_ns, || passes(table, ask, feature)))
        .collect();
    budget.finish()?;
    let matched = matching.len();
    if !ask.order.is_by_id() {
        matching.sort_by_cached_key(|feature| Placed {
            order: &ask.order,
            place: ask.order.place_of(feature),
        });
    }
    if let Some(after) = &ask.after {
        let first = matching.partition_point(|feature| {
            let place = ask.order.place_of(feature);
            ask.order.compare_places(&place, after) != Ordering::Greater
        });
        matching = matching.split_off(first);
    }
    matching = matching.split_off(ask.offset.min(matching.len()));
    let more = matching.len() > ask.limit;
    matching.truncate(ask.limit);
    let last = matching.last().filter(|_| more);
    let next = last.map(|feature| ask.order.place_of(feature));
    Ok(Page {
        features: matching.into_iter().map(Arc::clone).collect(),
        matched,
        next,
    })
}

/// The place of a record, comparable by the order that it is a place in.
struct Placed<'a> {
    order: &'a Order,
    place: Cursor,
}

impl Ord for Placed<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.compare_places(&self.place, &other.place)
    }
}

impl PartialOrd for Placed<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Placed<'_> {}

impl Ask {
    /// Nanoseconds that one candidate takes, estimated.
    fn cost_ns(&self) -> u64 {
        let filters: u64 = self.filters.iter().map(Filter::cost_ns).sum();
        let window = if self.window.is_some() { 200 } else { 0 };
        let areas = self.areas.as_ref().map_or(0, |_| COST_OF_AREA_NS);
        20 + window + filters + areas + self.order.cost_ns()
    }
}

fn passes(table: &LayerTable, ask: &Ask, feature: &Arc<Feature>) -> bool {
    let in_window = ask.window.as_ref().is_none_or(|window| {
        let geometry = feature.geometry.as_deref();
        geometry
            .is_some_and(|geometry| window.holds(geometry) || window.shape().intersects(geometry))
    });
    in_window
        && ask.filters.iter().all(|filter| filter.passes(feature))
        && ask
            .areas
            .as_ref()
            .is_none_or(|areas| areas.hold(table, feature))
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
