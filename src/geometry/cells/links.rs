//! The borders of one cell: edges in the cell's own units, shared ones once, joined to chains.
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indices of 32 bits come from the same arrays"
)]

use std::collections::HashMap;

use super::block::Borders;
use super::frame::{Window, rounded_down};
use super::record::{Chain, LIMIT, MOST_LINKS};
use crate::geometry::Coord;

/// With more edges than this, equal ones are found by hash instead of one by one.
const MANY: usize = 24;

/// An edge in whole units of the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    from: [i32; 2],
    to: [i32; 2],
}

/// Collects the borders of a cell; buffers are kept.
#[derive(Debug, Default)]
pub(super) struct Links {
    links: Vec<(Link, u32)>,
    known: HashMap<Link, usize>,
    chains: Vec<Chain>,
    used: usize,
}

impl Links {
    /// The chains of the last cell collected.
    pub(super) fn chains(&self) -> &[Chain] {
        &self.chains[..self.used]
    }

    /// Takes the `borders` that `touches` names for the cell of `window`; bits of masks follow the order of `areas`.
    pub(super) fn collect(
        &mut self,
        window: &Window,
        touches: &[u32],
        borders: &Borders,
        areas: &[u32],
    ) {
        self.links.clear();
        self.known.clear();
        let hashed = touches.len() > MANY;
        let mut last = (u32::MAX, 0);
        for border in touches.iter().map(|border| *border as usize) {
            let area = borders.areas[border];
            if last.0 != area {
                let at = areas.iter().position(|other| *other == area);
                last = (area, 1_u32 << at.unwrap_or(0));
            }
            let Some(link) = clip(borders.ends[border].map(|at| window.local(at))) else {
                continue;
            };
            let found = if hashed {
                let next = self.links.len();
                let at = *self.known.entry(link.canonical()).or_insert(next);
                (at < next).then_some(at)
            } else {
                let same = |(other, _): &(Link, u32)| *other == link || *other == link.reversed();
                self.links.iter().position(same)
            };
            match found {
                // An area that runs over an edge twice is not parted by it: its bit goes out again.
                Some(at) => self.links[at].1 ^= last.1,
                None => self.links.push((link, last.1)),
            }
        }
        self.drop_points();
        self.join();
    }

    /// Leaves out edges that are points in whole units, where other edges of the same areas go through them: a place near to
    /// one is near to those. A place cannot be told to be far from a point.
    fn drop_points(&mut self) {
        if !self.links.iter().any(|(link, _)| link.is_point()) {
            return;
        }
        let (points, mut lines): (Vec<_>, Vec<_>) =
            (self.links.drain(..)).partition(|(link, _)| link.is_point());
        let count = lines.len();
        for (point, mask) in points {
            let through = |(link, _): &&(Link, u32)| link.from == point.to || link.to == point.to;
            let known = lines[..count].iter().filter(through);
            if mask & !known.fold(0, |all, (_, mask)| all | mask) != 0 {
                lines.push((point, mask));
            }
        }
        self.links = lines;
    }

    /// Edges that bound the same areas go into one chain.
    fn join(&mut self) {
        self.used = 0;
        // Each round takes the edges of one mask, in their order, and leaves the rest.
        while let Some((_, mask)) = self.links.first().copied() {
            let (mut first, mut left) = (true, 0);
            for n in 0..self.links.len() {
                let (link, other) = self.links[n];
                if other == mask {
                    self.push(link, mask, first);
                    first = false;
                } else {
                    self.links[left] = (link, other);
                    left += 1;
                }
            }
            self.links.truncate(left);
        }
    }

    fn push(&mut self, link: Link, mask: u32, first: bool) {
        if first || self.chains[self.used - 1].vertices.len() + 2 > MOST_LINKS {
            if self.used == self.chains.len() {
                self.chains.push(Chain::default());
            }
            let chain = &mut self.chains[self.used];
            self.used += 1;
            chain.mask = mask;
            chain.vertices.clear();
        }
        let vertices = &mut self.chains[self.used - 1].vertices;
        if vertices.last().is_none_or(|(last, _)| *last != link.from) {
            vertices.push((link.from, true));
        }
        vertices.push((link.to, false));
    }
}

impl Link {
    fn is_point(self) -> bool {
        self.from == self.to
    }

    fn reversed(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
        }
    }

    fn canonical(self) -> Self {
        if self.from <= self.to {
            self
        } else {
            self.reversed()
        }
    }
}

/// The part of a segment within the limits, rounded down; `None` when it lies beyond.
fn clip([a, b]: [Coord; 2]) -> Option<Link> {
    let limit = f64::from(LIMIT - 1);
    let fits = |at: Coord| at.x.abs() <= limit && at.y.abs() <= limit;
    if fits(a) && fits(b) {
        return Some(Link {
            from: rounded_down(a),
            to: rounded_down(b),
        });
    }
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (from, to) in [(a.x, b.x), (a.y, b.y)] {
        let way = to - from;
        if way.abs() > 0.0 {
            let (s, t) = ((-limit - from) / way, (limit - from) / way);
            first = first.max(s.min(t));
            last = last.min(s.max(t));
        } else if from.abs() > limit {
            return None;
        }
    }
    if first > last {
        return None;
    }
    let at = |share: f64, end: Coord| {
        if fits(end) {
            return rounded_down(end);
        }
        rounded_down(Coord {
            x: (a.x + (b.x - a.x) * share).clamp(-limit, limit),
            y: (a.y + (b.y - a.y) * share).clamp(-limit, limit),
        })
    };
    Some(Link {
        from: at(first, a),
        to: at(last, b),
    })
}
