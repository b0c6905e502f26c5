//! How a compound is filled with houses: rows, yards and towers.

use super::dice::Dice;
use super::outlines::{Outline, Slab, court, slab, tower, winged};
use super::plane::{Frame, P, Shape, sides};

/// What kind of compound it is, with the code of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Estate {
    OldRows,
    WorkUnit,
    Commodity,
    Resettlement,
}

impl Estate {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::OldRows => "old_rows",
            Self::WorkUnit => "work_unit",
            Self::Commodity => "commodity",
            Self::Resettlement => "resettlement",
        }
    }
}

/// A dwelling house as drawn, before its numbers are settled.
#[derive(Debug, Clone)]
pub(super) struct Dwelling {
    pub(super) shape: Shape,
    /// Entrances: as drawn, fewest and most that its length allows.
    pub(super) entrances: usize,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) high: bool,
}

/// The axes of a plot: along its longest side that runs more east than north, so that houses face south.
pub(super) fn frame_of(plot: &Shape) -> Frame {
    let longest = sides(&plot.outer)
        .map(|(a, b)| b - a)
        .filter(|side| side.x.abs() > side.y.abs())
        .max_by(|a, b| a.length().total_cmp(&b.length()));
    let u = longest.map_or(super::plane::p(1.0, 0.0), P::unit);
    Frame {
        u: if u.x < 0.0 { -u } else { u },
    }
}

/// Houses on one plot.
#[derive(Debug)]
struct Site<'a> {
    plot: &'a Shape,
    frame: Frame,
    setback: f64,
    placed: Vec<Dwelling>,
}

