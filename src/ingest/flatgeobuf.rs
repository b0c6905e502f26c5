//! FlatGeobuf, feature by feature.

use std::cell::Cell;
use std::io::{self, Read};

use fallible_streaming_iterator::FallibleStreamingIterator;
use flatgeobuf::{FgbFeature, FgbReader};
use geozero::{ColumnValue, FeatureProperties, PropertyProcessor, ToGeo};
use serde_json::{Map, Number, Value as Json};

use crate::geometry::crs::{Crs, prj};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Reason, Said};

/// The largest header or feature, bytes.
const LONGEST: u32 = 64 << 20;

/// A file whose lengths are looked at on the way: the library makes room for what a feature claims before it reads it,
/// and takes whatever keeps it from a length for the end of the file.
struct Measured<'a, R> {
    file: R,
    too_long: &'a Cell<Option<u32>>,
}

impl<R: Read> Read for Measured<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        // what is read four bytes at a time are the lengths
        if let (4, Ok(length)) = (read, <[u8; 4]>::try_from(&*into)) {
            let length = u32::from_le_bytes(length);
            if length > LONGEST {
                self.too_long.set(Some(length));
                return Err(io::Error::other("too long"));
            }
        }
        Ok(read)
    }
}

/// Hands the features of a file to `sink`.
pub(super) fn features(file: impl Read, sink: Sink<'_>) -> Result<(), IngestError> {
    let too_long = Cell::new(None);
    let measured = Measured {
        file,
        too_long: &too_long,
    };
    let reader = FgbReader::open(measured).map_err(|error| damaged(0, &error))?;
    let header = reader.header();
    let claimed = header.features_count();
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
        let Some(feature) = next else { break };
        number += 1;
        tell!(sink, row(feature, number, heights));
    }
    let why = match too_long.get() {
        Some(length) => format!("it claims {length} bytes"),
        None if number < claimed => format!("the file ends here, its header claims {claimed}"),
        None => return Ok(()),
    };
    Err(damaged(number + 1, &why))
}

fn damaged(feature: u64, error: &impl ToString) -> IngestError {
    let place = if feature == 0 {
        "its header".to_owned()
    } else {
        format!("feature {feature}")
    };
    IngestError::damaged("FlatGeobuf", place, error.to_string())
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

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    const BUILDINGS: &[u8] = include_bytes!("../../tests/fixtures/ingest/houses.fgb");

    fn read(bytes: &[u8]) -> Result<(), IngestError> {
        features(bytes, &mut |_| ControlFlow::Continue(()))
    }

    /// Where the lengths of the three features are, and the end: each leads to the next.
    fn lengths() -> Vec<usize> {
        let number = |at: usize| {
            let four = BUILDINGS.get(at..)?.first_chunk()?;
            usize::try_from(u32::from_le_bytes(*four)).ok()
        };
        let leads = |first: usize| {
            let next = |at: &usize| number(*at).map(|length| at + 4 + length);
            let all: Vec<usize> = std::iter::successors(Some(first), next).collect();
            (all.len() == 4 && all.last() == Some(&BUILDINGS.len())).then_some(all)
        };
        let header = 12 + number(8).unwrap();
        (header..BUILDINGS.len()).find_map(leads).unwrap()
    }

    #[test]
    fn a_feature_that_claims_gigabytes_is_refused_before_there_is_room_for_it() {
        read(BUILDINGS).unwrap();
        let lengths = lengths();
        for (number, at) in lengths[..lengths.len() - 1].iter().enumerate() {
            let mut bytes = BUILDINGS.to_vec();
            bytes[*at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            let error = read(&bytes).unwrap_err().to_string();
            assert!(
                error.contains(&format!("feature {}: it claims 4294967295", number + 1)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_ends_before_its_last_feature_is_refused() {
        for (end, feature) in [(lengths()[1], 2), (BUILDINGS.len() - 1, 3)] {
            let error = read(&BUILDINGS[..end]).unwrap_err().to_string();
            assert!(error.contains(&format!("feature {feature}: ")), "{error}");
        }
    }
}
