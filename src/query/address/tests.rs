//! Addresses against a small map made by hand.

use jiff::Timestamp;

use super::*;
use crate::domain::{Change, Draft, FeatureId, LayerId, Revision, Value};
use crate::geometry::measure::degrees_around;
use crate::geometry::{Geometry, Point};
use crate::map::MapSnapshot;

fn add(
    change: &mut Change,
    layer: LayerId,
    code: &str,
    name: &str,
    at: f64,
    values: &[(&str, &str)],
) {
    let schema = layer.schema();
    let mut draft = Draft::new(schema, code, name);
    for (field, value) in values {
        let value = match (*field, value.parse()) {
            ("storeys", Ok(storeys)) => Value::Integer(storeys),
            _ => Value::from(*value),
        };
        draft = draft.with(schema, field, value);
    }
    let place = LonLat::new(108.96 + at * 1e-3, 34.22).unwrap();
    let geometry: Geometry = match layer {
        LayerId::ENTRANCES => Point::new(place.lon(), place.lat()).into(),
        LayerId::COMPOUNDS => degrees_around(place, 200.0).polygon().into(),
        _ => degrees_around(place, 10.0).polygon().into(),
    };
    let id = FeatureId(i64::try_from(change.upserts.len()).unwrap() + 1);
    let feature = Feature {
        id,
        code: draft.code,
        name: draft.name,
        geometry: Some(Box::new(geometry)),
        attributes: draft.attributes.into(),
        revision: Revision(1),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    };
    change.upserts.push((layer, Arc::new(feature)));
}

fn town() -> MapSnapshot {
    let mut change = Change::default();
    let c = &mut change;
    add(
        c,
        LayerId::COMPOUNDS,
        "X1",
        "翠园小区",
        0.0,
        &[("address", "雁塔路5号"), ("aliases", "电表厂家属院;西四排")],
    );
    add(c, LayerId::COMPOUNDS, "X2", "翠园小区二期", 10.0, &[]);
    add(c, LayerId::COMPOUNDS, "X3", "朝阳小区", 20.0, &[]);
    add(c, LayerId::COMPOUNDS, "X4", "朝阳小区", 30.0, &[]);
    add(c, LayerId::COMPOUNDS, "X5", "山水名家", 50.0, &[]);
    add(c, LayerId::COMPOUNDS, "X6", "山水名家南区", 60.0, &[]);
    add(c, LayerId::COMPOUNDS, "X7", "锦绣园（一期）", 70.0, &[]);
    for (code, number, storeys) in [("B1", "1", "6"), ("B3", "3", "6"), ("B9", "东", "3")] {
        let name = format!("翠园小区{number}号楼");
        add(
            c,
            LayerId::BUILDINGS,
            code,
            &name,
            number.parse().unwrap_or(9.0),
            &[
                ("compound_code", "X1"),
                ("number", number),
                ("storeys", storeys),
            ],
        );
    }
    add(
        c,
        LayerId::BUILDINGS,
        "Z12",
        "",
        40.0,
        &[("address", "太平堡12号"), ("storeys", "2")],
    );
    add(
        c,
        LayerId::ENTRANCES,
        "B3-1",
        "东单元",
        3.1,
        &[("building_code", "B3"), ("number", "东单元")],
    );
    add(
        c,
        LayerId::ENTRANCES,
        "B3-2",
        "2单元",
        3.2,
        &[("building_code", "B3"), ("number", "2")],
    );
    MapSnapshot::build(&change)
}

fn found(address: &str, given: &Pieces) -> Result<(String, f64), Doubt> {
    let map = town();
    match Register::of(&map).find(&map, address, given) {
        Answer::Found(place) => {
            let code = [&place.entrance, &place.building, &place.compound]
                .into_iter()
                .flatten()
                .next()
                .unwrap()
                .code
                .to_string();
            Ok((code, place.confidence))
        }
        Answer::Unclear(doubt, _) => Err(doubt),
    }
}

