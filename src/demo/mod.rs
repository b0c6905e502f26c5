//! A demonstration subdistrict that nobody lives in: generated from a seed, the same bytes for the same seed.
//!
//! The order of work: the streets and the areas between them ([`plan`]), the houses on the blocks ([`houses`]), the
//! ledgers ([`ledgers`]), the base map ([`base`]). Start from [`generate`].
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::similar_names,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a drawing of known size: every number and place in it was made here"
)]

mod areas;
mod base;
mod dice;
mod houses;
mod ledgers;
mod names;
mod plan;
mod posts;
mod town;
mod write;

use jiff::civil::{Date, date};

use crate::domain::{Draft, FeatureId, LayerId};

pub use write::write;

/// What is generated.
#[derive(Debug, Clone, Copy)]
pub struct DemoOptions {
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// The day on which the ledgers were closed; due dates lie around it.
    pub as_of: Date,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            as_of: date(2026, 11, 20),
        }
    }
}

/// Every record of the demonstration, ids from 1 in each layer.
pub fn generate(options: &DemoOptions) -> Vec<(LayerId, FeatureId, Draft)> {
    let mut town = town::Town::new(options);
    let plan = plan::Plan::new(options.seed);
    base::draw(&mut town, &plan);
    houses::build(&mut town, &plan);
    areas::govern(&mut town, &plan);
    ledgers::keep(&mut town, &plan);
    posts::appoint(&mut town);
    town.records()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;
    use crate::domain::Value;
    use crate::geometry::Geometry;

    fn count(
        set: &[(LayerId, FeatureId, Draft)],
        layer: LayerId,
        field: &str,
        value: &str,
    ) -> usize {
        let schema = layer.schema();
        let at = schema.position(field);
        let matches =
            |draft: &Draft| at.is_none_or(|at| draft.attributes[at].as_text() == Some(value));
        set.iter()
            .filter(|(id, _, draft)| *id == layer && matches(draft))
            .count()
    }

    #[test]
    fn the_figures_of_the_report_are_exact() {
        let set = generate(&DemoOptions::default());
        let all = |layer| count(&set, layer, "", "");
        assert_eq!(
            (all(LayerId::SUBDISTRICTS), all(LayerId::COMMUNITIES)),
            (1, 30)
        );
        assert_eq!(count(&set, LayerId::COMMUNITIES, "kind", "village"), 1);
        assert_eq!(count(&set, LayerId::GRIDS, "kind", "basic"), 75);
        assert_eq!(count(&set, LayerId::GRIDS, "kind", "dedicated"), 13);
        assert_eq!(
            (all(LayerId::COMPOUNDS), all(LayerId::ENTRANCES)),
            (147, 1713)
        );
        assert_eq!(count(&set, LayerId::BUILDINGS, "use", "residential"), 631);
        assert_eq!(
            (
                all(LayerId::RISK_POINTS),
                all(LayerId::CASES),
                all(LayerId::INSPECTIONS)
            ),
            (233, 757, 972)
        );
        for (kind, number) in [
            ("elderly_care", 5),
            ("video_point", 18),
            ("work_station", 23),
            ("joint_defence", 5),
        ] {
            assert_eq!(
                count(&set, LayerId::FACILITIES, "kind", kind),
                number,
                "{kind}"
            );
        }
        let watched = LayerId::BUILDINGS.schema().position("under_watch").unwrap();
        let is_watched = |draft: &Draft| draft.attributes[watched] == Value::Boolean(true);
        assert_eq!(
            set.iter()
                .filter(|(layer, _, draft)| *layer == LayerId::BUILDINGS && is_watched(draft))
                .count(),
            22
        );
        let households = all(LayerId::HOUSEHOLDS);
        assert!((27_000..33_000).contains(&households), "{households}");
        for layer in [
            LayerId::SUBDISTRICTS,
            LayerId::COMMUNITIES,
            LayerId::COMPOUNDS,
        ] {
            let at = layer.schema().position("resident_count").unwrap();
            let residents = set
                .iter()
                .filter(|(id, ..)| *id == layer)
                .filter_map(|(.., draft)| draft.attributes[at].as_integer());
            assert_eq!(residents.sum::<i64>(), 78_710, "{layer}");
        }
    }

    #[test]
    fn one_seed_makes_one_town() {
        assert!(generate(&DemoOptions::default()) == generate(&DemoOptions::default()));
        assert!(
            generate(&DemoOptions::default())
                != generate(&DemoOptions {
                    seed: 2,
                    ..DemoOptions::default()
                })
        );
    }

    /// In whole units of 1e-7 degrees every directed edge of an area runs back along a neighbour or the outline.
    #[test]
    fn areas_tile_the_subdistrict_exactly() {
        let set = generate(&DemoOptions::default());
        let edges = |layer: LayerId, basic: bool| {
            let mut edges: BTreeMap<[(i64, i64); 2], i32> = BTreeMap::new();
            let kind = layer.schema().position("kind");
            for (_, _, draft) in set.iter().filter(|(id, ..)| *id == layer) {
                if basic && draft.attributes[kind.unwrap()].as_text() != Some("basic") {
                    continue;
                }
                let Some(Geometry::MultiPolygon(shape)) = &draft.geometry else {
                    panic!("{}", draft.code)
                };
                for line in shape
                    .0
                    .iter()
                    .flat_map(|polygon| polygon.exterior().lines())
                {
                    let whole =
                        |c: geo::Coord| ((c.x * 1e7).round() as i64, (c.y * 1e7).round() as i64);
                    *edges
                        .entry([whole(line.start), whole(line.end)])
                        .or_default() += 1;
                }
            }
            edges
        };
        let outline = edges(LayerId::SUBDISTRICTS, false);
        for tiles in [
            edges(LayerId::GRIDS, true),
            edges(LayerId::COMMUNITIES, false),
        ] {
            let mut open: HashMap<[(i64, i64); 2], i32> = HashMap::new();
            for ([from, to], times) in &tiles {
                assert_eq!(*times, 1, "an edge is walked once in each direction");
                if !tiles.contains_key(&[*to, *from]) {
                    open.insert([*from, *to], 1);
                }
            }
            assert_eq!(open.len(), outline.len());
            assert!(outline.keys().all(|edge| open.contains_key(edge)));
        }
    }
}
