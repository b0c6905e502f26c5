//! Where a question begins, continues and ends in a text, with every way to spell each character at once.
//!
//! All places of the question that a text may have come to are the bits of one number, so that characters with several
//! readings cost nothing more however many of them there are.
#![expect(
    clippy::indexing_slicing,
    reason = "letters are numbered as they are learnt, and a question has at most 127"
)]

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::query::spelling::{readings, simplified};

/// A character of texts, and all that may be typed for it.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    simplified: char,
    readings: Box<[Box<[char]>]>,
}

impl Letter {
    pub(super) fn of(c: char) -> Self {
        let readings = readings(c).into_iter();
        Self {
            simplified: simplified(c),
            readings: readings.map(|reading| reading.chars().collect()).collect(),
        }
    }
}

/// How well a text fits: whole, beginning, part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fit {
    Whole,
    Beginning,
    Part,
}

/// What may stand in the question for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelt {
    /// Itself, simplified or traditional.
    Plainly,
    /// The first letter of its pinyin.
    ByInitials,
    /// Its pinyin.
    InFull,
    /// Any of these: `翠yuan`, `cy3号楼`.
    Mixed,
}

/// A question, and how it goes on with each letter that was learnt.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    spelt: Spelt,
    asked: Vec<char>,
    /// Where each character of the question stands in it.
    places: HashMap<char, u128, RandomState>,
    /// By letter: from which places one character of the question is passed.
    one: Vec<u128>,
    /// By letter: where in `longer`, and one more; 0 where it has nothing longer.
    more: Vec<u16>,
    longer: Vec<Longer>,
    /// By letter: whether a question may begin in it.
    begins: Vec<bool>,
}

/// The readings of two to six characters.
#[derive(Debug, Clone, Copy, Default)]
struct Longer {
    /// By length: from which places one is passed.
    by_length: [u128; 5],
    /// From which places the question ends within one.
    ends: u128,
    /// The places that are reached where the question begins within one.
    begun: u128,
    /// Whether the question begins and ends in one, not at its start.
    holds: bool,
}

/// How far a question has come in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// The places in the question that are reached from anywhere in the text.
    any: u128,
    /// Those that are reached from its start.
    first: u128,
    /// What was found already.
    found: Option<Fit>,
}

impl State {
    /// At the start of a text.
    pub(super) const START: Self = Self {
        any: 0,
        first: 1,
        found: None,
    };

    /// Behind a text in which nothing of the question is.
    pub(super) const NOTHING: Self = Self {
        any: 0,
        first: 0,
        found: None,
    };

    /// Behind a text in which this was found, and nothing is open.
    pub(super) const fn after(found: Option<Fit>) -> Self {
        Self {
            found,
            ..Self::NOTHING
        }
    }

    /// Whether what follows may continue what is here.
    pub(super) const fn is_open(self) -> bool {
        self.any | self.first != 0
    }

    /// What was found, whatever follows.
    pub(super) const fn found(self) -> Option<Fit> {
        self.found
    }

    fn find(&mut self, fit: Fit) {
        self.found = Some(self.found.map_or(fit, |found| found.min(fit)));
    }
}

impl Matcher {
    /// The most characters of a question.
    pub(super) const LONGEST: usize = 127;

    /// `None` for a question without characters, or with too many.
    pub(super) fn of(spelt: Spelt, asked: &[char]) -> Option<Self> {
        if asked.is_empty() || asked.len() > Self::LONGEST {
            return None;
        }
        let asked: Vec<char> = asked.iter().copied().map(simplified).collect();
        let mut places: HashMap<char, u128, RandomState> = HashMap::default();
        for (at, c) in asked.iter().enumerate() {
            *places.entry(*c).or_default() |= 1 << at;
        }
        Some(Self {
            spelt,
            asked,
            places,
            one: Vec::new(),
            more: Vec::new(),
            longer: Vec::new(),
            begins: Vec::new(),
        })
    }

