//! The raster's coordinates: degrees to fixed point, and which cells a segment can touch.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fixed-point arithmetic on ranges that the raster's limits bound, without branches"
)]

use bytemuck::cast;
use wide::f64x2;

use crate::geometry::Coord;

/// Units of fixed point along a coarse cell, as a power of two.
pub(super) const COARSE_BITS: u32 = 26;
/// The units within a coarse cell.
const LOW: u32 = (1 << COARSE_BITS) - 1;
/// Places are scaled up by so much before [`SHIFT`] is added.
const UP: f64 = 8_192.0;
/// 2^65, of which the exponent ends in zeros. Adding so much to a number that was scaled [`UP`] leaves its whole part in the
/// low bits, at a quarter of the cost of a checked conversion, and no bit of the exponent comes among those that are read.
const SHIFT: f64 = UP * 4_503_599_627_370_496.0;
/// Units along a cell in its own coordinates, as a power of two.
pub(super) const CELL_BITS: u32 = 14;
/// Half a cell in its own units: a place in a cell is within `-HALF..HALF`, the centre is 0.
pub(super) const HALF: i32 = 1 << (CELL_BITS - 1);
/// The finest division of a coarse cell: `2^MAX_LEVEL` cells along each axis.
pub(super) const MAX_LEVEL: u32 = COARSE_BITS - CELL_BITS;
/// Coarse cells along an axis, at most. With [`COARSE_BITS`] it keeps the rounding of `f64` below 2^-9 of a unit.
const MAX_COARSE: f64 = 32_768.0;
/// The smallest cell, degrees: far above the spacing of `f64` near 180.
const MIN_CELL: f64 = 1e-7;
/// How far beyond a cell an edge still counts as touching it, in the cell's units.
const MARGIN: f64 = 4.0;

/// Places the coarse raster on the earth.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    origin: Coord,
    /// Units per degree.
    scale: Coord,
    /// Coarse cells along x and y.
    pub(super) size: [u32; 2],
    /// What maps a place, both axes in one register: the origin again, units per degree scaled [`UP`], and the last unit
    /// scaled [`UP`].
    place: [f64x2; 3],
    /// No finer division, else cells fall below the smallest size.
    pub(super) max_level: u32,
}

/// Units along a cell as a power of two, in the lowest five bits; others mean nothing here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift(pub(super) u32);

impl Shift {
    /// Of a coarse cell with `2^level` cells along each axis.
    pub(super) const fn of(level: u32) -> Self {
        Self(COARSE_BITS - level)
    }

    /// The level it was made of.
    pub(super) fn level(self) -> u32 {
        COARSE_BITS - (self.0 & 31)
    }
}

/// A place on the raster.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Number of the coarse cell.
    pub(super) coarse: u32,
    /// Units within the coarse cell in the lowest bits; those above mean nothing.
    pub(super) within: [u32; 2],
}

impl Frame {
    /// A raster of about `cells` coarse cells over the box.
    pub(super) fn over(min: Coord, max: Coord, cells: f64) -> Self {
        let mid = f64::midpoint(min.y, max.y).clamp(-80.0, 80.0);
        let squeeze = mid.to_radians().cos();
        let (width, height) = ((max.x - min.x).max(MIN_CELL), (max.y - min.y).max(MIN_CELL));
        let step = (width * squeeze * height / cells.max(1.0)).sqrt();
        let along = |extent: f64, step: f64| {
            let most = (extent / MIN_CELL).clamp(1.0, MAX_COARSE);
            (extent / step).ceil().clamp(1.0, most) as u32
        };
        let size = [along(width, step / squeeze), along(height, step)];
        // A rim around the data keeps every vertex off the raster's border.
        let padded = |extent: f64, n: u32| extent / f64::from(n) * 1.003_7 + 1e-12;
        let (dx, dy) = (padded(width, size[0]), padded(height, size[1]));
        let units = f64::from(1_u32 << COARSE_BITS);
        let rim = |min: f64, extent: f64, d: f64, n: u32| min - 0.483 * (d * f64::from(n) - extent);
        let max_level = (dx.min(dy) / MIN_CELL).log2().floor().max(0.0) as u32;
        let origin = Coord {
            x: rim(min.x, max.x - min.x, dx, size[0]),
            y: rim(min.y, max.y - min.y, dy, size[1]),
        };
        let scale = Coord {
            x: units / dx,
            y: units / dy,
        };
        let last = size.map(|n| (units * f64::from(n) - 1.0) * UP);
        Self {
            origin,
            scale,
            size,
            place: [
                pair(origin),
                pair(scale) * f64x2::splat(UP),
                f64x2::from(last),
            ],
            max_level: max_level.min(MAX_LEVEL),
        }
    }

