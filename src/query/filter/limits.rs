//! Bounds on a filter, checked before the parser sees it.
//!
//! The CQL2 grammar recurses once per bracket, prefix and operator, and re-reads a bracket that it took for an expression
//! as a list, so that cost doubles with each level. A scan of the text is linear and refuses both kinds first.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Once;

use serde_json::Value as Json;

/// Bytes of a filter. 400 long codes joined by OR take 13 KB, a polygon with 1,000 vertices 25 KB.
const MAX_LENGTH: usize = 32 << 10;

/// Levels of brackets, also those of shapes.
const MAX_NESTING: usize = 32;

/// NOT or minus signs in a row.
const MAX_PREFIXES: usize = 32;

/// Comparisons and connectives in all.
const MAX_OPERATORS: usize = 2_000;

/// Arithmetic operators in all; each is one level of the tree.
const MAX_ARITHMETIC: usize = 200;

/// LIKE patterns; each is run on every record.
const MAX_PATTERNS: usize = 100;

/// Nodes of a filter in JSON.
const MAX_NODES: usize = 16_000;

/// Steps that the grammar may take, backtracking included. 2,000 comparisons take about a tenth of that.
const MAX_GRAMMAR_CALLS: usize = 2_000_000;

/// Why a filter is refused before it is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterLimit {
    /// More bytes than are read.
    Length,
    /// Brackets nested too deeply; the character where that begins, from 1.
    Nesting(usize),
    /// Too many NOT or minus signs in a row; the character of the last one.
    Prefixes(usize),
    /// Too many operators.
    Operators,
    /// Too many arithmetic operators.
    Arithmetic,
    /// Too many LIKE patterns.
    Patterns,
    /// A LIKE pattern that is too long or has too many wildcards.
    Pattern,
    /// A bracket without its counterpart; its character.
    Bracket(usize),
    /// A quotation mark without its counterpart; its character.
    Quote(usize),
    /// The parser would need too many steps.
    Ambiguous,
}

impl FilterLimit {
    /// The reason in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Length => format!("筛选条件超过 {} KB", MAX_LENGTH >> 10),
            Self::Nesting(at) => {
                format!("第 {at} 个字符处括号嵌套超过 {MAX_NESTING} 层")
            }
            Self::Prefixes(at) => {
                format!("第 {at} 个字符处连续的 NOT 或负号超过 {MAX_PREFIXES} 个")
            }
            Self::Operators => format!("运算符超过 {MAX_OPERATORS} 个"),
            Self::Arithmetic => format!("算术运算符超过 {MAX_ARITHMETIC} 个"),
            Self::Patterns => format!("LIKE 超过 {MAX_PATTERNS} 个"),
            Self::Pattern => "LIKE 的模式过长或通配符过多".to_owned(),
            Self::Bracket(at) => format!("第 {at} 个字符处的括号不成对"),
            Self::Quote(at) => format!("第 {at} 个字符处的引号不成对"),
            Self::Ambiguous => "括号与列表的嵌套过于复杂".to_owned(),
        }
    }
}

impl std::error::Error for FilterLimit {}

impl fmt::Display for FilterLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "the filter is longer than {} KB", MAX_LENGTH >> 10),
            Self::Nesting(at) => write!(
                f,
                "more than {MAX_NESTING} nested brackets at character {at}"
            ),
            Self::Prefixes(at) => write!(
                f,
                "more than {MAX_PREFIXES} consecutive NOTs or minus signs at character {at}"
            ),
            Self::Operators => write!(f, "more than {MAX_OPERATORS} operators"),
            Self::Arithmetic => write!(f, "more than {MAX_ARITHMETIC} arithmetic operators"),
            Self::Patterns => write!(f, "more than {MAX_PATTERNS} LIKE patterns"),
            Self::Pattern => f.write_str("a LIKE pattern is too long or has too many wildcards"),
            Self::Bracket(at) => write!(f, "unbalanced bracket at character {at}"),
            Self::Quote(at) => write!(f, "unclosed quotation mark at character {at}"),
            Self::Ambiguous => f.write_str("brackets and lists are nested too intricately"),
        }
    }
}

