//! Earlier versions, as both stores keep them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::{Duration, sleep};

use super::place::Place;
use super::{grid, insert, square};
use crate::domain::{Change, Draft, Edit, Feature, FeatureId, LayerId, Revision};
use crate::store::{Happened, Store, StoreError};

fn update(id: FeatureId, expected: Option<Revision>, draft: Draft) -> Edit {
    Edit::Update {
        layer: LayerId::GRIDS,
        id,
        expected,
        draft,
    }
}

/// The records at a revision.
#[derive(Clone, PartialEq)]
struct Records {
    revision: Revision,
    all: BTreeMap<(LayerId, FeatureId), Arc<Feature>>,
}

impl Records {
    async fn of(store: &Store) -> Self {
        let nothing = Self {
            revision: Revision(0),
            all: BTreeMap::new(),
        };
        nothing.with(&store.load_all().await.unwrap().change)
    }

    fn with(&self, change: &Change) -> Self {
        let mut next = self.clone();
        next.revision = change.revision;
        for gone in &change.removals {
            next.all.remove(gone);
        }
        let new = change.upserts.iter();
        next.all
            .extend(new.map(|(layer, feature)| ((*layer, feature.id), Arc::clone(feature))));
        next
    }

    /// Ids, codes and names.
    fn told(&self) -> Vec<String> {
        self.all.values().map(|feature| told(feature)).collect()
    }
}

fn told(feature: &Feature) -> String {
    format!("{} {} {}", feature.id, feature.code, feature.name)
}

/// A moment that lies after what was and before what comes.
async fn a_moment() -> Timestamp {
    sleep(Duration::from_millis(25)).await;
    let moment = Timestamp::now();
    sleep(Duration::from_millis(25)).await;
    moment
}

pub(super) async fn each_version_of_a_record_is_kept_whoever_changed_it(place: Place) {
    let store = place.made().await;
    let now = Timestamp::now();
    let made = store.apply(&[insert("G1")], "ann", now).await.unwrap();
    let id = made.ids[0];
    let mut moved = grid("G1");
    moved.geometry = Some(square(109.5).into());
    store
        .apply(&[update(id, None, moved)], "bob", now)
        .await
        .unwrap();
    place.another_program("UPDATE grids SET name = '改名', kind = 'dedicated'");
    let delete = Edit::Delete {
        layer: LayerId::GRIDS,
        id,
        expected: None,
    };
    store.apply(&[delete], "cid", now).await.unwrap();
    let versions = store.versions(LayerId::GRIDS, id).await.unwrap();
    let told: Vec<_> = versions
        .iter()
        .map(|version| (version.happened, &*version.by))
        .collect();
    assert_eq!(
        told,
        [
            (Happened::Added, "ann"),
            (Happened::Changed, "bob"),
            (Happened::Changed, "another program"),
            (Happened::Removed, "cid"),
        ]
    );
    let shapes: Vec<_> = versions
        .iter()
        .filter_map(|version| version.feature.as_ref()?.geometry.as_deref().cloned())
        .collect();
    assert_eq!(
        shapes,
        [square(108.9), square(109.5), square(109.5)].map(Into::into)
    );
    assert_eq!(*versions[2].feature.as_ref().unwrap().name, *"改名");
    let revisions: Vec<_> = versions.iter().map(|version| version.revision).collect();
    assert!(revisions.is_sorted() && revisions[0] < revisions[3]);
    let nothing = store.versions(LayerId::GRIDS, FeatureId(999)).await;
    assert_eq!(nothing.unwrap(), []);
}

