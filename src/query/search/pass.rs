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

use foldhash::fast::RandomState;

use super::matcher::{Fit, Matcher, State};
use super::names::{ALONE, Cut, Names, Texts, count, index};
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

/// Where the question has come to at the ends of texts, numbered: those that leave nothing open first, and each state once.
#[derive(Debug, Default)]
struct Ends {
    open: Vec<State>,
    known: HashMap<State, u32, RandomState>,
}

impl Ends {
    fn number(&mut self, state: State) -> u32 {
        if !state.is_open() {
            let found = |settled: &Option<Fit>| *settled == state.found();
            let settled = SETTLED.iter().position(found).unwrap_or_default();
            return count(settled);
        }
        *self.known.entry(state).or_insert_with(|| {
            self.open.push(state);
            count(SETTLED.len() + self.open.len() - 1)
        })
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
    /// No title has anything of the question.
    are_nothing: bool,
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

    /// Where the question has come to in each title before the tail of the record's name; `None` where nothing of it is in
    /// any.
    fn head_ends<'b>(
        &'b self,
        matcher: &'b Matcher,
        above: Option<&'b TitleEnds>,
    ) -> Option<HeadEnds<'b>> {
        let heads = &self.names.names.heads;
        let mut ends = Ends::default();
        let alone = ends.numbers(matcher, State::START, heads);
        let after = ends.numbers(matcher, State::NOTHING, heads);
        let is_nothing = above.is_none_or(|above| above.are_nothing)
            && alone.iter().chain(&after).all(|end| *end == 0);
        let head_ends = HeadEnds {
            matcher,
            heads,
            parents: self.heads.as_ref().map(|(_, parents)| &**parents),
            above,
            alone,
            after,
            ends,
            continued: Memo::of(heads.len()),
        };
        (!is_nothing).then_some(head_ends)
    }
}

/// Where the question has come to in titles, before the tails of names.
#[derive(Debug)]
struct HeadEnds<'a> {
    matcher: &'a Matcher,
    heads: &'a Texts,
    parents: Option<&'a [u32]>,
    above: Option<&'a TitleEnds>,
    /// Of a head that begins the title, and of one behind a text that has nothing of the question.
    alone: Vec<u32>,
    after: Vec<u32>,
    ends: Ends,
    /// Of a head behind where the parent's title ends.
    continued: Memo,
}

impl HeadEnds<'_> {
    /// For the record of this slot, whose name begins with this head.
    fn of(&mut self, slot: usize, head: u32) -> u32 {
        let head = index(head);
        let (Some(parents), Some(above)) = (self.parents, self.above) else {
            return self.alone[head];
        };
        let parent = parents[slot];
        if parent == ALONE {
            return self.alone[head];
        }
        match above.of[index(parent)] {
            0 => self.after[head],
            parent => self.continued.get(index(parent), head, || {
                let state = above.ends.state(parent);
                let state = self.matcher.run(state, self.heads.get(head));
                self.ends.number(state)
            }),
        }
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
            let mut tails = TailFits::of(matcher, &names.names.tails);
            let heads = layer.head_ends(matcher, Some(&above));
            let texts = ranks.iter_mut().zip(&names.names.of);
            if let Some(mut heads) = heads {
                for (slot, (rank, [head, tail])) in texts.enumerate() {
                    let head = heads.of(slot, *head);
                    better(rank, tails.after(&heads.ends, head, *tail), matched);
                }
            } else if tails.is_any_found() {
                for (rank, [_, tail]) in texts {
                    better(rank, tails.alone(*tail), matched);
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
        let mut ends = Ends::default();
        let alone = ends.numbers(matcher, State::NOTHING, &names.tails);
        let Some(mut heads) = layer.head_ends(matcher, above.as_deref()) else {
            return Some(TitleEnds {
                are_nothing: alone.iter().all(|end| *end == 0),
                of: names
                    .of
                    .iter()
                    .map(|[_, tail]| alone[index(*tail)])
                    .collect(),
                ends,
            });
        };
        let mut continued = Memo::of(names.tails.len());
        let of = names.of.iter().enumerate().map(|(slot, [head, tail])| {
            let (head, tail) = (heads.of(slot, *head), index(*tail));
            if head == 0 {
                return alone[tail];
            }
            continued.get(index(head), tail, || {
                let state = heads.ends.state(head);
                ends.number(matcher.run(state, names.tails.get(tail)))
            })
        });
        let of: Vec<u32> = of.collect();
        Some(TitleEnds {
            are_nothing: of.iter().all(|end| *end == 0),
            of,
            ends,
        })
    }
}

/// Ranks by texts that are cut in two.
fn rank_cut(ranks: &mut [u8], matcher: &Matcher, texts: &Cut, by: Matched) {
    let mut ends = Ends::default();
    let heads = ends.numbers(matcher, State::START, &texts.heads);
    let mut tails = TailFits::of(matcher, &texts.tails);
    if heads.iter().all(|head| *head == 0) && !tails.is_any_found() {
        return;
    }
    for (rank, [head, tail]) in ranks.iter_mut().zip(&texts.of) {
        better(rank, tails.after(&ends, heads[index(*head)], *tail), by);
    }
}

/// How well texts fit of which the last parts are these.
#[derive(Debug)]
struct TailFits<'a> {
    matcher: &'a Matcher,
    tails: &'a Texts,
    /// Each by itself, in numbers.
    alone: Vec<u8>,
    continued: Memo,
}

impl<'a> TailFits<'a> {
    fn of(matcher: &'a Matcher, tails: &'a Texts) -> Self {
        Self {
            matcher,
            tails,
            alone: fits(matcher, tails),
            continued: Memo::of(tails.len()),
        }
    }

    fn is_any_found(&self) -> bool {
        self.alone.iter().any(|fit| *fit != NO_FIT)
    }

    fn alone(&self, tail: u32) -> u8 {
        self.alone[index(tail)]
    }

    /// Of a text whose first part ends at the number `head` of `ends`.
    fn after(&mut self, ends: &Ends, head: u32, tail: u32) -> u8 {
        let alone = self.alone(tail);
        if head == 0 {
            return alone;
        }
        let fit = self.continued.get(index(head), index(tail), || {
            let text = self.tails.get(index(tail));
            ends.join(self.matcher, head, alone, text).into()
        });
        u8::try_from(fit).unwrap_or(NO_FIT)
    }
}

/// What was worked out for two numbers, kept as long as it does not take more than [`Memo::MOST`] places.
#[derive(Debug)]
struct Memo {
    columns: usize,
    known: Vec<u32>,
}

impl Memo {
    /// 4 MB.
    const MOST: usize = 1 << 20;
    const UNKNOWN: u32 = u32::MAX;

    fn of(columns: usize) -> Self {
        Self {
            columns,
            known: Vec::new(),
        }
    }

    fn get(&mut self, row: usize, column: usize, work_out: impl FnOnce() -> u32) -> u32 {
        let at = row * self.columns + column;
        if at >= self.known.len() {
            let needed = (row + 1) * self.columns;
            if needed > Self::MOST {
                return work_out();
            }
            self.known.resize(needed, Self::UNKNOWN);
        }
        if self.known[at] == Self::UNKNOWN {
            self.known[at] = work_out();
        }
        self.known[at]
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
