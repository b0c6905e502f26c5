//! The records of a layer one after the other, nearest first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use rstar::{ParentNode, RTreeNode};

use super::base::{Entry, boxed};
use super::place::PlaceIndex;
use crate::domain::Feature;
use crate::geometry::measure::{LeastDistance, distance_to_m};
use crate::geometry::{BBox, LonLat};

/// Of which tree a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    Base,
    Older,
    Recent,
}

/// What is looked at next: its place in the queue is its distance, or a lower bound of it.
#[derive(Debug)]
struct Next<'a> {
    metres: f64,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Node(&'a ParentNode<Entry>, Tree, Bound),
    /// A record of which only the box has been looked at.
    Boxed(BBox, &'a Arc<Feature>, Bound),
    /// A record whose distance is known.
    Record(&'a Arc<Feature>),
}

/// Which bound of [`LeastDistance`] stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Cheap,
    Best,
}

impl Next<'_> {
    /// Whatever may still hold records comes before records at the same distance, these in the order of ids.
    fn rank(&self) -> (bool, i64) {
        match self.what {
            What::Node(..) | What::Boxed(..) => (false, 0),
            What::Record(record) => (true, record.id.0),
        }
    }
}

impl Ord for Next<'_> {
    /// The nearest is the greatest: the queue gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_distance = other.metres.total_cmp(&self.metres);
        by_distance.then_with(|| other.rank().cmp(&self.rank()))
    }
}

impl PartialOrd for Next<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Next<'_> {}

/// Calls `visit` with the records that `accept` takes and how far each is from `place`, nearest first, then by id, until
/// it breaks, `accept` fails, or what is left is farther than `farthest_m`.
///
/// Best first: a node of the trees is opened, and a distance worked out, only when no other can hold anything nearer.
pub(super) fn nearest_first<'a, E>(
    places: &'a PlaceIndex,
    place: LonLat,
    farthest_m: f64,
    mut accept: impl FnMut(&Feature) -> Result<bool, E>,
    mut visit: impl FnMut(f64, &'a Arc<Feature>) -> ControlFlow<()>,
) -> Result<(), E> {
    let least = LeastDistance::from(place);
    let mut queue: BinaryHeap<Next<'_>> = BinaryHeap::new();
    let roots = places.roots().into_iter();
    queue.extend(roots.map(|(node, tree)| Next {
        metres: 0.0,
        what: What::Node(node, tree, Bound::Best),
    }));
    while let Some(Next { metres, what }) = queue.pop() {
        let push = |queue: &mut BinaryHeap<_>, metres: f64, what| {
            if metres <= farthest_m {
                queue.push(Next { metres, what });
            }
        };
        match what {
            What::Node(node, tree, bound) => {
                if let Some(better) = better(&least, metres, of(node), bound) {
                    push(&mut queue, better, What::Node(node, tree, Bound::Best));
                    continue;
                }
                for child in node.children() {
                    match child {
                        RTreeNode::Parent(node) => {
                            let what = What::Node(node, tree, Bound::Cheap);
                            push(&mut queue, least.to(of(node)), what);
                        }
                        RTreeNode::Leaf(entry) => {
                            let Some(record) = places.record_of(entry, tree) else {
                                continue;
                            };
                            if accept(record)? {
                                let bbox = boxed(entry.envelope);
                                let what = What::Boxed(bbox, record, Bound::Cheap);
                                push(&mut queue, least.to(bbox), what);
                            }
                        }
                    }
                }
            }
            What::Boxed(bbox, record, bound) => {
                if let Some(better) = better(&least, metres, bbox, bound) {
                    push(&mut queue, better, What::Boxed(bbox, record, Bound::Best));
                } else if let Some(shape) = record.geometry.as_deref() {
                    push(
                        &mut queue,
                        distance_to_m(place, shape),
                        What::Record(record),
                    );
                }
            }
            What::Record(record) => {
                if visit(metres, record).is_break() {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The better bound for a box whose cheap one is `cheap_m`, where it is one.
fn better(least: &LeastDistance, cheap_m: f64, bbox: BBox, bound: Bound) -> Option<f64> {
    /// The share of a distance by which the cheap bound is below it, as a rule.
    const OFF: f64 = 0.006;
    if bound == Bound::Best || cheap_m * OFF < LeastDistance::slack_m(bbox) {
        return None;
    }
    let better = least.to_the_middle_of(bbox);
    (better > cheap_m).then_some(better)
}

fn of(node: &ParentNode<Entry>) -> BBox {
    boxed(node.envelope())
}
