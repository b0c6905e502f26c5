//! DXF as it is on disk: a group code and a value on two lines.

use std::io::{BufRead, BufReader, Read};

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::ingest::IngestError;
use crate::ingest::encoding::named;

/// The longest line, bytes.
const LONGEST: u64 = 1 << 20;

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) code: i32,
    pub(super) value: Vec<u8>,
}

/// The groups of a drawing in their order.
pub(super) struct Pairs<R> {
    reader: BufReader<R>,
    line: u64,
}

impl<R: Read> Pairs<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 16, reader),
            line: 0,
        }
    }

    /// The next group; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, IngestError> {
        let Some(code) = self.line()? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&code);
        if self.line == 1 && text.starts_with("AutoCAD Binary DXF") {
            return Err(self.damaged("it is a binary DXF: save it as DXF in text form (ASCII)"));
        }
        let Ok(code) = text.trim().parse() else {
            // Blank lines at the end are usual.
            if text.trim().is_empty() {
                return Ok(None);
            }
            return Err(self.damaged("a group code was expected"));
        };
        let value = self
            .line()?
            .ok_or_else(|| self.damaged("it ends within a group"))?;
        Ok(Some(Pair { code, value }))
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, IngestError> {
        let mut line = Vec::new();
        self.line += 1;
        let read = self
            .reader
            .by_ref()
            .take(LONGEST)
            .read_until(b'\n', &mut line);
        let read = read.map_err(|cause| IngestError::Read {
            line: self.line,
            cause,
        })?;
        if read == 0 {
            return Ok(None);
        }
        if u64::try_from(read).is_ok_and(|read| read >= LONGEST) {
            return Err(IngestError::LineTooLong {
                line: self.line,
                limit: LONGEST,
            });
        }
        while line
            .last()
            .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
        {
            line.pop();
        }
        Ok(Some(line))
    }

    fn damaged(&self, why: &str) -> IngestError {
        IngestError::damaged("DXF", format!("line {}", self.line), why)
    }
}

impl Pair {
    pub(super) fn is(&self, code: i32, value: &[u8]) -> bool {
        self.code == code && self.value.trim_ascii().eq_ignore_ascii_case(value)
    }

    pub(super) fn number(&self) -> Option<f64> {
        let text = std::str::from_utf8(&self.value).ok()?;
        text.trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The text in `encoding`, with the escapes of drawings resolved.
    pub(super) fn text(&self, encoding: &'static Encoding) -> String {
        let (text, _) = encoding.decode_without_bom_handling(&self.value);
        plain(&text)
    }
}

/// The encoding that a header's version and code page mean: UTF-8 since 2007, the code page before.
pub(super) fn encoding(version: &str, code_page: &str) -> &'static Encoding {
    let number: u32 = version.trim_start_matches("AC").parse().unwrap_or(0);
    if number >= 1021 {
        return UTF_8;
    }
    named(&code_page.to_ascii_lowercase().replace("ansi_", "")).unwrap_or(GB18030)
}

/// `\U+9580` and the codes of MTEXT (`\P`, `\fSimSun|b0;`, braces) out of a text.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '{', '}', '%']) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mut chars = behind.chars();
        let mark = chars.next();
        rest = chars.as_str();
        match (mark, rest.chars().next()) {
            (Some('{' | '}'), _) => {}
            (Some('%'), _) => match rest.strip_prefix('%') {
                // %%c, %%d, %%u and others are signs of a drawing.
                Some(sign) => rest = sign.get(1..).unwrap_or(""),
                None => out.push('%'),
            },
            (_, Some('U' | 'u')) if rest.get(1..2) == Some("+") => {
                let code = rest
                    .get(2..6)
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok());
                out.extend(code.and_then(char::from_u32));
                rest = rest.get(6..).unwrap_or("");
            }
            (_, Some('P' | '~')) => {
                out.push(' ');
                rest = rest.get(1..).unwrap_or("");
            }
            (_, Some('\\' | '{' | '}')) => {
                out.extend(rest.chars().next());
                rest = rest.get(1..).unwrap_or("");
            }
            // A format code goes up to its semicolon.
            (_, Some('f' | 'F' | 'H' | 'W' | 'Q' | 'T' | 'A' | 'C' | 'p' | 'S')) => {
                rest = rest.split_once(';').map_or("", |(_, behind)| behind);
            }
            (_, Some('L' | 'l' | 'O' | 'o' | 'K' | 'k')) => rest = rest.get(1..).unwrap_or(""),
            _ => out.push('\\'),
        }
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_drawings() {
        for (text, wanted) in [
            ("3\\U+53F7\\U+697C", "3号楼"),
            ("{\\fSimSun|b0|i0|c134|p2;砖混6}\\P12户", "砖混6 12户"),
            ("%%u科技路", "科技路"),
            ("100%", "100%"),
            ("a\\b", "a\\b"),
            ("\\", "\\"),
        ] {
            assert_eq!(plain(text), wanted, "{text}");
        }
    }

    #[test]
    fn pairs_and_what_is_none() {
        let mut pairs = Pairs::new("  0\r\nSECTION\r\n 10\n1.5\n".as_bytes());
        assert!(pairs.next().unwrap().unwrap().is(0, b"SECTION"));
        assert_eq!(pairs.next().unwrap().unwrap().number(), Some(1.5));
        assert_eq!(pairs.next().unwrap(), None);
        let mut pairs = Pairs::new("hello\nworld\n".as_bytes());
        assert!(pairs.next().is_err());
    }
}
