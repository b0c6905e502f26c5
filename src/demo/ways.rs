//! The ways of a compound: from the street through a gate, along the doors of every row, all in one piece.

use super::houses::frame_of;
use super::plane::{Frame, P, Shape, meet, off_segment, sides};
use super::raster::{Raster, Through, closed_line, nearest_on, water};
use super::records::entrance_place;
use super::town::{House, Town};

/// Ways end exactly on others; what lies further off does not touch.
const TOUCH: f64 = 0.05;
/// Doors further off than this get a way of their own.
const DOOR_REACH: f64 = 9.0;
/// Compounds of more ground have a second gate where the street allows it.
const LARGE_M2: f64 = 7_000.0;

/// A compound with what stands around it.
pub(super) struct Site<'a> {
    town: &'a Town,
    compound: usize,
    block: usize,
    shape: &'a Shape,
    frame: Frame,
    houses: Vec<&'a House>,
    /// Other houses of the block.
    others: Vec<&'a Shape>,
    /// Other compounds of the block.
    walls: Vec<&'a Shape>,
    water: Vec<Shape>,
    outline: Shape,
}

impl<'a> Site<'a> {
    pub(super) fn of(town: &'a Town, compound: usize) -> Self {
        let record = &town.compounds[compound];
        let block = record.block;
        let in_block = || town.houses.iter().filter(|house| house.block == block);
        Self {
            town,
            compound,
            block,
            shape: &record.shape,
            frame: frame_of(&record.shape),
            houses: in_block()
                .filter(|house| house.compound == Some(compound))
                .collect(),
            others: in_block()
                .filter(|house| house.compound != Some(compound))
                .map(|house| &house.shape)
                .collect(),
            walls: town
                .compounds
                .iter()
                .enumerate()
                .filter(|(at, other)| *at != compound && other.block == block)
                .map(|(_, other)| &other.shape)
                .collect(),
            water: water(town, block),
            outline: town.net.shape(town.blocks[block].face),
        }
    }

    /// All ways; `raster` is that of the block, made when it is first needed.
    pub(super) fn ways(&self, raster: &mut Option<(usize, Raster)>) -> Vec<Vec<P>> {
        let mut joined: Vec<Vec<P>> = Vec::new();
        let mut loose: Vec<Vec<P>> = Vec::new();
        let spine = self.spine();
        if let Some((u, from, to)) = spine {
            if let Some(way) = self.to_the_street(from, to) {
                joined.push(way);
            } else {
                loose.push(vec![from, to]);
            }
            loose.extend(self.rows(u));
        }
        if joined.is_empty() {
            let doors = self.doors();
            let starts = spine.into_iter().flat_map(|(_, from, to)| [from, to]);
            let street = [closed_line(&self.outline)];
            joined.extend(
                starts
                    .chain(doors.iter().map(|(_, before)| *before))
                    .find_map(|start| self.route(start, &street, raster)),
            );
        }
        loop {
            let touching = loose
                .iter()
                .position(|way| joined.iter().any(|other| touch(way, other)));
            let Some(at) = touching else { break };
            joined.push(loose.remove(at));
        }
        for way in loose {
            if joined.iter().any(|other| touch(&way, other)) {
                joined.push(way);
            } else if let Some(link) = self.route(way[0], &joined, raster) {
                joined.extend([link, way]);
            }
        }
        for (door, before) in self.doors() {
            let off = nearest_on(joined.iter().map(Vec::as_slice), door).map(|(off, _)| off);
            if off.is_none_or(|off| off > DOOR_REACH) {
                joined.extend(self.route(before, &joined, raster));
            }
        }
        joined
    }

    /// The entrances with a place before each.
    fn doors(&self) -> Vec<(P, P)> {
        let north = |house: &House| frame_of(&house.shape).u.left();
        self.houses
            .iter()
            .flat_map(|house| {
                (1..=house.entrances).map(|number| {
                    let door = entrance_place(house, number);
                    (door, door + north(house) * 2.2)
                })
            })
            .collect()
    }

