//! `POST /api/locate` in binary: an Arrow IPC stream of points in, one of codes out.
//!
//! In: record batches with a column `geometry` of `GeoArrow` points in CRS84, separated (`struct<x, y>`) or interleaved
//! (`fixed_size_list<float64>[2]`). Out: one batch with as many rows in the same order, and for each layer a column of
//! its name that holds the owner's code (`dictionary<int32, utf8>`) or null. A point that is null or empty (NaN) has no
//! owner. The schema's metadata names the revision.
//!
//! # Source
//! `GeoArrow` specification 0.2, <https://geoarrow.org/format.html>; Arrow columnar format 1.5.

use std::collections::HashMap;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::types::Float64Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, Int32Array, PrimitiveArray, RecordBatch,
    StringArray, StructArray,
};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use axum::body::Bytes;
use foldhash::fast::RandomState;

use crate::api::batch::{MOST_POINTS, check_size};
use crate::api::problem::Problem;
use crate::domain::{Feature, LayerId};
use crate::geometry::{LonLat, PlaceError};
use crate::map::MapSnapshot;
use crate::query::owners::owners;

/// The media type of an Arrow IPC stream.
pub(super) const STREAM: &str = "application/vnd.apache.arrow.stream";

/// The codes of the owners of the points in `body`, see the module.
///
/// # Errors
/// Says what of the stream is not as it must be, with the row of a point that is none.
pub(super) fn locate_arrow(
    map: &MapSnapshot,
    body: Bytes,
    layers: &[LayerId],
) -> Result<Vec<u8>, Problem> {
    let points = points(body)?;
    check_size(points.len(), layers.len())?;
    // a point without a place is asked for nowhere, and its answer left out
    let known: Vec<LonLat> = points.iter().flatten().copied().collect();
    let columns = layers.iter().map(|layer| {
        let owners = owners(map, &known, *layer);
        codes(&points, &owners)
    });
    let columns: Vec<ArrayRef> = columns.collect();
    write(map, layers, columns).map_err(|error| Problem::internal(&error))
}

fn write(
    map: &MapSnapshot,
    layers: &[LayerId],
    columns: Vec<ArrayRef>,
) -> Result<Vec<u8>, ArrowError> {
    let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = layers
        .iter()
        .map(|layer| Field::new(layer.as_str(), kind.clone(), true));
    let revision = [("revision".to_owned(), map.revision().to_string())];
    let schema = Schema::new(fields.collect::<Vec<_>>()).with_metadata(HashMap::from(revision));
    let batch = RecordBatch::try_new(Arc::new(schema), columns)?;
    let mut out = StreamWriter::try_new(Vec::new(), &batch.schema())?;
    out.write(&batch)?;
    out.into_inner()
}

/// The codes of `owners`, each once, and for each point which of them is its own.
fn codes(points: &[Option<LonLat>], owners: &[Option<&Arc<Feature>>]) -> ArrayRef {
    let mut numbers: HashMap<*const Feature, i32, RandomState> = HashMap::default();
    let mut texts: Vec<&str> = Vec::new();
    // neighbours in the list are often neighbours in the place
    let mut last = (std::ptr::null(), 0);
    let mut owners = owners.iter();
    let keys = points.iter().map(|point| {
        let owner = point.and_then(|_| *owners.next()?)?;
        let own = Arc::as_ptr(owner);
        if own != last.0 {
            let number = *numbers.entry(own).or_insert_with(|| {
                texts.push(&owner.code);
                // a batch has at most a million points
                i32::try_from(texts.len() - 1).unwrap_or(i32::MAX)
            });
            last = (own, number);
        }
        Some(last.1)
    });
    let keys: Int32Array = keys.collect();
    Arc::new(DictionaryArray::new(
        keys,
        Arc::new(StringArray::from(texts)),
    ))
}

