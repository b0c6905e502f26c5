//! The long texts of a dBase table, which stand in a file of their own: `.dbt` of dBase III and IV, `.fpt` of FoxPro.

use std::io::{Read, SeekFrom};

use crate::ingest::IngestError;
use crate::ingest::source::AnyPlace;

/// The longest text that is read, bytes.
const LONGEST: usize = 1 << 20;
/// The size of a block where the file does not say.
const BLOCK: u64 = 512;

/// A file of long texts.
pub(in crate::ingest) struct Memo<'a> {
    file: Box<dyn AnyPlace + 'a>,
    block: u64,
    is_foxpro: bool,
}

impl<'a> Memo<'a> {
    /// The texts in `file`; those of FoxPro have another layout.
    pub(in crate::ingest) fn open(
        mut file: Box<dyn AnyPlace + 'a>,
        is_foxpro: bool,
    ) -> Result<Self, IngestError> {
        let mut head = Vec::new();
        file.by_ref()
            .take(BLOCK)
            .read_to_end(&mut head)
            .map_err(IngestError::read)?;
        let pair = |at: usize| {
            let bytes: [u8; 2] = head.get(at..at + 2)?.try_into().ok()?;
            Some(bytes)
        };
        let says = if is_foxpro {
            pair(6).map(u16::from_be_bytes)
        } else {
            pair(20).map(u16::from_le_bytes)
        };
        // FoxPro has blocks of single bytes, dBase none that is no part of a page.
        let block = says
            .map(u64::from)
            .filter(|size| *size > 0 && (is_foxpro || size.is_power_of_two()))
            .unwrap_or(BLOCK);
        Ok(Self {
            file,
            block,
            is_foxpro,
        })
    }

    /// The text that begins with block `number`; `None` where there is none, or one that cannot be read.
    pub(super) fn text(&mut self, number: u32) -> Option<Vec<u8>> {
        let at = u64::from(number).checked_mul(self.block)?;
        self.file.seek(SeekFrom::Start(at)).ok()?;
        let head: [u8; 8] = {
            let mut head = Vec::new();
            self.file.by_ref().take(8).read_to_end(&mut head).ok()?;
            head.resize(8, 0x1A);
            head.try_into().ok()?
        };
        let [kind @ .., a, b, c, d] = head;
        let (is_text, length) = if self.is_foxpro {
            // Pictures and objects are of other types.
            (
                u32::from_be_bytes(kind) == 1,
                u32::from_be_bytes([a, b, c, d]),
            )
        } else if kind == [0xFF, 0xFF, 0x08, 0x00] {
            // The length counts these eight bytes.
            let length = u32::from_le_bytes([a, b, c, d]).checked_sub(8)?;
            (true, length)
        } else {
            return self.marked(at);
        };
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= LONGEST)?;
        if !is_text {
            return None;
        }
        let mut text = Vec::new();
        let limit = u64::try_from(length).ok()?;
        self.file.by_ref().take(limit).read_to_end(&mut text).ok()?;
        (text.len() == length).then_some(text)
    }

    /// A text of dBase III, which ends with a mark.
    fn marked(&mut self, at: u64) -> Option<Vec<u8>> {
        self.file.seek(SeekFrom::Start(at)).ok()?;
        let mut text = Vec::new();
        let mut piece = [0; 512];
        while text.len() <= LONGEST {
            let read = self.file.read(&mut piece).ok()?;
            let piece = piece.get(..read).unwrap_or_default();
            if let Some(end) = piece.iter().position(|byte| *byte == 0x1A) {
                text.extend_from_slice(piece.get(..end).unwrap_or_default());
                return Some(text);
            }
            if read == 0 {
                return (!text.is_empty()).then_some(text);
            }
            text.extend_from_slice(piece);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn text(file: &[u8], is_foxpro: bool, number: u32) -> Option<String> {
        let mut memo = Memo::open(Box::new(Cursor::new(file)), is_foxpro).unwrap();
        let text = memo.text(number)?;
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn texts_of_three_programs() {
        let mut third = vec![0; 512];
        third.extend(b"first\x1a\x1a");
        third.resize(1024, 0);
        third.extend(b"second");
        assert_eq!(text(&third, false, 1).as_deref(), Some("first"));
        assert_eq!(text(&third, false, 2).as_deref(), Some("second"));
        assert_eq!(text(&third, false, 9), None);

        let mut fourth = vec![0; 1024];
        fourth[20..22].copy_from_slice(&1024_u16.to_le_bytes());
        fourth.extend([0xFF, 0xFF, 8, 0, 13, 0, 0, 0]);
        fourth.extend(b"third and more");
        assert_eq!(text(&fourth, false, 1).as_deref(), Some("third"));

        let mut fox = vec![0; 512];
        fox[6..8].copy_from_slice(&64_u16.to_be_bytes());
        fox.extend([0, 0, 0, 1, 0, 0, 0, 3]);
        fox.extend(b"fox and more");
        assert_eq!(text(&fox, true, 8).as_deref(), Some("fox"));
        fox[515] = 0;
        assert_eq!(text(&fox, true, 8), None);
        fox[515] = 1;
        fox[516] = 0x7F;
        assert_eq!(text(&fox, true, 8), None);
    }
}
