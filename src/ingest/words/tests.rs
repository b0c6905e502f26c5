//! Words as offices write them.

use super::*;
use crate::domain::FieldKind;

fn read(layer: &str, field: &str, word: &str) -> Result<Value, Misfit> {
    let layer = LayerId::parse(layer).unwrap();
    let field = layer.schema().field(field).unwrap();
    let FieldKind::Code(list) = field.kind else {
        panic!("{field:?} has no codes");
    };
    coded(layer, field, list, word)
}

#[test]
fn every_word_leads_to_a_code_that_there_is_and_to_one_only() {
    let all = SOURCES
        .iter()
        .map(|(layer, field, words, code)| (*layer, *field, words.to_vec(), *code))
        .chain(OFFICE.iter().map(|(layer, field, code, words)| {
            (*layer, *field, words.split(' ').collect(), *code)
        }));
    let mut seen: HashMap<(&str, &str, String), &str> = HashMap::new();
    for (layer, field, words, code) in all {
        let kind = LayerId::parse(layer)
            .unwrap()
            .schema()
            .field(field)
            .unwrap()
            .kind;
        assert!(Value::parse(kind, code).is_ok(), "{layer}.{field} {code}");
        for word in words {
            assert!(!word.is_empty(), "{layer}.{field} {code}");
            let before = seen.insert((layer, field, key(word)), code);
            assert!(
                before.is_none_or(|before| before == code),
                "{layer}.{field} {word}"
            );
        }
    }
    for (layer, field, codes, words) in DOUBTFUL {
        let kind = LayerId::parse(layer)
            .unwrap()
            .schema()
            .field(field)
            .unwrap()
            .kind;
        for code in *codes {
            assert!(Value::parse(kind, code).is_ok(), "{layer}.{field} {code}");
        }
        for word in words.split(' ') {
            assert!(
                !seen.contains_key(&(*layer, *field, key(word))),
                "{layer}.{field} {word}"
            );
            let doubt = read(layer, field, word).unwrap_err();
            assert!(doubt.suggestion.is_some(), "{layer}.{field} {word}");
        }
    }
}

#[test]
fn words_of_offices_mean_our_codes() {
    for (layer, field, word, code) in [
        ("risk_points", "level", "红色", "red"),
        ("risk_points", "level", "橙色", "orange"),
        ("risk_points", "level", "黄色", "yellow"),
        ("risk_points", "level", "蓝色", "blue"),
        ("risk_points", "level", "红色（重大风险）", "red"),
        ("risk_points", "level", "重大风险/红", "red"),
        ("risk_points", "level", "紅", "red"),
        ("risk_points", "kind", "飞线充电", "ebike"),
        ("risk_points", "kind", "消防", "fire"),
        ("risk_points", "kind", "其它", "other"),
        ("risk_points", "status", "待整改", "registered"),
        ("buildings", "safety_grade", "C级（局部危房）", "C"),
        ("buildings", "safety_grade", "Ｃ级", "C"),
        ("buildings", "safety_grade", "c级", "C"),
        ("buildings", "structure", "砖混（预制板）", "brick_precast"),
        ("buildings", "structure", "其它", "other"),
        ("buildings", "use", "学校", "school"),
        ("buildings", "use", "仓库", "industrial"),
        ("households", "dwelling_use", "租赁", "let"),
        ("households", "dwelling_use", "闲置", "vacant"),
        ("facilities", "kind", "公共厕所", "toilet"),
        ("facilities", "kind", "消防栓", "hydrant"),
        ("compounds", "property_management", "社区代管", "community"),
        ("compounds", "property_management", "自管", "self_managed"),
        ("compounds", "property_management", "无", "none"),
        ("inspection_targets", "kind", "ＫＴＶ", "entertainment"),
        ("inspection_targets", "kind", "ktv", "entertainment"),
        ("inspection_targets", "kind", "幼儿园", "school"),
        ("cases", "status", "已受理", "accepted"),
        ("cases", "status", "办结", "closed"),
    ] {
        let value = read(layer, field, word).ok();
        assert_eq!(value, Some(code.into()), "{layer}.{field} {word}");
    }
}

#[test]
fn words_that_are_not_certain_are_asked_back() {
    for (layer, field, word, asks) in [
        ("buildings", "structure", "钢混", "框架"),
        ("buildings", "structure", "钢筋混凝土", "剪力墙"),
        ("buildings", "structure", "砖混", "预制板"),
        ("buildings", "use", "商住", "商业"),
        ("risk_points", "status", "限期整改", "已派发"),
        ("risk_points", "status", "未销号", "整改中"),
        ("compounds", "property_management", "有", "专业物业"),
        ("inspection_targets", "kind", "加油站", "燃气站点"),
        ("cases", "status", "已处理", "核查"),
        ("risk_points", "kind", "楼道飞线充电问题", "电动车"),
    ] {
        let doubt = read(layer, field, word).unwrap_err().suggestion;
        let asked = doubt.map(|said| said.zh).unwrap_or_default();
        assert!(asked.contains(asks), "{layer}.{field} {word}: {asked}");
    }
    assert!(
        read("buildings", "use", "spaceship")
            .unwrap_err()
            .suggestion
            .is_none()
    );
    assert!(read("buildings", "safety_grade", "Ⅲ").is_err());
}
