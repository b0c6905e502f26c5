//! Which reference system a source is in: as asked, as it says, or as its numbers tell for certain; else not at all.

use geo::{Centroid, CoordsIter};
use serde_json::Value as Json;

use crate::geometry::Coord;
use crate::geometry::crs::detect::{Magnitude, is_shifted_in_china, magnitude};
use crate::geometry::crs::fit::Fit;
use crate::geometry::crs::{Crs, GaussKruger};
use crate::ingest::datum_trial::DatumTrial;
use crate::ingest::row::{Given, NamedCrs, Row};
use crate::ingest::{IngestError, MapAtHand, Said};

/// How many rows with a shape are looked at before the decision.
pub(super) const SAMPLE: usize = 200;

/// The decision, with its reason.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) crs: Crs,
    /// `None` where there was nothing to decide.
    pub(super) why: Option<Said>,
}

/// What the houses on the map say against reading `rows` as `crs`.
pub(super) fn doubt(crs: Crs, rows: &[Row], map: &dyn MapAtHand) -> Option<Said> {
    const DEGREES: [Crs; 3] = [Crs::Crs84, Crs::Gcj02, Crs::Bd09];
    let places: Vec<Coord> = rows.iter().filter_map(|row| middle(&row.shape)).collect();
    let is_open = DEGREES.contains(&crs) && places.iter().copied().any(is_shifted_in_china);
    let trial = is_open.then(|| DatumTrial::of(&places, &DEGREES, map))??;
    trial.doubt(crs)
}

/// The system that was asked for, beside what the source says.
pub(super) fn asked(crs: Crs, named: Option<&NamedCrs>) -> Choice {
    let differs = named.filter(|named| !named.weak && named.crs.as_ref().ok() != Some(&crs));
    let why = match differs {
        Some(NamedCrs { name, whence, .. }) => Said::new(
            format!("{}自称坐标系 {name},按要求以 {crs} 读取。", whence.zh),
            format!(
                "{} says the coordinates are in {name}; read as {crs}, as asked.",
                whence.en
            ),
        ),
        None => Said::new(
            format!("按要求以 {crs} 读取。"),
            format!("Read as {crs}, as asked."),
        ),
    };
    Choice {
        crs,
        why: Some(why),
    }
}

/// The system that control points lead out of, with what is left over at each of them.
pub(super) fn fitted(fit: Option<&Fit>) -> Choice {
    let why = fit.map(|fit| {
        let each: Vec<String> = fit
            .residuals
            .iter()
            .map(|left| format!("{} {:+.3}/{:+.3}", left.name, left.east_m, left.north_m))
            .collect();
        let each = each.join(", ");
        let (count, rms, scale) = (fit.residuals.len(), fit.rms_m, fit.scale);
        let (order_zh, order) = if fit.is_north_first {
            (";X为北、Y为东", "; northing stands before easting")
        } else {
            ("", "")
        };
        Said::new(
            format!("按{count}个控制点转换:中误差{rms:.3}米,尺度{scale:.8}{order_zh};各点残差(东/北,米):{each}。"),
            format!("By {count} control points: {rms:.3} m left over on average, scale {scale:.8}{order}; left over at each (east/north, m): {each}."),
        )
    });
    Choice {
        crs: Crs::Crs84,
        why,
    }
}

