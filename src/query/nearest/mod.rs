//! Which features of a layer are nearest, in metres to their outlines?

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::Feature;
use crate::geometry::LonLat;
use crate::geometry::measure::{bearing_deg, nearest_point};
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

/// The `limit` features of `table` nearest to `place` within `max_distance_m` that `accept` takes, nearest first, then by id.
///
/// Exact, and as quick far from all data as among it: see [`LayerTable::nearest_first`].
///
/// # Errors
/// The first of `accept`, which is asked of every record that is come across: it may end a walk that takes too long.
pub fn nearest<E>(
    table: &LayerTable,
    place: LonLat,
    limit: usize,
    max_distance_m: Option<f64>,
    accept: impl FnMut(&Feature) -> Result<bool, E>,
) -> Result<Vec<Hit>, E> {
    let farthest_m = max_distance_m.unwrap_or(HALF_EARTH_M).min(HALF_EARTH_M);
    let mut hits = Vec::new();
    if limit == 0 {
        return Ok(hits);
    }
    table.nearest_first(place, farthest_m, accept, |distance_m, feature| {
        hits.push(hit(place, distance_m, feature));
        if hits.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(hits)
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

#[cfg(test)]
mod tests;
