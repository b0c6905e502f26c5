//! Brings every committed change into the snapshot, whoever made it, and goes on trying while the store is away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::block_in_place;
use tokio::time::{interval, timeout};

use super::supervise::{caught, once};
use crate::domain::{Change, Feature, LayerId, RecordFault, SHAPE, Unreadable};
use crate::map::LiveMap;
use crate::query::search;
use crate::store::{Health, News, Store, StoreError, Timeline};
use crate::tile;

/// How long one look at the change log may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long nothing must have changed before the store is tidied.
const IDLE: Duration = Duration::from_millis(500);

/// So many faults of one reading are logged one by one.
const MOST_LOGGED: usize = 50;

/// The one who follows the change log.
#[derive(Debug, Clone)]
pub(super) struct Follower {
    pub(super) store: Store,
    pub(super) map: Arc<LiveMap>,
    pub(super) wake: Arc<Notify>,
    pub(super) health: Arc<Health>,
    /// The history that the snapshot was read in.
    pub(super) timeline: Arc<Mutex<Timeline>>,
}

impl Follower {
    /// Follows until it is aborted.
    pub(super) async fn follow(self) {
        let mut pulse = interval(self.store.look_every());
        let mut settling = tokio::task::spawn_blocking(|| {});
        // when something was last seen to change; what was written before the start may wait for tidying too
        let mut untidy = Some(Instant::now());
        loop {
            tokio::select! {
                _ = pulse.tick() => {}
                () = self.wake.notified() => {}
            }
            let asked = Instant::now();
            let seen = self.map.current().revision();
            let timeline = self.timeline().clone();
            let news = timeout(PATIENCE, self.store.news_since(seen, &timeline)).await;
            let news = news.unwrap_or_else(|_elapsed| {
                Err(StoreError::Unavailable {
                    reason: format!("no answer within {} s", PATIENCE.as_secs()),
                })
            });
            match news {
                Ok(news) => {
                    let is_new = block_in_place(|| self.take(news));
                    if is_new {
                        untidy = Some(Instant::now());
                    }
                    if is_new && settling.is_finished() {
                        let map = Arc::clone(&self.map);
                        settling = once("settle", Arc::clone(&self.health), move || {
                            map.settle();
                            let map = map.current();
                            search::prepare(&map);
                            tile::prepare(&map);
                        });
                    }
                    if let Some(trouble) = self.health.confirm(asked) {
                        tracing::info!(trouble, "the store is there again");
                    }
                    if untidy.is_some_and(|since| since.elapsed() > IDLE) {
                        untidy = self.tidy().await.then(Instant::now);
                    }
                }
                Err(error) => {
                    if self.health.fail(error.to_string()) {
                        tracing::error!(%error, "the change log cannot be read; the map stays as it is");
                    }
                    if let Err(error) = self.store.seek().await {
                        tracing::debug!(%error, "no host of the store takes writes");
                    }
                }
            }
        }
    }

    fn timeline(&self) -> std::sync::MutexGuard<'_, Timeline> {
        self.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the store is still untidy.
    async fn tidy(&self) -> bool {
        match self.store.tidy().await {
            Ok(is_tidy) => !is_tidy,
            Err(error) => {
                tracing::debug!(%error, "the log of the store file is not taken over yet");
                true
            }
        }
    }

    /// Whether the map is another than before.
    fn take(&self, news: News) -> bool {
        match news {
            News::None => return false,
            News::Changes(loaded) => {
                tell_faults(&loaded.change.faults);
                let began = Instant::now();
                self.apply(loaded.change);
                let lag = loaded.oldest.map(|age| age + began.elapsed());
                self.health.changed(loaded.log_rows, lag);
            }
            News::Anew { loaded, why } => {
                tell_faults(&loaded.change.faults);
                tracing::warn!(why, revision = %loaded.change.revision, "everything is read anew");
                self.map.replace(loaded.change.into());
                *self.timeline() = loaded.timeline;
                self.health.reloaded();
            }
        }
        true
    }

    /// Publishes the map after `change`; the records at which that panics are left out, and named.
    fn apply(&self, change: Change) {
        let takes = |change: &Change| {
            caught("follow", &self.health, || self.map.current().with(change)).is_some()
        };
        if caught("follow", &self.health, || self.map.apply(&change)).is_none() {
            let rest = without_offenders(change, takes);
            tell_faults(&rest.faults);
            self.map.apply(&rest);
        }
    }
}

