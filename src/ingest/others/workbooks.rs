use std::io::{Cursor, Write};

use super::*;

/// A workbook with one sheet whose XML this is.
fn workbook(sheet: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#
                .to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}">{sheet}</worksheet>"#),
        ),
    ] {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn texts(cells: &[&str]) -> String {
    let cells = cells
        .iter()
        .map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    format!("<row>{}</row>", cells.collect::<String>())
}

fn options() -> Options {
    let mut options = Options::new(LayerId::RISK_POINTS);
    options.crs = Some(Crs::Crs84);
    options
}

#[test]
fn a_dimension_that_names_no_range_is_no_reason_to_refuse_a_workbook() {
    let rows = [
        texts(&["编号", "经度", "纬度", "隐患描述"]),
        texts(&["R0", "108.97", "34.22", "堆物"]),
        texts(&["R1", "108.98", "34.23", "飞线"]),
    ];
    for dimension in [
        "",
        r#"<dimension ref="A1"/>"#,
        r#"<dimension ref="A0:E3"/>"#,
        r#"<dimension ref=""/>"#,
        r#"<dimension ref="$A$1:$E$3"></dimension>"#,
    ] {
        let sheet = format!("{dimension}<sheetData>{}</sheetData>", rows.concat());
        let (records, _) = read_files(&[("a.xlsx", &workbook(&sheet))], &options()).unwrap();
        let codes: Vec<&str> = records.iter().map(|record| &*record.draft.code).collect();
        assert_eq!(codes, ["R0", "R1"], "{dimension}");
    }
}

#[test]
fn formulas_without_a_saved_result_are_named() {
    let number = |formula: &str, value: &str| format!("<c>{formula}{value}</c>");
    let rows = [
        texts(&["编号", "经度", "纬度", "隐患描述"]),
        format!(
            "<row>{}{}{}{}</row>",
            r#"<c t="inlineStr"><is><t>R0</t></is></c>"#,
            number("<f>A1</f>", "<v>108.97</v>"),
            number("", "<v>34.22</v>"),
            r#"<c t="str"><f>""</f><v></v></c>"#,
        ),
        format!(
            "<row>{}{}{}{}</row>",
            r#"<c t="inlineStr"><is><t>R1</t></is></c>"#,
            number("", "<v>108.98</v>"),
            number("", "<v>34.23</v>"),
            number("<f>D1&amp;\"x\"</f>", "<v></v>"),
        ),
        format!(
            "<row r=\"9\">{}{}{}{}</row>",
            r#"<c r="A9" t="inlineStr"><is><t>R2</t></is></c>"#,
            r#"<c r="B9"><v>108.99</v></c>"#,
            r#"<c r="C9"><v>34.24</v></c>"#,
            r#"<c r="D9"><f t="shared" si="0"/></c>"#,
        ),
    ];
    let sheet = format!("<sheetData>{}</sheetData>", rows.concat());
    let (records, report) = read_files(&[("a.xlsx", &workbook(&sheet))], &options()).unwrap();
    assert_eq!(records.len(), 3);
    let said = decided(&report);
    assert!(
        said.contains("2个公式没有保存计算结果,按空值读取:D3、D9;"),
        "{said}"
    );
}

/// What is said of a file that cannot be read does not fall back to the words of a library.
#[test]
fn a_workbook_that_cannot_be_read_says_what_to_do_in_both_languages() {
    for (name, bytes, zh, en) in [
        (
            "a.xls",
            &b"<html><table><tr><td>1</td></tr></table></html>"[..],
            "另存为xlsx",
            "save it as xlsx",
        ),
        (
            "b.xls",
            b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>",
            "另存为xlsx",
            "save it as xlsx",
        ),
    ] {
        let refused = read_files(&[(name, bytes)], &options()).unwrap_err();
        assert!(refused.zh().contains(zh), "{}", refused.zh());
        assert!(refused.en().contains(en), "{}", refused.en());
    }
}
