//! What goes with the places that were found: households, posts, candidates.

use std::sync::Arc;

use super::{Ask, CHAIN, Candidate, Found, Link, Located, Relation, Responsible};
use crate::domain::{Feature, LayerId, LayerSchema, Value};
use crate::geometry::LonLat;
use crate::geometry::measure::{degrees_around, share_of_disc};
use crate::map::MapSnapshot;

/// The second half of [`locate`](super::locate()): the `door` and the metres to it, the households, posts and candidates that go with what
/// was found.
pub fn complete<'a>(
    snapshot: &'a MapSnapshot,
    ask: &Ask,
    mut found: Found<'a>,
    door: Option<(&'a Arc<Feature>, f64)>,
) -> Located<'a> {
    if let Some((feature, distance_m)) = door {
        found
            .chain
            .insert(found.place_of_door(), entrance(feature, distance_m));
    }
    let layers = ask.layers.as_deref();
    let wants = |layer: LayerId| layers.is_none_or(|layers| layers.contains(&layer));
    let households = if wants(LayerId::HOUSEHOLDS) {
        households(snapshot, ask, &found)
    } else {
        Vec::new()
    };
    let mut candidates = Vec::new();
    if let Some(radius_m) = ask.accuracy_m {
        candidates = self::candidates(snapshot, ask.place, radius_m);
        candidates.retain(|candidate| wants(candidate.layer));
    }
    let inwards = found.chain.iter().rev();
    Located {
        households,
        posts: inwards.flat_map(|link| posts(snapshot, link)).collect(),
        candidates,
        chain: found.chain,
    }
}

/// The nearest door of the building.
fn entrance(feature: &Arc<Feature>, distance_m: f64) -> Link<'_> {
    let relation = if distance_m > 0.0 {
        Relation::Near
    } else {
        Relation::Boundary
    };
    Link {
        layer: LayerId::ENTRANCES,
        feature,
        relation,
        distance_m,
        derived: true,
    }
}

/// Whether a household is on `floor`; without one they all are.
pub(super) fn on_floor(
    schema: &LayerSchema,
    floor: Option<i64>,
) -> impl Fn(&Feature) -> bool + use<> {
    let at = schema.position("floor");
    move |feature| {
        let own = at.and_then(|at| feature.attributes.get(at));
        floor.is_none_or(|floor| own == Some(&Value::Integer(floor)))
    }
}

fn households<'a>(
    snapshot: &'a MapSnapshot,
    ask: &Ask,
    found: &Found<'a>,
) -> Vec<(&'a Arc<Feature>, Relation)> {
    if let Some(parcel) = found.parcel {
        return vec![parcel];
    }
    let Some(building) = &found.building else {
        return Vec::new();
    };
    let table = snapshot.layer(LayerId::HOUSEHOLDS);
    let schema = table.schema();
    let on_floor = on_floor(schema, ask.floor);
    let doors = snapshot
        .layer(LayerId::ENTRANCES)
        .children("building_code", &building.feature.code);
    let behind_doors = doors.flat_map(|door| table.children("entrance_code", &door.code));
    let without_door = table.children("building_code", &building.feature.code);
    let without_door =
        without_door.filter(|feature| feature.attribute(schema, "entrance_code").is_null());
    behind_doors
        .chain(without_door)
        .filter(|feature| on_floor(feature))
        .map(|feature| (feature, building.relation))
        .collect()
}

fn candidates(snapshot: &MapSnapshot, place: LonLat, radius_m: f64) -> Vec<Candidate<'_>> {
    let reach = degrees_around(place, radius_m);
    let mut all = Vec::new();
    for layer in CHAIN
        .into_iter()
        .filter(|layer| *layer != LayerId::ENTRANCES)
    {
        let here = snapshot.layer(layer).in_envelope(reach);
        let mut shares: Vec<_> = here
            .filter_map(|feature| {
                let share = share_of_disc(place, radius_m, feature.geometry.as_deref()?);
                (share > 0.0).then_some(Candidate {
                    layer,
                    feature,
                    share,
                })
            })
            .collect();
        shares.sort_by(|a, b| {
            b.share
                .total_cmp(&a.share)
                .then(a.feature.id.cmp(&b.feature.id))
        });
        all.append(&mut shares);
    }
    all
}

/// The posts that answer for the record itself.
fn posts<'a>(
    snapshot: &'a MapSnapshot,
    link: &Link<'a>,
) -> impl Iterator<Item = Responsible<'a>> + use<'a> {
    let level = match link.layer {
        LayerId::SUBDISTRICTS => "subdistrict",
        LayerId::COMMUNITIES => "community",
        LayerId::GRIDS => "grid",
        LayerId::COMPOUNDS => "compound",
        LayerId::BUILDINGS => "building",
        LayerId::ENTRANCES => "entrance",
        _ => "",
    };
    let (layer, area) = (link.layer, link.feature);
    let table = snapshot.layer(LayerId::POSTS);
    let at = table.schema().position("level");
    let answers = move |post: &Feature| {
        let own = at.and_then(|at| post.attributes.get(at)?.as_text());
        own == Some(level)
    };
    table
        .children("target_code", &area.code)
        .filter(move |post| answers(post))
        .map(move |post| Responsible { post, layer, area })
}
