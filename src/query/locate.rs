//! Which areas, building, entrance and households cover this place, and who answers for it?

use std::sync::Arc;

use crate::domain::{Feature, LayerId, Value};
use crate::geometry::LonLat;
use crate::geometry::measure::{Cover, degrees_around, distance_to_m, share_of_disc};
use crate::map::MapSnapshot;
use crate::query::parents::tiling;

/// How far from a building a place still counts as "near" it when no accuracy is given: a street's half width.
pub const NEAR_M: f64 = 30.0;

/// The layers of the chain, outermost first.
pub const CHAIN: [LayerId; 6] = [
    LayerId::SUBDISTRICTS,
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
    LayerId::ENTRANCES,
];

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The place.
    pub place: LonLat,
    /// Only households of this floor.
    pub floor: Option<i64>,
    /// The radius within which the true place lies, metres.
    pub accuracy_m: Option<f64>,
    /// Only these layers; all of the chain and the households where `None`.
    pub layers: Option<Vec<LayerId>>,
}

/// How a record stands to the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The place lies in it.
    Inside,
    /// The place lies on its outline.
    Boundary,
    /// The place lies beside it.
    Near,
}

/// One record of the chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its layer.
    pub layer: LayerId,
    /// The record.
    pub feature: Arc<Feature>,
    /// How it stands to the place.
    pub relation: Relation,
    /// Metres from the place to it; 0 where it covers the place.
    pub distance_m: f64,
    /// Whether it follows from another record instead of the place itself.
    pub derived: bool,
}

/// One record that the true place may lie in.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its layer.
    pub layer: LayerId,
    /// The record.
    pub feature: Arc<Feature>,
    /// Its share of the disc of the given accuracy, 0 to 1.
    pub share: f64,
}

/// A post that answers for the place.
#[derive(Debug, Clone)]
pub struct Responsible {
    /// The post.
    pub post: Arc<Feature>,
    /// The layer of the area it answers for.
    pub layer: LayerId,
    /// The area it answers for.
    pub area: Arc<Feature>,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Located {
    /// Subdistrict to entrance, outermost first; dedicated grids follow the basic one.
    pub chain: Vec<Link>,
    /// The parcel that covers the place, else the building's households by entrance and floor.
    pub households: Vec<(Arc<Feature>, Relation)>,
    /// The posts that answer for the chain, innermost first.
    pub posts: Vec<Responsible>,
    /// With an accuracy: every record the true place may lie in, by layer, largest share first.
    pub candidates: Vec<Candidate>,
}

/// The chain of areas, the building, entrance, households and posts at `ask.place`.
///
/// On a shared border exactly one area of each kind answers, see [`LayerTable::owner`](crate::map::LayerTable::owner).
pub fn locate(snapshot: &MapSnapshot, ask: &Ask) -> Located {
    let mut found = Located::default();
    for layer in [LayerId::SUBDISTRICTS, LayerId::COMMUNITIES, LayerId::GRIDS] {
        covering(snapshot, ask.place, layer, &mut found.chain);
    }
    dedicated_grids(snapshot, ask.place, &mut found.chain);
    covering(snapshot, ask.place, LayerId::COMPOUNDS, &mut found.chain);
    let building = building(snapshot, ask);
    if let Some(building) = &building {
        compound_of(snapshot, building, &mut found.chain);
        found.chain.push(building.clone());
        found.chain.extend(entrance(snapshot, ask.place, building));
    }
    found.households = households(snapshot, ask, building.as_ref());
    if let Some(radius_m) = ask.accuracy_m {
        found.candidates = candidates(snapshot, ask.place, radius_m);
    }
    if let Some(layers) = &ask.layers {
        found.chain.retain(|link| layers.contains(&link.layer));
        found
            .candidates
            .retain(|candidate| layers.contains(&candidate.layer));
        if !layers.contains(&LayerId::HOUSEHOLDS) {
            found.households.clear();
        }
        for layer in layers
            .iter()
            .filter(|layer| !CHAIN.contains(layer) && **layer != LayerId::HOUSEHOLDS)
        {
            covering(snapshot, ask.place, *layer, &mut found.chain);
        }
    }
    found.posts = found
        .chain
        .iter()
        .rev()
        .flat_map(|link| posts(snapshot, link))
        .collect();
    found
}

fn covering(snapshot: &MapSnapshot, place: LonLat, layer: LayerId, chain: &mut Vec<Link>) {
    let table = snapshot.layer(layer);
    if let Some((feature, cover)) = table.owner(place, tiling(table.schema())) {
        chain.push(covered(layer, feature, cover));
    }
}

fn dedicated_grids(snapshot: &MapSnapshot, place: LonLat, chain: &mut Vec<Link>) {
    let table = snapshot.layer(LayerId::GRIDS);
    let tiles = tiling(table.schema());
    let mut seen: Vec<Link> = Vec::new();
    while let Some((feature, cover)) = table.owner(place, |feature| {
        !tiles(feature) && !seen.iter().any(|link| link.feature.id == feature.id)
    }) {
        seen.push(covered(LayerId::GRIDS, feature, cover));
    }
    chain.append(&mut seen);
}

fn covered(layer: LayerId, feature: &Arc<Feature>, cover: Cover) -> Link {
    let relation = if cover == Cover::Inside {
        Relation::Inside
    } else {
        Relation::Boundary
    };
    Link {
        layer,
        feature: Arc::clone(feature),
        relation,
        distance_m: 0.0,
        derived: false,
    }
}

/// The building that covers the place, else the nearest one within reach.
fn building(snapshot: &MapSnapshot, ask: &Ask) -> Option<Link> {
    let table = snapshot.layer(LayerId::BUILDINGS);
    if let Some((feature, cover)) = table.owner(ask.place, |_| true) {
        return Some(covered(LayerId::BUILDINGS, feature, cover));
    }
    let reach_m = ask.accuracy_m.unwrap_or(NEAR_M);
    let near = table.in_envelope(degrees_around(ask.place, reach_m));
    let near = near.filter_map(|feature| {
        Some((
            distance_to_m(ask.place, feature.geometry.as_ref()?),
            feature,
        ))
    });
    let nearest = near.filter(|(metres, _)| *metres <= reach_m);
    let (distance_m, feature) =
        nearest.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)))?;
    let feature = Arc::clone(feature);
    Some(Link {
        layer: LayerId::BUILDINGS,
        feature,
        relation: Relation::Near,
        distance_m,
        derived: false,
    })
}

