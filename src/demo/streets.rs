//! The street plan: an outline along streets, arterials, then ever smaller streets until there are blocks.
//!
//! Cutting goes on by the heaviest area first, so that after the right number of cuts there are exactly as many
//! communities, and later grids, as the office has.

use super::dice::Dice;
use super::names::NameBook;
use super::net::{Class, Net};
use super::plane::{P, Shape, p, sides};

/// Communities, basic grids.
pub(super) const COMMUNITIES: usize = 30;
pub(super) const BASIC_GRIDS: usize = 75;
/// Blocks larger than this are cut by a lane.
const BLOCK_M2: f64 = 47_000.0;

/// The outline: corner, and the class of the street that starts there (`None`: the street goes on).
const OUTLINE: &[(f64, f64, Option<Class>)] = &[
    (-1190.0, -1130.0, Some(Class::Secondary)),
    (-640.0, -1195.0, None),
    (-120.0, -1225.0, None),
    (330.0, -1290.0, Some(Class::Street)),
    (352.0, -1040.0, Some(Class::Secondary)),
    (780.0, -1005.0, None),
    (1245.0, -940.0, Some(Class::Arterial)),
    (1290.0, -480.0, None),
    (1300.0, -120.0, None),
    (1282.0, 130.0, Some(Class::Street)),
    (985.0, 165.0, Some(Class::Street)),
    (1005.0, 620.0, Some(Class::Secondary)),
    (1262.0, 655.0, Some(Class::Arterial)),
    (1215.0, 1180.0, Some(Class::Secondary)),
    (760.0, 1235.0, None),
    (240.0, 1250.0, None),
    (-235.0, 1285.0, Some(Class::Street)),
    (-272.0, 905.0, Some(Class::Secondary)),
    (-740.0, 868.0, None),
    (-1255.0, 800.0, Some(Class::Arterial)),
    (-1300.0, 330.0, None),
    (-1275.0, -220.0, None),
    (-1248.0, -690.0, None),
];

/// The street plan: the net, and which community and grid each block belongs to.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) net: Net,
    /// By block: the place of its community.
    pub(super) community: Vec<usize>,
    /// By block: the place of its basic grid.
    pub(super) grid: Vec<usize>,
    /// The street beside which the river runs.
    pub(super) river_street: usize,
}

/// Where much ground belongs to few people: the campus in the west, the scenic park in the south-east.
fn density(at: P) -> f64 {
    let near = |x: f64, y: f64, reach: f64| (1.0 - at.to(p(x, y)) / reach).clamp(0.0, 1.0);
    1.0 - 0.55 * near(-880.0, 80.0, 520.0)
        - 0.5 * near(830.0, -640.0, 520.0)
        - 0.4 * near(-60.0, 60.0, 420.0)
}

/// Draws the plan.
pub(super) fn draw(seed: u64, names: &mut NameBook) -> Plan {
    let mut dice = Dice::new(seed, 1);
    let outline: Vec<P> = OUTLINE
        .iter()
        .map(|(x, y, _)| p(x + dice.range(-22.0, 22.0), y + dice.range(-22.0, 22.0)))
        .collect();
    let mut net = Net::new(&outline);
    let mut at = 0;
    while at < OUTLINE.len() {
        let class = OUTLINE[at].2.unwrap_or(Class::Street);
        let mut end = at + 1;
        while end < OUTLINE.len() && OUTLINE[end].2.is_none() {
            end += 1;
        }
        let street = named(&mut net, class, names, &mut dice);
        net.lay(
            street,
            (at..=end).map(|node| node % OUTLINE.len()).collect(),
        );
        at = end;
    }
    let river_street = arterials(&mut net, names, &mut dice);
    let mut drawing = Drawing {
        net,
        names,
        dice,
        community: Vec::new(),
        grid: Vec::new(),
    };
    drawing.community = vec![0; drawing.net.faces.len()];
    drawing.grid = drawing.community.clone();
    drawing.until(COMMUNITIES, Class::Secondary);
    drawing.community = (0..drawing.net.faces.len()).collect();
    drawing.until(BASIC_GRIDS, Class::Street);
    drawing.grid = (0..drawing.net.faces.len()).collect();
    drawing.lanes();
    Plan {
        net: drawing.net,
        community: drawing.community,
        grid: drawing.grid,
        river_street,
    }
}

