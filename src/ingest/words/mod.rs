//! What other people write in their columns for our codes: a word that has one meaning is taken, one that may have
//! several is asked back.

mod office;
mod sources;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::{CodeItem, Field, LayerId, Value};
use crate::ingest::Said;
use crate::ingest::columns::{half_width, simplified};
use crate::ingest::values::Misfit;
use office::{DOUBTFUL, OFFICE};
use sources::SOURCES;

/// Fields that keep the source's own word for another field: layer, field, keeper.
pub(super) const KEPT_WORDS: &[(&str, &str, &str)] = &[
    ("roads", "class", "source_class"),
    ("land_use", "kind", "source_kind"),
];

/// Words of one field, as they are compared, with their code; an empty code is "not known".
type Words = HashMap<String, &'static str>;

static KNOWN: LazyLock<HashMap<(&str, &str), Words>> = LazyLock::new(|| {
    let mut known: HashMap<(&str, &str), Words> = HashMap::new();
    for (layer, field, words, code) in SOURCES {
        let of = known.entry((layer, field)).or_default();
        of.extend(words.iter().map(|word| (key(word), *code)));
    }
    for (layer, field, code, words) in OFFICE {
        let of = known.entry((layer, field)).or_default();
        of.extend(words.split(' ').map(|word| (key(word), *code)));
    }
    known
});

/// The words of one field that may mean several codes.
type Doubts = HashMap<String, &'static [&'static str]>;

static ASKED_BACK: LazyLock<HashMap<(&str, &str), Doubts>> = LazyLock::new(|| {
    let mut doubts: HashMap<(&str, &str), Doubts> = HashMap::new();
    for (layer, field, codes, words) in DOUBTFUL {
        let of = doubts.entry((layer, field)).or_default();
        of.extend(words.split(' ').map(|word| (key(word), *codes)));
    }
    doubts
});

/// A word as it is compared: half width, simplified, small letters, without blanks and full stops.
fn key(word: &str) -> String {
    let plain: String = word
        .chars()
        .map(|c| simplified(half_width(c)))
        .filter(|c| !c.is_whitespace())
        .collect();
    let plain = plain.trim_matches(['.', '。', '、', ',', ';', '"', '“', '”', '*']);
    plain.to_lowercase().replace("其它", "其他")
}

/// The code that a word means: as it is, by the words of known sources and offices, by its Chinese name or a part of
/// it that only one code has.
pub(super) fn coded(
    layer: LayerId,
    field: &Field,
    list: &'static [CodeItem],
    text: &str,
) -> Result<Value, Misfit> {
    let word = text.trim();
    // A word that is itself one of our codes means that code.
    let error = match Value::parse(field.kind, word) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let plain = key(word);
    let doubtful = doubtful(layer, field.name, list, &plain);
    if doubtful.is_empty() {
        match meaning(layer, field.name, list, &plain) {
            Some("") => return Ok(Value::Null),
            Some(code) => return Ok(Value::parse(field.kind, code)?),
            None => {}
        }
    }
    let several = if doubtful.is_empty() {
        candidates(layer, field.name, list, &plain)
    } else {
        doubtful
    };
    let suggestion = (!several.is_empty()).then(|| {
        let names = |pick: fn(&CodeItem) -> &'static str| {
            let names: Vec<&str> = several.iter().map(|item| pick(item)).collect();
            names.join(" / ")
        };
        let (zh, en) = (names(|item| item.label.zh), names(|item| item.code));
        Said::new(format!("请写明是 {zh}"), format!("say which: {en}"))
    });
    Err(Misfit { error, suggestion })
}

/// The one code that a word means; `""` where it says that nothing is known.
fn meaning(
    layer: LayerId,
    field: &str,
    list: &'static [CodeItem],
    plain: &str,
) -> Option<&'static str> {
    single(layer, field, list, plain).or_else(|| {
        // "红色(重大风险)", "重大/红": every part means the same.
        let parts: Vec<&str> = plain
            .split(['(', ')', '/', '、', ',', '-', ':', '['])
            .map(|part| part.trim_end_matches(']'))
            .filter(|part| !part.is_empty())
            .collect();
        let mut meanings = parts.iter().map(|part| single(layer, field, list, part));
        let first = meanings.next()??;
        (parts.len() > 1 && meanings.all(|other| other == Some(first))).then_some(first)
    })
}

fn single(
    layer: LayerId,
    field: &str,
    list: &'static [CodeItem],
    plain: &str,
) -> Option<&'static str> {
    if let Some(code) = KNOWN
        .get(&(layer.as_str(), field))
        .and_then(|words| words.get(plain))
    {
        return Some(code);
    }
    let is = |item: &&CodeItem| {
        [item.code, item.label.zh, item.label.en]
            .iter()
            .any(|name| key(name) == plain)
    };
    if let Some(item) = list.iter().find(is) {
        return Some(item.code);
    }
    let mut fits = list.iter().filter(|item| means(item, plain));
    let first = fits.next()?;
    fits.next().is_none().then_some(first.code)
}

/// What a word is known to mean one of.
fn doubtful(
    layer: LayerId,
    field: &str,
    list: &'static [CodeItem],
    plain: &str,
) -> Vec<&'static CodeItem> {
    let found = ASKED_BACK.get(&(layer.as_str(), field));
    let codes = found
        .and_then(|words| words.get(plain))
        .copied()
        .unwrap_or_default();
    let all = list.iter();
    all.filter(|item| codes.contains(&item.code)).collect()
}

/// What a word may mean that has no one meaning.
fn candidates(
    layer: LayerId,
    field: &str,
    list: &'static [CodeItem],
    plain: &str,
) -> Vec<&'static CodeItem> {
    let parts: Vec<&CodeItem> = list.iter().filter(|item| means(item, plain)).collect();
    if !parts.is_empty() {
        return parts;
    }
    // A longer wording that holds words of one or two codes.
    let mut held: Vec<&str> = Vec::new();
    if let Some(words) = KNOWN.get(&(layer.as_str(), field)) {
        let mut within: Vec<(&String, &&str)> = words
            .iter()
            .filter(|(word, code)| {
                word.chars().count() >= 2 && !code.is_empty() && plain.contains(word.as_str())
            })
            .collect();
        within.sort_by_key(|(word, _)| (std::cmp::Reverse(word.len()), (*word).clone()));
        for (_, code) in within {
            if !held.contains(code) {
                held.push(code);
            }
        }
    }
    held.truncate(3);
    list.iter()
        .filter(|item| held.contains(&item.code))
        .collect()
}

/// Whether `word` is a part of the Chinese name that stands for it: `砖混` for `砖混(现浇)`, `框剪结构` for `框剪/剪力墙`.
fn means(item: &CodeItem, word: &str) -> bool {
    let core = |text: &str| {
        let text = ["结构", "风险", "隐患", "类"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
            .unwrap_or(text);
        text.to_owned()
    };
    let name = key(item.label.zh);
    let before = name.split('(').next().unwrap_or(&name);
    let within = name
        .split_once('(')
        .map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let word = core(word);
    let parts = before.split('/').chain(std::iter::once(within));
    !word.is_empty() && parts.map(core).any(|part| part == word)
}

#[cfg(test)]
mod tests;
