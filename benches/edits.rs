//! Edits at city size: `cargo bench --bench edits`.
//!
//! 300,000 buildings and 20,000 grids in memory. How long one edit takes to be on the map (moves, new records, deletions,
//! changes of attributes), and how long readers take alone, while a map is edited that nobody reads, and while their own
//! is, with new indexes built behind them.
//! CPU time of the thread, so that other programs on the machine do not count; wall time beside it.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program that prints a table and stops at the first surprise"
)]

#[expect(dead_code, reason = "other sets are for other benchmarks")]
mod data;

use std::collections::HashSet;
use std::convert::Infallible;
use std::fs;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use data::Dice;
use geo::MapCoords;
use jiff::Timestamp;
use minqing::domain::{Change, Feature, FeatureId, LayerId, Revision, Value};
use minqing::geometry::{BBox, Coord, Geometry, LonLat, MultiPolygon};
use minqing::map::{LiveMap, MapSnapshot};
use minqing::query::nearest;
use minqing::tile::{self, TileAddress, TileRequest, tiles_touching};

const BUILDINGS: u32 = 300_000;
const SIDE_M: f64 = 4e4;
/// How long each part runs.
const PART: Duration = Duration::from_secs(10);
/// Many offices typing at once.
const EDITS_A_SECOND: u32 = 200;
/// The zoom of the tiles that are read.
const ZOOM: u8 = 16;
/// What has moved may be drawn in tiles that are so near, in degrees: more than a tile reaches beyond itself.
const NEAR: f64 = 5e-4;

fn main() {
    let (live, mut editor) = city();
    tile::prepare(&live.current());
    println!("map in memory, {} MiB", status("VmRSS") / 1024);
    let moved = Moved::default();
    let mut alone = Readers::start(&live, &moved).stop_after(PART);
    // the highest mark of memory starts anew
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let readers = Readers::start(&live, &moved);
    let paced = editor.run(&live, &moved, Some(EDITS_A_SECOND), 2 * PART);
    let during = readers.stop_after(Duration::ZERO);
    let readers = Readers::start(&live, &moved);
    let flat_out = editor.run(&live, &moved, None, PART);
    let flooded = readers.stop_after(Duration::ZERO);
    println!("with edits, at most {} MiB", status("VmHWM") / 1024);
    // the machine is not the same all the time: before and after the edits count alike
    let change = all_of(&live.current());
    live.replace(MapSnapshot::build(&change));
    tile::prepare(&live.current());
    let again = Readers::start(&live, &Moved::default()).stop_after(PART);
    for (times, again) in alone.iter_mut().zip(again) {
        times.extend(again);
    }
    let beside = beside_edits(&live, &change);
    println!("\n| microseconds of CPU (wall) | p50 | p99 | p99.9 | most | count |");
    println!("|---|---:|---:|---:|---:|---:|");
    row(&format!("an edit, {EDITS_A_SECOND} a second"), paced);
    row("an edit, one after the other", flat_out);
    let kinds = [
        "locate",
        "nearest",
        "tile",
        "tile near which nothing has moved",
        "tile near which something has",
    ]
    .into_iter();
    let times = alone
        .into_iter()
        .zip(beside)
        .zip(during.into_iter().zip(flooded));
    for (name, ((alone, beside), (during, flooded))) in kinds.zip(times) {
        row(&format!("{name}, no edits"), alone);
        row(
            &format!("{name}, {EDITS_A_SECOND} edits a second of a map that nobody reads"),
            beside,
        );
        row(&format!("{name}, {EDITS_A_SECOND} edits a second"), during);
        row(&format!("{name}, edits without a pause"), flooded);
    }
}

/// All records of the map, as a change that brings them.
fn all_of(map: &MapSnapshot) -> Change {
    let records = map.layers().flat_map(|table| {
        let layer = table.schema().id;
        table
            .features()
            .map(move |record| (layer, Arc::clone(record)))
    });
    Change {
        revision: map.revision(),
        upserts: records.collect(),
        removals: Vec::new(),
        others: Vec::new(),
        faults: Vec::new(),
    }
}

/// CPU and wall time of many runs.
type Times = Vec<(Duration, Duration)>;

fn timed<T>(times: &mut Times, work: impl FnOnce() -> T) {
    let (cpu, wall) = (ThreadTime::now(), Instant::now());
    black_box(work());
    times.push((cpu.elapsed(), wall.elapsed()));
}

