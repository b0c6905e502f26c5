//! What both stores do alike with a record that is read or written: the one place where a stored shape or text becomes
//! one of the map's. Another program may have written anything, so reading never fails and never panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use geo::CoordsIter;

use crate::domain::{
    FeatureId, FieldKind, GeometryKind, LayerSchema, MOST_CODE_BYTES, MOST_TEXT_BYTES, Unreadable,
    Value, personal,
};
use crate::geometry::validity::{self, ShapeError};
use crate::geometry::{Geometry, LonLat, MultiLineString, MultiPolygon};

/// The shape as the layer keeps it: single ones as multi ones; a shape of another kind is refused.
pub(super) fn fitting(kind: GeometryKind, shape: Geometry) -> Result<Geometry, String> {
    match (kind, shape) {
        (GeometryKind::MultiPolygon, Geometry::Polygon(polygon)) => {
            Ok(MultiPolygon::new(vec![polygon]).into())
        }
        (GeometryKind::MultiLineString, Geometry::LineString(line)) => {
            Ok(MultiLineString::new(vec![line]).into())
        }
        (GeometryKind::MultiPolygon, shape @ Geometry::MultiPolygon(_))
        | (GeometryKind::MultiLineString, shape @ Geometry::MultiLineString(_))
        | (GeometryKind::Point, shape @ Geometry::Point(_))
        | (GeometryKind::Any { .. }, shape) => Ok(shape),
        (kind, _) => Err(format!("the shape is not a {kind:?}")),
    }
}

/// The shape that the map shows of what a store holds in a layer of `kind`, and what is wrong with it.
pub(super) fn shown(
    kind: GeometryKind,
    stored: impl FnOnce() -> Result<Option<Geometry>, Unreadable>,
) -> (Option<Geometry>, Option<Unreadable>) {
    let judged = catch_unwind(AssertUnwindSafe(|| match stored() {
        Ok(Some(shape)) => judged(kind, shape),
        Ok(None) => (None, None),
        Err(why) => (None, Some(why)),
    }));
    judged.unwrap_or((None, Some(Unreadable::Failed)))
}

fn judged(kind: GeometryKind, shape: Geometry) -> (Option<Geometry>, Option<Unreadable>) {
    for at in shape.coords_iter() {
        if let Err(fault) = LonLat::new(at.x, at.y) {
            return (None, Some(Unreadable::Nowhere(fault)));
        }
    }
    let Ok(shape) = fitting(kind, shape) else {
        return (None, Some(Unreadable::OtherShape { wanted: kind }));
    };
    match validity::check(&shape) {
        // whether a very intricate shape is sound cannot be said in time; drawing and looking up places bear both
        Ok(()) | Err(ShapeError::TooIntricate { .. }) => (Some(shape), None),
        Err(ShapeError::Empty) => (None, None),
        Err(fault) => {
            let mended = validity::mend(shape).ok();
            let mended = mended.and_then(|mended| fitting(kind, mended.geometry).ok());
            match mended {
                Some(mended) => (Some(mended), Some(Unreadable::Repaired(fault))),
                None => (None, Some(Unreadable::Broken(fault))),
            }
        }
    }
}

/// The text that the map shows of a stored one, and what is wrong with that: none above [`MOST_TEXT_BYTES`], and none
/// of its control characters but tabs and line ends.
pub(super) fn legible(text: String) -> (Option<String>, Option<Unreadable>) {
    if text.len() > MOST_TEXT_BYTES {
        let most = MOST_TEXT_BYTES;
        return (None, Some(Unreadable::TooLong { most }));
    }
    if text.bytes().any(is_control) {
        let plain = text
            .chars()
            .filter(|c| !u8::try_from(*c).is_ok_and(is_control));
        return (Some(plain.collect()), Some(Unreadable::ControlCharacters));
    }
    (Some(text), None)
}

/// The value of `field` that the map shows: none that is a person's.
pub(super) fn nobodys(
    layer: &LayerSchema,
    field: &str,
    (value, why): (Value, Option<Unreadable>),
) -> (Value, Option<Unreadable>) {
    // numbers of a map's own may be as long as a telephone's: whether they are known is not asked here
    match personal::in_value(layer, field, &value, |_| true) {
        Some(kind) => (Value::Null, Some(Unreadable::Personal(kind))),
        None => (value, why),
    }
}

