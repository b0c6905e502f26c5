//! Which file the connections have open: a file that is deleted or replaced lives on without a name, and what is written
//! to it then is lost with the last handle.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Who may read a store that we make: its owner.
const OWNER_ONLY: u32 = 0o600;

/// Makes the empty file, before SQLite opens it, so that nobody else can ever read it; its log and its index of that get
/// the same permissions.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path);
    made.map(drop)
}

/// The file that was opened, by its name and its number.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    path: PathBuf,
    device: u64,
    number: u64,
}

impl OpenFile {
    /// The file that has the name `path` now.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        // asked for by name: to open the file beside SQLite would drop its locks, see `GeoPackage::open`
        let found = fs::metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            device: found.dev(),
            number: found.ino(),
        })
    }

    /// Refuses to go on where another file has the name by now, or none.
    pub(super) fn is_still_there(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == (self.device, self.number) => Ok(()),
            Ok(_) => Err(StoreError::Replaced),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreError::Gone),
            Err(source) => Err(source.into()),
        }
    }
}
