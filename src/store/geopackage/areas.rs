//! The administrative area of each record of a file that one instance serves in part; PostGIS keeps it in a column.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use geo::Intersects;

use crate::domain::{
    AreaLink, Change, Draft, Feature, LayerId, LayerSchema, Scope, Value, area_links,
};
use crate::geometry::Geometry;
use crate::geometry::measure::inner_point;
use crate::store::StoreError;

/// What is known of the areas of the file's records, those outside the scope too.
#[derive(Debug)]
pub(super) struct Areas {
    scope: Scope,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The area of every record that others may name as theirs, by layer and code.
    by_code: HashMap<(LayerId, Arc<str>), Option<Arc<str>>>,
    communities: Vec<(Arc<str>, Geometry)>,
}

impl Areas {
    pub(super) fn new(scope: Scope) -> Self {
        Self {
            scope,
            known: Mutex::default(),
        }
    }

    /// Learns the areas of all records of the file, and leaves in `change` those within the scope.
    /// Gives how many belong to no area.
    pub(super) fn begin(&self, change: &mut Change) -> u64 {
        let mut known = self.known();
        *known = Known::default();
        let mut without = 0;
        // parents come before their children in the catalogue, and so they were read
        change.upserts.retain(|(layer, feature)| {
            let area = known.learn(*layer, feature);
            without += u64::from(area.is_none());
            self.scope.holds(area.as_deref())
        });
        without
    }

    /// Leaves in `change` what is within the scope, the rest becomes removals; `false` where records below the changed
    /// ones may have changed their area with them, so that all has to be read anew.
    pub(super) fn follow(&self, change: &mut Change) -> bool {
        let mut known = self.known();
        let mut is_whole = true;
        let mut outside = Vec::new();
        change.upserts.retain(|(layer, feature)| {
            let before = known
                .by_code
                .get(&(*layer, Arc::clone(&feature.code)))
                .cloned();
            let area = known.learn(*layer, feature);
            is_whole &= *layer > LayerId::ENTRANCES || before.as_ref() == Some(&area);
            let is_within = self.scope.holds(area.as_deref());
            if !is_within {
                outside.push((*layer, feature.id));
            }
            is_within
        });
        change.removals.append(&mut outside);
        is_whole
    }

    /// Whether the area of the record, by what is known now, lies within the scope.
    pub(super) fn shows(&self, layer: LayerId, feature: &Feature) -> bool {
        let value = |field: &str| Some(feature.attribute(layer.schema(), field));
        let known = self.known();
        let area = known.area_of(layer, &feature.code, value, feature.geometry.as_deref());
        self.scope.holds(area.as_deref())
    }

    /// Refuses a code that begins with that of an area outside the scope.
    pub(super) fn takes_code(&self, layer: LayerId, code: &str) -> Result<(), StoreError> {
        if self.scope.may_hold(code) {
            return Ok(());
        }
        Err(StoreError::OutOfScope {
            layer,
            scope: self.scope.to_string(),
            area: None,
        })
    }

    /// Refuses a record whose area lies outside the scope.
    pub(super) fn is_within(&self, layer: LayerId, draft: &Draft) -> Result<(), StoreError> {
        let value = |field: &str| {
            let at = layer.schema().position(field)?;
            draft.attributes.get(at)
        };
        let area = self
            .known()
            .area_of(layer, &draft.code, value, draft.geometry.as_ref());
        if self.scope.holds(area.as_deref()) {
            return Ok(());
        }
        Err(StoreError::OutOfScope {
            layer,
            scope: self.scope.to_string(),
            area: area.map(|area| area.to_string()),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // what a panic left half learnt is learnt again with the next reading
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn learn(&mut self, layer: LayerId, feature: &Feature) -> Option<Arc<str>> {
        let schema: &LayerSchema = layer.schema();
        let value = |field: &str| Some(feature.attribute(schema, field));
        let area = self.area_of(layer, &feature.code, value, feature.geometry.as_deref());
        if layer <= LayerId::CASES && layer != LayerId::HOUSEHOLDS {
            self.by_code
                .insert((layer, Arc::clone(&feature.code)), area.clone());
        }
        if let (LayerId::COMMUNITIES, Some(outline)) = (layer, feature.geometry.as_deref()) {
            self.communities.retain(|(code, _)| *code != feature.code);
            self.communities
                .push((Arc::clone(&feature.code), outline.clone()));
        }
        area
    }

    fn area_of<'a>(
        &self,
        layer: LayerId,
        code: &Arc<str>,
        value: impl Fn(&str) -> Option<&'a Value>,
        geometry: Option<&Geometry>,
    ) -> Option<Arc<str>> {
        for link in area_links(layer) {
            match link {
                AreaLink::Own => return Some(Arc::clone(code)),
                AreaLink::Of { field, layer } => {
                    let Some(Value::Text(named)) = value(field) else {
                        continue;
                    };
                    let found = self.by_code.get(&(layer, Arc::clone(named)));
                    if let Some(Some(area)) = found {
                        return Some(Arc::clone(area));
                    }
                }
            }
        }
        let place = geometry.and_then(inner_point)?;
        let place = geo::Point::new(place.lon(), place.lat());
        let covering = self
            .communities
            .iter()
            .find(|(_, outline)| outline.intersects(&place));
        covering.map(|(code, _)| Arc::clone(code))
    }
}
