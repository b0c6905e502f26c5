//! Which reference systems a few positions may be in, by their magnitude alone.
//!
//! Magnitude tells degrees from metres, axis order and the zone number before an easting. It never tells WGS 84 from
//! GCJ-02 or BD-09, nor CGCS2000 from Xian 1980 or Beijing 1954: that is said, not guessed.

use super::{Crs, GaussKruger};
use crate::geometry::{Coord, LonLat};

/// China with a margin, degrees: beyond, a metric guess is none.
const LONGITUDES: std::ops::RangeInclusive<f64> = 72.0..=138.0;
/// As [`LONGITUDES`].
const LATITUDES: std::ops::RangeInclusive<f64> = 3.0..=54.5;
/// How far a survey reaches over the edge of its zone, degrees: half a degree is usual, a whole one happens.
const OVER_THE_EDGE: f64 = 1.0;

/// What the magnitude of positions allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Magnitude {
    /// Degrees; latitude first where `north_first`.
    Degrees {
        /// Whether only the exchanged pairs are places.
        north_first: bool,
    },
    /// Metres of one of these systems, likeliest first; northing first where `north_first`.
    Metres {
        /// What fits every position.
        fits: Vec<Crs>,
        /// Whether only the exchanged pairs are places.
        north_first: bool,
    },
    /// Metres of a zone that the easting names, farther from its meridian than surveys reach.
    FarFromMeridian {
        /// The zone.
        zone: GaussKruger,
        /// How far east of the meridian the first position is, whole kilometres.
        east_km: i32,
        /// Whether only the exchanged pairs are places.
        north_first: bool,
    },
    /// Metres with an easting without zone number: the central meridian is not in the numbers.
    NoZone {
        /// Whether the first number is the northing.
        north_first: bool,
    },
    /// Nothing that is known; a local system, or no coordinates.
    Unknown,
}

/// What the magnitude of `positions` allows; all of them must agree.
pub fn magnitude(positions: &[Coord]) -> Magnitude {
    if positions.is_empty() {
        return Magnitude::Unknown;
    }
    let exchanged: Vec<Coord> = positions
        .iter()
        .map(|at| Coord { x: at.y, y: at.x })
        .collect();
    for (pairs, north_first) in [(positions, false), (exchanged.as_slice(), true)] {
        if pairs.iter().all(|at| LonLat::new(at.x, at.y).is_ok()) {
            return Magnitude::Degrees { north_first };
        }
    }
    for (pairs, north_first) in [(positions, false), (exchanged.as_slice(), true)] {
        let fits: Vec<Crs> = candidates()
            .filter(|crs| pairs.iter().all(|at| fits_china(*crs, *at)))
            .collect();
        if !fits.is_empty() {
            return Magnitude::Metres { fits, north_first };
        }
    }
    for (pairs, north_first) in [(positions, false), (exchanged.as_slice(), true)] {
        if let Some((zone, east_km)) = far_out(pairs) {
            return Magnitude::FarFromMeridian {
                zone,
                east_km,
                north_first,
            };
        }
    }
    for (pairs, north_first) in [(positions, false), (exchanged.as_slice(), true)] {
        let fits = |at: &Coord| {
            (100_000.0..900_000.0).contains(&at.x) && (300_000.0..6_200_000.0).contains(&at.y)
        };
        // Both numbers may be below 900 km in the far south: then the order is not in the numbers either.
        if pairs.iter().all(fits) && pairs.iter().any(|at| at.y >= 900_000.0) {
            return Magnitude::NoZone { north_first };
        }
    }
    Magnitude::Unknown
}

/// Whether GCJ-02 and BD-09 differ from WGS 84 at a place of degrees, longitude first.
pub fn is_shifted_in_china(at: Coord) -> bool {
    super::shifted::in_box(at)
}

/// Systems whose numbers name the place completely.
fn candidates() -> impl Iterator<Item = Crs> {
    (4513..=4533)
        .chain(4491..=4501)
        .filter_map(GaussKruger::from_epsg)
        .map(Crs::GaussKruger)
        .chain([Crs::WebMercator])
}

