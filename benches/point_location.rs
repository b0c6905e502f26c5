//! Point location against its peers: `cargo bench --bench point_location [-- street | city | growth | exact |
//! loads]`; `--alone` leaves the peers out.
//!
//! Every contender answers the same places in the same run, in turns; times are the thread's own CPU time, medians of
//! five turns. All answers are compared, a difference ends the run with an error.
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

mod data;
mod peers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use geo::CoordsIter;
use minqing::geometry::cells::{CellIndex, NONE};
use minqing::geometry::measure::{Cover, covers};
use minqing::geometry::{Geometry, LonLat};

use peers::{Contender, Found, Peers};

const TURNS: usize = 5;
/// A turn repeats its places until it took so long: the clock moves in steps of a few milliseconds.
const LEAST: Duration = Duration::from_millis(120);

/// A name, the side of its square in metres, and how it is made.
type Set = (&'static str, f64, fn() -> Vec<Geometry>);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| {
        let mut filters = words
            .iter()
            .filter(|word| !word.starts_with('-'))
            .peekable();
        filters.peek().is_none() || filters.any(|word| name.contains(word.as_str()))
    };
    let alone = words.iter().any(|word| word == "--alone");
    let count = 1_000_000;
    let sets: [Set; 4] = [
        ("street grids", 4e3, || data::grids(1, 4e3, 11, 8, 32)),
        ("street buildings", 4e3, || data::buildings(2, 4e3, 631)),
        ("city grids", 4e4, || data::grids(3, 4e4, 200, 100, 28)),
        ("city buildings", 4e4, || data::buildings(4, 4e4, 300_000)),
    ];
    for (name, side, shapes) in sets {
        if wanted(name) {
            compare(name, &shapes(), &data::places(9, side, count), alone);
        }
    }
    if wanted("exact") {
        exact();
    }
    if wanted("growth") {
        growth();
    }
    if wanted("loads") {
        loads();
    }
}

/// CPU time of this thread, from the kernel's books.
fn cpu_time() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let first = line.split_whitespace().next().expect("three numbers");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}

