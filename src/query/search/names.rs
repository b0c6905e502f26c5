//! What the records of a layer are called, each text once; made with the indexes of the layer.
//!
//! A code, a name or an address is cut in two where many are alike before and behind. So a question is compared with few texts, and
//! of each record only the numbers of its texts are looked at.
#![expect(
    clippy::indexing_slicing,
    reason = "texts and slots are numbered as they are put there"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use foldhash::fast::RandomState;

use super::matcher::Letter;
use super::said::{Said, above};
use crate::domain::LayerSchema;
use crate::map::{Base, MapSnapshot, Prepared};
use crate::query::spelling::{even, loose};

/// Many codes differ in their last characters only.
const CODE_TAIL: usize = 3;

/// The codes, names, former names and addresses of the records of a base.
#[derive(Debug)]
pub(super) struct Names {
    /// Every character of the texts, by its number there.
    pub(super) letters: Vec<Letter>,
    pub(super) codes: Cut,
    pub(super) names: Cut,
    pub(super) addresses: Cut,
    pub(super) aliases: Texts,
    /// Where the former names of each list end.
    pub(super) list_ends: Vec<u32>,
    /// The list of former names of each slot; empty where the layer has none.
    pub(super) list: Vec<u32>,
    /// There are more characters than numbers for them: these texts are of no use.
    pub(super) has_overflown: bool,
    titles: Mutex<Option<Titles>>,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    letters: Vec<u16>,
    ends: Vec<u32>,
}

/// Texts cut in two.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub(super) heads: Texts,
    pub(super) tails: Texts,
    /// The head and the tail of each slot; empty where the layer has no such texts.
    pub(super) of: Vec<[u32; 2]>,
}

/// Which parents' names are said before those of the records, by a base of the parents.
#[derive(Debug)]
struct Titles {
    parents: Weak<Base>,
    families: Arc<Families>,
}

/// The slots of a layer, parent by parent.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// Where the slots of each parent end, by the parent's slot; those of records that stand alone come last.
    ends: Vec<u32>,
    slots: Vec<u32>,
}

impl Families {
    /// `parents` is the parent's slot of each record, below `count`; `None` where no name is said before that of the record.
    fn of(parents: &[Option<u32>], count: usize) -> Self {
        let family = |parent: &Option<u32>| parent.map_or(count, index);
        let mut ends = vec![0_u32; count + 1];
        for parent in parents {
            ends[family(parent)] += 1;
        }
        let mut all = 0;
        for end in &mut ends {
            all += *end;
            // for now where they begin
            *end = all - *end;
        }
        let mut slots = vec![0; parents.len()];
        for (slot, parent) in (0..).zip(parents) {
            let place = &mut ends[family(parent)];
            slots[index(*place)] = slot;
            *place += 1;
        }
        Self { ends, slots }
    }

    /// Each parent's slot with those of its records; `None` for those that stand alone.
    pub(super) fn each(&self) -> impl Iterator<Item = (Option<usize>, &[u32])> {
        let last = self.ends.len().saturating_sub(1);
        self.ends.iter().enumerate().map(move |(parent, end)| {
            let start = parent.checked_sub(1).map_or(0, |before| self.ends[before]);
            let slots = &self.slots[index(start)..index(*end)];
            ((parent < last).then_some(parent), slots)
        })
    }
}

impl Texts {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, number: usize) -> &[u16] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[index(start)..index(self.ends[number])]
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &[u16]> {
        (0..self.len()).map(|number| self.get(number))
    }

    fn put(&mut self, text: &[u16]) {
        self.letters.extend_from_slice(text);
        self.ends.push(count(self.letters.len()));
    }

    fn shrink(&mut self) {
        self.letters.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Texts of which each is put there once.
#[derive(Debug, Default)]
struct Pool {
    texts: Texts,
    known: HashMap<Box<[u16]>, u32, RandomState>,
}

impl Pool {
    fn number(&mut self, text: &[u16]) -> u32 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let number = count(self.texts.len());
        self.texts.put(text);
        self.known.insert(text.into(), number);
        number
    }

    fn finish(mut self) -> Texts {
        self.texts.shrink();
        self.texts
    }
}

/// Two pools and what each slot has of them.
#[derive(Debug, Default)]
struct CutPool {
    heads: Pool,
    tails: Pool,
    of: Vec<[u32; 2]>,
}

impl CutPool {
    /// Takes in the next text, cut at `cut`; whole where nothing would stand before.
    fn put(&mut self, text: &[u16], cut: Option<usize>) {
        let cut = cut.filter(|cut| *cut > 0).unwrap_or(text.len());
        let (head, tail) = text.split_at(cut);
        self.of
            .push([self.heads.number(head), self.tails.number(tail)]);
    }

