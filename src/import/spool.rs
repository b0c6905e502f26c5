//! Where uploads lie until they are committed or cancelled: a folder that only this program's user can read.
//!
//! Each running program holds a lock in a folder of its own; a folder whose lock is free was left over by one that was
//! killed, and is taken away at the next start.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;

use crate::import::ImportError;

const PREFIX: &str = "minqing-imports-";
const LOCK: &str = "lock";

/// The folder of one running program; gone when dropped.
#[derive(Debug)]
pub(super) struct Spool {
    folder: TempDir,
    /// Held as long as the folder is in use.
    _lock: File,
}

impl Spool {
    /// Makes a folder within `root`, and takes away those that were left over there.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let folder = private(PREFIX, root)?;
        // It has its name once it is locked: a lock that is free is one whose program is gone.
        let (new, name) = (folder.path().join("new"), folder.path().join(LOCK));
        let lock = File::create(&new)?;
        lock.lock()?;
        fs::rename(new, name)?;
        remove_left_over(root, lock.metadata()?.uid())?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// A folder for one upload.
    pub(super) fn upload(&self, most_mib: u64) -> io::Result<Upload> {
        Ok(Upload {
            folder: private("upload-", self.folder.path())?,
            names: Vec::new(),
            file: None,
            left: most_mib << 20,
            most_mib,
            _place: None,
        })
    }
}

fn private(prefix: &str, root: &Path) -> io::Result<TempDir> {
    Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(root)
}

/// Takes away the folders of programs of the user `own` that are not running any more. In a folder for all, such as the
/// system's for temporary files, others may have made what looks like one.
fn remove_left_over(root: &Path, own: u32) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let is_named_so = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // of the entry itself, not of what a link leads to
        let is_ours = |found: &Metadata| found.is_dir() && found.uid() == own;
        if !is_named_so || !entry.metadata().is_ok_and(|found| is_ours(&found)) {
            continue;
        }
        // Without a lock file it is being made or being taken away just now.
        let is_left_over = lock_of(&entry.path(), own).is_some_and(|lock| lock.try_lock().is_ok());
        if is_left_over {
            fs::remove_dir_all(entry.path())?;
            tracing::info!("an upload that was left over is removed");
        }
    }
    Ok(())
}

/// The lock file in `folder`, where it is a plain file of the user `own`. To open a pipe would wait for its writer.
fn lock_of(folder: &Path, own: u32) -> Option<File> {
    let lock = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW)
        .open(folder.join(LOCK))
        .ok()?;
    let found = lock.metadata().ok()?;
    (found.is_file() && found.uid() == own).then_some(lock)
}

/// The files of one upload, as they come in; gone when dropped.
#[derive(Debug)]
pub struct Upload {
    folder: TempDir,
    /// The names under which the files came, and those that they have here.
    names: Vec<(String, PathBuf)>,
    file: Option<tokio::fs::File>,
    left: u64,
    most_mib: u64,
    /// Its place among the uploads that are open at once.
    _place: Option<OwnedSemaphorePermit>,
}

impl Upload {
    /// The same, which holds `place` for as long as it is there.
    pub(super) fn in_place(self, place: OwnedSemaphorePermit) -> Self {
        Self {
            _place: Some(place),
            ..self
        }
    }

