//! Writers beside another program that keeps the store locked.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::sleep;

use super::place::Place;
use super::{grid, insert};
use crate::domain::{Edit, LayerId};
use crate::store::StoreError;

/// Each waits for the lock and not for those before it in the line.
pub(super) async fn writers_beside_a_lock_are_all_answered_in_time(place: Place) {
    let store = place.made().await;
    let now = Timestamp::UNIX_EPOCH;
    let first = store.apply(&[insert("G1")], "test", now).await.unwrap();
    let mut lock = place.locked_by_another_program("grids", 13);
    sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    let writers = (0..6).map(|number| {
        let (store, id) = (store.clone(), first.ids[0]);
        tokio::spawn(async move {
            // not all at one moment
            sleep(Duration::from_millis(100 * number)).await;
            let asked = Instant::now();
            let edit = Edit::Update {
                layer: LayerId::GRIDS,
                id,
                expected: None,
                draft: grid(&format!("G1-{number}")),
            };
            (store.apply(&[edit], "test", now).await, asked.elapsed())
        })
    });
    let writers: Vec<_> = writers.collect();
    // readers go on
    assert_eq!(store.load_all().await.unwrap().change.upserts.len(), 1);
    assert!(began.elapsed() < Duration::from_secs(5));
    for writer in writers {
        let (written, after) = writer.await.unwrap();
        assert!(
            matches!(written, Err(StoreError::Busy)),
            "{written:?} after {after:?}"
        );
        let in_time = Duration::from_millis(9500)..Duration::from_secs(12);
        assert!(in_time.contains(&after), "{after:?}");
    }
    assert!(lock.wait().unwrap().success());
    store.apply(&[insert("G2")], "test", now).await.unwrap();
    let codes: Vec<_> = store.load_all().await.unwrap().change.upserts;
    let codes: Vec<_> = codes.iter().map(|(_, feature)| &*feature.code).collect();
    assert_eq!(codes, ["G1", "G2"], "nothing of those who were refused");
}
