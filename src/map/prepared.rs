//! What others make of the records of a layer once, kept with their indexes until these are built anew.

use std::any::Any;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use super::base::Base;
use super::place::{Since, now};
use crate::domain::Feature;
use crate::geometry::BBox;

/// Something that is made of the records of a layer with their indexes, and kept with these.
///
/// It is made again with every new [`Base`], before readers see that, once it was made for one.
pub trait Prepared: Debug + Send + Sync + 'static {
    /// What is kept for the records of `base`; takes its time.
    fn of(base: &Base) -> Self;
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
    fn again(&self, base: &Base) -> Box<dyn Kept>;
}

impl<T: Prepared> Kept for T {
    fn again(&self, base: &Base) -> Box<dyn Kept> {
        Box::new(T::of(base))
    }
}

/// A place for one [`Prepared`].
#[derive(Debug, Default)]
pub(super) struct Shelf(OnceLock<Box<dyn Kept>>);

impl Shelf {
    /// What is kept; `None` where nothing is, or something of another type.
    pub(super) fn get<T: Prepared>(&self) -> Option<&T> {
        let kept: &dyn Any = &**self.0.get()?;
        kept.downcast_ref()
    }

    /// Makes it for `base` where nothing is kept yet; who comes meanwhile waits.
    pub(super) fn prepare<T: Prepared>(&self, base: &Base) {
        self.0.get_or_init(|| Box::new(T::of(base)));
    }

    /// Makes for `base` what `before` keeps.
    pub(super) fn follow(&self, before: &Self, base: &Base) {
        if let Some(kept) = before.0.get() {
            self.0.get_or_init(|| kept.again(base));
        }
    }
}
