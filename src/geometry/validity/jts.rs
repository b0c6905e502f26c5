#![expect(
    clippy::print_stderr,
    clippy::string_slice,
    reason = "a test that is skipped says so; brackets are ASCII"
)]
//! Against the test cases of another library, where they are there (`MINQING_REAL_DATA`).

use std::path::{Path, PathBuf};

use geo::{CoordsIter, MapCoords};

use super::*;

fn real_data() -> PathBuf {
    std::env::var_os("MINQING_REAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

/// Areas and lines of well-known text; `None` for everything else.
fn read(text: &str) -> Option<Geometry> {
    let text = text.trim();
    let (kind, body) = text.split_once('(')?;
    let body = body.strip_suffix(')')?;
    match kind.trim().to_ascii_uppercase().as_str() {
        "POLYGON" => Some(polygon(body)?.into()),
        "MULTIPOLYGON" => {
            let parts: Option<Vec<_>> = groups(body).into_iter().map(polygon).collect();
            Some(MultiPolygon::new(parts?).into())
        }
        "LINESTRING" => Some(line(body)?.into()),
        "MULTILINESTRING" => {
            let lines: Option<Vec<_>> = groups(body).into_iter().map(line).collect();
            Some(MultiLineString::new(lines?).into())
        }
        _ => None,
    }
}

fn polygon(body: &str) -> Option<Polygon> {
    let rings: Option<Vec<_>> = groups(body).into_iter().map(line).collect();
    let mut rings = rings?.into_iter();
    Some(Polygon::new(rings.next()?, rings.collect()))
}

fn line(body: &str) -> Option<LineString> {
    let coords: Option<Vec<Coord>> = body
        .split(',')
        .map(|pair| {
            let mut numbers = pair.split_whitespace().map(|n| n.parse::<f64>().ok());
            Some(Coord {
                x: numbers.next()??,
                y: numbers.next()??,
            })
        })
        .collect();
    Some(LineString::new(coords?))
}

/// The contents of the outermost brackets.
fn groups(body: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (i, c) in body.char_indices() {
        match c {
            '(' => {
                depth += 1;
                if depth == 1 {
                    from = i + 1;
                }
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    found.push(&body[from..i]);
                }
            }
            _ => {}
        }
    }
    found
}

/// Halved until it fits on the earth: exact, so nothing that touched ceases to touch.
fn on_earth(geometry: &Geometry) -> Geometry {
    let largest = geometry
        .coords_iter()
        .fold(0.0_f64, |m, c| m.max(c.x.abs()).max(c.y.abs()));
    let mut scale = 1.0;
    while largest * scale > 80.0 {
        scale /= 2.0;
    }
    geometry.map_coords(|c| Coord {
        x: c.x * scale,
        y: c.y * scale,
    })
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

#[test]
fn hard_cases_of_others_end_and_agree() {
    let folder = real_data().join("dirty-geometry/jts");
    let mut paths = Vec::new();
    files(&folder, "xml", &mut paths);
    if paths.is_empty() {
        eprintln!(
            "SKIPPED: no test cases under {} (set MINQING_REAL_DATA)",
            folder.display()
        );
        return;
    }
    let (mut shapes, mut judged, mut sound, mut mended_count, mut refused) = (0, 0, 0, 0, 0);
    let mut differ = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        for case in text.split("<case>").skip(1) {
            let verdict = between(case, "name=\"isValid\"", "</op>")
                .and_then(|op| op.rsplit('>').next().map(|answer| answer.trim() == "true"));
            for tag in ["a", "b"] {
                let Some(shape) =
                    between(case, &format!("<{tag}>"), &format!("</{tag}>")).and_then(read)
                else {
                    continue;
                };
                let shape = on_earth(&shape);
                shapes += 1;
                let checked = check(&shape);
                match mend(shape) {
                    Ok(mended) => {
                        assert!(check(&mended.geometry).is_ok(), "{} {case}", path.display());
                        if mended.repairs.crossings > 0 {
                            mended_count += 1;
                        } else {
                            sound += 1;
                        }
                    }
                    Err(_) => refused += 1,
                }
                if let Some(valid) = verdict.filter(|_| tag == "a") {
                    judged += 1;
                    if valid != checked.is_ok() {
                        differ.push(format!(
                            "{} {:?} {valid} {checked:?}",
                            path.display(),
                            between(case, "<desc>", "</desc>")
                        ));
                    }
                }
            }
        }
    }
    eprintln!(
        "{shapes} shapes of {} files: {sound} sound, {mended_count} mended, {refused} refused; {judged} with a verdict",
        paths.len()
    );
    assert!(differ.is_empty(), "{differ:#?}");
    // The cases are inputs of overlays and relations, so nearly all are sound by intent.
    assert!(
        shapes > 1000 && judged > 0 && refused <= 2,
        "{shapes} {judged} {refused}"
    );
}
