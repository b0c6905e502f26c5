//! Whether the numbers of a column are persons': told by all of them together, as no single one of them tells.
//!
//! A telephone number is any eleven digits that begin with 13 to 19, and so are a grid code of Hebei, an identity of a
//! database and a sum of money; eighteen digits with a date in them are a case's number as well as a person's. Together
//! they differ: telephones begin in many ways and all of them like telephones, codes share the division that they
//! belong to, identities and measures have neighbours of every length, and identity numbers have check digits.

use std::collections::HashSet;

use super::numbers::{has_check_digit, is_born, is_born_long_ago, national, passes_luhn};
use super::{is_code, is_of_osm};

/// So many different numbers of a column are kept: more tell nothing new.
const MOST_KEPT: usize = 2_000;

/// The numbers of a column that stand alone in their cells.
#[derive(Debug, Clone, Default)]
pub struct ColumnNumbers {
    /// Different numbers with the digits and the beginning of a mobile telephone's.
    mobiles: HashSet<u64>,
    /// How many numbers of about that length are none.
    others: usize,
    /// How many numbers have decimals.
    decimals: usize,
    /// Eighteen digits: a check digit tells an identity number.
    identities: Dated,
    /// Fifteen digits, as identity numbers had until 1999: the year of birth tells.
    old_identities: Dated,
    cards: Share,
    /// Different numbers that begin with a nought, as landlines do, by all but their last digits.
    landlines: HashSet<String>,
    /// How many those are, with all of their digits.
    landline_count: usize,
}

/// How many numbers of a length could be a person's, and how many could not.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    like: usize,
    unlike: usize,
}

impl Share {
    /// Whether so few are like a person's that these are so by chance.
    fn is_chance(self, header: &str) -> bool {
        let are_few = self.like == 0 || self.unlike >= 2 && self.like * 2 < self.unlike;
        are_few || is_code(header) && self.like < 2
    }
}

/// Numbers of the length of an identity number.
#[derive(Debug, Clone, Copy, Default)]
struct Dated {
    /// With a date of birth, and what else such a number has.
    whole: usize,
    /// With a date only.
    dated: usize,
    other: usize,
}

impl Dated {
    fn count(&mut self, is_dated: bool, is_whole: bool) {
        if is_dated && is_whole {
            self.whole += 1;
        } else if is_dated {
            self.dated += 1;
        } else {
            self.other += 1;
        }
    }

    fn dated(self) -> usize {
        self.whole + self.dated
    }

    /// Whether the dates are so by chance, or those of cases and contracts.
    fn is_chance(self, header: &str) -> bool {
        let dated = self.dated();
        let is_rare = self.other >= 2 && self.other > 2 * dated;
        // one number in eleven has the right check digit by chance
        let is_unchecked = self.whole * 2 < dated && (dated >= 8 || is_code(header));
        dated == 0 || is_rare || is_unchecked
    }
}

impl ColumnNumbers {
    /// Takes the text of a cell.
    pub fn see(&mut self, text: &str) {
        let text = text.trim();
        let text = text.strip_suffix(".0").unwrap_or(text);
        if text.is_empty() || text.len() > 24 {
            return;
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            let is_decimal = text
                .parse::<f64>()
                .is_ok_and(|number| number.fract() != 0.0);
            self.decimals += usize::from(is_decimal);
            self.identity_in_x(text);
            return;
        }
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        self.telephone(text, &digits);
        match digits.len() {
            18 => self
                .identities
                .count(is_born(&digits), has_check_digit(&digits)),
            15 => self
                .old_identities
                .count(is_born_long_ago(&digits, 20), is_born_long_ago(&digits, 40)),
            _ => {}
        }
        if (16..=19).contains(&digits.len()) {
            if matches!(digits.as_slice(), [6, 2, ..]) && passes_luhn(&digits) {
                self.cards.like += 1;
            } else {
                self.cards.unlike += 1;
            }
        }
        if digits.first() == Some(&0) && (10..=12).contains(&digits.len()) {
            self.landline_count += 1;
            if self.landlines.len() < MOST_KEPT {
                self.landlines.insert(text.chars().take(6).collect());
            }
        }
    }

