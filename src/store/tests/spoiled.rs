//! What another program wrote that is no value of the map: both stores take it, leave it out and name it alike.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::both::news;
use super::place::Place;
use super::{insert, square};
use crate::domain::{LayerId, RecordFault, Unreadable};
use crate::geometry::validity;
use crate::store::{News, StoreLocation};

/// Positions that are no places, by the codes of their records.
const NOWHERE: [(&str, f64, f64); 6] = [
    ("INF", f64::INFINITY, 34.2),
    ("NAN", f64::NAN, 34.2),
    ("FAR", 1e300, 34.2),
    ("METRES", 589_582.0, 3_789_812.0),
    ("508", 508.97, 34.2),
    ("POLE", 108.9, 91.0),
];

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Well-known binary of one kind with these numbers after its head, as hexadecimal digits.
fn wkb(kind: u32, counts: &[u32], numbers: &[f64]) -> String {
    let mut bytes = vec![1];
    bytes.extend(kind.to_le_bytes());
    for count in counts {
        bytes.extend(count.to_le_bytes());
    }
    for number in numbers {
        bytes.extend(number.to_le_bytes());
    }
    hex(bytes)
}

/// The bytes as a shape in SQL: in a file behind the head of a GeoPackage's blob.
fn in_sql(place: &Place, wkb: &str) -> String {
    match place.location {
        StoreLocation::GeoPackage(_) => format!("x'47500001e6100000{wkb}'"),
        StoreLocation::Postgis(_) => format!("ST_SetSRID('{wkb}'::geometry, 4326)"),
    }
}

fn named(faults: &[RecordFault]) -> Vec<(&str, &str, &Unreadable)> {
    let mut named: Vec<_> = faults
        .iter()
        .map(|fault| (&*fault.code, fault.field, &fault.why))
        .collect();
    named.sort_by_key(|(code, field, _)| (*code, *field));
    named
}

/// What another program writes: a record of each kind that the map cannot take as it is.
fn spoiling(place: &Place) -> String {
    let mut sql = String::new();
    for (code, x, y) in NOWHERE {
        let shape = in_sql(place, &wkb(1, &[], &[x, y]));
        let _ = write!(
            sql,
            "INSERT INTO risk_points (code, geom) VALUES ('{code}', {shape}); "
        );
    }
    // a curve of three positions, which the map does not know
    let curve = in_sql(
        place,
        &wkb(8, &[3], &[108.9, 34.2, 108.91, 34.21, 108.92, 34.2]),
    );
    let _ = write!(
        sql,
        "INSERT INTO risk_points (code, geom) VALUES ('CURVE', {curve}); "
    );
    let corners = [
        108.0, 34.0, 108.01, 34.01, 108.01, 34.0, 108.0, 34.01, 108.0, 34.0,
    ];
    let bow_tie = wkb(6, &[1], &[]) + &wkb(3, &[1, 5], &corners);
    let bow_tie = in_sql(place, &bow_tie);
    let long = match place.location {
        StoreLocation::GeoPackage(_) => "replace(hex(zeroblob(2500000)), '00', 'xx')",
        StoreLocation::Postgis(_) => "repeat('x', 5000000)",
    };
    let _ = write!(
        sql,
        "UPDATE grids SET geom = {bow_tie}, kind = 'nonsense', household_count = NULL WHERE code = 'G1'; \
         INSERT INTO risk_points (code, status, geom) VALUES ('CODE', 'nonsense', {good}); \
         INSERT INTO risk_points (code, description, geom) VALUES ('LONG', {long}, {good}); \
         INSERT INTO risk_points (code, name, geom) VALUES ('CONTROL', 'a' || {control} || 'b', {good}); \
         INSERT INTO risk_points (code, name, geom) VALUES ('GOOD', 'good', {good})",
        good = in_sql(place, &wkb(1, &[], &[108.9, 34.2])),
        control = match place.location {
            StoreLocation::GeoPackage(_) => "char(0, 1)",
            // U+0000 is none of its characters
            StoreLocation::Postgis(_) => "chr(1)",
        },
    );
    sql
}

