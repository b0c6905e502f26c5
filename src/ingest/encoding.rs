//! Which encoding a text is in: as asked, as the file says, else by looking at it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::ingest::row::Event;
use crate::ingest::{IngestError, Said};

/// Share of double bytes in the common half of a character set above which a text is taken to be in it.
///
/// Level 1 of GB 2312 has the 3,755 usual characters; in Big5 text half of the second bytes are not even possible there.
const COMMON: f64 = 0.8;

/// An encoding with the reason.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) encoding: &'static Encoding,
    why: Said,
}

impl Choice {
    pub(super) fn new(encoding: &'static Encoding, zh: &str, en: &str) -> Self {
        let name = encoding.name();
        Self {
            encoding,
            why: Said::new(
                format!("编码 {name}:{zh}。"),
                format!("Encoding {name}: {en}."),
            ),
        }
    }

    pub(super) fn decision(&self) -> Event {
        Event::decision("encoding", &self.why.zh, &self.why.en)
    }
}

/// The encoding that `asked` names.
pub(super) fn asked(asked: Option<&str>) -> Result<Option<Choice>, IngestError> {
    let Some(label) = asked else { return Ok(None) };
    let encoding = named(label).ok_or_else(|| IngestError::Encoding {
        given: label.to_owned(),
    })?;
    Ok(Some(Choice::new(encoding, "按要求", "as asked")))
}

/// The encoding of a WHATWG label, a code page or the words that ArcGIS writes; GBK counts as its superset GB 18030.
pub(super) fn named(label: &str) -> Option<&'static Encoding> {
    let plain: String = label
        .trim()
        .trim_start_matches('\u{feff}')
        .to_ascii_lowercase()
        .replace("ansi", "")
        .replace("oem", "");
    let plain = plain
        .trim()
        .trim_start_matches("cp")
        .trim_start_matches("ms");
    let encoding = match plain {
        "936" | "gb2312" | "gbk" | "gb18030" | "54936" => GB18030,
        "950" | "big5" | "big-5" => BIG5,
        "65001" | "utf8" | "utf-8" | "1208" => UTF_8,
        "932" => encoding_rs::SHIFT_JIS,
        "949" => encoding_rs::EUC_KR,
        "1252" | "88591" | "8859-1" => encoding_rs::WINDOWS_1252,
        _ => Encoding::for_label(label.trim().as_bytes())?,
    };
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// What the bytes of a text are like.
#[derive(Debug, Default)]
struct Census {
    is_ascii: bool,
    is_utf8: bool,
    /// Characters of two, and of more bytes, were it UTF-8.
    two_bytes: u32,
    more_bytes: u32,
    /// Pairs of a byte that is no ASCII with the next, were it a double-byte encoding.
    pairs: u32,
    /// Pairs that are common characters of GB 2312, that are any place of its table, that are common ones of Big5.
    common_gb: u32,
    in_gb: u32,
    common_big5: u32,
}

impl Census {
    /// A piece may end within a character.
    fn of<'a>(samples: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut seen = Self {
            is_ascii: true,
            is_utf8: true,
            ..Self::default()
        };
        for piece in samples.filter(|piece| !piece.is_ascii()) {
            seen.is_ascii = false;
            let whole = match std::str::from_utf8(piece) {
                Ok(text) => text,
                Err(error) => {
                    seen.is_utf8 &= error.error_len().is_none();
                    let valid = piece.get(..error.valid_up_to()).unwrap_or_default();
                    std::str::from_utf8(valid).unwrap_or_default()
                }
            };
            for c in whole.chars() {
                match c.len_utf8() {
                    1 => {}
                    2 => seen.two_bytes += 1,
                    _ => seen.more_bytes += 1,
                }
            }
            let mut bytes = piece.iter().copied();
            while let Some(lead) = bytes.next() {
                if lead < 0x80 {
                    continue;
                }
                let Some(trail) = bytes.next() else { break };
                seen.pairs += 1;
                seen.common_gb += u32::from((0xB0..=0xD7).contains(&lead) && trail >= 0xA1);
                seen.in_gb +=
                    u32::from((0xA1..=0xF7).contains(&lead) && (0xA1..0xFF).contains(&trail));
                let second = (0x40..=0x7E).contains(&trail) || (0xA1..=0xFE).contains(&trail);
                seen.common_big5 += u32::from((0xA4..=0xC6).contains(&lead) && second);
            }
        }
        seen
    }

    /// Which share of the pairs so many are.
    fn share(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.pairs.max(1))
    }
}

