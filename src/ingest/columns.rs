//! Which field a column is for.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::{LayerId, LayerSchema};
use crate::ingest::headers::{ADDRESS_PIECES, CANONICAL, COLUMNS, NEUTRAL, NOT_BESIDE, SIMPLIFIED};
use crate::ingest::own_words;
use crate::ingest::personal::{PersonalKind, by_header};
use crate::ingest::place_names::{PLACE_FIELDS, Part, part_called};
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
    /// Columns that the caller has said to hold coordinates.
    places: HashMap<String, Part>,
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
            _ => simplified(half_width(c)),
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

/// The ASCII form of a full-width character.
pub(super) fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// The simplified form of a traditional character that stands in headers and code words.
pub(super) fn simplified(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let found = SIMPLIFIED.iter().find(|(traditional, _)| *traditional == c);
    found.map_or(c, |(_, simple)| *simple)
}

/// Whether a header stands in the synonym table, for whatever layer.
pub(super) fn is_known_header(header: &str) -> bool {
    let plain = normalised(header);
    !plain.is_empty() && (SYNONYMS.contains_key(&plain) || by_header(header).is_some())
}

/// Which piece of an address a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AddressColumn {
    /// All of it.
    Whole,
    Compound,
    Building,
    Entrance,
    Room,
}

/// The piece of an address that a column holds, by the synonym table.
pub(super) fn address_column(header: &str) -> Option<AddressColumn> {
    let leaf = header.rsplit('/').next().unwrap_or(header);
    let plain = normalised(leaf);
    let core = NEUTRAL.iter().find_map(|word| plain.strip_prefix(word));
    let meanings = SYNONYMS
        .get(&plain)
        .or_else(|| SYNONYMS.get(core.filter(|core| core.chars().count() >= 2)?))?;
    meanings.iter().find_map(|meaning| match meaning.as_str() {
        "estate_address" => Some(AddressColumn::Whole),
        "estate_name" => Some(AddressColumn::Compound),
        "building_no" => Some(AddressColumn::Building),
        "unit_no" => Some(AddressColumn::Entrance),
        "room_no" => Some(AddressColumn::Room),
        _ => None,
    })
}

/// Whether the caller has said what the column is for.
pub(super) fn is_mapped(columns: &Columns, header: &str) -> bool {
    columns.mapped.contains_key(header)
}

