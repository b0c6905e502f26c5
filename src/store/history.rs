//! Earlier versions: what a record was, what the map was at a revision, what lies between two of them.
//!
//! The triggers that write the change log keep each version that another takes the place of, whoever made the change. The
//! version that counts now is the record itself, so the history begins where the store began, or where it was upgraded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Change, Feature, FeatureId, LayerId, Revision};
use crate::store::{LogRow, Store, StoreError};

/// The setting that says before which revision nothing is known of earlier versions.
pub(super) const HISTORY_FROM: &str = "history_from";

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It was not there before.
    Added,
    /// It was another before.
    Changed,
    /// It is gone.
    Removed,
}

/// One version of a record, or its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The record's own revision with it.
    pub revision: Revision,
    /// When the change was committed.
    pub at: Timestamp,
    /// Who made it: an account, or `another program`.
    pub by: Arc<str>,
    /// What became of the record.
    pub happened: Happened,
    /// The record as it was from then on; `None` where it was removed.
    pub feature: Option<Arc<Feature>>,
}

/// A record that is another at a later revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The layer.
    pub layer: LayerId,
    /// The record.
    pub id: FeatureId,
    /// As it was at the earlier revision; `None` where it was not there.
    pub before: Option<Arc<Feature>>,
    /// As it was at the later one; `None` where it was not there any more.
    pub after: Option<Arc<Feature>>,
}

/// Where the known history begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryStart {
    /// The first revision that is known.
    pub revision: Revision,
    /// When it was committed.
    pub at: Timestamp,
}

/// An earlier version as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The layer.
    pub layer: LayerId,
    /// The record as it was.
    pub feature: Arc<Feature>,
    /// The number in the change log of the change that ended it.
    pub until: i64,
}

/// What one change did: the revision before it, the one after it, and the records with their revisions by it.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) before: Revision,
    pub(super) after: Revision,
    pub(super) records: BTreeMap<(LayerId, FeatureId), Revision>,
}

/// The records of layers that have changed, by their ids.
pub(super) type Touched = BTreeMap<LayerId, BTreeSet<i64>>;

