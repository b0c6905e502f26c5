//! The catalogue: one file a noun, each with its [`LayerSchema`] and the code lists that only it uses.
//!
//! Layers that users bring have no file: the store describes them, see [`LayerDefinition`].
//!
//! To add a layer: a file here, a line in [`LayerId`], in its names and in [`ALL`], and a migration in `migrations/`.

mod base;
mod buildings;
mod cases;
mod codes;
mod communities;
mod compounds;
mod entrances;
mod facilities;
mod gates;
mod grids;
mod households;
mod inspection_targets;
mod others;
mod registers;
mod renovation_projects;
mod risk_points;
mod subdistricts;
mod vacant_spaces;

use std::fmt;

use crate::domain::{LayerRole, LayerSchema};

pub use cases::CaseStatus;
pub use others::{
    DefinitionError, FieldDefinition, LayerDefinition, ShapeKind, TAKEN, ValueKind, field_name,
    known,
};
pub use risk_points::{RiskLevel, RiskStatus};

/// A layer by its place in [`ALL`], or after them where a user brought it; its name is the same word in Rust, SQL, JSON, routes and tests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(u8);

const NAMES: [&str; 20] = [
    "subdistricts",
    "communities",
    "grids",
    "compounds",
    "buildings",
    "entrances",
    "households",
    "risk_points",
    "facilities",
    "renovation_projects",
    "inspection_targets",
    "cases",
    "posts",
    "inspections",
    "transitions",
    "roads",
    "water",
    "land_use",
    "gates",
    "vacant_spaces",
];

impl LayerId {
    /// 街道.
    pub const SUBDISTRICTS: Self = Self(0);
    /// 社区(村).
    pub const COMMUNITIES: Self = Self(1);
    /// 网格.
    pub const GRIDS: Self = Self(2);
    /// 小区.
    pub const COMPOUNDS: Self = Self(3);
    /// 楼栋.
    pub const BUILDINGS: Self = Self(4);
    /// 单元.
    pub const ENTRANCES: Self = Self(5);
    /// 户.
    pub const HOUSEHOLDS: Self = Self(6);
    /// 风险点.
    pub const RISK_POINTS: Self = Self(7);
    /// 服务设施.
    pub const FACILITIES: Self = Self(8);
    /// 改造项目.
    pub const RENOVATION_PROJECTS: Self = Self(9);
    /// 检查对象.
    pub const INSPECTION_TARGETS: Self = Self(10);
    /// 案件.
    pub const CASES: Self = Self(11);
    /// 责任岗位.
    pub const POSTS: Self = Self(12);
    /// 检查记录.
    pub const INSPECTIONS: Self = Self(13);
    /// 流转记录.
    pub const TRANSITIONS: Self = Self(14);
    /// 道路.
    pub const ROADS: Self = Self(15);
    /// 水系.
    pub const WATER: Self = Self(16);
    /// 用地.
    pub const LAND_USE: Self = Self(17);
    /// 出入口.
    pub const GATES: Self = Self(18);
    /// 闲置空间.
    pub const VACANT_SPACES: Self = Self(19);

    /// The layer called `name`; `None` when there is none.
    pub fn parse(name: &str) -> Option<Self> {
        match NAMES.iter().position(|known| *known == name) {
            Some(at) => ALL.get(at).map(|schema| schema.id),
            None => others::called(name).map(|schema| schema.id),
        }
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        match NAMES.get(usize::from(self.0)) {
            Some(name) => name,
            None => self.schema().name(),
        }
    }

    /// Whether it is of the catalogue.
    pub fn is_own(self) -> bool {
        usize::from(self.0) < ALL.len()
    }

    /// Its place in [`ALL`].
    pub const fn number(self) -> u8 {
        self.0
    }

    /// What the layer is; every id has a schema because ids are only made here.
    pub fn schema(self) -> &'static LayerSchema {
        let at = usize::from(self.0);
        ALL.get(at)
            .copied()
            .or_else(|| others::at(at - ALL.len()))
            .unwrap_or(&base::LAND_USE)
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Every layer of the catalogue, in the order of the legend: areas first, then houses, matters, registers and the base map;
/// at the end what came later, so that no number changes.
pub const ALL: &[&LayerSchema] = &[
    &subdistricts::SUBDISTRICTS,
    &communities::COMMUNITIES,
    &grids::GRIDS,
    &compounds::COMPOUNDS,
    &buildings::BUILDINGS,
    &entrances::ENTRANCES,
    &households::HOUSEHOLDS,
    &risk_points::RISK_POINTS,
    &facilities::FACILITIES,
    &renovation_projects::RENOVATION_PROJECTS,
    &inspection_targets::INSPECTION_TARGETS,
    &cases::CASES,
    &registers::POSTS,
    &registers::INSPECTIONS,
    &registers::TRANSITIONS,
    &base::ROADS,
    &base::WATER,
    &base::LAND_USE,
    &gates::GATES,
    &vacant_spaces::VACANT_SPACES,
];

/// The layers with a role, in catalogue order.
pub fn with_role(role: LayerRole) -> impl Iterator<Item = &'static LayerSchema> {
    ALL.iter()
        .copied()
        .filter(move |schema| schema.role == role)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_map_has_its_fourteen_layers_and_every_name_is_used_once() {
        assert_eq!(with_role(LayerRole::Map).count(), 14);
        assert_eq!(ALL.len(), NAMES.len());
        for (at, schema) in ALL.iter().enumerate() {
            assert_eq!(usize::from(schema.id.number()), at, "{}", schema.id);
            assert_eq!(LayerId::parse(schema.id.as_str()), Some(schema.id));
            let names: HashSet<_> = schema.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), schema.fields.len(), "{}", schema.id);
            for common in [
                "id",
                "code",
                "name",
                "geom",
                "revision",
                "updated_at",
                "updated_by",
            ] {
                assert!(
                    !names.contains(common),
                    "{}.{common} is common to all layers",
                    schema.id
                );
            }
            for parent in schema.parents {
                assert!(
                    schema.field(parent.field).is_some(),
                    "{}.{}",
                    schema.id,
                    parent.field
                );
            }
            assert_eq!(schema.id.schema().id, schema.id);
        }
    }
}
