//! Which areas, building, entrance and households cover this place, and who answers for it?

mod complete;

use std::sync::Arc;

use crate::domain::{Feature, LayerId};
use crate::geometry::measure::{Boxes, Cover, degrees_around, nearest_few, nearest_of};
use crate::geometry::{Geometry, LonLat};
use crate::map::MapSnapshot;
use crate::query::parents::tiling;

pub use complete::complete;
use complete::on_floor;

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

impl Ask {
    /// All that is known of `place`.
    pub fn at(place: LonLat) -> Self {
        Self {
            place,
            floor: None,
            accuracy_m: None,
            layers: None,
        }
    }

    /// Whether nothing but a place and layers are asked; then the second half of the answer follows from the first and
    /// the layers alone.
    pub fn is_plain(&self) -> bool {
        self.floor.is_none() && self.accuracy_m.is_none()
    }
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
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Its layer.
    pub layer: LayerId,
    /// The record.
    pub feature: &'a Arc<Feature>,
    /// How it stands to the place.
    pub relation: Relation,
    /// Metres from the place to it; 0 where it covers the place.
    pub distance_m: f64,
    /// Whether it follows from another record instead of the place itself.
    pub derived: bool,
}

/// One record that the true place may lie in.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its layer.
    pub layer: LayerId,
    /// The record.
    pub feature: &'a Arc<Feature>,
    /// Its share of the disc of the given accuracy, 0 to 1.
    pub share: f64,
}

/// A post that answers for the place.
#[derive(Debug, Clone, Copy)]
pub struct Responsible<'a> {
    /// The post.
    pub post: &'a Arc<Feature>,
    /// The layer of the area it answers for.
    pub layer: LayerId,
    /// The area it answers for.
    pub area: &'a Arc<Feature>,
}

/// The answer; borrows from the snapshot.
#[derive(Debug, Clone, Default)]
pub struct Located<'a> {
    /// Subdistrict to entrance, outermost first; dedicated grids follow the basic one.
    pub chain: Vec<Link<'a>>,
    /// The parcel that covers the place, else the building's households by entrance and floor.
    pub households: Vec<(&'a Arc<Feature>, Relation)>,
    /// The posts that answer for the chain, innermost first.
    pub posts: Vec<Responsible<'a>>,
    /// With an accuracy: every record the true place may lie in, by layer, largest share first.
    pub candidates: Vec<Candidate<'a>>,
}

/// The first half of the answer: all that hangs on the exact place, but for the door of the building, see [`doors`]. The
/// second half follows from both.
#[derive(Debug, Clone, Default)]
pub struct Found<'a> {
    /// As [`Located::chain`], without the entrance.
    pub chain: Vec<Link<'a>>,
    /// The building that covers the place or is near; in the chain too where buildings are asked for.
    pub building: Option<Link<'a>>,
    /// The household parcel that covers the place.
    pub parcel: Option<(&'a Arc<Feature>, Relation)>,
}

impl Found<'_> {
    /// Where in the chain the entrance comes: behind the building, before the layers of others.
    pub fn place_of_door(&self) -> usize {
        let of_others = |link: &Link<'_>| !CHAIN.contains(&link.layer);
        let first = self.chain.iter().position(of_others);
        first.unwrap_or(self.chain.len())
    }
}

/// The chain of areas, the building, entrance, households and posts at `ask.place`.
///
/// On a shared border exactly one area of each kind answers, see [`LayerTable::owner`](crate::map::LayerTable::owner).
pub fn locate<'a>(snapshot: &'a MapSnapshot, ask: &Ask) -> Located<'a> {
    let found = find(snapshot, ask);
    let doors = doors(snapshot, ask, &found);
    let places: Vec<LonLat> = doors.iter().map(|(place, _)| *place).collect();
    let nearest = nearest_of(ask.place, &places);
    let door = nearest.and_then(|(at, distance_m)| Some((doors.get(at)?.1, distance_m)));
    complete(snapshot, ask, found, door)
}

/// The first half of [`locate`].
pub fn find<'a>(snapshot: &'a MapSnapshot, ask: &Ask) -> Found<'a> {
    let mut chain = Vec::with_capacity(8);
    let layers = ask.layers.as_deref();
    let wants = |layer: LayerId| layers.is_none_or(|layers| layers.contains(&layer));
    approach(snapshot, ask.place, wants);
    for layer in [LayerId::SUBDISTRICTS, LayerId::COMMUNITIES] {
        if wants(layer) {
            covering(snapshot, ask.place, layer, &mut chain);
        }
    }
    if wants(LayerId::GRIDS) {
        grids(snapshot, ask.place, &mut chain);
    }
    if wants(LayerId::COMPOUNDS) {
        covering(snapshot, ask.place, LayerId::COMPOUNDS, &mut chain);
    }
    let of_building = [
        LayerId::COMPOUNDS,
        LayerId::BUILDINGS,
        LayerId::ENTRANCES,
        LayerId::HOUSEHOLDS,
    ];
    let building = of_building
        .into_iter()
        .any(wants)
        .then(|| building(snapshot, ask))
        .flatten();
    if let Some(building) = building {
        if wants(LayerId::COMPOUNDS) {
            compound_of(snapshot, &building, &mut chain);
        }
        if wants(LayerId::BUILDINGS) {
            chain.push(building);
        }
    }
    for layer in layers.into_iter().flatten() {
        if !CHAIN.contains(layer) && *layer != LayerId::HOUSEHOLDS {
            covering(snapshot, ask.place, *layer, &mut chain);
        }
    }
    let parcel = wants(LayerId::HOUSEHOLDS).then(|| {
        let table = snapshot.layer(LayerId::HOUSEHOLDS);
        let on_floor = on_floor(table.schema(), ask.floor);
        let (parcel, cover) = table.owner(ask.place, on_floor)?;
        Some((parcel, covered(LayerId::HOUSEHOLDS, parcel, cover).relation))
    });
    Found {
        chain,
        building,
        parcel: parcel.flatten(),
    }
}

