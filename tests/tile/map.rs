//! Small maps made for a test.

use std::sync::Arc;

use jiff::Timestamp;
use minqing::domain::{Change, Feature, FeatureId, LayerId, Revision, Value};
use minqing::geometry::Geometry;
use minqing::map::MapSnapshot;

/// A record with a place and nothing else.
pub(crate) fn feature(layer: LayerId, id: i64, geometry: impl Into<Geometry>) -> Feature {
    Feature {
        id: FeatureId(id),
        code: format!("{layer}-{id}").into(),
        name: "".into(),
        geometry: Some(Box::new(geometry.into())),
        attributes: vec![Value::Null; layer.schema().fields.len()].into(),
        revision: Revision(id),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    }
}

/// The same record with an attribute.
pub(crate) fn with(
    mut feature: Feature,
    layer: LayerId,
    field: &str,
    value: impl Into<Value>,
) -> Feature {
    let at = layer.schema().position(field).unwrap();
    feature.attributes = feature.attributes.with(at, value);
    feature
}

/// A map of the records.
pub(crate) fn snapshot(records: impl IntoIterator<Item = (LayerId, Feature)>) -> MapSnapshot {
    MapSnapshot::build(&Change {
        revision: Revision(1),
        upserts: records
            .into_iter()
            .map(|(layer, feature)| (layer, Arc::new(feature)))
            .collect(),
        removals: Vec::new(),
        others: Vec::new(),
        faults: Vec::new(),
    })
}
