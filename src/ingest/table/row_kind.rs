//! What a row below the header is: a record, or a total, a signature, a date, a note, a heading.
//!
//! A row is no record only where its leading cell says so and the rest of the row agrees: names of places and
//! descriptions may hold any of these words.

use super::header::Header;
use super::row_words::{
    BEFORE_COUNT, COUNTED, GROUPS, LONE_NOTES, NOTES, OFFICES, ROLES, SEQUENCE, SIGNATURES, TOTALS,
    UNITS,
};
use crate::ingest::columns::half_width;

/// What a row below the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    /// A sum over the rows before it.
    Total,
    /// A signature, a date, a note or a page mark.
    Footer,
    /// The name of the group that the next rows belong to.
    Heading,
    /// The title or the header again, on the next printed page.
    Repeated,
}

/// What is known of the table when a row is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) header: &'a Header,
    /// The rows above the header.
    pub(super) titles: &'a [Vec<String>],
    /// The columns of codes and of names.
    pub(super) keys: Keys<'a>,
    /// Whether cells merged from above hold for the row too.
    pub(super) has_fill: bool,
    /// Whether the row before was a total or a footer.
    pub(super) after_end: bool,
    /// Whether the layer lists offices and who holds them: a role in the first cell is a record there.
    pub(super) lists_roles: bool,
}

/// The columns that say which record a row is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) codes: &'a [usize],
    pub(super) names: &'a [usize],
}

/// What the row is that holds `texts`.
pub(super) fn kind_of(texts: &[String], about: About<'_>) -> Kind {
    let cells: Vec<(usize, String)> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| (at, plain(text)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let Some((_, first)) = cells.first() else {
        return Kind::Record;
    };
    if is_repeated(texts, cells.len(), about) {
        return Kind::Repeated;
    }
    if is_total(&cells, about) {
        return Kind::Total;
    }
    let is_alone = cells.len() == 1 && !about.has_fill;
    let width = about.header.names.len();
    let is_sparse = cells.len() <= (width / 2).max(2);
    let all_signed = cells.iter().all(|(_, text)| is_signed(text));
    if signs(first) && (is_sparse || all_signed) {
        return Kind::Footer;
    }
    if is_signature_line(&cells, texts, about) {
        return Kind::Footer;
    }
    if cells.len() <= 2 && !about.has_fill && cells.iter().all(|(_, text)| is_date_line(text)) {
        return Kind::Footer;
    }
    if is_alone && width >= 3 {
        return alone(&cells, about);
    }
    Kind::Record
}

/// A row with one cell in a table of three columns or more.
fn alone(cells: &[(usize, String)], about: About<'_>) -> Kind {
    let Some((at, text)) = cells.first() else {
        return Kind::Record;
    };
    let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
    let is_name = about.keys.names.contains(at);
    let is_key = is_name || about.keys.codes.contains(at);
    let is_figure = text.chars().all(|c| UNITS.contains(c));
    if starts(LONE_NOTES) || is_page_mark(text) || is_sealed(text) {
        return Kind::Footer;
    }
    if !is_figure && OFFICES.iter().any(|end| text.ends_with(end)) && (!is_name || about.after_end)
    {
        return Kind::Footer;
    }
    if about.after_end && !is_figure {
        return Kind::Footer;
    }
    let counts_rows = (about.header.leaves.get(*at))
        .is_some_and(|leaf| SEQUENCE.contains(&plain(leaf).to_lowercase().as_str()));
    let is_group = !text.bytes().any(|byte| byte.is_ascii_digit())
        && GROUPS.iter().any(|end| text.ends_with(end));
    if is_numbered(text)
        || counts_rows && !is_figure
        || is_group && !is_name && (is_key || *at == 0)
    {
        return Kind::Heading;
    }
    Kind::Record
}

/// Without blanks, in half width.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(half_width)
        .collect()
}