    /// Takes in the next text, cut before its first digit: compound by compound, street by street, and the numbers of all.
    fn put_by_number(&mut self, letters: &mut Letters, text: &str) {
        let text: Vec<char> = loose(text).collect();
        let cut = text.iter().position(char::is_ascii_digit);
        self.put(&letters.of(text.into_iter()), cut);
    }

    fn finish(mut self) -> Cut {
        self.of.shrink_to_fit();
        Cut {
            heads: self.heads.finish(),
            tails: self.tails.finish(),
            of: self.of,
        }
    }
}

/// Numbers characters as they come.
#[derive(Debug, Default)]
struct Letters {
    all: Vec<char>,
    numbers: HashMap<char, u16, RandomState>,
    has_overflown: bool,
}

impl Letters {
    fn of(&mut self, text: impl Iterator<Item = char>) -> Vec<u16> {
        text.map(|c| {
            *self.numbers.entry(c).or_insert_with(|| {
                let number = u16::try_from(self.all.len());
                self.has_overflown |= number.is_err();
                self.all.push(c);
                number.unwrap_or_default()
            })
        })
        .collect()
    }
}

impl Prepared for Names {
    fn of(schema: &LayerSchema, base: &Base) -> Self {
        let said = Said::of(schema);
        let mut letters = Letters::default();
        let (mut codes, mut addresses) = (CutPool::default(), CutPool::default());
        let mut names = CutPool::default();
        let (mut aliases, mut list_ends, mut list) = (Texts::default(), Vec::new(), Vec::new());
        let mut lists: HashMap<&str, u32, RandomState> = HashMap::default();
        for record in base.records() {
            let code = letters.of(even(&record.code));
            codes.put(&code, code.len().checked_sub(CODE_TAIL));
            names.put_by_number(&mut letters, &record.name);
            if said.has_addresses() {
                addresses.put_by_number(&mut letters, said.address(record));
            }
            if said.has_aliases() {
                let number = *lists.entry(said.list(record)).or_insert_with(|| {
                    for alias in said.aliases(record) {
                        aliases.put(&letters.of(loose(alias)));
                    }
                    list_ends.push(count(aliases.len()));
                    count(list_ends.len() - 1)
                });
                list.push(number);
            }
        }
        aliases.shrink();
        Self {
            letters: letters.all.into_iter().map(Letter::of).collect(),
            codes: codes.finish(),
            names: names.finish(),
            addresses: addresses.finish(),
            aliases,
            list_ends,
            list,
            has_overflown: letters.has_overflown,
            titles: Mutex::default(),
        }
    }
}

impl Names {
    /// The names of the layer's base, where they were made.
    pub(super) fn at<'a>(snapshot: &'a MapSnapshot, schema: &LayerSchema) -> Option<&'a Self> {
        let kept: Option<&Self> = snapshot.layer(schema.id).base().kept();
        kept.filter(|names| !names.has_overflown)
    }

    /// The former names of a list, as numbers of [`Names::aliases`].
    pub(super) fn in_list(&self, list: usize) -> std::ops::Range<usize> {
        let start = list
            .checked_sub(1)
            .map_or(0, |before| self.list_ends[before]);
        index(start)..index(self.list_ends[list])
    }

    /// The records of the layer by the parent whose name is said before theirs; `None` where all names of the layer stand
    /// alone. Of the bases alone, whatever has changed since.
    pub(super) fn families(
        &self,
        snapshot: &MapSnapshot,
        schema: &LayerSchema,
    ) -> Option<Arc<Families>> {
        let link = above(schema)?;
        let parents = snapshot.layer(link.layer).base();
        // what a panic left is no half of anything
        let mut titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(titles) = &*titles
            && titles.parents.ptr_eq(&Arc::downgrade(parents))
        {
            return Some(Arc::clone(&titles.families));
        }
        let mut last: Option<(&str, Option<u32>)> = None;
        let records = snapshot.layer(schema.id).base().records().iter();
        let slots = records.map(|record| {
            let code = record.text(schema, link.field)?;
            let slot = match last {
                Some((same, slot)) if same == code => slot,
                _ => parents.slot_by_code(code),
            };
            last = Some((code, slot));
            let parent = parents.at(slot?)?;
            let stands_alone = record.name.starts_with(&*parent.name);
            if stands_alone { None } else { slot }
        });
        let slots: Vec<Option<u32>> = slots.collect();
        let families = Arc::new(Families::of(&slots, parents.records().len()));
        *titles = Some(Titles {
            parents: Arc::downgrade(parents),
            families: Arc::clone(&families),
        });
        Some(families)
    }
}

/// More would take more memory than there is numbers for: four thousand million letters of different texts.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
