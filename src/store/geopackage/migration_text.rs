//! The tables of the first migration, written from the layer catalogue so that file and domain cannot drift apart.
//!
//! The text is kept in `migrations/geopackage/0001_layers.sql`; a test compares the two (`MINQING_BLESS=1` rewrites).

use super::tables::table;
use crate::domain::layers;

/// Everything of the first migration: the GeoPackage's own tables, the change log, one table a layer.
fn first_migration() -> String {
    let mut sql = CORE.to_owned();
    for schema in layers::ALL {
        sql.push_str(&table(schema));
        sql.push_str(&TRIGGERS.replace("{layer}", schema.id.as_str()));
    }
    sql
}

const CORE: &str = "\
-- Written from the layer catalogue (src/domain/layers); see migrations/README.md.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4326\"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write');
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);

CREATE TABLE minqing_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  layer TEXT NOT NULL, feature_id INTEGER NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL
);
CREATE TABLE minqing_setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
";

/// The change log of one layer. Only a trigger ever sets `revision` to the newest number of the log, which is how the
/// triggers tell their own update from one of a person; so they work with `recursive_triggers` on and off.
const TRIGGERS: &str = "\
CREATE TRIGGER {layer}_logs_insert AFTER INSERT ON {layer} BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE {layer} SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program') WHERE id = NEW.id;
END;
CREATE TRIGGER {layer}_logs_update AFTER UPDATE ON {layer}
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT '{layer}', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  UPDATE {layer} SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER {layer}_logs_delete AFTER DELETE ON {layer} BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
END;
";

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the one switch of a developer's tool, not a setting"
)]
mod tests {
    use std::{env, fs};

    use super::first_migration;

    #[test]
    fn the_first_migration_is_what_the_catalogue_says() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/migrations/geopackage/0001_layers.sql"
        );
        if env::var("MINQING_BLESS").is_ok() {
            fs::write(path, first_migration()).unwrap();
        }
        assert!(
            fs::read_to_string(path).unwrap() == first_migration(),
            "run with MINQING_BLESS=1 or add a migration"
        );
    }
}
