//! Numbers of persons: identity, telephone, plate, account, and other ways to reach somebody.

use super::PersonalKind;

/// Digits that stand together: where in the text, and where among all its digits.
#[derive(Debug)]
struct Group {
    from: usize,
    to: usize,
    first: usize,
    end: usize,
}

/// The most digits of a number that is written in several groups.
const LONGEST: usize = 19;

/// What of a person's the numbers in `text` are.
pub(super) fn within(text: &[char], residents: bool) -> Option<PersonalKind> {
    if is_uuid(text) {
        return None;
    }
    let (digits, groups) = groups(text);
    for (at, first) in groups.iter().enumerate() {
        let mut sizes = [0; MOST_GROUPS];
        let (mut last, mut is_dotted) = (first.from, false);
        for (count, group) in groups.iter().skip(at).take(MOST_GROUPS).enumerate() {
            let between = text.get(last..group.from).unwrap_or_default();
            if count > 0 && !is_joint(between) {
                break;
            }
            is_dotted |= between.contains(&'.');
            if let Some(size) = sizes.get_mut(count) {
                *size = group.end - group.first;
            }
            last = group.to;
            let number = Number {
                digits: digits.get(first.first..group.end).unwrap_or_default(),
                sizes: sizes.get(..=count).unwrap_or_default(),
                is_dotted,
                before: text.get(..first.from).unwrap_or_default(),
                after: text.get(group.to..).unwrap_or_default(),
            };
            if number.digits.len() > LONGEST {
                break;
            }
            if let Some(found) = number.kind(residents) {
                return Some(found);
            }
        }
    }
    None
}

/// The most groups that one number is written in.
const MOST_GROUPS: usize = 6;

/// What parts the groups of one number.
fn is_joint(between: &[char]) -> bool {
    let is_mark = |c: &char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    (1..=2).contains(&between.len()) && between.iter().all(is_mark)
}

/// All digits of a text, and how they stand together.
fn groups(text: &[char]) -> (Vec<u32>, Vec<Group>) {
    let (mut digits, mut found): (Vec<u32>, Vec<Group>) = (Vec::new(), Vec::new());
    for (at, c) in text.iter().enumerate() {
        let Some(digit) = c.to_digit(10) else {
            continue;
        };
        digits.push(digit);
        match found.last_mut().filter(|group| group.to == at) {
            Some(group) => (group.to, group.end) = (at + 1, digits.len()),
            None => found.push(Group {
                from: at,
                to: at + 1,
                first: digits.len() - 1,
                end: digits.len(),
            }),
        }
    }
    (digits, found)
}

/// One number, written in groups of these sizes, with what stands around it.
struct Number<'t> {
    digits: &'t [u32],
    sizes: &'t [usize],
    /// Whether a dot parts groups.
    is_dotted: bool,
    before: &'t [char],
    after: &'t [char],
}

