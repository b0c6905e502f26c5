//! The temporal operators of CQL2, and how a moment is written.

use cql2::Expr;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::compile::{Compiler, Family, unanswerable};
use super::{Comparison, Node, Operand, Scalar};
use crate::query::QueryError;

impl Compiler {
    pub(super) fn temporal(&self, op: &str, left: &Expr, right: &Expr) -> Result<Node, QueryError> {
        let (at, family) = self.operand(left)?;
        self.same_family(family, Family::Time)?;
        if let Expr::Interval { interval } = right {
            let (from, until) = bounds(interval)?;
            let closed = match op {
                "t_during" => false,
                "t_intersects" => true,
                "t_before" => {
                    return Ok(Node::Compare(
                        Comparison::Less,
                        at,
                        Operand::Literal(Scalar::Time(from)),
                    ));
                }
                "t_after" => {
                    return Ok(Node::Compare(
                        Comparison::Greater,
                        at,
                        Operand::Literal(Scalar::Time(until)),
                    ));
                }
                "t_disjoint" => {
                    return Ok(Node::Not(Box::new(Node::During {
                        at,
                        from,
                        until,
                        closed: true,
                    })));
                }
                _ => {
                    return Err(unanswerable(format!(
                        "{op} compares two intervals; a record's time is a moment"
                    )));
                }
            };
            return Ok(Node::During {
                at,
                from,
                until,
                closed,
            });
        }
        let how = match op {
            "t_before" => Comparison::Less,
            "t_after" => Comparison::Greater,
            "t_equals" | "t_intersects" => Comparison::Equal,
            "t_disjoint" => Comparison::NotEqual,
            _ => {
                return Err(unanswerable(format!(
                    "{op} compares two intervals; a record's time is a moment"
                )));
            }
        };
        Ok(Node::Compare(how, at, self.fitting(right, Family::Time)?))
    }
}

pub(super) fn moment(text: &str) -> Result<Timestamp, QueryError> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        let start = date
            .to_zoned(TimeZone::UTC)
            .map_err(|error| unanswerable(error.to_string()))?;
        return Ok(start.timestamp());
    }
    text.parse().map_err(|_not_a_time| {
        unanswerable(format!("{text:?} is not a date or time such as 2026-03-05"))
    })
}

fn bounds(interval: &[Box<Expr>]) -> Result<(Timestamp, Timestamp), QueryError> {
    let bound = |expression: &Expr, open: Timestamp| match expression {
        Expr::Literal(text) if text == ".." => Ok(open),
        Expr::Literal(text) => moment(text),
        Expr::Date { date: inner } | Expr::Timestamp { timestamp: inner } => match &**inner {
            Expr::Literal(text) => moment(text),
            _ => Err(unanswerable("an interval has two dates")),
        },
        _ => Err(unanswerable("an interval has two dates")),
    };
    match interval {
        [from, until] => Ok((bound(from, Timestamp::MIN)?, bound(until, Timestamp::MAX)?)),
        _ => Err(unanswerable("an interval has two dates")),
    }
}
