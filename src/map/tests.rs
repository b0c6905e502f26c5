//! Edits without end against a plain list, with new indexes built while edits go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::domain::Value;
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{BBox, Geometry, LineString, LonLat, Point, Polygon};

struct Dice(ChaCha8Rng);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    /// One of few places, so that borders and corners are met.
    fn at(&mut self) -> f64 {
        f64::from(self.below(60)) / 1e3
    }

    fn shape(&mut self) -> Option<Geometry> {
        let (x, y) = (108.0 + self.at(), 34.0 + self.at());
        let (w, h) = (self.at() / 4.0 + 1e-3, self.at() / 4.0 + 1e-3);
        let ring = vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)];
        match self.below(10) {
            0 => None,
            1 => Some(Point::new(x, y).into()),
            2 => Some(LineString::from(vec![(x, y), (x + w, y)]).into()),
            _ => Some(Polygon::new(ring.into(), vec![]).into()),
        }
    }

    fn record(&mut self, id: i64) -> Arc<Feature> {
        let schema = LayerId::BUILDINGS.schema();
        let mut attributes = vec![Value::Null; schema.fields.len()];
        attributes[0] = format!("C{}", self.below(5)).as_str().into();
        Arc::new(Feature {
            id: FeatureId(id),
            code: format!("B{id}-{}", self.below(2)).into(),
            name: "".into(),
            geometry: self.shape().map(Box::new),
            attributes: attributes.into(),
            revision: Revision(id),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: "test".into(),
        })
    }

    fn place(&mut self) -> LonLat {
        LonLat::new(108.0 + self.at(), 34.0 + self.at()).unwrap()
    }
}

fn same(map: &MapSnapshot, plain: &BTreeMap<i64, Arc<Feature>>, dice: &mut Dice) {
    let schema = LayerId::BUILDINGS.schema();
    let table = map.layer(LayerId::BUILDINGS);
    assert_eq!(table.len(), plain.len());
    assert!(table.features().eq(plain.values()));
    let boxes = plain
        .values()
        .filter_map(|record| BBox::of(record.geometry.as_deref()?));
    assert_eq!(table.extent(), boxes.reduce(BBox::union));
    for code in ["C0", "C3"] {
        let wanted = plain
            .values()
            .filter(|record| record.text(schema, "compound_code") == Some(code));
        assert!(table.children("compound_code", code).eq(wanted));
    }
    let places: Vec<LonLat> = (0..40).map(|_| dice.place()).collect();
    let owners = table.owners(&places, |_| true);
    for (place, owner) in places.iter().zip(owners) {
        let covering = plain.values().filter_map(|record| {
            let cover = covers(record.geometry.as_deref()?, *place);
            (cover != Cover::Outside).then_some((cover != Cover::Inside, record.id))
        });
        let wanted = covering.min();
        let ranked = |(record, cover): (&Arc<Feature>, Cover)| {
            assert_eq!(Some(record), plain.get(&record.id.0), "as it is now");
            (cover != Cover::Inside, record.id)
        };
        assert_eq!(table.owner(*place, |_| true).map(ranked), wanted);
        assert_eq!(owner.map(ranked), wanted);
    }
    let (a, b) = (dice.place(), dice.place());
    let window = BBox {
        west: a.lon().min(b.lon()),
        south: a.lat().min(b.lat()),
        east: a.lon().max(b.lon()),
        north: a.lat().max(b.lat()),
    };
    let mut found: Vec<_> = table.in_envelope(window).collect();
    let mut by_box = Vec::new();
    table.each_box_in(window, |bbox, record| {
        assert_eq!(record.geometry.as_deref().and_then(BBox::of), Some(bbox));
        by_box.push(record);
    });
    for found in [&mut found, &mut by_box] {
        found.sort_unstable_by_key(|record| record.id);
    }
    let meets = |record: &&Arc<Feature>| {
        let own = record.geometry.as_deref().and_then(BBox::of);
        own.is_some_and(|own| own.meets(window))
    };
    let wanted: Vec<_> = plain.values().filter(meets).collect();
    assert_eq!(found, wanted);
    assert_eq!(by_box, wanted);
}

#[test]
fn edits_lead_to_what_a_plain_list_holds_and_new_indexes_change_nothing() {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(7));
    let mut plain = BTreeMap::new();
    let mut revision = 0;
    let mut change = |plain: &mut BTreeMap<i64, Arc<Feature>>, dice: &mut Dice, count: u32| {
        revision += 1;
        let mut change = Change {
            revision: Revision(revision),
            ..Change::default()
        };
        for _ in 0..count {
            let id = i64::from(dice.below(1500));
            if dice.below(4) == 0 {
                plain.remove(&id);
                change
                    .upserts
                    .retain(|(_, record)| record.id != FeatureId(id));
                change.removals.push((LayerId::BUILDINGS, FeatureId(id)));
            } else {
                let mut record = dice.record(id);
                // half of the edits change what a record says and not where it lies
                if let Some(old) = plain.get(&id).filter(|_| dice.below(2) == 0) {
                    Arc::make_mut(&mut record)
                        .geometry
                        .clone_from(&old.geometry);
                }
                plain.insert(id, Arc::clone(&record));
                change.removals.retain(|(_, gone)| *gone != FeatureId(id));
                change
                    .upserts
                    .retain(|(_, record)| record.id != FeatureId(id));
                change.upserts.push((LayerId::BUILDINGS, record));
            }
        }
        change
    };
    let map = LiveMap::new(MapSnapshot::build(&change(&mut plain, &mut dice, 2000)));
    let mut settled = 0;
    for round in 0..60 {
        let then = map.current();
        let bases: Vec<_> = then
            .unsettled()
            .map(|(_, table)| table.new_base())
            .collect();
        for _ in 0..5 {
            let count = 1 + dice.below(40);
            map.apply(&change(&mut plain, &mut dice, count));
        }
        for base in bases {
            // edits came while the new base was being built
            let seen = map.current();
            let then = then.layer(LayerId::BUILDINGS);
            let table = seen.layer(LayerId::BUILDINGS).on(base, then);
            map.apply(&change(&mut plain, &mut dice, 15));
            let now = map.current();
            let layers = [&seen, &now].map(|map| map.layer(LayerId::BUILDINGS));
            let table = table.caught_up(layers[0], layers[1]);
            let next = now.with_table(LayerId::BUILDINGS, table);
            same(&next, &plain, &mut dice);
            map.current.store(Arc::new(next));
            settled += 1;
        }
        same(&map.current(), &plain, &mut dice);
        if round % 20 == 19 {
            map.settle();
            assert!(!map.is_unsettled());
            same(&map.current(), &plain, &mut dice);
        }
    }
    assert!(settled > 3, "only {settled} bases came in between");
}
