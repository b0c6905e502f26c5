//! CSV in and out: a table with lon and lat gets a column for each layer.

use std::borrow::Cow;

use csv::StringRecord;

use crate::api::batch::check_size;
use crate::api::problem::Problem;
use crate::domain::{CellText, LayerId};
use crate::geometry::LonLat;
use crate::ingest::{IngestError, TextTable};
use crate::map::MapSnapshot;
use crate::query::owners::owners;
use crate::query::summary::Summary;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The last column of an answer in which rows could not be placed.
const ERROR: &str = "error";

/// The table with the codes of the areas of `layers` appended; every row is kept. A row that has no place is marked in a
/// last column `error`, which is there where a row needs it.
///
/// # Errors
/// No lon or lat column, an open quotation mark with its line, a table that is no text.
pub fn locate_csv(
    map: &MapSnapshot,
    body: &[u8],
    layers: &[LayerId],
    cells: CellText,
) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: IngestError| {
        Problem::body(
            format!("CSV 无法读取：{}", error.zh()),
            format!("the CSV cannot be read: {}", error.en()),
        )
    };
    let table = TextTable::of(body).map_err(unreadable)?;
    let mut rows = table.rows();
    let (_, headers) = rows
        .next()
        .transpose()
        .map_err(unreadable)?
        .unwrap_or_default();
    let columns = Columns::of(&headers, table.delimiter())?;
    let mut places = Vec::new();
    for row in rows {
        places.push(columns.place(&row.map_err(unreadable)?.1));
        check_size(places.len(), layers.len())?;
    }
    let known: Vec<LonLat> = places.iter().flatten().copied().collect();
    let has_faults = known.len() < places.len();
    let owners = layers.iter().map(|layer| owners(map, &known, *layer));
    let mut owners: Vec<_> = owners.map(Vec::into_iter).collect();

    let mut out = csv::Writer::from_writer(BOM.to_vec());
    let failed = |error: csv::Error| Problem::internal(&error);
    let foreign = |row: &StringRecord| -> Vec<String> {
        let each = row.iter().map(|cell| cells.foreign(cell));
        each.map(Cow::into_owned).collect()
    };
    let mut header = foreign(&headers);
    header.extend(layers.iter().map(|layer| layer.as_str().to_owned()));
    header.extend(has_faults.then(|| ERROR.to_owned()));
    out.write_record(&header).map_err(failed)?;
    for (row, place) in table.rows().skip(1).zip(&places) {
        let mut row = foreign(&row.map_err(unreadable)?.1);
        row.resize(headers.len(), String::new());
        for column in &mut owners {
            let owner = place.as_ref().ok().and_then(|_| column.next().flatten());
            row.push(owner.map_or_else(String::new, |owner| cells.write(&owner.code).into_owned()));
        }
        let fault = place.as_ref().err().map(String::as_str);
        row.extend(has_faults.then(|| fault.unwrap_or_default().to_owned()));
        out.write_record(&row).map_err(failed)?;
    }
    out.into_inner()
        .map_err(|error| Problem::internal(error.error()))
}

/// Where longitude and latitude stand in a row.
struct Columns {
    count: usize,
    lon: usize,
    lat: usize,
    /// Decimals may be written with a comma.
    with_commas: bool,
}

impl Columns {
    fn of(headers: &StringRecord, delimiter: u8) -> Result<Self, Problem> {
        let column = |names: &[&str]| {
            let mut headers = headers.iter();
            headers.position(|header| names.contains(&header.trim().to_lowercase().as_str()))
        };
        let lon = column(&["lon", "lng", "long", "longitude", "经度", "經度", "东经"]);
        let lat = column(&["lat", "latitude", "纬度", "緯度", "北纬"]);
        let (lon, lat) = lon.zip(lat).ok_or_else(|| {
            Problem::body(
                "CSV 的第一行应为列名，其中要有 lon 和 lat（经度、纬度）两列",
                "the first row of the CSV must name its columns, lon and lat among them",
            )
        })?;
        Ok(Self {
            count: headers.len(),
            lon,
            lat,
            with_commas: delimiter != b',',
        })
    }

    /// The place of a row, or why it has none.
    fn place(&self, row: &StringRecord) -> Result<LonLat, String> {
        if row.len() > self.count {
            return Err("列数多于表头 / more cells than the header has".to_owned());
        }
        let number = |column: usize| {
            let text = row.get(column)?.trim();
            match text.parse() {
                Err(_) if self.with_commas => text.replacen(',', ".", 1).parse().ok(),
                parsed => parsed.ok(),
            }
        };
        let (Some(lon), Some(lat)) = (number(self.lon), number(self.lat)) else {
            return Err("经纬度不是数字 / lon or lat is not a number".to_owned());
        };
        LonLat::new(lon, lat).map_err(|error| format!("{} / {error}", error.zh()))
    }
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