    fn own(&self) -> impl Iterator<Item = &Shape> {
        self.houses.iter().map(|house| &house.shape)
    }

    /// The longest straight way from south to north that no house stands in, near the middle where there is a choice.
    fn spine(&self) -> Option<(f64, P, P)> {
        let (low, high) = self.shape.extent(self.frame);
        let middle = f64::midpoint(low.x, high.x);
        (0..160)
            .map(|step| low.x + (high.x - low.x) * (f64::from(step) + 0.5) / 160.0)
            .filter_map(|u| {
                let place = |v| self.frame.at(u, v);
                let inside: Vec<f64> = (0..=60)
                    .map(|step| low.y + (high.y - low.y) * f64::from(step) / 60.0)
                    .filter(|v| self.shape.has(place(*v)) && self.shape.off(place(*v)) > 2.2)
                    .collect();
                let (from, to) = (place(*inside.first()?), place(*inside.last()?));
                let score = from.to(to) - (u - middle).abs() * 0.8;
                open(from, to, self.own(), 2.4).then_some((score, (u, from, to)))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, spine)| spine)
    }

    /// A way along the doors of every house, from the spine at `u`.
    fn rows(&self, u: f64) -> Vec<Vec<P>> {
        let mut found = Vec::new();
        for house in &self.houses {
            let (near, far) = house.shape.extent(self.frame);
            let v = far.y + 3.0;
            let ends = (u.min(near.x + 2.0), u.max(far.x - 2.0));
            let (a, b) = (self.frame.at(ends.0, v), self.frame.at(ends.1, v));
            let inside = |place: P| self.shape.has(place) && self.shape.off(place) > 1.8;
            if a.to(b) > 4.0 && inside(a) && inside(b) && open(a, b, self.own(), 1.2) {
                found.push(vec![a, b]);
            }
        }
        found
    }

    /// The spine drawn out to the street beyond the wall, at the end where that is nearer and nothing stands in the way;
    /// at both ends of a large compound.
    fn to_the_street(&self, from: P, to: P) -> Option<Vec<P>> {
        let along = (to - from).unit();
        let out = |start: P, way: P| {
            let face = self.town.blocks[self.block].face;
            let (_, front) = self.town.net.crossing(face, start, way)?;
            let end = front.2;
            let is_free = start.to(end) < 60.0
                && open(start, end, self.own(), 1.0)
                && open(start, end, self.others.iter().copied(), 1.0)
                && open(start, end, self.walls.iter().copied(), 0.0)
                && open(start, end, &self.water, 0.0);
            is_free.then_some(end)
        };
        let (south, north) = (out(from, -along), out(to, along));
        match (south, north) {
            (Some(south), Some(north)) => Some(
                if self.shape.area() > LARGE_M2 && !self.compound.is_multiple_of(3) {
                    vec![south, north]
                } else if south.to(from) > north.to(to) {
                    vec![from, north]
                } else {
                    vec![south, to]
                },
            ),
            (Some(south), None) => Some(vec![south, to]),
            (None, Some(north)) => Some(vec![from, north]),
            (None, None) => None,
        }
    }

    /// A way from `start` to the nearest of `lines`, over as little foreign ground as possible.
    fn route(
        &self,
        start: P,
        lines: &[Vec<P>],
        raster: &mut Option<(usize, Raster)>,
    ) -> Option<Vec<P>> {
        if lines.is_empty() {
            return None;
        }
        if raster
            .as_ref()
            .is_none_or(|(block, _)| *block != self.block)
        {
            *raster = Some((self.block, Raster::of(self.town, self.block)));
        }
        let (_, raster) = raster.as_ref()?;
        let nearest = |place: P| nearest_on(lines.iter().map(Vec::as_slice), place);
        [
            Through::OwnGround,
            Through::OpenGround,
            Through::CivicPlots,
            Through::Neighbours,
        ]
        .into_iter()
        .find_map(|through| {
            let arrives = |place: P| nearest(place).is_some_and(|(off, _)| off < 1.9);
            let cells = raster.route(start, self.compound, through, arrives)?;
            let end = nearest(*cells.last()?)?.1;
            let mut path = vec![start];
            path.extend(cells);
            path.push(end);
            Some(self.straightened(&path, through))
        })
    }