/// Counts of what the bounds are about, in text or JSON.
#[derive(Debug, Default)]
struct Counts {
    operators: usize,
    arithmetic: usize,
    patterns: usize,
}

impl Counts {
    fn word(&mut self, word: &str) {
        match word.to_ascii_lowercase().as_str() {
            "and" | "or" | "not" | "in" | "between" | "is" | "isnull" => self.operators += 1,
            "like" => {
                self.operators += 1;
                self.patterns += 1;
            }
            "div" => self.arithmetic += 1,
            _ => {}
        }
    }

    fn check(&self) -> Result<(), FilterLimit> {
        if self.operators > MAX_OPERATORS {
            return Err(FilterLimit::Operators);
        }
        if self.arithmetic > MAX_ARITHMETIC {
            return Err(FilterLimit::Arithmetic);
        }
        if self.patterns > MAX_PATTERNS {
            return Err(FilterLimit::Patterns);
        }
        Ok(())
    }
}

/// Refuses a filter in text that would cost the parser too much.
///
/// # Errors
/// Which bound it exceeds, and where.
pub(super) fn check_text(text: &str) -> Result<(), FilterLimit> {
    if text.len() > MAX_LENGTH {
        return Err(FilterLimit::Length);
    }
    let mut counts = Counts::default();
    let mut open: Vec<usize> = Vec::new();
    let mut prefixes = 0;
    let mut chars = text.chars().enumerate().peekable();
    let mut word = String::new();
    // a sign after a number, a name or a closing bracket is an operator, else a prefix
    let mut after_operand = false;
    while let Some((index, c)) = chars.next() {
        let at = index + 1;
        if c.is_alphanumeric() || matches!(c, '_' | '.' | ':') {
            word.push(c);
            let ends = chars.peek().is_none_or(|(_, next)| {
                !(next.is_alphanumeric() || matches!(next, '_' | '.' | ':'))
            });
            if !ends {
                continue;
            }
            counts.word(&word);
            let is_not = word.eq_ignore_ascii_case("not");
            prefixes = if is_not { prefixes + 1 } else { 0 };
            after_operand = !["and", "or", "not", "in", "like", "between", "div", "is"]
                .iter()
                .any(|keyword| word.eq_ignore_ascii_case(keyword));
            word.clear();
        } else {
            match c {
                '\'' | '"' => {
                    loop {
                        match chars.next() {
                            None => return Err(FilterLimit::Quote(at)),
                            Some((_, next)) if next == c => {
                                if chars.next_if(|(_, next)| *next == c).is_none() {
                                    break;
                                }
                            }
                            Some(_) => {}
                        }
                    }
                    (prefixes, after_operand) = (0, true);
                }
                '(' => {
                    open.push(at);
                    if open.len() > MAX_NESTING {
                        return Err(FilterLimit::Nesting(at));
                    }
                    after_operand = false;
                }
                ')' => {
                    open.pop().ok_or(FilterLimit::Bracket(at))?;
                    (prefixes, after_operand) = (0, true);
                }
                '-' if !after_operand => prefixes += 1,
                '+' | '-' | '*' | '/' | '%' | '^' => {
                    counts.arithmetic += 1;
                    after_operand = false;
                }
                '<' | '>' | '=' | '!' => {
                    counts.operators += 1;
                    while chars
                        .next_if(|(_, next)| matches!(next, '<' | '>' | '='))
                        .is_some()
                    {}
                    after_operand = false;
                }
                ',' => (prefixes, after_operand) = (0, false),
                _ => {}
            }
        }
        if prefixes > MAX_PREFIXES {
            return Err(FilterLimit::Prefixes(at));
        }
        counts.check()?;
    }
    match open.pop() {
        Some(at) => Err(FilterLimit::Bracket(at)),
        None => Ok(()),
    }
}

/// Refuses a filter in JSON before its length is even read as JSON.
///
/// # Errors
/// That it is too long.
pub(super) fn check_length(text: &str) -> Result<(), FilterLimit> {
    if text.len() > MAX_LENGTH {
        return Err(FilterLimit::Length);
    }
    Ok(())
}