pub(super) async fn the_map_of_an_earlier_moment_is_what_it_was(place: Place) {
    let store = place.made().await;
    let before = a_moment().await;
    let now = Timestamp::now();
    let edits: Vec<Edit> = (0..20).map(|n| insert(&format!("G{n}"))).collect();
    let made = store.apply(&edits, "ann", now).await.unwrap();
    let mut moments = Vec::new();
    let mut sqls = vec![
        "UPDATE grids SET name = '一' WHERE id = 3",
        "DELETE FROM grids WHERE id = 4; UPDATE grids SET name = '二' WHERE id = 3",
        "UPDATE grids SET id = 70 WHERE id = 5",
        "INSERT INTO grids (id, code, name) VALUES (4, 'AGAIN', '又')",
        "UPDATE grids SET name = '三' WHERE id < 9",
    ];
    sqls.reverse();
    loop {
        let map = Records::of(&store).await;
        moments.push((a_moment().await, map.revision, map));
        match sqls.pop() {
            Some(sql) => place.another_program(sql),
            None => break,
        }
    }
    let now = Records::of(&store).await;
    for (moment, revision, then) in &moments {
        assert_eq!(store.revision_at(*moment).await.unwrap(), Some(*revision));
        let change = store.back_to(*revision).await.unwrap();
        let back = now.with(&change);
        assert_eq!(back.told(), then.told());
        assert!(back == *then);
        // the same out of what lies between the two moments
        let mut undone = now.told();
        for difference in store
            .differences(Some(LayerId::GRIDS), *revision, now.revision)
            .await
            .unwrap()
        {
            if let Some(after) = &difference.after {
                undone.retain(|known| *known != told(after));
            }
            undone.extend(difference.before.as_deref().map(told));
        }
        let mut wanted = then.told();
        wanted.sort();
        undone.sort();
        assert_eq!(undone, wanted);
    }
    assert_eq!(store.revision_at(before).await.unwrap(), None);
    let start = store.history_start().await.unwrap().unwrap();
    assert_eq!(start.revision, made.revision);
    assert!(start.at > before);
}

pub(super) async fn a_change_is_undone_as_a_new_change_or_not_at_all(place: Place) {
    let store = place.made().await;
    let now = Timestamp::now();
    let made = store
        .apply(&[insert("G1"), insert("G2"), insert("G3")], "ann", now)
        .await
        .unwrap();
    let before = Records::of(&store).await;
    let mut renamed = grid("G2");
    renamed.name = "改名".into();
    let batch = [
        Edit::Delete {
            layer: LayerId::GRIDS,
            id: made.ids[0],
            expected: None,
        },
        update(made.ids[1], None, renamed),
        insert("G4"),
    ];
    let batch = store.apply(&batch, "import", now).await.unwrap();
    let undone = store.undo(batch.revision, "bob", now).await.unwrap();
    assert!(undone.revision > batch.revision && undone.ids.len() == 3);
    let after = Records::of(&store).await;
    assert_eq!(after.told(), before.told());
    let versions = store.versions(LayerId::GRIDS, made.ids[0]).await.unwrap();
    let told: Vec<_> = versions.iter().map(|version| version.happened).collect();
    assert_eq!(told, [Happened::Added, Happened::Removed, Happened::Added]);
    // the undoing is undone like any other change
    store.undo(undone.revision, "bob", now).await.unwrap();
    assert_eq!(Records::of(&store).await.told().len(), 3);
    place.another_program("UPDATE grids SET name = '又改' WHERE code = 'G3'");
    let refused = store.undo(made.revision, "bob", now).await;
    let Err(StoreError::ChangedSince { records }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(records.len(), 3);
    let nothing = store.undo(Revision(9_999), "bob", now).await;
    assert!(matches!(nothing, Err(StoreError::NoSuchChange { .. })));
}

pub(super) async fn a_store_of_the_release_before_begins_its_history_with_what_is_there(
    place: Place,
) {
    place.made_by_the_release_before().await;
    place.another_program("INSERT INTO grids (code, name) VALUES ('OLD', '旧'), ('GONE', '去')");
    place.another_program(
        "UPDATE grids SET name = '旧二' WHERE code = 'OLD'; DELETE FROM grids WHERE code = 'GONE'",
    );
    let before = a_moment().await;
    let store = Store::open(&place.location, None).await.unwrap();
    let upgraded = Records::of(&store).await;
    assert_eq!(upgraded.told(), ["1 OLD 旧二"]);
    place.another_program("UPDATE grids SET name = '新' WHERE code = 'OLD'");
    let versions = store.versions(LayerId::GRIDS, FeatureId(1)).await.unwrap();
    let names: Vec<_> = versions
        .iter()
        .map(|version| &*version.feature.as_ref().unwrap().name)
        .collect();
    assert_eq!(names, ["旧二", "新"]);
    let revision = store.revision_at(before).await.unwrap().unwrap();
    assert_eq!(revision, upgraded.revision);
    let back = Records::of(&store)
        .await
        .with(&store.back_to(revision).await.unwrap());
    assert_eq!(back.told(), ["1 OLD 旧二"]);
    let early = store.back_to(Revision(revision.0 - 1)).await;
    assert!(matches!(early, Err(StoreError::BeforeHistory { .. })));
    let made = store.apply(&[insert("G1")], "ann", Timestamp::now()).await;
    assert_eq!(made.unwrap().ids, [FeatureId(3)]);
}
