//! An address taken apart: what stands before the house, the house, the entrance, the floor, the room.

use crate::query::spelling::{half_width, simplified};

/// The pieces of an address, each as its plain number or word; empty where it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// What stands before the house: district, street and number, compound.
    pub head: String,
    /// `3`, `3A`, `东`.
    pub building: String,
    /// `2`, `东`.
    pub entrance: String,
    /// The floor, where the address says it.
    pub floor: String,
    /// `501`.
    pub room: String,
}

/// Words after the number of a building, longest first.
const BUILDING: &[&str] = &["号楼", "栋楼", "#楼", "号栋", "栋", "幢", "座", "#"];
/// Words after the number of an entrance.
const ENTRANCE: &[&str] = &["单元", "门洞", "门栋", "门"];
/// Words after a floor.
const FLOOR: &[&str] = &["层", "楼"];
/// Words after a room.
const ROOM: &[&str] = &["室", "号房", "房", "号", "户"];
/// Buildings and entrances that are named by where they stand.
const COMPASS: &[char] = &['东', '西', '南', '北', '中'];

/// The pieces of an address as people write it: `雁塔路5号翠园小区3号楼2单元501`, `翠园小区3#-2-501`, `3栋东单元`.
pub fn pieces(address: &str) -> Pieces {
    let plain: Vec<char> = plain(address).chars().collect();
    let whole = |range: &[char]| range.iter().collect::<String>();
    let marked = (0..plain.len()).find_map(|at| {
        let (number, length) = name_at(&plain, at)?;
        let after = word_after(plain.get(at + length..)?, BUILDING)?;
        Some((at, number, at + length + after))
    });
    if let Some((at, building, end)) = marked {
        let mut pieces = Pieces {
            head: whole(plain.get(..at).unwrap_or_default()),
            building,
            ..Pieces::default()
        };
        pieces.behind(plain.get(end..).unwrap_or_default());
        return pieces;
    }
    dashes(&plain).unwrap_or_else(|| {
        // Without a house there may still be an entrance.
        let entrance = (0..plain.len()).find_map(|at| {
            let (number, length) = name_at(&plain, at)?;
            plain
                .get(at + length..)?
                .starts_with(&['单', '元'])
                .then_some((at, number))
        });
        let mut pieces = Pieces::default();
        match entrance {
            Some((at, _)) => {
                pieces.head = whole(plain.get(..at).unwrap_or_default());
                pieces.behind(plain.get(at..).unwrap_or_default());
            }
            None => pieces.head = whole(&plain),
        }
        pieces
    })
}

/// The plain number of a house or an entrance: `3` of `3号楼`, `三栋`, `3#`, `０３`; `东` of `东单元`.
pub fn number(text: &str) -> String {
    let plain: Vec<char> = plain(text).chars().collect();
    match name_at(&plain, 0) {
        Some((number, _)) => number,
        None => plain.into_iter().collect(),
    }
}

/// Half width, capitals, simplified characters, without blanks.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match simplified(half_width(c)) {
            '—' | '–' | '―' | '~' => '-',
            '♯' => '#',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}

impl Pieces {
    /// Reads what stands behind the house.
    fn behind(&mut self, rest: &[char]) {
        let mut rest = rest;
        while let Some(next) = self.next(rest) {
            rest = next;
        }
    }