/// The doors of the building that was found, each with its place, in the order of ids; none where none are asked for.
/// The nearest of them, see [`nearest_of`], belongs to the answer.
pub fn doors<'a>(
    snapshot: &'a MapSnapshot,
    ask: &Ask,
    found: &Found<'a>,
) -> Vec<(LonLat, &'a Arc<Feature>)> {
    let layers = ask.layers.as_deref();
    let are_wanted = layers.is_none_or(|layers| layers.contains(&LayerId::ENTRANCES));
    let building = found.building.filter(|_| are_wanted);
    let doors = building.into_iter().flat_map(|building| {
        let entrances = snapshot.layer(LayerId::ENTRANCES);
        entrances.children("building_code", &building.feature.code)
    });
    let placed = doors.filter_map(|door| match door.geometry.as_deref()? {
        Geometry::Point(at) => Some((LonLat::new(at.x(), at.y()).ok()?, door)),
        _ => None,
    });
    placed.collect()
}

/// What the layers read of their indexes is asked for together, so that one wait does for all.
fn approach(snapshot: &MapSnapshot, place: LonLat, wants: impl Fn(LayerId) -> bool) {
    let areas = [
        LayerId::COMMUNITIES,
        LayerId::GRIDS,
        LayerId::COMPOUNDS,
        LayerId::BUILDINGS,
        LayerId::HOUSEHOLDS,
    ];
    let tables = areas.map(|layer| wants(layer).then(|| snapshot.layer(layer)));
    let cells = tables.map(|table| Some((table?, table?.approach(place))));
    for (table, cell) in cells.into_iter().flatten() {
        table.approach_record(cell);
    }
}

fn covering<'a>(
    snapshot: &'a MapSnapshot,
    place: LonLat,
    layer: LayerId,
    chain: &mut Vec<Link<'a>>,
) {
    if let Some((feature, cover)) = snapshot.layer(layer).owner(place, |_| true) {
        chain.push(covered(layer, feature, cover));
    }
}

/// Adds the basic grid that owns the place, then the dedicated ones that cover it, inside before boundary.
fn grids<'a>(snapshot: &'a MapSnapshot, place: LonLat, chain: &mut Vec<Link<'a>>) {
    let table = snapshot.layer(LayerId::GRIDS);
    let is_basic = tiling(table.schema());
    let first = chain.len();
    table.covering(place, |feature, cover| {
        chain.push(covered(LayerId::GRIDS, feature, cover));
    });
    let Some(all) = chain.get_mut(first..).filter(|all| !all.is_empty()) else {
        return;
    };
    let rank = |link: &Link<'_>| {
        let on_edge = link.relation != Relation::Inside;
        (!is_basic(link.feature), on_edge, link.feature.id)
    };
    all.sort_unstable_by_key(rank);
    let basic = all.iter().filter(|link| is_basic(link.feature)).count();
    // of the basic grids one owns the place
    chain.drain(first + basic.min(1)..first + basic);
}

fn covered(layer: LayerId, feature: &Arc<Feature>, cover: Cover) -> Link<'_> {
    let relation = if cover == Cover::Inside {
        Relation::Inside
    } else {
        Relation::Boundary
    };
    Link {
        layer,
        feature,
        relation,
        distance_m: 0.0,
        derived: false,
    }
}

/// The building that covers the place, else the nearest one within reach.
fn building<'a>(snapshot: &'a MapSnapshot, ask: &Ask) -> Option<Link<'a>> {
    let table = snapshot.layer(LayerId::BUILDINGS);
    if let Some((feature, cover)) = table.owner(ask.place, |_| true) {
        return Some(covered(LayerId::BUILDINGS, feature, cover));
    }
    let reach_m = ask.accuracy_m.unwrap_or(NEAR_M);
    let window = degrees_around(ask.place, reach_m);
    let boxes = |take: &mut Boxes<'_, &'a Arc<Feature>>| {
        table.each_box_in(window, |bbox, feature| take.add(bbox, feature));
    };
    let near = nearest_few(ask.place, boxes, |feature| feature.geometry.as_deref());
    // of equals the smallest id
    let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    let (distance_m, feature) = nearest.filter(|(metres, _)| *metres <= reach_m)?;
    Some(Link {
        layer: LayerId::BUILDINGS,
        feature,
        relation: Relation::Near,
        distance_m,
        derived: false,
    })
}

/// Adds the compound that the building names, where the place itself lies in none.
fn compound_of<'a>(snapshot: &'a MapSnapshot, building: &Link<'a>, chain: &mut Vec<Link<'a>>) {
    if chain.iter().any(|link| link.layer == LayerId::COMPOUNDS) {
        return;
    }
    let code = building
        .feature
        .text(LayerId::BUILDINGS.schema(), "compound_code");
    if let Some(feature) = code.and_then(|code| snapshot.layer(LayerId::COMPOUNDS).by_code(code)) {
        chain.push(Link {
            layer: LayerId::COMPOUNDS,
            feature,
            derived: true,
            ..*building
        });
    }
}
