//! Files whose bytes were changed at random: every reader ends in a report or an error, soon, and no panic is ours.
//!
//! A hundred of each kind of file; `MINQING_MUTATE_SECONDS` asks for as many as a time allows. The targets of `fuzz/` do the same led by
//! what code is reached.
#![expect(
    clippy::print_stderr,
    reason = "says how many files were read, and what could not be tested"
)]

use std::cell::RefCell;
use std::path::Path;
use std::sync::Once;
use std::time::{Duration, Instant};

use super::*;

thread_local! {
    /// Where the last panic of this thread was: readers of others are caught, ours must not panic at all.
    static PANICKED_AT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |at| at.file());
            PANICKED_AT.with(|at| file.clone_into(&mut at.borrow_mut()));
            if file.starts_with("src/") {
                usual(panic);
            }
        }));
    });
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

/// One to eight changes: bits turned, bytes of extremes, pieces left out, doubled or moved, the end cut off.
fn changed(seed: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.next(8) {
        let at = chance.next(bytes.len());
        let length = chance.next(40).min(bytes.len() - at);
        match chance.next(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.next(8),
            1 if !bytes.is_empty() => {
                bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, b'"', b',', b'<', b'9'][chance.next(9)];
            }
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let piece = bytes[at..at + length].to_vec();
                let to = chance.next(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            4 => bytes[at..at + length].fill(0xFF),
            5 => bytes.truncate(at),
            _ => bytes[at..at + length].reverse(),
        }
    }
    bytes
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest");
    std::fs::read(folder.join(name)).unwrap()
}

/// A member of a fixture that is a zip.
fn member(name: &str, part: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(fixture(name))).unwrap();
    let mut bytes = Vec::new();
    archive
        .by_name(part)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// A zip with one member exchanged, not packed.
fn with_member(name: &str, part: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(fixture(name))).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for at in 0..from.len() {
        let mut each = from.by_index(at).unwrap();
        let name = each.name().unwrap().into_owned();
        let mut bytes = content.to_vec();
        if name != part {
            bytes.clear();
            each.read_to_end(&mut bytes).unwrap();
        }
        to.start_file(name, stored).unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// Changed files of each kind that are read where no time is asked for.
const USUAL_FILES: u64 = 100;

/// Reads changed files of one kind for as long as is asked; `wrap` makes the file of the changed bytes.
fn mutate(name: &str, seed: &[u8], wrap: &dyn Fn(&[u8]) -> Vec<u8>) {
    watch_panics();
    let seconds: Option<f64> = std::env::var_os("MINQING_MUTATE_SECONDS")
        .and_then(|text| text.to_string_lossy().parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let (begun, mut chance) = (Instant::now(), Chance(0x9E37_79B9_7F4A_7C15));
    let (mut files, mut caught) = (0_u64, 0_u64);
    // the same files on every machine, unless a time is asked for
    let goes_on = |files: u64| match seconds {
        Some(seconds) => begun.elapsed() < Duration::from_secs_f64(seconds),
        None => files < USUAL_FILES,
    };
    while goes_on(files) {
        let bytes = wrap(&changed(seed, &mut chance));
        std::fs::write(&path, &bytes).unwrap();
        for (layer, crs) in [
            (LayerId::LAND_USE, Some(Crs::Crs84)),
            (LayerId::RISK_POINTS, None),
        ] {
            let mut options = Options::new(layer);
            options.crs = crs;
            let at = Instant::now();
            PANICKED_AT.with(|at| at.borrow_mut().clear());
            if let Ok(source) = open(&path)
                && let Ok(report) = read(source, &options, &mut |_| ControlFlow::Continue(()))
            {
                assert_eq!(report.taken + report.refused, report.features);
            }
            let place = PANICKED_AT.with(|at| at.borrow().clone());
            let keep = || {
                let kept = std::env::temp_dir().join(format!("minqing-found-{name}"));
                std::fs::write(&kept, &bytes).unwrap();
                kept
            };
            assert!(
                !place.starts_with("src/"),
                "panic in {place}, see {}",
                keep().display()
            );
            assert!(
                at.elapsed() < Duration::from_secs(20),
                "too slow, see {}",
                keep().display()
            );
            caught += u64::from(!place.is_empty());
        }
        files += 1;
    }
    eprintln!(
        "{name}: {files} files in {:?}, {caught} panics of libraries caught",
        begun.elapsed()
    );
}

macro_rules! kinds {
    ($($test:ident $name:literal $seed:expr, $wrap:expr;)*) => {
        $(#[test] fn $test() { mutate($name, AsRef::<[u8]>::as_ref(&$seed), &$wrap); })*
    };
}

fn as_is(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

kinds! {
    changed_geojson "x.geojson" fixture("buildings.geojson"), as_is;
    changed_lines "x.geojsonl" fixture("personal.geojsonl"), as_is;
    changed_csv "x.csv" "编号,名称,经度,纬度,地址,日期\nF-1,一号,108.97,34.23,\"雁塔路1号\",2022.5.3\n合计,1,,,,\n制表人:,,,,,\n".as_bytes(), as_is;
    changed_wkt "y.csv" b"id,name,wkt\n1,a,\"POLYGON((0 0,1 0,1 1,0 0))\"\n2,b,POINT Z(1 2 3)\n", as_is;
    changed_xls "x.xls" fixture("ledger.xls"), as_is;
    changed_sheet "x.xlsx" member("ledger.xlsx", "xl/worksheets/sheet1.xml"), |bytes| with_member("ledger.xlsx", "xl/worksheets/sheet1.xml", bytes);
    changed_content "x.ods" member("houses.ods", "content.xml"), |bytes| with_member("houses.ods", "content.xml", bytes);
    changed_zip "x.zip" fixture("houses4524.shp.zip"), as_is;
    changed_kmz "x.kmz" fixture("houses.kmz"), as_is;
    changed_kml "x.kml" fixture("houses.kml"), as_is;
    changed_gpkg "x.gpkg" fixture("houses.gpkg"), as_is;
    changed_fgb "x.fgb" fixture("houses.fgb"), as_is;
    changed_shp "a.shp.zip" member("houses4524.shp.zip", "houses4524.shp"), |bytes| with_member("houses4524.shp.zip", "houses4524.shp", bytes);
    changed_table "b.shp.zip" member("houses4524.shp.zip", "houses4524.dbf"), |bytes| with_member("houses4524.shp.zip", "houses4524.dbf", bytes);
    changed_dbf "x.dbf" member("houses4524.shp.zip", "houses4524.dbf"), as_is;
    changed_prj "c.shp.zip" member("houses4524.shp.zip", "houses4524.prj"), |bytes| with_member("houses4524.shp.zip", "houses4524.prj", bytes);
    changed_dxf "x.dxf" b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\na\n90\n3\n70\n1\n10\n0\n20\n0\n10\n1\n20\n0\n42\n0.5\n10\n1\n20\n1\n0\nTEXT\n8\na\n10\n0.5\n20\n0.2\n1\nx\n0\nENDSEC\n0\nEOF\n", as_is;
}

#[test]
fn changed_osm() {
    let path = std::env::var_os("MINQING_REAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        Into::into,
    );
    match std::fs::read(path.join("liechtenstein-osm-pbf/liechtenstein.osm.pbf")) {
        Ok(bytes) => mutate("x.osm.pbf", &bytes[..bytes.len().min(60_000)], &as_is),
        Err(_) => {
            eprintln!("NOT TESTED: liechtenstein.osm.pbf is not there (set MINQING_REAL_DATA)");
        }
    }
}
