//! Entity tags and lists of them (RFC 9110, 8.8.3): the only reader of `If-Match` and `If-None-Match`.
//!
//! Tags are compared weakly everywhere, and without the name of a coding at their end: proxies that compress make a tag
//! weak or write `-gzip` into it, and what a writer has seen is the same record in every coding.

use axum::http::HeaderValue;
use thiserror::Error;

/// The codings that we and proxies name at the end of a tag.
const CODINGS: [&[u8]; 4] = [b"gzip", b"br", b"zstd", b"deflate"];

/// What stands between a tag and the coding.
const BEFORE_CODING: &[u8] = b"-;:";

/// A header that is neither `*` nor a list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the header is neither * nor a list of entity tags")]
pub(super) struct MalformedTags;

/// An entity tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityTag<'a> {
    /// What stands between the quotation marks, without a coding at its end.
    opaque: &'a [u8],
}

/// What `If-Match` or `If-None-Match` names.
#[derive(Debug, Clone)]
pub(super) enum Tags<'a> {
    /// `*`: whatever is there.
    Any,
    /// These.
    Listed(Vec<EntityTag<'a>>),
}

impl<'a> EntityTag<'a> {
    fn new(opaque: &'a [u8]) -> Self {
        Self {
            opaque: without_coding(opaque),
        }
    }

    /// The tag that `value` is, whole.
    fn of(value: &'a HeaderValue) -> Option<Self> {
        let (tag, rest) = Self::read(value.as_bytes())?;
        rest.is_empty().then_some(tag)
    }

    /// The tag at the start of `text`, and what follows it.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let text = text.strip_prefix(b"W/").unwrap_or(text);
        let text = text.strip_prefix(b"\"")?;
        let end = text.iter().position(|byte| *byte == b'"')?;
        let (opaque, rest) = text.split_at_checked(end)?;
        let is_right = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7E | 0x80..);
        if !opaque.iter().all(is_right) {
            return None;
        }
        let rest = rest.strip_prefix(b"\"")?;
        Some((Self::new(opaque), rest))
    }

    /// What the tag says, as text.
    pub(super) fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.opaque).ok()
    }
}

impl<'a> Tags<'a> {
    /// What all lines of one header name; `None` where there is no line.
    ///
    /// # Errors
    /// [`MalformedTags`]; also where the list is empty.
    pub(super) fn of(
        lines: impl IntoIterator<Item = &'a HeaderValue>,
    ) -> Result<Option<Self>, MalformedTags> {
        let (mut is_there, mut any) = (false, 0_usize);
        let mut listed = Vec::new();
        for line in lines {
            is_there = true;
            let mut rest = line.as_bytes();
            loop {
                rest = without_blanks(rest, true);
                if rest.is_empty() {
                    break;
                }
                if let Some(after) = rest.strip_prefix(b"*") {
                    any += 1;
                    rest = after;
                } else {
                    let (tag, after) = EntityTag::read(rest).ok_or(MalformedTags)?;
                    listed.push(tag);
                    rest = without_coding_outside(after);
                }
                rest = without_blanks(rest, false);
                if !rest.is_empty() && !rest.starts_with(b",") {
                    return Err(MalformedTags);
                }
            }
        }
        match (is_there, any, listed.is_empty()) {
            (false, _, _) => Ok(None),
            (true, 1, true) => Ok(Some(Self::Any)),
            (true, 0, false) => Ok(Some(Self::Listed(listed))),
            _ => Err(MalformedTags),
        }
    }

    /// Whether they name a representation with the tag `current`, or any at all.
    pub(super) fn name(&self, current: Option<&HeaderValue>) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => current.and_then(EntityTag::of).is_some_and(|current| {
                let mut tags = tags.iter();
                tags.any(|tag| tag.opaque == current.opaque)
            }),
        }
    }
}

/// Without blanks at the start, and without commas where a list may have empty elements.
fn without_blanks(text: &[u8], commas_too: bool) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t') || (commas_too && *byte == b',');
    let blanks = text.iter().take_while(|byte| is_blank(byte)).count();
    text.get(blanks..).unwrap_or_default()
}