    /// Reads one piece; gives what is left.
    fn next<'a>(&mut self, rest: &'a [char]) -> Option<&'a [char]> {
        let rest = match rest {
            ['-' | ',' | '、' | '/' | '.' | '(' | ')', rest @ ..] => return Some(rest),
            [] => return None,
            rest => rest,
        };
        let (name, length) = name_at(rest, 0)?;
        let after = rest.get(length..)?;
        if self.entrance.is_empty()
            && self.room.is_empty()
            && let Some(word) = word_after(after, ENTRANCE)
        {
            self.entrance = name;
            return after.get(word..);
        }
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        if is_number
            && self.floor.is_empty()
            && let Some(word) = word_after(after, FLOOR)
        {
            self.floor = name;
            return after.get(word..);
        }
        if !name.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // A short number between dashes is the entrance, the next one the room: 3#-2-501.
        let is_last = !after.contains(&'-');
        if self.entrance.is_empty() && self.room.is_empty() && name.len() <= 2 && !is_last {
            self.entrance = name;
            return Some(after);
        }
        if self.room.is_empty() {
            self.room = name;
            return after.get(word_after(after, ROOM).unwrap_or(0)..);
        }
        None
    }
}

/// `翠园小区3-2-501` and `翠园小区3-501`: numbers with dashes at the end, without any word.
fn dashes(plain: &[char]) -> Option<Pieces> {
    let is_part = |c: &char| c.is_ascii_digit() || *c == '-';
    let from = plain
        .iter()
        .rposition(|c| !is_part(c))
        .map_or(0, |at| at + 1);
    let text: String = plain.get(from..)?.iter().collect();
    let numbers: Vec<&str> = text.split('-').collect();
    let head: String = plain.get(..from)?.iter().collect();
    // "雁塔路5-1" is a number of a street.
    if numbers.iter().any(|number| number.is_empty()) || head.ends_with(['路', '街', '巷', '道'])
    {
        return None;
    }
    let (building, entrance, room) = match numbers.as_slice() {
        [building, entrance, room] => (*building, *entrance, *room),
        [building, room] if room.len() >= 3 => (*building, "", *room),
        [building, entrance] => (*building, *entrance, ""),
        _ => return None,
    };
    let short = |number: &str| number.trim_start_matches('0').to_owned();
    Some(Pieces {
        head,
        building: short(building),
        entrance: short(entrance),
        floor: String::new(),
        room: room.to_owned(),
    })
}

/// How many characters of one of `words` stand at the beginning.
fn word_after(rest: &[char], words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| {
        let length = word.chars().count();
        let begins = rest.get(..length)?.iter().copied().eq(word.chars());
        begins.then_some(length)
    })
}

