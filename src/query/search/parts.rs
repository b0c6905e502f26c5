//! Where a question comes to in the parts of texts: worked out once for each part and state, not for each record.
#![expect(
    clippy::indexing_slicing,
    reason = "texts and states are numbered by those who made them"
)]

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::matcher::{Fit, Matcher, State};
use super::names::{Cut, Texts, count, index};

/// What a text that does not fit has for a [`Fit`], in numbers.
pub(super) const NO_FIT: u8 = 3;

/// What was found, where nothing is left open: the first numbers of [`Ends`].
pub(super) const SETTLED: [Option<Fit>; 3] = [None, Some(Fit::Beginning), Some(Fit::Part)];

/// Where the question has come to at the ends of texts, numbered: those that leave nothing open first, and each state once.
#[derive(Debug, Default)]
pub(super) struct Ends {
    open: Vec<State>,
    known: HashMap<State, u32, RandomState>,
}

impl Ends {
    pub(super) fn number(&mut self, matcher: &Matcher, state: State) -> u32 {
        if !state.is_open() {
            // what is worth nothing stays so, whatever follows
            let worth = matcher.worth(state.found());
            let settled = SETTLED.iter().position(|found| *found == worth);
            return count(settled.unwrap_or_default());
        }
        *self.known.entry(state).or_insert_with(|| {
            self.open.push(state);
            count(SETTLED.len() + self.open.len() - 1)
        })
    }

    /// Where each text ends that follows what led to `state`.
    pub(super) fn numbers(&mut self, matcher: &Matcher, state: State, texts: &Texts) -> Vec<u32> {
        let each = texts.each();
        each.map(|text| self.number(matcher, matcher.run(state, text)))
            .collect()
    }

    /// Which ends are among `numbers`, each once.
    fn among(&self, numbers: &[u32]) -> Vec<u32> {
        let mut is_there = vec![false; SETTLED.len() + self.open.len()];
        for number in numbers {
            is_there[index(*number)] = true;
        }
        let all = (0..).zip(is_there);
        all.filter_map(|(number, is_there)| is_there.then_some(number))
            .collect()
    }

    pub(super) fn state(&self, number: u32) -> State {
        let number = index(number);
        match SETTLED.get(number) {
            Some(found) => State::after(*found),
            None => self.open[number - SETTLED.len()],
        }
    }
}

/// Names in two parts, and what a question comes to in them behind each state.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    matcher: &'a Matcher,
    pub(super) texts: &'a Cut,
    /// Where the question is behind heads.
    pub(super) ends: Ends,
    /// Of a head that begins the text, and of one behind a text that has nothing of the question.
    pub(super) first: Vec<u32>,
    pub(super) after: Vec<u32>,
    /// Of a head behind each state of what is said before.
    heads: Memo,
    /// How well each tail fits by itself, in numbers, and behind each state.
    tails_alone: Vec<u8>,
    tails: Memo,
}

impl<'a> Parts<'a> {
    pub(super) fn of(matcher: &'a Matcher, texts: &'a Cut) -> Self {
        let mut ends = Ends::default();
        Self {
            matcher,
            texts,
            first: ends.numbers(matcher, State::START, &texts.heads),
            after: ends.numbers(matcher, State::NOTHING, &texts.heads),
            ends,
            heads: Memo::of(texts.heads.len()),
            tails_alone: fits(matcher, &texts.tails),
            tails: Memo::of(texts.tails.len()),
        }
    }

    /// Whether nothing is in any name that stands first.
    pub(super) fn has_nothing(&mut self) -> bool {
        let ends = self.ends.among(&self.first);
        self.comes_to_nothing(&ends)
    }

    /// Whether nothing is in any name that does not continue what is said before it.
    pub(super) fn adds_nothing(&mut self) -> bool {
        let ends = self.ends.among(&self.after);
        self.comes_to_nothing(&ends)
    }

    /// Whether no name fits whose head ends at one of `ends`; a name that may is not looked for among very many.
    fn comes_to_nothing(&mut self, ends: &[u32]) -> bool {
        const MOST_LOOKED_AT: usize = 100_000;
        let tails = self.tails_alone.len();
        let few = ends.len() * tails <= MOST_LOOKED_AT || ends == [0];
        let mut pairs = ends
            .iter()
            .flat_map(|end| (0..count(tails)).map(|tail| (*end, tail)));
        few && pairs.all(|(end, tail)| self.fit_of_tail(end, tail) == NO_FIT)
    }

    /// Where the question is behind a head; `before` is the end of what is said before it, `None` where it stands first.
    pub(super) fn end_of_head(&mut self, before: Option<(&Ends, u32)>, head: u32) -> u32 {
        let head = index(head);
        match before {
            None => self.first[head],
            Some((_, 0)) => self.after[head],
            Some((above, before)) => self.heads.get(index(before), head, || {
                let text = self.texts.heads.get(head);
                let state = self.matcher.run(above.state(before), text);
                self.ends.number(self.matcher, state)
            }),
        }
    }

    /// How well the whole fits, in numbers.
    pub(super) fn fit(&mut self, before: Option<(&Ends, u32)>, [head, tail]: [u32; 2]) -> u8 {
        let head = self.end_of_head(before, head);
        self.fit_of_tail(head, tail)
    }

    /// How well a name fits whose head ends at the number `head`.
    fn fit_of_tail(&mut self, head: u32, tail: u32) -> u8 {
        let tail = index(tail);
        let alone = self.tails_alone[tail];
        if head == 0 {
            return alone;
        }
        let fit = self.tails.get(index(head), tail, || {
            let fit = if let Some(found) = SETTLED.get(index(head)) {
                number(*found).min(alone)
            } else {
                let state = self.ends.state(head);
                let state = self.matcher.run(state, self.texts.tails.get(tail));
                number(self.matcher.fit(&state))
            };
            fit.into()
        });
        u8::try_from(fit).unwrap_or(NO_FIT)
    }
}

/// What was worked out for two numbers, kept as long as it does not take more than [`Memo::MOST`] places.
#[derive(Debug)]
pub(super) struct Memo {
    columns: usize,
    known: Vec<u32>,
}

impl Memo {
    /// 4 MB.
    const MOST: usize = 1 << 20;
    const UNKNOWN: u32 = u32::MAX;

    pub(super) fn of(columns: usize) -> Self {
        Self {
            columns,
            known: Vec::new(),
        }
    }

    pub(super) fn get(&mut self, row: usize, column: usize, work_out: impl FnOnce() -> u32) -> u32 {
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

/// How each text fits that follows one in which nothing of the question is, in numbers.
fn fits(matcher: &Matcher, texts: &Texts) -> Vec<u8> {
    let each = texts.each();
    each.map(|text| number(matcher.fit(&matcher.run(State::NOTHING, text))))
        .collect()
}

pub(super) fn number(fit: Option<Fit>) -> u8 {
    match fit {
        Some(Fit::Whole) => 0,
        Some(Fit::Beginning) => 1,
        Some(Fit::Part) => 2,
        None => NO_FIT,
    }
}