fn named(net: &mut Net, class: Class, names: &mut NameBook, dice: &mut Dice) -> usize {
    let suffix = match class {
        Class::Arterial => dice.pick(&["大道", "路", "大街"]),
        Class::Secondary => dice.pick(&["路", "路", "南路", "北路"]),
        Class::Street => dice.pick(&["路", "街", "街", "东街"]),
        Class::Lane => dice.pick(&["巷", "巷", "里", "坊"]),
    };
    let name = names.street(dice, suffix);
    net.street(class, name)
}

/// Two arterials from south to north, two from west to east that change direction at each crossing, two diagonals.
fn arterials(net: &mut Net, names: &mut NameBook, dice: &mut Dice) -> usize {
    let mut through = |net: &mut Net, class, cuts: &[(P, P)], curve: f64| {
        let street = named(net, class, names, dice);
        for (origin, along) in cuts {
            let bend = curve * dice.range(0.6, 1.0) * if dice.chance(0.5) { 1.0 } else { -1.0 };
            let Some(face) = net.face_at(*origin) else {
                continue;
            };
            if let Some((from, to)) = net.crossing(face, *origin, *along) {
                net.cut(face, (from, to), &arc(bend), street);
            }
        }
        street
    };
    let river = through(
        net,
        Class::Arterial,
        &[(p(-455.0, 0.0), p(0.045, 1.0))],
        46.0,
    );
    through(
        net,
        Class::Arterial,
        &[(p(455.0, 60.0), p(-0.06, 1.0))],
        -38.0,
    );
    for (west, middle, east) in [(425.0, 452.0, 432.0), (-352.0, -330.0, -372.0)] {
        through(
            net,
            Class::Arterial,
            &[
                (p(-860.0, west), p(1.0, 0.035)),
                (p(0.0, middle), p(1.0, 0.0)),
                (p(800.0, east), p(1.0, -0.045)),
            ],
            14.0,
        );
    }
    through(
        net,
        Class::Secondary,
        &[(p(850.0, -660.0), p(1.0, -0.62))],
        30.0,
    );
    through(
        net,
        Class::Secondary,
        &[(p(-880.0, -720.0), p(0.42, 1.0))],
        36.0,
    );
    through(
        net,
        Class::Secondary,
        &[(p(0.0, 830.0), p(1.0, 0.22))],
        34.0,
    );
    river
}

/// A slight arc: `rise` metres to the left in the middle.
fn arc(rise: f64) -> Vec<(f64, f64)> {
    [0.17, 0.34, 0.5, 0.66, 0.83]
        .into_iter()
        .map(|share: f64| (share, rise * 4.0 * share * (1.0 - share)))
        .collect()
}

#[derive(Debug)]
struct Drawing<'a> {
    net: Net,
    names: &'a mut NameBook,
    dice: Dice,
    community: Vec<usize>,
    grid: Vec<usize>,
}

