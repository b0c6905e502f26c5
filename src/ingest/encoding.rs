//! Which encoding a text is in: as asked, as the file says, else by looking at it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8};

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

/// The encoding of the pieces of text in `samples`, by looking at them; a piece may end within a character.
pub(super) fn detect<'a>(samples: impl Iterator<Item = &'a [u8]> + Clone) -> Choice {
    let is_utf8 = |piece: &[u8]| match std::str::from_utf8(piece) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if samples.clone().all(<[u8]>::is_ascii) {
        return Choice::new(UTF_8, "全部是ASCII字符", "every character is ASCII");
    }
    if samples.clone().all(is_utf8) {
        return Choice::new(UTF_8, "内容是有效的UTF-8", "the content is valid UTF-8");
    }
    let (mut pairs, mut gb, mut big5) = (0_u32, 0_u32, 0_u32);
    for piece in samples.clone() {
        let mut bytes = piece.iter().copied();
        while let Some(lead) = bytes.next() {
            if lead < 0x80 {
                continue;
            }
            let Some(trail) = bytes.next() else { break };
            pairs += 1;
            gb += u32::from((0xB0..=0xD7).contains(&lead) && trail >= 0xA1);
            let second = (0x40..=0x7E).contains(&trail) || (0xA1..=0xFE).contains(&trail);
            big5 += u32::from((0xA4..=0xC6).contains(&lead) && second);
        }
    }
    let share = |count: u32| f64::from(count) / f64::from(pairs.max(1));
    let fits = |encoding: &'static Encoding| {
        samples.clone().all(|piece| {
            let (text, _) = encoding.decode_without_bom_handling(piece);
            !text.trim_end_matches('\u{fffd}').contains('\u{fffd}')
        })
    };
    if share(gb) >= COMMON && fits(GB18030) {
        return Choice::new(
            GB18030,
            "内容是常用的国标汉字",
            "the content is common Chinese characters of GB 2312",
        );
    }
    if share(big5) >= COMMON && fits(BIG5) {
        return Choice::new(
            BIG5,
            "内容是常用的大五码汉字",
            "the content is common Chinese characters of Big5",
        );
    }
    if fits(GB18030) {
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
