//! The two ways: in the plane, and in space.

use super::{ControlPoint, FitError, count, mean};
use crate::geometry::crs::CrsError;
use crate::geometry::crs::old_datum::OldZone;
use crate::geometry::crs::transverse::{CGCS2000, Ellipsoid, project, unproject};
use crate::geometry::{Coord, LonLat};

/// Metres from the middle of an ellipsoid.
type Place = [f64; 3];
/// One point on the old ellipsoid and on the new one.
type Pair = (Place, Place);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Way {
    /// From the middle of the one plane to that of the other, turned and scaled: cosine and sine times scale.
    Plane {
        from: Coord,
        to: Coord,
        cos: f64,
        sin: f64,
        /// The meridian of the plane that it leads to.
        meridian: f64,
    },
    /// From the middle of the one cloud of points to that of the other: small turns about the axes, scale less one.
    Space {
        zone: OldZone,
        from: [f64; 3],
        to: [f64; 3],
        turns: [f64; 3],
        scale: f64,
    },
}

impl Way {
    pub(super) fn plane(points: &[ControlPoint]) -> Self {
        let lon = mean(points, |point| Coord {
            x: point.to.lon(),
            y: 0.0,
        })
        .x;
        let meridian = (lon / 3.0).round() * 3.0;
        let target = |point: &ControlPoint| project(&CGCS2000, meridian, degrees(point.to));
        let (from, to) = (mean(points, |point| point.from), mean(points, target));
        let (mut along, mut across, mut size) = (0.0, 0.0, 0.0);
        for point in points {
            let (d, t) = (point.from - from, target(point) - to);
            along += d.x * t.x + d.y * t.y;
            across += d.x * t.y - d.y * t.x;
            size += d.x * d.x + d.y * d.y;
        }
        Self::Plane {
            from,
            to,
            cos: along / size,
            sin: across / size,
            meridian,
        }
    }

    pub(super) fn space(points: &[ControlPoint], zone: OldZone) -> Result<Self, FitError> {
        let pairs: Vec<Pair> = points
            .iter()
            .map(|point| {
                let old = zone.ellipsoid().in_space(zone.inverse(point.from));
                let new = CGCS2000.in_space(degrees(point.to));
                (old, new)
            })
            .collect();
        let number = count(pairs.len());
        let middle = |pick: fn(&Pair) -> &Place| {
            pairs.iter().map(pick).fold([0.0; 3], |sum, at| {
                [
                    sum[0] + at[0] / number,
                    sum[1] + at[1] / number,
                    sum[2] + at[2] / number,
                ]
            })
        };
        let (from, to) = (middle(|pair| &pair.0), middle(|pair| &pair.1));
        // left = turns × arm + scale × arm for each point: four unknowns.
        let (mut normal, mut right) = ([[0.0; 4]; 4], [0.0; 4]);
        for (old, new) in &pairs {
            let arm = minus(old, &from);
            let left = minus(&minus(new, &to), &arm);
            let rows = [
                [0.0, arm[2], -arm[1], arm[0]],
                [-arm[2], 0.0, arm[0], arm[1]],
                [arm[1], -arm[0], 0.0, arm[2]],
            ];
            for (row, left) in rows.iter().zip(left) {
                for (factor, (line, value)) in row.iter().zip(normal.iter_mut().zip(&mut right)) {
                    for (cell, other) in line.iter_mut().zip(row) {
                        *cell += factor * other;
                    }
                    *value += factor * left;
                }
            }
        }
        let [x, y, z, scale] = solved(normal, right).ok_or(FitError::BadGeometry {
            what: "in one line",
            what_zh: "几乎在一条直线上",
        })?;
        Ok(Self::Space {
            zone,
            from,
            to,
            turns: [x, y, z],
            scale,
        })
    }

    pub(super) fn place(&self, at: Coord) -> Result<LonLat, CrsError> {
        let degrees = match self {
            Self::Plane {
                from,
                to,
                cos,
                sin,
                meridian,
            } => {
                let d = at - *from;
                unproject(
                    &CGCS2000,
                    *meridian,
                    Coord {
                        x: to.x + cos * d.x - sin * d.y,
                        y: to.y + sin * d.x + cos * d.y,
                    },
                )
            }
            Self::Space {
                zone,
                from,
                to,
                turns,
                scale,
            } => {
                let p = minus(&zone.ellipsoid().in_space(zone.inverse(at)), from);
                let [wx, wy, wz] = *turns;
                CGCS2000.on_surface([
                    to[0] + p[0] * (1.0 + scale) + wy * p[2] - wz * p[1],
                    to[1] + p[1] * (1.0 + scale) + wz * p[0] - wx * p[2],
                    to[2] + p[2] * (1.0 + scale) + wx * p[1] - wy * p[0],
                ])
            }
        };
        Ok(LonLat::new(degrees.x, degrees.y)?)
    }
}

fn degrees(place: LonLat) -> Coord {
    Coord {
        x: place.lon(),
        y: place.lat(),
    }
}

fn minus(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Four equations by Gauss's elimination; `None` where they do not determine the unknowns.
#[expect(
    clippy::indexing_slicing,
    reason = "indexes below four into arrays of four"
)]
fn solved(mut rows: [[f64; 4]; 4], mut right: [f64; 4]) -> Option<[f64; 4]> {
    let largest = (0..4).map(|i| rows[i][i].abs()).fold(0.0, f64::max);
    for at in 0..4 {
        let best = (at..4).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, best);
        right.swap(at, best);
        if rows[at][at].abs() <= largest * 1e-14 {
            return None;
        }
        for below in at + 1..4 {
            let factor = rows[below][at] / rows[at][at];
            let pivot = rows[at];
            for (cell, above) in rows[below].iter_mut().zip(pivot).skip(at) {
                *cell -= factor * above;
            }
            right[below] -= factor * right[at];
        }
    }
    let mut found = [0.0; 4];
    for at in (0..4).rev() {
        let known: f64 = (at + 1..4)
            .map(|column| rows[at][column] * found[column])
            .sum();
        found[at] = (right[at] - known) / rows[at][at];
    }
    Some(found)
}

impl Ellipsoid {
    /// Metres from the middle of the ellipsoid of a place on its surface, degrees.
    fn in_space(self, at: Coord) -> [f64; 3] {
        let (sin, cos) = at.y.to_radians().sin_cos();
        let (east, west) = at.x.to_radians().sin_cos();
        let radius = self.a / (1.0 - self.e2() * sin * sin).sqrt();
        [
            radius * cos * west,
            radius * cos * east,
            radius * (1.0 - self.e2()) * sin,
        ]
    }

    /// Longitude and latitude in degrees of a place near the surface; its height is let go.
    fn on_surface(self, [x, y, z]: [f64; 3]) -> Coord {
        let from_axis = x.hypot(y);
        let mut lat = z.atan2(from_axis * (1.0 - self.e2()));
        // Near the surface each round gains some three digits.
        for _ in 0..6 {
            let (sin, cos) = lat.sin_cos();
            let radius = self.a / (1.0 - self.e2() * sin * sin).sqrt();
            let height = from_axis / cos - radius;
            lat = z.atan2(from_axis * (1.0 - self.e2() * radius / (radius + height)));
        }
        Coord {
            x: y.atan2(x).to_degrees(),
            y: lat.to_degrees(),
        }
    }
}