/// Whether every piece is text of `encoding`; a piece may end within a character.
pub(super) fn fits<'a>(
    encoding: &'static Encoding,
    mut samples: impl Iterator<Item = &'a [u8]>,
) -> bool {
    samples.all(|piece| {
        let (text, _) = encoding.decode_without_bom_handling(piece);
        !text.trim_end_matches('\u{fffd}').contains('\u{fffd}')
    })
}

/// Pairs that say for certain that a text is not in Big5, or not in GB 2312: half of the places of Big5 have no place in
/// the other.
const MANY: u32 = 24;

/// The encoding that the content of a text is in, with the reason, where its label says another that the content
/// contradicts: an encoding of single bytes fits anything, and GB 18030 most of UTF-8.
pub(super) fn contradicted<'a>(
    label: &'static Encoding,
    samples: impl Iterator<Item = &'a [u8]> + Clone,
) -> Option<(&'static Encoding, Said)> {
    let seen = Census::of(samples.clone());
    if label == UTF_8 || seen.is_ascii {
        return None;
    }
    let characters = seen.two_bytes + seen.more_bytes;
    if seen.is_utf8 && characters > 0 {
        // Two bytes of UTF-8 may be one character of GBK as well.
        let is_certain = label.is_single_byte() || seen.more_bytes >= seen.two_bytes;
        let why = Said::new("内容是有效的UTF-8", "the content is valid UTF-8");
        return is_certain.then_some((UTF_8, why));
    }
    let is_gb = seen.pairs > 0
        && seen.in_gb == seen.pairs
        && seen.share(seen.common_gb) >= COMMON
        && fits(GB18030, samples.clone());
    if is_gb && (label.is_single_byte() || (label == BIG5 && seen.pairs >= MANY)) {
        let why = Said::new(
            "内容全是常用的国标汉字",
            "the content is common Chinese characters of GB 2312 throughout",
        );
        return Some((GB18030, why));
    }
    let is_big5 = seen.pairs >= MANY
        && seen.share(seen.common_big5) >= COMMON
        && seen.share(seen.common_gb) < 0.5
        && fits(BIG5, samples);
    (label == GB18030 && is_big5).then(|| {
        let why = Said::new(
            "内容是常用的Big5汉字",
            "the content is common Chinese characters of Big5",
        );
        (BIG5, why)
    })
}

