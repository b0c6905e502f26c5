//! What is a person's and must not be kept: one recogniser for imports, for edits and for what other programs wrote.
//!
//! Invariant "no person tracking": the map knows doors and places. Telephones of posts are the office's, landlines of
//! shops and stations are their own; both stay. Numbers are judged by their form, names only behind a word for a person.

mod columns;
mod names;
mod numbers;
mod plain;

use crate::domain::{Draft, FieldKind, LayerId, LayerSchema, Value};

pub use columns::ColumnNumbers;

/// What kind of personal data was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalKind {
    /// A person's name.
    Name,
    /// An identity number.
    IdNumber,
    /// A telephone number.
    Telephone,
    /// Another way to reach a person: `WeChat`, QQ, e-mail.
    Contact,
    /// Date of birth, sex or age.
    BirthOrSex,
    /// Health, belief, conduct, movement and the like.
    Sensitive,
    /// A number plate or a bank account.
    PlateOrAccount,
}

impl PersonalKind {
    /// The stable word in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::IdNumber => "id_number",
            Self::Telephone => "telephone",
            Self::Contact => "contact",
            Self::BirthOrSex => "birth_or_sex",
            Self::Sensitive => "sensitive",
            Self::PlateOrAccount => "plate_or_account",
        }
    }

    /// What people read, Chinese and English.
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("姓名", "a person's name"),
            Self::IdNumber => ("身份证号", "an identity number"),
            Self::Telephone => ("电话号码", "a telephone number"),
            Self::Contact => ("微信、QQ或邮箱", "a WeChat, QQ or e-mail address"),
            Self::BirthOrSex => ("出生日期、性别或年龄", "date of birth, sex or age"),
            Self::Sensitive => ("敏感个人信息", "sensitive personal information"),
            Self::PlateOrAccount => ("车牌或账号", "a number plate or an account"),
        }
    }
}

/// Whose numbers a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Residents: a landline or a mailbox is somebody's.
    Residents,
    /// Shops, stations, offices: their landlines are for everybody.
    Places,
}

/// What a text holds that is a person's, alone or within other words.
pub fn in_text(text: &str) -> Option<PersonalKind> {
    judged(text, Whose::Places)
}

fn judged(text: &str, whose: Whose) -> Option<PersonalKind> {
    // Nearly every text of a map is short of what each of these needs.
    let look = plain::look(text);
    let (may_number, may_plate) = (
        look.digits >= plain::FEWEST_DIGITS,
        look.may_plate && look.digits > 0,
    );
    if !may_number && !may_plate && !look.may_name && !look.has_at {
        return None;
    }
    let chars = plain::of(text);
    let residents = whose == Whose::Residents;
    let number = || numbers::within(&chars, residents).filter(|_| may_number);
    let plate = || may_plate && numbers::has_plate(&chars);
    number()
        .or_else(|| plate().then_some(PersonalKind::PlateOrAccount))
        .or_else(|| numbers::contact(&chars, residents))
        .or_else(|| (look.may_name && names::named(&chars)).then_some(PersonalKind::Name))
}

/// What a code holds that is a person's. Codes are made of digits, so a number must be more like a person's here:
/// `is_known` says whether codes of the map begin with these digits.
pub fn in_code(text: &str, is_known: impl Fn(&str) -> bool) -> Option<PersonalKind> {
    let code = text.trim();
    if code.is_empty() || code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let of_osm = ["node/", "way/", "relation/"];
    if of_osm.iter().any(|prefix| code.starts_with(prefix)) {
        return None;
    }
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        return numbers::bare(code, is_known);
    }
    in_text(code)
}

/// What a whole number holds that is a person's.
pub fn in_number(number: i64) -> Option<PersonalKind> {
    // counts and sums are round, telephones are not
    let is_round = number.unsigned_abs().is_multiple_of(100_000);
    if number < 10_000_000_000 || is_round {
        return None;
    }
    numbers::bare(&number.to_string(), |_prefix| false)
}

