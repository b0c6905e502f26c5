//! The store as its callers see it, on real files and on a real PostGIS. `both` is one suite for the two of them.

mod both;
mod geopackage;
mod history;
mod locks;
mod place;
mod postgis;
mod scopes;
mod spoiled;

use std::process::Command;

use crate::domain::{Draft, Edit, LayerId};
use crate::geometry::{MultiPolygon, Polygon};

fn square(at: f64) -> MultiPolygon {
    let ring = vec![
        (at, 34.0),
        (at + 0.01, 34.0),
        (at + 0.01, 34.01),
        (at, 34.01),
        (at, 34.0),
    ];
    MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])])
}

fn grid(code: &str) -> Draft {
    let schema = LayerId::GRIDS.schema();
    Draft::new(schema, code, "东一网格")
        .with(schema, "kind", "basic")
        .with(schema, "household_count", 300)
        .at(square(108.9))
}

fn insert(code: &str) -> Edit {
    Edit::Insert {
        layer: LayerId::GRIDS,
        id: None,
        draft: grid(code),
    }
}

/// Runs another program to its end and gives what it printed.
fn run(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
    said
}
