//! Answers kept for the places that come to the same answer.
//!
//! Between two places of one building only the numbers differ: where the place is, how far it is from the building, and
//! which of the doors is the nearest and how far. What stands around them is written once, which is most of the work of an
//! answer, and is right until a layer changes of which it tells.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use axum::body::Bytes;
use foldhash::fast::RandomState;
use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;

use super::body;
use super::form::{Form, open};
use crate::api::sent::Written;
use crate::domain::{LayerId, Revision};
use crate::geometry::LonLat;
use crate::geometry::measure::nearest_of;
use crate::map::MapSnapshot;
use crate::query::locate::{Ask, CHAIN, Found, Link, Relation, complete, doors};

/// So many bytes of forms are kept; when there is no room for another place, it begins anew with that. A form has 14 KB on
/// the average, most of it the households of a building, which others share.
const MOST_BYTES: usize = 64 << 20;

/// An answer that hangs on more than so many records and layers is not kept.
const MOST_MARKS: usize = 24;

/// What the places have in common that lie in the same areas, in or near the same building.
#[derive(Debug)]
struct Around {
    /// Of which areas and building.
    marks: Marks,
    /// Where the doors of the building are.
    doors: Box<[LonLat]>,
    /// The answer where there is no door, else two for each door: for places beside it and for its own place.
    forms: Box<[OnceLock<Form>]>,
}

impl Around {
    fn new(marks: Marks, doors: Box<[LonLat]>) -> Self {
        let forms = (0..(2 * doors.len()).max(1)).map(|_| OnceLock::new());
        Self {
            marks,
            forms: forms.collect(),
            doors,
        }
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.doors) + size_of_val(&*self.forms)
    }
}

/// The answers that are true at `version`.
#[derive(Debug, Clone, Default)]
struct OfVersion {
    version: Revision,
    /// By the hash of the marks; a copy shares what it has.
    around: GenericHashMap<u64, Arc<Around>, RandomState, DefaultSharedPtr>,
}

/// What the answers of `version` take.
#[derive(Debug, Default)]
struct Room {
    version: Revision,
    bytes: usize,
    tails: HashSet<Bytes, RandomState>,
}

/// The answers of `locate` with their numbers left open, as they are since the last change of what they tell.
#[derive(Debug, Default)]
pub struct KeptForms {
    hashes: RandomState,
    latest: ArcSwap<OfVersion>,
    room: Mutex<Room>,
}

impl KeptForms {
    /// The answer to `ask`, for which `found` was found. For plain questions only, see [`Ask::is_plain`]: the rest of the
    /// answer must follow from `found`, the layers of `ask` and the nearest door. All who ask see the same; where they do
    /// not, who asks belongs to the marks.
    pub(super) fn answer(&self, map: &MapSnapshot, ask: &Ask, found: &Found<'_>) -> Written {
        let version = version(map, ask);
        let places = || {
            let doors = doors(map, ask, found);
            doors.iter().map(|(place, _)| *place).collect()
        };
        let (around, is_kept) = match Marks::of(ask, found) {
            Some(marks) => self.around(version, marks, places),
            None => (Arc::new(Around::new(Marks::default(), places())), false),
        };
        let door = nearest_of(ask.place, &around.doors);
        let which = door.map_or(0, |(number, metres)| 2 * number + usize::from(metres > 0.0));
        let filled = |form: &Form| {
            let (before, behind) = found.chain.split_at(found.place_of_door());
            let [before, behind] = [before, behind].map(|of| of.iter().filter_map(open));
            let to_door = door
                .map(|(_, metres)| metres)
                .filter(|metres| *metres > 0.0);
            let distances = before.chain(to_door).chain(behind);
            form.filled(map.revision(), ask.place, distances)
        };
        let place = around.forms.get(which);
        if let Some(form) = place.and_then(OnceLock::get) {
            return filled(form);
        }
        let doors = doors(map, ask, found);
        let door = door.and_then(|(number, metres)| Some((doors.get(number)?.1, metres)));
        let form = body::written(map, &complete(map, ask, found.clone(), door));
        let written = filled(&form);
        if let Some(place) = place.filter(|_| is_kept) {
            self.keep(version, form, place);
        }
        written
    }

