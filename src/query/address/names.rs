//! Which name of the map an address holds, and whether what stands beside that name makes it another place.
//!
//! `山水名家（南区）` is 山水名家南区 where the map has it; where it has not, it is not 山水名家 either: parts of a name
//! that the map does not know are never dropped.

use super::parse::plain;

/// What stands behind the name of a compound and only says where in it something is.
const WITHIN: &[&str] = &[
    "内",
    "里",
    "院内",
    "院子",
    "门口",
    "门前",
    "大门",
    "正门",
    "侧门",
    "后门",
    "东门",
    "西门",
    "南门",
    "北门",
    "东侧",
    "西侧",
    "南侧",
    "北侧",
    "东南",
    "东北",
    "西南",
    "西北",
    "中心",
    "中央",
    "中间",
    "旁",
    "附近",
    "周边",
    "对面",
    "对过",
    "隔壁",
    "楼下",
    "楼前",
    "楼后",
    "楼顶",
    "楼道",
    "屋顶",
    "外墙",
    "围墙",
    "墙外",
    "物业",
    "地下",
    "地面",
    "车库",
    "车棚",
    "停车",
    "充电",
    "广场",
    "花坛",
    "绿地",
    "绿化",
    "门面",
    "门房",
    "门卫",
    "岗亭",
    "商铺",
    "底商",
    "沿街",
    "临街",
    "配电",
    "水泵",
    "泵房",
    "锅炉",
    "换热",
    "垃圾",
    "公厕",
    "消防",
    "凉亭",
    "健身",
    "活动",
    "社区",
    "居委会",
    "路口",
    "十字",
    "道路",
    "通道",
    "出口",
    "入口",
    "出入口",
    "以东",
    "以西",
    "以南",
    "以北",
    "负一",
    "负1",
    "-1",
    "公共",
    "入户",
    "一层",
    "1层",
    "室外",
    "管网",
    "管道",
    "井",
    "处",
    "等",
];

/// Words that say that what follows is another name of the same, or a place beside it.
const ALSO: &[&str] = &[
    "原", "曾", "又名", "又称", "别名", "现", "即", "近", "靠", "旁", "邻", "含", "包括", "共",
    "地址", "位于",
];

/// Ends of the names of what a compound lies in.
const AROUND: &[&str] = &[
    "街道", "街办", "社区", "网格", "镇", "市", "省", "县", "路", "街", "巷", "道", "号", "村",
];

/// Words that a name may be said to be at the side of.
const APART: &str = "新老旧东西南北中上下前后大小";

/// Digits and words before the parts that compounds are built in.
const PARTS: &[char] = &['期', '区', '组'];

/// A name as it is compared: half width, simplified, without blanks, brackets and dashes in them, its parts in digits.
pub(super) fn key(text: &str) -> String {
    let plain = plain(text);
    let kept: Vec<char> = plain.chars().filter(|c| !is_bracket(*c)).collect();
    let mut key = String::with_capacity(plain.len());
    for (at, c) in kept.iter().enumerate() {
        let is_before_part = kept.get(at + 1).is_some_and(|next| PARTS.contains(next));
        match digit(*c) {
            Some(digit) if is_before_part => key.push(digit),
            _ => key.push(*c),
        }
    }
    key
}

fn digit(c: char) -> Option<char> {
    let places = ["一二三四五六七八九", "ⅠⅡⅢⅣⅤⅥⅦⅧⅨ"];
    let place = places
        .iter()
        .find_map(|all| all.chars().position(|one| one == c))?;
    "123456789".chars().nth(place)
}

fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '(' | ')'
            | '['
            | ']'
            | '【'
            | '】'
            | '〔'
            | '〕'
            | '{'
            | '}'
            | '《'
            | '》'
            | '“'
            | '”'
            | '"'
            | '·'
            | '•'
    )
}

/// What stands before, within and behind the first brackets of a text.
pub(super) fn bracketed(head: &str) -> Option<(String, String, String)> {
    let plain = plain(head);
    let open = plain.find(['(', '[', '【', '〔', '{'])?;
    let (before, rest) = plain.split_at_checked(open)?;
    let mut rest = rest.chars();
    rest.next();
    let rest = rest.as_str();
    let (within, behind) = match rest.find([')', ']', '】', '〕', '}']) {
        Some(close) => {
            let (within, behind) = rest.split_at_checked(close)?;
            let mut behind = behind.chars();
            behind.next();
            (within, behind.as_str())
        }
        None => (rest, ""),
    };
    Some((key(before), key(within), key(behind)))
}

/// Whether what stands behind a name only says where within the place something is.
pub(super) fn is_within(rest: &str) -> bool {
    if WITHIN.iter().any(|word| rest.starts_with(word)) {
        return true;
    }
    // a house or an entrance whose word the address has cut: "东楼", "3楼", "2门"
    let tail = rest.trim_start_matches(|c: char| {
        c.is_ascii_alphanumeric() || "东西南北中一二三四五六七八九十-#".contains(c)
    });
    let is_number = tail.len() < rest.len();
    is_number
        && (tail.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit())
            || [
                "楼", "栋", "幢", "座", "单元", "门", "层", "室", "户", "号", "排",
            ]
            .iter()
            .any(|word| tail.starts_with(word)))
}

/// Whether what stands in brackets only explains: another name, what it lies in, where in it something is.
pub(super) fn explains(within: &str) -> bool {
    within.is_empty()
        || is_within(within)
        || ALSO.iter().any(|word| within.starts_with(word))
        || AROUND.iter().any(|word| within.ends_with(word))
}

/// Whether what stands before a name makes another name of it: `新翠园小区` is not 翠园小区.
pub(super) fn is_other_before(before: &str) -> bool {
    let mut chars = before.chars().rev();
    let (Some(last), next) = (chars.next(), chars.next()) else {
        return false;
    };
    APART.contains(last) && next.is_none_or(|c| "省市区县镇乡村街道路巷号院社格,，、-".contains(c))
}