/// The header or a title again.
fn is_repeated(texts: &[String], filled: usize, about: About<'_>) -> bool {
    let is_like = |row: &Vec<String>| {
        let full = row.iter().filter(|text| !text.is_empty()).count();
        let same = texts
            .iter()
            .zip(row)
            .filter(|(text, there)| !text.is_empty() && text == there)
            .count();
        same == filled && (same >= 2 || same == full)
    };
    let titles = about.titles.iter();
    titles.chain(&about.header.rows).any(is_like) || is_like(&about.header.leaves)
}

/// How certainly a cell is the label of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    /// The word alone, with its figure or unit behind it.
    Alone,
    /// Words before it: of what.
    Of,
}

fn total_label(text: &str) -> Option<Label> {
    let lower = text.to_lowercase();
    let core = lower.trim_end_matches(':');
    // "合计(户)", "合计:3", "小计3户"
    let head = core.split(['(', ':']).next().unwrap_or(core);
    let head = head.trim_end_matches(|c: char| UNITS.contains(c) && !"合共总小累页".contains(c));
    if TOTALS.contains(&head) || TOTALS.contains(&core) {
        return Some(Label::Alone);
    }
    if is_count(core) {
        return Some(Label::Of);
    }
    let is_short = (3..=16).contains(&head.chars().count());
    (is_short
        && TOTALS
            .iter()
            .any(|word| !word.is_ascii() && head.ends_with(word)))
    .then_some(Label::Of)
}

/// `以上共3户`, `共计 3 户、2 栋`, `总户数:3`.
fn is_count(text: &str) -> bool {
    let mut rest = text;
    let mut has_lead = false;
    while let Some(tail) = BEFORE_COUNT.iter().find_map(|word| rest.strip_prefix(word)) {
        (rest, has_lead) = (tail, true);
    }
    let Some(tail) = COUNTED.iter().find_map(|word| {
        let needs_lead = *word == ":" || *word == "计";
        rest.strip_prefix(word).filter(|_| has_lead || !needs_lead)
    }) else {
        return false;
    };
    let first = tail.trim_start_matches(':').chars().next();
    tail.chars().count() <= 24
        && first.is_some_and(|c| c.is_ascii_digit())
        && tail
            .chars()
            .all(|c| UNITS.contains(c) || "共计".contains(c))
}

fn is_total(cells: &[(usize, String)], about: About<'_>) -> bool {
    let width = about.header.names.len();
    let mut leading = cells.iter().take(3).enumerate();
    let found = leading.find_map(|(nth, (at, text))| Some((nth, *at, total_label(text)?)));
    let Some((nth, label_at, label)) = found else {
        return false;
    };
    let rest = cells.iter().filter(|(at, _)| *at != label_at);
    let figures = |(_, text): &(usize, String)| {
        text.chars().all(|c| UNITS.contains(c)) || total_label(text).is_some() || is_signed(text)
    };
    let mut keys = rest.clone().filter(|(at, _)| about.keys.codes.contains(at));
    let has_key = keys.clone().next().is_some();
    // a column of codes may only count the rows
    let has_text_key = keys.any(|(_, text)| text.chars().any(|c| !c.is_ascii_digit()));
    let all_figures = rest.clone().all(figures);
    match (nth, label) {
        (0, Label::Alone) => true,
        (1, Label::Alone) => !has_text_key,
        (0, Label::Of) => all_figures || cells.len() * 2 <= width,
        // "朝阳小区 | 1号楼 | 小计 | 216": what stands before it is what it is the sum of
        _ => !has_key && cells.iter().skip(nth + 1).all(figures),
    }
}

/// A cell that begins a signature, a form line or a note.
fn signs(text: &str) -> bool {
    if NOTES.iter().any(|word| text.starts_with(word)) || is_sealed(text) {
        return true;
    }
    text.split_once(':')
        .is_some_and(|(label, _)| is_role(label))
}

fn is_role(label: &str) -> bool {
    let label = label.split('(').next().unwrap_or(label);
    let is_short = (1..=12).contains(&label.chars().count());
    is_short
        && !label.bytes().any(|byte| byte.is_ascii_digit())
        && (SIGNATURES.contains(&label) || ROLES.iter().any(|end| label.ends_with(end)))
}