    /// Begins a file that is called `name` where it comes from. Here it is called by its end alone: names of files can
    /// be names of people.
    ///
    /// # Errors
    /// [`ImportError::NoFile`] where the name has no end or came before, else what the system says.
    pub async fn begin(&mut self, name: &str) -> Result<(), ImportError> {
        self.end().await?;
        let path = self
            .folder
            .path()
            .join(format!("upload{}", ends(name).ok_or(ImportError::NoFile)?));
        let file = tokio::fs::File::create_new(&path).await;
        self.file = Some(file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ImportError::NoFile,
            _ => error.into(),
        })?);
        self.names.push((name.to_owned(), path));
        Ok(())
    }

    /// The next bytes of the file that was begun.
    ///
    /// # Errors
    /// [`ImportError::TooLarge`] above the limit, else what the system says.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or(ImportError::TooLarge {
            most: self.most_mib,
        })?;
        match &mut self.file {
            Some(file) => Ok(file.write_all(bytes).await?),
            None => Err(ImportError::NoFile),
        }
    }

    pub(super) async fn end(&mut self) -> Result<(), ImportError> {
        if let Some(mut file) = self.file.take() {
            file.flush().await?;
        }
        Ok(())
    }

    /// The name and the path of the file that is to be opened: of several the one that the others belong to.
    pub(super) fn main(&self) -> Result<(&str, &Path), ImportError> {
        let ends_in = |wanted: &str| {
            let is_wanted = |path: &Path| path.extension().is_some_and(|end| end == wanted);
            self.names.iter().find(|(_, path)| is_wanted(path))
        };
        // A table of dBase may come with its file of memos alone.
        let shape = ends_in("shp").or_else(|| ends_in("dbf"));
        let only = match self.names.as_slice() {
            [one] => Some(one),
            _ => None,
        };
        let (name, path) = shape.or(only).ok_or(ImportError::NoFile)?;
        Ok((name, path))
    }
}

/// The end of a file's name in lower case with its dot, and the one before it where it is packed.
fn ends(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?.to_lowercase();
    let is_end =
        |end: &str| (1..=8).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphanumeric());
    let (rest, last) = name.rsplit_once('.')?;
    if !is_end(last) || rest.is_empty() {
        return None;
    }
    match rest.rsplit_once('.') {
        Some((_, before)) if last == "gz" && is_end(before) => Some(format!(".{before}.{last}")),
        _ => Some(format!(".{last}")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_keeps_its_end_and_nothing_else_of_its_name() {
        assert_eq!(ends("张三 13912345678.XLSX").as_deref(), Some(".xlsx"));
        assert_eq!(
            ends("C:\\台账\\b.geojsonl.gz").as_deref(),
            Some(".geojsonl.gz")
        );
        assert_eq!(ends("2024.5.3台账.csv").as_deref(), Some(".csv"));
        assert_eq!(ends("../../etc/passwd"), None);
        assert_eq!(ends(".csv"), None);
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_what_a_running_one_has_is_not() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(format!("{PREFIX}dead"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("upload.csv"), "13912345678").unwrap();
        let running = Spool::open(root.path()).unwrap();
        assert!(!left.exists());
        let other = Spool::open(root.path()).unwrap();
        assert!(running.folder.path().exists());
        let mode = fs::metadata(other.folder.path())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let path = running.folder.path().to_owned();
        drop(running);
        assert!(!path.exists());
    }

    #[test]
    fn what_only_looks_like_a_folder_of_ours_is_left_and_keeps_nobody_waiting() {
        let root = tempfile::tempdir().unwrap();
        let made = |name: &str| {
            let folder = root.path().join(format!("{PREFIX}{name}"));
            fs::create_dir(&folder).unwrap();
            folder
        };
        // opened for reading, a pipe waits until somebody writes to it
        let pipe = made("pipe").join(LOCK);
        let done = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(done.unwrap().success());
        let target = root.path().join("target");
        fs::write(&target, "").unwrap();
        symlink(&target, made("link").join(LOCK)).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join(LOCK), "").unwrap();
        let link = root.path().join(format!("{PREFIX}elsewhere"));
        symlink(elsewhere.path(), link).unwrap();
        Spool::open(root.path()).unwrap();
        assert!(pipe.exists() && target.exists() && elsewhere.path().join(LOCK).exists());
    }

    #[tokio::test]
    async fn an_upload_over_the_limit_is_refused_and_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let spool = Spool::open(root.path()).unwrap();
        let mut upload = spool.upload(1).unwrap();
        upload.begin("a.csv").await.unwrap();
        upload.write(&vec![0; 1 << 20]).await.unwrap();
        let error = upload.write(b"x").await.unwrap_err();
        assert!(matches!(error, ImportError::TooLarge { most: 1 }));
        assert!(
            upload.begin("b.csv").await.is_err(),
            "two files of one kind"
        );
        drop(upload);
        let left = fs::read_dir(spool.folder.path()).unwrap().count();
        assert_eq!(left, 1, "the lock alone");
    }
}
