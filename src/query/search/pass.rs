//! A question answered for all records of a layer at once, by the names that were made with its indexes.
//!
//! Each text is compared with the question once. What a head leaves open goes on in the tail, so the name of a building is
//! continued from where that of its compound ended; where it leaves nothing open, two numbers say all there is to say.
#![expect(
    clippy::indexing_slicing,
    reason = "texts, states and slots are numbered by those who made them"
)]

use std::collections::HashMap;
use std::sync::Arc;

use super::matcher::{Fit, Matcher, State};
use super::names::{Cut, Families, Names, index};
use super::parts::{Ends, Memo, NO_FIT, Parts, SETTLED, number};
use super::question::Question;
use super::said::above;
use super::{MATCHED, Matched};
use crate::domain::{LayerId, LayerSchema};
use crate::map::MapSnapshot;

/// The rank of a record that is not found; others are numbered from the best by fit, then by what was found.
pub(super) const NOT_FOUND: u8 = u8::MAX;

/// Where the question has come to at the ends of the titles of a layer.
#[derive(Debug)]
struct TitleEnds {
    ends: Ends,
    /// By slot.
    of: Vec<u32>,
    /// Nothing of the question is in any title.
    are_nothing: bool,
}

/// A layer, and the question in its letters.
#[derive(Debug)]
struct Layer<'a> {
    names: &'a Names,
    question: Question,
    /// The layer of the parents, whose titles are said first, and whose records are whose.
    above: Option<(LayerId, Arc<Families>)>,
}

impl Layer<'_> {
    /// The forms that are compared with titles: plainly first, then by sound.
    fn spoken(&self) -> impl Iterator<Item = (&Matcher, Matched)> {
        let plain = self.question.names.iter();
        let plain = plain.map(|matcher| (matcher, Matched::Name));
        let sounds = self.question.sounds.iter();
        plain.chain(sounds.map(|(matcher, matched)| (matcher, *matched)))
    }
}

/// One question to the layers of one map.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    snapshot: &'a MapSnapshot,
    question: &'a Question,
    layers: HashMap<LayerId, Option<Arc<Layer<'a>>>>,
    titles: HashMap<(LayerId, usize), Option<Arc<TitleEnds>>>,
}

impl<'a> Pass<'a> {
    pub(super) fn of(snapshot: &'a MapSnapshot, question: &'a Question) -> Self {
        Self {
            snapshot,
            question,
            layers: HashMap::new(),
            titles: HashMap::new(),
        }
    }

    /// The rank of each slot of the layer's base; `None` where its names, or those that are said before them, are not
    /// there (yet).
    pub(super) fn ranks(&mut self, schema: &LayerSchema) -> Option<Vec<u8>> {
        let layer = self.layer(schema)?;
        let (names, question) = (layer.names, &layer.question);
        if names.codes.of.is_empty() {
            return Some(Vec::new());
        }
        let mut ranks = vec![NOT_FOUND; names.codes.of.len()];
        if let Some(matcher) = &question.codes {
            rank_cut(&mut ranks, matcher, &names.codes, Matched::Code);
        }
        if let Some(matcher) = &question.names {
            rank_cut(&mut ranks, matcher, &names.names, Matched::Name);
            rank_lists(&mut ranks, matcher, names);
            rank_cut(&mut ranks, matcher, &names.addresses, Matched::Address);
        }
        for (form, (matcher, matched)) in layer.spoken().enumerate() {
            // plainly that was done above
            let is_done_alone = matched == Matched::Name;
            match &layer.above {
                None if is_done_alone => {}
                None => rank_cut(&mut ranks, matcher, &names.names, matched),
                Some((parents, families)) => {
                    let titles = self.titles(parents.schema(), form)?;
                    let mut parts = Parts::of(matcher, &names.names);
                    rank_families(
                        &mut ranks,
                        &mut parts,
                        (&titles, families),
                        matched,
                        is_done_alone,
                    );
                }
            }
        }
        Some(ranks)
    }