/// What `number` says in brackets at the end of a header is multiplied with: `建筑面积(万㎡)` has tens of thousands.
pub(super) fn factor_of(header: &str) -> f64 {
    let plain: String = header.replace('（', "(").replace('）', ")");
    let unit = plain.rsplit_once('(').map_or("", |(_, unit)| unit);
    if unit.starts_with('万') {
        10_000.0
    } else {
        1.0
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
        let (mut mapped, mut places) = (HashMap::new(), HashMap::new());
        for (column, field) in &options.map {
            if let Some(part) = part_called(field).filter(|_| own_field(schema, field).is_none()) {
                places.insert(column.clone(), part);
                continue;
            }
            let target = own_field(schema, field).ok_or_else(|| {
                let fields = schema.fields.iter().map(|field| field.name);
                IngestError::NoSuchField {
                    layer: schema.id,
                    field: field.clone(),
                    known: ["code", "name"]
                        .into_iter()
                        .chain(fields)
                        .chain(PLACE_FIELDS)
                        .collect::<Vec<_>>()
                        .join(", "),
                }
            })?;
            mapped.insert(column.clone(), target);
        }
        Ok(Self {
            schema,
            mapped,
            places,
        })
    }

    /// The layer that the columns are for.
    pub(super) fn layer(&self) -> LayerId {
        self.schema.id
    }

    /// The coordinate that the caller has said a column to hold.
    pub(super) fn place_of(&self, header: &str) -> Option<Part> {
        self.places.get(header).copied()
    }

    /// Leaves a column out from now on, unless the caller has said what it is for; says whether that changes anything.
    pub(super) fn leave_out(&mut self, header: &str) -> bool {
        if self.mapped.contains_key(header) || self.role(header).target == Target::Nothing {
            return false;
        }
        self.mapped.insert(header.to_owned(), Target::Nothing);
        true
    }

    /// What the column `header` is for: as mapped, our own names, personal data, then the tables; of a header on two
    /// levels the whole, the lower level, and both joined.
    pub(super) fn role(&self, header: &str) -> Role {
        if let Some(target) = self.mapped.get(header) {
            return Role {
                target: *target,
                rank: 0,
            };
        }
        let single = header.split_once('#').map_or(header, |(name, _)| name);
        let mut readings = vec![single.to_owned()];
        if let Some((upper, lower)) = single.rsplit_once('/')
            && !lower.is_empty()
        {
            readings.extend([lower.to_owned(), format!("{upper}{lower}")]);
        }
        let personal = readings.iter().find_map(|reading| {
            let own = own_field(self.schema, reading).is_some() || self.titled(reading).is_some();
            by_header(reading).filter(|kind| !own && !self.is_office(*kind))
        });
        if let Some(kind) = personal {
            return Role {
                target: Target::Personal(kind),
                rank: u8::MAX,
            };
        }
        let found = readings.iter().find_map(|reading| self.plain_role(reading));
        found.unwrap_or(Role {
            target: Target::Nothing,
            rank: u8::MAX,
        })
    }

    /// Names and telephones of posts are the office's, not residents'.
    fn is_office(&self, kind: PersonalKind) -> bool {
        self.schema.id == LayerId::POSTS
            && matches!(kind, PersonalKind::Name | PersonalKind::Telephone)
    }

    fn plain_role(&self, header: &str) -> Option<Role> {
        let role = |target, rank| Some(Role { target, rank });
        if let Some(target) = own_field(self.schema, header) {
            // Beside a column that is written as the field is, one in capitals is another program's.
            let is_exact = match target {
                Target::Field(at) => self.schema.fields.get(at).is_some_and(|f| f.name == header),
                _ => matches!(header, "code" | "name"),
            };
            return role(target, if is_exact { 1 } else { 3 });
        }
        if let Some(at) = self.titled(header) {
            return role(Target::Field(at), 2);
        }
        let plain = normalised(header);
        if plain.is_empty() {
            return None;
        }
        self.tabled(&plain)
            .or_else(|| {
                // "所在小区地址" is the address as much as "地址" is.
                let core = NEUTRAL.iter().find_map(|word| plain.strip_prefix(word))?;
                let known = self.tabled(core).filter(|_| core.chars().count() >= 2)?;
                Some(Role { rank: 60, ..known })
            })
            .or_else(|| self.cut(&plain))
    }

    fn titled(&self, header: &str) -> Option<usize> {
        let plain = normalised(header);
        self.schema
            .fields
            .iter()
            .position(|field| field.label.zh == header.trim() || field.label.zh == plain)
    }

    /// The field of a header that dBase cut at ten bytes: five characters of GBK, three of UTF-8.
    fn cut(&self, plain: &str) -> Option<Role> {
        let (chars, chinese) = (
            plain.chars().count(),
            plain.chars().filter(|c| !c.is_ascii()).count(),
        );
        let gbk_bytes = chars + chinese;
        let could_be_cut = (9..=10).contains(&gbk_bytes) || (8..=10).contains(&plain.len());
        if chinese < 3 || !could_be_cut {
            return None;
        }
        let titles = self.schema.fields.iter().enumerate();
        let mut found: Vec<Target> = titles
            .filter(|(_, field)| field.label.zh.starts_with(plain))
            .map(|(at, _)| Target::Field(at))
            .collect();
        found.extend(
            SYNONYMS
                .keys()
                .filter(|synonym| synonym.starts_with(plain))
                .filter_map(|synonym| self.tabled(synonym))
                .map(|role| role.target),
        );
        found.dedup();
        let first = *found.first()?;
        // Of several meanings none is certain.
        found.iter().all(|target| *target == first).then_some(Role {
            target: first,
            rank: 70,
        })
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
        if let Some(field) = own_words::code_field(self.schema, plain) {
            return Some(Role {
                target: own_field(self.schema, field)?,
                rank: 14,
            });
        }
        self.canonical(plain).or_else(|| {
            let is_name = own_words::is_name(self.schema, plain);
            is_name.then_some(Role {
                target: Target::Name,
                rank: 55,
            })
        })
    }

    /// The field of a header in the synonym table; the layer's own meaning of it stands before the general one.
    fn canonical(&self, plain: &str) -> Option<Role> {
        let meanings = SYNONYMS.get(plain)?;
        [self.schema.id.as_str(), "*"].into_iter().find_map(|of| {
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

/// `code`, `name` or a field of the layer by its name, whole or as a shapefile of ours has it; as it is written, else
/// without its capitals, which dBase and ArcGIS write.
fn own_field(schema: &LayerSchema, name: &str) -> Option<Target> {
    let named = |name: &str| match name {
        "code" => Some(Target::Code),
        "name" => Some(Target::Name),
        _ => {
            let short = || {
                let is_short = (9..=10).contains(&name.len()) && name.is_ascii();
                let mut names = schema.short_names().into_iter();
                names.position(|short| is_short && short == name)
            };
            schema.position(name).or_else(short).map(Target::Field)
        }
    };
    named(name).or_else(|| named(&name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (LayerId::BUILDINGS, "NAME", Some("name")),
            (LayerId::SUBDISTRICTS, "Name", Some("name")),
            (LayerId::COMPOUNDS, "CODE", Some("code")),
            (LayerId::COMPOUNDS, "Code", Some("code")),
            (LayerId::BUILDINGS, "HEIGHT_M", Some("height_m")),
            (LayerId::COMPOUNDS, "小区名称", Some("name")),
            (LayerId::COMPOUNDS, "户数", Some("household_count")),
            (LayerId::GRIDS, "网格编码", Some("code")),
            (LayerId::COMPOUNDS, "网格编码", Some("grid_code")),
            (LayerId::ROADS, "highway", Some("class")),
            (LayerId::COMPOUNDS, "户主姓名", Some("personal")),
            (LayerId::POSTS, "phone", Some("phone")),
            (LayerId::FACILITIES, "phone", Some("personal")),
            (LayerId::RISK_POINTS, "2、隐患描述*", Some("description")),
            (
                LayerId::RISK_POINTS,
                "隐患情况/隐患描述",
                Some("description"),
            ),
            (LayerId::RISK_POINTS, "隐患/等级", Some("hazard_class")),
            (LayerId::BUILDINGS, "地上層數", Some("storeys")),
            (LayerId::BUILDINGS, "所在小区地址", Some("address")),
            (LayerId::COMPOUNDS, "小区建成年代", Some("built_year")),
            (LayerId::COMPOUNDS, "统计用区划", None),
            (LayerId::RISK_POINTS, "整改截止时", Some("deadline")),
            (LayerId::COMPOUNDS, "停车位数量", Some("parking_count")),
            (LayerId::BUILDINGS, "户主/联系电话", Some("personal")),
            (LayerId::BUILDINGS, "租户身份证号码", Some("personal")),
            (LayerId::BUILDINGS, "层数#2", Some("storeys")),
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
