//! Coordinates in tables: which columns they are in, of which datum the headers say they are, how they are written.

use serde_json::Value as Json;

use super::wkt_cell;
use crate::geometry::crs::Crs;
use crate::geometry::{Coord, Point};
use crate::ingest::columns::{Columns, is_mapped, normalised};
use crate::ingest::row::{Event, Given, NamedCrs};
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{Reason, Said};

/// What a coordinate column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Lon,
    Lat,
    /// Both in one cell.
    Pair,
    /// A plane coordinate; the letter does not say which.
    First,
    Second,
    Wkt,
}

/// The coordinate columns of a table.
#[derive(Debug)]
pub(super) enum Places {
    Nowhere,
    Wkt(usize),
    Pair(usize),
    /// Longitude and latitude.
    Degrees(usize, usize),
    /// Two columns whose names do not say which is east.
    Letters(usize, usize),
}

/// China with a margin, degrees: what tells the order of a pair.
const LONGITUDES: std::ops::RangeInclusive<f64> = 72.0..=138.0;
/// As [`LONGITUDES`].
const LATITUDES: std::ops::RangeInclusive<f64> = 3.0..=54.5;

/// Whether a header is one of coordinates.
pub(super) fn is_place_header(header: &str) -> bool {
    part_of(header).is_some()
}

fn part_of(header: &str) -> Option<Part> {
    let plain = normalised(header);
    let core = [
        "百度",
        "高德",
        "腾讯",
        "火星",
        "天地图",
        "gps",
        "bd09",
        "gcj02",
        "wgs84",
        "cgcs2000",
        "国家2000",
        "2000",
    ]
    .iter()
    .fold(plain, |text, word| text.replace(word, ""));
    let core = core.trim_matches(['_', '-', '.', ' ']);
    Some(match core {
        "lng" | "lon" | "long" | "longitude" | "jd" | "经度" | "東經" | "东经" | "經度"
        | "经度坐标" | "坐标经度" => Part::Lon,
        "lat" | "latitude" | "wd" | "纬度" | "維度" | "维度" | "北纬" | "緯度" | "北緯"
        | "纬度坐标" | "坐标纬度" => Part::Lat,
        "坐标" | "经纬度" | "地理坐标" | "定位" | "位置坐标" | "经纬度坐标" | "lonlat"
        | "lnglat" | "coordinates" | "座標" | "經緯度" => Part::Pair,
        "x" | "x坐标" | "坐标x" | "横坐标" | "东坐标" | "easting" | "point_x" | "y坐标(东)" => {
            Part::First
        }
        "y" | "y坐标" | "坐标y" | "纵坐标" | "北坐标" | "northing" | "point_y" | "x坐标(北)" => {
            Part::Second
        }
        "wkt" | "geom" | "geometry" | "the_geom" | "wkt_geom" | "geom_wkt" | "shape_wkt" => {
            Part::Wkt
        }
        _ => return None,
    })
}

/// The system that a header's words name.
fn datum_of(header: &str) -> Option<Crs> {
    let plain = normalised(header);
    // The unit in brackets is cut off by the normalisation, the datum may stand there: "经度(高德)".
    let whole = format!("{plain}{}", header.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|word| whole.contains(word));
    if has(&["百度", "bd09", "bd-09", "baidu"]) {
        Some(Crs::Bd09)
    } else if has(&["高德", "腾讯", "火星", "gcj", "amap"]) {
        Some(Crs::Gcj02)
    } else if has(&["gps", "wgs", "cgcs", "2000", "天地图", "4490", "4326"]) {
        Some(Crs::Crs84)
    } else {
        None
    }
}

