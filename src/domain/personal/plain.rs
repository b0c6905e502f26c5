//! Text without the ways of writing that hide what it says: full-width forms, other digits, invisible characters.

use unicode_normalization::UnicodeNormalization;

use super::numbers::is_province;

/// The fewest digits of anything that is looked for: a QQ number.
pub(super) const FEWEST_DIGITS: usize = 5;

/// What a glance at a text says of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Digits of any form.
    pub(super) digits: usize,
    /// Whether a word for a person can be in it.
    pub(super) may_name: bool,
    /// Whether a number plate can be in it.
    pub(super) may_plate: bool,
    /// Whether it has an `@`, or letters that a name in `WeChat` is of.
    pub(super) has_at: bool,
}

pub(super) fn look(text: &str) -> Look {
    let mut look = Look::default();
    for c in text.chars() {
        match c {
            '0'..='9' => look.digits += 1,
            '@' | '＠' | '信' => look.has_at = true,
            '名' | '主' | '人' | '户' | '客' | '东' | '民' | '者' | '属' | '偶' => {
                look.may_name = true;
            }
            '\0'..='\u{7f}' => {}
            '\u{4e00}'..='\u{9fff}' => look.may_plate |= is_province(c),
            _ => look.digits += usize::from(c.is_numeric()),
        }
    }
    look
}

/// Its characters as they would be written plainly.
pub(super) fn of(text: &str) -> Vec<char> {
    let mut plain = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\u{7f}' | '\u{4e00}'..='\u{9fff}' => plain.push(c),
            // what shows nothing
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => plain.push('-'),
            _ if c.is_whitespace() => plain.push(' '),
            _ => plain.extend(std::iter::once(c).nfkc()),
        }
    }
    plain
}
