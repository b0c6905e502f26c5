//! What may be wrong with a ledger is told with its place: the header, the columns, the system, the counts.

use std::path::Path;

use encoding_rs::UTF_8;
use minqing::geometry::LonLat;
use minqing::geometry::crs::Crs;
use serde_json::{Value as Json, json};

use super::cells::{Sheet, row, text, xlsx};
use super::{import, json as read_json, records};
use crate::driver::{demo_store, run, said};

fn csv(content: &str) -> Vec<u8> {
    text(UTF_8, content)
}

/// The exit code, what was said, and the report, of an import into a store of its own.
fn brought(
    name: &str,
    layer: &str,
    bytes: &[u8],
    more: &[&str],
) -> (Option<i32>, String, Json, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let done = import(folder.path(), name, layer, bytes, more);
    let report = folder.path().join("report.json");
    let report = if report.exists() {
        read_json(&report)
    } else {
        Json::Null
    };
    (done.status.code(), said(&done), report, folder)
}

#[test]
fn a_header_on_three_levels_keeps_its_names_its_codes_and_the_datum_of_its_top_cell() {
    let sheet = Sheet::new(
        "小区",
        vec![
            row!["老旧小区台账", "", "", "", "", ""],
            row!["序号", "小区编号", "小区名称", "位置", "", ""],
            row!["", "", "", "坐标（天地图）", "", "地址"],
            row!["", "", "", "经度", "纬度", ""],
            row![1, "XQ-1", "朝阳小区", 108.9723, 34.2319, "雁塔路1号"],
            row![2, "XQ-2", "青龙小区", 108.9733, 34.2319, "雁塔路2号"],
        ],
    );
    let sheet = sheet.merge(&[
        (0, 0, 0, 5),
        (1, 0, 3, 0),
        (1, 1, 3, 1),
        (1, 2, 3, 2),
        (1, 3, 1, 5),
        (2, 3, 2, 4),
        (2, 5, 3, 5),
    ]);
    let (code, told, report, folder) = brought(
        "三级.xlsx",
        "compounds",
        &xlsx(&[sheet]),
        &["--point-radius-m", "30"],
    );
    assert_eq!((code, &report["taken"]), (Some(1), &json!(2)), "{told}");
    assert!(
        told.contains("第2至4行(三级)") && told.contains("天地图"),
        "{told}"
    );
    let there = records(&folder, "compounds");
    let of = |field: &str| {
        there
            .iter()
            .map(|one| one["properties"][field].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("code"), ["XQ-1", "XQ-2"]);
    assert_eq!(of("name"), ["朝阳小区", "青龙小区"]);
    assert_eq!(of("address"), ["雁塔路1号", "雁塔路2号"]);
}

#[test]
fn a_middle_level_that_parts_nothing_is_a_level_of_the_header() {
    let sheet = Sheet::new(
        "设施",
        vec![
            row!["编号", "设施名称", "位置", ""],
            row!["", "", "坐标（天地图）", ""],
            row!["", "", "经度", "纬度"],
            row!["F-1", "一号", 108.9723, 34.2319],
        ],
    );
    let sheet = sheet.merge(&[(0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 0, 3), (1, 2, 1, 3)]);
    let (code, told, _, folder) = brought("中级.xlsx", "facilities", &xlsx(&[sheet]), &[]);
    assert_eq!(code, Some(0), "{told}");
    let there = records(&folder, "facilities");
    assert_eq!(there.len(), 1, "{told}");
    assert_eq!(
        (
            &there[0]["properties"]["code"],
            &there[0]["properties"]["name"]
        ),
        (&json!("F-1"), &json!("一号"))
    );
}

#[test]
fn a_column_without_a_header_is_named_by_its_number_and_can_be_mapped() {
    let content =
        "编号,,设施类别,GPS经度,GPS纬度\nF-1,一号,公厕,108.97,34.23\nF-2,二号,公厕,108.98,34.23\n";
    let (_, told, report, _folder) = brought("无名列.csv", "facilities", &csv(content), &[]);
    assert!(told.contains("没有表头的列:第2列(2个值)"), "{told}");
    let columns = report["columns"].as_array().unwrap();
    assert!(
        columns.iter().any(|column| column["column"] == "第2列"),
        "{columns:?}"
    );
    let (code, told, _, folder) = brought(
        "无名列.csv",
        "facilities",
        &csv(content),
        &["--map", "第2列=name"],
    );
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        records(&folder, "facilities")[0]["properties"]["name"],
        "一号"
    );
}

