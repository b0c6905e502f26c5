//! Opening a file: what format it has, how long it is, how far reading has come.

use std::fs::File;
use std::io;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::ingest::IngestError;

/// An opened file.
pub struct Source {
    /// The text, unpacked.
    pub reader: Box<dyn Read + Send>,
    /// How long the file is on disk, for a progress bar.
    pub bytes: u64,
    /// How many bytes of the file have been read.
    pub progress: Progress,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("bytes", &self.bytes)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// How many bytes of a file have been read; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes of the file on disk that have been read.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Counting {
    file: File,
    progress: Progress,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress
            .0
            .fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens a GeoJSON file by its name; `.gz` is unpacked on the way.
///
/// # Errors
/// [`IngestError::Open`], or [`IngestError::Format`] where the name ends in nothing that is known.
pub fn open(path: &Path) -> Result<Source, IngestError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let (name, packed) = name
        .strip_suffix(".gz")
        .map_or((name.as_str(), false), |plain| (plain, true));
    if ![".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return Err(IngestError::Format {
            path: path.to_owned(),
        });
    }
    let open = |path: &Path| -> io::Result<(File, u64)> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        Ok((file, about.len()))
    };
    let (file, bytes) = open(path).map_err(|cause| IngestError::Open {
        path: path.to_owned(),
        cause,
    })?;
    let progress = Progress::default();
    let counting = BufReader::with_capacity(
        1 << 16,
        Counting {
            file,
            progress: progress.clone(),
        },
    );
    let reader: Box<dyn Read + Send> = if packed {
        Box::new(MultiGzDecoder::new(counting))
    } else {
        Box::new(counting)
    };
    Ok(Source {
        reader,
        bytes,
        progress,
    })
}