    fn layer(&mut self, schema: &LayerSchema) -> Option<Arc<Layer<'a>>> {
        if let Some(known) = self.layers.get(&schema.id) {
            return known.clone();
        }
        let layer = Names::at(self.snapshot, schema).map(|names| {
            let parents = above(schema).map(|link| link.layer);
            Arc::new(Layer {
                names,
                question: self.question.in_letters(&names.letters),
                above: parents.zip(names.families(self.snapshot, schema)),
            })
        });
        self.layers.insert(schema.id, layer.clone());
        layer
    }

    /// Where the form of the question has come to at the ends of the layer's titles.
    fn titles(&mut self, schema: &LayerSchema, form: usize) -> Option<Arc<TitleEnds>> {
        let key = (schema.id, form);
        if let Some(known) = self.titles.get(&key) {
            return known.clone();
        }
        let titles = self.title_ends(schema, form).map(Arc::new);
        self.titles.insert(key, titles.clone());
        titles
    }

    fn title_ends(&mut self, schema: &LayerSchema, form: usize) -> Option<TitleEnds> {
        let layer = self.layer(schema)?;
        let names = &layer.names.names;
        let (matcher, _) = layer.spoken().nth(form)?;
        let mut parts = Parts::of(matcher, names);
        let mut ends = Ends::default();
        let alone = ends.numbers(matcher, State::NOTHING, &names.tails);
        let mut memo = Memo::of(names.tails.len());
        let mut end = |parts: &mut Parts<'_>, before: Option<(&Ends, u32)>, slot: usize| {
            let [head, tail] = names.of[slot];
            let (head, tail) = (parts.end_of_head(before, head), index(tail));
            if head == 0 {
                return alone[tail];
            }
            memo.get(index(head), tail, || {
                let state = matcher.run(parts.ends.state(head), names.tails.get(tail));
                ends.number(matcher, state)
            })
        };
        let of = match &layer.above {
            None => {
                let slots = 0..names.of.len();
                slots.map(|slot| end(&mut parts, None, slot)).collect()
            }
            Some((parents, families)) => {
                let above = self.titles(parents.schema(), form)?;
                // a question may be open at the end of a tail in which nothing is found
                let is_in_tails = alone.iter().any(|end| *end != 0);
                let begins = is_in_tails || parts.after.iter().any(|end| *end != 0);
                let stands = is_in_tails || parts.first.iter().any(|end| *end != 0);
                let mut of = vec![0; names.of.len()];
                for (parent, slots) in families.each() {
                    let before = parent.map(|parent| (&above.ends, above.of[parent]));
                    match before {
                        None if !stands => {}
                        Some((_, 0)) if !begins => {}
                        Some((_, end)) if !begins && index(end) < SETTLED.len() => {
                            // the ends that leave nothing open have the same numbers everywhere
                            for slot in slots {
                                of[index(*slot)] = end;
                            }
                        }
                        before => {
                            for slot in slots {
                                of[index(*slot)] = end(&mut parts, before, index(*slot));
                            }
                        }
                    }
                }
                of
            }
        };
        Some(TitleEnds {
            are_nothing: of.iter().all(|end| *end == 0),
            ends,
            of,
        })
    }
}

/// Ranks by the titles of records, parent by parent. With `is_done_alone` what is in a record's own name is ranked already.
fn rank_families(
    ranks: &mut [u8],
    parts: &mut Parts<'_>,
    (titles, families): (&TitleEnds, &Families),
    matched: Matched,
    is_done_alone: bool,
) {
    let adds_nothing = is_done_alone || parts.adds_nothing();
    let is_nothing_alone = is_done_alone || parts.has_nothing();
    if titles.are_nothing && adds_nothing && is_nothing_alone {
        return;
    }
    for (parent, slots) in families.each() {
        let before = parent.map(|parent| (&titles.ends, titles.of[parent]));
        match before {
            None if is_nothing_alone => {}
            Some((_, end)) if adds_nothing && index(end) < SETTLED.len() => {
                let fit = number(SETTLED[index(end)]);
                if fit < NO_FIT {
                    for slot in slots {
                        better(&mut ranks[index(*slot)], fit, matched);
                    }
                }
            }
            before => {
                for slot in slots {
                    let fit = parts.fit(before, parts.texts.of[index(*slot)]);
                    better(&mut ranks[index(*slot)], fit, matched);
                }
            }
        }
    }
}

/// Ranks by texts that are cut in two.
fn rank_cut(ranks: &mut [u8], matcher: &Matcher, texts: &Cut, by: Matched) {
    let mut parts = Parts::of(matcher, texts);
    if parts.has_nothing() {
        return;
    }
    for (rank, text) in ranks.iter_mut().zip(&texts.of) {
        better(rank, parts.fit(None, *text), by);
    }
}

/// Ranks by the former names.
fn rank_lists(ranks: &mut [u8], matcher: &Matcher, names: &Names) {
    let former = names.aliases.each();
    let former = former.map(|text| number(matcher.fit(&matcher.run(State::START, text))));
    let former: Vec<u8> = former.collect();
    if former.iter().all(|fit| *fit == NO_FIT) {
        return;
    }
    let lists = (0..names.list_ends.len()).map(|list| {
        let fits = former[names.in_list(list)].iter();
        fits.copied().min().unwrap_or(NO_FIT)
    });
    let lists: Vec<u8> = lists.collect();
    for (rank, list) in ranks.iter_mut().zip(&names.list) {
        better(rank, lists[index(*list)], Matched::Alias);
    }
}

fn better(rank: &mut u8, fit: u8, matched: Matched) {
    if fit < NO_FIT {
        *rank = (*rank).min(fit * MATCHED + matched.number());
    }
}

/// What a rank says.
pub(super) fn meant(rank: u8) -> Option<(Fit, Matched)> {
    let fits = [Fit::Whole, Fit::Beginning, Fit::Part];
    let fit = fits.get(usize::from(rank / MATCHED))?;
    Some((*fit, Matched::ALL[usize::from(rank % MATCHED)]))
}
