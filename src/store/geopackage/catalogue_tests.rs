//! What the migrations make is what the layer catalogue describes.

use std::collections::BTreeSet;

use sqlx::{Connection, Row, SqliteConnection};

use super::ddl::{geometry_type, quoted};
use super::tables::column_type;
use crate::domain::layers;
use crate::store::{Store, StoreLocation};

#[tokio::test]
async fn the_migrated_tables_have_the_columns_of_the_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    let location = StoreLocation::parse(path.to_str().unwrap()).unwrap();
    Store::create(&location).await.unwrap().close().await;
    let url = format!("sqlite://{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for schema in layers::ALL {
        let layer = schema.id;
        let mut wanted: BTreeSet<(String, String)> = schema
            .fields
            .iter()
            .map(|field| (field.name.to_owned(), column_type(field.kind).to_owned()))
            .collect();
        let common = [
            ("id", "INTEGER"),
            ("code", "TEXT"),
            ("name", "TEXT"),
            ("revision", "INTEGER"),
            ("updated_at", "DATETIME"),
            ("updated_by", "TEXT"),
        ];
        wanted.extend(common.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
        for (table, shape) in [
            (layer.to_string(), geometry_type(schema.geometry)),
            (
                format!("{layer}_history"),
                geometry_type(schema.geometry).map(|_| "BLOB"),
            ),
        ] {
            let sql = "SELECT name, type FROM pragma_table_info(?)";
            let rows = sqlx::query(sql).bind(&table);
            let found: BTreeSet<(String, String)> = rows
                .fetch_all(&mut connection)
                .await
                .unwrap()
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .filter(|(name, _): &(String, String)| name != "until")
                .collect();
            let mut wanted = wanted.clone();
            wanted.extend(shape.map(|shape| ("geom".to_owned(), shape.to_owned())));
            assert_eq!(found, wanted, "{table}");
        }
        for trigger in ["update", "delete"] {
            let sql = "SELECT sql FROM sqlite_master WHERE name = ?";
            let text: String = sqlx::query(sql)
                .bind(format!("{layer}_logs_{trigger}"))
                .fetch_one(&mut connection)
                .await
                .unwrap()
                .get(0);
            for field in schema.fields {
                assert!(
                    text.contains(&format!("OLD.{}", quoted(field.name))),
                    "{layer}_logs_{trigger} does not keep {}",
                    field.name
                );
            }
        }
        let sql =
            "SELECT column_name, title, description FROM gpkg_data_columns WHERE table_name = ?";
        let rows = sqlx::query(sql).bind(layer.as_str());
        let titles = rows.fetch_all(&mut connection).await.unwrap();
        for field in schema.fields {
            let title = titles
                .iter()
                .find(|row| row.get::<String, _>(0) == field.name)
                .unwrap_or_else(|| panic!("{layer}.{} has no title", field.name));
            assert_eq!(title.get::<String, _>(1), field.label.zh);
            assert_eq!(title.get::<String, _>(2), field.label.en);
        }
    }
}
