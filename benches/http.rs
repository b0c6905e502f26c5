//! What HTTP leaves of the speed: `cargo bench --bench http [-- locate | batch | tile]`.
//!
//! The program serves the demo on one core, `wrk` asks from the other; a bare axum handler that answers the same bytes is
//! asked in turns with it. Requests a second, CPU time of the server a request, and the ratio of each two turns that follow
//! each other, medians of eleven: requests a second feel what else the machine does, CPU time hardly.
//! Where the answers differ, the bare handler is asked twice: it answers one body of their usual size, and it answers all
//! of them in turn, as they lie in memory. A third row says what this costs the bare handler itself. Needs `wrk` and `taskset`, stays on localhost.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program that prints a table and stops at the first surprise"
)]

#[expect(dead_code, reason = "other helpers are for other benchmarks")]
mod asking;
#[path = "http/bare.rs"]
mod bare;
mod plain_batches;

use std::f64::consts::PI;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::{env, fs};

use arrow_array::{ArrayRef, FixedSizeListArray, Float64Array, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field};
use asking::median;

const TURNS: usize = 11;

/// A question, and what must be reached of the bare handler or in points a second.
struct Case {
    name: &'static str,
    path: String,
    /// A body to post, its media type, and the points in it.
    body: Option<(Vec<u8>, &'static str, f64)>,
    /// Other addresses to ask in turn.
    others: Vec<String>,
    /// As `Accept-Encoding` says it.
    encoding: &'static str,
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [flag, file, kind] = words.as_slice()
        && flag == "--bare"
    {
        return bare::answer(Path::new(file), kind);
    }
    if let [flag, store] = words.as_slice()
        && flag == "--serde"
    {
        return plain_batches::answer_with_serde(store);
    }
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("demo.gpkg");
    let program = env!("CARGO_BIN_EXE_minqing");
    let store = store.to_str().unwrap();
    let arguments = [
        "serve",
        "--demo",
        "--listen",
        "127.0.0.1:0",
        "--store",
        store,
    ];
    let server = Server::start(program, &arguments);
    println!(
        "| | requests a second | bare axum, same bytes | ratio | CPU us a request, ours / its | ratio | bytes |"
    );
    println!("|---|---|---|---|---|---|---|");
    for case in cases(&server.url) {
        let named = words.iter().filter(|word| !word.starts_with('-'));
        if named.clone().next().is_none()
            || named
                .into_iter()
                .any(|word| case.name.contains(word.as_str()))
        {
            measure(&case, &server, folder.path());
        }
    }
    if words
        .iter()
        .all(|word| word.starts_with('-') || "batch serde".contains(word.as_str()))
    {
        against_serde(&server, store, folder.path());
    }
}

/// The same batch by a handler that does it all with `serde_json`, on the same index.
fn against_serde(server: &Server, store: &str, folder: &Path) {
    let own = env::current_exe().unwrap();
    let serde = Server::start(own.to_str().unwrap(), &["--serde", store]);
    let mut all = cases(&server.url);
    all.retain(|case| case.name.starts_with("batch json"));
    for case in &all {
        let asked = prepare(case, folder);
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let urls = [&server.url, &serde.url].map(|url| format!("{url}{}", case.path));
        let [ours, theirs] = urls.each_ref().map(|url| -> serde_json::Value {
            serde_json::from_slice(&curl(url, &asked)).unwrap()
        });
        assert!(ours["codes"] == theirs["codes"], "{} differs", case.name);
        let script = folder.join("ask.lua");
        let [ours, theirs] = [(&urls[0], server), (&urls[1], &serde)];
        let turns: Vec<[Turn; 2]> = (0..TURNS)
            .map(|_| [ours, theirs].map(|(url, server)| turn(server, url, case, Some(&script))))
            .collect();
        let name = format!(
            "{}, million points a second, beside serde_json throughout",
            case.name
        );
        row(&name, &turns, 1e-2, "");
    }
}

fn cases(url: &str) -> Vec<Case> {
    let buildings = format!("{url}/api/collections/buildings/items?limit=400");
    let buildings: serde_json::Value = serde_json::from_slice(&curl(&buildings, &[])).unwrap();
    let corners = buildings["features"].as_array().unwrap().iter();
    let corners: Vec<[f64; 2]> = corners
        .map(|building| {
            let at = &building["geometry"]["coordinates"][0][0][0];
            [at[0].as_f64().unwrap(), at[1].as_f64().unwrap()]
        })
        .collect();
    let [lon, lat] = corners[corners.len() / 2];
    let count: u32 = 10_000;
    let points: Vec<[f64; 2]> = (0..count)
        .map(|n| {
            let [lon, lat] = corners[usize::try_from(n).unwrap() * 7 % corners.len()];
            // near the houses, in seven decimals as files have them
            let step = f64::from(n) / 1e7;
            [lon + step, lat - step]
        })
        .collect();
    let written: Vec<String> = points
        .iter()
        .map(|[lon, lat]| format!("[{lon:.7},{lat:.7}]"))
        .collect();
    let json = |layers: &str| {
        let text = format!("{{\"points\":[{}],\"layers\":{layers}}}", written.join(","));
        Some((text.into_bytes(), "application/json", f64::from(count)))
    };
    let arrow = || Some((stream(&points), ARROW, f64::from(count)));
    let case = |name, path: &str, body, encoding| Case {
        name,
        path: path.to_owned(),
        body,
        others: Vec::new(),
        encoding,
    };
    let locate = |[lon, lat]: [f64; 2]| format!("/api/locate?lon={lon:.7}&lat={lat:.7}");
    // a prime apart, so that neighbours in time are not neighbours in place
    let everywhere = (0..2_000).map(|n| locate(points[n * 4_999 % points.len()]));
    let usual = as_long_as_usual(
        url,
        (0..200).map(|n| locate(points[n * 4_999 % points.len()])),
    );
    let tile = format!("/tiles/buildings,grids/16/{}", tile_of(lon, lat, 65_536.0));
    let areas = "[\"communities\",\"grids\",\"compounds\",\"buildings\"]";
    vec![
        case("locate", &locate([lon, lat]), None, "identity"),
        case(
            "locate, an answer of the usual length",
            &usual,
            None,
            "identity",
        ),
        Case {
            others: everywhere.collect(),
            ..case(
                "locate everywhere",
                &locate(points[4_999]),
                None,
                "identity",
            )
        },
        case(
            "locate, some layers",
            &format!("{}&layers=communities,grids,buildings", locate([lon, lat])),
            None,
            "identity",
        ),
        case(
            "batch json grids",
            "/api/locate",
            json("[\"grids\"]"),
            "identity",
        ),
        case(
            "batch json four layers",
            "/api/locate",
            json(areas),
            "identity",
        ),
        case(
            "batch arrow grids",
            "/api/locate?layers=grids",
            arrow(),
            "identity",
        ),
        case(
            "batch arrow four layers",
            "/api/locate",
            arrow(),
            "identity",
        ),
        case("tile mvt", &format!("{tile}.mvt"), None, "identity"),
        case("tile mvt br", &format!("{tile}.mvt"), None, "br"),
        case("tile mvt zstd", &format!("{tile}.mvt"), None, "zstd"),
        case(
            "tile geojson gzip",
            &format!("{tile}.geojson"),
            None,
            "gzip",
        ),
    ]
}

const ARROW: &str = "application/vnd.apache.arrow.stream";

/// Of these addresses that whose answer is as long as they are on the average.
fn as_long_as_usual(url: &str, paths: impl Iterator<Item = String>) -> String {
    let asked = paths.map(|path| (curl(&format!("{url}{path}"), &[]).len(), path));
    let asked: Vec<(usize, String)> = asked.collect();
    let mean = asked.iter().map(|(len, _)| len).sum::<usize>() / asked.len();
    let nearest = asked.into_iter().min_by_key(|(len, _)| len.abs_diff(mean));
    nearest.unwrap().1
}

/// The points as an Arrow stream of interleaved `GeoArrow` points.
fn stream(points: &[[f64; 2]]) -> Vec<u8> {
    let numbers = Float64Array::from_iter_values(points.iter().flatten().copied());
    let item = Arc::new(Field::new("xy", DataType::Float64, false));
    let points: ArrayRef = Arc::new(FixedSizeListArray::new(item, 2, Arc::new(numbers), None));
    let batch = RecordBatch::try_from_iter([("geometry", points)]).unwrap();
    let mut out = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    out.write(&batch).unwrap();
    out.into_inner().unwrap()
}

fn tile_of(lon: f64, lat: f64, side: f64) -> String {
    let x = ((lon + 180.0) / 360.0 * side).floor();
    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * side;
    format!("{x}/{}", y.floor())
}

fn measure(case: &Case, server: &Server, folder: &Path) {
    let url = format!("{}{}", server.url, case.path);
    let asked = prepare(case, folder);
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let answer = curl(&url, &asked);
    assert!(!answer.is_empty(), "{} answered nothing", case.name);
    let all = folder.join("all");
    let others = others(case, server, &all);
    let size = others
        .iter()
        .sum::<usize>()
        .checked_div(others.len())
        .unwrap_or(answer.len());
    let one = folder.join("one");
    fs::remove_dir_all(&one).ok();
    fs::create_dir_all(&one).unwrap();
    let usual = if others.is_empty() {
        answer
    } else {
        vec![b' '; size]
    };
    fs::write(one.join("0"), &usual).unwrap();
    beside(case, case.name, server, &one, folder);
    if !others.is_empty() {
        let name = format!("{}, beside the same {} answers", case.name, others.len());
        beside(case, &name, server, &all, folder);
        let name = format!(
            "a bare handler with these {} answers, beside one of their mean size",
            others.len()
        );
        beside(case, &name, &bare(&all), &one, folder);
    }
}

/// A bare handler that answers the files of `bodies`.
fn bare(bodies: &Path) -> Server {
    let own = env::current_exe().unwrap();
    let arguments = ["--bare", bodies.to_str().unwrap(), "application/json"];
    Server::start(own.to_str().unwrap(), &arguments)
}

/// The program, or another server, and a bare handler that answers the files of `bodies`.
fn beside(case: &Case, name: &str, server: &Server, bodies: &Path, folder: &Path) {
    let url = format!("{}{}", server.url, case.path);
    let script = folder.join("ask.lua");
    let bare = bare(bodies);
    let scripted = case.body.is_some() || !case.others.is_empty();
    let script = scripted.then_some(script.as_path());
    let bare_url = &bare.url;
    let turns: Vec<[Turn; 2]> = (0..TURNS)
        .map(|_| {
            [(&url, server), (bare_url, &bare)].map(|(url, server)| turn(server, url, case, script))
        })
        .collect();
    let bodies = fs::read_dir(bodies).unwrap();
    let sizes: Vec<u64> = bodies
        .map(|file| file.unwrap().metadata().unwrap().len())
        .collect();
    let size = sizes.iter().sum::<u64>() / u64::try_from(sizes.len()).unwrap();
    row(name, &turns, 1.0, &size.to_string());
    if let Some((_, _, points)) = case.body {
        let rates = turns.iter().map(|[ours, _]| ours.rate);
        let million = median(rates.collect()) * points / 1e6;
        println!("| {name}: {million:.1} million points a second | | | | | | |");
    }
}

/// What a second of requests came to.
struct Turn {
    /// Requests a second.
    rate: f64,
    /// Microseconds of CPU time of the server, all its threads, a request.
    cpu_us: f64,
}

fn turn(server: &Server, url: &str, case: &Case, script: Option<&Path>) -> Turn {
    let before = server.cpu_us();
    let (rate, requests) = wrk(url, case.encoding, script);
    Turn {
        rate,
        cpu_us: (server.cpu_us() - before) / requests,
    }
}

/// A row of the table: medians of ours and theirs, and of the ratios of turns that follow each other. Requests count `each`.
fn row(name: &str, turns: &[[Turn; 2]], each: f64, bytes: &str) {
    let of = |what: &dyn Fn(&[Turn; 2]) -> f64| median(turns.iter().map(what).collect());
    let rates = [
        of(&|turn| turn[0].rate * each),
        of(&|turn| turn[1].rate * each),
    ];
    let digits = usize::from(each < 1.0);
    println!(
        "| {name} | {:.*} | {:.*} | {:.2} | {:.1} / {:.1} | {:.2} | {bytes} |",
        digits,
        rates[0],
        digits,
        rates[1],
        of(&|[ours, theirs]| ours.rate / theirs.rate),
        of(&|turn| turn[0].cpu_us),
        of(&|turn| turn[1].cpu_us),
        of(&|[ours, theirs]| theirs.cpu_us / ours.cpu_us),
    );
}

/// The sizes of the answers to the other addresses, which are put into the folder `all`.
fn others(case: &Case, server: &Server, all: &Path) -> Vec<usize> {
    let list = all.with_extension("list");
    fs::remove_dir_all(all).ok();
    fs::create_dir_all(all).unwrap();
    let lines = case.others.iter().enumerate().map(|(n, path)| {
        let file = all.join(n.to_string());
        format!(
            "url = \"{}{path}\"\noutput = \"{}\"\n",
            server.url,
            file.display()
        )
    });
    fs::write(&list, lines.collect::<String>()).unwrap();
    if case.others.is_empty() {
        return Vec::new();
    }
    let list = list.to_str().unwrap();
    let said = Command::new("curl")
        .args(["-sf", "-w", "%{size_download}\n", "--config", list])
        .output()
        .expect("curl");
    let sizes: Vec<usize> = String::from_utf8_lossy(&said.stdout)
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(sizes.len(), case.others.len(), "every address answers");
    sizes
}

/// Writes what curl and wrk need to ask, and says curl's arguments.
fn prepare(case: &Case, folder: &Path) -> Vec<String> {
    let (posted, script) = (folder.join("posted"), folder.join("ask.lua"));
    let mut asked = vec![
        "-H".to_owned(),
        format!("Accept-Encoding: {}", case.encoding),
    ];
    if let Some((body, media, _)) = &case.body {
        fs::write(&posted, body).unwrap();
        let lua = format!(
            "local f = io.open('{}', 'rb')\nwrk.method = 'POST'\nwrk.body = f:read('*a')\nwrk.headers['Content-Type'] = '{media}'\n",
            posted.display()
        );
        fs::write(&script, lua).unwrap();
        asked.extend(["-H".to_owned(), format!("Content-Type: {media}")]);
        asked.extend(["--data-binary".to_owned(), format!("@{}", posted.display())]);
    }
    if !case.others.is_empty() {
        let list = format!("{:?}", case.others).replace(['[', ']'], "");
        let lua = format!(
            "local all = {{{list}}}\nlocal made = {{}}\nlocal n = 0\nfunction init(args)\nfor i, path in ipairs(all) do made[i] = wrk.format('GET', path) end\nend\nfunction request()\nn = n % #made + 1\nreturn made[n]\nend\n"
        );
        fs::write(&script, lua).unwrap();
    }
    asked
}

fn curl(url: &str, arguments: &[&str]) -> Vec<u8> {
    let done = Command::new("curl")
        .args(["-sf", url])
        .args(arguments)
        .output()
        .expect("curl");
    assert!(done.status.success(), "{url}: {}", done.status);
    done.stdout
}

/// Requests a second over 16 connections for one second, from the second core, and how many they were.
fn wrk(url: &str, encoding: &str, script: Option<&Path>) -> (f64, f64) {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t1", "-c16", "-d1s", "-H"]);
    command.arg(format!("Accept-Encoding: {encoding}"));
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let done = command.arg(url).output().expect("wrk");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(!said.contains("Non-2xx"), "{said}");
    let number = |found: Option<&str>| -> f64 {
        let found = found.expect("wrk says how many and how fast");
        found.trim().parse().unwrap()
    };
    let mut lines = said.lines();
    let all = number(lines.find_map(|line| Some(line.split_once(" requests in ")?.0)));
    let rate = number(lines.find_map(|line| line.strip_prefix("Requests/sec:")));
    (rate, all)
}

/// A program on the first core that says its address.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Microseconds of CPU time of all its threads.
    fn cpu_us(&self) -> f64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let each = fs::read_dir(tasks).unwrap().map(|task| {
            let told = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
            let spent = told.split_whitespace().next().unwrap();
            spent.parse::<f64>().unwrap() / 1e3
        });
        each.sum()
    }

    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new("taskset")
            .args(["-c", "0", program])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .expect("taskset");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once("http://")?;
                let address = address.split_whitespace().next()?;
                Some(format!("http://{address}"))
            })
            .expect("an address");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
