use super::*;
use crate::domain::Value;
use crate::ingest::described::describe;

const LAYER: LayerId = LayerId::BUILDINGS;

/// Houses side by side, as many as there are records in a table with these fields behind the code.
fn houses(version: u8, fields: &[Field<'_>], records: &[Vec<u8>]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("code", b'C', 8, 0)];
    all.extend(fields);
    let (mut shapes, mut rows) = (Vec::new(), Vec::new());
    for (at, record) in (0_u8..).zip(records) {
        shapes.push(polygon(5, &[square(f64::from(at), 0.0, 0.5)]));
        let mut row = padded(&[(format!("B{at}").as_bytes(), 8)]);
        row.extend(record);
        rows.push(row);
    }
    vec![
        ("h.shp", main_file(5, &shapes)),
        ("h.dbf", table(version, 0, &all, &rows)),
        ("h.prj", WGS84.as_bytes().to_vec()),
    ]
}

fn mapped(layer: LayerId, map: &[(&str, &str)]) -> Options {
    let mut options = Options::new(layer);
    let map = map.iter();
    options.map = map
        .map(|(column, field)| ((*column).to_owned(), (*field).to_owned()))
        .collect();
    options
}

fn read_all(files: &[(&str, Vec<u8>)], options: &Options) -> (Vec<Record>, Report) {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (*name, &**bytes))
        .collect();
    read_files(&files, options).unwrap()
}

fn values<'a>(records: &'a [Record], layer: LayerId, field: &str) -> Vec<&'a Value> {
    let records = records.iter();
    records
        .map(|record| attribute(record, layer, field))
        .collect()
}

/// Values that were left out: record, column, what stands there.
fn left_out(report: &Report) -> Vec<(u64, &str, Option<&str>)> {
    let entries = report.entries.iter();
    entries
        .filter(|entry| entry.outcome == Outcome::LeftOut && !entry.detail_zh.is_empty())
        .map(|entry| {
            let field = entry.field.as_deref().unwrap_or_default();
            (entry.at.feature, field, entry.value.as_deref())
        })
        .collect()
}

#[test]
fn codes_of_twenty_digits_in_a_column_of_numbers_keep_every_digit() {
    let fields = [("GRID", b'N', 20, 0), ("NO", b'N', 19, 0)];
    let records = [
        padded(&[(b"61011300201200100001", 20), (b"9223372036854775807", 19)]),
        padded(&[(b"61011300201200100002", 20), (b"   9007199254740993", 19)]),
        padded(&[(b"61011300201200100003", 20), (b"       610113002001", 19)]),
    ];
    let files = houses(3, &fields, &records);
    let options = mapped(LAYER, &[("GRID", "name"), ("NO", "number")]);
    let (records, report) = read_all(&files, &options);
    assert_eq!(
        names(&records),
        [
            "61011300201200100001",
            "61011300201200100002",
            "61011300201200100003"
        ]
    );
    let numbers = ["9223372036854775807", "9007199254740993", "610113002001"].map(Value::from);
    assert_eq!(
        values(&records, LAYER, "number"),
        numbers.iter().collect::<Vec<_>>()
    );
    assert_eq!(report.values_left_out, 0);
}

#[test]
fn numbers_that_are_none_are_told_and_those_of_other_locales_read() {
    let fields = [("HEIGHT_M", b'N', 12, 3)];
    let cells: [&[u8]; 6] = [
        b"1.5E+01",
        b"12,5",
        b"nan",
        b"-1.#IND",
        b"************",
        b"",
    ];
    let records = cells.map(|cell| padded(&[(cell, 12)]));
    let (records, report) = read_all(&houses(3, &fields, &records), &Options::new(LAYER));
    let heights = [
        Value::Real(15.0),
        Value::Real(12.5),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
    ];
    assert_eq!(
        values(&records, LAYER, "height_m"),
        heights.iter().collect::<Vec<_>>()
    );
    assert_eq!(
        left_out(&report),
        [
            (3, "HEIGHT_M", Some("nan")),
            (4, "HEIGHT_M", Some("-1.#IND"))
        ]
    );
    assert_eq!(report.values_left_out, 2);
}

