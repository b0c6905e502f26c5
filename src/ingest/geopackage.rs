//! Tables of a GeoPackage, read through SQLite and never written.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::TryStreamExt;
use serde_json::{Map, Number, Value as Json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Column, ConnectOptions, Connection, Row as _, SqliteConnection, TypeInfo, ValueRef};

use crate::geometry::crs::{Crs, CrsError, prj};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::source::Source;
use crate::ingest::values::shortened;
use crate::ingest::{At, IngestError, Options, Reason, Said, wkb};

/// How often SQLite is asked whether it goes on, in its own steps, and how often it may be asked for one row: a view can
/// count for ever.
const STEPS: i32 = 100_000;
const MOST_ASKED: u64 = if cfg!(test) { 100 } else { 10_000 };

/// One table that holds records.
struct Table {
    name: String,
    geometry: Option<String>,
    srs_id: i64,
}

fn damaged(error: impl ToString) -> IngestError {
    IngestError::damaged("GeoPackage", "its tables", error)
}

/// Hands the records of the one table, or of the one that was asked for, to `sink`. Blocks; not for async threads.
pub(super) fn rows(source: &Source, options: &Options, sink: Sink<'_>) -> Result<(), IngestError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(IngestError::read)?;
    runtime.block_on(async {
        let mut connection = SqliteConnectOptions::new()
            .filename(source.path())
            .read_only(true)
            .pragma("trusted_schema", "OFF")
            .connect()
            .await
            .map_err(damaged)?;
        let asked = Arc::new(AtomicU64::new(0));
        let (progress, count) = (source.progress.clone(), Arc::clone(&asked));
        let goes_on =
            move || !progress.is_stopped() && count.fetch_add(1, Ordering::Relaxed) < MOST_ASKED;
        let mut handle = connection.lock_handle().await.map_err(damaged)?;
        handle.set_progress_handler(STEPS, goes_on);
        drop(handle);
        let limits = Limits {
            asked: &asked,
            rows: source.bytes,
        };
        let outcome = table(&mut connection, &limits, options, sink).await;
        // Nothing was written: a failed goodbye loses nothing.
        let _closed = connection.close().await;
        outcome
    })
}

/// What keeps a view from giving rows, or none, for ever.
struct Limits<'a> {
    /// How often SQLite was asked since the last row.
    asked: &'a AtomicU64,
    /// Every row of a table takes a byte of the file at least.
    rows: u64,
}

async fn table(
    connection: &mut SqliteConnection,
    limits: &Limits<'_>,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let table = chosen(tables(connection).await?, options)?;
    tell!(
        sink,
        Event::decision(
            "rows",
            format!("表:{}。", table.name),
            format!("Table: {}.", table.name)
        )
    );
    if table.geometry.is_some()
        && let Some(named) = named(connection, table.srs_id).await?
    {
        tell!(sink, Event::Crs(named));
    }
    let quoted = table.name.replace('"', "\"\"");
    let query = format!("SELECT * FROM \"{quoted}\"");
    let mut records = sqlx::query(sqlx::AssertSqlSafe(query)).fetch(connection);
    let mut number = 0;
    while let Some(record) = records.try_next().await.map_err(damaged)? {
        number += 1;
        limits.asked.store(0, Ordering::Relaxed);
        if number > limits.rows {
            return Err(damaged("it has more rows than bytes: a view without end"));
        }
        tell!(sink, event(&record, &table, number)?);
    }
    Ok(())
}

async fn tables(connection: &mut SqliteConnection) -> Result<Vec<Table>, IngestError> {
    let rows = sqlx::query(
        "SELECT c.table_name, g.column_name, COALESCE(g.srs_id, 0) FROM gpkg_contents c \
         LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name COLLATE NOCASE \
         WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name",
    )
    .fetch_all(connection)
    .await
    .map_err(|_no_such_table| damaged("it is an SQLite file, but no GeoPackage"))?;
    rows.iter()
        .map(|row| {
            Ok(Table {
                name: row.try_get(0).map_err(damaged)?,
                geometry: row.try_get(1).map_err(damaged)?,
                srs_id: row.try_get(2).map_err(damaged)?,
            })
        })
        .collect()
}

/// The table that was asked for, the only one with shapes, or the one that is called like the layer.
fn chosen(mut tables: Vec<Table>, options: &Options) -> Result<Table, IngestError> {
    let parts: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    let at = match &options.part {
        Some(part) => tables.iter().position(|table| table.name == *part),
        None if tables.len() == 1 => Some(0),
        None => {
            let own = tables
                .iter()
                .position(|table| table.name == options.layer.as_str());
            let with_shapes: Vec<usize> = (0..)
                .zip(&tables)
                .filter(|(_, table)| table.geometry.is_some())
                .map(|(at, _)| at)
                .collect();
            own.or(match with_shapes.as_slice() {
                [only] => Some(*only),
                _ => None,
            })
        }
    };
    match (at, &options.part) {
        (Some(at), _) => Ok(tables.swap_remove(at)),
        (None, Some(part)) => Err(IngestError::NoSuchPart {
            given: part.clone(),
            parts,
        }),
        (None, None) => Err(IngestError::WhichPart { parts }),
    }
}