    /// What is known of the places with these marks, and whether it is kept; `doors` says where the doors are.
    fn around(
        &self,
        version: Revision,
        marks: Marks,
        doors: impl FnOnce() -> Box<[LonLat]>,
    ) -> (Arc<Around>, bool) {
        let hash = self.hashes.hash_one(marks.used());
        let latest = self.latest.load();
        if latest.version == version
            && let Some(around) = latest.around.get(&hash)
            && around.marks.used() == marks.used()
        {
            return (Arc::clone(around), true);
        }
        let around = Arc::new(Around::new(marks, doors()));
        let Some(was_full) = self.take_room(version, around.bytes()) else {
            return (around, false);
        };
        self.latest.rcu(|latest| {
            let mut next = if latest.version < version || was_full {
                OfVersion {
                    version: version.max(latest.version),
                    ..OfVersion::default()
                }
            } else {
                OfVersion::clone(latest)
            };
            // an answer of a map that has changed since is not kept
            if next.version == version {
                next.around.insert(hash, Arc::clone(&around));
            }
            next
        });
        (around, true)
    }

    /// Keeps `form` at its `place`, if there is room; its tail is another's where they are alike.
    fn keep(&self, version: Revision, mut form: Form, place: &OnceLock<Form>) {
        let Some(mut room) = self.room_of(version).filter(|room| room.bytes < MOST_BYTES) else {
            return;
        };
        room.bytes += form.own_bytes();
        if let Some(same) = room.tails.get(&form.tail) {
            form.tail = same.clone();
        } else {
            room.bytes += form.tail.len();
            room.tails.insert(form.tail.clone());
        }
        drop(room);
        // where another came first, both are alike
        let _kept = place.set(form);
    }

    /// Takes room for `bytes`, and says whether it was full and is empty now; `None` where there is a later version.
    fn take_room(&self, version: Revision, bytes: usize) -> Option<bool> {
        let mut room = self.room_of(version)?;
        let is_full = room.bytes + bytes > MOST_BYTES;
        if is_full {
            *room = Room {
                version,
                ..Room::default()
            };
        }
        room.bytes += bytes;
        Some(is_full)
    }

    /// The room of `version`; `None` where there is a later one.
    fn room_of(&self, version: Revision) -> Option<MutexGuard<'_, Room>> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if room.version < version {
            *room = Room {
                version,
                ..Room::default()
            };
        }
        (room.version == version).then_some(room)
    }
}

/// The last change of a layer of which an answer tells.
fn version(map: &MapSnapshot, ask: &Ask) -> Revision {
    let told = [LayerId::HOUSEHOLDS, LayerId::POSTS];
    let asked = ask.layers.iter().flatten();
    let all = CHAIN.iter().chain(&told).chain(asked);
    all.map(|layer| map.layer(*layer).revision())
        .max()
        .unwrap_or_default()
}

/// What an answer hangs on but for its numbers and the door.
#[derive(Debug, Default)]
struct Marks {
    marks: [u64; MOST_MARKS],
    count: usize,
}

impl Marks {
    /// `None` where there is more of it than usual, or an id that leaves no room for the rest of its mark.
    fn of(ask: &Ask, found: &Found<'_>) -> Option<Self> {
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
        let mut all = Self::default();
        for mark in links.chain(parcel).chain(rest) {
            *all.marks.get_mut(all.count)? = mark?;
            all.count += 1;
        }
        Some(all)
    }

    fn used(&self) -> &[u64] {
        self.marks.get(..self.count).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_there_is_no_room_it_begins_anew() {
        let kept = KeptForms::default();
        let take = |version, bytes| kept.take_room(Revision(version), bytes);
        assert_eq!(take(1, MOST_BYTES / 2), Some(false));
        assert_eq!(take(1, MOST_BYTES / 2), Some(false));
        assert_eq!(take(1, 100), Some(true), "full");
        assert_eq!(take(1, MOST_BYTES - 100), Some(false), "empty but for that");
        assert_eq!(take(2, MOST_BYTES), Some(false), "a later map has its own");
        assert_eq!(take(1, 1), None, "the earlier one has none any more");
    }

    #[test]
    fn tails_that_are_alike_are_kept_once() {
        let kept = KeptForms::default();
        let form = |head: &str| Form::new(format!("{head}, and so on").into(), &[head.len()]);
        let places = [OnceLock::new(), OnceLock::new()];
        for (place, head) in places.iter().zip(["one", "another"]) {
            kept.keep(Revision(1), form(head), place);
        }
        let tails = places.map(|place| place.into_inner().unwrap().tail);
        let [one, other] = tails.each_ref().map(|tail| tail.as_ptr());
        assert_eq!(one, other);
        assert_eq!(&*tails[0], b", and so on");
    }
}
