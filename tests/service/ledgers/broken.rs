//! Ledgers that are refused, each with the rows and columns that must be named.

use encoding_rs::UTF_8;

use super::Broken;
use super::cells::{Sheet, row, text, xlsx};

const LON: f64 = 108.9723;
const LAT: f64 = 34.2319;

fn csv(content: &str) -> Vec<u8> {
    text(UTF_8, content)
}

/// Files of which records are refused.
pub(super) fn rows() -> Vec<Broken> {
    let facilities = |name, bytes| Broken::of(name, "facilities", bytes);
    vec![
        Broken::of("科学计数.xlsx", "risk_points", xlsx(&[Sheet::new("隐患", vec![
            row!["隐患台账", "", "", ""],
            row!["编号", "类别", "GPS经度", "GPS纬度"],
            row!["6.10113E+11", "消防安全", LON, LAT],
            row!["610113002002", "消防安全", LON, LAT],
        ]).merge(&[(0, 0, 0, 3)])]))
            .refuses(3, "rounded_code", "编号").taking(1),
        facilities("重复编码.xlsx", xlsx(&[Sheet::new("设施", vec![
            row!["编码", "设施名称", "GPS经度", "GPS纬度"],
            row!["F-1", "一号", LON, LAT],
            row!["F-1", "二号", LON, LAT],
        ])]))
            .refuses(3, "duplicate_code", "编码").taking(1),
        facilities("不是坐标.csv", csv("编号,名称,GPS经度,GPS纬度\nF-1,一号,108.9723,34.2319\nF-2,二号,大雁塔北,34.2319\n"))
            .refuses(3, "bad_coordinates", "GPS经度、GPS纬度").taking(1),
        facilities("经纬颠倒.csv", csv("编号,名称,GPS经度,GPS纬度\nF-1,一号,34.2319,108.9723\n"))
            .refuses(2, "latitude_first", "GPS经度、GPS纬度").taking(0),
        facilities("超出范围.csv", csv("编号,名称,GPS经度,GPS纬度\nF-1,一号,208.9723,34.2319\nF-2,二号,108.9723,134.2319\n"))
            .refuses(2, "out_of_range", "GPS经度、GPS纬度")
            .refuses(3, "out_of_range", "GPS经度、GPS纬度").taking(0),
        facilities("没有坐标.xlsx", xlsx(&[Sheet::new("设施", vec![
            row!["编码", "设施名称", "GPS经度", "GPS纬度"],
            row!["F-1", "一号", LON, LAT],
            row!["F-2", "二号", "", ""],
        ])]))
            .refuses(3, "no_geometry", "GPS经度、GPS纬度").taking(1),
        facilities("别的带.csv", csv("编号,名称,X,Y\nF-1,一号,3789812.444,589582.488\nF-2,二号,3789812.444,36589582.488\n"))
            .with(&["--crs", "EPSG:4545"]).refuses(3, "other_crs", "X、Y").taking(1),
        Broken::of("点不是面.csv", "buildings", csv("编号,楼号,GPS经度,GPS纬度\nL-1,1号楼,108.9723,34.2319\n"))
            .refuses(2, "wrong_shape", "GPS经度、GPS纬度").taking(0),
        Broken::of("自相交.csv", "land_use", csv("编号,名称,wkt\nP-1,绿地,\"POLYGON((0 0,1 0,1 1,0 1,0 0),(0.2 0.2,0.9 0.2,0.9 1.5,0.2 0.2))\"\n"))
            .with(&["--crs", "CRS84"]).refuses(2, "crossing", "wkt").taking(0),
        facilities("坏wkt.csv", csv("编号,名称,wkt\nF-1,一号,POINT(108.9 34.2\n"))
            .with(&["--crs", "CRS84"]).refuses(2, "bad_coordinates", "wkt").taking(0),
    ]
}

/// Files that are refused as a whole, with what must be said.
pub(super) fn files() -> Vec<Broken> {
    let facilities = |name, bytes| Broken::of(name, "facilities", bytes);
    let mut cut = xlsx(&[Sheet::new(
        "设施",
        vec![row!["编码", "名称"], row!["F-1", "一号"]],
    )]);
    cut.truncate(cut.len() / 2);
    vec![
        facilities(
            "哪个坐标系.csv",
            csv("编号,名称,经度,纬度\nF-1,一号,108.9723,34.2319\n"),
        )
        .said(&["GCJ-02", "--crs", "108.9723", "row 2", "经度、纬度"]),
        facilities(
            "没有带号.csv",
            csv("编号,名称,X,Y\nF-1,一号,3789812.444,589582.488\n"),
        )
        .said(&["EPSG:4545", "row 2", "X、Y"]),
        facilities("没有表头.csv", csv("F-1,1,108.9,34.2\nF-2,2,108.9,34.2\n")).said(&["header"]),
        facilities("截断.xlsx", cut).said(&["damaged"]),
        facilities("引号不闭.csv", {
            let mut text = csv("编号,名称,GPS经度,GPS纬度\nF-1,\"一号,108.9723,34.2319\n");
            text.extend(std::iter::repeat_n(b"F-2,2,108.9723,34.2319\n", 800_000).flatten());
            text
        })
        .said(&["line 2"]),
    ]
}
