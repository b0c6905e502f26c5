//! What the columns of coordinates are called, and which datum their words name.

use crate::geometry::crs::Crs;
use crate::ingest::columns::normalised;

/// What a coordinate column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Lon,
    Lat,
    /// Both in one cell.
    Pair,
    /// The easting, or the first of two numbers whose letters do not say which is east.
    First,
    /// The northing, or the second of them.
    Second,
    Wkt,
}

/// The names by which a caller says that a column holds coordinates, beside the fields of the layer.
pub const PLACE_FIELDS: [&str; 6] = ["lon", "lat", "x", "y", "lonlat", "wkt"];

/// The part that one of [`PLACE_FIELDS`] names.
pub(super) fn part_called(name: &str) -> Option<Part> {
    Some(match name {
        "lon" => Part::Lon,
        "lat" => Part::Lat,
        "x" => Part::First,
        "y" => Part::Second,
        "lonlat" => Part::Pair,
        "wkt" => Part::Wkt,
        _ => return None,
    })
}

/// Words of a datum or a survey that do not change which coordinate a column holds.
const AROUND: &[&str] = &[
    "百度",
    "高德",
    "腾讯",
    "火星",
    "天地图",
    "奥维",
    "gps",
    "bd09ll",
    "bd09",
    "bd-09",
    "gcj02",
    "gcj-02",
    "wgs84",
    "wgs-84",
    "cgcs2000",
    "国家2000",
    "2000坐标",
    "西安80",
    "北京54",
    "2000",
    "地图",
    "大地",
    "平面",
    "直角",
    "高斯",
    "投影",
    "中心点",
    "中心",
    "点位",
    "测量",
    "实测",
    "采集",
    "定位点",
    "位置",
    "地理",
    "几何",
    "质心",
];

/// Which coordinate a column of this header holds.
pub(super) fn part_of(header: &str) -> Option<Part> {
    let plain = normalised(header);
    named(&plain).or_else(|| {
        let core = AROUND
            .iter()
            .fold(plain, |text, word| text.replace(word, ""));
        named(core.trim_matches(['_', '-', '.', ' ', '°', '(', ')', '/', ':', '系']))
    })
}

fn named(core: &str) -> Option<Part> {
    let core = core
        .strip_suffix('值')
        .or_else(|| core.strip_suffix('轴'))
        .unwrap_or(core);
    Some(match core {
        "lng" | "lon" | "long" | "longitude" | "jd" | "经度" | "东经" | "经度坐标" | "坐标经度"
        | "经度e" | "东经e" | "e经度" | "lon_e" | "经度(e)" | "经" => Part::Lon,
        "lat" | "latitude" | "wd" | "纬度" | "维度" | "北纬" | "纬度坐标" | "坐标纬度"
        | "纬度n" | "北纬n" | "n纬度" | "lat_n" | "維度" | "纬" => Part::Lat,
        "坐标" | "经纬度" | "地理坐标" | "定位" | "位置坐标" | "经纬度坐标" | "lonlat"
        | "lnglat" | "coordinates" | "座标" | "座標" | "坐标点" | "坐标对" | "经纬"
        | "经度纬度" | "经度,纬度" | "经度、纬度" | "latlng" | "latlon" => Part::Pair,
        // Which letter is north differs between surveyors and maps: where a word says it, the word counts.
        "x" | "x坐标" | "坐标x" | "横坐标" | "横坐标y" | "y横坐标" | "东坐标" | "东坐标y"
        | "y东坐标" | "横向坐标" | "easting" | "east" | "e" | "e坐标" | "坐标e" | "东" | "东距"
        | "东向坐标" | "point_x" | "y坐标(东)" | "y(东)" | "y东" | "东y" | "xcoord" | "x_coord"
        | "coord_x" | "xzb" | "zbx" | "hzb" | "centerx" | "center_x" | "centroid_x" => Part::First,
        "y" | "y坐标" | "坐标y" | "纵坐标" | "纵坐标x" | "x纵坐标" | "北坐标" | "北坐标x"
        | "x北坐标" | "纵向坐标" | "northing" | "north" | "n" | "n坐标" | "坐标n" | "北"
        | "北距" | "北向坐标" | "point_y" | "x坐标(北)" | "x(北)" | "x北" | "北x" | "ycoord"
        | "y_coord" | "coord_y" | "yzb" | "zby" | "zzb" | "centery" | "center_y" | "centroid_y" => {
            Part::Second
        }
        "wkt" | "geom" | "geometry" | "the_geom" | "wkt_geom" | "geom_wkt" | "shape_wkt" => {
            Part::Wkt
        }
        _ => return None,
    })
}