/// The zone whose number every easting begins with, and how far east of its meridian the first position is.
fn far_out(pairs: &[Coord]) -> Option<(GaussKruger, i32)> {
    let zone = candidates().find_map(|crs| {
        let Crs::GaussKruger(zone) = crs else {
            return None;
        };
        let is_in = |at: &Coord| {
            let place = crs.to_crs84(at.x, at.y).ok();
            place.is_some_and(|place| is_china(place.lon(), place.lat()))
        };
        pairs.iter().all(is_in).then_some(zone)
    })?;
    let metres = pairs.first()?.x - zone.false_easting();
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "at most five hundred"
    )]
    let east_km = (metres / 1000.0).round() as i32;
    Some((zone, east_km))
}

fn is_china(lon: f64, lat: f64) -> bool {
    LONGITUDES.contains(&lon) && LATITUDES.contains(&lat)
}

fn fits_china(crs: Crs, at: Coord) -> bool {
    let Ok(place) = crs.to_crs84(at.x, at.y) else {
        return false;
    };
    let in_zone = match crs {
        Crs::GaussKruger(zone) => {
            let half = match zone.width() {
                super::ZoneWidth::Three => 1.5,
                super::ZoneWidth::Six => 3.0,
            };
            (place.lon() - zone.central_meridian()).abs() <= half + OVER_THE_EDGE
        }
        _ => true,
    };
    in_zone && is_china(place.lon(), place.lat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Vec<Coord> {
        vec![Coord { x, y }]
    }

    fn epsg(found: &Magnitude) -> Vec<Option<u32>> {
        match found {
            Magnitude::Metres { fits, .. } => fits.iter().map(|crs| crs.epsg()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn positions_near_the_office_by_their_magnitude() {
        let degrees = |north_first| Magnitude::Degrees { north_first };
        assert_eq!(magnitude(&at(108.97, 34.23)), degrees(false));
        assert_eq!(magnitude(&at(34.23, 108.97)), degrees(true));
        for (x, y, wanted) in [
            (36_589_582.5, 3_789_812.4, 4524),
            (19_313_167.5, 3_791_245.1, 4497),
            (12_130_740.9, 4_059_983.2, 3857),
        ] {
            assert_eq!(epsg(&magnitude(&at(x, y))), [Some(wanted)], "{x}");
            let exchanged = magnitude(&at(y, x));
            assert_eq!(epsg(&exchanged), [Some(wanted)], "{x}");
            assert!(matches!(
                exchanged,
                Magnitude::Metres {
                    north_first: true,
                    ..
                }
            ));
        }
        assert_eq!(
            magnitude(&at(589_582.5, 3_789_812.4)),
            Magnitude::NoZone { north_first: false }
        );
        assert_eq!(
            magnitude(&at(3_789_812.4, 589_582.5)),
            Magnitude::NoZone { north_first: true }
        );
        for (x, y) in [(4_512.3, 8_810.2), (f64::NAN, 1.0), (1e300, 5.0)] {
            assert_eq!(magnitude(&at(x, y)), Magnitude::Unknown, "{x}");
        }
        assert_eq!(magnitude(&[]), Magnitude::Unknown);
    }

    #[test]
    fn a_zone_is_known_by_its_number_far_from_its_meridian_too() {
        let zone = GaussKruger::from_epsg(4527).unwrap();
        for (x, y, north_first) in [
            (39_805_665.0, 3_789_812.4, false),
            (3_789_812.4, 39_805_665.0, true),
        ] {
            let east_km = 306;
            let wanted = Magnitude::FarFromMeridian {
                zone,
                east_km,
                north_first,
            };
            assert_eq!(magnitude(&at(x, y)), wanted);
        }
    }

    #[test]
    fn web_mercator_and_a_western_zone_can_look_alike() {
        let both = magnitude(&at(13_500_000.0, 4_400_000.0));
        assert_eq!(epsg(&both), [Some(4491), Some(3857)]);
    }
}