impl Number<'_> {
    fn kind(&self, residents: bool) -> Option<PersonalKind> {
        if self.is_fraction() || self.is_in_a_word() {
            return None;
        }
        if self.is_mobile() {
            return Some(PersonalKind::Telephone);
        }
        if self.is_dotted {
            return None;
        }
        if self.is_identity() {
            return Some(PersonalKind::IdNumber);
        }
        if (residents || self.is_named(&["家庭电话", "住宅电话", "宅电"])) && self.is_landline()
        {
            return Some(PersonalKind::Telephone);
        }
        let labelled = ["银行卡", "卡号", "账号", "帐号", "账户", "信用卡", "储蓄卡"];
        let is_card = self.is_named(&labelled) && (12..=19).contains(&self.digits.len());
        (is_card || self.is_bank_card()).then_some(PersonalKind::PlateOrAccount)
    }

    /// Whether one of these words stands shortly before it.
    fn is_named(&self, words: &[&str]) -> bool {
        let from = self.before.len().saturating_sub(10);
        let text: String = self.before.get(from..).unwrap_or_default().iter().collect();
        words.iter().any(|word| text.contains(word))
    }

    /// Digits behind a decimal point, or before one that has a fraction.
    fn is_fraction(&self) -> bool {
        if self.sizes.len() > 1 {
            return false;
        }
        if let [.., whole, '.'] = self.before
            && whole.is_ascii_digit()
        {
            return true;
        }
        let ['.', rest @ ..] = self.after else {
            return false;
        };
        let fraction: Vec<&char> = rest.iter().take_while(|c| c.is_ascii_digit()).collect();
        // a spreadsheet writes a whole number as 13812345678.0
        !fraction.is_empty() && fraction.iter().any(|c| **c != '0')
    }

    /// Digits between letters are part of an identifier.
    fn is_in_a_word(&self) -> bool {
        let letter = |c: Option<&char>| c.is_some_and(char::is_ascii_alphabetic);
        self.sizes.len() == 1 && letter(self.before.last()) && letter(self.after.first())
    }

    /// 13812345678, 138-1234-5678, +86 138 1234 5678.
    fn is_mobile(&self) -> bool {
        const WRITTEN: [&[usize]; 9] = [
            &[11],
            &[3, 4, 4],
            &[3, 8],
            &[7, 4],
            &[3, 3, 5],
            &[4, 3, 4],
            &[5, 6],
            &[3, 4, 2, 2],
            &[3, 2, 2, 2, 2],
        ];
        let national = national(self.digits);
        if !matches!(national, [1, 3..=9, ..]) || national.len() != 11 {
            return false;
        }
        let ahead = self.digits.len() - national.len();
        let (first, rest) = self.sizes.split_first().unwrap_or((&0, &[]));
        let is_written = |sizes: &[usize]| WRITTEN.contains(&sizes);
        let sizes = [&[first - ahead.min(*first)], rest].concat();
        if self.is_dotted {
            // 131.12345678 is a longitude
            return sizes == [3, 4, 4] || rest == [3, 4, 4];
        }
        is_written(&sizes) || (*first == ahead && is_written(rest))
    }

    /// 029-8888 1234, (029)88881234, +86 29 88881234.
    fn is_landline(&self) -> bool {
        let (area, local) = match self.digits {
            [0, 0, 8, 6, rest @ ..] => return is_area(rest),
            [8, 6, rest @ ..] if self.before.ends_with(&['+']) => return is_area(rest),
            [0, 1, 0, local @ ..] | [0, 2, _, local @ ..] => (3, local),
            [0, 3..=9, _, _, local @ ..] => (4, local),
            _ => return false,
        };
        let is_local = matches!(local.len(), 7 | 8) && matches!(local, [2..=8, ..]);
        let first = self.sizes.first().copied().unwrap_or_default();
        is_local && (first == area || first > area + 5)
    }

    /// GB 11643: region, date of birth, serial, check digit; a wrong check digit does not make it less of a person's.
    fn is_identity(&self) -> bool {
        let (digits, parts) = (self.digits, self.sizes);
        let ends_in_x = || matches!(self.after, ['x' | 'X', ..]);
        match digits.len() {
            18 => {
                let is_whole = parts.len() == 1 || parts.first() == Some(&6);
                is_born(digits) && (is_whole || has_check_digit(digits))
            }
            17 if ends_in_x() => is_born(digits) && (parts.len() == 1 || parts.first() == Some(&6)),
            15 => {
                let is_whole = parts.len() == 1 || parts == [6, 6, 3];
                is_whole && is_born_long_ago(digits, 20)
            }
            _ => false,
        }
    }

    fn is_bank_card(&self) -> bool {
        let by_fours = || {
            let (last, before) = self.sizes.split_last().unwrap_or((&0, &[]));
            before.iter().all(|size| *size == 4) && *last <= 4
        };
        matches!(self.digits, [6, 2, ..])
            && (16..=19).contains(&self.digits.len())
            && (self.sizes.len() == 1 || by_fours())
            && passes_luhn(self.digits)
    }
}

/// An area code without its 0, and a number there.
fn is_area(rest: &[u32]) -> bool {
    match rest {
        [1, 0, local @ ..] | [2, _, local @ ..] => local.len() == 8,
        [3..=9, _, _, local @ ..] => matches!(local.len(), 7 | 8),
        _ => false,
    }
}

