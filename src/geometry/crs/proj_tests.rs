//! Against PROJ's `cs2cs`, where it is there (scripts/install-test-tools): every zone, over its whole width.
#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

/// What `cs2cs` makes of `lines`; `None` where it is not there.
fn cs2cs(from: &str, to: &str, lines: &str) -> Option<Vec<(f64, f64)>> {
    let mut program = Command::new("cs2cs")
        .args(["-f", "%.9f", from, to])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = program.stdin.take()?;
    let lines = lines.to_owned();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let done = program.wait_with_output().ok()?;
    writing.join().ok()?.ok()?;
    let pair = |line: &str| {
        let mut numbers = line.split_whitespace().map(|word| word.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    };
    String::from_utf8_lossy(&done.stdout)
        .lines()
        .map(pair)
        .collect()
}

/// Places over the whole of a zone and half a degree beyond, as far north and south as China reaches.
fn places(meridian: f64, half: f64) -> Vec<LonLat> {
    let mut places = Vec::new();
    for step in -10..=10 {
        for lat in [
            3.5, 10.25, 18.1, 23.4, 29.9, 34.2319, 39.9, 45.75, 49.5, 53.56,
        ] {
            let lon = meridian + (half + 0.5) * f64::from(step) / 10.0;
            places.push(LonLat::new(lon, lat).unwrap());
        }
    }
    places
}

#[test]
fn every_zone_agrees_with_proj_within_a_millimetre() {
    let mut seen = 0;
    for code in 4491..=4554 {
        let zone = GaussKruger::from_epsg(code).unwrap();
        let crs = Crs::GaussKruger(zone);
        let half = match zone.width() {
            ZoneWidth::Three => 1.5,
            ZoneWidth::Six => 3.0,
        };
        let places = places(zone.central_meridian(), half);
        let lines: Vec<String> = places
            .iter()
            .map(|place| format!("{} {}\n", place.lat(), place.lon()))
            .collect();
        let lines = lines.concat();
        let Some(theirs) = cs2cs("EPSG:4490", &format!("EPSG:{code}"), &lines) else {
            eprintln!("NOT TESTED: cs2cs is not there (scripts/install-test-tools)");
            return;
        };
        assert_eq!(theirs.len(), places.len(), "EPSG:{code}");
        for (place, (north, east)) in places.iter().zip(theirs) {
            let ours = crs.coords_of(*place);
            assert!(
                (ours.x - east).abs() < 1e-3 && (ours.y - north).abs() < 1e-3,
                "EPSG:{code} {place:?}: {ours:?}, PROJ {east} {north}"
            );
            let back = zone.inverse(Coord { x: east, y: north });
            assert!(
                (back.x - place.lon()).abs() < 1e-8 && (back.y - place.lat()).abs() < 1e-8,
                "EPSG:{code} {place:?}: {back:?}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 64 * 210);
}

#[test]
fn old_zones_lead_to_the_degrees_that_proj_gives() {
    for (code, degrees) in [
        (2360, 4610),
        (2381, 4610),
        (2327, 4610),
        (2412, 4214),
        (2433, 4214),
        (21417, 4214),
    ] {
        let zone = OldZone::from_epsg(code).unwrap();
        let lines: Vec<String> = [
            (3_400_000.0, 61_000.0),
            (3_789_812.4, 89_582.5),
            (2_100_000.0, -80_000.0),
        ]
        .iter()
        .map(|(north, off)| format!("{north} {}\n", zone.false_easting() + off))
        .collect();
        let lines = lines.concat();
        let Some(theirs) = cs2cs(&format!("EPSG:{code}"), &format!("EPSG:{degrees}"), &lines)
        else {
            eprintln!("NOT TESTED: cs2cs is not there (scripts/install-test-tools)");
            return;
        };
        for (line, (lat, lon)) in lines.lines().zip(theirs) {
            let (north, east) = line.split_once(' ').unwrap();
            let ours = zone.inverse(Coord {
                x: east.parse().unwrap(),
                y: north.parse().unwrap(),
            });
            assert!(
                (ours.x - lon).abs() < 1e-8 && (ours.y - lat).abs() < 1e-8,
                "EPSG:{code}: {ours:?}, PROJ {lon} {lat}"
            );
        }
    }
}
