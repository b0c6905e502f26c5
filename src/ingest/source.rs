//! Opening a file: what format it has, how long it is, how far reading has come; and the way to its reader.

use std::fs::File;
use std::io;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::ingest::fence::Unpacked;
use crate::ingest::format::{self, Format};
use crate::ingest::row::{Event, Sink, tell};
use crate::ingest::table::{delimited, workbook};
use crate::ingest::{
    IngestError, Options, PLACE_FIELDS, Said, archive, dxf, flatgeobuf, geojson, geopackage, kml,
    osm, shapefile,
};

/// How much of a file is looked at to tell what it is, bytes.
const HEAD: u64 = 1 << 16;

/// An opened file.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    format: Format,
    packed: bool,
    /// How long the file is on disk, for a progress bar.
    pub bytes: u64,
    /// How many bytes of the file have been read.
    pub progress: Progress,
}

/// How many bytes of a file have been read; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    bytes: Arc<AtomicU64>,
    is_to_end: Arc<AtomicBool>,
    /// Whether more was unpacked than an honest file has.
    is_overflown: Arc<AtomicBool>,
}

impl Progress {
    /// Bytes of the file on disk that have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether whoever reads is to come to an end.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_to_end.load(Ordering::Relaxed)
    }

    pub(super) fn overflow(&self) {
        self.is_overflown.store(true, Ordering::Relaxed);
    }

    /// Lets the next read of the file fail, so that whoever reads it comes to an end.
    pub fn stop(&self) {
        self.is_to_end.store(true, Ordering::Relaxed);
    }
}

