//! OpenStreetMap extracts (PBF) for the base map: roads, water, land use, and buildings.
//!
//! An extract has nodes before ways before relations, and a shape needs all three; so the file is read three times, from
//! the relations back to the nodes, and only what is needed is kept.

mod rings;

use std::collections::{HashMap, HashSet};
use std::io::BufReader;

use osmpbf::{Element, ElementReader, RelMemberType};
use serde_json::{Map, Value as Json};

use crate::domain::LayerId;
use crate::geometry::crs::Crs;
use crate::geometry::{Coord, LineString, MultiPolygon, Polygon};
use crate::ingest::row::{Event, Given, NamedCrs, Row, Sink, tell};
use crate::ingest::source::Source;
use crate::ingest::{At, IngestError, Options, Reason, Said};

/// Nodes that are kept at once; an extract of a province has fewer on its roads and houses.
const MOST_NODES: usize = 40_000_000;

type Tags = Vec<(String, String)>;

/// A way that is a record.
struct Way {
    id: i64,
    tags: Tags,
    refs: Vec<i64>,
}

/// A multipolygon.
struct Relation {
    id: i64,
    tags: Tags,
    /// Ways, and whether each is a part of a hole.
    members: Vec<(i64, bool)>,
}

/// What is kept of an extract.
#[derive(Default)]
struct Extract {
    relations: Vec<Relation>,
    ways: Vec<Way>,
    /// Ways that only relations need.
    parts: HashMap<i64, Vec<i64>>,
    nodes: HashMap<i64, Coord>,
}

/// Hands what an extract has for the layer to `sink`.
pub(super) fn features(
    source: &Source,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let layer = options.layer;
    if ![
        LayerId::ROADS,
        LayerId::WATER,
        LayerId::LAND_USE,
        LayerId::BUILDINGS,
    ]
    .contains(&layer)
    {
        return Err(IngestError::Format {
            path: source.path().to_owned(),
            why: Said::new(
                "OSM数据可导入的图层是 roads、water、land_use、buildings",
                "of an OSM extract the layers roads, water, land_use and buildings can be imported",
            ),
        });
    }
    tell!(
        sink,
        Event::Crs(NamedCrs {
            crs: Ok(Crs::Crs84),
            name: "WGS 84".to_owned(),
            whence: Said::new("OpenStreetMap使用WGS 84", "OpenStreetMap is in WGS 84"),
            weak: false,
        })
    );
    let extract = Extract::read(source, layer)?;
    let mut number = 0;
    let mut event = |kind: &str, id: i64, tags: &Tags, shape: Given| {
        number += 1;
        let mut cells = Map::new();
        cells.insert("@id".to_owned(), Json::String(format!("{kind}/{id}")));
        for (key, value) in tags {
            cells.insert(key.clone(), Json::String(value.clone()));
        }
        Event::Row(Row {
            at: At {
                part: 0,
                line: 0,
                feature: number,
            },
            id: Json::Null,
            cells,
            shape,
        })
    };
    for way in &extract.ways {
        let shape = extract.way_shape(&way.refs, layer);
        tell!(sink, event("way", way.id, &way.tags, shape));
    }
    for relation in &extract.relations {
        let shape = extract.relation_shape(relation);
        tell!(sink, event("relation", relation.id, &relation.tags, shape));
    }
    Ok(())
}

/// Whether something with these tags belongs to the layer.
fn belongs<'t>(layer: LayerId, tags: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
    let mut found = false;
    for (key, value) in tags {
        found |= match (layer, key) {
            (LayerId::ROADS, "highway") => !matches!(
                value,
                "proposed" | "construction" | "platform" | "rest_area" | "services"
            ),
            (LayerId::ROADS, "railway") => matches!(
                value,
                "rail"
                    | "subway"
                    | "light_rail"
                    | "tram"
                    | "monorail"
                    | "narrow_gauge"
                    | "funicular"
            ),
            (LayerId::WATER, "natural") => value == "water",
            (LayerId::WATER, "waterway") => value == "riverbank",
            (LayerId::WATER, "landuse") => matches!(value, "reservoir" | "basin"),
            (LayerId::LAND_USE, "landuse") => !matches!(value, "reservoir" | "basin"),
            (LayerId::LAND_USE, "leisure") => matches!(
                value,
                "park"
                    | "garden"
                    | "pitch"
                    | "stadium"
                    | "sports_centre"
                    | "playground"
                    | "golf_course"
                    | "nature_reserve"
            ),
            (LayerId::LAND_USE, "amenity") => matches!(
                value,
                "school" | "university" | "college" | "kindergarten" | "hospital" | "parking"
            ),
            (LayerId::LAND_USE, "natural") => matches!(value, "wood" | "scrub" | "heath"),
            (LayerId::BUILDINGS, "building") => value != "no",
            _ => false,
        };
    }
    found
}