#[test]
fn a_file_without_a_header_is_refused_with_the_column_that_looks_like_data() {
    for (content, words) in [
        (
            "F-1,一号公厕,公共厕所\nF-2,二号公厕,公共厕所\nF-3,三号公厕,公共厕所\n",
            "第1行像是数据,其第1列",
        ),
        (
            "雁塔路,公共厕所\n朱雀路,公共厕所\n小寨路,公共厕所\n",
            "第1行像是数据,其第2列",
        ),
        ("1,2,3\n4,5,6\n", "前几行没有可以识别的列名"),
    ] {
        let (code, told, ..) = brought("没有表头.csv", "facilities", &csv(content), &[]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn headers_of_surveyors_are_coordinates_and_map_can_name_them() {
    let place = |x: &str, y: &str| format!("编号,名称,{x},{y}\nF-1,一号,3789812.444,589582.488\n");
    for (north, east) in [
        ("纵坐标X", "横坐标Y"),
        ("X（北坐标）", "Y（东坐标）"),
        ("N", "E"),
        ("中心点X坐标", "中心点Y坐标"),
        ("大地坐标X", "大地坐标Y"),
        ("北坐标", "东坐标"),
    ] {
        let (code, told, _, folder) = brought(
            "测量.csv",
            "facilities",
            &csv(&place(north, east)),
            &["--crs", "EPSG:4545"],
        );
        assert!(matches!(code, Some(0 | 1)), "{north} {told}");
        let at = records(&folder, "facilities")[0]["geometry"]["coordinates"].clone();
        assert!(
            (at[0].as_f64().unwrap() - 108.9723).abs() < 1e-5,
            "{north} {at}"
        );
    }
    let content = csv(&place("甲", "乙"));
    let said_so = ["--crs", "EPSG:4545", "--map", "乙=x", "--map", "甲=y"];
    let (code, told, report, _) = brought("自定.csv", "facilities", &content, &said_so);
    assert!(matches!(code, Some(0 | 1)), "{told}");
    assert_eq!(report["taken"], 1, "{told}");
    let (_, told, ..) = brought("自定.csv", "facilities", &content, &said_so[..4]);
    assert!(told.contains("--map 只指定了一个坐标列"), "{told}");
    let shaped = r#"{"type":"FeatureCollection","features":[]}"#;
    let (code, told, ..) = brought(
        "图.geojson",
        "facilities",
        shaped.as_bytes(),
        &["--map", "东=x"],
    );
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("只用于表格"), "{told}");
    let degrees = csv("编号,东,北\nF-1,108.9723,34.2319\n");
    let (code, told, report, _) = brought(
        "度.csv",
        "facilities",
        &degrees,
        &["--crs", "CRS84", "--map", "东=lon", "--map", "北=lat"],
    );
    assert_eq!((code, &report["taken"]), (Some(0), &json!(1)), "{told}");
}

#[test]
fn a_negative_count_is_left_out_and_told_with_its_row() {
    let content = "编号,小区名称,户数,GPS经度,GPS纬度\nX-1,朝阳小区,-5,108.97,34.23\nX-2,青龙小区,12,108.98,34.23\n";
    let (code, told, report, folder) = brought(
        "负数.csv",
        "compounds",
        &csv(content),
        &["--point-radius-m", "30"],
    );
    assert_eq!((code, &report["taken"]), (Some(1), &json!(2)), "{told}");
    let entries = report["entries"].as_array().unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry["field"] == "户数")
        .unwrap();
    assert_eq!((&entry["line"], &entry["value"]), (&json!(2), &json!("-5")));
    assert!(
        entry["suggestion"]["zh"]
            .as_str()
            .unwrap()
            .contains("是否为 5"),
        "{entry}"
    );
    let there = records(&folder, "compounds");
    assert_eq!(there[0]["properties"]["household_count"], Json::Null);
    assert_eq!(there[1]["properties"]["household_count"], 12);
}

/// A report of an import into the demonstration's map, whose houses can be asked.
fn beside_the_demo(
    folder: &Path,
    name: &str,
    content: &str,
    more: &[&str],
) -> (Option<i32>, String, Json) {
    let store = folder.join("map.gpkg");
    if !store.exists() {
        std::fs::copy(demo_store(), &store).unwrap();
    }
    let done = import(folder, name, "facilities", &csv(content), more);
    (
        done.status.code(),
        said(&done),
        read_json(&folder.join("report.json")),
    )
}

fn notices(report: &Json) -> String {
    report["notices"].to_string()
}

#[test]
fn a_system_that_puts_a_file_far_from_everything_on_the_map_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let content =
        "编号,名称,X,Y\nF-901,一号,3789812.444,589582.488\nF-902,二号,3789822.444,589592.488\n";
    for (crs, is_doubted) in [("EPSG:4546", true), ("EPSG:4545", false)] {
        for more in [
            &["--crs", crs, "--dry-run"][..],
            &["--crs", crs, "--on-conflict", "update"],
        ] {
            let (code, told, report) = beside_the_demo(folder.path(), "测量.csv", content, more);
            assert!(matches!(code, Some(0 | 1)), "{told}");
            assert_eq!(
                told.contains("远离图上已有的全部内容"),
                is_doubted,
                "{crs} {told}"
            );
            assert_eq!(
                notices(&report).contains("公里"),
                is_doubted,
                "{crs} {report:#}"
            );
            if is_doubted {
                assert_eq!(code, Some(1), "{told}");
                assert!(told.contains("第2行") && told.contains("--crs"), "{told}");
                break;
            }
        }
    }
    let sheet = folder.path().join("sheet.html");
    let file = folder.path().join("测量.csv");
    let store = folder.path().join("map.gpkg");
    let done = run(&[
        "import",
        file.to_str().unwrap(),
        "--layer",
        "facilities",
        "--store",
        store.to_str().unwrap(),
        "--crs",
        "EPSG:4546",
        "--dry-run",
        "--on-conflict",
        "skip",
        "--report",
        sheet.to_str().unwrap(),
    ]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    assert!(
        std::fs::read_to_string(sheet)
            .unwrap()
            .contains("远离图上已有的全部内容")
    );
}

#[test]
fn a_file_in_gcj02_that_calls_itself_wgs84_is_doubted_where_houses_can_tell() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("map.gpkg");
    std::fs::copy(demo_store(), &store).unwrap();
    let out = folder.path().join("houses.csv");
    let done = run(&[
        "export",
        "households",
        "--store",
        store.to_str().unwrap(),
        "--to",
        out.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let doors = folder.path().join("doors.geojson");
    let done = run(&[
        "export",
        "buildings",
        "--store",
        store.to_str().unwrap(),
        "--to",
        doors.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let houses = read_json(&doors)["features"].as_array().unwrap().clone();
    let corner = |house: &Json| {
        let ring = house["geometry"]["coordinates"][0][0]
            .as_array()
            .unwrap()
            .clone();
        let sum = ring.iter().skip(1).fold((0.0, 0.0), |sum, at| {
            (
                sum.0 + at[0].as_f64().unwrap(),
                sum.1 + at[1].as_f64().unwrap(),
            )
        });
        let n = (ring.len() - 1) as f64;
        LonLat::new(sum.0 / n, sum.1 / n).unwrap()
    };
    let places: Vec<LonLat> = houses
        .iter()
        .step_by(houses.len() / 60)
        .map(corner)
        .collect();
    for (crs, is_doubted) in [(Crs::Gcj02, true), (Crs::Crs84, false)] {
        let mut content = "编号,名称,GPS经度,GPS纬度\n".to_owned();
        for (n, place) in places.iter().enumerate() {
            let at = crs.coords_of(*place);
            content += &format!("D-{n},点{n},{:.7},{:.7}\n", at.x, at.y);
        }
        let (code, told, report) =
            beside_the_demo(folder.path(), "点位.csv", &content, &["--dry-run"]);
        assert_eq!(report["taken"], places.len(), "{told}");
        assert_eq!(notices(&report).contains("GCJ02"), is_doubted, "{told}");
        assert_eq!(code, Some(i32::from(is_doubted)), "{told}");
        assert_eq!(told.contains("更像是 GCJ02"), is_doubted, "{told}");
    }
}

#[test]
fn colours_of_risk_and_words_in_full_width_are_understood_and_doubtful_ones_asked_back() {
    let mut content = "编号,风险等级,整改状态,GPS经度,GPS纬度\n".to_owned();
    for (n, level) in [
        "红",
        "橙色",
        "黄色",
        "蓝",
        "重大风险",
        "红色",
        "蓝色",
        "红色（重大风险）",
    ]
    .iter()
    .enumerate()
    {
        content += &format!("Y-{n},{level},未销号,108.97,34.23\n");
    }
    let (code, told, report, folder) = brought("等级.csv", "risk_points", &csv(&content), &[]);
    assert_eq!(
        (code, &report["values_left_out"]),
        (Some(1), &json!(8)),
        "{told}"
    );
    let entry = &report["entries"][0];
    assert_eq!(
        (&entry["field"], &entry["value"]),
        (&json!("整改状态"), &json!("未销号"))
    );
    assert!(
        entry["suggestion"]["zh"]
            .as_str()
            .unwrap()
            .contains("整改中"),
        "{entry}"
    );
    let levels: Vec<Json> = (records(&folder, "risk_points").iter())
        .map(|one| one["properties"]["level"].clone())
        .collect();
    assert_eq!(
        levels,
        [
            "red", "orange", "yellow", "blue", "red", "red", "blue", "red"
        ]
    );
}
