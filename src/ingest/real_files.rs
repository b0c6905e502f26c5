//! Files that no one here wrote, where they are there (`MINQING_REAL_DATA`).
#![expect(
    clippy::print_stderr,
    reason = "tests on data of others say what they found, or that it is not there"
)]

use std::path::{Path, PathBuf};

use super::tests::{attribute, count};
use super::*;
use crate::geometry::validity;

fn real_data() -> PathBuf {
    std::env::var_os("MINQING_REAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

fn read_file(path: &Path, layer: LayerId) -> Option<(Report, Vec<Record>)> {
    if !path.exists() {
        eprintln!(
            "SKIPPED: {} is not there (set MINQING_REAL_DATA)",
            path.display()
        );
        return None;
    }
    let begun = std::time::Instant::now();
    let source = open(path).unwrap();
    let (progress, bytes) = (source.progress.clone(), source.bytes);
    let mut records = Vec::new();
    let report = read(source, &Options::new(layer), &mut |batch| {
        records.extend(batch);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(progress.bytes(), bytes);
    eprintln!(
        "{} in {:?}\n{}",
        path.display(),
        begun.elapsed(),
        report.summary_en()
    );
    Some((report, records))
}

#[test]
fn real_files_of_a_chinese_neighbourhood() {
    let folder = real_data().join("shanghai-west-osm");
    let known = |records: &[Record], layer: LayerId, field: &str| {
        records
            .iter()
            .filter(|record| !attribute(record, layer, field).is_null())
            .count()
    };
    if let Some((report, records)) =
        read_file(&folder.join("buildings.geojson"), LayerId::BUILDINGS)
    {
        assert_eq!(
            (report.features, report.refused, report.codes_generated),
            (1065, 0, 0)
        );
        assert!(known(&records, LayerId::BUILDINGS, "height_m") > 500);
        assert!(known(&records, LayerId::BUILDINGS, "address") >= 100);
        assert_eq!(report.values_left_out, 0);
    }
    if let Some((report, records)) = read_file(&folder.join("roads.geojson"), LayerId::ROADS) {
        assert_eq!(
            (report.features, report.refused, report.values_left_out),
            (788, 0, 0)
        );
        assert!(known(&records, LayerId::ROADS, "class") >= 780);
        assert_eq!(known(&records, LayerId::ROADS, "source_class"), 788);
    }
    if let Some((report, records)) = read_file(&folder.join("landuse.geojson"), LayerId::LAND_USE) {
        assert_eq!(
            (report.features, report.refused, report.values_left_out),
            (114, 0, 0)
        );
        assert_eq!(known(&records, LayerId::LAND_USE, "kind"), 114);
    }
    read_file(&folder.join("water.geojson"), LayerId::WATER);
}

#[test]
fn real_files_with_faults_of_their_own() {
    let folder = real_data();
    if let Some((report, _)) = read_file(
        &folder.join("cambridge-ma/parcels_fy2014.geojson.gz"),
        LayerId::BUILDINGS,
    ) {
        let resolved = count(&report, Outcome::Repaired, Reason::Crossing);
        let refused = report.refused;
        assert!(resolved + refused >= 30, "{resolved} {refused}");
    }
    if let Some((report, records)) = read_file(
        &folder.join("tainan-outer/villages_里.geojson.gz"),
        LayerId::COMMUNITIES,
    ) {
        assert_eq!(report.features, 521);
        assert!(
            records
                .iter()
                .all(|record| record.draft.code.starts_with('6'))
        );
    }
    if let Some((_, records)) = read_file(
        &folder.join("tainan-outer/risk_narrow_alleys_狹小巷道.geojson.gz"),
        LayerId::RISK_POINTS,
    ) {
        assert!(
            records
                .iter()
                .all(|record| !attribute(record, LayerId::RISK_POINTS, "level").is_null())
        );
    }
    if let Some((report, _)) = read_file(
        &folder.join("hangzhou-west-osm/landuse.geojson.gz"),
        LayerId::LAND_USE,
    ) {
        let code = report.columns.iter().find(|column| column.header == "code");
        assert!(code.is_some_and(|column| column.used_as == ColumnUse::LeftOut));
        assert!(
            report.taken > 5600 && report.values_left_out == 0,
            "{}",
            report.taken
        );
    }
}

#[test]
fn a_city_of_buildings() {
    let path = real_data().join("tokyo-plateau-sumida-koto-taito/buildings.geojsonl.gz");
    if let Some((report, records)) = read_file(&path, LayerId::BUILDINGS) {
        assert_eq!(
            (report.features, report.refused, report.codes_generated),
            (131_739, 0, 0)
        );
        assert!(
            records
                .iter()
                .all(|record| !attribute(record, LayerId::BUILDINGS, "height_m").is_null())
        );
    }
}

#[test]
fn broken_files_of_others_end_in_a_report_or_an_error() {
    let mut seen = 0;
    let mut folders = vec![real_data().join("dirty-geometry")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|e| e == "geojson" || e == "json")
            {
                let Ok(bytes) = std::fs::read(&path) else {
                    continue;
                };
                for layer in [LayerId::LAND_USE, LayerId::FACILITIES, LayerId::POSTS] {
                    let _outcome =
                        read_geojson(bytes.as_slice(), &Options::new(layer), &mut |batch| {
                            for shape in batch
                                .iter()
                                .filter_map(|record| record.draft.geometry.as_ref())
                            {
                                assert!(validity::check(shape).is_ok(), "{}", path.display());
                            }
                            ControlFlow::Continue(())
                        });
                }
                seen += 1;
            }
        }
    }
    if seen == 0 {
        eprintln!(
            "SKIPPED: no broken files under {} (set MINQING_REAL_DATA)",
            real_data().display()
        );
    } else {
        eprintln!("{seen} broken files read");
        assert!(seen > 300);
    }
}
