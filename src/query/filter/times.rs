//! The temporal operators of CQL2, and how a moment is written.

use std::cmp::Ordering;

use cql2::Expr;
use jiff::Timestamp;
use jiff::civil::Date;

use super::compile::{Compiler, Family, unanswerable};
use super::eval::value;
use super::fault::FilterFault;
use super::{Node, Operand, Scalar};
use crate::domain::{self, Feature, start_of};
use crate::query::QueryError;

/// The relations of Allen, and two that take several of them together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TemporalRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// One side of a temporal comparison: a moment, or from one to another.
#[derive(Debug, Clone)]
pub(super) enum Period {
    At(Operand),
    Between(Operand, Operand),
}

impl Compiler {
    pub(super) fn temporal(&self, op: &str, left: &Expr, right: &Expr) -> Result<Node, QueryError> {
        use TemporalRelation as R;
        let relation = match op {
            "t_after" => R::After,
            "t_before" => R::Before,
            "t_contains" => R::Contains,
            "t_disjoint" => R::Disjoint,
            "t_during" => R::During,
            "t_equals" => R::Equals,
            "t_finishedby" => R::FinishedBy,
            "t_finishes" => R::Finishes,
            "t_intersects" => R::Intersects,
            "t_meets" => R::Meets,
            "t_metby" => R::MetBy,
            "t_overlappedby" => R::OverlappedBy,
            "t_overlaps" => R::Overlaps,
            "t_startedby" => R::StartedBy,
            "t_starts" => R::Starts,
            _ => {
                return Err(unanswerable(FilterFault::Operator {
                    op: op.to_owned(),
                    operands: 2,
                }));
            }
        };
        Ok(Node::Temporal(
            relation,
            self.period(left)?,
            self.period(right)?,
        ))
    }

    fn period(&self, expression: &Expr) -> Result<Period, QueryError> {
        let Expr::Interval { interval } = expression else {
            return Ok(Period::At(self.moment_of(expression)?));
        };
        let [from, until] = interval.as_slice() else {
            return Err(unanswerable(FilterFault::Interval));
        };
        Ok(Period::Between(
            self.end(from, Timestamp::MIN)?,
            self.end(until, Timestamp::MAX)?,
        ))
    }

    fn end(&self, expression: &Expr, open: Timestamp) -> Result<Operand, QueryError> {
        match expression {
            Expr::Literal(text) if text == ".." => Ok(Operand::Literal(Scalar::Time(open))),
            other => self.moment_of(other),
        }
    }

    fn moment_of(&self, expression: &Expr) -> Result<Operand, QueryError> {
        if let Expr::Literal(text) = expression {
            return Ok(Operand::Literal(Scalar::Time(moment(text)?)));
        }
        let (operand, family) = self.operand(expression)?;
        Self::same_family(family, Family::Time)?;
        Ok(operand)
    }
}

/// How two periods stand, by their ends; `None` where an end is not known.
pub(super) fn relate(
    relation: TemporalRelation,
    left: &Period,
    right: &Period,
    feature: &Feature,
) -> Option<bool> {
    use Ordering::{Equal, Greater, Less};
    use TemporalRelation as R;
    let ((start, end), (other_start, other_end)) = (left.ends(feature)?, right.ends(feature)?);
    let starts = start.cmp(&other_start);
    let ends = end.cmp(&other_end);
    Some(match relation {
        R::After => start > other_end,
        R::Before => end < other_start,
        R::Disjoint => start > other_end || end < other_start,
        R::Intersects => start <= other_end && end >= other_start,
        R::Equals => (starts, ends) == (Equal, Equal),
        R::Contains => (starts, ends) == (Less, Greater),
        R::During => (starts, ends) == (Greater, Less),
        R::FinishedBy => (starts, ends) == (Less, Equal),
        R::Finishes => (starts, ends) == (Greater, Equal),
        R::StartedBy => (starts, ends) == (Equal, Greater),
        R::Starts => (starts, ends) == (Equal, Less),
        R::Meets => end == other_start,
        R::MetBy => start == other_end,
        R::Overlaps => starts == Less && end > other_start && ends == Less,
        R::OverlappedBy => starts == Greater && start < other_end && ends == Greater,
    })
}

impl Period {
    fn ends(&self, feature: &Feature) -> Option<(Timestamp, Timestamp)> {
        let known = |operand: &Operand| match value(operand, feature) {
            Scalar::Time(at) => Some(at),
            _ => None,
        };
        match self {
            Self::At(at) => known(at).map(|at| (at, at)),
            Self::Between(from, until) => Some((known(from)?, known(until)?)),
        }
    }
}

pub(super) fn moment(text: &str) -> Result<Timestamp, QueryError> {
    let wrong = || {
        unanswerable(FilterFault::Moment {
            text: text.to_owned(),
        })
    };
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        return Ok(start_of(date));
    }
    domain::moment(text).ok_or_else(wrong)
}
