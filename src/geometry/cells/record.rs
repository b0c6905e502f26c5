//! The record of a mixed cell: how it is written and how a place in the cell is decided.
//!
//! ```text
//! short:  head | vertices                   every edge bounds the one or both areas touched, and no slot holds the cell
//! plain:  head | [reference bits, with more than 8 touched areas] | touched areas | whole slots | chains
//! dense:  head | number of touched areas | number of whole slots | touched areas | whole slots
//! chain:  areas it bounds (24 bits), number of vertices (8 bits) | vertices
//! vertex: from the lowest bit, whether a new line starts here (1), x (15), nothing (1), y (15); the cell's own units
//! ```
//! A border that areas share is one chain. A dense record has no chains: every place takes the exact way.
//! The highest two bits of a head tell the three apart.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "packed words whose lengths and offsets this module wrote; no branches in the loop over edges"
)]

use bytemuck::cast;
use wide::{i16x8, i32x4, u32x4};

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
    pub(super) fn holders(&self, at: u32) -> Option<u32> {
        let all = (1_u32 << (self.head & 3)) - 1;
        let odd = cross(self.words, (self.head >> 4 & 255) as usize, at)?;
        Some((self.head >> 2 & 3) ^ (all & u32::from(odd).wrapping_neg()))
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
    pub(super) fn holders(&self, at: u32) -> Option<u32> {
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

/// Whether the straight way from the centre to the place `at` crosses the lines an odd number of times; `None` when the place
/// lies so near that rounding may have moved it over, or a line leads through the centre. The `count` vertices follow the
/// first word; `at` has x in its low half and y in its high one.
///
/// Vertices and places are rounded down to whole units, so one may move against the other by no more than a unit along
/// each axis, 1.415 units in all. A place further than 1.5 units from an edge lies on its true side.
#[inline]
fn cross(words: &[u32], count: usize, at: u32) -> Option<bool> {
    let way = Way::to(at);
    let (mut odd, mut unsure) = (0, 0);
    let mut done = 0;
    // most cells have four edges at most: one round, whose end is foreseen
    loop {
        let four = |from: usize| {
            let whole = words.get(from..).and_then(<[u32]>::first_chunk::<LANES>);
            u32x4::from(whole.map_or_else(|| last_four(words, from), |whole| *whole))
        };
        let (starts, ends) = (four(done), four(done + 1));
        // no edge leads to the first vertex of a line, and none beyond the last
        let firsts = (cast::<_, i32x4>(ends) << 31_u32).to_bitmask();
        let edges = !firsts & !(!0 << (count - done).min(LANES));
        let (flips, near) = way.cross_four(vertices(starts), vertices(ends));
        odd ^= flips & edges;
        unsure |= near & edges;
        done += LANES;
        if done >= count {
            break;
        }
    }
    if unsure != 0 {
        None
    } else {
        // 0x6996: whether four bits are odd
        Some(0x6996_u32 >> odd & 1 == 1)
    }
}

/// The words from `from` on, and lines that start and do not go on behind the last.
#[cold]
#[inline(never)]
fn last_four(words: &[u32], from: usize) -> [u32; LANES] {
    std::array::from_fn(|n| words.get(from + n).copied().unwrap_or(1))
}

/// Four vertices in their cell's own units, x and y in turns.
#[inline]
fn vertices(words: u32x4) -> i16x8 {
    cast::<_, i16x8>(words) >> 1_u32
}

/// The way to a place, for four edges at once: of 16-bit pairs for x and y, products are pairs' sums of 32 bits.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// The place, across: y and x.
    across: i16x8,
    /// The same with y negative: (-y, x).
    left: i16x8,
}

/// All bits of the x in pairs.
const ONLY_X: i32 = 0xffff;

/// With its x negative.
#[inline]
fn mirrored(pairs: i16x8) -> i16x8 {
    let only_x: i16x8 = cast(i32x4::splat(ONLY_X));
    (pairs ^ only_x) - only_x
}

impl Way {
    #[inline]
    fn to(at: u32) -> Self {
        let across = cast(u32x4::splat(at.rotate_left(16)));
        Self {
            across,
            left: mirrored(across),
        }
    }

    /// Which of the edges from `a` to `b` the way crosses, and which are too near to tell, as bits.
    #[inline]
    fn cross_four(&self, a: i16x8, b: i16x8) -> (u32, u32) {
        // (-dx, dy): with (y, x) of a place it makes twice the area that the edge spans with the place; left of the
        // edge is positive
        let delta = mirrored(b - a);
        let turned: u32x4 = cast(a);
        let turned = turned << 16_u32 | turned >> 16_u32;
        let centre: i32x4 = delta.dot(cast(turned));
        let place = centre - delta.dot(self.across);
        // on which side of the way its ends lie; a vertex on the way's line is left of it
        let ends = self.left.dot(a) ^ self.left.dot(b);
        let flips = ends & (centre ^ place);
        // twice the reach along both axes
        let size = delta.max(i16x8::splat(0) - delta);
        let far = place.abs().simd_gt(size.dot(i16x8::splat(2)));
        let through = ends & centre.simd_eq(i32x4::ZERO);
        (flips.to_bitmask(), (!far | through).to_bitmask())
    }
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
        u32::from((*x << 1 | i32::from(*first)) as i16 as u16) | (*y as u32) << 17
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
pub(super) fn holders(words: &[u32], form: Form, at: u32) -> Option<u32> {
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
