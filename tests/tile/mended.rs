//! A few edits on a prepared map: tiles look like those of a map that never knew anything else.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Translate;
use minqing::domain::{self, Change, FeatureId, LayerId, Revision};
use minqing::geometry::{BBox, Geometry, MultiPolygon, Polygon};
use minqing::map::{LiveMap, MapSnapshot};
use minqing::tile::{TileAddress, TileRequest, mvt, prepare, quick_mvt, tiles_touching};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::borders::bricks;
use crate::decode::{Feature, decode};
use crate::map::{feature, snapshot};
use crate::prepared::{APART, farthest};
use crate::shapes::root;

const LAYER: LayerId = LayerId::GRIDS;

/// The areas of a town by id, each with its name.
pub(crate) type Town = BTreeMap<i64, (Polygon, String)>;

fn town_of(shapes: impl IntoIterator<Item = Polygon>) -> Town {
    let named = shapes.into_iter().map(|shape| (shape, String::new()));
    (1..).zip(named).collect()
}

fn named(id: i64, shape: &Polygon, name: &str) -> domain::Feature {
    domain::Feature {
        name: name.into(),
        ..feature(LAYER, id, shape.clone())
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit {
    Remove,
    Move,
    Rename,
    Add,
}

pub(crate) fn edit() -> impl Strategy<Value = (usize, Edit)> {
    let kind = prop::sample::select(vec![Edit::Remove, Edit::Move, Edit::Rename, Edit::Add]);
    (0..18_usize, kind)
}

pub(crate) fn town_map(town: &Town) -> MapSnapshot {
    let records = town.iter();
    snapshot(records.map(|(id, (shape, name))| (LAYER, named(*id, shape, name))))
}

/// A town of bricks and its map, which is prepared.
pub(crate) fn prepared_town(size: f64, sways: &[(f64, f64)]) -> (Town, LiveMap) {
    let corner = root().bounds();
    // enough of them that an edit is one of few and the layer is not made anew
    let far = (0..40).map(|n| -> Polygon {
        let west = corner.west - 1.0 - f64::from(n) * 1e-3;
        BBox::new(west, corner.south, west + 5e-4, corner.south + 5e-4)
            .unwrap()
            .polygon()
    });
    let near = bricks(corner.west + 0.01, corner.south + 0.01, size, sways);
    let town = town_of(near.into_iter().chain(far));
    let map = LiveMap::new(town_map(&town));
    prepare(&map.current());
    (town, map)
}

fn features(tile: &[u8]) -> Vec<Feature> {
    let layers = decode(tile).into_iter();
    layers.flat_map(|layer| layer.features).collect()
}

/// Applies the edit to both; the box of what it touched, and the record to which it gave a shape.
pub(crate) fn apply(
    map: &LiveMap,
    town: &mut Town,
    at: usize,
    edit: Edit,
) -> Option<(Vec<BBox>, Option<i64>)> {
    let (id, (shape, name)) = town.iter().nth(at % town.len().max(1))?;
    let (id, old, name) = (*id, shape.clone(), name.clone());
    let aside = |by: f64| old.translate(by, by / 3.0);
    let new = match edit {
        Edit::Remove => None,
        Edit::Move => Some((id, aside(4e-4), name)),
        Edit::Rename => Some((id, old.clone(), format!("{name}新"))),
        Edit::Add => Some((town.keys().next_back()? + 1, aside(1e-3), name)),
    };
    let mut boxes = vec![BBox::of(&Geometry::from(old))?];
    let mut removals = Vec::new();
    let mut upserts = Vec::new();
    match &new {
        None => {
            town.remove(&id);
            removals.push((LAYER, FeatureId(id)));
        }
        Some((id, shape, name)) => {
            town.insert(*id, (shape.clone(), name.clone()));
            boxes.push(BBox::of(&Geometry::from(shape.clone()))?);
            upserts.push((LAYER, Arc::new(named(*id, shape, name))));
        }
    }
    map.apply(&Change {
        revision: Revision(map.current().revision().0 + 1),
        upserts,
        removals,
        others: Vec::new(),
        faults: Vec::new(),
    });
    let made = new.filter(|_| !matches!(edit, Edit::Rename));
    Some((boxes, made.map(|(id, ..)| id)))
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]
    #[test]
    fn tiles_with_a_few_edits_look_like_those_of_a_new_map(
        sways in prop::collection::vec((-0.3..0.3_f64, -0.3..0.3_f64), 40..60),
        size in 0.0005..0.02_f64,
        edits in prop::collection::vec(edit(), 1..5),
    ) {
        let (mut town, map) = prepared_town(size, &sways);
        let (mut boxes, mut made) = (Vec::new(), Vec::new());
        for (at, edit) in edits {
            let (touched, id) = apply(&map, &mut town, at, edit).unwrap();
            boxes.extend(touched);
            made.extend(id);
        }
        let new = town_map(&town);
        for zoom in 14..=16 {
            let mut tiles: Vec<TileAddress> = boxes
                .iter()
                .flat_map(|window| tiles_touching(*window, zoom))
                .collect();
            tiles.sort_unstable_by_key(|tile| (tile.x(), tile.y()));
            tiles.dedup();
            for address in tiles {
                let request = TileRequest::new(vec![LAYER], address);
                let quick = quick_mvt(&map.current(), &request);
                prop_assert!(quick.is_some(), "{} is drawn anew whole", address);
                let (mended, anew) = (features(&quick.unwrap()), features(&mvt(&new, &request).unwrap()));
                let ids = |of: &[Feature]| of.iter().map(|feature| feature.id).collect::<Vec<_>>();
                prop_assert_eq!(ids(&mended), ids(&anew), "{}", address);
                for (one, other) in mended.iter().zip(&anew) {
                    prop_assert_eq!(&one.properties, &other.properties, "{}", address);
                    let is_made = made.iter().any(|id| u64::try_from(*id).ok() == one.id);
                    if is_made {
                        prop_assert_eq!(&one.parts, &other.parts, "{}: {:?}", address, one.id);
                        continue;
                    }
                    let apart = farthest(one, other).max(farthest(other, one));
                    let is_speck = |of: &Feature| of.parts.iter().flatten().count() < 5;
                    prop_assert!(
                        apart <= APART || is_speck(one) || is_speck(other),
                        "{}: {:?} is {} units apart", address, one.id, apart
                    );
                }
            }
        }
    }
}

/// A corner where three areas meet is a vertex that every zoom keeps; when one of them goes, it is one of a line.
#[test]
fn what_went_leaves_no_trace_on_its_neighbours() {
    let (mut town, map) = prepared_town(0.001, &[(0.0, 0.0); 7]);
    let around = MultiPolygon(
        town.values()
            .take(18)
            .map(|(shape, _)| shape.clone())
            .collect(),
    );
    let window = BBox::of(&around.into()).unwrap();
    apply(&map, &mut town, 8, Edit::Remove).unwrap();
    let new = town_map(&town);
    let mut differs = 0;
    for zoom in 14..=16 {
        for address in tiles_touching(window, zoom) {
            let request = TileRequest::new(vec![LAYER], address);
            let mended = features(&quick_mvt(&map.current(), &request).unwrap());
            let anew = features(&mvt(&new, &request).unwrap());
            assert_eq!(mended.len(), anew.len(), "{address}");
            let vertices = |of: &Feature| of.parts.iter().flatten().count();
            for (one, other) in mended.iter().zip(&anew) {
                assert_eq!(one.id, other.id);
                differs += usize::from(vertices(one) != vertices(other));
            }
        }
    }
    assert_eq!(differs, 0, "vertices that only the area that went needed");
}

/// A wall with two sheds on it, all within one mesh: its vertices at their corners lie less than the tolerance aside, so that
/// only who shares them keeps them. One shed goes: its two vertices go, those of the other, which is not drawn anew, stay.
#[test]
fn a_border_with_one_who_stays_is_kept_and_one_with_who_went_is_not() {
    let tile = TileAddress::new(14, root().x() * 4, root().y() * 4).unwrap();
    let bounds = tile.bounds();
    let unit = (bounds.east - bounds.west) / 4096.0;
    let high = (bounds.north - bounds.south) / 4096.0;
    let shape = |corners: &[(f64, f64)]| {
        let place = |(x, y): &(f64, f64)| (bounds.west + x * unit, bounds.south + y * high);
        Polygon::new(corners.iter().map(place).collect(), vec![])
    };
    let on_wall = [(10.0, 20.7), (20.0, 20.0), (40.0, 20.7), (50.0, 20.0)];
    let mut wall = vec![(4.0, 4.0), (4.0, 20.0)];
    wall.extend(on_wall);
    wall.extend([(60.0, 20.0), (60.0, 4.0)]);
    let shed = |at: [(f64, f64); 2]| {
        let [left, right] = at;
        shape(&[left, (left.0, 40.0), (right.0, 40.0), right])
    };
    let sheds = [[on_wall[0], on_wall[1]], [on_wall[2], on_wall[3]]].map(shed);
    let far = (0..40).map(|n| {
        let x = 1_000.0 + f64::from(n) * 20.0;
        shape(&[(x, 900.0), (x, 910.0), (x + 10.0, 910.0)])
    });
    let all = std::iter::once(shape(&wall)).chain(sheds).chain(far);
    let mut town = town_of(all);
    let map = LiveMap::new(town_map(&town));
    prepare(&map.current());
    let request = TileRequest::new(vec![LAYER], tile);
    let vertices = |tile: &[u8]| features(tile)[0].parts[0].len();
    assert_eq!(vertices(&quick_mvt(&map.current(), &request).unwrap()), 8);
    apply(&map, &mut town, 1, Edit::Remove).unwrap();
    assert_eq!(vertices(&mvt(&town_map(&town), &request).unwrap()), 6);
    assert_eq!(vertices(&quick_mvt(&map.current(), &request).unwrap()), 6);
}
