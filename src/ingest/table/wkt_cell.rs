//! Cells that hold well-known text.

use super::place::bad;
use crate::geometry::Geometry;
use crate::ingest::row::Given;
use crate::ingest::values::shortened;

/// Deeper brackets are no honest shape.
const DEEPEST: usize = 32;

/// The shape in a cell; nothing where it is blank.
pub(super) fn shape(text: &str) -> Given {
    let text = text.trim();
    if text.is_empty() {
        return Given::Nothing;
    }
    let text = match text.split_once(';') {
        Some((srid, rest)) if srid.to_ascii_uppercase().starts_with("SRID=") => rest,
        _ => text,
    };
    if depth(text) > DEEPEST {
        return bad("WKT嵌套过深", "the WKT is nested too deep");
    }
    let parsed: Result<wkt::Wkt<f64>, _> = text.parse();
    let heights = text
        .get(..24)
        .unwrap_or(text)
        .to_ascii_uppercase()
        .split([' ', '('])
        .any(|word| matches!(word, "Z" | "M" | "ZM"));
    let found = parsed
        .ok()
        .and_then(|parsed| Geometry::try_from(parsed).ok());
    if let Some(geometry) = found {
        return Given::Shape {
            geometry,
            heights,
            unclosed: 0,
        };
    }
    let text = shortened(text);
    bad(format!("“{text}”不是WKT"), format!("{text:?} is no WKT"))
}

/// How many brackets are open at once: the library goes down as deep, to the end of the stack.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            _ => continue,
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_within_shapes_without_end_does_not_fill_the_stack() {
        let deep = "GEOMETRYCOLLECTION(".repeat(500_000);
        assert!(matches!(shape(&deep), Given::Bad { .. }));
        let honest = "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2)))";
        assert!(matches!(shape(honest), Given::Shape { .. }));
    }
}
