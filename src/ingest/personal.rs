//! The guard of invariant "no person tracking" on files: columns that announce personal data, and how names are shown.
//! What a value is, `domain::personal` says.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use crate::domain::personal::PersonalKind;
pub(super) use crate::domain::personal::in_text as by_value;
use crate::ingest::columns::normalised;
use crate::ingest::values::shortened;

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
    fn headers_of_the_facts_are_known() {
        assert_eq!(by_header("联系电话"), Some(PersonalKind::Telephone));
        assert_eq!(by_header(" 姓 名 "), Some(PersonalKind::Name));
        assert_eq!(by_header("是否重点人员"), Some(PersonalKind::Sensitive));
        assert_eq!(by_header("name"), None);
    }
}