/// What the GeoPackage says of a reference system; `None` for the two that stand for "not known".
async fn named(
    connection: &mut SqliteConnection,
    srs_id: i64,
) -> Result<Option<NamedCrs>, IngestError> {
    let row = sqlx::query(
        "SELECT organization, organization_coordsys_id, definition, srs_name FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
    )
    .bind(srs_id)
    .fetch_optional(connection)
    .await
    .map_err(damaged)?;
    let Some(row) = row.filter(|_| srs_id > 0) else {
        return Ok(None);
    };
    let text = |at: usize| row.try_get::<String, _>(at).unwrap_or_default();
    let (organization, definition) = (text(0), text(2));
    let code: i64 = row.try_get(1).unwrap_or_default();
    let by_code = Crs::parse(&format!("{organization}:{code}"));
    // A code of our own list stands; any other is looked at by its parameters.
    let crs = by_code.or_else(|by_code| match prj::parse(&definition) {
        Err(CrsError::Unknown { .. }) => Err(by_code),
        other => other,
    });
    Ok(Some(NamedCrs {
        crs,
        name: shortened(&format!("{organization}:{code} {}", text(3))),
        whence: Said::new(
            "GeoPackage的坐标系表",
            "the GeoPackage's table of coordinate systems",
        ),
        weak: false,
    }))
}

fn event(record: &SqliteRow, table: &Table, number: u64) -> Result<Event, IngestError> {
    let (mut cells, mut shape, mut id) = (Map::new(), Given::Nothing, Json::Null);
    let is_own = ["code", "name", "revision"]
        .iter()
        .all(|own| record.columns().iter().any(|column| column.name() == *own));
    for (at, column) in record.columns().iter().enumerate() {
        // SQLite does not tell names apart by their case, and writers do not always keep it.
        let is_geometry = |geometry: &str| geometry.eq_ignore_ascii_case(column.name());
        if table.geometry.as_deref().is_some_and(is_geometry) {
            let blob: Option<Vec<u8>> = record.try_get_unchecked(at).map_err(damaged)?;
            shape = blob.map_or(Given::Nothing, |blob| geometry(&blob));
        } else if is_own && column.name() == "id" {
            id = cell(record, at)?;
        } else {
            cells.insert(column.name().to_owned(), cell(record, at)?);
        }
    }
    Ok(Event::Row(Row {
        at: At {
            part: 0,
            line: 0,
            feature: number,
        },
        id,
        cells,
        shape,
    }))
}

fn cell(record: &SqliteRow, at: usize) -> Result<Json, IngestError> {
    let raw = record.try_get_raw(at).map_err(damaged)?;
    if raw.is_null() {
        return Ok(Json::Null);
    }
    // The storage class of this one value, whatever the column was declared as; only yes and no are told by it.
    let class = raw.type_info().name().to_owned();
    let declared = record
        .columns()
        .get(at)
        .map(|column| column.type_info().name().to_owned());
    let class = match (class.as_str(), declared.as_deref()) {
        ("INTEGER", Some("BOOLEAN")) => "BOOLEAN".to_owned(),
        _ => class,
    };
    Ok(match class.as_str() {
        "INTEGER" => Json::Number(
            record
                .try_get_unchecked::<i64, _>(at)
                .map_err(damaged)?
                .into(),
        ),
        "BOOLEAN" => Json::Bool(record.try_get_unchecked::<i64, _>(at).map_err(damaged)? != 0),
        "REAL" => Number::from_f64(record.try_get_unchecked(at).map_err(damaged)?)
            .map_or(Json::Null, Json::Number),
        "BLOB" => Json::Null,
        _ => {
            let text: String = record.try_get_unchecked(at).map_err(damaged)?;
            // a GeoPackage keeps moments as UTC, whether the Z is there or not
            let is_bare = declared.as_deref() == Some("DATETIME") && text.contains(':');
            Json::String(if is_bare && !text.ends_with('Z') {
                text + "Z"
            } else {
                text
            })
        }
    })
}

/// The shape in a GeoPackage blob: a header whose length its flags say, then well-known binary.
fn geometry(blob: &[u8]) -> Given {
    let flags = blob.get(3).copied().unwrap_or(0);
    let envelope = match flags >> 1 & 7 {
        0 => Some(0),
        1 => Some(32),
        2 | 3 => Some(48),
        4 => Some(64),
        _ => None,
    };
    let is_empty = flags & 0x10 != 0;
    match envelope.and_then(|length| blob.get(8 + length..)) {
        Some(_) if is_empty => Given::Nothing,
        Some(bytes) if blob.starts_with(b"GP") => wkb::shape(bytes),
        _ => Given::Bad {
            reason: Reason::DamagedRecord,
            why: Said::new("不是GeoPackage几何", "no GeoPackage geometry"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::domain::LayerId;
    use crate::ingest::open;

    /// A GeoPackage whose one table is this view.
    fn view(sql: &str) -> Result<u64, IngestError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.gpkg");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let options = SqliteConnectOptions::new().filename(&path);
            let mut file = options.create_if_missing(true).connect().await.unwrap();
            let tables = format!(
                "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT); \
                 CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER); \
                 INSERT INTO gpkg_contents VALUES ('v', 'attributes'); CREATE VIEW v AS {sql}"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(tables)).execute(&mut file).await.unwrap();
            file.close().await.unwrap();
        });
        let mut found = 0;
        let options = Options::new(LayerId::INSPECTIONS);
        rows(&open(&path).unwrap(), &options, &mut |event| {
            found += u64::from(matches!(event, Event::Row(_)));
            ControlFlow::Continue(())
        })
        .map(|()| found)
    }

    #[test]
    fn a_view_is_read_unless_it_has_no_end() {
        assert_eq!(view("SELECT 1 AS code UNION SELECT 2").unwrap(), 2);
        let endless =
            "WITH RECURSIVE n(code) AS (SELECT 1 UNION ALL SELECT code + 1 FROM n) SELECT";
        let many = view(&format!("{endless} code FROM n")).unwrap_err();
        assert!(many.to_string().contains("more rows"), "{many}");
        let none = view(&format!("{endless} count(*) AS code FROM n")).unwrap_err();
        assert!(none.to_string().contains("interrupted"), "{none}");
    }
}
