//! Writes that come with a key of their own: done once, answered again.
//!
//! The key is written with the change it stands for, in one transaction: it is there when the change is, and of several
//! who come with one key at once the store lets one through.

use crate::domain::Revision;
use crate::store::{Store, StoreError, Writer};

/// For how many hours a key is remembered.
pub const KEPT_HOURS: u32 = 24;

/// What was answered to a write with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What was asked, as the writer has marked it.
    pub asked: String,
    /// What was answered, as the writer has noted it.
    pub answer: String,
    /// The revision after the write.
    pub revision: Revision,
}

impl Store {
    /// What was answered to the write with this key; `None` where there was none within [`KEPT_HOURS`].
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn answered(&self, key: &str) -> Result<Option<Answered>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.answered(key).await,
            Self::Postgis(store) => store.answered(key).await,
        }
    }
}

impl Writer {
    /// Takes the key for this change; what was answered before where it was taken. Waits for another who has just
    /// taken it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn claim(&mut self, key: &str, asked: &str) -> Result<Option<Answered>, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.claim(key, asked).await,
            Self::Postgis(writer) => writer.claim(key, asked).await,
        }
    }

    /// Notes what is answered to the key that was taken; the commit adds the revision.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn note(&mut self, answer: &str) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.note(answer).await,
            Self::Postgis(writer) => writer.note(answer).await,
        }
    }
}
