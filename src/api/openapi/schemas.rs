//! What bodies are made of: the components of the document.

use serde_json::{Value as Json, json};

use super::parameters::layer_names;

/// A reference to the component `name`.
pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Every component.
pub(super) fn schemas() -> Json {
    let mut all = json!({ "problem": problem(), "link": link(), "event": event(), "changes": changes(), "points": points() });
    let shared = [
        ("links", list(reference("link"), 0)),
        ("geometry", geometry()),
        ("feature", feature()),
        ("featureCollection", feature_collection()),
        ("newFeature", new_feature()),
        ("featurePatch", patch()),
        ("changed", changed()),
        ("codes", codes()),
        ("importSettings", settings()),
    ];
    if let Some(all) = all.as_object_mut() {
        all.extend(shared.map(|(name, schema)| (name.to_owned(), schema)));
    }
    all
}

fn list(items: Json, least: usize) -> Json {
    json!({ "type": "array", "minItems": least, "items": items })
}

fn problem() -> Json {
    json!({
        "type": "object", "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "detail": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "errors": list(json!({
                "type": "object", "required": ["detail"],
                "properties": {
                    "parameter": { "type": "string" }, "pointer": { "type": "string" }, "detail": { "type": "string" },
                },
            }), 0),
            "current": { "type": "object", "description": "412：现在的修订号与记录" },
        },
    })
}

fn link() -> Json {
    json!({
        "type": "object", "required": ["rel", "href"],
        "properties": {
            "rel": { "type": "string" }, "href": { "type": "string" }, "type": { "type": "string" },
            "title": { "type": "string" },
        },
    })
}

/// Each shape of GeoJSON; a position may have a height.
fn geometry() -> Json {
    let position = json!({
        "type": "array", "minItems": 2, "maxItems": 3, "items": { "type": "number" },
        "prefixItems": [
            { "type": "number", "minimum": -180, "maximum": 180 }, { "type": "number", "minimum": -90, "maximum": 90 },
        ],
    });
    let line = || list(position.clone(), 2);
    let polygon = || list(list(position.clone(), 4), 1);
    let shape = |kind: &str, coordinates: Json| {
        json!({
            "type": "object", "required": ["type", "coordinates"],
            "properties": { "type": { "const": kind }, "coordinates": coordinates },
        })
    };
    json!({ "oneOf": [
        { "type": "null" },
        shape("Point", position.clone()),
        shape("MultiPoint", list(position.clone(), 1)),
        shape("LineString", line()),
        shape("MultiLineString", list(line(), 1)),
        shape("Polygon", polygon()),
        shape("MultiPolygon", list(polygon(), 1)),
    ] })
}

fn feature() -> Json {
    json!({
        "type": "object", "required": ["type", "geometry", "properties"],
        "properties": {
            "type": { "const": "Feature" }, "id": { "type": "integer" },
            "geometry": { "type": ["object", "null"] },
            "properties": { "type": ["object", "null"] },
            "links": reference("links"),
        },
    })
}

fn feature_collection() -> Json {
    json!({
        "type": "object", "required": ["type", "features"],
        "properties": {
            "type": { "const": "FeatureCollection" },
            "features": list(reference("feature"), 0),
            "links": reference("links"),
            "timeStamp": { "type": "string", "format": "date-time" },
            "numberMatched": { "type": "integer", "minimum": 0 },
            "numberReturned": { "type": "integer", "minimum": 0 },
        },
    })
}

fn new_feature() -> Json {
    json!({
        "type": "object", "required": ["type", "properties"],
        "description": "properties 依图层而异，见该图层的 /schema；不合图层结构者 400，违反规则者 422",
        "properties": {
            "type": { "const": "Feature" },
            "geometry": reference("geometry"),
            "properties": {
                "type": "object", "required": ["code"],
                "properties": { "code": { "type": "string", "minLength": 1 }, "name": { "type": "string" } },
            },
        },
    })
}

fn patch() -> Json {
    json!({
        "type": "object",
        "description": "只写要改的：properties 的成员，null 为清除；geometry 整个替换 (RFC 7396)",
        "properties": { "geometry": reference("geometry"), "properties": { "type": "object" } },
    })
}

fn changes() -> Json {
    let id = json!({ "type": "integer", "minimum": 1 });
    let revision = json!({ "description": "所见的修订号，或 *", "oneOf": [
        { "type": "integer", "minimum": 1 }, { "const": "*" },
    ] });
    let edit = |op: &str, required: &[&str], feature: Option<&str>| {
        let mut properties = json!({ "op": { "const": op }, "layer": layer_names(), "id": id });
        if let Some(properties) = properties.as_object_mut() {
            if op != "insert" {
                properties.insert("revision".to_owned(), revision.clone());
            }
            if let Some(feature) = feature {
                properties.insert("feature".to_owned(), reference(feature));
            }
        }
        json!({
            "type": "object", "required": required, "properties": properties, "additionalProperties": false,
        })
    };
    let edits = json!({ "oneOf": [
        edit("insert", &["op", "layer", "feature"], Some("newFeature")),
        edit("update", &["op", "layer", "id", "revision", "feature"], Some("newFeature")),
        edit("patch", &["op", "layer", "id", "revision", "feature"], Some("featurePatch")),
        edit("delete", &["op", "layer", "id", "revision"], None),
    ] });
    let mut all = list(edits, 1);
    if let Some(all) = all.as_object_mut() {
        all.insert("maxItems".to_owned(), json!(10_000));
    }
    json!({
        "type": "object", "required": ["changes"], "properties": { "changes": all }, "additionalProperties": false,
    })
}

fn changed() -> Json {
    json!({
        "type": "object", "required": ["revision"],
        "properties": {
            "revision": { "type": "integer" },
            "results": list(json!({ "type": "object" }), 0),
            "warnings": list(json!({ "type": "object" }), 0),
        },
    })
}

fn points() -> Json {
    let place = json!({
        "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "number" },
        "prefixItems": [
            { "type": "number", "minimum": -180, "maximum": 180 }, { "type": "number", "minimum": -90, "maximum": 90 },
        ],
    });
    json!({
        "type": "object", "required": ["points"], "additionalProperties": false,
        "properties": { "points": list(place, 0), "layers": list(layer_names(), 0) },
    })
}

fn codes() -> Json {
    json!({
        "type": "object", "required": ["revision", "layers", "codes"],
        "properties": {
            "revision": { "type": "integer" },
            "layers": list(layer_names(), 0),
            "codes": list(list(json!({ "type": ["string", "null"] }), 0), 0),
        },
    })
}

/// How a file is read, as a profile keeps it.
fn settings() -> Json {
    let pair =
        json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "string" } });
    let text = json!({ "type": ["string", "null"] });
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "layer": text, "crs": text, "encoding": text, "part": text, "on_conflict": text,
            "year": { "type": ["integer", "null"], "minimum": i16::MIN, "maximum": i16::MAX },
            "point_radius_m": { "type": ["number", "null"] },
            "map": list(pair, 0),
        },
    })
}

/// One event of a stream.
fn event() -> Json {
    json!({
        "type": "object", "description": "一个事件；change 的 data 为 JSON：revision、layer、ids、boxes",
        "properties": {
            "event": { "enum": ["change", "reload"] }, "id": { "type": "string" }, "data": { "type": "string" },
            "retry": { "type": "integer" },
        },
    })
}