/// The code of the record `id` that the map shows: one that is a person's is not.
pub(super) fn nobodys_code(
    id: FeatureId,
    (code, why): (String, Option<Unreadable>),
) -> (String, Option<Unreadable>) {
    match personal::in_code(&code, |_| true) {
        Some(kind) => (format!("hidden-{id}"), Some(Unreadable::Personal(kind))),
        None => (code, why),
    }
}

/// As [`legible`] for a code, without which a record cannot be named: of a longer one the beginning is left.
pub(super) fn legible_code(mut code: String) -> (String, Option<Unreadable>) {
    let most = MOST_CODE_BYTES;
    if code.len() > most {
        let end = (0..=most).rev().find(|at| code.is_char_boundary(*at));
        code.truncate(end.unwrap_or_default());
        let (code, _) = legible(code);
        return (code.unwrap_or_default(), Some(Unreadable::TooLong { most }));
    }
    let (code, why) = legible(code);
    (code.unwrap_or_default(), why)
}

const fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127)
}

/// The value of a field of `kind` that a store keeps as text.
pub(super) fn value_of_text(kind: FieldKind, text: String) -> (Value, Option<Unreadable>) {
    if kind == FieldKind::Text {
        // as it was written: to parse would trim it
        let (text, why) = legible(text);
        return (text.map_or(Value::Null, Value::from), why);
    }
    match Value::parse(kind, &text) {
        Ok(value) => (value, None),
        Err(_) => (Value::Null, Some(Unreadable::WrongKind { wanted: kind })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{LineString, Point, Polygon};

    fn ring(places: &[(f64, f64)]) -> Geometry {
        Polygon::new(LineString::from(places.to_vec()), vec![]).into()
    }

    #[test]
    fn a_shape_that_is_no_place_is_left_out_and_a_bow_tie_is_repaired() {
        let nowhere = [
            (f64::INFINITY, 34.2),
            (f64::NAN, 34.2),
            (1e300, 34.2),
            (589_582.0, 3_789_812.0),
            (508.9, 34.2),
            (108.9, -90.1),
        ];
        for (x, y) in nowhere {
            let (shape, why) = shown(GeometryKind::Point, || Ok(Some(Point::new(x, y).into())));
            assert!(
                shape.is_none() && matches!(why, Some(Unreadable::Nowhere(_))),
                "{x} {y}: {why:?}"
            );
        }
        let bow_tie = ring(&[
            (108.0, 34.0),
            (108.1, 34.1),
            (108.1, 34.0),
            (108.0, 34.1),
            (108.0, 34.0),
        ]);
        let (shape, why) = shown(GeometryKind::MultiPolygon, || Ok(Some(bow_tie)));
        assert!(matches!(why, Some(Unreadable::Repaired(_))), "{why:?}");
        assert!(validity::check(&shape.unwrap()).is_ok());
        let flat = ring(&[(108.0, 34.0), (108.1, 34.1), (108.0, 34.0)]);
        let (shape, why) = shown(GeometryKind::MultiPolygon, || Ok(Some(flat)));
        assert!(
            shape.is_none() && matches!(why, Some(Unreadable::Broken(_))),
            "{why:?}"
        );
        let (shape, why) = shown(GeometryKind::MultiPolygon, || {
            Ok(Some(Point::new(108.0, 34.0).into()))
        });
        assert!(
            shape.is_none() && matches!(why, Some(Unreadable::OtherShape { .. })),
            "{why:?}"
        );
    }

    #[test]
    fn a_panic_at_one_record_is_its_fault_and_not_the_end() {
        let (shape, why) = shown(GeometryKind::Point, || panic!("at this record"));
        assert_eq!((shape, why), (None, Some(Unreadable::Failed)));
    }

    #[test]
    fn texts_lose_their_control_characters_and_too_long_ones_are_left_out() {
        let (text, why) = legible("东一\u{0}网格\u{7f}\t\n".to_owned());
        assert_eq!(
            (text.as_deref(), why),
            (Some("东一网格\t\n"), Some(Unreadable::ControlCharacters))
        );
        let (text, why) = legible("格".repeat(MOST_TEXT_BYTES));
        assert!(text.is_none() && matches!(why, Some(Unreadable::TooLong { .. })));
        let (code, why) = legible_code("格".repeat(MOST_CODE_BYTES));
        assert_eq!(code.chars().count(), MOST_CODE_BYTES / 3);
        assert!(matches!(why, Some(Unreadable::TooLong { .. })));
    }
}
