//! Whole numbers that no JSON reader keeps: the digits of a code are more than a number of 64 bits has. They are read as
//! text.

use std::io::{self, Read};

/// Text of JSON in which whole numbers of twenty digits and more stand in quotation marks.
pub(super) struct Digits<R> {
    inner: R,
    /// What has been read and not handed on.
    ready: Vec<u8>,
    handed: usize,
    /// A number whose end has not been seen.
    number: Vec<u8>,
    is_in_text: bool,
    is_escaped: bool,
    buffer: Box<[u8]>,
}

/// Nineteen digits always fit 64 bits.
const FEWEST: usize = 20;
/// Beyond this it is no number that anybody wrote, and is handed on as it comes.
const MOST: usize = 64;

impl<R: Read> Digits<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            ready: Vec::new(),
            handed: 0,
            number: Vec::new(),
            is_in_text: false,
            is_escaped: false,
            buffer: vec![0; 1 << 16].into_boxed_slice(),
        }
    }

    fn end_number(&mut self) {
        let digits = self.number.strip_prefix(b"-").unwrap_or(&self.number);
        let is_long = (FEWEST..MOST).contains(&digits.len());
        let is_whole = digits.iter().all(u8::is_ascii_digit);
        if is_long && is_whole {
            self.ready.push(b'"');
            self.ready.append(&mut self.number);
            self.ready.push(b'"');
        } else {
            self.ready.append(&mut self.number);
        }
    }

    fn pass(&mut self, byte: u8) {
        if self.is_in_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_text = false,
                _ => {}
            }
            self.ready.push(byte);
            return;
        }
        if matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
            self.number.push(byte);
            if self.number.len() > MOST {
                self.ready.append(&mut self.number);
            }
            return;
        }
        if !self.number.is_empty() {
            self.end_number();
        }
        self.is_in_text = byte == b'"';
        self.ready.push(byte);
    }
}

impl<R: Read> Read for Digits<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() {
            self.ready.clear();
            self.handed = 0;
            let mut buffer = std::mem::take(&mut self.buffer);
            let read = self.inner.read(&mut buffer);
            if let Ok(read) = read {
                for byte in buffer.iter().take(read) {
                    self.pass(*byte);
                }
            }
            self.buffer = buffer;
            if read? == 0 {
                if self.number.is_empty() {
                    return Ok(0);
                }
                self.end_number();
            }
        }
        let rest = self.ready.get(self.handed..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.handed += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that hands out one byte at a time.
    struct Slow<'t>(&'t [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            (out[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    #[test]
    fn only_whole_numbers_that_are_too_long_become_text() {
        for (given, wanted) in [
            (
                r#"{"a":61011300201200100001,"b":[1,-2.5e3]}"#,
                r#"{"a":"61011300201200100001","b":[1,-2.5e3]}"#,
            ),
            (
                r#"{"a":9223372036854775807}"#,
                r#"{"a":9223372036854775807}"#,
            ),
            (
                r#"{"a":0.12345678901234567890123,"b":1e21}"#,
                r#"{"a":0.12345678901234567890123,"b":1e21}"#,
            ),
            (
                r#"{"a":"say \" 61011300201200100001 \"","b":true}"#,
                r#"{"a":"say \" 61011300201200100001 \"","b":true}"#,
            ),
            ("61011300201200100001", "\"61011300201200100001\""),
            ("", ""),
        ] {
            let (mut whole, mut slow) = (String::new(), String::new());
            Digits::new(given.as_bytes())
                .read_to_string(&mut whole)
                .unwrap();
            Digits::new(Slow(given.as_bytes()))
                .read_to_string(&mut slow)
                .unwrap();
            assert_eq!((whole.as_str(), slow.as_str()), (wanted, wanted));
        }
    }
}
