//! Ways to write the same thing: widths, traditional and simplified characters, signs that are left out, pinyin.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::{Pinyin, ToPinyinMulti};
use unicode_normalization::char::decompose_canonical;

/// The half-width form of a full-width character; any other as it is.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        other => other,
    }
}

/// The simplified form of a traditional character; any other as it is.
///
/// # Source
/// `OpenCC`, `TSCharacters.txt`: the first choice for each character.
pub(super) fn simplified(c: char) -> char {
    static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let lines = include_str!("simplified.txt").lines();
        let pairs = lines
            .filter(|line| !line.starts_with('#'))
            .flat_map(|line| line.split(' '));
        pairs
            .filter_map(|pair| {
                let mut both = pair.chars();
                Some((both.next()?, both.next()?))
            })
            .collect()
    });
    if c < '\u{3400}' {
        return c;
    }
    TABLE.get(&c).copied().unwrap_or(c)
}

/// Lower case, half width, without blanks: `３号 楼Ａ` is `3号楼a`.
pub(super) fn even(text: &str) -> impl Iterator<Item = char> {
    let seen = text.chars().filter(|c| !c.is_whitespace());
    seen.map(|c| lower(half_width(c)))
}

/// [`even`], without the signs that one writer sets and the next does not: interpuncts, brackets, dashes, quotation marks.
pub(super) fn loose(text: &str) -> impl Iterator<Item = char> {
    even(text).filter(|c| !is_left_out(*c))
}

/// What a reader types for pinyin: [`loose`] without the marks of tones; `ü` is `v`.
pub(super) fn typed(text: &str) -> Vec<char> {
    let mut typed = Vec::new();
    for c in loose(text) {
        if c.is_ascii() || c > '\u{36F}' {
            typed.push(c);
            continue;
        }
        decompose_canonical(c, |part| match part {
            // grave, acute, macron, caron
            '\u{300}' | '\u{301}' | '\u{304}' | '\u{30C}' => {}
            '\u{308}' if typed.last() == Some(&'u') => {
                typed.pop();
                typed.push('v');
            }
            other => typed.push(other),
        });
    }
    typed
}

/// Every way to spell the character in pinyin, without tones, each once; `ü` as `v`, `u` and `yu`. None for what is no
/// Chinese character.
pub(super) fn readings(c: char) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |reading: String| {
        if reading.bytes().all(|byte| byte.is_ascii_lowercase()) && !all.contains(&reading) {
            all.push(reading);
        }
    };
    // 乾 is written 干, but 乾 alone is also read qian
    for c in [c, simplified(c)] {
        for spelled in c.to_pinyin_multi().into_iter().flatten().map(Pinyin::plain) {
            if spelled.contains('ü') {
                for written in ["v", "u", "yu"] {
                    add(spelled.replace('ü', written));
                }
            } else {
                add(spelled.to_owned());
            }
        }
    }
    all
}

/// One character for one: the few whose lower case has two stay as they are.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

fn is_left_out(c: char) -> bool {
    matches!(c,
        // interpuncts, and what is typed for them
        '·' | '‧' | '・' | '･' | '•' | '∙' | '⋅' | '⸱' | '\u{387}' | 'ᐧ' | '●' | '.' | '。' | '｡'
        // dashes
        | '-' | '_' | '~' | '‐'..='―' | '−' | '─' | '～' | '〜'
        // brackets
        | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '〈'..='】' | '〔'..='〛'
        // quotation marks, and what cannot be seen
        | '"' | '\'' | '‘'..='‟' | '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(chars: impl Iterator<Item = char>) -> String {
        chars.collect()
    }

    #[test]
    fn widths_cases_blanks_and_signs_do_not_count() {
        assert_eq!(text(even("３号 楼Ａ")), "3号楼a");
        for written in [
            "保利·东湾",
            "保利・东湾",
            "保利‧东湾",
            "保利•东湾",
            "保利。东湾",
            "保利 东湾",
            "保利-东湾",
            "保利—东湾",
            "（保利）东湾",
            "保利【东湾】",
            "“保利”东湾",
        ] {
            assert_eq!(text(loose(written)), "保利东湾", "{written}");
        }
        assert_eq!(text(loose("山水名家（南区）")), "山水名家南区");
        assert_eq!(text(loose("3#楼+İ")), "3#楼+İ");
    }

    #[test]
    fn traditional_characters_have_simplified_ones() {
        let simple = |text: &str| text.chars().map(simplified).collect::<String>();
        assert_eq!(simple("安平區翠園號樓"), "安平区翠园号楼");
        assert_eq!(simple("翠园小区3号楼abc"), "翠园小区3号楼abc");
        assert_eq!(simple("著藉"), "著藉", "simplified as they are");
    }

    #[test]
    fn every_reading_is_known() {
        assert_eq!(readings('绿'), ["lv", "lu", "lyu"]);
        let has = |c: char, wanted: &[&str]| {
            let all = readings(c);
            wanted
                .iter()
                .all(|reading| all.iter().any(|r| r == reading))
        };
        assert!(has('都', &["du", "dou"]) && has('行', &["hang", "xing"]));
        assert!(has('略', &["lve", "lue", "lyue"]) && has('女', &["nv", "nu"]));
        assert!(has('區', &["qu"]) && has('乾', &["qian", "gan"]));
        assert!(readings('a').is_empty() && readings('3').is_empty());
    }

    #[test]
    fn what_is_typed_is_read_without_tones() {
        let typed = |text: &str| typed(text).into_iter().collect::<String>();
        assert_eq!(typed("LüchéngHuāyuán"), "lvchenghuayuan");
        assert_eq!(typed("lu\u{308}cheng"), "lvcheng");
        assert_eq!(typed("lǜ cheng"), "lvcheng");
        assert_eq!(typed("翠yuan"), "翠yuan");
    }
}
