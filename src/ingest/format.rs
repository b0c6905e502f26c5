//! What a file is: by its content first, by its name where the content can be anything.

use std::path::Path;

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::ingest::{Said, encoding};

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    GeoJson,
    /// Text with one record a line.
    Delimited,
    Shapefile,
    /// A table of dBase without shapes.
    Dbf,
    /// A zip: a zipped shapefile, a KMZ, a workbook; which one its entries say.
    Zip,
    Xlsx,
    Xls,
    Ods,
    GeoPackage,
    FlatGeobuf,
    Kml,
    Kmz,
    Dxf,
    OsmPbf,
}

impl Format {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "GeoJSON",
            Self::Delimited => "CSV",
            Self::Shapefile => "Shapefile",
            Self::Dbf => "dBase",
            Self::Zip => "zip",
            Self::Xlsx => "Excel (xlsx)",
            Self::Xls => "Excel (xls)",
            Self::Ods => "OpenDocument (ods)",
            Self::GeoPackage => "GeoPackage",
            Self::FlatGeobuf => "FlatGeobuf",
            Self::Kml => "KML",
            Self::Kmz => "KMZ",
            Self::Dxf => "DXF",
            Self::OsmPbf => "OpenStreetMap PBF",
        }
    }
}

/// What the first bytes of a file and its name (lower case, without `.gz`) say it is.
pub(super) fn of(head: &[u8], name: &str) -> Result<Format, Said> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let has = |word: &[u8]| contains(head, word);
    let ends = |end: &str| name.ends_with(end);
    if head.is_empty() {
        return Err(Said::new("文件是空的", "the file is empty"));
    }
    for (magic, format) in [
        (b"SQLite format 3\0".as_slice(), Format::GeoPackage),
        (b"fgb\x03fgb", Format::FlatGeobuf),
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Format::Xls),
        (b"\x00\x00\x27\x0A", Format::Shapefile),
        (b"AutoCAD Binary DXF", Format::Dxf),
    ] {
        if starts(magic) {
            return Ok(format);
        }
    }
    if let Some(text) = xml_of_double_bytes(head) {
        return of(text.as_bytes(), name);
    }
    if head
        .get(4..64)
        .is_some_and(|start| contains(start, b"OSMHeader"))
    {
        return Ok(Format::OsmPbf);
    }
    if let Some(why) = known_but_not_read(head, name) {
        return Err(why);
    }
    if ends(".dbf") && head.len() >= 32 {
        return Ok(Format::Dbf);
    }
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    let text = text.strip_prefix(b"\x1E").unwrap_or(text);
    match text.first() {
        Some(b'<') if has(b"<kml") || has(b":kml") || has(b"<Placemark") => return Ok(Format::Kml),
        Some(b'<') => {
            return Err(Said::new(
                "是XML或网页,但不是KML;如果是从系统导出的“xls”网页,请用表格软件另存为xlsx",
                "XML or a web page, but no KML; if a system exported it as \"xls\", save it as xlsx with a spreadsheet program",
            ));
        }
        Some(b'{') => return Ok(Format::GeoJson),
        Some(b'0') if is_dxf(text) => return Ok(Format::Dxf),
        _ => {}
    }
    if [".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson"]
        .iter()
        .any(|end| ends(end))
    {
        return Ok(Format::GeoJson);
    }
    let is_utf16 = starts(b"\xFF\xFE") || starts(b"\xFE\xFF") || encoding::wide(head).is_some();
    let is_text = is_utf16
        || !head
            .iter()
            .any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31));
    if is_text && (is_utf16 || [".csv", ".tsv", ".txt", ".tab"].iter().any(|end| ends(end))) {
        return Ok(Format::Delimited);
    }
    if is_text && text.iter().any(|byte| matches!(byte, b',' | b'\t' | b';')) {
        return Ok(Format::Delimited);
    }
    Err(Said::new(
        "既不是文本,也不是已知的地图或表格文件;可读:GeoJSON、Shapefile、CSV、xlsx、xls、ods、GeoPackage、FlatGeobuf、KML/KMZ/OVKML、DXF、OSM PBF",
        "neither text nor a map or a spreadsheet that is known; read are GeoJSON, Shapefile, CSV, xlsx, xls, ods, GeoPackage, FlatGeobuf, KML/KMZ/OVKML, DXF and OSM PBF",
    ))
}

