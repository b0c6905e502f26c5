//! The record of a mixed cell: how it is written and how a place in the cell is decided.
//!
//! ```text
//! short:  head | vertices                   every edge bounds the one or both areas touched, and no slot holds the cell
//! plain:  head | [reference bits, with more than 8 touched areas] | touched areas | whole slots | chains
//! dense:  head | number of touched areas | number of whole slots | touched areas | whole slots
//! chain:  areas it bounds (24 bits), number of vertices (8 bits) | vertices
//! vertex: x (15 bits) and whether a new line starts here (1 bit, the lowest), y (16 bits); the cell's own units
//! ```
//! A border that areas share is one chain. A dense record has no chains: every place takes the exact way.
//! The highest two bits of a head tell the three apart.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "packed words whose lengths and offsets this module wrote; no branches in the loop over edges"
)]

/// Touched areas in a plain record, at most.
pub(super) const MOST_TOUCHED: usize = 24;
/// Whole slots in a plain record, at most.
const MOST_WHOLE: usize = 255;
/// Chains in a plain record, at most.
const MOST_CHAINS: usize = 255;
/// Vertices in a chain, at most.
pub(super) const MOST_LINKS: usize = 254;
/// Touched areas whose reference bits fit into the head.
const FEW: usize = 8;
const DENSE: u32 = 1 << 31;
const SHORT: u32 = 1 << 30;

/// Records begin at multiples of so many words.
pub(super) const STEP: u32 = 2;

/// Vertices lie within `-LIMIT..=LIMIT`: products of differences then fit into 32 bits.
pub(super) const LIMIT: i32 = 16_383;

/// A border within a cell: lines of two or more vertices, and the touched areas that they bound as bits.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) mask: u32,
    /// Vertices, and whether a new line starts with it.
    pub(super) vertices: Vec<([i32; 2], bool)>,
}

/// A short record as it is read. Its head, from the lowest bit: number of touched areas (2 bits), reference bits (2),
/// number of vertices (8), and where each area stands in the coarse cell's table (8 each).
#[derive(Debug, Clone, Copy)]
pub(super) struct Short<'a> {
    head: u32,
    /// The head again, the vertices, and whatever follows.
    words: &'a [u32],
}

impl<'a> Short<'a> {
    /// The record at the start of `words` if it is a short one.
    #[inline]
    pub(super) fn read(words: &'a [u32]) -> Option<Self> {
        let head = words[0];
        (head & SHORT != 0).then_some(Self { head, words })
    }

    /// The touched areas that hold the place, as bits; `None` when it is too near to a border to tell.
    #[inline]
    pub(super) fn holders(&self, at: [i32; 2]) -> Option<u32> {
        let all = (1_u32 << (self.head & 3)) - 1;
        let odd = cross(self.words, (self.head >> 4 & 255) as usize, at)?;
        Some((self.head >> 2 & 3) ^ (all & mask(odd) as u32))
    }

    /// Number of touched areas, one or two.
    pub(super) fn touched(&self) -> u32 {
        self.head & 3
    }

    /// Where the first or second touched area stands in the table.
    #[inline]
    pub(super) fn place(&self, number: u32) -> u32 {
        self.head >> (12 + 8 * (number & 1)) & 255
    }
}

/// A plain or dense record as it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// Bit n: the n-th touched area holds the centre of the cell.
    reference: u32,
    /// Areas with a border in the cell, by slot.
    pub(super) touched: &'a [u32],
    /// Slots that hold the whole cell, ascending.
    pub(super) whole: &'a [u32],
    /// Words of the chains and what follows them.
    rest: &'a [u32],
    chains: u32,
    dense: bool,
}

