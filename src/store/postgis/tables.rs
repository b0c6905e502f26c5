//! The tables of a layer that a user brings, from its description.

use std::fmt::Write as _;

use crate::domain::{AreaLink, FieldKind, GeometryKind, LayerId, LayerSchema, area_links};
use crate::store::postgis::ddl::{field_type, is_partitioned, quoted};

/// A layer of a user with everything that the migrations made for the catalogue's: triggers and earlier versions.
pub(super) fn whole(schema: &LayerSchema) -> String {
    [
        table(schema),
        comments(schema),
        stamp(schema),
        triggers(schema.id),
        format!("CALL minqing_keeps('{}');\n", schema.id),
    ]
    .concat()
}

fn geometry_type(kind: GeometryKind) -> Option<&'static str> {
    match kind {
        GeometryKind::None => None,
        GeometryKind::Point => Some("Point"),
        GeometryKind::MultiPolygon => Some("MultiPolygon"),
        GeometryKind::MultiLineString => Some("MultiLineString"),
        GeometryKind::Any { .. } => Some("Geometry"),
    }
}

pub(super) fn table(schema: &LayerSchema) -> String {
    let (layer, mut sql) = (schema.id, String::new());
    let partitioned = is_partitioned(layer);
    let _ = write!(
        sql,
        "\n-- {}\nCREATE SEQUENCE {layer}_id AS bigint;\nCREATE TABLE {layer} (\n  id bigint NOT NULL DEFAULT nextval('{layer}_id')",
        schema.title.zh
    );
    if let Some(shape) = geometry_type(schema.geometry) {
        let _ = write!(sql, ",\n  geom geometry({shape}, 4326)");
    }
    sql.push_str(",\n  code text COLLATE \"C\" NOT NULL,\n  name text");
    for field in schema.fields {
        let _ = write!(
            sql,
            ",\n  {} {}",
            quoted(field.name),
            field_type(field.kind)
        );
    }
    sql.push_str(
        ",\n  revision bigint NOT NULL,\n  updated_at timestamptz NOT NULL,\n  updated_by text NOT NULL,\n  area text COLLATE \"C\"",
    );
    // a unique index of a partitioned table holds the column by which it is parted
    let key = if partitioned { "id, code" } else { "id" };
    let _ = write!(
        sql,
        ",\n  CONSTRAINT {layer}_pk PRIMARY KEY ({key}),\n  CONSTRAINT {layer}_code_unique UNIQUE (code)"
    );
    for field in schema.fields {
        if let FieldKind::Code(list) = field.kind {
            let codes: Vec<String> = list.iter().map(|item| format!("'{}'", item.code)).collect();
            let _ = write!(
                sql,
                ",\n  CONSTRAINT {layer}_{}_known CHECK ({} IN ({}))",
                field.name,
                quoted(field.name),
                codes.join(", ")
            );
        }
    }
    sql.push_str(if partitioned {
        "\n) PARTITION BY RANGE (code);\n"
    } else {
        "\n);\n"
    });
    if partitioned {
        let _ = writeln!(
            sql,
            "CREATE TABLE {layer}_default PARTITION OF {layer} DEFAULT;"
        );
    }
    let _ = writeln!(sql, "ALTER SEQUENCE {layer}_id OWNED BY {layer}.id;");
    if schema.geometry != GeometryKind::None {
        let _ = writeln!(
            sql,
            "CREATE INDEX {layer}_geom ON {layer} USING gist (geom);"
        );
    }
    let _ = writeln!(sql, "CREATE INDEX {layer}_area ON {layer} (area);");
    let mut fields: Vec<&str> = links(layer).map(|(field, _)| field).collect();
    fields.extend(schema.indexed);
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        let _ = writeln!(
            sql,
            "CREATE INDEX {layer}_{field} ON {layer} ({});",
            quoted(field)
        );
    }
    sql
}

pub(super) fn links(layer: LayerId) -> impl Iterator<Item = (&'static str, LayerId)> {
    area_links(layer).into_iter().filter_map(|link| match link {
        AreaLink::Own => None,
        AreaLink::Of { field, layer } => Some((field, layer)),
    })
}

pub(super) fn comments(schema: &LayerSchema) -> String {
    let (layer, mut sql) = (schema.id, String::new());
    let _ = writeln!(
        sql,
        "COMMENT ON TABLE {layer} IS '{}';",
        schema.title.zh.replace('\'', "''")
    );
    let common = [
        ("id", "标识（不变）"),
        ("code", "编码"),
        ("name", "名称"),
        ("revision", "修订号"),
        ("updated_at", "更新时间"),
        ("updated_by", "更新人"),
        ("area", "所属行政区划代码（自动）"),
    ];
    for (column, zh) in common {
        let _ = writeln!(sql, "COMMENT ON COLUMN {layer}.{column} IS '{zh}';");
    }
    if schema.geometry != GeometryKind::None {
        let _ = writeln!(
            sql,
            "COMMENT ON COLUMN {layer}.geom IS '图形（WGS 84，先经度后纬度）';"
        );
    }
    for field in schema.fields {
        let mut zh = field.label.zh.to_owned();
        if let FieldKind::Code(list) = field.kind {
            let items: Vec<String> = list
                .iter()
                .map(|item| format!("{} {}", item.code, item.label.zh))
                .collect();
            let _ = write!(zh, "：{}", items.join("，"));
        }
        let _ = writeln!(
            sql,
            "COMMENT ON COLUMN {layer}.{} IS '{}';",
            quoted(field.name),
            zh.replace('\'', "''")
        );
    }
    sql
}

/// The trigger function that gives a row its revision, who, when and area.
pub(super) fn stamp(schema: &LayerSchema) -> String {
    let layer = schema.id;
    let mut area = String::new();
    if area_links(layer).contains(&AreaLink::Own) {
        area.push_str("  NEW.area := NEW.code;\n");
    } else {
        area.push_str("  NEW.area := NULL;\n");
        for (field, parent) in links(layer) {
            let field = quoted(field);
            let _ = writeln!(
                area,
                "  IF NEW.area IS NULL AND NEW.{field} IS NOT NULL THEN\n    NEW.area := (SELECT area FROM {parent} WHERE code = NEW.{field});\n  END IF;"
            );
        }
        if schema.geometry != GeometryKind::None {
            area.push_str(
                "  IF NEW.area IS NULL AND NEW.geom IS NOT NULL THEN\n    NEW.area := minqing_area_at(NEW.geom);\n  END IF;\n",
            );
        }
    }
    STAMP
        .replace("{layer}", layer.as_str())
        .replace("{area}", &area)
}

const STAMP: &str = "\
CREATE FUNCTION minqing_stamp_{layer}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
{area}  IF minqing_as_is() THEN
    RETURN NEW;
  END IF;
  NEW.revision := nextval('minqing_revision');
  NEW.updated_at := minqing_now();
  NEW.updated_by := minqing_who();
  RETURN NEW;
END $$;
";

pub(super) fn triggers(layer: LayerId) -> String {
    let stamped = format!(
        "CREATE TRIGGER {layer}_stamp BEFORE INSERT OR UPDATE ON {layer}\n  FOR EACH ROW EXECUTE FUNCTION minqing_stamp_{layer}();\n"
    );
    let mut sql = format!("{stamped}CALL minqing_logs('{layer}', '{layer}');\n");
    if is_partitioned(layer) {
        let _ = writeln!(sql, "CALL minqing_logs('{layer}_default', '{layer}');");
    }
    sql
}
