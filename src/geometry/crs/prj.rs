//! The reference system that a WKT text describes (a .prj, a GeoPackage, a FlatGeobuf), by its parameters.
//!
//! Names are not looked at, except to tell datums apart that share an ellipsoid: ESRI, GDAL and survey software call
//! one system by many names, and the same name stands for several.

use super::{Crs, CrsError, GaussKruger, Utm};

/// How far a parameter may be off and still be the same, relative.
const SAME: f64 = 1e-9;
/// A prime meridian nearer to Greenwich than this is Greenwich, degrees.
const GREENWICH: f64 = 1e-9;
/// The sum of the parameters of a shift to WGS 84 (metres, seconds, millionths) that says no more than that there is none.
const NO_SHIFT: f64 = 0.1;
/// Deeper brackets are no reference system.
const DEEPEST: usize = 40;

/// One bracketed element: `KEYWORD["name",1.5,CHILD[…]]`.
#[derive(Debug, Default)]
struct Node<'a> {
    keyword: &'a str,
    texts: Vec<&'a str>,
    numbers: Vec<f64>,
    children: Vec<Node<'a>>,
}

/// The system of `text`, WKT 1 in the dialects of OGC and ESRI, or WKT 2.
///
/// # Errors
/// [`CrsError::NeedsLocalTransformation`] for the old Chinese datums, [`CrsError::Unknown`] for the rest.
pub fn parse(text: &str) -> Result<Crs, CrsError> {
    let unknown = || CrsError::Unknown {
        given: name(text).chars().take(60).collect(),
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    let root = node(&mut rest, 0).ok_or_else(unknown)?;
    let (a, inverse_f) = root.spheroid().ok_or_else(unknown)?;
    let near = |value: f64, wanted: f64| ((value - wanted) / wanted).abs() < SAME;
    for (axis, inverse, datum) in [
        (6_378_140.0, 298.257, "Xian 1980"),
        (6_378_245.0, 298.3, "Beijing 1954"),
    ] {
        if near(a, axis) && ((inverse_f - inverse) / inverse).abs() < 1e-6 {
            return Err(CrsError::NeedsLocalTransformation {
                given: name(text).chars().take(60).collect(),
                datum,
            });
        }
    }
    // WGS 84, CGCS2000 and GRS 80 have one axis, and flattenings that differ by a tenth of a millimetre on the ground.
    let is_modern = near(a, 6_378_137.0) && (inverse_f - 298.2572).abs() < 1e-3;
    let mercator = root.find("PROJECTION").or_else(|| root.find("METHOD"));
    let method = mercator
        .and_then(|node| node.texts.first().copied())
        .unwrap_or_default();
    let method: String = method
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let is_web = method.contains("mercator") && !method.contains("transverse");
    if is_web && near(a, 6_378_137.0) && (is_modern || inverse_f == 0.0) {
        return web_mercator(&root, &method).ok_or_else(unknown);
    }
    if !is_modern || root.is_another_datum() {
        return Err(unknown());
    }
    let given = || name(text).chars().take(60).collect();
    if let Some((meridian, longitude)) = root.other_meridian() {
        return Err(CrsError::OtherMeridian {
            given: given(),
            meridian: meridian.chars().take(60).collect(),
            longitude,
        });
    }
    if let Some(shift) = root.shift() {
        return Err(CrsError::Shifted {
            given: given(),
            shift,
        });
    }
    let is_chinese = (inverse_f - 298.257_222_101).abs() < 1e-8;
    if mercator.is_none() {
        let degrees = root.find("UNIT").or_else(|| root.find("ANGLEUNIT"));
        let is_degrees = degrees.is_none_or(|unit| {
            unit.numbers.first().is_none_or(|size| {
                near(*size, 0.017_453_292_519_943_295)
                    || (size - 0.017_453_292_519_943_3).abs() < 1e-12
            })
        });
        return match (is_degrees, is_chinese) {
            (true, true) => Ok(Crs::Cgcs2000),
            (true, false) => Ok(Crs::Crs84),
            _ => Err(unknown()),
        };
    }
    if !(method.contains("transversemercator") || method.contains("gausskruger")) {
        return Err(unknown());
    }
    transverse(&root).ok_or_else(unknown)
}

/// What the text calls itself; empty where it does not.
pub fn name(text: &str) -> &str {
    text.split('"').nth(1).unwrap_or_default()
}

fn web_mercator(root: &Node<'_>, method: &str) -> Option<Crs> {
    let is_zero = |names: &[&str]| root.parameter(names).is_none_or(|value| value.abs() < 1e-9);
    let is_plain = is_zero(&["central_meridian", "longitudeofnaturalorigin"])
        && is_zero(&["standard_parallel_1", "latitudeof1ststandardparallel"])
        && is_zero(&["false_easting", "falseeasting"])
        && root.is_metres();
    // An ellipsoidal Mercator (EPSG:3395) differs by kilometres; its method says only "Mercator".
    let is_sphere = method.contains("auxiliary") || method.contains("pseudo") || root.says_web();
    (is_plain && is_sphere).then_some(Crs::WebMercator)
}

fn transverse(root: &Node<'_>) -> Option<Crs> {
    let meridian = root.parameter(&[
        "central_meridian",
        "longitudeofnaturalorigin",
        "longitude_of_center",
    ])?;
    let easting = root.parameter(&["false_easting", "falseeasting"])?;
    let scale = root
        .parameter(&["scale_factor", "scalefactoratnaturalorigin"])
        .unwrap_or(1.0);
    let zero = |names: &[&str]| root.parameter(names).unwrap_or(0.0).abs() < 1e-9;
    let is_plain = zero(&["latitude_of_origin", "latitudeofnaturalorigin"])
        && zero(&["false_northing", "falsenorthing"])
        && root.is_metres();
    if !is_plain {
        return None;
    }
    if (scale - 0.9996).abs() < 1e-9 && (easting - 500_000.0).abs() < 1e-3 {
        return Utm::with_meridian(meridian).map(Crs::Utm);
    }
    if (scale - 1.0).abs() > 1e-9 {
        return None;
    }
    GaussKruger::with_parameters(meridian, easting).map(Crs::GaussKruger)
}

impl<'a> Node<'a> {
    fn find(&self, keyword: &str) -> Option<&Self> {
        if self.keyword.eq_ignore_ascii_case(keyword) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(keyword))
    }

    /// Semi-major axis in metres, inverse flattening (0 for a sphere).
    fn spheroid(&self) -> Option<(f64, f64)> {
        let node = self.find("SPHEROID").or_else(|| self.find("ELLIPSOID"))?;
        let mut numbers = node.numbers.iter();
        Some((*numbers.next()?, *numbers.next()?))
    }

    /// The value of a parameter by any of its names, which are compared without case, spaces and underscores.
    fn parameter(&self, names: &[&str]) -> Option<f64> {
        let plain = |name: &str| {
            let kept = name.chars().filter(char::is_ascii_alphanumeric);
            kept.collect::<String>().to_ascii_lowercase()
        };
        if self.keyword.eq_ignore_ascii_case("PARAMETER")
            && let Some(own) = self.texts.first()
            && names.iter().any(|name| plain(name) == plain(own))
        {
            return self.numbers.first().copied();
        }
        self.children
            .iter()
            .find_map(|child| child.parameter(names))
    }

    /// Whether lengths are metres: the unit that stands beside the parameters, not the one of the geographic base.
    fn is_metres(&self) -> bool {
        let lengths = self.children.iter().filter(|child| {
            child.keyword.eq_ignore_ascii_case("UNIT")
                || child.keyword.eq_ignore_ascii_case("LENGTHUNIT")
        });
        lengths
            .filter_map(|unit| unit.numbers.first())
            .all(|size| (size - 1.0).abs() < 1e-12)
    }

    /// The name and longitude of a prime meridian that is not Greenwich.
    fn other_meridian(&self) -> Option<(&'a str, f64)> {
        let node = self.find("PRIMEM").or_else(|| self.find("PRIMEMERIDIAN"))?;
        let longitude = *node.numbers.first()?;
        let name = node.texts.first().copied().unwrap_or_default();
        (longitude.abs() > GREENWICH).then_some((name, longitude))
    }

    /// The parameters of a shift to WGS 84 that the text has, where they are one.
    fn shift(&self) -> Option<String> {
        let mut numbers: Vec<f64> = Vec::new();
        if let Some(node) = self.find("TOWGS84") {
            numbers.extend(&node.numbers);
        }
        if let Some(node) = self.find("ABRIDGEDTRANSFORMATION") {
            let parameters = node.children.iter();
            numbers.extend(
                parameters
                    .filter(|child| child.keyword.eq_ignore_ascii_case("PARAMETER"))
                    .filter_map(|child| child.numbers.first()),
            );
        }
        let sum: f64 = numbers.iter().map(|number| number.abs()).sum();
        let shown: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        (sum.is_nan() || sum > NO_SHIFT).then(|| shown.join(","))
    }

    /// Modern datums of other countries are within a metre of WGS 84, but not it, and none is expected here.
    fn is_another_datum(&self) -> bool {
        let datum = self.find("DATUM").or_else(|| self.find("ENSEMBLE"));
        let name = datum
            .and_then(|node| node.texts.first().copied())
            .unwrap_or_default();
        let plain: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        [
            "north", "nad83", "etrs", "jgd", "gda", "nzgd", "korean", "sirgas",
        ]
        .iter()
        .any(|other| plain.contains(other))
    }

    fn says_web(&self) -> bool {
        let name = self
            .texts
            .first()
            .copied()
            .unwrap_or_default()
            .to_ascii_lowercase();
        name.contains("pseudo") || name.contains("web") || name.contains("auxiliary")
    }
}