#[test]
fn addresses_lead_to_the_finest_record_that_they_name() {
    for (address, code, least) in [
        ("翠园小区3号楼2单元501", "B3-2", 1.0),
        ("翠园小区3#-2-501", "B3-2", 1.0),
        ("翠园小区 三栋 东单元", "B3-1", 1.0),
        ("陕西省西安市雁塔区大雁塔街道翠园小区３号楼", "B3", 1.0),
        ("电表厂家属院3号楼", "B3", 0.95),
        ("雁塔路5号3号楼", "B3", 0.9),
        ("雁塔路5号翠园小区1号楼", "B1", 1.0),
        ("翠园1栋", "B1", 0.85),
        ("翠園小區3棟2單元", "B3-2", 1.0),
        ("翠园小区二期", "X2", 1.0),
        ("太平堡12号", "Z12", 0.9),
        ("翠园小区东号楼", "B9", 1.0),
        // parts of a name in brackets or in other digits
        ("山水名家（南区）", "X6", 1.0),
        ("山水名家 南区", "X6", 1.0),
        ("山水名家【南区】", "X6", 1.0),
        ("山水名家小区（南区）", "X6", 1.0),
        ("西安市山水名家（南区）", "X6", 1.0),
        ("翠园小区（二期）", "X2", 1.0),
        ("翠园小区2期", "X2", 1.0),
        ("翠园小区(Ⅱ期)", "X2", 1.0),
        ("锦绣园1期", "X7", 1.0),
        ("锦绣园一期", "X7", 1.0),
        // what only explains
        ("翠园小区（雁塔路5号）3号楼", "B3", 1.0),
        ("翠园小区（原电表厂家属院）3号楼", "B3", 0.95),
        ("翠园小区（大雁塔街道）1号楼", "B1", 0.95),
        ("山水名家（东门口）", "X5", 0.95),
        ("山水名家物业用房", "X5", 0.95),
    ] {
        let (found, confidence) = found(address, &Pieces::default())
            .unwrap_or_else(|doubt| panic!("{address}: {doubt:?}"));
        assert_eq!(found, code, "{address}");
        assert!((confidence - least).abs() < 1e-9, "{address} {confidence}");
    }
}

#[test]
fn columns_of_a_ledger_stand_for_the_pieces() {
    let given = Pieces {
        head: "翠园小区".to_owned(),
        building: "3号楼".to_owned(),
        entrance: "2单元".to_owned(),
        room: "501".to_owned(),
        ..Pieces::default()
    };
    assert_eq!(found("", &given), Ok(("B3-2".to_owned(), 1.0)));
    assert_eq!(found("雁塔路5号", &given).unwrap().0, "B3-2");
}

#[test]
fn a_part_that_the_map_does_not_have_is_never_another_compound() {
    let map = town();
    let register = Register::of(&map);
    for (address, wanted) in [
        ("山水名家（北区）", "山水名家北区"),
        ("山水名家北区", "山水名家北区"),
        ("山水名家（二期）3号楼", "山水名家2期"),
        ("山水名家A区", "山水名家A区"),
        ("山水名家御园", "山水名家御园"),
        ("翠园小区（东院）", "翠园小区东院"),
        ("新翠园小区", "新翠园小区"),
        ("雁塔区东山水名家", "雁塔区东山水名家"),
        ("翠园小区三期", "翠园小区3期"),
    ] {
        let Answer::Unclear(doubt, candidates) = register.find(&map, address, &Pieces::default())
        else {
            panic!("{address} was taken");
        };
        assert_eq!(doubt, Doubt::OtherPart(wanted.to_owned()), "{address}");
        assert!(!candidates.is_empty(), "{address}");
    }
    let given = Pieces {
        head: "山水名家（西区）".to_owned(),
        ..Pieces::default()
    };
    let Answer::Unclear(_, candidates) = register.find(&map, "", &given) else {
        panic!("山水名家（西区） was taken");
    };
    let names: Vec<String> = candidates.iter().map(Place::title).collect();
    assert!(names.contains(&"山水名家南区".to_owned()), "{names:?}");
}

#[test]
fn what_is_not_sure_is_left_to_a_person() {
    for (address, doubt) in [
        ("幸福小区3号楼", Doubt::Unknown),
        ("", Doubt::Unknown),
        ("朝阳小区", Doubt::Several),
        ("翠圆小区3号楼", Doubt::SoundsLike),
        (
            "翠园小区7号楼",
            Doubt::NoSuchBuilding(vec!["1".into(), "3".into(), "东".into()]),
        ),
        (
            "翠园小区3号楼9单元",
            Doubt::NoSuchEntrance(vec!["2".into(), "东".into()]),
        ),
        ("翠园小区3号楼2单元1201", Doubt::NotSoHigh(6)),
    ] {
        assert_eq!(found(address, &Pieces::default()), Err(doubt), "{address}");
    }
}
