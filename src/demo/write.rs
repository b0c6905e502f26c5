//! The records as files: one GeoJSON feature a line, one file a layer.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use geojson::GeometryValue;
use serde_json::{Map, Value as Json, json};

use crate::domain::{Draft, FeatureId, LayerId, Value};

const README: &str = "\
# 演示数据 / Demonstration data

虚构的街道，由 `minqing demo` 生成；与任何真实的人、户、单位无关。坐标系 CRS84（经度在前）。
A fictional subdistrict, written by `minqing demo --out DIR`; no real person, dwelling or unit is in it. CRS84, longitude first.
每个图层一个文件，每行一个 GeoJSON Feature。One file a layer, one GeoJSON feature a line; households are gzipped.
";

/// Writes `records` into the folder `to`, which is made when it is not there.
///
/// # Errors
/// What the system says.
pub fn write(records: &[(LayerId, FeatureId, Draft)], to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut files: BTreeMap<LayerId, Vec<u8>> = BTreeMap::new();
    for (layer, id, draft) in records {
        let file = files.entry(*layer).or_default();
        writeln!(file, "{}", feature(*layer, *id, draft))?;
    }
    for (layer, text) in files {
        if layer == LayerId::HOUSEHOLDS {
            let file = fs::File::create(to.join(format!("{layer}.geojsonl.gz")))?;
            let mut packed = GzBuilder::new().mtime(0).write(file, Compression::best());
            packed.write_all(&text)?;
            packed.finish()?;
        } else {
            fs::write(to.join(format!("{layer}.geojsonl")), text)?;
        }
    }
    fs::write(to.join("README.md"), README)
}

fn feature(layer: LayerId, id: FeatureId, draft: &Draft) -> Json {
    let mut properties = Map::from_iter([
        ("code".to_owned(), json!(&*draft.code)),
        ("name".to_owned(), json!(&*draft.name)),
    ]);
    for (field, value) in layer.schema().fields.iter().zip(&draft.attributes) {
        let value = match value {
            Value::Null => continue,
            Value::Boolean(yes) => json!(yes),
            Value::Integer(number) => json!(number),
            Value::Real(number) => json!(number),
            Value::Text(text) => json!(&**text),
            Value::Date(date) => json!(date.to_string()),
            Value::Time(at) => json!(at.to_string()),
        };
        properties.insert(field.name.to_owned(), value);
    }
    let geometry = draft
        .geometry
        .as_ref()
        .map(|geometry| geojson::Geometry::new(GeometryValue::from(geometry)));
    json!({ "type": "Feature", "id": id.0, "geometry": geometry, "properties": properties })
}
