//! Which field a column is for.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::LayerSchema;
use crate::ingest::personal::{PersonalKind, by_header};
use crate::ingest::table::{ADDRESS_PIECES, CANONICAL, COLUMNS, NOT_BESIDE};
use crate::ingest::{IngestError, Options};

/// Where the values of a column go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The human code.
    Code,
    /// The name.
    Name,
    /// The attribute at this place of the schema.
    Field(usize),
    /// A piece of the address, in the order of joining.
    AddressPiece(usize),
    /// Nowhere: personal data.
    Personal(PersonalKind),
    /// Nowhere: the layer has no such field.
    Nothing,
}

/// A target, and which column wins where several have it: the lower rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) target: Target,
    pub(super) rank: u8,
}

/// The mapping of one layer's columns.
#[derive(Debug)]
pub(super) struct Columns {
    schema: &'static LayerSchema,
    mapped: HashMap<String, Target>,
}

#[derive(Deserialize)]
struct Facts {
    fields: Vec<Canonical>,
}

#[derive(Deserialize)]
struct Canonical {
    field: String,
    synonyms: Vec<String>,
    #[serde(default)]
    pinyin: Vec<String>,
}

/// Normalised header to the canonical fields of the synonym table.
static SYNONYMS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let facts: Option<Facts> =
        serde_json::from_str(include_str!("../../geodata/facts/column_synonyms.json")).ok();
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for canonical in facts.into_iter().flat_map(|facts| facts.fields) {
        for header in canonical.synonyms.iter().chain(&canonical.pinyin) {
            known
                .entry(normalised(header))
                .or_default()
                .push(canonical.field.clone());
        }
    }
    known
});

/// A header without what people put around it: case, spaces, asterisks, units in brackets, leading numbering.
pub(super) fn normalised(header: &str) -> String {
    let mut plain: String = header
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '*' && *c != '＊')
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            // Full-width forms of ASCII.
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect::<String>()
        .to_lowercase();
    if let Some(open) = plain.find('(').filter(|at| *at > 0 && plain.ends_with(')')) {
        plain.truncate(open);
    }
    let unnumbered = plain.trim_start_matches(|c: char| c.is_ascii_digit());
    match unnumbered.strip_prefix(['.', '、']) {
        Some(rest) if !rest.is_empty() && unnumbered.len() < plain.len() => rest.to_owned(),
        _ => plain,
    }
}

/// Whether `header` is not what it is called because the record also has a certain other column.
pub(super) fn is_another_thing(header: &str, has: impl Fn(&str) -> bool) -> bool {
    NOT_BESIDE
        .iter()
        .any(|(column, other)| *column == header && has(other))
}

impl Columns {
    pub(super) fn new(
        schema: &'static LayerSchema,
        options: &Options,
    ) -> Result<Self, IngestError> {
        let mut mapped = HashMap::new();
        for (column, field) in &options.map {
            let target = own_field(schema, field).ok_or_else(|| {
                let fields = schema.fields.iter().map(|field| field.name);
                IngestError::NoSuchField {
                    layer: schema.id,
                    field: field.clone(),
                    known: ["code", "name"]
                        .into_iter()
                        .chain(fields)
                        .collect::<Vec<_>>()
                        .join(", "),
                }
            })?;
            mapped.insert(column.clone(), target);
        }
        Ok(Self { schema, mapped })
    }

    /// What the column `header` is for.
    pub(super) fn role(&self, header: &str) -> Role {
        let role = |target, rank| Role { target, rank };
        if let Some(target) = self.mapped.get(header) {
            return role(*target, 0);
        }
        if let Some(target) = own_field(self.schema, header) {
            return role(target, 1);
        }
        let titled = self
            .schema
            .fields
            .iter()
            .position(|field| field.label.zh == header.trim());
        if let Some(at) = titled {
            return role(Target::Field(at), 2);
        }
        if let Some(kind) = by_header(header) {
            return role(Target::Personal(kind), u8::MAX);
        }
        let plain = normalised(header);
        self.tabled(&plain)
            .unwrap_or(role(Target::Nothing, u8::MAX))
    }

