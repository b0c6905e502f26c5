//! What is in a zip, and the files in it: zipped shapefiles and KMZ.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use crate::ingest::encoding;
use crate::ingest::fence::Unpacked;
use crate::ingest::format::{Format, has_end};
use crate::ingest::row::Sink;
use crate::ingest::shapefile::{self, Memo, text_of};
use crate::ingest::source::{Counting, Source};
use crate::ingest::{IngestError, Options, Said, kml};

type Archive = ZipArchive<BufReader<Counting>>;

/// What a zip is, by the names in it.
pub(super) fn kind(path: &Path) -> Result<Format, Said> {
    let broken = |why: String| {
        Said::new(
            "压缩包已损坏，打不开",
            format!("the archive is damaged: {why}"),
        )
    };
    let file = File::open(path).map_err(|error| broken(error.to_string()))?;
    let archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let names: Vec<String> = names_of(&archive);
    let has = |end: &str| {
        names
            .iter()
            .any(|name| name.to_ascii_lowercase().ends_with(end))
    };
    if has("xl/workbook.xml") {
        Ok(Format::Xlsx)
    } else if has("xl/workbook.bin") {
        Err(Said::new(
            "是 xlsb 工作簿，请另存为 xlsx",
            "an xlsb workbook: save it as xlsx",
        ))
    } else if names.iter().any(|name| name == "content.xml") && has("mimetype") {
        Ok(Format::Ods)
    } else if has(".shp") {
        Ok(Format::Zip)
    } else if has(".kml") || has(".ovkml") {
        Ok(Format::Kmz)
    } else {
        let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
        Err(Said::new(
            format!("压缩包里没有 .shp 或 .kml，有：{}", shown.join("、")),
            format!(
                "the archive has neither .shp nor .kml, but {}",
                shown.join(", ")
            ),
        ))
    }
}

/// The names in an archive; those that are no Unicode are read in the encoding that they look like.
fn names_of<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Vec<String> {
    let raw: Vec<&[u8]> = archive.file_names_raw().collect();
    let choice = encoding::detect(raw.iter().copied());
    raw.iter()
        .map(|name| {
            choice
                .encoding
                .decode_without_bom_handling(name)
                .0
                .into_owned()
        })
        .collect()
}

fn open(source: &Source) -> Result<Archive, IngestError> {
    ZipArchive::new(BufReader::with_capacity(1 << 16, source.counting()?)).map_err(damaged)
}

fn damaged(error: impl ToString) -> IngestError {
    IngestError::damaged("zip", "its directory", error)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Hands the records of the one shapefile in an archive, or of the one that was asked for, to `sink`.
pub(super) fn shapefile(
    source: &Source,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let names = names_of(&open(source)?);
    let found: Vec<&String> = names
        .iter()
        .filter(|name| name.to_ascii_lowercase().ends_with(".shp") && !name.contains("__MACOSX"))
        .collect();
    let parts = || found.iter().map(|name| (**name).clone()).collect();
    let chosen = match (&options.part, found.as_slice()) {
        (Some(part), _) => {
            let wanted = |name: &&&String| {
                let file = name.rsplit('/').next().unwrap_or(name);
                **name == part || file == part || stem(file) == stem(part)
            };
            found
                .iter()
                .find(wanted)
                .ok_or_else(|| IngestError::NoSuchPart {
                    given: part.clone(),
                    parts: parts(),
                })?
        }
        (None, [one]) => one,
        _ => return Err(IngestError::WhichPart { parts: parts() }),
    };
    // The one whose name is the same but for its end comes first.
    let beside = |end: &str| {
        let found = |is_same: &dyn Fn(&str) -> bool| {
            names
                .iter()
                .position(|name| name.to_ascii_lowercase().ends_with(end) && is_same(stem(name)))
        };
        found(&|other| other == stem(chosen))
            .or_else(|| found(&|other| other.to_lowercase() == stem(chosen).to_lowercase()))
    };
    // Two files of one archive are read side by side, so each has an archive of its own.
    let mut archives = [open(source)?, open(source)?, open(source)?];
    let [shp, dbf, small] = &mut archives;
    let mut memo = None;
    for (end, is_foxpro) in [(".dbt", false), (".fpt", true)] {
        if memo.is_none()
            && let Some(at) = beside(end)
        {
            let texts = whole(source, small, at)?;
            memo = Some(Memo::open(Box::new(Cursor::new(texts)), is_foxpro)?);
        }
    }
    let mut text = |end: &str| -> Result<Option<String>, IngestError> {
        let Some(at) = beside(end) else {
            return Ok(None);
        };
        text_of(small.by_index(at).map_err(damaged)?).map(Some)
    };
    let files = shapefile::Files {
        memo,
        prj: text(".prj")?,
        cpg: text(".cpg")?,
        shp: beside(".shp")
            .map(|at| member(source, shp, at))
            .transpose()?,
        dbf: beside(".dbf")
            .map(|at| member(source, dbf, at))
            .transpose()?,
    };
    shapefile::features(files, options, sink)
}

/// The longest file of an archive that is held whole, bytes.
const LONGEST: u64 = 256 << 20;

/// A file of an archive that is read at any place.
fn whole(source: &Source, archive: &mut Archive, at: usize) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    let file = member(source, archive, at)?;
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(IngestError::read)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(IngestError::TooLarge {
            what: "the file of memos".to_owned(),
            limit: LONGEST,
        });
    }
    Ok(bytes)
}

/// A file of an archive, unpacked as far as it is honest.
fn member<'a>(
    source: &Source,
    archive: &'a mut Archive,
    at: usize,
) -> Result<Box<dyn Read + 'a>, IngestError> {
    let file = archive.by_index(at).map_err(damaged)?;
    let packed = file.compressed_size();
    let unpacked = Unpacked::new(file, packed, source.progress.clone());
    Ok(Box::new(BufReader::with_capacity(1 << 16, unpacked)))
}

/// Hands the placemarks of every document of a KMZ to `sink`, the main one first.
pub(super) fn kmz(source: &Source, options: &Options, sink: Sink<'_>) -> Result<(), IngestError> {
    let mut archive = open(source)?;
    let names = names_of(&archive);
    let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let mut documents: Vec<usize> = (0..)
        .zip(&lower)
        .filter(|(_, name)| has_end(name, &[".kml", ".ovkml"]))
        .map(|(at, _)| at)
        .collect();
    documents.sort_by_key(|at| lower.get(*at).is_none_or(|name| name != "doc.kml"));
    let mut number = 0;
    for at in documents {
        let is_ovital = lower.get(at).is_some_and(|name| has_end(name, &[".ovkml"]));
        let document = kml::Document {
            is_shifted: is_ovital || source.is_ovital(),
            in_archive: true,
        };
        kml::placemarks(
            member(source, &mut archive, at)?,
            &document,
            options,
            &mut number,
            sink,
        )?;
    }
    Ok(())
}