/// Refuses a filter in JSON that would cost the compiler too much.
///
/// # Errors
/// Which bound it exceeds.
pub(super) fn check_json(filter: &Json) -> Result<(), FilterLimit> {
    let mut counts = Counts::default();
    let mut nodes = 0_usize;
    let mut stack = vec![(filter, 0_usize)];
    while let Some((node, depth)) = stack.pop() {
        nodes += 1;
        if nodes > MAX_NODES {
            return Err(FilterLimit::Operators);
        }
        // an operator takes two levels of JSON, itself and its operands
        if depth > 2 * MAX_NESTING {
            return Err(FilterLimit::Nesting(1));
        }
        match node {
            Json::Array(items) => stack.extend(items.iter().map(|item| (item, depth + 1))),
            Json::Object(members) => {
                if let Some(op) = members.get("op").and_then(Json::as_str) {
                    match op {
                        "+" | "-" | "*" | "/" | "%" | "^" => counts.arithmetic += 1,
                        "=" | "<>" | "<" | ">" | "<=" | ">=" => counts.operators += 1,
                        word => counts.word(word),
                    }
                    counts.check()?;
                }
                stack.extend(members.values().map(|value| (value, depth + 1)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Lets the grammar give up where it would backtrack without end. The limit is one of the process: nothing else here
/// parses with `pest`.
pub(super) fn bound_grammar() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| pest::set_call_limit(NonZeroUsize::new(MAX_GRAMMAR_CALLS)));
}

/// Whether the parser's message is that of [`bound_grammar`].
pub(super) fn is_call_limit(message: &str) -> bool {
    message.contains("call limit reached")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_filters_are_within_the_bounds() {
        let codes: Vec<String> = (0..400)
            .map(|number| format!("grid_code = '6101130020010{number:04}'"))
            .collect();
        for filter in [
            "level = 'red' AND NOT (status = 'closed' OR found < DATE('2026-01-01'))",
            "name LIKE '%O''Brien (%' OR \"na(me\" IS NOT NULL",
            "floor_area_m2 * 2 - 1 > -5 AND built_year BETWEEN 1980 AND 2000",
            "S_INTERSECTS(geometry, MULTIPOLYGON(((1 2,3 4,5 6,1 2))))",
            &codes.join(" OR "),
        ] {
            assert_eq!(check_text(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn what_would_overflow_the_stack_is_refused() {
        let nested = |open: &str, close: &str, times: usize| {
            format!("{}level='red'{}", open.repeat(times), close.repeat(times))
        };
        assert_eq!(
            check_text(&nested("(", ")", 400)),
            Err(FilterLimit::Nesting(33))
        );
        assert!(matches!(
            check_text(&nested("NOT ", "", 2000)),
            Err(FilterLimit::Prefixes(_))
        ));
        assert!(matches!(
            check_text(&format!("id={}1", "-".repeat(2000))),
            Err(FilterLimit::Prefixes(_))
        ));
        assert!(matches!(
            check_text(&format!("id={}1", "- ".repeat(2000))),
            Err(FilterLimit::Prefixes(_))
        ));
        assert!(matches!(
            check_text(&nested("casei(", ")", 1000)),
            Err(FilterLimit::Nesting(_))
        ));
        assert_eq!(
            check_text(&vec!["id=1"; 3500].join(" OR ")),
            Err(FilterLimit::Operators)
        );
        assert_eq!(
            check_text(&format!("id={}", vec!["1"; 2000].join("+"))),
            Err(FilterLimit::Arithmetic)
        );
        assert_eq!(
            check_text(&vec!["name LIKE '%a'"; 101].join(" OR ")),
            Err(FilterLimit::Patterns)
        );
        assert_eq!(check_text(&"x".repeat(40_000)), Err(FilterLimit::Length));
        assert_eq!(check_text("(id=1"), Err(FilterLimit::Bracket(1)));
        assert_eq!(check_text("id=1)"), Err(FilterLimit::Bracket(5)));
        assert_eq!(check_text("name='甲"), Err(FilterLimit::Quote(6)));
    }

    #[test]
    fn deep_json_is_refused() {
        let mut filter = serde_json::json!({"op": "=", "args": [{"property": "id"}, 1]});
        for _ in 0..40 {
            filter = serde_json::json!({"op": "not", "args": [filter]});
        }
        assert_eq!(check_json(&filter), Err(FilterLimit::Nesting(1)));
    }
}
