//! What `GET /api/locate` says of a place, as JSON straight to bytes.

use super::form::{Form, open};
use crate::api::json::{self, Selection, Told};
use crate::domain::json_text::{push_integer, push_real, push_string, push_time, push_value};
use crate::domain::{Feature, FieldClass, LayerId};
use crate::map::MapSnapshot;
use crate::query::locate::{Located, Relation};

/// Room for a usual answer.
const USUAL_BYTES: usize = 4096;

/// The answer `found`, its numbers left open.
pub(super) fn written(map: &MapSnapshot, found: &Located<'_>) -> Form {
    let mut holes = Vec::with_capacity(3 + found.chain.len());
    let mut text = Vec::with_capacity(USUAL_BYTES);
    let out = &mut text;
    out.extend_from_slice(b"{\"revision\":");
    holes.push(out.len());
    out.extend_from_slice(b",\"lon\":");
    holes.push(out.len());
    out.extend_from_slice(b",\"lat\":");
    holes.push(out.len());
    out.extend_from_slice(b",\"chain\":");
    list(out, &found.chain, |out, link| {
        record(out, link.layer, link.feature);
        name(out, "relation");
        push_string(out, relation(link.relation));
        name(out, "distance_m");
        match open(link) {
            Some(_) => holes.push(out.len()),
            None => out.push(b'0'),
        }
        name(out, "derived");
        out.extend_from_slice(if link.derived { b"true" } else { b"false" });
        name(out, "share");
        let own = found
            .candidates
            .iter()
            .find(|other| other.layer == link.layer && other.feature.id == link.feature.id);
        match own {
            Some(own) => push_real(out, own.share),
            None => out.extend_from_slice(b"null"),
        }
        out.push(b'}');
    });
    out.extend_from_slice(b",\"households\":");
    let all = Selection {
        fields: None,
        skip_geometry: true,
        up_to: FieldClass::Restricted,
    };
    list(out, &found.households, |out, (household, how)| {
        out.extend_from_slice(b"{\"id\":");
        push_integer(out, household.id.0);
        name(out, "relation");
        push_string(out, relation(*how));
        properties(out, map, household, &all);
        out.push(b'}');
    });
    out.extend_from_slice(b",\"households_matched\":");
    push_integer(
        out,
        i64::try_from(found.households.len()).unwrap_or(i64::MAX),
    );
    out.extend_from_slice(b",\"posts\":");
    posts(out, found);
    out.extend_from_slice(b",\"candidates\":");
    list(out, &found.candidates, |out, candidate| {
        record(out, candidate.layer, candidate.feature);
        name(out, "share");
        push_real(out, candidate.share);
        out.push(b'}');
    });
    out.push(b'}');
    Form::new(text, &holes)
}

fn posts(out: &mut Vec<u8>, found: &Located<'_>) {
    let schema = LayerId::POSTS.schema();
    let told = ["level", "title", "holder", "phone", "duties"];
    let told = told.map(|field| (field, schema.position(field)));
    list(out, &found.posts, |out, responsible| {
        out.extend_from_slice(b"{\"code\":");
        push_string(out, &responsible.post.code);
        for (field, at) in told {
            name(out, field);
            match at.and_then(|at| responsible.post.attributes.get(at)) {
                Some(value) => push_value(out, value),
                None => out.extend_from_slice(b"null"),
            }
        }
        name(out, "target_layer");
        push_string(out, responsible.layer.as_str());
        name(out, "target_code");
        push_string(out, &responsible.area.code);
        name(out, "target_name");
        push_string(out, &responsible.area.name);
        out.push(b'}');
    });
}

/// The first members of a record; the object stays open.
fn record(out: &mut Vec<u8>, layer: LayerId, feature: &Feature) {
    out.extend_from_slice(b"{\"layer\":");
    push_string(out, layer.as_str());
    name(out, "id");
    push_integer(out, feature.id.0);
    name(out, "code");
    push_string(out, &feature.code);
    name(out, "name");
    push_string(out, &feature.name);
    name(out, "kind");
    push_value(out, feature.attribute(layer.schema(), "kind"));
}

fn properties(out: &mut Vec<u8>, map: &MapSnapshot, household: &Feature, wanted: &Selection) {
    let schema = LayerId::HOUSEHOLDS.schema();
    json::each_property(map, schema, household, wanted, |field, told| {
        name(out, field);
        match told {
            Told::Value(value) => push_value(out, value),
            Told::Text(text) => push_string(out, text),
            Told::Number(number) => push_integer(out, number),
            Told::Time(at) => push_time(out, at),
            Told::Derived(field) => {
                out.push(b'[');
                push_string(out, field);
                out.push(b']');
            }
        }
    });
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Inside => "inside",
        Relation::Boundary => "boundary",
        Relation::Near => "near",
    }
}

/// The name of a further member; names of fields have nothing to escape.
fn name(out: &mut Vec<u8>, name: &'static str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}