fn points(body: Bytes) -> Result<Vec<Option<LonLat>>, Problem> {
    let mut rest = Buffer::from(body);
    let mut stream = StreamDecoder::new();
    let mut points = Vec::new();
    while !rest.is_empty() {
        // a message that lies about its own parts can make the reader panic; it is as broken as any other
        let batch = catch_unwind(AssertUnwindSafe(|| stream.decode(&mut rest)));
        let batch = batch.unwrap_or_else(|_panic| {
            let reason = "the parts of a message do not fit together".to_owned();
            Err(ArrowError::IpcError(reason))
        });
        let batch = batch.map_err(|error| broken(&error))?;
        if let Some(batch) = batch {
            if points.len() + batch.num_rows() > MOST_POINTS {
                return Err(Problem::too_many_points());
            }
            add(&batch, &mut points)?;
        }
    }
    stream.finish().map_err(|error| broken(&error))?;
    if stream.schema().is_none() {
        return Err(broken(&ArrowError::IpcError("no schema".to_owned())));
    }
    Ok(points)
}

/// Adds the points of one batch.
fn add(batch: &RecordBatch, points: &mut Vec<Option<LonLat>>) -> Result<(), Problem> {
    let column = batch.column_by_name("geometry").ok_or_else(|| {
        Problem::body(
            "Arrow 数据缺少 geometry 列",
            "the Arrow stream has no column called geometry",
        )
    })?;
    let (xs, ys, stride) = coordinates(column).ok_or_else(|| {
        let kind = column.data_type();
        Problem::body(
            format!(
                "geometry 列应为 GeoArrow 点：struct<x: float64, y: float64> 或 fixed_size_list<float64>[2]，现为 {kind}"
            ),
            format!(
                "geometry must be GeoArrow points, struct<x: float64, y: float64> or fixed_size_list<float64>[2], not {kind}"
            ),
        )
    })?;
    let nulls = column.nulls();
    let is_null = |row: usize| nulls.is_some_and(|nulls: &NullBuffer| nulls.is_null(row));
    let pairs = iter::zip(xs.iter().step_by(stride), ys.iter().step_by(stride));
    let before = points.len();
    points.reserve(batch.num_rows());
    for (row, (x, y)) in pairs.take(batch.num_rows()).enumerate() {
        let is_empty = is_null(row) || (x.is_nan() && y.is_nan());
        let point = if is_empty {
            None
        } else {
            Some(LonLat::new(*x, *y).map_err(|error| no_place(before + row, &error))?)
        };
        points.push(point);
    }
    Ok(())
}

/// The x and y of a column of points, each value so many apart.
fn coordinates(column: &ArrayRef) -> Option<(&[f64], &[f64], usize)> {
    fn numbers(column: &dyn Array) -> Option<&[f64]> {
        let numbers = column
            .as_any()
            .downcast_ref::<PrimitiveArray<Float64Type>>()?;
        Some(numbers.values())
    }
    if let Some(points) = column.as_any().downcast_ref::<StructArray>() {
        let part = |name| numbers(points.column_by_name(name)?);
        return Some((part("x")?, part("y")?, 1));
    }
    let points = column.as_any().downcast_ref::<FixedSizeListArray>()?;
    let (from, rows) = (points.offset() * 2, points.len() * 2);
    let numbers = numbers(points.values())?;
    if points.value_length() != 2 || numbers.len() < from + rows {
        return None;
    }
    let numbers = numbers.get(from..from + rows)?;
    Some((numbers, numbers.get(1..).unwrap_or_default(), 2))
}

fn broken(error: &ArrowError) -> Problem {
    Problem::body(
        "内容不是完整、未压缩的 Arrow IPC 流",
        format!("the body is not a whole, uncompressed Arrow IPC stream: {error}"),
    )
}

fn no_place(row: usize, error: &PlaceError) -> Problem {
    Problem::parameter(
        &format!("geometry[{row}]"),
        format!("第 {} 个点：{}", row + 1, error.zh()),
        format!("point {row}: {error}"),
    )
}