/// The number without the prefix of the country or of long distance.
pub(super) fn national(digits: &[u32]) -> &[u32] {
    let prefixes: [&[u32]; 3] = [&[0, 0, 8, 6], &[8, 6], &[0]];
    let rest = prefixes
        .iter()
        .find_map(|prefix| digits.strip_prefix(*prefix).filter(|rest| rest.len() == 11));
    rest.unwrap_or(digits)
}

/// What a number of nothing but digits is, where codes stand too.
pub(super) fn bare(code: &str, is_known: impl Fn(&str) -> bool) -> Option<PersonalKind> {
    if !matches!(code.len(), 11 | 13 | 15 | 18) {
        return None;
    }
    let digits: Vec<u32> = code.chars().filter_map(|c| c.to_digit(10)).collect();
    // an administrative code of a subdistrict has nine digits
    let is_of_the_map = || code.get(..9).is_some_and(&is_known);
    match digits.len() {
        18 if is_born(&digits) && has_check_digit(&digits) => Some(PersonalKind::IdNumber),
        15 if is_born_long_ago(&digits, 40) && !is_of_the_map() => Some(PersonalKind::IdNumber),
        11 | 13 | 15 => {
            let national = national(&digits);
            let is_mobile = matches!(national, [1, 3..=9, ..]) && national.len() == 11;
            (is_mobile && !is_of_the_map()).then_some(PersonalKind::Telephone)
        }
        _ => None,
    }
}

