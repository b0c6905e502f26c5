//! Texts without regard to case or accents, and texts as the parser takes them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Operand, Scalar};

/// The text with capital and small letters made one: ß is ss, ς is σ.
pub(super) fn case_folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text with every letter's marks taken away.
pub(super) fn without_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// What `operand` is for every record; `None` where it depends on the record or is no text.
pub(super) fn constant(operand: &Operand) -> Option<String> {
    match operand {
        Operand::Literal(Scalar::Text(text)) => Some(text.to_string()),
        Operand::CaseFolded(inner) => constant(inner).map(|text| case_folded(&text)),
        Operand::WithoutAccents(inner) => constant(inner).map(|text| without_accents(&text)),
        _ => None,
    }
}

/// CQL2 text as the parser takes it: `\'` in a literal is another way to write a quote, `''`.
pub(super) fn plain(text: &str) -> String {
    text.replace("\\'", "''")
}
