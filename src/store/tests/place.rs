//! An empty store of either kind.

use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::postgis::fresh_database;
use super::run;
use crate::store::geopackage::as_before as geopackage_as_before;
use crate::store::postgis::as_before as postgis_as_before;
use crate::store::{Store, StoreLocation};

/// An empty store, and how another program writes to it.
pub(super) struct Place {
    pub(super) location: StoreLocation,
    /// What the other program takes for the place.
    named: String,
    _folder: Option<TempDir>,
}

impl Place {
    pub(super) fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.gpkg");
        Self {
            named: path.to_str().unwrap().to_owned(),
            location: StoreLocation::GeoPackage(path),
            _folder: Some(folder),
        }
    }

    pub(super) async fn in_a_database() -> Self {
        let url = fresh_database().await;
        Self {
            location: StoreLocation::parse(&url).unwrap(),
            named: url,
            _folder: None,
        }
    }

    /// Runs `sql` as a person would, by sqlite3 or psql.
    pub(super) fn another_program(&self, sql: &str) {
        if self.named.contains("://") {
            run(
                "psql",
                &["-q", "-v", "ON_ERROR_STOP=1", &self.named, "-c", sql],
            );
        } else {
            run("sqlite3", &[&self.named, sql]);
        }
    }

    /// Another program that locks the rows of `layer` for so many seconds, in a file all of it; nothing is changed.
    pub(super) fn locked_by_another_program(&self, layer: &str, seconds: u32) -> Child {
        let mut command = if self.named.contains("://") {
            let sql = format!("BEGIN; SELECT FROM {layer} FOR UPDATE; SELECT pg_sleep({seconds})");
            let mut command = Command::new("psql");
            command.args(["-q", "-v", "ON_ERROR_STOP=1", &self.named, "-c", &sql]);
            command
        } else {
            let mut command = Command::new("sqlite3");
            let sleep = format!(".system sleep {seconds}");
            command.args([&self.named, "BEGIN IMMEDIATE", &sleep, "ROLLBACK"]);
            command
        };
        command.stdout(Stdio::null()).spawn().unwrap()
    }

    /// Makes the store that the first migration makes.
    pub(super) async fn made_by_the_release_before(&self) {
        match &self.location {
            StoreLocation::GeoPackage(path) => geopackage_as_before(path).await,
            StoreLocation::Postgis(_) => postgis_as_before(&self.named).await,
        }
    }

    pub(super) async fn made(&self) -> Store {
        Store::create(&self.location).await.unwrap()
    }
}
