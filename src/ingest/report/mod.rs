//! What became of a file, for people (two languages, a workbook, a page) and programs (JSON).

mod effect;
mod html;
mod json;
mod summary;
mod workbook;

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::domain::LayerId;
use crate::geometry::LonLat;
use crate::geometry::crs::Crs;
use crate::ingest::{At, Decision, PersonalKind, Said};

pub use effect::{Becomes, Effect, Example, FieldChange};
pub use html::STYLE as REPORT_STYLE;
pub use workbook::ReportError;

/// What was done with something that is worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The record is not taken.
    Refused,
    /// The record is taken, changed.
    Repaired,
    /// The record is taken without this value.
    LeftOut,
    /// The record is taken as it is, and something in it contradicts the map.
    Doubted,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal;)*) => {
        /// Why something was refused, repaired or left out.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// The stable word in reports.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What people read, Chinese and English.
            pub fn label(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

reasons! {
    /// A line that is no JSON.
    BrokenLine "broken_line" "这一行不是有效的JSON" "the line is no valid JSON";
    /// Not a GeoJSON feature.
    NotAFeature "not_a_feature" "不是GeoJSON要素" "not a GeoJSON feature";
    /// A row of a text with more cells than the header.
    SurplusCells "surplus_cells" "单元格比表头多,无法确定各列" "more cells than the header has";
    /// The layer needs a shape and there is none.
    NoGeometry "no_geometry" "缺少几何图形" "there is no shape";
    /// A type that is none of GeoJSON's.
    UnknownShape "unknown_shape" "几何类型不认识" "the type of the shape is not known";
    /// Coordinates that are not those of the type.
    BadCoordinates "bad_coordinates" "坐标写法有误" "the coordinates are malformed";
    /// A shape of a kind that the layer does not take.
    WrongShape "wrong_shape" "几何类型与图层不符" "the layer takes other shapes";
    /// Latitude stands before longitude.
    LatitudeFirst "latitude_first" "经纬度颠倒(纬度写在了经度前面)" "latitude and longitude are swapped: longitude comes first";
    /// Coordinates of another reference system.
    OtherCrs "other_crs" "坐标不属于所给的坐标系" "the coordinates are of another coordinate system";
    /// A place that is not on the earth, or outside of the reference system.
    OutOfRange "out_of_range" "坐标超出范围" "the coordinates are out of range";
    /// Too few positions for a line or an outline.
    TooFewPositions "too_few_positions" "点数不足" "too few positions";
    /// An outline that encloses nothing.
    NoArea "no_area" "轮廓没有面积" "the outline encloses no area";
    /// An outline whose inside is not clear, or (repaired) was made clear.
    Crossing "crossing" "轮廓自相交或重叠" "the outline crosses itself or overlaps";
    /// A shape that cannot be checked in reasonable time.
    TooIntricate "too_intricate" "图形过于复杂,无法检查" "the shape is too intricate to check";
    /// A code that the file has had before.
    DuplicateCode "duplicate_code" "编码在文件中重复" "the code stands in the file twice";
    /// A value that does not fit its field.
    BadValue "bad_value" "值与字段不符" "the value does not fit the field";
    /// A shape for a layer that has none.
    ShapeNotKept "shape_not_kept" "该图层没有图形,图形未保留" "the layer has no shapes, the shape is left out";
    /// An identity that could not be kept.
    IdNotKept "id_not_kept" "要素编号重复或无效,未保留" "the feature's id is given twice or no positive whole number, it is left out";
    /// A ring that did not end where it began.
    RingClosed "ring_closed" "轮廓未闭合,已闭合" "an open outline was closed";
    /// Positions that repeated the one before.
    PointRepeated "point_repeated" "重复点已删除" "repeated positions were removed";
    /// A hole without area.
    HoleDropped "hole_dropped" "没有面积的孔洞已删除" "a hole without area was removed";
    /// Heights or measures.
    HeightDropped "height_dropped" "高程(Z/M)未保留" "heights (Z, M) were left out";
    /// Northing stood before easting.
    AxesExchanged "axes_exchanged" "X为北、Y为东,已对调" "northing stood before easting, exchanged";
    /// An area was drawn around a point, as asked.
    DrawnAroundPoint "drawn_around_point" "按要求以点为中心画出轮廓" "an outline was drawn around a point, as asked";
    /// A record whose bytes are not those of its kind.
    DamagedRecord "damaged_record" "记录已损坏" "the record is damaged";
    /// A code that a spreadsheet turned into a rounded number.
    RoundedCode "rounded_code" "编码已被表格软件改成科学计数法,原数字已丢失" "a spreadsheet turned the code into a rounded number, its digits are lost";
    /// Characters that are none in the encoding.
    UnreadableText "unreadable_text" "文字中有该编码不能识别的字符" "the text has bytes that are no characters of the encoding";
    /// A text with characters that show nothing, or with too many.
    BadText "bad_text" "文字含有控制字符或过长" "the text has control characters or is too long";
    /// A code that the map has already, where that was to be an error.
    AlreadyThere "already_there" "编码在图上已有" "the map has a record with this code";
    /// A code made for want of one, which another record has.
    NoKey "no_key" "没有编码列,自动编号与图上另一条记录相同,无法对应" "the file gives no code, and the number made for it belongs to another record";
    /// A record of another district than this instance serves.
    OutOfScope "out_of_scope" "记录不在本实例负责的区划之内" "the record lies outside the part that this instance serves";
    /// The row has no coordinates and was placed by its address.
    PlacedByAddress "placed_by_address" "没有坐标,按地址定位" "there are no coordinates, placed by the address";
    /// The row has no coordinates, and its address does not lead to one place for certain.
    AddressUnclear "address_unclear" "没有坐标,地址不能确定位置,请人工核对" "there are no coordinates, and the address is not clear: a person must look";
    /// The place is far from all control points.
    FarFromControl "far_from_control" "远离控制点,转换不可靠" "far from the control points, the transformation is a guess";
    /// The code of a parent that lies elsewhere.
    CodeAgainstPlace "code_against_place" "编码与位置不符" "the code contradicts the place";
    /// Rings were turned to the right-hand rule.
    RingTurned "ring_turned" "环方向已按右手法则调整" "rings were turned to the right-hand rule";
}

/// One thing that is worth a word, with where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where in the file.
    pub at: At,
    /// What was done.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The column or field it is about; `None` for the whole record.
    pub field: Option<String>,
    /// The details in Chinese, as far as the reason does not say it all.
    pub detail_zh: String,
    /// The same in English.
    pub detail_en: String,
    /// The value, shortened; never personal data.
    pub value: Option<String>,
    /// What could be written instead, where that can be told.
    pub suggestion: Option<Said>,
    /// The place, where the fault has one.
    pub place: Option<LonLat>,
}

impl Entry {
    /// A Chinese sentence.
    pub fn zh(&self) -> String {
        self.sentence(self.reason.label().0, "字段", &self.detail_zh)
    }

    /// An English sentence.
    pub fn en(&self) -> String {
        self.sentence(self.reason.label().1, "field", &self.detail_en)
    }

    fn sentence(&self, reason: &str, field: &str, detail: &str) -> String {
        let mut text = reason.to_owned();
        if let Some(name) = &self.field {
            let _infallible = write!(text, " [{field} {name}]");
        }
        if !detail.is_empty() {
            let _infallible = write!(text, ": {detail}");
        }
        text
    }
}

/// What a column was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnUse {
    /// `code`, `name` or a field of the layer.
    Field(String),
    /// The layer has no such field.
    LeftOut,
    /// Personal data, dropped.
    Personal(PersonalKind),
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub header: String,
    /// What it was for.
    pub used_as: ColumnUse,
    /// How many records had a value in it.
    pub values: u64,
    /// The first values that differ, shortened; none of a column of personal data, and none that may be a name.
    pub samples: Vec<String>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The layer that it was read for.
    pub layer: LayerId,
    /// The reference system that its coordinates were read in.
    pub crs: Crs,
    /// How many features it has.
    pub features: u64,
    /// How many became records.
    pub taken: u64,
    /// How many were refused.
    pub refused: u64,
    /// How many were taken with a repair that is worth a word.
    pub repaired: u64,
    /// How many values were left out as [`Value::Null`](crate::domain::Value::Null) because they do not fit.
    pub values_left_out: u64,
    /// How many records got a code made from the layer's name and their number.
    pub codes_generated: u64,
    /// How often each reason came up.
    pub reasons: BTreeMap<(Outcome, Reason), u64>,
    /// The columns, in the order of their first appearance.
    pub columns: Vec<Column>,
    /// Columns beyond the first two thousand, not looked at.
    pub columns_not_looked_at: u64,
    /// Personal data dropped: column, kind, number of values. Never the values.
    pub personal: BTreeMap<(String, PersonalKind), u64>,
    /// The entries one by one, at most as many as was asked for.
    pub entries: Vec<Entry>,
    /// How many entries are not listed.
    pub entries_not_listed: u64,
    /// Sentences about the whole file, Chinese and English.
    pub notices: Vec<(String, String)>,
    /// The sheets, tables or files of the source, in their order; empty where it is one.
    pub parts: Vec<String>,
    /// What was decided about the source, with the reasons.
    pub decisions: Vec<Decision>,
    /// Whether reading was stopped before the end.
    pub stopped: bool,
    /// What the import changes in the map, where it was compared with one.
    pub effect: Option<Effect>,
}