impl Store {
    /// Every known version of a record, the first first; empty where there never was one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn versions(
        &self,
        layer: LayerId,
        id: FeatureId,
    ) -> Result<Vec<Version>, StoreError> {
        let (kept, current, log) = match self {
            Self::GeoPackage(store) => store.kept_of(layer, id).await?,
            Self::Postgis(store) => store.kept_of(layer, id).await?,
        };
        let mut versions = Vec::new();
        for kept in kept {
            versions.push(version(&kept.feature, &log));
            let end = log.get(&kept.until).filter(|row| row.op == "delete");
            versions.extend(end.map(|row| Version {
                revision: Revision(row.seq),
                at: row.at,
                by: row.by.as_str().into(),
                happened: Happened::Removed,
                feature: None,
            }));
        }
        versions.extend(current.map(|feature| version(&feature, &log)));
        versions.sort_by_key(|version| version.revision);
        Ok(versions)
    }

    /// The last revision that was committed at `at` or before; `None` before the first that is known.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn revision_at(&self, at: Timestamp) -> Result<Option<Revision>, StoreError> {
        let revision = match self {
            Self::GeoPackage(store) => store.revision_at(at).await?,
            Self::Postgis(store) => store.revision_at(at).await?,
        };
        let first = self.first_known().await?;
        Ok((revision > Revision(0) && revision >= first).then_some(revision))
    }

    /// Where the known history begins; `None` while nothing was ever written.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn history_start(&self) -> Result<Option<HistoryStart>, StoreError> {
        let first = self.first_known().await?;
        match self {
            Self::GeoPackage(store) => store.first_commit_from(first).await,
            Self::Postgis(store) => store.first_commit_from(first).await,
        }
    }

    /// What makes the map of `revision` out of the map of any later revision that was read before this is asked.
    ///
    /// # Errors
    /// [`StoreError::BeforeHistory`] where so early a revision is not known, or what the store says.
    pub async fn back_to(&self, revision: Revision) -> Result<Change, StoreError> {
        self.known(revision).await?;
        let touched = self.touched(revision, None).await?;
        let mut change = Change {
            revision,
            ..Change::default()
        };
        for (layer, mut ids) in touched {
            for feature in self.states(layer, &ids, revision).await? {
                ids.remove(&feature.id.0);
                change.upserts.push((layer, feature));
            }
            let gone = ids.into_iter().map(|id| (layer, FeatureId(id)));
            change.removals.extend(gone);
        }
        Ok(change)
    }

    /// The records, of one layer or of all, that are others at `to` than at `from`; by layer and id.
    ///
    /// # Errors
    /// [`StoreError::BeforeHistory`] where so early a revision is not known, or what the store says.
    pub async fn differences(
        &self,
        layer: Option<LayerId>,
        from: Revision,
        to: Revision,
    ) -> Result<Vec<Difference>, StoreError> {
        if from > Revision(0) {
            self.known(from).await?;
        }
        let mut touched = self.touched(from, Some(to)).await?;
        touched.retain(|of, _| layer.is_none_or(|layer| layer == *of));
        let mut all = Vec::new();
        for (layer, ids) in touched {
            let by_id = |features: Vec<Arc<Feature>>| -> BTreeMap<FeatureId, Arc<Feature>> {
                let each = features.into_iter();
                each.map(|feature| (feature.id, feature)).collect()
            };
            let mut before = by_id(self.states(layer, &ids, from).await?);
            let mut after = by_id(self.states(layer, &ids, to).await?);
            for id in ids.into_iter().map(FeatureId) {
                let (before, after) = (before.remove(&id), after.remove(&id));
                if before != after {
                    all.push(Difference {
                        layer,
                        id,
                        before,
                        after,
                    });
                }
            }
        }
        Ok(all)
    }

    /// Says of all that was written until now that it was written at `at`: for made-up data, which plays on another day.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn date_all(&self, at: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(store) => store.date_all(at).await,
            Self::Postgis(store) => store.date_all(at).await,
        }
    }

    /// What the change did that is called `revision`: by the revision after it, or by that of one of its records.
    pub(super) async fn done_at(&self, revision: Revision) -> Result<Done, StoreError> {
        let done = match self {
            Self::GeoPackage(store) => store.done_at(revision).await?,
            Self::Postgis(store) => store.done_at(revision).await?,
        };
        let done = done.ok_or(StoreError::NoSuchChange { revision })?;
        if done.before > Revision(0) {
            self.known(done.before).await?;
        }
        Ok(done)
    }

    /// The records among `ids` that were there at `revision`, as they were then.
    pub(super) async fn states(
        &self,
        layer: LayerId,
        ids: &BTreeSet<i64>,
        revision: Revision,
    ) -> Result<Vec<Arc<Feature>>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.states(layer, ids, revision).await,
            Self::Postgis(store) => store.states(layer, ids, revision).await,
        }
    }

    async fn touched(&self, after: Revision, to: Option<Revision>) -> Result<Touched, StoreError> {
        let to = to.unwrap_or(Revision(i64::MAX));
        match self {
            Self::GeoPackage(store) => store.touched(after, to).await,
            Self::Postgis(store) => store.touched(after, to).await,
        }
    }

    async fn first_known(&self) -> Result<Revision, StoreError> {
        let text = self.setting(HISTORY_FROM).await?;
        let first = text.and_then(|text| text.parse().ok());
        Ok(Revision(first.unwrap_or_default()))
    }

    async fn known(&self, revision: Revision) -> Result<(), StoreError> {
        let first = self.first_known().await?;
        if revision < first {
            return Err(StoreError::BeforeHistory { revision, first });
        }
        Ok(())
    }
}

fn version(feature: &Arc<Feature>, log: &BTreeMap<i64, LogRow>) -> Version {
    let row = log.get(&feature.revision.0);
    Version {
        revision: feature.revision,
        at: row.map_or(feature.updated_at, |row| row.at),
        by: row.map_or_else(
            || (*feature.updated_by).into(),
            |row| row.by.as_str().into(),
        ),
        happened: match row {
            Some(row) if row.op == "insert" => Happened::Added,
            _ => Happened::Changed,
        },
        feature: Some(Arc::clone(feature)),
    }
}
