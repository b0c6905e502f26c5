//! Text in a cell of a CSV file. A spreadsheet program runs what begins like a formula, so such text gets a `'` in front;
//! reading takes it off again.
//!
//! # Source
//! OWASP, CSV Injection: a cell must not begin with `=`, `+`, `-`, `@`, TAB, CR or LF, nor with the full-width forms of
//! the signs.

use std::borrow::Cow;

use crate::domain::Value;

/// How text is written into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CellText {
    /// Safe to open in a spreadsheet program.
    #[default]
    Guarded,
    /// As it is, for programs.
    Raw,
}

impl CellText {
    /// [`CellText::Raw`] where `raw` is asked for.
    pub fn raw_if(raw: bool) -> Self {
        if raw { Self::Raw } else { Self::Guarded }
    }

    /// `text` as it stands in a cell.
    pub fn write(self, text: &str) -> Cow<'_, str> {
        if self == Self::Guarded && runs(text.trim_start_matches(GUARD)) {
            Cow::Owned(format!("{GUARD}{text}"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// `value` as it stands in a cell; numbers keep their sign.
    pub fn value(self, value: &Value) -> Cow<'_, str> {
        match value {
            Value::Null => Cow::Borrowed(""),
            Value::Boolean(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            Value::Integer(number) => number.to_string().into(),
            Value::Real(number) => number.to_string().into(),
            Value::Text(text) => self.write(text),
            Value::Date(day) => day.to_string().into(),
            Value::Time(at) => at.to_string().into(),
        }
    }

    /// A cell of somebody's table as it goes back to them: what is a number stays one.
    pub fn foreign(self, text: &str) -> Cow<'_, str> {
        if text.trim().parse::<f64>().is_ok_and(f64::is_finite) {
            Cow::Borrowed(text)
        } else {
            self.write(text)
        }
    }
}

/// What keeps a spreadsheet program from running a cell.
const GUARD: char = '\'';

fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text that [`CellText::Guarded`] has written as `cell`.
pub fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(rest) if runs(rest.trim_start_matches(GUARD)) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was() {
        for text in [
            "=HYPERLINK(\"http://x\",\"y\")",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM",
            "'=1",
            "''@x",
        ] {
            let cell = CellText::Guarded.write(text);
            assert_eq!(cell, format!("'{text}"));
            assert_eq!(without_guard(&cell), text);
            assert_eq!(CellText::Raw.write(text), text);
        }
        for text in ["", "三号楼", "3-1", "'quoted'", "' =", "O'Brien", "1+1"] {
            assert_eq!(CellText::Guarded.write(text), text);
            assert_eq!(without_guard(text), text);
        }
    }

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!(CellText::Guarded.value(&Value::Integer(-5)), "-5");
        assert_eq!(CellText::Guarded.value(&Value::Real(-0.5)), "-0.5");
        assert_eq!(CellText::Guarded.value(&"-5".into()), "'-5");
        assert_eq!(CellText::Guarded.foreign("-118.25"), "-118.25");
        assert_eq!(CellText::Guarded.foreign("-1+1"), "'-1+1");
    }
}