    /// Learns the next letter.
    pub(super) fn learn(&mut self, letter: &Letter) {
        let plainly = self.places_of(letter.simplified);
        let readings = match self.spelt {
            Spelt::Plainly => &[][..],
            _ => &letter.readings,
        };
        let mut one = match self.spelt {
            Spelt::ByInitials | Spelt::InFull if !readings.is_empty() => 0,
            _ => plainly,
        };
        if matches!(self.spelt, Spelt::ByInitials | Spelt::Mixed) {
            for first in readings.iter().filter_map(|reading| reading.first()) {
                one |= self.places_of(*first);
            }
        }
        let mut longer = Longer::default();
        if matches!(self.spelt, Spelt::InFull | Spelt::Mixed) {
            for reading in readings {
                one |= self.add(reading, &mut longer);
            }
        }
        let begins = one & 1 != 0
            || longer.holds
            || longer.begun != 0
            || longer.ends & 1 != 0
            || longer.by_length.iter().any(|places| places & 1 != 0);
        let has_longer =
            longer.holds || longer.begun | longer.ends != 0 || longer.by_length != [0; 5];
        if has_longer && let Ok(number) = u16::try_from(self.longer.len() + 1) {
            self.longer.push(longer);
            self.more.push(number);
        } else {
            self.more.push(0);
        }
        self.one.push(one);
        self.begins.push(begins);
    }

    fn places_of(&self, c: char) -> u128 {
        self.places.get(&c).copied().unwrap_or_default()
    }

    /// Takes a reading into `longer`; gives from where it passes, where it is of one character.
    fn add(&self, reading: &[char], longer: &mut Longer) -> u128 {
        let asked = &self.asked;
        let mut passes = u128::MAX;
        for (at, c) in reading.iter().enumerate() {
            passes &= self.places_of(*c) >> at;
        }
        for within in 1..reading.len() {
            let (head, tail) = reading.split_at(within);
            if asked.ends_with(head) {
                longer.ends |= 1 << (asked.len() - within);
            }
            if self.spelt == Spelt::InFull {
                if tail.starts_with(asked) {
                    longer.holds = true;
                } else if asked.starts_with(tail) {
                    longer.begun |= 1 << tail.len();
                }
            }
        }
        match longer.by_length.get_mut(reading.len().wrapping_sub(2)) {
            Some(places) => {
                *places |= passes;
                0
            }
            None if reading.len() == 1 => passes,
            None => 0,
        }
    }

    /// The state behind `text`, which follows what led to `state`.
    pub(super) fn run(&self, mut state: State, text: &[u16]) -> State {
        let end = 1_u128 << self.asked.len();
        for letter in text {
            let letter = usize::from(*letter);
            if state.any | state.first == 0 && !self.begins[letter] {
                continue;
            }
            let (from, first) = (state.any | 1, state.first);
            let one = self.one[letter];
            state.any = (from & one) << 1;
            state.first = (first & one) << 1;
            if let Some(longer) = usize::from(self.more[letter]).checked_sub(1) {
                let longer = &self.longer[longer];
                for (length, places) in (2..).zip(longer.by_length) {
                    state.any |= (from & places) << length;
                    state.first |= (first & places) << length;
                }
                state.any |= longer.begun;
                if longer.holds || from & longer.ends != 0 {
                    state.find(Fit::Part);
                }
                if first & longer.ends != 0 {
                    state.find(Fit::Beginning);
                }
            }
            if state.any & end != 0 {
                state.find(Fit::Part);
                state.any &= !end;
            }
            if state.first & end != 0 {
                state.find(Fit::Beginning);
            }
        }
        state
    }

    /// What the text was that led to `state`, now that it has ended.
    pub(super) fn fit(&self, state: &State) -> Option<Fit> {
        let end = 1_u128 << self.asked.len();
        if state.first & end != 0 {
            return Some(Fit::Whole);
        }
        self.worth(state.found)
    }

