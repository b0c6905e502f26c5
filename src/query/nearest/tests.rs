//! The walk against a plain list, in worlds with poles, the antimeridian, large areas and edits.

use std::cell::Cell;
use std::convert::Infallible;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{Attributes, Change, FeatureId, LayerId, Revision, Value};
use crate::geometry::measure::distance_to_m;
use crate::geometry::{BBox, Geometry, LineString, MultiPolygon, Point};
use crate::map::MapSnapshot;

fn record(id: i64, shape: Option<Geometry>) -> Arc<Feature> {
    let schema = LayerId::BUILDINGS.schema();
    let attributes: Attributes = vec![Value::Null; schema.fields.len()].into();
    Arc::new(Feature {
        id: FeatureId(id),
        code: format!("B{id}").into(),
        name: "".into(),
        geometry: shape.map(Box::new),
        attributes,
        revision: Revision(id),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    })
}

fn changed(
    map: &MapSnapshot,
    upserts: impl IntoIterator<Item = Arc<Feature>>,
    removals: &[i64],
) -> MapSnapshot {
    map.with(&Change {
        revision: Revision(map.revision().0 + 1),
        upserts: upserts
            .into_iter()
            .map(|record| (LayerId::BUILDINGS, record))
            .collect(),
        removals: removals
            .iter()
            .map(|id| (LayerId::BUILDINGS, FeatureId(*id)))
            .collect(),
        ..Change::default()
    })
}