/// The check of ISO/IEC 7812 that bank cards pass and one other number in ten.
pub(super) fn passes_luhn(digits: &[u32]) -> bool {
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

fn number(digits: &[u32], from: usize, to: usize) -> u32 {
    let part = digits.get(from..to).unwrap_or_default();
    part.iter().fold(0, |sum, digit| sum * 10 + digit)
}

/// A region and a date of birth in the number of 17 or 18 digits.
pub(super) fn is_born(digits: &[u32]) -> bool {
    let (year, month, day) = (
        number(digits, 6, 10),
        number(digits, 10, 12),
        number(digits, 12, 14),
    );
    digits.first().is_some_and(|first| *first > 0)
        && (1900..=2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
}

/// The number of 15 digits that was given out until 1999: province, year of two digits from `earliest`, month, day.
pub(super) fn is_born_long_ago(digits: &[u32], earliest: u32) -> bool {
    let province = number(digits, 0, 2);
    let (year, month, day) = (
        number(digits, 6, 8),
        number(digits, 8, 10),
        number(digits, 10, 12),
    );
    matches!(
        province,
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83
    ) && year >= earliest
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
}

/// GB 11643, section 4.2.4 (ISO 7064, MOD 11-2).
pub(super) fn has_check_digit(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    let expected = (12 - sum % 11) % 11;
    digits.get(17) == Some(&expected)
}

/// 8-4-4-4-12 digits of base 16.
fn is_uuid(text: &[char]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => *c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// Whether it is a province as it stands on number plates (GA 36).
pub(super) const fn is_province(c: char) -> bool {
    matches!(
        c,
        '京' | '津'
            | '沪'
            | '渝'
            | '冀'
            | '豫'
            | '云'
            | '辽'
            | '黑'
            | '湘'
            | '皖'
            | '鲁'
            | '新'
            | '苏'
            | '浙'
            | '赣'
            | '鄂'
            | '桂'
            | '甘'
            | '晋'
            | '蒙'
            | '陕'
            | '吉'
            | '闽'
            | '贵'
            | '粤'
            | '青'
            | '藏'
            | '川'
            | '宁'
            | '琼'
    )
}

/// A plate: province, letter, five or six letters and digits with at least one digit; or four and the sign of its kind.
pub(super) fn has_plate(text: &[char]) -> bool {
    let is_mark = |c: &&char| matches!(c, ' ' | '-' | '.' | '·' | '•' | '・');
    text.iter().enumerate().any(|(at, province)| {
        if !is_province(*province) {
            return false;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let skip = rest.iter().take_while(is_mark).count().min(1);
        let Some((letter, rest)) = rest.get(skip..).and_then(<[char]>::split_first) else {
            return false;
        };
        if !letter.is_ascii_alphabetic() {
            return false;
        }
        let mut tail = Vec::new();
        let mut marks = 0;
        for c in rest {
            if c.is_ascii_alphanumeric() {
                tail.push(*c);
            } else if is_mark(&c) && marks < 2 && tail.len() < 5 {
                marks += 1;
            } else {
                let is_special = matches!(
                    c,
                    '学' | '警' | '挂' | '港' | '澳' | '使' | '领' | '试' | '超'
                );
                if is_special && tail.len() == 4 && tail.iter().any(char::is_ascii_digit) {
                    return true;
                }
                break;
            }
        }
        matches!(tail.len(), 5 | 6) && tail.iter().any(char::is_ascii_digit)
    })
}

/// What follows one of `words` in `text` behind marks that part a word from its value.
fn behind<'t>(text: &'t [char], words: &[&str]) -> impl Iterator<Item = &'t [char]> {
    let words: Vec<Vec<char>> = words.iter().map(|word| word.chars().collect()).collect();
    let is_mark = |c: &&char| matches!(c, ' ' | ':' | '=' | '-' | '是' | '为' | '号' | '码');
    (0..text.len()).filter_map(move |at| {
        let rest = text.get(at..).unwrap_or_default();
        let found = words.iter().find(|word| {
            word.len() <= rest.len()
                && word
                    .iter()
                    .zip(rest)
                    .all(|(a, b)| a.eq_ignore_ascii_case(b))
        });
        found.and_then(|word| {
            let rest = rest.get(word.len()..)?;
            rest.get(rest.iter().take_while(is_mark).count()..)
        })
    })
}

/// `WeChat`, QQ, a mailbox, a passport: what is told by the word before it or by its form.
pub(super) fn contact(text: &[char], residents: bool) -> Option<PersonalKind> {
    let lead = |rest: &[char], is: fn(&char) -> bool| rest.iter().take_while(|c| is(c)).count();
    let is_word = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if behind(text, &["qq", "扣扣"])
        .any(|rest| (5..=12).contains(&lead(rest, char::is_ascii_digit)))
    {
        return Some(PersonalKind::Contact);
    }
    let wechat = ["微信", "wechat", "weixin", "wxid_", "薇信"];
    if behind(text, &wechat).any(|rest| (6..=20).contains(&lead(rest, is_word))) {
        return Some(PersonalKind::Contact);
    }
    let passport = |rest: &[char]| {
        let letters = lead(rest, char::is_ascii_alphabetic);
        let digits = lead(
            rest.get(letters..).unwrap_or_default(),
            char::is_ascii_digit,
        );
        letters <= 2 && (7..=9).contains(&digits)
    };
    let papers = [
        "护照",
        "passport",
        "通行证",
        "台胞证",
        "回乡证",
        "军官证",
        "证件",
    ];
    if behind(text, &papers).any(passport) {
        return Some(PersonalKind::IdNumber);
    }
    has_mailbox(text, residents).then_some(PersonalKind::Contact)
}

/// `name@host.tld`; where places have mailboxes of their own, only one that is a number of a person.
fn has_mailbox(text: &[char], residents: bool) -> bool {
    let is_host = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.iter().enumerate().any(|(at, c)| {
        if *c != '@' {
            return false;
        }
        let name = text.get(..at).unwrap_or_default().iter().rev();
        let name: Vec<&char> = name
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+'))
            .collect();
        let host = text.get(at + 1..).unwrap_or_default().iter();
        let host: String = host.take_while(is_host).collect();
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_mailbox = !name.is_empty() && host.contains('.') && !host.starts_with('.');
        let is_number = name.len() >= 5 && name.iter().all(|c| c.is_ascii_digit());
        let of_persons = ["qq.com", "139.com", "189.cn", "wo.cn"].contains(&&*host);
        is_mailbox && (residents || (is_number && of_persons))
    })
}
