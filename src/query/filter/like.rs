//! LIKE patterns, compiled once per filter.

use super::limits::FilterLimit;

/// Characters of a pattern, wildcards included.
const MAX_LENGTH: usize = 1_000;

/// Wildcards of a pattern.
const MAX_WILDCARDS: usize = 64;

/// A pattern of CQL2 LIKE: `%` any run of characters, `_` one character, `\` takes the next one as it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    /// The pieces between the `%`: what the text begins with, what follows in this order, what it ends with.
    segments: Vec<Vec<Piece>>,
    /// Characters that a matching text has at least.
    min_chars: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    Any,
    Exactly(char),
}

impl Piece {
    fn matches(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(wanted) => wanted == c,
        }
    }
}

impl Pattern {
    /// The pattern that `text` says.
    ///
    /// # Errors
    /// [`FilterLimit::Pattern`] for one that is too long or has too many wildcards.
    pub(super) fn parse(text: &str) -> Result<Self, FilterLimit> {
        let (mut segments, mut segment) = (Vec::new(), Vec::new());
        let (mut chars, mut wildcards, mut length) = (text.chars(), 0, 0);
        while let Some(c) = chars.next() {
            length += 1;
            match c {
                '%' => {
                    wildcards += 1;
                    // several in a row are as good as one
                    if segments.is_empty() || !segment.is_empty() {
                        segments.push(std::mem::take(&mut segment));
                    }
                }
                '_' => {
                    wildcards += 1;
                    segment.push(Piece::Any);
                }
                '\\' => segment.push(Piece::Exactly(chars.next().unwrap_or('\\'))),
                other => segment.push(Piece::Exactly(other)),
            }
            if length > MAX_LENGTH || wildcards > MAX_WILDCARDS {
                return Err(FilterLimit::Pattern);
            }
        }
        segments.push(segment);
        let min_chars = segments.iter().map(Vec::len).sum();
        Ok(Self {
            segments,
            min_chars,
        })
    }

    /// Whether `text` matches. Time: its characters times those of the longest segment at worst.
    pub(super) fn matches(&self, text: &str) -> bool {
        // bytes are at least as many as characters
        if text.len() < self.min_chars {
            return false;
        }
        let mut chars = [' '; 128];
        let mut long = Vec::new();
        let mut used = 0;
        let mut rest = text.chars();
        for (slot, c) in chars.iter_mut().zip(rest.by_ref()) {
            *slot = c;
            used += 1;
        }
        let text = if rest.next().is_none() {
            chars.get(..used).unwrap_or_default()
        } else {
            long.extend(text.chars());
            long.as_slice()
        };
        self.matches_chars(text)
    }

    fn matches_chars(&self, text: &[char]) -> bool {
        if text.len() < self.min_chars {
            return false;
        }
        let Some((first, others)) = self.segments.split_first() else {
            return text.is_empty();
        };
        let Some((last, middle)) = others.split_last() else {
            return text.len() == first.len() && begins(text, first);
        };
        if !begins(text, first) {
            return false;
        }
        let (body, end) = text.split_at(text.len() - last.len());
        if !begins(end, last) {
            return false;
        }
        let mut body = body.get(first.len()..).unwrap_or_default();
        for segment in middle {
            let Some(at) = (0..=body.len().saturating_sub(segment.len()))
                .find(|at| body.get(*at..).is_some_and(|rest| begins(rest, segment)))
            else {
                return false;
            };
            body = body.get(at + segment.len()..).unwrap_or_default();
        }
        true
    }
}

fn begins(text: &[char], segment: &[Piece]) -> bool {
    text.len() >= segment.len() && segment.iter().zip(text).all(|(piece, c)| piece.matches(*c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What LIKE means, by trying every length of each `%`.
    fn by_definition(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skip| by_definition(&text[skip..], rest)),
            Some(('_', rest)) => !text.is_empty() && by_definition(&text[1..], rest),
            Some((c, rest)) => text.first() == Some(c) && by_definition(&text[1..], rest),
        }
    }

    #[test]
    fn escapes_and_ends_are_taken_as_they_are() {
        let matches = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().matches(text);
        assert!(matches("100\\%", "100%"));
        assert!(!matches("100\\%", "1000"));
        assert!(matches("翠%区", "翠园小区"));
        assert!(!matches("翠%翠", "翠"));
        assert!(matches("", ""));
        assert!(!matches("", "x"));
        assert!(matches("%", ""));
        assert!(matches("%%x%%", &"ax".repeat(200)));
        assert!(matches("\\", "\\"));
    }

    #[test]
    fn patterns_are_bounded() {
        assert_eq!(
            Pattern::parse(&"%_".repeat(3000)),
            Err(FilterLimit::Pattern)
        );
        assert_eq!(Pattern::parse(&"x".repeat(2000)), Err(FilterLimit::Pattern));
    }

    proptest! {
        #[test]
        fn matches_what_the_definition_matches(text in "[ab楼]{0,10}", pattern in "[ab楼%_]{0,8}") {
            let (chars, wanted): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
            prop_assert_eq!(
                Pattern::parse(&pattern).unwrap().matches(&text),
                by_definition(&chars, &wanted),
                "{} LIKE {}", text, pattern
            );
        }
    }
}
