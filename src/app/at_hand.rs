//! The map that is there, for an import that asks it: that of a store, loaded when it is first asked, or the one that is
//! being served.

use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::runtime::Handle;

use super::load;
use crate::check::off_parent;
use crate::domain::{LayerId, Revision};
use crate::geometry::measure::degrees_around;
use crate::geometry::{BBox, LonLat};
use crate::ingest::{AddressWords, Elsewhere, Found, MapAtHand, Placed, Said};
use crate::map::{LayerTable, LiveMap, MapSnapshot};
use crate::query::address::{Answer, Doubt, Pieces, Place, Register};
use crate::query::nearest::nearest;
use crate::store::Store;

/// How far from a house a position may be that was taken at it, metres.
const AT_HOUSE_M: f64 = 5.0;
/// The map must have houses within this distance to tell anything, metres: the shift of BD-09 is about 1,150.
const AROUND_M: f64 = 2000.0;

/// A store whose map is asked; the register of its names is made with it.
#[derive(Debug)]
pub(super) struct StoreAtHand {
    store: Store,
    runtime: Handle,
    map: OnceLock<Option<MapSnapshot>>,
    register: OnceLock<Register>,
}

impl StoreAtHand {
    /// The map of `store`; must be made within the runtime, and asked from a thread that may block.
    pub(super) fn of(store: Store) -> Self {
        Self {
            store,
            runtime: Handle::current(),
            map: OnceLock::new(),
            register: OnceLock::new(),
        }
    }

    fn map(&self) -> Option<&MapSnapshot> {
        let loaded = self.map.get_or_init(|| {
            // a reader may ask amid work of its own on a runtime, where nothing may be waited for
            let load = || self.runtime.block_on(load(&self.store));
            let loaded = thread::scope(|scope| scope.spawn(load).join());
            let loaded = loaded.unwrap_or_else(|panic| resume_unwind(panic));
            loaded
                .inspect_err(|error| tracing::warn!("the map at hand cannot be read: {error:#}"))
                .ok()
        });
        loaded.as_ref()
    }
}

impl MapAtHand for StoreAtHand {
    fn is_at_house(&self, place: LonLat) -> Option<bool> {
        is_at_house(self.map()?, place)
    }

    fn find(&self, words: &AddressWords) -> Found {
        let Some(map) = self.map() else {
            return unclear(&Doubt::Unknown, &[]);
        };
        let register = self.register.get_or_init(|| Register::of(map));
        find(map, register, words)
    }

    fn extent(&self) -> Option<BBox> {
        extent(self.map()?)
    }

    fn parent_elsewhere(&self, layer: LayerId, code: &str, place: LonLat) -> Option<Elsewhere> {
        parent_elsewhere(self.map()?, layer, code, place)
    }
}

/// The map that is being served, as it is when it is asked.
#[derive(Debug)]
pub(super) struct LiveAtHand {
    map: Arc<LiveMap>,
    /// The register of the revision that was last asked.
    register: Mutex<Option<(Revision, Arc<Register>)>>,
}

impl LiveAtHand {
    pub(super) fn of(map: Arc<LiveMap>) -> Self {
        Self {
            map,
            register: Mutex::default(),
        }
    }

    fn register(&self, map: &MapSnapshot) -> Arc<Register> {
        let mut kept = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((revision, register)) if *revision == map.revision() => Arc::clone(register),
            _ => {
                let made = Arc::new(Register::of(map));
                *kept = Some((map.revision(), Arc::clone(&made)));
                made
            }
        }
    }
}

impl MapAtHand for LiveAtHand {
    fn is_at_house(&self, place: LonLat) -> Option<bool> {
        is_at_house(&self.map.current(), place)
    }

    fn find(&self, words: &AddressWords) -> Found {
        let map = self.map.current();
        find(&map, &self.register(&map), words)
    }

    fn extent(&self) -> Option<BBox> {
        extent(&self.map.current())
    }

    fn parent_elsewhere(&self, layer: LayerId, code: &str, place: LonLat) -> Option<Elsewhere> {
        parent_elsewhere(&self.map.current(), layer, code, place)
    }
}

fn extent(map: &MapSnapshot) -> Option<BBox> {
    map.layers()
        .filter_map(LayerTable::extent)
        .reduce(BBox::union)
}

fn parent_elsewhere(
    map: &MapSnapshot,
    layer: LayerId,
    code: &str,
    place: LonLat,
) -> Option<Elsewhere> {
    let parents = map.layer(layer);
    let parent = parents.by_code(code)?;
    let off_m = off_parent(place, parent)?;
    let there = parents.owner(place, |_| true);
    Some(Elsewhere {
        off_m,
        there: there.map(|(owner, _)| owner.code.to_string()),
    })
}

fn is_at_house(map: &MapSnapshot, place: LonLat) -> Option<bool> {
    let buildings = map.layer(LayerId::BUILDINGS);
    let table = if buildings.is_empty() {
        map.layer(LayerId::COMPOUNDS)
    } else {
        buildings
    };
    table.in_envelope(degrees_around(place, AROUND_M)).next()?;
    let Ok(near) = nearest(table, place, 1, Some(AT_HOUSE_M), |_| {
        Ok::<_, Infallible>(true)
    });
    Some(!near.is_empty())
}

fn find(map: &MapSnapshot, register: &Register, words: &AddressWords) -> Found {
    let given = Pieces {
        head: words.compound.clone(),
        building: words.building.clone(),
        entrance: words.entrance.clone(),
        room: words.room.clone(),
        ..Pieces::default()
    };
    match register.find(map, &words.whole, &given) {
        Answer::Found(place) => Found::Placed(Placed {
            place: place.at,
            what: place.title(),
            building_code: place.building.map(|record| record.code.to_string()),
            entrance_code: place.entrance.map(|record| record.code.to_string()),
            confidence: place.confidence,
        }),
        Answer::Unclear(doubt, candidates) => unclear(&doubt, &candidates),
    }
}

fn unclear(doubt: &Doubt, candidates: &[Place]) -> Found {
    let why = match doubt {
        Doubt::Unknown => Said::new(
            "图上没有这个小区或地址",
            "no compound or address of the map is called so",
        ),
        Doubt::Several => Said::new("有多处同名", "several places are called so"),
        Doubt::OtherPart(name) => Said::new(
            format!("图上没有“{name}”,只有名称相近的"),
            format!("the map has no {name}, only names like it"),
        ),
        Doubt::SoundsLike => Said::new("只有读音相同的名称", "only the sound of the name fits"),
        Doubt::NoSuchBuilding(there) => Said::new(
            format!("小区里没有这栋楼,图上有 {}", there.join("、")),
            format!(
                "the compound has no such building, the map has {}",
                there.join(", ")
            ),
        ),
        Doubt::NoSuchEntrance(there) => Said::new(
            format!("楼里没有这个单元,图上有 {}", there.join("、")),
            format!(
                "the building has no such entrance, the map has {}",
                there.join(", ")
            ),
        ),
        Doubt::NotSoHigh(storeys) => Said::new(
            format!("这栋楼只有{storeys}层"),
            format!("the building has {storeys} storeys only"),
        ),
    };
    Found::Unclear {
        why,
        candidates: candidates
            .iter()
            .map(|place| format!("{} ({:.2})", place.title(), place.confidence))
            .collect(),
    }
}
