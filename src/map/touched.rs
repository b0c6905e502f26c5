//! Where a layer has changed lately: what an answer about a window may be kept by.

use imbl::Vector;

use crate::domain::Revision;
use crate::geometry::BBox;

/// The boxes of the latest changes of a layer.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    /// Anything may have changed up to here.
    before: Revision,
    /// Changes since, in their order.
    recent: Vector<(Revision, BBox)>,
}

impl Touched {
    /// So many changed boxes are remembered one by one; what is older counts as changed everywhere.
    pub(super) const MOST: usize = 1024;

    /// Notes that the change at `revision` may have touched anything.
    pub(super) fn add_everything(&mut self, revision: Revision) {
        self.before = revision;
        self.recent = Vector::new();
    }

    /// Notes what the change at `revision` left behind and what it brought.
    pub(super) fn add(&mut self, revision: Revision, boxes: &[BBox]) {
        if boxes.len() > Self::MOST {
            return self.add_everything(revision);
        }
        self.recent
            .extend(boxes.iter().map(|touched| (revision, *touched)));
        while self.recent.len() > Self::MOST {
            if let Some((forgotten, _)) = self.recent.pop_front() {
                self.before = forgotten;
            }
        }
    }

    /// The last revision that may have changed anything that meets `window`.
    pub(super) fn last_in(&self, window: BBox) -> Revision {
        let mut latest_first = self.recent.iter().rev();
        latest_first
            .find(|(_, touched)| touched.meets(window))
            .map_or(self.before, |(revision, _)| *revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(at: f64) -> BBox {
        BBox {
            west: at,
            south: 0.0,
            east: at + 1.0,
            north: 1.0,
        }
    }

    #[test]
    fn a_window_knows_its_own_last_change_and_forgetting_is_on_the_safe_side() {
        let mut touched = Touched::default();
        touched.add(Revision(5), &[square(0.0)]);
        touched.add(Revision(6), &[square(10.0), square(20.0)]);
        assert_eq!(touched.last_in(square(0.5)), Revision(5));
        assert_eq!(touched.last_in(square(20.5)), Revision(6));
        assert_eq!(touched.last_in(square(40.0)), Revision(0));
        for n in 0..1024 {
            touched.add(Revision(7 + n), &[square(50.0)]);
        }
        assert_eq!(touched.last_in(square(40.0)), Revision(6));
        touched.add(Revision(2000), &vec![square(60.0); 1025]);
        assert_eq!(touched.last_in(square(40.0)), Revision(2000));
    }
}