/// `(盖章)`, `单位负责人(签字)`.
fn is_sealed(text: &str) -> bool {
    let text = text.trim_end_matches(':');
    ["盖章", "公章", "签字", "签章", "签名", "印章", "章"]
        .iter()
        .any(|word| text.ends_with(&format!("({word})")))
}

/// A cell as a line of signatures has them.
fn is_signed(text: &str) -> bool {
    signs(text)
        || SIGNATURES.contains(&text)
        || is_date_line(text)
        || text.chars().all(|c| "_-—/年月日.".contains(c))
}

/// `制表人 | 孙某 | 审核人 | 李某`, `制表人 孙某`: words of signatures with names behind them.
fn is_signature_line(cells: &[(usize, String)], texts: &[String], about: About<'_>) -> bool {
    let Some((at, first)) = cells.first() else {
        return false;
    };
    if about.lists_roles {
        return false;
    }
    let begins = SIGNATURES.contains(&first.as_str())
        || texts.get(*at).is_some_and(|raw| {
            let mut words = raw.split_whitespace();
            let head = words.next().map(plain).unwrap_or_default();
            words.next().is_some() && SIGNATURES.contains(&head.as_str())
        });
    // a name may stand where codes do, a code has digits
    let has_digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let has_key = cells
        .iter()
        .skip(1)
        .any(|(at, text)| about.keys.codes.contains(at) && has_digits(text) && !is_date_line(text));
    let labels = cells.iter().filter(|(_, text)| is_signed(text)).count();
    let is_short = |(_, text): &(usize, String)| text.chars().count() <= 8 || is_signed(text);
    begins && !has_key && cells.len() <= 2 * labels.max(1) && cells.iter().skip(1).all(is_short)
}

/// `2024年6月30日`, `2024.6.30`, `年 月 日`, `日期:2024-06-30`.
fn is_date_line(text: &str) -> bool {
    let text = [
        "填报日期:",
        "填表日期:",
        "制表日期:",
        "日期:",
        "时间:",
        "截至",
    ]
    .iter()
    .find_map(|word| text.strip_prefix(word))
    .unwrap_or(text);
    let digit = |c: char| c.is_ascii_digit() || "〇○零一二三四五六七八九十_".contains(c);
    if let Some((_, rest)) = text
        .split_once('年')
        .filter(|(year, _)| year.chars().all(digit))
        && let Some((month, day)) = rest.split_once('月')
    {
        let day = day.trim_end_matches(['止', '前']).trim_end_matches('日');
        return month.chars().all(digit) && day.chars().all(digit);
    }
    let pieces: Vec<&str> = text.split(['.', '-', '/']).collect();
    let is_number = |piece: &&str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit());
    matches!(pieces.as_slice(), [year, month, day]
        if year.len() == 4 && year.starts_with("20") && [year, month, day].into_iter().all(is_number)
            && month.len() <= 2 && day.len() <= 2)
}

/// `第1页`, `第1页共3页`, `—1—`.
fn is_page_mark(text: &str) -> bool {
    let core = text.trim_matches(['-', '—', '(', ')']);
    let is_dashed =
        core.len() < text.len() && text.starts_with(['-', '—']) && text.ends_with(['-', '—']);
    let is_page = core.ends_with('页') && core.starts_with(['第', '共']);
    let rest = |c: char| c.is_ascii_digit() || "第共页,，/一二三四五六七八九十".contains(c);
    !core.is_empty() && (is_page || is_dashed) && core.chars().all(rest)
}