/// The element that `rest` begins with; `rest` is left behind it.
fn node<'a>(rest: &mut &'a str, depth: usize) -> Option<Node<'a>> {
    let open = rest.find(['[', '('])?;
    let (keyword, behind) = rest.split_at_checked(open)?;
    let keyword = keyword.trim();
    if depth > DEEPEST
        || keyword.is_empty()
        || !keyword
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return None;
    }
    let mut found = Node {
        keyword,
        ..Node::default()
    };
    *rest = behind.get(1..)?;
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        match rest.chars().next()? {
            ']' | ')' => {
                *rest = rest.get(1..)?;
                return Some(found);
            }
            '"' => {
                let (text, behind) = rest.get(1..)?.split_once('"')?;
                found.texts.push(text);
                *rest = behind;
            }
            _ => {
                let end = rest.find([',', ']', ')', '[', '('])?;
                if matches!(rest.as_bytes().get(end), Some(b'[' | b'(')) {
                    found.children.push(node(rest, depth + 1)?);
                } else {
                    let (word, behind) = rest.split_at_checked(end)?;
                    found.numbers.extend(word.trim().parse::<f64>().ok());
                    *rest = behind;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CGCS: &str = r#"GEOGCS["x",DATUM["D_y",SPHEROID["z",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

    fn projected(easting: f64, meridian: f64, scale: f64) -> String {
        format!(
            r#"PROJCS["whatever",{CGCS},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting:?}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian:?}],PARAMETER["Scale_Factor",{scale:?}],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    #[test]
    fn zones_by_their_parameters_under_any_name() {
        for (easting, meridian, scale, code) in [
            (500_000.0, 108.0, 1.0, 4545),
            (36_500_000.0, 108.0, 1.0, 4524),
            (500_000.0, 111.0, 1.0, 4546),
            (19_500_000.0, 111.0, 1.0, 4497),
            (37_500_000.0, 111.0, 1.0, 4525),
            (500_000.0, 111.0, 0.9996, 32649),
        ] {
            let text = projected(easting, meridian, scale);
            assert_eq!(parse(&text).unwrap().epsg(), Some(code), "{text}");
        }
        assert!(parse(&projected(500_000.0, 108.3, 1.0)).is_err());
        assert!(parse(&projected(250_000.0, 121.0, 0.9999)).is_err());
        assert!(
            parse(
                &projected(500_000.0, 108.0, 1.0).replace("[\"Meter\",1.0]", "[\"Foot\",0.3048]")
            )
            .is_err()
        );
        assert_eq!(parse(CGCS).unwrap(), Crs::Cgcs2000);
    }

    #[test]
    fn old_datums_are_refused_by_their_ellipsoid() {
        for (axis, inverse, datum) in [
            ("6378140.0", "298.257", "Xian 1980"),
            ("6378245.0", "298.3", "Beijing 1954"),
        ] {
            let text = projected(500_000.0, 108.0, 1.0)
                .replace("6378137.0", axis)
                .replace("298.257222101", inverse);
            assert!(
                matches!(parse(&text), Err(CrsError::NeedsLocalTransformation { datum: found, .. }) if found == datum),
                "{text}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let text = format!("\u{feff}{}\r\n", projected(500_000.0, 108.0, 1.0));
        assert_eq!(parse(&text).unwrap().epsg(), Some(4545));
    }

    #[test]
    fn another_meridian_and_a_shift_of_its_own_are_refused_by_name() {
        let plain = projected(500_000.0, 108.0, 1.0);
        let greenwich = r#"PRIMEM["Greenwich",0.0]"#;
        let ferro = plain.replace(greenwich, r#"PRIMEM["Ferro",-17.66666666666667]"#);
        let refused = parse(&ferro).unwrap_err();
        assert!(refused.to_string().contains("Ferro"), "{refused}");
        assert!(refused.zh().contains("Ferro"), "{}", refused.zh());
        let degrees = CGCS.replace(greenwich, r#"PRIMEM["Ferro",-17.66666666666667]"#);
        assert!(parse(&degrees).is_err());

        let with = |shift: &str| {
            let spheroid = r#"SPHEROID["z",6378137.0,298.257222101]"#;
            plain.replace(spheroid, &format!("{spheroid},TOWGS84[{shift}]"))
        };
        assert_eq!(parse(&with("0,0,0,0,0,0,0")).unwrap().epsg(), Some(4545));
        assert_eq!(parse(&with("0,0,0")).unwrap().epsg(), Some(4545));
        let refused = parse(&with("100,-50,30,0,0,0,0")).unwrap_err();
        assert!(refused.to_string().contains("100,-50,30"), "{refused}");
        assert!(refused.zh().contains("100,-50,30"), "{}", refused.zh());
        assert!(parse(&with("0,0,0,0,0,5,0")).is_err());
        let bound = format!(
            r#"BOUNDCRS[SOURCECRS[{plain}],TARGETCRS[{CGCS}],ABRIDGEDTRANSFORMATION["t",METHOD["Geocentric translations"],PARAMETER["X-axis translation",100],PARAMETER["Y-axis translation",0]]]"#
        );
        assert!(parse(&bound).is_err());
    }

    #[test]
    fn texts_of_other_programs() {
        let wkt2 = r#"PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 108E",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4490]],CONVERSION["x",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0],PARAMETER["Longitude of natural origin",108],PARAMETER["Scale factor at natural origin",1],PARAMETER["False easting",500000],PARAMETER["False northing",0]],CS[Cartesian,2],AXIS["northing (X)",north,ORDER[1],LENGTHUNIT["metre",1]],ID["EPSG",4545]]"#;
        assert_eq!(parse(wkt2).unwrap().epsg(), Some(4545));
        let esri = r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#;
        assert_eq!(parse(esri).unwrap(), Crs::WebMercator);
        assert!(
            parse(
                &esri
                    .replace("Mercator_Auxiliary_Sphere\"]", "Mercator\"]")
                    .replace("_Web_Mercator_Auxiliary_Sphere", "_World")
            )
            .is_err()
        );
        for broken in [
            "",
            "GEOGCS[",
            "hello",
            &"A[".repeat(10_000),
            "GEOGCS[\"x\",SPHEROID[\"\",1,2]]",
        ] {
            assert!(parse(broken).is_err());
        }
    }
}
