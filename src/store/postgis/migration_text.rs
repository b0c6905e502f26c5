//! The migrations as text, held against the layer catalogue; `store::tests::postgis` does so with a database.

use std::fmt::Write as _;
use std::fs;

use super::tables::{comments, links};
use crate::domain::{LayerSchema, layers};
use crate::store::postgis::ddl::quoted;

/// The trigger function that hands an area on to the records below: of the new and the changed.
fn areas(schema: &LayerSchema) -> String {
    let layer = schema.id;
    let mut below = String::new();
    for child in layers::ALL {
        for (field, parent) in links(child.id) {
            if parent == layer {
                let _ = writeln!(
                    below,
                    "  UPDATE {child} c SET area = p.area FROM came p\n    WHERE c.{field} = p.code AND p.area IS NOT NULL AND c.area IS DISTINCT FROM p.area;",
                    child = child.id,
                    field = quoted(field)
                );
            }
        }
    }
    if below.is_empty() {
        return below;
    }
    format!(
        "FUNCTION minqing_areas_{layer}() RETURNS trigger\n{OPENING}{below}  RETURN NULL;\nEND $$;\n"
    )
}

const OPENING: &str =
    "LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$\nBEGIN\n";

#[test]
fn an_area_is_handed_on_to_every_layer_below() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgis");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let text: String = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for schema in layers::ALL {
        let function = areas(schema);
        let start = format!("FUNCTION minqing_areas_{}() RETURNS", schema.id);
        let last = text.rfind(&start).and_then(|at| text.get(at..));
        match last {
            Some(last) => assert!(last.starts_with(&function), "{}", schema.id),
            None => assert_eq!(function, "", "{}", schema.id),
        }
    }
}

#[test]
fn every_column_of_the_catalogue_has_its_comment() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgis");
    let files = fs::read_dir(folder).unwrap();
    let text: String = files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for schema in layers::ALL {
        for line in comments(schema).lines() {
            assert!(text.contains(line), "{line}");
        }
    }
}