/// Every distance worked out and put in order.
fn plainly(
    table: &LayerTable,
    place: LonLat,
    limit: usize,
    farthest_m: f64,
    accept: impl Fn(&Feature) -> bool,
) -> Vec<(f64, i64)> {
    let all = table.features().filter(|record| accept(record));
    let all = all.filter_map(|record| {
        let metres = distance_to_m(place, record.geometry.as_deref()?);
        (metres <= farthest_m).then_some((metres, record.id.0))
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    all.truncate(limit);
    all
}

fn walked(
    table: &LayerTable,
    place: LonLat,
    limit: usize,
    farthest_m: Option<f64>,
    accept: impl Fn(&Feature) -> bool,
) -> Vec<(f64, i64)> {
    let accept = |record: &Feature| Ok::<_, Infallible>(accept(record));
    let Ok(hits) = nearest(table, place, limit, farthest_m, accept);
    hits.iter()
        .map(|hit| (hit.distance_m, hit.feature.id.0))
        .collect()
}

/// A place of a world around `(lon, lat)` that is `span` degrees wide, kept on the earth.
fn at(centre: (f64, f64), span: f64, (x, y): (f64, f64)) -> (f64, f64) {
    let lon = centre.0 + (x - 0.5) * span;
    let lon = if lon.abs() > 180.0 {
        (lon + 180.0).rem_euclid(360.0) - 180.0
    } else {
        lon
    };
    (lon, (centre.1 + (y - 0.5) * span).clamp(-90.0, 90.0))
}

#[derive(Debug, Clone)]
struct Drawn {
    at: (f64, f64),
    size: (f64, f64),
    kind: u8,
}

impl Drawn {
    fn shape(&self, centre: (f64, f64), span: f64) -> Option<Geometry> {
        let (lon, lat) = at(centre, span, self.at);
        let bbox = BBox {
            west: lon,
            south: lat,
            east: (lon + self.size.0 * span).min(180.0),
            north: (lat + self.size.1 * span).min(90.0),
        };
        Some(match self.kind {
            0 => return None,
            1 | 2 => Point::new(lon, lat).into(),
            3 => LineString::from(vec![(lon, lat), (bbox.east, bbox.north)]).into(),
            // equal distances, so that ids decide
            4 => Point::new(centre.0, centre.1).into(),
            5 => MultiPolygon::new(vec![]).into(),
            _ => bbox.polygon().into(),
        })
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let part = || 0.0..=1.0f64;
    let size = || prop_oneof![0.0..0.01f64, 0.0..0.01f64, 0.0..0.8f64];
    ((part(), part()), (size(), size()), 0..12_u8).prop_map(|(at, size, kind)| Drawn {
        at,
        size,
        kind,
    })
}

fn centre() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        Just((108.96, 34.22)),
        Just((180.0, 10.0)),
        Just((-179.999, -45.0)),
        Just((20.0, 89.99)),
        Just((20.0, -90.0)),
        (-180.0..180.0f64, -90.0..90.0f64),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_walk_finds_what_a_plain_list_does(
        centre in centre(),
        span in prop_oneof![Just(0.001), Just(0.05), Just(2.0), Just(90.0)],
        records in prop::collection::vec(drawn(), 1..120),
        edits in prop::collection::vec((1..140_i64, drawn()), 0..8),
        gone in prop::collection::vec(1..120_i64, 0..4),
        places in prop::collection::vec((0.0..=1.0f64, 0.0..=1.0f64), 6),
        reach in prop_oneof![Just(1.0), Just(3.0), Just(40.0)],
        limit in 1..12_usize,
        farthest_m in prop_oneof![Just(None), (0.0..5000.0f64).prop_map(Some), (0.0..2e7f64).prop_map(Some)],
    ) {
        let first = (1..).zip(&records).map(|(id, drawn)| record(id, drawn.shape(centre, span)));
        let map = changed(&MapSnapshot::build(&Change::default()), first, &[]);
        let edited = edits.iter().map(|(id, drawn)| record(*id, drawn.shape(centre, span)));
        let map = changed(&map, edited, &gone);
        let table = map.layer(LayerId::BUILDINGS);
        let places = places.iter().map(|part| at(centre, span * reach, *part));
        for (lon, lat) in places.chain([centre]) {
            let place = LonLat::new(lon, lat).unwrap();
            let odd = |record: &Feature| record.id.0 % 2 == 1;
            let far = farthest_m.unwrap_or(HALF_EARTH_M);
            prop_assert_eq!(
                walked(table, place, limit, farthest_m, |_| true),
                plainly(table, place, limit, far, |_| true)
            );
            prop_assert_eq!(
                walked(table, place, limit, farthest_m, odd),
                plainly(table, place, limit, far, odd)
            );
        }
    }
}

fn town(side: i32) -> MapSnapshot {
    let houses = (0..side * side).map(|n| {
        let (x, y) = (f64::from(n % side), f64::from(n / side));
        let bbox = BBox {
            west: 108.9 + x * 3e-4,
            south: 34.2 + y * 3e-4,
            east: 108.9 + x * 3e-4 + 1e-4,
            north: 34.2 + y * 3e-4 + 1e-4,
        };
        record(i64::from(n) + 1, Some(bbox.polygon().into()))
    });
    changed(&MapSnapshot::build(&Change::default()), houses, &[])
}

/// From afar only the houses that may be the nearest are come across, not the town.
#[test]
fn far_from_all_data_few_records_are_looked_at() {
    let map = town(200);
    let table = map.layer(LayerId::BUILDINGS);
    for (lon, lat) in [
        (108.8, 34.15),
        (108.93, 34.1),
        (109.1, 34.23),
        (120.0, 30.0),
        (-70.0, -33.0),
        (108.93, 34.23),
    ] {
        let place = LonLat::new(lon, lat).unwrap();
        let asked = Cell::new(0);
        let found = walked(table, place, 3, None, |_| {
            asked.set(asked.get() + 1);
            true
        });
        assert_eq!(found, plainly(table, place, 3, HALF_EARTH_M, |_| true));
        assert!(
            asked.get() < 1500,
            "{} of 40,000 at {lon} {lat}",
            asked.get()
        );
    }
}

#[test]
fn an_error_of_the_filter_ends_the_walk() {
    let map = town(50);
    let table = map.layer(LayerId::BUILDINGS);
    let place = LonLat::new(108.9, 34.2).unwrap();
    let mut asked = 0;
    let ended = nearest(table, place, 5, None, |_| {
        asked += 1;
        if asked < 100 {
            Ok(false)
        } else {
            Err("enough")
        }
    });
    assert_eq!(ended.err(), Some("enough"));
    assert_eq!(asked, 100);
    let Ok(none) = nearest(table, place, 0, None, |_| Ok::<_, Infallible>(true));
    assert!(none.is_empty());
}
