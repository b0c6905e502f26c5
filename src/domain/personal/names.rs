//! Names of persons, behind a word that says whose they are: 户主：张三, 联系人 李四, 姓名王五.

/// Words behind which a name stands, also without anything between.
const SURE: &[&str] = &[
    "姓名",
    "户主",
    "房主",
    "产权人",
    "承租人",
    "出租人",
    "联系人",
    "联络人",
    "业主姓名",
    "业主",
    "租客",
    "租户",
    "房东",
    "户名",
    "当事人",
    "报案人",
    "投诉人",
    "举报人",
    "来电人",
    "反映人",
    "诉求人",
    "申请人",
    "监护人",
    "居住人",
    "经办人",
];

/// Words behind which a name stands where a mark is between.
const LIKELY: &[&str] = &[
    "住户",
    "居民",
    "老人",
    "家属",
    "本人",
    "配偶",
    "丈夫",
    "妻子",
    "父亲",
    "母亲",
    "儿子",
    "女儿",
    "患者",
    "死者",
    "伤者",
    "店主",
    "持卡人",
    "使用人",
    "购房人",
    "同住人",
    "责任人",
    "负责人",
];

/// The usual family names; those that are usual words too are in [`WORDS`].
const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦付傅邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵钱严覃武戴莫孔汤赖庞樊兰殷施洪翟颜倪芦齐伍岳鲁申葛章柳毕聂焦祝霍涂牛俞裴鲍辛阎詹尚翁谷左柯耿梅阮欧";

/// Family names that are usual words too: they count behind a mark.
const WORDS: &str = "高何马方安常万于余任石金白康温关向易路文时凌池成车连单管祁童包游解牟季桂甘裘苗巩宁鞠庄柴瞿阳占";

/// Family names of two characters.
const DOUBLE: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯",
    "端木", "南宫", "长孙",
];

/// Words of offices and firms: whoever is called so is no person.
const OFFICES: &[&str] = &[
    "公司",
    "物业",
    "居委会",
    "村委会",
    "委员会",
    "业委会",
    "街道",
    "社区",
    "办公室",
    "派出所",
    "服务",
    "中心",
    "学校",
    "医院",
    "管理处",
    "开发商",
    "单位",
    "部门",
    "政府",
    "集体",
];

/// What stands where a name would and is none.
const NOBODY: &[&str] = &[
    "不详",
    "未知",
    "不明",
    "暂无",
    "没有",
    "保密",
    "同上",
    "如上",
    "见附件",
    "本人",
    "匿名",
    "空白",
    "待定",
    "待补",
    "待查",
    "已知",
    "网格员",
    "值班",
    "所有",
    "全体",
    "全部",
    "多人",
    "若干",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "周末",
    "马上",
    "应当",
    "应该",
    "必填",
    "可选",
    "许可",
    "陈述",
    "张贴",
    "程序",
    "严重",
    "夏季",
    "毛坯",
    "钱款",
    "顾虑",
    "施工",
    "洪水",
    "江边",
    "田地",
    "林地",
    "孔洞",
    "龙头",
    "涂料",
    "涂改",
    "贺卡",
    "方便",
    "常年",
    "常住",
    "高度",
    "高层",
    "安全",
    "安装",
    "安置",
    "何时",
    "何人",
    "关于",
    "关系",
    "万元",
    "时间",
    "石材",
    "车辆",
    "连续",
    "管理",
    "管道",
    "单身",
    "单元",
    "任何",
    "向上",
    "路口",
    "白天",
    "游客",
];

/// What may follow a name at once.
const FOLLOW: &[&str] = &[
    "先生", "女士", "同志", "阿姨", "师傅", "老师", "小姐", "大爷", "大妈", "电话", "手机", "联系",
    "反映", "已", "在", "住", "家", "的", "称", "说", "不", "未", "等", "和", "与", "及",
];

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// What stands between a word and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Colon,
    Blank,
    Nothing,
}

/// Whether somebody is named in `text`.
pub(super) fn named(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    let sure = SURE.iter().map(|word| (*word, true));
    let likely = LIKELY.iter().map(|word| (*word, false));
    sure.chain(likely).any(|(word, is_sure)| {
        text.match_indices(word).any(|(at, _)| {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            is_name(rest, is_sure)
        })
    })
}

fn is_name(rest: &str, is_sure: bool) -> bool {
    let plain = rest.trim_start_matches([' ', '\t', '(', '[', '【']);
    let value = plain.trim_start_matches([':', '=', '、', '是', '叫', '为']);
    let between = if value.len() < plain.len() {
        Between::Colon
    } else if plain.len() < rest.len() {
        Between::Blank
    } else {
        Between::Nothing
    };
    let value = value.trim_start();
    let run: Vec<char> = value.chars().take_while(|c| is_han(*c)).collect();
    let said: String = run.iter().collect();
    // in a script of its own behind a colon: Zhang San
    let is_latin = || {
        let letters: String = value
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let is_word = ["none", "null", "nil", "na", "unknown", "xx", "xxx"]
            .iter()
            .any(|word| letters.eq_ignore_ascii_case(word));
        let is_value = is_sure && between == Between::Colon && run.is_empty();
        is_value && letters.len() >= 2 && !is_word
    };
    let is_office = OFFICES.iter().any(|word| said.contains(word));
    if run.len() < 2 || is_office || NOBODY.iter().any(|word| said.starts_with(word)) {
        return is_latin();
    }
    let is_double = DOUBLE.iter().any(|name| said.starts_with(name));
    let family = run.first().copied().unwrap_or_default();
    let is_family = is_double || FAMILY.contains(family) || WORDS.contains(family);
    match between {
        Between::Colon if run.len() <= 4 => is_sure || is_family,
        Between::Colon => is_family,
        Between::Blank => is_family && ends(&run, is_double),
        Between::Nothing => {
            is_sure && (is_double || FAMILY.contains(family)) && ends(&run, is_double)
        }
    }
}

/// Whether a name ends within `run` as names do: with it, or before a word that follows names.
fn ends(run: &[char], is_double: bool) -> bool {
    let family = if is_double { 2 } else { 1 };
    (1..=2).any(|given| {
        let rest: String = match run.get(family + given..) {
            Some(rest) => rest.iter().collect(),
            None => return false,
        };
        rest.is_empty() || FOLLOW.iter().any(|word| rest.starts_with(word))
    })
}
