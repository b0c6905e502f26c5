//! Forty ledgers of eight offices, each in five forms, with totals, signatures, notes and repeated headers of every
//! wording: only the records come in, and no total, signature or person is in the store or the report.

use encoding_rs::{GBK, UTF_8};

use super::cells::{Cell, Sheet, ods, row, text, xls, xlsx};
use super::{import, json, records};
use crate::driver::{run, said};

/// Who signs; none of them may be anywhere afterwards.
const SIGNERS: [&str; 6] = ["赵德厚", "孙启明", "钱广进", "李春来", "周永昌", "吴佩兰"];

/// Sums, each beside what it is the sum of.
const TOTALS: [&str; 15] = [
    "本楼小计",
    "一单元合计",
    "全街道合计",
    "本页小计",
    "户数合计",
    "以上共3户",
    "合计",
    "小 计",
    "总计：",
    "青龙社区合计",
    "合计（户）",
    "共计6户",
    "累计",
    "本表共12户",
    "總計",
];

/// Lines below the records; `@` is who signs.
const LINES: [&[&str]; 12] = [
    &["分管领导：@", "", "制表人：@"],
    &["复核：@"],
    &["经办人：@"],
    &["制表人 @"],
    &["制表人", "@", "审核人", "@"],
    &["单位负责人（签字）：@", "", "填报日期：2024.6.30"],
    &["社区书记：@", "网格长：@"],
    &["注：以上数据截至6月，由@核对"],
    &["2024年6月30日"],
    &["", "", "大雁塔街道办事处（盖章）"],
    &["填表人：@    审核人：@    2024年6月30日"],
    &["本表一式两份，由@保管"],
];

/// Words of the footers that must not be in the store either.
const WORDS: [&str; 9] = [
    "小计",
    "合计",
    "总计",
    "共计",
    "制表",
    "审核",
    "复核",
    "经办人",
    "2024年6月30日",
];

/// One column: what groups it stands under, its header, and what it holds of the record `n`.
struct Column {
    group: &'static str,
    part: &'static str,
    header: &'static str,
    value: fn(usize) -> Cell,
}

struct Office {
    name: &'static str,
    layer: &'static str,
    arguments: &'static [&'static str],
    columns: Vec<Column>,
    /// What the first record must hold.
    holds: &'static [(&'static str, &'static str)],
}

fn column(group: &'static str, header: &'static str, value: fn(usize) -> Cell) -> Column {
    Column {
        group,
        part: "",
        header,
        value,
    }
}

fn place(header: &'static str, value: fn(usize) -> Cell) -> Column {
    Column {
        group: "位置",
        part: "坐标（天地图）",
        header,
        value,
    }
}

fn named(head: &str, n: usize) -> Cell {
    Cell::Text(format!("{head}{}", n + 1))
}

fn of(words: &[&str], n: usize) -> Cell {
    Cell::from(words[n % words.len()])
}

fn count(n: usize) -> Cell {
    Cell::Number((20 + n) as f64)
}

fn degrees() -> [Column; 2] {
    [
        place("经度", |n| Cell::Number(108.9723 + n as f64 * 1e-4)),
        place("纬度", |n| Cell::Number(34.2319 + n as f64 * 1e-4)),
    ]
}

fn with(mut columns: Vec<Column>, more: impl IntoIterator<Item = Column>) -> Vec<Column> {
    columns.extend(more);
    columns
}

