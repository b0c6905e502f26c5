//! The tables of a layer that a user brings, from its description.

use std::fmt::Write as _;

use super::ddl::{geometry_type, quoted};
use crate::domain::{FieldKind, LayerSchema};

pub(super) fn column_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::Code(_) => "TEXT",
        FieldKind::Integer => "INTEGER",
        FieldKind::Real => "REAL",
        FieldKind::Boolean => "BOOLEAN",
        FieldKind::Date => "DATE",
        FieldKind::Time => "DATETIME",
    }
}

/// One layer: its table and its entries in the GeoPackage's registers.
pub(super) fn table(schema: &LayerSchema) -> String {
    let (layer, mut sql) = (schema.id, String::new());
    let shape = geometry_type(schema.geometry);
    let _ = write!(
        sql,
        "\n-- {}\nCREATE TABLE {layer} (\n  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        schema.title.zh
    );
    if let Some(shape) = shape {
        let _ = write!(sql, ",\n  geom {shape}");
    }
    sql.push_str(",\n  code TEXT NOT NULL,\n  name TEXT");
    for field in schema.fields {
        let _ = write!(
            sql,
            ",\n  {} {}",
            quoted(field.name),
            column_type(field.kind)
        );
    }
    sql.push_str(",\n  revision INTEGER,\n  updated_at DATETIME,\n  updated_by TEXT\n);\n");
    let _ = writeln!(sql, "CREATE UNIQUE INDEX {layer}_code ON {layer} (code);");
    let kind = if shape.is_some() {
        "features"
    } else {
        "attributes"
    };
    let _ = writeln!(
        sql,
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('{layer}', '{kind}', '{}', '{}', {});",
        schema.title.zh.replace('\'', "''"),
        schema.title.en.replace('\'', "''"),
        if shape.is_some() { "4326" } else { "NULL" },
    );
    if let Some(shape) = shape {
        let _ = writeln!(
            sql,
            "INSERT INTO gpkg_geometry_columns VALUES ('{layer}', 'geom', '{shape}', 4326, 0, 0);"
        );
    }
    data_columns(schema, &mut sql);
    sql
}

fn data_columns(schema: &LayerSchema, sql: &mut String) {
    let layer = schema.id;
    let common = [
        ("code", "编码"),
        ("name", "名称"),
        ("revision", "修订号"),
        ("updated_at", "更新时间"),
        ("updated_by", "更新人"),
    ];
    for (column, title) in common {
        let _ = writeln!(
            sql,
            "INSERT INTO gpkg_data_columns VALUES ('{layer}', '{column}', '{title}', '{title}', NULL, NULL, NULL);"
        );
    }
    for field in schema.fields {
        let constraint = match field.kind {
            FieldKind::Code(list) => {
                let name = format!("{layer}_{}", field.name);
                for item in list {
                    let _ = writeln!(
                        sql,
                        "INSERT INTO gpkg_data_column_constraints VALUES ('{name}', 'enum', '{}', NULL, NULL, NULL, NULL, '{}');",
                        item.code, item.label.zh
                    );
                }
                format!("'{name}'")
            }
            _ => "NULL".to_owned(),
        };
        let text = |text: &str| text.replace('\'', "''");
        let (zh, en) = (text(field.label.zh), text(field.label.en));
        let _ = writeln!(
            sql,
            "INSERT INTO gpkg_data_columns VALUES ('{layer}', '{}', '{zh}', '{zh}', '{en}', NULL, {constraint});",
            field.name
        );
    }
}

/// A layer of a user with everything that the migrations made for the catalogue's: earlier versions and the triggers.
pub(super) fn whole(schema: &LayerSchema) -> String {
    let layer = schema.id.as_str();
    let mut columns = vec!["id".to_owned()];
    let mut types = String::from("  id INTEGER NOT NULL");
    if geometry_type(schema.geometry).is_some() {
        columns.push("geom".to_owned());
        types.push_str(",\n  geom BLOB");
    }
    columns.extend(["code".to_owned(), "name".to_owned()]);
    types.push_str(",\n  code TEXT NOT NULL,\n  name TEXT");
    for field in schema.fields {
        columns.push(quoted(field.name));
        let _ = write!(
            types,
            ",\n  {} {}",
            quoted(field.name),
            column_type(field.kind)
        );
    }
    columns.extend(["revision", "updated_at", "updated_by"].map(str::to_owned));
    let old: Vec<String> = columns.iter().map(|name| format!("OLD.{name}")).collect();
    let after = AFTER
        .replace("{layer}", layer)
        .replace("{types}", &types)
        .replace("{columns}", &columns.join(", "))
        .replace("{old}", &old.join(", "));
    table(schema) + &after
}