/// CPU nanoseconds a place of one turn.
fn turn(points: &[LonLat], mut run: impl FnMut(&[LonLat])) -> f64 {
    let start = cpu_time();
    let mut rounds = 0;
    loop {
        run(points);
        rounds += 1;
        let spent = cpu_time().saturating_sub(start);
        if spent >= LEAST {
            return spent.as_nanos() as f64 / (rounds * points.len()) as f64;
        }
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn compare(name: &str, shapes: &[Geometry], points: &[LonLat], alone: bool) {
    let vertices: usize = shapes.iter().map(CoordsIter::coords_count).sum();
    println!(
        "\n## {name}: {} polygons, {vertices} vertices, {} places",
        shapes.len(),
        points.len()
    );
    let builds: Vec<f64> = (0..TURNS)
        .map(|_| {
            let start = cpu_time();
            black_box(CellIndex::build(shapes.iter().map(Some)));
            cpu_time().saturating_sub(start).as_secs_f64()
        })
        .collect();
    let index = CellIndex::build(shapes.iter().map(Some));
    println!(
        "build {:.3} s; index {:.1} bytes a vertex ({} in all), outlines {:.1} bytes a vertex",
        median(builds),
        index.memory_bytes() as f64 / vertices as f64,
        index.memory_bytes(),
        index.outline_bytes() as f64 / vertices as f64
    );
    if alone {
        table("random order", &index, &[], points);
        return;
    }
    let peers = Peers::build(shapes);
    let contenders = peers.contenders();
    let mut ours = Vec::new();
    index.first_many(points, &mut ours);
    agree(name, shapes, &index, &contenders, points, &ours);

    let mut ordered = points.to_vec();
    ordered.sort_by_cached_key(|at| z_order(*at));
    for (order, points) in [("random order", points), ("Z-order", &ordered)] {
        table(order, &index, &contenders, points);
    }
    two_threads(&index, points);
}

/// Ours in four ways and every peer, in turns.
fn table(order: &str, index: &CellIndex, contenders: &[Contender<'_>], points: &[LonLat]) {
    let some = &points[..points.len() / 4];
    let mut out = Vec::with_capacity(points.len());
    let mut times = vec![Vec::new(); contenders.len() + 4];
    for _ in 0..TURNS {
        times[0].push(turn(points, |points| {
            out.clear();
            index.first_many(points, &mut out);
        }));
        times[1].push(turn(points, |points| {
            let mut sum = 0_usize;
            index.covering_many(points, |n, slot, _| {
                sum = sum.wrapping_add(n ^ slot as usize);
            });
            black_box(sum);
        }));
        times[2].push(turn(points, |points| {
            for at in points {
                black_box(index.first(*at));
            }
        }));
        times[3].push(turn(points, |points| {
            for at in points {
                index.covering(*at, |slot, cover| {
                    black_box((slot, cover));
                });
            }
        }));
        for (contender, times) in contenders.iter().zip(&mut times[4..]) {
            times.push(turn(some, |points| {
                for at in points {
                    black_box((contender.first)(*at));
                }
            }));
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let best = medians[4..].iter().copied().fold(f64::INFINITY, f64::min);
    println!("\n| {order} | ns a place | best peer / it |\n|---|---:|---:|");
    let ways = [
        "batch, first",
        "batch, all",
        "one by one, first",
        "one by one, all",
    ];
    for (way, time) in ways.iter().zip(&medians) {
        println!("| cells, {way} | {time:.1} | {:.1} |", best / time);
    }
    for (contender, time) in contenders.iter().zip(&medians[4..]) {
        println!("| {} | {time:.1} | {:.2} |", contender.name, best / time);
    }
}

/// Ends the run unless every answer of every peer is ours, or both are right on a boundary.
fn agree(
    name: &str,
    shapes: &[Geometry],
    index: &CellIndex,
    contenders: &[Contender<'_>],
    points: &[LonLat],
    ours: &[u32],
) {
    let mut found = 0;
    for (at, slot) in points.iter().zip(ours) {
        assert_eq!(
            *slot,
            index.first(*at),
            "{name}: batch and single differ at {at:?}"
        );
        found += usize::from(*slot != NONE);
    }
    for contender in contenders {
        let mut borders = 0;
        for (at, slot) in points.iter().zip(ours) {
            let theirs = (contender.first)(*at);
            if theirs == *slot {
                continue;
            }
            let cover = |slot: u32| shapes.get(slot as usize).map(|shape| covers(shape, *at));
            let theirs_holds = theirs == NONE || cover(theirs) != Some(Cover::Outside);
            let on_border = cover(*slot) == Some(Cover::Boundary);
            assert!(
                on_border && theirs_holds,
                "{name}: {} says {theirs}, we say {slot} at {at:?}",
                contender.name
            );
            borders += 1;
        }
        println!(
            "answers equal to {}: {} of {}, {borders} on borders",
            contender.name,
            points.len() - borders,
            points.len()
        );
    }
    println!("places in a polygon: {found}");
}

fn two_threads(index: &CellIndex, points: &[LonLat]) {
    let wall = |parts: usize| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for part in points.chunks(points.len().div_ceil(parts)) {
                scope.spawn(move || {
                    let mut out = Vec::with_capacity(part.len());
                    for _ in 0..4 {
                        out.clear();
                        index.first_many(part, &mut out);
                    }
                    black_box(out.len());
                });
            }
        });
        start.elapsed().as_nanos() as f64 / (4 * points.len()) as f64
    };
    // elapsed time feels whatever else the machine does: each two turns that follow each other are compared, and sums
    // in registers, which want nothing but two cores, are asked in turns with them
    let turns: Vec<[f64; 4]> = (0..3 * TURNS)
        .map(|_| [wall(1), wall(2), sums(1), sums(2)])
        .collect();
    let of = |what: fn(&[f64; 4]) -> f64| median(turns.iter().map(what).collect());
    println!(
        "\nbatch, first, elapsed: one thread {:.1} ns a place, two threads {:.1}: {:.2} times; sums in registers {:.2} times",
        of(|turn| turn[0]),
        of(|turn| turn[1]),
        of(|turn| turn[0] / turn[1]),
        of(|turn| turn[2] / turn[3])
    );
}

/// Elapsed seconds of so much arithmetic in registers, in so many threads: what the machine gives to a second thread.
fn sums(parts: u64) -> f64 {
    const ROUNDS: u64 = 24_000_000;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in 0..parts {
            scope.spawn(move || {
                let mut sums: [u64; 8] = [part, 1, 2, 3, 4, 5, 6, 7];
                for round in 0..ROUNDS / parts {
                    for sum in &mut sums {
                        *sum = (*sum ^ round).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    }
                }
                black_box(sums);
            });
        }
    });
    start.elapsed().as_secs_f64()
}

/// Interleaves the bits of the place, 21 of each axis.
fn z_order(at: LonLat) -> u64 {
    let spread = |part: f64| {
        let mut x = (part * 2_097_152.0) as u64 & 0x1f_ffff;
        x = (x | x << 32) & 0x001f_0000_0000_ffff;
        x = (x | x << 16) & 0x001f_0000_ff00_00ff;
        x = (x | x << 8) & 0x100f_00f0_0f00_f00f;
        x = (x | x << 4) & 0x10c3_0c30_c30c_30c3;
        (x | x << 2) & 0x1249_2492_4924_9249
    };
    spread((at.lon() - 108.0) / 2.0) | spread((at.lat() - 34.0) / 2.0) << 1
}

/// At least 2,000,000 adversarial places against the exact predicate, every slot and cover.
fn exact() {
    println!("\n## exact: every slot and cover on adversarial places against geo");
    let sets = [
        ("grids", data::grids(11, 1e4, 30, 30, 25)),
        ("buildings", data::buildings(12, 1e4, 20_000)),
        (
            "heap of overlaps, holes, parts, slivers, copies",
            data::heap(13, 4e3, 3_000),
        ),
    ];
    let mut all = 0;
    for (name, shapes) in sets {
        let index = CellIndex::build(shapes.iter().map(Some));
        let mut points = Vec::new();
        let mut around = |x: f64, y: f64| {
            for x in [x.next_down(), x, x.next_up()] {
                for y in [y.next_down(), y, y.next_up()] {
                    points.push(LonLat::new(x, y).expect("a place"));
                }
            }
        };
        for shape in &shapes {
            let coords: Vec<_> = shape.coords_iter().collect();
            for ends in coords.windows(2) {
                around(ends[0].x, ends[0].y);
                let middle = (ends[0] + ends[1]) / 2.0;
                around(middle.x, middle.y);
            }
        }
        points.truncate(900_000);
        points.extend(index.cell_places().take(300_000));
        let found = Found::by_geo(&shapes);
        let (mut n, mut boundary) = (0, 0);
        let mut ours = Vec::new();
        index.covering_many(&points, |n, slot, cover| ours.push((n, slot, cover)));
        let mut ours = ours.into_iter().peekable();
        for (number, at) in points.iter().enumerate() {
            for (slot, cover) in found.all(*at) {
                let answer = ours.next();
                assert_eq!(answer, Some((number, slot, cover)), "{name} at {at:?}");
                boundary += usize::from(cover == Cover::Boundary);
            }
            n += 1;
        }
        assert!(ours.next().is_none(), "{name}: more answers than geo's");
        println!("{name}: {n} places, {boundary} answers on a boundary, all equal");
        all += n;
    }
    println!("{all} places in all");
    assert!(all >= 2_000_000, "too few places");
}

/// How the time of one location grows with the number of polygons.
fn growth() {
    println!("\n## growth\npolygons,build_s,index_bytes,batch_ns,single_ns");
    for power in 2..=6 {
        for head in [1, 3] {
            let count = head * 10_u32.pow(power);
            if count > 1_000_000 {
                continue;
            }
            let side = 73.0 * f64::from(count).sqrt();
            let shapes = data::buildings(20, side, count);
            let points = data::places(21, side, 500_000);
            let start = cpu_time();
            let index = CellIndex::build(shapes.iter().map(Some));
            let build = cpu_time().saturating_sub(start).as_secs_f64();
            drop(shapes);
            let mut out = Vec::new();
            let mut times = [Vec::new(), Vec::new()];
            for _ in 0..TURNS {
                times[0].push(turn(&points, |points| {
                    out.clear();
                    index.first_many(points, &mut out);
                }));
                times[1].push(turn(&points, |points| {
                    for at in points {
                        black_box(index.first(*at));
                    }
                }));
            }
            let [batch, single] = times.map(median);
            let bytes = index.memory_bytes();
            println!("{count},{build:.3},{bytes},{batch:.1},{single:.1}");
        }
    }
}

/// What a place costs at least: one byte from a random place of an array, as many arrays large as indexes are.
fn loads() {
    println!("\n## loads: one random byte, ns\nmegabytes,independent,each after the one before");
    let mut dice = data::Dice::new(30);
    for megabytes in [1, 4, 10, 20, 35, 60] {
        let bytes: Vec<u8> = (0..megabytes << 20_u32).map(|n: u32| n as u8).collect();
        let count = bytes.len() as u32;
        let at: Vec<u32> = (0..1_000_000).map(|_| dice.below(count)).collect();
        let time = |mut run: Box<dyn FnMut() -> u32 + '_>| {
            let times = (0..TURNS).map(|_| {
                let start = cpu_time();
                let mut rounds = 0.0;
                while cpu_time().saturating_sub(start) < LEAST {
                    black_box(run());
                    rounds += 1.0;
                }
                cpu_time().saturating_sub(start).as_nanos() as f64 / rounds / at.len() as f64
            });
            median(times.collect())
        };
        let independent = time(Box::new(|| {
            at.iter()
                .fold(0, |sum, at| sum + u32::from(bytes[*at as usize]))
        }));
        let chained = time(Box::new(|| {
            at.iter().fold(0, |last, at| {
                u32::from(bytes[(at ^ (last & 1)) as usize % bytes.len()])
            })
        }));
        println!("{megabytes},{independent:.1},{chained:.1}");
    }
}
