//! A guess of the datum tried on the map that is there: read in which system do the positions lie at houses?

use crate::geometry::Coord;
use crate::geometry::crs::Crs;
use crate::ingest::which_crs::Choice;
use crate::ingest::{MapAtHand, Said};

/// Fewer positions than this tell nothing.
const LEAST_PLACES: usize = 20;
/// The share of positions at houses from which on a guess may be right.
const LEAST_SHARE: f64 = 0.6;
/// How many times better than the next the best guess must be.
const CLEARLY: f64 = 2.0;

/// The share of positions that lie at houses, for each system, best first.
#[derive(Debug)]
pub(super) struct DatumTrial {
    shares: Vec<(Crs, f64)>,
    places: usize,
}

impl DatumTrial {
    /// Tries every system of `fits` on `positions`; `None` where the map has too little around there.
    pub(super) fn of(positions: &[Coord], fits: &[Crs], map: &dyn MapAtHand) -> Option<Self> {
        let mut places = usize::MAX;
        let mut shares = Vec::new();
        for crs in fits {
            let seen: Vec<bool> = positions
                .iter()
                .filter_map(|at| map.is_at_house(crs.to_crs84(at.x, at.y).ok()?))
                .collect();
            places = places.min(seen.len());
            let hits = seen.iter().filter(|hit| **hit).count();
            shares.push((*crs, share(hits, seen.len())));
        }
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        (places >= LEAST_PLACES && !shares.is_empty()).then_some(Self { shares, places })
    }

    /// The system that is clearly right, with the figures of all; `None` where none is.
    pub(super) fn choice(&self) -> Option<Choice> {
        let (best, share) = *self.shares.first()?;
        let next = self.shares.get(1).map_or(0.0, |(_, share)| *share);
        if share < LEAST_SHARE || share < next * CLEARLY {
            return None;
        }
        let (places, per_cent) = (self.places, share * 100.0);
        Some(Choice {
            crs: best,
            why: Some(Said::new(
                format!(
                    "与图上已有楼栋、小区对照{places}个点:按 {best} 读取时{per_cent:.0}%落在楼栋或小区内({}) → {best}。",
                    self.figures()
                ),
                format!(
                    "Compared at {places} positions with the houses on the map: read as {best} {per_cent:.0} % lie at houses ({}) → {best}.",
                    self.figures()
                ),
            )),
        })
    }

    /// What is to be said of a file that is read as `crs`, where another system is clearly right.
    pub(super) fn doubt(&self, crs: Crs) -> Option<Said> {
        let best = self.choice().filter(|choice| choice.crs != crs)?.crs;
        let (figures, places) = (self.figures(), self.places);
        Some(Said::new(
            format!(
                "存疑:坐标按 {crs} 读取,但与图上已有楼栋、小区对照{places}个点,更像是 {best}({figures})。请核对一个已知点;若确为 {best},请用 --crs {best} 重新导入。"
            ),
            format!(
                "In doubt: the coordinates are read as {crs}, but compared at {places} positions with the houses on the map they look like {best} ({figures}). Check a place that you know; if they are in {best}, import again with --crs {best}."
            ),
        ))
    }

    /// A refusal with the figures that did not decide.
    pub(super) fn beside(&self, why: &Said) -> Said {
        Said::new(
            format!("{};与图上已有楼栋对照仍不能确定:{}", why.zh, self.figures()),
            format!(
                "{}; comparing with the houses on the map does not tell either: {}",
                why.en,
                self.figures()
            ),
        )
    }

    fn figures(&self) -> String {
        let each = self.shares.iter();
        each.map(|(crs, share)| format!("{crs} {:.0} %", share * 100.0))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn share(hits: usize, of: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if of == 0 {
        0.0
    } else {
        number(hits) / number(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;
    use crate::geometry::{BBox, LonLat};
    use crate::ingest::{AddressWords, Elsewhere, Found};

    /// A map with houses in every other strip of a hundredth of a degree.
    #[derive(Debug)]
    struct Strips;

    impl MapAtHand for Strips {
        fn is_at_house(&self, place: LonLat) -> Option<bool> {
            let strip = (place.lon() * 1000.0).rem_euclid(10.0);
            (place.lat() < 40.0).then_some(strip < 1.0)
        }

        fn find(&self, _: &AddressWords) -> Found {
            Found::Unclear {
                why: Said::default(),
                candidates: Vec::new(),
            }
        }

        fn extent(&self) -> Option<BBox> {
            None
        }

        fn parent_elsewhere(&self, _: LayerId, _: &str, _: LonLat) -> Option<Elsewhere> {
            None
        }
    }

    fn trial(crs: Crs, lat: f64, jitter: f64) -> Option<DatumTrial> {
        let positions: Vec<Coord> = (0..40)
            .map(|i| {
                let off = jitter * f64::from(i % 10);
                let place =
                    LonLat::new(108.9 + 0.01 * f64::from(i % 8) + 0.0005 + off, lat).unwrap();
                crs.coords_of(place)
            })
            .collect();
        DatumTrial::of(&positions, &[Crs::Crs84, Crs::Gcj02, Crs::Bd09], &Strips)
    }

    #[test]
    fn the_system_that_puts_the_places_into_houses_is_taken() {
        for crs in [Crs::Crs84, Crs::Gcj02, Crs::Bd09] {
            let choice = trial(crs, 34.2, 0.0).unwrap().choice().unwrap();
            assert_eq!(choice.crs, crs);
            assert!(choice.why.unwrap().en.contains("100 %"));
        }
    }

    #[test]
    fn where_the_map_does_not_tell_nothing_is_taken() {
        let spread = trial(Crs::Gcj02, 34.2, 0.001).unwrap();
        assert!(spread.choice().is_none());
        assert!(spread.beside(&Said::default()).en.contains("GCJ02"));
        assert!(trial(Crs::Gcj02, 45.0, 0.0).is_none(), "no houses there");
    }
}