#[test]
fn days_that_are_none_are_blank_or_told() {
    let cells: [&[u8]; 6] = [
        b"20260305",
        b"00000000",
        b"        ",
        b"\0\0\0\0\0\0\0\0",
        b"20260230",
        b"0       ",
    ];
    let shapes = cells.map(|_| point(108.97, 34.22));
    let records: Vec<Vec<u8>> = (0..)
        .zip(cells)
        .map(|(at, cell)| [&padded(&[(format!("R{at}").as_bytes(), 8)]), cell].concat())
        .collect();
    let fields = [("code", b'C', 8, 0), ("FOUND", b'D', 8, 0)];
    let files = [
        ("r.shp", main_file(1, &shapes)),
        ("r.dbf", table(3, 0, &fields, &records)),
        ("r.prj", WGS84.as_bytes().to_vec()),
    ];
    let (records, report) = read_all(&files, &Options::new(LayerId::RISK_POINTS));
    let found = values(&records, LayerId::RISK_POINTS, "found");
    let days: Vec<String> = found.iter().map(|day| format!("{day:?}")).collect();
    assert!(days[0].contains("2026-03-05"), "{days:?}");
    assert!(
        found[1..].iter().all(|day| **day == Value::Null),
        "{days:?}"
    );
    assert_eq!(left_out(&report), [(5, "FOUND", Some("20260230"))]);
}

/// The kinds of columns that dBase III has not: memos in a file of their own, numbers in binary.
fn with_memos() -> Vec<(&'static str, Vec<u8>)> {
    let fields = [
        ("NOTE", b'M', 10, 0),
        ("STOREYS", b'I', 4, 0),
        ("HEIGHT_M", b'O', 8, 0),
        ("FLOOR", b'B', 8, 0),
        ("PHOTO", b'G', 10, 0),
    ];
    let record = |block: &[u8], storeys: i32, height: f64, floor: f64| {
        [
            padded(&[(block, 10)]),
            storeys.to_le_bytes().to_vec(),
            height.to_be_bytes().to_vec(),
            floor.to_le_bytes().to_vec(),
            padded(&[(b"9", 10)]),
        ]
        .concat()
    };
    houses(
        0x83,
        &fields,
        &[
            record(b"         1", 6, 18.5, 120.5),
            record(b"", 7, 21.5, -1.0),
            record(b"        77", 8, 0.0, 0.0),
        ],
    )
}

fn memo_options() -> Options {
    mapped(LAYER, &[("NOTE", "name"), ("FLOOR", "floor_area_m2")])
}

#[test]
fn memos_and_binary_numbers_are_read() {
    let mut files = with_memos();
    let mut memo = vec![0; 512];
    memo.extend(encoding_rs::GB18030.encode("临街底商").0.iter());
    memo.extend([0x1A, 0x1A]);
    files.push(("h.DBT", memo));
    let (records, report) = read_all(&files, &memo_options());
    assert_eq!(names(&records), ["临街底商", "", ""]);
    let storeys = [6, 7, 8].map(Value::Integer);
    assert_eq!(
        values(&records, LAYER, "storeys"),
        storeys.iter().collect::<Vec<_>>()
    );
    let heights = [18.5, 21.5, 0.0].map(Value::Real);
    assert_eq!(
        values(&records, LAYER, "height_m"),
        heights.iter().collect::<Vec<_>>()
    );
    assert_eq!(
        values(&records, LAYER, "floor_area_m2")[0],
        &Value::Real(120.5)
    );
    // a block that the file of memos does not have is reported by its record, and a floor area below zero too
    assert_eq!(
        left_out(&report),
        [(3, "NOTE", None), (2, "FLOOR", Some("-1"))]
    );
    let said = decided(&report);
    assert!(said.contains("未读取的列:PHOTO(G)。"), "{said}");
}