fn owned<'t>(tags: impl Iterator<Item = (&'t str, &'t str)>) -> Tags {
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

impl Extract {
    fn read(source: &Source, layer: LayerId) -> Result<Self, IngestError> {
        let mut extract = Self::default();
        let is_area = layer != LayerId::ROADS;
        let mut needed_ways = HashSet::new();
        if is_area {
            each(source, |element| {
                let Element::Relation(relation) = element else {
                    return;
                };
                let is_multipolygon = relation.tags().any(|tag| tag == ("type", "multipolygon"));
                if !is_multipolygon || !belongs(layer, relation.tags()) {
                    return;
                }
                let members: Vec<(i64, bool)> = relation
                    .members()
                    .filter(|member| member.member_type == RelMemberType::Way)
                    .map(|member| {
                        (
                            member.member_id,
                            member.role().is_ok_and(|role| role == "inner"),
                        )
                    })
                    .collect();
                needed_ways.extend(members.iter().map(|(way, _)| *way));
                extract.relations.push(Relation {
                    id: relation.id(),
                    tags: owned(relation.tags()),
                    members,
                });
            })?;
        }
        let mut needed_nodes = HashSet::new();
        each(source, |element| {
            let Element::Way(way) = element else { return };
            let is_needed = needed_ways.contains(&way.id());
            let is_own = belongs(layer, way.tags());
            if !is_needed && !is_own {
                return;
            }
            let refs: Vec<i64> = way.refs().collect();
            needed_nodes.extend(refs.iter().copied());
            if is_own {
                extract.ways.push(Way {
                    id: way.id(),
                    tags: owned(way.tags()),
                    refs: refs.clone(),
                });
            }
            if is_needed {
                extract.parts.insert(way.id(), refs);
            }
        })?;
        if needed_nodes.len() > MOST_NODES {
            return Err(IngestError::TooLarge {
                what: "the extract".to_owned(),
                limit: u64::try_from(MOST_NODES).unwrap_or(u64::MAX),
            });
        }
        each(source, |element| {
            let (id, lon, lat) = match &element {
                Element::Node(node) => (node.id(), node.lon(), node.lat()),
                Element::DenseNode(node) => (node.id(), node.lon(), node.lat()),
                _ => return,
            };
            if needed_nodes.contains(&id) {
                extract.nodes.insert(id, Coord { x: lon, y: lat });
            }
        })?;
        Ok(extract)
    }

    /// The positions of nodes; nodes beyond the edge of the extract are not there.
    fn path(&self, refs: &[i64]) -> Vec<Coord> {
        refs.iter()
            .filter_map(|id| self.nodes.get(id))
            .copied()
            .collect()
    }

    fn way_shape(&self, refs: &[i64], layer: LayerId) -> Given {
        let path = self.path(refs);
        if path.len() < refs.len() {
            return incomplete();
        }
        if layer == LayerId::ROADS {
            return Given::plain(LineString::new(path));
        }
        if refs.len() < 4 || refs.first() != refs.last() {
            return Given::Bad {
                reason: Reason::WrongShape,
                why: Said::new("线未闭合,不是面", "the way is open, no area"),
            };
        }
        Given::plain(Polygon::new(LineString::new(path), Vec::new()))
    }

    fn relation_shape(&self, relation: &Relation) -> Given {
        let (mut outlines, mut holes) = (Vec::new(), Vec::new());
        for (way, is_inner) in &relation.members {
            match self.parts.get(way) {
                Some(refs) if *is_inner => holes.push(refs.clone()),
                Some(refs) => outlines.push(refs.clone()),
                None => return incomplete(),
            }
        }
        let closed = |pieces| -> Option<Vec<LineString>> {
            let rings = rings::joined(pieces)?;
            rings
                .iter()
                .map(|refs| {
                    let path = self.path(refs);
                    (path.len() == refs.len()).then(|| LineString::new(path))
                })
                .collect()
        };
        match (closed(outlines), closed(holes)) {
            (Some(outlines), Some(holes)) if !outlines.is_empty() => {
                Given::plain(MultiPolygon::new(rings::nested(outlines, holes)))
            }
            _ => incomplete(),
        }
    }
}

fn incomplete() -> Given {
    Given::Bad {
        reason: Reason::DamagedRecord,
        why: Said::new(
            "数据边界处被截断,轮廓不完整",
            "cut at the edge of the extract, the outline is not complete",
        ),
    }
}

fn each(source: &Source, see: impl for<'a> FnMut(Element<'a>)) -> Result<(), IngestError> {
    let reader = BufReader::with_capacity(1 << 16, source.counting()?);
    ElementReader::new(reader)
        .for_each(see)
        .map_err(|error| IngestError::damaged("OSM PBF", "one of its blocks", error))
}
