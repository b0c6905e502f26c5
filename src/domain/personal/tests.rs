use super::*;

fn assert_all(texts: &[&str], kind: Option<PersonalKind>) {
    for text in texts {
        assert_eq!(in_text(text), kind, "{text}");
    }
}

#[test]
fn numbers_of_persons_are_seen_wherever_they_stand() {
    let identity = [
        "110101199003074610",
        "身份证 11010119900307461X。",
        "身份证11010119900307461x",
        "１１０１０１１９９００３０７４６１０",
        "110101 1990 0307 4610",
        "110101-19900307-4610",
        "110101900307461",
        "旧证 110101 900307 461",
        "护照 E12345678",
        "通行证：C1234567",
    ];
    assert_all(&identity, Some(PersonalKind::IdNumber));
    let telephone = [
        "13812345678",
        "电话：138-1234-5678",
        "+86 138 1234 5678",
        "008613812345678",
        "(+86)138 1234 5678",
        "013812345678",
        "找王先生19912345678处理",
        "１３８１２３４５６７８",
        "138　1234　5678",
        "138.1234.5678",
        "138—1234—5678",
        "13812345678 13912345678",
        "3号 138\u{200b}1234\u{200b}5678",
        "13812345678.0",
        "tel13812345678",
        "家庭电话 029-88881234",
    ];
    assert_all(&telephone, Some(PersonalKind::Telephone));
    let plates = [
        "陕A12345",
        "车停在门口 陕A·D12345",
        "陕A D1234X",
        "陕a12b45",
        "京ＡＤ１２３４５",
        "粤Z1234港",
        "6222020200000000006",
        "6222 0202 0000 0000 006",
        "卡号 4111111111111111",
    ];
    assert_all(&plates, Some(PersonalKind::PlateOrAccount));
    let contacts = [
        "QQ：123456789",
        "加qq 12345678",
        "微信号 zhang_san88",
        "微信:wxid_ab12cd34",
        "12345678@qq.com",
    ];
    assert_all(&contacts, Some(PersonalKind::Contact));
}

#[test]
fn persons_are_seen_behind_a_word_for_them() {
    let named = [
        "户主:张三",
        "联系人：李四,早上在家",
        "姓名：欧阳娜娜",
        "姓名：买买提·艾力",
        "姓名 张三",
        "姓名张三",
        "户主（王小二）",
        "联系人李四已搬走",
        "联系人:王小二网格员",
        "房东为赵六",
        "住户 张伟",
        "业主：冯立本，反映电梯",
        "联系人: Zhang San",
        "投诉人＝周杰",
    ];
    assert_all(&named, Some(PersonalKind::Name));
}

#[test]
fn words_codes_and_measures_are_nobody() {
    let nobody = [
        "",
        "陕西省西安市",
        "联系人:无",
        "联系人：物业公司",
        "联系人：幸福社区居委会",
        "户主：不详",
        "姓名：None",
        "业主委员会",
        "业主大会",
        "联系人员名单",
        "户主联系方式",
        "居民马路停车",
        "租户许可证",
        "承租人应当搬离",
        "61011300200100012345",
        "610113002001",
        "610113002012001201",
        "029-88881234",
        "电话 029-8888 1234",
        "400-820-8820",
        "3号楼2单元501",
        "1301-1302-501",
        "12812345678",
        "1381234567",
        "2026-03-05T08:00:00Z",
        "15293.14563266725",
        "131.12345678,45.12345678",
        "131.12345678 45.12345678",
        "550e8400-e29b-41d4-a716-138123456789",
        "新楼A栋12345",
        "微信公众号：dayanta_gov",
        "service@minqing.example",
        "陕西A座12345",
    ];
    assert_all(&nobody, None);
}

#[test]
fn landlines_and_mailboxes_are_persons_where_residents_are_written_of() {
    for (text, kind) in [
        ("报修 029-88881234", PersonalKind::Telephone),
        ("(029)8888 1234", PersonalKind::Telephone),
        ("+86 29 88881234", PersonalKind::Telephone),
        ("02988881234", PersonalKind::Telephone),
        ("写信到 li.si@example.com", PersonalKind::Contact),
    ] {
        for layer in [LayerId::CASES, LayerId::HOUSEHOLDS] {
            assert_eq!(in_text_of(layer.schema(), text), Some(kind), "{text}");
        }
        let facilities = LayerId::FACILITIES.schema();
        assert_eq!(in_text_of(facilities, text), None, "{text}");
    }
    let posts = LayerId::POSTS.schema();
    assert_eq!(in_text_of(posts, "13812345678"), None);
    assert_eq!(
        in_text_of(posts, "110101199003074610"),
        Some(PersonalKind::IdNumber)
    );
}

#[test]
fn codes_are_judged_by_their_own_rule() {
    let nothing_known = |_: &str| false;
    for (code, kind) in [
        ("13812345678", PersonalKind::Telephone),
        ("+86 13812345678", PersonalKind::Telephone),
        ("110101199003074514", PersonalKind::IdNumber),
        ("110101900307461", PersonalKind::IdNumber),
        ("陕A12345", PersonalKind::PlateOrAccount),
        ("户主：张三", PersonalKind::Name),
    ] {
        assert_eq!(in_code(code, nothing_known), Some(kind), "{code}");
    }
    for code in [
        "",
        "B-3",
        "610113002001",
        "610113002012001201",
        "61011300201200120101",
        // no check digit of an identity number
        "110101199003074611",
        "6222020200000000006",
        "610113001012001",
        "node/13812345678",
        "way/13812345678",
        "550e8400-e29b-41d4-a716-446655440000",
    ] {
        assert_eq!(in_code(code, nothing_known), None, "{code}");
    }
    // a grid of Shijiazhuang, in a map that has its subdistrict
    let known = |prefix: &str| prefix == "130102001";
    assert_eq!(in_code("13010200101", known), None);
    assert_eq!(in_code("13010299101", known), Some(PersonalKind::Telephone));
}

#[test]
fn whole_numbers_are_judged_and_measures_are_not() {
    let targets = LayerId::INSPECTION_TARGETS.schema();
    let of = |field: &str, value: Value| in_value(targets, field, &value, |_| false);
    assert_eq!(
        of("n", 13_812_345_678_i64.into()),
        Some(PersonalKind::Telephone)
    );
    assert_eq!(
        of("n", 13_812_345_678.0.into()),
        Some(PersonalKind::Telephone)
    );
    for value in [15_000_000_000_i64, 1_381_234_567, 610_113_002_001] {
        assert_eq!(of("n", value.into()), None, "{value}");
    }
    assert_eq!(of("area", 15_293.145_632_667_25.into()), None);
    assert_eq!(of("osm_id", 13_812_345_678_i64.into()), None);
    assert_eq!(
        of("町丁目コード", "13112000101".into()),
        Some(PersonalKind::Telephone),
        "unless the map knows its beginning"
    );
}

#[test]
fn every_field_of_a_record_is_named() {
    let schema = LayerId::CASES.schema();
    let draft = Draft::new(schema, "C-1", "找张三 13812345678")
        .with(schema, "description", "户主：张三")
        .with(schema, "grid_code", "13812345678")
        .with(schema, "status", "closed");
    let found = in_draft(schema, &draft, |_| false);
    assert_eq!(
        found,
        [
            ("name", PersonalKind::Telephone),
            ("grid_code", PersonalKind::Telephone),
            ("description", PersonalKind::Name),
        ]
    );
}
