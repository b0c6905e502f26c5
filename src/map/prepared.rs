//! What others make of the records of a layer once, kept with their indexes until these are built anew.

use std::any::Any;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use super::base::Base;
use super::place::{Since, now};
use crate::domain::{Feature, LayerSchema};
use crate::geometry::BBox;

/// Something that is made of the records of a layer with their indexes, and kept with these.
///
/// It is made again with every new [`Base`], before readers see that, once it was made for one.
pub trait Prepared: Debug + Send + Sync + 'static {
    /// What is kept for the records of `base`, which are of the layer `schema`; takes its time.
    fn of(schema: &LayerSchema, base: &Base) -> Self;
}

/// What is [`Prepared`], and what of it no longer holds in some window.
#[derive(Debug)]
pub struct Holding<'a, T> {
    /// What was made.
    pub made: &'a T,
    /// Of which it was made.
    pub base: &'a Base,
    /// What has become of records, where something has changed in the window.
    since: Option<&'a Since>,
    /// The envelopes, then and now, of the records that lie elsewhere since; those that meet the window, edges included.
    pub moved: Vec<BBox>,
}

impl<'a, T> Holding<'a, T> {
    pub(super) fn new(
        made: &'a T,
        base: &'a Base,
        since: Option<&'a Since>,
        moved: Vec<BBox>,
    ) -> Self {
        Self {
            made,
            base,
            since,
            moved,
        }
    }

    /// The record at a slot as it is now; `None` where it has gone or lies elsewhere.
    pub fn record(&self, slot: u32) -> Option<&'a Arc<Feature>> {
        now(self.since, self.base.at(slot)?)
    }
}

/// [`Prepared`], whatever its type.
trait Kept: Any + Debug + Send + Sync {
    /// The same for another base.
    fn again(&self, schema: &LayerSchema, base: &Base) -> Box<dyn Kept>;
}

impl<T: Prepared> Kept for T {
    fn again(&self, schema: &LayerSchema, base: &Base) -> Box<dyn Kept> {
        Box::new(T::of(schema, base))
    }
}

/// A place for each kind of [`Prepared`]: tiles and names.
#[derive(Debug, Default)]
pub(super) struct Shelf([OnceLock<Box<dyn Kept>>; 2]);

impl Shelf {
    /// What is kept; `None` where nothing of this type is.
    pub(super) fn get<T: Prepared>(&self) -> Option<&T> {
        let kept = self.0.iter().filter_map(OnceLock::get);
        kept.map(|kept| -> &dyn Any { &**kept })
            .find_map(|kept| kept.downcast_ref())
    }

    /// Makes it for `base` where it is not kept yet; who comes meanwhile waits.
    pub(super) fn prepare<T: Prepared>(&self, schema: &LayerSchema, base: &Base) {
        for place in &self.0 {
            let kept: &dyn Any = &**place.get_or_init(|| Box::new(T::of(schema, base)));
            if kept.is::<T>() {
                return;
            }
        }
    }

    /// Makes for `base` what `before` keeps.
    pub(super) fn follow(&self, before: &Self, schema: &LayerSchema, base: &Base) {
        for (place, kept) in self.0.iter().zip(&before.0) {
            if let Some(kept) = kept.get() {
                place.get_or_init(|| kept.again(schema, base));
            }
        }
    }
}
