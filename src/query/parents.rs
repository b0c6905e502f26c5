//! Which area holds a record? By the code it names, else by the place where it lies.

use std::sync::Arc;

use crate::domain::{Feature, LayerId, LayerSchema};
use crate::geometry::LonLat;
use crate::geometry::measure::inner_point;
use crate::map::MapSnapshot;

/// A parent with how it was found.
#[derive(Debug, Clone)]
pub struct Held {
    /// The record that holds the other.
    pub parent: Arc<Feature>,
    /// Its layer.
    pub layer: LayerId,
    /// Whether it was worked out from place because the record names none.
    pub derived: bool,
}

/// Whether a grid is a basic one; records of other layers pass.
pub fn tiling(schema: &LayerSchema) -> impl Fn(&Feature) -> bool + use<> {
    let kind = (schema.id == LayerId::GRIDS).then(|| schema.position("kind"));
    let kind = kind.flatten();
    move |feature| {
        kind.and_then(|at| feature.attributes.get(at))
            .is_none_or(|kind| kind.as_text() != Some("dedicated"))
    }
}

/// The record's nearest parent: by the code it names, else by place; `None` when neither leads anywhere.
pub fn parent(snapshot: &MapSnapshot, schema: &LayerSchema, feature: &Feature) -> Option<Held> {
    let named = schema.parents.iter().find_map(|link| {
        let code = feature.text(schema, link.field)?;
        let parent = Arc::clone(snapshot.layer(link.layer).by_code(code)?);
        Some(Held {
            parent,
            layer: link.layer,
            derived: false,
        })
    });
    named.or_else(|| {
        let place = place_of(feature)?;
        schema
            .parents
            .iter()
            .filter(|link| link.derivable)
            .find_map(|link| {
                let table = snapshot.layer(link.layer);
                let (parent, _) = table.owner(place, tiling(table.schema()))?;
                Some(Held {
                    parent: Arc::clone(parent),
                    layer: link.layer,
                    derived: true,
                })
            })
    })
}

/// The record of `area` that holds `feature`: up the chain of parents, else by the place where the chain ended.
pub fn area_of(
    snapshot: &MapSnapshot,
    schema: &LayerSchema,
    feature: &Arc<Feature>,
    area: LayerId,
) -> Option<Arc<Feature>> {
    let mut at = Held {
        parent: Arc::clone(feature),
        layer: schema.id,
        derived: false,
    };
    let mut place = place_of(feature);
    while at.layer != area {
        let Some(next) = parent(snapshot, at.layer.schema(), &at.parent) else {
            let table = snapshot.layer(area);
            let (found, _) = table.owner(place?, tiling(table.schema()))?;
            return Some(Arc::clone(found));
        };
        at = next;
        if place.is_none() {
            place = place_of(&at.parent);
        }
    }
    Some(at.parent)
}

fn place_of(feature: &Feature) -> Option<LonLat> {
    inner_point(feature.geometry.as_deref()?)
}
