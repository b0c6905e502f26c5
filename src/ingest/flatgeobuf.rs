//! FlatGeobuf, feature by feature.

use std::io::Read;

use fallible_streaming_iterator::FallibleStreamingIterator;
use flatgeobuf::{FgbFeature, FgbReader};
use geozero::{ColumnValue, FeatureProperties, PropertyProcessor, ToGeo};
use serde_json::{Map, Number, Value as Json};

use crate::geometry::crs::{Crs, prj};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Reason, Said};

/// Hands the features of a file to `sink`.
pub(super) fn features(file: impl Read, sink: Sink<'_>) -> Result<(), IngestError> {
    let reader = FgbReader::open(file).map_err(|error| damaged(0, &error))?;
    let header = reader.header();
    let heights = header.has_z() || header.has_m();
    if let Some(crs) = header.crs() {
        let org = crs.org().filter(|org| !org.is_empty()).unwrap_or("EPSG");
        let by_code = Crs::parse(&format!("{org}:{}", crs.code()));
        let wkt = crs.wkt().unwrap_or_default();
        let found = by_code.or_else(|by_code| {
            if wkt.is_empty() {
                Err(by_code)
            } else {
                prj::parse(wkt)
            }
        });
        if crs.code() != 0 || !wkt.is_empty() {
            tell!(
                sink,
                Event::Crs(NamedCrs {
                    crs: found,
                    name: shortened(&format!(
                        "{org}:{} {}",
                        crs.code(),
                        crs.name().unwrap_or_default()
                    )),
                    whence: Said::new("文件头", "the header of the file"),
                    weak: false,
                })
            );
        }
    }
    let mut features = reader
        .select_all_seq()
        .map_err(|error| damaged(0, &error))?;
    let mut number = 0;
    loop {
        let next = features
            .next()
            .map_err(|error| damaged(number + 1, &error))?;
        let Some(feature) = next else { return Ok(()) };
        number += 1;
        tell!(sink, row(feature, number, heights));
    }
}

fn damaged(feature: u64, error: &flatgeobuf::Error) -> IngestError {
    let place = if feature == 0 {
        "its header".to_owned()
    } else {
        format!("feature {feature}")
    };
    IngestError::damaged("FlatGeobuf", place, error)
}

fn row(feature: &FgbFeature, number: u64, heights: bool) -> Event {
    let at = At {
        part: 0,
        line: 0,
        feature: number,
    };
    let mut cells = Cells(Map::new());
    if let Err(error) = feature.process_properties(&mut cells) {
        return Event::Broken {
            at,
            reason: Reason::DamagedRecord,
            why: Said::new(error.to_string(), error.to_string()),
        };
    }
    let shape = if feature.geometry().is_none() {
        Given::Nothing
    } else {
        match feature.to_geo() {
            Ok(geometry) => Given::Shape {
                geometry,
                heights,
                unclosed: 0,
            },
            Err(error) => Given::Bad {
                reason: Reason::UnknownShape,
                why: Said::new(error.to_string(), error.to_string()),
            },
        }
    };
    Event::Row(Row {
        at,
        id: Json::Null,
        cells: cells.0,
        shape,
    })
}

struct Cells(Map<String, Json>);

impl PropertyProcessor for Cells {
    fn property(
        &mut self,
        _column: usize,
        name: &str,
        value: &ColumnValue<'_>,
    ) -> geozero::error::Result<bool> {
        let float = |number: f64| Number::from_f64(number).map_or(Json::Null, Json::Number);
        let json = match value {
            ColumnValue::Byte(n) => (*n).into(),
            ColumnValue::UByte(n) => (*n).into(),
            ColumnValue::Bool(yes) => (*yes).into(),
            ColumnValue::Short(n) => (*n).into(),
            ColumnValue::UShort(n) => (*n).into(),
            ColumnValue::Int(n) => (*n).into(),
            ColumnValue::UInt(n) => (*n).into(),
            ColumnValue::Long(n) => (*n).into(),
            ColumnValue::ULong(n) => (*n).into(),
            ColumnValue::Float(n) => float(f64::from(*n)),
            ColumnValue::Double(n) => float(*n),
            ColumnValue::String(text) | ColumnValue::Json(text) | ColumnValue::DateTime(text) => {
                (*text).into()
            }
            ColumnValue::Binary(_) => Json::Null,
        };
        self.0.insert(name.to_owned(), json);
        Ok(false)
    }
}
