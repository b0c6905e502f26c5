//! The command line: a dry run that says what would change, an import by key, profiles, the way back, Ctrl-C.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::driver::{PROGRAM, run, said, sqlite3};

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn store(&self) -> PathBuf {
        self.path("map.gpkg")
    }

    /// Imports `file`, and gives the exit code with what was said.
    fn import(&self, file: &Path, more: &[&str]) -> (i32, String) {
        let store = self.store();
        let mut arguments = vec!["import", file.to_str().unwrap()];
        arguments.extend(["--store", store.to_str().unwrap()]);
        arguments.extend(more);
        let done = run(&arguments);
        (done.status.code().unwrap(), said(&done))
    }
}

const FACILITIES: &[&str] = &["--layer", "facilities", "--crs", "CRS84"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [FACILITIES, more].concat()
}

const FIRST: &str = "编码,名称,经度,纬度,地址\nF1,东街服务站,108.95,34.22,东街1号\nF2,西街服务站,108.96,34.22,西街2号\nF3,南街服务站,108.97,34.22,南街3号\n";
/// F1 moves, F2 is the same, F3 gets another address and loses its name, F4 is new.
const SECOND: &str = "编码,名称,经度,纬度,地址\nF1,东街服务站,108.951,34.22,东街1号\nF2,西街服务站,108.96,34.22,西街2号\nF3,,108.97,34.22,南街33号\nF4,北街服务站,108.98,34.22,北街4号\n";

#[test]
fn a_dry_run_says_what_would_change_and_writes_nothing() {
    let desk = Desk::new();
    let first = desk.file("first.csv", FIRST);
    let (code, told) = desk.import(&first, &with(&["--dry-run"]));
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("可导入3条") && told.contains("新增3条"),
        "{told}"
    );
    assert!(!desk.store().exists(), "a dry run makes no store");

    assert_eq!(desk.import(&first, FACILITIES).0, 0);
    let before = fs::read(desk.store()).unwrap();
    let second = desk.file("second.csv", SECOND);
    let report = desk.path("report.json");
    let more = [
        "--dry-run",
        "--on-conflict",
        "update",
        "--report",
        report.to_str().unwrap(),
    ];
    let (code, told) = desk.import(&second, &with(&more));
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("未写入。导入后将:新增1条,更新2条,不变1条,跳过0条"),
        "{told}"
    );
    assert_eq!(
        before,
        fs::read(desk.store()).unwrap(),
        "no byte of the store"
    );
    let report: Json = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let effect = &report["effect"];
    assert_eq!(effect["written"], false);
    assert_eq!(
        effect["fields"],
        serde_json::json!({ "address": 1, "geometry": 1 })
    );
    let of = |code: &str| {
        let all = effect["examples"].as_array().unwrap();
        all.iter().find(|one| one["code"] == code).unwrap()
    };
    assert_eq!(of("F3")["line"], 4);
    assert_eq!(of("F3")["becomes"], "update");
    assert_eq!(of("F3")["fields"][0]["before"]["zh"], "南街3号");
    assert_eq!(of("F3")["fields"][0]["after"]["zh"], "南街33号");
    assert_eq!(of("F4")["becomes"], "insert");

    for (end, words) in [("html", &["变化清单", "南街33号"][..]), ("xlsx", &[])] {
        let report = desk.path(&format!("report.{end}"));
        let more = [
            "--dry-run",
            "--on-conflict",
            "update",
            "--report",
            report.to_str().unwrap(),
        ];
        desk.import(&second, &with(&more));
        let text = String::from_utf8_lossy(&fs::read(&report).unwrap()).into_owned();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(desk.path("report.xlsx")).unwrap();
    let changes = calamine::Reader::worksheet_range(&mut book, "变化清单").unwrap();
    let cells: Vec<String> = changes
        .cells()
        .map(|(_, _, cell)| cell.to_string())
        .collect();
    assert!(cells.iter().any(|cell| cell == "南街33号"), "{cells:?}");
}

