//! Which texts a field takes: printable characters, and not too many of them.

use crate::domain::{FieldKind, LayerSchema};

/// The longest code, characters.
pub const MOST_IN_CODE: usize = 128;

/// The longest name, characters.
pub const MOST_IN_NAME: usize = 255;

/// The longest text of a field that holds words, characters.
pub const MOST_IN_SHORT_TEXT: usize = 1000;

/// The longest text of a field that holds sentences, characters.
pub const MOST_IN_LONG_TEXT: usize = 10_000;

/// Why a text cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// It has a character that shows nothing and changes what is shown: a control character, or one that turns the
    /// direction of the text.
    Control(char),
    /// It has more characters than the field takes.
    TooLong {
        /// The most that it takes.
        most: usize,
    },
}

impl TextFault {
    /// What is wrong, in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Control(c) => format!("含有不可见的控制字符 U+{:04X}", u32::from(c)),
            Self::TooLong { most } => format!("超过 {most} 个字"),
        }
    }

    /// What is wrong, in English.
    pub fn en(self) -> String {
        match self {
            Self::Control(c) => format!("has the control character U+{:04X}", u32::from(c)),
            Self::TooLong { most } => format!("has more than {most} characters"),
        }
    }
}

/// What is wrong with `text` where `most` characters may stand; lines and tabs are taken in long texts.
pub fn text_fault(text: &str, most: usize) -> Option<TextFault> {
    let has_lines = most > MOST_IN_CODE;
    let is_bad = |c: &char| match c {
        '\n' | '\t' => !has_lines,
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => true,
        c => c.is_control(),
    };
    if let Some(bad) = text.chars().find(is_bad) {
        return Some(TextFault::Control(bad));
    }
    // a character has at least one byte, so that most texts need no counting
    (text.len() > most && text.chars().count() > most).then_some(TextFault::TooLong { most })
}

impl LayerSchema {
    /// The most characters of the property called `name`; `None` where it is no text, or one of a list.
    pub fn most_in(&self, name: &str) -> Option<usize> {
        match name {
            "code" => Some(MOST_IN_CODE),
            "name" => Some(MOST_IN_NAME),
            _ => {
                let field = self.field(name)?;
                (field.kind == FieldKind::Text).then_some(field.max_length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn control_characters_and_turned_text_are_refused() {
        for c in [
            '\0', '\u{1}', '\r', '\u{1b}', '\u{1f}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}',
            '\u{feff}',
        ] {
            let text = format!("东街{c}1号");
            assert_eq!(
                text_fault(&text, 1000),
                Some(TextFault::Control(c)),
                "{c:?}"
            );
        }
        assert_eq!(text_fault("第一行\n第二行\t表格", 1000), None);
        assert_eq!(
            text_fault("A\n1", MOST_IN_CODE),
            Some(TextFault::Control('\n'))
        );
        assert_eq!(text_fault("買買提·艾力 🏠 zero‍width", 1000), None);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let cases = LayerId::CASES.schema();
        let most = |name: &str| cases.most_in(name);
        assert_eq!(
            [
                most("code"),
                most("name"),
                most("address"),
                most("description")
            ],
            [128, 255, 1000, 10_000].map(Some)
        );
        assert_eq!(
            [most("status"), most("on_the_spot"), most("nothing")],
            [None; 3]
        );
        assert_eq!(text_fault(&"字".repeat(255), 255), None);
        let too_long = Some(TextFault::TooLong { most: 255 });
        assert_eq!(text_fault(&"字".repeat(256), 255), too_long);
    }
}
