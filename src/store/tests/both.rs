//! What every store promises, whichever it is.

use std::sync::Arc;

use jiff::Timestamp;

use super::history::{
    a_change_is_undone_as_a_new_change_or_not_at_all,
    a_store_of_the_release_before_begins_its_history_with_what_is_there,
    each_version_of_a_record_is_kept_whoever_changed_it,
    the_map_of_an_earlier_moment_is_what_it_was,
};
use super::locks::writers_beside_a_lock_are_all_answered_in_time;
use super::place::Place;
use super::scopes::{
    a_code_of_another_area_is_not_told_apart_from_a_free_one, a_scope_shows_and_takes_only_its_own,
};
use super::spoiled::bad_values_of_another_program_are_left_out_and_named;
use super::{grid, insert, square};
use crate::domain::{
    Change, Draft, Edit, FeatureId, FieldKind, GeometryKind, LayerId, Value, layers,
};
use crate::geometry::{MultiLineString, Point};
use crate::store::{Loaded, News, Store, StoreError, StoreLocation};

macro_rules! on_both_stores {
    ($($promise:ident)*) => {
        mod geopackage {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(crate::store::tests::place::Place::in_a_file()).await;
            })*
        }
        mod postgis {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(crate::store::tests::place::Place::in_a_database().await).await;
            })*
        }
    };
}

on_both_stores! {
    what_is_written_comes_back_after_reopening
    every_kind_of_value_and_shape_comes_back
    an_edit_by_another_program_is_in_the_change_log
    a_dropped_writer_leaves_nothing_and_a_stale_or_doubled_one_is_refused
    many_records_of_one_change_are_named_when_one_is_doubled
    an_id_that_was_given_is_kept_and_not_given_again
    a_store_that_is_there_is_not_made_again
    a_scope_shows_and_takes_only_its_own
    settings_are_kept
    records_are_found_by_code_and_by_id_also_within_a_change
    a_setting_is_kept_with_its_change_or_not_at_all
    many_new_records_are_numbered_and_logged_one_by_one
    a_store_goes_into_the_other_and_back_as_it_is
    each_version_of_a_record_is_kept_whoever_changed_it
    the_map_of_an_earlier_moment_is_what_it_was
    a_change_is_undone_as_a_new_change_or_not_at_all
    a_store_of_the_release_before_begins_its_history_with_what_is_there
    bad_values_of_another_program_are_left_out_and_named
    writers_beside_a_lock_are_all_answered_in_time
    a_code_of_another_area_is_not_told_apart_from_a_free_one
}

