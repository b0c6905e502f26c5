//! A question in all its forms, and what it finds of one record.

use std::collections::HashMap;
use std::iter::once;

use super::Matched;
use super::matcher::{Fit, Letter, Matcher, Spelt, State};
use super::said::{Said, title};
use crate::domain::{Feature, LayerSchema};
use crate::map::MapSnapshot;
use crate::query::spelling::{even, loose, typed};

/// With so many letters others are begun, so that the texts of any record have numbers for theirs.
const MANY_LETTERS: usize = 30_000;

/// How well a record fits and by what: the smaller, the better.
pub(super) type Rank = (Fit, Matched);

/// The forms of a question, each with what it is compared with.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// With codes, in which every sign counts.
    pub(super) codes: Option<Matcher>,
    /// With names, former names and addresses.
    pub(super) names: Option<Matcher>,
    /// With the sounds of names.
    pub(super) sounds: Vec<(Matcher, Matched)>,
}

impl Question {
    pub(super) fn of(asked: &str) -> Self {
        let code: Vec<char> = even(asked).collect();
        let name: Vec<char> = loose(asked).collect();
        let sound = typed(asked);
        let has_letters = sound.iter().any(char::is_ascii_alphabetic);
        let spelt: &[_] = if !has_letters {
            &[]
        } else if sound.iter().all(char::is_ascii) {
            &[
                (Spelt::ByInitials, Matched::Initials),
                (Spelt::InFull, Matched::Pinyin),
            ]
        } else {
            &[(Spelt::Mixed, Matched::Pinyin)]
        };
        let sounds = spelt
            .iter()
            .filter_map(|(spelt, matched)| Some((Matcher::of(*spelt, &sound)?, *matched)));
        Self {
            codes: Matcher::of(Spelt::Plainly, &code),
            names: Matcher::of(Spelt::Plainly, &name),
            sounds: sounds.collect(),
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Matcher> {
        let sounds = self.sounds.iter_mut().map(|(matcher, _)| matcher);
        let plain = self.codes.iter_mut().chain(&mut self.names);
        plain.chain(sounds)
    }

    /// The same for texts in these letters.
    pub(super) fn in_letters(&self, letters: &[Letter]) -> Self {
        let mut question = self.clone();
        for matcher in question.all() {
            for letter in letters {
                matcher.learn(letter);
            }
        }
        question
    }
}

/// Says of records one by one what a question finds of them.
#[derive(Debug)]
pub(super) struct Judge {
    /// The question before any letter was learnt.
    plain: Question,
    question: Question,
    letters: HashMap<char, u16>,
}

impl Judge {
    pub(super) fn of(question: &Question) -> Self {
        let mut judge = Self {
            plain: question.clone(),
            question: question.clone(),
            letters: HashMap::new(),
        };
        judge.forget();
        judge
    }

    /// Begins without letters but one, which stands for those that have no number any more and is none.
    fn forget(&mut self) {
        self.letters.clear();
        self.question = self.plain.clone();
        self.letters(once('\u{FFFF}'));
    }

    /// The best of what the question finds.
    pub(super) fn rank(
        &mut self,
        snapshot: &MapSnapshot,
        schema: &LayerSchema,
        feature: &Feature,
    ) -> Option<Rank> {
        if self.letters.len() > MANY_LETTERS {
            self.forget();
        }
        let said = Said::of(schema);
        let code = self.letters(even(&feature.code));
        let name = self.letters(loose(&feature.name));
        let title = self.letters(loose(&title(snapshot, schema, feature)));
        let aliases: Vec<Vec<u16>> = said
            .aliases(feature)
            .map(|alias| self.letters(loose(alias)))
            .collect();
        let address = self.letters(loose(said.address(feature)));
        let question = &self.question;
        let fit = |matcher: &Matcher, text: &[u16]| {
            let state = matcher.run(State::START, text);
            matcher.fit(&state)
        };
        let by_code = question
            .codes
            .iter()
            .filter_map(|matcher| fit(matcher, &code));
        let by_code = by_code.map(|fit| (fit, Matched::Code));
        let by_name = question.names.iter().flat_map(|matcher| {
            let names = [&name, &title]
                .into_iter()
                .map(|text| (text, Matched::Name));
            let former = aliases.iter().map(|text| (text, Matched::Alias));
            let all = names.chain(former).chain([(&address, Matched::Address)]);
            all.filter_map(move |(text, matched)| Some((fit(matcher, text)?, matched)))
        });
        let by_sound = question.sounds.iter();
        let by_sound =
            by_sound.filter_map(|(matcher, matched)| Some((fit(matcher, &title)?, *matched)));
        by_code.chain(by_name).chain(by_sound).min()
    }

    fn letters(&mut self, text: impl Iterator<Item = char>) -> Vec<u16> {
        text.map(|c| {
            let Ok(next) = u16::try_from(self.letters.len()) else {
                return self.letters.get(&c).copied().unwrap_or_default();
            };
            *self.letters.entry(c).or_insert_with(|| {
                let letter = Letter::of(c);
                self.question
                    .all()
                    .for_each(|matcher| matcher.learn(&letter));
                next
            })
        })
        .collect()
    }
}
