//! A page of records as `FlatGeobuf`.

use std::sync::Arc;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use crate::api::json::{Selection, Told, each_property};
use crate::api::problem::Problem;
use crate::domain::{Feature, FieldKind, GeometryKind, LayerSchema, Value};
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;

/// The file with `features`; positions in `crs`, x before y as the format says. Records without a shape have no place in
/// it; how many these are is said beside it.
///
/// # Errors
/// A layer without places; what the writer says.
pub(super) fn file(
    map: &MapSnapshot,
    schema: &LayerSchema,
    features: &[Arc<Feature>],
    wanted: &Selection,
    crs: Crs,
) -> Result<(Vec<u8>, usize), Problem> {
    if schema.geometry == GeometryKind::None {
        return Err(Problem::parameter(
            "f",
            format!("{}没有位置，不能存为 FlatGeobuf", schema.title.zh),
            format!("{} has no places and is no FlatGeobuf", schema.id),
        ));
    }
    let failed = |error: flatgeobuf::Error| Problem::internal(&error);
    let options = FgbWriterOptions {
        // in the order that was asked for
        write_index: false,
        promote_to_multi: false,
        crs: FgbCrs {
            code: crs.epsg().unwrap_or(4326).try_into().unwrap_or_default(),
            ..Default::default()
        },
        title: Some(schema.title.zh),
        ..Default::default()
    };
    let mut writer =
        FgbWriter::create_with_options(schema.id.as_str(), GeometryType::Unknown, options)
            .map_err(failed)?;
    let columns = columns(schema, wanted);
    for (name, kind) in &columns {
        writer.add_column(name, *kind, |_, _| {});
    }
    let mut placed = features.iter().filter_map(|feature| {
        let geometry = feature.geometry.as_deref()?;
        Some((feature, geometry))
    });
    placed.try_for_each(|(feature, geometry)| {
        let there = crs.geometry_of(geometry)?;
        writer
            .add_feature_geom(there, |out| {
                each_property(map, schema, feature, wanted, |name, told| {
                    let at = columns.iter().position(|(own, _)| *own == name);
                    if let Some(at) = at {
                        // a value that does not fit its column would be ours to mend; it is left out
                        let _left_out = put(out, at, name, told);
                    }
                });
            })
            .map_err(|error| Problem::internal(&error))
    })?;
    let mut file = Vec::new();
    writer.write(&mut file).map_err(failed)?;
    let without = features.iter().filter(|each| each.geometry.is_none());
    Ok((file, without.count()))
}

fn columns(schema: &LayerSchema, wanted: &Selection) -> Vec<(&'static str, ColumnType)> {
    let own = schema
        .fields
        .iter()
        .filter(|field| schema.class_of(field) <= wanted.up_to);
    let own = own.map(|field| {
        let kind = match field.kind {
            FieldKind::Text | FieldKind::Code(_) => ColumnType::String,
            FieldKind::Integer => ColumnType::Long,
            FieldKind::Real => ColumnType::Double,
            FieldKind::Boolean => ColumnType::Bool,
            FieldKind::Date | FieldKind::Time => ColumnType::DateTime,
        };
        (field.name, kind)
    });
    let text = ColumnType::String;
    let all = [("id", ColumnType::Long), ("code", text), ("name", text)];
    let after = [
        ("revision", ColumnType::Long),
        ("updated_at", ColumnType::DateTime),
        ("updated_by", text),
    ];
    let is_wanted = |name: &str| {
        let fields = wanted.fields.as_ref();
        fields.is_none_or(|fields| fields.iter().any(|field| field == name))
    };
    all.into_iter()
        .chain(own)
        .chain(after)
        .filter(|(name, _)| is_wanted(name))
        .collect()
}

fn put(
    out: &mut impl PropertyProcessor,
    at: usize,
    name: &str,
    told: Told<'_>,
) -> geozero::error::Result<bool> {
    let time;
    let value = match told {
        Told::Value(Value::Null) => return Ok(false),
        Told::Value(Value::Boolean(yes)) => ColumnValue::Bool(*yes),
        Told::Value(Value::Integer(number)) => ColumnValue::Long(*number),
        Told::Value(Value::Real(number)) => ColumnValue::Double(*number),
        Told::Value(Value::Text(text)) => ColumnValue::String(text),
        Told::Value(Value::Date(date)) => {
            time = date.to_string();
            ColumnValue::DateTime(&time)
        }
        Told::Value(Value::Time(moment)) => {
            time = moment.to_string();
            ColumnValue::DateTime(&time)
        }
        Told::Text(text) | Told::Derived(text) => ColumnValue::String(text),
        Told::Number(number) => ColumnValue::Long(number),
        Told::Time(moment) => {
            time = moment.to_string();
            ColumnValue::DateTime(&time)
        }
    };
    out.property(at, name, &value)
}