fn row(name: &str, times: Times) {
    if times.is_empty() {
        return;
    }
    let (mut cpu, mut wall): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    cpu.sort_unstable();
    wall.sort_unstable();
    let at = |share: f64| {
        let of = |times: &[Duration]| {
            times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6
        };
        format!("{:.1} ({:.1})", of(&cpu), of(&wall))
    };
    println!(
        "| {name} | {} | {} | {} | {} | {} |",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0),
        cpu.len()
    );
}

/// A figure of this process, in KiB.
fn status(name: &str) -> u64 {
    let all = fs::read_to_string("/proc/self/status").unwrap();
    let line = all.lines().find(|line| line.starts_with(name));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

fn record(layer: LayerId, id: i64, geometry: Geometry) -> Arc<Feature> {
    let geometry = match geometry {
        Geometry::Polygon(polygon) => MultiPolygon::from(polygon).into(),
        other => other,
    };
    Arc::new(Feature {
        id: FeatureId(id),
        code: format!("{layer}-{id}").into(),
        name: format!("{}号楼", id % 97 + 1).into(),
        geometry: Some(Box::new(geometry)),
        attributes: vec![Value::Null; layer.schema().fields.len()].into(),
        revision: Revision(id),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "bench".into(),
    })
}

fn city() -> (Arc<LiveMap>, Editor) {
    let buildings = data::buildings(4, SIDE_M, BUILDINGS);
    let grids = data::grids(2, SIDE_M, 200, 100, 28);
    let layers = [(LayerId::GRIDS, grids), (LayerId::BUILDINGS, buildings)];
    let records = layers.into_iter().flat_map(|(layer, shapes)| {
        let shapes = (1..).zip(shapes);
        shapes.map(move |(id, shape)| (layer, record(layer, id, shape)))
    });
    let change = Change {
        revision: Revision(1),
        upserts: records.collect(),
        removals: Vec::new(),
        others: Vec::new(),
        faults: Vec::new(),
    };
    let live = LiveMap::new(MapSnapshot::build(&change));
    (Arc::new(live), Editor::new())
}

/// What the machine leaves to readers whose map does not change while another is edited as much as theirs is else.
fn beside_edits(live: &Arc<LiveMap>, change: &Change) -> [Times; 5] {
    let other = Arc::new(LiveMap::new(MapSnapshot::build(change)));
    tile::prepare(&other.current());
    let readers = Readers::start(live, &Moved::default());
    Editor::new().run(&other, &Moved::default(), Some(EDITS_A_SECOND), 2 * PART);
    readers.stop_after(Duration::ZERO)
}

/// One who changes the map, and has new indexes built as the service does.
struct Editor {
    dice: Dice,
    /// The id of the next new building.
    next: i64,
    settling: Option<JoinHandle<()>>,
}

impl Editor {
    fn new() -> Self {
        Self {
            dice: Dice::new(99),
            next: i64::from(BUILDINGS) + 1,
            settling: None,
        }
    }

    fn run(
        &mut self,
        live: &Arc<LiveMap>,
        moved: &Moved,
        a_second: Option<u32>,
        time: Duration,
    ) -> Times {
        let mut times = Times::new();
        let start = Instant::now();
        while start.elapsed() < time {
            let change = self.change(&live.current());
            moved.take_note(&live.current(), &change);
            timed(&mut times, || live.apply(&change));
            if live.is_unsettled() && self.settling.as_ref().is_none_or(JoinHandle::is_finished) {
                let live = Arc::clone(live);
                self.settling = Some(thread::spawn(move || live.settle()));
            }
            if let Some(a_second) = a_second {
                let due = start + Duration::from_secs(1) * times.len() as u32 / a_second;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        }
        times
    }

    fn change(&mut self, map: &MapSnapshot) -> Change {
        let layer = if self.dice.below(10) == 0 {
            LayerId::GRIDS
        } else {
            LayerId::BUILDINGS
        };
        let mut change = Change {
            revision: Revision(map.revision().0 + 1),
            ..Change::default()
        };
        let table = map.layer(layer);
        let some = self
            .dice
            .below(BUILDINGS / if layer == LayerId::GRIDS { 15 } else { 1 });
        let Some(old) = table.by_id(FeatureId(i64::from(some) + 1)) else {
            return change;
        };
        let kind = if layer == LayerId::GRIDS {
            3
        } else {
            self.dice.below(4)
        };
        if kind == 2 {
            change.removals.push((layer, old.id));
            return change;
        }
        let mut new = Feature::clone(old);
        if kind < 2 {
            let (east, north) = (self.dice.within(-2e-4, 2e-4), self.dice.within(-2e-4, 2e-4));
            let moved = |at: Coord| Coord {
                x: at.x + east,
                y: at.y + north,
            };
            new.geometry = old
                .geometry
                .as_deref()
                .map(|shape| Box::new(shape.map_coords(moved)));
        }
        if kind == 1 {
            new.id = FeatureId(self.next);
            new.code = format!("{layer}-{}", self.next).into();
            self.next += 1;
        }
        if kind == 3 {
            new.name = format!("{}号楼", self.dice.below(999)).into();
        }
        change.upserts.push((layer, Arc::new(new)));
        change
    }
}

/// The tiles near which something has come, gone or moved.
#[derive(Clone, Default)]
struct Moved(Arc<Mutex<HashSet<TileAddress>>>);

impl Moved {
    /// Before `change` is on the map.
    fn take_note(&self, map: &MapSnapshot, change: &Change) {
        let table = map.layer(LayerId::BUILDINGS);
        let shape = |feature: &Feature| feature.geometry.as_deref().and_then(BBox::of);
        let as_it_was = |id| table.by_id(id).and_then(|old| shape(old));
        let near = |bbox: Option<BBox>| {
            let all = bbox.into_iter().flat_map(|bbox| {
                let around = BBox {
                    west: bbox.west - NEAR,
                    south: bbox.south - NEAR,
                    east: bbox.east + NEAR,
                    north: bbox.north + NEAR,
                };
                tiles_touching(around, ZOOM)
            });
            self.0.lock().unwrap().extend(all);
        };
        for (layer, new) in &change.upserts {
            let (old, new) = (as_it_was(new.id), shape(new));
            if *layer == LayerId::BUILDINGS && old != new {
                near(old);
                near(new);
            }
        }
        for (_, id) in &change.removals {
            near(as_it_was(*id));
        }
    }

    fn is_near(&self, at: TileAddress) -> bool {
        self.0.lock().unwrap().contains(&at)
    }
}

/// One who asks all the time: where am I, what is near, show me.
struct Readers {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<[Times; 5]>,
}

impl Readers {
    fn start(live: &Arc<LiveMap>, moved: &Moved) -> Self {
        let (live, stop) = (Arc::clone(live), Arc::new(AtomicBool::new(false)));
        let moved = moved.clone();
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let places = data::places(5, SIDE_M * 0.99, 100_000);
            let extent = live.current().layer(LayerId::BUILDINGS).extent().unwrap();
            let tiles: Vec<TileAddress> = tiles_touching(extent, ZOOM).collect();
            let mut spent = [const { Times::new() }; 5];
            for turn in 0.. {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let place = places[turn * 7 % places.len()];
                timed(&mut spent[0], || locate(&live.current(), place));
                timed(&mut spent[1], || {
                    let map = live.current();
                    let table = map.layer(LayerId::BUILDINGS);
                    let all = |_: &Feature| Ok::<_, Infallible>(true);
                    let Ok(near) = nearest::nearest(table, place, 5, Some(200.0), all);
                    near.len()
                });
                let at = tiles[turn * 31 % tiles.len()];
                timed(&mut spent[2], || {
                    let request = TileRequest::new(vec![LayerId::BUILDINGS], at);
                    tile::mvt(&live.current(), &request).unwrap().len()
                });
                // a note taken after the map that was read makes a tile count as one of the others, never the reverse
                let which = 3 + usize::from(moved.is_near(at));
                let time = *spent[2].last().unwrap();
                spent[which].push(time);
            }
            spent
        });
        Self { stop, thread }
    }

    fn stop_after(self, time: Duration) -> [Times; 5] {
        thread::sleep(time);
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("readers do not panic")
    }
}

fn locate(map: &MapSnapshot, place: LonLat) -> usize {
    let layers = [LayerId::GRIDS, LayerId::BUILDINGS];
    let found = layers.map(|layer| map.layer(layer).owner(place, |_| true).is_some());
    found.into_iter().filter(|found| *found).count()
}