/// `change` as it can be taken: a record that cannot be has no shape, or is left out where that does not help.
fn without_offenders(mut change: Change, takes: impl Fn(&Change) -> bool) -> Change {
    for offender in offenders(&change, 0..change.upserts.len(), &takes)
        .into_iter()
        .rev()
    {
        let Some((layer, feature)) = change.upserts.get(offender).cloned() else {
            continue;
        };
        change.faults.push(RecordFault {
            layer,
            id: feature.id,
            code: Arc::clone(&feature.code),
            field: SHAPE,
            why: Unreadable::Failed,
        });
        let shapeless = Arc::new(Feature {
            geometry: None,
            ..Feature::clone(&feature)
        });
        if takes(&part(&change, &[(layer, Arc::clone(&shapeless))])) {
            change
                .upserts
                .splice(offender..=offender, [(layer, shapeless)]);
        } else {
            change.upserts.remove(offender);
            change.removals.push((layer, feature.id));
        }
    }
    change
}

/// The places among the new records of `change`, in order, of those that cannot be taken: by halves.
fn offenders(
    change: &Change,
    among: std::ops::Range<usize>,
    takes: &impl Fn(&Change) -> bool,
) -> Vec<usize> {
    let some = change.upserts.get(among.clone()).unwrap_or_default();
    if some.is_empty() || takes(&part(change, some)) {
        return Vec::new();
    }
    if some.len() == 1 {
        return vec![among.start];
    }
    let middle = among.start + some.len() / 2;
    let mut found = offenders(change, among.start..middle, takes);
    found.extend(offenders(change, middle..among.end, takes));
    found
}

/// The change of these records alone.
fn part(change: &Change, upserts: &[(LayerId, Arc<Feature>)]) -> Change {
    Change {
        revision: change.revision,
        upserts: upserts.to_vec(),
        others: change.others.clone(),
        ..Change::default()
    }
}

/// Logs what could not be read.
pub(super) fn tell_faults(faults: &[RecordFault]) {
    for fault in faults.iter().take(MOST_LOGGED) {
        tracing::warn!(layer = %fault.layer, id = fault.id.0, field = fault.field, reason = fault.why.en(), "a value is not on the map as it is in the store");
    }
    if faults.len() > MOST_LOGGED {
        tracing::warn!(
            values = faults.len(),
            "more values are not on the map as they are in the store; `minqing check` names them"
        );
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Author, FeatureId, Revision, Sharing, Value};
    use crate::geometry::Point;
    use crate::map::MapSnapshot;

    fn record(id: i64) -> (LayerId, Arc<Feature>) {
        let schema = LayerId::CASES.schema();
        let mut sharing = Sharing::default();
        let feature = Feature {
            id: FeatureId(id),
            code: format!("K{id}").into(),
            name: "".into(),
            geometry: Some(Box::new(Point::new(108.9, 34.2).into())),
            attributes: sharing.attributes(schema, schema.fields.iter().map(|_| Value::Null)),
            revision: Revision(id),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: Author::from("test"),
        };
        (LayerId::CASES, Arc::new(feature))
    }

    #[test]
    fn a_record_that_cannot_be_taken_is_named_and_the_rest_is_on_the_map() {
        let change = Change {
            revision: Revision(40),
            upserts: (1..=40).map(record).collect(),
            ..Change::default()
        };
        // one panics by its shape, one by being there
        let health = Health::default();
        let takes = |change: &Change| {
            let work = || {
                for (_, feature) in &change.upserts {
                    assert!(
                        feature.id.0 != 7 || feature.geometry.is_none(),
                        "the shape of 7"
                    );
                    assert!(feature.id.0 != 30, "30");
                }
                MapSnapshot::build(change)
            };
            caught("follow", &health, work).is_some()
        };
        assert!(!takes(&change));
        let rest = without_offenders(change, takes);
        let map = MapSnapshot::build(&rest);
        let cases = map.layer(LayerId::CASES);
        assert_eq!((map.revision(), cases.len()), (Revision(40), 39));
        assert!(cases.by_id(FeatureId(7)).unwrap().geometry.is_none());
        assert!(cases.by_id(FeatureId(8)).unwrap().geometry.is_some());
        assert!(cases.by_id(FeatureId(30)).is_none());
        let named: Vec<_> = map.faults().map(|fault| &*fault.code).collect();
        assert_eq!(named, ["K7", "K30"]);
        assert_eq!(health.failures(), ["follow"]);
    }
}
