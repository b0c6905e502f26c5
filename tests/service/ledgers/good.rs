//! Ledgers that come in right, each with what must be in the store afterwards.

use encoding_rs::{GB18030, GBK, UTF_8};
use serde_json::json;

use super::Ledger;
use super::cells::{Cell, Sheet, ods, row, text, utf16, xls, xlsx};

/// The same place by the Big Wild Goose Pagoda in every system: `facts/coordinate_test_vectors.json`.
const LON: f64 = 108.9723;
const LAT: f64 = 34.2319;

fn compounds() -> Sheet {
    Sheet::new(
        "台账",
        vec![
            row!["大雁塔街道老旧小区改造台账", "", "", "", "", "", "", ""],
            row![
                "填报单位:大雁塔街道办",
                "",
                "",
                "",
                "",
                "",
                "填报日期:2022.5.3",
                ""
            ],
            row![
                "序号",
                "编号",
                "小区名称",
                "建成年代",
                "户数(户)",
                "改造意愿",
                "GPS经度",
                "GPS纬度"
            ],
            row![1, "XQ-01", "朝阳小区", "1985年", "120户", "85%", LON, LAT],
            row![2, "XQ-02", "青龙小区", 1992, 96, 0.9, LON + 0.001, LAT],
            row!["小计", "", "2个", "", 216, "", "", ""],
            row![
                3,
                "XQ-03",
                "翠园小区",
                "1998.06",
                "1,204",
                "",
                LON + 0.002,
                LAT
            ],
            row!["合计", "", "3个", "", 1420, "", "", ""],
            row!["制表人:某某", "", "", "", "审核人:某某", "", "", ""],
        ],
    )
    .merge(&[(0, 0, 0, 7), (1, 0, 1, 5)])
}

fn hazards() -> Sheet {
    Sheet::new(
        "隐患",
        vec![
            row![
                "自建房安全隐患排查整治台账",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                ""
            ],
            row![
                "序号",
                "位置",
                "",
                "",
                "隐患情况",
                "",
                "",
                "整改情况",
                "",
                ""
            ],
            row![
                "",
                "地址",
                "经度(GPS)",
                "纬度(GPS)",
                "隐患编号",
                "隐患类别",
                "隐患描述",
                "整改期限",
                "整改状态",
                "责任人"
            ],
            row![
                1,
                "雁塔路1号院",
                LON,
                LAT,
                "YH-1",
                "房屋结构",
                "墙体开裂",
                Cell::Day(2022, 5, 3),
                "整改中",
                "某某"
            ],
            row![
                2,
                "",
                LON,
                LAT,
                "YH-2",
                "用电安全",
                "私拉电线",
                44684,
                "已整改",
                "某某"
            ],
            row![
                3,
                "雁塔路2号院",
                LON,
                LAT,
                "YH-3",
                "消防安全",
                "通道堵塞",
                "2022.5.3",
                "已销号",
                "某某"
            ],
        ],
    )
    .merge(&[
        (0, 0, 0, 9),
        (1, 0, 2, 0),
        (1, 1, 1, 3),
        (1, 4, 1, 6),
        (1, 7, 1, 9),
        (3, 1, 4, 1),
    ])
}

fn doors() -> Sheet {
    Sheet::new(
        "单元",
        vec![
            row![
                "所属楼栋编码",
                "编号",
                "单元号",
                "是否有电梯",
                "层数",
                "GPS经度",
                "GPS纬度"
            ],
            row!["B-1", "D-1", "东单元", "是", "六", LON, LAT],
            row!["", "D-2", "2单元", "否", 6, LON, LAT],
            row!["", "D-3", "3单元", "√", "6层", LON, LAT],
            row!["B-2", "D-4", "1单元", "无", 11, LON, LAT],
        ],
    )
    .merge(&[(1, 0, 3, 0)])
}