#[test]
fn columns_that_cannot_be_read_are_named() {
    let (_, report) = read_all(&with_memos(), &memo_options());
    let said = decided(&report);
    assert!(said.contains("未读取的列:NOTE(M), PHOTO(G);"), "{said}");
    assert!(said.contains(".dbt或.fpt"), "{said}");
    let columns: Vec<&str> = report
        .columns
        .iter()
        .map(|column| &*column.header)
        .collect();
    assert_eq!(columns, ["code", "STOREYS", "HEIGHT_M", "FLOOR"]);
}

#[test]
fn a_layer_made_of_a_table_has_no_column_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in with_memos() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let source = open(&folder.path().join("h.shp")).unwrap();
    let described = describe(&source, &Options::new(LayerId::LAND_USE), "own").unwrap();
    let fields = described.definition.fields.iter();
    let titles: Vec<&str> = fields.map(|field| &*field.title).collect();
    assert_eq!(titles, ["STOREYS", "HEIGHT_M", "FLOOR"]);
}

#[test]
fn tables_of_dbase_seven_and_foxpro_are_read() {
    // dBase 7 has longer names, and numbers whose bytes sort.
    let mut seventh = vec![0x04, 126, 11, 30, 1, 0, 0, 0];
    let fields: [(&str, u8, u8); 3] = [
        ("code", b'C', 8),
        ("STOREYS", b'I', 4),
        ("HEIGHT_M", b'O', 8),
    ];
    seventh.extend(
        u16::try_from(68 + 48 * fields.len() + 1)
            .unwrap()
            .to_le_bytes(),
    );
    seventh.extend(21_u16.to_le_bytes());
    seventh.resize(68, 0);
    for (name, kind, length) in fields {
        let begin = seventh.len();
        seventh.extend(name.as_bytes());
        seventh.resize(begin + 32, 0);
        seventh.extend([kind, length]);
        seventh.resize(begin + 48, 0);
    }
    seventh.push(0x0D);
    seventh.push(b' ');
    seventh.extend(padded(&[(b"S-1", 8)]));
    seventh.extend([0x80, 0, 0, 11]);
    seventh.extend((33.5_f64.to_bits() ^ (1 << 63)).to_be_bytes());
    let shape = main_file(5, &[polygon(5, &[square(0.0, 0.0, 1.0)])]);
    let prj = WGS84.as_bytes().to_vec();
    let files = [("s.shp", shape), ("s.dbf", seventh), ("s.prj", prj)];
    let (records, _) = read_all(&files, &Options::new(LAYER));
    assert_eq!(&*records[0].draft.code, "S-1");
    assert_eq!(values(&records, LAYER, "storeys"), [&Value::Integer(11)]);
    assert_eq!(values(&records, LAYER, "height_m"), [&Value::Real(33.5)]);

    let fields = [("NOTE", b'M', 4, 0), ("FLOOR", b'Y', 8, 0)];
    let record = [
        8_u32.to_le_bytes().to_vec(),
        1_205_000_i64.to_le_bytes().to_vec(),
    ]
    .concat();
    let mut files = houses(0x30, &fields, &[record]);
    let mut memo = vec![0; 512];
    memo[6..8].copy_from_slice(&64_u16.to_be_bytes());
    let text = "二层临街".as_bytes();
    memo.extend([0, 0, 0, 1, 0, 0, 0, u8::try_from(text.len()).unwrap()]);
    memo.extend(text);
    files.push(("h.fpt", memo));
    let (records, _) = read_all(&files, &memo_options());
    assert_eq!(names(&records), ["二层临街"]);
    assert_eq!(
        values(&records, LAYER, "floor_area_m2"),
        [&Value::Real(120.5)]
    );
}
