//! A record as it is sent → a draft that the layer takes; every fault with its place in the body.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use crate::api::persons::{self, HIDDEN, in_property, without_persons};
use crate::api::problem::Pointed;
use crate::domain::{
    Draft, Field, FieldKind, GeometryKind, LayerId, LayerSchema, Value, personal, shape_in,
    text_fault,
};
use crate::geometry::{BBox, Geometry, validity};

/// What of a record the store says itself; it may be sent back and is not read.
const OF_THE_STORE: [&str; 4] = ["revision", "updated_at", "updated_by", "derived"];

/// The record that `feature`, a GeoJSON feature, means for `layer`; `base` points at it in the body.
///
/// # Errors
/// Every fault that it has.
pub(super) fn draft(layer: LayerId, feature: &Json, base: &str) -> Result<Draft, Vec<Pointed>> {
    let schema = layer.schema();
    let mut faults = Vec::new();
    let mut draft = Draft::new(schema, "", "");
    let Some(members) = feature.as_object() else {
        let (zh, en) = ("应为一个 GeoJSON Feature", "must be one GeoJSON Feature");
        return Err(vec![Pointed::new(base, zh, en)]);
    };
    if members.get("type").and_then(Json::as_str) != Some("Feature") {
        let (zh, en) = ("type 应为 Feature", "type must be Feature");
        faults.push(Pointed::new(format!("{base}/type"), zh, en));
    }
    let at = format!("{base}/properties");
    match members.get("properties") {
        Some(Json::Object(properties)) => {
            take_properties(&mut draft, schema, properties, &at, &mut faults);
        }
        None | Some(Json::Null) => {
            let (zh, en) = ("缺少 properties", "properties are missing");
            faults.push(Pointed::new(at, zh, en));
        }
        Some(_) => {
            let (zh, en) = ("properties 应为对象", "properties must be an object");
            faults.push(Pointed::new(at, zh, en));
        }
    }
    let at = format!("{base}/geometry");
    let given = members.get("geometry").filter(|given| !given.is_null());
    // what is missing is said of a record that can be read; a layer that is read-only refuses every edit for that
    let may_lack = !schema.needs_shape() || !schema.is_editable() || !faults.is_empty();
    if given.is_none() && !may_lack {
        let title = schema.title;
        let (zh, en) = (
            format!(
                "{}的记录必须有图形，应为 {}",
                title.zh,
                fit(schema.geometry)
            ),
            format!(
                "a record of {} needs a shape: {}",
                title.en,
                fit(schema.geometry)
            ),
        );
        faults.push(Pointed::new(at.clone(), zh, en).with("parameter", "geometry".into()));
    }
    if let Some(geometry) = given {
        match shape(schema, geometry) {
            Ok(shape) => draft.geometry = Some(shape),
            Err((zh, en, place)) => {
                let mut fault = Pointed::new(at, zh, en).with("parameter", "geometry".into());
                if let Some((lon, lat)) = place {
                    fault = fault.with("place", Json::from(vec![lon, lat]));
                }
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() {
        Ok(draft)
    } else {
        Err(faults)
    }
}

fn take_properties(
    draft: &mut Draft,
    schema: &LayerSchema,
    properties: &Map<String, Json>,
    at: &str,
    faults: &mut Vec<Pointed>,
) {
    let mut found = Vec::new();
    let mut fault = |name: &str, zh: String, en: String| {
        faults.push(Pointed::new(pointer(at, name), zh, en).with("parameter", name.into()));
    };
    for (name, given) in properties {
        if let Some(kind) = personal::in_text(name) {
            found.push(persons::fault(format!("{at}/{HIDDEN}"), HIDDEN, kind));
            continue;
        }
        if OF_THE_STORE.contains(&name.as_str()) {
            continue;
        }
        if let Some(kind) = in_property(schema, name, given) {
            found.push(persons::fault(pointer(at, name), name, kind));
            continue;
        }
        if let (Some(text), Some(most)) = (given.as_str(), schema.most_in(name))
            && let Some(wrong) = text_fault(text, most)
        {
            fault(
                name,
                format!("{name}：{}", wrong.zh()),
                format!("{name} {}", wrong.en()),
            );
            continue;
        }
        match (name.as_str(), given) {
            ("code", Json::String(text)) => draft.code = text.as_str().into(),
            ("name", Json::String(text)) => draft.name = text.as_str().into(),
            ("code" | "name", Json::Null) => {}
            ("code" | "name", _) => {
                fault(
                    name,
                    format!("{name} 应为文字"),
                    format!("{name} must be text"),
                );
            }
            _ => match schema.position(name).zip(schema.field(name)) {
                None => fault(
                    name,
                    format!("没有属性 {name}"),
                    format!("there is no property {name:?}"),
                ),
                Some((place, field)) => match value(field, given) {
                    Ok(value) => {
                        if let Some(slot) = draft.attributes.get_mut(place) {
                            *slot = value;
                        }
                    }
                    Err((zh, en)) => fault(
                        name,
                        format!("{}：{zh}", field.label.zh),
                        format!("{name}: {en}"),
                    ),
                },
            },
        }
    }
    let is_refused = found
        .iter()
        .any(|fault| fault.pointer == pointer(at, "code"));
    if draft.code.trim().is_empty() && !is_refused {
        let (zh, en) = ("编码不能为空", "code must not be empty");
        fault("code", zh.to_owned(), en.to_owned());
    }
    faults.append(&mut found);
}

/// The place of the member `name` of what is at `at`.
fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The value that `given` means for the field.
fn value(field: &Field, given: &Json) -> Result<Value, (String, String)> {
    let wrong = |zh: &str, en: &str| {
        let given = given.to_string();
        let short: String = given.chars().take(60).collect();
        Err((format!("{short} 不是{zh}"), format!("{short} is not {en}")))
    };
    let value = match (field.kind, given) {
        (_, Json::Null) => Value::Null,
        (FieldKind::Boolean, Json::Bool(yes)) => Value::Boolean(*yes),
        (FieldKind::Boolean, _) => return wrong("布尔值 true 或 false", "true or false"),
        (FieldKind::Integer, given) => match whole(given) {
            Some(number) => Value::Integer(number),
            None => return wrong("整数", "a whole number"),
        },
        (FieldKind::Real, given) => match given.as_f64().filter(|number| number.is_finite()) {
            Some(number) => Value::Real(number),
            None => return wrong("数字", "a number"),
        },
        (FieldKind::Text, Json::String(text)) => Value::Text(text.as_str().into()),
        (FieldKind::Text, _) => return wrong("文字", "text"),
        (FieldKind::Date, given) => match read::<Date>(given) {
            Some(date) => Value::Date(date),
            None => return wrong("日期，例如 2026-03-05", "a date such as 2026-03-05"),
        },
        (FieldKind::Time, given) => {
            if let Some(at) = read::<Timestamp>(given) {
                Value::Time(at)
            } else {
                let en = "a time such as 2026-03-05T08:00:00Z";
                return wrong("时刻，例如 2026-03-05T08:00:00Z", en);
            }
        }
        (FieldKind::Code(_), Json::String(text)) => {
            let parsed = Value::parse(field.kind, text);
            parsed.map_err(|error| (error.zh(), error.to_string()))?
        }
        (FieldKind::Code(_), _) => return wrong("代码文字", "the text of a code"),
    };
    if let (Some((least, most)), Some(number)) = (field.range(), value.as_number())
        && !(least..=most).contains(&number)
    {
        let most = if most >= f64::MAX {
            "∞".to_owned()
        } else {
            most.to_string()
        };
        return Err((
            format!("{number} 不在 {least} 至 {most} 之间"),
            format!("{number} does not lie between {least} and {most}"),
        ));
    }
    Ok(value)
}

fn read<T: FromStr>(given: &Json) -> Option<T> {
    given.as_str()?.parse().ok()
}

/// A whole number, also where it is written with a decimal point, as JSON Schema has it.
fn whole(given: &Json) -> Option<i64> {
    if let Some(number) = given.as_i64() {
        return Some(number);
    }
    let number = given.as_f64().filter(|number| number.fract() == 0.0)?;
    format!("{number:.0}").parse().ok()
}

/// What is wrong with a shape, in Chinese and English, and where.
type Amiss = (String, String, Option<(f64, f64)>);

/// The shape that `given` means, or why not.
fn shape(schema: &LayerSchema, given: &Json) -> Result<Geometry, Amiss> {
    let told = |zh: String, en: String| (zh, en, None);
    let shape = shape_in(&given.to_string()).map_err(|error| {
        let en = without_persons(error.to_string(), "not a geometry of GeoJSON");
        told(format!("图形无法读取：{}", error.zh()), en)
    })?;
    if let Some(bbox) = BBox::of(&shape) {
        BBox::new(bbox.west, bbox.south, bbox.east, bbox.north)
            .map_err(|error| told(error.zh(), error.to_string()))?;
    }
    if !is_fit(schema.geometry, &shape) {
        let (zh, en) = (schema.title.zh, schema.title.en);
        return Err(told(
            format!("{zh}不接受这种图形，应为 {}", fit(schema.geometry)),
            format!(
                "{en} does not take this kind of shape, but {}",
                fit(schema.geometry)
            ),
        ));
    }
    let mended = validity::mend(shape).map_err(|error| {
        let place = error.place().map(|place| (place.lon(), place.lat()));
        (error.zh(), error.to_string(), place)
    })?;
    Ok(mended.geometry)
}

const fn is_fit(kind: GeometryKind, shape: &Geometry) -> bool {
    matches!(
        (kind, shape),
        (GeometryKind::Any { .. }, _)
            | (GeometryKind::Point, Geometry::Point(_))
            | (
                GeometryKind::MultiPolygon,
                Geometry::Polygon(_) | Geometry::MultiPolygon(_)
            )
            | (
                GeometryKind::MultiLineString,
                Geometry::LineString(_) | Geometry::MultiLineString(_)
            )
    )
}

const fn fit(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::None => "null",
        GeometryKind::Point => "Point",
        GeometryKind::MultiPolygon => "Polygon / MultiPolygon",
        GeometryKind::MultiLineString => "LineString / MultiLineString",
        GeometryKind::Any { .. } => "GeoJSON",
    }
}

/// RFC 7396: `patch` laid over `target`.
pub(super) fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Json::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_is_laid_over_as_rfc_7396_says() {
        // the table of its appendix A
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (
                json!({"a":"b","b":"c"}),
                json!({"a":null}),
                json!({"b":"c"}),
            ),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"a":"foo"}), json!(null), json!(null)),
            (json!({"a":"foo"}), json!("bar"), json!("bar")),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result, "{target} {patch}");
        }
    }

    #[test]
    fn every_fault_of_a_record_is_named_with_its_place() {
        let sent = json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [108.9, 34.2] },
            "properties": {
                "code": " ", "name": 7, "storeys": -1, "height_m": "hoch", "a/b": 1, "built_year": 85, "lift_count": 1.5,
                "household_count": 12.0,
            },
        });
        let faults = draft(LayerId::BUILDINGS, &sent, "/changes/3/feature").unwrap_err();
        let pointers: Vec<_> = faults.iter().map(|fault| &*fault.pointer).collect();
        let at = |name: &str| format!("/changes/3/feature/{name}");
        let wanted = [
            "properties/name",
            "properties/storeys",
            "properties/height_m",
            "properties/a~1b",
            "properties/built_year",
            "properties/lift_count",
            "properties/code",
            "geometry",
        ];
        assert_eq!(pointers, wanted.map(at));
    }
}