    /// An identity number whose check digit is X.
    fn identity_in_x(&mut self, text: &str) {
        let Some(first) = text.strip_suffix(['X', 'x']) else {
            return;
        };
        let digits: Vec<u32> = first.chars().filter_map(|c| c.to_digit(10)).collect();
        if digits.len() == 17 && first.len() == 17 && is_born(&digits) {
            self.identities.whole += 1;
        }
    }

    fn telephone(&mut self, text: &str, digits: &[u32]) {
        let national = national(digits);
        if national.len() == 11 && matches!(national, [1, 3..=9, ..]) {
            let number = national
                .iter()
                .fold(0, |sum, digit| sum * 10 + u64::from(*digit));
            // counts and sums are round, telephones are not
            if number.is_multiple_of(100_000) {
                self.others += 1;
            } else if self.mobiles.len() < MOST_KEPT {
                self.mobiles.insert(number);
            }
            return;
        }
        let is_service = text.len() == 10 && (text.starts_with("400") || text.starts_with("800"));
        let is_long = (9..=13).contains(&digits.len()) && digits.first() != Some(&0);
        self.others += usize::from(is_long && !is_service);
    }

    /// Whether the numbers of a column called `header` are nobody's, though single ones of them look like somebody's.
    pub fn are_nobodys(&self, header: &str) -> bool {
        let has_any = !self.mobiles.is_empty()
            || self.identities.dated() > 0
            || self.old_identities.dated() > 0
            || self.cards.like > 0
            || self.landline_count > 0;
        if !has_any || !self.identities.is_chance(header) {
            return false;
        }
        if is_measure(header) || is_of_osm(header) {
            return true;
        }
        self.old_identities.is_chance(header)
            && self.cards.is_chance(header)
            && (self.mobiles.is_empty() || self.are_no_telephones(header))
            && (self.landline_count == 0
                || is_code(header) && self.landlines.len() * 3 <= self.landline_count.max(3))
    }

    fn are_no_telephones(&self, header: &str) -> bool {
        let (count, others) = (self.mobiles.len(), self.others);
        // a column of telephones has hardly another number of that length
        let is_mixed = if count + others < 10 {
            others > count
        } else {
            others * 100 > (count + others) * 15
        };
        if is_mixed || self.decimals * 4 > count {
            return true;
        }
        let kinds = |divisor: u64| -> usize {
            let each = self.mobiles.iter().map(|number| number / divisor);
            each.collect::<HashSet<_>>().len()
        };
        let divisions = kinds(100_000);
        let of_divisions = self
            .mobiles
            .iter()
            .filter(|number| is_division(**number / 100_000))
            .count();
        let is_all_divisions = of_divisions * 20 >= count * 19;
        if is_code(header) {
            // as a code's header says, and one beginning for many of them; telephones of a city begin in many ways
            let is_spread = count >= 10 && kinds(100_000_000) >= 6;
            let shares = match count {
                10.. if is_spread => is_all_divisions,
                1 => is_all_divisions,
                2..=5 => divisions == 1 || is_all_divisions,
                _ => divisions * 3 <= count || kinds(1_000_000) * 2 <= count || is_all_divisions,
            };
            return shares || self.are_in_a_row();
        }
        match count {
            0 | 1 => false,
            2..=7 => divisions == 1 && is_all_divisions || count > 2 && self.are_in_a_row(),
            _ => divisions * 2 <= count && is_all_divisions || self.are_in_a_row(),
        }
    }

    /// Whether the numbers were given out one after the other.
    fn are_in_a_row(&self) -> bool {
        let (Some(first), Some(last)) = (self.mobiles.iter().min(), self.mobiles.iter().max())
        else {
            return false;
        };
        let count = u64::try_from(self.mobiles.len()).unwrap_or(u64::MAX);
        count >= 3 && last - first < count.saturating_mul(5)
    }
}