impl<'a> Record<'a> {
    /// The record at the start of `words`.
    pub(super) fn read(words: &'a [u32]) -> Self {
        let head = words[0];
        if head & DENSE != 0 {
            let (touched, rest) = words[3..].split_at(words[1] as usize);
            return Self {
                reference: 0,
                touched,
                whole: &rest[..words[2] as usize],
                rest: &[],
                chains: 0,
                dense: true,
            };
        }
        let (touched, whole) = ((head & 31) as usize, (head >> 5 & 255) as usize);
        let chains = head >> 13 & 255;
        let (reference, from) = if touched > FEW {
            (words[1], 2)
        } else {
            (head >> 21 & 255, 1)
        };
        let (touched, rest) = words[from..].split_at(touched);
        let (whole, rest) = rest.split_at(whole);
        Self {
            reference,
            touched,
            whole,
            rest,
            chains,
            dense: false,
        }
    }

    /// The touched areas that hold the place, as bits; `None` when it is too near to a border to tell.
    pub(super) fn holders(&self, at: [i32; 2]) -> Option<u32> {
        if self.dense {
            return None;
        }
        let mut rest = self.rest;
        let mut state = self.reference;
        for _ in 0..self.chains {
            let (mask, len) = (rest[0] & 0xff_ffff, (rest[0] >> 24) as usize);
            if cross(rest, len, at)? {
                state ^= mask;
            }
            rest = &rest[len + 1..];
        }
        Some(state)
    }
}

/// Edges that are looked at together.
const LANES: usize = 4;

/// Whether the way from the centre to `(x, 0)` and on to the place `(x, y)` crosses the lines an odd number of times;
/// `None` when the place lies so near that rounding may have moved it over. The `count` vertices follow the first word.
///
/// Vertices and places are rounded down to whole units, so one may move against the other by no more than a unit along
/// each axis, 1.415 units in all. A place further than 1.5 units from an edge lies on its true side.
#[inline]
fn cross(words: &[u32], count: usize, at: [i32; 2]) -> Option<bool> {
    let (mut odd, mut unsure) = (0, 0);
    let mut done = 0;
    // most cells have four edges at most: one round, whose end is foreseen
    while done < count {
        let five: [u32; LANES + 1] = match words.get(done..).and_then(<[u32]>::first_chunk) {
            Some(five) => *five,
            None => std::array::from_fn(|n| words.get(done + n).copied().unwrap_or(1)),
        };
        let mut edges = [0; LANES];
        for (n, edge) in edges.iter_mut().enumerate() {
            *edge = i32::from(done + n < count && five[n + 1] & 1 == 0).wrapping_neg();
        }
        let (flips, near) = cross_four(five, edges, at);
        odd ^= flips;
        unsure |= near;
        done += LANES;
    }
    if unsure != 0 {
        None
    } else {
        Some(odd & 1 == 1)
    }
}

/// How often the way crosses the edges between the vertices, the lowest bit, and whether one of them is too near, any
/// bit. Of `edges` all bits are set where there is an edge.
#[inline]
fn cross_four(five: [u32; LANES + 1], edges: [i32; LANES], [x, y]: [i32; 2]) -> (i32, i32) {
    let mut all = [(0, 0); LANES];
    for n in 0..LANES {
        let (ax, ay) = vertex(five[n]);
        let (bx, by) = vertex(five[n + 1]);
        let (dx, dy) = (bx - ax, by - ay);
        // Twice the area that the edge spans with the place, with (x, 0), and with the centre; left of the edge is positive.
        // Of what is no edge the products may wrap; they do not count.
        let span = |x: i32, y: i32| dy.wrapping_mul(x).wrapping_sub(dx.wrapping_mul(y));
        let centre = span(ax, ay);
        let corner = centre.wrapping_sub(span(x, 0));
        let place = corner.wrapping_sub(span(0, y));
        // On the line y = 0 the crossing counts when it lies right of one end of the way and not of the other. A crossing
        // at the centre itself is never right of it; the vertices on a line are below it, or left of it.
        let level = mask(ay > 0) ^ mask(by > 0);
        let plumb = mask(ax > x) ^ mask(bx > x);
        let right_of_centre = mask(centre > (dy >> 31));
        let over_corner = mask(corner > 0);
        let flips =
            (level & (right_of_centre ^ over_corner)) ^ (plumb & (mask(place > 0) ^ over_corner));
        let reach = dx.abs() + dy.abs();
        let beside = mask(x < ax.min(bx) - 2)
            | mask(x > ax.max(bx) + 2)
            | mask(y < ay.min(by) - 2)
            | mask(y > ay.max(by) + 2);
        let close = mask(place.wrapping_abs() <= reach + (reach >> 1) + 1) & !beside;
        let on_corner = (level | plumb) & mask(corner == 0);
        all[n] = (edges[n] & flips, edges[n] & (close | on_corner));
    }
    all.iter()
        .fold((0, 0), |sum, one| (sum.0 ^ one.0, sum.1 | one.1))
}