    /// The way without the corners that it can do without.
    fn straightened(&self, path: &[P], through: Through) -> Vec<P> {
        let mut corners: Vec<P> = Vec::new();
        for (at, place) in path.iter().enumerate() {
            let turns = at == 0
                || at + 1 == path.len()
                || (*place - path[at - 1])
                    .unit()
                    .cross((path[at + 1] - *place).unit())
                    != 0.0;
            if turns {
                corners.push(*place);
            }
        }
        let is_free = |from: P, to: P| {
            open(from, to, self.own(), 0.8)
                && open(from, to, self.others.iter().copied(), 0.8)
                && open(from, to, &self.water, 0.0)
                && (through > Through::OwnGround
                    || sides(&self.shape.outer).all(|(a, b)| !meet(from, to, a, b)))
                && (through == Through::Neighbours
                    || open(from, to, self.walls.iter().copied(), 0.0))
                && (through >= Through::CivicPlots || {
                    let civic = self.town.civic.iter();
                    open(from, to, civic.map(|(_, shape)| shape), 0.0)
                })
        };
        let mut kept = vec![corners[0]];
        let mut at = 0;
        while at + 1 < corners.len() {
            let next = (at + 2..corners.len())
                .rev()
                .find(|next| is_free(corners[at], corners[*next]))
                .unwrap_or(at + 1);
            if corners[next].to(kept[kept.len() - 1]) > TOUCH {
                kept.push(corners[next]);
            }
            at = next;
        }
        kept
    }
}

/// Where ways go through the outline of a compound, each once.
pub(super) fn gates<'a>(shape: &Shape, ways: impl Iterator<Item = &'a [P]>) -> Vec<P> {
    let mut found: Vec<P> = Vec::new();
    for way in ways {
        for leg in way.windows(2) {
            let (from, along) = (leg[0], leg[1] - leg[0]);
            for (a, b) in sides(&shape.outer) {
                let slope = along.cross(b - a);
                if slope.abs() < 1e-9 {
                    continue;
                }
                let on_way = (a - from).cross(b - a) / slope;
                let on_side = (a - from).cross(along) / slope;
                if !(0.0..=1.0).contains(&on_way) || !(0.0..=1.0).contains(&on_side) {
                    continue;
                }
                let place = from + along * on_way;
                if found.iter().all(|other| other.to(place) > 5.0) {
                    found.push(place);
                }
            }
        }
    }
    found
}

/// Whether two ways have a place in common.
fn touch(one: &[P], two: &[P]) -> bool {
    one.windows(2).any(|a| {
        two.windows(2).any(|b| {
            meet(a[0], a[1], b[0], b[1])
                || [a[0], a[1]]
                    .into_iter()
                    .any(|end| off_segment(end, b[0], b[1]) < TOUCH)
                || [b[0], b[1]]
                    .into_iter()
                    .any(|end| off_segment(end, a[0], a[1]) < TOUCH)
        })
    })
}

/// Whether a way keeps `clear` metres off every shape.
fn open<'a>(from: P, to: P, shapes: impl IntoIterator<Item = &'a Shape>, clear: f64) -> bool {
    shapes.into_iter().all(|shape| {
        !shape.has(from)
            && !shape.has(to)
            && sides(&shape.outer).all(|(a, b)| {
                !meet(from, to, a, b)
                    && off_segment(a, from, to) >= clear
                    && off_segment(from, a, b) >= clear
                    && off_segment(to, a, b) >= clear
            })
    })
}