    /// A part of a pinyin run is seldom meant: "an" is in every second name.
    pub(super) fn worth(&self, found: Option<Fit>) -> Option<Fit> {
        let least = match self.spelt {
            Spelt::Plainly | Spelt::Mixed => 1,
            Spelt::ByInitials => 2,
            Spelt::InFull => 4,
        };
        found.filter(|fit| *fit < Fit::Part || self.asked.len() >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(spelt: Spelt, asked: &str, text: &str) -> Option<Fit> {
        let asked: Vec<char> = asked.chars().collect();
        let mut matcher = Matcher::of(spelt, &asked)?;
        let ids: Vec<u16> = (0..).zip(text.chars()).map(|(id, _)| id).collect();
        text.chars().for_each(|c| matcher.learn(&Letter::of(c)));
        let whole = matcher.run(State::START, &ids);
        for cut in 0..=ids.len() {
            let head = matcher.run(State::START, &ids[..cut]);
            assert_eq!(matcher.run(head, &ids[cut..]), whole, "{text} cut at {cut}");
        }
        matcher.fit(&whole)
    }

    #[test]
    fn texts_fit_whole_at_their_beginning_or_in_part() {
        use Fit::{Beginning, Part, Whole};
        for (spelt, asked, text, wanted) in [
            (Spelt::Plainly, "cyxq", "cyxq", Some(Whole)),
            (Spelt::Plainly, "号楼", "3号楼", Some(Part)),
            (Spelt::Plainly, "3", "3号楼", Some(Beginning)),
            (Spelt::Plainly, "aab", "aaab", Some(Part)),
            (Spelt::Plainly, "aa", "aaa", Some(Beginning)),
            (Spelt::Plainly, "翠园", "翠小园", None),
            (Spelt::Plainly, "安平區", "安平区", Some(Whole)),
            (Spelt::Plainly, "安平区", "安平區东", Some(Beginning)),
            (Spelt::ByInitials, "cyxq", "翠园小区", Some(Whole)),
            (Spelt::ByInitials, "cy3hl", "翠园3号楼", Some(Whole)),
            (Spelt::ByInitials, "y", "翠园", None),
            (Spelt::ByInitials, "dq", "都桥", Some(Whole)),
            (Spelt::ByInitials, "hz", "行政", Some(Whole)),
            (Spelt::ByInitials, "hzl", "行中楼", Some(Whole)),
            (Spelt::InFull, "cuiyuan", "翠园", Some(Whole)),
            (Spelt::InFull, "cuiyu", "翠园", Some(Beginning)),
            (Spelt::InFull, "uiyuan", "翠园", Some(Part)),
            (Spelt::InFull, "yuan", "翠园", Some(Part)),
            (Spelt::InFull, "yua", "翠园", None),
            (Spelt::InFull, "uang", "双", Some(Part)),
            (Spelt::InFull, "lvcheng", "绿城", Some(Whole)),
            (Spelt::InFull, "lucheng", "绿城", Some(Whole)),
            (Spelt::InFull, "lyucheng", "绿城", Some(Whole)),
            (Spelt::InFull, "doushi", "都市", Some(Whole)),
            (Spelt::InFull, "dushi", "都市", Some(Whole)),
            (Spelt::InFull, "yinhang", "银行", Some(Whole)),
            (Spelt::InFull, "xian", "西安", Some(Whole)),
            (Spelt::InFull, "3haolou", "3号楼", Some(Whole)),
            (Spelt::Mixed, "翠yuan", "翠园小区", Some(Beginning)),
            (Spelt::Mixed, "cy3号楼", "翠园3号楼", Some(Whole)),
            (Spelt::Mixed, "园xiaoq", "翠园小区", Some(Part)),
            (Spelt::Mixed, "园y", "翠园小区", None),
        ] {
            assert_eq!(fit(spelt, asked, text), wanted, "{asked} in {text}");
        }
        assert!(Matcher::of(Spelt::Plainly, &[]).is_none());
        assert!(Matcher::of(Spelt::Plainly, &['a'; 128]).is_none());
    }

    /// Each character of these has several readings: all together they are more than can be listed.
    #[test]
    fn a_long_name_of_many_readings_costs_no_more_than_its_length() {
        let name = "都行长重还".repeat(100);
        let asked = "duhangchangzhonghai".repeat(6);
        assert_eq!(fit(Spelt::InFull, &asked, &name), Some(Fit::Beginning));
        let asked = "douxingzhangchonghuan".repeat(6);
        assert_eq!(fit(Spelt::InFull, &asked, &name), Some(Fit::Beginning));
        assert_eq!(fit(Spelt::InFull, &"douxingx".repeat(12), &name), None);
    }
}