/// A file that counts what is read of it.
#[derive(Debug)]
pub(super) struct Counting {
    file: File,
    progress: Progress,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.progress.is_stopped() {
            return Err(io::Error::other("reading was stopped"));
        }
        let read = self.file.read(buffer)?;
        self.progress
            .bytes
            .fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counting {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A text or binary file that is read from its beginning to its end.
pub(super) type Stream<'a> = Box<dyn Read + 'a>;

/// What can be read from any place.
pub(super) trait AnyPlace: Read + Seek {}
impl<T: Read + Seek> AnyPlace for T {}

/// Opens a file and finds out what it is; a folder stands for the one shapefile in it. Text may be packed with gzip.
///
/// # Errors
/// [`IngestError::Open`], or [`IngestError::Format`] where it is nothing that can be read, with what can be done.
pub fn open(path: &Path) -> Result<Source, IngestError> {
    let failed = |cause| IngestError::Open {
        path: path.to_owned(),
        cause,
    };
    let unreadable = |why| IngestError::Format {
        path: path.to_owned(),
        why,
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    let path = if about.is_dir() {
        shapefile_in(path)?
    } else {
        path.to_owned()
    };
    let mut file = File::open(&path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let mut head = Vec::new();
    file.by_ref()
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(failed)?;
    let packed = head.starts_with(&[0x1F, 0x8B]);
    if packed {
        let mut unpacked = Vec::new();
        // A cut head ends in an error; what came before it counts.
        let _the_cut = MultiGzDecoder::new(head.as_slice())
            .take(HEAD)
            .read_to_end(&mut unpacked);
        head = unpacked;
    }
    let mut format = format::of(&head, &format::plain_name(&path)).map_err(unreadable)?;
    if format == Format::Zip && !packed {
        format = archive::kind(&path).map_err(unreadable)?;
    }
    let streams = matches!(
        format,
        Format::GeoJson | Format::Delimited | Format::Kml | Format::Dxf | Format::FlatGeobuf
    );
    if packed && !streams {
        return Err(unreadable(Said::new(
            format!("{}文件用gzip压缩,请先解压", format.name()),
            format!("a {} packed with gzip: unpack it first", format.name()),
        )));
    }
    Ok(Source {
        path,
        format,
        packed,
        bytes,
        progress: Progress::default(),
    })
}

/// The one shapefile of a folder.
fn shapefile_in(folder: &Path) -> Result<PathBuf, IngestError> {
    let failed = |cause| IngestError::Open {
        path: folder.to_owned(),
        cause,
    };
    let unreadable = |zh: &str, en: &str| {
        Err(IngestError::Format {
            path: folder.to_owned(),
            why: Said::new(zh, en),
        })
    };
    if folder
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("gdb"))
    {
        return unreadable(
            "是文件地理数据库,请用QGIS转为GeoPackage",
            "a file geodatabase: turn it into GeoPackage with QGIS",
        );
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("shp"))
        {
            found.push(path);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => unreadable("文件夹中没有.shp文件", "the folder has no .shp file"),
        _ => unreadable(
            "文件夹中有多个.shp文件,请指定其中一个",
            "the folder has several .shp files: name one of them",
        ),
    }
}

/// The first column that the caller has said to hold coordinates.
fn place_mapped(options: &Options) -> Option<&str> {
    let schema = options.layer.schema();
    let is_place = |field: &str| PLACE_FIELDS.contains(&field) && schema.field(field).is_none();
    let mut map = options.map.iter();
    map.find_map(|(column, field)| is_place(field).then_some(column.as_str()))
}

impl Source {
    /// The file from its beginning, counted and unpacked.
    pub(super) fn stream(&self) -> Result<Stream<'static>, IngestError> {
        let counting = BufReader::with_capacity(1 << 16, self.counting()?);
        Ok(if self.packed {
            let unpacked = MultiGzDecoder::new(counting);
            Box::new(Unpacked::new(unpacked, self.bytes, self.progress.clone()))
        } else {
            Box::new(counting)
        })
    }

    /// The file as it is on disk, counted.
    pub(super) fn counting(&self) -> Result<Counting, IngestError> {
        let file = File::open(&self.path).map_err(|cause| IngestError::Open {
            path: self.path.clone(),
            cause,
        })?;
        Ok(Counting {
            file,
            progress: self.progress.clone(),
        })
    }

    /// The file once more, beside another reading that counts.
    pub(super) fn uncounted(&self) -> Result<File, IngestError> {
        File::open(&self.path).map_err(|cause| IngestError::Open {
            path: self.path.clone(),
            cause,
        })
    }

    /// Whether the file is one of Ovital by its name.
    pub(super) fn is_ovital(&self) -> bool {
        let name = format::plain_name(&self.path);
        format::has_end(&name, &[".ovkml", ".ovkmz"])
    }

    /// Whether the format says of each value what it is: text that it declares is text, however like a number it looks.
    pub(super) fn has_types(&self) -> bool {
        !matches!(
            self.format,
            Format::Delimited | Format::Kml | Format::Kmz | Format::Dxf | Format::OsmPbf
        )
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Hands all that the file has to `sink`. A reader of others that panics on a broken file ends as a damaged file.
    pub(super) fn events(&self, options: &Options, sink: Sink<'_>) -> Result<(), IngestError> {
        let read = AssertUnwindSafe(|| self.unguarded(options, sink));
        let read = catch_unwind(read).unwrap_or_else(|_panic| {
            Err(IngestError::damaged(
                self.format.name(),
                "an unknown place",
                "its structure is broken in a way that the reader does not know",
            ))
        });
        match read {
            Err(_) if self.progress.is_overflown.load(Ordering::Relaxed) => {
                Err(IngestError::UnpacksTooLarge)
            }
            read => read,
        }
    }

    /// Refuses an option that the format has no use for: whoever gave it expects that it does something.
    fn refuse_useless(&self, options: &Options) -> Result<(), IngestError> {
        let is_text = matches!(
            self.format,
            Format::GeoJson
                | Format::Delimited
                | Format::Shapefile
                | Format::Dbf
                | Format::Zip
                | Format::Kml
                | Format::Kmz
        );
        let has_parts = matches!(
            self.format,
            Format::Zip
                | Format::Xlsx
                | Format::Xls
                | Format::Ods
                | Format::GeoPackage
                | Format::Dxf
        );
        let useless = [
            ("--encoding", options.encoding.is_some() && !is_text),
            ("--part", options.part.is_some() && !has_parts),
        ];
        let format = self.format.name();
        match useless.iter().find(|(_, is_useless)| *is_useless) {
            Some((option, _)) => Err(IngestError::UselessOption { option, format }),
            None => Ok(()),
        }
    }

    fn unguarded(&self, options: &Options, sink: Sink<'_>) -> Result<(), IngestError> {
        self.refuse_useless(options)?;
        let name = self.format.name();
        tell!(
            sink,
            Event::decision(
                "format",
                format!("格式:{name}。"),
                format!("Format: {name}.")
            )
        );
        let is_table = matches!(
            self.format,
            Format::Delimited | Format::Xlsx | Format::Xls | Format::Ods
        );
        if let Some(column) = place_mapped(options).filter(|_| !is_table) {
            return Err(IngestError::PlaceOfTables {
                column: column.to_owned(),
                format: name,
            });
        }
        match self.format {
            Format::GeoJson => geojson::features(self.stream()?, options.encoding.as_deref(), sink),
            Format::Delimited => delimited::rows(self.stream()?, options, sink),
            Format::Shapefile => {
                let files = shapefile::Files::beside(&self.path, Some(self.stream()?))?;
                shapefile::features(files, options, sink)
            }
            Format::Dbf => {
                let files = shapefile::Files {
                    shp: None,
                    dbf: Some(self.stream()?),
                    ..shapefile::Files::beside(&self.path, None)?
                };
                shapefile::features(files, options, sink)
            }
            Format::Xlsx => workbook::rows(self, workbook::Kind::Xlsx, options, sink),
            Format::Xls => workbook::rows(self, workbook::Kind::Xls, options, sink),
            Format::Ods => workbook::rows(self, workbook::Kind::Ods, options, sink),
            Format::Zip => archive::shapefile(self, options, sink),
            Format::Kml => {
                let document = kml::Document {
                    is_shifted: self.is_ovital(),
                    in_archive: false,
                };
                kml::placemarks(self.stream()?, &document, options, &mut 0, sink)
            }
            Format::Kmz => archive::kmz(self, options, sink),
            Format::GeoPackage => geopackage::rows(self, options, sink),
            Format::FlatGeobuf => flatgeobuf::features(self.stream()?, sink),
            Format::Dxf => dxf::shapes(self.stream()?, options, sink),
            Format::OsmPbf => osm::features(self, options, sink),
        }
    }
}
