//! The guard of invariant "no person tracking": what looks like a person's data never gets further than this file.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::ingest::columns::normalised;
use crate::ingest::values::shortened;

/// What kind of personal data was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalKind {
    /// A person's name.
    Name,
    /// An identity number.
    IdNumber,
    /// A telephone number.
    Telephone,
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
            Self::BirthOrSex => ("出生日期、性别或年龄", "date of birth, sex or age"),
            Self::Sensitive => ("敏感个人信息", "sensitive personal information"),
            Self::PlateOrAccount => ("车牌或账号", "a number plate or an account"),
        }
    }
}

#[derive(Deserialize)]
struct Facts {
    pii_headers: Vec<Headers>,
}

#[derive(Deserialize)]
struct Headers {
    field: String,
    headers: Vec<String>,
}

static HEADERS: LazyLock<HashMap<String, PersonalKind>> = LazyLock::new(|| {
    let facts: Option<Facts> =
        serde_json::from_str(include_str!("../../geodata/facts/column_synonyms.json")).ok();
    let mut known = HashMap::new();
    for list in facts.into_iter().flat_map(|facts| facts.pii_headers) {
        let kind = match list.field.as_str() {
            "person_name" => PersonalKind::Name,
            "id_number" => PersonalKind::IdNumber,
            "phone" => PersonalKind::Telephone,
            "birth_gender" => PersonalKind::BirthOrSex,
            "vehicle_bank" => PersonalKind::PlateOrAccount,
            _ => PersonalKind::Sensitive,
        };
        known.extend(list.headers.iter().map(|header| (normalised(header), kind)));
    }
    for (header, kind) in [
        ("phone", PersonalKind::Telephone),
        ("mobile", PersonalKind::Telephone),
        ("id_card", PersonalKind::IdNumber),
    ] {
        known.insert(header.to_owned(), kind);
    }
    known
});

/// Whether a column's header announces personal data.
pub(super) fn by_header(header: &str) -> Option<PersonalKind> {
    HEADERS.get(&normalised(header)).copied()
}

/// Whether a cell holds an identity number or a mobile number, alone or within other text.
pub(super) fn by_value(text: &str) -> Option<PersonalKind> {
    // Full-width digits count; spaces and hyphens within a number do not part it.
    let mut run = String::new();
    let mut found = None;
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            '0'..='9' => run.push(c),
            '０'..='９' => run.extend(char::from_u32(u32::from(c) - 0xFF10 + u32::from('0'))),
            'x' | 'X' | 'Ｘ' | 'ｘ' if run.len() == 17 => run.push('X'),
            ' ' | '-' | '－' if !run.is_empty() && run.len() < 18 => {}
            _ => {
                found = found.or_else(|| by_digits(&run));
                run.clear();
            }
        }
    }
    found
}

fn by_digits(run: &str) -> Option<PersonalKind> {
    let digits: Vec<u32> = run.chars().map(|c| c.to_digit(10).unwrap_or(10)).collect();
    let national = digits
        .strip_prefix(&[8, 6])
        .filter(|rest| rest.len() == 11)
        .unwrap_or(&digits);
    if is_identity_number(&digits) {
        return Some(PersonalKind::IdNumber);
    }
    match national {
        [1, 3..=9, ..] if national.len() == 11 => Some(PersonalKind::Telephone),
        _ => None,
    }
}

/// GB 11643: region, date of birth, serial, check digit; a wrong check digit does not make it less of a person's.
fn is_identity_number(digits: &[u32]) -> bool {
    if digits.len() != 18 || digits.first().is_none_or(|d| *d == 0) {
        return false;
    }
    let number = |from: usize, to: usize| {
        digits
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .fold(0, |sum, digit| sum * 10 + digit)
    };
    let (year, month, day) = (number(6, 10), number(10, 12), number(12, 14));
    (1900..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// A header, unless somebody's number stands in its place.
pub(super) fn masked(header: &str) -> String {
    if by_value(header).is_some() {
        "***".to_owned()
    } else {
        shortened(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_seen_wherever_they_stand() {
        for text in [
            "110101199003074610",
            "身份证 11010119900307461X。",
            "１１０１０１１９９００３０７４６１０",
            "110101 1990 0307 4610",
        ] {
            assert_eq!(by_value(text), Some(PersonalKind::IdNumber), "{text}");
        }
        for text in [
            "13812345678",
            "电话：138-1234-5678",
            "+86 138 1234 5678",
            "找王先生19912345678处理",
        ] {
            assert_eq!(by_value(text), Some(PersonalKind::Telephone), "{text}");
        }
        for text in [
            "",
            "610113002001",
            "029-88881234",
            "3号楼2单元501",
            "12812345678",
            "1381234567",
            "2026-03-05T08:00:00Z",
        ] {
            assert_eq!(by_value(text), None, "{text}");
        }
    }

    #[test]
    fn headers_of_the_facts_are_known() {
        assert_eq!(by_header("联系电话"), Some(PersonalKind::Telephone));
        assert_eq!(by_header(" 姓 名 "), Some(PersonalKind::Name));
        assert_eq!(by_header("是否重点人员"), Some(PersonalKind::Sensitive));
        assert_eq!(by_header("name"), None);
    }
}