/// A number, a letter or a direction that names a house, as its plain form, with its length; only where it begins.
fn name_at(plain: &[char], at: usize) -> Option<(String, usize)> {
    let first = *plain.get(at)?;
    let before = at
        .checked_sub(1)
        .and_then(|before| plain.get(before))
        .copied();
    if first.is_ascii_digit() {
        if before.is_some_and(|c| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let digits = plain
            .iter()
            .skip(at)
            .take_while(|c| c.is_ascii_digit())
            .count();
        let letter = plain
            .get(at + digits)
            .copied()
            .filter(char::is_ascii_uppercase);
        let mut name: String = plain.get(at..at + digits)?.iter().collect();
        name = match name.trim_start_matches('0') {
            "" => "0".to_owned(),
            short => short.to_owned(),
        };
        name.extend(letter);
        return Some((name, digits + usize::from(letter.is_some())));
    }
    if first.is_ascii_uppercase() {
        if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let digits = plain
            .iter()
            .skip(at + 1)
            .take_while(|c| c.is_ascii_digit())
            .count();
        let name: String = plain.get(at..=at + digits)?.iter().collect();
        return Some((name, digits + 1));
    }
    if COMPASS.contains(&first) {
        let length = plain
            .iter()
            .skip(at)
            .take_while(|c| COMPASS.contains(c))
            .count();
        let begins = before.is_none_or(|c| !COMPASS.contains(&c));
        return begins.then(|| (plain.iter().skip(at).take(length).collect(), length));
    }
    let is_numeral = |c: char| numeral(c).is_some() || c == '十' || c == '百';
    if is_numeral(first) && before.is_none_or(|c| !is_numeral(c)) {
        let length = plain
            .iter()
            .skip(at)
            .take_while(|c| is_numeral(**c))
            .count();
        let value = chinese(plain.get(at..at + length)?)?;
        return Some((value.to_string(), length));
    }
    None
}

fn numeral(c: char) -> Option<u32> {
    let place = "零一二三四五六七八九".chars().position(|digit| digit == c);
    place
        .and_then(|place| u32::try_from(place).ok())
        .or(match c {
            '〇' => Some(0),
            '两' => Some(2),
            _ => None,
        })
}

/// `三`, `十二`, `二十`, `一百零三`, `五〇一`.
fn chinese(chars: &[char]) -> Option<u32> {
    if !chars.iter().any(|c| matches!(c, '十' | '百')) {
        return chars.iter().try_fold(0_u32, |value, c| {
            value.checked_mul(10)?.checked_add(numeral(*c)?)
        });
    }
    let (mut value, mut digit) = (0, None);
    for c in chars {
        match c {
            '百' => value += digit.take().unwrap_or(1) * 100,
            '十' => value += digit.take().unwrap_or(1) * 10,
            other => digit = Some(numeral(*other)?),
        }
    }
    Some(value + digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, wanted: [&str; 5]) {
        let found = pieces(address);
        let found = [
            &found.head,
            &found.building,
            &found.entrance,
            &found.floor,
            &found.room,
        ];
        assert_eq!(found.map(String::as_str), wanted, "{address}");
    }

    #[test]
    fn addresses_as_people_write_them() {
        check(
            "雁塔路5号翠园小区3号楼2单元501",
            ["雁塔路5号翠园小区", "3", "2", "", "501"],
        );
        check("翠园小区3#-2-501", ["翠园小区", "3", "2", "", "501"]);
        check("翠园小区3#楼2单元501室", ["翠园小区", "3", "2", "", "501"]);
        check("翠园小区3-2-501", ["翠园小区", "3", "2", "", "501"]);
        check("翠园小区3-501", ["翠园小区", "3", "", "", "501"]);
        check("翠园小区03-02", ["翠园小区", "3", "2", "", ""]);
        check("翠园3栋", ["翠园", "3", "", "", ""]);
        check("翠园3幢东单元", ["翠园", "3", "东", "", ""]);
        check("翠园小区 ３号楼 ２单元", ["翠园小区", "3", "2", "", ""]);
        check("翠园小区三号楼二单元五层", ["翠园小区", "3", "2", "5", ""]);
        check("翠园小区十二栋", ["翠园小区", "12", "", "", ""]);
        check("翠園小區3棟2單元", ["翠园小区", "3", "2", "", ""]);
        check("翠园A座1201", ["翠园", "A", "", "", "1201"]);
        check("翠园3A号楼", ["翠园", "3A", "", "", ""]);
        check("电表厂家属院东楼", ["电表厂家属院东楼", "", "", "", ""]);
        check(
            "第三纺机厂家属院2号楼1门",
            ["第三纺机厂家属院", "2", "1", "", ""],
        );
        check("青池巷1号1号楼", ["青池巷1号", "1", "", "", ""]);
        check("雁塔路5-1", ["雁塔路5-1", "", "", "", ""]);
        check("翠园小区2单元501", ["翠园小区", "", "2", "", "501"]);
        check("雁塔路5号", ["雁塔路5号", "", "", "", ""]);
        check("翠园小区5号楼-1层", ["翠园小区", "5", "", "1", ""]);
        check("", ["", "", "", "", ""]);
        check("#", ["#", "", "", "", ""]);
    }

    #[test]
    fn numbers_of_houses() {
        for (text, wanted) in [
            ("3号楼", "3"),
            ("三栋", "3"),
            ("０３", "3"),
            ("3#", "3"),
            ("东单元", "东"),
            ("B", "B"),
            ("一百零三", "103"),
            ("附楼", "附楼"),
        ] {
            assert_eq!(number(text), wanted, "{text}");
        }
    }
}
