//! Invented names in the style of the region: streets, communities, compounds, units and post holders.

use std::collections::BTreeSet;

use super::dice::Dice;

const FIRST: &[char] = &[
    '翠', '芳', '青', '锦', '瑞', '永', '和', '乐', '槐', '杏', '梧', '云', '明', '秋', '文', '丰',
    '竹', '兰', '枫', '柳', '晴', '澄', '松', '朝', '南', '鸿', '嘉', '惠', '凤', '荷', '桃', '春',
];
const SECOND: &[char] = &[
    '园', '华', '荫', '宁', '康', '泰', '林', '溪', '池', '桥', '塘', '苑', '安', '福', '光', '霞',
    '坪', '堡', '庭', '雅', '轩',
];
const SURNAMES: &[char] = &[
    '王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙', '胡', '朱', '高', '林',
    '何', '郭', '马', '罗', '梁', '宋', '郑', '谢', '韩', '唐', '冯', '于', '董', '萧', '程', '曹',
    '袁', '邓', '许', '傅', '沈', '曾', '彭', '吕', '苏', '卢', '蒋', '蔡', '贾', '丁', '魏', '薛',
    '叶', '阎', '余', '潘', '杜', '戴', '夏', '钟', '汪', '田', '任', '姜', '范', '方', '石', '姚',
    '谭', '廖', '邹', '熊', '金', '陆', '郝', '孔', '白', '崔', '康', '毛',
];
const GIVEN: &[char] = &[
    '伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明',
    '超', '秀', '霞', '平', '刚', '桂', '英', '华', '玉', '萍', '红', '建', '文', '斌', '波', '辉',
    '宁', '鹏', '飞', '琳', '雪', '梅', '兰', '佳', '欣', '怡', '晨', '浩', '宇', '思', '雨', '博',
    '婷', '倩', '凯', '莉', '峰', '志', '国', '春', '晓',
];
/// Work units that have yards of their own.
const UNITS: &[&str] = &[
    "第三纺机厂",
    "农机研究所",
    "市政设计院",
    "地质勘探队",
    "电表厂",
    "印刷厂",
    "粮食局",
    "邮电局",
    "自来水公司",
    "建工七公司",
    "铁路工务段",
    "仪表厂",
    "百货公司",
    "园林处",
    "测绘大队",
    "轴承厂",
    "水文站",
    "歌舞团",
    "化工研究院",
    "供电所",
    "橡胶厂",
    "二轻局",
    "机床厂",
    "煤炭设计院",
    "公交四公司",
    "无线电厂",
    "教育学院",
    "标准件厂",
    "盐业公司",
    "冶金建筑公司",
    "灯泡厂",
    "航测队",
    "档案馆",
    "药材公司",
];
const COMPANIES: &[&str] = &[
    "安和物业",
    "锦诚物业",
    "万佳物业",
    "佳馨物业",
    "润泽物业",
    "同心物业",
    "绿源物业",
    "恒信物业",
    "民乐物业",
];

/// Names that have been given; each is given once.
#[derive(Debug, Default)]
pub(super) struct NameBook {
    used: BTreeSet<String>,
    units: usize,
}

impl NameBook {
    /// Two characters that no street, community or compound begins with yet.
    pub(super) fn stem(&mut self, dice: &mut Dice) -> String {
        loop {
            let stem: String = [dice.pick(FIRST), dice.pick(SECOND)].iter().collect();
            if self.used.insert(stem.clone()) {
                return stem;
            }
        }
    }

    /// A street name that ends in `suffix`.
    pub(super) fn street(&mut self, dice: &mut Dice, suffix: &str) -> String {
        self.stem(dice) + suffix
    }

    /// A work unit that has no yard yet.
    pub(super) fn unit(&mut self) -> Option<&'static str> {
        self.units += 1;
        UNITS.get(self.units - 1).copied()
    }
}

/// A post holder.
pub(super) fn person(dice: &mut Dice) -> String {
    let mut name = String::from(dice.pick(SURNAMES));
    name.push(dice.pick(GIVEN));
    if dice.chance(0.72) {
        name.push(dice.pick(GIVEN));
    }
    name
}

/// A property company.
pub(super) fn company(dice: &mut Dice) -> &'static str {
    COMPANIES[dice.below(COMPANIES.len())]
}

/// 一, 二, … 十二 for the numbers that names use.
pub(super) fn chinese(number: usize) -> String {
    const DIGITS: [&str; 11] = [
        "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
    ];
    match number {
        0..=10 => DIGITS[number].to_owned(),
        11..=19 => format!("十{}", DIGITS[number - 10]),
        _ => format!(
            "{}十{}",
            DIGITS[number / 10],
            if number.is_multiple_of(10) {
                ""
            } else {
                DIGITS[number % 10]
            }
        ),
    }
}
