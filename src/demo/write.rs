//! The files: one line a record, so that two runs can be compared line by line.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use geojson::GeometryValue;
use serde_json::{Map, Value as Json};

use super::{DemoSet, DemoSize};
use crate::domain::{Draft, FeatureId, LayerId, Value, layers};

/// Writes one `<layer>.geojsonl` a layer, households as `households.geojsonl.gz`, and a README.md that says what it is.
/// Layers without records are not written.
///
/// # Errors
/// Whatever the disk says.
pub fn write(set: &DemoSet, dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for schema in layers::ALL {
        let mut rows = set
            .records
            .iter()
            .filter(|(layer, ..)| *layer == schema.id)
            .peekable();
        if rows.peek().is_none() {
            continue;
        }
        if schema.id == LayerId::HOUSEHOLDS {
            let file = File::create(dir.join(format!("{}.geojsonl.gz", schema.id)))?;
            // No time and no name in the header: the same bytes every time.
            let mut out = GzBuilder::new()
                .mtime(0)
                .write(BufWriter::new(file), Compression::best());
            lines(rows, &mut out)?;
            out.finish()?.flush()?;
        } else {
            let mut out =
                BufWriter::new(File::create(dir.join(format!("{}.geojsonl", schema.id)))?);
            lines(rows, &mut out)?;
            out.flush()?;
        }
    }
    fs::write(dir.join("README.md"), readme(set))
}

fn lines<'a>(
    rows: impl Iterator<Item = &'a (LayerId, FeatureId, Draft)>,
    out: &mut impl Write,
) -> io::Result<()> {
    for (layer, id, draft) in rows {
        serde_json::to_writer(&mut *out, &feature(*layer, *id, draft))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The record as an RFC 7946 feature; attributes that are not known are left out.
fn feature(layer: LayerId, id: FeatureId, draft: &Draft) -> Json {
    let mut properties = Map::new();
    properties.insert("code".to_owned(), Json::from(&*draft.code));
    properties.insert("name".to_owned(), Json::from(&*draft.name));
    for (field, value) in layer.schema().fields.iter().zip(&draft.attributes) {
        let json = match value {
            Value::Null => continue,
            Value::Boolean(yes) => Json::from(*yes),
            Value::Integer(number) => Json::from(*number),
            Value::Real(number) => Json::from(*number),
            Value::Text(text) => Json::from(&**text),
            Value::Date(day) => Json::from(day.to_string()),
            Value::Time(at) => Json::from(at.to_string()),
        };
        properties.insert(field.name.to_owned(), json);
    }
    let geometry = draft.geometry.as_ref().map_or(Json::Null, |geometry| {
        // Shapes of one part are written as such, which every reader takes for the same.
        let single = match geometry {
            crate::geometry::Geometry::MultiPolygon(many) if many.0.len() == 1 => {
                many.0.first().cloned().map(Into::into)
            }
            crate::geometry::Geometry::MultiLineString(many) if many.0.len() == 1 => {
                many.0.first().cloned().map(Into::into)
            }
            _ => None,
        };
        let value = GeometryValue::from(single.as_ref().unwrap_or(geometry));
        serde_json::to_value(geojson::Geometry::new(value)).unwrap_or(Json::Null)
    });
    let mut feature = Map::new();
    feature.insert("type".to_owned(), Json::from("Feature"));
    feature.insert("id".to_owned(), Json::from(id.0));
    feature.insert("geometry".to_owned(), geometry);
    feature.insert("properties".to_owned(), Json::Object(properties));
    Json::Object(feature)
}

fn readme(set: &DemoSet) -> String {
    let size = match set.size {
        DemoSize::Subdistrict => "",
        DemoSize::City => " --size city",
    };
    let mut text = format!(
        "# Demonstration data / 演示数据\n\n\
         A place that does not exist: every place, name, figure and post holder here is invented. \
         Made by `minqing demo --seed {}{size}`; the same seed gives the same bytes.\n\n\
         本目录为虚构的演示数据,由 `minqing demo --seed {}{size}` 生成,与任何真实地点、人员无关。\n\n\
         As of {}. Coordinates are CRS84 (WGS 84, longitude first), seven decimals. \
         One GeoJSON feature a line; what ends in `.gz` is gzipped.\n\n\
         | file | records |\n|---|---|\n",
        set.seed, set.seed, set.as_of
    );
    for schema in layers::ALL {
        let count = set
            .records
            .iter()
            .filter(|(layer, ..)| *layer == schema.id)
            .count();
        if count > 0 {
            let tail = if schema.id == LayerId::HOUSEHOLDS {
                ".gz"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "| `{}.geojsonl{tail}` ({}) | {count} |",
                schema.id, schema.title.zh
            );
        }
    }
    text
}