/// `一、商品房小区`, `（二）家属院`, `第三网格`.
fn is_numbered(text: &str) -> bool {
    let numeral = |c: char| "一二三四五六七八九十".contains(c);
    let core = text.trim_start_matches('(');
    let rest = core.trim_start_matches(numeral);
    let is_listed = rest.len() < core.len() && rest.starts_with(['、', ')', '.', ',']);
    let is_part = text.strip_prefix('第').is_some_and(|rest| {
        let after = rest.trim_start_matches(|c: char| numeral(c) || c.is_ascii_digit());
        after.len() < rest.len()
            && ["部分", "类", "批", "组", "片区", "网格", "社区", "片"]
                .iter()
                .any(|word| after.starts_with(word))
    });
    is_listed || is_part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Header {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Header {
            first: 0,
            last: 0,
            paths: names.clone(),
            leaves: names.clone(),
            rows: vec![names.clone()],
            names,
        }
    }

    fn kind(row: &[&str]) -> Kind {
        let header = header(&["户编码", "所属楼栋编码", "室号", "楼层", "居住用途", "备注"]);
        let texts: Vec<String> = row.iter().map(|text| (*text).to_owned()).collect();
        let about = About {
            header: &header,
            titles: &[],
            keys: Keys {
                codes: &[0],
                names: &[],
            },
            has_fill: false,
            after_end: false,
            lists_roles: false,
        };
        kind_of(&texts, about)
    }

    #[test]
    fn sums_of_every_wording_are_no_records() {
        for label in [
            "合计",
            "合 计",
            "小计：",
            "本楼小计",
            "一单元合计",
            "全街道合计",
            "本页小计",
            "户数合计",
            "以上共3户",
            "共计3户",
            "总户数：3",
            "合计(户)",
            "合计：3户",
            "小计3户",
            "以上合计",
            "3号楼小计",
            "青龙社区合计",
            "總計",
            "Total",
            "本表共12户,36人",
            "累 计",
            "总 计（户）",
            "页计",
            "共３户",
        ] {
            assert_eq!(kind(&[label, "", "3"]), Kind::Total, "{label}");
            assert_eq!(kind(&[label]), Kind::Total, "{label}");
        }
        assert_eq!(kind(&["", "B1", "小计", "3"]), Kind::Total);
        assert_eq!(kind(&["", "小计", "2个", "", "216"]), Kind::Total);
    }

    #[test]
    fn signatures_dates_and_notes_of_every_wording_are_no_records() {
        for row in [
            &["分管领导：赵某", "", "制表人：孙某"][..],
            &["复核：钱某"],
            &["经办人：李某"],
            &["制表人 孙某"],
            &["制表人", "孙某", "审核人", "李某"],
            &["单位负责人（签字）：", "", "", "填报日期：2024.6.30"],
            &["大雁塔街道办事处（盖章）"],
            &["", "", "", "大雁塔街道办事处"],
            &["社区书记：王某", "网格长：周某"],
            &["注：以上数据截至6月"],
            &["备注：1. 户数以登记为准"],
            &["2024年6月30日"],
            &["", "", "", "2024-06-30"],
            &["", "", "年  月  日"],
            &["二〇二四年六月三十日"],
            &["第1页 共3页"],
            &["— 2 —"],
            &["本表一式两份，报街道一份"],
            &["以下空白"],
        ] {
            assert_eq!(kind(row), Kind::Footer, "{row:?}");
        }
        for row in [&["一、商品房小区"][..], &["朝阳社区"], &["第二网格"]] {
            assert_eq!(kind(row), Kind::Heading, "{row:?}");
        }
    }

    #[test]
    fn records_that_hold_such_words_stay_records() {
        for row in [
            &["H1", "B1", "101", "1", "自住", "复核：钱某"][..],
            &["H1", "B1", "101", "1", "自住", "以上共3户"],
            &["H1", "以上共3户"],
            &["H1", "", "101"],
            &["合计巷3号", "B1", "101", "1", "自住"],
            &["审核一部", "B1", "101", "1", "自住"],
            &["H1", "B1", "101", "1", "2024-06-30"],
            &["101"],
            &["H-1"],
            &["共和路3号101"],
        ] {
            assert_eq!(kind(row), Kind::Record, "{row:?}");
        }
        let titled = &["户编码", "所属楼栋编码", "室号", "楼层", "居住用途", "备注"];
        assert_eq!(kind(titled), Kind::Repeated);
    }
}