/// The system of `rows`, which nobody asked for; `columns` are those that their coordinates stand in.
pub(super) fn told(
    named: Option<NamedCrs>,
    rows: &[Row],
    columns: Option<&str>,
    map: Option<&dyn MapAtHand>,
) -> Result<Choice, IngestError> {
    let positions: Vec<Coord> = rows.iter().filter_map(|row| first(&row.shape)).collect();
    let found = magnitude(&positions);
    if let Some(named) = named {
        let crs = named.crs?;
        let overruled = named.weak
            && matches!(
                &found,
                Magnitude::Metres { .. }
                    | Magnitude::NoZone { .. }
                    | Magnitude::FarFromMeridian { .. }
            );
        if !overruled {
            let why = (!named.weak).then(|| {
                Said::new(
                    format!("{}:{} → {crs}。", named.whence.zh, named.name),
                    format!("{}: {} → {crs}.", named.whence.en, named.name),
                )
            });
            return Ok(Choice { crs, why });
        }
    }
    let decided = by_magnitude(&found, &positions);
    let shifted = matches!(found, Magnitude::Degrees { north_first: false });
    if let (Err(IngestError::WhichCrs { why, fits }), Some(map), true) = (&decided, map, shifted) {
        let places: Vec<Coord> = rows.iter().filter_map(|row| middle(&row.shape)).collect();
        if let Some(trial) = DatumTrial::of(&places, fits, map) {
            return trial.choice().ok_or_else(|| IngestError::WhichCrs {
                why: placed(trial.beside(why), rows, columns),
                fits: fits.clone(),
            });
        }
    }
    decided.map_err(|error| match error {
        IngestError::WhichCrs { why, fits } => IngestError::WhichCrs {
            why: placed(why, rows, columns),
            fits,
        },
        other => other,
    })
}

/// The same with the row and the columns of the first position.
fn placed(why: Said, rows: &[Row], columns: Option<&str>) -> Said {
    let line = rows.iter().find(|row| first(&row.shape).is_some());
    match (line.map(|row| row.at.line), columns) {
        (Some(line), Some(columns)) if line > 0 => Said::new(
            format!("{}(第{line}行,列 {columns})", why.zh),
            format!("{} (row {line}, columns {columns})", why.en),
        ),
        _ => why,
    }
}

fn by_magnitude(found: &Magnitude, positions: &[Coord]) -> Result<Choice, IngestError> {
    let sample = positions.first().copied().unwrap_or_default();
    let undecided = |why, fits| Err(IngestError::WhichCrs { why, fits });
    match found {
        Magnitude::Unknown if positions.is_empty() => Ok(Choice {
            crs: Crs::Crs84,
            why: None,
        }),
        Magnitude::Degrees { north_first } => {
            let place = |at: &Coord| {
                if *north_first {
                    Coord { x: at.y, y: at.x }
                } else {
                    *at
                }
            };
            if positions.iter().map(place).any(is_shifted_in_china) {
                return undecided(which_datum(sample), vec![Crs::Crs84, Crs::Gcj02, Crs::Bd09]);
            }
            Ok(Choice {
                crs: Crs::Crs84,
                why: Some(Said::new(
                    "坐标为经纬度,且不在GCJ-02偏移范围内 → CRS84(WGS 84)。",
                    "The coordinates are degrees outside of the area that GCJ-02 shifts → CRS84 (WGS 84).",
                )),
            })
        }
        Magnitude::Metres { fits, .. } => match fits.as_slice() {
            [Crs::WebMercator] => Ok(Choice {
                crs: Crs::WebMercator,
                why: Some(Said::new(
                    "按数值大小:网络墨卡托米坐标 → EPSG:3857。底图若来自高德、百度,请改用 --crs。",
                    "By magnitude: metres of web maps → EPSG:3857. If they were drawn over AMap or Baidu, say so with --crs.",
                )),
            }),
            [crs] => Ok(Choice {
                crs: *crs,
                why: Some(Said::new(
                    format!(
                        "按数值大小:东坐标带有带号,以CGCS2000 {crs} 读取。若实为西安80或北京54,会偏移几十米,请核对一个已知点。"
                    ),
                    format!(
                        "By magnitude: the easting begins with a zone number, read as CGCS2000 {crs}. If it is Xian 1980 or Beijing 1954 it is tens of metres off: check a place that you know."
                    ),
                )),
            }),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                let names = names.join(", ");
                undecided(
                    Said::new(
                        format!(
                            "坐标 {}, {} 可能属于 {names},请用 --crs 指定",
                            sample.x, sample.y
                        ),
                        format!(
                            "the coordinates {}, {} may be in {names}: say which with --crs",
                            sample.x, sample.y
                        ),
                    ),
                    several.to_vec(),
                )
            }
        },
        Magnitude::FarFromMeridian { zone, east_km, .. } => undecided(
            beyond(*zone, *east_km, sample),
            vec![Crs::GaussKruger(*zone)],
        ),
        Magnitude::NoZone { .. } => undecided(
            Said::new(
                format!(
                    "坐标 {}, {} 是不带带号的高斯-克吕格米坐标,数值中没有中央经线;请用 --crs 指定,例如西安一带3度带为 EPSG:4545(108°E),6度带为 EPSG:4508(111°E)",
                    sample.x, sample.y
                ),
                format!(
                    "the coordinates {}, {} are Gauss-Kruger metres without a zone number, and the central meridian is not in them: say it with --crs, near Xi'an EPSG:4545 (3 degrees, 108 E) or EPSG:4508 (6 degrees, 111 E)",
                    sample.x, sample.y
                ),
            ),
            Vec::new(),
        ),
        Magnitude::Unknown => undecided(
            Said::new(
                format!(
                    "坐标 {}, {} 不属于任何已知坐标系,可能是地方独立坐标系;请先转换为CGCS2000,或用 --crs 指定",
                    sample.x, sample.y
                ),
                format!(
                    "the coordinates {}, {} fit no known coordinate system, perhaps a local one: convert them to CGCS2000 first, or say which with --crs",
                    sample.x, sample.y
                ),
            ),
            Vec::new(),
        ),
    }
}