    /// Coarse cells in all.
    pub(super) fn cells(&self) -> usize {
        (self.size[0] * self.size[1]) as usize
    }

    /// Units from the raster's origin, not rounded.
    #[inline]
    pub(super) fn units(&self, at: Coord) -> Coord {
        Coord {
            x: (at.x - self.origin.x) * self.scale.x,
            y: (at.y - self.origin.y) * self.scale.y,
        }
    }

    /// About the place that [`Frame::units`] maps to `units`.
    pub(super) fn degrees(&self, units: Coord) -> Coord {
        Coord {
            x: units.x / self.scale.x + self.origin.x,
            y: units.y / self.scale.y + self.origin.y,
        }
    }

    /// Where `at` lies on the raster. A place beside it is put on the rim around the data, where nothing is either.
    #[inline]
    pub(super) fn spot(&self, at: Coord) -> Spot {
        let [origin, scale, last] = self.place;
        let units = (pair(at) - origin) * scale;
        let held = units.fast_min(last).fast_max(f64x2::splat(UP));
        let [x, y] = cast::<_, [u64; 2]>(held + f64x2::splat(SHIFT - UP / 2.0));
        let [col, row] = [x, y].map(|along| (along >> COARSE_BITS) as u32);
        Spot {
            coarse: row * self.size[0] + col,
            within: [x, y].map(|along| along as u32),
        }
    }
}

/// Both axes in one register.
#[inline]
fn pair(at: Coord) -> f64x2 {
    f64x2::from([at.x, at.y])
}

impl Spot {
    /// Number of the cell in a coarse cell that is divided as `shift` says.
    #[inline]
    pub(super) fn cell(self, shift: Shift) -> u32 {
        let [col, row] = self.within.map(|along| (along & LOW).wrapping_shr(shift.0));
        row.wrapping_shl(COARSE_BITS.wrapping_sub(shift.0)) | col
    }
}

/// A place `within` a coarse cell, as in [`Spot`], in its cell's own units, centre 0; x in the low half, y in the high
/// one, of 16 bits each.
#[inline]
pub(super) fn local(within: [u32; 2], shift: Shift) -> u32 {
    let own = shift.0.wrapping_sub(CELL_BITS);
    let [x, y] = within
        .map(|along| (along.wrapping_shr(own) & ((1 << CELL_BITS) - 1)).wrapping_sub(HALF as u32));
    x & 0xffff | y << 16
}

/// A block of `2^level` x `2^level` cells, or the coarse raster itself: turns units to cells of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lattice {
    origin: Coord,
    /// Cells per unit.
    scale: f64,
    /// Cells along x and y.
    pub(super) size: [u32; 2],
}

impl Lattice {
    /// The coarse raster.
    pub(super) fn coarse(frame: &Frame) -> Self {
        Self {
            origin: Coord { x: 0.0, y: 0.0 },
            scale: 1.0 / f64::from(1_u32 << COARSE_BITS),
            size: frame.size,
        }
    }

    /// The cells of one coarse cell.
    pub(super) fn within(frame: &Frame, coarse: u32, level: u32) -> Self {
        let unit = f64::from(1_u32 << COARSE_BITS);
        Self {
            origin: Coord {
                x: unit * f64::from(coarse % frame.size[0]),
                y: unit * f64::from(coarse / frame.size[0]),
            },
            scale: 1.0 / f64::from(1_u32 << (COARSE_BITS - level)),
            size: [1 << level; 2],
        }
    }

