//! What is called this? By code, name, former name, address, pinyin and pinyin initials.

use std::sync::Arc;

use pinyin::ToPinyin;

use crate::domain::{Feature, FieldClass, LayerId, LayerRole, LayerSchema};
use crate::map::{LayerTable, MapSnapshot};

/// By what a feature was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matched {
    /// The code.
    Code,
    /// The name.
    Name,
    /// A former name.
    Alias,
    /// The initials of the name's pinyin.
    Initials,
    /// The name's pinyin.
    Pinyin,
    /// The address.
    Address,
}

/// One feature that is called so.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its layer.
    pub layer: LayerId,
    /// The feature.
    pub feature: Arc<Feature>,
    /// What it is called in full, with the compound before a building's number.
    pub title: String,
    /// By what it was found.
    pub matched: Matched,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// The best hits.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub matched: usize,
}

/// The features called `asked`: whole words before beginnings before parts, larger areas first; at most `limit`.
///
/// Restricted layers are left out.
pub fn search(snapshot: &MapSnapshot, asked: &str, limit: usize) -> Found {
    let asked = normal(asked);
    let searchable = |schema: &&'static LayerSchema| {
        schema.class < FieldClass::Restricted
            && (matches!(schema.role, LayerRole::Map | LayerRole::Other { .. })
                || schema.id == LayerId::ROADS)
    };
    let mut hits = Vec::new();
    for (place, schema) in snapshot
        .layers()
        .map(LayerTable::schema)
        .enumerate()
        .filter(|(_, schema)| searchable(schema))
    {
        for feature in snapshot.layer(schema.id).features() {
            let title = title(snapshot, schema, feature);
            if let Some((fit, matched)) = best(&asked, schema, feature, &title) {
                hits.push((
                    (fit, place, matched, feature.id),
                    Hit {
                        layer: schema.id,
                        feature: Arc::clone(feature),
                        title,
                        matched,
                    },
                ));
            }
        }
    }
    hits.sort_by_key(|(key, _)| *key);
    let matched = hits.len();
    Found {
        hits: hits.into_iter().take(limit).map(|(_, hit)| hit).collect(),
        matched,
    }
}

/// How well a text fits: whole, beginning, part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Beginning,
    Part,
}

fn fit(asked: &str, text: &str) -> Option<Fit> {
    if asked.is_empty() || text.is_empty() {
        return None;
    }
    match text.find(asked)? {
        0 if asked.len() == text.len() => Some(Fit::Whole),
        0 => Some(Fit::Beginning),
        _ => Some(Fit::Part),
    }
}

fn best(
    asked: &str,
    schema: &LayerSchema,
    feature: &Feature,
    title: &str,
) -> Option<(Fit, Matched)> {
    let name = normal(title);
    let mut hits = vec![
        fit(asked, &normal(&feature.code)).map(|fit| (fit, Matched::Code)),
        fit(asked, &name).map(|fit| (fit, Matched::Name)),
        fit(asked, &normal(&feature.name)).map(|fit| (fit, Matched::Name)),
    ];
    for alias in feature
        .text(schema, "aliases")
        .unwrap_or_default()
        .split([';', '；', '、', ','])
    {
        hits.push(fit(asked, &normal(alias)).map(|fit| (fit, Matched::Alias)));
    }
    if let Some(address) = feature.text(schema, "address") {
        hits.push(fit(asked, &normal(address)).map(|fit| (fit, Matched::Address)));
    }
    if asked.is_ascii() && asked.chars().any(|c| c.is_ascii_alphabetic()) {
        let (full, initials) = spelled(&name);
        // a part of a pinyin run is seldom meant: "an" is in every second name
        hits.push(
            fit(asked, &initials)
                .filter(|fit| *fit < Fit::Part || asked.len() > 1)
                .map(|fit| (fit, Matched::Initials)),
        );
        hits.push(
            fit(asked, &full)
                .filter(|fit| *fit < Fit::Part || asked.len() > 3)
                .map(|fit| (fit, Matched::Pinyin)),
        );
    }
    hits.into_iter().flatten().min()
}

/// The name people would say: a building's number alone means nothing, so its compound's name comes before it.
fn title(snapshot: &MapSnapshot, schema: &LayerSchema, feature: &Feature) -> String {
    let link = schema
        .parents
        .first()
        .filter(|_| matches!(schema.id, LayerId::BUILDINGS | LayerId::ENTRANCES));
    let above = link.and_then(|link| {
        let code = feature.text(schema, link.field)?;
        Some((
            link.layer.schema(),
            snapshot.layer(link.layer).by_code(code)?,
        ))
    });
    match above {
        Some((_, parent)) if feature.name.starts_with(&*parent.name) => feature.name.to_string(),
        Some((parent_schema, parent)) => {
            format!("{}{}", title(snapshot, parent_schema, parent), feature.name)
        }
        None => feature.name.to_string(),
    }
}

/// Lower case, half width, no blanks, so that `３号楼`, `3号 楼` and `3号楼` are one.
fn normal(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => u32::from(c)
                .checked_sub(0xFEE0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The pinyin of `text` without tones, and its initials; other characters stand for themselves.
fn spelled(text: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    for (c, spelling) in text.chars().zip(text.to_pinyin()) {
        if let Some(spelling) = spelling {
            full.push_str(spelling.plain());
            initials.push_str(spelling.first_letter());
        } else {
            full.push(c);
            initials.push(c);
        }
    }
    (full, initials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_and_made_alike() {
        assert_eq!(
            spelled("翠园小区"),
            ("cuiyuanxiaoqu".to_owned(), "cyxq".to_owned())
        );
        assert_eq!(normal("３号 楼Ａ"), "3号楼a");
        assert_eq!(fit("cyxq", "cyxq"), Some(Fit::Whole));
        assert_eq!(fit("号楼", "3号楼"), Some(Fit::Part));
    }
}
