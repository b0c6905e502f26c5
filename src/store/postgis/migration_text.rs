//! The tables of the first migration, written from the layer catalogue so that file and domain cannot drift apart.
//!
//! The text is kept in `migrations/postgis/0001_layers.sql`; a test compares the two (`MINQING_BLESS=1` rewrites). What
//! does not depend on the catalogue (the change log) is in `core.sql` beside this file.

use std::fmt::Write as _;

use super::tables::{comments, links, stamp, table, triggers};
use crate::domain::{LayerSchema, layers};
use crate::store::postgis::ddl::quoted;

/// The change log and the functions that every layer's triggers call.
const CORE: &str = include_str!("core.sql");

fn first_migration() -> String {
    let mut sql = CORE.to_owned();
    for schema in layers::ALL {
        sql.push_str(&table(schema));
        sql.push_str(&comments(schema));
        sql.push_str(&stamp(schema));
        sql.push_str(&areas(schema));
        sql.push_str(&triggers(schema.id));
    }
    sql
}

/// The trigger function that hands an area on to the records below: of the new and the changed.
fn areas(schema: &LayerSchema) -> String {
    let layer = schema.id;
    let mut below = String::new();
    for child in layers::ALL {
        for (field, parent) in links(child.id) {
            if parent == layer {
                let _ = writeln!(
                    below,
                    "  UPDATE {child} c SET area = p.area FROM came p\n    WHERE c.{field} = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;",
                    child = child.id,
                    field = quoted(field)
                );
            }
        }
    }
    if below.is_empty() {
        return below;
    }
    AREAS
        .replace("{layer}", layer.as_str())
        .replace("{below}", &below)
}

const AREAS: &str = "\
CREATE FUNCTION minqing_areas_{layer}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
{below}  RETURN NULL;
END $$;
CREATE TRIGGER {layer}_areas_insert AFTER INSERT ON {layer} REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION minqing_areas_{layer}();
CREATE TRIGGER {layer}_areas_update AFTER UPDATE ON {layer} REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION minqing_areas_{layer}();
";

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
            "/migrations/postgis/0001_layers.sql"
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