impl Drawing<'_> {
    /// Cuts the heaviest face until there are `count`.
    fn until(&mut self, count: usize, class: Class) {
        let mut stuck: Vec<usize> = Vec::new();
        while self.net.faces.len() < count {
            let heaviest = (0..self.net.faces.len())
                .filter(|face| !stuck.contains(face))
                .map(|face| {
                    let shape = self.net.shape(face);
                    (shape.area() * density(shape.centre()), face)
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((_, face)) = heaviest else { return };
            if !self.halve(face, class) {
                stuck.push(face);
            }
        }
    }

    /// Cuts grids into blocks. Grids of much ground keep one large block and give a strip to houses.
    fn lanes(&mut self) {
        let mut open: Vec<usize> = (0..self.net.faces.len()).collect();
        while let Some(face) = open.pop() {
            let shape = self.net.shape(face);
            let wanted = BLOCK_M2 / density(shape.centre()) * self.dice.range(0.85, 1.2);
            let alone = face < BASIC_GRIDS;
            if shape.area() < if alone { wanted * 0.9 } else { wanted } {
                continue;
            }
            let class = if self.dice.chance(0.4) {
                Class::Street
            } else {
                Class::Lane
            };
            let before = self.net.faces.len();
            if self.halve(face, class) {
                open.extend([face, before]);
            }
        }
    }

    /// Cuts a face across its length; the halves stay in its community and grid.
    fn halve(&mut self, face: usize, class: Class) -> bool {
        for _ in 0..6 {
            let Some((from, to, via)) = self.best_cut(face, class) else {
                continue;
            };
            let direction = (to.2 - from.2).unit();
            let street = self.going_on(
                &[(from.0, from.1, direction), (to.0, to.1, -direction)],
                class,
            );
            let street =
                street.unwrap_or_else(|| named(&mut self.net, class, self.names, &mut self.dice));
            if self.net.cut(face, (from, to), &via, street).is_some() {
                if !self.community.is_empty() {
                    self.community.push(self.community[face]);
                    self.grid.push(self.grid[face]);
                }
                return true;
            }
            if self.net.streets[street].paths.is_empty() {
                self.net.streets.pop();
            }
        }
        false
    }

    /// A street of the same class that arrives at one end of the cut in its direction.
    fn going_on(&self, ends: &[(usize, usize, P)], class: Class) -> Option<usize> {
        ends.iter().find_map(|(a, b, inward)| {
            [*a, *b].into_iter().find_map(|node| {
                self.net
                    .leaving(node)
                    .into_iter()
                    .find(|(street, out)| {
                        out.dot(-*inward) > 0.94 && self.net.streets[*street].class == class
                    })
                    .map(|(street, _)| street)
            })
        })
    }

    #[expect(
        clippy::type_complexity,
        reason = "two ends and the bends between them, used once"
    )]
    fn best_cut(
        &mut self,
        face: usize,
        class: Class,
    ) -> Option<((usize, usize, P), (usize, usize, P), Vec<(f64, f64)>)> {
        let shape = self.net.shape(face);
        let (a, b) =
            sides(&shape.outer).max_by(|one, two| one.0.to(one.1).total_cmp(&two.0.to(two.1)))?;
        let mut best: Option<(f64, _)> = None;
        for _ in 0..14 {
            let axis = (b - a).unit();
            let frame = super::plane::Frame { u: axis };
            let (low, high) = shape.extent(frame);
            let (wide, deep) = (high.x - low.x, high.y - low.y);
            let share = self.dice.range(0.36, 0.64);
            let across_u = if wide > deep * 1.2 {
                true
            } else if deep > wide * 1.2 {
                false
            } else {
                self.dice.chance(0.5)
            };
            let tilt = self.dice.range(-0.07, 0.07)
                + if self.dice.chance(0.18) {
                    self.dice.range(-0.22, 0.22)
                } else {
                    0.0
                };
            let (origin, along) = if across_u {
                (
                    frame.at(low.x + wide * share, f64::midpoint(low.y, high.y)),
                    axis.left() + axis * tilt,
                )
            } else {
                (
                    frame.at(f64::midpoint(low.x, high.x), low.y + deep * share),
                    axis + axis.left() * tilt,
                )
            };
            if !shape.has(origin) {
                continue;
            }
            let Some((from, to)) = self.net.crossing(face, origin, along) else {
                continue;
            };
            let Some((one, two)) = super::net::split(&shape, from.2, to.2 - from.2, 0.0) else {
                continue;
            };
            let score = compact(&one).min(compact(&two))
                + 0.5 * one.area().min(two.area()) / shape.area()
                + self.dice.range(0.0, 0.08);
            if best.as_ref().is_none_or(|(least, _)| score > *least) {
                best = Some((score, (from, to)));
            }
        }
        let (_, (from, to)) = best?;
        let length = from.2.to(to.2);
        let bend = match class {
            Class::Arterial | Class::Secondary => self.dice.range(-0.05, 0.05),
            Class::Street => self.dice.range(-0.07, 0.07),
            Class::Lane => self.dice.range(-0.04, 0.04),
        } * length;
        let via = match self.dice.below(4) {
            0 => Vec::new(),
            1 => {
                let (one, two) = (self.dice.range(0.25, 0.45), self.dice.range(0.55, 0.75));
                vec![(one, bend * 0.8), (two, -bend * 0.5)]
            }
            2 => vec![(self.dice.range(0.35, 0.65), bend)],
            _ => arc(bend),
        };
        Some((from, to, via))
    }
}

/// How round a shape is: 1 for a square, less for slivers.
fn compact(shape: &Shape) -> f64 {
    let around: f64 = sides(&shape.outer).map(|(a, b)| a.to(b)).sum();
    16.0 * shape.area() / (around * around)
}