#[test]
fn a_file_that_comes_again_updates_by_its_codes_and_writes_what_differs() {
    let desk = Desk::new();
    let first = desk.file("first.csv", FIRST);
    desk.import(&first, FACILITIES);
    let rows = || sqlite3(&desk.store(), "SELECT count(*) FROM minqing_change");
    assert_eq!(rows(), "3");
    let (code, told) = desk.import(&first, &with(&["--on-conflict", "update"]));
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("不变3条") && !told.contains("批次"), "{told}");
    assert_eq!(rows(), "3", "what is the same is not written");

    let second = desk.file("second.csv", SECOND);
    let (code, told) = desk.import(&second, &with(&["--on-conflict", "update"]));
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("已写入:新增1条,更新2条,不变1条"), "{told}");
    assert_eq!(rows(), "6");
    let all = "SELECT group_concat(code || name || coalesce(address, ''), ';') FROM (SELECT * FROM facilities ORDER BY code)";
    assert_eq!(
        sqlite3(&desk.store(), all),
        "F1东街服务站东街1号;F2西街服务站西街2号;F3南街服务站南街33号;F4北街服务站北街4号",
        "an empty cell erases nothing"
    );

    let (code, told) = desk.import(&second, &with(&["--on-conflict", "skip"]));
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("跳过4条"), "{told}");
    let report = desk.path("report.json");
    let (code, told) = desk.import(&second, &with(&["--report", report.to_str().unwrap()]));
    assert_eq!(code, 2, "{told}");
    assert!(
        told.contains("文件中有4个编码在图上已有，没有导入"),
        "{told}"
    );
    let report: Json = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["entries"].as_array().unwrap().len(), 4);
    assert_eq!(report["entries"][3]["line"], 5);
    assert_eq!(rows(), "6");
}

#[test]
fn an_import_is_taken_back_by_its_batch_unless_its_records_were_changed_since() {
    let desk = Desk::new();
    desk.import(&desk.file("first.csv", FIRST), FACILITIES);
    let all = "SELECT group_concat(code || name || coalesce(address, ''), ';') FROM (SELECT * FROM facilities ORDER BY code)";
    let before = sqlite3(&desk.store(), all);
    let second = desk.file("second.csv", SECOND);
    let (_, told) = desk.import(&second, &with(&["--on-conflict", "update"]));
    let at = told.find("批次 ").unwrap() + "批次 ".len();
    let batch: String = told[at..].chars().take_while(|c| *c != ';').collect();
    let store = desk.store();
    let undo = |batch: &str| {
        let done = run(&[
            "import",
            "--undo",
            batch,
            "--store",
            store.to_str().unwrap(),
        ]);
        (done.status.code().unwrap(), said(&done))
    };
    assert_ne!(sqlite3(&store, all), before);

    sqlite3(
        &store,
        "UPDATE facilities SET address = '东街11号' WHERE code = 'F1'",
    );
    let (code, told) = undo(&batch);
    assert_eq!(code, 2, "{told}");
    assert!(
        told.contains("有1条之后又被修改") && told.contains("F1"),
        "{told}"
    );
    assert!(sqlite3(&store, all).contains("F4"), "nothing is undone");

    let (_, told) = desk.import(
        &desk.file(
            "third.csv",
            "编码,名称,经度,纬度\nF5,新站,108.99,34.22\nF2,改名站,108.96,34.22\n",
        ),
        &with(&["--on-conflict", "update"]),
    );
    let between = sqlite3(&store, all);
    assert!(
        between.contains("F5") && between.contains("改名站"),
        "{told}"
    );
    let at = told.find("批次 ").unwrap() + "批次 ".len();
    let third: String = told[at..].chars().take_while(|c| *c != ';').collect();
    let (code, told) = undo(&third);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("删除1条,恢复1条"), "{told}");
    let after = sqlite3(&store, all);
    assert!(
        !after.contains("F5") && after.contains("F2西街服务站"),
        "{after}"
    );
    let (code, told) = undo(&third);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("已经撤销过"), "{told}");
    let (code, told) = undo("20200101T000000");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("没有编号为 20200101T000000 的导入"), "{told}");
}

#[test]
fn a_made_up_number_never_overwrites_another_record() {
    let desk = Desk::new();
    let one = desk.file("one.csv", "名称,经度,纬度\n东街服务站,108.95,34.22\n");
    desk.import(&one, FACILITIES);
    let other = desk.file("other.csv", "名称,经度,纬度\n西安北站,108.90,34.30\n");
    let (code, told) = desk.import(&other, &with(&["--on-conflict", "update"]));
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("没有编码列"), "{told}");
    assert_eq!(
        sqlite3(&desk.store(), "SELECT name FROM facilities"),
        "东街服务站"
    );
}