/// Without the names of codings at the end.
fn without_coding(opaque: &[u8]) -> &[u8] {
    let mut left = opaque;
    while let Some(shorter) = CODINGS.iter().find_map(|coding| {
        let before = left.strip_suffix(*coding)?;
        let (last, before) = before.split_last()?;
        let is_mark = |byte: &u8| BEFORE_CODING.contains(byte);
        if !is_mark(last) {
            return None;
        }
        // one of the proxies writes the mark twice
        let twice = before.split_last().filter(|(last, _)| is_mark(last));
        Some(twice.map_or(before, |(_, before)| before))
    }) {
        left = shorter;
    }
    left
}

/// Without the name of a coding that a proxy has put after the quotation mark.
fn without_coding_outside(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b',' | b' '));
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    if without_coding(word).is_empty() {
        rest
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(lines: &[&str]) -> Vec<HeaderValue> {
        let lines = lines.iter();
        lines
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap())
            .collect()
    }

    fn named(lines: &[&str], current: &str) -> Result<Option<bool>, MalformedTags> {
        let lines = values(lines);
        let current = HeaderValue::from_str(current).unwrap();
        let tags = Tags::of(&lines)?;
        Ok(tags.map(|tags| tags.name(Some(&current))))
    }

    #[test]
    fn tags_are_found_in_lists_weak_and_with_what_proxies_add() {
        for current in ["\"32\"", "W/\"32\"", "\"32-zstd\""] {
            for lines in [
                &["\"32\""][..],
                &["W/\"32\""],
                &["*"],
                &["\"1\", \"32\""],
                &["\"1\",W/\"32\" ,, \"x\""],
                &["\"1\"", "\"32\""],
                &["", "\"32\""],
                &["\"a,b\", \"32\""],
                &["\"32-gzip\""],
                &["W/\"32-br\""],
                &["\"32;gzip\""],
                &["\"32--gzip\""],
                &["\"32:zstd\""],
                &["\"32-zstd-gzip\""],
                &["\"32\"-gzip"],
                &["\"32\";gzip, \"x\""],
                &["\"é\", \"32\""],
            ] {
                assert_eq!(named(lines, current), Ok(Some(true)), "{lines:?} {current}");
            }
            for lines in [
                &["\"3\""][..],
                &["\"321\""],
                &["\"\""],
                &["\"*\""],
                &["\"abc\""],
                &["\"32-html\""],
                &["\"32-html-gzip\""],
                &["\"-gzip\""],
                &["\"1,32\""],
                &["W/\"x\", \"y\""],
                &["\"32gzip\""],
            ] {
                assert_eq!(
                    named(lines, current),
                    Ok(Some(false)),
                    "{lines:?} {current}"
                );
            }
        }
        assert_eq!(named(&[], "\"32\""), Ok(None));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused_whole() {
        for lines in [
            &["32"][..],
            &[""],
            &[" , ,"],
            &["\"32"],
            &["32\""],
            &["w/\"32\""],
            &["W/32"],
            &["\"32\" \"33\""],
            &["\"32\"x"],
            &["\"32\"-foo"],
            &["\"3 2\""],
            &["*, \"32\""],
            &["\"32\", *"],
            &["*", "*"],
            &["**"],
            &["\"32\", abc"],
        ] {
            assert_eq!(named(lines, "\"32\""), Err(MalformedTags), "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn a_list_by_the_grammar_is_read_and_each_of_its_tags_found(
            all in prop::collection::vec(("[!#-~]{0,12}", any::<bool>(), "[ \t]{0,2}"), 1..6),
            lines in 1_usize..4,
        ) {
            let each: Vec<String> = all
                .iter()
                .map(|(opaque, is_weak, blank)| {
                    format!("{blank}{}\"{opaque}\"{blank}", if *is_weak { "W/" } else { "" })
                })
                .collect();
            let lines: Vec<String> = each.chunks(lines).map(|part| part.join(",")).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            for (opaque, _, _) in &all {
                prop_assert_eq!(named(&lines, &format!("\"{opaque}\"")), Ok(Some(true)));
            }
            let lines = values(&lines);
            match Tags::of(&lines) {
                Ok(Some(Tags::Listed(tags))) => prop_assert_eq!(tags.len(), all.len()),
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(line in prop::collection::vec(0x20_u8..=0xFF, 0..40)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let _ = Tags::of([&value]).map(|tags| tags.map(|tags| tags.name(Some(&value))));
            }
        }
    }
}
