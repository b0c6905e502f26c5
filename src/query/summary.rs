//! How many, how much, which share, by area?

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Feature, FeatureId, FieldClass, FieldKind, LayerId, LayerSchema, Value};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::query::parents::area_of;
use crate::query::{Budget, QueryError};

/// Nanoseconds to find the area of a record, estimated.
pub(super) const COST_OF_AREA_NS: u64 = 300;

/// A total of fewer households says too much of the few; DESIGN.md §7.
pub const SMALLEST_HOUSEHOLD_TOTAL: u64 = 10;

/// The layers whose records are areas that others belong to.
pub const AREAS: &[LayerId] = &[
    LayerId::SUBDISTRICTS,
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
    LayerId::ENTRANCES,
];

/// What is worked out for each area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many records.
    Count,
    /// The records' share of all that were counted, 0 to 1.
    Share,
    /// The sum of a number field over the records that know it.
    Sum(&'static str),
    /// The mean of a number field over the records that know it.
    Mean(&'static str),
}

impl Measure {
    /// The measure called `text`: `count`, `share`, `sum:FIELD`, `mean:FIELD`.
    ///
    /// # Errors
    /// [`QueryError::BadMeasure`], or [`QueryError::Restricted`] for a restricted field.
    pub fn parse(text: &str, schema: &'static LayerSchema) -> Result<Self, QueryError> {
        let bad = || QueryError::BadMeasure {
            measure: text.to_owned(),
        };
        match text.split_once(':') {
            None if text == "count" => Ok(Self::Count),
            None if text == "share" => Ok(Self::Share),
            Some((how @ ("sum" | "mean"), name)) => {
                let field = schema.field(name).ok_or_else(bad)?;
                if schema.class_of(field) == FieldClass::Restricted {
                    return Err(QueryError::Restricted {
                        what: format!("{}.{name}", schema.id),
                    });
                }
                match field.kind {
                    FieldKind::Integer | FieldKind::Real if how == "sum" => {
                        Ok(Self::Sum(field.name))
                    }
                    FieldKind::Integer | FieldKind::Real => Ok(Self::Mean(field.name)),
                    _ => Err(bad()),
                }
            }
            _ => Err(bad()),
        }
    }
}

/// One area of the answer.
#[derive(Debug, Clone)]
pub struct Area {
    /// The area's record.
    pub feature: Arc<Feature>,
    /// How many records lie in it; `None` where so small a number may not be told.
    pub count: Option<u64>,
    /// The measure; `None` where nothing is known or may be told.
    pub value: Option<f64>,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Every area of the layer, empty ones too, in the order of ids.
    pub areas: Vec<Area>,
    /// How many records were counted, within areas and outside.
    pub total: u64,
    /// How many records lie in no area.
    pub unplaced: u64,
    /// How many areas are not told because they hold too few households.
    pub suppressed: usize,
}

/// `measure` of the records of `layer` that pass `filter`, for every record of the area layer `by`.
///
/// # Errors
/// [`QueryError::NotAnArea`] when `by` is not an area layer; [`QueryError::TooExpensive`] when `budget` is spent.
pub fn summary(
    snapshot: &MapSnapshot,
    layer: LayerId,
    by: LayerId,
    filter: Option<&Filter>,
    measure: Measure,
    budget: &Budget,
) -> Result<Summary, QueryError> {
    if !AREAS.contains(&by) {
        return Err(QueryError::NotAnArea { by });
    }
    let table = snapshot.layer(layer);
    let schema = table.schema();
    let number = |feature: &Feature| match measure {
        Measure::Sum(field) | Measure::Mean(field) => feature.attribute(schema, field).as_number(),
        Measure::Count | Measure::Share => None,
    };
    let cost_ns = filter.map_or(0, Filter::cost_ns) + COST_OF_AREA_NS;
    budget.admit(table.len(), cost_ns)?;
    let (mut total, mut unplaced) = (0, 0);
    let mut sums: HashMap<FeatureId, Tally> = HashMap::new();
    for feature in table.features().filter(|feature| {
        budget.spend(cost_ns, || {
            filter.is_none_or(|filter| filter.passes(feature))
        })
    }) {
        total += 1;
        match area_of(snapshot, schema, feature, by) {
            Some(area) => sums.entry(area.id).or_default().add(number(feature)),
            None => unplaced += 1,
        }
    }
    budget.finish()?;
    let mut suppressed = 0;
    let areas = snapshot.layer(by).features().map(|area| {
        let tally = sums.get(&area.id).cloned().unwrap_or_default();
        let too_few = layer == LayerId::HOUSEHOLDS
            && tally.count > 0
            && tally.count < SMALLEST_HOUSEHOLD_TOTAL;
        suppressed += usize::from(too_few);
        let told = !too_few;
        Area {
            feature: Arc::clone(area),
            count: told.then_some(tally.count),
            value: tally.value(measure, total).filter(|_| told),
        }
    });
    let areas = areas.collect();
    Ok(Summary {
        areas,
        total,
        unplaced,
        suppressed,
    })
}

#[derive(Debug, Clone, Default)]
struct Tally {
    count: u64,
    known: u64,
    sum: f64,
}

impl Tally {
    fn add(&mut self, number: Option<f64>) {
        self.count += 1;
        if let Some(number) = number {
            self.known += 1;
            self.sum += number;
        }
    }

    fn value(&self, measure: Measure, total: u64) -> Option<f64> {
        match measure {
            Measure::Count => exact(self.count),
            Measure::Share => (total > 0)
                .then(|| Some(exact(self.count)? / exact(total)?))
                .flatten(),
            Measure::Sum(_) => (self.known > 0).then_some(self.sum),
            Measure::Mean(_) => (self.known > 0)
                .then(|| Some(self.sum / exact(self.known)?))
                .flatten(),
        }
    }
}

/// A count as a number; counts are far below 2^53.
fn exact(count: u64) -> Option<f64> {
    Value::Integer(i64::try_from(count).ok()?).as_number()
}
