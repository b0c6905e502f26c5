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

/// Words within a header that announce personal data, whatever stands around them.
const FRAGMENTS: &[(&str, PersonalKind)] = &[
    ("身份证", PersonalKind::IdNumber),
    ("证件号", PersonalKind::IdNumber),
    ("护照", PersonalKind::IdNumber),
    ("手机", PersonalKind::Telephone),
    ("电话", PersonalKind::Telephone),
    ("联系方式", PersonalKind::Telephone),
    ("微信", PersonalKind::Telephone),
    ("姓名", PersonalKind::Name),
    ("户主", PersonalKind::Name),
    ("房主", PersonalKind::Name),
    ("产权人", PersonalKind::Name),
    ("承租人", PersonalKind::Name),
    ("居住人", PersonalKind::Name),
    ("出生", PersonalKind::BirthOrSex),
    ("性别", PersonalKind::BirthOrSex),
    ("民族", PersonalKind::Sensitive),
    ("宗教", PersonalKind::Sensitive),
    ("政治面貌", PersonalKind::Sensitive),
    ("病史", PersonalKind::Sensitive),
    ("重点人", PersonalKind::Sensitive),
    ("信访", PersonalKind::Sensitive),
    ("刑满", PersonalKind::Sensitive),
    ("吸毒", PersonalKind::Sensitive),
    ("核酸", PersonalKind::Sensitive),
    ("疫苗", PersonalKind::Sensitive),
    ("轨迹", PersonalKind::Sensitive),
    ("籍贯", PersonalKind::Sensitive),
    ("车牌", PersonalKind::PlateOrAccount),
    ("银行卡", PersonalKind::PlateOrAccount),
];

/// Whether a column's header announces personal data.
pub(super) fn by_header(header: &str) -> Option<PersonalKind> {
    let plain = normalised(header);
    let whole = HEADERS.get(&plain).copied();
    whole.or_else(|| {
        let found = FRAGMENTS.iter().find(|(word, _)| plain.contains(word));
        found.map(|(_, kind)| *kind)
    })
}

/// Whether a cell holds an identity number, a mobile number, a number plate, a bank card or a person who is named as
/// such, alone or within other text.
pub(super) fn by_value(text: &str) -> Option<PersonalKind> {
    // Every cell of every file passes here, and nearly all are short of what each of these needs.
    let digits = text.chars().filter(|c| is_digit(*c)).take(LEAST_DIGITS);
    let digits = digits.count();
    let by_digits = (digits == LEAST_DIGITS)
        .then(|| by_digits_within(text))
        .flatten();
    if text.is_ascii() {
        return by_digits;
    }
    by_digits
        .or_else(|| (digits > 0 && has_plate(text)).then_some(PersonalKind::PlateOrAccount))
        .or_else(|| names_a_person(text).then_some(PersonalKind::Name))
}

/// The shortest number of a person that is looked for, a mobile telephone's, has so many digits.
const LEAST_DIGITS: usize = 11;

/// A digit, plain or of full width.
fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

/// Provinces as they stand on number plates (GA 36).
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// A plate: province, letter, five or six letters and digits, at least one of them a digit.
fn has_plate(text: &str) -> bool {
    let chars: Vec<char> = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '·' | '-'))
        .collect();
    chars.windows(7).any(|window| {
        let [province, letter, tail @ ..] = window else {
            return false;
        };
        PROVINCES.contains(*province)
            && letter.is_ascii_uppercase()
            && tail
                .iter()
                .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
            && tail.iter().any(char::is_ascii_digit)
    })
}

/// `户主:张三`, `联系人 李四`: a word for a person and two to four Chinese characters.
fn names_a_person(text: &str) -> bool {
    if !text.contains([':', '：']) {
        return false;
    }
    [
        "户主",
        "房主",
        "产权人",
        "承租人",
        "姓名",
        "联系人",
        "业主姓名",
    ]
    .iter()
    .any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            let name = rest.strip_prefix([':', '：']);
            name.is_some_and(|name| {
                let chars = name
                    .trim_start()
                    .chars()
                    .take_while(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
                chars.count() >= 2
            })
        })
    })
}

fn by_digits_within(text: &str) -> Option<PersonalKind> {
    // Full-width digits count; spaces and hyphens within a number do not part it.
    let mut run = String::new();
    let mut found = None;
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            '0'..='9' => run.push(c),
            '０'..='９' => run.extend(char::from_u32(u32::from(c) - 0xFF10 + u32::from('0'))),
            'x' | 'X' | 'Ｘ' | 'ｘ' if run.len() == 17 => run.push('X'),
            ' ' | '-' | '－' if !run.is_empty() && run.len() < 19 => {}
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
        [6, 2, ..] if (16..=19).contains(&digits.len()) && passes_luhn(&digits) => {
            Some(PersonalKind::PlateOrAccount)
        }
        _ => None,
    }
}

/// The check of ISO/IEC 7812 that bank cards pass and one other number in ten.
fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([1, 2].iter().cycle())
        .map(|(digit, factor)| {
            let product = digit * factor;
            product / 10 + product % 10
        })
        .sum();
    sum.is_multiple_of(10)
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
        for text in ["陕A12345", "车停在门口 陕A·D12345", "6222020200000000006"] {
            assert_eq!(by_value(text), Some(PersonalKind::PlateOrAccount), "{text}");
        }
        for text in ["户主:张三", "联系人：李四,早上在家"] {
            assert_eq!(by_value(text), Some(PersonalKind::Name), "{text}");
        }
        for text in [
            "",
            "陕西省西安市",
            "联系人:无",
            "61011300200100012345",
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