impl Report {
    /// Whether anything in the file was not as it should be: the exit code 1 of DESIGN.md §5.
    pub fn has_faults(&self) -> bool {
        let is_doubted = |(outcome, _): &(Outcome, Reason)| *outcome == Outcome::Doubted;
        self.refused + self.repaired + self.values_left_out > 0
            || !self.personal.is_empty()
            || !self.notices.is_empty()
            || self.reasons.keys().any(is_doubted)
    }

    /// Counts `count` records as refused that were taken before, because of what the map has.
    pub fn refuse_taken(&mut self, reason: Reason, count: u64) {
        self.taken = self.taken.saturating_sub(count);
        self.refused += count;
        *self.reasons.entry((Outcome::Refused, reason)).or_default() += count;
        self.entries_not_listed += count;
    }

    /// Lists entries of records that [`Report::refuse_taken`] counted, as many as fit in.
    pub fn list(&mut self, entries: Vec<Entry>, most: usize) {
        let room = most.saturating_sub(self.entries.len());
        for entry in entries.into_iter().take(room) {
            self.entries.push(entry);
            self.entries_not_listed = self.entries_not_listed.saturating_sub(1);
        }
    }

    /// Where something is, in Chinese and English: sheet and row, line, or number of the record.
    pub fn place_of(&self, at: At) -> Said {
        let part = usize::from(at.part)
            .checked_sub(1)
            .and_then(|part| self.parts.get(part));
        let (mut zh, mut en) = if at.line > 0 {
            (format!("第{}行", at.line), format!("line {}", at.line))
        } else {
            (
                format!("第{}条记录", at.feature),
                format!("record {}", at.feature),
            )
        };
        if let Some(part) = part {
            zh = format!("“{part}”{zh}");
            en = format!("{part:?}, {en}");
        }
        Said { zh, en }
    }
}

impl Outcome {
    /// The stable word in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Repaired => "repaired",
            Self::LeftOut => "left_out",
            Self::Doubted => "doubted",
        }
    }
}

fn outcome_label(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Refused => ("拒绝", "refused"),
        Outcome::Repaired => ("修复", "repaired"),
        Outcome::LeftOut => ("未取值", "left out"),
        Outcome::Doubted => ("存疑", "in doubt"),
    }
}
