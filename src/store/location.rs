//! Where a store is.

use std::fmt;
use std::path::PathBuf;

use crate::store::StoreError;
use crate::store::postgis::Database;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// One GeoPackage file.
    GeoPackage(PathBuf),
    /// A PostgreSQL database with PostGIS.
    Postgis(Database),
}

impl StoreLocation {
    /// The location that `text` names: the path of a `.gpkg` file, or `postgres://user@host[,host…]/database`.
    ///
    /// # Errors
    /// [`StoreError::UnknownLocation`].
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.contains("://") {
            return Database::parse(text).map(Self::Postgis);
        }
        if text.is_empty() {
            return Err(StoreError::UnknownLocation {
                given: text.to_owned(),
            });
        }
        Ok(Self::GeoPackage(PathBuf::from(text)))
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GeoPackage(path) => path.display().fmt(f),
            Self::Postgis(database) => database.fmt(f),
        }
    }
}