fn offices() -> Vec<Office> {
    let seq = || column("", "序号", |n| Cell::Number((n + 1) as f64));
    vec![
        Office {
            name: "消防隐患排查整治台账",
            layer: "risk_points",
            arguments: &["--year", "2024"],
            columns: with(
                vec![
                    seq(),
                    column("隐患情况", "风险点编号", |n| named("YH-", n)),
                    column("隐患情况", "隐患类型", |n| {
                        of(&["消防", "飞线充电", "燃气"], n)
                    }),
                    column("隐患情况", "风险等级", |n| {
                        of(&["红色", "橙色", "黄色", "蓝色"], n)
                    }),
                    column("整改情况", "整改状态", |n| {
                        of(&["待整改", "整改中", "已销号"], n)
                    }),
                    column("整改情况", "存在问题", |n| named("楼道堆物第", n)),
                ],
                degrees(),
            ),
            holds: &[("level", "red"), ("kind", "fire"), ("status", "registered")],
        },
        Office {
            name: "公共服务设施台账",
            layer: "facilities",
            arguments: &[],
            columns: with(
                vec![
                    seq(),
                    column("基本情况", "设施编码", |n| named("SS-", n)),
                    column("基本情况", "设施名称", |n| named("便民点", n)),
                    column("基本情况", "设施类别", |n| {
                        of(&["公共厕所", "农贸市场", "消防栓"], n)
                    }),
                    column("基本情况", "地址", |n| named("雁塔路", n)),
                ],
                degrees(),
            ),
            holds: &[("kind", "toilet"), ("address", "雁塔路1")],
        },
        Office {
            name: "安全生产检查对象清单",
            layer: "inspection_targets",
            arguments: &["--crs", "EPSG:4545"],
            columns: vec![
                seq(),
                column("基本情况", "检查对象编号", |n| named("JC-", n)),
                column("基本情况", "检查对象名称", |n| named("小店", n)),
                column("基本情况", "检查对象类别", |n| {
                    of(&["餐饮", "KTV", "仓库"], n)
                }),
                column("基本情况", "地址", |n| named("雁塔路", n)),
                place("纵坐标X", |n| {
                    Cell::Number(3_789_812.444 + n as f64 * 10.0)
                }),
                place("横坐标Y", |_| Cell::Number(589_582.488)),
            ],
            holds: &[("kind", "restaurant"), ("name", "小店1")],
        },
        Office {
            name: "老旧小区基本情况台账",
            layer: "compounds",
            arguments: &["--point-radius-m", "30"],
            columns: with(
                vec![
                    seq(),
                    column("基本情况", "小区编号", |n| named("XQ-", n)),
                    column("基本情况", "小区名称", |n| named("朝阳小区", n)),
                    column("基本情况", "小区类型", |n| {
                        of(&["家属院", "商品房", "回迁小区"], n)
                    }),
                    column("基本情况", "户数", count),
                    column("管理情况", "物业管理情况", |n| {
                        of(&["社区代管", "物业公司", "自管"], n)
                    }),
                ],
                degrees(),
            ),
            holds: &[("kind", "work_unit"), ("property_management", "community")],
        },
        Office {
            name: "房屋安全隐患排查台账",
            layer: "buildings",
            arguments: &["--point-radius-m", "10"],
            columns: with(
                vec![
                    seq(),
                    column("房屋情况", "房屋编号", |n| named("LD-", n)),
                    column("房屋情况", "楼栋号", |n| named("", n)),
                    column("房屋情况", "房屋用途", |n| {
                        of(&["居住", "厂房", "学校"], n)
                    }),
                    column("鉴定情况", "结构类型", |n| {
                        of(&["砖混（预制板）", "框架", "其它"], n)
                    }),
                    column("鉴定情况", "鉴定等级", |n| {
                        of(&["C级（局部危房）", "Ｃ级", "c级"], n)
                    }),
                ],
                degrees(),
            ),
            holds: &[
                ("use", "residential"),
                ("structure", "brick_precast"),
                ("safety_grade", "C"),
                ("number", "1"),
            ],
        },
        Office {
            name: "房屋使用情况台账",
            layer: "households",
            arguments: &[],
            columns: vec![
                column("房屋情况", "户编码", |n| named("H-", n)),
                column("房屋情况", "所属楼栋编码", |_| Cell::from("B1")),
                column("房屋情况", "室号", |n| {
                    Cell::Text(format!("{}01", n + 1))
                }),
                column("使用情况", "楼层", |n| Cell::Number((n + 1) as f64)),
                column("使用情况", "居住用途", |n| {
                    of(&["自用", "租赁", "闲置"], n)
                }),
                column("使用情况", "备用", |_| Cell::Blank),
            ],
            holds: &[("dwelling_use", "owner"), ("room_label", "101")],
        },
        Office {
            name: "城市管理案件台账",
            layer: "cases",
            arguments: &[],
            columns: with(
                vec![
                    seq(),
                    column("案件情况", "案件编号", |n| named("AJ-", n)),
                    column("案件情况", "案件类别", |n| {
                        of(&["市容", "占道经营", "绿化"], n)
                    }),
                    column("办理情况", "办理状态", |n| {
                        of(&["已受理", "处置中", "办结"], n)
                    }),
                    column("办理情况", "问题描述", |n| named("占用人行道第", n)),
                ],
                degrees(),
            ),
            holds: &[("kind", "environment"), ("status", "accepted")],
        },
        Office {
            name: "老旧小区改造项目进度表",
            layer: "renovation_projects",
            arguments: &["--point-radius-m", "50"],
            columns: with(
                vec![
                    seq(),
                    column("项目情况", "项目编号", |n| named("XM-", n)),
                    column("项目情况", "项目名称", |n| named("改造工程", n)),
                    column("项目情况", "惠及户数", count),
                    column("进展情况", "项目进度", |n| {
                        of(&["施工中", "已竣工", "招投标"], n)
                    }),
                ],
                degrees(),
            ),
            holds: &[("phase", "works"), ("name", "改造工程1")],
        },
    ]
}

