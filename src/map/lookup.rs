//! Records of a base by what a text of theirs says: by their code, by the code of a parent.
#![expect(
    clippy::indexing_slicing,
    reason = "places in the tables are made from their own lengths"
)]

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::domain::{Feature, LayerSchema};

/// No number is kept there.
const FREE: u32 = u32::MAX;

/// Numbers by the hashes of the texts that they stand for; the texts themselves are elsewhere. About eight bytes a number.
#[derive(Debug, Default)]
struct Numbers {
    numbers: Box<[u32]>,
    /// Eight bits of each hash, so that a text is seldom looked at in vain.
    tags: Box<[u8]>,
    hashes: RandomState,
}

impl Numbers {
    fn for_count(count: usize) -> Self {
        let places = count + count / 2 + 1;
        Self {
            numbers: vec![FREE; places].into(),
            tags: vec![0; places].into(),
            hashes: RandomState::default(),
        }
    }

    /// Where the search for `text` ends: at a free place, or at the number of which `is_it` says yes.
    fn place(&self, text: &str, is_it: impl Fn(u32) -> bool) -> (usize, u8) {
        let hash = self.hashes.hash_one(text);
        let tag = hash.to_le_bytes()[0];
        let places = self.numbers.len();
        let scaled = (u128::from(hash) * u128::try_from(places).unwrap_or_default()) >> 64;
        let mut at = usize::try_from(scaled).unwrap_or_default();
        while self.numbers[at] != FREE && !(self.tags[at] == tag && is_it(self.numbers[at])) {
            at += 1;
            if at == places {
                at = 0;
            }
        }
        (at, tag)
    }

    /// Keeps `number` for `text`, in the place of the number of which `is_it` says yes.
    fn put(&mut self, text: &str, number: u32, is_it: impl Fn(u32) -> bool) {
        let (at, tag) = self.place(text, is_it);
        self.numbers[at] = number;
        self.tags[at] = tag;
    }

    fn find(&self, text: &str, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        if self.numbers.is_empty() {
            return None;
        }
        let (at, _) = self.place(text, is_it);
        Some(self.numbers[at]).filter(|number| *number != FREE)
    }
}

/// The slots of records by their codes.
#[derive(Debug, Default)]
pub(super) struct Codes(Numbers);

impl Codes {
    /// Of records with one code the last is found.
    pub(super) fn of(records: &[Arc<Feature>]) -> Self {
        let mut numbers = Numbers::for_count(records.len());
        for (slot, record) in (0..).zip(records) {
            let has_its_code = |other| at(records, other).code == record.code;
            numbers.put(&record.code, slot, has_its_code);
        }
        Self(numbers)
    }

    pub(super) fn find(&self, records: &[Arc<Feature>], code: &str) -> Option<u32> {
        self.0.find(code, |slot| &*at(records, slot).code == code)
    }
}

/// The slots of records by the text of one field.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) field: &'static str,
    /// Where the field is among the attributes.
    position: usize,
    /// The slots, text by text, ascending in each.
    slots: Box<[u32]>,
    /// Where the slots of each text end.
    ends: Box<[u32]>,
    /// The number of each text.
    texts: Numbers,
}

impl Links {
    /// Records without the text are left out.
    pub(super) fn of(schema: &LayerSchema, field: &'static str, records: &[Arc<Feature>]) -> Self {
        let position = schema.position(field).unwrap_or(usize::MAX);
        let mut numbers: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut counts: Vec<u32> = Vec::new();
        let mut number_of = vec![FREE; records.len()];
        for (record, number) in records.iter().zip(&mut number_of) {
            let Some(text) = text_at(record, position) else {
                continue;
            };
            let next = u32::try_from(counts.len()).unwrap_or(FREE);
            *number = *numbers.entry(text).or_insert(next);
            if *number == next {
                counts.push(0);
            }
            counts[index(*number)] += 1;
        }
        let mut ends = Vec::with_capacity(counts.len());
        let mut all = 0;
        for count in counts {
            ends.push(all);
            all += count;
        }
        let mut slots = vec![0; index(all)];
        for (slot, number) in (0..).zip(number_of) {
            if number != FREE {
                let end = &mut ends[index(number)];
                slots[index(*end)] = slot;
                *end += 1;
            }
        }
        let mut texts = Numbers::for_count(ends.len());
        for (text, number) in numbers {
            texts.put(text, number, |_| false);
        }
        Self {
            field,
            position,
            slots: slots.into(),
            ends: ends.into(),
            texts,
        }
    }

    /// The slots of the records whose field says `text`, ascending.
    pub(super) fn find(&self, records: &[Arc<Feature>], text: &str) -> &[u32] {
        let says_so = |number| {
            let first = self.slots[self.range(number).start];
            text_at(at(records, first), self.position) == Some(text)
        };
        let number = self.texts.find(text, says_so);
        number.map_or(&[], |number| &self.slots[self.range(number)])
    }

    fn range(&self, number: u32) -> Range<usize> {
        let number = index(number);
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        index(start)..index(self.ends[number])
    }
}

fn at(records: &[Arc<Feature>], slot: u32) -> &Feature {
    &records[index(slot)]
}

fn text_at(record: &Feature, position: usize) -> Option<&str> {
    record.attributes.get(position)?.as_text()
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