    /// The cell's centre in units, moved by `by` of the cell's own units.
    pub(super) fn at(&self, cell: u32, by: [i32; 2]) -> Coord {
        let part = |n: u32, by: i32| {
            f64::from(n) + 0.5 + (f64::from(by) + 0.5) / f64::from(1_u32 << CELL_BITS)
        };
        Coord {
            x: self.origin.x + part(cell % self.size[0], by[0]) / self.scale,
            y: self.origin.y + part(cell / self.size[0], by[1]) / self.scale,
        }
    }

    /// The own units of `cell`.
    pub(super) fn window(&self, cell: u32) -> Window {
        let own = f64::from(1_u32 << CELL_BITS);
        let centre = |n: u32| f64::from(n) * own + f64::from(HALF);
        Window {
            origin: self.origin,
            scale: self.scale * own,
            centre: Coord {
                x: centre(cell % self.size[0]),
                y: centre(cell / self.size[0]),
            },
        }
    }

    /// Columns and rows, both ends included, that the box from `min` to `max` (units) can touch; `None` when it is beside.
    pub(super) fn range(&self, min: Coord, max: Coord) -> Option<[[u32; 2]; 2]> {
        let margin = MARGIN / f64::from(1_u32 << CELL_BITS);
        let along = |min: f64, max: f64, origin: f64, n: u32| {
            let low = (min - origin) * self.scale - margin;
            let high = (max - origin) * self.scale + margin;
            // Conversions cut towards zero, which rounds down what is not negative.
            (high >= 0.0 && low < f64::from(n))
                .then(|| [low.max(0.0) as u32, high.min(f64::from(n - 1)) as u32])
        };
        Some([
            along(min.x, max.x, self.origin.x, self.size[0])?,
            along(min.y, max.y, self.origin.y, self.size[1])?,
        ])
    }

    /// Visits each cell that the segment from `a` to `b` (units) touches or nearly touches; sometimes one more.
    #[inline]
    pub(super) fn touched(&self, a: Coord, b: Coord, mut visit: impl FnMut(u32)) {
        let min = Coord {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
        };
        let max = Coord {
            x: a.x.max(b.x),
            y: a.y.max(b.y),
        };
        let Some([[west, east], [south, north]]) = self.range(min, max) else {
            return;
        };
        if south == north || west == east {
            for row in south..=north {
                for col in west..=east {
                    visit(row * self.size[0] + col);
                }
            }
            return;
        }
        // Wider than MARGIN by what the rounding of the interpolation can lose.
        let margin = (MARGIN + 1.0) / f64::from(1_u32 << CELL_BITS);
        let slope = (b.x - a.x) / (b.y - a.y);
        let x_at = |y: f64| (a.x + (y - a.y) * slope).clamp(min.x, max.x);
        for row in south..=north {
            let line = |n: f64| (self.origin.y + n / self.scale).clamp(min.y, max.y);
            let (low, high) = if max.y > min.y {
                (
                    x_at(line(f64::from(row) - margin)),
                    x_at(line(f64::from(row + 1) + margin)),
                )
            } else {
                (min.x, max.x)
            };
            let of = |x: f64| (x - self.origin.x) * self.scale;
            let first = (of(low.min(high)) - margin).max(f64::from(west)) as u32;
            let last = (of(low.max(high)) + margin).min(f64::from(east));
            if last < 0.0 {
                continue;
            }
            for col in first..=last as u32 {
                visit(row * self.size[0] + col);
            }
        }
    }
}

/// The own units of one cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    origin: Coord,
    /// Own units per unit of the raster.
    scale: f64,
    /// The cell's centre in own units from the origin.
    centre: Coord,
}

impl Window {
    /// `units` of the raster in the cell's own units, centre 0.
    #[inline]
    pub(super) fn local(&self, units: Coord) -> Coord {
        Coord {
            x: (units.x - self.origin.x) * self.scale - self.centre.x,
            y: (units.y - self.origin.y) * self.scale - self.centre.y,
        }
    }
}

/// Rounds down to whole units, like places are.
#[inline]
pub(super) fn rounded_down(at: Coord) -> [i32; 2] {
    // `floor` is a call on the plainest processors.
    [at.x, at.y].map(|x| {
        let cut = x as i32;
        cut - i32::from(f64::from(cut) > x)
    })
}
