//! Answers with their numbers left open, kept for the places that come to the same answer.
//!
//! Between two places of one building only the numbers differ: where the place is, and how far it is from the door. What
//! stands around them is written once a revision, which is most of the work of an answer.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use foldhash::fast::RandomState;
use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;

use crate::api::sent::Written;
use crate::domain::Revision;
use crate::domain::json_text::push_real;
use crate::geometry::LonLat;
use crate::query::locate::{Ask, Found, Link, Relation};

/// So many bytes of forms are kept; what comes later is written each time until the map changes. A form has 14 KB on the
/// average, most of it the households of a building.
const MOST_BYTES: usize = 64 << 20;

/// An answer that hangs on more than so many records and layers is not kept.
const MOST_MARKS: usize = 24;

/// An answer whose numbers are missing: longitude, latitude, then each distance of the chain.
#[derive(Debug)]
pub(super) struct Form {
    /// What stands before each number.
    head: Vec<u8>,
    /// Where each of these pieces ends.
    ends: Vec<usize>,
    /// What follows the last number; shared with every answer.
    tail: Bytes,
}

impl Form {
    /// The form of `text`, to which the numbers are missing where `holes` say, in rising order.
    pub(super) fn new(mut text: Vec<u8>, holes: Vec<usize>) -> Self {
        let last = holes.last().copied().unwrap_or_default();
        let tail = text.split_off(last.min(text.len()));
        // else the room of the tail stays with the head, and half as many forms are kept
        text.shrink_to_fit();
        Self {
            head: text,
            ends: holes,
            tail: tail.into(),
        }
    }

    /// The answer at `place`, whose distances are those of `chain`.
    pub(super) fn filled(&self, place: LonLat, chain: &[Link<'_>]) -> Written {
        let numbers = [place.lon(), place.lat()];
        let numbers = numbers
            .into_iter()
            .chain(chain.iter().map(|link| link.distance_m));
        let mut head = Vec::with_capacity(self.head.len() + 24 * self.ends.len());
        let mut done = 0;
        for (end, number) in self.ends.iter().zip(numbers) {
            head.extend_from_slice(self.head.get(done..*end).unwrap_or_default());
            push_real(&mut head, number);
            done = *end;
        }
        Written::new(head, self.tail.clone())
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.head.capacity() + size_of_val(&*self.ends) + self.tail.len()
    }
}

/// The forms of one revision; a new one shares what it did not change.
#[derive(Debug, Clone, Default)]
struct OfRevision {
    revision: Revision,
    forms: GenericHashMap<Box<[u64]>, Arc<Form>, RandomState, DefaultSharedPtr>,
    bytes: usize,
}

/// The answers of `locate` with their numbers left open, of the latest revision that was asked.
#[derive(Debug, Default)]
pub struct KeptForms {
    latest: ArcSwap<OfRevision>,
}

impl KeptForms {
    /// The form of what was `found` at `revision`, written by `write` when it is not there. For plain questions only,
    /// see [`Ask::is_plain`]: the rest of the answer must follow from `found` and the layers of `ask`. All who ask see the
    /// same; where they do not, who asks belongs to the key.
    pub(super) fn get(
        &self,
        revision: Revision,
        ask: &Ask,
        found: &Found<'_>,
        write: impl FnOnce() -> Form,
    ) -> Arc<Form> {
        let mut room = [0; MOST_MARKS];
        let Some(marks) = marks(ask, found, &mut room) else {
            return Arc::new(write());
        };
        let kept = self.latest.load();
        if kept.revision == revision
            && let Some(form) = kept.forms.get(marks)
        {
            return Arc::clone(form);
        }
        let form = Arc::new(write());
        if kept.revision < revision || kept.bytes < MOST_BYTES {
            self.keep(revision, marks, &form);
        }
        form
    }

    fn keep(&self, revision: Revision, marks: &[u64], form: &Arc<Form>) {
        let bytes = form.bytes() + size_of_val(marks);
        self.latest.rcu(|kept| {
            let mut next = if kept.revision < revision {
                OfRevision {
                    revision,
                    ..OfRevision::default()
                }
            } else {
                OfRevision::clone(kept)
            };
            // an answer of a map that has changed since is not kept
            if next.revision == revision {
                next.forms.insert(marks.into(), Arc::clone(form));
                next.bytes += bytes;
            }
            next
        });
    }
}

/// What the answer hangs on but for its numbers; `None` where there is more of it than usual, or an id that leaves no room
/// for the rest of its mark.
fn marks<'a>(ask: &Ask, found: &Found<'_>, room: &'a mut [u64; MOST_MARKS]) -> Option<&'a [u64]> {
    const ID_BITS: u32 = 53;
    /// Beside the relations: the mark is a layer that is asked for.
    const ASKED: u64 = 3;
    let high = |layer: u8, how: u64, derived: bool| {
        ((u64::from(layer) << 3) | (how << 1) | u64::from(derived)) << ID_BITS
    };
    let mark = |layer: u8, id: i64, relation: Relation, derived: bool| {
        let id = u64::try_from(id).ok().filter(|id| id >> ID_BITS == 0)?;
        let how = match relation {
            Relation::Inside => 0,
            Relation::Boundary => 1,
            Relation::Near => 2,
        };
        Some(high(layer, how, derived) | id)
    };
    let of_link = |link: &Link<'_>| {
        let (layer, id) = (link.layer.number(), link.feature.id.0);
        mark(layer, id, link.relation, link.derived)
    };
    let links = found.chain.iter().map(of_link);
    let parcel = found
        .parcel
        .map(|(parcel, relation)| mark(u8::MAX, parcel.id.0, relation, false));
    // the layers come last and each tells itself apart from a record; without them the building is in the chain
    let building = found.building.filter(|_| ask.layers.is_some());
    let layers = ask.layers.iter().flatten();
    let layers = layers.map(|layer| Some(high(layer.number(), ASKED, false)));
    let rest = building.as_ref().map(of_link).into_iter().chain(layers);
    let mut used = 0;
    for mark in links.chain(parcel).chain(rest) {
        *room.get_mut(used)? = mark?;
        used += 1;
    }
    room.get(..used)
}