/// What the value of the field called `field` holds that must not be kept in `layer`; `is_known` as for [`in_code`].
pub fn in_value(
    layer: &LayerSchema,
    field: &str,
    value: &Value,
    is_known: impl Fn(&str) -> bool,
) -> Option<PersonalKind> {
    if is_of_osm(field) {
        return None;
    }
    if layer.field(field).is_some_and(|field| field.codes) {
        return in_code_column(layer, value, is_known);
    }
    let found = match value {
        Value::Text(text) if is_code(field) => in_code(text, is_known),
        Value::Text(text) => in_text_of(layer, text),
        Value::Integer(number) if is_code(field) => in_code(&number.to_string(), is_known),
        Value::Integer(number) => in_number(*number),
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "whole and below 2^53"
        )]
        Value::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            in_number(*number as i64)
        }
        Value::Null | Value::Boolean(_) | Value::Real(_) | Value::Date(_) | Value::Time(_) => None,
    }?;
    may_not_stay(layer, found).then_some(found)
}

/// As [`in_value`] for a field whose numbers, seen together, are codes or measures: one that begins as those of the map
/// do is one of them.
fn in_code_column(
    layer: &LayerSchema,
    value: &Value,
    is_known: impl Fn(&str) -> bool,
) -> Option<PersonalKind> {
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) if number.fract() == 0.0 => format!("{number:.0}"),
        _ => return None,
    };
    let is_bare = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = if is_bare {
        let is_of_the_map = text.get(..KNOWN_PREFIX).is_some_and(&is_known);
        in_code(&text, is_known).filter(|_| !is_of_the_map)
    } else {
        in_text_of(layer, &text)
    }?;
    may_not_stay(layer, found).then_some(found)
}

/// The digits by which the codes of a map are known: those of a subdistrict.
const KNOWN_PREFIX: usize = 9;

/// As [`in_value`], for a text that has no code's rule.
pub fn in_text_of(layer: &LayerSchema, text: &str) -> Option<PersonalKind> {
    let of_residents = [LayerId::HOUSEHOLDS, LayerId::CASES].contains(&layer.id);
    let whose = if of_residents {
        Whose::Residents
    } else {
        Whose::Places
    };
    judged(text, whose).filter(|found| may_not_stay(layer, *found))
}

/// Whether what was found is nobody's office in this layer: the telephones of posts are.
fn may_not_stay(layer: &LayerSchema, found: PersonalKind) -> bool {
    found != PersonalKind::Telephone || layer.id != LayerId::POSTS
}

/// Whether a field holds codes by its name: also those of other people's tables (BH 编号, BM 编码, DM 代码).
pub(crate) fn is_code(field: &str) -> bool {
    let lower = field.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let ends = |words: &[&str]| words.iter().any(|word| lower.ends_with(word));
    has(&[
        "code",
        "コード",
        "编码",
        "编号",
        "代码",
        "編碼",
        "編號",
        "代碼",
    ]) || ends(&["id", "bh", "bm", "dm"])
}

/// Whether a field holds identities of OpenStreetMap, which are as long as telephone numbers.
pub(crate) fn is_of_osm(field: &str) -> bool {
    field.to_ascii_lowercase().starts_with("osm") || field == "@id"
}

/// Every field of a record that holds what is a person's, in the order of the schema.
pub fn in_draft(
    layer: &LayerSchema,
    draft: &Draft,
    is_known: impl Fn(&str) -> bool,
) -> Vec<(&'static str, PersonalKind)> {
    let code = in_code(&draft.code, &is_known).filter(|found| may_not_stay(layer, *found));
    let name = in_text_of(layer, &draft.name);
    let own = [("code", code), ("name", name)];
    let fields = layer.fields.iter().zip(&draft.attributes);
    let fields = fields
        .filter(|(field, _)| !matches!(field.kind, FieldKind::Code(_)))
        .map(|(field, value)| (field.name, in_value(layer, field.name, value, &is_known)));
    own.into_iter()
        .chain(fields)
        .filter_map(|(field, found)| Some((field, found?)))
        .collect()
}

#[cfg(test)]
mod tests;
