//! Coordinates in tables: which columns they are in, of which datum the headers say they are, how they are written.

use serde_json::Value as Json;

use super::header::Header;
use super::wkt_cell;
use crate::geometry::crs::Crs;
use crate::geometry::{Coord, Point};
use crate::ingest::columns::{Columns, is_mapped};
use crate::ingest::personal::masked;
use crate::ingest::place_names::{Part, datum_of, datum_of_line, part_of};
use crate::ingest::row::{Event, Given, NamedCrs};
use crate::ingest::values::{shortened, text_of};
use crate::ingest::{Reason, Said};

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

impl Places {
    /// The coordinate columns of a header, with what is to be said of them; `titles` are the rows above it.
    pub(super) fn of(
        header: &Header,
        titles: &[Vec<String>],
        columns: &Columns,
    ) -> (Self, Vec<Event>) {
        let names = &header.names;
        let part = |(at, name): (usize, &String)| {
            let path = header.paths.get(at).map_or(name.as_str(), String::as_str);
            if let Some(part) = columns.place_of(name) {
                return Some((at, part, datum_of(path)));
            }
            let leaf = name.rsplit('/').next().unwrap_or(name);
            let part = part_of(leaf).filter(|_| !is_mapped(columns, name))?;
            Some((at, part, datum_of(path)))
        };
        let all = names.iter().enumerate();
        let mut found: Vec<(usize, Part, Option<Crs>)> = all.filter_map(part).collect();
        // Where the caller has said which columns they are, no other is one.
        let is_said = |(at, ..): &(usize, Part, Option<Crs>)| {
            (names.get(*at)).is_some_and(|name| columns.place_of(name).is_some())
        };
        let said: Vec<Part> = found
            .iter()
            .filter(|one| is_said(one))
            .map(|(_, part, _)| *part)
            .collect();
        let has = |part: Part| said.contains(&part);
        let is_whole = has(Part::Wkt)
            || has(Part::Pair)
            || has(Part::Lon) && has(Part::Lat)
            || has(Part::First) && has(Part::Second);
        if is_whole {
            found.retain(is_said);
        }
        let lonely = (!said.is_empty() && !is_whole).then(|| {
            Event::decision(
                "columns",
                "--map 只指定了一个坐标列,还需指定与之成对的另一列(lon 与 lat,或 x 与 y)。",
                "--map names one column of coordinates only: name the other of the pair too (lon with lat, x with y).",
            )
        });
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
            return (Self::Nowhere, lonely.into_iter().collect());
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
        events.extend(lonely);
        events.push(Event::PlaceColumns(used.clone()));
        let of_line = || {
            let mut lines = titles.iter().flatten();
            lines.find_map(|line| Some((datum_of_line(line)?, line)))
        };
        let said = match datum {
            Some(crs) => Some((crs, used, Said::new("列名", "the name of the column"))),
            None => of_line().map(|(crs, line)| {
                let whence = Said::new("表头上方", "the lines above the header");
                (crs, masked(line), whence)
            }),
        };
        if let Some((crs, name, whence)) = said {
            events.push(Event::Crs(NamedCrs {
                crs: Ok(crs),
                name,
                whence,
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
}