impl Places {
    /// The coordinate columns among `names`, with what is to be said of them.
    pub(super) fn of(names: &[String], columns: &Columns) -> (Self, Vec<Event>) {
        let found: Vec<(usize, Part, Option<Crs>)> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| !is_mapped(columns, name))
            .filter_map(|(at, name)| {
                let leaf = name.rsplit('/').next().unwrap_or(name);
                Some((at, part_of(leaf)?, datum_of(name)))
            })
            .collect();
        // Of several sets, that on the datum of the map stands first; a set of unknown datum last.
        let datums = [Some(Crs::Crs84), Some(Crs::Gcj02), Some(Crs::Bd09), None];
        let column = |part: Part, datum: Option<Crs>| {
            let fits =
                |(_, found, named): &&(usize, Part, Option<Crs>)| *found == part && *named == datum;
            found.iter().find(fits).map(|(at, ..)| *at)
        };
        let both = |a, b, datum| column(a, datum).zip(column(b, datum));
        let chosen = datums.iter().find_map(|datum| {
            let places = if let Some(at) = column(Part::Wkt, *datum) {
                Self::Wkt(at)
            } else if let Some((lon, lat)) = both(Part::Lon, Part::Lat, *datum) {
                Self::Degrees(lon, lat)
            } else if let Some(at) = column(Part::Pair, *datum) {
                Self::Pair(at)
            } else if let Some((x, y)) = both(Part::First, Part::Second, *datum) {
                Self::Letters(x, y)
            } else {
                return None;
            };
            Some((places, *datum))
        });
        let Some((places, datum)) = chosen else {
            return (Self::Nowhere, Vec::new());
        };
        let name = |at: usize| names.get(at).map_or("", String::as_str);
        let used = match &places {
            Self::Wkt(at) | Self::Pair(at) => name(*at).to_owned(),
            Self::Degrees(a, b) | Self::Letters(a, b) => format!("{}、{}", name(*a), name(*b)),
            Self::Nowhere => String::new(),
        };
        let used = shortened(&used);
        let mut events = vec![Event::decision(
            "columns",
            format!("坐标取自列:{used}。"),
            format!("Coordinates come from the columns {used}."),
        )];
        events.push(Event::PlaceColumns(used.clone()));
        if let Some(crs) = datum {
            events.push(Event::Crs(NamedCrs {
                crs: Ok(crs),
                name: used,
                whence: Said::new("列名", "the name of the column"),
                weak: false,
            }));
        }
        (places, events)
    }

    /// Whether the column at this place is one of coordinates.
    pub(super) fn uses(&self, column: usize) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Wkt(at) | Self::Pair(at) => *at == column,
            Self::Degrees(a, b) | Self::Letters(a, b) => *a == column || *b == column,
        }
    }

    /// The shape of a row.
    pub(super) fn shape(&self, values: &[Json]) -> Given {
        let text = |at: usize| values.get(at).map(text_of).unwrap_or_default();
        match self {
            Self::Nowhere => Given::Nothing,
            Self::Wkt(at) => wkt_cell::shape(&text(*at)),
            Self::Pair(at) => pair(&text(*at)),
            Self::Degrees(lon, lat) => two(&text(*lon), &text(*lat), false),
            Self::Letters(x, y) => two(&text(*x), &text(*y), true),
        }
    }
}

pub(super) fn bad(zh: impl Into<String>, en: impl Into<String>) -> Given {
    Given::Bad {
        reason: Reason::BadCoordinates,
        why: Said::new(zh, en),
    }
}

fn two(first: &str, second: &str, free_order: bool) -> Given {
    if first.is_empty() && second.is_empty() {
        return Given::Nothing;
    }
    let (Some(x), Some(y)) = (number(first), number(second)) else {
        let (first, second) = (shortened(first), shortened(second));
        return bad(
            format!("“{first}”“{second}”不是坐标"),
            format!("{first:?}, {second:?} are no coordinates"),
        );
    };
    point(Coord { x, y }, free_order)
}

