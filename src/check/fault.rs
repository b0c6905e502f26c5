//! One thing that is not in order.

use std::sync::Arc;

use crate::domain::{Feature, FeatureId, LayerId};
use crate::geometry::measure::inner_point;
use crate::geometry::{Geometry, LonLat};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal;)*) => {
        /// What is not in order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultKind {
            $($(#[$doc])* $name,)*
        }

        impl FaultKind {
            /// Every kind, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable word in reports.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What people read: Chinese, English.
            pub fn label(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

kinds! {
    /// A shape that is not well formed.
    BrokenShape "broken_shape" "几何图形有误" "Broken shape";
    /// A value that another program wrote and the field does not take.
    BadValue "bad_value" "属性值有误" "Value that cannot be used";
    /// Two areas that tile their parent cover the same ground.
    Overlap "overlap" "重叠" "Overlap";
    /// Ground of the parent that no area covers.
    Gap "gap" "空隙" "Gap";
    /// An overlap or gap so narrow that the borders were meant to be one.
    Sliver "sliver" "碎屑" "Sliver";
    /// An area that reaches out of its parent.
    OutsideParent "outside_parent" "超出上级范围" "Outside its parent";
    /// A dedicated grid that is not within one community.
    DedicatedAcross "dedicated_across" "专属网格跨社区" "Dedicated grid across communities";
    /// A compound in more than one grid.
    CompoundAcross "compound_across" "小区跨网格" "Compound across grids";
    /// A building in more than one grid.
    BuildingAcross "building_across" "楼栋跨网格" "Building across grids";
    /// Two compounds on the same ground.
    CompoundOverlap "compound_overlap" "小区重叠" "Compounds overlap";
    /// A building that reaches out of its compound.
    BuildingOutside "building_outside" "楼栋超出小区" "Building outside its compound";
    /// Two buildings on the same ground.
    BuildingOverlap "building_overlap" "楼栋重叠" "Buildings overlap";
    /// An entrance too far from its building.
    EntranceOff "entrance_off" "单元偏离楼栋" "Entrance off its building";
    /// A household that names neither entrance nor building and has no outline.
    HouseholdWithoutPlace "household_without_place" "户未关联楼栋" "Household without a building";
    /// A record that is in no community.
    OutsideEveryCommunity "outside_every_community" "不在任何社区内" "Outside every community";
    /// A code of a record that is not there.
    Orphan "orphan" "上级不存在" "Names a record that is not there";
    /// A code of a parent that does not hold the record's place.
    CodeAgainstPlace "code_against_place" "编码与位置不符" "Code against the place";
    /// One code for several records.
    DuplicateCode "duplicate_code" "编码重复" "Code used twice";
    /// A code that is not as the rule of codes wants it.
    CodeRule "code_rule" "编码不合规则" "Code against the rule";
    /// Figures that do not add up between levels.
    LedgerSum "ledger_sum" "台账合计不符" "Ledger does not add up";
    /// Dates that contradict each other.
    DateOrder "date_order" "日期矛盾" "Dates contradict each other";
    /// A matter that is closed without a day, or has a day without being closed.
    ClosedWithoutDate "closed_without_date" "销号信息不全" "Closed without a date, or the reverse";
}

/// One thing that is not in order: what, where, how much, and whose.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The layer of the records.
    pub layer: LayerId,
    /// The records, in one order with their codes and names.
    pub ids: Vec<FeatureId>,
    /// Their codes.
    pub codes: Vec<Arc<str>>,
    /// Their names.
    pub names: Vec<Arc<str>>,
    /// Where to look.
    pub place: Option<LonLat>,
    /// How much ground it is about, square metres.
    pub area_m2: Option<f64>,
    /// How far something is off, metres.
    pub distance_m: Option<f64>,
    /// The ground itself.
    pub geometry: Option<Geometry>,
    /// A sentence in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Fault {
    /// A fault of `records` of one layer, placed at the first that has a place.
    pub(super) fn of(
        kind: FaultKind,
        layer: LayerId,
        records: &[&Feature],
        zh: String,
        en: String,
    ) -> Self {
        Self {
            kind,
            layer,
            ids: records.iter().map(|record| record.id).collect(),
            codes: records
                .iter()
                .map(|record| Arc::clone(&record.code))
                .collect(),
            names: records
                .iter()
                .map(|record| Arc::clone(&record.name))
                .collect(),
            place: records
                .iter()
                .find_map(|record| inner_point(record.geometry.as_deref()?)),
            area_m2: None,
            distance_m: None,
            geometry: None,
            zh,
            en,
        }
    }

    /// The same about this ground.
    pub(super) fn on(mut self, ground: Geometry, area_m2: f64) -> Self {
        self.place = inner_point(&ground).or(self.place);
        self.area_m2 = Some(area_m2);
        self.geometry = Some(ground);
        self
    }

    /// The same, `distance_m` off.
    pub(super) fn off(mut self, distance_m: f64) -> Self {
        self.distance_m = Some(distance_m);
        self
    }
}

/// How a record is called in a sentence: code, and name where it has one.
pub(super) fn called(record: &Feature) -> String {
    if record.name.is_empty() {
        record.code.to_string()
    } else {
        format!("{}({})", record.code, record.name)
    }
}

/// Several records in a sentence; at most six by name.
pub(super) fn listed(records: &[&Feature], more: &str) -> String {
    let mut text = records
        .iter()
        .take(6)
        .map(|record| called(record))
        .collect::<Vec<_>>()
        .join("、");
    if records.len() > 6 {
        text.push_str(more);
        text.push_str(&records.len().to_string());
    }
    text
}
