//! Bytes through the public entry of `ingest`, as a file of a name.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Once;

use minqing::domain::LayerId;
use minqing::geometry::crs::Crs;
use minqing::ingest::{self, Options};

/// Reads `files` (name, content) of one folder from the first of them, for a layer of areas and one of anything.
pub fn read(files: &[(&str, &[u8])]) {
    watch();
    let folder = folder();
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    for (layer, crs) in [(LayerId::LAND_USE, Some(Crs::Crs84)), (LayerId::RISK_POINTS, None)] {
        let mut options = Options::new(layer);
        options.crs = crs;
        let Ok(source) = ingest::open(&folder.join(files[0].0)) else {
            return;
        };
        let _outcome = ingest::read(source, &options, &mut |_| ControlFlow::Continue(())).map(|report| {
            assert_eq!(report.taken + report.refused, report.features);
            report.to_json().to_string().len() + report.summary_zh().len()
        });
    }
}

/// A zip of parts that are not packed, so that a change of a part is no damage of the zip.
#[allow(dead_code, reason = "only workbooks are wrapped")]
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, stored).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let root = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = root.join(format!("minqing-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A panic of a library is caught by `ingest` and ends as a damaged file; one of ours is a find.
fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let file = panic.location().map_or("", |at| at.file());
            let is_theirs = file.contains(".cargo/registry") || file.starts_with("/rustc/");
            if !is_theirs {
                eprintln!("{panic}");
                std::process::abort();
            }
        }));
    });
}
