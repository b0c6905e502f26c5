//! Records in the order of ids, from a base and from what has changed since.

use std::iter::{self, Peekable};
use std::slice;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap;
use imbl::shared_ptr::DefaultSharedPtr;

use crate::domain::{Feature, FeatureId};

/// The records of a base and what has changed since, in the order of ids.
pub(super) struct Features<'a> {
    base: Peekable<slice::Iter<'a, Arc<Feature>>>,
    changed: Peekable<ordmap::Iter<'a, FeatureId, Option<Arc<Feature>>, DefaultSharedPtr>>,
    left: usize,
}

impl<'a> Features<'a> {
    /// `left` is how many there are in all.
    pub(super) fn of(
        base: &'a [Arc<Feature>],
        changed: &'a OrdMap<FeatureId, Option<Arc<Feature>>>,
        left: usize,
    ) -> Self {
        Self {
            base: base.iter().peekable(),
            changed: changed.iter().peekable(),
            left,
        }
    }
}

impl<'a> Iterator for Features<'a> {
    type Item = &'a Arc<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let unchanged = self.base.peek().map(|record| record.id);
            let next = match (unchanged, self.changed.peek()) {
                (Some(unchanged), Some((changed, _))) if unchanged < **changed => self.base.next(),
                (unchanged, Some((changed, now))) => {
                    if unchanged == Some(**changed) {
                        self.base.next();
                    }
                    let now = now.as_ref();
                    self.changed.next();
                    now
                }
                (None, None) => return None,
                (Some(_), None) => self.base.next(),
            };
            if next.is_some() {
                self.left = self.left.saturating_sub(1);
                return next;
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Features<'_> {}

/// What two iterators in the order of ids give, in that order.
pub(super) fn in_order<'a>(
    one: impl Iterator<Item = &'a Arc<Feature>>,
    other: impl Iterator<Item = &'a Arc<Feature>>,
) -> impl Iterator<Item = &'a Arc<Feature>> {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if second.id < first.id => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}
