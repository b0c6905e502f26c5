//! Brings every committed change into the snapshot, whoever made it, and goes on trying while the store is away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{interval, timeout};

use crate::map::LiveMap;
use crate::store::{Health, Loaded, News, Store, StoreError, Timeline};
use crate::tile;

/// How long one look at the change log may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The one who follows the change log.
pub(super) struct Follower {
    pub(super) store: Store,
    pub(super) map: Arc<LiveMap>,
    pub(super) wake: Arc<Notify>,
    pub(super) health: Arc<Health>,
    /// The history that the snapshot was read in.
    pub(super) timeline: Timeline,
}

impl Follower {
    /// Follows until it is aborted.
    pub(super) async fn follow(mut self) {
        let mut pulse = interval(self.store.look_every());
        let mut settling = tokio::task::spawn_blocking(|| {});
        loop {
            tokio::select! {
                _ = pulse.tick() => {}
                () = self.wake.notified() => {}
            }
            let asked = Instant::now();
            let seen = self.map.current().revision();
            let news = timeout(PATIENCE, self.store.news_since(seen, &self.timeline)).await;
            let news = news.unwrap_or_else(|_elapsed| {
                Err(StoreError::Unavailable {
                    reason: format!("no answer within {} s", PATIENCE.as_secs()),
                })
            });
            match news {
                Ok(news) => {
                    let is_new = self.take(news);
                    if is_new && settling.is_finished() {
                        let map = Arc::clone(&self.map);
                        settling = tokio::task::spawn_blocking(move || {
                            map.settle();
                            tile::prepare(&map.current());
                        });
                    }
                    if let Some(trouble) = self.health.confirm(asked) {
                        tracing::info!(trouble, "the store is there again");
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

    /// Whether the map is another than before.
    fn take(&mut self, news: News) -> bool {
        match news {
            News::None => return false,
            News::Changes(loaded) => {
                tell_faults(&loaded);
                let began = Instant::now();
                self.map.apply(&loaded.change);
                let lag = loaded.oldest.map(|age| age + began.elapsed());
                self.health.changed(loaded.log_rows, lag);
            }
            News::Anew { loaded, why } => {
                tell_faults(&loaded);
                tracing::warn!(why, revision = %loaded.change.revision, "everything is read anew");
                self.timeline = loaded.timeline;
                self.map.replace(loaded.change.into());
                self.health.reloaded();
            }
        }
        true
    }
}

/// Logs what could not be read.
pub(super) fn tell_faults(loaded: &Loaded) {
    for fault in &loaded.faults {
        tracing::warn!(layer = %fault.layer, id = fault.id.0, field = fault.field, reason = fault.reason, "a value is left out");
    }
}