fn changes(news: News) -> Loaded {
    match news {
        News::Changes(loaded) => loaded,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn news(store: &Store, seen: &Loaded) -> News {
    store
        .news_since(seen.change.revision, &seen.timeline)
        .await
        .unwrap()
}

async fn what_is_written_comes_back_after_reopening(place: Place) {
    let store = place.made().await;
    let edits = [insert("G1"), insert("G2")];
    let applied = store
        .apply(&edits, "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    drop(store);
    let store = Store::open(&place.location, None).await.unwrap();
    let loaded = store.load_all().await.unwrap();
    assert_eq!(loaded.change.faults, []);
    assert_eq!(loaded.change.revision, applied.revision);
    let (layer, first) = &loaded.change.upserts[0];
    assert_eq!(
        (*layer, first.id, &*first.code, &*first.name),
        (LayerId::GRIDS, applied.ids[0], "G1", "东一网格")
    );
    assert_eq!(first.geometry.as_deref(), Some(&square(108.9).into()));
    let count = first.attribute(layer.schema(), "household_count");
    assert_eq!(count, &Value::Integer(300));
    assert_eq!(
        (&*first.updated_by, first.updated_at),
        ("test", Timestamp::UNIX_EPOCH)
    );
}

/// A record of each layer with every field filled, and a second with none.
fn full_and_empty() -> Vec<Edit> {
    let mut edits = Vec::new();
    for schema in layers::ALL {
        let mut full = Draft::new(schema, format!("{}-1", schema.id), "全");
        for (field, value) in schema.fields.iter().zip(&mut full.attributes) {
            *value = match field.kind {
                FieldKind::Text => Value::Text("秦岭\\\"'\n".into()),
                FieldKind::Integer => Value::Integer(-7),
                FieldKind::Real => Value::Real(0.1 + 0.2),
                FieldKind::Boolean => Value::Boolean(true),
                FieldKind::Date => Value::Date("2026-03-05".parse().unwrap()),
                FieldKind::Time => Value::Time("2026-03-05T08:09:10.123Z".parse().unwrap()),
                FieldKind::Code(list) => Value::Text(list.last().unwrap().code.into()),
            };
        }
        full.geometry = match schema.geometry {
            GeometryKind::None => None,
            GeometryKind::MultiPolygon => Some(square(108.9).into()),
            GeometryKind::Point => Some(Point::new(108.9, 34.2).into()),
            GeometryKind::MultiLineString => {
                Some(MultiLineString::new(vec![vec![(108.9, 34.2), (108.91, 34.21)].into()]).into())
            }
            GeometryKind::Any { .. } => Some(square(108.9).0.remove(0).into()),
        };
        let empty = Draft::new(schema, format!("{}-2", schema.id), "");
        edits.extend([full, empty].map(|draft| Edit::Insert {
            layer: schema.id,
            id: None,
            draft,
        }));
    }
    edits
}

async fn every_kind_of_value_and_shape_comes_back(place: Place) {
    let store = place.made().await;
    let edits = full_and_empty();
    let applied = store
        .apply(&edits, "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let loaded = store.load_all().await.unwrap();
    assert_eq!(
        (loaded.change.faults, applied.ids.len()),
        (vec![], edits.len())
    );
    let read: Vec<_> = loaded
        .change
        .upserts
        .iter()
        .map(|(layer, feature)| Edit::Insert {
            layer: *layer,
            id: None,
            draft: Draft {
                code: Arc::clone(&feature.code),
                name: Arc::clone(&feature.name),
                geometry: feature.geometry.as_deref().cloned(),
                attributes: feature.attributes.to_values(),
            },
        })
        .collect();
    assert_eq!(read, edits);
}

async fn an_edit_by_another_program_is_in_the_change_log(place: Place) {
    let store = place.made().await;
    let edits = [insert("G1"), insert("G2")];
    let seen = store
        .apply(&edits, "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let before = store.load_all().await.unwrap();
    assert!(matches!(news(&store, &before).await, News::None));
    place.another_program(
        "UPDATE grids SET name = '改名' WHERE code = 'G1'; DELETE FROM grids WHERE code = 'G2'",
    );
    let loaded = changes(news(&store, &before).await);
    let (_, changed) = &loaded.change.upserts[0];
    assert_eq!(
        (&*changed.name, &*changed.updated_by),
        ("改名", "another program")
    );
    assert!(changed.revision > seen.revision && changed.updated_at > Timestamp::UNIX_EPOCH);
    assert!(loaded.change.revision >= changed.revision);
    assert_eq!(loaded.change.removals, [(LayerId::GRIDS, seen.ids[1])]);
    let after = Loaded {
        timeline: before.timeline.clone(),
        change: Change {
            revision: loaded.change.revision,
            ..Change::default()
        },
        ..Loaded::default()
    };
    assert!(matches!(news(&store, &after).await, News::None));
}

async fn a_dropped_writer_leaves_nothing_and_a_stale_or_doubled_one_is_refused(place: Place) {
    let store = place.made().await;
    let now = Timestamp::UNIX_EPOCH;
    let first = store.apply(&[insert("G1")], "test", now).await.unwrap();
    let mut writer = store.begin("test", now).await.unwrap();
    writer.apply(&[insert("G2")]).await.unwrap();
    drop(writer);
    assert_eq!(store.revision().await.unwrap(), first.revision);
    let double = store
        .apply(&[insert("G3"), insert("G1")], "test", now)
        .await;
    assert!(matches!(double, Err(StoreError::Duplicate { code, .. }) if code == "G1"));
    let update = |expected| Edit::Update {
        layer: LayerId::GRIDS,
        id: first.ids[0],
        expected,
        draft: grid("G9"),
    };
    let seen = store.load_all().await.unwrap().change.upserts[0].1.revision;
    let second = store
        .apply(&[update(Some(seen))], "test", now)
        .await
        .unwrap();
    let stale = store.apply(&[update(Some(seen))], "test", now).await;
    assert!(
        matches!(stale, Err(StoreError::Stale { current, .. }) if current > seen && current <= second.revision)
    );
    let gone = Edit::Delete {
        layer: LayerId::GRIDS,
        id: FeatureId(99),
        expected: None,
    };
    let refused = store.apply(&[gone], "test", now).await;
    assert!(matches!(refused, Err(StoreError::NoSuchFeature { .. })));
    assert_eq!(store.load_all().await.unwrap().change.upserts.len(), 1);
}

async fn many_records_of_one_change_are_named_when_one_is_doubled(place: Place) {
    let store = place.made().await;
    let now = Timestamp::UNIX_EPOCH;
    store.apply(&[insert("G-700")], "test", now).await.unwrap();
    let many: Vec<Edit> = (0..2500).map(|n| insert(&format!("G-{n:03}"))).collect();
    let refused = store.apply(&many, "test", now).await;
    assert!(matches!(refused, Err(StoreError::Duplicate { code, .. }) if code == "G-700"));
    assert_eq!(store.load_all().await.unwrap().change.upserts.len(), 1);
    let others: Vec<Edit> = (0..2500).map(|n| insert(&format!("H-{n:03}"))).collect();
    let applied = store.apply(&others, "test", now).await.unwrap();
    let loaded = store.load_all().await.unwrap();
    let of_id = |id| {
        loaded
            .change
            .upserts
            .iter()
            .find(|(_, feature)| feature.id == id)
    };
    for (n, id) in applied.ids.iter().enumerate() {
        assert_eq!(*of_id(*id).unwrap().1.code, format!("H-{n:03}"));
    }
}

async fn an_id_that_was_given_is_kept_and_not_given_again(place: Place) {
    let store = place.made().await;
    let now = Timestamp::UNIX_EPOCH;
    let given = Edit::Insert {
        layer: LayerId::GRIDS,
        id: Some(FeatureId(40)),
        draft: grid("G40"),
    };
    let applied = store
        .apply(&[given, insert("G41")], "test", now)
        .await
        .unwrap();
    assert_eq!(applied.ids[0], FeatureId(40));
    assert!(applied.ids[1] > FeatureId(40));
    let delete = Edit::Delete {
        layer: LayerId::GRIDS,
        id: applied.ids[1],
        expected: None,
    };
    store.apply(&[delete], "test", now).await.unwrap();
    let next = store.apply(&[insert("G42")], "test", now).await.unwrap();
    assert!(next.ids[0] > applied.ids[1]);
}

async fn a_store_that_is_there_is_not_made_again(place: Place) {
    assert!(!Store::is_there(&place.location).await.unwrap());
    drop(place.made().await);
    assert!(Store::is_there(&place.location).await.unwrap());
    let again = Store::create(&place.location).await;
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })));
    place.another_program("UPDATE _sqlx_migrations SET version = 99 WHERE version = 1");
    let newer = Store::open(&place.location, None).await;
    assert!(matches!(
        newer,
        Err(StoreError::Newer { migration: 99, .. })
    ));
}

pub(super) fn codes(change: &Change) -> Vec<&str> {
    change
        .upserts
        .iter()
        .map(|(_, feature)| &*feature.code)
        .collect()
}

async fn settings_are_kept(place: Place) {
    let store = place.made().await;
    assert_eq!(store.setting("title").await.unwrap(), None);
    store.set_setting("title", "一图").await.unwrap();
    store.set_setting("title", "二图").await.unwrap();
    assert_eq!(
        store.setting("title").await.unwrap().as_deref(),
        Some("二图")
    );
}

async fn a_store_goes_into_the_other_and_back_as_it_is(place: Place) {
    let store = place.made().await;
    store
        .apply(&full_and_empty(), "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    place.another_program(
        "UPDATE grids SET name = '改名' WHERE id = 1; DELETE FROM cases WHERE id = 2",
    );
    store.set_setting("title", "一图").await.unwrap();
    let before = store.contents().await.unwrap();
    let (other, back) = if matches!(place.location, StoreLocation::GeoPackage(_)) {
        (Place::in_a_database().await, Place::in_a_file())
    } else {
        (Place::in_a_file(), Place::in_a_database().await)
    };
    let there = other.made().await;
    there.fill(&before).await.unwrap();
    let moved = there.contents().await.unwrap();
    assert_eq!(moved.sums(), before.sums());
    let here = back.made().await;
    here.fill(&moved).await.unwrap();
    let again = here.contents().await.unwrap();
    assert_eq!(
        (again.features, again.log, again.versions, again.settings),
        (
            before.features,
            before.log,
            before.versions,
            before.settings
        )
    );
    // and work goes on there as if nothing had been
    let loaded = there.load_all().await.unwrap();
    let next = there
        .apply(&[insert("NEXT")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    assert!(next.revision > loaded.change.revision && next.ids[0] > FeatureId(2));
    assert_eq!(
        codes(&changes(news(&there, &loaded).await).change),
        ["NEXT"]
    );
}

async fn records_are_found_by_code_and_by_id_also_within_a_change(place: Place) {
    let store = place.made().await;
    assert!(!store.has_records(LayerId::GRIDS).await.unwrap());
    let applied = store
        .apply(
            &[insert("G1"), insert("G'2")],
            "test",
            Timestamp::UNIX_EPOCH,
        )
        .await
        .unwrap();
    assert!(store.has_records(LayerId::GRIDS).await.unwrap());
    let by_code = store
        .records(LayerId::GRIDS, &["G'2", "G9"], &[])
        .await
        .unwrap();
    assert_eq!(by_code.len(), 1);
    assert_eq!(by_code[0].id, applied.ids[1]);
    assert_eq!(by_code[0].geometry.as_deref(), grid("G1").geometry.as_ref());
    let both = store
        .records(LayerId::GRIDS, &["G1"], &[applied.ids[0], applied.ids[1]])
        .await
        .unwrap();
    assert_eq!(both.len(), 2, "each once");
    let mut writer = store.begin("test", Timestamp::UNIX_EPOCH).await.unwrap();
    writer.apply(&[insert("G3")]).await.unwrap();
    let mine = writer.records(LayerId::GRIDS, &["G3"], &[]).await.unwrap();
    assert_eq!(mine.len(), 1, "a change sees what it has written");
    drop(writer);
    let gone = store.records(LayerId::GRIDS, &["G3"], &[]).await.unwrap();
    assert!(gone.is_empty());
}

async fn a_setting_is_kept_with_its_change_or_not_at_all(place: Place) {
    let store = place.made().await;
    let mut writer = store.begin("test", Timestamp::UNIX_EPOCH).await.unwrap();
    writer.apply(&[insert("G1")]).await.unwrap();
    writer.set_setting("batch/1", "a").await.unwrap();
    drop(writer);
    assert_eq!(store.setting("batch/1").await.unwrap(), None);
    let mut writer = store.begin("test", Timestamp::UNIX_EPOCH).await.unwrap();
    writer.apply(&[insert("G1")]).await.unwrap();
    let told = writer.revision().await.unwrap();
    writer.set_setting("batch/2", "b").await.unwrap();
    assert_eq!(writer.commit().await.unwrap(), told);
    store.set_setting("batches", "c").await.unwrap();
    let kept = store.settings_named("batch/").await.unwrap();
    assert_eq!(kept, [("batch/2".to_owned(), "b".to_owned())]);
    assert!(store.forget_setting("batch/2").await.unwrap());
    assert!(!store.forget_setting("batch/2").await.unwrap());
}

/// Each record has the number that the log gave it, whichever way it was written.
async fn many_new_records_are_numbered_and_logged_one_by_one(place: Place) {
    let store = place.made().await;
    let many = |from: usize, to: usize| -> Vec<Edit> {
        (from..to).map(|at| insert(&format!("G{at}"))).collect()
    };
    let mut writer = store.begin("test", Timestamp::UNIX_EPOCH).await.unwrap();
    let mut ids = writer.apply(&many(0, 150)).await.unwrap();
    let change = Edit::Update {
        layer: LayerId::GRIDS,
        id: ids[3],
        expected: None,
        draft: grid("G3b"),
    };
    let (delete, again) = (
        Edit::Delete {
            layer: LayerId::GRIDS,
            id: ids[4],
            expected: None,
        },
        many(150, 221),
    );
    writer.apply(&[change, delete]).await.unwrap();
    ids.extend(writer.apply(&again).await.unwrap());
    writer.commit().await.unwrap();
    let loaded = store.load_all().await.unwrap();
    let found = &loaded.change.upserts;
    assert_eq!(found.len(), 220);
    let mut codes = std::collections::BTreeMap::new();
    for (_, feature) in found {
        codes.insert(feature.id, feature.code.to_string());
        assert_eq!(&*feature.updated_by, "test");
    }
    for (at, id) in ids.iter().enumerate().filter(|(at, _)| *at != 4) {
        let code = if at == 3 {
            "G3b".to_owned()
        } else {
            format!("G{at}")
        };
        assert_eq!(
            codes.get(id),
            Some(&code),
            "ids are given in the order of the edits"
        );
    }
    let contents = store.contents().await.unwrap();
    let mut last: std::collections::BTreeMap<_, _> = contents
        .log
        .iter()
        .map(|row| (row.feature, (row.seq, row.op.clone())))
        .collect();
    assert_eq!(contents.log.len(), 150 + 2 + 71, "each change once");
    for (_, feature) in found {
        let (seq, op) = last.remove(&feature.id).unwrap();
        assert_eq!(feature.revision.0, seq, "{}", feature.code);
        assert_eq!(op == "update", feature.id == ids[3]);
    }
}
