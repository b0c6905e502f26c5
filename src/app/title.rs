//! What the map is called, from the name of its area.

use pinyin::{Pinyin, ToPinyin};

/// What follows the proper name of an area, and its word in English.
const KINDS: [(&str, &str); 4] = [
    ("街道", "Subdistrict"),
    ("地区", "Area"),
    ("镇", "Town"),
    ("乡", "Township"),
];

/// The map of `area` in Chinese and in English; a Chinese name is written in letters there.
pub(super) fn title_of(area: &str) -> (String, String) {
    let zh = format!("{area}社区民情图");
    let kind = KINDS
        .iter()
        .find_map(|(suffix, word)| Some((area.strip_suffix(suffix)?, *word)));
    let (name, word) = kind
        .filter(|(name, _)| !name.is_empty())
        .unwrap_or((area, ""));
    let en = match (in_letters(name), word) {
        (None, _) => "Community map".to_owned(),
        (Some(name), "") => format!("{name} community map"),
        (Some(name), word) => format!("{name} {word} map"),
    };
    (zh, en)
}

/// `翠池` is `Cuichi`; `None` where a character has no letters.
fn in_letters(name: &str) -> Option<String> {
    if name.is_ascii() {
        return Some(name.to_owned());
    }
    let letters = name
        .chars()
        .map(|c| c.to_pinyin().map(Pinyin::plain))
        .collect::<Option<String>>()?;
    let mut letters = letters.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_title_has_no_chinese_in_it() {
        let en = |area| title_of(area).1;
        assert_eq!(title_of("翠池街道").0, "翠池街道社区民情图");
        assert_eq!(en("翠池街道"), "Cuichi Subdistrict map");
        assert_eq!(en("西王镇"), "Xiwang Town map");
        assert_eq!(en("莲湖"), "Lianhu community map");
        assert_eq!(en("街道"), "Jiedao community map");
        assert_eq!(en("Riverside"), "Riverside community map");
        assert_eq!(en("第①片"), "Community map");
    }
}