    fn tabled(&self, plain: &str) -> Option<Role> {
        let layer = self.schema.id.as_str();
        let fits = |of: &str| of == layer || of == "*";
        if self.schema.field("address").is_some()
            && let Some(at) = ADDRESS_PIECES
                .iter()
                .position(|names| names.contains(&plain))
        {
            return Some(Role {
                target: Target::AddressPiece(at),
                rank: 20,
            });
        }
        let columns = COLUMNS
            .iter()
            .filter(|(of, header, ..)| fits(of) && normalised(header) == plain)
            .filter_map(|(_, _, field, rank)| Some((own_field(self.schema, field)?, *rank)))
            .min_by_key(|(_, rank)| *rank);
        if let Some((target, rank)) = columns {
            return Some(Role { target, rank });
        }
        // The layer's own meaning of a header stands before the general one.
        let meanings = SYNONYMS.get(plain)?;
        [layer, "*"].into_iter().find_map(|of| {
            let (_, _, field) = CANONICAL.iter().find(|(layer, canonical, _)| {
                *layer == of && meanings.iter().any(|m| m == canonical)
            })?;
            Some(Role {
                target: own_field(self.schema, field)?,
                rank: 50,
            })
        })
    }
}

/// `code`, `name` or a field of the layer by its name.
fn own_field(schema: &LayerSchema, name: &str) -> Option<Target> {
    match name {
        "code" => Some(Target::Code),
        "name" => Some(Target::Name),
        _ => schema.position(name).map(Target::Field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    fn target(layer: LayerId, header: &str) -> Option<&'static str> {
        let columns = Columns::new(layer.schema(), &Options::new(layer)).unwrap();
        match columns.role(header).target {
            Target::Code => Some("code"),
            Target::Name => Some("name"),
            Target::Field(at) => Some(layer.schema().fields[at].name),
            Target::AddressPiece(_) => Some("address"),
            Target::Personal(_) => Some("personal"),
            Target::Nothing => None,
        }
    }

    #[test]
    fn headers_of_ledgers_find_their_fields() {
        for (layer, header, field) in [
            (LayerId::BUILDINGS, "height_m", Some("height_m")),
            (LayerId::BUILDINGS, "地上层数", Some("storeys")),
            (LayerId::BUILDINGS, "总层数", Some("storeys")),
            (LayerId::BUILDINGS, "建筑面积（㎡）", Some("floor_area_m2")),
            (LayerId::BUILDINGS, "建成年代", Some("built_year")),
            (LayerId::BUILDINGS, "JCND", Some("built_year")),
            (LayerId::BUILDINGS, "建物ID", Some("code")),
            (LayerId::BUILDINGS, "addr_street", Some("address")),
            (LayerId::BUILDINGS, "roof_shape", None),
            (LayerId::COMPOUNDS, "小区名称", Some("name")),
            (LayerId::COMPOUNDS, "户数", Some("household_count")),
            (LayerId::GRIDS, "网格编码", Some("code")),
            (LayerId::COMPOUNDS, "网格编码", Some("grid_code")),
            (LayerId::ROADS, "highway", Some("class")),
            (LayerId::COMPOUNDS, "户主姓名", Some("personal")),
            (LayerId::POSTS, "phone", Some("phone")),
            (LayerId::FACILITIES, "phone", Some("personal")),
            (LayerId::RISK_POINTS, "2、隐患描述*", Some("description")),
        ] {
            assert_eq!(target(layer, header), field, "{layer} {header}");
        }
    }

    #[test]
    fn a_mapped_column_stands_before_all_and_must_name_a_field() {
        let mut options = Options::new(LayerId::BUILDINGS);
        options.map = vec![("name".to_owned(), "address".to_owned())];
        let columns = Columns::new(LayerId::BUILDINGS.schema(), &options).unwrap();
        assert!(matches!(
            columns.role("name"),
            Role {
                target: Target::Field(_),
                rank: 0
            }
        ));
        options.map = vec![("x".to_owned(), "colour".to_owned())];
        assert!(matches!(
            Columns::new(LayerId::BUILDINGS.schema(), &options),
            Err(IngestError::NoSuchField { .. })
        ));
    }

    #[test]
    fn every_entry_of_the_tables_names_a_field_that_there_is() {
        for (layer, _, field, _) in COLUMNS.iter().filter(|(layer, ..)| *layer != "*") {
            let schema = LayerId::parse(layer).unwrap().schema();
            assert!(own_field(schema, field).is_some(), "{layer}.{field}");
        }
        for (layer, canonical, field) in CANONICAL {
            assert!(
                SYNONYMS.values().flatten().any(|c| c == canonical),
                "{canonical}"
            );
            if *layer != "*" {
                let schema = LayerId::parse(layer).unwrap().schema();
                assert!(own_field(schema, field).is_some(), "{layer}.{field}");
            }
        }
    }
}