/// As in the migrations 1 to 3, put together.
const AFTER: &str = "\
CREATE TABLE {layer}_history (
{types},
  revision INTEGER,
  updated_at DATETIME,
  updated_by TEXT,
  until INTEGER NOT NULL
);
CREATE INDEX {layer}_history_id ON {layer}_history (id);
CREATE TRIGGER {layer}_logs_insert AFTER INSERT ON {layer} BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', NEW.id, 'insert',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), coalesce(NEW.updated_by, 'another program'));
  UPDATE {layer} SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = coalesce(NEW.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    updated_by = coalesce(NEW.updated_by, 'another program')
  WHERE id = NEW.id AND (NEW.revision IS NOT (SELECT max(seq) FROM minqing_change)
    OR NEW.updated_at IS NULL OR NEW.updated_by IS NULL);
END;
CREATE TRIGGER {layer}_logs_update AFTER UPDATE ON {layer}
WHEN NEW.revision IS OLD.revision OR NEW.revision IS NOT (SELECT max(seq) FROM minqing_change) BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) SELECT '{layer}', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program' WHERE OLD.id <> NEW.id;
  INSERT INTO {layer}_history ({columns}, until)
    SELECT {old}, (SELECT max(seq) FROM minqing_change) WHERE OLD.id <> NEW.id;
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', NEW.id, 'update',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'),
    CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE coalesce(NEW.updated_by, 'another program') END);
  INSERT INTO {layer}_history ({columns}, until)
    SELECT {old}, (SELECT max(seq) FROM minqing_change) WHERE OLD.id = NEW.id;
  UPDATE {layer} SET revision = (SELECT max(seq) FROM minqing_change),
    updated_at = CASE WHEN NEW.updated_at IS OLD.updated_at THEN strftime('%Y-%m-%dT%H:%M:%fZ','now') ELSE NEW.updated_at END,
    updated_by = CASE WHEN NEW.updated_at IS OLD.updated_at THEN 'another program' ELSE NEW.updated_by END
  WHERE id = NEW.id;
END;
CREATE TRIGGER {layer}_logs_delete AFTER DELETE ON {layer} BEGIN
  INSERT INTO minqing_change (layer, feature_id, op, at, by) VALUES ('{layer}', OLD.id, 'delete',
    strftime('%Y-%m-%dT%H:%M:%fZ','now'), 'another program');
  INSERT INTO {layer}_history ({columns}, until)
    SELECT {old}, (SELECT max(seq) FROM minqing_change);
END;
";

#[cfg(test)]
mod tests {
    use super::whole;
    use crate::domain::layers;

    /// What a user's layer gets is what the migrations leave a layer of the catalogue with.
    #[tokio::test]
    async fn a_layer_made_at_once_is_the_one_that_the_migrations_made() {
        use sqlx::{Connection, Row, SqliteConnection};
        async fn made(path: &std::path::Path) -> Vec<(String, String)> {
            let url = format!("sqlite://{}", path.display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let sql = "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('water', 'water_history') \
                       AND sql IS NOT NULL ORDER BY name";
            let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
            let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
            rows.iter()
                .map(|row| (row.get(0), plain(row.get::<String, _>(1))))
                .collect()
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let location = crate::store::StoreLocation::parse(path.to_str().unwrap()).unwrap();
        let store = crate::store::Store::create(&location).await.unwrap();
        store.close().await;
        let migrated = made(&path).await;
        assert!(migrated.len() >= 7, "{migrated:?}");
        let url = format!("sqlite://{}", path.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        for sql in [
            "DROP TABLE water",
            "DROP TABLE water_history",
            "DELETE FROM gpkg_data_columns WHERE table_name = 'water'",
            "DELETE FROM gpkg_data_column_constraints WHERE constraint_name LIKE 'water%'",
            "DELETE FROM gpkg_geometry_columns WHERE table_name = 'water'",
            "DELETE FROM gpkg_contents WHERE table_name = 'water'",
        ] {
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        let sql = whole(layers::LayerId::WATER.schema());
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        assert_eq!(made(&path).await, migrated);
    }
}