/// The beginning of an XML document that is in UTF-16, which every reader of XML has to know.
fn xml_of_double_bytes(head: &[u8]) -> Option<String> {
    let (encoding, text) = match head {
        [0xFF, 0xFE, b'<', 0, ..] => (UTF_16LE, head.get(2..)?),
        [0xFE, 0xFF, 0, b'<', ..] => (UTF_16BE, head.get(2..)?),
        [b'<', 0, ..] => (UTF_16LE, head),
        [0, b'<', ..] => (UTF_16BE, head),
        _ => return None,
    };
    let (text, _) = encoding.decode_without_bom_handling(text);
    Some(text.into_owned())
}

/// Files that offices have and that cannot be read, with what can be done.
fn known_but_not_read(head: &[u8], name: &str) -> Option<Said> {
    let ends = |end: &str| name.ends_with(end);
    let said = |zh: &str, en: &str| Some(Said::new(zh, en));
    if head.starts_with(b"AC10") {
        return said(
            "是AutoCAD图形(DWG),请另存为DXF再导入",
            "an AutoCAD drawing (DWG): save it as DXF",
        );
    }
    if ends(".ovobj") || ends(".ovb") {
        return said(
            "是奥维对象文件,请在奥维中导出为ovkml或kml",
            "an Ovital object file: export it as ovkml or kml",
        );
    }
    if ends(".shx") || ends(".prj") || ends(".cpg") || ends(".sbn") || ends(".qpj") {
        return said(
            "是Shapefile的附属文件,请指定同名的.shp",
            "a file beside a shapefile: name the .shp",
        );
    }
    if ends(".mif") || ends(".mid") || ends(".mdb") {
        return said(
            "是MapInfo或个人地理数据库文件,请用QGIS转为GeoPackage",
            "a file of MapInfo or a personal geodatabase: turn it into GeoPackage with QGIS",
        );
    }
    if contains(head, b"<osm ") || contains(head, b"<osm>") {
        return said(
            "是OSM XML,请转为PBF(osmium cat -o x.osm.pbf)",
            "OSM XML: turn it into PBF (osmium cat -o x.osm.pbf)",
        );
    }
    if head.starts_with(b"%PDF") {
        return said(
            "是PDF,不含可导入的数据",
            "a PDF, which has no data to import",
        );
    }
    None
}

fn is_dxf(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.next() == Some(b"0") && lines.next() == Some(b"SECTION")
        // A comment may stand first.
        || contains(text, b"SECTION")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Whether a name in lower case ends in one of these.
pub(super) fn has_end(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end))
}

/// The name of a file in lower case, without `.gz`.
pub(super) fn plain_name(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    name.strip_suffix(".gz").unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_stands_before_the_name() {
        for (head, name, format) in [
            (b"{\"type\":1}".as_slice(), "x.csv", Format::GeoJson),
            (b"\x00\x00\x27\x0A....", "x.txt", Format::Shapefile),
            (b"  0\r\nSECTION\r\n", "x", Format::Dxf),
            (
                b"<?xml version=\"1.0\"?><kml xmlns=\"\">",
                "x.xml",
                Format::Kml,
            ),
            (b"\xFF\xFE<\0k\0m\0l\0>\0", "x", Format::Kml),
            (b"\0<\0k\0m\0l\0>", "x.kml", Format::Kml),
            (b"a,b\n1,2\n", "x", Format::Delimited),
            (b"\xD0\xA1\xC7\xF8\n", "x.csv", Format::Delimited),
            (b"\xFF\xFEa\0,\0b\0", "x.txt", Format::Delimited),
            (b"a\0,\0b\0\n\0", "x.csv", Format::Delimited),
            (b"\0a\0,\0b\0\n", "x.csv", Format::Delimited),
            (b"SQLite format 3\0", "x.gpkg", Format::GeoPackage),
        ] {
            assert_eq!(of(head, name), Ok(format), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_what_to_do() {
        for (head, name, word) in [
            (b"AC1027....".as_slice(), "x.dwg", "DXF"),
            (b"<html><table>", "x.xls", "xlsx"),
            (b"<osm version=\"0.6\">", "x.osm", "PBF"),
            (b"\x01\x02\x03\x04", "x.bin", "neither"),
            (b"", "x.csv", "empty"),
            (b"anything", "x.ovobj", "ovkml"),
        ] {
            let why = of(head, name).unwrap_err();
            assert!(why.en.contains(word) && !why.zh.is_empty(), "{name}: {why}");
        }
    }
}
