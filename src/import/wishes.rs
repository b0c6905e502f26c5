//! How a file is to be read, as people say it: flags, parameters, a kept profile.

use serde::{Deserialize, Serialize};

use crate::domain::{LayerId, layers};
use crate::geometry::crs::Crs;
use crate::import::{ImportError, OnConflict};
use crate::ingest::{Options, PLACE_FIELDS};

/// How a file is to be read and imported, as it was said; what was not said is found out from the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wishes {
    /// The layer that the records are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// The coordinate system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// The encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The one sheet, table, file or drawing layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The year of dates without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// How far the square around a point reaches, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_radius_m: Option<f64>,
    /// Columns with the field that each is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<(String, String)>,
    /// What is done with a code that the map has: error, skip or update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_conflict: Option<String>,
}

impl Wishes {
    /// These wishes, and those of `profile` where these say nothing; a column that both map is mapped as these say.
    #[must_use]
    pub fn over(self, profile: Self) -> Self {
        let mut map = self.map;
        for (column, field) in profile.map {
            if !map.iter().any(|(mapped, _)| *mapped == column) {
                map.push((column, field));
            }
        }
        Self {
            layer: self.layer.or(profile.layer),
            crs: self.crs.or(profile.crs),
            encoding: self.encoding.or(profile.encoding),
            part: self.part.or(profile.part),
            year: self.year.or(profile.year),
            point_radius_m: self.point_radius_m.or(profile.point_radius_m),
            map,
            on_conflict: self.on_conflict.or(profile.on_conflict),
        }
    }

    /// A column and the field that it is for, from `COLUMN=FIELD`.
    ///
    /// # Errors
    /// [`ImportError::BadMap`].
    pub fn pair(text: &str) -> Result<(String, String), ImportError> {
        match text.rsplit_once('=') {
            Some((column, field)) if !column.is_empty() && !field.is_empty() => {
                Ok((column.to_owned(), field.to_owned()))
            }
            _ => Err(ImportError::BadMap {
                given: text.to_owned(),
            }),
        }
    }

    /// How the file is read, and what is done with codes that the map has.
    ///
    /// # Errors
    /// [`ImportError`] naming the first wish that cannot be met.
    pub fn options(&self) -> Result<(Options, OnConflict), ImportError> {
        let mut options = Options::new(self.layer()?);
        options.crs = self.crs.as_deref().map(Crs::parse).transpose()?;
        options.encoding.clone_from(&self.encoding);
        options.part.clone_from(&self.part);
        options.year = in_range(
            "year",
            self.year,
            |year| (1900..=2100).contains(&year),
            YEARS,
        )?;
        options.point_radius_m = in_range(
            "point-radius-m",
            self.point_radius_m,
            |metres| (1.0..=1000.0).contains(&metres),
            METRES,
        )?;
        for (column, field) in &self.map {
            known_field(options.layer, field)?;
            options.map.push((column.clone(), field.clone()));
        }
        let how = match self.on_conflict.as_deref() {
            None => OnConflict::default(),
            Some(word) => OnConflict::parse(word).ok_or_else(|| ImportError::BadValue {
                parameter: "on-conflict",
                given: word.to_owned(),
                takes_zh: " error、skip 或 update",
                takes_en: "error, skip or update",
            })?,
        };
        Ok((options, how))
    }

    fn layer(&self) -> Result<LayerId, ImportError> {
        let given = self.layer.as_deref().ok_or(ImportError::NoLayer)?;
        LayerId::parse(given).ok_or_else(|| {
            let known: Vec<&str> = layers::known()
                .iter()
                .map(|schema| schema.id.as_str())
                .collect();
            ImportError::NoSuchLayer {
                given: given.to_owned(),
                known: known.join(", "),
            }
        })
    }
}

const YEARS: (&str, &str) = ("1900 至 2100 的年份", "a year from 1900 to 2100");
const METRES: (&str, &str) = ("1 至 1000 米", "from 1 to 1000 metres");

fn in_range<T: Copy + ToString>(
    parameter: &'static str,
    value: Option<T>,
    is_good: impl Fn(T) -> bool,
    (takes_zh, takes_en): (&'static str, &'static str),
) -> Result<Option<T>, ImportError> {
    match value {
        Some(value) if !is_good(value) => Err(ImportError::BadValue {
            parameter,
            given: value.to_string(),
            takes_zh,
            takes_en,
        }),
        value => Ok(value),
    }
}

fn known_field(layer: LayerId, field: &str) -> Result<(), ImportError> {
    let schema = layer.schema();
    let is_place = PLACE_FIELDS.contains(&field);
    if matches!(field, "code" | "name") || is_place || schema.field(field).is_some() {
        return Ok(());
    }
    let fields = schema.fields.iter().map(|field| field.name);
    let known: Vec<&str> = fields.chain(PLACE_FIELDS).collect();
    Err(ImportError::NoSuchField {
        layer,
        field: field.to_owned(),
        known: known.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Wishes);

    #[test]
    fn what_is_said_stands_over_the_profile() {
        let said = Wishes {
            crs: Some("BD09".to_owned()),
            map: vec![("a".to_owned(), "name".to_owned())],
            ..Wishes::default()
        };
        let kept = Wishes {
            layer: Some("grids".to_owned()),
            crs: Some("GCJ02".to_owned()),
            map: vec![
                ("a".to_owned(), "code".to_owned()),
                ("b".to_owned(), "code".to_owned()),
            ],
            ..Wishes::default()
        };
        let both = said.over(kept);
        let (options, how) = both.options().unwrap();
        assert_eq!(
            (options.layer, options.crs),
            (LayerId::GRIDS, Some(Crs::Bd09))
        );
        assert_eq!(how, OnConflict::Error);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(options.map, [pair("a", "name"), pair("b", "code")]);
    }

    #[test]
    fn each_wish_that_cannot_be_met_is_named_in_both_languages() {
        let of = |change: fn(&mut Wishes)| {
            let mut wishes = Wishes {
                layer: Some("grids".to_owned()),
                ..Wishes::default()
            };
            change(&mut wishes);
            let error = wishes.options().unwrap_err();
            (error.zh(), error.to_string())
        };
        let cases: [(Change, &str); 6] = [
            (|w| w.layer = Some("houses".to_owned()), "houses"),
            (|w| w.year = Some(22), "22"),
            (|w| w.point_radius_m = Some(f64::NAN), "NaN"),
            (
                |w| w.map = vec![("列".to_owned(), "colour".to_owned())],
                "colour",
            ),
            (|w| w.on_conflict = Some("merge".to_owned()), "merge"),
            (|w| w.crs = Some("EPSG:1".to_owned()), "EPSG:1"),
        ];
        for (change, word) in cases {
            let (zh, en) = of(change);
            assert!(zh.contains(word) && en.contains(word), "{zh} / {en}");
        }
        assert!(Wishes::pair("列=").is_err());
        assert_eq!(Wishes::pair("a=b=code").unwrap().0, "a=b");
    }
}
