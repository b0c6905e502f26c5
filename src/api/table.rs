//! CSV in and out: a table with lon and lat gets a column for each layer.

use std::borrow::Cow;

use crate::api::problem::Problem;
use crate::domain::{CellText, LayerId, without_guard};
use crate::geometry::LonLat;
use crate::map::MapSnapshot;
use crate::query::owners::owners;
use crate::query::summary::Summary;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The table with the codes of the areas of `layers` appended; every row is kept.
///
/// # Errors
/// Names the line: no lon or lat column, a number that is none, a place that is none.
pub fn locate_csv(
    map: &MapSnapshot,
    body: &[u8],
    layers: &[LayerId],
    cells: CellText,
) -> Result<Vec<u8>, Problem> {
    let mut reader = csv::Reader::from_reader(body.strip_prefix(BOM).unwrap_or(body));
    let broken = |error: csv::Error| {
        Problem::body(
            format!("CSV 无法读取：{error}"),
            format!("the CSV cannot be read: {error}"),
        )
    };
    let headers = reader.headers().map_err(broken)?.clone();
    let column = |names: &[&str]| {
        headers
            .iter()
            .position(|header| names.contains(&header.trim().to_lowercase().as_str()))
    };
    let (lon, lat) = (
        column(&["lon", "lng", "longitude", "经度"]),
        column(&["lat", "latitude", "纬度"]),
    );
    let (Some(lon), Some(lat)) = (lon, lat) else {
        return Err(Problem::body(
            "CSV 需要 lon 和 lat（经度、纬度）两列",
            "the CSV needs the columns lon and lat",
        ));
    };
    let mut out = csv::Writer::from_writer(BOM.to_vec());
    let failed = |error: csv::Error| Problem::internal(&error);
    let written = |row: &csv::StringRecord| -> Vec<String> {
        let each = row.iter().map(|cell| cells.foreign(without_guard(cell)));
        each.map(Cow::into_owned).collect()
    };
    out.write_record(
        written(&headers)
            .iter()
            .map(String::as_str)
            .chain(layers.iter().map(|layer| layer.as_str())),
    )
    .map_err(failed)?;
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    for (at, row) in reader.records().enumerate() {
        let row = row.map_err(broken)?;
        let number = |column: usize| {
            row.get(column)
                .and_then(|text| text.trim().parse::<f64>().ok())
        };
        let place = match (number(lon), number(lat)) {
            (Some(lon), Some(lat)) => {
                LonLat::new(lon, lat).map_err(|error| (error.zh(), error.to_string()))
            }
            _ => Err((
                "经纬度不是数字".to_owned(),
                "lon or lat is not a number".to_owned(),
            )),
        };
        places.push(place.map_err(|(zh, en)| {
            Problem::body(
                format!("第 {} 行：{zh}", at + 2),
                format!("line {}: {en}", at + 2),
            )
        })?);
        rows.push(row);
    }
    let columns = layers.iter().map(|layer| owners(map, &places, *layer));
    let mut columns: Vec<_> = columns.map(Vec::into_iter).collect();
    for row in &rows {
        let owners = columns.iter_mut().map(|column| column.next().flatten());
        let codes = owners.map(|owner| owner.map_or("", |owner| &*owner.code));
        let codes = codes.map(|code| cells.write(code).into_owned());
        out.write_record(written(row).into_iter().chain(codes))
            .map_err(failed)?;
    }
    out.into_inner()
        .map_err(|error| Problem::internal(error.error()))
}

/// A summary as a table.
///
/// # Errors
/// What the CSV writer says; writing to memory does not fail.
pub(super) fn summary_csv(summary: &Summary, cells: CellText) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(BOM.to_vec());
    out.write_record(["id", "code", "name", "count", "value"])?;
    for area in &summary.areas {
        let count = area
            .count
            .map_or_else(String::new, |count| count.to_string());
        let value = area
            .value
            .map_or_else(String::new, |value| value.to_string());
        out.write_record([
            &area.feature.id.to_string(),
            &*cells.write(&area.feature.code),
            &*cells.write(&area.feature.name),
            &count,
            &value,
        ])?;
    }
    out.into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}