pub(super) async fn bad_values_of_another_program_are_left_out_and_named(place: Place) {
    let store = place.made().await;
    let edits = [insert("G1")];
    let now = Timestamp::UNIX_EPOCH;
    store.apply(&edits, "test", now).await.unwrap();
    let before = store.load_all().await.unwrap();
    place.another_program(&spoiling(&place));
    let News::Changes(loaded) = news(&store, &before).await else {
        panic!("no changes");
    };
    let anew = store.load_all().await.unwrap();
    // as text, since one of the numbers is none and equals nothing
    let text = |faults: &[RecordFault]| format!("{:?}", named(faults));
    assert_eq!(text(&loaded.change.faults), text(&anew.change.faults));
    let named = named(&loaded.change.faults);
    let fields: Vec<_> = named
        .iter()
        .map(|(code, field, _)| (*code, *field))
        .collect();
    assert_eq!(
        fields,
        [
            ("508", "geom"),
            ("CODE", "status"),
            ("CONTROL", "name"),
            ("CURVE", "geom"),
            ("FAR", "geom"),
            ("G1", "geom"),
            ("G1", "kind"),
            ("INF", "geom"),
            ("LONG", "description"),
            ("METRES", "geom"),
            ("NAN", "geom"),
            ("POLE", "geom"),
        ]
    );
    for (code, _, why) in named {
        let is_right = match code {
            "CODE" => matches!(why, Unreadable::WrongKind { .. }),
            "G1" => matches!(why, Unreadable::WrongKind { .. } | Unreadable::Repaired(_)),
            "CONTROL" => *why == Unreadable::ControlCharacters,
            "LONG" => matches!(why, Unreadable::TooLong { .. }),
            "CURVE" => *why == Unreadable::UnknownShape { code: 8 },
            _ => matches!(why, Unreadable::Nowhere(_)),
        };
        assert!(is_right, "{code}: {why:?}");
    }
    for (layer, feature) in &anew.change.upserts {
        let Some(shape) = &feature.geometry else {
            continue;
        };
        assert!(validity::check(shape).is_ok(), "{layer} {}", feature.code);
        assert!(["G1", "CODE", "LONG", "CONTROL", "GOOD"].contains(&&*feature.code));
    }
    let control = anew
        .change
        .upserts
        .iter()
        .find(|(_, feature)| &*feature.code == "CONTROL");
    assert_eq!(&*control.unwrap().1.name, "ab");
    // what is mended is not named any more
    let square = match place.location {
        StoreLocation::GeoPackage(_) => {
            let ring: Vec<f64> = square(108.9).0[0]
                .exterior()
                .0
                .iter()
                .flat_map(|at| [at.x, at.y])
                .collect();
            in_sql(&place, &(wkb(6, &[1], &[]) + &wkb(3, &[1, 5], &ring)))
        }
        StoreLocation::Postgis(_) => {
            "ST_Multi(ST_MakeEnvelope(108.9, 34, 108.91, 34.01, 4326))".to_owned()
        }
    };
    place.another_program(&format!(
        "UPDATE grids SET geom = {square}, kind = 'basic' WHERE code = 'G1'; DELETE FROM risk_points WHERE code <> 'GOOD'"
    ));
    let mended = store.load_all().await.unwrap();
    assert_eq!(mended.change.faults, []);
    assert_eq!(mended.change.upserts.len(), 2);
}

/// Moments and days that PostgreSQL knows and the map does not: the statement that reads them must not fail.
#[tokio::test]
async fn moments_beyond_the_calendar_are_named_and_end_nothing() {
    let place = Place::in_a_database().await;
    let store = place.made().await;
    for (at, moment) in [
        "infinity",
        "-infinity",
        "294276-01-01 00:00+00",
        "2026-03-05 00:00+00",
    ]
    .iter()
    .enumerate()
    {
        place.another_program(&format!(
            "INSERT INTO cases (code, reported_at) VALUES ('K{at}', '{moment}')"
        ));
    }
    place.another_program("INSERT INTO risk_points (code, found) VALUES ('DAY', 'infinity')");
    let loaded = store.load_all().await.unwrap();
    let named = named(&loaded.change.faults);
    let fields: Vec<_> = named
        .iter()
        .map(|(code, field, _)| (*code, *field))
        .collect();
    assert_eq!(
        fields,
        [
            ("DAY", "found"),
            ("K0", "reported_at"),
            ("K1", "reported_at"),
            ("K2", "reported_at")
        ]
    );
    let last = loaded
        .change
        .upserts
        .iter()
        .find(|(_, feature)| &*feature.code == "K3");
    let (_, last) = last.unwrap();
    assert!(
        !last
            .attribute(LayerId::CASES.schema(), "reported_at")
            .is_null()
    );
}