/// The system that a header's words name.
pub(super) fn datum_of(header: &str) -> Option<Crs> {
    let plain = normalised(header);
    // The unit in brackets is cut off by the normalisation, the datum may stand there: "经度(高德)".
    let whole = format!("{plain}{}", header.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|word| whole.contains(word));
    if has(&["百度", "bd09", "bd-09", "baidu"]) {
        Some(Crs::Bd09)
    } else if has(&["高德", "腾讯", "火星", "gcj", "amap", "奥维"]) {
        Some(Crs::Gcj02)
    } else if has(&["gps", "wgs", "cgcs", "2000", "天地图", "4490", "4326"]) {
        Some(Crs::Crs84)
    } else {
        None
    }
}

/// The system that a line above the table names: `坐标系：EPSG:4545`, `坐标来源:高德地图`.
pub(super) fn datum_of_line(line: &str) -> Option<Crs> {
    let upper = line.to_uppercase();
    if let Some((_, rest)) = upper.split_once("EPSG") {
        let code: String = rest
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        return Crs::parse(&format!("EPSG:{code}")).ok();
    }
    // a plane system needs its zone, which such words do not say
    let is_plane = ["带", "高斯", "投影", "平面", "西安", "北京54", "中央经线"]
        .iter()
        .any(|word| line.contains(word));
    let is_about = ["坐标", "经纬度", "定位"]
        .iter()
        .any(|word| line.contains(word));
    if is_about && !is_plane {
        datum_of(line)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_their_datum() {
        for (header, datum) in [
            ("百度经度", Some(Crs::Bd09)),
            ("经度(高德)", Some(Crs::Gcj02)),
            ("GPS经度", Some(Crs::Crs84)),
            ("lng_gcj02", Some(Crs::Gcj02)),
            ("经度", None),
        ] {
            assert_eq!(datum_of(header), datum, "{header}");
            assert_eq!(part_of(header), Some(Part::Lon), "{header}");
        }
        assert_eq!(part_of("维度"), Some(Part::Lat));
        assert_eq!(part_of("维护"), None);
        assert_eq!(datum_of_line("坐标来源：高德地图"), Some(Crs::Gcj02));
        assert_eq!(
            datum_of_line("坐标系：EPSG:4545"),
            Crs::parse("EPSG:4545").ok()
        );
        assert_eq!(datum_of_line("坐标系：CGCS2000 3度带"), None);
        assert_eq!(datum_of_line("2000年以前老旧小区台账"), None);
    }

    #[test]
    fn headers_of_surveyors_say_which_is_north() {
        for header in [
            "纵坐标X",
            "纵坐标X(m)",
            "X（北坐标）",
            "北坐标",
            "N",
            "大地坐标Y",
            "中心点Y坐标",
            "N坐标",
            "Northing",
            "北(X)",
            "CGCS2000纵坐标",
            "Y坐标值",
            "Y(m)",
            "平面坐标Y",
        ] {
            let wanted = if header.starts_with("X（") {
                Part::First
            } else {
                Part::Second
            };
            assert_eq!(part_of(header), Some(wanted), "{header}");
        }
        for header in [
            "横坐标Y",
            "横坐标Y(m)",
            "东坐标",
            "E",
            "大地坐标X",
            "中心点X坐标",
            "E坐标",
            "Easting",
            "东(Y)",
            "X坐标（米）",
            "X轴",
            "2000坐标X",
            "质心X",
        ] {
            assert_eq!(part_of(header), Some(Part::First), "{header}");
        }
        for header in ["中心点经度", "经度E", "大地经度", "经度（°）", "东经（E）"]
        {
            assert_eq!(part_of(header), Some(Part::Lon), "{header}");
        }
        for header in ["位置", "地点", "东区", "中心", "x光室", "Name", "建筑平面"] {
            assert_eq!(part_of(header), None, "{header}");
        }
    }
}
