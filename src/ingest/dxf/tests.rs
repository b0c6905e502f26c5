use std::f64::consts::PI;

use super::*;
use crate::domain::LayerId;
use crate::ingest::row::Verdict;

fn read(
    text: &str,
    layer: LayerId,
    part: Option<&str>,
) -> Result<(Vec<Row>, Vec<String>), IngestError> {
    let mut options = Options::new(layer);
    options.part = part.map(str::to_owned);
    let (mut rows, mut said) = (Vec::new(), Vec::new());
    shapes(text.as_bytes(), &options, &mut |event| {
        match event {
            Event::Row(row) => rows.push(row),
            Event::Decision(decision) => said.push(decision.said.en),
            _ => {}
        }
        Verdict::Continue(())
    })?;
    Ok((rows, said))
}

/// Groups, one pair a line, as a drawing.
fn drawing(groups: &str) -> String {
    drawing_with("", groups)
}

/// As [`drawing`], with these layers in its tables.
fn drawing_with(layers: &str, groups: &str) -> String {
    let tables = format!("0 ENDSEC|0 SECTION|2 TABLES|0 TABLE|2 LAYER|70 9{layers}|0 ENDTAB");
    let head = format!("9 $ACADVER|1 AC1027|{tables}|0 ENDSEC|0 SECTION|2 ENTITIES");
    let all = format!("0 SECTION|2 HEADER|{head}|{groups}|0 ENDSEC|0 EOF");
    let lines: Vec<&str> = all
        .split('|')
        .flat_map(|pair| <[&str; 2]>::from(pair.split_once(' ').unwrap()))
        .collect();
    lines.join("\r\n") + "\r\n"
}

fn square(layer: &str, x: f64, side: f64) -> String {
    format!(
        "0 LWPOLYLINE|8 {layer}|90 4|70 1|10 {x}|20 0|10 {e}|20 0|10 {e}|20 {side}|10 {x}|20 {side}",
        e = x + side
    )
}

#[test]
fn closed_polylines_get_the_texts_that_stand_in_them() {
    let text = |x: f64, y: f64, text: &str| format!("0 TEXT|8 文字|10 {x}|20 {y}|40 2|1 {text}");
    let all = [
        square("房屋", 0.0, 10.0),
        square("院落", -5.0, 100.0),
        text(5.0, 5.0, "3号楼"),
        text(5.0, 3.0, "混6"),
        text(50.0, 50.0, "朝晖小区"),
        text(500.0, 50.0, "路外"),
        "0 LINE|8 其他|10 0|20 0|11 5|21 5".to_owned(),
        "0 INSERT|8 其他|2 TREE|10 0|20 0".to_owned(),
    ];
    let text = drawing(&all.join("|"));
    let (rows, said) = read(&text, LayerId::BUILDINGS, None).unwrap();
    let labels: Vec<_> = rows
        .iter()
        .map(|row| row.cells.get("标注").and_then(Json::as_str))
        .collect();
    assert_eq!(labels, [Some("3号楼 混6"), Some("朝晖小区")]);
    let said = said.join("\n");
    assert!(
        said.contains("1 lines are open") && said.contains("INSERT 1"),
        "{said}"
    );
    let (rows, _) = read(&text, LayerId::BUILDINGS, Some("房屋")).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(matches!(
        read(&text, LayerId::BUILDINGS, Some("道路")),
        Err(IngestError::NoSuchPart { parts, .. }) if parts == ["其他", "房屋", "文字", "院落"]
    ));
    let (rows, _) = read(&text, LayerId::ENTRANCES, None).unwrap();
    assert_eq!(rows.len(), 4);
}

#[test]
fn arcs_become_short_lines() {
    // A circle of radius one as two half circles.
    let text = drawing("0 LWPOLYLINE|8 0|70 1|10 -1|20 0|42 1|10 1|20 0|42 1");
    let (rows, said) = read(&text, LayerId::BUILDINGS, None).unwrap();
    let Given::Shape { geometry, .. } = &rows[0].shape else {
        panic!()
    };
    let area = geo::Area::unsigned_area(geometry);
    assert!((area - PI).abs() < 0.005, "{area}");
    assert!(said.iter().any(|said| said.contains("2 arcs")));
    let circle = drawing("0 CIRCLE|8 0|10 0|20 0|40 1");
    let (rows, _) = read(&circle, LayerId::BUILDINGS, None).unwrap();
    assert_eq!(rows.len(), 1);
}

#[test]
fn old_polylines_and_drawings_without_any() {
    let text = drawing(
        "0 POLYLINE|8 A|66 1|70 1|0 VERTEX|8 A|10 0|20 0|0 VERTEX|8 A|10 4|20 0|0 VERTEX|8 A|10 4|20 4|0 SEQEND|8 A",
    );
    assert_eq!(read(&text, LayerId::BUILDINGS, None).unwrap().0.len(), 1);
    assert!(matches!(
        read(
            &drawing("0 LINE|8 0|10 0|20 0|11 1|21 1"),
            LayerId::BUILDINGS,
            None
        ),
        Err(IngestError::NoHeader(_))
    ));
    for broken in [
        "",
        "0\nSECTION\n2\n",
        "x\ny\n",
        "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n10\nabc\n70\n1\n",
    ] {
        assert!(
            read(broken, LayerId::BUILDINGS, None).is_err(),
            "{broken:?}"
        );
    }
}

