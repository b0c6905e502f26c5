//! 街道: the subdistrict that the office governs.

use crate::domain::schema::{date, integer, label, text};
use crate::domain::{FieldClass, GeometryKind, LayerId, LayerRole, LayerSchema};

/// `subdistricts`: 9-digit code, such as 610113002.
pub(super) const SUBDISTRICTS: LayerSchema = LayerSchema {
    id: LayerId::SUBDISTRICTS,
    title: label("街道", "Subdistricts"),
    role: LayerRole::Map,
    geometry: GeometryKind::MultiPolygon,
    class: FieldClass::Public,
    fields: &[
        text("district_name", "所属区", "District"),
        text("office_address", "办公地址", "Office address"),
        integer("resident_count", "登记人口", "Residents"),
        integer("household_count", "户数", "Households"),
        text("aliases", "曾用名", "Former names").long(),
        date("valid_from", "启用日期", "In force from"),
    ],
    parents: &[],
    indexed: &[],
};
