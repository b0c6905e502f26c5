//! An answer with its numbers left open.

use std::iter;

use axum::body::Bytes;

use crate::api::sent::Written;
use crate::domain::Revision;
use crate::domain::json_text::{push_integer, push_real};
use crate::geometry::LonLat;
use crate::query::locate::{Link, Relation};

/// An answer whose numbers are missing: the revision, longitude, latitude, then each distance of the chain that is
/// [`open`].
#[derive(Debug)]
pub(super) struct Form {
    /// What stands before each number.
    head: Box<[u8]>,
    /// Where each of these pieces ends.
    ends: Box<[u32]>,
    /// What follows the last number; shared with every answer, and with other forms that end alike.
    pub(super) tail: Bytes,
}

/// The distance of a link that differs from place to place; what covers the place is always 0 away.
pub(super) fn open(link: &Link<'_>) -> Option<f64> {
    (link.relation == Relation::Near).then_some(link.distance_m)
}

impl Form {
    /// The form of `text`, to which the numbers are missing where `holes` say, in rising order.
    pub(super) fn new(mut text: Vec<u8>, holes: &[usize]) -> Self {
        let last = holes.last().copied().unwrap_or_default();
        let tail = text.split_off(last.min(text.len()));
        let ends = holes.iter().map(|hole| u32::try_from(*hole));
        Self {
            head: text.into(),
            // an answer of four gigabytes does not come here
            ends: ends.map(|end| end.unwrap_or(u32::MAX)).collect(),
            tail: tail.into(),
        }
    }

    /// The answer at `place` at `revision`, with the distances that are open.
    pub(super) fn filled(
        &self,
        revision: Revision,
        place: LonLat,
        distances: impl Iterator<Item = f64>,
    ) -> Written {
        let mut head = Vec::with_capacity(self.head.len() + 24 * self.ends.len());
        let mut ends = self.ends.iter().map(|end| usize::try_from(*end));
        let mut done = 0;
        let mut piece = |head: &mut Vec<u8>| {
            let Some(Ok(end)) = ends.next() else {
                return false;
            };
            head.extend_from_slice(self.head.get(done..end).unwrap_or_default());
            done = end;
            true
        };
        if piece(&mut head) {
            push_integer(&mut head, revision.0);
        }
        let place = [place.lon(), place.lat()].into_iter();
        for number in place.chain(distances).chain(iter::repeat(0.0)) {
            if !piece(&mut head) {
                break;
            }
            push_real(&mut head, number);
        }
        Written::new(head, self.tail.clone())
    }

    /// What it takes beside its tail.
    pub(super) fn own_bytes(&self) -> usize {
        size_of::<Self>() + self.head.len() + size_of_val(&*self.ends)
    }
}
