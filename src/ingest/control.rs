//! A table of control points: places that are known in the file's own system and on the map.

use std::path::Path;

use super::encoding;
use crate::geometry::crs::detect::{Magnitude, magnitude};
use crate::geometry::crs::fit::ControlPoint;
use crate::geometry::{Coord, LonLat};
use crate::ingest::columns::normalised;
use crate::ingest::{IngestError, Said};

/// Tables longer than this are none of control points, bytes.
const LONGEST: u64 = 1 << 20;

/// Headers of the columns: name, the file's x and y, the place's longitude and latitude or easting and northing.
const HEADERS: [&[&str]; 5] = [
    &["name", "点名", "点号", "编号", "控制点"],
    &["x", "from_x", "源x", "原x", "x坐标"],
    &["y", "from_y", "源y", "原y", "y坐标"],
    &["lon", "to_x", "lng", "经度", "目标x", "x2000"],
    &["lat", "to_y", "纬度", "维度", "目标y", "y2000"],
];

/// The control points in a CSV file with the columns `name,x,y,lon,lat`; `lon` and `lat` are degrees of CGCS2000 or
/// WGS 84, or easting and northing with the zone number.
///
/// # Errors
/// [`IngestError::Open`], or [`IngestError::ControlPoints`] with the row and what is wrong there.
pub fn control_points(path: &Path) -> Result<Vec<ControlPoint>, IngestError> {
    let open = |cause| IngestError::Open {
        path: path.to_owned(),
        cause,
    };
    let wrong = |row: u64, zh: String, en: String| {
        IngestError::ControlPoints(Said::new(
            format!("控制点文件第{row}行:{zh}"),
            format!("row {row} of the control points: {en}"),
        ))
    };
    if std::fs::metadata(path).map_err(open)?.len() > LONGEST {
        return Err(wrong(
            1,
            "文件过大".to_owned(),
            "the file is too long".to_owned(),
        ));
    }
    let bytes = std::fs::read(path).map_err(open)?;
    let (text, _, _) = encoding::detect(std::iter::once(bytes.as_slice()))
        .encoding
        .decode(&bytes);
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers: Vec<String> = match rows.headers() {
        Ok(row) => row.iter().map(normalised).collect(),
        Err(error) => return Err(wrong(1, "不是CSV".to_owned(), error.to_string())),
    };
    let column = |names: &[&str]| {
        headers
            .iter()
            .position(|header| names.contains(&header.as_str()))
    };
    let [name, x, y, lon, lat] = HEADERS.map(column);
    let (Some(x), Some(y), Some(lon), Some(lat)) = (x, y, lon, lat) else {
        return Err(wrong(
            1,
            "需要列 name,x,y,lon,lat(点名、源X、源Y、经度、纬度)".to_owned(),
            "the columns name,x,y,lon,lat are needed".to_owned(),
        ));
    };
    let mut points = Vec::new();
    for (row, record) in (2..).zip(rows.records()) {
        let record = record.map_err(|error| wrong(row, "不是CSV".to_owned(), error.to_string()))?;
        let number = |at: usize| {
            let text = record.get(at).unwrap_or_default();
            let found: Option<f64> = text.parse().ok().filter(|number: &f64| number.is_finite());
            found.ok_or_else(|| {
                wrong(
                    row,
                    format!("“{text}”不是数"),
                    format!("{text:?} is no number"),
                )
            })
        };
        let from = Coord {
            x: number(x)?,
            y: number(y)?,
        };
        let to = place(Coord { x: number(lon)?, y: number(lat)? }).ok_or_else(|| {
            wrong(
                row,
                "目标坐标须为经纬度(经度在前),或东坐标带带号的CGCS2000坐标".to_owned(),
                "the place must be longitude and latitude, or CGCS2000 with the zone number before the easting".to_owned(),
            )
        })?;
        let name = name
            .and_then(|at| record.get(at))
            .filter(|name| !name.is_empty());
        points.push(ControlPoint {
            name: name.map_or_else(|| format!("{}", row - 1), str::to_owned),
            from,
            to,
        });
    }
    Ok(points)
}

fn place(at: Coord) -> Option<LonLat> {
    match magnitude(&[at]) {
        Magnitude::Degrees { north_first: false } => LonLat::new(at.x, at.y).ok(),
        Magnitude::Metres { fits, north_first } => {
            let [crs] = fits.as_slice() else { return None };
            let (x, y) = if north_first {
                (at.y, at.x)
            } else {
                (at.x, at.y)
            };
            crs.to_crs84(x, y).ok()
        }
        _ => None,
    }
}