/// Adds the compound that the building names, where the place itself lies in none.
fn compound_of(snapshot: &MapSnapshot, building: &Link, chain: &mut Vec<Link>) {
    if chain.iter().any(|link| link.layer == LayerId::COMPOUNDS) {
        return;
    }
    let code = building
        .feature
        .text(LayerId::BUILDINGS.schema(), "compound_code");
    if let Some(feature) = code.and_then(|code| snapshot.layer(LayerId::COMPOUNDS).by_code(code)) {
        chain.push(Link {
            layer: LayerId::COMPOUNDS,
            feature: Arc::clone(feature),
            derived: true,
            ..building.clone()
        });
    }
}

/// The nearest door of the building.
fn entrance(snapshot: &MapSnapshot, place: LonLat, building: &Link) -> Option<Link> {
    let doors = snapshot
        .layer(LayerId::ENTRANCES)
        .children("building_code", &building.feature.code);
    let doors = doors
        .filter_map(|feature| Some((distance_to_m(place, feature.geometry.as_ref()?), feature)));
    let (distance_m, feature) =
        doors.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)))?;
    let relation = if distance_m > 0.0 {
        Relation::Near
    } else {
        Relation::Boundary
    };
    Some(Link {
        layer: LayerId::ENTRANCES,
        feature: Arc::clone(feature),
        relation,
        distance_m,
        derived: true,
    })
}

fn households(
    snapshot: &MapSnapshot,
    ask: &Ask,
    building: Option<&Link>,
) -> Vec<(Arc<Feature>, Relation)> {
    let table = snapshot.layer(LayerId::HOUSEHOLDS);
    let schema = table.schema();
    let on_floor = |feature: &Feature| {
        ask.floor
            .is_none_or(|floor| *feature.attribute(schema, "floor") == Value::Integer(floor))
    };
    if let Some((parcel, cover)) = table.owner(ask.place, |feature| on_floor(feature)) {
        return vec![(
            Arc::clone(parcel),
            covered(LayerId::HOUSEHOLDS, parcel, cover).relation,
        )];
    }
    let Some(building) = building else {
        return Vec::new();
    };
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
        .map(|feature| (Arc::clone(feature), building.relation))
        .collect()
}

fn candidates(snapshot: &MapSnapshot, place: LonLat, radius_m: f64) -> Vec<Candidate> {
    let reach = degrees_around(place, radius_m);
    let mut all = Vec::new();
    for layer in CHAIN
        .into_iter()
        .filter(|layer| *layer != LayerId::ENTRANCES)
    {
        let here = snapshot.layer(layer).in_envelope(reach);
        let mut shares: Vec<_> = here
            .filter_map(|feature| {
                let share = share_of_disc(place, radius_m, feature.geometry.as_ref()?);
                (share > 0.0).then(|| Candidate {
                    layer,
                    feature: Arc::clone(feature),
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

fn posts(snapshot: &MapSnapshot, link: &Link) -> Vec<Responsible> {
    let level = match link.layer {
        LayerId::SUBDISTRICTS => "subdistrict",
        LayerId::COMMUNITIES => "community",
        LayerId::GRIDS => "grid",
        LayerId::COMPOUNDS => "compound",
        LayerId::BUILDINGS => "building",
        LayerId::ENTRANCES => "entrance",
        _ => return Vec::new(),
    };
    let table = snapshot.layer(LayerId::POSTS);
    table
        .children("target_code", &link.feature.code)
        .filter(|post| post.text(table.schema(), "level") == Some(level))
        .map(|post| Responsible {
            post: Arc::clone(post),
            layer: link.layer,
            area: Arc::clone(&link.feature),
        })
        .collect()
}