/// UTF-16 without a byte order mark: marks, digits and line ends have a zero in one half, and no other text has zeros.
pub(super) fn wide(head: &[u8]) -> Option<Choice> {
    let head = head.get(..head.len() / 2 * 2).unwrap_or(head);
    let zeros = |odd: usize| {
        let half = head.iter().skip(odd).step_by(2);
        half.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let (few, many) = (even.min(odd), even.max(odd));
    // a character such as 一 (4E00) has its zero in the other half
    if many == 0 || many * 24 < head.len() / 2 || few * 4 > many {
        return None;
    }
    let encoding = if odd > even { UTF_16LE } else { UTF_16BE };
    let (text, _) = encoding.decode_without_bom_handling(head);
    let is_strange = |c: char| c == '\u{fffd}' || c < ' ' && !matches!(c, '\t' | '\r' | '\n');
    // half of a pair may be cut off at the end
    let is_text = !text.trim_end_matches('\u{fffd}').contains(is_strange);
    is_text.then(|| Choice::new(encoding, "每隔一个字节为零", "every other byte is zero"))
}

/// The encoding of the pieces of text in `samples`, by looking at them; a piece may end within a character.
pub(super) fn detect<'a>(samples: impl Iterator<Item = &'a [u8]> + Clone) -> Choice {
    let seen = Census::of(samples.clone());
    if seen.is_ascii {
        return Choice::new(UTF_8, "全部是ASCII字符", "every character is ASCII");
    }
    if seen.is_utf8 {
        return Choice::new(UTF_8, "内容是有效的UTF-8", "the content is valid UTF-8");
    }
    if seen.share(seen.common_gb) >= COMMON && fits(GB18030, samples.clone()) {
        return Choice::new(
            GB18030,
            "内容是常用的国标汉字",
            "the content is common Chinese characters of GB 2312",
        );
    }
    if seen.share(seen.common_big5) >= COMMON && fits(BIG5, samples.clone()) {
        return Choice::new(
            BIG5,
            "内容是常用的Big5汉字",
            "the content is common Chinese characters of Big5",
        );
    }
    if fits(GB18030, samples.clone()) {
        return Choice::new(
            GB18030,
            "内容是有效的GB 18030,请核对文字",
            "the content is valid GB 18030; check the texts",
        );
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for piece in samples {
        detector.feed(piece, false);
    }
    detector.feed(b"", true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let guess = if guess == GBK { GB18030 } else { guess };
    Choice::new(
        guess,
        "由字符频率推测,请核对文字",
        "guessed by the frequency of characters; check the texts",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_without_a_mark_is_told_from_bytes_that_are_no_text() {
        let text = "编号,名称,经度,纬度\r\n1,一号院的大雁塔小区,108.97,34.22\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(wide(&little).unwrap().encoding, UTF_16LE);
        assert_eq!(wide(&big).unwrap().encoding, UTF_16BE);
        let ascii: Vec<u8> = "a,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(wide(&ascii).unwrap().encoding, UTF_16LE);
        for bytes in [
            text.as_bytes(),
            &[0, 1, 0, 2, 0, 3, 0, 4],
            &[0; 16],
            b"",
            b"x",
        ] {
            assert!(wide(bytes).is_none(), "{bytes:?}");
        }
    }

    fn check(text: &str, encoding: &'static Encoding) {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable);
        let found = detect(std::iter::once(&*bytes)).encoding;
        assert_eq!(found.name(), encoding.name(), "{text}");
        let cut = bytes.get(..bytes.len() - 1).unwrap();
        assert_eq!(
            detect(std::iter::once(cut)).encoding.name(),
            encoding.name(),
            "{text} cut"
        );
    }

    #[test]
    fn simplified_traditional_and_unicode_are_told_apart() {
        for text in [
            "朝晖六小区",
            "小区名称",
            "大雁塔街道小寨东路社区第三网格",
            "翠苑新村二区,文一西路",
        ] {
            check(text, GB18030);
            check(text, UTF_8);
        }
        for text in [
            "公寓大廈管理委員會",
            "臺南市新營區民權里",
            "建築物地址,棟數,地上層數",
        ] {
            check(text, BIG5);
            check(text, UTF_8);
        }
        assert_eq!(detect([b"plain".as_slice()].into_iter()).encoding, UTF_8);
    }

    #[test]
    fn a_label_that_the_content_contradicts_loses() {
        let latin = encoding_rs::WINDOWS_1252;
        let cyrillic = encoding_rs::WINDOWS_1251;
        let long = "公寓大廈管理委員會臺南市新營區民權里建築物地址棟數地上層數";
        let simple = "朝晖六小区大雁塔街道小寨东路社区第三网格翠苑新村二区文一西路";
        for (text, is_in, label, wanted) in [
            ("朝晖六小区", GB18030, latin, Some(GB18030)),
            ("朝晖小区", UTF_8, latin, Some(UTF_8)),
            ("朝晖小区", UTF_8, GB18030, Some(UTF_8)),
            ("朝晖小区", UTF_8, BIG5, Some(UTF_8)),
            ("朝晖六小区", GB18030, GB18030, None),
            ("São Paulo, Ñuñoa, Orléans", latin, latin, None),
            ("São Paulo", UTF_8, latin, Some(UTF_8)),
            ("улица Ленина, МОСКВА", cyrillic, cyrillic, None),
            ("25 m² à 3 °C", latin, latin, None),
            // These bytes are a character of UTF-8 as well.
            ("路", GB18030, GB18030, None),
            (
                "서울특별시 종로구",
                encoding_rs::EUC_KR,
                encoding_rs::EUC_KR,
                None,
            ),
            (long, BIG5, BIG5, None),
            (long, BIG5, GB18030, Some(BIG5)),
            (simple, GB18030, BIG5, Some(GB18030)),
            ("plain", UTF_8, latin, None),
        ] {
            let (bytes, _, unmappable) = is_in.encode(text);
            assert!(!unmappable, "{text}");
            let found = contradicted(label, std::iter::once(&*bytes));
            let found = found.map(|(encoding, _)| encoding.name());
            assert_eq!(found, wanted.map(Encoding::name), "{text} {}", label.name());
        }
    }

    #[test]
    fn labels_of_cpg_files_and_people() {
        for (label, encoding) in [
            ("GBK", GB18030),
            ("\u{feff}UTF-8\r\n", UTF_8),
            ("ANSI 936", GB18030),
            ("cp936", GB18030),
            ("65001", UTF_8),
            ("Big5", BIG5),
            ("OEM 950", BIG5),
        ] {
            assert_eq!(named(label), Some(encoding), "{label}");
        }
        assert_eq!(named("klingon"), None);
        assert!(matches!(
            asked(Some("klingon")),
            Err(IngestError::Encoding { .. })
        ));
    }
}