impl Site<'_> {
    fn free(&self, shape: &Shape, gap: f64) -> bool {
        self.plot.holds(shape, self.setback)
            && self
                .placed
                .iter()
                .all(|other| other.shape.apart(shape, gap))
    }

    fn put(
        &mut self,
        outline: &Outline,
        at: (f64, f64),
        gap: f64,
        entrances: usize,
        high: bool,
    ) -> bool {
        let shape = outline.placed(self.frame, at.0, at.1);
        if !self.free(&shape, gap) {
            return false;
        }
        let (least, most) = if high && outline.length < 36.0 {
            (1, 2)
        } else if high {
            (
                ((outline.length / 26.0).floor() as usize).max(1),
                ((outline.length / 15.0).floor() as usize).max(1),
            )
        } else {
            (
                ((outline.length / 21.0).floor() as usize).max(1),
                ((outline.length / 12.0).floor() as usize).max(1),
            )
        };
        self.placed.push(Dwelling {
            shape,
            entrances: entrances.clamp(least, most),
            least,
            most,
            high,
        });
        true
    }

    /// Rows of slabs, south to north, evenly spaced; `light` is the least distance between rows.
    fn rows(&mut self, dice: &mut Dice, light: f64, largest: usize, high: bool) {
        let style = dice.weighted(&[
            (4, Slab::Plain),
            (3, Slab::Stairs),
            (2, Slab::Balconies),
            (2, Slab::Stepped),
        ]);
        let (unit, depth) = if high {
            (dice.range(17.0, 21.0), dice.range(14.5, 16.5))
        } else {
            (dice.range(13.6, 17.0), dice.range(11.2, 13.6))
        };
        let (low, top) = self.plot.extent(self.frame);
        let (wide, deep) = (
            top.x - low.x - 2.0 * self.setback,
            top.y - low.y - 2.0 * self.setback,
        );
        let side = dice.range(7.0, 12.0);
        let columns = (1..=4_usize)
            .find(|k| (wide - (*k as f64 - 1.0) * side) / (*k as f64 * unit) < largest as f64 + 1.0)
            .unwrap_or(4);
        let fitting = ((wide - (columns as f64 - 1.0) * side) / (columns as f64 * unit)).floor();
        let units = (fitting as usize).clamp(1, largest);
        let rows = ((deep + light) / (depth + light)).floor().max(1.0);
        let pitch = if rows > 1.0 {
            (depth + light).max(((deep - depth) / (rows - 1.0)).min((depth + light) * 1.3))
        } else {
            depth + light
        };
        let mut v = low.y + self.setback;
        while v + depth <= top.y - self.setback + 0.1 {
            let (mut u, mut any) = (low.x + self.setback, false);
            while u < top.x - self.setback - unit {
                // A house of one entrance only where nothing longer stands on the plot.
                let least = if self.placed.is_empty() {
                    1
                } else {
                    units.min(2)
                };
                let found = (least..=units).rev().take(4).find(|n| {
                    let outline = slab(style, *n, unit, depth);
                    self.put(&outline, (u, v), side.min(light) - 0.5, *n, high)
                });
                if let Some(n) = found {
                    u += unit * n as f64 + side;
                    any = true;
                } else {
                    u += 2.0;
                }
            }
            v += if any { pitch } else { 2.0 };
        }
    }

    /// Towers in a loose grid.
    fn towers(&mut self, dice: &mut Dice, light: f64) {
        let form = dice.below(4);
        let (length, depth) = (dice.range(27.0, 35.0), dice.range(19.0, 24.0));
        let (low, top) = self.plot.extent(self.frame);
        let (mut v, mut odd) = (low.y + self.setback, false);
        while v + depth <= top.y - self.setback {
            let mut u = low.x + self.setback + if odd { dice.range(4.0, 16.0) } else { 0.0 };
            let mut any = false;
            while u + length <= top.x - self.setback {
                if self.put(&tower(form, length, depth), (u, v), light * 0.55, 2, true) {
                    u += length + light * 0.6;
                    any = true;
                } else {
                    u += 3.0;
                }
            }
            odd = !odd;
            v += if any { depth + light } else { 3.0 };
        }
    }

    /// One large house with wings or a courtyard, where the plot allows it.
    fn yard(&mut self, dice: &mut Dice) {
        let (low, top) = self.plot.extent(self.frame);
        let (wide, deep) = (top.x - low.x, top.y - low.y);
        let depth = dice.range(11.5, 13.0);
        let form = dice.below(4);
        for shrink in [1.0, 0.85, 0.7, 0.55] {
            let length = ((wide - 2.0 * self.setback - 2.0) * shrink).min(84.0);
            let wing = ((deep - 2.0 * self.setback) * 0.42 * shrink).clamp(14.0, 34.0);
            if length < 40.0 {
                return;
            }
            let outline = match form {
                0 => winged(length, depth, wing, true, true),
                1 => winged(length, depth, wing, true, false),
                2 => winged(length, depth, wing, false, true),
                _ => court(
                    length.min(66.0),
                    (wing + depth * 1.6).max(38.0),
                    depth - 1.0,
                ),
            };
            let units = (length / 16.0).round() as usize;
            let north = top.y - self.setback - outline.depth;
            for step in 0..12 {
                let (u, v) = (
                    low.x + self.setback + f64::from(step % 3) * 4.0,
                    north - f64::from(step / 3) * 5.0,
                );
                if self.put(&outline, (u, v), 12.0, units, false) {
                    return;
                }
            }
        }
    }
}

/// Fills a plot with dwelling houses; `room` above 1 sets them further apart.
pub(super) fn fill(plot: &Shape, estate: Estate, dice: &mut Dice, room: f64) -> Vec<Dwelling> {
    let mut site = Site {
        plot,
        frame: frame_of(plot),
        setback: 5.0,
        placed: Vec::new(),
    };
    match estate {
        Estate::OldRows => site.rows(dice, 19.0 * room, 6, false),
        Estate::WorkUnit => {
            if dice.chance(0.55) {
                site.yard(dice);
            }
            site.rows(dice, 18.0 * room, 4, false);
        }
        Estate::Commodity => {
            site.setback = 7.0;
            if dice.chance(0.6) {
                site.towers(dice, 40.0 * room);
            } else {
                site.rows(dice, 30.0 * room, 3, true);
            }
        }
        Estate::Resettlement => {
            let high = dice.chance(0.4);
            site.rows(dice, 20.0 * room, 4, high);
        }
    }
    if site.placed.is_empty() {
        // An odd corner: whatever fits, close to the wall.
        site.setback = 2.0;
        site.rows(dice, 14.0, 3, false);
    }
    site.placed
}
