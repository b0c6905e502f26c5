//! Faces of the net joined to one area, along the very corners that its neighbours use.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::net::{Net, clock, side};
use super::plane::{Cell, P, closed, sides, within};
use crate::geometry::{LineString, MultiPolygon, Polygon};

impl Net {
    /// The outline of several faces as one area: sides that two of them share cancel out.
    pub(super) fn dissolve(&self, faces: &[usize]) -> MultiPolygon {
        let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut directed: Vec<(usize, usize)> = Vec::new();
        for face in faces {
            let ring = &self.faces[*face];
            directed.extend((0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])));
        }
        directed.sort_unstable();
        for (a, b) in &directed {
            if directed.binary_search(&(*b, *a)).is_err() {
                next.entry(*a).or_default().push(*b);
            }
        }
        let mut rings: Vec<Vec<usize>> = Vec::new();
        while let Some((&start, _)) = next.iter().find(|(_, to)| !to.is_empty()) {
            let mut ring = vec![start];
            let (mut before, mut here) = (start, start);
            loop {
                let ways = next.entry(here).or_default();
                // Where two parts touch in a corner, the sharpest left turn keeps each ring simple.
                let best = (0..ways.len()).min_by(|i, j| {
                    let turn = |to: usize| {
                        let (came, goes) = (
                            (self.at(before) - self.at(here)).unit(),
                            (self.at(to) - self.at(here)).unit(),
                        );
                        clock(goes, came)
                    };
                    turn(ways[*i]).total_cmp(&turn(ways[*j]))
                });
                let Some(best) = best else { break };
                let to = ways.swap_remove(best);
                if to == start {
                    break;
                }
                ring.push(to);
                (before, here) = (here, to);
            }
            rings.push(ring);
        }
        self.assemble(rings)
    }

    /// The border from `a` up to but not with `b`: the same corners whichever of its two areas asks.
    fn border(&self, a: usize, b: usize) -> Vec<Cell> {
        let (low, high) = side(a, b);
        let (from, to) = (self.at(low), self.at(high));
        let parts = if self.surveyed_every_m > 0.0 {
            (from.to(to) / self.surveyed_every_m).ceil() as usize
        } else {
            1
        };
        let mut dice = Dice::new(((low as u64) << 32) | high as u64, 0);
        let across = (to - from).unit().left();
        let mut between: Vec<Cell> = (1..parts)
            .map(|at| {
                let along = from + (to - from) * (at as f64 / parts as f64);
                (along + across * dice.range(-0.4, 0.4)).cell()
            })
            .collect();
        if (low, high) != (a, b) {
            between.reverse();
        }
        between.insert(0, self.cells[a]);
        between
    }

    /// Outer rings with the holes that lie in them.
    fn assemble(&self, rings: Vec<Vec<usize>>) -> MultiPolygon {
        let line = |ring: &Vec<usize>| -> LineString {
            let cells = (0..ring.len())
                .flat_map(|i| self.border(ring[i], ring[(i + 1) % ring.len()]))
                .collect::<Vec<Cell>>();
            closed(&cells)
        };
        let outline = |ring: &Vec<usize>| -> Vec<P> { ring.iter().map(|n| self.at(*n)).collect() };
        let signed =
            |ring: &Vec<usize>| -> f64 { sides(&outline(ring)).map(|(a, b)| a.cross(b)).sum() };
        let (outer, holes): (Vec<_>, Vec<_>) =
            rings.into_iter().partition(|ring| signed(ring) > 0.0);
        let polygons = outer.iter().map(|ring| {
            let around = outline(ring);
            let inside = holes.iter().filter(|hole| {
                let (a, b) = (self.at(hole[0]), self.at(hole[1]));
                // A place just to the left of a hole's side is on the area, so it is within the right outer ring.
                within((a + b) * 0.5 + (b - a).unit().left() * 0.01, &around)
            });
            Polygon::new(line(ring), inside.map(line).collect())
        });
        MultiPolygon(polygons.collect())
    }
}
