//! Which features of a layer are nearest, in metres to their outlines?

use std::sync::Arc;

use crate::domain::Feature;
use crate::geometry::LonLat;
use crate::geometry::measure::{bearing_deg, degrees_around, distance_to_m, nearest_point};
use crate::map::LayerTable;

/// No two places on the earth are farther apart, metres (half a meridian ellipse, rounded up).
const HALF_EARTH_M: f64 = 20_037_600.0;

/// One feature with where it lies.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The feature.
    pub feature: Arc<Feature>,
    /// Metres from the place to it; 0 where it covers the place.
    pub distance_m: f64,
    /// Direction to its nearest point, degrees clockwise from north; 0 where it covers the place.
    pub bearing_deg: f64,
}

/// The `limit` features of `table` nearest to `place` within `max_distance_m`, nearest first, then by id.
///
/// Exact: a widening box is read from the R-tree until the `limit`-th hit is nearer than the box's edge.
pub fn nearest(
    table: &LayerTable,
    place: LonLat,
    limit: usize,
    max_distance_m: Option<f64>,
    accept: impl Fn(&Feature) -> bool,
) -> Vec<Hit> {
    let farthest_m = max_distance_m.unwrap_or(HALF_EARTH_M).min(HALF_EARTH_M);
    let mut radius_m = farthest_m.min(100.0);
    loop {
        let reach = degrees_around(place, radius_m);
        let mut near: Vec<(f64, &Arc<Feature>)> = table
            .in_envelope(reach)
            .filter(|feature| accept(feature))
            .filter_map(|feature| {
                Some((distance_to_m(place, feature.geometry.as_deref()?), feature))
            })
            .filter(|(metres, _)| *metres <= radius_m)
            .collect();
        let whole = radius_m >= farthest_m;
        if near.len() >= limit || whole {
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
            near.truncate(limit);
            return near
                .into_iter()
                .map(|(distance_m, feature)| hit(place, distance_m, feature))
                .collect();
        }
        radius_m = (radius_m * 4.0).min(farthest_m);
    }
}

fn hit(place: LonLat, distance_m: f64, feature: &Arc<Feature>) -> Hit {
    let towards = feature
        .geometry
        .as_ref()
        .and_then(|geometry| nearest_point(place, geometry));
    let bearing_deg = match towards {
        Some(point) if distance_m > 0.0 => bearing_deg(place, point),
        _ => 0.0,
    };
    Hit {
        feature: Arc::clone(feature),
        distance_m,
        bearing_deg,
    }
}
