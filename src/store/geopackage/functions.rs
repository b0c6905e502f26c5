//! The `ST_*` functions that the R-tree triggers of QGIS and GDAL call, on every connection of ours.
//!
//! Without them a file to which another program added its spatial index could not be written any more.
#![expect(
    unsafe_code,
    reason = "sqlx has no safe way to register an SQL function; the callback only reads its one argument"
)]

use std::ffi::{CStr, c_int, c_void};
use std::{ptr, slice};

use libsqlite3_sys::{
    SQLITE_DETERMINISTIC, SQLITE_OK, SQLITE_UTF8, sqlite3_context, sqlite3_create_function_v2,
    sqlite3_result_double, sqlite3_result_int, sqlite3_result_null, sqlite3_user_data,
    sqlite3_value, sqlite3_value_blob, sqlite3_value_bytes,
};
use sqlx::SqliteConnection;

use super::blob;

const BOUNDS: [&CStr; 4] = [c"ST_MinX", c"ST_MaxX", c"ST_MinY", c"ST_MaxY"];
static PLACES: [usize; 4] = [0, 1, 2, 3];

/// Registers `ST_MinX`, `ST_MaxX`, `ST_MinY`, `ST_MaxY` and `ST_IsEmpty` on `connection`.
pub(super) async fn register(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    let database = handle.as_raw_handle().as_ptr();
    let mut results = Vec::new();
    for (name, place) in BOUNDS.iter().zip(&PLACES) {
        let data = ptr::from_ref(place).cast_mut().cast::<c_void>();
        // SAFETY: the handle is locked and open, the name is NUL-terminated, `data` points to a static.
        results.push(unsafe {
            let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
            sqlite3_create_function_v2(
                database,
                name.as_ptr(),
                1,
                flags,
                data,
                Some(bound),
                None,
                None,
                None,
            )
        });
    }
    // SAFETY: as above; no user data.
    results.push(unsafe {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
        let name = c"ST_IsEmpty".as_ptr();
        sqlite3_create_function_v2(
            database,
            name,
            1,
            flags,
            ptr::null_mut(),
            Some(is_empty),
            None,
            None,
            None,
        )
    });
    if results.iter().all(|result| *result == SQLITE_OK) {
        Ok(())
    } else {
        Err(sqlx::Error::Configuration(
            "the geometry functions could not be registered".into(),
        ))
    }
}

/// The bytes of the one argument.
///
/// # Safety
/// `arguments` must point to one value, as SQLite promises for a function of one argument.
unsafe fn argument<'a>(arguments: *mut *mut sqlite3_value) -> Option<&'a [u8]> {
    // SAFETY: blob and length are asked in the order that SQLite's documentation wants; the value outlives the call.
    unsafe {
        let value = *arguments;
        let bytes = sqlite3_value_blob(value).cast::<u8>();
        let length = usize::try_from(sqlite3_value_bytes(value)).ok()?;
        if bytes.is_null() {
            None
        } else {
            Some(slice::from_raw_parts(bytes, length))
        }
    }
}

unsafe extern "C" fn bound(
    context: *mut sqlite3_context,
    _count: c_int,
    arguments: *mut *mut sqlite3_value,
) {
    // SAFETY: SQLite calls with a live context and one argument; the user data is one of `PLACES`.
    unsafe {
        let place = *sqlite3_user_data(context).cast::<usize>();
        let number = argument(arguments)
            .and_then(blob::envelope)
            .and_then(|bounds| bounds.get(place).copied());
        match number {
            Some(number) => sqlite3_result_double(context, number),
            None => sqlite3_result_null(context),
        }
    }
}

unsafe extern "C" fn is_empty(
    context: *mut sqlite3_context,
    _count: c_int,
    arguments: *mut *mut sqlite3_value,
) {
    // SAFETY: SQLite calls with a live context and one argument.
    unsafe {
        match argument(arguments).map(blob::decode) {
            Some(Ok(Some(_))) => sqlite3_result_int(context, 0),
            Some(Ok(None)) => sqlite3_result_int(context, 1),
            Some(Err(_)) | None => sqlite3_result_null(context),
        }
    }
}