/// A row with these texts, the rest blank.
fn line(width: usize, texts: &[&str]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = texts.iter().map(|text| Cell::from(*text)).collect();
    cells.resize(width, Cell::Blank);
    cells
}

/// The rows of the header on so many levels.
fn header(columns: &[Column], levels: usize) -> Vec<Vec<Cell>> {
    let mut rows = vec![vec![Cell::Blank; columns.len()]; levels];
    let mut above = [""; 2];
    for (at, column) in columns.iter().enumerate() {
        let path: Vec<&str> = match levels {
            1 => vec![column.header],
            2 => vec![column.group, column.header],
            _ => vec![column.group, column.part, column.header],
        };
        let path: Vec<&str> = path.into_iter().filter(|text| !text.is_empty()).collect();
        for (level, text) in path.iter().enumerate() {
            let is_group = level + 1 < path.len();
            // merged cells have their text in the first one only
            if !is_group || above[level] != *text {
                rows[level][at] = Cell::from(*text);
            }
            if is_group {
                above[level] = text;
            }
        }
        if path.len() < 2 {
            above = [""; 2];
        }
    }
    rows
}

/// The whole sheet, and the codes that must come in.
fn sheet(office: &Office, form: usize) -> (Vec<Vec<Cell>>, usize) {
    let (width, seed) = (office.columns.len(), form * 7 + office.name.len());
    let levels = match form {
        1 => 2,
        2 => 3,
        _ => 1,
    };
    let signer = |n: usize| SIGNERS[(seed + n) % SIGNERS.len()];
    let footer = |n: usize| -> Vec<Cell> {
        let texts: Vec<String> = LINES[(seed + n) % LINES.len()]
            .iter()
            .map(|text| text.replace('@', signer(n)))
            .collect();
        line(width, &texts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let total = |n: usize| {
        let mut cells = line(width, &[TOTALS[(seed + n) % TOTALS.len()]]);
        cells[width - 3] = Cell::Number(3.0);
        cells
    };
    let title = format!("大雁塔街道{}", office.name);
    let filled = format!("填报单位：大雁塔街道办事处  填报人：{}", signer(3));
    let mut rows = vec![line(width, &[&title]), line(width, &[&filled])];
    rows.extend(header(&office.columns, levels));
    let mut n = 0;
    for page in 0..2 {
        if page > 0 {
            rows.push(line(width, &[&title]));
            rows.extend(header(&office.columns, levels));
        }
        for group in 0..2 {
            rows.push(line(width, &[["一、第一片区", "（二）第二片区"][group]]));
            for _ in 0..3 {
                rows.push(
                    office
                        .columns
                        .iter()
                        .map(|column| (column.value)(n))
                        .collect(),
                );
                n += 1;
            }
            rows.push(total(page * 3 + group));
        }
        rows.push(total(page * 3 + 2));
        rows.push(footer(page * 3));
        rows.push(footer(page * 3 + 1));
        rows.push(line(width, &["", "", &format!("第{}页 共2页", page + 1)]));
    }
    rows.push(footer(7));
    rows.push(line(width, &["", "", "2024年6月30日"]));
    (rows, n)
}

fn csv(rows: &[Vec<Cell>]) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let line = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(",");
    rows.iter().map(line).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

fn merged(office: &Office, form: usize) -> Vec<(u32, u16, u32, u16)> {
    let last = u16::try_from(office.columns.len() - 1).unwrap();
    let mut merged = vec![(0, 0, 0, last), (1, 0, 1, last)];
    let levels = match form {
        1 => 1,
        2 => 2,
        _ => 0,
    };
    for (at, column) in (0u16..).zip(&office.columns) {
        if levels > 0 && column.group.is_empty() {
            merged.push((2, at, 2 + levels, at));
        } else if levels == 2 && column.part.is_empty() {
            merged.push((3, at, 4, at));
        }
    }
    merged
}

fn file(office: &Office, form: usize) -> (String, Vec<u8>, usize) {
    let (rows, records) = sheet(office, form);
    let name = |end: &str| format!("{}{form}.{end}", office.name);
    let made = |rows| [Sheet::new("台账", rows).merge(&merged(office, form))];
    let (name, bytes) = match form {
        0..=2 => (name("xlsx"), xlsx(&made(rows))),
        3 => (name("csv"), text(GBK, &csv(&rows))),
        _ => match xls(&made(rows.clone())) {
            Some(bytes) if office.layer == "cases" => (name("xls"), bytes),
            _ if office.layer == "facilities" => (name("ods"), ods(&made(rows))),
            _ => (name("csv"), text(UTF_8, &format!("\u{feff}{}", csv(&rows)))),
        },
    };
    (name, bytes, records)
}

fn faults_of(office: &Office, form: usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (name, bytes, wanted) = file(office, form);
    let mut arguments = office.arguments.to_vec();
    // the datum stands in a cell above the columns where the header has three levels
    if form != 2 && !office.arguments.contains(&"--crs") {
        arguments.extend(["--crs", "CRS84"]);
    }
    let done = import(folder.path(), &name, office.layer, &bytes, &arguments);
    let told = said(&done);
    if !matches!(done.status.code(), Some(0 | 1)) {
        return vec![format!("{name}: {told}")];
    }
    let mut faults = Vec::new();
    let report = json(&folder.path().join("report.json"));
    if report["taken"] != wanted || report["refused"] != 0 || report["values_left_out"] != 0 {
        let (taken, refused) = (&report["taken"], &report["refused"]);
        faults.push(format!("{name}: {taken} taken, {refused} refused: {told}"));
        return faults;
    }
    if report["codes_generated"] != 0 || !told.contains("不是记录的行") {
        faults.push(format!("{name}: {told}"));
    }
    let there = records(&folder, office.layer);
    for (n, record) in there.iter().enumerate() {
        let properties = &record["properties"];
        let code = (office.columns.iter())
            .find(|column| column.header.contains('编'))
            .map(|column| (column.value)(n));
        let Some(Cell::Text(code)) = code else {
            panic!("{} has no codes", office.name);
        };
        if properties["code"] != code {
            faults.push(format!("{name}: {} instead of {code}", properties["code"]));
        }
    }
    for (field, value) in office.holds {
        let found = &there[0]["properties"][field];
        if found != value {
            faults.push(format!("{name}: {field} is {found}, not {value}"));
        }
    }
    let sheet = folder.path().join("sheet.html");
    let (store, at) = (folder.path().join("map.gpkg"), folder.path().join(&name));
    let mut again = vec![
        "import",
        at.to_str().unwrap(),
        "--layer",
        office.layer,
        "--dry-run",
    ];
    again.extend(["--store", store.to_str().unwrap(), "--on-conflict", "skip"]);
    again.extend(["--report", sheet.to_str().unwrap()]);
    again.extend(&arguments);
    let again = said(&run(&again));
    let texts = [
        ("the store", std::fs::read(&store).unwrap()),
        (
            "the report",
            std::fs::read(folder.path().join("report.json")).unwrap(),
        ),
        ("the page", std::fs::read(&sheet).unwrap()),
        ("the terminal", format!("{told}{again}").into_bytes()),
    ];
    for (place, bytes) in &texts {
        let holds = |word: &str| {
            bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes())
        };
        let words = if *place == "the store" {
            &WORDS[..]
        } else {
            &[]
        };
        for word in SIGNERS.iter().chain(words).filter(|word| holds(word)) {
            faults.push(format!("{name}: {word} is in {place}"));
        }
    }
    faults
}

#[test]
fn of_forty_ledgers_only_the_records_come_in_and_no_total_signature_or_person() {
    let offices = offices();
    assert_eq!(offices.len() * 5, 40);
    let faults: Vec<String> = offices
        .iter()
        .flat_map(|office| (0..5).flat_map(move |form| faults_of(office, form)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn total_and_signature_rows_of_a_list_of_homes_are_no_homes() {
    let rows = vec![
        row!["房屋台账", "", "", "", ""],
        row!["户编码", "所属楼栋编码", "室号", "楼层", "居住用途"],
        row!["H0", "B1", "101", 1, "自住"],
        row!["H1", "B1", "201", 2, "自住"],
        row!["H2", "B1", "301", 3, "自住"],
        row!["本楼小计", "", "3", "", ""],
        row!["一单元合计", "", "3", "", ""],
        row!["全街道合计", "", "3", "", ""],
        row!["本页小计", "", "3", "", ""],
        row!["户数合计", "", "3", "", ""],
        row!["以上共3户", "", "", "", ""],
        row!["分管领导：赵德厚", "", "制表人：孙启明", "", ""],
        row!["复核：钱广进", "", "", "", ""],
        row!["经办人：李春来", "", "", "", ""],
        row!["注：以上数据截至6月", "", "", "", ""],
        row!["2024年6月30日", "", "", "", ""],
    ];
    let folder = tempfile::tempdir().unwrap();
    let bytes = xlsx(&[Sheet::new("户", rows).merge(&[(0, 0, 0, 4)])]);
    let done = import(
        folder.path(),
        "户.xlsx",
        "households",
        &bytes,
        &["--map", "户编码=code"],
    );
    let told = said(&done);
    assert_eq!(done.status.code(), Some(0), "{told}");
    assert!(
        told.contains("合计6,7,8,9,10,11;落款12,13,14,15,16(共12行)"),
        "{told}"
    );
    assert_eq!(records(&folder, "households").len(), 3);
}