#[test]
fn a_profile_remembers_how_a_ledger_is_read() {
    let desk = Desk::new();
    let text = "代号,站名,X,Y\nF1,东街服务站,108.95,34.22\n";
    let first = desk.file("first.csv", text);
    let maps = [
        "--map",
        "代号=code",
        "--map",
        "站名=name",
        "--map",
        "X=longitude",
    ];
    let (code, told) = desk.import(&first, &with(&[&maps[..], &["--dry-run"]].concat()));
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("没有字段 longitude"), "{told}");
    let more = [&maps[..4], &["--save-profile", "便民站月报"]].concat();
    assert_eq!(desk.import(&first, &with(&more)).0, 0);

    let next = desk.file(
        "next.csv",
        &text.replace("F1", "F2").replace("108.95", "108.99"),
    );
    let (code, told) = desk.import(&next, &["--profile", "便民站月报"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(
        sqlite3(
            &desk.store(),
            "SELECT group_concat(code || name) FROM facilities"
        ),
        "F1东街服务站,F2东街服务站"
    );
    let (code, told) = desk.import(&next, &["--profile", "别的"]);
    assert_eq!(code, 2, "{told}");
    assert!(
        told.contains("没有名为“别的”的方案；已有：便民站月报"),
        "{told}"
    );
}

/// GeoJSON lines of `count` houses, far more than a batch.
fn many_houses(path: &Path, count: usize) {
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    for at in 0..count {
        let (lon, lat) = (
            139.0 + (at % 1000) as f64 / 2000.0,
            35.0 + (at / 1000) as f64 / 2000.0,
        );
        let (east, north) = (lon + 0.0001, lat + 0.0001);
        writeln!(
            file,
            "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{lon:.6},{lat:.6}],[{east:.6},{lat:.6}],[{east:.6},{north:.6}],[{lon:.6},{north:.6}],[{lon:.6},{lat:.6}]]]}},\"properties\":{{\"code\":\"H{at}\",\"name\":\"house {at}\",\"storeys\":{}}}}}",
            at % 30
        )
        .unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

/// All that the store says, by another program.
fn contents(store: &Path) -> String {
    sqlite3(
        store,
        "PRAGMA integrity_check; SELECT count(*) FROM buildings; SELECT count(*) FROM minqing_change; \
         SELECT count(*) FROM minqing_setting; SELECT count(*) FROM facilities",
    )
}

#[test]
fn ctrl_c_leaves_the_store_as_it_was() {
    let desk = Desk::new();
    let (store, big) = (desk.store(), desk.path("big.geojsonl"));
    desk.import(&desk.file("first.csv", FIRST), FACILITIES);
    let before = (contents(&store), fs::read(&store).unwrap());
    many_houses(&big, 60_000);
    let import = |store: &Path| {
        Command::new(PROGRAM)
            .args(["import", big.to_str().unwrap(), "--layer", "buildings"])
            .args(["--store", store.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let stopped = |store: &Path| {
        let child = import(store);
        let wal = PathBuf::from(format!("{}-wal", store.display()));
        // When pages have gone to the log, it is in the midst of writing.
        for _ in 0..2000 {
            if fs::metadata(&wal).is_ok_and(|wal| wal.len() > 4 << 20) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let signal = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(signal.unwrap().success());
        child.wait_with_output().unwrap()
    };
    let done = stopped(&store);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(
        said(&done).contains("导入已中止，没有写入任何内容"),
        "{}",
        said(&done)
    );
    assert_eq!(contents(&store), before.0);
    assert!(before.0.starts_with("ok\n0\n3\n"), "{}", before.0);
    assert_eq!(fs::read(&store).unwrap(), before.1, "every byte");

    let new = desk.path("new.gpkg");
    let done = stopped(&new);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(!new.exists(), "a store that was made for it is taken away");
}

/// The most memory that an import had, KiB.
fn peak_of_import(file: &Path, store: &Path) -> u64 {
    let mut child = Command::new(PROGRAM)
        .args(["import", file.to_str().unwrap(), "--layer", "buildings"])
        .args(["--store", store.to_str().unwrap()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    peak
}

#[test]
fn memory_is_bounded_by_the_batch_and_not_by_the_file() {
    let desk = Desk::new();
    let (small, large) = (desk.path("small.geojsonl"), desk.path("large.geojsonl"));
    many_houses(&small, 7_000);
    many_houses(&large, 150_000);
    let sizes = [&small, &large].map(|file| fs::metadata(file).unwrap().len() / 1024);
    let few = peak_of_import(&small, &desk.path("small.gpkg"));
    let many = peak_of_import(&large, &desk.path("large.gpkg"));
    println!("files {sizes:?} KiB, peaks {few} and {many} KiB");
    // What grows is the writer's cache, up to 8 MiB, and the codes seen so far, some 60 bytes each; a busy machine has
    // more batches under way and adds some MiB.
    let bound = (8 + 9 + 7) * 1024;
    assert!(
        many < few + bound,
        "{few} KiB for a twentieth, {many} KiB for all"
    );
    assert!(sizes[1] - sizes[0] > bound, "the file is larger than that");
}