fn posts_of(community: &str, first: i32, lon: f64) -> Sheet {
    Sheet::new(
        community,
        vec![
            row![
                format!("{community}服务设施一览表").as_str(),
                "",
                "",
                "",
                ""
            ],
            row!["序号", "编码", "设施名称", "设施类型", "坐标"],
            row![
                1,
                format!("F-{first}").as_str(),
                "卫生服务站",
                "社区卫生服务站",
                format!("{lon},{LAT}").as_str()
            ],
            row![
                2,
                format!("F-{}", first + 1).as_str(),
                "联防点",
                "联防点位",
                format!("{LAT}，{lon}").as_str()
            ],
        ],
    )
    .merge(&[(0, 0, 0, 4)])
}

/// Workbooks.
pub(super) fn workbooks() -> Vec<Ledger> {
    let near = ["--point-radius-m", "20"];
    let wgs84 = ["--crs", "CRS84"];
    let mut all = vec![
        Ledger::of("小区台账.xlsx", "compounds", xlsx(&[compounds()]))
            .with(&near)
            .takes(3)
            .left_out(0)
            .has("XQ-01", "household_count", json!(120))
            .has("XQ-01", "built_year", json!(1985))
            .has("XQ-01", "consent_ratio", json!(0.85))
            .has("XQ-03", "household_count", json!(1204))
            .says("标题1,2;合计6,8;落款9"),
        Ledger::of("隐患两级表头.xlsx", "risk_points", xlsx(&[hazards()]))
            .takes(3)
            .has("YH-1", "deadline", json!("2022-05-03"))
            .has("YH-2", "deadline", json!("2022-05-03"))
            .has("YH-2", "address", json!("雁塔路1号院"))
            .has("YH-2", "status", json!("submitted"))
            .has("YH-3", "deadline", json!("2022-05-03"))
            .has("YH-3", "status", json!("closed"))
            .has("YH-1", "kind", json!("structure"))
            .says("第2至3行(两级)"),
        Ledger::of("单元合并格.xlsx", "entrances", xlsx(&[doors()]))
            .takes(4)
            .left_out(1)
            .has("D-2", "building_code", json!("B-1"))
            .has("D-3", "building_code", json!("B-1"))
            .has("D-4", "building_code", json!("B-2"))
            .has("D-1", "has_lift", json!(true))
            .has("D-2", "has_lift", json!(false))
            .has("D-4", "has_lift", json!(false))
            .has("D-1", "floors", json!(null))
            .has("D-3", "floors", json!(6)),
        Ledger::of("单元合并格.ods", "entrances", ods(&[doors()]))
            .takes(4)
            .left_out(1)
            .has("D-2", "building_code", json!("B-1"))
            .has("D-3", "building_code", json!("B-1"))
            .has("D-4", "building_code", json!("B-2")),
        Ledger::of("隐患.ods", "risk_points", ods(&[hazards()]))
            .takes(3)
            .has("YH-2", "address", json!("雁塔路1号院"))
            .has("YH-1", "deadline", json!("2022-05-03")),
        Ledger::of(
            "各社区.xlsx",
            "facilities",
            xlsx(&[
                posts_of("雁塔社区", 1, LON),
                posts_of("翠华社区", 3, LON + 0.001),
                Sheet::new(
                    "填表说明",
                    vec![row!["本表由各社区填写"], row!["每季度更新一次"]],
                ),
                posts_of("旧数据", 90, LON).hidden(),
            ]),
        )
        .with(&wgs84)
        .takes(4)
        .has("F-1", "kind", json!("clinic"))
        .has("F-4", "kind", json!("joint_defence"))
        .at("F-2", LON, LAT)
        .at("F-3", LON + 0.001, LAT)
        .says("工作表“旧数据”是隐藏的")
        .says("没有表头,未读取"),
        Ledger::of(
            "隐藏行.xlsx",
            "facilities",
            xlsx(&[posts_of("雁塔社区", 1, LON).hide_rows(&[3])]),
        )
        .with(&wgs84)
        .takes(2)
        .has("F-2", "name", json!("联防点"))
        .says("隐藏行:4"),
        Ledger::of(
            "日期.xlsx",
            "risk_points",
            xlsx(&[Sheet::new(
                "日期",
                vec![
                    row!["编号", "类别", "整改期限", "经纬度(WGS84)"],
                    row!["1", "消防安全", "2022年5月3日", "108.9723,34.2319"],
                    row!["2", "消防安全", "5月3日", "108.9723,34.2319"],
                    row!["3", "消防安全", 20_220_503, "108.9723,34.2319"],
                    row!["4", "消防安全", "2022/5/3", "108.9723,34.2319"],
                    row!["5", "消防安全", "2022-05-03 18:00", "108.9723,34.2319"],
                    row!["6", "消防安全", "２０２２．５．３", "108.9723,34.2319"],
                    row!["7", "消防安全", "/", "108.9723,34.2319"],
                ],
            )]),
        )
        .with(&["--year", "2022"])
        .takes(7)
        .left_out(0)
        .has("1", "deadline", json!("2022-05-03"))
        .has("2", "deadline", json!("2022-05-03"))
        .has("3", "deadline", json!("2022-05-03"))
        .has("4", "deadline", json!("2022-05-03"))
        .has("5", "deadline", json!("2022-05-03"))
        .has("6", "deadline", json!("2022-05-03"))
        .has("7", "deadline", json!(null)),
        Ledger::of(
            "编码.xlsx",
            "risk_points",
            xlsx(&[Sheet::new(
                "编码",
                vec![
                    row!["编号", "网格编码", "风险等级", "GPS经度", "GPS纬度"],
                    row!["YH-1", 610_113_002_001.0, "红", LON, LAT],
                    row!["YH-2", "6.10113002001E+11", "橙", LON, LAT],
                    row!["YH-3", "610113002001", "低风险", LON, LAT],
                ],
            )]),
        )
        .takes(3)
        .left_out(0)
        .has("YH-1", "grid_code", json!("610113002001"))
        .has("YH-2", "grid_code", json!("610113002001"))
        .has("YH-1", "level", json!("red"))
        .has("YH-3", "level", json!("blue")),
        Ledger::of(
            "面积单位.xlsx",
            "buildings",
            xlsx(&[Sheet::new(
                "楼栋",
                vec![
                    row![
                        "编号",
                        "楼栋号",
                        "总建筑面积(万㎡)",
                        "结构类型",
                        "有无电梯",
                        "总层数",
                        "照片",
                        "GPS经度",
                        "GPS纬度"
                    ],
                    row![
                        "L-1",
                        "1号楼",
                        1.2,
                        "框架结构",
                        "无",
                        "18层",
                        "=DISPIMG(\"ID_1\",1)",
                        LON,
                        LAT
                    ],
                    row!["L-2", "2号楼", 0.35, "砖木", "无", "6", "", LON, LAT],
                ],
            )]),
        )
        .with(&near)
        .takes(2)
        .left_out(0)
        .has("L-1", "floor_area_m2", json!(12_000.0))
        .has("L-2", "floor_area_m2", json!(3500.0))
        .has("L-1", "structure", json!("frame"))
        .has("L-1", "lift_count", json!(0))
        .has("L-1", "storeys", json!(18)),
        Ledger::of(
            "续页表头.xlsx",
            "facilities",
            xlsx(&[Sheet::new(
                "设施",
                vec![
                    row!["编码", "设施名称", "设施类型", "GPS经度", "GPS纬度"],
                    row!["F-1", "一号栓", "消火栓", LON, LAT],
                    row!["编码", "设施名称", "设施类型", "GPS经度", "GPS纬度"],
                    row!["F-2", "二号栓", "消火栓", LON, LAT],
                ],
            )]),
        )
        .takes(2)
        .has("F-2", "kind", json!("hydrant"))
        .says("重复表头3"),
        Ledger::of(
            "测绘坐标.xlsx",
            "facilities",
            xlsx(&[Sheet::new(
                "控制",
                vec![
                    row!["点号", "编码", "设施名称", "X坐标", "Y坐标"],
                    row![1, "K-1", "一号", 3_789_812.444, 589_582.488],
                ],
            )]),
        )
        .with(&["--crs", "EPSG:4545"])
        .takes(1)
        .at("K-1", LON, LAT),
        Ledger::of(
            "带号坐标.xlsx",
            "facilities",
            xlsx(&[Sheet::new(
                "控制",
                vec![
                    row!["编码", "设施名称", "X", "Y"],
                    row!["K-1", "一号", 3_789_812.444, 36_589_582.488],
                ],
            )]),
        )
        .takes(1)
        .at("K-1", LON, LAT)
        .says("EPSG:4524"),
        Ledger::of(
            "六度带.xlsx",
            "facilities",
            xlsx(&[Sheet::new(
                "控制",
                vec![
                    row!["编码", "设施名称", "纵坐标", "横坐标"],
                    row!["K-1", "一号", 3_791_245.066, 19_313_167.523],
                ],
            )]),
        )
        .takes(1)
        .at("K-1", LON, LAT)
        .says("EPSG:4497"),
        Ledger::of(
            "户.xlsx",
            "households",
            xlsx(&[Sheet::new(
                "户",
                vec![
                    row![
                        "户主姓名",
                        "身份证号",
                        "联系电话",
                        "户号",
                        "楼层",
                        "居住用途",
                        "烟感报警器",
                        "电动车入户充电"
                    ],
                    row![
                        "某某",
                        "610113198001011234",
                        "13812345678",
                        "101",
                        "1层",
                        "自住",
                        "有",
                        "否"
                    ],
                    row![
                        "某某",
                        "610113198001011234",
                        "13812345678",
                        "102",
                        1,
                        "出租",
                        "无",
                        "是"
                    ],
                ],
            )]),
        )
        .takes(2)
        .left_out(0)
        .has("households-1", "room_label", json!("101"))
        .has("households-1", "smoke_alarm", json!(true))
        .has("households-2", "smoke_alarm", json!(false))
        .has("households-2", "dwelling_use", json!("let"))
        .has("households-2", "indoor_ebike_charging", json!(true))
        .says("姓名"),
    ];
    for (name, layer, sheet, arguments, taken) in [
        ("小区.xls", "compounds", compounds(), &near[..], 3),
        ("隐患.xls", "risk_points", hazards(), &[], 3),
    ] {
        match xls(&[sheet]) {
            Some(bytes) => all.push(Ledger::of(name, layer, bytes).with(arguments).takes(taken)),
            None => println!(
                "NOT TESTED: {name}, python3-xlwt is not there (scripts/install-test-tools)"
            ),
        }
    }
    all
}