/// Whether six digits can be a county by GB/T 2260: Hebei, Shanxi and Inner Mongolia begin as telephones do.
fn is_division(six: u64) -> bool {
    let (province, prefecture, county) = (six / 10_000, six / 100 % 100, six % 100);
    let is_prefecture = match province {
        13 => matches!(prefecture, 1..=11 | 90),
        14 => matches!(prefecture, 1..=11),
        15 => matches!(prefecture, 1..=9 | 22 | 25 | 29),
        _ => false,
    };
    is_prefecture && matches!(county, 0..=35 | 71..=84)
}

/// Words for a measure or a sum: no telephone stands under them.
const MEASURES: &[&str] = &[
    "面积",
    "长度",
    "周长",
    "距离",
    "高度",
    "宽度",
    "体积",
    "容积",
    "金额",
    "投资",
    "资金",
    "预算",
    "造价",
    "费用",
    "单价",
    "总价",
    "产值",
    "㎡",
    "平方",
    "(米)",
    "（米）",
    "(元)",
    "（元）",
    "area",
    "leng",
    "perimeter",
    "distance",
    "height",
    "width",
    "volume",
    "amount",
    "budget",
    "cost",
    "price",
];

fn is_measure(header: &str) -> bool {
    let lower = header.to_lowercase();
    MEASURES.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::personal::in_text;

    /// Numbers without an order, the same at every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }

        fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
            let at = usize::try_from(self.below(u64::try_from(list.len()).unwrap())).unwrap();
            list[at]
        }
    }

    fn are_nobodys(header: &str, values: &[String]) -> bool {
        let mut numbers = ColumnNumbers::default();
        for value in values {
            numbers.see(value);
        }
        numbers.are_nobodys(header)
    }

    fn a_column_of_codes(dice: &mut Dice, kind: u64) -> (&'static str, Vec<String>) {
        let count = 12 + dice.below(200);
        match kind {
            // grids of Hebei, Shanxi and Inner Mongolia, and quarters of Tokyo
            0 => {
                let county = ["130102", "130104", "140105", "150102"];
                let (one, street) = (dice.of(&county), 1 + dice.below(9));
                let values = (1..=count).map(|at| format!("{one}{street:03}{:02}", at % 100));
                (
                    dice.of(&["网格编码", "GRID_CODE", "单元编号", "WGBM"]),
                    values.collect(),
                )
            }
            1 => {
                let ward = 13_101 + dice.below(23);
                let values = (0..count)
                    .map(|_| format!("{ward}{:03}{:03}", dice.below(60), 1 + dice.below(9)));
                ("町丁目コード", values.collect())
            }
            // identities that a database gave out
            2 => {
                let header = dice.of(&["流水号", "OBJECT_ID", "记录号"]);
                let from = 13_000_000_000 + dice.below(6_999_000_000);
                let values = (0..count).map(|at| (from + at * 3).to_string());
                (header, values.collect())
            }
            // cases: division, day, number of the day
            3 => {
                let header = dice.of(&["案件编号", "工单编码"]);
                let values = (1..=count).map(|at| {
                    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
                    format!("3301062024{month:02}{day:02}{at:04}")
                });
                (header, values.collect())
            }
            // lengths and areas with eleven decimals, and some that are whole
            4 => {
                let values = (0..count).map(|_| {
                    let (whole, fraction) = (dice.below(90_000), dice.below(2_000_000_000) * 50);
                    format!("{whole}.{fraction:011}")
                });
                let mut values: Vec<String> = values.collect();
                values.push("13812345678".to_owned());
                (dice.of(&["SHAPE_Leng", "建筑面积", "周长"]), values)
            }
            _ => {
                let header = dice.of(&["投资金额", "总造价(元)"]);
                let values = (0..count)
                    .map(|_| (1_000_000_000 + dice.below(40) * 1_234_567_891).to_string());
                (header, values.collect())
            }
        }
    }

    fn a_column_of_persons(dice: &mut Dice, kind: u64) -> (&'static str, Vec<String>) {
        let count = 1 + dice.below(60) * (1 + kind);
        let mobile = |dice: &mut Dice| {
            let begin = [
                "130", "131", "135", "136", "138", "139", "150", "151", "158", "159", "166", "177",
                "180", "186", "188", "189", "191", "199",
            ];
            format!("{}{:08}", dice.of(&begin), dice.below(100_000_000))
        };
        let any = ["编号", "编码", "号码", "备注", "COL_7", "数字", "ID"];
        match kind {
            0 => {
                let values = (0..count).map(|_| mobile(dice)).collect();
                (dice.of(&any), values)
            }
            // of one city: the middle four digits are a few
            1 => {
                let values = (0..count)
                    .map(|_| {
                        let number = mobile(dice);
                        let area = dice.of(&["2912", "2913", "0029", "9291"]);
                        format!(
                            "{}{area}{:04}",
                            number.get(..3).unwrap(),
                            dice.below(10_000)
                        )
                    })
                    .collect();
                (dice.of(&any), values)
            }
            // some of the numbers are landlines, service lines or have decimals that a program wrote
            2 => {
                let values = (0..count)
                    .map(|at| match at % 9 {
                        5 => format!("029{:08}", 80_000_000 + dice.below(9_999_999)),
                        7 => format!("400{:07}", dice.below(10_000_000)),
                        8 => format!("{}.0", mobile(dice)),
                        _ => mobile(dice),
                    })
                    .collect();
                (dice.of(&any), values)
            }
            _ => {
                let values = (0..count)
                    .map(|_| {
                        let first = format!(
                            "{}{}{:02}{:02}{:03}",
                            dice.of(&["610113", "330106", "110101", "440305"]),
                            1930 + dice.below(90),
                            1 + dice.below(12),
                            1 + dice.below(28),
                            dice.below(1000),
                        );
                        let digits = |last: &str| -> Vec<u32> {
                            let all = first.chars().chain(last.chars());
                            all.filter_map(|c| c.to_digit(10)).collect()
                        };
                        let last = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
                            .into_iter()
                            .find(|last| has_check_digit(&digits(last)));
                        format!("{first}{}", last.unwrap_or("X"))
                    })
                    .collect();
                (dice.of(&any), values)
            }
        }
    }

    #[test]
    fn a_thousand_columns_of_codes_stay_and_a_thousand_of_persons_do_not() {
        let mut dice = Dice(7);
        let (mut with_any, mut wrong) = (0, Vec::new());
        for at in 0..1000 {
            let (header, values) = a_column_of_codes(&mut dice, at % 6);
            // a column without a single number like a person's needs no leave
            let looks = values.iter().any(|value| in_text(value).is_some());
            with_any += usize::from(looks);
            if looks && !are_nobodys(header, &values) {
                wrong.push(format!("lost: {header} {:?}", values.get(..3)));
            }
            let (header, values) = a_column_of_persons(&mut dice, at % 4);
            if are_nobodys(header, &values) {
                wrong.push(format!("kept: {header} {values:.300?}"));
            }
        }
        assert!(with_any > 700, "{with_any}");
        assert!(wrong.is_empty(), "{}: {:#?}", wrong.len(), wrong.get(..10));
    }

    #[test]
    fn a_few_telephones_are_telephones_and_a_few_grids_are_grids() {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (header, values, is) in [
            ("网格编码", &["13010200101", "13010200102"][..], true),
            ("网格编码", &["13010200101"], true),
            ("编号", &["13812345678"], false),
            ("编号", &["13812345678", "13987654321"], false),
            ("备注", &["13010200101"], false),
            (
                "联系",
                &["15029123456", "18629123456", "17729123456"],
                false,
            ),
            ("编码", &["110101199003074610"], false),
            ("编码", &["61010419900101123X"], false),
            ("osm_id", &["13812345678"], true),
        ] {
            assert_eq!(
                are_nobodys(header, &texts(values)),
                is,
                "{header} {values:?}"
            );
        }
    }
}