fn first_place(row: &Row) -> Coord {
    let Given::Shape { geometry, .. } = &row.shape else {
        panic!("{:?}", row.shape)
    };
    geo::CoordsIter::coords_iter(geometry).next().unwrap()
}

fn area(row: &Row) -> f64 {
    let Given::Shape { geometry, .. } = &row.shape else {
        panic!("{:?}", row.shape)
    };
    geo::Area::signed_area(geometry)
}

/// A copy that was mirrored in CAD has its plane turned over: its x runs west.
#[test]
fn mirrored_entities_lie_where_they_are_drawn() {
    let mirrored = "210 0|220 0|230 -1";
    let all = [
        square("房屋", 100.0, 10.0),
        format!("{}|{mirrored}", square("房屋", -210.0, 10.0)),
        format!("0 CIRCLE|8 房屋|10 -305|20 5|40 5|{mirrored}"),
        format!(
            "0 POLYLINE|8 房屋|66 1|70 1|{mirrored}|0 VERTEX|10 -400|20 0|0 VERTEX|10 -410|20 0|0 VERTEX|10 -410|20 10|0 SEQEND|8 房屋"
        ),
        // The half circle stands out to the south, as seen from above.
        format!(
            "0 LWPOLYLINE|8 房屋|70 1|{mirrored}|10 -510|20 0|42 1|10 -500|20 0|10 -500|20 10|10 -510|20 10"
        ),
        format!("0 TEXT|8 文字|10 -205|20 5|40 2|1 2号楼|{mirrored}"),
        "0 TEXT|8 文字|10 105|20 5|40 2|1 1号楼|210 0|220 0|230 2".to_owned(),
        format!("0 MTEXT|8 文字|10 304|20 5|40 2|1 水塔|{mirrored}"),
    ];
    let (rows, said) = read(&drawing(&all.join("|")), LayerId::BUILDINGS, None).unwrap();
    let labels: Vec<_> = rows
        .iter()
        .map(|row| row.cells.get("标注").and_then(Json::as_str))
        .collect();
    assert_eq!(
        labels,
        [Some("1号楼"), Some("2号楼"), Some("水塔"), None, None]
    );
    let west: Vec<f64> = rows.iter().map(|row| first_place(row).x).collect();
    assert_eq!(west, [100.0, 210.0, 310.0, 400.0, 510.0]);
    let areas: Vec<f64> = rows.iter().map(|row| area(row).abs().round()).collect();
    assert_eq!(areas, [100.0, 100.0, 78.0, 50.0, 139.0]);
    assert!(!said.join("").contains("not taken"), "{said:?}");
}

#[test]
fn what_is_not_seen_in_the_drawing_is_counted_with_its_reason() {
    let layers = "|0 LAYER|2 冻结|70 1|62 7|0 LAYER|2 关闭|70 0|62 -7|0 LAYER|2 房屋|70 0|62 7";
    let all = [
        square("房屋", 0.0, 10.0),
        format!("{}|67 1", square("房屋", 20.0, 10.0)),
        format!("{}|60 1", square("房屋", 40.0, 10.0)),
        square("冻结", 60.0, 10.0),
        square("关闭", 80.0, 10.0),
        format!("{}|210 0.5|220 0|230 0.8", square("房屋", 100.0, 10.0)),
        "0 POLYLINE|8 冻结|66 1|70 1|0 VERTEX|8 冻结|10 0|20 0|0 VERTEX|8 冻结|10 4|20 0|0 VERTEX|8 冻结|10 4|20 4|0 SEQEND|8 冻结".to_owned(),
    ];
    let text = drawing_with(layers, &all.join("|"));
    let (rows, said) = read(&text, LayerId::BUILDINGS, None).unwrap();
    assert_eq!(rows.len(), 1);
    let said = said.join("\n");
    for wanted in [
        "1 in paper space",
        "1 invisible",
        "2 on a frozen layer",
        "1 on a layer that is off",
        "1 in a plane that is not level",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    // A layer that is asked for by name is read though it is off.
    let (rows, _) = read(&text, LayerId::BUILDINGS, Some("关闭")).unwrap();
    assert_eq!(rows.len(), 1);
    let alone = drawing_with(layers, &square("关闭", 0.0, 10.0));
    let refused = read(&alone, LayerId::BUILDINGS, None).unwrap_err();
    assert!(
        refused.zh().contains("在关闭的图层的 1 个"),
        "{}",
        refused.zh()
    );
}
