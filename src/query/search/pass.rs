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
use super::names::{ALONE, Cut, Names, Texts, index};
use super::question::Question;
use super::said::above;
use super::{MATCHED, Matched};
use crate::domain::{LayerId, LayerSchema};
use crate::map::MapSnapshot;

/// The rank of a record that is not found; others are numbered from the best by fit, then by what was found.
pub(super) const NOT_FOUND: u8 = u8::MAX;

/// What a text that does not fit has for a [`Fit`], in numbers.
const NO_FIT: u8 = 3;

/// What was found, where nothing is left open: the first numbers of [`Ends`].
const SETTLED: [Option<Fit>; 3] = [None, Some(Fit::Beginning), Some(Fit::Part)];

/// Where the question has come to at the ends of texts, numbered: those that leave nothing open first.
#[derive(Debug, Default)]
struct Ends {
    open: Vec<State>,
}

impl Ends {
    fn number(&mut self, state: State) -> u32 {
        let number = if state.is_open() {
            // records come parent by parent, so the next is often the same again
            if self.open.last() != Some(&state) {
                self.open.push(state);
            }
            SETTLED.len() + self.open.len() - 1
        } else {
            let found = |settled: &Option<Fit>| *settled == state.found();
            SETTLED.iter().position(found).unwrap_or_default()
        };
        u32::try_from(number).unwrap_or_default()
    }

    /// Where each text ends that follows what led to `state`.
    fn numbers(&mut self, matcher: &Matcher, state: State, texts: &Texts) -> Vec<u32> {
        let each = texts.each();
        each.map(|text| self.number(matcher.run(state, text)))
            .collect()
    }

    fn state(&self, number: u32) -> State {
        let number = index(number);
        match SETTLED.get(number) {
            Some(found) => State::after(*found),
            None => self.open[number - SETTLED.len()],
        }
    }

    /// What the whole text is, of which `head` is the end of the first part, and `after` what the second is by itself.
    fn join(&self, matcher: &Matcher, head: u32, after: u8, tail: &[u16]) -> u8 {
        match SETTLED.get(index(head)) {
            Some(None) => after,
            Some(found) => number(matcher.worth(*found)).min(after),
            None => number(matcher.fit(&matcher.run(self.state(head), tail))),
        }
    }
}

/// Where the question has come to at the ends of the titles of a layer.
#[derive(Debug)]
struct TitleEnds {
    ends: Ends,
    /// By slot.
    of: Vec<u32>,
}

/// A layer, and the question in its letters.
#[derive(Debug)]
struct Layer<'a> {
    names: &'a Names,
    question: Question,
    /// The layer and the slots of the parents, whose titles are said first.
    heads: Option<(LayerId, Arc<[u32]>)>,
}

impl Layer<'_> {
    /// The forms that are compared with titles: plainly first, then by sound.
    fn spoken(&self) -> impl Iterator<Item = (&Matcher, Matched)> {
        let plain = self.question.names.iter();
        let plain = plain.map(|matcher| (matcher, Matched::Name));
        let sounds = self.question.sounds.iter();
        plain.chain(sounds.map(|(matcher, matched)| (matcher, *matched)))
    }

    /// Where the question has come to in each title before the tail of the record's name.
    fn head_ends(&self, matcher: &Matcher, above: Option<&TitleEnds>) -> (Ends, Vec<u32>) {
        let names = &self.names.names;
        let mut ends = Ends::default();
        let alone = ends.numbers(matcher, State::START, &names.heads);
        let of = names.of.iter().map(|[head, _]| index(*head));
        let (Some((_, parents)), Some(above)) = (&self.heads, above) else {
            let of = of.map(|head| alone[head]).collect();
            return (ends, of);
        };
        let after = ends.numbers(matcher, State::NOTHING, &names.heads);
        let of = of.zip(parents.iter()).map(|(head, parent)| {
            if *parent == ALONE {
                return alone[head];
            }
            match above.of[index(*parent)] {
                0 => after[head],
                parent => {
                    let state = above.ends.state(parent);
                    ends.number(matcher.run(state, names.heads.get(head)))
                }
            }
        });
        let of = of.collect();
        (ends, of)
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
            let Some((parents, _)) = &layer.heads else {
                // plainly that was done above
                if matched != Matched::Name {
                    rank_cut(&mut ranks, matcher, &names.names, matched);
                }
                continue;
            };
            let above = self.titles(parents.schema(), form)?;
            let tails = fits(matcher, &names.names.tails);
            let (ends, heads) = layer.head_ends(matcher, Some(&above));
            if heads.iter().all(|head| *head == 0) && tails.iter().all(|fit| *fit == NO_FIT) {
                continue;
            }
            for ((rank, [_, tail]), head) in ranks.iter_mut().zip(&names.names.of).zip(heads) {
                let (tail, text) = (tails[index(*tail)], names.names.tails.get(index(*tail)));
                better(rank, ends.join(matcher, head, tail, text), matched);
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
                heads: parents.zip(names.heads(self.snapshot, schema)),
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
        let above = match &layer.heads {
            Some((parents, _)) => Some(self.titles(parents.schema(), form)?),
            None => None,
        };
        let (heads, head_ends) = layer.head_ends(matcher, above.as_deref());
        let mut ends = Ends::default();
        let tails = ends.numbers(matcher, State::NOTHING, &names.tails);
        let of = names.of.iter().zip(head_ends).map(|([_, tail], head)| {
            let tail = index(*tail);
            if head == 0 {
                return tails[tail];
            }
            ends.number(matcher.run(heads.state(head), names.tails.get(tail)))
        });
        let of: Vec<u32> = of.collect();
        Some(TitleEnds { ends, of })
    }
}

/// Ranks by texts that are cut in two.
fn rank_cut(ranks: &mut [u8], matcher: &Matcher, texts: &Cut, by: Matched) {
    let mut ends = Ends::default();
    let heads = ends.numbers(matcher, State::START, &texts.heads);
    let tails = fits(matcher, &texts.tails);
    if heads.iter().all(|head| *head == 0) && tails.iter().all(|fit| *fit == NO_FIT) {
        return;
    }
    for (rank, [head, tail]) in ranks.iter_mut().zip(&texts.of) {
        let (head, tail) = (heads[index(*head)], index(*tail));
        let fit = ends.join(matcher, head, tails[tail], texts.tails.get(tail));
        better(rank, fit, by);
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

/// How each text fits that follows one in which nothing of the question is, in numbers.
fn fits(matcher: &Matcher, texts: &Texts) -> Vec<u8> {
    let each = texts.each();
    each.map(|text| number(matcher.fit(&matcher.run(State::NOTHING, text))))
        .collect()
}

fn number(fit: Option<Fit>) -> u8 {
    match fit {
        Some(Fit::Whole) => 0,
        Some(Fit::Beginning) => 1,
        Some(Fit::Part) => 2,
        None => NO_FIT,
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
