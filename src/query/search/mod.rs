//! What is called this? By code, name, former name, address, pinyin and pinyin initials.

mod matcher;
mod names;
mod parts;
mod pass;
mod question;
mod restless;
mod said;

use std::sync::Arc;

use crate::domain::{Feature, FieldClass, LayerId, LayerRole, LayerSchema};
use crate::map::{LayerTable, MapSnapshot};
use names::{Names, index};
use pass::{NOT_FOUND, Pass, meant};
use question::{Judge, Question, Rank};
use restless::Restless;
use said::title;

/// By what a feature was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matched {
    /// The code.
    Code,
    /// The name.
    Name,
    /// A former name.
    Alias,
    /// The initials of the name's pinyin.
    Initials,
    /// The name's pinyin, or pinyin and characters.
    Pinyin,
    /// The address.
    Address,
}

/// How many ways there are to be found.
const MATCHED: u8 = 6;

impl Matched {
    const ALL: [Self; 6] = [
        Self::Code,
        Self::Name,
        Self::Alias,
        Self::Initials,
        Self::Pinyin,
        Self::Address,
    ];

    const fn number(self) -> u8 {
        match self {
            Self::Code => 0,
            Self::Name => 1,
            Self::Alias => 2,
            Self::Initials => 3,
            Self::Pinyin => 4,
            Self::Address => 5,
        }
    }
}

/// One feature that is called so.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its layer.
    pub layer: LayerId,
    /// The feature.
    pub feature: Arc<Feature>,
    /// What it is called in full, with the compound before a building's number.
    pub title: String,
    /// By what it was found.
    pub matched: Matched,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// The best hits.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub matched: usize,
}

/// Makes what [`search`] needs to be quick, for every layer that is searched; takes its time. It is made again whenever the
/// snapshot's indexes are built anew. Answers are the same without.
pub fn prepare(snapshot: &MapSnapshot) {
    for (_, schema) in searched(snapshot) {
        snapshot.layer(schema.id).prepare::<Names>();
    }
    for (_, schema) in searched(snapshot) {
        if let Some(names) = Names::at(snapshot, schema) {
            names.families(snapshot, schema);
        }
    }
}

/// The features called `asked`: whole words before beginnings before parts, larger areas first; at most `limit`. Nothing is
/// called by more than 127 characters.
///
/// Widths, cases, blanks, and traditional or simplified characters make no difference, in names neither do interpuncts,
/// dashes and brackets; pinyin is found by every reading of each character. Restricted layers are left out.
pub fn search(snapshot: &MapSnapshot, asked: &str, limit: usize) -> Found {
    find(snapshot, asked, limit, true)
}

fn find(snapshot: &MapSnapshot, asked: &str, limit: usize, by_names: bool) -> Found {
    let question = Question::of(asked);
    let mut pass = Pass::of(snapshot, &question);
    let mut judge = Judge::of(&question);
    let mut best = Best::of(limit);
    for (place, schema) in searched(snapshot) {
        let mut one_by_one = |feature: &Arc<Feature>, best: &mut Best| {
            if let Some(rank) = judge.rank(snapshot, schema, feature) {
                best.take(place, schema.id, rank, feature);
            }
        };
        let table = snapshot.layer(schema.id);
        let ranks = if by_names { pass.ranks(schema) } else { None };
        let Some(ranks) = ranks else {
            for feature in table.features() {
                one_by_one(feature, &mut best);
            }
            continue;
        };
        let restless = Restless::of(snapshot, schema);
        best.take_ranked(
            place,
            schema.id,
            &ranks,
            table.base().records(),
            &restless.slots,
        );
        for feature in restless.records {
            one_by_one(feature, &mut best);
        }
    }
    best.found(snapshot)
}

/// The layers that are searched, each with its place among all.
fn searched(snapshot: &MapSnapshot) -> impl Iterator<Item = (usize, &'static LayerSchema)> {
    let is_searched = |schema: &LayerSchema| {
        schema.class < FieldClass::Restricted
            && (matches!(schema.role, LayerRole::Map | LayerRole::Other { .. })
                || schema.id == LayerId::ROADS)
    };
    let all = snapshot.layers().map(LayerTable::schema).enumerate();
    all.filter(move |(_, schema)| is_searched(schema))
}

/// The best hits so far, and how many there were.
#[derive(Debug)]
struct Best {
    limit: usize,
    matched: usize,
    /// The layer's place, the rank, the layer.
    hits: Vec<(usize, Rank, LayerId, Arc<Feature>)>,
}

impl Best {
    fn of(limit: usize) -> Self {
        Self {
            limit,
            matched: 0,
            hits: Vec::new(),
        }
    }

    fn take(&mut self, place: usize, layer: LayerId, rank: Rank, feature: &Arc<Feature>) {
        self.matched += 1;
        self.hits.push((place, rank, layer, Arc::clone(feature)));
        // with room for as many again, each hit is looked at a few times at most
        if self.hits.len() > 2 * self.limit + 1000 {
            self.keep_best();
        }
    }

    /// Takes in the records of a base, which come in the order of ids, without those of the slots `but`, ascending.
    fn take_ranked(
        &mut self,
        place: usize,
        layer: LayerId,
        ranks: &[u8],
        records: &[Arc<Feature>],
        but: &[u32],
    ) {
        /// Most questions find little: so many slots are passed at once.
        const CHUNK: usize = 64;
        let mut but = but.iter().copied().peekable();
        // of each rank the first ones are enough
        let mut room = [self.limit; 256];
        for (chunk, ranks) in ranks.chunks(CHUNK).enumerate() {
            if ranks.iter().all(|rank| *rank == NOT_FOUND) {
                continue;
            }
            for (slot, rank) in (chunk * CHUNK..).zip(ranks) {
                if *rank == NOT_FOUND {
                    continue;
                }
                let is_before = |but: &u32| index(*but) < slot;
                while but.next_if(is_before).is_some() {}
                if but.peek().is_some_and(|but| index(*but) == slot) {
                    continue;
                }
                let Some(room) = room.get_mut(usize::from(*rank)).filter(|room| **room > 0) else {
                    self.matched += 1;
                    continue;
                };
                if let (Some(rank), Some(record)) = (meant(*rank), records.get(slot)) {
                    *room -= 1;
                    self.take(place, layer, rank, record);
                }
            }
        }
    }

    fn keep_best(&mut self) {
        self.hits
            .sort_by_key(|(place, (fit, matched), _, feature)| {
                (*fit, *place, *matched, feature.id)
            });
        self.hits.truncate(self.limit);
    }

    fn found(mut self, snapshot: &MapSnapshot) -> Found {
        self.keep_best();
        let hits = self.hits.into_iter();
        let hits = hits.map(|(_, (_, matched), layer, feature)| Hit {
            layer,
            title: title(snapshot, layer.schema(), &feature),
            feature,
            matched,
        });
        Found {
            hits: hits.collect(),
            matched: self.matched,
        }
    }
}

#[cfg(test)]
mod tests;