const PLAIN: &str = "编号,设施名称,设施类型,GPS经度,GPS纬度\nF-1,第一卫生站,社区卫生服务站,108.9723,34.2319\nF-2,朝阳幼儿园,幼儿园,108.9733,34.2319\n";

/// Text with a record a line.
pub(super) fn texts() -> Vec<Ledger> {
    let facilities = |name, bytes| Ledger::of(name, "facilities", bytes);
    let table = |name, content: &str| facilities(name, text(UTF_8, content));
    let both = |ledger: Ledger| {
        ledger
            .takes(2)
            .has("F-1", "kind", json!("clinic"))
            .has("F-2", "name", json!("朝阳幼儿园"))
            .at("F-1", LON, LAT)
    };
    vec![
        both(facilities("有BOM.csv", text(UTF_8, &format!("\u{feff}{PLAIN}")))).says("BOM"),
        both(facilities("国标.csv", text(GBK, PLAIN))).says("编码 gb18030"),
        facilities("四字节.csv", text(GB18030, &PLAIN.replace("第一", "㐂𠮷"))).takes(2)
            .has("F-1", "name", json!("㐂𠮷卫生站")),
        both(facilities("制表符.tsv", text(UTF_8, &PLAIN.replace(',', "\t")))).says("TAB"),
        both(facilities("Unicode文本.txt", utf16(&PLAIN.replace(',', "\t")))),
        both(facilities("分号.csv", text(GBK, &PLAIN.replace(',', ";")))),
        table("维度.csv", "编号,名称,经度,维度\nF-1,一号,108.9723,34.2319\n").with(&["--crs", "CRS84"])
            .takes(1).at("F-1", LON, LAT),
        table("百度.csv", "编号,名称,百度经度,百度纬度\nF-1,一号,108.983510207,34.236581722\n").takes(1).near("F-1", LON, LAT)
            .says("BD09"),
        table("高德.csv", "编号,名称,经度(高德),纬度(高德)\nF-1,一号,108.977055523,34.230370725\n").takes(1).near("F-1", LON, LAT)
            .says("GCJ02"),
        table("火星.csv", "编号,名称,经度,纬度\nF-1,一号,108.977055523,34.230370725\n").with(&["--crs", "GCJ02"])
            .takes(1).near("F-1", LON, LAT),
        table("度分秒.csv", "编号,名称,东经(GPS),北纬(GPS)\nF-1,一号,108°58′20.28″,34°13′54.84″\nF-2,二号,108度58分20.28秒,34度13分54.84秒\nF-3,三号,E108°58.338′,N34°13.914′\n")
            .takes(3).at("F-1", LON, LAT).at("F-2", LON, LAT).at("F-3", LON, LAT),
        table("一格两数.csv", "编号,名称,GPS坐标\nF-1,一号,\"108.9723,34.2319\"\nF-2,二号,\"34.2319，108.9723\"\nF-3,三号,(108.9723 34.2319)\n")
            .takes(3).at("F-1", LON, LAT).at("F-2", LON, LAT).at("F-3", LON, LAT),
        Ledger::of("wkt.csv", "buildings", text(UTF_8, "编号,楼号,wkt\nL-1,1号楼,\"POLYGON((108.97 34.23,108.971 34.23,108.971 34.231,108.97 34.231,108.97 34.23))\"\n"))
            .with(&["--crs", "CRS84"]).takes(1).at("L-1", 108.97, 34.23),
        table("换行.csv", "编号,名称,地址,GPS经度,GPS纬度\nF-1,一号,\"雁塔路\n1号\",108.9723,34.2319\nF-2,二号,雁塔路2号,108.9723,34.2319\n")
            .takes(2).has("F-2", "address", json!("雁塔路2号")),
        table("全角数字.csv", "编号,名称,服务能力,GPS经度,GPS纬度\nF-1,一号,１２０人,１０８．９７２３,３４．２３１９\n").takes(1)
            .has("F-1", "capacity", json!(120)).at("F-1", LON, LAT),
        Ledger::of("拼音.csv", "compounds", text(GBK, "XQMC,XXDZ,JCND,ZHS,LDS,JD,WD\n朝阳小区,雁塔路1号,1985,120,3,108.9723,34.2319\n"))
            .with(&["--crs", "CRS84", "--point-radius-m", "20"]).takes(1)
            .has("朝阳小区", "built_year", json!(1985)).has("朝阳小区", "household_count", json!(120))
            .has("朝阳小区", "building_count", json!(3)).has("朝阳小区", "address", json!("雁塔路1号")),
        table("繁体.csv", "編號,名稱,類別,經度,緯度\nF-1,一號,消火栓,121.0,23.0\n").with(&["--crs", "CRS84"]).takes(1)
            .has("F-1", "kind", json!("hydrant")),
        table("网络墨卡托.csv", "编号,名称,x,y\nF-1,一号,12130740.947,4059983.198\n").takes(1).at("F-1", LON, LAT)
            .says("EPSG:3857"),
        table("空行.csv", "\n\n编号,名称,GPS经度,GPS纬度,备注\n\nF-1,一号,108.9723,34.2319,\n,,,,\nF-2,二号,108.9723,34.2319,好\n合计,2,,,\n")
            .takes(2).says("合计"),
        table("身份证在备注.csv", "编号,名称,GPS经度,GPS纬度,地址\nF-1,一号,108.9723,34.2319,电话13812345678\nF-2,二号,108.9723,34.2319,雁塔路2号\n")
            .takes(2).has("F-1", "address", json!(null)).has("F-2", "address", json!("雁塔路2号")),
    ]
}
