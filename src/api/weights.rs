//! Lists of preferences with weights, as `Accept`, `Accept-Encoding` and `Accept-Language` are (RFC 9110, 12.4.2).

use axum::http::{HeaderMap, HeaderName};

/// The weight of what is preferred to nothing else, in thousandths.
pub(super) const FULL: u16 = 1000;

/// One element of such a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Preference<'a> {
    /// What is preferred, without its parameters.
    pub(super) value: &'a str,
    parameters: &'a str,
    /// How much, in thousandths; 0 is a refusal.
    pub(super) weight: u16,
}

impl<'a> Preference<'a> {
    /// The element `text`; `None` where it names nothing or its weight is not one.
    fn of(text: &'a str) -> Option<Self> {
        let (value, parameters) = split_once_outside_quotes(text, ';').unwrap_or((text, ""));
        let value = value.trim_matches(is_blank);
        if value.is_empty() {
            return None;
        }
        let weight = match parameter(parameters, "q") {
            None => FULL,
            Some(text) => weight(text)?,
        };
        Some(Self {
            value,
            parameters,
            weight,
        })
    }

    /// The parameter called `name`, in any case.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        parameter(self.parameters, name)
    }
}

/// The elements of every line of the header `name` in their order; malformed ones are left out.
pub(super) fn preferences(
    headers: &HeaderMap,
    name: HeaderName,
) -> impl Iterator<Item = Preference<'_>> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| outside_quotes(line, ','))
        .filter_map(Preference::of)
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    outside_quotes(parameters, ';').find_map(|each| {
        let (own, value) = each.split_once('=')?;
        let is_it = own.trim_matches(is_blank).eq_ignore_ascii_case(name);
        is_it.then(|| value.trim_matches(is_blank).trim_matches('"'))
    })
}

/// A weight by its grammar: 0 to 1 with at most three decimals.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(FULL),
        _ => None,
    }
}

const fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

/// The parts of `text` between those `separator`s that no quotation marks enclose.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, after) = match split_once_outside_quotes(text, separator) {
            Some((part, after)) => (part, Some(after)),
            None => (text, None),
        };
        rest = after;
        Some(part)
    })
}

fn split_once_outside_quotes(text: &str, separator: char) -> Option<(&str, &str)> {
    if !text.contains('"') {
        return text.split_once(separator);
    }
    let (mut is_quoted, mut is_escaped) = (false, false);
    let at = text.char_indices().find_map(|(at, letter)| {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' && is_quoted {
            is_escaped = true;
        } else if letter == '"' {
            is_quoted = !is_quoted;
        } else if letter == separator && !is_quoted {
            return Some(at);
        }
        None
    })?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, after.strip_prefix(separator)?))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Vec<(String, u16)> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, HeaderValue::from_str(line).unwrap());
        }
        preferences(&headers, header::ACCEPT)
            .map(|each| (each.value.to_owned(), each.weight))
            .collect()
    }

    #[test]
    fn weights_stand_in_any_case_after_blanks_and_other_parameters() {
        let expected = |all: &[(&str, u16)]| -> Vec<(String, u16)> {
            let all = all.iter();
            all.map(|(value, weight)| ((*value).to_owned(), *weight))
                .collect()
        };
        assert_eq!(
            read(&["br;Q=0, gzip ; q=0.5,, \tzstd;level=3;q=0.125", "x"]),
            expected(&[("br", 0), ("gzip", 500), ("zstd", 125), ("x", 1000)])
        );
        assert_eq!(
            read(&["a/b;text=\"1,2;q=0\";q=1.000, *;q=0.000"]),
            expected(&[("a/b", 1000), ("*", 0)])
        );
        assert_eq!(
            read(&["a;q=x, b;q=1.5, c;q=-1, d;q=0.0001, e;q=, f;q=inf, ;q=1, g"]),
            expected(&[("g", 1000)])
        );
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_a_panic_and_no_weight_is_over_one(line in "[ -~\t]{0,60}") {
            let mut headers = HeaderMap::new();
            headers.append(header::ACCEPT, HeaderValue::from_str(&line).unwrap());
            for each in preferences(&headers, header::ACCEPT) {
                prop_assert!(each.weight <= FULL);
                prop_assert!(!each.value.is_empty());
            }
        }

        #[test]
        fn what_is_written_by_the_grammar_is_read_back(
            all in prop::collection::vec(("[a-z]{1,8}", 0_u16..=1000), 0..6),
        ) {
            let each = all.iter().map(|(value, weight)| {
                format!("{value};q={}.{:03}", weight / 1000, weight % 1000)
            });
            let line = each.collect::<Vec<_>>().join(", ");
            prop_assert_eq!(read(&[&line]), all);
        }
    }
}