fn point(at: Coord, free_order: bool) -> Given {
    if at.x == 0.0 && at.y == 0.0 {
        return Given::Nothing;
    }
    let is_exchanged = LATITUDES.contains(&at.x) && LONGITUDES.contains(&at.y);
    let at = if free_order && is_exchanged {
        Coord { x: at.y, y: at.x }
    } else {
        at
    };
    Given::plain(Point(at))
}

/// Two numbers in one cell, in either order where the numbers tell it.
fn pair(text: &str) -> Given {
    if text.is_empty() {
        return Given::Nothing;
    }
    let plain = half_width(text);
    let plain = plain.trim_matches(['(', ')', '[', ']', ' ']);
    let split = plain
        .split_once([',', ';', '、', '|'])
        .or_else(|| plain.split_once(char::is_whitespace));
    let numbers = split.and_then(|(a, b)| number(a).zip(number(b)));
    if let Some((x, y)) = numbers {
        return point(Coord { x, y }, true);
    }
    let text = shortened(text);
    bad(
        format!("“{text}”不是一对坐标"),
        format!("{text:?} is no pair of coordinates"),
    )
}

/// A number, or degrees, minutes and seconds in the ways people write them.
fn number(text: &str) -> Option<f64> {
    let plain = half_width(text);
    let plain = plain
        .trim()
        .trim_start_matches(['东', '西', '北', '南'])
        .trim_start_matches(['经', '纬', '度', ':']);
    let south_or_west = plain.contains(['S', 'W', 's', 'w']);
    let plain = plain
        .trim_matches(|c: char| matches!(c, 'N' | 'E' | 'S' | 'W' | 'n' | 'e' | 's' | 'w' | ' '));
    if let Ok(number) = plain.parse::<f64>() {
        return number
            .is_finite()
            .then_some(if south_or_west { -number } else { number });
    }
    let has_degrees = plain.contains(['°', '度', 'º', '˚']);
    let pieces: Vec<f64> = plain
        .split([
            '°', '度', 'º', '˚', '′', '\'', '’', '分', '″', '"', '”', '秒',
        ])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            piece
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
        })
        .collect::<Option<_>>()?;
    let (degrees, minutes, seconds) = match pieces.as_slice() {
        [degrees] => (*degrees, 0.0, 0.0),
        [degrees, minutes] => (*degrees, *minutes, 0.0),
        [degrees, minutes, seconds] => (*degrees, *minutes, *seconds),
        _ => return None,
    };
    let fits = has_degrees
        && (0.0..60.0).contains(&minutes)
        && (0.0..60.0).contains(&seconds)
        && degrees >= 0.0;
    let value = degrees + minutes / 60.0 + seconds / 3600.0;
    fits.then_some(if south_or_west { -value } else { value })
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_as_people_write_them() {
        for (text, wanted) in [
            ("108.9723", Some(108.9723)),
            ("108°58'20.28\"", Some(108.9723)),
            ("108°58′20.28″E", Some(108.9723)),
            ("E108.9723", Some(108.9723)),
            ("１０８．９７２３", Some(108.9723)),
            ("108度58分20.28秒", Some(108.9723)),
            ("东经108°58.338′", Some(108.9723)),
            ("108°61'", None),
            ("无", None),
            ("", None),
            ("1e999", None),
        ] {
            let found = number(text);
            match wanted {
                Some(wanted) => assert!((found.unwrap() - wanted).abs() < 1e-9, "{text}"),
                None => assert_eq!(found, None, "{text}"),
            }
        }
    }

    #[test]
    fn pairs_in_either_order() {
        for text in [
            "108.97,34.23",
            "34.23，108.97",
            "(108.97, 34.23)",
            "108.97 34.23",
        ] {
            let Given::Shape { geometry, .. } = pair(text) else {
                panic!("{text}")
            };
            assert_eq!(geometry, Point::new(108.97, 34.23).into(), "{text}");
        }
        assert!(matches!(pair("大雁塔"), Given::Bad { .. }));
        assert!(matches!(pair("0,0"), Given::Nothing));
    }

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
    }
}
