//! What an import has written, remembered in the store with it, so that it can be taken back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{FeatureId, LayerId, Revision};
use crate::import::ImportError;
use crate::ingest::shown;
use crate::store::{Store, StoreError, Writer};

/// Names of the settings begin so.
const PREFIX: &str = "import-batch/";

/// When a batch was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// The revision of the change that took it back.
    pub revision: i64,
}

/// One import that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// By which it is asked for.
    pub id: String,
    /// The layer.
    pub layer: String,
    /// When it was written, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// The last revision before it.
    pub before: i64,
    /// Its own last revision.
    pub revision: i64,
    /// How many records are new.
    pub inserted: u64,
    /// How many records changed.
    pub updated: u64,
    /// When it was taken back, where it was.
    #[serde(default)]
    pub undone: Option<Undone>,
}

impl Batch {
    pub(super) fn new(
        layer: LayerId,
        by: &str,
        at: Timestamp,
        before: i64,
        (inserted, updated): (u64, u64),
    ) -> Self {
        Self {
            id: id_of(at),
            layer: layer.to_string(),
            at: at.to_string(),
            by: by.to_owned(),
            before,
            revision: before,
            inserted,
            updated,
            undone: None,
        }
    }
}

/// The name of what happens at a moment: unique, for one writes at a time.
pub(super) fn id_of(at: Timestamp) -> String {
    let text: String = format!("{at:.6}")
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    text.trim_end_matches('Z').to_owned()
}

/// Commits what `writer` has with the memory of it.
pub(super) async fn keep(mut writer: Writer, mut batch: Batch) -> Result<Batch, ImportError> {
    batch.revision = writer.revision().await?.0;
    remember(&mut writer, &batch).await?;
    writer.commit().await?;
    Ok(batch)
}

async fn remember(writer: &mut Writer, batch: &Batch) -> Result<(), ImportError> {
    let text = serde_json::to_string(batch).map_err(std::io::Error::other)?;
    let name = format!("{PREFIX}{}", batch.id);
    Ok(writer.set_setting(&name, &text).await?)
}

/// The batch called `id`.
///
/// # Errors
/// [`ImportError::NoSuchImport`].
pub async fn batch(store: &Store, id: &str) -> Result<Batch, ImportError> {
    let text = store.setting(&format!("{PREFIX}{id}")).await?;
    let batch = text.and_then(|text| serde_json::from_str(&text).ok());
    batch.ok_or_else(|| ImportError::NoSuchImport { id: id.to_owned() })
}

/// Every import that was written, the newest first.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn batches(store: &Store) -> Result<Vec<Batch>, ImportError> {
    let kept = store.settings_named(PREFIX).await?;
    let each = kept.iter().rev();
    Ok(each
        .filter_map(|(_, text)| serde_json::from_str(text).ok())
        .collect())
}

/// Takes back what the batch called `id` has written, as a new change: what it added goes, what it changed is as it was.
///
/// # Errors
/// [`ImportError::ChangedSince`] where records were changed after it, with the list; nothing is undone then.
pub async fn undo(store: &Store, id: &str, by: &str) -> Result<Batch, ImportError> {
    let mut batch = batch(store, id).await?;
    if batch.undone.is_some() {
        return Err(ImportError::UndoneAlready { id: batch.id });
    }
    let edits = match store.undoing(Revision(batch.revision)).await {
        Err(StoreError::ChangedSince { records }) => return Err(changed(store, records).await?),
        edits => edits?,
    };
    let now = Timestamp::now();
    let mut writer = store.begin(by, now).await?;
    for some in edits.chunks(EDITS_AT_ONCE) {
        match writer.apply(some).await {
            // Between reading and writing.
            Err(StoreError::Stale { layer, id, .. } | StoreError::NoSuchFeature { layer, id }) => {
                drop(writer);
                return Err(changed(store, vec![(layer, id)]).await?);
            }
            done => done?,
        };
    }
    batch.undone = Some(Undone {
        at: now.to_string(),
        by: by.to_owned(),
        revision: writer.revision().await?.0,
    });
    remember(&mut writer, &batch).await?;
    writer.commit().await?;
    Ok(batch)
}

/// How many edits are written at once.
const EDITS_AT_ONCE: usize = 1000;

/// Names the records that were changed since by their codes; those that are gone by their ids.
async fn changed(
    store: &Store,
    records: Vec<(LayerId, FeatureId)>,
) -> Result<ImportError, ImportError> {
    let mut names = Vec::with_capacity(records.len());
    for some in records.chunks(EDITS_AT_ONCE) {
        let Some((layer, _)) = some.first() else {
            continue;
        };
        let ids: Vec<FeatureId> = some.iter().map(|(_, id)| *id).collect();
        let there = store.records(*layer, &[], &ids).await?;
        names.extend(ids.iter().map(|id| {
            let found = there.iter().find(|feature| feature.id == *id);
            found.map_or_else(|| format!("#{id}"), |feature| shown(&feature.code))
        }));
    }
    Ok(ImportError::ChangedSince { records: names })
}