/// All bits where it is so, none where not.
#[inline]
fn mask(so: bool) -> i32 {
    i32::from(so).wrapping_neg()
}

/// A vertex in the cell's own units.
#[inline]
fn vertex(word: u32) -> (i32, i32) {
    (i32::from(word as u16 as i16) >> 1, (word as i32) >> 16)
}

/// What [`write`] made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Short,
    Plain,
}

/// Appends a record whose reference bits are still 0; `None` and nothing when the parts are too many.
/// `places` are those of the touched areas in the table, or none where it has no room for them.
pub(super) fn write(
    words: &mut Vec<u32>,
    touched: &[u32],
    places: &[u8],
    whole: &[u32],
    chains: &[Chain],
) -> Option<Form> {
    let pack = |([x, y], first): &([i32; 2], bool)| {
        u32::from((*x << 1 | i32::from(*first)) as i16 as u16) | (*y as u32) << 16
    };
    let fits = |chain: &Chain| chain.vertices.len() <= MOST_LINKS;
    if let ([chain], [], 1..=2) = (chains, whole, touched.len())
        && chain.mask == (1 << touched.len()) - 1
        && fits(chain)
        && places.len() == touched.len()
    {
        let second = places.get(1).copied().unwrap_or(0);
        let head = SHORT | touched.len() as u32 | (chain.vertices.len() as u32) << 4;
        words.push(head | u32::from(places[0]) << 12 | u32::from(second) << 20);
        words.extend(chain.vertices.iter().map(pack));
        return Some(Form::Short);
    }
    let few = touched.len() <= MOST_TOUCHED
        && whole.len() <= MOST_WHOLE
        && chains.len() <= MOST_CHAINS
        && chains.iter().all(fits);
    if !few {
        return None;
    }
    words.push(touched.len() as u32 | (whole.len() as u32) << 5 | (chains.len() as u32) << 13);
    if touched.len() > FEW {
        words.push(0);
    }
    words.extend_from_slice(touched);
    words.extend_from_slice(whole);
    for chain in chains {
        words.push(chain.mask | (chain.vertices.len() as u32) << 24);
        words.extend(chain.vertices.iter().map(pack));
    }
    Some(Form::Plain)
}

/// The touched areas that hold `at` of the new record at the start of `words`.
pub(super) fn holders(words: &[u32], form: Form, at: [i32; 2]) -> Option<u32> {
    match form {
        Form::Short => Short::read(words)?.holders(at),
        Form::Plain => Record::read(words).holders(at),
    }
}

/// Sets the reference bits of the new record at the start of `words`.
pub(super) fn set_reference(words: &mut [u32], form: Form, bits: u32) {
    match form {
        Form::Short => words[0] |= bits << 2,
        Form::Plain if (words[0] & 31) as usize > FEW => words[1] = bits,
        Form::Plain => words[0] |= bits << 21,
    }
}

/// Fills up a record at the end of `words` to a whole number of steps.
pub(super) fn pad(words: &mut Vec<u32>) {
    words.resize(words.len().next_multiple_of(STEP as usize), 0);
}

/// Appends a dense record.
pub(super) fn write_dense(words: &mut Vec<u32>, touched: &[u32], whole: &[u32]) {
    words.extend([DENSE, touched.len() as u32, whole.len() as u32]);
    words.extend_from_slice(touched);
    words.extend_from_slice(whole);
}