/// What is said of an easting that names a zone and lies beyond it.
fn beyond(zone: GaussKruger, east_km: i32, sample: Coord) -> Said {
    let (crs, number) = (Crs::GaussKruger(zone), zone.zone());
    let meridian = zone.central_meridian();
    let (side_zh, side) = if east_km < 0 {
        ("西", "west")
    } else {
        ("东", "east")
    };
    let km = east_km.abs();
    Said::new(
        format!(
            "坐标 {}, {} 的东坐标带有带号 {number}({crs},中央经线 {meridian}°),但在其以{side_zh} {km} 公里处,超出该带;确属该带请用 --crs {crs},否则请核对带号",
            sample.x, sample.y
        ),
        format!(
            "the easting of {}, {} begins with the number of zone {number} ({crs}, meridian {meridian}), but lies {km} km {side} of it, beyond the zone: if it is that zone say --crs {crs}, else check the number",
            sample.x, sample.y
        ),
    )
}

fn which_datum(sample: Coord) -> Said {
    Said::new(
        format!(
            "坐标 {}, {} 是经纬度,但来源没有说明是WGS 84/CGCS2000、GCJ-02还是BD-09,三者相差数百米,不能猜测;请指定:--crs CRS84(GPS、天地图、测绘)、--crs GCJ02(高德、腾讯、奥维)或 --crs BD09(百度)",
            sample.x, sample.y
        ),
        format!(
            "the coordinates {}, {} are degrees, but nothing says whether of WGS 84 or CGCS2000, GCJ-02 or BD-09, which are hundreds of metres apart: say --crs CRS84 (GPS, Tianditu, survey), --crs GCJ02 (AMap, Tencent, Ovital) or --crs BD09 (Baidu)",
            sample.x, sample.y
        ),
    )
}

/// A position within a shape, as given, or its first.
fn middle(shape: &Given) -> Option<Coord> {
    match shape {
        Given::Shape { geometry, .. } => geometry.centroid().map(|point| point.0),
        other => first(other),
    }
}

/// The first position of a shape, as given.
pub(super) fn first(shape: &Given) -> Option<Coord> {
    match shape {
        Given::Shape { geometry, .. } => geometry.coords_iter().next(),
        Given::Json(json) => first_of_json(json.get("coordinates")?, 6),
        Given::Nothing | Given::Bad { .. } => None,
    }
}

fn first_of_json(json: &Json, depth: u8) -> Option<Coord> {
    let list = json.as_array()?;
    if let [x, y, ..] = list.as_slice()
        && let (Some(x), Some(y)) = (x.as_f64(), y.as_f64())
    {
        return Some(Coord { x, y });
    }
    first_of_json(list.first()?, depth.checked_sub(1)?)
}
